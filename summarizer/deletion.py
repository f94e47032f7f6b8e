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
    ARTICLES,
    BINDING,
    BINDING_CLAUSES,
    BOUNDS,
    CONNECTIVES,
    CUT,
    DAY,
    DEGREES,
    EMPTY,
    FRAMES,
    FREE,
    FURNITURE,
    GLUE,
    HALVES,
    HOLLOW,
    INWARD,
    LABELS,
    LEANING,
    LIMITS,
    LOST,
    NARROWING,
    ONCE,
    PAIRS,
    PERSONS,
    RATES,
    REALMS,
    STAMPS,
    TIME_AND_PLACE,
    TURNS,
    WORDY,
)
from summarizer.endings import is_loose_tail, may_end
from summarizer.fact_words import MONTHS
from summarizer.phrases import (
    LONG,
    MARKS,
    NOMINAL,
    TELLING,
    YEAR,
    has,
    is_dateline,
    is_day,
    is_later,
    is_loose_phrase,
    is_manner,
    is_office,
    is_one_of_days,
    is_present,
    is_superlative,
    is_title,
    is_weekday,
)
from summarizer.tagging import Token
from summarizer.verbs import is_subordinate, is_whole, links, openers, resumes, verbs


def may_go(source: Sequence[Token], left: int, right: int) -> bool:
    """Whether the tokens between ``left`` and ``right`` may go: -1 and the length are the ends."""
    gone = source[left + 1 : right]
    if right < len(source) and source[right].tag == "S":
        return False  # the owner of what follows
    if right == len(source) and has(gone, "?"):
        return False  # a question would be told as a fact
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
    if (before is None or before.key in TELLING) and is_dateline(gone):
        return True
    if before and gone[0].text in ".!" and after is None and before.text.isalpha():
        # What stands behind the end was no part of the sentence; but "Aug. 10", "mr. Reed".
        cut = before.tag == "T" or is_title(before) or before.text.lower() in CUT
        cut |= len(before.text) == 1  # "3100 N. Mill Street"
        return not cut and not (gone[1:] and gone[1].text in MARKS)
    if before and after and len(gone) == 1 and gone[0].text.lower() == "that":
        return before.key in TELLING and after.tag in "ODPN"  # "said that he"
    if len(gone) < _WORDIEST and " ".join(token.text.lower() for token in gone) in WORDY:
        follower = after.text.lower() if after is not None else ""
        if gone[0].text.lower() == "in":
            return follower == "to"
        helped = before is not None and (before.tag == "X" or before.text == "just")
        return gone[0].text.lower() != "as" or not (helped or follower == "as")
    lone = before is not None and before.tag in "IJDU" and (after is None or after.text in MARKS)
    if not words <= FREE:
        return False
    if "both" in words and (lone or not has(source[right : right + _BOTH], "and")):
        return False  # "obsessions, compulsions, or both", "at both places"
    # "the blight, also known as rust, is": both marks go, and no article with them
    adverb = not words.isdisjoint(("also", "both"))
    pair = gone[0].text == gone[-1].text == ","
    return not adverb or words.isdisjoint(GLUE) or (pair and words.isdisjoint(ARTICLES))


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
    if before.text[-1].isdigit() and (gone[0].text in ":-" or body[0].text[0].isdigit()):
        return False  # "8: 21 a.m.", "2-3m", "9,009-mile"
    if not _is_paired(before, gone, after):
        return False
    if after is None and not may_end(source[: left + 1], gone):
        return False
    if "'" in (before.text, gone[0].text):
        return False  # "i ' m", as some texts have it
    marked = before.text in MARKS
    if marked and (after is None or after.tag in ".JUVXE" or gone[-1].text not in MARKS):
        return False  # a mark would be left over
    stays = before if marked else after if gone[0].text in MARKS else None
    if stays is not None and stays.text in ",-":
        front = source[0].tag in "IUGERT" and not verbs(source[:left])  # "in May, by night, he"
        behind = source[min(right + (not marked), len(source) - 1)]
        if not front and behind.tag not in "JU":
            return False  # "the mill, for one, now has ...": both marks must go
    head = body[0]
    if marked and head.tag not in "IUGR":
        return False  # the mark before it would be left without its partner
    opened = marked or gone[0].text in MARKS
    closed = after is None or gone[-1].text in MARKS or after.text in MARKS
    such = closed and head.text.lower() == "such" and len(body) > 1 and body[1].text == "as"
    listed = after is not None and _behind(source, right).tag in "NAPDJG"
    such &= not (verbs(body) or listed or before.text.lower() in HOLLOW)
    within = not (such or (opened and closed))
    if within and _narrows(source[: left + 1]):
        return False  # "no taxes were paid in May" is not "no taxes were paid"
    inner = after is None or (len(body) == len(gone) and _inner(source, left, body, right))
    if within and not inner:
        return False
    if is_day(body) and is_one_of_days(source[: left + 1], source[right:]):
        return False
    if is_day(body) and (before.text.lower() == "usa" or (after is not None and after.tag == "T")):
        return False  # "USA Today", "in Tilby, Friday, Feb. 3"
    if is_day(body) and any(token.text in ("before", "after") for token in source[right:][:_SOON]):
        return False  # "final passage on Thursday, just hours before"
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
    if limited and any(map(is_superlative, source[max(0, left - 8) : right])):
        return False  # "the first visit in ten years", "the first man arrested for it"
    turned = after is not None and after.key in TELLING and opened and gone[-1].text == ","
    if turned and any(token.tag in "VX" for token in source[: left + 1]):
        return False  # "it fell by 4, while others rose, said the report": a mark must stay
    if after is None and (_attributes(gone) or resumes(gone)):
        return False
    if after is None and gone[0].text == "-" and has(gone[1:], "-"):
        return False  # what goes on behind the second dash
    if after is None and has(gone, "-") and sum(t.text == "-" for t in source[:left]) % 2:
        return False  # what goes on behind the second dash
    if after is not None and after.text == "-" and body[-1].tag == "C":
        return False  # "15-member"
    if opened and closed:
        # "Reed, of Tilby, Varland, and colleagues found": a list without its verb
        told = any(t.tag in "VXEB" for t in source[:left]) or not has(source[:left], ",")
        ended = after is not None or (head.tag == "J" and told) or is_whole(source[: left + 1])
        return ended and _aside(source, left, body, right)
    return after is not None or is_loose_tail(source[: left + 1], body)


def _behind(source: Sequence[Token], right: int) -> Token:
    """The token there, or behind the comma that stands there."""
    return source[min(right + (source[right].text == ","), len(source) - 1)]


def _is_listed(source: Sequence[Token], left: int, body: Sequence[Token], right: int) -> bool:
    """Whether names or numbers go on behind it: "of Tilby, Varland", "at 24, 28 weeks" """
    if len(body) <= _ITEM and body[0].tag not in "IRW" and source[right - 1].text == ",":
        rest = source[right : right + _ITEM + 2]  # "red, [old,] broken, and empty"
        if any(one.text == "," and other.tag == "J" for one, other in pairwise(rest)):
            return True
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
        if token.key in TELLING and token.tag in "VEB":
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


def _is_needed(source: Sequence[Token], left: int, body: Sequence[Token], right: int) -> bool:
    """Whether what stays behind leans on what goes."""
    rest = source[right:]
    if any(YEAR.match(token.text) for token in rest[:2]):
        return True  # the rest of a date
    if not any(token.tag == "P" for token in body):
        return False
    # whoever "she" is, wherever "the state" is
    led = any(o.text.lower() == "the" and t.text.lower() in REALMS for o, t in pairwise(rest))
    return led or any(token.text in PERSONS for token in rest)


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
    says = [place for place, t in enumerate(body) if t.key in TELLING and t.tag in "VEBG"]
    if says and says[-1] >= len(body) - 3:
        return True  # "..., police said"
    said = " ".join(low)
    if said.startswith("in part") or "as far as" in said or "according" in low:
        return True
    if said.endswith("at the time") or "but" in low[1:]:
        return True
    if not FRAMES.isdisjoint(low):
        return True
    if clause:
        return False
    if not RATES.isdisjoint(low):
        return True
    dated = any(YEAR.match(word) for word in low)
    span = any(
        one in ("last", "next") and other in ("year", "month", "week", "decade", "century")
        for one, other in pairwise(low)
    )
    return dated or span or not BINDING.isdisjoint(low)


def _opening(gone: Sequence[Token], body: Sequence[Token], kept: Sequence[Token]) -> bool:
    """What goes in front: an adverbial up to its comma, a connective, a title, a dateline."""
    after = kept[0]
    if after.text in MARKS or _GLUED.match(after.text):
        return False
    low = {token.text.lower() for token in body}
    if len(body) == 1 and low <= CONNECTIVES:
        return after.tag not in "VXC" and after.text not in ("far", "that", "many", "much", "long")
    if _plain(body) in FURNITURE:
        return after.tag not in "VXI" and not _plain(kept).startswith(tuple(FURNITURE))
    if is_day(body) and len(kept) > 1 and kept[1].text[0].isdigit():
        return False  # "on Monday, May 2, ..."
    if is_day(body) and after.tag not in "TNVX":
        # "on Monday, 107 were hurt, and 523 on Tuesday"
        return not (any(map(is_weekday, kept)) and any(token.tag == "J" for token in kept))
    if is_office(body, after) or (body[0].text.lower() in STAMPS and is_day(body[1:])):
        return True
    if gone[-1].text == ":" and body[-1].text.lower() not in LABELS:
        return False  # who says it
    if after.tag == "G" or after.text.lower().rstrip(".") in MONTHS:
        return False
    if body[0].tag == "I" and kept[1:2] and kept[1].text == "," and body[-1].tag == after.tag:
        return False  # "in Tilby, Varland, ..."
    if after.text == '"' and sum(token.text == '"' for token in kept) % 2:
        return False  # all that was quoted would go
    if gone[-1].text not in ",-:" or after.text.lower() in LOST or after.tag in "VXEWJBTC":
        return False
    if body[0].tag == "I" and not any(t.tag in "TC" for t in body) and is_present(kept):
        return False  # "in his family, hard work is a rule"
    comma = next((place for place, token in enumerate(kept) if token.text == ","), -1)
    if any(token.tag in "VX" for token in kept[comma + 1 : comma + 2]):
        return False  # the subject stands before that comma
    if gone[-1].text in "-:" and not any(token.tag in "VX" for token in body):
        dated = gone[-1].text == ":" or all(token.tag in "PT." for token in gone)
        return dated and len(gone) < LONG
    if body[0].tag == "U" or low & BINDING_CLAUSES or _keeps(body, clause=False):
        return False  # "as the slump ended, the poor gave more"
    if not NARROWING.isdisjoint(token.text.lower() for token in kept):
        return False  # "before the fire, it was let without incident"
    return body[0].tag in "IGERTJ" and is_subordinate(body)


_GLUED = re.compile(r"\d{4}[A-Z]")  # "2005Through"
_WORDIEST = 4  # one more than the longest has
_SOON = 5  # words behind a day that may count from it
_BOTH = 5  # words within which "and" tells what both are
_ITEM = 2  # words of a member of a list


def _plain(tokens: Sequence[Token]) -> str:
    return " ".join(token.text.lower() for token in tokens if token.text[0].isalnum())


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
    clause = bool(places) or nested or head.tag in "GEWU" or any(t.tag in "GE" for t in body)
    if after is not None and following is not None and clause:
        # Which mark closes a clause is told by the verb behind it, or by a new subject.
        fresh = following.tag in "ODNP" and head.tag == "U" and not nested
        fresh &= head.text.lower() != "as"
        if not (following.tag in "VXE" or fresh):
            return False
    low = head.text.lower()
    if (low == "of" and body[-1].text != "course") or (
        low in ("up", "to", "through") and has(source[:left], "from")
    ):
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
        # "has travelled, studied, found work, and begun to write"
        turned |= head.text.lower() != "and"
        turned |= any(o.text == "," and t.tag in "VE" for o, t in pairwise(source[:left]))
        # "the house was searched, Reed was asked, and ...": the last of three clauses
        comma = max((p for p in range(left) if source[p].text == ","), default=left)
        own = source[comma + 1 : left + 1]
        turned |= bool(own) and own[0].tag in "NPDO" and verbs(own) > openers(own)
        # "gave a revised position, and the new position was": it tells of the same thing
        told_of = {token.key for token in source[:left] if token.tag == "N"}
        subject = body[: places[0]] if places else body
        turned |= any(token.tag == "N" and token.key in told_of for token in subject)
        return after is None and not turned and verbs(body) > openers(body)
    relative = next((place for place, token in enumerate(body) if token.tag in "WU"), len(body))
    if places and places[0] < relative:
        # a clause of its own: it may go at the end, where the rest was whole before it
        told = body[places[0]].key in TELLING  # by whom
        # "present were: Reed, Hale, Var, and all that you could think of"
        gone = source[left + 1 : right]
        told |= any(one.text == "," and other.tag == "J" for one, other in pairwise(gone))
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
    if head.tag == "C" and after is None:
        return False  # "in 2 hours, 7 minutes, 51 seconds"
    place = left if source[left].text not in MARKS else left - 1
    if after is not None and source[0].tag in "IUG" and not has(source[:left], ","):
        return False  # "in May the mayor, Ana Duarte, on behalf of ...": who it was
    listed = following is not None and following.tag not in "VXI"
    return place >= 0 and source[place].tag in NOMINAL and not listed


def _has_verb(before: Sequence[Token]) -> bool:
    """Whether the clause has its verb before it: one behind it is of another clause."""
    for place in reversed(range(len(before))):
        token = before[place]
        if token.text == ",":
            return is_whole(before[:place])  # ", the owner of the mill he ran"
        if token.text in MARKS or token.tag in "JUW":
            return False
        if token.tag in "VX":
            return token.key not in TELLING
    return False


def _inner(source: Sequence[Token], left: int, body: Sequence[Token], right: int) -> bool:
    """What goes from within a clause: adverbs, adjectives, titles, phrases behind a noun."""
    before, after = source[left], source[right]
    if body[0].text.lower() == "again" and before.text.lower() in ONCE:
        return False
    if all(map(is_manner, body)):
        former = body[-1].text.lower() in ("then", "now") and after.tag in "NPAUW"
        lone = before.tag in "IUJ" or before.text == "right"  # "until now, ...", "and quickly, ..."
        lone |= left == 0
        former |= body[-1].text.lower() == "quite" and after.tag == "D"  # "quite a few"
        return not (former or (lone and after.text in MARKS)) and before.text.lower() not in DEGREES
    if is_day(body):
        fits = after.tag not in "TNC" and after.text.lower() != "at"
        fits &= before.tag == "T" or after.text == "on" or any(t.tag == "T" for t in body)
        fits &= after.text != "("  # "on Thursday (Sept. 8)"
        fits &= before.tag not in "IDAUXJC" and before.text.lower() not in DAY
        fits &= (before.tag != "G" and before.key not in TELLING) or after.text not in MARKS
        fits &= before.text.lower() not in MONTHS  # "on a bright September morning"
        fits &= after.tag != "J" or before.tag != "N"  # "because of snow Thursday and Friday"
        return fits and not is_later(before, body)
    plain = all(is_manner(token) or (token.tag == "A" and token.text in EMPTY) for token in body)
    if body[-1].text == "recent" and after.text.lower() in AGES:
        return False
    if plain and after.tag in "NA":
        named = body[-1].text.lower() == "major" and after.text.lower() in ("league", "general")
        # "it marks a significant step", "an even more important step"
        counted = before.tag == "C" or after.text == "part"  # "in two major battles"
        return not (named or counted or before.tag == "R" or before.text.lower() in ("a", "an"))
    if is_office(body, after) and before.tag not in "NP":
        return before.text != "."  # "Lt. Gen. Reed"
    if after.tag == before.tag == body[0].tag == "P" and len(body) == 1:
        # "President Donald Trump", "William P. Barr"
        given = is_title(before) and before.text.lower() not in HALVES
        return (given and not is_title(body[0])) or len(body[0].text.rstrip(".")) == 1
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
    # "at the zoo, to the west of Tilby", "at the zoo, a park of the town"
    ends &= following is after or following.tag not in "ID"
    ends &= not (after.tag in "VX" and _has_verb(source[: left + 1]))
    ends &= not (following.tag == "J" and after.text == ",") or is_whole(source[: left + 1])
    if before.tag not in NOMINAL or not ends:
        return False
    if body[0].tag == "I":
        ended = (
            before.tag not in "OC"
            and body[-1].tag in "NPTC"
            and not any(t.tag in "VXBGJUW." for t in body)
        )
        return ended and is_loose_phrase(body)
    told = before.tag == "T" or any(
        token.key in TELLING for token in source[max(0, left - 3) : right]
    )
    timed = any(one.text.lower() in HOLLOW and other.tag in "DOPN" for one, other in pairwise(body))
    if timed or (body[0].text == "that" and told):
        return False  # "who drove at the time the driver ...", "said on Monday that the mill ..."
    closed = body[-1].tag in "NPTCVER" and verbs(body) >= openers(body) + links(body)
    return body[0].tag == "W" and after.tag in "XV" and closed
