"""What may be written of a group: which source piece may follow which.

The model scores, grammar allows: after a piece comes the next one of its sentence, or one
to which ``summarizer.deletion`` lets it jump, or the same place of a sentence that says
much the same; and where a sentence could end, another one may be joined on. So each path
through the lattice is whole words in an order that leaves the rest true, as in text-editing
models (LaserTagger, Malmi et al. 2019; FELIX, Mallinson et al. 2020), whose edits are
phrases here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any

from models.fusion.casing import Piece
from summarizer.deletion import may_go
from summarizer.deletion_words import GLUE
from summarizer.omissions import may_cross, overlap, without_end
from summarizer.tagging import Token, spans

Nodes = frozenset[int]

# Shares of the words of the shorter of two sentences that the longer has: from the first on
# one may go on as the other, below the second one may follow the other.
_ALIKE, _UNLIKE = 0.7, 0.3
JOINTS = (",", "and", "while")  # ", and", ", while"


class Lattice:
    """The nodes of a group and what may follow them.

    Nodes are places in ``pieces``, then the end, then the pieces of the joints, a set of
    them for each sentence that is left. ``ids`` are the pieces' ids, ``joints`` those of
    ``JOINTS``, ``end`` that of the end.
    """

    def __init__(
        self,
        ids: Sequence[int],
        pieces: Sequence[Piece],
        texts: Sequence[str],
        *,
        joints: Sequence[int],
        end: int,
    ) -> None:
        self.end = len(ids)
        self._ids = [*ids, end]
        self._after: dict[int, set[int]] = {}
        self._steps: dict[Nodes | None, dict[int, Nodes]] = {}
        own: dict[int, list[int]] = {}
        for place, piece in enumerate(pieces):
            if piece.source is not None:
                own.setdefault(piece.source, []).append(place)
        sentences = {
            source: _Sentence(texts[source], [(pieces[p], p) for p in places])
            for source, places in own.items()
        }
        self._start = {place for s in sentences.values() for place in s.starts()}
        for source, sentence in sentences.items():
            for place, following in sentence.follow(self.end):
                self._after.setdefault(place, set()).add(following)
            starts: set[int] = set()
            for number, other in sentences.items():
                shared = overlap(sentence.tokens, other.tokens)
                if number != source and shared >= _ALIKE:
                    for place, following in sentence.cross(other):
                        self._after.setdefault(place, set()).add(following)
                elif sentence.tokens and other.tokens and shared < _UNLIKE:
                    starts.update(other.starts())
            if starts and joints:
                self._join(sentence, starts, joints)

    def _join(self, sentence: _Sentence, starts: set[int], joints: Sequence[int]) -> None:
        comma, *words = range(len(self._ids), len(self._ids) + len(joints))
        self._ids += joints
        for place in sentence.ends():
            self._after.setdefault(place, set()).add(comma)
        self._after[comma] = set(words)
        for word in words:
            self._after[word] = set(starts)

    def steps(self, nodes: Nodes | None) -> Mapping[int, Nodes]:
        """The ids that may come after one of ``nodes``, None being the start, and where they lead.

        None after the end.
        """
        if nodes not in self._steps:
            found: dict[int, set[int]] = {}
            reached = (self._after.get(node, ()) for node in nodes or ())
            for place in self._start if nodes is None else chain.from_iterable(reached):
                found.setdefault(self._ids[place], set()).add(place)
            self._steps[nodes] = {id_: frozenset(places) for id_, places in found.items()}
        return self._steps[nodes]

    def path(self, written: Sequence[int]) -> list[int]:
        """The nodes of what is ``written``: of several ways the one with the fewest jumps.

        Raises ValueError for what no path allows.
        """
        ways: dict[int, tuple[int, tuple[int, ...]]] = {}
        for step, id_ in enumerate(written):
            found: dict[int, tuple[int, tuple[int, ...]]] = {}
            before = ways.items() if step else [(-1, (0, ()))]
            for last, (jumps, nodes) in before:
                for node in self._after.get(last, ()) if step else self._start:
                    way = (jumps + (node != last + 1), (*nodes, node))
                    if self._ids[node] == id_ and (node not in found or way < found[node]):
                        found[node] = way
            ways = found
        if not ways:
            raise ValueError("nothing like it may be written")
        return list(min(ways.values())[1])


class _Sentence:
    """A sentence's tokens, and the places of the pieces of each."""

    def __init__(self, text: str, pieces: Sequence[tuple[Piece, int]]) -> None:
        self.tokens: tuple[Token, ...] = ()
        self._places = [place for _, place in pieces]
        # Of each token its first and its last piece, and None for a boundary within a piece.
        self._first: list[int | None] = []
        self._last: list[int | None] = []
        found = spans(text)
        held: list[list[int]] = [[] for _ in found]
        token = 0
        for piece, place in pieces:
            while token + 1 < len(found) and found[token + 1][0] < piece.end:
                token += 1
            if held:
                held[token].append(place)
        # A piece may span two tokens ("couldn", "'", "t" of "could", "n't"): the later one
        # has it. Where the end was cut off, nothing is judged; what has no verb is no
        # sentence to shorten.
        if held and held[-1] and any(token.tag in "VX" for token in without_end(text)):
            self.tokens = without_end(text)
            self._last = [places[-1] if places else None for places in held]
            self._first = [
                None if None in self._last[t - 1 : t] or not places else places[0]
                for t, places in enumerate(held)
            ]

    def starts(self) -> list[int]:
        """Where a sentence may begin."""
        free = [
            first
            for t, first in enumerate(self._first[: len(self.tokens)])
            if t and first is not None and not self._is_glue(0, t) and may_go(self.tokens, -1, t)
        ]
        return [self._places[0], *free]

    def ends(self) -> list[int]:
        """After which pieces nothing more need be said."""
        count = len(self.tokens)
        free = [
            last
            for t, last in enumerate(self._last[:count])
            if last is not None and (t == count - 1 or may_go(self.tokens, t, count))
        ]
        return free or [self._places[-1]]

    def follow(self, end: int) -> Iterator[tuple[int, int]]:
        """Pairs of places, the second of which may come after the first."""
        yield from pairwise(self._places)
        yield self._places[-1], end
        count = len(self.tokens)
        for left, last in enumerate(self._last[:count]):
            for right in range(left + 2, count):
                first = self._first[right]
                if last is None or first is None or self._is_glue(left + 1, right):
                    continue
                if may_go(self.tokens, left, right):
                    yield last, first
        stop = self._first[count] if count < len(self._first) else end
        if stop is not None:
            yield from ((place, stop) for place in self.ends())

    def _is_glue(self, start: int, stop: int) -> bool:
        """Whether only articles and marks stand there: true without, but no English."""
        return all(token.text.lower() in GLUE for token in self.tokens[start:stop])

    def cross(self, other: _Sentence) -> Iterator[tuple[int, int]]:
        """Pairs of a place here and one in ``other`` that goes on from it: behind one verb."""
        mine, theirs = self.tokens, other.tokens
        verbs, their_verbs = _last_verbs(mine), _last_verbs(theirs)
        for left, token in enumerate(mine):
            following = mine[left + 1].text if left + 1 < len(mine) else None
            for right in range(1, len(theirs)):
                if token.text != theirs[right - 1].text and following != theirs[right].text:
                    continue
                if not verbs[left] or verbs[left] != their_verbs[right - 1]:
                    continue  # who did what would be mixed
                last, first = self._last[left], other._first[right]
                if last is None or first is None or theirs[right].tag in "VXE.":
                    continue
                if left + 1 < len(mine) and mine[left + 1].tag in "VXE":
                    continue  # its subject would lose it
                ties = {(t.tag, t.text) for t in (token, theirs[right - 1])}
                if len(ties) > 1 and any(tag in "IU" for tag, _ in ties):
                    continue  # "after police" did it is not "by police who" did it
                if may_cross(mine, left, theirs, right):
                    yield last, first


def _last_verbs(tokens: Sequence[Token]) -> list[str]:
    """For each token the last verb up to it, empty where there is none yet."""
    verbs: list[str] = []
    for token in tokens:
        before = verbs[-1] if verbs else ""
        verbs.append(token.text if token.tag in "VXE" else before)
    return verbs


def joints_of(tokenizer: Any, generated: Collection[int]) -> list[int]:
    """The ids of ``JOINTS``; nothing where the model cannot write them all."""
    ids = [tokenizer.token_to_id(word) for word in JOINTS]
    return ids if all(id_ in generated for id_ in ids) else []
