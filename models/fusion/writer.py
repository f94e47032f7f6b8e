"""The embedded writer: each group of the plan becomes one sentence, checked before it leaves."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from models.extractive import lone_names, said
from models.fusion.fuser import Fuser, Hypothesis
from summarizer.records import Draft, Group, Plan, Sentence, Writing
from summarizer.wholeness import broken, is_english
from summarizer.words import collapse, count_words, fold, stems

CHECKPOINT = Path(__file__).parent / "checkpoint"
LENGTH = 2  # asked for; a place in ``data.LENGTHS``
_SHARE = 0.7  # of its words that a plan counts for a sentence, since it will be shortened
_NEAR = 1.0  # nats a word piece that what is told may be less likely than the likeliest
_SAME = 0.6  # of a sentence's content that one which merely repeats it has in common

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
    plan holds more than fits if nothing were shortened; what was chosen last is then left
    out.
    Never more than the words asked for. Raises ModelError where ``folder`` holds no
    checkpoint.
    """

    name = "embedded"
    max_input_tokens: int | None = None
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
        texts = [[_texts(group) for group in plan.groups] for plan in plans]
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
        names = lone_names(plan)
        leads = {group.lead.id: place for place, group in enumerate(plan.groups)}
        told: dict[int, Draft] = {}
        halves: dict[int, Draft] = {}  # captions and half sentences
        quoted: set[int] = set()
        left = words
        for place in sorted(range(len(groups)), key=lambda place: plan.groups[place].priority):
            group, (texts, beam) = plan.groups[place], groups[place]
            before = leads.get((group.lead.doc_id, group.lead.index - 1))
            earlier = before is not None and plan.groups[before].priority < group.priority
            if earlier and before not in told:
                continue  # it may have been chosen because of what is not told now
            draft = self._draft(group, texts, beam, told.values(), names, left)
            if draft is None:
                draft = Draft(text=said(group, None, names=names), sources=group.sentences)
                quoted.add(place)
            cost = count_words(draft.text)
            if not draft.text or cost > left:
                continue
            if place in quoted and broken(draft.text[:1].upper() + draft.text[1:]):
                halves[place] = draft
                continue
            told[place] = draft
            left -= cost
        if halves and not told:
            place = next(iter(halves))
            told[place] = halves[place]
        drafts = tuple(draft for _, draft in sorted(told.items(), key=lambda item: item[0]))
        count = len(quoted & told.keys())
        notices = _notices(count, len(drafts), len(halves.keys() - told.keys()))
        return Writing(drafts=drafts, quoted=count, notices=notices)

    def _draft(
        self,
        group: Group,
        texts: Sequence[str],
        beam: Sequence[Hypothesis],
        told: Collection[Draft],
        names: frozenset[str],
        left: int,
    ) -> Draft | None:
        """The best hypothesis that may be told in ``left`` words; None where there is none."""
        best = beam[0].score if beam else 0.0
        for hypothesis in sorted(beam, key=partial(_preference, best, texts)):
            if any(_repeats(hypothesis.text, draft.text) for draft in told):
                continue
            if self._guard(hypothesis.text, texts):
                continue
            lead = replace(group.lead, text=hypothesis.text)
            text = said(replace(group, sentences=(lead,)), None, names=names)
            if text and count_words(text) <= left:
                return Draft(text=text, sources=_backing(group, hypothesis, texts))
        return None


def _preference(
    best: float, texts: Sequence[str], hypothesis: Hypothesis
) -> tuple[bool, bool, int, float]:
    """First what is shortened, and of that what keeps most, as far as it is likely."""
    verbatim = any(fold(hypothesis.text) == fold(text) for text in texts)
    content = len(stems(hypothesis.text))
    return hypothesis.score < best - _NEAR, verbatim, -content, -hypothesis.score


def _texts(group: Group) -> list[str]:
    """What the model reads: the lead, then the others that do not say exactly the same."""
    texts: dict[str, str] = {}
    for sentence in (*group.sentences, *group.related):
        texts.setdefault(fold(sentence.text), collapse(sentence.text))
    return list(texts.values())


def _backing(group: Group, hypothesis: Hypothesis, texts: Sequence[str]) -> tuple[Sentence, ...]:
    """The sentences that the hypothesis copied from, and those that say the same as it."""
    copied = {fold(texts[place]) for place in hypothesis.used}
    told = stems(hypothesis.text)
    return tuple(
        sentence
        for sentence in (*group.sentences, *group.related)
        if fold(sentence.text) in copied
        or (
            sentence in group.sentences
            and len(told & stems(sentence.text)) >= _SAME * max(len(told), 1)
        )
    )


def _repeats(text: str, earlier: str) -> bool:
    new = stems(text)
    return len(new & stems(earlier)) >= 0.85 * max(len(new), 1)


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
