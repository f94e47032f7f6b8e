"""Omissions: does what a written sentence leaves out of its source leave the rest true?

From "he met Kim Jong Il, the father of Kim Jong Un" a model that shortens may write "he met
Kim Jong Un": every word and even every pair of words has a source, and it is false. So the
written sentence is laid along its sources, and wherever it leaves words out, grammar must let
them go (``summarizer.deletion``). Words that no source holds are not judged here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from summarizer.deletion import may_go
from summarizer.deletion_words import BINDING, LINKS
from summarizer.fact_words import TITLES
from summarizer.phrases import MARKS, SAY
from summarizer.tagging import Token, tagged

_Tokens = tuple[Token, ...]

_NEAR = 0.5  # overlap from which two sources are versions of one sentence
# What it costs: a word of the writer's own, one of content, to leave words out where grammar
# does not let them go, where it does, to change to another source.
_OWN, _OWN_CONTENT, _UNLICENSED, _JUMP, _CROSS = 0.1, 0.4, 1.0, 0.05, 0.1


def omissions(written: str, sources: Sequence[str]) -> tuple[str, ...]:
    """The places where ``written`` leaves out what must not go, one phrase each."""
    out = without_end(written)
    held = tuple(variant for source in sources for variant in _variants(source))
    return tuple(dict.fromkeys(_faults(out, held)))


@lru_cache(maxsize=4096)
def without_end(text: str) -> tuple[Token, ...]:
    """The tokens of a sentence less the marks at its end, but for that of a question."""
    tokens = tagged(text)
    while tokens and tokens[-1].text in '.!"':
        tokens = tokens[:-1]
    return tokens


@lru_cache(maxsize=4096)
def _variants(source: str) -> tuple[tuple[Token, ...], ...]:
    """The source, and it with what stands last put first: "police said", "on Monday"."""
    tokens = without_end(source)
    found = [tokens]
    commas = [place for place, token in enumerate(tokens) if token.text == ","]
    if commas:
        tail = tokens[commas[-1] + 1 :]
        if any(t.key == SAY and t.tag in "VEB" for t in tail[-3:]) and len(tail) < 12:
            found.append((*tail, *tokens[: commas[-1]]))
    starts = [
        place
        for place, token in enumerate(tokens)
        if token.tag in "IU" and token.text != "that" and 0 < place > len(tokens) - 7
    ]
    for start in starts[:1] if commas else starts[:2]:
        tail = tokens[start:]
        dated = any(token.tag == "T" for token in tail) or tail[0].text.lower() in LINKS
        moves = dated or may_go(tokens, start - 1, len(tokens))
        if moves and not any(token.tag in "VXBGEJ." for token in tail):
            found.append((*tail, _COMMA, *tokens[:start]))
    return tuple(found)


_COMMA = Token(",", "", ".")


class _Path(NamedTuple):
    """One way to lay the sentence so far: its cost, what is wrong with it, where it stands.

    ``bridged`` says that a word of the writer's own came last: what is put in other words
    cannot be judged by what is left out.
    """

    cost: float = 0.0
    faults: tuple[str, ...] = ()
    last: tuple[int, int] | None = None
    bridged: bool = False

    def on(self, price: float, fault: str | None, last: tuple[int, int] | None) -> _Path:
        return _Path(self.cost + price, (*self.faults, fault) if fault else self.faults, last)


def _faults(out: Sequence[Token], sources: Sequence[_Tokens]) -> Iterator[str]:
    """Lays ``out`` along the sources at the least cost (Viterbi), then reads off what it breaks."""
    if not out:
        return
    said = frozenset(token.key for token in out)
    paths = [_Path()]
    for token in out:
        places = [*_places(token, sources)]
        reached: dict[tuple[tuple[int, int] | None, bool], _Path] = {}
        for path in paths:
            ways = [path.on(*_step(path, place, sources, said), place) for place in places]
            if not (places and token.content):
                own = path.on(_OWN_CONTENT if token.content else _OWN, None, path.last)
                ways.append(own._replace(bridged=path.bridged or not (places or token.tag in "J.")))
            for way in ways:
                key = way.last, way.bridged
                if key not in reached or way.cost < reached[key].cost:
                    reached[key] = way
        paths = list(reached.values())
    ends = []
    for path in paths:
        fault = None
        if path.last is not None and not path.bridged:
            source = sources[path.last[0]]
            fault = _binds(source, path.last[1], len(source), said)
        ends.append(path.on(_UNLICENSED if fault else 0, fault, None))
    yield from min(ends, key=lambda path: path.cost).faults


def _places(token: Token, sources: Sequence[_Tokens]) -> Iterator[tuple[int, int]]:
    low = token.text.lower()
    for number, source in enumerate(sources):
        for place, other in enumerate(source):
            if other.text.lower() == low or (token.key and other.key == token.key):
                yield number, place


def _step(
    path: _Path, state: tuple[int, int], sources: Sequence[_Tokens], said: frozenset[str]
) -> tuple[float, str | None]:
    """What it costs to go on at ``state``, and what is wrong with it; ``said`` are all keys."""
    number, place = state
    source, last = sources[number], path.last
    if path.bridged:
        return (0.0 if last == (number, place - 1) else _JUMP), None
    if last is None:
        fault = _binds(source, -1, place, said)
    elif last == (number, place - 1):
        return 0.0, None
    elif last[0] != number:
        return _across(sources[last[0]], last[1], source, place, said)
    elif place > last[1]:
        fault = _binds(source, last[1], place, said)
    else:
        dated = {source[place].tag, source[last[1]].tag} <= {"T", "C"}
        fault = None if dated else f"“{source[place].text}” stands elsewhere in its source"
    if fault:
        return _UNLICENSED, fault
    return (_JUMP if place or last else 0.0), None


def _across(
    before: _Tokens, left: int, after: _Tokens, right: int, said: frozenset[str]
) -> tuple[float, str | None]:
    """From one source to another: as within one, where either has both words."""
    mine, theirs = before[left], after[right]
    if mine.text.rstrip(".").lower() in TITLES and theirs.tag == "P":
        return _CROSS, None
    if _of_one(before, after):
        return _UNLICENSED, f"“{theirs.text}” stands elsewhere in its source"
    if not (mine.tag == theirs.tag == "P") and overlap(before, after) < _NEAR:
        return _CROSS, None  # two different sentences: what is said of what, others check
    known = any(token.text == mine.text for token in after[:right])
    if not known and (theirs.text in MARKS or theirs.tag in "JUW"):
        return _CROSS, None
    faults = [_binds(*way, said) for way in _ways(before, left, after, right)]
    if faults and None not in faults:
        return _UNLICENSED, faults[0]
    if not faults and mine.tag == theirs.tag == "P":
        return _UNLICENSED, f"“{mine.text} {theirs.text}” is no name in its sources"
    return _CROSS, None


def may_cross(before: Sequence[Token], left: int, after: Sequence[Token], right: int) -> bool:
    """Whether one sentence may go on with another, as one of them has what meets there."""
    ways = _ways(before, left, after, right)
    return any(_binds(*way, frozenset()) is None for way in ways)


def _ways(
    before: Sequence[Token], left: int, after: Sequence[Token], right: int
) -> Iterator[tuple[Sequence[Token], int, int]]:
    """Where one of two sentences has both words, in the same place as the other."""
    mine, theirs = before[left], after[right]
    # Of several places that look alike nobody can tell which is meant.
    behind, ahead = theirs.tag == "P", mine.tag == "P"
    places = _alike(before[left::-1], after[:right][::-1], inside=behind)
    if len(places) == 1 == len(_alike(before[left::-1], before[::-1], inside=behind)):
        yield after, right - 1 - places[0], right
    places = _alike(after[right:], before[left + 1 :], inside=ahead)
    if len(places) == 1 == len(_alike(after[right:], after, inside=ahead)):
        yield before, left, left + 1 + places[0]


def _alike(stretch: Sequence[Token], tokens: Sequence[Token], *, inside: bool) -> list[int]:
    """From where on ``tokens`` go on like ``stretch``."""
    return [at for at in range(len(tokens)) if _anchored(stretch, tokens[at:], inside=inside)]


@lru_cache(maxsize=1024)
def _of_one(one: _Tokens, other: _Tokens) -> bool:
    """Whether two are variants of one source."""
    return sorted(t for t in one if t.text != ",") == sorted(t for t in other if t.text != ",")


@lru_cache(maxsize=1024)
def overlap(one: _Tokens, other: _Tokens) -> float:
    """The share of the words of content that both have, of those of the shorter, 0 to 1."""
    first, second = ({t.key for t in tokens if t.content} for tokens in (one, other))
    return len(first & second) / max(1, min(len(first), len(second)))


def _anchored(one: Sequence[Token], other: Sequence[Token], *, inside: bool) -> bool:
    """Whether both go on alike, up to a word of content or the end of a name.

    Where that name goes on beyond what is asked about, its neighbour must be the same too:
    "with Kim Jong Il" and "leader Kim Jong Un" have no name in common.
    """
    named = False
    for mine, theirs in zip(one, other, strict=False):
        name = mine.tag == "P" or theirs.tag == "P"
        if named and not name and not inside:
            return True
        if mine.text != theirs.text:
            return False
        if (named and not name) or (mine.content and not name):
            return True
        named = name
    return len(one) == len(other)


def _binds(source: Sequence[Token], left: int, right: int, said: frozenset[str]) -> str | None:
    """Why the tokens between ``left`` and ``right`` must not go, as a phrase; None if they may.

    What is ``said`` elsewhere in the sentence has not gone: who did it to whom, others check.
    """
    gone = source[left + 1 : right]
    if not gone or may_go(source, left, right):
        return None
    content = {token.key for token in gone if token.content}
    if content and content <= said and not any(t.text.lower() in BINDING for t in gone):
        return None
    words = " ".join(token.text for token in gone[:6]) + (" ..." if len(gone) > 6 else "")
    return f"without “{words}” it says something else"
