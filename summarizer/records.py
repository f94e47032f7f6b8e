"""The frozen records that flow through the pipeline.

Every stage takes records and returns new ones; nothing here imports another
module of the project. A sentence's identity is ``(doc_id, index)``, never its
text: the same sentence occurs in many documents.

Offsets count Unicode code points into ``Document.text`` exactly as it was read,
so ``document.text[sentence.start:sentence.end] == sentence.text`` holds from
reading to rendering. Such a slice may hold line breaks (a hard-wrapped
paragraph); text meant for a reader has its white space collapsed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

DuplicateKind = Literal["exact", "near", "semantic"]
DifferenceKind = Literal["number", "date", "name", "negation"]


class Span(NamedTuple):
    """Half-open range ``[start, end)`` of code points in a document's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One article.

    ``text`` is never rewritten after reading. ``body`` names the parts of it
    that are the article proper, one span a paragraph, in order; ``None`` means
    that nobody has looked yet (cleaning fills it in).
    """

    doc_id: str
    text: str
    title: str | None = None
    source: str | None = None
    published: dt.date | None = None
    body: tuple[Span, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The documents of one event; ``references`` are human summaries, if any."""

    cluster_id: str
    documents: tuple[Document, ...]
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A part of a document that is not the article, and why it was set aside."""

    doc_id: str
    start: int
    end: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    """What cleaning returns: documents with ``body`` set, and what it dropped."""

    documents: tuple[Document, ...]
    dropped: tuple[Dropped, ...] = ()
    notices: tuple[str, ...] = ()


SentenceId = tuple[str, int]  # what identifies a sentence: (doc_id, index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence in its document: ``document.text[start:end] == text``."""

    doc_id: str
    index: int
    start: int
    end: int
    text: str

    @property
    def id(self) -> SentenceId:
        """What the sentence is looked up by."""
        return (self.doc_id, self.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """``sentence`` was dropped because ``kept`` says it; similarity is in [0, 1]."""

    sentence: Sentence
    kept: Sentence
    similarity: float
    kind: DuplicateKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two sentences alike enough to merge that differ in a fact, so both stay.

    ``first_values`` are the facts only ``first`` states, ``second_values`` those
    only ``second`` states; one of them may be empty.
    """

    first: Sentence
    second: Sentence
    similarity: float
    kind: DifferenceKind
    first_values: tuple[str, ...]
    second_values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Deduplication:
    """Distinct sentences in input order; kept and dropped partition the input."""

    kept: tuple[Sentence, ...]
    dropped: tuple[Duplicate, ...] = ()
    differences: tuple[Difference, ...] = ()

    @cached_property
    def duplicates(self) -> Mapping[SentenceId, tuple[Sentence, ...]]:
        """The dropped sentences behind each kept one that has any."""
        groups: dict[SentenceId, list[Sentence]] = {}
        for duplicate in self.dropped:
            groups.setdefault(duplicate.kept.id, []).append(duplicate.sentence)
        return {key: tuple(group) for key, group in groups.items()}

    def corroboration(self, sentence: Sentence) -> int:
        """How many documents say what this kept sentence says; at least 1."""
        others = self.duplicates.get(sentence.id, ())
        return len({sentence.doc_id, *(other.doc_id for other in others)})


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedSentence:
    """A distinct sentence, its salience in [0, 1], and how many documents say it."""

    sentence: Sentence
    salience: float
    corroboration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One point of the briefing: the sentence that says it best, then the others.

    ``related`` are sentences of other documents that add a detail to it; a writer may use
    them, and must then cite them.
    ``when`` is set where the reader must be told that a report is old ("In
    January 2024"); of the groups that have the same, a writer says it of the first it tells.
    ``priority`` is 0 for the point that was chosen first: a writer that cannot tell all
    leaves out those with the highest.
    """

    sentences: tuple[Sentence, ...]
    related: tuple[Sentence, ...] = ()
    when: str | None = None
    priority: int = 0

    @property
    def lead(self) -> Sentence:
        """The sentence that says the point best."""
        return self.sentences[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Groups in reading order that fit the budget; ``left_out`` counts the rest.

    ``worth`` tells a writer that chooses among them what each first, second, ... copy of a
    stem, or of two neighbouring ones with a space between, adds to what the briefing is
    expected to share with a human summary; empty where nothing is known of that.
    """

    groups: tuple[Group, ...]
    left_out: int = 0
    worth: Mapping[str, tuple[float, ...]] = field(default_factory=dict, repr=False, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A sentence as a writer wrote it.

    ``sources`` are the sentences it was written from; empty where the writer
    wrote the whole briefing at once, and the support stage must find them.
    """

    text: str
    sources: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What a writer returns: draft sentences in order, and what it must declare.

    ``quoted`` counts the drafts that stand as in the articles because nothing that was
    written in their place checks out.
    """

    drafts: tuple[Draft, ...]
    quoted: int = 0
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The span of a document that backs a briefing sentence."""

    doc_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingSentence:
    """A sentence of the briefing with its sources.

    ``checks`` says, one phrase each, what does not quite check out against the sources
    ("some of its words are in none of its sources"); it is empty for a sound sentence.
    What they do not bear out at all is left out of the briefing.
    """

    text: str
    citations: tuple[Citation, ...]
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Briefing:
    """The result: one briefing on one event, and how it came about.

    ``timings`` maps stage to seconds; ``documents`` are as cleaned, in input order,
    and a citation's mark ``[n]`` is the document's place there, from 1.
    """

    cluster_id: str
    headline: str
    sentences: tuple[BriefingSentence, ...]
    documents: tuple[Document, ...]
    deduplication: Deduplication
    ranking: tuple[RankedSentence, ...]
    dropped: tuple[Dropped, ...]
    writer: str
    notices: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The briefing as plain prose, without headline and marks."""
        return " ".join(sentence.text for sentence in self.sentences)
