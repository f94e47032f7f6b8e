"""How figures are written, the same in tables, reports and messages."""

from __future__ import annotations


def hundred(value: float) -> str:
    """A score from 0 to 1 as 0 to 100, with two places."""
    return f"{100 * value:.2f}"


def counted(count: int, noun: str) -> str:
    """A number with its noun: "1 cluster", "1,000 clusters"."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def budget(words: int | None) -> str:
    """The words that a system was given; candidates from a file have no such budget."""
    return "as written" if words is None else counted(words, "word")


def seconds(value: float | None) -> str:
    """With two places up to ten seconds, else whole; a dash where nobody measured them."""
    if value is None:
        return "–"
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"
