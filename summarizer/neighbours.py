"""Which sentences resemble one another: every pair of few, the likely pairs of many.

Words: a sentence that shares enough with another shares at least one of its own rarest
shingles with it (the prefix filter of Chaudhuri et al. 2006 and Bayardo et al. 2007,
section 3), so that an inverted index over them loses no pair.

Meaning: vectors are put into one list each, that of the nearest of about sqrt(n) centroids, and a
vector is compared with the lists of its nearest centroids (the inverted file of Jégou et
al. 2011, section IV, without their codes). This may lose a pair; of up to ``EXACT``
sentences all are compared.

Where the same thing is said or printed a thousand times over, lists and index are cut
short: the first, which are the best, are enough to find what repeats them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from summarizer.blas import one_thread_each
from summarizer.records import DuplicateKind

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# How many of the sentences kept so far, most similar first, one is compared with: text
# from a template ("Team 1 beat Team 2, 3-1") is alike throughout and differs in facts.
MAX_COMPARED = 10
EXACT = 8_000  # sentences up to which comparing all takes no longer
BLOCK = 1_000  # rows compared at a time
# Fewer content words than this say too little to be found again inside another sentence.
MIN_WORDS_WITHIN = 5
# Less than this is the noise of single precision: it decides nothing.
ROUNDING = 5e-5

_PROBES = 12  # lists that a vector is compared with
_LISTED = 1_000  # sentences of a list that one is compared with
_HOLDING = 200  # sentences that hold a shingle, likewise
_NEAREST = 2 * MAX_COMPARED  # of these the most similar, for one sentence

# Rows, columns (both int, positions) and similarities (float32) of some pairs.
_Some: TypeAlias = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Similar pairs of some rows, those of one row together, the most similar first."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    similarities: NDArray[np.float64]  # in [0, 1], four digits
    near: NDArray[np.bool_]  # whether by their words; else by meaning

    def of(
        self, row: int, *, among: NDArray[np.bool_]
    ) -> Iterator[tuple[int, float, DuplicateKind]]:
        """The first few of a row's pairs whose column is true in ``among``."""
        places = np.arange(*np.searchsorted(self.rows, (row, row + 1)))
        for place in places[among[self.columns[places]]][:MAX_COMPARED]:
            kind: DuplicateKind = "near" if self.near[place] else "semantic"
            yield int(self.columns[place]), float(self.similarities[place]), kind


class Neighbours:
    """Finds the similar pairs among n sentences, given best first.

    ``words`` are the content words of each, ``vectors`` float32 of shape (n, dim),
    L2-normalised. ``near_threshold`` is the share of a sentence's words and word pairs to
    be found in the other (in either, if it is short), ``semantic_threshold`` a cosine;
    infinity turns that comparison off.
    """

    def __init__(
        self,
        words: Sequence[Sequence[str]],
        vectors: NDArray[np.float32],
        near_threshold: float,
        semantic_threshold: float,
    ) -> None:
        self._vectors = vectors
        self._near_threshold = near_threshold - ROUNDING
        self._semantic_threshold = semantic_threshold - ROUNDING
        self._short = np.array([len(set(held)) < MIN_WORDS_WITHIN for held in words], dtype=bool)
        self._shingles = _shingles(words)
        self._sizes = np.diff(self._shingles.indptr).astype(np.float32)
        needed = np.maximum(np.ceil(self._near_threshold * self._sizes), 1)
        self._rarest = _first(self._shingles, self._sizes - needed + 1)
        many = len(words) > EXACT
        holders = self._shingles.T.tocsr()
        self._holders = _first(holders, _HOLDING) if many else holders
        self._lists = _Lists(vectors) if many and np.isfinite(semantic_threshold) else None

    def alike(self) -> NDArray[np.bool_]:
        """Which sentences resemble another one at all: shape (n,)."""
        everyone = np.arange(len(self._vectors))
        found = np.zeros(len(everyone), dtype=bool)
        # Many small products: threads would mostly wait for one another.
        with one_thread_each() if self._lists else nullcontext():
            for top in range(0, len(everyone), BLOCK):
                rows = everyone[top : top + BLOCK]
                for row, column, _ in (self._near(rows, everyone), *self._semantic(rows, everyone)):
                    others = row != column
                    found[row[others]] = True
                    found[column[others]] = True
        return found

    def pairs(self, rows: NDArray[np.intp], among: NDArray[np.bool_]) -> Pairs:
        """The pairs of ``rows`` (int, ascending) with earlier ones that are true in ``among``.

        Of those before the first of ``rows``, only the most similar to each.
        """
        before = np.flatnonzero(among[: rows[0] if len(rows) else 0])
        near = [self._near(rows, before), self._near(rows, rows, nearest=None)]
        semantic = [*self._semantic(rows, before), self._close(rows, rows, nearest=None)]
        row, column, similarity = (
            np.concatenate(part) for part in zip(*near, *semantic, strict=True)
        )
        is_near = np.arange(len(row)) < sum(len(some[0]) for some in near)
        earlier = np.flatnonzero((column < row) & among[column])
        # A pair found by its words is not looked at a second time.
        _, once = np.unique(row[earlier] * len(among) + column[earlier], return_index=True)
        once = earlier[once]
        similarity = np.clip(np.round(similarity[once].astype(np.float64), 4), 0, 1)
        order = np.lexsort((column[once], -similarity, row[once]))
        once = once[order]
        return Pairs(row[once], column[once], similarity[order], is_near[once])

    def _near(
        self, rows: NDArray[np.intp], among: NDArray[np.intp], *, nearest: int | None = _NEAREST
    ) -> _Some:
        """Pairs alike in words with those ``among``, also of a row with itself."""
        held = np.unique((self._rarest[rows] @ self._holders).indices)
        columns = np.intersect1d(held, among, assume_unique=True)
        shared = (self._shingles[rows] @ self._shingles[columns].T).toarray()
        within = np.broadcast_to(self._sizes[rows, None], shared.shape)
        within = np.where(self._short[rows, None], np.maximum(within, self._sizes[columns]), within)
        nearness = shared / np.maximum(within, 1)
        return _similar(rows, columns, nearness, self._near_threshold, nearest)

    def _semantic(self, rows: NDArray[np.intp], among: NDArray[np.intp]) -> Iterator[_Some]:
        """Pairs alike in meaning with those ``among``, also of a row with itself."""
        if self._lists is None:
            yield self._close(rows, among)
            return
        asked = np.zeros(len(self._vectors), dtype=bool)
        asked[among] = True
        for asking, listed in self._lists.of(rows):
            yield self._close(asking, listed[asked[listed]][:_LISTED])

    def _close(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp], *, nearest: int | None = _NEAREST
    ) -> _Some:
        if not np.isfinite(self._semantic_threshold):
            columns = columns[:0]
        cosine = self._vectors[rows] @ self._vectors[columns].T
        return _similar(rows, columns, cosine, self._semantic_threshold, nearest)


def _similar(
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    similarity: NDArray[np.float32],
    least: float,
    nearest: int | None,
) -> _Some:
    """The pairs that are at ``least`` so similar; the ``nearest`` of each row if many are."""
    similar = (similarity >= least) & (similarity > 0)
    if nearest and np.count_nonzero(similar) > nearest * len(rows):
        first = np.argpartition(-similarity, nearest, axis=1)[:, :nearest]
        most = np.zeros_like(similar)
        np.put_along_axis(most, first, values=True, axis=1)
        similar &= most
    row, column = np.nonzero(similar)
    return rows[row], columns[column], similarity[row, column]


class _Lists:
    """Each vector in the list of its nearest centroid, and which lists each looks into."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        count = round(2 * len(vectors) ** 0.5)
        centroids = vectors[np.linspace(0, len(vectors) - 1, count).astype(np.intp)]
        for _ in range(2):  # Lloyd's iterations; more improve nothing
            centroids = _means(vectors, _nearest(vectors, centroids, 1)[:, 0], centroids)
        self._probes = _nearest(vectors, centroids, _PROBES)
        home = self._probes[:, 0]
        self._listed = np.split(
            np.argsort(home, kind="stable"), np.cumsum(np.bincount(home, minlength=count))[:-1]
        )

    def of(self, rows: NDArray[np.intp]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Those of ``rows`` that look into a list, and the list, for every one."""
        places = np.argsort(self._probes[rows], axis=None, kind="stable")
        numbers, starts = np.unique(self._probes[rows].ravel()[places], return_index=True)
        asking = np.split(rows[places // _PROBES], starts[1:])
        for number, some in zip(numbers, asking, strict=True):
            yield some, self._listed[number]


def _nearest(
    vectors: NDArray[np.float32], centroids: NDArray[np.float32], count: int
) -> NDArray[np.intp]:
    """The nearest ``count`` centroids of each vector, the nearest first."""
    found = []
    for top in range(0, len(vectors), BLOCK):
        distance = -(vectors[top : top + BLOCK] @ centroids.T)
        some = np.argpartition(distance, count - 1, axis=1)[:, :count]
        order = np.argsort(np.take_along_axis(distance, some, axis=1), axis=1, kind="stable")
        found.append(np.take_along_axis(some, order, axis=1))
    return np.concatenate(found)


def _means(
    vectors: NDArray[np.float32], home: NDArray[np.intp], before: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The normalised mean of the vectors of each home; where it has none, as before."""
    order = np.argsort(home, kind="stable")
    numbers, starts = np.unique(home[order], return_index=True)
    sums = np.add.reduceat(vectors[order], starts, axis=0)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    means = before.copy()
    means[numbers] = np.where(norms > 0, sums / np.maximum(norms, 1e-9), means[numbers])
    return means


def _shingles(words: Sequence[Sequence[str]]) -> csr_array:
    """Which content words and pairs of neighbouring ones each holds; rare ones come first."""
    from scipy.sparse import csr_array

    numbers: dict[str, int] = {}
    word = np.array(
        [numbers.setdefault(each, len(numbers)) for held in words for each in held], dtype=np.int64
    )
    row = np.repeat(np.arange(len(words)), [len(held) for held in words])
    follows = np.flatnonzero(row[1:] == row[:-1])
    pair = (word[follows] + 1) * len(numbers) + word[follows + 1]
    row = np.concatenate([row, row[follows]])
    _, shingle = np.unique(np.concatenate([word, pair]), return_inverse=True)
    kinds = int(shingle.max(initial=-1)) + 1
    row, shingle = np.divmod(np.unique(row * kinds + shingle), max(kinds, 1))
    rank = np.empty(kinds, dtype=np.int64)
    rank[np.argsort(np.bincount(shingle, minlength=kinds), kind="stable")] = np.arange(kinds)
    matrix = csr_array(
        (np.ones(len(row), dtype=np.float32), (row, rank[shingle])), shape=(len(words), kinds)
    )
    matrix.sort_indices()
    return matrix


def _first(matrix: csr_array, counts: NDArray[np.float32] | int) -> csr_array:
    """The matrix with only the first ``counts`` entries of each row."""
    from scipy.sparse import csr_array

    sizes = np.diff(matrix.indptr)
    place = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], sizes)
    kept = place < np.repeat(np.broadcast_to(counts, sizes.shape), sizes)
    ends = np.concatenate([[0], np.cumsum(kept)])[matrix.indptr]
    return csr_array((matrix.data[kept], matrix.indices[kept], ends), shape=matrix.shape)
