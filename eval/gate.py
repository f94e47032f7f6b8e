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
fail the gate too. ``update`` raises floors; it lowers one only with a reason, which
the file keeps.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from eval import corpora
from eval.records import RESAMPLES, Record, write_whole
from eval.rouge import Rouge
from eval.runs import run_systems
from eval.significance import Interval, paired_bootstrap
from eval.systems import load_systems
from summarizer.errors import ConfigError, InputError

EPSILON = 0.002  # half a word in a summary of 230
TOLERANCE = 0.01
METRICS = ("rouge1", "rouge2", "rougeLsum")
FLOORS = Path(__file__).parent / "data" / "floors.json"
SHARED = Path(__file__).parents[2] / "shared" / "data"


class Slice(NamedTuple):
    """Clusters that systems are held to: a corpus, how many of it, and the words."""

    name: str
    data: str
    words: int
    limit: int | None = None
    systems: tuple[str, ...] = ("extractive",)

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
    """One system on one slice: metric, means and interval of the change; or what is wrong."""

    slice: str
    system: str
    worse: bool
    line: str


def read_floors(path: Path = FLOORS) -> dict[tuple[str, str], Floor]:
    """The floors by slice and system; none where the file does not exist yet."""
    if not path.is_file():
        return {}
    try:
        items = json.loads(path.read_text(encoding="utf-8"))["floors"]
        floors = [Floor(**{**item, "history": tuple(item["history"])}) for item in items]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is not a file of floors ({error}).") from None
    return {(floor.slice, floor.system): floor for floor in floors}


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
            f"{len(record.failures)} clusters failed, the first {failed.id!r} at "
            f"{failed.failure['stage']}: {failed.failure['error']}"
        )
    if floor is None:
        return wrong("no floor is pinned; pin one with `python -m eval gate --update`")
    problem = _incomparable(record, floor)
    if problem:
        return wrong(problem)
    verdicts = []
    for metric in floor.scores:
        now, pinned = record.f1(metric), floor.scores[metric]
        change = compare(now, pinned, seed=seed)
        worse = is_worse(change)
        verdicts.append(
            Verdict(
                part,
                record.system,
                worse,
                f"{metric} {100 * (floor.mean(metric) + change.mean):.2f}, "
                f"pinned {100 * floor.mean(metric):.2f}, change {_signed(change.mean)} "
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
) -> tuple[Floor, list[str]]:
    """The floor that the run now sets, and what was done, a line a metric.

    Without ``allow_regression`` a metric's pin is replaced only by a mean at least as
    high. With it, and a ``reason``, all are replaced, and what fell is recorded. Raises
    InputError where clusters failed, or corpus or signature changed without leave,
    ConfigError where the reason is missing.
    """
    if allow_regression and not (reason or "").strip():
        raise ConfigError("--allow-regression needs a --reason, which is recorded.")
    if record.failures:
        raise InputError(f"{part}, {record.system}: {len(record.failures)} clusters failed.")
    now = {metric: record.f1(metric) for metric in METRICS}
    changed = _incomparable(record, floor) if floor else None
    if changed and not allow_regression:
        raise InputError(
            f"{part}, {record.system}: {changed}. If that is meant, give --allow-regression "
            "and a --reason."
        )
    scores, lines, lowered = {}, [], {}
    for metric, values in now.items():
        mean = sum(values.values()) / len(values)
        before = floor.mean(metric) if floor and metric in floor.scores else None
        falls = before is not None and mean < before and not changed
        if before is not None and (falls or changed):
            lowered[metric] = [before, mean]
        if falls and floor and not allow_regression:
            scores[metric] = dict(floor.scores[metric])
            lines.append(f"{metric} stays at {100 * floor.mean(metric):.2f}, now {100 * mean:.2f}")
            continue
        scores[metric] = {cluster_id: round(value, 6) for cluster_id, value in values.items()}
        was = "" if before is None else f" (was {100 * before:.2f})"
        lines.append(f"{metric} pinned at {100 * mean:.2f}{was}")
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
    return pinned, lines


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
    missing = [metric for metric in floor.scores if metric not in record.figures]
    return f"the run lacks the metric {missing[0]}" if missing else None


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
    """Judge every slice that is present, or with ``renew`` pin it; whether all is well."""
    if allow_regression and not renew:
        raise ConfigError("--allow-regression goes with --update.")
    floors = read_floors(path)
    well = True
    for part in slices:
        if not part.present:
            say(f"{part.name}: skipped, the data is not on this machine")
            continue
        for record in measure(part, done=done):
            key = (part.name, record.system)
            if renew:
                floors[key], lines = update(
                    part.name,
                    record,
                    floors.get(key),
                    allow_regression=allow_regression,
                    reason=reason,
                )
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
