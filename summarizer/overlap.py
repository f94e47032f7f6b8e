"""What a human summary of the cluster is likely to hold, word by word, as arrays.

A set of sentences is worth the words, and the pairs of neighbouring words, that it shares
with a human summary, each as often as both have it, as ROUGE counts (but by the words of
``summarizer.words``). The summary is not known, so a model gives each copy of a word (its
first, its second, ...) a probability. Concepts weighted by what was learned of them are
from Hong & Nenkova (2014, section 4) and Li, Qian & Liu (2013, section 3);
``rankers.coverage`` chooses the set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from summarizer.centrality import Scores, word_counts

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from summarizer.features import Features

Matrix = NDArray[np.float32]

COPIES = {"words": 12, "pairs": 2}  # more of one word or pair count for nothing
_OPENING = 3  # sentences that open a document
_DEEP = 30  # the place in a document from which all places are one
_PAIRS = 3.0  # what a pair counts against a word: highest R1 + R2 on clusters held out
_SPACE = " "  # between the two words of a pair
_KNOWN = ("held", "share", "seen")  # the columns of ``CopyModel.known``


class CopyModel(Protocol):
    """What was learned of words, see ``models.salience``."""

    def known(self, stems: Sequence[str]) -> Matrix:
        """Shape (len(stems), 3): how likely summaries hold the word when documents do, how
        many of its copies they hold, and the log of how often it was seen."""
        ...

    def likely(self, kind: str, matrix: Matrix) -> Scores:
        """Shape (copies,) in [0, 1]: how likely a summary holds each; ``kind`` as in COPIES."""
        ...


class Grams(NamedTuple):
    """The words of a cluster, or the pairs of them.

    ``names`` are their stems; ``holds``, shape (n, grams), says how often each distinct
    sentence has each. A copy is a gram for the first, second, ... time: ``gram`` (copies,)
    is its column, ``nth`` (copies,) counts from 1, ``matrix`` (copies, columns) is what is
    known of it, ``columns`` what that is.
    """

    names: tuple[str, ...]
    holds: csr_array
    gram: NDArray[np.intp]
    nth: NDArray[np.intp]
    matrix: Matrix
    columns: tuple[str, ...]


class Expected(NamedTuple):
    """What a human summary is expected to share with a set of the distinct sentences.

    ``names`` are the words' stems, then the pairs; ``holds``, shape (n, grams), says how
    often each sentence has each; ``worth``, shape (grams, most + 1), how many of 0, 1, ...
    copies a summary is expected to share, pairs weighted.
    """

    names: tuple[str, ...]
    holds: csr_array
    worth: Scores

    def by_name(self) -> dict[str, tuple[float, ...]]:
        """What each further copy of a gram adds, as ``records.Plan`` tells it."""
        added = np.diff(self.worth, axis=1).tolist()
        # More copies are worth less and less, and more than the documents hold nothing.
        rows = (tuple(value for value in row if value > 0) for row in added)
        return dict(zip(self.names, rows, strict=True))


def expected(features: Features, scores: Scores, model: CopyModel) -> Expected:
    """What is expected of a cluster; ``scores``, shape (n,), are a model's of its sentences."""
    from scipy.sparse import csr_array, hstack

    words = words_of(features, scores, model.known)
    likely = model.likely("words", words.matrix)
    pairs = pairs_of(features, scores, words, likely)
    worth = [
        _worth(words, within(likely, features.limit)),
        _PAIRS * _worth(pairs, within(model.likely("pairs", pairs.matrix), features.limit)),
    ]
    return Expected(
        names=words.names + pairs.names,
        holds=csr_array(hstack([words.holds, pairs.holds])),
        worth=np.concatenate(worth),
    )


def words_of(features: Features, scores: Scores, known: Callable[[Sequence[str]], Matrix]) -> Grams:
    """The words of the distinct sentences; ``known`` is a ``CopyModel``'s."""
    names, holds, columns = _common(features, scores, features.stems)
    columns |= dict(zip(_KNOWN, known(names).T.astype(np.float64), strict=True))
    columns["length"] = np.array([len(name) for name in names], dtype=np.float64)
    digits = [any(character.isdigit() for character in name) for name in names]
    columns["number"] = np.array(digits, dtype=np.float64)
    return _copies("words", names, holds, columns, features, scores)


def pairs_of(features: Features, scores: Scores, words: Grams, likely: Scores) -> Grams:
    """The pairs of neighbouring words; ``likely`` is what the model says of ``words``."""
    texts = [[_SPACE.join(pair) for pair in pairwise(text)] for text in features.stems]
    names, holds, columns = _common(features, scores, texts)
    place = {name: i for i, name in enumerate(words.names)}
    halves = np.array([[place[w] for w in name.split(_SPACE)] for name in names], dtype=np.intp)
    halves = halves.reshape(-1, 2)
    once = likely[words.nth == 1]  # a row a word, in order
    rows = words.matrix[words.nth == 1].astype(np.float64)
    for side, half in zip(("first", "second"), halves.T, strict=True):
        for name in ("count", *_KNOWN):
            columns[f"{side}_{name}"] = rows[half, words.columns.index(name)]
        columns[f"{side}_likely"] = once[half]
    columns["both_likely"] = once[halves[:, 0]] * once[halves[:, 1]]
    density = _density(words, likely)
    columns |= {"best_density": _most(holds, density), "mean_density": _mean(holds, density)}
    return _copies("pairs", names, holds, columns, features, scores)


def _common(
    features: Features, scores: Scores, texts: Sequence[Sequence[str]]
) -> tuple[tuple[str, ...], csr_array, dict[str, Scores]]:
    """The grams of the distinct sentences, their counts, and what is known of both kinds.

    "Everywhere", and what is told of documents, goes by the dropped duplicates too.
    """
    from scipy.sparse import csr_array

    n = len(features.sentences)
    said = word_counts(texts)
    total = np.asarray(said[:n].sum(axis=0)).ravel()
    kept = np.flatnonzero(total)
    names = sorted({gram for text in texts for gram in text})
    said, holds = csr_array(said[:, kept]), csr_array(said[:n][:, kept])
    total = total[kept]

    owners, documents = features.owners, len(np.unique(features.owners))
    index = np.array([sentence.index for sentence in features.everything])
    member = csr_array((np.ones(len(owners)), (owners, np.arange(len(owners)))))
    leads = csr_array(((index < _OPENING).astype(np.float64), (owners, np.arange(len(owners)))))
    spread = np.asarray((member @ said > 0).sum(axis=0)).ravel()
    opening = np.asarray((leads @ said > 0).sum(axis=0)).ravel()
    coordinates = said.tocoo()
    first = np.full(len(kept), float(_DEEP))
    np.minimum.at(first, coordinates.col, index[coordinates.row])
    columns = {
        "count": total,
        "everywhere": np.asarray(said.sum(axis=0)).ravel(),
        "sentences": np.diff(holds.tocsc().indptr).astype(np.float64),
        "documents": spread,
        "spread": spread / documents,
        "leads": opening / documents,
        "first": first,
        "best": _most(holds, scores),
        "mean": _mean(holds, scores),
        "sum": holds.T @ scores,
        "centre": _most(holds, features.vectors.astype(np.float64) @ features.centre),
    }
    return tuple(names[i] for i in kept), holds, columns


def _copies(
    kind: str,
    names: tuple[str, ...],
    holds: csr_array,
    columns: Mapping[str, Scores],
    features: Features,
    scores: Scores,
) -> Grams:
    """A row for each copy: its gram's ``columns``, which copy it is, and the cluster's size."""
    count = columns["count"]
    most = np.minimum(count, COPIES[kind]).astype(np.intp)
    gram = np.repeat(np.arange(len(names)), most)
    nth = np.arange(len(gram)) - np.repeat(np.cumsum(most) - most, most) + 1
    cluster = {
        "cluster_documents": len(np.unique(features.owners)),
        "cluster_count": count.sum(),
        "cluster_everywhere": columns["everywhere"].sum(),
        "cluster_sentences": len(features.sentences),
        "cluster_mean": scores.mean(),
    }
    rows: dict[str, NDArray[Any]] = {name: column[gram] for name, column in columns.items()}
    rows |= {"nth": nth, "nth_share": nth / count[gram], "nth_over": nth - columns["sum"][gram]}
    rows |= {name: np.full(len(gram), value) for name, value in cluster.items()}
    matrix = np.stack(list(rows.values()), axis=1).astype(np.float32)
    return Grams(names, holds, gram, nth, matrix, tuple(rows))


def within(likely: Scores, most: float) -> Scores:
    """Probabilities that add up to ``most`` or less, all odds made smaller by one factor.

    A summary of so many words holds no more copies, however many there are to choose from.
    """
    if likely.sum() <= most:
        return likely
    odds = likely / np.maximum(1 - likely, 1e-9)
    low, high = -60.0, 0.0  # of the factor's logarithm
    for _ in range(40):
        middle = (low + high) / 2
        smaller = odds * np.exp(middle) / (1 + odds * np.exp(middle))
        low, high = (low, middle) if smaller.sum() > most else (middle, high)
    return np.asarray(smaller)


def _worth(grams: Grams, likely: Scores) -> Scores:
    """How many of 0, 1, ... copies are shared: shape (grams, most + 1).

    A later copy counts at most what an earlier one does, as the greedy choice needs it.
    """
    most = max(COPIES.values())
    table = np.zeros((len(grams.names), most + 1))
    table[grams.gram, grams.nth] = likely
    table[:, 1:] = np.minimum.accumulate(table[:, 1:], axis=1)
    return np.cumsum(table, axis=1)


def _density(words: Grams, likely: Scores) -> Scores:
    """The share of each sentence's words that a summary is expected to hold: shape (n,)."""
    worth = _worth(words, likely)
    cells = words.holds.tocoo()
    held = worth[cells.col, np.minimum(cells.data, worth.shape[1] - 1).astype(np.intp)]
    n = words.holds.shape[0]
    lengths = np.asarray(words.holds.sum(axis=1)).ravel()
    return np.bincount(cells.row, held, minlength=n) / np.maximum(1, lengths)


def _most(holds: csr_array, values: Scores) -> Scores:
    """The greatest value of the sentences that hold each gram: shape (grams,)."""
    cells = holds.tocoo()
    greatest = np.full(holds.shape[1], -np.inf)
    np.maximum.at(greatest, cells.col, values[cells.row])
    return greatest


def _mean(holds: csr_array, values: Scores) -> Scores:
    """The mean value of the sentences that hold each gram: shape (grams,)."""
    cells = holds.tocoo()
    held = np.bincount(cells.col, minlength=holds.shape[1])
    return np.bincount(cells.col, values[cells.row], minlength=holds.shape[1]) / held
