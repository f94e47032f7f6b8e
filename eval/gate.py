"""The gate: fails when a system has become worse than it was when its floor was pinned.

A pinned run keeps, for each metric, the mean F1 and that of each cluster, under the hash
of the corpus, the words and the signature. A system now is worse where, for any metric,

1. the paired bootstrap interval (95 %) of now minus pinned lies wholly below ``-EPSILON``:
   a loss small or large, but on cluster after cluster; or
2. the mean lies more than ``TOLERANCE`` below the pinned mean, whatever the interval: the
   system gives the same text for the same input, so the loss is real even where a dozen
   clusters are too few to say so of others.

What neither catches is rounding on another machine that turns a sentence or two. A cluster
that fails, a corpus or signature that is not the pinned one, and a floor that is not pinned
or does not hold every metric and cluster fail the gate too. ``update`` raises floors; it
lowers one only with a reason, which the file keeps.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from eval import corpora
from eval.figures import counted, hundred
from eval.records import RESAMPLES, Record, write_whole
from eval.rouge import Rouge
from eval.runs import run_systems
from eval.significance import Interval, paired_bootstrap
from eval.systems import load_systems
from summarizer.errors import ConfigError, InputError

EPSILON = 0.002  # half a word in a summary of 230
TOLERANCE = 0.01
METRICS = ("rouge1", "rouge2", "rougeLsum")
PLACES = 6  # of a pinned score; what differs by less is unchanged
FLOORS = Path(__file__).parent / "data" / "floors.json"
SHARED = Path(__file__).parents[2] / "shared" / "data"


class Slice(NamedTuple):
    """Clusters that systems are held to: a corpus, how many of it, and the words."""

    name: str
    data: str
    words: int
    limit: int | None = None
    systems: tuple[str, ...] = ("lead", "lexrank", "extractive")

    @property
    def present(self) -> bool:
        """Whether the corpus is on this machine."""
        return self.data == "benchmark" or Path(self.data).is_file()


SLICES = (
    Slice("benchmark", "benchmark", 100),
    Slice("multiling2011/dev", str(SHARED / "multiling2011" / "dev.jsonl"), 230),
    Slice(
        "multinews500/validation",
        str(SHARED / "multinews500" / "validation.jsonl.xz"),
        230,
        limit=40,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A pinned run; ``scores`` are F1 by metric and cluster, ``history`` says why it fell."""

    slice: str
    system: str
    sha256: str
    words: int
    signature: str
    scores: Mapping[str, Mapping[str, float]]
    history: tuple[Mapping[str, Any], ...] = field(default=())

    def mean(self, metric: str) -> float:
        """The mean F1 of the pinned run."""
        values = self.scores[metric].values()
        return sum(values) / len(values)


class Verdict(NamedTuple):
    """One finding on a system and slice, and whether it shuts the gate.

    ``line`` gives a metric, its means and the interval of the change, or says why the
    two runs cannot be compared.
    """

    slice: str
    system: str
    worse: bool
    line: str


class Update(NamedTuple):
    """The floor that stands now, a line a metric, and whether one stays above the run."""

    floor: Floor
    lines: list[str]
    below: bool


def read_floors(path: Path = FLOORS) -> dict[tuple[str, str], Floor]:
    """The floors by slice and system; none where the file does not exist yet.

    Raises InputError naming the file, and the floor that is not one.
    """
    if not path.is_file():
        return {}
    try:
        items = json.loads(path.read_text(encoding="utf-8"))["floors"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is not a file of floors ({error}).") from None
    if not isinstance(items, list):
        raise InputError(f'{path}: is not a file of floors ("floors" is no list).')
    floors: dict[tuple[str, str], Floor] = {}
    for number, item in enumerate(items, start=1):
        floor = _floor(item)
        if floor is None:
            raise InputError(f"{path}: floor {number} is not a floor; pin it anew with --update.")
        if (floor.slice, floor.system) in floors:
            raise InputError(f"{path}: holds two floors of {floor.system} on {floor.slice}.")
        floors[floor.slice, floor.system] = floor
    return floors


def _floor(item: Any) -> Floor | None:
    """The floor that a value of JSON is, or None where a part lacks or is of another kind."""
    try:
        floor = Floor(**{**item, "history": tuple(item["history"])})
        texts = (floor.slice, floor.system, floor.sha256, floor.signature)
        values = [value for scores in floor.scores.values() for value in scores.values()]
        ids = [scores.keys() for scores in floor.scores.values()]
    except (KeyError, TypeError, AttributeError):
        return None
    sound = (
        all(isinstance(text, str) for text in texts)
        and type(floor.words) is int
        and bool(values)
        and all(type(value) in (int, float) and math.isfinite(value) for value in values)
        and all(each == ids[0] for each in ids)
        and all(isinstance(entry, Mapping) for entry in floor.history)
    )
    return floor if sound else None


def write_floors(floors: Mapping[tuple[str, str], Floor], path: Path = FLOORS) -> None:
    """The file, written whole or not at all."""
    items = [asdict(floors[key]) for key in sorted(floors)]
    text = json.dumps({"floors": items}, indent=1, ensure_ascii=False)
    write_whole(path, text + "\n")


def measure(
    part: Slice, *, done: Callable[..., None] = lambda system, result: None
) -> list[Record]:
    """The slice's systems, run now."""
    corpus = corpora.load(part.data, limit=part.limit)
    systems = load_systems(part.systems, words=part.words, seed=0)
    rouge = Rouge(METRICS, stemmer=True, splitter="punkt")
    return run_systems(corpus, systems, rouge, words=part.words, seed=0, done=done)


def judge(part: str, record: Record, floor: Floor | None, *, seed: int = 0) -> list[Verdict]:
    """One verdict a metric, or a single one where the two cannot be compared."""

    def wrong(line: str) -> list[Verdict]:
        return [Verdict(part, record.system, True, line)]

    if record.failures:
        failed = record.failures[0]
        assert failed.failure is not None
        return wrong(
            f"{counted(len(record.failures), 'cluster')} failed, the first {failed.id!r} at "
            f"{failed.failure['stage']}: {failed.failure['error']}"
        )
    if floor is None:
        return wrong("no floor is pinned; pin one with `python -m eval gate --update`")
    problem = _incomparable(record, floor)
    if problem:
        return wrong(problem)
    verdicts = []
    for metric in METRICS:
        now, pinned = record.f1(metric), floor.scores[metric]
        change = compare(now, pinned, seed=seed)
        worse = is_worse(change)
        verdicts.append(
            Verdict(
                part,
                record.system,
                worse,
                f"{metric} {hundred(floor.mean(metric) + change.mean)}, "
                f"pinned {hundred(floor.mean(metric))}, change {_signed(change.mean)} "
                f"[{_signed(change.low)}, {_signed(change.high)}]",
            )
        )
    return verdicts


def compare(now: Mapping[str, float], pinned: Mapping[str, float], *, seed: int = 0) -> Interval:
    """The interval of the mean change over the pinned clusters."""
    ids = list(pinned)
    return paired_bootstrap(
        [now[cluster_id] for cluster_id in ids],
        [pinned[cluster_id] for cluster_id in ids],
        generator=np.random.default_rng(seed),
        resamples=RESAMPLES,
    ).difference


def is_worse(change: Interval) -> bool:
    """The rule of this module."""
    return change.high < -EPSILON or change.mean < -TOLERANCE


def update(
    part: str,
    record: Record,
    floor: Floor | None,
    *,
    allow_regression: bool = False,
    reason: str | None = None,
) -> Update:
    """The floor that the run now sets, and what was done, a line a metric.

    Scores are rounded to ``PLACES`` first. Without ``allow_regression`` a metric's pin is
    replaced only by a mean at least as high. With it, and a ``reason``, all are replaced,
    and what fell is recorded. Raises InputError where clusters failed, or corpus or
    signature changed without leave, ConfigError where the reason is missing.
    """
    if allow_regression and not (reason or "").strip():
        raise ConfigError("--allow-regression needs a --reason, which is recorded.")
    if record.failures:
        failed = counted(len(record.failures), "cluster")
        raise InputError(f"{part}, {record.system}: {failed} failed.")
    changed = _incomparable(record, floor) if floor else None
    if changed and not allow_regression:
        raise InputError(
            f"{part}, {record.system}: {changed}. If that is meant, give --allow-regression "
            "and a --reason."
        )
    scores, lines, lowered = {}, [], {}
    below = False
    for metric in METRICS:
        values = {name: round(value, PLACES) for name, value in record.f1(metric).items()}
        mean = sum(values.values()) / len(values)
        before = floor.mean(metric) if floor and metric in floor.scores else None
        if floor and not changed and values == floor.scores[metric]:
            scores[metric] = values
            lines.append(f"{metric} is unchanged at {hundred(mean)}")
            continue
        falls = before is not None and round(mean - before, PLACES) < 0 and not changed
        if before is not None and (falls or changed):
            lowered[metric] = [before, mean]
        if falls and floor and not allow_regression:
            scores[metric] = dict(floor.scores[metric])
            lines.append(f"{metric} stays at {hundred(floor.mean(metric))}, now {hundred(mean)}")
            below = True
            continue
        scores[metric] = values
        was = "" if before is None else f" (was {hundred(before)})"
        lines.append(f"{metric} pinned at {hundred(mean)}{was}")
    history = floor.history if floor else ()
    if allow_regression and lowered:
        today = dt.datetime.now(dt.UTC).date().isoformat()
        history = (*history, {"date": today, "reason": reason, "means": lowered})
    pinned = Floor(
        slice=part,
        system=record.system,
        sha256=str(record.data["sha256"]),
        words=record.words or 0,
        signature=record.signature,
        scores=scores,
        history=history,
    )
    return Update(pinned, lines, below)


def _signed(value: float) -> str:
    return f"{round(100 * value, 2) + 0.0:+.2f}"  # no -0.00


def _incomparable(record: Record, floor: Floor) -> str | None:
    if record.data["sha256"] != floor.sha256:
        return (
            f"the corpus is not the pinned one: its hash is {record.data['sha256'][:12]}, "
            f"the pinned {floor.sha256[:12]}"
        )
    if record.words != floor.words:
        return f"the run has {record.words} words, the pinned one {floor.words}"
    if record.signature != floor.signature:
        return f"the signature is {record.signature}, the pinned one {floor.signature}"
    if set(floor.scores) != set(METRICS):
        return f"the floor has the metrics {', '.join(floor.scores)}, not {', '.join(METRICS)}"
    missing = [metric for metric in METRICS if metric not in record.figures]
    if missing:
        return f"the run lacks the metric {missing[0]}"
    ids = {result.id for result in record.clusters}
    if any(set(scores) != ids for scores in floor.scores.values()):
        return "the floor does not hold the clusters of the run"
    return None


def check(
    slices: Sequence[Slice] = SLICES,
    *,
    path: Path = FLOORS,
    renew: bool = False,
    allow_regression: bool = False,
    reason: str | None = None,
    seed: int = 0,
    say: Callable[[str], None] = print,
    done: Callable[..., None] = lambda system, result: None,
) -> bool:
    """Judge every slice that is present, or with ``renew`` pin it; whether all is well.

    With ``renew`` it is not where a metric stays below its floor.
    """
    if allow_regression and not renew:
        raise ConfigError("--allow-regression goes with --update.")
    if reason is not None and not allow_regression:
        raise ConfigError("--reason goes with --update and --allow-regression.")
    floors = read_floors(path)
    well = True
    for part in slices:
        if not part.present:
            say(f"{part.name}: skipped, the data is not on this machine")
            continue
        for record in measure(part, done=done):
            key = (part.name, record.system)
            if renew:
                floors[key], lines, below = update(
                    part.name,
                    record,
                    floors.get(key),
                    allow_regression=allow_regression,
                    reason=reason,
                )
                well &= not below
                for line in lines:
                    say(f"{part.name}, {record.system}: {line}")
                continue
            for verdict in judge(part.name, record, floors.get(key), seed=seed):
                well &= not verdict.worse
                mark = "FAIL" if verdict.worse else "ok"
                say(f"{verdict.slice}, {verdict.system}: {mark}: {verdict.line}")
    if renew:
        write_floors(floors, path)
    return well
