"""Order: which points are old, and in what order the briefing tells them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from summarizer.facts import facts
from summarizer.records import Deduplication, Document, Sentence, SentenceId
from summarizer.vectors import Vectors

OLD_AFTER = dt.timedelta(days=31)  # a report so much older than the newest is not news

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August",
           "September", "October", "November", "December")  # fmt: skip
_DAY = re.compile(r"(\d{4}|\?{4})-(\d\d)-(\d\d)")  # as in Facts.dates
_DATED = re.compile(rf"\b(?:{'|'.join(month[:3] for month in _MONTHS)})|\d-\d|\d/\d|\d\.\d")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_JUST_NOW = re.compile(r"\b(?:has|have|had|said|says|told|announced|today|yesterday)\b")
_AHEAD = re.compile(
    r"\b(?:will|would|could|may|might|should|shall|to be|to take place|to begin|to start|to meet|"
    r"scheduled|expected|planned|plans?|planning|set (?:to|for)|due|upcoming|coming|next|until|"
    r"before|ahead of|deadline|tomorrow)\b"
)
# Two articles that share so much are of one time: sentences this alike, this share of
# the shorter article, and this many at least.
_ALIKE, _TWIN_SHARE, _TWIN_COUNT = 0.75, 0.25, 3

Month = tuple[int, int]  # year, month


@dataclass(frozen=True, slots=True)
class Times:
    """When the documents speak.

    ``known`` holds stated dates only; ``placed`` also estimates, which serve the order
    and are never told to a reader. ``newest`` is the latest of them, None without any.
    """

    known: Mapping[str, dt.date]
    placed: Mapping[str, dt.date]
    newest: dt.date | None

    def old(self, point: Sequence[Sentence]) -> Month | None:
        """The month of a point of which every report is old, None for news.

        A document that cannot be placed counts as news.
        """
        if self.newest is None or any(s.doc_id not in self.placed for s in point):
            return None
        latest = max(self.placed[s.doc_id] for s in point)
        return (latest.year, latest.month) if self.newest - latest > OLD_AFTER else None

    def when(self, point: Sequence[Sentence]) -> str | None:
        """What tells a reader that the point is old: "In January 2024".

        None for news, where the date of the lead's document is not known, and for a
        lead that is about a year that it names itself.
        """
        date = self.known.get(point[0].doc_id)
        if date is None or self.old(point) is None or names_its_year(point[0].text):
            return None
        return f"In {_MONTHS[date.month - 1]} {date.year}"


def names_its_year(text: str) -> bool:
    """Whether a sentence says when it was: a year in it, and nothing that has just happened."""
    return _YEAR.search(text) is not None and _JUST_NOW.search(text) is None


def times(documents: Sequence[Document], deduplication: Deduplication, vectors: Vectors) -> Times:
    """When each document speaks, as far as can be told.

    A document without a date is placed by the latest day that it reports as past, if
    that is after the newest known date ("May 8" is taken in the year that brings it
    nearest to that date), or else beside the dated document of which it is a twin.
    """
    known = {d.doc_id: d.published for d in documents if d.published}
    if not known or len(documents) == 1:
        return Times(known, known, max(known.values(), default=None))
    newest = max(known.values())
    sentences: dict[str, list[Sentence]] = {}
    for sentence in (*deduplication.kept, *(d.sentence for d in deduplication.dropped)):
        sentences.setdefault(sentence.doc_id, []).append(sentence)
    arrays = {doc_id: vectors.of(own) for doc_id, own in sentences.items()}
    placed = dict(known)
    for doc_id in sentences.keys() - known.keys():
        reported = [day for s in sentences[doc_id] for day in _past_days(s.text, newest)]
        if reported and max(reported) > newest:
            placed[doc_id] = max(reported)
        else:
            twin = _twin(doc_id, arrays)
            if twin in known:
                placed[doc_id] = known[twin]
    return Times(known, placed, max(placed.values()))


def _past_days(text: str, near: dt.date) -> Iterator[dt.date]:
    """The days that a sentence names, unless it speaks of what is to come."""
    if not _DATED.search(text) or _AHEAD.search(text):
        return
    for date in facts(text).dates:
        match = _DAY.fullmatch(date)
        if match is None:
            continue
        year, month, day = match.groups()
        years = [near.year - 1, near.year, near.year + 1] if year == "????" else [int(year)]
        days = []
        for candidate in years:
            try:
                days.append(dt.date(candidate, int(month), int(day)))
            except ValueError:  # 29 February, 31 June
                continue
        if days:
            yield min(days, key=lambda d: abs(d - near))


def _twin(doc_id: str, arrays: Mapping[str, NDArray[np.float32]]) -> str | None:
    """The other document that shares the most sentences, if it shares enough."""
    best, most = None, 0
    for other in sorted(arrays.keys() - {doc_id}):
        alike = arrays[doc_id] @ arrays[other].T > _ALIKE
        shared = int(min(alike.any(axis=0).sum(), alike.any(axis=1).sum()))
        enough = max(_TWIN_COUNT, _TWIN_SHARE * min(alike.shape))
        if shared >= enough and shared > most:
            best, most = other, shared
    return best


def reading_order(
    points: Sequence[Sequence[Sentence]],
    salience: Sequence[float],
    bound: Mapping[SentenceId, SentenceId],
    vectors: Vectors,
    when: Times,
) -> list[int]:
    """The order in which to tell ``points`` (a lead and its duplicates each), as indices.

    The most important and most current point opens. What follows is in order of time,
    a day after the other (the chronological ordering of Barzilay et al. 2002, section
    3.2), news before old matter; a document without a date counts as of the newest.
    Within a day the next is always one near in theme to the last, and important (the
    cohesion of their section 4, as a greedy chain). Leads of one document keep their
    order, and a lead that is ``bound`` to the one before it follows that at once.
    """
    at = {point[0].id: i for i, point in enumerate(points)}
    followers = {bound[lead]: i for lead, i in at.items() if bound.get(lead) in at}
    runs: dict[int, list[int]] = {}
    for i, point in enumerate(points):
        if bound.get(point[0].id) not in at:
            runs[i] = [i]
            while (last := points[runs[i][-1]][0].id) in followers:
                runs[i].append(followers[last])
    theme = {key: vectors.of([points[i][0] for i in run]).mean(axis=0) for key, run in runs.items()}
    days = {key: _day([s for i in run for s in points[i]], when) for key, run in runs.items()}
    weight = {
        key: max(salience[i] for i in run) + max(1 / (1 + s.index) for s in points[key])
        for key, run in runs.items()
    }
    told: list[int] = []
    left = set(runs)
    while left:
        ready = [key for key in left if not _must_wait(points[key][0], left, points)]
        if told:
            first = min(days[key].turn(days[told[0]]) for key in ready)
            ready = [key for key in ready if days[key].turn(days[told[0]]) == first]
        elif any(not days[key].old for key in ready):
            ready = [key for key in ready if not days[key].old]
        end = points[told[-1]][0] if told else None

        def fit(key: int, end: Sentence | None = end) -> tuple[float, str, SentenceId]:
            lead = points[key][0]
            score = weight[key]
            if end is None:
                score -= _months_before(days[key].date, when.newest)
            else:
                score += float(theme[key] @ vectors.of([end])[0])
                score += 0.5 * (lead.id == (end.doc_id, end.index + 1))
                # The month is said where it begins.
                score += 0.5 * (when.when(points[key]) is not None)
            return (-round(score, 6), lead.text, lead.id)

        best = min(ready, key=fit)
        told += runs[best]
        left.remove(best)
    return told


class _Day(NamedTuple):
    old: bool
    date: dt.date  # the newest of all where it is not known

    def turn(self, opening: _Day) -> tuple[bool, bool, dt.date]:
        """When its turn is: an old opening is followed by the rest of its month."""
        same = (self.date.year, self.date.month) == (opening.date.year, opening.date.month)
        return (self.old, opening.old and not same, self.date)


def _day(point: Sequence[Sentence], when: Times) -> _Day:
    if when.old(point) is not None:
        return _Day(True, when.placed[point[0].doc_id])
    dates = [when.placed.get(s.doc_id, when.newest) for s in point]
    return _Day(False, max((date for date in dates if date), default=dt.date.min))


def _must_wait(lead: Sentence, left: set[int], points: Sequence[Sequence[Sentence]]) -> bool:
    """Whether an earlier sentence of the same document has not been told yet."""
    others = (points[i][0] for i in left)
    return any(other.doc_id == lead.doc_id and other.index < lead.index for other in others)


def _months_before(date: dt.date, newest: dt.date | None) -> float:
    return (newest - date).days / 31 if newest else 0.0
