"""The methods of ``rankers`` as rankers: from the features of a cluster to scores.

Each chooses for the budget that selection has, ``features.limit``, among the distinct
sentences, and counts what all sentences say, the dropped duplicates too: how often a thing
is said is what these methods go by.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from summarizer import rankers
from summarizer.centrality import Scores, word_counts
from summarizer.words import STOP_WORDS, content_words, stem_of, tokens

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from summarizer.features import Features

_DOCUMENTS = 3  # a concept of fewer documents counts for nothing


def sumbasic(features: Features) -> Scores:
    """SumBasic over content words, see ``rankers.sumbasic``."""
    counts, frequency = _words(features)
    choice = rankers.sumbasic(counts, frequency, costs=features.costs, budget=features.limit)
    return _scores(features, choice)


def kl(features: Features) -> Scores:
    """KLSum over content words, see ``rankers.kl``."""
    counts, frequency = _words(features)
    choice = rankers.kl(counts, frequency, costs=features.costs, budget=features.limit)
    return _scores(features, choice)


def submodular(features: Features) -> Scores:
    """Coverage by cosines of tf-idf, diversity by topics of embeddings: ``rankers.submodular``."""
    rows = features.tf_idf
    choice = rankers.submodular(
        (rows[: len(features.sentences)] @ rows.T).tocsr(),
        rankers.topics(features.vectors),
        costs=features.costs,
        budget=features.limit,
    )
    return _scores(features, choice)


def ilp(features: Features) -> Scores:
    """Coverage of concepts, see ``rankers.concept_ilp``.

    Concepts are pairs of neighbouring stems that are not both stop words, weighted by the
    documents that have them; those of fewer than three count for nothing (Gillick & Favre
    2009, section 3), and where there are only four documents or two, of less than half.
    """
    from scipy.sparse import csr_array

    holds = word_counts([_pairs(sentence.text) for sentence in features.everything])
    owners = features.owners
    says = csr_array((np.ones(len(owners)), (owners, np.arange(len(owners)))))
    weights = np.asarray((says @ holds > 0).sum(axis=0), dtype=np.float64)
    weights[weights < min(_DOCUMENTS, says.shape[0] / 2)] = 0
    choice = rankers.concept_ilp(
        holds[: len(features.sentences)], weights, costs=features.costs, budget=features.limit
    )
    return _scores(features, choice)


def _words(features: Features) -> tuple[csr_array, Scores]:
    """The content words of the distinct sentences, and how often all sentences have each."""
    counts = word_counts([content_words(sentence.text) for sentence in features.everything])
    return counts[: len(features.sentences)], np.asarray(counts.sum(axis=0))


def _pairs(text: str) -> list[str]:
    return [
        f"{stem_of(first)} {stem_of(second)}"
        for first, second in pairwise(tokens(text))
        if not (first in STOP_WORDS and second in STOP_WORDS)
    ]


def _scores(features: Features, choice: rankers.Choice) -> Scores:
    features.notices.extend(choice.notices)
    return rankers.scores(choice)
