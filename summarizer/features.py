"""Features: what is known of each distinct sentence of a cluster, as arrays for rankers.

None leans on capital letters, on the number of documents or on their order, so that what
a ranker learns from one corpus holds for another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from summarizer.centrality import Scores, centroid, inverse, lexrank, support, textrank, tf_idf
from summarizer.openings import has_dangling_opening, has_dangling_pronoun
from summarizer.records import Deduplication, Document, Sentence
from summarizer.vectors import Vectors
from summarizer.words import (
    STOP_WORDS,
    all_stems,
    collapse,
    content_words,
    count_words,
    stem_of,
    tokens,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Gram: TypeAlias = str | tuple[str, str]  # a stem, or two neighbouring ones

_BLOCK = 1024  # rows of a similarity matrix held at once
_LEAD = 2  # sentences that open a document
_FAR = 20  # the place in a document from which all places are one
_END = re.compile(r"[.!?…][\"'”’)]*$")
_ADDRESS = re.compile(r"https?:|www\.|\.com|@|\|")


class Features:
    """What is known of the distinct sentences of a cluster, each array of shape (n,).

    Those with a name of their own are float64 in [0, 1] (``centroid``, ``support`` and
    ``focus`` in [-1, 1]); ``matrix`` holds all that a learned ranker reads. Each is computed
    when first asked for. ``limit`` is what the sentences chosen may cost altogether, and
    ``cost`` says what a text costs, for rankers that choose a set; what they must declare
    they add to ``notices``.
    """

    def __init__(
        self,
        deduplication: Deduplication,
        documents: Sequence[Document],
        vectors: Vectors,
        *,
        limit: int = 200,
        cost: Callable[[str], int] = count_words,
    ) -> None:
        self.sentences = tuple(sorted(deduplication.kept, key=lambda s: (s.text, *s.id)))
        self.limit = limit
        self.notices: list[str] = []
        self._cost = cost
        self._deduplication = deduplication
        self._documents = sorted(documents, key=lambda d: (d.text, d.doc_id))
        self._vectors = vectors

    @cached_property
    def everything(self) -> tuple[Sentence, ...]:
        """The distinct sentences, then the dropped ones."""
        dropped = (duplicate.sentence for duplicate in self._deduplication.dropped)
        return (*self.sentences, *sorted(dropped, key=lambda s: (s.text, *s.id)))

    @cached_property
    def owners(self) -> NDArray[np.intp]:
        """The document of each sentence of ``everything``, as a number."""
        row = {document.doc_id: i for i, document in enumerate(self._documents)}
        return np.array([row[s.doc_id] for s in self.everything], dtype=np.intp)

    @cached_property
    def costs(self) -> Scores:
        """What each sentence costs of ``limit``."""
        return np.array([self._cost(collapse(s.text)) for s in self.sentences], dtype=np.float64)

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """Embeddings of the distinct sentences, shape (n, dim), L2-normalised."""
        return self._all_vectors[: len(self.sentences)]

    @cached_property
    def _all_vectors(self) -> NDArray[np.float32]:
        return self._vectors.of(self.everything)

    @cached_property
    def _words(self) -> list[list[str]]:
        return [content_words(sentence.text) for sentence in self.everything]

    @property
    def _own_words(self) -> list[list[str]]:
        return self._words[: len(self.sentences)]

    @cached_property
    def stems(self) -> list[list[str]]:
        """The stems of all words of each sentence of ``everything``, in order."""
        return [all_stems(s.text) for s in self.everything]

    @cached_property
    def tf_idf(self) -> csr_array:
        """Rows of tf-idf weights of ``everything``, L2-normalised."""
        return tf_idf(self._words)

    @cached_property
    def lexrank(self) -> Scores:
        """Continuous LexRank over tf-idf, greatest 1."""
        return _scaled(lexrank(tf_idf(self._own_words)))

    @cached_property
    def textrank(self) -> Scores:
        """TextRank, greatest 1."""
        return _scaled(textrank(self._own_words))

    @cached_property
    def centroid(self) -> Scores:
        """Cosine to the centroid, to which a sentence adds once a document that says it."""
        return centroid(self.vectors, weights=self.documents_saying)

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
        own = self.owners[: len(self.sentences)]
        return support(self.vectors, own, self._all_vectors, self.owners)

    @cached_property
    def _document_means(self) -> NDArray[np.float64]:
        """The mean of the sentences of each document, L2-normalised: shape (documents, dim)."""
        means = np.zeros((len(self._documents), self.vectors.shape[1]))
        np.add.at(means, self.owners, self._all_vectors.astype(np.float64))
        return np.asarray(means * inverse(np.linalg.norm(means, axis=1))[:, None])

    @cached_property
    def centre(self) -> NDArray[np.float64]:
        """The mean of the documents' means, L2-normalised: shape (dim,)."""
        total = self._document_means.sum(axis=0)
        return np.asarray(total / (np.linalg.norm(total) or 1.0))

    @cached_property
    def focus(self) -> Scores:
        """Cosine of the sentence's document to the cluster: an article beside the point is low."""
        cosines = self._document_means @ self.centre
        return np.asarray(cosines[self.owners[: len(self.sentences)]])

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
                for words in self._own_words
            ]
        )

    @cached_property
    def frequency(self) -> Scores:
        """Mean over the sentence's words of log(1 + occurrences), greatest word 1.

        SumBasic's idea (Nenkova & Vanderwende 2005, section 3), with logarithms, so
        that a few frequent words do not decide alone.
        """
        counts = Counter(word for words in self._words for word in words)
        top = np.log1p(max(counts.values(), default=1))
        return _mean_of(self._own_words, {w: float(np.log1p(n) / top) for w, n in counts.items()})

    @cached_property
    def spread(self) -> Scores:
        """Mean over the sentence's words of the share of documents that use the word."""
        used: dict[int, set[str]] = {}
        for owner, words in zip(self.owners.tolist(), self._words, strict=True):
            used.setdefault(owner, set()).update(words)
        counts = Counter(word for words in used.values() for word in words)
        return _mean_of(self._own_words, {w: n / len(used) for w, n in counts.items()})

    @cached_property
    def matrix(self) -> NDArray[np.float32]:
        """All that a learned ranker reads of each sentence: shape (n, len(COLUMNS))."""
        named = {name: getattr(self, name) for name in _NAMED}
        index = np.array([sentence.index for sentence in self.sentences])
        named["log_position"] = np.log1p(np.minimum(index, _FAR))
        columns = {**named, **self._neighbourhood, **self._grams, **self._form}
        for name in ("lexrank", "centroid", "support", "frequency", "pair_spread", "words"):
            columns[f"{name}_rank"] = _ranks(columns[name])
        return np.stack([columns[name] for name in COLUMNS], axis=1).astype(np.float32)

    @property
    def _neighbourhood(self) -> dict[str, Scores]:
        """Cosines to the cluster, to its documents and to their sentences."""
        own = self.owners[: len(self.sentences)]
        rows = np.arange(len(own))
        firsts = np.zeros(self._document_means.shape, dtype=np.float32)
        earliest: dict[int, int] = {}
        for row, (owner, sentence) in enumerate(zip(self.owners, self.everything, strict=True)):
            if sentence.index < earliest.get(owner, sentence.index + 1):
                earliest[owner] = sentence.index
                firsts[owner] = self._all_vectors[row]
        to_leads = (self.vectors @ firsts.T).astype(np.float64)
        own_lead = to_leads[rows, own]
        to_leads[rows, own] = -np.inf
        others = len(firsts) > 1
        greatest = to_leads.max(axis=1) if others else np.zeros(len(own))
        to_leads[rows, own] = 0
        three = self._three_nearest(own)
        wide = self.vectors.astype(np.float64)
        return {
            "document": np.einsum("ij,ij->i", wide, self._document_means[own]),
            "cluster": wide @ self.centre,
            "own_lead": own_lead,
            "other_leads": to_leads.sum(axis=1) / max(1, len(firsts) - 1),
            "nearest_lead": greatest,
            "nearest": three[:, 0],
            "three_nearest": three.mean(axis=1),
            "mean_cosine": (wide @ self._all_vectors.astype(np.float64).sum(axis=0) - 1)
            / len(self.everything),
        }

    def _three_nearest(self, own: NDArray[np.intp]) -> Scores:
        """The greatest cosines to sentences of other documents, 0 for none: shape (n, 3)."""
        best = np.zeros((len(own), 3))
        for start in range(0, len(own), _BLOCK):
            rows = slice(start, start + _BLOCK)
            cosines = self.vectors[rows] @ self._all_vectors.T
            cosines[own[rows, None] == self.owners[None, :]] = 0
            kept = -np.sort(-np.partition(cosines, -min(3, cosines.shape[1]), axis=1)[:, -3:])
            best[rows, : kept.shape[1]] = np.maximum(kept, 0)
        return best

    @property
    def _grams(self) -> dict[str, Scores]:
        """How often and how widely the sentence's stems and pairs of them are used."""
        stems = [[stem_of(word) for word in words] for words in self._words]
        pairs = [list(pairwise(text)) for text in self.stems]
        occurrences: Counter[Gram] = Counter()
        used: dict[int, set[Gram]] = {}
        leads: dict[Gram, float] = {}
        for row, sentence in enumerate(self.everything):
            grams: list[Gram] = [*stems[row], *pairs[row]]
            occurrences.update(grams)
            used.setdefault(int(self.owners[row]), set()).update(grams)
            if sentence.index < _LEAD:
                leads.update(dict.fromkeys(stems[row], 1.0))
        spread = Counter(gram for grams in used.values() for gram in grams)
        others = max(2, len(used)) - 1
        shared = {gram: (count - 1) / others for gram, count in spread.items()}
        often = {gram: float(np.log(count)) for gram, count in occurrences.items()}
        own = slice(len(self.sentences))
        return {
            "word_spread": _mean_of(stems[own], shared),
            "pair_spread": _mean_of(pairs[own], shared),
            "word_count": _mean_of(stems[own], often),
            "pair_count": _mean_of(pairs[own], often),
            "in_leads": _mean_of(stems[own], leads),
        }

    @property
    def _form(self) -> dict[str, Scores]:
        """Length, and marks of what is no plain statement."""
        texts = [collapse(sentence.text) for sentence in self.sentences]
        words = [tokens(text) for text in texts]
        length = np.array([count_words(text) for text in texts], dtype=np.float64)

        def share(holds: Callable[[str], float], *, empty: float = 0.0) -> Scores:
            means = [np.mean([holds(word) for word in ws]) if ws else empty for ws in words]
            return np.array(means, dtype=np.float64)

        def mark(holds: Callable[[str], object]) -> Scores:
            return np.array([bool(holds(text)) for text in texts], dtype=np.float64)

        return {
            "log_words": np.log1p(length),
            "words": np.minimum(length, 80) / 30,
            "stop_words": share(STOP_WORDS.__contains__, empty=1.0),
            "numbers": share(lambda word: any(character.isdigit() for character in word)),
            "word_length": share(len) / 5,
            "punctuation": np.array([np.mean([_is_mark(c) for c in t] or [False]) for t in texts]),
            "quotes": mark(lambda text: '"' in text or "“" in text),
            "asks": mark(lambda text: text.rstrip("\"')”").endswith("?")),
            "ends": mark(_END.search),
            "address": mark(_ADDRESS.search),
            "dangling_opening": mark(has_dangling_opening),
            "dangling_pronoun": mark(has_dangling_pronoun),
        }


# The columns of ``Features.matrix``; weights are learned for these, in this order.
_NAMED = ("lexrank", "centroid", "corroboration", "support", "focus", "position", "title",
          "frequency", "spread")  # fmt: skip
COLUMNS = (
    *_NAMED,
    "lexrank_rank", "centroid_rank", "support_rank", "frequency_rank", "pair_spread_rank",
    "words_rank", "document", "cluster", "own_lead", "other_leads", "nearest_lead", "nearest",
    "three_nearest", "mean_cosine", "log_position", "word_spread", "pair_spread", "word_count",
    "pair_count", "in_leads", "log_words", "words", "stop_words", "numbers", "word_length",
    "punctuation", "quotes", "asks", "ends", "address", "dangling_opening", "dangling_pronoun",
)  # fmt: skip


def _is_mark(character: str) -> bool:
    return not (character.isalnum() or character.isspace())


def _mean_of(texts: Iterable[Sequence[Any]], value: Mapping[Any, float]) -> Scores:
    """The mean of the values of each text's grams, 0 where there is none: shape (n,)."""
    return np.array([np.mean([value.get(g, 0.0) for g in gs]) if gs else 0.0 for gs in texts])


def _ranks(scores: Scores) -> Scores:
    """From 0 for the least to 1 for the greatest, equals at the mean of their places."""
    from scipy.stats import rankdata

    if len(scores) < 2:
        return np.full(len(scores), 0.5)
    return np.asarray((rankdata(np.round(scores, 9)) - 1) / (len(scores) - 1))


def _scaled(scores: Scores) -> Scores:
    """The scores over the greatest of them."""
    top = float(scores.max(initial=0.0))
    return scores / top if top else scores
