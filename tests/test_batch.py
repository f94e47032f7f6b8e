"""A batch run: what is done, done again, left, recorded and said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import models
import summarizer.pipeline
from summarizer.batch.progress import JsonLines, Lines, Reporter
from summarizer.batch.run import CHUNK, BatchOptions, Report, run_batch
from summarizer.batch.sources import Entry
from summarizer.batch.store import Store, StoreError
from summarizer.batch.work import BatchHandler, Outcome
from summarizer.config import Config
from summarizer.errors import ConfigError, InputError, ModelError
from summarizer.records import (
    Briefing,
    BriefingSentence,
    Citation,
    Cluster,
    Deduplication,
    Document,
)
from summarizer.workers import BuildError, CrashError, OvertimeError


class ScriptedSummarizer:
    """Quotes each document's first line; a document may say what is to go wrong."""

    done: list[str]  # set by the fixture: the cluster ids, as they are done

    def __init__(self, config: Config) -> None:
        self.config = config

    def summarize(
        self,
        documents: Sequence[Document],
        *,
        cluster_id: str,
        notices: Sequence[str] = (),
        progress: Callable[[str], None] = lambda stage: None,
    ) -> Briefing:
        progress("cleaning")
        texts = [document.text.splitlines()[0] for document in documents]
        match texts[0]:
            case "refuse":
                progress("splitting")
                raise InputError("The documents hold no sentence to summarize.")
            case "bug":
                raise ZeroDivisionError("by nought")
            case "memory":
                raise MemoryError
            case "unwritable":
                progress("writing")
                raise ModelError("The writer has failed.")
        type(self).done.append(cluster_id)
        return Briefing(
            cluster_id=cluster_id,
            headline=texts[0],
            sentences=tuple(
                BriefingSentence(
                    text=text,
                    citations=(Citation(doc_id=d.doc_id, start=0, end=len(text), text=text),),
                )
                for text, d in zip(texts, documents, strict=True)
            ),
            documents=tuple(documents),
            deduplication=Deduplication(kept=()),
            ranking=(),
            dropped=(),
            writer="scripted",
            notices=tuple(notices),
            timings={"cleaning": 0.5},
        )

    def summarize_many(self, clusters: Sequence[Cluster]) -> list[Any]:
        results: list[Any] = []
        for cluster in clusters:
            try:
                results.append(self.summarize(cluster.documents, cluster_id=cluster.cluster_id))
            except InputError as error:
                results.append(error)
        return results


class HereEngine:
    """Does each chunk at once in this process, as the workers would."""

    def __init__(
        self, config: Config, formats: Sequence[str], *, workers: int | None, clusters: int
    ) -> None:
        self.workers = min(workers or 2, clusters)
        self.chunks: list[int] = []
        self.closed = False
        self.config = config
        self.handler = BatchHandler(config, formats)
        engines.append(self)

    def start(self) -> None:
        pass

    def submit(self, chunk: Sequence[Entry], *, timeout: float) -> Future[list[Outcome]]:
        self.chunks.append(len(chunk))
        future: Future[list[Outcome]] = Future()
        future.set_running_or_notify_cancel()
        try:
            self.before(chunk)
            future.set_result(self.handler(chunk, lambda stage: None))
        except Exception as error:
            future.set_exception(error)
        return future

    def before(self, chunk: Sequence[Entry]) -> None:
        """For tests: what goes wrong with a chunk as a whole."""

    def stage(self, future: Future[list[Outcome]]) -> str:
        return "salience"

    def close(self) -> None:
        self.closed = True


engines: list[HereEngine] = []


@pytest.fixture(autouse=True)
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    ScriptedSummarizer.done = []
    engines.clear()
    monkeypatch.setattr(summarizer.pipeline, "Summarizer", ScriptedSummarizer)
    return ScriptedSummarizer.done


def put(folder: Path, **clusters: str) -> Path:
    for name, text in clusters.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "a.txt").write_text(text, encoding="utf-8")
    return folder


def run(
    given: Path,
    output: Path,
    *,
    words: int = 200,
    reporter: Reporter | None = None,
    make_engine: Any = HereEngine,
    **options: Any,
) -> Report:
    return run_batch(
        str(given),
        output,
        Config(words=words),
        BatchOptions(**options),
        reporter or Reporter(),
        make_engine=make_engine,
    )


def manifest(output: Path) -> dict[str, dict[str, Any]]:
    lines = (output / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: row for row in rows}


@pytest.fixture
def given(tmp_path: Path) -> Path:
    return put(tmp_path / "in", mill="The mill burned.", ship="The ship sank.", dam="It held.")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_each_cluster_has_its_files_and_its_line(given: Path, output: Path) -> None:
    (given / "mill" / "b.png").write_bytes(b"\x89PNG")
    report = run(given, output, formats=("markdown", "json"))
    assert (report.clusters, report.done, report.exit_code) == (3, 3, 0)
    assert "The mill burned." in (output / "mill.md").read_text()
    assert json.loads((output / "mill.json").read_text())["headline"] == "The mill burned."
    row = manifest(output)["mill"]
    assert row["status"] == "done"
    assert row["words"] == 3
    assert row["writer"] == "scripted"
    assert "b.png" in row["notices"][0]
    assert row["seconds"] > 0
    assert row["files"] == ["mill.md", "mill.json"]
    assert len(row["input"]) == 64
    summary = json.loads((output / "summary.json").read_text())
    assert (summary["clusters"], summary["done"], summary["failed"]) == (3, 3, 0)
    assert engines[0].closed


def test_what_is_finished_is_not_done_again(given: Path, output: Path, done: list[str]) -> None:
    run(given, output)
    put(given, new="A fourth cluster.")
    report = run(given, output)
    assert sorted(done) == ["dam", "mill", "new", "ship"]
    assert (report.clusters, report.done, report.made) == (4, 4, 1)
    run(given, output)
    assert len(engines) == 2  # where there is nothing to do nothing is started


@pytest.mark.parametrize("change", ["content", "settings", "formats", "lost file", "force"])
def test_what_has_changed_is_done_again(
    given: Path, output: Path, done: list[str], change: str
) -> None:
    run(given, output)
    done.clear()
    again: dict[str, Any] = {}
    match change:
        case "content":
            put(given, mill="The mill turned.")  # of the same length
        case "settings":
            again = {"words": 90}
        case "formats":
            again = {"formats": ("html",)}
        case "lost file":
            (output / "mill.txt").unlink()
        case "force":
            again = {"force": True}
    run(given, output, **again)
    only = change in ("content", "lost file")
    assert sorted(done) == (["mill"] if only else ["dam", "mill", "ship"])
    assert sorted(manifest(output)) == ["dam", "mill", "ship"]
    if change == "formats":
        assert not (output / "mill.txt").exists()
    if change == "content":
        assert "turned" in (output / "mill.txt").read_text()


def test_new_times_on_old_content_are_no_change(
    given: Path, output: Path, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(given, output)
    done.clear()
    os.utime(given / "mill" / "a.txt", (1, 1))
    run(given, output)
    assert done == []
    from summarizer.batch.sources import FolderEntry

    monkeypatch.setattr(FolderEntry, "digest", None)  # the new stamp is known now
    run(given, output)
    assert done == []


def test_one_bad_cluster_costs_itself_and_has_its_reason(given: Path, output: Path) -> None:
    put(given, refuse="refuse", bug="bug", memory="memory", empty="  ")
    report = run(given, output)
    assert (report.done, report.failed, report.left, report.exit_code) == (3, 4, 0, 1)
    rows = manifest(output)
    told = {name: (rows[name]["stage"], rows[name]["error"]) for name in rows if name in
            ("refuse", "bug", "memory")}  # fmt: skip
    assert told == {
        "refuse": ("splitting", "The documents hold no sentence to summarize."),
        "bug": ("cleaning", "ZeroDivisionError: by nought"),
        "memory": ("cleaning", "Memory has run out."),
    }
    assert "ZeroDivisionError" in rows["bug"]["traceback"]
    assert rows["refuse"]["traceback"] is None
    assert rows["empty"]["stage"] == "reading"
    assert rows["empty"]["files"] == []
    summary = json.loads((output / "summary.json").read_text())
    assert {entry["id"] for entry in summary["failures"]} == {"refuse", "bug", "memory", "empty"}


def test_failures_stand_until_their_input_changes_or_they_are_retried(
    given: Path, output: Path, done: list[str]
) -> None:
    put(given, bad="refuse")
    run(given, output)
    done.clear()
    report = run(given, output)
    assert (done, report.broken, report.failed, report.exit_code) == ([], 0, 1, 1)
    put(given, new="A new cluster.")
    report = run(given, output, retry_failed=True)
    assert (done, report.broken, report.failed, report.left) == ([], 1, 1, 1)
    put(given, bad="It is mended.")
    report = run(given, output)
    assert sorted(done) == ["bad", "new"]
    assert report.exit_code == 0


def test_retry_failed_takes_only_those(given: Path, output: Path, done: list[str]) -> None:
    put(given, bad="refuse")
    run(given, output)
    done.clear()
    put(given, bad="Mended.", new="New.", mill="Changed.")
    assert run(given, output, retry_failed=True).failed == 0
    assert done == ["bad"]


def test_retry_failed_takes_what_a_kill_caught_while_it_was_done_again(
    given: Path, output: Path, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its old briefing is no longer vouched for: it is to be mended, as the failed are."""
    run(given, output)
    put(given, mill="The mill turned.")
    with monkeypatch.context() as patch:
        patch.setattr(Store, "_flush_folder", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(given, output)
    statuses = [json.loads(line)["status"] for line in (output / "manifest.jsonl").open()]
    assert statuses == ["done", "done", "done", "begun"]
    done.clear()
    put(given, new="A fourth cluster.")
    report = run(given, output, retry_failed=True)
    assert done == ["mill"]
    assert (report.done, report.left) == (3, 1)
    assert "turned" in (output / "mill.txt").read_text()


def test_a_writer_that_fails_on_one_cluster_fails_no_other(tmp_path: Path, output: Path) -> None:
    """Written together all fail; one by one only the one whose fault it is."""
    clusters = {f"c{n:02}": f"Number {n}." for n in range(60)}
    given = put(tmp_path / "in", poison="unwritable", **clusters)
    report = run(given, output, workers=1)
    assert (report.done, report.failed) == (60, 1)
    assert max(engines[0].chunks) == CHUNK
    row = manifest(output)["poison"]
    assert (row["stage"], row["error"]) == ("writing", "The writer has failed.")


def test_a_briefing_that_can_no_longer_be_made_does_not_stay(given: Path, output: Path) -> None:
    run(given, output)
    put(given, mill="refuse")
    run(given, output)
    assert not (output / "mill.txt").exists()
    assert manifest(output)["mill"]["status"] == "failed"


def test_max_failures_stops_early(tmp_path: Path, output: Path) -> None:
    given = put(tmp_path / "in", **{f"bad{n:02}": "refuse" for n in range(60)})
    report = run(given, output, max_failures=3, workers=1)
    assert 3 <= report.broken < 60
    assert report.stopped is not None
    assert report.left == 60 - report.broken
    assert report.exit_code == 1


class CrashingEngine(HereEngine):
    """Dies at every chunk in which "killer" is."""

    error: Exception = CrashError("The worker process was killed by SIGSEGV.")

    def before(self, chunk: Sequence[Entry]) -> None:
        if any(entry.cluster_id == "killer" for entry in chunk):
            raise self.error


@pytest.mark.parametrize(
    "error",
    [
        CrashError("The worker process was killed by SIGSEGV."),
        OvertimeError("Given up after 600 seconds."),
        RuntimeError("unforeseen"),
    ],
)
def test_a_cluster_that_kills_its_worker_costs_only_itself(
    tmp_path: Path, output: Path, error: Exception
) -> None:
    clusters = {f"c{n:02}": f"Number {n}." for n in range(40)}
    given = put(tmp_path / "in", killer="x", **clusters)  # the shortest, in a full chunk
    engine = type("Engine", (CrashingEngine,), {"error": error})
    report = run(given, output, workers=1, make_engine=engine)
    assert (report.done, report.failed) == (40, 1)
    row = manifest(output)["killer"]
    assert row["stage"] == "salience"
    assert str(error) in row["error"]
    assert row["input"]
    assert max(engines[0].chunks) == CHUNK


def test_chunks_begin_with_one_cluster_and_grow(tmp_path: Path, output: Path) -> None:
    """So that something is stored soon, by a run that may be killed soon."""
    given = put(tmp_path / "in", **{f"c{n:02}": f"Number {n}." for n in range(60)})
    stored: list[int] = []

    class Engine(HereEngine):
        def before(self, chunk: Sequence[Entry]) -> None:
            stored.append(len((output / "manifest.jsonl").read_bytes().splitlines()))

    run(given, output, workers=1, make_engine=Engine)
    assert engines[0].chunks[:6] == [1, 1, 4, 4, CHUNK, CHUNK]
    assert stored[:5] == [0, 0, 2, 2, 10]


def test_long_clusters_want_short_chunks(tmp_path: Path, output: Path) -> None:
    given = put(tmp_path / "in", **{f"c{n:02}": f"Number {n}." for n in range(60)})

    class Engine(HereEngine):
        def before(self, chunk: Sequence[Entry]) -> None:
            if len(chunk) == CHUNK:
                raise OvertimeError("Given up after 600 seconds.")

    report = run(given, output, workers=1, make_engine=Engine)
    assert report.done == 60
    chunks = engines[0].chunks
    assert chunks.count(CHUNK) == 2  # the second was in line already
    assert max(chunks[chunks.index(CHUNK) + 2 :]) == CHUNK // 2


def test_a_chunk_holds_half_a_minute_of_work(tmp_path: Path, output: Path) -> None:
    given = put(tmp_path / "in", **{f"c{n:02}": f"Number {n}." for n in range(60)})

    class Engine(HereEngine):
        def submit(self, chunk: Sequence[Entry], *, timeout: float) -> Future[list[Outcome]]:
            outcomes = super().submit(chunk, timeout=timeout).result()
            slow: Future[list[Outcome]] = Future()
            slow.set_result([replace(outcome, seconds=8.0) for outcome in outcomes])
            return slow

    run(given, output, workers=1, make_engine=Engine)
    assert set(engines[0].chunks[4:-1]) == {3}


def test_workers_that_cannot_be_replaced_end_the_run_and_fail_no_cluster(
    tmp_path: Path, output: Path
) -> None:
    given = put(tmp_path / "in", **{f"c{n:02}": f"Number {n}." for n in range(60)})

    class Engine(HereEngine):
        def before(self, chunk: Sequence[Entry]) -> None:
            if len(self.chunks) > 3:
                raise BuildError("No worker process could be started again. Memory is short.")

    report = run(given, output, workers=1, make_engine=Engine)
    assert 0 < report.done < 60
    assert (report.failed, report.left, report.exit_code) == (0, 60 - report.done, 1)
    assert "Memory is short" in (report.stopped or "")
    assert run(given, output).done == 60


@pytest.fixture
def checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the embedded writer's weights are; there are none yet."""
    monkeypatch.setattr(models, "_CHECKPOINT", tmp_path / "checkpoint")
    (tmp_path / "checkpoint").mkdir()
    return tmp_path / "checkpoint" / "model.safetensors"


def test_another_writer_under_the_same_name_does_all_again(
    given: Path, output: Path, done: list[str], checkpoint: Path
) -> None:
    def again() -> tuple[int, str | None]:
        done.clear()
        run(given, output)
        return len(done), engines[-1].config.writer if done else None

    assert again() == (3, "auto")  # which falls back, and says so in each briefing
    checkpoint.write_bytes(b"weights")
    assert again() == (3, "embedded")
    os.utime(checkpoint, (1, 1))
    assert again() == (0, None)
    checkpoint.write_bytes(b"WEIGHTS")
    assert again() == (3, "embedded")
    checkpoint.unlink()
    assert again() == (3, "auto")
    settings = json.loads((output / "summary.json").read_text())["settings"]
    assert settings["models"]["writer"] == "extractive"


def test_what_names_stand_for_is_found_out_without_loading_it(checkpoint: Path) -> None:
    from models.encoders import MINILM_PACKAGE
    from models.fusion.writer import CHECKPOINT

    checkpoint.write_bytes(b"weights")
    code = (
        "import sys, models\nfrom pathlib import Path\n"
        f"assert models._CHECKPOINT == Path({str(CHECKPOINT)!r})\n"
        f"models._CHECKPOINT = Path({str(checkpoint.parent)!r})\n"
        "print(models.resolved_writer('auto'), models.resolved_encoder('auto'))\n"
        "assert not {'torch', 'transformers', 'numpy'} & sys.modules.keys()"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    writer, encoder = told.stdout.split()
    assert writer == models.resolved_writer("embedded") == models.resolved_writer("auto")
    assert writer.startswith("embedded:")
    assert encoder == ("minilm" if find_spec(MINILM_PACKAGE) else "auto")
    assert models.resolved_writer("extractive") == "extractive"
    assert models.resolved_writer("hf:some/name") == "hf:some/name"


def test_clusters_of_like_length_are_done_together_the_longest_first(
    tmp_path: Path, output: Path
) -> None:
    given = put(tmp_path / "in", **{f"c{n:02}": "word " * (1 + n * 7 % 48) for n in range(48)})
    sizes: list[list[int]] = []

    class Engine(HereEngine):
        def before(self, chunk: Sequence[Entry]) -> None:
            sizes.append([entry.size for entry in chunk])

    run(given, output, workers=1, make_engine=Engine)
    assert max(max(chunk) - min(chunk) for chunk in sizes) < 5 * CHUNK
    assert [max(chunk) for chunk in sizes] == sorted(map(max, sizes), reverse=True)


def test_few_clusters_are_spread_over_the_workers(given: Path, output: Path) -> None:
    run(given, output, workers=2)
    assert engines[0].chunks == [1, 1, 1]


@pytest.mark.parametrize("moment", ["files", "line"])
def test_a_full_disk_stops_the_run_and_the_next_one_carries_on(
    given: Path, output: Path, done: list[str], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    real, calls = os.fsync, 0

    def fsync(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == {"files": 1, "line": 3}[moment]:
            raise OSError(28, "No space left on device")
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(StoreError, match="No space left on device"):
            run(given, output, workers=1)
    assert engines[0].closed
    assert run(given, output).exit_code == 0
    assert sorted(manifest(output)) == ["dam", "mill", "ship"]


def test_an_interrupt_finishes_what_is_at_hand(tmp_path: Path, output: Path) -> None:
    given = put(tmp_path / "in", **{f"c{n:02}": f"Number {n}." for n in range(40)})

    class Engine(HereEngine):
        def before(self, chunk: Sequence[Entry]) -> None:
            if len(self.chunks) == 2:
                os.kill(os.getpid(), signal.SIGINT)

    report = run(given, output, workers=1, make_engine=Engine)
    assert report.exit_code == 130
    assert report.done == sum(engines[0].chunks) == len(manifest(output))
    assert report.left > 0
    assert run(given, output).exit_code == 0


def test_a_second_interrupt_stops_at_once(given: Path, output: Path) -> None:
    class Engine(HereEngine):
        def before(self, chunk: Sequence[Entry]) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run(given, output, make_engine=Engine)
    assert engines[0].closed
    assert signal.getsignal(signal.SIGINT) is before


def test_an_input_without_clusters_is_an_error(tmp_path: Path, output: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="holds no cluster"):
        run(tmp_path / "in", output)


@pytest.mark.parametrize("place", [".", "out", "deep/down", ".."])
def test_output_inside_input_and_input_inside_output_are_refused(given: Path, place: str) -> None:
    with pytest.raises(ConfigError, match="lie in one another"):
        run(given, given / place)
    assert not (given / "deep").exists()


def test_output_inside_input_by_a_link_is_refused(given: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(given)
    with pytest.raises(ConfigError, match="lie in one another"):
        run(given, tmp_path / "link" / "out")


def test_links_in_a_circle_are_one_clear_error(given: Path, tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(InputError):
        run(tmp_path / "circle", tmp_path / "out")
    with pytest.raises(StoreError, match="Cannot write"):
        run(given, tmp_path / "circle")


def test_an_output_that_is_a_file_is_refused(given: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="is a file"):
        run(given, tmp_path / "file")


@pytest.mark.parametrize(
    "options",
    [
        {"formats": ("pdf",)},
        {"formats": ()},
        {"workers": 0},
        {"timeout": 0},
        {"timeout": float("nan")},
        {"timeout": float("inf")},
        {"max_failures": 0},
        {"force": True, "retry_failed": True},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        BatchOptions(**options)


def test_a_file_of_clusters_is_carried_on_as_it_grows(
    tmp_path: Path, output: Path, done: list[str]
) -> None:
    path = tmp_path / "night.jsonl"
    line = json.dumps({"cluster_id": "mill", "documents": ["The mill burned."]}) + "\n"
    path.write_text(line + line.replace("mill", "ship")[:30])
    report = run(path, output)
    assert (report.done, report.failed) == (1, 1)
    path.write_text(line + line.replace("mill", "ship"))
    report = run(path, output)
    assert done == ["mill", "ship"]
    assert (report.clusters, report.done, report.failed) == (2, 2, 0)
    assert sorted(manifest(output)) == ["mill", "ship"]


def test_the_log_says_a_line_a_minute_and_closes_with_a_table(
    given: Path, output: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(given, bad="refuse", **{"worse\nname": "bug"})
    reporter = Lines()
    reporter._last -= 61
    report = run(given, output, reporter=reporter)
    lines = capsys.readouterr().err.splitlines()
    assert "5 clusters, 0 of them finished; 5 to do." in lines[0]
    assert sum("a minute, about" in line for line in lines) == 1
    assert "3 of 5 clusters have their briefing, 2 failed" in lines[-4]
    assert lines[-2].split() == ["bad", "splitting:", *"The documents hold no".split(),
                                 *"sentence to summarize.".split()]  # fmt: skip
    assert lines[-1].startswith("  worse name#")
    assert report.failed == 2


def test_json_logs_are_objects_with_the_figures(
    given: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(given, bad="refuse")
    reporter = JsonLines()
    reporter._last -= 61
    run(given, output, reporter=reporter)
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {event["event"] for event in events} == {"begin", "failed", "progress", "end"}
    assert events[-1]["done"] == 3
    assert events[-1]["failed"] == 1


def test_quiet_says_nothing(given: Path, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(given, output)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


def test_the_outcome_of_a_chunk_is_that_of_each_alone(given: Path) -> None:
    from summarizer.batch.sources import Source

    handler = BatchHandler(Config(), ["text", "json"])
    chunk = list(Source(str(given)))
    together = handler(chunk, lambda stage: None)
    alone = [handler([entry], lambda stage: None)[0] for entry in chunk]
    assert [replace(o, seconds=0) for o in together] == [replace(o, seconds=0) for o in alone]
