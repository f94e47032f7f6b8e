"""The commands of `python -m eval`: run, score, compare, report, gate.

Figures go to standard output, everything else to standard error. Exit codes: 0 done,
1 clusters failed or the gate is shut, 2 wrong usage or input that cannot be read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from summarizer.errors import ConfigError, SummarizerError

if TYPE_CHECKING:
    from eval.records import Record
    from eval.rouge import Rouge

app = typer.Typer(
    name="eval",
    help="ROUGE and more, with parameters stated, uncertainty given and regressions caught.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Metrics = Annotated[str, typer.Option("--metrics", help="Metrics of eval.rouge, with commas.")]
Stemmer = Annotated[bool, typer.Option("--stemmer/--no-stemmer", help="Porter's stemmer.")]
Tokenizer = Annotated[str, typer.Option("--tokenizer", help="google, or unicode for any script.")]
Splitter = Annotated[
    str,
    typer.Option("--splitter", help="What a sentence is to rougeLsum: punkt, or newline (a line)."),
]
Several = Annotated[str, typer.Option("--multiple", help="Of several references: best or average.")]
Seed = Annotated[int, typer.Option("--seed", help="Of all that is drawn by chance.")]

DEFAULT_METRICS = "rouge1,rouge2,rougeL,rougeLsum"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line on ``arguments`` (else the process's) and exit."""
    from summarizer.cli import prepare_process

    prepare_process()
    try:
        app(arguments, prog_name="python -m eval")
    except SummarizerError as error:
        _say(f"Error: {error}")
        sys.exit(2)


@app.command()
def run(
    data: Annotated[
        str,
        typer.Option("--data", help="benchmark, a file or folder of clusters, or a hub name."),
    ],
    systems: Annotated[
        str,
        typer.Option(
            "--systems",
            help="With commas: lead, random, lexrank, oracle, all, candidates:FILE, or a writer, "
            "with a ranker or without (extractive, extractive@lexrank).",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", help="Folder for the records.")],
    words: Annotated[int, typer.Option("--words", help="Budget of a summary, in words.")] = 230,
    limit: Annotated[
        int | None, typer.Option("--limit", help="Clusters at most, drawn by the seed.")
    ] = None,
    seed: Seed = 0,
    split: Annotated[
        str, typer.Option("--split", help="Of a hub corpus or folder.")
    ] = "validation",
    columns: Annotated[
        str | None,
        typer.Option("--columns", help="As in documents=document,references=summary."),
    ] = None,
    metrics: Metrics = DEFAULT_METRICS,
    stemmer: Stemmer = True,
    tokenizer: Tokenizer = "google",
    splitter: Splitter = "punkt",
    multiple: Several = "best",
) -> None:
    """Run systems on a corpus, score and record them.

    Started again with the same settings, it goes on where it was broken off. Clusters
    that fail are named, have no score, and make the exit code 1.
    """
    from eval import corpora
    from eval.runs import run_systems
    from eval.systems import load_systems

    rouge = _rouge(metrics, stemmer, tokenizer, splitter, multiple)
    names = [name.strip() for name in systems.split(",") if name.strip()]
    corpus = corpora.load(
        data, columns=corpora.parse_columns(columns), split=split, limit=limit, seed=seed
    )
    loaded = load_systems(names, words=words, seed=seed)
    with _progress(len(loaded) * len(corpus.clusters)) as advance:
        records = run_systems(
            corpus, loaded, rouge, words=words, seed=seed, folder=output, done=advance
        )
    _show_records(records)
    for record in records:
        _say_failures(record)
    if any(record.failures for record in records):
        raise typer.Exit(1)


@app.command()
def score(
    candidates: Annotated[Path, typer.Option("--candidates", help="JSONL or a text a line.")],
    references: Annotated[Path, typer.Option("--references", help="JSONL or a text a line.")],
    output: Annotated[
        Path | None, typer.Option("--output", help="Record to write, for compare.")
    ] = None,
    metrics: Metrics = DEFAULT_METRICS,
    stemmer: Stemmer = True,
    tokenizer: Tokenizer = "google",
    splitter: Splitter = "punkt",
    multiple: Several = "best",
    stop_words: Annotated[
        bool, typer.Option("--stop-words", help="Leave out English stop words.")
    ] = False,
    max_words: Annotated[
        int | None, typer.Option("--max-words", help="Cut all texts to so many words.")
    ] = None,
    max_bytes: Annotated[
        int | None, typer.Option("--max-bytes", help="Cut all texts to so many bytes.")
    ] = None,
    seed: Seed = 0,
) -> None:
    """Score the candidates of any system.

    They are matched with their references by id, or else line by line.
    """
    from eval.candidates import read_pairs
    from eval.records import write_record
    from eval.runs import score_pairs

    rouge = _rouge(
        metrics, stemmer, tokenizer, splitter, multiple,
        stop_words=stop_words, max_words=max_words, max_bytes=max_bytes,
    )  # fmt: skip
    record = score_pairs(read_pairs(candidates, references), rouge, name=candidates.name, seed=seed)
    if output is not None:
        write_record(record, output)
    _show_records([record])


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="Record of a run or of score.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Record of a run or of score.")],
    seed: Seed = 0,
) -> None:
    """Test whether A is better than B.

    Shows paired intervals, p-values with Holm's correction, wins, ties and losses.
    """
    from eval.comparison import compare_records
    from eval.records import read_record

    first, second = read_record(a), read_record(b)
    comparison = compare_records(first, second, seed=seed)
    _table(
        ["", "A", "B", "A - B", "95 % interval", "p", "p (Holm)", "wins", "ties", "losses"],
        [
            [
                row.metric, _percent(row.a), _percent(row.b), f"{100 * row.difference.mean:+.2f}",
                f"{100 * row.difference.low:+.2f} to {100 * row.difference.high:+.2f}",
                f"{row.p:.4f}", f"{row.corrected:.4f}",
                str(row.tally.wins), str(row.tally.ties), str(row.tally.losses),
            ]
            for row in comparison.rows
        ],
    )  # fmt: skip
    print(f"A is {first.system}, B is {second.system}, on {comparison.clusters} clusters.")
    if comparison.left_out:
        print(f"{comparison.left_out} clusters are left out, as one of the two failed on them.")
    print(comparison.method)
    print(first.signature)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run.")],
) -> None:
    """Write a run's report.md and report.html.

    The page needs no other file.
    """
    from eval.report import write_report

    for path in write_report(folder):
        print(path)


@app.command()
def gate(
    update: Annotated[bool, typer.Option("--update", help="Pin floors; none is lowered.")] = False,
    allow_regression: Annotated[
        bool, typer.Option("--allow-regression", help="With --update: lower floors too.")
    ] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why a floor may fall; it is recorded.")
    ] = None,
    floors: Annotated[
        Path | None, typer.Option("--floors", help="Another file of floors.", hidden=True)
    ] = None,
) -> None:
    """Fail if a system has become worse than when pinned.

    The rule is in eval/gate.py.
    """
    from eval import gate as gates

    if allow_regression and not (reason or "").strip():
        raise ConfigError("--allow-regression needs a --reason, which is recorded.")
    well = gates.check(
        path=floors or gates.FLOORS,
        renew=update,
        allow_regression=allow_regression,
        reason=reason,
    )
    if not well:
        _say("The gate is shut: see the lines marked FAIL.")
        raise typer.Exit(1)


def _rouge(
    metrics: str, stemmer: bool, tokenizer: str, splitter: str, multiple: str, **limits: Any
) -> Rouge:
    from eval.rouge import Rouge

    names = [name.strip() for name in metrics.split(",") if name.strip()]
    if "rougeLsum" not in names:
        splitter = "newline"  # without effect, and refused
    return Rouge(
        names,
        stemmer=stemmer,
        tokenizer=tokenizer,
        splitter=splitter,
        references=multiple,
        **limits,
    )


def _show_records(records: Sequence[Record]) -> None:
    """A line a system: F1 in percent with its interval."""
    metrics = list(dict.fromkeys(metric for record in records for metric in record.figures))
    rows = []
    for record in records:
        row = [record.system]
        for metric in metrics:
            f1 = record.figures[metric]["f1"] if metric in record.figures else None
            row.append(
                f"{_percent(f1['mean'])} [{_percent(f1['low'])}, {_percent(f1['high'])}]"
                if f1
                else "none"
            )
        count = f"{len(record.scored)}"
        row.append(count if not record.failures else f"{count} of {len(record.clusters)}")
        rows.append(row)
    _table(["F1 x 100 [95 %]", *metrics, "clusters"], rows)
    print(records[0].signature)


def _say_failures(record: Record) -> None:
    """A line for each thing that went wrong, with the clusters it befell."""
    befell: dict[str, list[str]] = {}
    for result in record.failures:
        assert result.failure is not None
        what = f"at {result.failure['stage']}: {result.failure['error']}"
        befell.setdefault(what, []).append(repr(result.id))
    for what, ids in befell.items():
        more = f" and {len(ids) - 3:,} more" if len(ids) > 3 else ""
        clusters = "cluster" if len(ids) == 1 else "clusters"
        _say(f"Failed: {record.system}, {clusters} {', '.join(ids[:3])}{more}, {what}")


def _percent(value: float) -> str:
    return f"{100 * value:.2f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as needed, the first to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        first, *others = zip(row, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        print("  ".join(cells).rstrip())


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Any, Any], None]]:
    """A bar on standard error; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield lambda system, result: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)

        def advance(system: Any, result: Any) -> None:
            bar.update(task, advance=1, description=f"{system.name} {result.id}"[:40])

        yield advance


def _say(line: str) -> None:
    """One line on standard error."""
    from summarizer.rendering import visible

    print(visible(line), file=sys.stderr)
