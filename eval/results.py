"""The README's table of results, from recorded runs.

    python -m eval run --data DATA --systems ... --output runs/DATA
    python -m eval results keep runs/DATA        # its figures go to eval/results/
    python -m eval results table README.md       # between the two marks in that file

What is kept of a run is its record without the clusters: a few kilobytes, no text of any
corpus, and all that is needed to make the run again and find the same figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from eval.comparison import rules
from eval.figures import budget, counted, seconds
from eval.records import Record, read_record, slug, write_record, write_whole
from eval.report import read_records
from summarizer.errors import InputError

RESULTS = Path(__file__).parent / "results"
METRICS = {"rouge1": "R1", "rouge2": "R2", "rougeLsum": "RLsum"}
START, END = "<!-- results -->", "<!-- /results -->"


def keep(folder: Path, results: Path = RESULTS) -> list[Path]:
    """Copy the records of a run's folder, without what they say of single clusters.

    Clusters that failed stay named. A record kept before of the same system on the same
    clusters with the same words is replaced. Raises InputError, and keeps none, where one
    lacks a figure of the table.
    """
    paths = []
    for record in [_whole(record, str(folder)) for record in read_records(folder)]:
        place = results / slug("-".join(map(str, _corpus(record))).replace("/", "-"))
        place.mkdir(parents=True, exist_ok=True)
        paths.append(place / f"{slug(record.system)}.json")
        write_record(replace(record, clusters=record.failures), paths[-1])
    return paths


def read_results(results: Path = RESULTS) -> list[Record]:
    """All records kept, ordered by corpus, its clusters, words and ROUGE-2."""
    paths = sorted(results.glob("*/*.json"))
    records = [_whole(read_record(path), str(path)) for path in paths]
    if not records:
        raise InputError(
            f"{results}: holds no record; keep some with `python -m eval results keep DIR`."
        )
    return sorted(
        records, key=lambda r: (*map(str, _corpus(r)), -r.figures["rouge2"]["f1"]["mean"])
    )


def _corpus(record: Record) -> tuple[str, int, int | None]:
    """What figures must have in common to stand beside one another."""
    return record.data["name"], record.data["clusters"], record.words


def _whole(record: Record, place: str) -> Record:
    """The record, where it has every figure that the table shows."""
    if record.clusters and not record.scored and not record.figures:
        raise InputError(f"{place}: {record.system} failed on every cluster; it has no figure.")
    missing = [metric for metric in METRICS if metric not in record.figures]
    if missing:
        raise InputError(
            f"{place}: the run of {record.system} lacks {', '.join(missing)}, which the table "
            "shows; run it with these --metrics."
        )
    return record


def table(records: Iterable[Record]) -> str:
    """Markdown: a row a system and corpus, F1 in percent with intervals, and mean seconds.

    Raises InputError where systems of one corpus ran on different clusters, or where not
    all were scored by the same rules.
    """
    lines = [
        "| corpus | system | " + " | ".join(METRICS.values()) + " | seconds |",
        "|---|---|" + "---:|" * (len(METRICS) + 1),
    ]
    signatures: list[str] = []
    previous: Record | None = None
    for record in records:
        if previous and rules(previous.signature) != rules(record.signature):
            raise InputError(
                f"{previous.system} on {previous.data['name']} and {record.system} on "
                f"{record.data['name']} were scored by different rules ({previous.signature} "
                f"and {record.signature}); keep runs that were not."
            )
        name = ""
        if previous is None or _corpus(previous) != _corpus(record):
            name = (
                f"{record.data['name']}, {counted(record.data['clusters'], 'cluster')}, "
                f"{budget(record.words)}"
            )
        elif previous.data["sha256"] != record.data["sha256"]:
            raise InputError(
                f"{previous.system} and {record.system} did not run on the same clusters of "
                f"{record.data['name']}; keep runs that did."
            )
        cells = []
        for metric in METRICS:
            f1 = {part: 100 * value for part, value in record.figures[metric]["f1"].items()}
            cells.append(f"{f1['mean']:.1f} [{f1['low']:.1f}, {f1['high']:.1f}]")
        cells.append(seconds(record.measures.get("seconds")))
        failed = f" ({counted(len(record.failures), 'cluster')} failed)" if record.failures else ""
        lines.append(f"| {name} | {record.system}{failed} | " + " | ".join(cells) + " |")
        if record.signature not in signatures:
            signatures.append(record.signature)
        previous = record
    bootstrap = previous.bootstrap if previous else {}
    lines += [
        "",
        f"F1 × 100 with {bootstrap['level']:.0%} intervals (bootstrap over clusters, "
        f"{bootstrap['resamples']:,} resamples). The oracle has seen the references. Seconds a "
        "cluster, encoding included, on the machine of the run.",
        "",
        *(f"`{signature}`" for signature in signatures),
    ]
    return "\n".join(lines)


def put(text: str, path: Path) -> None:
    """Put the text between the two marks of a Markdown file."""
    if not path.is_file():
        raise InputError(f"{path}: no such file.")
    page = path.read_text(encoding="utf-8")
    if page.count(START) != 1 or page.count(END) != 1:
        raise InputError(f"{path}: must have {START} and {END} once each.")
    pattern = re.escape(START) + r".*?" + re.escape(END)
    write_whole(path, re.sub(pattern, lambda _: f"{START}\n{text}\n{END}", page, flags=re.DOTALL))
