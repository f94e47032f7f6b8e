"""Deletion: which words of a sentence may go so that the rest is still true, and English.

A bracket, an aside between commas, a clause or phrase at the end or in front, a modifier
within. Nothing goes that binds the rest: negations, conditions, doubts, attributions, years,
what a superlative is measured by. Tags are rough (``summarizer.tagging``), the rules for
English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from summarizer.deletion_words import (
    AGES,
    BINDING,
    BINDING_CLAUSES,
    BODIES,
    BOUNDS,
    CAUSING,
    CONNECTIVES,
    CUT,
    DAY,
    DEGREES,
    DONE,
    EMPTY,
    FRAMES,
    FREE,
    HALVES,
    HOLLOW,
    INTO,
    INWARD,
    LEANING,
    LIMITS,
    LINKS,
    LITTLE,
    LOOSE,
    LOST,
    NARROWING,
    PAIRS,
    PARTICLES,
    PERSONS,
    POINTING,
    SPLIT,
    SUBJECTS,
    SUPERLATIVES,
    TIME_AND_PLACE,
    TURNS,
    UNITS,
    WORDY,
)
from summarizer.fact_words import MONTHS, TITLES, WEEKDAYS
from summarizer.tagging import Token, is_past
from summarizer.verbs import is_subordinate, is_whole, links, openers, resumes, verbs
from summarizer.words import stem_of

_NOMINAL = "NPTCOS"
MARKS = frozenset(",;:(-[")
SAY = "say"
_TELLING = {SAY}.union(
    map(
        stem_of,
        """confirm announce claim believe estimate insist warn allege argue suggest predict
        acknowledge deny admit declare hear show find rule share recall joke reveal note
        conclude""".split(),
    )
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\ds?$")


def may_go(source: Sequence[Token], left: int, right: int) -> bool:
    """Whether the tokens between ``left`` and ``right`` may go: -1 and the length are the ends."""
    gone = source[left + 1 : right]
    if right < len(source) and source[right].tag == "S":
        return False  # the owner of what follows
    loose = _is_trifle(source, left, gone, right) or _is_detail(source, left, gone, right)
    return loose and _cuts_no_pair(source[: left + 1], gone)


def _is_trifle(source: Sequence[Token], left: int, gone: Sequence[Token], right: int) -> bool:
    """What may go wherever it stands: a bracket, a dateline, a word that adds nothing."""
    before = source[left] if left >= 0 else None
    after = source[right] if right < len(source) else None
    words = {token.text.lower() for token in gone}
    if gone[0].text == "(" and gone[-1].text == ")":
        one = not any(token.text == ")" for token in gone[:-1])
        return one and words.isdisjoint(BINDING | BINDING_CLAUSES | BOUNDS)
    if (before is None or before.key in _TELLING) and _is_dateline(gone):
        return True
    if before and gone[0].text in ".!?" and after is None and before.text.isalpha():
        # What stands behind the end was no part of the sentence; but "Aug. 10", "mr. Reed".
        cut = before.tag == "T" or _is_title(before) or before.text.lower() in CUT
        return not cut and not (gone[1:] and gone[1].text in MARKS)
    if before and after and len(gone) == 1 and gone[0].text.lower() == "that":
        return before.key in _TELLING and after.tag in "ODPN"  # "said that he"
    if len(gone) < _WORDIEST and " ".join(token.text.lower() for token in gone) in WORDY:
        return gone[0].text != "in" or (after is not None and after.text == "to")
    lone = before is not None and before.tag in "IJDU" and (after is None or after.text in MARKS)
    return words <= FREE and not (lone and "both" in words)  # "obsessions, compulsions, or both"


def _is_detail(source: Sequence[Token], left: int, gone: Sequence[Token], right: int) -> bool:
    """A clause or phrase that leaves a whole sentence which is still true."""
    # What refuses most at least cost comes first.
    last = len(source) - 1
    before = source[left] if left >= 0 else None
    after = source[right] if right < len(source) else None
    if gone[0].text == "(":
        return False
    body = [token for token in gone if token.text not in MARKS]
    if not body:
        return False
    if before is None:
        return after is not None and _opening(gone, body, source[right:])
    if before.text.lower() in LEANING or (before.tag == "T" and body[0].tag in "CT"):
        return False  # "those who ...", "last Monday", "Nov. 3"
    if before.text[-1].isdigit() and gone[0].text in ":-":
        return False  # "8: 21 a.m.", "2-3m"
    if not _is_paired(before, gone, after):
        return False
    if after is None and not _may_end(source[: left + 1], gone):
        return False
    if "'" in (before.text, gone[0].text):
        return False  # "i ' m", as some texts have it
    marked = before.text in MARKS
    if marked and (after is None or after.tag in ".JUVXE" or gone[-1].text not in MARKS):
        return False  # a mark would be left over
    head = body[0]
    if marked and head.tag not in "IUGR":
        return False  # the mark before it would be left without its partner
    opened = marked or gone[0].text in MARKS
    closed = after is None or gone[-1].text in MARKS or after.text in MARKS
    such = closed and head.text.lower() == "such" and len(body) > 1 and body[1].text == "as"
    listed = after is not None and source[min(right + (after.text == ","), last)].tag in "NAPDJG"
    such &= not (verbs(body) or listed or before.text.lower() in HOLLOW)
    within = not (such or (opened and closed))
    if within and _narrows(source[: left + 1]):
        return False  # "no taxes were paid in May" is not "no taxes were paid"
    inner = after is None or (len(body) == len(gone) and _inner(source, left, body, right))
    if within and not inner:
        return False
    if head.text.lower() in ("what", "how", "why"):
        return False  # an object: "asked him, a miller, how he did it"
    if _is_needed(source, left, body, right) or _is_listed(source, left, body, right):
        return False
    if such:
        return True
    added = any(one.text == "," and other.tag == "I" for one, other in pairwise(gone))
    insertion = opened and closed and head.tag in "DNPCA" and not added
    clause = head.tag in "WUJ" or any(token.tag in "VX" for token in body)
    if head.text.lower() in BINDING_CLAUSES or _keeps(body, clause=clause or insertion):
        return False
    if after is not None and after.text[0].isdigit() and body[-1].text.lower() in BOUNDS:
        return False
    limited = head.text.lower() in LIMITS or head.tag == "G" or (head.tag in "WEU" and not opened)
    if limited and any(map(_is_superlative, source[max(0, left - 8) : right])):
        return False  # "the first visit in ten years", "the first man arrested for it"
    if after is None and (_attributes(gone) or resumes(gone)):
        return False
    if after is None and _has(gone, "-") and sum(t.text == "-" for t in source[:left]) % 2:
        return False  # what goes on behind the second dash
    if after is not None and after.text == "-" and body[-1].tag == "C":
        return False  # "15-member"
    if opened and closed:
        # "Reed, of Tilby, Varland, and colleagues found": a list without its verb
        told = any(t.tag in "VXEB" for t in source[:left]) or not _has(source[:left], ",")
        ended = after is not None or (head.tag == "J" and told) or is_whole(source[: left + 1])
        return ended and _aside(source, left, body, right)
    return after is not None or _tail(source[: left + 1], body)


def _last_verb(kept: Sequence[Token]) -> str:
    return next((token.key for token in reversed(kept) if token.tag in "VX"), "")


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
        if one.text.lower() != "that" and one.key not in _TELLING:
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


_OPENING = frozenset("as while when because if although though where whereas that".split())


def _is_listed(source: Sequence[Token], left: int, body: Sequence[Token], right: int) -> bool:
    """Whether names or numbers go on behind it: "of Tilby, Varland", "at 24, 28 weeks" """
    after = source[right : right + 2]
    if source[right - 1].text == ",":
        after = source[right - 1 : right + 1]
    if len(after) < 2 or after[0].text != "," or body[0].tag != "I":
        return False
    place = right + (source[right].text == ",") + 1
    short = place >= len(source) or source[place].text in MARKS  # ", Varland," and no subject
    return body[-1].tag == after[1].tag and (
        after[1].tag in "PC" or (after[1].tag == "N" and short)
    )


def _attributes(gone: Sequence[Token]) -> bool:
    """ ", the mayor of Tilby said on Monday" """
    for place, token in enumerate(gone):
        if token.key in _TELLING and token.tag in "VEB":
            start = place
            while start and gone[start - 1].tag in "DNPACSIGRTE":
                start -= 1
            if start and gone[start - 1].text in ',"':
                return True
    return False


def _narrows(before: Sequence[Token]) -> bool:
    """Whether a word in this clause is about all that is told behind it, or about none of it."""
    for token in reversed(before):
        if token.text in MARKS or token.tag == "J":
            return False
        if token.text.lower() in NARROWING:
            return True
    return False


def _is_paired(before: Token, gone: Sequence[Token], after: Token | None) -> bool:
    """Whether of two marks around what goes both go, or one that does for both stays."""
    first, last = gone[0].text, gone[-1].text
    if after is None:
        return True
    if first in ";:" or (first == "-") != (last == "-" and before.text != "-"):
        return False
    if before.text in ",-" and last in ",-" and before.text != last:
        return False
    return not (first == "," and after.text in ":;-")


def _may_end(kept: Sequence[Token], gone: Sequence[Token]) -> bool:
    """Whether the sentence may end with ``kept``, as far as its last words tell."""
    token = kept[-1]
    low = token.text.lower()
    if gone[0].text == ":" and (low in POINTING or _last_verb(kept) == "be"):
        return False
    if gone[0].text == "," and _is_open(kept, gone):
        return False
    comma = max((place for place, one in enumerate(kept) if one.text == ","), default=0)
    if comma and gone[0].text == "," and token.key in _TELLING:
        return _may_end(kept[:comma], gone) and kept[comma - 1].tag not in "UW"  # "when, he said"
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


def _is_needed(source: Sequence[Token], left: int, body: Sequence[Token], right: int) -> bool:
    """Whether what stays behind leans on what goes."""
    rest = source[right:]
    if any(_YEAR.match(token.text) for token in rest[:2]):
        return True  # the rest of a date
    persons = any(token.tag == "P" for token in body)
    return persons and any(token.text in PERSONS for token in rest)  # whoever "she" is


def _is_dateline(gone: Sequence[Token]) -> bool:
    """ "Tilby (AP) -" """
    named = all(token.tag in "PNT." for token in gone) and any(t.text == "(" for t in gone)
    return gone[-1].text == "-" and named and len(gone) < 2 * _LONG


def _is_superlative(token: Token) -> bool:
    low = token.text.lower()
    return low in SUPERLATIVES or (token.tag in "AR" and low.endswith("est") and len(low) > 5)


def _cuts_no_pair(before: Sequence[Token], gone: Sequence[Token]) -> bool:
    """Whether no quotation and no bracket is cut into."""
    outer = [token.text for token in before if token.text in PAIRS]
    inner = [token.text for token in gone if token.text in PAIRS]
    quoted = outer.count('"') % 2 or inner.count('"') % 2
    opened = outer.count("(") > outer.count(")") or inner.count("(") != inner.count(")")
    return not (quoted or opened)


def _keeps(body: Sequence[Token], *, clause: bool) -> bool:
    """Whether the words that go bind those that stay."""
    low = [token.text.lower() for token in body]
    says = [place for place, t in enumerate(body) if t.key in _TELLING and t.tag in "VEBG"]
    if says and says[-1] >= len(body) - 3:
        return True  # "..., police said"
    said = " ".join(low)
    if said.startswith("in part") or "as far as" in said or "according" in low:
        return True
    if not FRAMES.isdisjoint(low):
        return True
    if clause:
        return False
    dated = any(_YEAR.match(word) for word in low)
    span = any(
        one in ("last", "next") and other in ("year", "month", "week", "decade", "century")
        for one, other in pairwise(low)
    )
    return dated or span or not BINDING.isdisjoint(low)


def _opening(gone: Sequence[Token], body: Sequence[Token], kept: Sequence[Token]) -> bool:
    """What goes in front: an adverbial up to its comma, a connective, a title, a dateline."""
    after = kept[0]
    if after.text in MARKS:
        return False
    low = {token.text.lower() for token in body}
    if len(body) == 1 and low <= CONNECTIVES:
        return after.tag not in "VX" and after.text not in ("far", "that", "many", "much", "long")
    if _is_day(body) and len(kept) > 1 and kept[1].text[0].isdigit():
        return False  # "on Monday, May 2, ..."
    if _is_day(body) and after.tag not in "TNVX":
        return True
    if _is_office(body, after):
        return True
    if after.tag == "G" or after.text.lower().rstrip(".") in MONTHS:
        return False
    if body[0].tag == "I" and kept[1:2] and kept[1].text == "," and body[-1].tag == after.tag:
        return False  # "in Tilby, Varland, ..."
    if after.text == '"' and sum(token.text == '"' for token in kept) % 2:
        return False  # all that was quoted would go
    if gone[-1].text not in ",-:" or after.text.lower() in LOST or after.tag in "VXEWJBTC":
        return False
    if body[0].tag == "I" and not any(t.tag in "TC" for t in body) and _is_general(kept):
        return False  # "in his family, hard work is a rule"
    comma = next((place for place, token in enumerate(kept) if token.text == ","), -1)
    if any(token.tag in "VX" for token in kept[comma + 1 : comma + 2]):
        return False  # the subject stands before that comma
    if gone[-1].text in "-:" and not any(token.tag in "VX" for token in body):
        dated = gone[-1].text == ":" or all(token.tag in "PT." for token in gone)
        return dated and len(gone) < _LONG
    clause = body[0].tag in "U"
    if low & BINDING_CLAUSES or _keeps(body, clause=clause):
        return False
    if not NARROWING.isdisjoint(token.text.lower() for token in kept):
        return False  # "before the fire, it was let without incident"
    return body[0].tag in "IUGERTJ" and is_subordinate(body)


def _is_general(kept: Sequence[Token]) -> bool:
    """Whether the first verb is in the present tense."""
    verb = next((token.text.lower() for token in kept if token.tag in "VX"), "was")
    return not (verb.endswith("ed") or verb in _PAST or is_past(verb))


_PAST = frozenset("was were had did said 'd would could".split())


def _is_title(token: Token) -> bool:
    return token.text.rstrip(".").lower() in TITLES


def _is_office(body: Sequence[Token], after: Token) -> bool:
    """ "President" Duarte, but no "Justice" Department"""
    named = after.tag == "P" and not _is_title(after) and after.text.lower() not in BODIES
    titled = _is_title(body[-1]) and body[-1].text.lower() not in HALVES
    return named and titled and all(token.tag == "P" or _is_title(token) for token in body)


def _is_manner(token: Token) -> bool:
    """An adverb that says little; one that says how often, how much or how surely binds."""
    return token.tag == "R" and token.text.lower() in LITTLE


def _is_later(before: Token, body: Sequence[Token]) -> bool:
    """ "two years later" """
    return body[-1].text.lower() in ("later", "earlier") and before.tag in "NTC"


def _is_day(body: Sequence[Token]) -> bool:
    """ "on Tuesday", "late Tuesday night" """
    timed = all(
        token.tag == "T"
        or token.text.lower() in DAY
        or (token.tag == "C" and place and body[place - 1].tag == "T")
        for place, token in enumerate(body)
    )
    return timed and body[-1].text.lower() != "on"


_SHORTEST = 4  # words that a sentence has at least
_LONG = 8  # tokens that no heading and no dateline has
_WORDIEST = 4  # one more than the longest has


def _aside(source: Sequence[Token], left: int, body: Sequence[Token], right: int) -> bool:
    """What goes between two marks, or from one to the end."""
    head = body[0]
    after = source[right] if right < len(source) else None
    following = after
    if after is not None and after.text in MARKS and right + 1 < len(source):
        following = source[right + 1]  # the mark stays
        if following.tag in "VXE":
            return False
    places = [place for place, token in enumerate(body) if token.tag in "VX"]
    nested = any(token.text == "," for token in source[left + 2 : right - 1])
    leaning = ("that", "where", "including", "like", "namely", "especially", "particularly")
    if following is not None and (following.tag == "W" or following.text in leaning):
        return False  # ", about her taste, which is ..."
    clause = places or nested or head.tag in "GEWU" or any(t.tag in "GE" for t in body)
    if after is not None and following is not None and clause:
        # Which mark closes a clause is told by the verb behind it, or by a new subject.
        fresh = following.tag in "ODNP" and head.tag == "U" and not nested
        fresh &= head.text.lower() != "as"
        if not (following.tag in "VXE" or fresh):
            return False
    low = head.text.lower()
    if low == "of" or (low in ("up", "to", "through") and _has(source[:left], "from")):
        return False
    if after is not None and left > 0 and source[left - 1].text == ",":
        return False  # "Reed, 61, a miller, was": one of the marks must stay
    if head.tag == "W" and after is None and nested and sum(t.tag == "W" for t in body) > 1:
        return False  # "Reed, who fled, Duarte, who hid, and Hale, who stayed"
    if low == "for" and any(o.text == "to" and t.tag == "B" for o, t in pairwise(body)):
        return False
    if head.tag in "WGERIUT":
        listed = any(one.tag == "J" and other.tag == head.tag for one, other in pairwise(body))
        listed |= body[1:2] != [] and body[1].tag == "J"
        listed |= source[left].text.endswith("ing") and any(token.tag == "J" for token in body)
        return not (head.tag in "GE" and listed)  # "the towing, dismantling and recycling"
    if head.tag == "J":
        turned = len(body) > 1 and body[1].text.lower() in TURNS
        return after is None and not turned and verbs(body) > openers(body)
    relative = next((place for place, token in enumerate(body) if token.tag in "WU"), len(body))
    if places and places[0] < relative:
        # a clause of its own: it may go at the end, where the rest was whole before it
        told = body[places[0]].key in _TELLING  # by whom
        return after is None and places[0] > 0 and not told and is_whole(source[: left + 1])
    if after is not None and after.text in MARKS:
        return False  # one mark of the two would stay
    if any(one.text == "to" and other.tag == "B" for one, other in pairwise(body)):
        return False  # "allow the firm, a mill, more time to sell"
    if after is None and head.tag == "N":
        return False  # "a Tilby, Varland, shop"
    joined = [other.tag for one, other in pairwise(body) if one.tag == "J"]
    if joined and (after is None or head.tag != "D" or "D" in joined):
        return False  # "red, white, and blue"; but ", a mill town and river port, "
    if after is None and nested and head.tag in "NPAC":
        return False
    place = left if source[left].text not in MARKS else left - 1
    if after is not None and source[0].tag in "IUG" and not _has(source[:left], ","):
        return False  # "in May the mayor, Ana Duarte, on behalf of ...": who it was
    listed = following is not None and following.tag not in "VXI"
    return place >= 0 and source[place].tag in _NOMINAL and not listed


def _tail(kept: Sequence[Token], body: Sequence[Token]) -> bool:
    """What goes from the middle of a clause to the end of the sentence."""
    head, before = body[0], kept[-1]
    low = head.text.lower()
    if _is_day(body) and before.tag not in "IDAUC":
        if _is_one_of_days(kept):
            return False
        helped = len(kept) > 1 and kept[-2].tag in "XR"  # "was filed", not "papers filed"
        if _is_later(before, body) or (before.tag == "E" and not helped):
            return False
        return before.tag == "T" or before.text.lower() not in DAY
    nominal = before.tag in _NOMINAL
    if before.tag == "C":
        return False  # "including 24 who ...", "on 19 April"
    if not is_whole(kept) or _is_defining(kept):
        return False
    if before.key in _TELLING and any(token.tag in "VXUW" for token in body):
        return False
    told = any(token.key in _TELLING for token in kept[-8:])
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
    if head.tag == "I":
        helped = len(kept) > 1 and kept[-2].tag in "XR"  # "was found", not "a video posted"
        verbal = before.tag in "VR" or before.text.lower() in PARTICLES
        known = (
            (nominal and before.tag not in "OC" and not _is_bare(kept))
            or verbal
            or (before.tag == "E" and helped)
        )
        if any(one.tag == "J" and other.tag in "DNAO" for one, other in pairwise(body)):
            return False  # "the owner of the jump in Tilby and the supervisor"
        clause = next((t.tag for t in body if t.tag in "VXWUJ"), "W")
        plain = clause in "WUJ" and not any(token.tag == "B" for token in body)
        return _is_loose_phrase(body) and known and plain
    if head.tag == "U":
        timed = before.tag in "RA" or before.text.lower() in UNITS  # "even though", "hours after"
        if before.text.lower() in HOLLOW or (low == "because" and before.tag in "VEB"):
            return False  # "in the hope that", "she died because"
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
        told = any(token.key in _TELLING for token in kept[-3:])
        if before.tag == "O" or _is_there(kept):
            return False
        if before.text.lower() in HOLLOW or _is_the_one(kept) or _is_absolute(kept):
            return False
        if _has(kept[-5:], "with") or (head.tag == "G" and (body[1:2] or [head])[0].tag in "JVXI."):
            return False  # "with her arms splayed", "the term of web archiving and ..."
        caused = any(token.key in CAUSING and token.tag in "VBXG" for token in kept[-6:])
        if head.tag in "GE" and (caused or len(body) == 1):
            return False
        whole = head.tag == "W" or is_subordinate(body)
        return nominal and whole and not (thing or bound or told or _is_bare(kept))
    if head.tag == "R" and before.tag in "VEBO":
        return False  # "it had happened quickly"
    manner = head.tag == "T" or low.endswith("ly") or (_is_manner(head) and low != "still")
    return manner and before.tag not in "IDAX" and all(t.tag in "RTID" for t in body)


def _has_verb(before: Sequence[Token]) -> bool:
    """Whether the clause has its verb before it: one behind it is of another clause."""
    for place in reversed(range(len(before))):
        token = before[place]
        if token.text == ",":
            return is_whole(before[:place])  # ", the owner of the mill he ran"
        if token.text in MARKS or token.tag in "JUW":
            return False
        if token.tag in "VX":
            return token.key not in _TELLING
    return False


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


def _is_one_of_days(before: Sequence[Token], behind: Sequence[Token] = ()) -> bool:
    """Whether another day is joined to it: "107 were hurt on Monday and 523 [on Tuesday]" """
    for stretch in (tuple(reversed(before)), behind):
        joined = False
        for token in stretch:
            joined |= token.tag == "J"
            if joined and _is_weekday(token):
                return True
    return False


def _is_weekday(token: Token) -> bool:
    return token.tag == "T" and token.text.lower().rstrip(".") in _WEEKDAYS


_WEEKDAYS = frozenset([*WEEKDAYS, "today", "yesterday", "tomorrow"])


def _has(tokens: Sequence[Token], word: str) -> bool:
    return any(token.text.lower() == word for token in tokens)


def _is_loose_phrase(body: Sequence[Token]) -> bool:
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
    return low in LOOSE and (low != "on" or any(token.tag == "T" for token in body[1:3]))


def _inner(source: Sequence[Token], left: int, body: Sequence[Token], right: int) -> bool:
    """What goes from within a clause: adverbs, adjectives, titles, phrases behind a noun."""
    before, after = source[left], source[right]
    if all(map(_is_manner, body)):
        former = body[-1].text.lower() in ("then", "now") and after.tag in "NPAUW"
        lone = before.tag in "IUJ" or before.text == "right"  # "until now, ...", "and quickly, ..."
        lone |= left == 0
        former |= body[-1].text.lower() == "quite" and after.tag == "D"  # "quite a few"
        return not (former or (lone and after.text in MARKS)) and before.text.lower() not in DEGREES
    if _is_day(body):
        fits = after.tag not in "TNC" and after.text.lower() != "at"
        fits &= before.tag not in "IDAUXJC" and before.text.lower() not in DAY
        fits &= (before.tag != "G" and before.key not in _TELLING) or after.text not in MARKS
        fits &= before.text.lower() not in MONTHS  # "on a bright September morning"
        fits &= after.tag != "J" or before.tag != "N"  # "because of snow Thursday and Friday"
        return (
            fits
            and not _is_later(before, body)
            and not _is_one_of_days(source[: left + 1], source[right:])
        )
    plain = all(_is_manner(token) or (token.tag == "A" and token.text in EMPTY) for token in body)
    if body[-1].text == "recent" and after.text.lower() in AGES:
        return False
    if plain and after.tag in "NA":
        named = body[-1].text.lower() == "major" and after.text.lower() in ("league", "general")
        # "it marks a significant step", "an even more important step"
        return not (named or before.tag == "R" or before.text.lower() in ("a", "an"))
    if _is_office(body, after) and before.tag not in "NP":
        return True
    if after.tag == before.tag == body[0].tag == "P" and len(body) == 1:
        # "President Donald Trump", "William P. Barr"
        given = _is_title(before) and before.text.lower() not in HALVES
        return (given and not _is_title(body[0])) or len(body[0].text.rstrip(".")) == 1
    if before.text.lower() in HOLLOW or (before.key in INWARD and body[0].text.lower() == "in"):
        return False
    if body[0].text.lower() == "at" and before.tag == "P" and body[-1].tag == "C":
        return False  # "Reed at 10 could read"
    if body[0].text.lower() == "by":
        return False  # "protection by the walls is good"
    low = after.text.lower()
    ends = after.tag in "XVU" or after.text in ",;:)-" or low in TIME_AND_PLACE
    ends &= low not in ("that", "where", "as", "than", "called", "named", "known", "dubbed")
    following = source[right + 1] if after.text in MARKS and right + 1 < len(source) else after
    ends &= following.tag != "W" and following.text.lower() != "where"
    ends &= not (after.tag in "VX" and _has_verb(source[: left + 1]))
    ends &= not (following.tag == "J" and after.text == ",") or is_whole(source[: left + 1])
    if before.tag not in _NOMINAL or not ends:
        return False
    if body[0].tag == "I":
        ended = (
            before.tag not in "OC"
            and body[-1].tag in "NPTC"
            and not any(t.tag in "VXBGJUW." for t in body)
        )
        return ended and _is_loose_phrase(body)
    told = before.tag == "T" or any(
        token.key in _TELLING for token in source[max(0, left - 3) : right]
    )
    timed = any(one.text.lower() in HOLLOW and other.tag in "DOPN" for one, other in pairwise(body))
    if timed or (body[0].text == "that" and told):
        return False  # "who drove at the time the driver ...", "said on Monday that the mill ..."
    closed = body[-1].tag in "NPTCVER" and verbs(body) >= openers(body) + links(body)
    return body[0].tag == "W" and after.tag in "XV" and closed
