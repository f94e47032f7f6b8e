"""Worker processes: results, events, and every way in which one can be lost."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import as_completed
from functools import partial
from pathlib import Path

import pytest

from summarizer.errors import InputError, ModelError
from summarizer.workers import BuildError, CrashError, OvertimeError, Pool, StoppedError
from tests.worker_builds import Builds

Emit = Callable[[object], None]


class Handler:
    """Does what the task says; remembers how many tasks it has had."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.tasks = 0

    def __call__(self, task: tuple[str, object], emit: Emit) -> object:
        self.tasks += 1
        what, value = task
        match what:
            case "echo":
                return value
            case "pid":
                return os.getpid()
            case "count":
                return self.tasks
            case "environment":
                return os.environ.get(str(value))
            case "print":
                print("printed by the handler")
                return value
            case "emit":
                for number in range(int(str(value))):
                    emit(number)
                return "emitted"
            case "hang":
                emit(os.getpid())
                time.sleep(600)
            case "raise":
                raise value  # type: ignore[misc]
            case "raise oddly":
                raise OddError("this", "that")
            case "leave":
                sys.exit("this and that")
            case "die":
                emit(os.getpid())
                os.kill(os.getpid(), signal.SIGKILL)
            case "exit":
                os._exit(3)
            case "die once":
                assert self.folder is not None
                mark = self.folder / "died"
                if not mark.exists():
                    mark.touch()
                    os.kill(os.getpid(), signal.SIGSEGV)
                return "the second time"
            case "lambda":
                return lambda: None
        raise AssertionError(what)


class OddError(Exception):
    """Pickles, but cannot be made again."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


def unbuildable() -> Handler:
    raise ModelError("There are no weights.")


def dying() -> Handler:
    os.kill(os.getpid(), signal.SIGKILL)
    return Handler()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that nobody has waited for is dead all the same.
    return " Z " not in Path(f"/proc/{pid}/stat").read_text()


def wait_until_dead(pid: int, *, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool[tuple[str, object], object, object]]:
    with Pool(Handler, workers=1) as pool:
        yield pool


def pid_of(pool: Pool[tuple[str, object], object, object]) -> int:
    return int(str(pool.submit(("pid", None)).result()))


def test_a_result_comes_back_and_the_handler_is_built_once(pool) -> None:
    counts = [pool.submit(("count", None)).result() for _ in range(3)]
    assert counts == [counts[0], counts[0] + 1, counts[0] + 2]
    assert pid_of(pool) != os.getpid()


def test_tasks_wait_in_line_and_each_answer_belongs_to_its_task(pool) -> None:
    jobs = {pool.submit(("echo", number)): number for number in range(50)}
    assert {job.result(): number for job, number in jobs.items()} == {n: n for n in range(50)}


def test_events_stream_back_in_order_and_end(pool) -> None:
    job = pool.submit(("emit", 1000))
    assert list(job.events()) == list(range(1000))
    assert job.result() == "emitted"
    assert list(job.events()) == []


def test_a_large_task_and_a_large_result_pass(pool) -> None:
    data = os.urandom(5_000_000)
    assert pool.submit(("echo", data)).result() == data


def test_what_a_handler_prints_is_not_among_the_answers(pool, capfd) -> None:
    assert pool.submit(("print", "whole")).result() == "whole"


def test_an_error_for_the_user_arrives_as_it_was_raised(pool) -> None:
    with pytest.raises(InputError, match="No article") as caught:
        pool.submit(("raise", InputError("No article"))).result()
    assert not hasattr(caught.value, "__notes__")


def test_a_bug_arrives_with_its_traceback(pool) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        pool.submit(("raise", ZeroDivisionError("by nought"))).result()
    assert "in __call__" in caught.value.__notes__[0]


@pytest.mark.parametrize("what", ["raise oddly", "leave"])
def test_an_error_that_cannot_travel_becomes_a_runtime_error(pool, what) -> None:
    with pytest.raises(RuntimeError, match="this and that") as caught:
        pool.submit((what, None)).result()
    assert "in __call__" in caught.value.__notes__[0]


def test_a_result_that_cannot_be_pickled_is_that_jobs_error(pool) -> None:
    with pytest.raises(Exception, match="lambda"):
        pool.submit(("lambda", None)).result()
    assert pool.submit(("echo", 1)).result() == 1


def test_a_task_that_cannot_be_pickled_is_refused_at_once(pool) -> None:
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pool.submit(("echo", lambda: None))


def test_a_killed_process_fails_only_its_job_and_is_replaced(pool) -> None:
    before = pid_of(pool)
    dead, next_one = pool.submit(("die", None)), pool.submit(("echo", "alive"))
    with pytest.raises(CrashError, match="SIGKILL"):
        dead.result()
    assert next_one.result() == "alive"
    assert pid_of(pool) != before


def test_a_process_that_exits_is_a_crash_with_its_code(pool) -> None:
    with pytest.raises(CrashError, match="exit code 3"):
        pool.submit(("exit", None)).result()


def test_a_process_does_nothing_after_its_last_task(pool) -> None:
    first = pool.submit(("pid", None)).result()
    assert pool.submit(("pid", None), last=True).result() == first
    assert pool.submit(("pid", None)).result() != first
    assert pool.submit(("count", None)).result() == 2


def test_an_idle_process_killed_from_outside_costs_nothing(pool) -> None:
    pid = pid_of(pool)
    os.kill(pid, signal.SIGKILL)
    assert wait_until_dead(pid)
    assert pool.submit(("echo", "fine")).result() == "fine"


def test_a_crash_may_be_retried(tmp_path) -> None:
    with Pool(partial(Handler, tmp_path)) as pool:
        assert pool.submit(("die once", None), retries=1).result() == "the second time"


def test_retries_come_to_an_end(pool) -> None:
    job = pool.submit(("die", None), retries=2)
    assert len(list(job.events())) == 3
    with pytest.raises(CrashError):
        job.result()


def test_stop_ends_the_work_itself(pool) -> None:
    job = pool.submit(("hang", None))
    events = job.events()
    pid = int(str(next(events)))
    job.stop()
    assert list(events) == []
    with pytest.raises(StoppedError):
        job.result()
    assert wait_until_dead(pid)
    job.stop()
    assert pool.submit(("echo", "next")).result() == "next"


def test_a_job_stopped_in_line_never_begins(pool) -> None:
    first = pool.submit(("hang", None))
    waiting = pool.submit(("echo", 1))
    waiting.stop()
    with pytest.raises(StoppedError):
        waiting.result(timeout=0)
    assert list(waiting.events()) == []
    first.stop()


def test_a_stopped_job_that_had_ended_keeps_its_result(pool) -> None:
    job = pool.submit(("echo", "kept"))
    job.result()
    job.stop()
    assert job.result() == "kept"


def test_overtime_kills_and_counts_from_the_beginning_of_the_work(pool) -> None:
    hung = pool.submit(("hang", None), timeout=0.2)
    waiting = pool.submit(("echo", "in line for longer than its timeout"), timeout=0.15)
    pid = int(str(next(hung.events())))
    with pytest.raises(OvertimeError, match=r"0\.2 seconds"):
        hung.result()
    assert wait_until_dead(pid)
    assert waiting.result() == "in line for longer than its timeout"


def test_waiting_for_events_may_have_its_own_limit(pool) -> None:
    job = pool.submit(("hang", None))
    next(job.events())
    with pytest.raises(TimeoutError):
        next(job.events(timeout=0.01))
    job.stop()
    assert list(job.events(timeout=10)) == []


def test_a_job_can_be_awaited_and_its_cancellation_stops_it(pool) -> None:
    async def run() -> object:
        job = pool.submit(("hang", None))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.wrap_future(job), timeout=0.2)
        with pytest.raises(StoppedError):
            job.result()
        return await asyncio.wrap_future(pool.submit(("echo", "awaited")))

    assert asyncio.run(run()) == "awaited"


def test_many_stops_at_random_moments_lose_nothing() -> None:
    with Pool(Handler, workers=2) as pool:
        jobs = [pool.submit(("echo", number), retries=0) for number in range(60)]
        stoppers = [threading.Thread(target=job.stop) for job in jobs[::3]]
        for stopper in stoppers:
            stopper.start()
        ended = 0
        for job in as_completed(jobs, timeout=120):
            error = job.exception()
            assert error is None or isinstance(error, StoppedError)
            assert error or job.result() == jobs.index(job)  # type: ignore[arg-type]
            ended += 1
        assert ended == 60
        assert all(job.exception() is None for n, job in enumerate(jobs) if n % 3)


def test_a_build_that_fails_fails_the_job_with_its_error() -> None:
    with Pool(unbuildable) as pool:
        for _ in range(2):
            with pytest.raises(ModelError, match="no weights"):
                pool.submit(("echo", 1)).result()


def test_a_build_that_dies_is_a_crash() -> None:
    with Pool(dying) as pool, pytest.raises(CrashError):
        pool.submit(("echo", 1)).result()


def test_an_eager_pool_is_ready_when_it_says_so_and_replaces_what_it_lost() -> None:
    with Pool(Handler, workers=2, eager=True) as pool:
        pool.warm_up()
        assert pool.ready
        with pytest.raises(CrashError):
            pool.submit(("die", None)).result()
        assert {pool.submit(("echo", n)).result() for n in range(8)} == set(range(8))


def test_an_eager_pool_tells_why_it_cannot_start() -> None:
    with Pool(unbuildable, eager=True) as pool:
        with pytest.raises(ModelError, match="no weights"):
            pool.warm_up()
        assert not pool.ready


def test_a_process_that_cannot_be_replaced_for_a_moment_costs_no_other_job(tmp_path) -> None:
    build = Builds(tmp_path, "+eke+")
    with Pool(build, eager=True, pauses=[0.01] * 5) as pool:
        pool.warm_up()
        dead, other = pool.submit("die"), pool.submit("other")
        with pytest.raises(CrashError):
            dead.result()
        assert other.result() == "other"
    assert build.count == 5


def test_a_job_that_is_done_again_does_not_answer_for_a_build_that_failed(tmp_path) -> None:
    build = Builds(tmp_path, "+ee+")
    with Pool(build, eager=True, pauses=[0.01] * 5) as pool:
        assert pool.submit("die once", retries=1).result() == "the second time"
    assert build.count == 4


def test_a_process_that_died_idle_and_cannot_be_replaced_for_a_moment_costs_nothing(
    tmp_path,
) -> None:
    with Pool(Builds(tmp_path, "+e+"), eager=True, pauses=[0.01] * 5) as pool:
        pid = int(str(pool.submit("pid").result()))
        os.kill(pid, signal.SIGKILL)
        assert wait_until_dead(pid)
        assert pool.submit("fine").result() == "fine"


def test_a_process_that_can_never_be_replaced_leaves_its_jobs_to_the_others(tmp_path) -> None:
    build = Builds(tmp_path, "++e")
    with Pool(build, workers=2, eager=True, pauses=[0.01]) as pool:
        pool.warm_up()
        with pytest.raises(CrashError):
            pool.submit("die").result()
        assert [pool.submit(str(number)).result() for number in range(6)] == list("012345")
        dead, waiting = pool.submit("die"), pool.submit("waiting")
        with pytest.raises(CrashError):
            dead.result()
        with pytest.raises(BuildError, match=r"started again\. Memory is short\."):
            waiting.result()
        assert build.count == 2 + 2 * 2
        late = pool.submit("late")
        assert isinstance(late.exception(), BuildError)
        assert list(late.events()) == []


def test_at_the_beginning_a_build_that_fails_is_told_at_once() -> None:
    pool = Pool(unbuildable, eager=True, pauses=[600])
    with pool, pytest.raises(ModelError, match="no weights"):
        pool.warm_up()


def test_closing_does_not_wait_for_a_pause(tmp_path) -> None:
    build = Builds(tmp_path, "+e")
    pool = Pool(build, eager=True, pauses=[600])
    dead, waiting = pool.submit("die"), pool.submit("waiting")
    with pytest.raises(CrashError):
        dead.result()
    pool.close()
    with pytest.raises(StoppedError):
        waiting.result(timeout=0)


def test_torch_keeps_to_the_threads_of_its_worker(tmp_path) -> None:
    with Pool(Builds(tmp_path, "+"), workers=1, threads=1) as pool:
        assert pool.submit("torch threads").result() == 1


def test_threads_are_divided_among_the_workers() -> None:
    with Pool(Handler, workers=1, threads=3) as pool:
        assert pool.submit(("environment", "OMP_NUM_THREADS")).result() == "3"
    assert os.environ.get("OMP_NUM_THREADS") != "3"


def test_closing_stops_all_jobs_and_leaves_no_process() -> None:
    pool = Pool(Handler, workers=2)
    jobs = [pool.submit(("hang", None)) for _ in range(4)]
    pids = [int(str(next(job.events()))) for job in jobs[:2]]
    pool.close()
    assert not any(map(alive, pids))
    for job in jobs:
        with pytest.raises(StoppedError):
            job.result()
    with pytest.raises(StoppedError):
        pool.submit(("echo", 1))
    pool.close()


def test_closing_does_not_wait_for_a_build() -> None:
    pool = Pool(partial(time.sleep, 600), eager=True)  # type: ignore[arg-type]
    pool.close()
    assert not pool.ready


PARENT = """
import sys
from summarizer.workers import Pool
from tests.test_workers import Handler
pool = Pool(Handler)
print(next(pool.submit(("hang", None)).events()), flush=True)
{then}
"""


@pytest.mark.parametrize(
    "then", ["import os; os.kill(os.getpid(), 9)", "sys.exit()", "raise ValueError"]
)
def test_no_worker_outlives_its_parent_however_that_ends(then: str) -> None:
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", PARENT.format(then=then)],
        capture_output=True,
        text=True,
        cwd=root,
        timeout=60,
        check=False,
    )
    assert wait_until_dead(int(done.stdout))
