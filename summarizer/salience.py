"""Salience: how much each distinct sentence matters to the cluster.

The scoring functions take arrays and give arrays. ``Features`` computes each of
them once for a cluster, a ranker (``Features`` to scores) combines them, and
``rank`` turns the scores into a ranking. Sentences are put into an order of their
own first, so that the order of the documents changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from summarizer.errors import ConfigError
from summarizer.records import Deduplication, Document, RankedSentence, Sentence
from summarizer.vectors import Vectors
from summarizer.words import content_words

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Scores: TypeAlias = NDArray[np.float64]

_BLOCK = 1024  # rows of a similarity matrix held at once
_DIGITS = 6  # scores are rounded to this, so that the order of a sum cannot break a tie


def tf_idf(texts: Sequence[Sequence[str]]) -> csr_array:
    """Rows of tf-idf weights, L2-normalised: shape (n, words), float64.

    idf is ln(n / df) + 1 (Erkan & Radev 2004, section 3, take ln(n / df); the
    added 1 keeps a word that every sentence holds, as small clusters have them).
    A text without words is a zero row.
    """
    from scipy.sparse import diags_array

    counts = _counts(texts)
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    counts.data *= (np.log(len(texts) / frequency) + 1)[counts.indices]
    norms = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    rows: csr_array = (diags_array(_inverse(norms)) @ counts).tocsr()
    return rows


def lexrank(rows: csr_array, *, threshold: float | None = None, damping: float = 0.15) -> Scores:
    """LexRank (Erkan & Radev 2004, section 3): centrality in the graph of cosines.

    ``rows`` are L2-normalised and non-negative, shape (n, words). With a
    ``threshold`` the edges are the pairs whose cosine exceeds it (equation 4);
    without one they carry the cosine (continuous LexRank, section 3.3), and the
    n x n matrix is never formed. ``damping`` is the chance to jump (their d).
    Returns shape (n,), non-negative, sum 1.
    """
    if threshold is None:
        return _power_method(lambda x: rows @ (rows.T @ x), rows.shape[0], damping)
    from scipy.sparse import csr_array, vstack

    blocks = []
    for start in range(0, rows.shape[0], _BLOCK):
        block = rows[start : start + _BLOCK] @ rows.T
        block.data = (block.data > threshold).astype(np.float64)
        block.eliminate_zeros()
        blocks.append(block)
    graph: csr_array = csr_array(vstack(blocks)) if blocks else csr_array((0, 0))
    return _power_method(lambda x: np.asarray(graph @ x), rows.shape[0], damping)


def textrank(texts: Sequence[Sequence[str]], *, damping: float = 0.15) -> Scores:
    """TextRank (Mihalcea & Tarau 2004, section 4.1): word overlap, then PageRank.

    Two texts are as similar as the number of words in common over the sum of the
    logarithms of their lengths (log(1 + length) here, so that a text of one word
    divides by no zero). Their d is ``1 - damping``. Returns shape (n,), sum 1.
    """
    words = _counts([sorted(set(text)) for text in texts])
    counts = np.asarray(words.sum(axis=1)).ravel()
    lengths = np.log1p(counts)
    # The overlaps of one text with all texts of one length share a divisor, so a column
    # a length does in place of the n x n matrix.
    sizes, column = np.unique(lengths, return_inverse=True)
    divisors = np.maximum(lengths[:, None] + sizes[None, :], 1e-9)
    own = counts / np.maximum(2 * lengths, 1e-9)

    def product(x: Scores) -> Scores:
        by_length = np.zeros((len(x), len(sizes)))
        by_length[np.arange(len(x)), column] = x
        return np.asarray(((words @ (words.T @ by_length)) / divisors).sum(axis=1) - own * x)

    return _power_method(product, len(texts), damping)


def centroid(vectors: NDArray[np.float32], *, weights: Scores | None = None) -> Scores:
    """Cosine to the cluster's centroid: shape (n,), in [-1, 1].

    The centroid idea of Radev et al. 2004, section 3, with sentence embeddings in
    place of tf-idf (Rossiello et al. 2017, section 3). ``vectors`` are L2-normalised,
    shape (n, dim); ``weights``, shape (n,), say how much each adds to the centroid.
    """
    wide = vectors.astype(np.float64)
    centre = wide.T @ (np.ones(len(wide)) if weights is None else weights)
    norm = float(np.linalg.norm(centre))
    return np.asarray(wide @ (centre / norm if norm else centre), dtype=np.float64)


def support(
    vectors: NDArray[np.float32],
    documents: NDArray[np.intp],
    others: NDArray[np.float32],
    other_documents: NDArray[np.intp],
) -> Scores:
    """How nearly the other documents say each sentence: shape (n,), in [-1, 1].

    For every other document the greatest cosine to one of its sentences, then the
    mean over documents; 0 where there is no other. ``vectors`` (n, dim) come from
    ``documents`` (n,), ``others`` (m, dim) from ``other_documents`` (m,).
    """
    order = np.argsort(other_documents, kind="stable")
    names, starts = np.unique(other_documents[order], return_index=True)
    columns = others[order].T
    result = np.zeros(len(vectors))
    for start in range(0, len(vectors), _BLOCK):
        rows = slice(start, start + _BLOCK)
        best = np.maximum.reduceat(vectors[rows] @ columns, starts, axis=1).astype(np.float64)
        best[names[None, :] == documents[rows, None]] = np.nan
        counted = (~np.isnan(best)).sum(axis=1)
        result[rows] = np.nansum(best, axis=1) / np.maximum(counted, 1)
    return result


def _counts(texts: Sequence[Sequence[str]]) -> csr_array:
    """Word counts, columns in alphabetical order: shape (n, words), float64."""
    from scipy.sparse import csr_array

    column = {word: i for i, word in enumerate(sorted({word for text in texts for word in text}))}
    counts = [Counter(text) for text in texts]
    data = [float(count) for text in counts for count in text.values()]
    indices = [column[word] for text in counts for word in text]
    ends = np.cumsum([0, *(len(text) for text in counts)])
    return csr_array((data, indices, ends), shape=(len(texts), len(column)))


def _inverse(values: Scores) -> Scores:
    """1 / values, and 0 where the value is 0."""
    return np.divide(1.0, values, out=np.zeros_like(values), where=values > 0)


def _power_method(
    product: Callable[[Scores], Scores], n: int, damping: float, tolerance: float = 1e-9
) -> Scores:
    """The stationary distribution of the walk over a symmetric graph.

    ``product`` multiplies the graph's matrix with a vector. A node without edges
    jumps. (Erkan & Radev 2004, algorithm 2 and equation 5.)
    """
    if n == 0:
        return np.zeros(0)
    inverse = _inverse(product(np.ones(n)))
    scores = np.full(n, 1 / n)
    for _ in range(200):
        lost = float(scores[inverse == 0].sum())
        updated = (damping + (1 - damping) * lost) / n + (1 - damping) * product(inverse * scores)
        change = float(np.abs(updated - scores).sum())
        scores = updated
        if change < tolerance:
            break
    return scores


class Features:
    """What is known of the distinct sentences of a cluster, each array of shape (n,).

    Every feature is float64 in [0, 1] (``centroid``, ``support`` and ``focus`` in [-1, 1]) and
    is computed when first asked for.
    """

    def __init__(
        self, deduplication: Deduplication, documents: Sequence[Document], vectors: Vectors
    ) -> None:
        self.sentences = tuple(sorted(deduplication.kept, key=lambda s: (s.text, *s.id)))
        self._deduplication = deduplication
        self._documents = sorted(documents, key=lambda d: (d.text, d.doc_id))
        self._vectors = vectors

    @cached_property
    def _everything(self) -> tuple[Sentence, ...]:
        """The distinct sentences, then the dropped ones."""
        dropped = (duplicate.sentence for duplicate in self._deduplication.dropped)
        return (*self.sentences, *sorted(dropped, key=lambda s: (s.text, *s.id)))

    @cached_property
    def _words(self) -> list[list[str]]:
        return [content_words(sentence.text) for sentence in self.sentences]

    @cached_property
    def _array(self) -> NDArray[np.float32]:
        return self._vectors.of(self.sentences)

    @cached_property
    def lexrank(self) -> Scores:
        """Continuous LexRank over tf-idf, greatest 1."""
        return _scaled(lexrank(tf_idf(self._words)))

    @cached_property
    def textrank(self) -> Scores:
        """TextRank, greatest 1."""
        return _scaled(textrank(self._words))

    @cached_property
    def centroid(self) -> Scores:
        """Cosine to the centroid, to which a sentence adds once a document that says it."""
        return centroid(self._array, weights=self.documents_saying)

    @cached_property
    def documents_saying(self) -> Scores:
        """How many documents say it, a whole number from 1."""
        corroboration = self._deduplication.corroboration
        return np.array([corroboration(s) for s in self.sentences], dtype=np.float64)

    @cached_property
    def corroboration(self) -> Scores:
        """log(documents that say it) / log(documents)."""
        return np.asarray(np.log(self.documents_saying) / np.log(max(2, len(self._documents))))

    @cached_property
    def support(self) -> Scores:
        """How nearly the other documents say it, by embeddings."""
        row = {d.doc_id: i for i, d in enumerate(self._documents)}
        return support(
            self._array,
            np.array([row[s.doc_id] for s in self.sentences], dtype=np.intp),
            self._vectors.of(self._everything),
            np.array([row[s.doc_id] for s in self._everything], dtype=np.intp),
        )

    @cached_property
    def focus(self) -> Scores:
        """Cosine of the sentence's document to the cluster: an article beside the point is low.

        Both are means, the document's of its sentences, the cluster's of its documents.
        """
        row = {d.doc_id: i for i, d in enumerate(self._documents)}
        owner = np.array([row[s.doc_id] for s in self._everything], dtype=np.intp)
        means = np.zeros((len(row), self._array.shape[1]))
        np.add.at(means, owner, self._vectors.of(self._everything).astype(np.float64))
        means *= _inverse(np.linalg.norm(means, axis=1))[:, None]
        centre = means.sum(axis=0)
        norm = float(np.linalg.norm(centre))
        cosines = means @ (centre / norm if norm else centre)
        return np.asarray(cosines[owner[: len(self.sentences)]])

    @cached_property
    def position(self) -> Scores:
        """1 for the first sentence of a document, 1/2 for the second, 1/3, ..."""
        return np.array([1 / (1 + s.index) for s in self.sentences], dtype=np.float64)

    @cached_property
    def title(self) -> Scores:
        """Share of the titles' words that the sentence holds, mean over titles; 0 without."""
        titles = [set(content_words(d.title)) for d in self._documents if d.title]
        titles = [title for title in titles if title]
        if not titles:
            return np.zeros(len(self.sentences))
        return np.array(
            [
                np.mean([len(t.intersection(words)) / len(t) for t in titles])
                for words in self._words
            ]
        )

    @cached_property
    def frequency(self) -> Scores:
        """Mean over the sentence's words of log(1 + occurrences), greatest word 1.

        SumBasic's idea (Nenkova & Vanderwende 2005, section 3), with logarithms, so
        that a few frequent words do not decide alone.
        """
        counts = Counter(w for s in self._everything for w in content_words(s.text))
        top = np.log1p(max(counts.values(), default=1))
        return _mean_of_words(self._words, {w: np.log1p(n) / top for w, n in counts.items()})

    @cached_property
    def spread(self) -> Scores:
        """Mean over the sentence's words of the share of documents that use the word."""
        used: dict[str, set[str]] = {}
        for sentence in self._everything:
            used.setdefault(sentence.doc_id, set()).update(content_words(sentence.text))
        counts = Counter(word for words in used.values() for word in words)
        return _mean_of_words(self._words, {w: n / len(used) for w, n in counts.items()})


Ranker: TypeAlias = Callable[[Features], Scores]  # shape (n,), greater is more salient

# Tuned by hand on 250 Multi-News (300 to 549) and 200 NeuS validation clusters and the five
# topics of MultiLing 2011. On the first two the optimum is flat.
_WEIGHTS = {
    "centroid": 1.0,
    "frequency": 1.0,
    "support": 0.5,
    "title": 0.4,
    "corroboration": 0.4,
    "spread": 0.3,
    "focus": 0.3,
    "position": 0.15,
}


def linear(features: Features) -> Scores:
    """The documented default: a weighted sum of features with fixed weights."""
    total = np.zeros(len(features.sentences))
    for name, weight in _WEIGHTS.items():
        total += weight * getattr(features, name)
    return total


RANKERS: Mapping[str, Ranker] = {
    "default": linear,
    "lexrank": lambda features: features.lexrank,
    "textrank": lambda features: features.textrank,
    "centroid": lambda features: features.centroid,
}


def rank(
    deduplication: Deduplication,
    documents: Sequence[Document],
    vectors: Vectors,
    *,
    ranker: str = "default",
) -> tuple[RankedSentence, ...]:
    """The distinct sentences, best first, with salience scaled to [0, 1].

    Equal scores are ordered by text, then document and place. Raises ConfigError
    for a ranker that is not in ``RANKERS``.
    """
    if ranker not in RANKERS:
        raise ConfigError(f"Unknown ranker {ranker!r}. Known: {', '.join(RANKERS)}.")
    if not deduplication.kept:
        return ()
    features = Features(deduplication, documents, vectors)
    scores = RANKERS[ranker](features)
    spread = float(scores.max() - scores.min())
    salience = np.round((scores - scores.min()) / spread, _DIGITS) if spread else scores * 0 + 1
    order = sorted(range(len(scores)), key=lambda i: -salience[i])  # stable: ties stay by text
    return tuple(
        RankedSentence(
            sentence=features.sentences[i],
            salience=float(salience[i]),
            corroboration=int(features.documents_saying[i]),
        )
        for i in order
    )


def _mean_of_words(texts: Sequence[Sequence[str]], value: Mapping[str, float]) -> Scores:
    return np.array([np.mean([value[w] for w in ws]) if ws else 0.0 for ws in texts])


def _scaled(scores: Scores) -> Scores:
    """The scores over the greatest of them."""
    top = float(scores.max(initial=0.0))
    return scores / top if top else scores
