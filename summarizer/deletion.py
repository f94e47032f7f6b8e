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
    BINDING,
    BINDING_CLAUSES,
    BODIES,
    BOUNDS,
    CONNECTIVES,
    CUT,
    DAY,
    DEGREES,
    EMPTY,
    FRAMES,
    FREE,
    HALVES,
    LEANING,
    LIMITS,
    LITTLE,
    LOOSE,
    LOST,
    NARROWING,
    PAIRS,
    PARTICLES,
    PERSONS,
    SPLIT,
    SUBJECTS,
    SUPERLATIVES,
    TIME_AND_PLACE,
    TURNS,
    WORDY,
)
from summarizer.fact_words import TITLES
from summarizer.tagging import Token
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
        return True
    return words <= FREE


def _is_detail(source: Sequence[Token], left: int, gone: Sequence[Token], right: int) -> bool:
    """A clause or phrase that leaves a whole sentence which is still true."""
    # What refuses most at least cost comes first.
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
    if gone[0].text == "-" and after is not None and gone[-1].text != "-":
        return False
    if after is None and not _may_end(before):
        return False
    marked = before.text in MARKS
    if marked and (after is None or after.tag in ".JUVXE" or gone[-1].text not in MARKS):
        return False  # a mark would be left over
    head = body[0]
    if marked and head.tag not in "IUGR":
        return False  # the mark before it would be left without its partner
    opened = marked or gone[0].text in MARKS
    closed = after is None or gone[-1].text in MARKS or after.text in MARKS
    such = closed and head.text.lower() == "such" and len(body) > 1 and body[1].text == "as"
    such &= verbs(body) == 0
    within = not (such or (opened and closed))
    if within and _narrows(source[: left + 1]):
        return False  # "no taxes were paid in May" is not "no taxes were paid"
    inner = after is None or (len(body) == len(gone) and _inner(before, body, after))
    if within and not inner:
        return False
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
    if head.text.lower() in LIMITS and any(map(_is_superlative, source[max(0, left - 8) : right])):
        return False  # "the first visit in ten years"
    if after is None and _attributes(gone):
        return False
    if opened and closed:
        ended = after is not None or head.tag == "J" or is_whole(source[: left + 1])
        return ended and _aside(source, left, body, right)
    return after is not None or _tail(source[: left + 1], body)


def _is_listed(source: Sequence[Token], left: int, body: Sequence[Token], right: int) -> bool:
    """Whether names go on behind it: "in Tilby, Varland", "Reed, of Tilby, Varland" """
    after = source[right : right + 2]
    if source[right - 1].text == ",":
        after = source[right - 1 : right + 1]
    names = [token.tag for token in after] == [".", "P"] and after[0].text == ","
    return names and body[0].tag == "I" and body[-1].tag == "P"


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


def _may_end(token: Token) -> bool:
    low = token.text.lower()
    return low not in SUBJECTS and (token.tag not in "IDJ" or low in PARTICLES)


def _is_needed(source: Sequence[Token], left: int, body: Sequence[Token], right: int) -> bool:
    """Whether what stays behind leans on what goes."""
    rest = source[right:]
    if any(_YEAR.match(token.text) for token in rest[:2]):
        return True  # the rest of a date
    if rest and rest[0].tag == "S":
        return True  # the owner of what follows
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
    if "according" in low or not FRAMES.isdisjoint(low) or "as far as" in " ".join(low):
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
    low = {token.text.lower() for token in body}
    if len(body) == 1 and low <= CONNECTIVES:
        return after.tag not in "VX"
    if _is_day(body) and len(kept) > 1 and kept[1].text[0].isdigit():
        return False  # "on Monday, May 2, ..."
    if _is_day(body) and after.tag not in "TNVX":
        return True
    if _is_office(body, after):
        return True
    if gone[-1].text not in ",-:" or after.text.lower() in LOST or after.tag in "VXEWJBTC":
        return False
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
    if after is not None and following is not None and (places or nested or head.tag in "GEWU"):
        # Which mark closes a clause is told by the verb behind it, or by a new subject.
        fresh = following.tag in "ODNP" and head.tag == "U" and not nested
        if not (following.tag in "VXE" or fresh):
            return False
    if head.text == "of":
        return False
    if after is not None and left > 0 and source[left - 1].text == ",":
        return False  # "Reed, 61, a miller, was": one of the marks must stay
    if after is None and resumes(source[left + 1 :]):
        return False
    if head.tag in "WGERIUT":
        return True
    if head.tag == "J":
        turned = len(body) > 1 and body[1].text.lower() in TURNS
        return after is None and not turned and bool(places)
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
    if after is None and ((nested and head.tag in "NPAC") or any(t.tag == "J" for t in body)):
        return False  # "red, white, and blue"
    place = left if source[left].text not in MARKS else left - 1
    listed = following is not None and (following.tag in "JDNPCAOTWE" or following.text == '"')
    return place >= 0 and source[place].tag in _NOMINAL and not listed


def _tail(kept: Sequence[Token], body: Sequence[Token]) -> bool:
    """What goes from the middle of a clause to the end of the sentence."""
    head, before = body[0], kept[-1]
    low = head.text.lower()
    if _is_day(body) and before.tag not in "IDAU":
        helped = len(kept) > 1 and kept[-2].tag in "XR"  # "was filed", not "papers filed"
        if _is_later(before, body) or (before.tag == "E" and not helped):
            return False
        return before.tag == "T" or before.text.lower() not in DAY
    nominal = before.tag in _NOMINAL
    if not is_whole(kept):
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
        or (low == "in" and body[-1].text == "question")
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
        clause = next((t.tag for t in body if t.tag in "VXWUJ"), "W")
        plain = clause in "WUJ" and not any(token.tag == "B" for token in body)
        return _is_loose_phrase(body) and known and plain
    if head.tag == "U":
        return low != "that" and not _is_bare(kept)
    if head.tag == "J":
        second = body[1].tag if len(body) > 1 else "J"
        if not (second in "VXRBO" or (second == "E" and before.tag in "EV")):
            return False  # two things, not two clauses
        if len(body) > 2 and body[1].text.endswith("ed") and body[2].tag in "NP":
            return False  # "a miner and convicted thief"
        near = {token.text.lower() for token in kept[-8:]}
        listed = any(token.text == "," for token in kept[-4:])
        return low == "and" and before.tag not in "IDAXO" and near.isdisjoint(SPLIT) and not listed
    if head.tag in "WGE":
        thing = head.tag == "G" and len(body) > 1 and body[1].tag == "N"  # "playing fields"
        bound = before.text.lower() in PARTICLES or "'" in before.text or before.tag == "T"
        told = any(token.key in _TELLING for token in kept[-3:])
        whole = head.tag == "W" or is_subordinate(body)
        return nominal and whole and not (thing or bound or told or _is_bare(kept))
    manner = head.tag == "T" or low.endswith("ly") or (_is_manner(head) and low != "still")
    return manner and before.tag not in "IDAX" and all(t.tag in "RTID" for t in body)


def _is_bare(kept: Sequence[Token]) -> bool:
    """Whether a noun stands last of which nothing is said: "they passed a law" """
    one = kept[-2] if len(kept) > 1 else kept[-1]
    return kept[-1].tag == "N" and (one.text.lower() in ("a", "an") or one.tag in "IVXJ.")


def _is_loose_phrase(body: Sequence[Token]) -> bool:
    """Whether neither noun nor verb needs it: but "views on", "a ban on", "rely on" do."""
    low = body[0].text.lower()
    if any(one.text == "to" and other.tag in "NBV" for one, other in pairwise(body)):
        return False  # an infinitive may belong to an earlier verb: "asked him on Monday to go"
    if len(body) == 2 and body[1].tag in "NA":
        return False  # "put them at risk", "kept in touch"
    if any(token.text in ("whether", "if") for token in body):
        return False  # "asked her in Tilby whether ..."
    return low in LOOSE and (low != "on" or any(token.tag == "T" for token in body[1:3]))


def _inner(before: Token, body: Sequence[Token], after: Token) -> bool:
    """What goes from within a clause: adverbs, adjectives, titles, phrases behind a noun."""
    if all(map(_is_manner, body)):
        former = body[-1].text.lower() in ("then", "now") and after.tag in "NPAUW"
        return not former and before.text.lower() not in DEGREES
    if _is_day(body):
        fits = after.tag not in "TNC" and after.text.lower() != "at"
        fits &= before.tag not in "IDAUX" and before.text.lower() not in DAY
        return fits and not _is_later(before, body)
    plain = all(_is_manner(token) or (token.tag == "A" and token.text in EMPTY) for token in body)
    if plain and after.tag in "NA":
        return before.text.lower() not in ("a", "an")  # "it marks a significant step"
    if _is_office(body, after) and before.tag not in "NP":
        return True
    if after.tag == before.tag == body[0].tag == "P" and len(body) == 1:
        # "President Donald Trump", "William P. Barr"
        given = _is_title(before) and before.text.lower() not in HALVES
        return (given and not _is_title(body[0])) or len(body[0].text.rstrip(".")) == 1
    low = after.text.lower()
    ends = after.tag in "XVU" or after.text in ",;:)-" or low in TIME_AND_PLACE
    ends &= low != "that"
    if before.tag not in _NOMINAL or not ends:
        return False
    if body[0].tag == "I":
        ended = (
            before.tag not in "OC"
            and body[-1].tag in "NPTC"
            and not any(t.tag in "VXBGJUW." for t in body)
        )
        return ended and _is_loose_phrase(body)
    closed = body[-1].tag in "NPTCVER" and verbs(body) >= openers(body) + links(body)
    return body[0].tag == "W" and after.tag in "XV" and closed
