"""Where the work is done on many machines: actors of a Ray cluster.

An actor holds what a worker process holds and does one chunk at a time. The driver, which
finds the clusters and writes OUTPUT, is the same as with local workers; Ray carries the
chunks there and the outcomes back, and places the actors.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

from summarizer.batch.sources import Entry
from summarizer.batch.work import BatchHandler, Outcome
from summarizer.config import Config
from summarizer.errors import ConfigError, SummarizerError
from summarizer.workers import PAUSES, BuildError, CrashError, OvertimeError

_ATTEMPTS = 3  # at a single cluster, and at building an actor, where the actor is lost
_DISTRIBUTION = "multi-document-summarizer"


class RayEngine:
    """Actors on a Ray cluster, the processors of its nodes divided among them.

    workers:  actors; None is one a processor. Those for which the nodes have no room wait
              until they have
    clusters: how many there are to do, and so how many actors at most
    address:  of the Ray cluster, as ``ray.init`` takes it; None is by Ray's own rule
              ``RAY_ADDRESS``, else a cluster started on this machine, else one started now
    needs:    a folder that must be on every node, under the same path

    An actor that is lost, alone or with its node, is started anew where there is room; a
    single cluster that it had in hand goes back into the line, ``_ATTEMPTS`` in all. An
    actor that cannot be built, when it is to replace another even after ``PAUSES``, is given
    up; the others go on. Raises ConfigError where Ray
    is not installed.
    """

    def __init__(
        self,
        config: Config,
        formats: Sequence[str],
        *,
        workers: int | None,
        clusters: int,
        address: str | None = None,
        needs: Path | None = None,
    ) -> None:
        try:
            import ray
        except ImportError as error:
            raise ConfigError(
                f'The engine "ray" needs Ray: pip install "{_DISTRIBUTION}[ray]".'
            ) from error
        if address and address.startswith("ray://"):
            raise ConfigError(
                f"{address}: Ray's client protocol is not supported. Run this on a node of the "
                "cluster and give HOST:PORT of its head, as `ray start` shows it."
            )
        self.workers = 0
        self._ray: Any = ray
        self._errors: Any = ray.exceptions
        self._address = address
        self._asked, self._clusters = workers, clusters
        self._build = (config, tuple(formats), Path.cwd(), needs, version(_DISTRIBUTION))
        self._connected = False
        self._line: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._news = threading.Event()  # an actor is built, or one was given up
        self._lock = threading.Lock()  # guards the rest
        self._actors: dict[int, Any] = {}
        self._serving = 0  # threads that have not given up
        self._error: Exception | None = None  # why one has
        self._closed = threading.Event()

    def start(self) -> None:
        """Connect, and wait until the first actor has its models.

        Raises SummarizerError where there is no Ray cluster, and what loading them raises.
        """
        self._connect()
        processors = [
            int(node["Resources"].get("CPU", 0)) for node in self._ray.nodes() if node["Alive"]
        ]
        self.workers = min(self._asked or max(1, sum(processors)), self._clusters)
        options = {
            "num_cpus": share(processors, self.workers),  # Ray gives it as many threads
            "scheduling_strategy": "SPREAD",
            "max_restarts": 0,
        }
        actor = self._ray.remote(**options)(_Actor)
        self._serving = self.workers
        self._threads = [
            threading.Thread(
                target=self._serve, args=[number, actor.remote], name=f"ray-{number}", daemon=True
            )
            for number in range(self.workers)
        ]
        for thread in self._threads:
            thread.start()
        self._news.wait()
        if self._error:
            raise self._error

    def submit(self, chunk: Sequence[Entry], *, timeout: float) -> Future[list[Outcome]]:
        """Put the chunk in line; a single cluster gets more tries where its actor is lost."""
        task = _Task(chunk, timeout)
        with self._lock:
            self._line.put(task)
        self._refuse_unless_served()
        return task

    def stage(self, future: Future[list[Outcome]]) -> str:
        """The last stage that the actor told of; one that dies may take its last word with it."""
        return future.stage if isinstance(future, _Task) else "starting"

    def close(self) -> None:
        """Kill the actors and leave the Ray cluster, which ends if it was started here."""
        with self._lock:
            self._closed.set()
            actors = list(self._actors.values())
        for actor in actors:
            self._ray.kill(actor)
        for _ in self._threads:
            self._line.put(None)
        for thread in self._threads:
            thread.join()
        if self._connected:
            self._ray.shutdown()

    def _connect(self) -> None:
        if self._ray.is_initialized():
            return
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            self._knock()
            self._ray.init(
                address=self._address,
                include_dashboard=False if self._address is None else None,
                log_to_driver=False,
                logging_level=logging.CRITICAL,
            )
        except (OSError, RuntimeError, ValueError) as error:  # ConnectionError is an OSError
            told = " ".join(str(error).split())[:300]
            raise SummarizerError(
                f"There is no Ray cluster at {self._address or 'this machine'}; start one with "
                f"`ray start`, on this machine too, and give its address. ({told})"
            ) from error
        self._connected = True

    def _knock(self) -> None:
        """Raises OSError where nobody listens; Ray itself would try for minutes."""
        host, _, port = (self._address or "").rpartition(":")
        if host and port.isdigit():
            socket.create_connection((host, int(port)), timeout=10).close()

    def _serve(self, number: int, create: Callable[[], Any]) -> None:
        """One thread for one actor at a time."""
        try:
            self._hire(number, create)
            while (task := self._line.get()) and not self._closed.is_set():
                if not task.attempts and not task.set_running_or_notify_cancel():
                    continue
                if not self._attend(task, self._actors[number]):
                    self._replace(number, create)
                del task  # else its result would be kept until the next one comes
        except Exception as error:
            with self._lock:
                self._serving -= 1
                self._error = error
            self._news.set()
            self._refuse_unless_served()

    def _hire(self, number: int, create: Callable[[], Any]) -> None:
        """Start an actor and wait until it is built. Raises why it cannot be."""
        for attempt in range(1, _ATTEMPTS + 1):
            with self._lock:
                if self._closed.is_set():
                    return
                self._actors[number] = actor = create()
            try:
                self._ray.get(actor.build.remote(*self._build))
                self._news.set()
                return
            except self._errors.RayTaskError as error:
                self._ray.kill(actor)
                raise _raised(error) from None
            except self._errors.RayError as error:
                if attempt == _ATTEMPTS:
                    raise _lost(error) from error

    def _replace(self, number: int, create: Callable[[], Any]) -> None:
        """The same for an actor that was lost, with patience: memory may be short for a while."""
        for pause in (*PAUSES, None):
            try:
                self._hire(number, create)
                return
            except Exception:
                if pause is None or self._closed.wait(pause):
                    raise

    def _attend(self, task: _Task, actor: Any) -> bool:
        """Do the task, or put it back in line; returns whether the actor is still of use."""
        task.attempts += 1
        error: Exception
        try:
            task.set_result(self._outcomes(task, actor))
            return True
        except self._errors.RayTaskError as raised:
            task.set_exception(_raised(raised))
            return True
        except TimeoutError:
            error = OvertimeError(f"Given up after {task.timeout:g} seconds.")
        except self._errors.RayError as raised:
            error = _lost(raised)
        self._ray.kill(actor)  # where it was the answer alone that got lost
        again = len(task.chunk) == 1 and task.attempts < _ATTEMPTS
        if again and isinstance(error, CrashError) and not self._closed.is_set():
            self._line.put(task)
        else:
            task.set_exception(error)
        return False

    def _outcomes(self, task: _Task, actor: Any) -> list[Outcome]:
        """Raises TimeoutError, RayTaskError where the actor raises, RayError where it is lost."""
        end = time.monotonic() + task.timeout
        stream = actor.do.options(num_returns="streaming").remote(tuple(task.chunk))
        while True:
            ready, _ = self._ray.wait([stream], timeout=max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError
            event = self._ray.get(next(stream), timeout=max(1.0, end - time.monotonic()))
            if not isinstance(event, str):
                return event  # type: ignore[no-any-return]
            task.stage = event

    def _refuse_unless_served(self) -> None:
        """Where no thread is left to take them, what is in line fails."""
        with self._lock:
            if self._serving:
                return
            with contextlib.suppress(queue.Empty):
                while True:
                    task = self._line.get_nowait()
                    if task and (task.attempts or task.set_running_or_notify_cancel()):
                        lost = BuildError(f"No actor could be started again. {self._error}")
                        task.set_exception(lost)


class _Task(Future[list[Outcome]]):
    """A chunk under way."""

    def __init__(self, chunk: Sequence[Entry], timeout: float) -> None:
        super().__init__()
        self.chunk = chunk
        self.timeout = timeout
        self.attempts = 0  # that have begun
        self.stage = "starting"


class _Actor:
    """What runs on a node."""

    def build(
        self,
        config: Config,
        formats: tuple[str, ...],
        folder: Path,
        needs: Path | None,
        wanted: str,
    ) -> None:
        """Load the models, in the driver's folder, so that relative paths mean the same."""
        import ray

        util: Any = ray.util
        node = f"The node {util.get_node_ip_address()}"
        if version(_DISTRIBUTION) != wanted:
            raise SummarizerError(
                f"{node} has {_DISTRIBUTION} {version(_DISTRIBUTION)}, and this machine {wanted}; "
                "install the same version on all nodes."
            )
        with contextlib.suppress(OSError):
            os.chdir(folder)
        if needs and not needs.is_dir():
            raise SummarizerError(
                f"{node} has no folder {needs}; INPUT must be on every node under the same path."
            )
        self._handler = BatchHandler(config, formats)
        self._thread = ThreadPoolExecutor(1)

    def do(self, chunk: tuple[Entry, ...]) -> Iterator[str | list[Outcome]]:
        """The stages of a cluster alone as they come, then the outcomes."""
        stages: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        outcomes = self._thread.submit(self._handler, chunk, stages.put)
        outcomes.add_done_callback(lambda _: stages.put(None))
        while stage := stages.get():  # no `yield from`: Ray would call `send` on an iterator
            yield stage
        yield outcomes.result()


def share(processors: Sequence[int], workers: int) -> int:
    """The most processors that each of ``workers`` actors can have on such nodes, at least 1."""
    return max(
        (n for n in range(1, max(processors, default=1) + 1)
         if sum(node // n for node in processors) >= workers),
        default=1,
    )  # fmt: skip


def _raised(error: Any) -> Exception:
    """What an actor raised: the user's to mend as it is, a bug with its traceback in a note."""
    if isinstance(error.cause, SummarizerError):
        return error.cause
    bug = RuntimeError(f"{type(error.cause).__name__}: {error.cause}")
    bug.add_note(f"In the actor:\n{error}")
    return bug


def _lost(error: Exception) -> CrashError:
    """In Ray's words, less its list of identifiers."""
    lines = [line.strip() for line in str(error).splitlines() if not line.startswith("\t")]
    return CrashError(f"The actor was lost. {' '.join(lines)}"[:500])
