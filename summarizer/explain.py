"""How a briefing came about, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from summarizer.records import Briefing, Difference, Duplicate, SentenceId
from summarizer.rendering import visible

MOST_ROWS = 30  # of a table; the JSON format has them all
PIPED_WIDTH = 120  # columns where the stream is no terminal and has no width


def explain(briefing: Briefing, stream: TextIO) -> None:
    """Print what was merged, what differs, the ranking, what was set aside, and the time."""
    console = Console(file=stream, width=None if stream.isatty() else PIPED_WIDTH, highlight=False)
    mark = {document.doc_id: f"[{n}]" for n, document in enumerate(briefing.documents, start=1)}

    _print_table(
        console,
        "Sentences merged (+ is kept)",
        ("", "article", "kind", "similarity", "sentence"),
        _merged(briefing, mark),
    )
    _print_table(
        console,
        "Kept apart because a fact differs",
        ("kind", "article", "similarity", "only here", "sentence"),
        _kept_apart(briefing, mark),
    )
    cited = {
        (citation.doc_id, citation.start, citation.end)
        for sentence in briefing.sentences
        for citation in sentence.citations
    }
    _print_table(
        console,
        "Salience (* is cited in the briefing)",
        ("rank", "", "salience", "articles", "from", "sentence"),
        [
            (
                str(rank),
                "*" if (sentence.doc_id, sentence.start, sentence.end) in cited else "",
                f"{entry.salience:.3f}",
                str(entry.corroboration),
                mark[sentence.doc_id],
                sentence.text,
            )
            for rank, entry in enumerate(briefing.ranking, start=1)
            for sentence in (entry.sentence,)
        ],
    )
    _print_table(
        console,
        "Set aside, not part of an article",
        ("article", "reason", "text"),
        [(mark[entry.doc_id], entry.reason, entry.text) for entry in briefing.dropped],
    )
    timings = [(stage, f"{seconds:.3f}") for stage, seconds in briefing.timings.items()]
    total = ("altogether", f"{sum(briefing.timings.values()):.3f}")
    _print_table(console, "Time", ("stage", "seconds"), [*timings, total] if timings else [])


def _merged(briefing: Briefing, mark: dict[str, str]) -> Iterable[tuple[str, ...]]:
    """Each kept sentence, followed by those that it stands for."""
    groups: dict[SentenceId, list[Duplicate]] = {}
    for duplicate in briefing.deduplication.dropped:
        groups.setdefault(duplicate.kept.id, []).append(duplicate)
    for group in groups.values():
        kept = group[0].kept
        yield "+", mark[kept.doc_id], "", "", kept.text
        for entry in group:
            sentence = entry.sentence
            yield "", mark[sentence.doc_id], entry.kind, f"{entry.similarity:.2f}", sentence.text


def _kept_apart(briefing: Briefing, mark: dict[str, str]) -> Iterable[tuple[str, ...]]:
    """Two rows a pair, whatever number of kinds of fact it differs in."""
    pairs: dict[tuple[SentenceId, SentenceId], list[Difference]] = {}
    for difference in briefing.deduplication.differences:
        pairs.setdefault((difference.first.id, difference.second.id), []).append(difference)
    for pair in pairs.values():
        first, second = pair[0].first, pair[0].second
        kinds = ", ".join(difference.kind for difference in pair)
        only_first = ", ".join(value for entry in pair for value in entry.first_values)
        only_second = ", ".join(value for entry in pair for value in entry.second_values)
        yield kinds, mark[first.doc_id], f"{pair[0].similarity:.2f}", only_first, first.text
        yield "", mark[second.doc_id], "", only_second, second.text


def _print_table(
    console: Console, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Print the first rows and how many more there are; only the title where there are none."""
    rows = list(rows)
    console.print(Text(title if rows else f"{title}: none", style="bold"))
    if not rows:
        console.print()
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right" if heading in _NUMBERS else "left")
    for row in rows[:MOST_ROWS]:
        # Text, because a cell of plain str is read as markup.
        table.add_row(*(Text(visible(cell), overflow="fold") for cell in row))
    console.print(table)
    if len(rows) > MOST_ROWS:
        console.print(Text(f"... and {len(rows) - MOST_ROWS} more (all with --format json)\n"))


_NUMBERS = frozenset({"rank", "salience", "similarity", "articles", "seconds"})
