"""Grouping: what other documents add to each selected point, for a writer that fuses.

A point's duplicates say no more than its lead. A related sentence says the same point in
part and adds a detail to it; a writer that uses it must cite it. What is only about the
same topic makes false sentences when it is stitched together, so a relation must be close:
tuned by eye for precision on pairs of Multi-News training clusters.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from summarizer.facts import Facts, differences, facts
from summarizer.openings import has_dangling_opening, has_dangling_pronoun, last_name_speaker
from summarizer.ordering import Times
from summarizer.records import Deduplication, Sentence, SentenceId
from summarizer.vectors import Vectors
from summarizer.words import collapse, content_words, count_words, plain_quotes, stem_of

MAX_RELATED = 3  # sentences a point

# Cosine from which two sentences may be about one point, and what it and the overlap (their
# common stems over those of the shorter) must come to together.
_ALIKE = ((0.57, 1.1), (0.68, 0.95))
_SHARED = 3  # stems in common, at least
_OVERLAP_ALONE = 0.6  # the share where vectors do not speak of meaning
_SAME = 0.75  # cosine from which two that differ in a number give it differently
_DAYS = dt.timedelta(days=1)  # between their reports, at most: what is told later has moved on
_END = re.compile(r"[.!…。！।][\"'”’)\]»」』]*$")
_MIN_WORDS, _MAX_WORDS = 6, 60


def related(
    leads: Sequence[Sentence],
    deduplication: Deduplication,
    vectors: Vectors,
    times: Times,
    *,
    semantic: bool,
) -> tuple[tuple[Sentence, ...], ...]:
    """For each lead the kept sentences about the same point, nearest first, at most three.

    They are of other documents, one each, none of them a lead, and each belongs to one
    lead only, the nearest. One that contradicts the lead, is days older or newer, or leans on
    a sentence before it is left out. With vectors that are not ``semantic`` shared words
    decide alone.
    """
    chosen = {lead.id for lead in leads}
    others = [s for s in deduplication.kept if s.id not in chosen]
    if not leads or not others:
        return ((),) * len(leads)
    cosines = vectors.of(leads) @ vectors.of(others).T
    apart = {
        frozenset((d.first.id, d.second.id))
        for d in deduplication.differences
        if d.kind == "negation" or (d.kind != "name" and d.first_values and d.second_values)
    }
    judged: dict[SentenceId, _Judged] = {}
    limit = _ALIKE[0][0] if semantic else 0.0
    candidates = []
    for row, lead in enumerate(leads):
        for column in (cosines[row] >= limit).nonzero()[0]:
            other = others[column]
            pair = frozenset((lead.id, other.id))
            if other.doc_id == lead.doc_id or pair in apart:
                continue
            first, second = (judged.setdefault(s.id, _Judged(s)) for s in (lead, other))
            nearness = first.nearness(second, float(cosines[row, column]), semantic=semantic)
            if nearness and _of_one_time(lead, other, times):
                candidates.append((-round(nearness, 6), other.text, other.id, row, other))
    found: list[list[Sentence]] = [[] for _ in leads]
    placed: set[SentenceId] = set()
    for *_, row, other in sorted(candidates, key=lambda c: c[:4]):
        told = {sentence.doc_id for sentence in found[row]}
        if other.id not in placed and other.doc_id not in told and len(told) < MAX_RELATED:
            found[row].append(other)
        placed.add(other.id)  # to be told elsewhere, or not at all
    return tuple(tuple(sentences) for sentences in found)


def _of_one_time(first: Sentence, second: Sentence, times: Times) -> bool:
    """Whether two reports are of the same days, or nobody can tell that they are not."""
    days = [times.placed.get(sentence.doc_id) for sentence in (first, second)]
    if days[0] and days[1]:
        return abs(days[0] - days[1]) <= _DAYS
    return times.old([first]) == times.old([second])


class _Judged:
    """A sentence with what its relations are judged by, read when first asked for."""

    def __init__(self, sentence: Sentence) -> None:
        self._text = collapse(sentence.text)
        self._stems = frozenset(stem_of(word) for word in content_words(self._text))
        self._read: Facts | None = None
        self._leans: bool | None = None

    @property
    def _facts(self) -> Facts:
        if self._read is None:
            self._read = facts(self._text)
        return self._read

    @property
    def leans(self) -> bool:
        """Whether it cannot be told by itself: leaning on another, a scrap, cut off, a question."""
        if self._leans is None:
            text = self._text
            self._leans = (
                not _MIN_WORDS <= count_words(text) <= _MAX_WORDS
                or has_dangling_opening(text)
                or has_dangling_pronoun(text)
                or last_name_speaker(text) is not None
                or not _END.search(text)
                or plain_quotes(text).count('"') % 2 == 1
            )
        return self._leans

    def nearness(self, other: _Judged, cosine: float, *, semantic: bool) -> float:
        """How near ``other`` comes to the point of this one, above 0; 0 where it does not."""
        shared = len(self._stems & other._stems)
        overlap = shared / max(1, min(len(self._stems), len(other._stems)))
        near = any(cosine >= alike and cosine + overlap >= both for alike, both in _ALIKE)
        if shared < _SHARED or not (near if semantic else overlap >= _OVERLAP_ALONE):
            return 0.0
        if other.leans or self._opposes(other, close=cosine >= _SAME or not semantic):
            return 0.0
        return cosine + overlap if semantic else overlap

    def _opposes(self, other: _Judged, *, close: bool) -> bool:
        """Whether the two contradict one another, or may; ``close`` ones in any number."""
        mine, theirs = self._facts, other._facts
        if mine.negated != theirs.negated:
            return True
        for kind, first, second in differences(mine, theirs):
            if not first or not second:
                continue  # one says more, or doubts: that is a detail
            if kind == "negation":
                return True
            if kind == "date" and {*map(_part, first)} & {*map(_part, second)}:
                return True
            if kind == "name" and not mine.names & theirs.names:
                return True
            if kind == "number":
                of_what = [
                    {word for number, word in read.counted if number in values}
                    for read, values in ((mine, first), (theirs, second))
                ]
                if close or of_what[0] & of_what[1]:
                    return True
        return False


def _part(date: str) -> str:
    """What of a date a value of ``Facts.dates`` tells: only the same can contradict."""
    if ":" in date:
        return "hour"
    if date[0] in "?0123456789":
        return "day"
    return "weekday" if date.endswith("day") else date.split()[-1]
