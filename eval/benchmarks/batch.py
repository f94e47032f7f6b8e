"""Trials of `summarizer batch`: `python -m eval.benchmarks.batch speed|kills|memory|finished`.

speed     clusters a minute with one worker on one processor and with two on two, in turn;
          with --loop N also a shell loop over `summarizer brief` on N of the clusters
kills     a run that is killed (kill -9) at random moments and started again each time:
          are all outputs whole, equal to an undisturbed run's, and made once?
memory    memory of the parent while it does many tiny clusters
finished  seconds to recognise that all clusters are finished

All but memory take their clusters from a file (`--data`), all write to a temporary folder.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from summarizer.reading import cluster_records

DATA = Path("../shared/data/multinews500/validation.jsonl.xz")
SUMMARIZER = [sys.executable, "-m", "summarizer"]


def main() -> None:
    """Run the trial that the arguments name, and print its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("trial", choices=("speed", "kills", "memory", "finished"))
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--clusters", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1, help="of the speed trial")
    parser.add_argument("--loop", type=int, default=0, help="clusters of the shell loop")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--writer", default="extractive")
    options = parser.parse_args()
    if options.trial != "memory" and not options.data.is_file():
        sys.exit(f"There is no {options.data}; name a file of clusters with --data.")
    with tempfile.TemporaryDirectory() as folder:
        {"speed": _speed, "kills": _kills, "memory": _memory, "finished": _finished}[options.trial](
            options, Path(folder)
        )


def _command(given: Path, output: Path, *more: str) -> list[str]:
    return [*SUMMARIZER, "batch", str(given), str(output), "--quiet", *more]


def _sample(data: Path, count: int, target: Path) -> Path:
    """The first ``count`` clusters of ``data`` as a file of lines."""
    with target.open("wb") as file:
        for record in itertools.islice(cluster_records(data), count):
            line = record.data
            if not isinstance(line, bytes):
                line = json.dumps(line, default=str).encode()
            file.write(line.strip() + b"\n")
    return target


def _speed(options: argparse.Namespace, folder: Path) -> None:
    given = _sample(options.data, options.clusters, folder / "sample.jsonl")
    rates: dict[int, list[float]] = {1: [], 2: []}
    processors = sorted(os.sched_getaffinity(0))[:2]
    for turn in range(options.rounds):
        for workers in (1, 2) if turn % 2 == 0 else (2, 1):
            os.sched_setaffinity(0, processors[:workers])
            start, before = time.perf_counter(), _processor_seconds()
            output = folder / f"out-{turn}-{workers}"
            more = ("--workers", str(workers), "--writer", options.writer)
            subprocess.run(_command(given, output, *more), check=False)
            seconds = time.perf_counter() - start
            os.sched_setaffinity(0, processors)
            done = json.loads((output / "summary.json").read_text())["done"]
            rates[workers].append(60 * done / seconds)
            each = (_processor_seconds() - before) / max(1, done)
            print(
                f"round {turn + 1}, {workers} workers: {rates[workers][-1]:.0f} a minute, "
                f"{each:.3f} processor seconds each"
            )
        if options.loop:
            single = _loop(given, folder / f"loop-{turn}", options.loop, options.writer)
            print(
                f"round {turn + 1}, a shell loop over `summarizer brief`: {single:.1f} a minute; "
                f"two workers are {rates[2][-1] / single:.1f} times as fast"
            )
    ratios = sorted(two / one / 2 for one, two in zip(rates[1], rates[2], strict=True))
    print(f"efficiency of two workers: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")


def _processor_seconds() -> float:
    """Of all processes that this one has waited for, and those that they have."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _loop(given: Path, folder: Path, count: int, writer: str) -> float:
    """Clusters a minute of a loop over single runs, each cluster a folder of files."""
    for record in itertools.islice(cluster_records(given), count):
        cluster, _ = record.read()
        target = folder / cluster.cluster_id.replace("/", "_")
        target.mkdir(parents=True)
        for number, document in enumerate(cluster.documents):
            (target / f"{number}.txt").write_text(document.text, encoding="utf-8")
    start = time.perf_counter()
    for target in folder.iterdir():
        output = ["--writer", writer, "--output", str(target) + ".txt"]
        subprocess.run(
            [*SUMMARIZER, "brief", str(target), *output], check=False, stderr=subprocess.DEVNULL
        )
    return 60 * count / (time.perf_counter() - start)


@dataclass(frozen=True, slots=True)
class Disturbed:
    """What came of a run that was killed again and again.

    ``redone`` names finished files that were written again, ``different`` what differs
    from the undisturbed run, ``orphans`` workers that outlived their parent.
    """

    kills: int
    runs: int
    redone: tuple[str, ...]
    different: tuple[str, ...]
    orphans: tuple[int, ...]


def disturb(
    given: Path, folder: Path, *, kills: int, seed: int, workers: int = 2, more: Sequence[str] = ()
) -> Disturbed:
    """Run ``given`` undisturbed, then killed ``kills`` times at random moments; compare.

    A run ends before its kill where the clusters are too few for so many.
    """
    options = ("--workers", str(workers), "--format", "text", "--format", "json", *more)
    start = time.monotonic()
    process = subprocess.Popen(_command(given, folder / "calm", *options))
    _wait_for(lambda: process.poll() is not None or _lines(folder / "calm") > 0)
    loading = time.monotonic() - start
    process.wait()
    total = _lines(folder / "calm")
    chance = random.Random(seed)
    output = folder / "disturbed"
    redone: set[str] = set()
    orphans: list[int] = []
    killed = runs = 0
    finished: dict[str, tuple[int, int]] = {}
    code: int | None = None
    while code is None or code < 0:
        # The kills are spread over the work, each at a random moment soon after its share
        # is done; a run whose share was done before it began is killed while it begins.
        share = total * killed / (kills + 1)
        pause = chance.uniform(0, loading if _lines(output) >= share else 0.5)
        process = subprocess.Popen(_command(given, output, *options))
        runs += 1
        if killed < kills:
            _wait_for(lambda: process.poll() is not None or _lines(output) >= share)  # noqa: B023
            try:
                process.wait(timeout=pause)
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
        code = process.wait()
        orphans += _orphans(process.pid)
        now = _finished_files(output)
        redone |= {name for name in finished if now.get(name) != finished[name]}
        finished = now
    names = _names(folder / "calm") | _names(output)
    different = [
        name for name in names if _content(folder / "calm" / name) != _content(output / name)
    ]
    return Disturbed(killed, runs, tuple(redone), tuple(different), tuple(orphans))


def _orphans(parent: int) -> list[int]:
    """The workers of a parent that is gone, after they had 20 s to end."""
    found: list[int] = []
    for _ in range(200):
        found = [
            int(folder.name)
            for folder in Path("/proc").iterdir()
            if folder.name.isdigit() and f"_work({parent})" in _command_line(folder)
        ]
        if not found:
            break
        time.sleep(0.1)
    return found


def _command_line(folder: Path) -> str:
    try:
        return (folder / "cmdline").read_text(errors="replace")
    except OSError:
        return ""


def _names(output: Path) -> set[str]:
    return {path.name for path in output.iterdir() if path.suffix in (".txt", ".json")} - {
        "summary.json"
    }


def _finished_files(output: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of each file that the manifest counts as finished."""
    files: dict[str, tuple[int, int]] = {}
    manifest = output / "manifest.jsonl"
    for line in manifest.read_bytes().splitlines() if manifest.exists() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue  # torn by the kill
        for name in row["files"]:
            status = (output / name).stat()
            files[name] = (status.st_ino, status.st_mtime_ns)
    return files


def _content(path: Path) -> Any:
    """The text of an output, less what differs from run to run."""
    if not path.exists():
        return None
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        value = json.loads(text)
        value.pop("timings")
        return value
    return text


def _kills(options: argparse.Namespace, folder: Path) -> None:
    given = _sample(options.data, options.clusters, folder / "sample.jsonl")
    more = ("--writer", options.writer)
    result = disturb(given, folder, kills=options.kills, seed=options.seed, more=more)
    print(
        f"{result.kills} kills, {result.runs} runs on {options.clusters} clusters: "
        f"{len(result.redone)} finished outputs written again, {len(result.different)} outputs "
        f"missing or different, {len(result.orphans)} workers left behind"
    )


def _memory(options: argparse.Namespace, folder: Path) -> None:
    given = _tiny(options.clusters, folder / "tiny.jsonl")
    output = folder / "out"
    process = subprocess.Popen(_command(given, output, "--writer", options.writer))
    print("clusters done   MB of the parent")
    step = max(1, options.clusters // 10)
    for mark in range(step, options.clusters + 1, step):
        _wait_for(lambda: process.poll() is not None or _lines(output) >= mark)  # noqa: B023
        if process.poll() is not None:
            break
        status = Path(f"/proc/{process.pid}/status").read_text()
        resident = re.search(r"VmRSS:\s+(\d+)", status)
        print(f"{_lines(output):13,} {int(resident[1]) / 1024 if resident else 0:18.1f}")
    process.wait()


def _tiny(count: int, target: Path) -> Path:
    """Clusters of two documents of one sentence each."""
    with target.open("w", encoding="utf-8") as file:
        for number in range(count):
            texts = [f"Mill {number} burned down on Monday.", f"Nobody was hurt at mill {number}."]
            file.write(json.dumps({"cluster_id": f"mill-{number}", "documents": texts}) + "\n")
    return target


def _lines(output: Path) -> int:
    manifest = output / "manifest.jsonl"
    return manifest.read_bytes().count(b"\n") if manifest.exists() else 0


def _wait_for(what: Callable[[], bool]) -> None:
    while not what():
        time.sleep(0.1)


def _finished(options: argparse.Namespace, folder: Path) -> None:
    """As a folder of folders with five files each, and as a file of lines."""
    shapes: dict[str, Path] = {
        "folders": folder / "in",
        "lines": _tiny(options.clusters, folder / "tiny.jsonl"),
    }
    for record in cluster_records(shapes["lines"]):
        cluster, _ = record.read()
        target = shapes["folders"] / cluster.cluster_id
        target.mkdir(parents=True)
        for number, text in enumerate(_five(cluster.documents[0].text)):
            (target / f"{number}.txt").write_text(text)
    for name, given in shapes.items():
        output = folder / f"out-{name}"
        _pretend(given, output)
        seconds = []
        for _ in range(3):
            start = time.perf_counter()
            code = subprocess.run(_command(given, output), check=False).returncode
            seconds.append(time.perf_counter() - start)
            assert code == 0, "some cluster was not recognised"
        shown = ", ".join(f"{value:.1f}" for value in seconds)
        print(f"{options.clusters:,} finished clusters as {name}: recognised in {shown} s")


def _five(text: str) -> Iterator[str]:
    return (f"{text} Report {number}.\n" for number in range(5))


def _pretend(given: Path, output: Path) -> None:
    """The OUTPUT of a run that has done all, written without doing it."""
    from summarizer.batch.run import BatchOptions, settings_of
    from summarizer.batch.sources import Source
    from summarizer.batch.store import Store
    from summarizer.config import Config

    settings = settings_of(Config(), BatchOptions())["hash"]
    with Store(output) as store:
        found = iter(Source(str(given)))
        while entries := list(itertools.islice(found, 1000)):
            rows = [
                {"id": entry.cluster_id, "status": "done", "words": 9, "writer": "extractive",
                 "notices": [], "seconds": 0.1, "input": entry.digest(), "stamp": entry.stamp,
                 "settings": settings}
                for entry in entries
            ]  # fmt: skip
            store.add(rows, [{"text": b"Briefing.\n"} for _ in rows])


if __name__ == "__main__":
    main()
