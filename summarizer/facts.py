"""What a sentence states that must not be lost or changed: numbers, dates, names, negation.

Negation is taken widely: words with opposites, doubt ("may", "allegedly"), "un-" and who
does what to whom turn a statement round as "not" does.

Facts are read off the surface with rules, for English news. They are normalised so that
the same fact in another spelling is the same string; they serve two questions: do two
sentences that look alike say the same (``differences``, ``covers``), and does a written
sentence state only what its sources state (``missing``)?
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import NamedTuple

from summarizer import fact_words as known
from summarizer.contrasts import contrasts
from summarizer.fact_reading import Amounts, read_dates, read_names, read_numbers
from summarizer.records import DifferenceKind
from summarizer.words import STOP_WORDS, collapse, fold, plain_quotes, stem_of


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
    turns:    words that have an opposite ("rose", "rejected") and words of doubt ("may")
    counted:  (numeral, the word counted), where one follows the other
    amounts:  (numeral, bound, unit): ("12", "at least", ""), ("3000000", "", "euro")
    words:    all words in lower case and in order, a comma wherever a clause may end
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
    amounts: Amounts = frozenset()
    words: tuple[str, ...] = ()
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
    undated = re.findall(r"[a-z]+|[,;:()]", _joined(rest.lower()))
    numbers, counted, amounts, rest = read_numbers(rest)
    names, unsure = read_names(rest)
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", plain)
    lowered = frozenset(word for word in words if word[0].islower())
    return Facts(
        numbers=numbers,
        dates=dates,
        names=names,
        negated=len(_NEGATION.findall(plain)) % 2 == 1,
        quotes=tuple(fold(quote) for quote in re.findall(r'"([^"]*\w[^"]*)"', plain)),
        turns=frozenset(word for word in undated if _sides(word) or word in _DOUBT_OF),
        counted=counted,
        amounts=amounts,
        words=tuple(undated),
        unsure=unsure,
        lowered=lowered,
    )


def differences(first: Facts, second: Facts) -> tuple[FactDifference, ...]:
    """What either states and the other does not, one entry a kind, empty for equal facts.

    Two texts contradict one another, or speak of different things, where both sides of
    an entry hold something, or its kind is "negation"; where only one does, the text
    that states more is the more complete one.
    """
    found: dict[DifferenceKind, FactDifference] = {}
    for kind, only_first, only_second in _found(first, second):
        before = found.get(kind, FactDifference(kind, (), ()))
        found[kind] = FactDifference(
            kind,
            tuple(sorted({*before.only_first, *only_first})),
            tuple(sorted({*before.only_second, *only_second})),
        )
    return tuple(found[kind] for kind in ("number", "date", "name", "negation") if kind in found)


def covers(first: Facts, second: Facts) -> bool:
    """Whether ``first`` states every fact of ``second``, and neither turns the other round."""
    return not any(
        difference.only_second or difference.kind == "negation"
        for difference in _found(first, second)
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


# ------------------------------------------------------------------ what contradicts what


def _found(first: Facts, second: Facts) -> Iterator[FactDifference]:
    """Every difference, one kind possibly several times, the cheap ones first."""
    for kind, compare in _KINDS:
        yield from _difference(kind, compare(first, second), compare(second, first))
    if first.negated != second.negated:
        yield from _difference("negation", *((("not",), ()) if first.negated else ((), ("not",))))
    yield from _amounts(first, second)
    yield from _opposed(first, second)
    here, there = _doubts(first), _doubts(second)
    yield from _difference(
        "negation",
        tuple(word for word in here if here[word] not in there.values()),
        tuple(word for word in there if there[word] not in here.values()),
    )
    if first.words != second.words:
        yield from _difference("negation", _undone(first, second), _undone(second, first))
        for one, other in contrasts(first.words, second.words):
            yield FactDifference("negation", (one,), (other,))
        yield from _swapped(first, second)


def _difference(
    kind: DifferenceKind, only_first: tuple[str, ...], only_second: tuple[str, ...]
) -> Iterator[FactDifference]:
    if only_first or only_second:
        yield FactDifference(kind, only_first, only_second)


def _amounts(first: Facts, second: Facts) -> Iterator[FactDifference]:
    """The same numeral within other bounds, or with another unit."""
    for number in sorted(first.numbers & second.numbers):
        here = {amount for amount in first.amounts if amount[0] == number}
        there = {amount for amount in second.amounts if amount[0] == number}
        for part in (1, 2):
            one, other = {amount[part] for amount in here}, {amount[part] for amount in there}
            if part == 2:  # "3 million" leaves open of what
                one, other = one - {""}, other - {""}
            if one and other and one.isdisjoint(other):
                words = "{1} {0}" if part == 1 else "{0} {1}"
                yield FactDifference(
                    "number",
                    tuple(sorted(words.format(number, value).strip() for value in one)),
                    tuple(sorted(words.format(number, value).strip() for value in other)),
                )


def _opposed(first: Facts, second: Facts) -> Iterator[FactDifference]:
    """Words on different sides of a row of opposites, where no side is in both texts."""
    here, there = _rows(first), _rows(second)
    for row in sorted(here.keys() & there.keys()):
        if {side for side, _ in here[row]}.isdisjoint(side for side, _ in there[row]):
            yield FactDifference(
                known.OPPOSITES[row][0],
                tuple(sorted({word for _, word in here[row]})),
                tuple(sorted({word for _, word in there[row]})),
            )


def _rows(stated: Facts) -> dict[int, set[tuple[int, str]]]:
    """By row of the opposites, the sides on which the text stands, and with which words."""
    rows: dict[int, set[tuple[int, str]]] = {}
    for word in stated.turns:
        for row, side in _sides(word):
            rows.setdefault(row, set()).add((side, word))
    return rows


@lru_cache(maxsize=50_000)
def _sides(word: str) -> tuple[tuple[int, int], ...]:
    """The rows of the opposites that hold an inflection of ``word``, and on which side."""
    return tuple(
        sorted(
            {
                place
                for listed, place in _LISTED.get(stem_of(word), ())
                # One stem is not enough: "nations" has that of "national".
                if word.startswith(listed[:-1]) and len(word) - len(listed) <= 3
            }
        )
    )


def _joined(text: str) -> str:
    """Lower-case text with "non-" joined to its word, and "for" only where it is for a side."""
    text = re.sub(r"\bnon-(?=[a-z])", "non", text)
    return text if _FOR_SIDE.search(text) else re.sub(r"\bfor\b", " ", text)


def _doubts(stated: Facts) -> dict[str, str]:
    return {word: _DOUBT_OF[word] for word in sorted(stated.turns) if word in _DOUBT_OF}


def _undone(first: Facts, second: Facts) -> tuple[str, ...]:
    """Words of ``first`` that deny by a prefix what ``second`` states ("unsafe", "safe")."""
    denying = [(word, match[1]) for word in first.words if (match := _PREFIX.match(word))]
    if not denying:
        return ()
    here = {stem_of(word) for word in first.words}
    there = {stem_of(word) for word in second.words}
    return tuple(
        word
        for word, rest in denying
        if stem_of(rest) in there - here and stem_of(word) not in there
    )


def _swapped(first: Facts, second: Facts) -> Iterator[FactDifference]:
    """Who did it to whom, and the other way round: "A beat B", "B beat A"."""
    here, there = _roles(first), _roles(second)
    for one, verb, other in sorted(here):
        if (
            (other, verb, one) in there
            and (one, verb, other) not in there
            and (other, verb, one) not in here
        ):
            yield FactDifference("negation", (f"{one} {verb} {other}",), (f"{other} {verb} {one}",))
            return


def _roles(stated: Facts) -> set[tuple[str, str, str]]:
    """(before, word, after) for the words near each word of a clause, "by" turned round."""
    roles: set[tuple[str, str, str]] = set()
    clause: list[str] = []
    last: list[str] = []
    for word in (*stated.words, ","):
        if word not in _CLAUSE_ENDS:
            clause.append(word)
            last = [word]
            continue
        for place, verb in enumerate(clause):
            if verb in STOP_WORDS or verb in known.MUTUAL or len(verb) < 3:
                continue
            if _is_noun(clause[:place]):
                continue
            verb = stem_of(known.IRREGULAR.get(verb, verb))
            before, after = clause[:place], clause[place + 1 :]
            passive = _is_passive(clause[place], before)
            if passive and "by" not in after:
                continue  # "were damaged in a storm": who did it is not said by place
            if passive:
                after = after[after.index("by") + 1 :]
            ones = [stem for w in before if (stem := _role(w))][-_REACH:]
            others = [stem for w in after if (stem := _role(w))][:_REACH]
            if passive:
                ones, others = others, ones
            roles |= {(one, verb, other) for one in ones for other in others if one != other}
        # "A, who beat B": the clause's party stands before it
        clause = last[-1:] if word in _RELATIVES else []
    return roles


def _is_passive(verb: str, before: list[str]) -> bool:
    """Whether a form of "be" stands before the verb; "is to send", "is sending" are active."""
    near = before[-3:]
    return not (verb.endswith("ing") or "to" in near) and not _BE.isdisjoint(near)


def _is_noun(before: list[str]) -> bool:
    """Whether an article or a genitive stands before the word, perhaps with "only" between."""
    if before and before[-1] in STOP_WORDS - _DETERMINERS:
        before = before[:-1]
    return bool(before) and before[-1] in _DETERMINERS


def _role(word: str) -> str | None:
    """What stands for a party: a country under its one name, another word as its stem."""
    return None if word in STOP_WORDS else known.ALIASES.get(word) or stem_of(word)


_Compare = Callable[[Facts, Facts], tuple[str, ...]]
_KINDS: tuple[tuple[DifferenceKind, _Compare], ...] = (
    ("number", _numbers_without),
    ("date", _dates_without),
    ("name", _names_without),
)
_LISTED: dict[str, list[tuple[str, tuple[int, int]]]] = {}
for _row, (_, _listed_sides) in enumerate(known.OPPOSITES):
    for _side, _words in enumerate(_listed_sides):
        for _word in _words:
            _LISTED.setdefault(stem_of(_word), []).append((_word, (_row, _side)))

_DOUBT_OF = {word: doubt for doubt, words in known.DOUBTS.items() for word in words}
_PREFIX = re.compile(r"(?:un|in|im|il|ir|dis|non|de)([a-z]{4,})$")
_FOR_SIDE = re.compile(
    r"\b(?:vot|rul|argu|spoke|speak|testif|campaign|ballot)[a-z]*(?: [\w,-]+){0,2} for\b"
)
_CLAUSE_ENDS = frozenset(", ; : ( )".split()) | frozenset(
    "and but while although though because which who as when after before".split()
)
_DETERMINERS = frozenset("the a an s his her its their our this that these those".split())
_RELATIVES = frozenset("who which".split())
_BE = frozenset("is are was were be been being".split())
_REACH = 3  # content words on either side of a verb that may be its parties

_NEGATION = re.compile(
    r"\b(?:not(?! only\b)|(?:\w+n't)|cannot|never|no(?! doubt\b| fewer\b| less\b|\. ?\d)"
    r"|none|nobody|nothing|neither|without|hardly|barely|scarcely"
    r"|fail(?:s|ed|ing)? to|refus(?:e|es|ed|ing)"
    r"|den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|turn(?:s|ed|ing)? down|declin(?:e|es|ed|ing) to"
    r"|ruled? out|unlikely|unable|yet to"
    r"|stopped short of)\b",
    re.IGNORECASE,
)
