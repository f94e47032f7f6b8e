"""The summarizer: from documents to one briefing, a stage a line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from models import load_encoder, load_salience, load_words, load_writer
from summarizer.cleaning import clean
from summarizer.config import Config
from summarizer.decoding import harmless
from summarizer.errors import ConfigError, InputError, ModelError, SummarizerError
from summarizer.protocols import Encoder
from summarizer.reading import document_from_text
from summarizer.records import (
    Briefing,
    Cleaning,
    Cluster,
    Deduplication,
    Document,
    Plan,
    RankedSentence,
    Sentence,
    Writing,
)
from summarizer.redundancy import deduplicate
from summarizer.relevance import strays
from summarizer.salience import RANKERS, Expectation, Ranker, expectation_of, learned, rank
from summarizer.selection import headline, select
from summarizer.sentences import split
from summarizer.shortlist import shortlist
from summarizer.support import support
from summarizer.vectors import Vectors
from summarizer.words import collapse, count_words

MAX_SENTENCES = 1_000  # different ones read closely of one cluster, by what encoding takes

RANKER_NAMES = ("learned", *RANKERS)

_TOO_MANY = (
    "The documents hold {:,} sentences. Only {:,} of them were read closely: those that open "
    "the documents, and those whose words cover most of what they talk about."
)
_BY_SALIENCE = "The writer chose by salience, not by what summaries are likely to hold: {}"
_QUOTED = "Nothing that was written checks out; these are sentences of the articles instead."
_NOTHING_FITS = "No sentence of the articles fits into {} words; the shortest has {}."


class Summarizer:
    """Turns the documents of one event into one briefing.

    Built once (it loads the models), used many times, from several threads.
    Takes a ``Config``, or its settings by name; see there for the defaults.
    Raises ConfigError for a bad setting, ModelError where a model cannot be loaded.

    >>> Summarizer(writer="extractive", words=100).summarize(texts).text  # doctest: +SKIP
    """

    def __init__(self, config: Config | None = None, **settings: Any) -> None:
        if config is not None and settings:
            raise ConfigError("Give a Config or settings by name, not both.")
        self.config = config or Config.from_mapping(settings)
        encoder, writer = self.config.encoder, self.config.writer
        self._encoder = load_encoder(encoder) if isinstance(encoder, str) else encoder
        self._writer = load_writer(writer) if isinstance(writer, str) else writer
        self._ranker = load_ranker(self.config.ranker, self._encoder)
        # A writer from outside may not know of it.
        weighs = getattr(self._writer, "weighs", False)
        self._expectation, self._notices = load_expectation(self._encoder) if weighs else (None, ())

    def summarize(
        self,
        documents: Iterable[str | Document],
        *,
        cluster_id: str = "cluster",
        notices: Sequence[str] = (),
        progress: Callable[[str], None] | None = None,
        on_draft: Callable[[str], None] | None = None,
    ) -> Briefing:
        """The briefing of ``documents``, texts or records, all about one event.

        ``notices`` come first among the briefing's own (what reading had to say);
        ``progress`` is called with the name of each stage as it begins, ``on_draft``
        with each sentence as it is written, before it is checked. Raises InputError
        where there is nothing to summarize or an id occurs twice.
        """
        stage = _Stages(progress)
        material = self._prepare(documents, cluster_id, notices, stage)
        with stage("writing"):
            told = (lambda _, draft: on_draft(draft.text)) if on_draft else None
            (writing,) = self._writer.write([material.plan], words=self.config.words, on_draft=told)
        return self._finish(material, writing, stage)

    def summarize_many(self, clusters: Iterable[Cluster]) -> list[Briefing | SummarizerError]:
        """The briefing of each cluster, or why there is none, in the order given.

        The writer is given all plans at once; the seconds it takes are shared out
        equally. Raises ModelError where the writer fails, whoever's the fault.
        """
        prepared: list[tuple[_Material, _Stages] | SummarizerError] = []
        for cluster in clusters:
            stage = _Stages()
            try:
                material = self._prepare(cluster.documents, cluster.cluster_id, (), stage)
                prepared.append((material, stage))
            except SummarizerError as error:
                prepared.append(error)
        ready = [entry for entry in prepared if not isinstance(entry, SummarizerError)]
        start = time.perf_counter()
        plans = [material.plan for material, _ in ready]
        writings = iter(self._writer.write(plans, words=self.config.words) if plans else [])
        share = (time.perf_counter() - start) / max(1, len(plans))
        results: list[Briefing | SummarizerError] = []
        for entry in prepared:
            if isinstance(entry, SummarizerError):
                results.append(entry)
                continue
            material, stage = entry
            stage.seconds["writing"] = share
            results.append(self._finish(material, next(writings), stage))
        return results

    def _prepare(
        self,
        documents: Iterable[str | Document],
        cluster_id: str,
        notices: Sequence[str],
        stage: _Stages,
    ) -> _Material:
        """From documents to a plan."""
        config, encoder, writer = self.config, self._encoder, self._writer
        records, unread = _records(documents)
        with stage("cleaning"):
            cleaning = clean(records)
        with stage("splitting"):
            found = split(cleaning.documents)
            sentences = shortlist(found, limit=MAX_SENTENCES)
        if not sentences:
            raise InputError("The documents hold no sentence to summarize.")
        with stage("encoding"):
            vectors = Vectors(sentences, encoder.encode([collapse(s.text) for s in sentences]))
        with stage("relevance"):
            aside = strays(cleaning.documents, sentences, vectors, semantic=encoder.semantic)
            gone = {stray.doc_id for stray in aside}
            reports = tuple(d for d in cleaning.documents if d.doc_id not in gone)
            used = tuple(s for s in sentences if s.doc_id not in gone)
        with stage("redundancy"):
            deduplication = deduplicate(
                used,
                vectors,
                semantic=encoder.semantic,
                near_threshold=config.near_threshold,
                semantic_threshold=config.semantic_threshold,
            )
        with stage("salience"):
            salience = rank(
                deduplication,
                reports,
                vectors,
                ranker=self._ranker,
                expectation=self._expectation,
                limit=writer.max_input_tokens or config.words,
                cost=writer.count_tokens,
            )
        with stage("selection"):
            plan = select(
                salience.ranking,
                deduplication,
                reports,
                vectors,
                limit=writer.max_input_tokens or config.words,
                cost=writer.count_tokens,
                lambda_=config.lambda_,
                semantic=encoder.semantic,
            )
            plan = replace(plan, worth=salience.worth)
        return _Material(
            cluster_id=cluster_id,
            cleaning=cleaning,
            reports=reports,
            vectors=vectors,
            deduplication=deduplication,
            ranking=salience.ranking,
            plan=plan,
            notices=(
                *notices,
                *unread,
                *cleaning.notices,
                *_left_unread(found, sentences),
                *(stray.notice for stray in aside),
                *encoder.notices,
                *self._notices,
                *salience.notices,
            ),
        )

    def _finish(self, material: _Material, writing: Writing, stage: _Stages) -> Briefing:
        """From what was written to a briefing in which every sentence checks out."""
        reports, words, writer = material.reports, self.config.words, self._writer
        check = partial(
            support,
            deduplication=material.deduplication,
            documents=reports,
            vectors=material.vectors,
            encoder=self._encoder,
            words=words,
        )
        with stage("support"):
            supported = check(writing)
        fallback: tuple[str, ...] = ()
        if not supported.sentences:
            writer = load_writer("extractive")
            with stage("quoting"):
                quoted = check(writer.write([material.plan], words=words)[0])
            shortest = min(count_words(s.text) for s in material.deduplication.kept)
            nothing = _NOTHING_FITS.format(words, shortest)
            fallback = (*supported.notices, _QUOTED if quoted.sentences else nothing)
            supported = quoted
        return Briefing(
            cluster_id=material.cluster_id,
            headline=headline(material.plan, reports, material.vectors),
            sentences=supported.sentences,
            documents=material.cleaning.documents,
            deduplication=material.deduplication,
            ranking=material.ranking,
            dropped=material.cleaning.dropped,
            writer=writer.name,
            notices=(
                *material.notices,
                *self._writer.notices,
                *writing.notices,
                *fallback,
                *supported.notices,
            ),
            timings=stage.seconds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Material:
    """What the stages before writing made of the documents of one cluster."""

    cluster_id: str
    cleaning: Cleaning
    reports: tuple[Document, ...]  # less those set aside
    vectors: Vectors
    deduplication: Deduplication
    ranking: tuple[RankedSentence, ...]
    plan: Plan
    notices: tuple[str, ...]


def load_ranker(name: str, encoder: Encoder) -> Ranker:
    """The ranker called ``name``.

    Raises ConfigError for an unknown one, and for "learned" with an encoder whose
    vectors it does not know.
    """
    if name in RANKERS:
        return RANKERS[name]
    if name != "learned":
        raise ConfigError(f"Unknown ranker {name!r}. Known: {', '.join(RANKER_NAMES)}.")
    model = load_salience()
    if encoder.name != model.encoder:
        raise ConfigError(
            f"The ranker 'learned' knows the vectors of the encoder {model.encoder!r}, "
            f"not those of {encoder.name!r}; choose that encoder or another ranker."
        )
    return learned(model, load_words())


def load_expectation(encoder: Encoder) -> tuple[Expectation | None, tuple[str, ...]]:
    """What was learned of summaries; None and a notice where it cannot be used."""
    try:
        model, words = load_salience(), load_words()
    except ModelError as error:
        return None, (_BY_SALIENCE.format(error),)
    if encoder.name != model.encoder:
        reason = f"what was learned of that knows no vectors of the encoder {encoder.name!r}."
        return None, (_BY_SALIENCE.format(reason),)
    return expectation_of(model, words), ()


def _left_unread(found: Sequence[Sentence], read: Sequence[Sentence]) -> tuple[str, ...]:
    return () if len(found) == len(read) else (_TOO_MANY.format(len(found), len(read)),)


def _records(documents: Iterable[str | Document]) -> tuple[list[Document], list[str]]:
    """Texts become documents called "1", "2", ...; a notice for each that holds nothing.

    Raises InputError where nothing is left or two documents have one id.
    """
    if isinstance(documents, str):
        raise InputError("Give a list of articles, not one text.")
    records: dict[str, Document] = {}
    notices: list[str] = []
    for number, document in enumerate(documents, start=1):
        if isinstance(document, str):
            try:
                document = document_from_text(document, doc_id=str(number))
            except InputError as error:
                notices.append(f"Document {number} {error}")
                continue
        elif not isinstance(document, Document):
            raise InputError(f"Document {number} is neither a text nor a Document: {document!r}.")
        elif document.text != harmless(document.text):
            raise InputError(
                f"The text of document {document.doc_id!r} holds characters that are no text, "
                "such as lone surrogates; make it with `document_from_text`."
            )
        if document.doc_id in records:
            raise InputError(f"Two documents have the id {document.doc_id!r}; ids must differ.")
        records[document.doc_id] = document
    if not records:
        raise InputError(" ".join(["There is no document to summarize.", *notices]))
    return list(records.values()), notices


class _Stages:
    """Times the stages and tells ``progress`` as each begins."""

    def __init__(self, progress: Callable[[str], None] | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        if self._progress:
            self._progress(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
