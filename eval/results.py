"""The README's table of results, from recorded runs.

    python -m eval run --data DATA --systems ... --output runs/DATA
    python -m eval.results keep runs/DATA        # its figures go to eval/results/
    python -m eval.results table README.md       # between the two marks in that file

What is kept of a run is its record without the clusters: a few kilobytes, no text of any
corpus, and all that is needed to make the run again and find the same figures.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from eval.records import Record, read_record, slug, write_record, write_whole
from eval.report import read_records
from summarizer.errors import InputError, SummarizerError

RESULTS = Path(__file__).parent / "results"
METRICS = {"rouge1": "R1", "rouge2": "R2", "rougeLsum": "RLsum"}
START, END = "<!-- results -->", "<!-- /results -->"


def keep(folder: Path, results: Path = RESULTS) -> list[Path]:
    """Copy the records of a run's folder, without what they say of single clusters.

    Clusters that failed stay named. A record kept before of the same system on the same
    corpus is replaced.
    """
    paths = []
    for record in read_records(folder):
        place = results / slug(str(record.data["name"]).replace("/", "-"))
        place.mkdir(parents=True, exist_ok=True)
        paths.append(place / f"{slug(record.system)}.json")
        write_record(replace(record, clusters=record.failures), paths[-1])
    return paths


def read_results(results: Path = RESULTS) -> list[Record]:
    """All records kept, ordered by corpus and ROUGE-2."""
    records = [read_record(path) for path in sorted(results.glob("*/*.json"))]
    if not records:
        raise InputError(f"{results}: holds no record; keep some with `keep DIR`.")
    return sorted(records, key=lambda r: (r.data["name"], -r.figures["rouge2"]["f1"]["mean"]))


def table(records: Iterable[Record]) -> str:
    """Markdown: a row a system and corpus, F1 in percent with intervals; signatures below.

    Raises InputError where the systems on a corpus did not run on the same clusters, with
    the same words.
    """
    lines = [
        "| corpus | system | " + " | ".join(METRICS.values()) + " |",
        "|---|---|" + "---:|" * len(METRICS),
    ]
    signatures: list[str] = []
    previous: Record | None = None
    for record in records:
        name = ""
        if previous is None or previous.data["name"] != record.data["name"]:
            name = (
                f"{record.data['name']}, {record.data['clusters']:,} clusters, {record.words} words"
            )
        elif (previous.data["sha256"], previous.words) != (record.data["sha256"], record.words):
            raise InputError(
                f"{previous.system} and {record.system} did not run on the same clusters of "
                f"{record.data['name']} with the same words; keep runs that did."
            )
        cells = []
        for metric in METRICS:
            f1 = {part: 100 * value for part, value in record.figures[metric]["f1"].items()}
            cells.append(f"{f1['mean']:.1f} [{f1['low']:.1f}, {f1['high']:.1f}]")
        failed = f" ({len(record.failures)} clusters failed)" if record.failures else ""
        lines.append(f"| {name} | {record.system}{failed} | " + " | ".join(cells) + " |")
        if record.signature not in signatures:
            signatures.append(record.signature)
        previous = record
    bootstrap = previous.bootstrap if previous else {}
    lines += [
        "",
        f"F1 × 100 with {bootstrap['level']:.0%} intervals (bootstrap over clusters, "
        f"{bootstrap['resamples']:,} resamples). The oracle has seen the references.",
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Keep or show; 2 where input is bad."""
    parser = argparse.ArgumentParser(description="The README's table of results.")
    commands = parser.add_subparsers(dest="command", required=True)
    kept = commands.add_parser("keep", help="keep the figures of runs")
    kept.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    shown = commands.add_parser("table", help="print the table, or put it into a file")
    shown.add_argument("file", nargs="?", type=Path)
    for each in (kept, shown):
        each.add_argument("--results", type=Path, default=RESULTS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        if options.command == "keep":
            for folder in options.folders:
                print(*keep(folder, options.results), sep="\n")
        elif options.file:
            put(table(read_results(options.results)), options.file)
        else:
            print(table(read_results(options.results)))
    except SummarizerError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
