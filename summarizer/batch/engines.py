"""Where the work is done: the seam, and the processes of this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Protocol

from summarizer.batch.sources import Entry
from summarizer.batch.work import BatchHandler, Outcome
from summarizer.config import Config
from summarizer.errors import ConfigError
from summarizer.workers import PAUSES, Job, Pool, processors


class Engine(Protocol):
    """Does chunks of clusters, some at a time.

    A future's ``cancel`` is only called while it is not ``running``. It fails with
    ``workers.CrashError`` where its process or machine was lost, with ``OvertimeError``
    after ``timeout`` seconds of work; the clusters of a chunk that fails are then submitted
    one by one. It fails with ``BuildError`` where all processes or machines are lost and
    cannot be replaced.
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


def engine_maker(name: str, given: str, *, ray_address: str | None = None) -> Callable[..., Engine]:
    """What makes the engine ``local`` or ``ray`` for the INPUT ``given``.

    Raises ConfigError for another name, and for an address where there is no use for it.
    """
    if name == "local":
        if ray_address is not None:
            raise ConfigError("--ray-address is of use only with --engine ray.")
        return LocalEngine
    if name == "ray":
        from summarizer.batch.ray_engine import RayEngine

        folder = Path(given)
        return partial(RayEngine, address=ray_address, needs=folder if folder.is_dir() else None)
    raise ConfigError(f"Unknown engine {name!r}. Known: local, ray.")


class LocalEngine:
    """Worker processes on this machine, the processors divided among them.

    workers:  processes; None is one a processor, 4 at most
    clusters: how many there are to do, and so how many processes at most
    """

    def __init__(
        self, config: Config, formats: Sequence[str], *, workers: int | None, clusters: int
    ) -> None:
        self.workers = min(workers or min(4, processors()), clusters)
        self._pool: Pool[Sequence[Entry], str, list[Outcome]] = Pool(
            partial(BatchHandler, config, tuple(formats)),
            workers=self.workers,
            eager=True,
            pauses=PAUSES,
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
