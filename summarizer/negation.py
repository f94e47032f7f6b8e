"""Negations, and the words they deny: did one come or go between source and sentence?

A surface rule for English: a negation denies the next few content words of its clause
("no *date* has been *set*"), or the last ones before it where none follow. Unlike the
parity of negations in a whole sentence, this lets a long sentence lose a clause.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from summarizer.words import collapse, content_words, plain_quotes

_REACH = 4  # content words that a negation denies at most

_CUE = re.compile(
    r"\b(?:not(?! only\b)|cannot|\w+n't|never|no(?! doubt\b| fewer\b| less\b|\. ?\d)|none|nobody"
    r"|nothing|neither|nor|without|(?:fail|declin|refus)(?:s|es|e|ed|ing)? to|yet to|unable to"
    r"|declin(?:es|ed|ing) (?=an?\b|the\b|his\b|her\b|its\b|their\b)|den(?:y|ies|ied|ying)"
    r"|reject(?:s|ed|ing)?|unlikely|ruled? out|stopped short of)\b",
    re.IGNORECASE,
)
# "undetermined" denies "determined", and nothing else.
_UN = re.compile(r"un(?!i|der)\w{2,}(?:ed|able|ible|clear|known|safe|fair|sure)$")
_CLAUSE = re.compile(
    r"[;:()\"]|[,.!?](?=\s|$)|\s-\s|\b(?:but|while|although|though|because|which|who)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Polarity:
    """Stems: what each negation denies, what "un-" does, and what no negation reaches."""

    denied: tuple[frozenset[str], ...]
    undone: frozenset[str]
    stated: frozenset[str]


def polarity(text: str, stem: Callable[[str], str]) -> Polarity:
    """What ``text`` denies and what it states."""
    denied: list[frozenset[str]] = []
    stated: set[str] = set()
    for clause in _CLAUSE.split(plain_quotes(collapse(text))):
        first, *pieces = _CUE.split(clause)
        before = [stem(word) for word in content_words(first)]
        for place, piece in enumerate(pieces):
            after = [stem(word) for word in content_words(piece)]
            if after:
                denied.append(frozenset(after[:_REACH]))
                stated.update(after[_REACH:])
            elif place == 0 and before:
                denied.append(frozenset(before[-2:]))
                before = before[:-2]
        stated.update(before)
    undone = frozenset(stem(word[2:]) for word in content_words(text) if _UN.match(word))
    return Polarity(tuple(denied), undone, frozenset(stated))


def turned(output: Polarity, sources: Sequence[Polarity]) -> str | None:
    """What is wrong where ``output`` turns its sources round, as a phrase; else None.

    The first of ``sources`` is the one that ``output`` follows most closely: what that
    one denies, ``output`` may state only where another source does.
    """
    denied = frozenset[str]().union(*(s.undone.union(*s.denied) for s in sources))
    stated = frozenset[str]().union(*(source.stated for source in sources))
    if any(words.isdisjoint(denied) for words in output.denied) or output.undone & stated - denied:
        return "it denies what none of its sources denies"
    for words in sources[0].denied if sources else ():
        if not all(words.isdisjoint(others) for others in output.denied):
            continue
        back = words & output.stated
        if len(back) > len(words) / 2 and not back <= stated:
            return "it states what its source denies"
    if sources and sources[0].undone & output.stated - stated:
        return "it states what its source denies"
    return None
