"""What a sentence states that must not be lost or changed: numbers, dates, names, negation.

Facts are read off the surface with rules, for English news. They are normalised so that
the same fact in another spelling is the same string; they serve two questions: do two
sentences that look alike say the same (``differences``, ``covers``), and does a written
sentence state only what its sources state (``missing``)?
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

from summarizer import fact_words as known
from summarizer.fact_reading import read_dates, read_names, read_numbers
from summarizer.records import DifferenceKind
from summarizer.words import collapse, fold, plain_quotes


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a text.

    numbers:  decimal numerals without separators, magnitudes multiplied out: "1500000",
              "3.2%", "1st" (ordinal), "1/2" (fraction), "dozens" (vague)
    dates:    "2024-01-21", with "????" or "??" for what is not said ("????-09-??"),
              "1990s", "tuesday", "11:40", "last year"
    names:    lower-case words without titles, countries and bodies under one name each
    negated:  whether the text as a whole denies
    quotes:   what stands in double quotes, folded
    turns:    words that have an opposite ("rose", "rejected")
    counted:  (numeral, the word counted), where one follows the other
    unsure:   those of ``names`` whose first word may be an ordinary one with a capital only
              because of where it stands; it counts if the other text has it not in lower case
    lowered:  the words that the text writes in lower case
    """

    numbers: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    negated: bool = False
    quotes: tuple[str, ...] = ()
    turns: frozenset[str] = frozenset()
    counted: frozenset[tuple[str, str]] = frozenset()
    unsure: frozenset[str] = frozenset()
    lowered: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        """How much is stated; a text that covers another has at least its count."""
        dates = {
            (place, part)
            for date in self.dates
            for place, part in enumerate(_date_parts(date))
            if not part.startswith("?")
        }
        names = {word for name in self.names for word in name.split()[name in self.unsure :]}
        return len(self.numbers) + len(dates) + len(names)


class FactDifference(NamedTuple):
    """What of one kind only the first, and only the second, of two texts states."""

    kind: DifferenceKind
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


def facts(text: str) -> Facts:
    """The facts that ``text`` (a sentence, or several) states."""
    plain = collapse(plain_quotes(unicodedata.normalize("NFKC", text)))
    dates, rest = read_dates(plain)
    numbers, counted, rest = read_numbers(rest)
    names, unsure = read_names(rest)
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", plain)
    lowered = frozenset(word for word in words if word[0].islower())
    return Facts(
        numbers=numbers,
        dates=dates,
        names=names,
        negated=len(_NEGATION.findall(plain)) % 2 == 1,
        quotes=tuple(fold(quote) for quote in re.findall(r'"([^"]*\w[^"]*)"', plain)),
        turns=frozenset(re.findall(r"[a-z]+", rest.lower())) & _TURNS,
        counted=counted,
        unsure=unsure,
        lowered=lowered,
    )


def differences(first: Facts, second: Facts) -> tuple[FactDifference, ...]:
    """What either states and the other does not, one entry a kind, empty for equal facts.

    Two texts contradict one another, or speak of different things, where both sides of
    an entry hold something, or its kind is "negation"; where only one does, the text
    that states more is the more complete one.
    """
    found: list[FactDifference] = []
    for kind, compare in _KINDS:
        only_first, only_second = compare(first, second), compare(second, first)
        if only_first or only_second:
            found.append(FactDifference(kind, only_first, only_second))
    turned_first, turned_second = _turned(first, second)
    if first.negated != second.negated:
        turned_first += ("not",) if first.negated else ()
        turned_second += ("not",) if second.negated else ()
    if turned_first or turned_second:
        found.append(FactDifference("negation", turned_first, turned_second))
    return tuple(found)


def covers(first: Facts, second: Facts) -> bool:
    """Whether ``first`` states every fact of ``second``, and neither turns the other round."""
    return not any(
        difference.only_second or difference.kind == "negation"
        for difference in differences(first, second)
    )


def missing(output: Facts, sources: Iterable[Facts]) -> tuple[tuple[DifferenceKind, str], ...]:
    """The numbers, dates and names of ``output`` that no source states, with their kinds."""
    together = reduce(_join, sources, Facts())
    return tuple((kind, value) for kind, compare in _KINDS for value in compare(output, together))


def _join(first: Facts, second: Facts) -> Facts:
    """All that either states; an unsure name is sure once either is sure of it."""
    sure = (first.names - first.unsure) | (second.names - second.unsure)
    return Facts(
        numbers=first.numbers | second.numbers,
        dates=first.dates | second.dates,
        names=first.names | second.names,
        unsure=(first.unsure | second.unsure) - sure,
        lowered=first.lowered | second.lowered,
    )


# ------------------------------------------------------------------- what covers what


def _numbers_without(first: Facts, second: Facts) -> tuple[str, ...]:
    """Numbers of ``first`` that ``second`` lacks, also such as it gives something else."""
    years = {date[:4] for date in second.dates}
    lacking = {number for number in first.numbers - second.numbers if number not in years}
    nouns = {noun for _, noun in first.counted} & {noun for _, noun in second.counted}
    for noun in nouns:
        here = {number for number, counted in first.counted if counted == noun}
        there = {number for number, counted in second.counted if counted == noun}
        if here.isdisjoint(there):
            lacking |= here
    return tuple(sorted(lacking))


def _dates_without(first: Facts, second: Facts) -> tuple[str, ...]:
    return tuple(
        sorted(
            date
            for date in first.dates
            if not any(_date_covers(other, date) for other in second.dates)
            and not (date.endswith("-??-??") and date[:4] in second.numbers)
        )
    )


def _date_parts(date: str) -> list[str]:
    return date.split("-") if re.match(r"[\d?]{4}-", date) else [date]


def _date_covers(complete: str, date: str) -> bool:
    parts, others = _date_parts(date), _date_parts(complete)
    return len(parts) == len(others) and all(
        part == other or part.startswith("?") for part, other in zip(parts, others, strict=True)
    )


def _names_without(first: Facts, second: Facts) -> tuple[str, ...]:
    """Names of ``first`` of which no name of ``second`` has all the words (or initials)."""
    there = [set(name.split()) for name in second.names]
    initials = {_initials(name) for name in second.names}

    def lacks(name: str) -> bool:
        words = name.split()
        if name in first.unsure and words[0] in second.lowered:
            words = words[1:]  # "Singer Nora Vance" beside "the singer Nora Vance"
        return (
            bool(words)
            and not any(held.issuperset(words) for held in there)
            and name not in initials
            and _initials(name) not in second.names
        )

    return tuple(sorted(name for name in first.names if lacks(name)))


def _initials(name: str) -> str:
    """ "korean central news agency" gives "kcna"; one word gives nothing that is a name."""
    words = name.split()
    return "".join(word[0] for word in words) if len(words) > 2 else " "


def _turned(first: Facts, second: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words that stand on opposite sides of a pair of opposites, in texts on one side each."""
    for one, other in known.OPPOSITES:
        for here, there in ((one, other), (other, one)):
            if (
                first.turns & here
                and second.turns & there
                and not first.turns & there
                and not second.turns & here
            ):
                return tuple(sorted(first.turns & here)), tuple(sorted(second.turns & there))
    return (), ()


_Compare = Callable[[Facts, Facts], tuple[str, ...]]
_KINDS: tuple[tuple[DifferenceKind, _Compare], ...] = (
    ("number", _numbers_without),
    ("date", _dates_without),
    ("name", _names_without),
)
_TURNS = frozenset(word for pair in known.OPPOSITES for side in pair for word in side)

_NEGATION = re.compile(
    r"\b(?:not(?! only\b)|(?:\w+n't)|cannot|never|no(?! doubt\b| fewer\b| less\b|\. ?\d)"
    r"|none|nobody|nothing|neither|without|fail(?:s|ed|ing)? to|refus(?:e|es|ed|ing)"
    r"|den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|declin(?:e|es|ed|ing) to"
    r"|ruled? out|unlikely|unable|yet to"
    r"|stopped short of)\b",
    re.IGNORECASE,
)
