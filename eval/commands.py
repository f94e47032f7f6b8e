"""The commands of `python -m eval`: run, score, compare, report, gate, results.

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

from eval.figures import budget, counted, hundred
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
    str | None,
    typer.Option(
        "--splitter",
        help="What a sentence is to rougeLsum: punkt (if not given), or newline (a line).",
    ),
]
Several = Annotated[str, typer.Option("--multiple", help="Of several references: best or average.")]
StopWords = Annotated[bool, typer.Option("--stop-words", help="Leave out English stop words.")]
MaxWords = Annotated[
    int | None, typer.Option("--max-words", help="Cut all texts to so many words for scoring.")
]
MaxBytes = Annotated[
    int | None, typer.Option("--max-bytes", help="Cut all texts to so many bytes for scoring.")
]
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
    splitter: Splitter = None,
    multiple: Several = "best",
    stop_words: StopWords = False,
    max_words: MaxWords = None,
    max_bytes: MaxBytes = None,
) -> None:
    """Run systems on a corpus, score and record them.

    Started again with the same settings, it goes on where it was broken off. Clusters
    that fail are named, have no score, and make the exit code 1.
    """
    from eval import corpora
    from eval.runs import run_systems
    from eval.systems import load_systems

    rouge = _rouge(
        metrics, stemmer, tokenizer, splitter, multiple, stop_words, max_words, max_bytes
    )
    names = [name.strip() for name in systems.split(",") if name.strip()]
    corpus = corpora.load(
        data, columns=corpora.parse_columns(columns), split=split, limit=limit, seed=seed
    )
    loaded = load_systems(names, words=words, seed=seed)
    with _progress(len(loaded) * len(corpus.clusters)) as advance:
        records = run_systems(
            corpus, loaded, rouge, words=words, seed=seed, folder=output, done=advance, say=_say
        )
    _show_records(records)
    texts = [result.text for record in records for result in record.scored if result.text]
    _say_blind(rouge, texts, [cluster.references for cluster in corpus.clusters])
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
    splitter: Splitter = None,
    multiple: Several = "best",
    stop_words: StopWords = False,
    max_words: MaxWords = None,
    max_bytes: MaxBytes = None,
    seed: Seed = 0,
    processes: Annotated[int, typer.Option("--processes", help="To score in, side by side.")] = 1,
) -> None:
    """Score the candidates of any system.

    They are matched with their references by id, or else line by line.
    """
    from eval.candidates import read_pairs
    from eval.records import write_record
    from eval.runs import score_pairs

    rouge = _rouge(
        metrics, stemmer, tokenizer, splitter, multiple, stop_words, max_words, max_bytes
    )
    pairs = read_pairs(candidates, references)
    record = score_pairs(pairs, rouge, name=candidates.name, seed=seed, processes=processes)
    if output is not None:
        write_record(record, output)
    _show_records([record])
    _say_blind(rouge, pairs.candidates, pairs.references)


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
                row.metric, hundred(row.a), hundred(row.b), f"{100 * row.difference.mean:+.2f}",
                f"{100 * row.difference.low:+.2f} to {100 * row.difference.high:+.2f}",
                f"{row.p:.4f}", f"{row.corrected:.4f}",
                str(row.tally.wins), str(row.tally.ties), str(row.tally.losses),
            ]
            for row in comparison.rows
        ],
    )  # fmt: skip
    print(
        f"A is {first.system} ({budget(first.words)}), B is {second.system} "
        f"({budget(second.words)}), on {counted(comparison.clusters, 'cluster')}."
    )
    if comparison.left_out:
        left_out = counted(comparison.left_out, "cluster")
        print(f"{left_out} left out, as one of the two failed there.")
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
    lines: list[str] = []
    try:
        with _progress(None) as advance:
            well = gates.check(
                path=floors or gates.FLOORS,
                renew=update,
                allow_regression=allow_regression,
                reason=reason,
                say=lines.append,
                done=advance,
            )
    finally:
        for line in lines:  # not into the bar
            print(line)
    if not well:
        _say(
            "Not all floors are reached: none was lowered, see the lines that say what stays."
            if update
            else "The gate is shut: see the lines marked FAIL."
        )
        raise typer.Exit(1)


results = typer.Typer(help="The README's table of results.", no_args_is_help=True)
app.add_typer(results, name="results")

Kept = Annotated[
    Path | None, typer.Option("--results", help="Another folder of results.", hidden=True)
]


@results.command()
def keep(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of runs.")],
    kept: Kept = None,
) -> None:
    """Keep the figures of runs, without texts, in eval/results/."""
    from eval import results as tables

    for folder in folders:
        for path in tables.keep(folder, kept or tables.RESULTS):
            print(path)


@results.command()
def table(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Markdown with the two marks.")
    ] = None,
    kept: Kept = None,
) -> None:
    """Print the table of the results kept, or put it into a file."""
    from eval import results as tables

    text = tables.table(tables.read_results(kept or tables.RESULTS))
    if file is None:
        print(text)
    else:
        tables.put(text, file)


def _rouge(
    metrics: str,
    stemmer: bool,
    tokenizer: str,
    splitter: str | None,
    multiple: str,
    stop_words: bool,
    max_words: int | None,
    max_bytes: int | None,
) -> Rouge:
    from eval.rouge import Rouge

    names = [name.strip() for name in metrics.split(",") if name.strip()]
    return Rouge(
        names,
        stemmer=stemmer,
        tokenizer=tokenizer,
        splitter=splitter or ("punkt" if "rougeLsum" in names else "newline"),
        references=multiple,
        stop_words=stop_words,
        max_words=max_words,
        max_bytes=max_bytes,
    )


def _say_blind(
    rouge: Rouge, candidates: Sequence[str], references: Sequence[Sequence[str]]
) -> None:
    """Notice texts that score 0 because the tokenizer does not know their script."""
    against = [text for texts in references for text in texts]
    blind = [sum(map(rouge.is_blind_to, texts)) for texts in (candidates, against)]
    if any(blind):
        advice = "" if rouge.tokenizer == "unicode" else " Try --tokenizer unicode."
        _say(
            f"Notice: {blind[0]:,} of {counted(len(candidates), 'candidate')} and {blind[1]:,} of "
            f"{counted(len(against), 'reference')} have no token under the tokenizer "
            f"{rouge.tokenizer} and score 0.{advice}"
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
                f"{hundred(f1['mean'])} [{hundred(f1['low'])}, {hundred(f1['high'])}]"
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


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as needed, the first to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        first, *others = zip(row, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        print("  ".join(cells).rstrip())


@contextmanager
def _progress(total: int | None) -> Iterator[Callable[[Any, Any], None]]:
    """A bar on standard error, a count where no total is known; nothing off a terminal."""
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
