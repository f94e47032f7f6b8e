"""Statements turned round by a small word: what will be, who once was, there and back.

Each is read off the words of a text in lower case and in order, a comma or the like
wherever a clause may end (``summarizer.facts.Facts.words``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from summarizer import fact_words as known
from summarizer.words import STOP_WORDS, stem_of

_FUTURE = frozenset("will shall ll would".split())
_AUXILIARY = frozenset("not be have also now soon then still only".split())
_DOUBTED = frozenset[str]().union(*known.DOUBTS.values())  # "expected" speaks of no past
_FORMER = frozenset("former ex onetime erstwhile".split())
_REACH = 3  # words from "former" to the office; content words of a place after "to"
_ROUTE = 6  # words from "from" to "to"


def contrasts(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What one states and the other turns round: (words of ``first``, of ``second``)."""
    yield from _contrasts(first, second)
    yield from (pair[::-1] for pair in _contrasts(second, first))
    for start, end in _routes(first):
        for other_start, other_end in _routes(second):
            if start & other_end and end & other_start and not (start & other_start):
                there = " ".join(sorted(start)), " ".join(sorted(end))
                yield f"from {there[0]} to {there[1]}", f"from {there[1]} to {there[0]}"


def _contrasts(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Where ``first`` speaks of a former office or of the future and ``second`` does not."""
    (former, held), (other_former, other_held) = _offices(first), _offices(second)
    for office in sorted((former - held) & (other_held - other_former)):
        yield f"former {office}", office
    (future, past), (other_future, other_past) = _times(first), _times(second)
    for verb in sorted((future.keys() - past.keys()) & (other_past.keys() - other_future.keys())):
        yield f"will {future[verb]}", other_past[verb]


def _offices(words: Sequence[str]) -> tuple[set[str], set[str]]:
    """The offices that someone is said to have held, and those to hold."""
    former: set[str] = set()
    held: set[str] = set()
    reach = 0
    for word in words:
        if word in _FORMER:
            reach = _REACH
            continue
        if word in known.TITLES:
            (former if reach else held).add(word)
        elif not word.isalpha() or (word in STOP_WORDS and word not in known.ALIASES):
            reach = 0
        reach = max(reach - 1, 0)
    return former, held


def _times(words: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The stems of verbs in the future and in the past, each with its word."""
    future: dict[str, str] = {}
    past: dict[str, str] = {}
    ahead = False
    before = ""
    for word in words:
        if word in _FUTURE or (before, word) == ("to", "be"):
            ahead = True
        elif ahead and not (word in _AUXILIARY or word.endswith("ly")):
            future[_verb(word)] = word
            ahead = False
        elif not ahead and word not in _DOUBTED and _is_past(word):
            past[_verb(word)] = word
        before = word
    return future, past


def _is_past(word: str) -> bool:
    return word.endswith("ed") or known.IRREGULAR.get(word, word) != word


def _verb(word: str) -> str:
    return stem_of(known.IRREGULAR.get(word, word))


def _routes(words: Sequence[str]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Where each "from ... to ..." begins and ends: stems, without those of both."""
    for place, word in enumerate(words):
        between = words[place + 1 : place + 1 + _ROUTE]
        if word != "from" or "to" not in between:
            continue
        middle = place + 1 + between.index("to")
        start, end = _stems(words[place + 1 : middle]), _stems(words[middle + 1 :])[:_REACH]
        yield frozenset(start) - frozenset(end), frozenset(end) - frozenset(start)


def _stems(words: Sequence[str]) -> list[str]:
    """The stems of the content words up to the end of the clause."""
    stems = []
    for word in words:
        if not word.isalpha() or word in ("and", "but", "from"):
            break
        if word not in STOP_WORDS:
            stems.append(stem_of(word))
    return stems
