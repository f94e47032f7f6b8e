"""Worker processes: what can crash, hang or run out of memory runs where it hurts nobody.

``Pool(build, workers=2)`` keeps ``workers`` processes. Each calls ``build()`` once; what
that returns, the handler, is then called with one task at a time::

    class Briefings:                                  # in a module, so that it can be pickled
        def __init__(self, config): self.summarizer = Summarizer(config)
        def __call__(self, task, emit):               # runs in the worker process
            return self.summarizer.summarize(task.documents, progress=emit)

    with Pool(partial(Briefings, config), workers=2, eager=True) as pool:
        job = pool.submit(task, timeout=60)           # returns at once; tasks wait in line
        for stage in job.events():                    # what the handler emits, as it comes
            print(stage)
        briefing = job.result()                       # or raises why there is none

``Job`` is a ``concurrent.futures.Future``, so ``wait``, ``as_completed`` and
``asyncio.wrap_future`` take it. ``build``, tasks, events, results and errors travel as
pickles. How a job ends:

- the handler returns: ``result()`` returns it;
- the handler or ``build`` raises: ``result()`` raises that exception, its traceback in the
  worker being among its ``__notes__`` (one that cannot be pickled becomes a RuntimeError);
- ``job.stop()``: StoppedError, also while it waits in line;
- ``timeout`` seconds have passed since the worker began (waiting in line and ``build`` do
  not count): OvertimeError;
- the process died, by a crash in native code, ``kill -9`` or want of memory: CrashError,
  after ``retries`` more attempts. An attempt repeats the events from the first;
- with ``pauses``: no process is left and none can be built any more: BuildError.

Where a job is ended, the process is killed if need be and another takes its place; other
jobs do not notice. Workers hear neither Ctrl-C nor each other, share no lock, see no
``__main__`` (an unguarded script is fine), and end when this process ends, however it ends.
What they print goes to standard error.

Why not a library: pebble and loky kill and replace workers as well, but carry no events,
and their workers share queues, whose locks a killed worker can take with it.
"""

from __future__ import annotations

import os
import pickle
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Generic, Self, TypeVar, cast

from summarizer.errors import SummarizerError
from summarizer.worker_process import GoneError, WorkerProcess

Task = TypeVar("Task")
Event = TypeVar("Event")
Result = TypeVar("Result")
PAUSES = (1.0, 5.0, 15.0, 60.0)  # for a pool that nobody watches
Handler = Callable[[Task, Callable[[Event], None]], Result]


class StoppedError(SummarizerError):
    """The job was stopped by whoever asked for it, or its pool was closed."""


class OvertimeError(SummarizerError):
    """The job took longer than its timeout."""


class CrashError(SummarizerError):
    """The worker process died at the job."""


class BuildError(SummarizerError):
    """Of the processes that were lost, none could be replaced, however often it was tried."""


class Job(Future[Result], Generic[Event, Result]):
    """A task under way; see the module. ``result``, ``done`` and so on are ``Future``'s."""

    def __init__(self, task: bytes, *, timeout: float | None, retries: int, last: bool) -> None:
        super().__init__()
        self.retries = retries
        self.last = last
        self.why: SummarizerError | None = None  # stopped or overdue
        self._task = task
        self._timeout = timeout
        self._events: queue.SimpleQueue[tuple[Event] | None] = queue.SimpleQueue()
        self._lock = threading.RLock()  # held while the job is ended and while it changes worker
        self._worker: WorkerProcess | None = None
        self.add_done_callback(lambda _: self._events.put(None))

    def events(self, timeout: float | None = None) -> Iterator[Event]:
        """What the handler emits, as it comes; ends when the job has ended, however it ended.

        Each event comes once. Raises TimeoutError when nothing came for ``timeout``
        seconds; ``events`` may then be called again.
        """
        while True:
            try:
                event = self._events.get(timeout=timeout)
            except queue.Empty:
                raise TimeoutError from None
            if event is None:
                self._events.put(None)  # for whoever asks again
                return
            yield event[0]

    def stop(self) -> None:
        """End the job now; its process is killed. Does nothing to a job that has ended."""
        self._end(StoppedError("Stopped."))

    def cancel(self) -> bool:
        """The same as ``stop``, under the name that ``Future`` has for it."""
        self.stop()
        return isinstance(self.why, StoppedError)

    def begin(self) -> bool:
        """For the pool: whether the job still wants to be done, which it then counts as."""
        with self._lock:
            return not self.done() and self.set_running_or_notify_cancel()

    def run_on(self, worker: WorkerProcess) -> Result:
        """For the pool: one attempt. Raises GoneError where the process dies of anything."""
        with self._lock:
            if self.why:
                raise GoneError
            self._worker = worker
        timer = None
        try:
            worker.wait_until_built()
            if self._timeout is not None:
                overdue = OvertimeError(f"Given up after {self._timeout:g} seconds.")
                timer = threading.Timer(self._timeout, self._end, [overdue])
                timer.daemon = True
                timer.start()
            worker.send(self._task)
            while True:
                kind, value = worker.receive()
                if kind == "event":
                    self._events.put((value,))
                elif kind == "result":
                    return value  # type: ignore[no-any-return]
                else:
                    raise value
        finally:
            if timer:
                timer.cancel()
            with self._lock:  # from here on nobody kills the worker for this job's sake
                self._worker = None

    def _end(self, why: SummarizerError) -> None:
        with self._lock:
            if self.done() or self.why:
                return
            self.why = why
            if self._worker:
                self._worker.kill()
            elif not self.running():
                self.set_exception(why)


class Pool(Generic[Task, Event, Result]):
    """Worker processes that each hold a handler; see the module.

    build:   called once in each process; returns the handler. What it raises, each job
             raises that would have needed the handler
    workers: how many processes, at least 1
    threads: how many threads numpy, torch and tokenizers may use in each; by default the
             processors divided by the workers
    eager:   start the processes now, and replace one as soon as a job has lost it; else
             each starts when a job first needs it
    pauses:  of an eager pool: how many seconds to wait before each further try to replace a
             process, as memory may be short for a while. Meanwhile the others do the jobs.
             Without pauses a job whose process cannot be built raises why
    """

    def __init__(
        self,
        build: Callable[[], Handler[Task, Event, Result]],
        *,
        workers: int = 1,
        threads: int | None = None,
        eager: bool = False,
        pauses: Sequence[float] = (),
    ) -> None:
        self._build = pickle.dumps(build)
        self._pauses = tuple(pauses)
        self._threads_each = threads or max(1, processors() // workers)
        self._eager = eager
        self._jobs: queue.SimpleQueue[Job[Event, Result] | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._lock = threading.Lock()  # guards the rest
        self._serving = workers  # threads that have not given up
        self._lost: BuildError | None = None  # why they have, when all have
        self._open: set[Job[Event, Result]] = set()  # jobs that have not ended
        self._workers: dict[int, WorkerProcess] = {}
        self._warm: list[Future[None]] = [Future() for _ in range(workers if eager else 0)]
        self._threads = [
            threading.Thread(
                target=self._serve, args=[number], name=f"worker-{number}", daemon=True
            )
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(
        self, task: Task, *, timeout: float | None = None, retries: int = 0, last: bool = False
    ) -> Job[Event, Result]:
        """Put ``task`` in line. Raises StoppedError after ``close``, and what pickling raises.

        With ``last`` the process does nothing after it and is replaced: memory that a large
        task has taken is given back for good in no other way.
        """
        job: Job[Event, Result] = Job(
            pickle.dumps(task), timeout=timeout, retries=retries, last=last
        )
        with self._lock:
            if self._closed.is_set():
                raise StoppedError("The workers are closed.")
            self._open.add(job)
            self._jobs.put(job)
            lost = self._lost
        job.add_done_callback(self._forget)
        if lost and job.begin():
            job.set_exception(lost)
        return job

    def warm_up(self) -> None:
        """Wait until each process of an eager pool has its handler; raise why one has not."""
        for warm in self._warm:
            warm.result()

    @property
    def ready(self) -> bool:
        """Whether each process of an eager pool has had its handler, at first or by now."""
        return all(warm.done() and not warm.exception() for warm in self._warm)

    def close(self) -> None:
        """Stop all jobs and end all processes; returns when they are gone."""
        with self._lock:
            self._closed.set()
            jobs, workers = list(self._open), list(self._workers.values())
        for job in jobs:
            job.cancel()
        for worker in workers:
            worker.kill()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _forget(self, job: Future[Result]) -> None:
        with self._lock:
            self._open.discard(cast(Job[Event, Result], job))

    def _serve(self, number: int) -> None:
        """One thread for one process, which must be started here: it ends with the thread."""
        for warm in self._warm[number : number + 1]:
            self._heat(number, warm)
        while job := self._jobs.get():
            if self._pauses and not self._alive(number):  # it has died while idle
                self._jobs.put(job)
            elif job.begin():
                self._attend(number, job)
                if job.last:
                    self._discard(number)
            del job  # else its result would be kept until the next one comes
            if self._eager and (error := self._replace(number)) and self._pauses:
                self._give_up(error)
                break
        self._discard(number)

    def _replace(self, number: int) -> BaseException | None:
        """Have a process with its handler at this place of an eager pool, or tell why not."""
        error = None
        for pause in (0, *self._pauses):
            if self._closed.wait(pause):
                return None
            again: Future[None] = Future()
            self._heat(number, again)
            if self._warm[number].exception():
                self._warm[number] = again
            error = again.exception()
            if not error:
                break
        return error

    def _give_up(self, error: BaseException) -> None:
        """Leave the jobs to the other threads; the last one to leave refuses them."""
        with self._lock:
            self._serving -= 1
            if self._serving:
                return
            self._lost = BuildError(f"No worker process could be started again. {error}")
            jobs = list(self._open)
        for job in jobs:
            if job.begin():
                job.set_exception(self._lost)

    def _heat(self, number: int, warm: Future[None]) -> None:
        try:
            self._worker(number).wait_until_built()
            warm.set_result(None)
        except GoneError:
            warm.set_exception(self._discard(number))
        except Exception as error:
            warm.set_exception(error)

    def _attend(self, number: int, job: Job[Event, Result]) -> None:
        """Do the job, again where the process dies and it may be done again, and end it."""
        error: Exception
        for left in reversed(range(1 + job.retries)):
            try:
                job.set_result(job.run_on(self._worker(number)))
                return
            except GoneError:
                crash = self._discard(number)
                error = job.why or crash
            except Exception as raised:
                error = raised
            if not left or not isinstance(error, CrashError):
                break
            if self._pauses and self._replace(number):
                break
        job.set_exception(error)

    def _alive(self, number: int) -> bool:
        return number in self._workers and self._workers[number].alive

    def _worker(self, number: int) -> WorkerProcess:
        """The process at this place, a new one if there is none or it is dead."""
        if self._alive(number):
            return self._workers[number]
        self._discard(number)
        worker = WorkerProcess(self._build, threads=self._threads_each)
        with self._lock:
            self._workers[number] = worker
            if self._closed.is_set():
                worker.kill()
        return worker

    def _discard(self, number: int) -> CrashError:
        """Bury the process at this place; returns what it died of."""
        with self._lock:
            worker = self._workers.pop(number, None)
        return CrashError(worker.end() if worker else "There was no worker process.")


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
