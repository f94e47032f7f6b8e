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

from summarizer.fact_words import TITLES
from summarizer.tagging import Token
from summarizer.words import stem_of

_NOMINAL = "NPTCOS"
MARKS = frozenset(",;:(-[")
_PAIRS = frozenset('"()')
SAY = "say"
_TELLING = {SAY}.union(
    map(
        stem_of,
        """confirm announce claim believe estimate insist warn allege argue suggest predict
        acknowledge deny admit declare hear show find""".split(),
    )
)
# What binds the rest of the sentence, wherever it stands in what is left out.
BINDING = frozenset(
    """not n't no never none neither nor without only hardly barely if unless until whether except
    or but may might could would should must cannot allegedly alleged reportedly suspected
    apparently possibly perhaps likely probably potentially possible potential ago former formerly
    so-called attempted planned proposed would-be acting deputy vice assistant ex failed expected
    supposed believed accused claimed claims alleges denied denies according per because
    usually often sometimes generally mostly partly largely rarely seldom occasionally typically
    normally frequently mainly primarily virtually seemingly supposedly temporarily initially
    previously originally unsuccessfully falsely wrongly merely partially""".split()
)
# What binds a number behind it.
_BOUNDS = frozenset(
    """nearly almost about around least most approximately roughly to than some over under fewer
    less""".split()
)
# What binds it where it begins a clause that goes: the clause is told of, not the rest.
_BINDING_CLAUSES = frozenset(
    "if unless until whether except without or but nor than once so".split()
)
_LOST = frozenset("he she they it his her their its him them this that these those".split())
_TURNS = frozenset("then later now yet not never".split())  # "and then took it back"
_PERSONS = frozenset("he she his her him hers himself herself".split())
_SPLIT = frozenset("between both either neither among from".split())
# Prepositions of phrases that neither a noun nor a verb needs.
_LOOSE = frozenset(
    """in on at during near amid after before since outside inside across around along from
    by""".split()
)
_PARTICLES = frozenset("up out off down away back over".split())
_TIME_AND_PLACE = frozenset("in on at during after before since".split())
# Adjectives that go without making the noun another one.
_EMPTY = frozenset(
    """significant major large big huge massive serious strong growing various recent
    upcoming ongoing particular certain whole controversial historic popular famous well-known
    prominent key important crucial critical current existing additional latest powerful dramatic
    terrible tragic horrific brutal vast wide extensive""".split()
)
_SUPERLATIVES = frozenset(
    """first second third fourth fifth sixth seventh eighth ninth tenth last only most least best
    worst no any all""".split()
)
_LIMITS = frozenset("in since for of after from among at on by to before ever outside".split())
_FREE = frozenset("the a an also both , . then now".split())
_YEAR = re.compile(r"(?:1[5-9]|20)\d\ds?$")


def may_go(source: Sequence[Token], left: int, right: int) -> bool:
    """Whether the tokens between ``left`` and ``right`` may go: -1 and the length are the ends."""
    gone = source[left + 1 : right]
    return _is_loose(source, left, gone, right) and _cuts_no_pair(source[: left + 1], gone)


def _is_loose(
    source: Sequence[Token], left: int, gone: Sequence[Token], right: int
) -> bool:  # what refuses most at least cost comes first
    before = source[left] if left >= 0 else None
    after = source[right] if right < len(source) else None
    if gone[0].text == "(" and gone[-1].text == ")":
        return True
    if gone[-1].text == "-" and _is_dateline(gone):
        return True
    if gone[0].text in ".!?" and after is None and before and before.text.isalpha():
        return True  # what stands behind the end was no part of the sentence
    if len(gone) == 1 and gone[0].text.lower() == "that" and before and after:
        return before.key in _TELLING and after.tag in "ODPN"  # "said that he"
    if len(gone) < _WORDIEST and " ".join(token.text.lower() for token in gone) in _WORDY:
        return True
    if all(token.text.lower() in _FREE for token in gone):
        return True
    body = [token for token in gone if token.text not in MARKS]
    if not body:
        return True
    if before is None:
        return _opening(gone, body, after)
    marked = before.text in MARKS
    if marked and (after is None or after.tag in ".JUVXE" or gone[-1].text not in MARKS):
        return False  # a mark would be left over
    head = body[0]
    if marked and head.tag not in "IUGR":
        return False  # the mark before it would be left without its partner
    opened = marked or gone[0].text in MARKS
    closed = after is None or gone[-1].text in MARKS or after.text in MARKS
    such = closed and head.text.lower() == "such" and len(body) > 1 and body[1].text == "as"
    within = not (such or (opened and closed))
    if (
        within
        and after is not None
        and not (len(body) == len(gone) and _inner(before, body, after))
    ):
        return False
    if _is_needed(source, left, body, right):
        return False
    if such:
        return True
    insertion = opened and closed and head.tag in "DNPCA"
    clause = head.tag in "WUJ" or any(token.tag in "VX" for token in body)
    if head.text.lower() in _BINDING_CLAUSES or _keeps(body, clause=clause or insertion):
        return False
    if after is not None and after.text[0].isdigit() and body[-1].text.lower() in _BOUNDS:
        return False
    if head.text.lower() in _LIMITS and any(map(_is_superlative, source[max(0, left - 8) : right])):
        return False  # "the first visit in ten years"
    if opened and closed:
        return _aside(source, left, body, right)
    return after is not None or _tail(source[: left + 1], body)


def _is_needed(source: Sequence[Token], left: int, body: Sequence[Token], right: int) -> bool:
    """Whether what stays behind leans on what goes."""
    rest = source[right:]
    if any(_YEAR.match(token.text) for token in rest[:2]):
        return True  # the rest of a date
    if rest and rest[0].tag == "S":
        return True  # the owner of what follows
    persons = any(token.tag == "P" for token in body)
    return persons and any(token.text in _PERSONS for token in rest)  # whoever "she" is


def _is_dateline(gone: Sequence[Token]) -> bool:
    """ "Tilby (AP) -" """
    return any(t.text == "(" for t in gone) and not any(t.tag in "VX" for t in gone)


def _is_superlative(token: Token) -> bool:
    low = token.text.lower()
    return low in _SUPERLATIVES or (token.tag in "AR" and low.endswith("est") and len(low) > 5)


def _cuts_no_pair(before: Sequence[Token], gone: Sequence[Token]) -> bool:
    """Whether no quotation and no bracket is cut into."""
    outer = [token.text for token in before if token.text in _PAIRS]
    inner = [token.text for token in gone if token.text in _PAIRS]
    quoted = outer.count('"') % 2 or inner.count('"') % 2
    opened = outer.count("(") > outer.count(")") or inner.count("(") != inner.count(")")
    return not (quoted or opened)


def _keeps(body: Sequence[Token], *, clause: bool) -> bool:
    """Whether the words that go bind those that stay."""
    low = [token.text.lower() for token in body]
    says = [place for place, t in enumerate(body) if t.key in _TELLING and t.tag in "VEBG"]
    if says and says[-1] >= len(body) - 3:
        return True  # "..., police said"
    if clause:
        return low[0] == "according"
    dated = any(_YEAR.match(word) for word in low)
    span = any(
        one in ("last", "next") and other in ("year", "month", "week", "decade", "century")
        for one, other in pairwise(low)
    )
    return dated or span or not BINDING.isdisjoint(low)


def _opening(gone: Sequence[Token], body: Sequence[Token], after: Token | None) -> bool:
    """What goes in front: an adverbial up to its comma, a connective, a title, a dateline."""
    if after is None:
        return False
    low = {token.text.lower() for token in body}
    if (len(body) == 1 and low <= _CONNECTIVES) or (_is_day(body) and after.tag not in "TNVX"):
        return True
    if body[-1].text.rstrip(".").lower() in TITLES and _is_name(after):
        return all(token.tag in "NPA" for token in body)
    if gone[-1].text not in ",-:" or after.text.lower() in _LOST or after.tag in "VXEWJBTC":
        return False
    if gone[-1].text in "-:" and not any(token.tag in "VX" for token in body):
        return True
    clause = body[0].tag in "U"
    if low & _BINDING_CLAUSES or _keeps(body, clause=clause):
        return False
    return body[0].tag in "IUGERTJ"


def _is_name(token: Token) -> bool:
    return token.tag == "P" and token.text.rstrip(".").lower() not in TITLES | {"justice"}


def _is_manner(token: Token) -> bool:
    """An adverb that says little; one that says how often, how much or how surely binds."""
    return token.tag == "R" and token.text.lower() in _LITTLE


_LITTLE = frozenset(
    """also just still already now then again very too indeed however really actually simply
    basically notably sharply dramatically strongly quickly jointly heavily recently currently
    particularly especially clearly significantly""".split()
)


def _is_day(body: Sequence[Token]) -> bool:
    """ "on Tuesday", "late Tuesday night" """
    return all(token.tag == "T" or token.text.lower() in _DAY for token in body) and (
        body[-1].text.lower() != "on"
    )


_DAY = frozenset("on late later early earlier morning afternoon evening night".split())
_WORDY = frozenset(("in order", "a total of", "in an effort", "in an attempt"))
_WORDIEST = 4  # one more than the longest has
_CONNECTIVES = frozenset(
    """but and so yet however meanwhile moreover furthermore additionally also still indeed then now
    separately nevertheless besides earlier later overall today""".split()
)


def _aside(source: Sequence[Token], left: int, body: Sequence[Token], right: int) -> bool:
    """What goes between two marks, or from one to the end."""
    head = body[0]
    after = source[right] if right < len(source) else None
    following = after
    if after is not None and after.text in MARKS and right + 1 < len(source):
        following = source[right + 1]  # the mark stays
        if following.tag in "VXE":
            return False
    verbs = [place for place, token in enumerate(body) if token.tag in "VX"]
    nested = any(token.text == "," for token in source[left + 2 : right - 1])
    if after is not None and following is not None and (verbs or nested or head.tag in "GE"):
        # Which mark closes a clause is told by the verb behind it, or by a new subject.
        fresh = following.tag in "ODNP" and head.tag in "UW" and not nested
        if not (following.tag in "VXE" or fresh):
            return False
    if head.tag in "WGERIUT":
        return True
    if head.tag == "J":
        turned = len(body) > 1 and body[1].text.lower() in _TURNS
        return after is None and not turned and bool(verbs)
    relative = next((place for place, token in enumerate(body) if token.tag in "WU"), len(body))
    if verbs and verbs[0] < relative:
        # a clause of its own: it may go at the end, where the rest was whole before it
        return after is None and verbs[0] > 0 and any(token.tag in "VX" for token in source[:left])
    if after is not None and after.text in MARKS:
        return False  # one mark of the two would stay
    place = left if source[left].text not in MARKS else left - 1
    listed = following is not None and following.tag in "JDNPCAOTW"
    return place >= 0 and source[place].tag in _NOMINAL and not listed


def _tail(kept: Sequence[Token], body: Sequence[Token]) -> bool:
    """What goes from the middle of a clause to the end of the sentence."""
    head, before = body[0], kept[-1]
    low = head.text.lower()
    if _is_day(body) and before.tag not in "IDA":
        return before.tag == "T" or before.text.lower() not in _DAY
    nominal = before.tag in _NOMINAL
    if not _is_whole(kept):
        return False
    if low == "as" or before.text == "way" or (low == "in" and body[-1].text == "question"):
        return False
    if head.tag == "I":
        helped = len(kept) > 1 and kept[-2].tag in "XR"  # "was found", not "a video posted"
        verbal = before.tag in "VR" or before.text.lower() in _PARTICLES
        return low in _LOOSE and (nominal or verbal or (before.tag == "E" and helped))
    if head.tag == "U":
        return low != "that"
    if head.tag == "J":
        near = {token.text.lower() for token in kept[-8:]}
        listed = any(token.text == "," for token in kept[-4:])
        listed |= not any(token.tag in "VXEG" for token in body)  # two things, not two clauses
        return low == "and" and before.tag not in "IDAX" and near.isdisjoint(_SPLIT) and not listed
    if head.tag in "WGE":
        return nominal
    return head.tag in "RT" and before.tag not in "IDAX" and all(t.tag in "RTID" for t in body)


def _is_whole(kept: Sequence[Token]) -> bool:
    """Whether there is a verb for the main clause and for each clause that is opened."""
    verbs = sum(
        token.tag in "VX" and (place == 0 or kept[place - 1].tag not in "XR")
        for place, token in enumerate(kept)
    )
    opened = sum(token.tag == "W" or token.text.lower() in _OPENERS for token in kept)
    return verbs > opened


_OPENERS = frozenset("that while when because although though where whereas".split())


def _inner(before: Token, body: Sequence[Token], after: Token) -> bool:
    """What goes from within a clause: adverbs, adjectives, titles, phrases behind a noun."""
    if all(map(_is_manner, body)):
        return True
    if _is_day(body) and after.tag not in "TN" and after.text.lower() != "at":
        return before.tag not in "IDA" and before.text.lower() not in _DAY
    plain = all(_is_manner(token) or (token.tag == "A" and token.text in _EMPTY) for token in body)
    if plain and after.tag in "NA":
        return True
    if body[-1].text.rstrip(".").lower() in TITLES and _is_name(after) and before.tag != "P":
        return all(token.tag in "NPAD" for token in body)
    if after.tag == before.tag == body[0].tag == "P" and len(body) == 1:
        # "President Donald Trump", "William P. Barr"
        return before.text.rstrip(".").lower() in TITLES or len(body[0].text.rstrip(".")) == 1
    ends = after.tag in "XVUE" or after.text in ",;:)-" or after.text.lower() in _TIME_AND_PLACE
    if before.tag not in _NOMINAL or not ends:
        return False
    if body[0].tag == "I":
        phrase = body[0].text.lower() in _LOOSE
        return phrase and not any(token.tag in "VXBGJUW." for token in body)
    return body[0].tag == "W" and after.tag in "XV" and any(t.tag in "VX" for t in body)
