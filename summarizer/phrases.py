"""Kinds of words and phrases: a day, an office, an adverb that says little, as rough tags tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from summarizer.deletion_words import (
    BODIES,
    DAY,
    HALVES,
    LITTLE,
    LOOSE,
    SUPERLATIVES,
)
from summarizer.fact_words import TENS, TITLES, UNITS, WEEKDAYS
from summarizer.tagging import Token, is_past
from summarizer.words import stem_of

NOMINAL = "NPTCOS"  # tags of what a noun phrase may end with
MARKS = frozenset(",;:(-[")
SAY = "say"
# Stems of verbs by which something is told.
TELLING = {SAY}.union(
    map(
        stem_of,
        """confirm announce claim believe estimate insist warn allege argue suggest predict
        acknowledge deny admit declare hear show find rule share recall joke reveal note
        conclude""".split(),
    )
)
YEAR = re.compile(r"(?:1[5-9]|20)\d\ds?$")
LONG = 8  # tokens that no heading and no dateline has
_PAST = frozenset("was were had did said 'd would could might".split())
_WEEKDAYS = frozenset([*WEEKDAYS, "today", "yesterday", "tomorrow"])


def has(tokens: Sequence[Token], word: str) -> bool:
    """Whether the lower-case ``word`` is among them."""
    return any(token.text.lower() == word for token in tokens)


def is_dateline(gone: Sequence[Token]) -> bool:
    """ "Tilby (AP) -" """
    named = all(token.tag in "PNT." for token in gone) and any(t.text == "(" for t in gone)
    return gone[-1].text == "-" and named and len(gone) < 2 * LONG


def is_superlative(token: Token) -> bool:
    """What is measured by something: "first", "only", "greatest" """
    low = token.text.lower()
    return low in SUPERLATIVES or (token.tag in "AR" and low.endswith("est") and len(low) > 5)


def is_title(token: Token) -> bool:
    """ "President", "Mr." """
    return token.text.rstrip(".").lower() in TITLES


def is_office(body: Sequence[Token], after: Token) -> bool:
    """ "President" Duarte, but no "Justice" Department"""
    named = after.tag == "P" and not is_title(after) and after.text.lower() not in BODIES
    titled = is_title(body[-1]) and body[-1].text.lower() not in HALVES
    return named and titled and all(token.tag == "P" or is_title(token) for token in body)


def is_manner(token: Token) -> bool:
    """An adverb that says little; one that says how often, how much or how surely binds."""
    return token.tag == "R" and token.text.lower() in LITTLE


def is_later(before: Token, body: Sequence[Token]) -> bool:
    """ "two years later" """
    return body[-1].text.lower() in ("later", "earlier") and before.tag in "NTC"


def is_day(body: Sequence[Token]) -> bool:
    """ "on Tuesday", "late Tuesday night" """
    timed = all(
        token.tag == "T"
        or token.text.lower() in DAY
        or (token.tag == "C" and place and body[place - 1].tag == "T")
        for place, token in enumerate(body)
    )
    return timed and bool(body) and body[-1].text.lower() != "on"


def is_weekday(token: Token) -> bool:
    """ "Monday", "today" """
    return token.tag == "T" and token.text.lower().rstrip(".") in _WEEKDAYS


def is_one_of_days(before: Sequence[Token], behind: Sequence[Token] = ()) -> bool:
    """Whether another day is joined to it: "107 were hurt on Monday and 523 [on Tuesday]" """
    for stretch in (tuple(reversed(before)), behind):
        joined = False
        for token in stretch:
            joined |= token.tag == "J"
            if joined and is_weekday(token):
                return True
    return False


def is_loose_phrase(body: Sequence[Token]) -> bool:
    """Whether neither noun nor verb needs it: but "views on", "a ban on", "rely on" do."""
    low = body[0].text.lower()
    if any(one.text == "to" and other.tag in "NBV" for one, other in pairwise(body)):
        return False  # an infinitive may belong to an earlier verb: "asked him on Monday to go"
    if body[1:] and body[1].tag == "O":
        return False  # "shot at them"
    if body[1:] and body[1].tag in "NA" and (len(body) == 2 or body[2].tag in "IUWJ."):
        return False  # "put them at risk", "kept in touch by letter"
    if any(token.text in ("whether", "if") for token in body):
        return False  # "asked her in Tilby whether ..."
    end = next((place for place, token in enumerate(body) if token.tag in "GEVXWUJ"), len(body))
    own = ["C" if is_number(token) else token.tag for token in body[:end]]
    clock = any(token.text.lower().rstrip(".") in ("a.m", "p.m") for token in body)
    if "C" in own and not ("T" in own or clock):
        return False  # "sent letters to chiefs in five states"
    if any(token.text in ("from", "into", "as", "with") for token in body[1:]):
        return False  # "morphed in a few years from a mill into a bridge"
    return low in LOOSE and (low != "on" or any(token.tag == "T" for token in body[1:3]))


def is_number(token: Token) -> bool:
    """A number, or what begins with one: "24", "four-day" """
    first = token.text.lower().split("-")[0]
    return token.tag == "C" or first[:1].isdigit() or first in UNITS or first in TENS


def is_present(tokens: Sequence[Token]) -> bool:
    """Whether the first verb is no past that is known as one: "has begun", "insist" """
    verb = next((token.text.lower() for token in tokens if token.tag in "VX"), "was")
    return not (verb.endswith("ed") or verb in _PAST or is_past(verb))
