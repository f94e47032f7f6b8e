"""The desk: one set of models for everybody, jobs that can be stopped, and their limits."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from summarizer.config import Config
from summarizer.errors import ConfigError, InputError, ModelError, SummarizerError
from summarizer.records import Briefing, Document
from summarizer.web.settings import WebSettings

if TYPE_CHECKING:
    from summarizer.protocols import Encoder, Writer

_LOG = logging.getLogger(__name__)
FAILED = "Something went wrong on our side and was logged. Try again; if it stays, report it."


class StoppedError(SummarizerError):
    """Whoever asked for the briefing has stopped it."""


class OvertimeError(SummarizerError):
    """The briefing took longer than a job may."""


class BusyError(SummarizerError):
    """All places at work and in the queue are taken."""


class WriterChoice(NamedTuple):
    """A writer as the page offers it; ``missing`` says what to install, None if it is there."""

    name: str
    label: str
    missing: str | None = None


class Job:
    """One briefing in the making.

    ``stages`` yields the name of each stage as it begins, and ends when the briefing is
    done, failed, stopped or overdue; ``result`` then returns it or raises why not.
    Stopping is felt at once by whoever waits, and by the work at its next stage.
    """

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._seconds = seconds
        self._news: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._overdue = False
        self._ended = False
        self._future: Future[Briefing] | None = None

    def stop(self) -> None:
        """Give the briefing up."""
        self._stopped.set()
        if self._future is not None:
            self._future.cancel()
        self._news.put(None)

    def stages(self) -> Iterator[str]:
        """Each stage as it begins, until there is nothing more to wait for."""
        while not self._ended:
            try:
                stage = self._news.get(timeout=max(0.0, self._deadline - time.monotonic()))
            except queue.Empty:
                self._overdue = True
                self.stop()
                stage = None
            if stage is None:
                self._ended = True
            else:
                yield stage

    def result(self) -> Briefing:
        """The briefing. Raises a SummarizerError whose message is meant for the user."""
        for _ in self.stages():
            pass
        if self._overdue:
            raise OvertimeError(
                f"The briefing was given up after {self._seconds:.0f} seconds. "
                "Give fewer or shorter articles."
            )
        if self._stopped.is_set():
            raise StoppedError("Stopped.")
        assert self._future is not None
        try:
            return self._future.result()
        except SummarizerError:
            raise
        except Exception as error:
            _LOG.exception("A briefing failed.")
            raise SummarizerError(FAILED) from error

    def progress(self, stage: str) -> None:
        """What the pipeline calls at each stage; raises where the job is to end."""
        if self._stopped.is_set() or time.monotonic() > self._deadline:
            raise StoppedError("Stopped.")
        self._news.put(stage)

    def follow(self, future: Future[Briefing]) -> None:
        """Take the briefing from ``future``, and hear of its end."""
        self._future = future
        future.add_done_callback(lambda _: self._news.put(None))


class Desk:
    """Makes briefings for many visitors with one encoder and one writer of each name.

    ``encoder`` and ``writers`` are loaded when first needed, unless they are given.
    """

    def __init__(
        self,
        settings: WebSettings,
        *,
        encoder: Encoder | None = None,
        writers: Mapping[str, Writer] | None = None,
    ) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._encoder = encoder
        self._writers = dict(writers or {})
        self._pool = ThreadPoolExecutor(settings.jobs, thread_name_prefix="briefing")
        self._open = threading.BoundedSemaphore(settings.jobs + settings.queue)

    @property
    def ready(self) -> bool:
        """Whether the models of the default settings are loaded."""
        return self._encoder is not None and self.settings.writers[0] in self._writers

    def warm_up(self) -> None:
        """Load what the default settings need, so that no visitor waits for it."""
        try:
            self._models(self.settings.writers[0])
        except SummarizerError as error:
            _LOG.warning("Not ready: %s", error)

    def close(self) -> None:
        """Take no more jobs."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def writers(self) -> list[WriterChoice]:
        """The writers on offer, those that lack something included."""
        return [writer_choice(name) for name in self.settings.writers]

    def check(self, documents: Sequence[Document]) -> None:
        """Raise InputError where the articles are none, too many or too long."""
        limits = self.settings
        if not documents:
            raise InputError("There is no article yet. Add two or more about one event.")
        if len(documents) > limits.max_articles:
            raise InputError(
                f"These are {len(documents)} articles; at most {limits.max_articles} are taken. "
                "Remove some."
            )
        length = sum(len(document.text) for document in documents)
        if length > limits.max_characters:
            raise InputError(
                f"The articles hold {length:,} characters; at most {limits.max_characters:,} are "
                "taken. Remove some, or use the command line, which has no such limit."
            )

    def start(
        self,
        documents: Sequence[Document],
        config: Config,
        *,
        cluster_id: str = "cluster",
        notices: Sequence[str] = (),
    ) -> Job:
        """Begin a briefing. ``config.writer`` is one of the names on offer.

        Raises InputError for too much, ConfigError for a writer not on offer, BusyError
        where the queue is full.
        """
        self.check(documents)
        name = config.writer
        choice = next((c for c in self.writers() if c.name == name), None)
        if choice is None:
            raise ConfigError(
                f"Unknown writer {name!r}. Known: {', '.join(self.settings.writers)}."
            )
        if choice.missing:
            raise ModelError(f"The writer {choice.name} is not available: {choice.missing}")
        if not self._open.acquire(blocking=False):
            raise BusyError("Too many briefings are waiting. Try again in a minute.")
        job = Job(self.settings.timeout)

        def work() -> Briefing:
            from summarizer.pipeline import Summarizer

            job.progress("loading")
            encoder, writer = self._models(choice.name)
            # The models are shared; what is built here is only their arrangement.
            settings = {
                key: getattr(config, key)
                for key in ("words", "ranker", "lambda_", "near_threshold", "semantic_threshold")
            }
            summarizer = Summarizer(Config(writer=writer, encoder=encoder, **settings))
            return summarizer.summarize(
                documents, cluster_id=cluster_id, notices=notices, progress=job.progress
            )

        try:
            future = self._pool.submit(work)
        except RuntimeError as error:
            self._open.release()
            raise BusyError("The server is closing down.") from error
        future.add_done_callback(lambda _: self._open.release())
        job.follow(future)
        return job

    def _models(self, writer: str) -> tuple[Encoder, Writer]:
        """The shared encoder and the writer called so, loaded once."""
        from models import load_encoder, load_writer

        with self._lock:
            if self._encoder is None:
                self._encoder = load_encoder()
            if writer not in self._writers:
                self._writers[writer] = load_writer(writer)
            return self._encoder, self._writers[writer]


def writer_choice(name: str) -> WriterChoice:
    """How the page offers the writer called ``name``, and what it lacks."""
    kind, _, checkpoint = name.partition(":")
    if kind != "hf":
        labels = {"auto": "Automatic: the best that is here", "extractive": "Quotes only"}
        return WriterChoice(name, labels.get(name, name))
    missing = None
    if find_spec("transformers") is None:
        missing = "pip install transformers"
    elif not Path(checkpoint).is_dir():
        from huggingface_hub import try_to_load_from_cache
        from huggingface_hub.errors import HFValidationError

        try:
            cached = try_to_load_from_cache(checkpoint, "config.json")
        except HFValidationError:
            cached = None
        if not isinstance(cached, str):
            missing = f"hf download {checkpoint}"
    return WriterChoice(name, checkpoint, missing)
