"""The guard: why a written sentence must be refused, given the sentences it was written from.

A pure function of texts, for a writer that tries one hypothesis after the other and for
the support stage. What it asks, in this order:

whole     it is a sentence with a verb, ends as one, and says nothing twice
facts     every number, quantity, date, name and quotation is in a source
polarity  no negation came or went, no word became its opposite
certainty what the sources hold for possible, planned or alleged is not told as a fact
stitches  what it says of one thing is said of that thing by one source
omissions what it leaves out of a source leaves the rest true

The rules are for English. Of text in another language or script the guard checks end
marks, brackets, numerals, quotations and such negations and dates as look English.
A sentence copied from a source is refused for nothing but what was added to it.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from summarizer.facts import Facts, differences, facts, missing
from summarizer.hedges import overstated
from summarizer.negation import Polarity, polarity, turned
from summarizer.omissions import omissions
from summarizer.stitches import stitches
from summarizer.wholeness import broken, echo, is_english
from summarizer.words import fold, stem_of, stems

# What a writer puts before or after a copied sentence to say that a report is old.
_WHEN = re.compile(r"^(?:In|On) [A-Z]?[\w ]+, |\s*\(reported [\w ]+\)(?=\W*$)")


def refusals(
    written: str,
    sources: Sequence[str],
    *,
    published: Collection[dt.date] = (),
    ties: bool = True,
) -> tuple[str, ...]:
    """Why ``written`` must not be told, one phrase each; empty where it may.

    ``sources`` are the sentences it was written from, its lead first, and ``published``
    the days on which they appeared, which it may name. Without ``ties`` stitches and
    omissions pass: for sources that were guessed, where a missing one proves nothing.
    """
    if any(fold(written) == fold(source) for source in sources):
        return ()
    return tuple(dict.fromkeys(_faults(written, sources, published, ties=ties)))


def _faults(
    written: str, sources: Sequence[str], published: Collection[dt.date], *, ties: bool
) -> Iterator[str]:
    if fault := _turned(written, sources):
        yield fault
    english = is_english(written)
    if english and (fault := overstated(written, sources)):
        yield fault
    if quotes(written, sources):
        return
    copied = _WHEN.sub("", written)
    if copied != written and quotes(copied, sources):
        yield from _invented(" ".join(_WHEN.findall(written)), sources, published)
        return
    yield from _invented(written, sources, published)
    if fault := broken(written):
        yield fault
    if not english:
        return
    if (said := echo(written)) and not any(echo(source) == said for source in sources):
        yield f"it says “{said}” twice"
    if ties:
        yield from stitches(written, sources)
        yield from omissions(written, sources)


def quotes(written: str, sources: Iterable[str]) -> bool:
    """Whether ``written`` stands word for word in one of ``sources``."""
    words = f" {fold(written)} "
    return any(words in f" {fold(source)} " for source in sources)


@lru_cache(maxsize=4096)
def _facts(text: str) -> Facts:
    return facts(text)


@lru_cache(maxsize=4096)
def _polarity(text: str) -> Polarity:
    return polarity(text, stem_of)


def spelled(published: Iterable[dt.date]) -> list[str]:
    """The days as a text states them."""
    return [f"{calendar.month_name[d.month]} {d.day}, {d.year}" for d in sorted(published)]


def _invented(
    written: str, sources: Sequence[str], published: Collection[dt.date]
) -> Iterator[str]:
    """Facts of ``written`` that no source states."""
    here = _facts(written)
    stated = [_facts(text) for text in (*sources, *spelled(published))]
    english = is_english(written)
    there = frozenset[str]().union(*(stems(source) for source in sources))
    for kind, value in missing(here, stated):
        # "Ferries" where the source says "ferry"
        if kind != "name" or (english and not stems(value) <= there):
            yield _phrase(kind, value)
    folded = [f" {fold(source)} " for source in sources]
    for quote in here.quotes:
        if not any(f" {quote} " in source for source in folded):
            yield f"the quotation “{quote}” is in none of its sources"
    amounts = [amount for held in stated for amount in held.amounts]
    for number, bound, _ in sorted(here.amounts):
        bounds = {other for value, other, _ in amounts if value == number}
        if bounds and bound not in bounds:
            said, held = f"{bound} {number}".strip(), f"{min(bounds)} {number}".strip()
            yield f"it says {said}, its source {held}"


def _turned(written: str, sources: Sequence[str]) -> str | None:
    """What is wrong where ``written`` says the opposite of the source it follows."""
    if not sources:
        return None
    fault = turned(_polarity(written), [_polarity(source) for source in sources])
    if fault:
        return fault
    stated = [_facts(source) for source in sources]
    opposites = {
        word
        for difference in differences(_facts(written), stated[0])
        if difference.kind == "negation"
        for word in difference.only_first
    } - {"not"}
    unsaid = sorted(opposites - {word for held in stated for word in held.turns})
    return f"it says “{unsaid[0]}” and its source does not" if unsaid else None


def _phrase(kind: str, value: str) -> str:
    if kind == "name":
        value = value.upper() if len(value) < 3 else value.title()
    elif kind == "date":
        value = _day(value)
    return f"the {kind} {value} is in none of its sources"


def _day(value: str) -> str:
    """ "????-09-03" gives "3 September", "tuesday" "Tuesday"."""
    year, *rest = value.split("-")
    if len(rest) != 2:
        return value.capitalize()
    month, day = rest
    name = calendar.month_name[int(month)] if month.isdigit() else ""
    return " ".join(part for part in (day.lstrip("0"), name, year) if part.strip("?"))
