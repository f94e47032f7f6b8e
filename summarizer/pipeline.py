"""The summarizer: from documents to one briefing, a stage a line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from models import load_encoder, load_writer
from summarizer.cleaning import clean
from summarizer.config import Config
from summarizer.decoding import harmless
from summarizer.errors import ConfigError, InputError
from summarizer.reading import document_from_text
from summarizer.records import Briefing, Document, Sentence
from summarizer.redundancy import deduplicate
from summarizer.salience import RANKERS, rank
from summarizer.selection import headline, select
from summarizer.sentences import first_sentences, split
from summarizer.support import support
from summarizer.vectors import Vectors
from summarizer.words import collapse, count_words

MAX_SENTENCES = 6_000  # read of one cluster, so that no input takes hours

_TOO_MANY = "The documents hold {:,} sentences; the first of each, {:,} in all, were read."
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
        if self.config.ranker not in RANKERS:
            known = ", ".join(RANKERS)
            raise ConfigError(f"Unknown ranker {self.config.ranker!r}. Known: {known}.")
        encoder, writer = self.config.encoder, self.config.writer
        self._encoder = load_encoder(encoder) if isinstance(encoder, str) else encoder
        self._writer = load_writer(writer) if isinstance(writer, str) else writer

    def summarize(
        self,
        documents: Iterable[str | Document],
        *,
        cluster_id: str = "cluster",
        notices: Sequence[str] = (),
        progress: Callable[[str], None] | None = None,
    ) -> Briefing:
        """The briefing of ``documents``, texts or records, all about one event.

        ``notices`` come first among the briefing's own (what reading had to say);
        ``progress`` is called with the name of each stage as it begins. Raises
        InputError where there is nothing to summarize or an id occurs twice.
        """
        config, encoder, writer = self.config, self._encoder, self._writer
        stage = _Stages(progress)

        records, unread = _records(documents)
        with stage("cleaning"):
            cleaning = clean(records)
        with stage("splitting"):
            found = split(cleaning.documents)
            sentences = first_sentences(found, MAX_SENTENCES)
        if not sentences:
            raise InputError("The documents hold no sentence to summarize.")
        with stage("encoding"):
            vectors = Vectors(sentences, encoder.encode([collapse(s.text) for s in sentences]))
        with stage("redundancy"):
            deduplication = deduplicate(
                sentences,
                vectors,
                semantic=encoder.semantic,
                near_threshold=config.near_threshold,
                semantic_threshold=config.semantic_threshold,
            )
        with stage("salience"):
            ranking = rank(deduplication, cleaning.documents, vectors, ranker=config.ranker)
        with stage("selection"):
            plan = select(
                ranking,
                deduplication,
                cleaning.documents,
                vectors,
                limit=writer.max_input_tokens or config.words,
                cost=writer.count_tokens,
                lambda_=config.lambda_,
            )
        with stage("writing"):
            writing = writer.write(plan, words=config.words)
        check = partial(
            support,
            deduplication=deduplication,
            documents=cleaning.documents,
            vectors=vectors,
            encoder=encoder,
            words=config.words,
        )
        with stage("support"):
            supported = check(writing)
        fallback: tuple[str, ...] = ()
        if not supported.sentences:
            writer = load_writer("extractive")
            with stage("quoting"):
                quoted = check(writer.write(plan, words=config.words))
            shortest = min(count_words(sentence.text) for sentence in sentences)
            nothing = _NOTHING_FITS.format(config.words, shortest)
            fallback = (*supported.notices, _QUOTED if quoted.sentences else nothing)
            supported = quoted

        return Briefing(
            cluster_id=cluster_id,
            headline=headline(plan, cleaning.documents, vectors),
            sentences=supported.sentences,
            documents=cleaning.documents,
            deduplication=deduplication,
            ranking=ranking,
            dropped=cleaning.dropped,
            writer=writer.name,
            notices=(
                *notices,
                *unread,
                *cleaning.notices,
                *_left_unread(found, sentences),
                *encoder.notices,
                *self._writer.notices,
                *writing.notices,
                *fallback,
                *supported.notices,
            ),
            timings=stage.seconds,
        )


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

    def __init__(self, progress: Callable[[str], None] | None) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        if self._progress:
            self._progress(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
