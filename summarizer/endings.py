"""Endings: whether a sentence may end in its midst, and the rest of it may go.

What stays must be whole: no clause without its verb, no noun or verb without what it wants,
no list cut short.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from summarizer.deletion_words import (
    CAUSING,
    DAY,
    DONE,
    HOLLOW,
    INTO,
    INWARD,
    LINKS,
    PARTICLES,
    POINTING,
    RATES,
    SPLIT,
    SUBJECTS,
    TIME_UNITS,
)
from summarizer.phrases import (
    MARKS,
    NOMINAL,
    TELLING,
    has,
    is_day,
    is_later,
    is_loose_phrase,
    is_manner,
)
from summarizer.tagging import Token
from summarizer.verbs import is_subordinate, is_whole, verbs

_SHORTEST = 4  # words that a sentence has at least


def may_end(kept: Sequence[Token], gone: Sequence[Token]) -> bool:
    """Whether the sentence may end with ``kept``, as far as its last words tell."""
    token = kept[-1]
    low = token.text.lower()
    if gone[0].text == ":" and (low in POINTING or _last_verb(kept) == "be"):
        return False
    if gone[0].text == "," and _is_open(kept, gone):
        return False
    comma = max((place for place, one in enumerate(kept) if one.text == ","), default=0)
    if comma and gone[0].text == "," and token.key in TELLING:
        return may_end(kept[:comma], gone) and kept[comma - 1].tag not in "UW"  # "when, he said"
    if token.tag == "X" or (token.tag == "R" and kept[-2:-1] and kept[-2].text in MARKS):
        return False
    if sum(one.text not in MARKS for one in kept) < _SHORTEST:
        return False
    if comma and (kept[comma - 1].tag in "ID" or comma == len(kept) - 1):
        return False  # "the ordeal of, yes"
    if gone[0].text == "," and token.tag in "VBX" and gone[1:] and gone[1].tag in "RNDPACO":
        return False  # "it includes, predictably, ..."
    place = len(kept) - 1
    while place and kept[place].tag in "AER":
        place -= 1
    if token.tag in "AE" and (kept[place].tag in "DI" or kept[place].text == ","):
        return False  # "a cache of highly classified", "an uplifting, extraordinary"
    return low not in SUBJECTS and (token.tag not in "IDJ" or low in PARTICLES)


def _is_open(kept: Sequence[Token], gone: Sequence[Token]) -> bool:
    """Whether a clause goes on behind the comma: "noting that when she left", "as red" """
    fresh = len(gone) > 1 and gone[1].tag in "NPDACO" and verbs(gone) > 0
    start = 1 + max((place for place, token in enumerate(kept) if token.text in ",:"), default=-1)
    own = kept[start:]
    if not own:
        return True
    if start and kept[start - 1].text == ":" and own[0].tag in "IUGE":
        return not is_whole(own)
    if start and fresh and own[0].tag in "JIUGE" and not verbs(own):
        return True  # "..., but after decades of talks"
    for place, (one, other) in enumerate(pairwise(own)):
        if one.text.lower() != "that" and one.key not in TELLING:
            continue
        if other.tag == "U" or other.text.lower() in LINKS:
            return True
        if other.tag == "I" and not verbs(own[place:]):
            return True
    if fresh and any(one.tag == "J" and other.tag == "U" for one, other in pairwise(own)):
        return True  # "and when they entered the shop"
    places = [place for place, token in enumerate(own) if token.text.lower() in _OPENING]
    listed = len(gone) > 1 and gone[1].tag in "NPDAC"
    return bool(places) and listed and not verbs(own[places[-1] :])


_MEETING = frozenset("come came run ran stumbl happen chanc".split())
_OPENING = frozenset("as while when because if although though where whereas that".split())


def _last_verb(kept: Sequence[Token]) -> str:
    return next((token.key for token in reversed(kept) if token.tag in "VX"), "")


def is_loose_tail(kept: Sequence[Token], body: Sequence[Token]) -> bool:
    """Whether the rest of a sentence may go from the middle of a clause on."""
    head, before = body[0], kept[-1]
    low = head.text.lower()
    if is_day(body) and before.tag != "T" and not any(token.tag == "T" for token in body):
        return False  # "on midsummer night"
    if is_day(body) and before.tag not in "IDAUC":
        helped = len(kept) > 1 and kept[-2].tag in "XR"  # "was filed", not "papers filed"
        if is_later(before, body) or (before.tag == "E" and not helped):
            return False
        return before.tag == "T" or before.text.lower() not in DAY
    nominal = before.tag in NOMINAL
    if before.tag == "C":
        return False  # "including 24 who ...", "on 19 April"
    if not is_whole(kept) or _is_defining(kept):
        return False
    if before.key in TELLING and any(token.tag in "VXUW" for token in body):
        return False
    told = any(token.key in TELLING for token in kept[-8:])
    told |= kept[0].text.lower() == "it" and kept[1].key == "be"  # "it was in May that ..."
    if any(token.text == "that" for token in body) and (told or before.tag == "T"):
        return False  # "warned them on Monday that ..."
    if (
        low == "as"
        or before.text.endswith(("self", "selves"))
        or before.text == "way"
        or (low == "in" and (body[-1].text == "question" or before.key in INWARD))
        or (low == "by" and before.tag == "E" and before.key not in DONE)
        or (head.tag in "IU" and before.tag in "VEBG" and before.key in INTO)
        or (head.tag == "U" and body[1:] and (body[1].tag == "I" or body[1].text == "another"))
        or (low == "at" and before.tag == "E" and any(token.tag == "C" for token in body))
    ):
        return False
    if low in ("across", "upon") and before.key in _MEETING:
        return False  # "if they ever come"
    if before.tag in "VE" and len(kept) > 1 and kept[-2].text == ",":
        return False  # "the old mill, known" [from a film]
    colon = max((place for place, token in enumerate(kept) if token.text == ":"), default=-1)
    if colon > 0 and before.tag in "VE" and not verbs(kept[colon + 1 : -1]):
        return False  # ": a new study published" [in a journal]
    if head.tag == "I":
        helped = len(kept) > 1 and kept[-2].tag in "XR"  # "was found", not "a video posted"
        verbal = before.tag in "VR" or before.text.lower() in PARTICLES
        known = (
            (nominal and before.tag not in "OC" and not _is_bare(kept))
            or verbal
            or (before.tag == "E" and helped)
        )
        if any(one.tag == "J" and other.tag in "DNAOP" for one, other in pairwise(body)):
            return False  # "the owner of the jump in Tilby and the supervisor"
        clause = next((t.tag for t in body if t.tag in "VXWUJ"), "W")
        plain = clause in "WUJ" and not any(token.tag == "B" for token in body)
        return is_loose_phrase(body) and known and plain
    if head.tag == "U":
        timed = (
            before.tag in "RA" or before.text.lower() in TIME_UNITS
        )  # "even though", "hours after"
        if before.text.lower() in HOLLOW or (low in ("because", "where") and before.tag in "VEB"):
            return False  # "in the hope that", "she died because", "it told where"
        return low != "that" and not (timed or _is_bare(kept) or _is_there(kept))
    if head.tag == "J":
        second = body[1].tag if len(body) > 1 else "J"
        if not (second in "VXRBO" or (second == "E" and before.tag in "EV")):
            return False  # two things, not two clauses
        if len(body) > 2 and body[1].text.endswith("ed") and body[2].tag in "NP":
            return False  # "a miner and convicted thief"
        near = {token.text.lower() for token in kept[-8:]}
        listed = any(token.text == "," for token in kept[-4:])
        if body[1:] and body[1].text.lower() in ("having", "being"):
            return False
        shared = second in "VBEG" and before.tag in "VBEG"  # "to attract and retain talent"
        if shared or not any(token.tag in "VXBE" for token in body):
            return False
        return low == "and" and before.tag not in "IDAXO" and near.isdisjoint(SPLIT) and not listed
    if head.tag in "WGE":
        thing = head.tag == "G" and len(body) > 1 and body[1].tag == "N"  # "playing fields"
        bound = before.text.lower() in PARTICLES or "'" in before.text or before.tag == "T"
        told = any(token.key in TELLING for token in kept[-3:])
        if before.tag == "O" or _is_there(kept):
            return False
        if before.text.lower() in HOLLOW or _is_the_one(kept) or _is_absolute(kept):
            return False
        if has(kept[-5:], "with") or (head.tag == "G" and (body[1:2] or [head])[0].tag in "JVXI."):
            return False  # "with her arms splayed", "the term of web archiving and ..."
        caused = any(token.key in CAUSING and token.tag in "VBXG" for token in kept[-6:])
        if head.tag in "GE" and (caused or len(body) == 1):
            return False
        whole = head.tag == "W" or is_subordinate(body)
        return nominal and whole and not (thing or bound or told or _is_bare(kept))
    if head.tag == "R" and before.tag in "VEBO":
        return False  # "it had happened quickly"
    manner = head.tag == "T" or low.endswith("ly") or (is_manner(head) and low != "still")
    return (
        manner
        and low not in RATES
        and before.tag not in "IDAX"
        and all(t.tag in "RTID" for t in body)
    )


def _is_bare(kept: Sequence[Token]) -> bool:
    """Whether a noun stands last of which nothing is said: "they passed a law" """
    one = kept[-2] if len(kept) > 1 else kept[-1]
    return kept[-1].tag == "N" and (one.text.lower() in ("a", "an") or one.tag in "IVXJ.")


def _is_defining(kept: Sequence[Token]) -> bool:
    """ "..., which occurs" [when it is dry]"""
    place = max((place for place, token in enumerate(kept) if token.tag == "W"), default=len(kept))
    own = kept[place + 1 :]
    return bool(own) and all(token.tag in "VXER" for token in own)


def _is_the_one(kept: Sequence[Token]) -> bool:
    """ "she is the owner" [who called]"""
    place = len(kept) - 1
    while place and kept[place].tag in "NPA":
        place -= 1
    if kept[place].text.lower() in _SORTING:
        return True  # "those countries" [that have harbours]
    return kept[place].text.lower() == "the" and place > 0 and kept[place - 1].key == "be"


_SORTING = frozenset("those such all any every each".split())


def _is_absolute(kept: Sequence[Token]) -> bool:
    """ "..., her voice" [rising to a shout]"""
    comma = max((place for place, token in enumerate(kept) if token.text == ","), default=-1)
    own = kept[comma + 1 :]
    return comma > 0 and own[0].tag in "DNPOC" and verbs(own) == 0


def _is_there(kept: Sequence[Token]) -> bool:
    """ "There are dozens", of which nothing is said"""
    return kept[0].text.lower() == "there" and verbs(kept) == 1
