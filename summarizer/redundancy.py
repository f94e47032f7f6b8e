"""Redundancy across articles: which sentences say the same, and which one stays.

Three levels: the same words once folded (exact), nearly the same words (near), the same
meaning in other words (semantic). A sentence goes only if the one that stays for it is
similar to it and states every fact that it states (``summarizer.facts``); a chain of
small differences therefore never merges what is dissimilar at its ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from summarizer.facts import Facts, covers, differences, facts
from summarizer.neighbours import BLOCK, Neighbours
from summarizer.openings import has_dangling_opening
from summarizer.records import Deduplication, Difference, Duplicate, DuplicateKind, Sentence
from summarizer.vectors import Vectors
from summarizer.words import collapse, content_words, fold

# What an outlet takes back is no report of it, however alike the words.
CORRECTION = re.compile(
    r"\W*(?:correction|corrected|clarification|erratum|editor['’]s note)\b\s*[:\-–—(]"
    r"|.*\b(?:earlier|previous|original) version of (?:this|the|our) (?:article|story|report)",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[$€£¥%]|(?<!\w)[-−](?=\d)")  # what folding drops and no copy may


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A distinct sentence (the best of its exact copies) with what it is judged by."""

    sentence: Sentence
    text: str
    words: tuple[str, ...]
    facts: Facts
    order: tuple[object, ...]  # best first; depends on nothing but the sentence


def deduplicate(
    sentences: Sequence[Sentence],
    vectors: Vectors,
    *,
    semantic: bool,
    near_threshold: float,
    semantic_threshold: float,
) -> Deduplication:
    """The distinct sentences, in input order, and what became of the others.

    Sentences are taken best first: most facts, able to stand alone, complete, of
    reasonable length, most words. Each is dropped for the most similar one kept so far
    that covers its facts, or kept. ``near_threshold`` is the share of a sentence's words
    and word pairs (without stop words) to be found in the one kept, ``semantic_threshold``
    the cosine of their vectors; the latter is looked at only where ``semantic``. Pairs
    that are similar enough, both kept because they differ in a fact, are listed.

    Up to ``neighbours.EXACT`` distinct sentences every pair is compared; of more, the
    likely ones, in time that grows little faster than their number. Only sentences that
    resemble another one are judged. Memory is bounded by blocks of rows.
    """
    groups = _groups(sentences)
    thresholds = (near_threshold, semantic_threshold if semantic else np.inf)
    candidates, array = _candidates([group[0] for group in groups], vectors, thresholds)
    neighbours = Neighbours([c.words for c in candidates], array, *thresholds)
    stays = np.ones(len(candidates), dtype=bool)
    reports = np.array([CORRECTION.match(c.text) is None for c in candidates], dtype=bool)
    stands_for: dict[int, tuple[int, float, DuplicateKind]] = {}
    found: list[Difference] = []
    for top in range(0, len(candidates), BLOCK):
        rows = np.arange(top, min(top + BLOCK, len(candidates)))
        pairs = neighbours.pairs(rows[reports[rows]], stays & reports)
        for row in rows.tolist():
            clashes: list[Difference] = []
            for other, similarity, kind in pairs.of(row, among=stays):
                if covers(candidates[other].facts, candidates[row].facts):
                    stands_for[row] = (other, similarity, kind)
                    stays[row] = False
                    break
                clashes += _differences(candidates[other], candidates[row], similarity)
            else:
                found += clashes

    kept_for: dict[tuple[str, int], tuple[Sentence, float, DuplicateKind]] = {}
    for row, (other, similarity, kind) in stands_for.items():
        kept_for[candidates[row].sentence.id] = (candidates[other].sentence, similarity, kind)
    # A copy of a sentence that was itself dropped is a duplicate of what stays for that.
    for original, *copies in groups:
        for copy in copies:
            kept_for[copy.id] = kept_for.get(original.id, (original, 1.0, "exact"))
    return Deduplication(
        kept=tuple(sentence for sentence in sentences if sentence.id not in kept_for),
        dropped=tuple(
            Duplicate(sentence=sentence, kept=kept, similarity=similarity, kind=kind)
            for sentence in sentences
            if sentence.id in kept_for
            for kept, similarity, kind in [kept_for[sentence.id]]
        ),
        differences=tuple(found),
    )


def _groups(sentences: Sequence[Sentence]) -> list[list[Sentence]]:
    """The sentences of one folded text together, the best first."""
    texts = {sentence.id: collapse(sentence.text) for sentence in sentences}
    folded = {text: (fold(text), *_SIGNS.findall(text)) for text in set(texts.values())}
    groups: dict[object, list[Sentence]] = {}
    for sentence in sentences:
        text = texts[sentence.id]
        key = (*folded[text], *(sentence.id if CORRECTION.match(text) else ()))
        groups.setdefault(key, []).append(sentence)
    for group in groups.values():
        spelt = {texts[sentence.id]: sentence for sentence in group}
        if len(spelt) > 1:
            order = {text: _judge(sentence).order for text, sentence in spelt.items()}
            group.sort(key=lambda sentence: (order[texts[sentence.id]], *sentence.id))
        else:
            group.sort(key=lambda sentence: sentence.id)
    return list(groups.values())


def _candidates(
    originals: Sequence[Sentence], vectors: Vectors, thresholds: tuple[float, float]
) -> tuple[list[_Candidate], NDArray[np.float32]]:
    """Those of the distinct sentences that resemble another one, best first; their vectors."""
    words = [content_words(sentence.text) for sentence in originals]
    array = vectors.of(originals)
    alike = np.flatnonzero(Neighbours(words, array, *thresholds).alike())
    found = [(_judge(originals[place]), place) for place in alike.tolist()]
    found.sort(key=lambda entry: entry[0].order)
    places = np.array([place for _, place in found], dtype=np.intp)
    return [candidate for candidate, _ in found], array[places]


def _judge(sentence: Sentence) -> _Candidate:
    text = collapse(sentence.text)
    words = tuple(content_words(text))
    stated = facts(text)
    length = len(text.split())
    order = (
        -stated.count,
        has_dangling_opening(text),
        re.search(r"[.!?][\"'”’)\]]*$", text) is None,  # cut off
        not 5 <= length <= 45,
        -len(words),
        fold(text),
        text,
    )
    return _Candidate(sentence, text, words, stated, order)


def _differences(first: _Candidate, second: _Candidate, similarity: float) -> list[Difference]:
    return [
        Difference(
            first=first.sentence,
            second=second.sentence,
            similarity=similarity,
            kind=difference.kind,
            first_values=difference.only_first,
            second_values=difference.only_second,
        )
        for difference in differences(first.facts, second.facts)
    ]
