"""Salience: how much each distinct sentence matters to the cluster.

A ranker turns the features of a cluster into scores, and ``rank`` those into a ranking.
Sentences are put into an order of their own first, so that the order of the documents
changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from summarizer import rankers, set_rankers
from summarizer.centrality import Scores
from summarizer.features import Features
from summarizer.overlap import CopyModel, Expected, expected
from summarizer.records import Deduplication, Document, RankedSentence
from summarizer.vectors import Vectors
from summarizer.words import count_words


class SalienceModel(Protocol):
    """Trained weights, see ``models.salience``."""

    encoder: str

    def scores(
        self, matrix: NDArray[np.float32], vectors: NDArray[np.float32], centre: NDArray[np.float32]
    ) -> Scores:
        """Shape (n,), greater is more salient."""
        ...


_DIGITS = 6  # scores are rounded to this, so that the order of a sum cannot break a tie

Ranker: TypeAlias = Callable[[Features], Scores]  # shape (n,), greater is more salient
Expectation: TypeAlias = Callable[[Features], Expected]

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
    """The default: a weighted sum of features with fixed weights."""
    total = np.zeros(len(features.sentences))
    for name, weight in _WEIGHTS.items():
        total += weight * getattr(features, name)
    return total


def learned(sentences: SalienceModel, words: CopyModel) -> Ranker:
    """The ranker of trained weights; needs vectors of the encoder that they know.

    What is learned of the sentences tells how likely a human summary holds each word, and
    the set is chosen whose words it is likeliest to hold, see ``summarizer.overlap``.
    """

    expectation = expectation_of(sentences, words)

    def ranker(features: Features) -> Scores:
        _, holds, worth = expectation(features)
        return rankers.scores(
            rankers.coverage(holds, worth, costs=features.costs, budget=features.limit)
        )

    return ranker


def expectation_of(sentences: SalienceModel, words: CopyModel) -> Expectation:
    """What trained weights expect of a summary; they need vectors of the encoder they know."""

    def expectation(features: Features) -> Expected:
        centre = features.centre.astype(np.float32)
        scores = sentences.scores(features.matrix, features.vectors, centre)
        return expected(features, scores, words)

    return expectation


#: Those that need nothing learned, each after its paper but the first.
RANKERS: Mapping[str, Ranker] = {
    "linear": linear,
    "lexrank": lambda features: features.lexrank,
    "textrank": lambda features: features.textrank,
    "centroid": lambda features: features.centroid,
    "sumbasic": set_rankers.sumbasic,
    "kl": set_rankers.kl,
    "submodular": set_rankers.submodular,
    "ilp": set_rankers.ilp,
}


class Salience(NamedTuple):
    """The distinct sentences, best first, and what their ranker had to declare.

    ``worth`` is what is expected of a summary, as ``Plan.worth``, if it was asked for.
    """

    ranking: tuple[RankedSentence, ...]
    notices: tuple[str, ...]
    worth: Mapping[str, tuple[float, ...]]


def rank(
    deduplication: Deduplication,
    documents: Sequence[Document],
    vectors: Vectors,
    *,
    ranker: Ranker = linear,
    expectation: Expectation | None = None,
    limit: int = 200,
    cost: Callable[[str], int] = count_words,
) -> Salience:
    """The distinct sentences, best first, with salience scaled to [0, 1].

    Equal scores are ordered by text, then document and place. ``limit`` is what those
    chosen later may cost altogether by ``cost``, for rankers that choose a set.
    """
    if not deduplication.kept:
        return Salience((), (), {})
    features = Features(deduplication, documents, vectors, limit=limit, cost=cost)
    scores = ranker(features)
    spread = float(scores.max() - scores.min())
    salience = np.round((scores - scores.min()) / spread, _DIGITS) if spread else scores * 0 + 1
    order = sorted(range(len(scores)), key=lambda i: -salience[i])  # stable: ties stay by text
    ranking = tuple(
        RankedSentence(
            sentence=features.sentences[i],
            salience=float(salience[i]),
            corroboration=int(features.documents_saying[i]),
        )
        for i in order
    )
    worth = expectation(features).by_name() if expectation else {}
    return Salience(ranking, tuple(features.notices), worth)
