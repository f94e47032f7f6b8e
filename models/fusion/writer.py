"""The embedded writer: each group of the plan becomes one sentence, checked before it leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Protocol

from models.extractive import lone_names, said
from models.fusion.fuser import Fuser, Hypothesis
from summarizer.records import Draft, Group, Plan, Sentence, Writing
from summarizer.wholeness import is_english
from summarizer.words import collapse, count_words, fold, stems

CHECKPOINT = Path(__file__).parent / "checkpoint"
LENGTHS = (2, 1)  # asked for, in this order; places in ``data.LENGTHS``
_SAME = 0.6  # of a sentence's content that one which merely repeats it has in common

OnDraft = Callable[[int, Draft], None]


class Guard(Protocol):
    """Why a sentence must not be told, a phrase each; empty where it may."""

    def __call__(self, written: str, sources: Sequence[str]) -> Sequence[str]:
        """``sources`` are the sentences it was written from, the main one first."""
        ...


class FusionWriter:
    """Fuses, compresses and cleans each group's sentences with the model of this folder.

    All groups of all plans are decoded in one go. Of the beam's hypotheses the first one
    that the ``guard`` lets pass and that repeats no earlier sentence is told; where none
    passes, the group's lead stands as in the article, and a notice gives the share.
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
        """Words of ``text``: a group is written at the length of its lead or shorter."""
        return count_words(text)

    def write(
        self, plans: Sequence[Plan], *, words: int, on_draft: OnDraft | None = None
    ) -> list[Writing]:
        """One writing a plan: a draft a group, until the next no longer fits into ``words``."""
        texts = [[_texts(group) for group in plan.groups] for plan in plans]
        passed = iter(self._passed([group for groups in texts for group in groups]))
        return [
            self._written(
                place, plan, [(own, next(passed)) for own in groups], words=words, on_draft=on_draft
            )
            for place, (plan, groups) in enumerate(zip(plans, texts, strict=True))
        ]

    def _passed(self, groups: Sequence[Sequence[str]]) -> list[Iterator[Hypothesis]]:
        """For each group the hypotheses that may be told, best first, checked as they are taken.

        The next length is asked for only where none of the length before may be told.
        """
        passed: list[Iterator[Hypothesis]] = [iter(()) for _ in groups]
        open_ = [place for place, texts in enumerate(groups) if is_english(texts[0])]
        for length in LENGTHS:
            if not open_:
                break
            asked = [groups[place] for place in open_]
            beams = self._fuser.fuse(asked, lengths=[length] * len(asked))
            for place, beam in zip(open_.copy(), beams, strict=True):
                allowed = self._allowed(beam, groups[place])
                first = next(allowed, None)
                if first is not None:
                    passed[place] = chain([first], allowed)
                    open_.remove(place)
        return passed

    def _allowed(self, beam: Sequence[Hypothesis], texts: Sequence[str]) -> Iterator[Hypothesis]:
        for hypothesis in beam:
            if not self._guard(hypothesis.text, texts):
                yield hypothesis

    def _written(
        self,
        place: int,
        plan: Plan,
        groups: Sequence[tuple[Sequence[str], Iterator[Hypothesis]]],
        *,
        words: int,
        on_draft: OnDraft | None,
    ) -> Writing:
        names = lone_names(plan)
        before = [None, *(group.lead for group in plan.groups)][: len(plan.groups)]
        drafts: list[Draft] = []
        quoted = skipped = 0
        left = words
        for group, previous, (texts, passed) in zip(plan.groups, before, groups, strict=True):
            found = _told(group, texts, passed, drafts, names)
            draft = found or Draft(text=said(group, previous, names=names), sources=group.sentences)
            cost = count_words(draft.text)
            if not draft.text or cost > left:
                skipped += bool(draft.text)
                continue
            quoted += found is None
            left -= cost
            drafts.append(draft)
            if on_draft is not None:
                on_draft(place, draft)
        notices = _notices(quoted, len(drafts), skipped, words)
        return Writing(drafts=tuple(drafts), quoted=quoted, notices=notices)


def _told(
    group: Group,
    texts: Sequence[str],
    passed: Iterator[Hypothesis],
    drafts: Sequence[Draft],
    names: frozenset[str],
) -> Draft | None:
    """The first hypothesis that repeats no earlier sentence; None where there is none."""
    for hypothesis in passed:
        if any(_repeats(hypothesis.text, draft.text) for draft in drafts):
            continue
        lead = replace(group.lead, text=hypothesis.text)
        text = said(replace(group, sentences=(lead,)), None, names=names)
        if text:
            return Draft(text=text, sources=_backing(group, hypothesis, texts))
    return None


def _texts(group: Group) -> list[str]:
    """What the model reads: the lead, then the others that do not say exactly the same."""
    texts: dict[str, str] = {}
    for sentence in group.sentences:
        texts.setdefault(fold(sentence.text), collapse(sentence.text))
    return list(texts.values())


def _backing(group: Group, hypothesis: Hypothesis, texts: Sequence[str]) -> tuple[Sentence, ...]:
    """The sentences that the hypothesis copied from, and those that say the same as it."""
    copied = {fold(texts[place]) for place in hypothesis.used}
    told = stems(hypothesis.text)
    return tuple(
        sentence
        for sentence in group.sentences
        if fold(sentence.text) in copied
        or len(told & stems(sentence.text)) >= _SAME * max(len(told), 1)
    )


def _repeats(text: str, earlier: str) -> bool:
    new = stems(text)
    return len(new & stems(earlier)) >= 0.85 * max(len(new), 1)


def _notices(quoted: int, told: int, skipped: int, words: int) -> tuple[str, ...]:
    notices = []
    if quoted:
        verb, whose = ("is", "its") if quoted == 1 else ("are", "their")
        notices.append(
            f"{quoted} of {told} sentences ({quoted / told:.0%}) {verb} quoted from the articles: "
            f"nothing that was written in {whose} place checks out."
        )
    if skipped:
        points = "1 point" if skipped == 1 else f"{skipped} points"
        notices.append(f"{points} of the plan did not fit into {words} words.")
    return tuple(notices)
