"""The embedded writer: each group of the plan becomes one sentence, checked before it leaves."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Protocol

from models.extractive import lone_names
from models.fusion.fuser import Fuser, Hypothesis
from models.fusion.points import Overlap, Point, Wording, repeats
from summarizer.records import Draft, Group, Plan, Writing
from summarizer.wholeness import is_english
from summarizer.words import collapse, count_words, fold

CHECKPOINT = Path(__file__).parent / "checkpoint"
LENGTH = 2  # asked for; a place in ``data.LENGTHS``
_SHARE = 0.7  # of its words that a plan counts for a sentence: some are shortened, some not told
# What a point loses of its value if the plan chose it last, about: in proportion before.
_LATER = 0.6

OnDraft = Callable[[int, Draft], None]


class Guard(Protocol):
    """Why a sentence must not be told, a phrase each; empty where it may."""

    def __call__(self, written: str, sources: Sequence[str]) -> Sequence[str]:
        """``sources`` are the sentences it was written from, the main one first."""
        ...


class FusionWriter:
    """Fuses, compresses and cleans each group's sentences with the model of this folder.

    All groups of all plans are decoded in one go. Of the beam's hypotheses one is told
    that the ``guard`` lets pass and that repeats no earlier sentence; where none is, the
    group's lead stands as in the article, and a notice gives the share. A lead that is no
    whole sentence is left out, and that is said, unless there is nothing else to tell. The
    plan holds more than fits; which points are told is decided when they have been written
    and their length is known, as where sentences are chosen and shortened at once
    (Berg-Kirkpatrick, Gillick & Klein 2011): the most salient one, then those that add most
    for their length to what a human summary is expected to hold (``Plan.worth``; by salience
    where nothing is known of that).
    Never more than the words asked for. Raises ModelError where ``folder`` holds no
    checkpoint.
    """

    name = "embedded"
    max_input_tokens: int | None = None
    weighs = True
    notices: tuple[str, ...] = ()

    def __init__(self, *, guard: Guard, folder: Path = CHECKPOINT) -> None:
        self._fuser = Fuser(folder)
        self._guard = guard

    @classmethod
    def of(cls, fuser: Fuser, *, guard: Guard) -> FusionWriter:
        """A writer with a model in memory."""
        writer = cls.__new__(cls)
        writer._fuser, writer._guard = fuser, guard
        return writer

    def count_tokens(self, text: str) -> int:
        """Words that ``text`` will take when it has been shortened, about."""
        return math.ceil(_SHARE * count_words(text))

    def write(
        self, plans: Sequence[Plan], *, words: int, on_draft: OnDraft | None = None
    ) -> list[Writing]:
        """One writing a plan: a draft a group, as far as they fit into ``words``."""
        texts = [[read_of(group) for group in plan.groups] for plan in plans]
        flat = [own for groups in texts for own in groups]
        # The model and the rules for what may be left out know English only.
        asked = [own if is_english(own[0]) else [] for own in flat]
        beams = iter(self._fuser.fuse(asked, lengths=[LENGTH] * len(asked)))
        writings = []
        for place, (plan, groups) in enumerate(zip(plans, texts, strict=True)):
            writing = self._written(plan, [(own, next(beams)) for own in groups], words)
            writings.append(writing)
            if on_draft is not None:
                for draft in writing.drafts:
                    on_draft(place, draft)
        return writings

    def _written(
        self, plan: Plan, groups: Sequence[tuple[Sequence[str], Sequence[Hypothesis]]], words: int
    ) -> Writing:
        """First the most salient point, then always the one that adds most for its length."""
        names = lone_names(plan)
        points = {
            place: Point.of(group, texts, beam, names=names)
            for place, (group, (texts, beam)) in enumerate(zip(plan.groups, groups, strict=True))
        }
        leans = _leaning(plan)
        overlap = Overlap(plan.worth)
        told: dict[int, Point] = {}
        halves: dict[int, Point] = {}  # captions and half sentences
        charged: set[str | None] = {None}  # what is told of when old reports are
        left = words

        def value(place: int) -> tuple[float, int]:
            priority = plan.groups[place].priority
            early = 1 - _LATER * priority / len(plan.groups)
            return (early * points[place].value(overlap) if told else 0.0), -priority

        while ready := [
            place
            for place, point in points.items()
            if point.wordings and leans.get(place, place) in (place, *told)
        ]:
            place = max(ready, key=value)
            point = points[place]
            wording, dated = point.wordings[0], point.group.when in charged
            cost = wording.words(dated=dated)
            if cost > left or not self._may_be_told(wording, point, told.values()):
                del point.wordings[0]
                continue
            del points[place]
            if wording.hypothesis is None and wording.broken:
                halves[place] = point
                continue
            told[place] = point
            overlap.add(wording.grams)
            left -= cost
            if wording.text != wording.undated:
                charged.add(point.group.when)
            for other in points.values():  # what does not fit now will not fit later
                other.wordings = [w for w in other.wordings if w.words(dated=True) <= left]
        if halves and not told:
            place = min(halves, key=lambda place: plan.groups[place].priority)
            told[place] = halves.pop(place)
        drafts = []
        phrased: set[str | None] = set()
        for _, point in sorted(told.items()):
            drafts.append(point.draft(dated=point.group.when in phrased))
            phrased.add(point.group.when)
        quoted = sum(point.wordings[0].hypothesis is None for point in told.values())
        notices = _notices(quoted, len(drafts), len(halves))
        return Writing(drafts=tuple(drafts), quoted=quoted, notices=notices)

    def _may_be_told(self, wording: Wording, point: Point, told: Collection[Point]) -> bool:
        """Whether it is new, and true to what it was written from."""
        hypothesis = wording.hypothesis
        text = point.group.lead.text if hypothesis is None else hypothesis.text
        if any(repeats(text, other.wordings[0].undated) for other in told):
            return False
        return hypothesis is None or not self._guard(text, point.texts)


def _leaning(plan: Plan) -> dict[int, int]:
    """Groups that may have been chosen because of the one whose lead stands before theirs."""
    leads = {group.lead.id: place for place, group in enumerate(plan.groups)}
    found = {}
    for place, group in enumerate(plan.groups):
        before = leads.get((group.lead.doc_id, group.lead.index - 1))
        if before is not None and plan.groups[before].priority < group.priority:
            found[place] = before
    return found


def read_of(group: Group) -> list[str]:
    """What the model reads: the lead, then the others that do not say exactly the same."""
    texts: dict[str, str] = {}
    for sentence in (*group.sentences, *group.related):
        texts.setdefault(fold(sentence.text), collapse(sentence.text))
    return list(texts.values())


def _notices(quoted: int, told: int, halves: int) -> tuple[str, ...]:
    notices = []
    if quoted:
        verb = "is" if quoted == 1 else "are"
        notices.append(
            f"{quoted} of {told} sentences ({quoted / told:.0%}) {verb} quoted from the articles "
            "as they stand: no wording of the writer's own could be told."
        )
    if halves:
        points = "1 point was" if halves == 1 else f"{halves} points were"
        it = "it" if halves == 1 else "them"
        notices.append(f"{points} left out: the articles hold no whole sentence about {it}.")
    return tuple(notices)
