"""Centrality: how near each sentence is to the others, from arrays to arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Scores: TypeAlias = NDArray[np.float64]

_BLOCK = 1024  # rows of a similarity matrix held at once


def word_counts(texts: Sequence[Sequence[str]]) -> csr_array:
    """Word counts, columns in alphabetical order: shape (n, words), float64."""
    from scipy.sparse import csr_array

    column = {word: i for i, word in enumerate(sorted({word for text in texts for word in text}))}
    counts = [sorted(Counter(text).items()) for text in texts]
    data = [float(count) for text in counts for _, count in text]
    indices = [column[word] for text in counts for word, _ in text]
    ends = np.cumsum([0, *(len(text) for text in counts)])
    return csr_array((data, indices, ends), shape=(len(texts), len(column)))


def tf_idf(texts: Sequence[Sequence[str]]) -> csr_array:
    """Rows of tf-idf weights, L2-normalised: shape (n, words), float64.

    idf is ln(n / df) + 1 (Erkan & Radev 2004, section 3, take ln(n / df); the
    added 1 keeps a word that every sentence holds, as small clusters have them).
    A text without words is a zero row.
    """
    from scipy.sparse import diags_array

    counts = word_counts(texts)
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    counts.data *= (np.log(len(texts) / frequency) + 1)[counts.indices]
    norms = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    rows: csr_array = (diags_array(inverse(norms)) @ counts).tocsr()
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
    words = word_counts([sorted(set(text)) for text in texts])
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


def inverse(values: Scores) -> Scores:
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
    inverted = inverse(product(np.ones(n)))
    scores = np.full(n, 1 / n)
    for _ in range(200):
        lost = float(scores[inverted == 0].sum())
        updated = (damping + (1 - damping) * lost) / n + (1 - damping) * product(inverted * scores)
        change = float(np.abs(updated - scores).sum())
        scores = updated
        if change < tolerance:
            break
    return scores
