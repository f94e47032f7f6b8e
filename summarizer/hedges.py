"""Certainty: does a written sentence tell as a fact what its sources hold for possible?

"May rise", "is expected to rise" and "rose" are three things, and "prosecutors allege
that he took bribes" is not "he took bribes". Each verb of the written sentence is
compared with its like in the sources: where all of those are hedged, it must be too.
"""

from __future__ import annotations

from collections.abc import Sequence

from summarizer.clauses import Reading, read

_POSSIBLE = frozenset("may might could possibly perhaps maybe probably likely potentially".split())
_SAID_TO = frozenset(
    "allegedly reportedly purportedly supposedly apparently alleged suspected rumoured".split()
)
_FUTURE = frozenset("will would shall should can ll wo".split())
# Verbs, stemmed, that with "to" and a verb leave open whether it comes to pass.
_OPEN = frozenset(
    """expect plan intend hope threaten want seek agre promis vow try tri order ask urg due about
    aim attempt consid propos invit requir need allow demand like unlik pledg offer prepar
    wish fear believ alleg accus suspect report decid hesit
    choos persuad forc tell warn set schedul go be suppos tend""".split()
)
# Verbs, stemmed, after which a clause is a claim that others contest.
_CONTESTED = frozenset("alleg claim accus suspect deni insist believ fear speculat assum".split())
_CONDITIONS = frozenset("if unless whether".split())
_REACH = 6  # tokens before a verb among which its hedge stands


def overstated(written: str, sources: Sequence[str]) -> str | None:
    """A verb that ``written`` is surer of than every source, as a phrase; else None."""
    out = read(written)
    readings = [read(source) for source in sources]
    for verb in out.verbs:
        token = out.tokens[verb.place]
        if token.tag not in "VBGE" or token.key in ("be", "have", "do", "say"):
            continue
        there = [
            _hedges(reading, place)
            for reading in readings
            for place in reading.places.get(token.key, ())
            if reading.tokens[place].tag in "VBGE"
        ]
        if not there:
            continue
        here = _hedges(out, verb.place)
        if all(there) and not here and verb.finite:
            return f"“{token.text}” is not certain in its source"
        if here <= {"future"} and all(hedges - {"future"} for hedges in there):
            return f"“{token.text}” is not certain in its source"
    return None


def _hedges(reading: Reading, place: int) -> frozenset[str]:
    """The kinds of doubt over the verb at ``place``."""
    tokens = reading.tokens
    segment = reading.segments[place]
    found: set[str] = set()
    low = [token.text.lower() for token in tokens]
    inside = [p for p in range(len(tokens)) if reading.segments[p] == segment]
    start = max(place - _REACH, inside[0])
    for near in range(start, place):
        if low[near] in _POSSIBLE and tokens[near].tag != "T":
            found.add("possible")
        elif low[near] in _FUTURE:
            found.add("future")
        elif low[near] in _SAID_TO:
            found.add("alleged")
        elif low[near] == "to" and near and near >= place - 3:
            before = tokens[near - 1 : near] + tokens[max(near - 5, start) : near - 1]
            if any(token.key in _OPEN for token in before):
                found.add("open")
    for near in inside:
        if low[near] in _SAID_TO and near < place:
            found.add("alleged")
        elif low[near] in _CONDITIONS and near < place:
            found.add("conditional")
    zone = inside[0]
    if zone and tokens[zone - 1].text.lower() in _CONDITIONS:
        found.add("conditional")
    for verb in reading.verbs:
        # "claims (that) the convoy was carrying weapons", "accused him of selling arms"
        if verb.key in _CONTESTED and verb.place < place and place - verb.place < 25:
            between = range(verb.place + 1, place)
            clauses = {reading.segments[p] for p in between}
            joined = any(low[p] in (";", "but", "while") for p in between)
            if len(clauses) <= 3 and not joined:
                found.add("claimed")
    return frozenset(found)
