"""The points of a plan, the wordings in which each may be told, and what telling it adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from models.extractive import said
from models.fusion.fuser import Hypothesis
from summarizer.records import Draft, Group, Sentence
from summarizer.wholeness import broken
from summarizer.words import all_stems, count_words, fold, stems

_NEAR = 1.0  # nats a word piece that what is told may be less likely than the likeliest
_SAME = 0.6  # of a sentence's content that one which merely repeats it has in common
_REPEATED = 0.85  # of its content that an earlier one has: it says nothing new
_SCALING = 0.9  # of the cost in words, as in ``rankers.coverage``
# What sentences count for that could not be shortened, that are not whole, and that are of
# an old report: plans rank those low, and a reader wants what is new.
_COPIED, _BROKEN, _OLD = 0.6, 0.5, 0.4


class Overlap:
    """What a briefing is expected to share with a human summary, as it grows.

    ``worth`` is a plan's. Where that is empty nothing adds anything.
    """

    def __init__(self, worth: Mapping[str, tuple[float, ...]]) -> None:
        self._worth = worth
        self._told: Counter[str] = Counter()

    def gain(self, grams: Mapping[str, int]) -> float:
        """What a sentence with these ``grams_of`` would add."""
        return sum(
            sum(self._worth.get(gram, ())[self._told[gram] :][:count])
            for gram, count in grams.items()
        )

    def add(self, grams: Mapping[str, int]) -> None:
        """Count a sentence with these ``grams_of`` as told."""
        self._told.update(grams)


def grams_of(text: str) -> Counter[str]:
    """How often a text has each stem and each pair of neighbours, as in ``Plan.worth``."""
    own = all_stems(text)
    return Counter([*own, *(" ".join(pair) for pair in pairwise(own))])


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A sentence that would tell a point.

    ``text`` says of when an old report is, ``undated`` does not, and ``grams`` are the
    latter's. ``hypothesis`` is the model's of which it is made, None where the group's lead
    stands; ``copied`` where it is a sentence of the group as it stands; such a one may be
    ``broken``, a caption or half a sentence.
    """

    text: str
    undated: str
    hypothesis: Hypothesis | None
    copied: bool
    broken: bool
    grams: Mapping[str, int]

    def words(self, *, dated: bool) -> int:
        """Its length; ``dated`` says that of when the report is has been told."""
        return count_words(self.undated if dated else self.text)


@dataclass(slots=True, kw_only=True)
class Point:
    """A group of the plan and the ``wordings`` left to try, the best first.

    ``texts`` are the group's sentences as the model read them.
    """

    group: Group
    texts: Sequence[str]
    wordings: list[Wording]

    @classmethod
    def of(
        cls,
        group: Group,
        texts: Sequence[str],
        beam: Sequence[Hypothesis],
        *,
        names: frozenset[str],
    ) -> Point:
        """With all wordings that may be tried; ``names`` as ``models.extractive.said`` takes them.

        Of the beam's hypotheses within ``_NEAR`` of the likeliest, those that shorten or join
        come first, and of them the one that keeps most content; then copies; then the lead.
        """
        copies = {fold(text) for text in texts}
        best = beam[0].score if beam else 0.0
        likely = [h for h in beam if h.score >= best - _NEAR]
        likely.sort(key=lambda h: (fold(h.text) in copies, -len(stems(h.text)), -h.score))
        wordings = []
        for hypothesis in (*likely, None):
            copied = hypothesis is None or fold(hypothesis.text) in copies
            wording = _wording(group, hypothesis, copied=copied, names=names)
            if wording.text:
                wordings.append(wording)
        return cls(group=group, texts=texts, wordings=wordings)

    def value(self, overlap: Overlap) -> float:
        """What its best wording adds for its length, less if it is copied or of an old report."""
        wording = self.wordings[0]
        gain: float = overlap.gain(wording.grams) / wording.words(dated=True) ** _SCALING
        share = _COPIED if wording.copied else 1.0
        share *= _BROKEN if wording.broken else 1.0
        share *= _OLD if self.group.when else 1.0
        return round(gain * share, 9)

    def draft(self, *, dated: bool) -> Draft:
        """The best wording with the sentences that it was copied from or that say the same."""
        wording = self.wordings[0]
        text = wording.undated if dated else wording.text
        if wording.hypothesis is None:
            return Draft(text=text, sources=self.group.sentences)
        return Draft(text=text, sources=self._backing(wording.hypothesis))

    def _backing(self, hypothesis: Hypothesis) -> tuple[Sentence, ...]:
        copied = {fold(self.texts[place]) for place in hypothesis.used}
        told = stems(hypothesis.text)
        return tuple(
            sentence
            for sentence in (*self.group.sentences, *self.group.related)
            if fold(sentence.text) in copied
            or (
                sentence in self.group.sentences
                and len(told & stems(sentence.text)) >= _SAME * max(len(told), 1)
            )
        )


def _wording(
    group: Group, hypothesis: Hypothesis | None, *, copied: bool, names: frozenset[str]
) -> Wording:
    if hypothesis is not None:
        group = replace(group, sentences=(replace(group.lead, text=hypothesis.text),))
    text = said(group, None, names=names)
    undated = said(replace(group, when=None), None, names=names) if group.when else text
    # Capitals are not asked for.
    half = copied and broken(undated[:1].upper() + undated[1:]) is not None
    return Wording(
        text=text,
        undated=undated,
        hypothesis=hypothesis,
        copied=copied,
        broken=half,
        grams=grams_of(undated),
    )


def repeats(text: str, earlier: str) -> bool:
    """Whether nearly all content of ``text`` is in ``earlier``."""
    new = stems(text)
    return len(new & stems(earlier)) >= _REPEATED * max(len(new), 1)
