"""Support: which source sentences back each written one, and what does not check out.

Truth comes first: a written sentence that the guard refuses (``summarizer.guard``) or
that has no source at all is left out of the briefing, and a notice quotes its first words.
That holds even where nothing remains. A doubt short of that is a phrase in
``BriefingSentence.checks``.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from summarizer.facts import facts
from summarizer.guard import quotes, refusals, spelled
from summarizer.protocols import Encoder
from summarizer.records import (
    BriefingSentence,
    Citation,
    Deduplication,
    Document,
    Draft,
    Sentence,
    Writing,
)
from summarizer.sentences import sentence_spans
from summarizer.stitches import stitches
from summarizer.vectors import Vectors
from summarizer.wholeness import is_english, is_finished
from summarizer.words import collapse, count_words, fold, stems

MAX_SOURCES = 3  # distinct sentences behind one written sentence
MIN_GAIN = 0.1  # share of its content that a further source must add
MIN_COVERAGE = 0.5  # share of its content below which a sentence has no sources
DOUBT_COVERAGE = 0.7  # and below which they are in doubt
MIN_COSINE = 0.4  # to the nearest source, with an encoder that knows meaning

_MARKED = re.compile(r"\d|^\W*[A-Z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What the support stage returns: the briefing's sentences, and what it left out."""

    sentences: tuple[BriefingSentence, ...]
    notices: tuple[str, ...] = ()


def support(
    writing: Writing,
    deduplication: Deduplication,
    documents: Sequence[Document],
    vectors: Vectors,
    *,
    encoder: Encoder,
    words: int,
) -> Support:
    """The drafts as sentences with citations, ``words`` words altogether at most.

    A draft with sources is cited to each of them. A draft without is split into
    sentences, and each is aligned to at most three distinct source sentences and
    their duplicates; an unfinished sentence and one that repeats an earlier one are
    left out. Every sentence is checked against what it cites and the publication
    dates of the documents it cites. ``vectors`` holds the sentences of
    ``deduplication.kept``.
    """
    evidence = _Evidence(deduplication, documents, vectors, encoder)
    sentences: list[BriefingSentence] = []
    refused: list[str] = []
    repeated = unfinished = too_long = 0
    left = words
    for draft in _single(writing.drafts):
        text = draft.text
        if not draft.sources and not is_finished(text):
            unfinished += 1
            continue
        if _repeats(text, sentences, exactly=bool(draft.sources)):
            repeated += 1
            continue
        sources = _lead_first(draft.sources) or evidence.sources(text)
        given = bool(draft.sources)
        faults = evidence.faults(text, sources, given=given)
        if faults:
            refused.append(f"“{_first_words(text)}” ({'; '.join(faults)})")
            continue
        if too_long or count_words(text) > left:
            too_long += 1
            continue
        left -= count_words(text)
        sentences.append(
            BriefingSentence(
                text=text,
                citations=tuple(_citation(source) for source in sources),
                checks=evidence.doubts(text, sources, given=given),
            )
        )
    notices = []
    if refused:
        listed = "; ".join(refused)
        notices.append(
            f"Left out {_count(len(refused))} that the articles do not bear out: {listed}."
        )
    if repeated:
        notices.append(f"Left out {_count(repeated)} that only repeated an earlier one.")
    if unfinished:
        notices.append(f"Left out {_count(unfinished)} that the writer did not finish.")
    if too_long:
        notices.append(f"Left out {_count(too_long)} to stay within {words} words.")
    return Support(sentences=tuple(sentences), notices=tuple(notices))


class _Evidence:
    """The distinct sentences with their duplicates, as evidence for written ones."""

    def __init__(
        self,
        deduplication: Deduplication,
        documents: Sequence[Document],
        vectors: Vectors,
        encoder: Encoder,
    ) -> None:
        self._published = {d.doc_id: d.published for d in documents if d.published}
        self._groups = [(s, *deduplication.duplicates.get(s.id, ())) for s in deduplication.kept]
        self._vectors = vectors.of(deduplication.kept)
        self._encoder = encoder

    @cached_property
    def _group_stems(self) -> list[frozenset[str]]:
        return [_union(stems(s.text) for s in group) for group in self._groups]

    @cached_property
    def _frequency(self) -> Counter[str]:
        return Counter(stem for held in self._group_stems for stem in held)

    def sources(self, text: str) -> tuple[Sentence, ...]:
        """What backs ``text``: at most three distinct sentences, each with its duplicates.

        Greedy: first the sentence that shares most of its content and meaning, then
        whichever covers most of the content still bare, while that is a tenth of it or
        holds a number or a name.
        """
        bare = self._weights(text)
        total = sum(bare.values())
        if not total or not self._groups:
            return ()
        marked = _fact_stems(text)
        near = np.maximum(self._vectors @ self._encoder.encode([text])[0], 0)
        if self._encoder.semantic and near.max() < MIN_COSINE:
            return ()
        chosen: list[int] = []
        while bare and len(chosen) < MAX_SOURCES:
            covered = [bare.keys() & held for held in self._group_stems]
            gains = np.array([sum(bare[stem] for stem in held) for held in covered]) / total
            worth: NDArray[np.float64] = np.where(gains > 0, gains + near / (4 if chosen else 1), 0)
            best = int(np.argmax(np.round(worth, 6)))
            adds = gains[best] >= MIN_GAIN or bool(covered[best] & marked)
            if worth[best] == 0 or (chosen and not adds):
                break
            chosen.append(best)
            bare = {stem: weight for stem, weight in bare.items() if stem not in covered[best]}
        return tuple(sentence for row in chosen for sentence in self._groups[row])

    def faults(self, text: str, sources: Sequence[Sentence], *, given: bool) -> tuple[str, ...]:
        """Why ``text`` must not be told, one phrase each; empty where nothing is wrong.

        ``given`` says that the writer named ``sources`` itself.
        """
        if not sources:
            return ("no source says anything like it",)
        texts = _texts(sources)
        faults = refusals(text, texts, published=self._days(sources), ties=given)
        if not quotes(text, texts) and self._coverage(text, sources) < MIN_COVERAGE:
            faults += ("most of it is in none of its sources",)
        return faults

    def doubts(self, text: str, sources: Sequence[Sentence], *, given: bool) -> tuple[str, ...]:
        """What does not quite check out, one phrase each."""
        texts = _texts(sources)
        if quotes(text, texts):
            return ()
        doubts = () if given or not is_english(text) else stitches(text, texts)
        if self._coverage(text, sources) < DOUBT_COVERAGE:
            doubts += ("some of its words are in none of its sources",)
        return doubts

    def _coverage(self, text: str, sources: Sequence[Sentence]) -> float:
        """Share of the content of ``text`` that its sources hold, 0 to 1.

        Names are taken for granted: ``missing`` knows better ("US", "United States").
        """
        weights = self._weights(text)
        stated = facts(text)
        texts = [*_texts(sources), *spelled(self._days(sources))]
        there = _union(stems(words) for words in [*texts, *(stated.names - stated.unsure)])
        total = sum(weights.values())
        return sum(weights[stem] for stem in weights.keys() & there) / total if total else 1.0

    def _weights(self, text: str) -> dict[str, float]:
        """The weight of each content stem: rare ones weigh more, numbers and names twice."""
        marked = _fact_stems(text)
        return {
            stem: math.log1p(len(self._groups) / max(self._frequency[stem], 0.5))
            * (2 if stem in marked else 1)
            for stem in sorted(stems(text))
        }

    def _days(self, sources: Sequence[Sentence]) -> frozenset[dt.date]:
        """When the documents of the sources were published."""
        cited = {source.doc_id for source in sources}
        return frozenset(date for doc_id, date in self._published.items() if doc_id in cited)


def _texts(sources: Iterable[Sentence]) -> list[str]:
    return [collapse(source.text) for source in sources]


def _single(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """The drafts, those without sources split into sentences."""
    for draft in drafts:
        if draft.sources:
            yield draft
        else:
            for start, end in sentence_spans(draft.text):
                yield Draft(text=collapse(draft.text[start:end]))


def _lead_first(sources: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Each source once, those from the lead's document first."""
    distinct = {source.id: source for source in sources}.values()
    return tuple(sorted(distinct, key=lambda source: source.doc_id != sources[0].doc_id))


def _repeats(text: str, sentences: Iterable[BriefingSentence], *, exactly: bool) -> bool:
    """Whether an earlier sentence says it: in the same words, or with all its content."""
    if any(fold(text) == fold(earlier.text) for earlier in sentences):
        return True
    return not exactly and any(stems(text) <= stems(earlier.text) for earlier in sentences)


def _citation(source: Sentence) -> Citation:
    return Citation(doc_id=source.doc_id, start=source.start, end=source.end, text=source.text)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _fact_stems(text: str) -> frozenset[str]:
    """Stems of the words with a digit or a capital: what may be a fact."""
    return _union(stems(word) for word in text.split() if _MARKED.search(word))


def _first_words(text: str) -> str:
    words = text.split()
    return text if len(words) <= 8 else " ".join(words[:6]) + " ..."


def _count(number: int) -> str:
    return "1 sentence" if number == 1 else f"{number} sentences"
