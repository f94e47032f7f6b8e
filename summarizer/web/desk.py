"""The desk: reading and briefings in worker processes, jobs that can be stopped, limits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar, cast

from summarizer import workers
from summarizer.config import Config
from summarizer.decoding import printable
from summarizer.errors import ConfigError, InputError, ModelError, SummarizerError
from summarizer.reading import Reading
from summarizer.records import Briefing, Cleaning, Document
from summarizer.web.evaluation import Scores
from summarizer.web.intake import read_uploads
from summarizer.web.maker import BriefingTask, Maker, News, ScoringTask
from summarizer.web.reader import CleaningTask, Reader, ReadingTask
from summarizer.web.settings import WebSettings
from summarizer.workers import CrashError, OvertimeError, Pool, StoppedError

_LOG = logging.getLogger(__name__)
FAILED = "Something went wrong on our side and was logged. Try again; if it stays, report it."
LARGE_CHARACTERS = 1_000_000  # of one briefing's articles, after which its process is replaced
_CRASHED = (
    "This was too much for the process that worked on it: it came to an end, for want of memory "
    "perhaps. Give fewer or shorter articles."
)

Result = TypeVar("Result", Briefing, Scores)


class BusyError(SummarizerError):
    """All places at work and in the queue are taken."""


class WriterChoice(NamedTuple):
    """A writer as the page offers it; ``missing`` says what to install, None if it is there."""

    name: str
    label: str
    missing: str | None = None


class Job(Generic[Result]):
    """A briefing or a scoring under way in a worker process.

    ``news`` yields what is heard of it and ends when it is done, failed, stopped or
    overdue; ``result`` then returns it or raises why not. ``replaced`` says that its
    visitor has begun another meanwhile, which has the page.
    """

    def __init__(self, job: workers.Job[News, Briefing | Scores], seconds: float) -> None:
        self.replaced = False
        self._job = job
        self._seconds = seconds

    def news(self) -> Iterator[News]:
        """The stages as they begin and the sentences as they are written, each once."""
        return self._job.events()

    def stop(self) -> None:
        """Give it up; the process at it is killed. Without effect on a job that is done."""
        self._job.stop()

    def result(self) -> Result:
        """What was made. Raises a SummarizerError whose message is meant for the user."""
        try:
            return cast(Result, self._job.result())
        except OvertimeError:
            raise OvertimeError(
                f"This was given up after {self._seconds:.0f} seconds. "
                "Give fewer or shorter articles."
            ) from None
        except (CrashError, MemoryError) as error:
            _LOG.error("A job took its process with it: %s", error)
            raise CrashError(_CRASHED) from error
        except SummarizerError:
            raise
        except Exception as error:
            _LOG.exception("A job failed.")
            raise SummarizerError(FAILED) from error


class Desk:
    """Does the work of many visitors in a few processes, each with its own set of models.

    ``build`` makes what a process does its tasks with; by default a ``Maker``. What comes
    in is read in one more process, by what ``reader`` makes, so that it never waits for a
    briefing; that process starts with the first reading.
    """

    def __init__(
        self,
        settings: WebSettings,
        *,
        build: Callable[[], Maker] | None = None,
        reader: Callable[[], Reader] = Reader,
    ) -> None:
        self.settings = settings
        self._readers: Pool[ReadingTask | CleaningTask, None, Reading | Cleaning] = Pool(reader)
        self._build = build or partial(Maker, settings.writers[0])
        self._lock = threading.Lock()
        self._started: Pool[BriefingTask | ScoringTask, News, Briefing | Scores] | None = None
        self._open = threading.BoundedSemaphore(settings.workers + settings.queue)

    @property
    def ready(self) -> bool:
        """Whether each process has the models of the default settings."""
        return self._started is not None and self._started.ready

    def warm_up(self) -> None:
        """Start the processes and wait until the desk is ready; log why it cannot be."""
        try:
            self._pool().warm_up()
        except Exception as error:
            _LOG.warning("Not ready: %s", error)

    def close(self) -> None:
        """End all jobs and processes."""
        self._readers.close()
        self._pool().close()

    def _pool(self) -> Pool[BriefingTask | ScoringTask, News, Briefing | Scores]:
        """The processes. They start when first asked for, not while a server still does."""
        with self._lock:
            if self._started is None:
                workers = self.settings.workers
                self._started = Pool(self._build, workers=workers, eager=True)
            return self._started

    def writers(self) -> list[WriterChoice]:
        """The writers on offer, those that lack something included."""
        return [writer_choice(name) for name in self.settings.writers]

    def read(self, paths: Sequence[str]) -> Reading:
        """The articles in uploaded files and archives.

        Raises InputError where there are none, OvertimeError or CrashError, which name the
        files, where they are too much for the reader.
        """
        what = names(paths)
        return read_uploads(
            paths, read=lambda targets: cast(Reading, self._read(ReadingTask(paths=targets), what))
        )

    def clean(self, documents: Sequence[Document], *, what: str = "The text") -> Cleaning:
        """What a briefing will read of the articles; raises as ``read`` does, naming ``what``."""
        return cast(Cleaning, self._read(CleaningTask(documents=documents), what))

    def _read(self, task: ReadingTask | CleaningTask, what: str) -> Reading | Cleaning:
        seconds = self.settings.read_timeout
        try:
            return self._readers.submit(task, timeout=seconds).result()
        except OvertimeError:
            raise OvertimeError(
                f"{what} could not be read in time and was given up after {seconds} seconds."
            ) from None
        except (CrashError, MemoryError) as error:
            _LOG.error("The reader was lost to an upload: %s", error)
            raise CrashError(f"{what} crashed the reader; is it damaged?") from error
        except StoppedError as error:
            raise BusyError("The server is closing down.") from error
        except SummarizerError:
            raise
        except Exception as error:
            _LOG.exception("An upload could not be read.")
            raise SummarizerError(FAILED) from error

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
        self.check_length([document.text for document in documents])

    def check_length(self, texts: Sequence[str]) -> None:
        """Raise InputError where the texts are longer than one visitor's may be."""
        length, most = sum(map(len, texts)), self.settings.max_characters
        if length > most:
            raise InputError(
                f"The texts hold {length:,} characters; at most {most:,} are taken. "
                "Remove some, or use the command line, which has no such limit."
            )

    def start(
        self,
        documents: Sequence[Document],
        config: Config,
        *,
        cluster_id: str = "cluster",
        notices: Sequence[str] = (),
    ) -> Job[Briefing]:
        """Begin a briefing. ``config.writer`` is one of the names on offer.

        Raises InputError for too much, ConfigError for a writer not on offer, BusyError
        where the queue is full.
        """
        self.check(documents)
        choice = next((c for c in self.writers() if c.name == config.writer), None)
        if choice is None:
            raise ConfigError(
                f"Unknown writer {config.writer!r}. Known: {', '.join(self.settings.writers)}."
            )
        if choice.missing:
            raise ModelError(f"The writer {choice.name} is not available: {choice.missing}")
        return Job(
            self._submit(
                BriefingTask(
                    documents=documents, config=config, cluster_id=cluster_id, notices=notices
                )
            ),
            self.settings.timeout,
        )

    def score(
        self, documents: Sequence[Document], briefing: str, references: Sequence[str], *, words: int
    ) -> Job[Scores]:
        """Begin to score a briefing beside the baselines, of at most ``words`` words each.

        Raises InputError for too much, BusyError where the queue is full.
        """
        self.check(documents)
        task = ScoringTask(
            documents=documents, briefing=briefing, references=references, words=words
        )
        return Job(self._submit(task), self.settings.timeout)

    def _submit(self, task: BriefingTask | ScoringTask) -> workers.Job[News, Briefing | Scores]:
        """Put a task in line, if there is a place."""
        if not self._open.acquire(blocking=False):
            raise BusyError("Too many briefings are waiting. Try again in a minute.")
        try:
            size = sum(len(document.text) for document in task.documents)
            job = self._pool().submit(
                task, timeout=self.settings.timeout, last=size > LARGE_CHARACTERS
            )
        except StoppedError as error:
            self._open.release()
            raise BusyError("The server is closing down.") from error
        except BaseException:
            self._open.release()
            raise
        job.add_done_callback(lambda _: self._open.release())
        return job


def names(paths: Sequence[str]) -> str:
    """Files as a message names them, by at most five names."""
    told = [printable(Path(path).name) for path in paths]
    if len(told) == 1:
        return told[0]
    more = f" and {len(told) - 5} more" if len(told) > 5 else ""
    return f"One of the files {', '.join(told[:5])}{more}"


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
