"""What a user sees of a batch run: a bar on a terminal, a line a minute in a log."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from typing import TYPE_CHECKING, Any, Self

from summarizer.rendering import visible

if TYPE_CHECKING:
    from summarizer.batch.run import Report
    from summarizer.batch.work import Outcome

_SHOWN = 50  # failures in the closing table
_EVERY = 60.0  # seconds between lines in a log


class Reporter:
    """Counts, and says nothing: what ``--quiet`` shows. All speak on standard error."""

    def __init__(self) -> None:
        self.total = self.todo = self.done = self.failed = 0
        self._start = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever has ended the run, leave the terminal in order."""

    def begin(self, *, total: int, todo: int) -> None:
        """``todo`` of the ``total`` clusters of INPUT are to be done."""
        self.total, self.todo = total, todo
        self._start = time.monotonic()

    def advance(self, outcome: Outcome) -> None:
        """A cluster is done or has failed."""
        self.done += 1
        self.failed += outcome.error is not None

    def tick(self) -> None:
        """Called about every second."""

    def stopping(self) -> None:
        """Somebody has asked to stop."""

    def end(self, report: Report) -> None:
        """The run is over."""

    @property
    def rate(self) -> float:
        """Clusters a minute so far."""
        return 60 * self.done / max(1e-3, time.monotonic() - self._start)

    @property
    def minutes_left(self) -> float | None:
        """At that rate; None before the first cluster is done."""
        return (self.todo - self.done) / self.rate if self.done else None


class Lines(Reporter):
    """One line a minute, and the closing table."""

    def __init__(self) -> None:
        super().__init__()
        self._last = time.monotonic()

    def begin(self, *, total: int, todo: int) -> None:
        """Say what there is to do."""
        super().begin(total=total, todo=todo)
        self._say(f"{total:,} clusters, {total - todo:,} of them finished; {todo:,} to do.")

    def tick(self) -> None:
        """Say once a minute how far it is."""
        if time.monotonic() - self._last >= _EVERY:
            self._last = time.monotonic()
            left = self.minutes_left
            self._say(
                f"{self.done:,} of {self.todo:,} done, {self.failed:,} failed, "
                f"{self.rate:.0f} a minute"
                + (f", about {left:.0f} minutes left." if left is not None else ".")
            )

    def stopping(self) -> None:
        """Say what happens now."""
        self._say("Stopping when the clusters at hand are done; Ctrl-C once more stops at once.")

    def end(self, report: Report) -> None:
        """Say what has come of it, and what failed."""
        _close(report)

    def _say(self, line: str) -> None:
        _print(f"{dt.datetime.now():%H:%M:%S} {line}")


class JsonLines(Reporter):
    """The same, each line a JSON object: time, event and figures; failures as they come."""

    def __init__(self) -> None:
        super().__init__()
        self._last = time.monotonic()

    def begin(self, *, total: int, todo: int) -> None:
        """Event "begin"."""
        super().begin(total=total, todo=todo)
        self._log("begin", clusters=total, todo=todo)

    def advance(self, outcome: Outcome) -> None:
        """Event "failed", where it has."""
        super().advance(outcome)
        if outcome.error is not None:
            self._log("failed", id=outcome.cluster_id, stage=outcome.stage, error=outcome.error)

    def tick(self) -> None:
        """Event "progress", once a minute."""
        if time.monotonic() - self._last >= _EVERY:
            self._last = time.monotonic()
            self._log(
                "progress",
                done=self.done,
                todo=self.todo,
                failed=self.failed,
                clusters_per_minute=round(self.rate, 1),
                minutes_left=self.minutes_left and round(self.minutes_left, 1),
            )

    def stopping(self) -> None:
        """Event "stopping"."""
        self._log("stopping")

    def end(self, report: Report) -> None:
        """Event "end", with the counts of the report."""
        names = ("clusters", "done", "failed", "left", "made", "broken", "seconds", "stopped")
        self._log("end", **{name: getattr(report, name) for name in names})

    def _log(self, event: str, **fields: Any) -> None:
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        print(json.dumps({"time": now, "event": event, **fields}), file=sys.stderr, flush=True)


class Bar(Reporter):
    """A progress bar with clusters a minute, failures and the time left."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        super().__init__()
        self._bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}"),
            console=Console(stderr=True),
        )

    def begin(self, *, total: int, todo: int) -> None:
        """Show the bar, if there is anything to do."""
        super().begin(total=total, todo=todo)
        if todo:
            finished = f"{total - todo:,} finished before" if total > todo else ""
            self._task = self._bar.add_task("", total=todo, told=finished)
            self._bar.start()

    def advance(self, outcome: Outcome) -> None:
        """One step."""
        super().advance(outcome)
        left = self.minutes_left or 0.0
        time_left = f"{left:.0f} min left" if left >= 2 else f"{60 * left:.0f} s left"
        told = f"{self.rate:.0f} a minute, {self.failed:,} failed, {time_left}"
        self._bar.update(self._task, advance=1, told=told)

    def stopping(self) -> None:
        """Say above the bar what happens now."""
        self._bar.console.print(
            "Stopping when the clusters at hand are done; Ctrl-C once more stops at once."
        )

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def end(self, report: Report) -> None:
        """Take the bar down; the closing table."""
        self._bar.stop()
        _close(report)


def _close(report: Report) -> None:
    minutes = report.seconds / 60
    rate = f", {(report.made + report.broken) / minutes:.0f} a minute" if minutes else ""
    counts = [f"{report.done:,} of {report.clusters:,} clusters have their briefing"]
    counts += [f"{report.failed:,} failed"] if report.failed else []
    counts += [f"{report.left:,} are left"] if report.left else []
    _print(
        f"{', '.join(counts)} (this run: {report.made:,} done, {report.broken:,} failed, "
        f"{report.seconds:,.0f} s{rate})."
    )
    if report.stopped:
        _print(f"Stopped early: {report.stopped}. The same command carries on.")
    if report.failures:
        _print("Failed (--retry-failed takes these again):")
        width = min(40, max(len(visible(row["id"])) for row in report.failures[:_SHOWN]))
        for row in report.failures[:_SHOWN]:
            name = visible(row["id"])
            name = name if len(name) <= width else name[: width - 1] + "…"
            _print(f"  {name:<{width}}  {row['stage']}: {visible(row['error'])}")
        if len(report.failures) > _SHOWN:
            _print(f"  and {len(report.failures) - _SHOWN:,} more; see manifest.jsonl")


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
