"""The shortlist: which sentences of a large cluster are read closely, by words and place.

Encoding is what a large cluster costs most, so this is decided before it: the first sentence
of each document is read, and those that together cover best what the documents talk about. The
function that they cover it by is feature-based and submodular (Kirchhoff & Bilmes 2014), so
that no pair of sentences is ever compared: a word counts for more the more is said with it,
and for less the more of that is covered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from summarizer.centrality import Scores, tf_idf
from summarizer.records import Sentence
from summarizer.words import collapse, content_words, stem_of

if TYPE_CHECKING:
    from scipy.sparse import csr_array

COPIES = 6  # sentences read at most for each text of the limit, on average

_FIRST = 0.4  # share of the limit that the first sentences of the documents have at least
_SCALING = 0.5  # a text costs its words to this power; long ones cost more to encode
_SHORTEST = 5  # content words that a text costs at least
_BLOCK = 32  # gains computed at a time, at first
_DIGITS = 9  # gains are rounded to this, so that the order of a sum cannot break a tie


def shortlist(sentences: Sequence[Sentence], *, limit: int) -> tuple[Sentence, ...]:
    """The sentences to read closely, in the order given; all where ``limit`` allows it.

    ``limit`` counts different texts, which is what encoding takes time for. The copies of
    a text stay with it, so that who says it is counted rightly, up to ``COPIES`` times the
    limit altogether. The first sentence of every document is among them as far as the limit
    goes. Does not depend on the order of the documents; near-linear in the sentences.
    """
    places: dict[str, list[int]] = {}
    for place, sentence in enumerate(sentences):
        places.setdefault(collapse(sentence.text), []).append(place)
    if len(places) <= limit and len(sentences) <= COPIES * limit:
        return tuple(sentences)
    texts = sorted(places)
    copies = [sorted(places[text], key=lambda at: sentences[at].id[::-1]) for text in texts]
    chosen = _chosen(texts, [sentences[held[0]].index for held in copies], copies, limit)
    read = [copies[row][0] for row in chosen]
    others = [place for row in chosen for place in copies[row][1:]]
    read += others[: COPIES * limit - len(read)]
    return tuple(sentences[place] for place in sorted(read))


def _chosen(
    texts: Sequence[str], first: Sequence[int], copies: Sequence[Sequence[int]], limit: int
) -> list[int]:
    """The rows of the texts to read: those that open documents, then the best.

    ``first`` is the earliest place of each text in a document.
    """
    words = [[stem_of(word) for word in content_words(text)] for text in texts]
    costs = np.array([max(_SHORTEST, len(held)) for held in words]) ** _SCALING
    coverage = _Coverage(tf_idf(words), np.array([float(len(held)) for held in copies]), costs)
    alone = coverage.gains(np.arange(len(texts)))
    order = sorted(range(len(texts)), key=lambda row: (first[row], -alone[row], row))
    openings = max(first.count(0), round(_FIRST * limit))
    chosen = dict.fromkeys(order[: min(openings, limit)])
    for row in coverage.best_first():
        if len(chosen) >= limit:
            break
        chosen[row] = None
    return list(chosen)


class _Coverage:
    """How much of what is said is covered by the sentences taken so far.

    f(S) = sum over words of mass^2 sqrt(mass in S / mass), the mass of a word being the sum
    of its weights. Without the root it would be the sum of the sentences' dot products with
    the centroid; the root makes less of what others have covered. ``rows`` are tf-idf
    weights, shape (n, words), each said ``times``, shape (n,), and taken at ``costs``, (n,).
    """

    def __init__(self, rows: csr_array, times: Scores, costs: Scores) -> None:
        self._rows = rows
        self._costs = costs
        self._worth: Scores = (rows.T @ times) ** 1.5
        self._covered = np.zeros(rows.shape[1])

    def gains(self, rows: NDArray[np.intp]) -> Scores:
        """What each of ``rows`` would add, over its cost: shape (len(rows),)."""
        some = self._rows[rows]
        covered = self._covered[some.indices]
        more = np.sqrt(covered + some.data) - np.sqrt(covered)
        row = np.repeat(np.arange(len(rows)), np.diff(some.indptr))
        added = np.bincount(row, self._worth[some.indices] * more, minlength=len(rows))
        return np.asarray(np.round(added / self._costs[rows], _DIGITS))

    def best_first(self) -> Iterator[int]:
        """The rows, each the one that adds most to those before, over its cost.

        The cost-scaled greedy algorithm of Lin & Bilmes 2010. Gains only fall, so an old one
        is a bound and most are never computed again (Minoux 1978); those that are, in blocks.
        """
        bounds = self.gains(np.arange(self._rows.shape[0]))
        for _ in range(len(bounds)):
            known = np.zeros(len(bounds), dtype=bool)
            block = _BLOCK
            while not known[best := int(np.argmax(bounds))]:
                rows = np.arange(len(bounds))
                if block < len(bounds):
                    rows = np.argpartition(-bounds, block)[:block]
                rows = rows[np.isfinite(bounds[rows])]
                bounds[rows] = self.gains(rows)
                known[rows] = True
                block *= 2
            words = slice(*self._rows.indptr[best : best + 2])
            self._covered[self._rows.indices[words]] += self._rows.data[words]
            bounds[best] = -np.inf
            yield best
