"""Baselines: what any system should beat, and the oracle that none is likely to."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from typing import Any, NamedTuple

import numpy as np

from eval.protocols import Output, Progress
from eval.tokenizing import Stems, unicode_tokens
from summarizer.cleaning import clean
from summarizer.records import Cluster
from summarizer.sentences import split
from summarizer.words import collapse, content_words, count_words


class Material(NamedTuple):
    """What a baseline chooses from: a cluster's sentences, and the document of each."""

    texts: list[str]
    documents: list[int]


Order = Callable[[Material, Cluster, int], Sequence[int]]  # (material, cluster, seed) to rows


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline: sentences taken in an order, until the words are used up.

    All choose among the sentences that the summarizer finds in the cleaned documents. A
    sentence that does not fit into what is left of ``words`` is passed over, never cut.
    What was taken stands in the order of the documents.
    """

    name: str
    words: int
    seed: int
    order: Order = field(repr=False)

    def summarize(self, cluster: Cluster, progress: Progress) -> Output:
        """The sentences that fit, in the order of the documents."""
        material = _material(cluster, progress)
        progress("selection")
        left = self.words
        taken = []
        for row in self.order(material, cluster, self.seed):
            cost = count_words(material.texts[row])
            if cost <= left:
                taken.append(row)
                left -= cost
        return Output(sentences=tuple(material.texts[row] for row in sorted(taken)))

    def describe(self) -> Mapping[str, Any]:
        """Its words and seed."""
        settings = {"words": self.words, "seed": self.seed if self.name == "random" else None}
        return {"kind": "baseline", "settings": settings}


@dataclass(frozen=True, slots=True)
class Oracle:
    """The greedy extractive oracle (Nallapati et al. 2017, section 3.1).

    It knows the references. Of the sentences that fit, it adds the one that raises the sum
    of ROUGE-1 and ROUGE-2 F1 most (the best reference for each), until none raises it. It
    is not a bound: no greedy search is one. Its tokens are those of ``unicode_tokens``,
    stemmed, whatever the tokenizer of the scores, so that it knows any script.
    """

    words: int
    name: str = "oracle"

    def summarize(self, cluster: Cluster, progress: Progress) -> Output:
        """The sentences found, in the order of the documents."""
        material = _material(cluster, progress)
        progress("selection")
        stems = Stems()
        rows = [_grams(text, stems) for text in material.texts]
        references = [_grams(text, stems) for text in cluster.references]
        costs = [count_words(text) for text in material.texts]
        chosen: list[int] = []
        summary: tuple[Counter[Any], ...] = (Counter(), Counter())
        best, left = 0.0, self.words
        while True:
            free = [i for i in range(len(rows)) if i not in chosen and 0 < costs[i] <= left]
            gains = [(_greedy_score(summary, rows[i], references), -i) for i in free]
            score, row = max(gains, default=(0.0, 0))
            if score <= best:
                break
            best, left = score, left - costs[-row]
            chosen.append(-row)
            summary = tuple(mine + new for mine, new in zip(summary, rows[-row], strict=True))
        return Output(sentences=tuple(material.texts[row] for row in sorted(chosen)))

    def describe(self) -> Mapping[str, Any]:
        """Declared as an oracle."""
        return {"kind": "oracle", "settings": {"words": self.words}}


@dataclass(frozen=True, slots=True)
class WholeInput:
    """The whole input as it stands, not cut to any length: the recall there is to be had."""

    name: str = "all"

    def summarize(self, cluster: Cluster, progress: Progress) -> Output:
        """Every sentence of the cleaned documents."""
        return Output(sentences=tuple(_material(cluster, progress).texts))

    def describe(self) -> Mapping[str, Any]:
        """Uncut."""
        return {"kind": "baseline", "settings": {"words": None}}


def lead_order(material: Material, cluster: Cluster, seed: int) -> list[int]:
    """The first sentence of each document in turn, then the second of each, and so on."""
    rows: dict[int, list[int]] = {}
    for row, document in enumerate(material.documents):
        rows.setdefault(document, []).append(row)
    return [row for turn in zip_longest(*rows.values()) for row in turn if row is not None]


def random_order(material: Material, cluster: Cluster, seed: int) -> list[int]:
    """By chance, the same for the same seed and cluster."""
    rows = list(range(len(material.texts)))
    random.Random(f"{seed}/{cluster.cluster_id}").shuffle(rows)
    return rows


def lexrank_order(material: Material, cluster: Cluster, seed: int) -> list[int]:
    """By continuous LexRank (Erkan & Radev 2004), passing over what repeats a better one.

    A repetition has a tf-idf cosine above 0.5 with one taken before, the
    job that MEAD's reranker does in the paper.
    """
    from summarizer.centrality import lexrank, tf_idf

    rows = tf_idf([content_words(text) for text in material.texts])
    scores = np.round(lexrank(rows), 9)
    similar = (rows @ rows.T).tocsr()
    taken: list[int] = []
    for row in np.argsort(-scores, kind="stable").tolist():
        if not taken or similar[[row], :][:, taken].max() <= 0.5:
            taken.append(row)
    return taken


BASELINES: Mapping[str, Order] = {
    "lead": lead_order,
    "random": random_order,
    "lexrank": lexrank_order,
}


def _material(cluster: Cluster, progress: Progress) -> Material:
    progress("cleaning")
    cleaning = clean(cluster.documents)
    progress("splitting")
    numbers = {document.doc_id: n for n, document in enumerate(cleaning.documents)}
    sentences = split(cleaning.documents)
    return Material(
        [collapse(sentence.text) for sentence in sentences],
        [numbers[sentence.doc_id] for sentence in sentences],
    )


def _grams(text: str, stems: Stems) -> tuple[Counter[Any], ...]:
    tokens = [stems[token] for token in unicode_tokens(text)]
    return Counter(tokens), Counter(pairwise(tokens))


def _greedy_score(
    summary: Sequence[Counter[Any]],
    new: Sequence[Counter[Any]],
    references: Sequence[Sequence[Counter[Any]]],
) -> float:
    """ROUGE-1 and ROUGE-2 F1 of the summary with the new sentence, added up."""
    total = 0.0
    for order, (mine, added) in enumerate(zip(summary, new, strict=True)):
        both = mine + added
        total += max(
            2 * (both & reference[order]).total() / max(both.total() + reference[order].total(), 1)
            for reference in references
        )
    return total
