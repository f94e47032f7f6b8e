"""A batch run: what is to be done, doing it, and what has come of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from models import resolved_encoder, resolved_writer
from summarizer.batch.engines import Engine, LocalEngine
from summarizer.batch.progress import Reporter
from summarizer.batch.sources import Entry, Source
from summarizer.batch.store import SUFFIXES, Store
from summarizer.batch.work import Outcome
from summarizer.config import Config
from summarizer.errors import ConfigError, InputError
from summarizer.workers import BuildError, OvertimeError, StoppedError

CHUNK = 16  # clusters at most that a worker takes at once; a writer writes half in one batch
_CHUNK_SECONDS = 30.0  # of work that a worker takes at once, and a kill may cost, about
_WINDOW = 8 * CHUNK  # clusters that are sorted by length together
_WINDOW_BYTES = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """How to run a batch. Raises ConfigError for a value out of range.

    formats:      names in ``rendering.FORMATS``; a file each
    workers:      processes; None leaves it to the engine
    timeout:      seconds that one cluster may take
    force:        do all clusters again
    retry_failed: take only the clusters that have failed
    max_failures: how many failures of this run end it early
    """

    formats: tuple[str, ...] = ("text",)
    workers: int | None = None
    timeout: float = 600.0
    force: bool = False
    retry_failed: bool = False
    max_failures: int | None = None

    def __post_init__(self) -> None:
        for name in self.formats:
            if name not in SUFFIXES:
                raise ConfigError(f"Unknown format {name!r}. Known: {', '.join(SUFFIXES)}.")
        if not self.formats:
            raise ConfigError("At least one format is needed.")
        if self.workers is not None and not 1 <= self.workers <= 1_000:
            raise ConfigError(f"workers must be between 1 and 1,000, not {self.workers}.")
        if not 0 < self.timeout <= threading.TIMEOUT_MAX:
            raise ConfigError(f"timeout must be a number of seconds above 0, not {self.timeout}.")
        if self.max_failures is not None and self.max_failures < 1:
            raise ConfigError(f"max_failures must be at least 1, not {self.max_failures}.")
        if self.force and self.retry_failed:
            raise ConfigError("Give force or retry_failed, not both.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What has come of a run: ``clusters`` of INPUT are ``done``, ``failed`` or ``left``.

    ``made`` and ``broken`` count what was done and has failed in this very run.
    ``failures`` are the manifest's lines on those that stand as failed. ``stopped`` says
    why the run ended before its time, if it did.
    """

    clusters: int
    done: int
    failed: int
    left: int
    made: int
    broken: int
    seconds: float
    failures: tuple[dict[str, Any], ...]
    stopped: str | None = None

    @property
    def exit_code(self) -> int:
        """0 where every cluster has its briefing, 130 after an interrupt, else 1."""
        if self.stopped == "interrupted":
            return 130
        return int(self.failed > 0 or self.stopped is not None)


def run_batch(
    given: str,
    output: Path,
    config: Config,
    options: BatchOptions,
    reporter: Reporter,
    *,
    make_engine: Callable[..., Engine] = LocalEngine,
) -> Report:
    """Summarize every cluster of ``given`` that is not finished into the folder ``output``.

    Safe to kill at any moment and to start again. Raises ConfigError and InputError for
    what makes no sense, StoreError where OUTPUT is in use or cannot be written, ModelError
    where the models cannot be loaded; what fails a single cluster is in the report.
    """
    _check_apart(given, output)
    started = dt.datetime.now(dt.UTC)
    clock = time.monotonic()
    source = Source(given)
    settings = settings_of(config, options)
    if settings["models"]["writer"].startswith("embedded"):
        config = replace(config, writer="embedded")  # no worker may fall back on another
    with Store(output) as store, reporter:
        seen, todo = _survey(source, store, settings, options)
        if not seen:
            raise InputError(f"{given}: holds no cluster.")
        reporter.begin(total=len(seen), todo=len(todo))
        run = _Run(store, settings["hash"], options, reporter, todo)
        if todo:
            engine = make_engine(
                config, options.formats, workers=options.workers, clusters=len(todo)
            )
            try:
                engine.start()
                run.work(engine, source)
            finally:
                engine.close()
        store.compact(seen)
        report = _report(store, seen, run, time.monotonic() - clock)
        store.write_summary(
            {
                "version": version("multi-document-summarizer"),
                "input": given,
                "settings": settings,
                **{key: value for key, value in asdict(report).items() if key != "failures"},
                "started": started.isoformat(timespec="seconds"),
                "failures": [
                    {key: row[key] for key in ("id", "stage", "error")} for row in report.failures
                ],
            }
        )
    reporter.end(report)
    return report


def _check_apart(given: str, output: Path) -> None:
    # In pathlib these raise for what may not be looked at, and for links in a circle.
    path, folder = Path(os.path.realpath(given)), Path(os.path.realpath(output))
    if os.path.isfile(folder):  # noqa: PTH113
        raise ConfigError(f"OUTPUT {output} is a file; give a folder.")
    if os.path.exists(path) and (  # noqa: PTH110
        folder.is_relative_to(path) or path.is_relative_to(folder)
    ):
        raise ConfigError(
            f"INPUT {given} and OUTPUT {output} lie in one another; choose another place."
        )


def settings_of(config: Config, options: BatchOptions) -> dict[str, Any]:
    """What a briefing depends on beside its input, and the hash of that.

    "models" says what the names stand for on this machine, which "auto" alone does not.
    """
    models = {
        "writer": resolved_writer(str(config.writer)),
        "encoder": resolved_encoder(str(config.encoder)),
    }
    settings = {**asdict(config), "formats": sorted(options.formats), "models": models}
    text = json.dumps(settings, sort_keys=True, default=str)
    return {**settings, "hash": hashlib.sha256(text.encode()).hexdigest()[:16]}


def _survey(
    source: Source, store: Store, settings: dict[str, Any], options: BatchOptions
) -> tuple[set[str], set[str]]:
    """The ids of all clusters, and of those that are to be done.

    What has the stamp that the manifest knows is not looked into. Where only the stamp
    differs, as in a copy, the manifest learns the new one.
    """
    seen: set[str] = set()
    todo: set[str] = set()
    stamps: dict[str, str] = {}
    present = store.present()
    for entry in source:
        key = entry.cluster_id
        seen.add(key)
        known = store.known.get(key)
        if options.retry_failed:
            if known and not known.done:
                todo.add(key)
        elif (
            options.force
            or known is None
            or known.settings != settings["hash"]
            or not present.issuperset(known.files)
        ):
            todo.add(key)
        elif known.stamp != entry.stamp:
            if known.input == entry.digest():
                stamps[key] = entry.stamp
            else:
                todo.add(key)
    store.restamp(stamps)
    return seen, todo


class _Run:
    """The state of a run while it works."""

    def __init__(
        self, store: Store, settings: str, options: BatchOptions, reporter: Reporter, todo: set[str]
    ) -> None:
        self.made = 0
        self.broken = 0
        self.stopped: str | None = None
        self._store = store
        self._settings = settings
        self._options = options
        self._reporter = reporter
        self._todo = todo
        # Chunks begin with one cluster, so that a run gets on that is soon killed each time.
        self._chunk = 1
        self._most = CHUNK
        self._again: deque[tuple[Entry, ...]] = deque()  # one by one, as their chunk has failed

    def work(self, engine: Engine, source: Source) -> None:
        """Keep the engine supplied and take what comes, until all is done or it must stop."""
        self._most = max(1, min(CHUNK, len(self._todo) // (2 * engine.workers)))
        chunks = self._chunks(source)
        waiting: dict[Future[list[Outcome]], tuple[Entry, ...]] = {}
        told = False
        with self._interrupts():
            while True:
                while not self.stopped and len(waiting) < 2 * engine.workers:
                    chunk = self._again.popleft() if self._again else next(chunks, None)
                    if chunk is None:
                        break
                    waiting[engine.submit(chunk, timeout=self._options.timeout)] = chunk
                if self.stopped and not told:
                    told = True
                    self._reporter.stopping()
                if self.stopped:  # what no worker has begun stays for the next run
                    for future in waiting:
                        if not future.running():
                            future.cancel()
                if not waiting:
                    break
                done, _ = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
                for future in done:
                    self._take(waiting.pop(future), future, engine)
                self._reporter.tick()

    def _chunks(self, source: Source) -> Iterator[tuple[Entry, ...]]:
        """What is to be done, clusters of like length together, the longest first."""
        window: list[Entry] = []
        size = 0
        for entry in source:
            if entry.cluster_id in self._todo:
                window.append(entry)
                size += entry.size
                if len(window) >= _WINDOW or size > _WINDOW_BYTES:
                    yield from self._sorted(window)
                    window, size = [], 0
        yield from self._sorted(window)

    def _sorted(self, window: list[Entry]) -> Iterator[tuple[Entry, ...]]:
        window.sort(key=lambda entry: entry.size)
        while window:
            chunk = tuple(window[-self._chunk :])
            del window[-self._chunk :]
            yield chunk

    def _take(
        self, chunk: tuple[Entry, ...], future: Future[list[Outcome]], engine: Engine
    ) -> None:
        """Write down what became of the chunk, or have its clusters done one by one."""
        if future.cancelled() or isinstance(future.exception(), StoppedError):
            return
        error = future.exception()
        if error is None:
            outcomes = future.result()
            self._record(outcomes)
            each = sum(outcome.seconds for outcome in outcomes) / len(outcomes)
            in_time = max(1, int(_CHUNK_SECONDS / max(each, 1e-3)))
            self._chunk = min(2 * self._chunk, self._most, in_time)
        elif isinstance(error, BuildError):
            self.stopped = self.stopped or str(error)
        elif len(chunk) > 1:
            self._again.extend((entry,) for entry in chunk)
            if isinstance(error, OvertimeError):
                self._most = min(self._most, len(chunk) // 2)
                self._chunk = min(self._chunk, self._most)
        else:
            self._record([_lost(chunk[0], error, engine.stage(future))])

    def _record(self, outcomes: Sequence[Outcome]) -> None:
        rows = [
            {
                "id": outcome.cluster_id,
                "status": "failed" if outcome.error else "done",
                "words": outcome.words,
                "writer": outcome.writer,
                "notices": list(outcome.notices),
                "seconds": round(outcome.seconds, 3),
                "input": outcome.input,
                "stamp": outcome.stamp,
                "settings": self._settings,
            }
            | (
                {
                    "stage": outcome.stage,
                    "error": outcome.error,
                    "traceback": outcome.traceback,
                }
                if outcome.error
                else {}
            )
            for outcome in outcomes
        ]
        self._store.add(rows, [outcome.files for outcome in outcomes])
        for outcome in outcomes:
            self.made += not outcome.error
            self.broken += bool(outcome.error)
            self._reporter.advance(outcome)
        if self._options.max_failures and self.broken >= self._options.max_failures:
            self.stopped = self.stopped or f"{self.broken} failures"

    @contextmanager
    def _interrupts(self) -> Iterator[None]:
        """The first Ctrl-C asks to stop; the second is a KeyboardInterrupt as ever."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def ask(*_: object) -> None:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.stopped = "interrupted"

        before = signal.signal(signal.SIGINT, ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


def _lost(entry: Entry, error: BaseException, stage: str) -> Outcome:
    """The outcome of a cluster whose worker did not live to tell it."""
    notes = getattr(error, "__notes__", [])
    return Outcome(
        cluster_id=entry.cluster_id,
        stamp=entry.stamp,
        input=entry.digest(),
        seconds=0.0,
        stage=stage,
        error=str(error) or type(error).__name__,
        traceback="\n".join(notes) or None,
    )


def _report(store: Store, seen: set[str], run: _Run, seconds: float) -> Report:
    done = 0
    failures = []
    for row in store.lines():
        if row["id"] in seen:
            done += row["status"] == "done"
            failures += [row] if row["status"] == "failed" else []
    return Report(
        clusters=len(seen),
        done=done,
        failed=len(failures),
        left=len(seen) - done - len(failures),
        made=run.made,
        broken=run.broken,
        seconds=round(seconds, 1),
        failures=tuple(failures),
        stopped=run.stopped,
    )
