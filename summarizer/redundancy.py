"""Redundancy across articles: which sentences say the same, and which one stays.

Three levels: the same words once folded (exact), nearly the same words (near), the same
meaning in other words (semantic). A sentence goes only if the one that stays for it is
similar to it and states every fact that it states (``summarizer.facts``); a chain of
small differences therefore never merges what is dissimilar at its ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from summarizer.facts import Facts, covers, differences, facts
from summarizer.openings import has_dangling_opening
from summarizer.records import Deduplication, Difference, Duplicate, DuplicateKind, Sentence
from summarizer.vectors import Vectors
from summarizer.words import collapse, content_words, fold

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# Fewer content words than this say too little to be found again inside another sentence.
MIN_WORDS_WITHIN = 5
# How many of the sentences kept so far, most similar first, one is compared with: text
# from a template ("Team 1 beat Team 2, 3-1") is alike throughout and differs in facts.
MAX_COMPARED = 10
# What an outlet takes back is no report of it, however alike the words.
CORRECTION = re.compile(
    r"\W*(?:correction|corrected|clarification|erratum|editor['’]s note)\b\s*[:\-–—(]"
    r"|.*\b(?:earlier|previous|original) version of (?:this|the|our) (?:article|story|report)",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[$€£¥%]|(?<!\w)[-−](?=\d)")  # what folding drops and no copy may
# Less than this is the noise of single precision: it decides nothing.
ROUNDING = 5e-5
BLOCK = 1_000  # rows of the similarity matrix held at a time


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

    Time and the number of pairs grow with the square of the distinct sentences, memory
    with their number times the pairs above a threshold.
    """
    candidates, copies = _collapse_copies(sentences)
    pairs = _similar_pairs(
        candidates,
        vectors.of(candidate.sentence for candidate in candidates),
        near_threshold=near_threshold,
        semantic_threshold=semantic_threshold if semantic else np.inf,
    )
    stays = np.ones(len(candidates), dtype=bool)
    reports = np.array([CORRECTION.match(c.text) is None for c in candidates], dtype=bool)
    stands_for: dict[int, tuple[int, float, DuplicateKind]] = {}
    found: list[Difference] = []
    for row, candidate in enumerate(candidates):
        clashes: list[Difference] = []
        for other, similarity, kind in pairs.of(row, among=stays & reports[row] & reports):
            if covers(candidates[other].facts, candidate.facts):
                stands_for[row] = (other, similarity, kind)
                stays[row] = False
                break
            clashes += _differences(candidates[other], candidate, similarity)
        else:
            found += clashes

    kept_for: dict[tuple[str, int], tuple[Sentence, float, DuplicateKind]] = {}
    for row, (other, similarity, kind) in stands_for.items():
        kept_for[candidates[row].sentence.id] = (candidates[other].sentence, similarity, kind)
    # A copy of a sentence that was itself dropped is a duplicate of what stays for that.
    for copy, original in copies:
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


def _collapse_copies(
    sentences: Sequence[Sentence],
) -> tuple[list[_Candidate], list[tuple[Sentence, Sentence]]]:
    """One candidate a folded text, best first, and (copy, original) for every other."""
    judged: dict[str, _Candidate] = {}  # by collapsed text: equal texts are read once
    groups: dict[object, list[Sentence]] = {}
    for sentence in sentences:
        text = collapse(sentence.text)
        if text not in judged:
            judged[text] = _judge(sentence, text)
        key = (fold(text), *_SIGNS.findall(text), *(sentence.id if CORRECTION.match(text) else ()))
        groups.setdefault(key, []).append(sentence)
    candidates: list[_Candidate] = []
    copies: list[tuple[Sentence, Sentence]] = []
    for group in groups.values():
        group.sort(key=lambda sentence: (judged[collapse(sentence.text)].order, *sentence.id))
        best = judged[collapse(group[0].text)]
        candidates.append(_Candidate(group[0], best.text, best.words, best.facts, best.order))
        copies += [(copy, group[0]) for copy in group[1:]]
    candidates.sort(key=lambda candidate: candidate.order)
    return candidates, copies


def _judge(sentence: Sentence, text: str) -> _Candidate:
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


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Similar pairs (row, column < row), ordered by row, then the most similar first."""

    starts: NDArray[np.intp]  # shape (n + 1,): where each row begins
    columns: NDArray[np.intp]
    similarities: NDArray[np.float64]
    near: NDArray[np.bool_]

    def of(
        self, row: int, *, among: NDArray[np.bool_]
    ) -> Iterator[tuple[int, float, DuplicateKind]]:
        """The first few of a row's pairs whose column is true in ``among``."""
        places = np.arange(self.starts[row], self.starts[row + 1])
        for place in places[among[self.columns[places]]][:MAX_COMPARED]:
            kind: DuplicateKind = "near" if self.near[place] else "semantic"
            yield int(self.columns[place]), float(self.similarities[place]), kind


def _similar_pairs(
    candidates: Sequence[_Candidate],
    vectors: NDArray[np.float32],
    *,
    near_threshold: float,
    semantic_threshold: float,
) -> _Pairs:
    """Every earlier candidate that each one resembles: exact, on blocks of the matrix."""
    shingles, sizes = _shingles(candidates)
    short = np.array([len(set(c.words)) < MIN_WORDS_WITHIN for c in candidates])
    found: list[tuple[NDArray[Any], ...]] = []
    for top in range(0, len(candidates), BLOCK):
        for left in range(0, top + 1, BLOCK):
            rows, columns = slice(top, top + BLOCK), slice(left, left + BLOCK)
            shared = (shingles[rows] @ shingles[columns].T).toarray()
            within = np.where(
                short[rows, None],
                np.maximum(sizes[rows, None], sizes[None, columns]),
                sizes[rows, None],
            )
            cosine = vectors[rows] @ vectors[columns].T
            alike = (shared >= (near_threshold - ROUNDING) * within) & (shared > 0)
            alike |= cosine >= semantic_threshold - ROUNDING
            row, column = np.nonzero(np.tril(alike, top - left - 1))
            nearness = shared[row, column] / np.broadcast_to(within, shared.shape)[row, column]
            is_near = nearness >= near_threshold - ROUNDING
            similarity = np.where(is_near, nearness, cosine[row, column])
            similarity = np.clip(np.round(similarity.astype(np.float64), 4), 0, 1)
            found.append((row + top, column + left, similarity, is_near))
    row, column, similarity, is_near = (
        (np.concatenate(part) for part in zip(*found, strict=True))
        if found
        else (np.empty(0, dtype=int),) * 4
    )
    order = np.lexsort((column, -similarity, row))
    return _Pairs(
        starts=np.searchsorted(row[order], np.arange(len(candidates) + 1)),
        columns=column[order],
        similarities=similarity[order].astype(np.float64),
        near=is_near[order].astype(bool),
    )


def _shingles(candidates: Sequence[_Candidate]) -> tuple[csr_array, NDArray[np.float32]]:
    """Which content words and pairs of neighbouring ones each holds, and how many."""
    from scipy.sparse import csr_array

    places: dict[str | tuple[str, ...], int] = {}
    columns: list[int] = []
    starts = [0]
    for candidate in candidates:
        held: set[str | tuple[str, ...]] = {*candidate.words, *pairwise(candidate.words)}
        columns += [places.setdefault(shingle, len(places)) for shingle in held]
        starts.append(len(columns))
    ones = np.ones(len(columns), dtype=np.float32)
    matrix = csr_array((ones, columns, starts), shape=(len(candidates), len(places)))
    return matrix, np.diff(np.array(starts, dtype=np.float32))
