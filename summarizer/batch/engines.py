"""Where the work is done: the seam, and the processes of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from typing import Protocol

from summarizer.batch.sources import Entry
from summarizer.batch.work import BatchHandler, Outcome
from summarizer.config import Config
from summarizer.workers import Job, Pool


class Engine(Protocol):
    """Does chunks of clusters, some at a time.

    A future's ``cancel`` is only called while it is not ``running``. It fails with
    ``workers.CrashError`` where its process or machine was lost, with ``OvertimeError``
    after ``timeout`` seconds of work; the clusters of a chunk that fails are then submitted
    one by one.
    """

    workers: int

    def start(self) -> None:
        """Load the models. Raises what loading them raises."""
        ...

    def submit(self, chunk: Sequence[Entry], *, timeout: float) -> Future[list[Outcome]]:
        """Put the chunk in line; one outcome an entry comes back, in order."""
        ...

    def stage(self, future: Future[list[Outcome]]) -> str:
        """Where the only cluster of a chunk that failed was, as far as is known."""
        ...

    def close(self) -> None:
        """End all work at once and leave nothing behind."""
        ...


class LocalEngine:
    """Worker processes on this machine, the processors divided among them."""

    def __init__(self, config: Config, formats: Sequence[str], *, workers: int) -> None:
        self.workers = workers
        self._pool: Pool[Sequence[Entry], str, list[Outcome]] = Pool(
            partial(BatchHandler, config, tuple(formats)), workers=workers, eager=True
        )

    def start(self) -> None:
        """Load the models in every process."""
        self._pool.warm_up()

    def submit(self, chunk: Sequence[Entry], *, timeout: float) -> Future[list[Outcome]]:
        """Put the chunk in line; a single cluster gets a second try where its process dies."""
        return self._pool.submit(chunk, timeout=timeout, retries=int(len(chunk) == 1))

    def stage(self, future: Future[list[Outcome]]) -> str:
        """The last stage that the worker told of."""
        stages = list(future.events()) if isinstance(future, Job) else []
        return stages[-1] if stages else "starting"

    def close(self) -> None:
        """Kill the processes."""
        self._pool.close()
