"""Finite verbs and the words that open their clauses: is a stretch of tokens a clause?

Counting them tells a fragment ("At the centre of the inquiry"), a clause that hangs on
another ("which was launched last week") and a whole one apart, as far as rough tags can.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from summarizer.deletion_words import LINKS, OPENERS, TIME_UNITS
from summarizer.tagging import Token


def is_whole(kept: Sequence[Token]) -> bool:
    """Whether there is a verb for the main clause and for each clause that is opened."""
    front = 0  # "Even given the fact that ...", "Two years after ..."
    while front < len(kept) and (kept[front].tag in "RC" or kept[front].text.lower() in _FRONT):
        front += 1
    opener = kept[front] if front < len(kept) else None
    if opener and (opener.tag in "IUGE" or opener.text.lower() in LINKS or opener.text == "given"):
        kept = kept[front:]
    if not kept:
        return False
    if kept[0].tag in "IUGEVB":  # "In Tilby, he ...", "In July he ..."
        comma = next((place for place, token in enumerate(kept) if token.text == ","), None)
        if comma is None:
            if kept[0].tag != "I" or kept[0].text.lower() in LINKS:
                return False
            pairs = pairwise(kept)
            if any(token.text in '-"' for token in kept):
                return False
            first = next((place for place in range(len(kept)) if _opens(kept, place)), len(kept))
            return verbs(kept[:first]) > 0 and any(
                (two.tag == "X" and two.text.lower() not in ("being", "been", "be", "having"))
                or (one.tag == "O" and two.tag == "V")
                for one, two in pairs
            )
        kept = kept[comma + 1 :]
    return verbs(kept) > openers(kept)


_FRONT = TIME_UNITS | frozenset("long right shortly soon a an the".split())


def verbs(tokens: Sequence[Token]) -> int:
    """How many finite verbs there are."""
    return sum(_is_verb(tokens, place) for place in range(len(tokens)))


def _is_verb(tokens: Sequence[Token], place: int) -> bool:
    """Whether a finite verb stands there, "has also been" being one."""
    before = place - 1
    while before >= 0 and tokens[before].tag == "R":
        before -= 1
    return tokens[place].tag in "VX" and (before < 0 or tokens[before].tag != "X")


def openers(tokens: Sequence[Token]) -> int:
    """How many clauses are opened that want a verb of their own."""
    return sum(_opens(tokens, place) for place in range(len(tokens)))


def _opens(tokens: Sequence[Token], place: int) -> bool:
    token, after = tokens[place], tokens[place + 1 : place + 2]
    opener = token.tag in "WU" or token.text.lower() in OPENERS
    return (opener and not (after and after[0].text == "of")) or _opens_speech(tokens[place:])


def is_subordinate(body: Sequence[Token]) -> bool:
    """Whether each verb has an opener of its own before it: none is of a main clause."""
    free = 0
    for place, token in enumerate(body):
        free += _opens(body, place) or token.text.lower() in LINKS
        if _is_verb(body, place):
            free -= 1
            if free < 0:
                return False
    return True


def _opens_speech(tokens: Sequence[Token]) -> bool:
    """ "saying the mill ..." """
    said = tokens[0].text.lower() in ("say", "said", "says", "saying")
    return said and len(tokens) > 1 and tokens[1].tag in "DNPOAC"


def links(body: Sequence[Token]) -> int:
    """How many words behind which a clause may stand: "after justices declared" """
    return sum(token.text.lower() in LINKS for token in body)


def resumes(gone: Sequence[Token]) -> bool:
    """Whether a verb behind a comma goes on with the clause outside: ", who died, was ..." """
    plain = [token for token in gone if token.tag != "R"]
    return any(one.text in ",-" and other.tag in "VX" for one, other in pairwise(plain))
