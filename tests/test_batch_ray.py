"""The batch on a Ray cluster: nodes and actors that die, and the same results."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from summarizer import cli
from summarizer.batch.engines import LocalEngine
from summarizer.batch.progress import Reporter
from summarizer.batch.ray_engine import RayEngine, share
from summarizer.batch.run import BatchOptions, run_batch
from summarizer.batch.sources import Entry
from summarizer.batch.work import Outcome
from summarizer.config import Config
from summarizer.errors import ConfigError, SummarizerError
from summarizer.records import Cluster, Document
from summarizer.workers import BuildError, CrashError, OvertimeError

CONFIG = Config(writer="extractive", encoder="lexical")
FORMATS = ("text", "json")
STORY = """The mill of Tilby burned down early on Monday, the fire brigade said.
Nobody was hurt, but {number} tonnes of grain were lost.
The mayor promised that the mill would be built again before the winter of next year."""


@pytest.fixture
def ray() -> Iterator[Any]:
    """Ray, whose actors may take the classes of this very module."""
    ray = pytest.importorskip("ray", reason="the extra `ray` is not installed")
    pytest.importorskip("ray.cluster_utils")
    module = sys.modules[__name__]
    ray.cloudpickle.register_pickle_by_value(module)
    yield ray
    ray.cloudpickle.unregister_pickle_by_value(module)
    ray.shutdown()


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "night.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(12):
            documents = [STORY.format(number=number), f"Fire number {number} destroyed a mill."]
            file.write(json.dumps({"cluster_id": f"c{number:02}", "documents": documents}) + "\n")
        file.write(json.dumps({"cluster_id": "nothing", "documents": []}) + "\n")
    return path


def wait_for(path: Path) -> None:
    end = time.monotonic() + 90
    while not path.exists():
        assert time.monotonic() < end, f"{path.name} did not come"
        time.sleep(0.02)


@dataclass(frozen=True)
class Watched:
    """An entry that notes when it is read; the sixth to be read tells where, and waits."""

    entry: Entry
    diary: Path

    @property
    def cluster_id(self) -> str:
        return self.entry.cluster_id

    @property
    def stamp(self) -> str:
        return self.entry.stamp

    @property
    def size(self) -> int:
        return self.entry.size

    def digest(self) -> str:
        return self.entry.digest()

    def read(self) -> tuple[Cluster, tuple[str, ...]]:
        with (self.diary / "reads").open("a") as file:
            file.write(f"{self.cluster_id}\n")
        if (self.diary / "reads").read_text().count("\n") >= 6:
            with contextlib.suppress(FileExistsError):
                self._hold()
        return self.entry.read()

    def _hold(self) -> None:
        import ray

        with (self.diary / "half-way").open("x") as file:
            file.write(ray.get_runtime_context().get_node_id() + "\n")
        wait_for(self.diary / "go on")


class WatchedEngine(RayEngine):
    def submit(self, chunk: Sequence[Entry], *, timeout: float) -> Future[list[Outcome]]:
        diary = Path(os.environ["DIARY"])
        return super().submit([Watched(entry, diary) for entry in chunk], timeout=timeout)


def contents(output: Path) -> dict[str, Any]:
    """What a run has written, less what differs from run to run."""
    found: dict[str, Any] = {}
    for path in output.iterdir():
        if path.name == "manifest.jsonl":
            for line in path.read_text().splitlines():
                row = json.loads(line)
                assert row.pop("seconds") >= 0
                found[f"row {row['id']}"] = row
        elif path.name not in ("summary.json", ".lock"):
            text = path.read_text(encoding="utf-8")
            found[path.name] = text
            if path.suffix == ".json":
                found[path.name] = {**json.loads(text), "timings": None}
    return found


def test_of_two_nodes_one_is_killed_half_way_and_the_outputs_are_the_same(
    ray: Any, given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ray.cluster_utils import Cluster as RayCluster

    monkeypatch.setenv("DIARY", str(tmp_path))
    options = BatchOptions(formats=FORMATS, workers=2)
    node: dict[str, Any] = {"include_dashboard": False}
    machines = RayCluster(initialize_head=True, head_node_args={**node, "num_cpus": 0})
    nodes = [machines.add_node(**node, num_cpus=1) for _ in range(2)]

    port = machines.address.rpartition(":")[2]

    def accident() -> None:
        wait_for(tmp_path / "half-way")
        where = (tmp_path / "half-way").read_text().strip()
        (at,) = [node for node in nodes if node.node_id == where]
        machines.remove_node(at, allow_graceful=False)
        (tmp_path / "go on").touch()

    threading.Thread(target=accident).start()
    try:
        report = run_batch(
            str(given),
            tmp_path / "ray",
            CONFIG,
            options,
            Reporter(),
            make_engine=partial(WatchedEngine, address=f"127.0.0.1:{port}"),
        )
    finally:
        ray.shutdown()
        machines.shutdown()
    run_batch(str(given), tmp_path / "local", CONFIG, options, Reporter(), make_engine=LocalEngine)

    assert (report.done, report.failed, report.left) == (12, 1, 0)
    assert report.failures[0]["id"] == "nothing"
    assert contents(tmp_path / "ray") == contents(tmp_path / "local")
    reads = Counter((tmp_path / "reads").read_text().split())
    again = [name for name, times in reads.items() if times > 1 and name != "nothing"]
    assert len(again) <= 3  # the chunk in hand, and no other


@dataclass(frozen=True)
class Odd:
    """An entry whose reading goes wrong."""

    cluster_id: str
    attempts: Path | None = None
    stamp: str = "stamp"
    size: int = 1

    def digest(self) -> str:
        if self.cluster_id == "bug":
            raise SystemExit("a library that exits")
        return "digest"

    def read(self) -> tuple[Cluster, tuple[str, ...]]:
        if self.attempts:
            with self.attempts.open("a") as file:
                file.write(f"{self.cluster_id}\n")
        if self.cluster_id == "poison":
            os._exit(1)
        while self.cluster_id == "slow":
            time.sleep(0.1)
        document = Document(doc_id="a", text=STORY.format(number=3))
        return Cluster(cluster_id=self.cluster_id, documents=(document,)), ()


def test_what_ends_an_actor_is_recorded_and_the_next_cluster_is_done(
    ray: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    ray.init(address="local", num_cpus=1, include_dashboard=False, log_to_driver=False)
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("summarizer.batch.ray_engine._ATTEMPTS", 2)
    engine = RayEngine(CONFIG, FORMATS, workers=1, clusters=9, needs=Path("in"))
    try:
        engine.start()
        log = tmp_path / "attempts"
        poison = engine.submit([Odd("poison", log)], timeout=600)
        slow = engine.submit([Odd("slow", log)], timeout=3)
        pair = engine.submit([Odd("fine"), Odd("poison", log)], timeout=600)
        bug = engine.submit([Odd("bug")], timeout=600)
        fine = engine.submit([Odd("fine")], timeout=600)

        assert [outcome.error for outcome in fine.result(120)] == [None]
        with pytest.raises(CrashError, match="The actor was lost"):
            poison.result(120)
        with pytest.raises(OvertimeError, match="3 seconds"):
            slow.result(120)
        assert engine.stage(slow) == "reading"
        with pytest.raises(CrashError):
            pair.result(120)
        assert bug.exception(120) is not None
        assert Counter(log.read_text().split()) == {"poison": 3, "slow": 1}
    finally:
        engine.close()

    engine = RayEngine(CONFIG, FORMATS, workers=1, clusters=9, needs=tmp_path / "elsewhere")
    with pytest.raises(SummarizerError, match="elsewhere; INPUT must be on every node"):
        engine.start()
    engine.close()


@pytest.mark.parametrize(
    ("processors", "workers", "each"),
    [
        ([16, 16], 2, 16),
        ([16, 16], 3, 8),
        ([16, 16], 32, 1),
        ([4, 2], 3, 2),
        ([2], 5, 1),
        ([], 1, 1),
    ],
)
def test_the_processors_of_the_nodes_are_divided(
    processors: list[int], workers: int, each: int
) -> None:
    assert share(processors, workers) == each


def test_without_ray_one_error_says_what_to_install(
    given: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SystemExit) as ended:
        cli.main(["batch", str(given), str(tmp_path / "out"), "--engine", "ray"])
    assert ended.value.code == 2
    told = capfd.readouterr().err
    assert 'pip install "multi-document-summarizer[ray]"' in told
    assert "Traceback" not in told


def test_the_client_protocol_is_refused(ray: Any) -> None:
    with pytest.raises(ConfigError, match="client protocol"):
        RayEngine(CONFIG, FORMATS, workers=1, clusters=1, address="ray://head:10001")


def test_an_actor_is_replaced_with_patience_and_in_the_end_given_up(
    ray: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("summarizer.batch.ray_engine.PAUSES", (0.01, 0.01))
    engine = RayEngine(CONFIG, FORMATS, workers=1, clusters=1)
    tries: list[int] = []

    def hire(number: int, create: object) -> None:
        tries.append(number)
        if len(tries) != 3:
            raise MemoryError("Memory is short.")

    monkeypatch.setattr(engine, "_hire", hire)
    engine._replace(0, lambda: None)
    assert tries == [0, 0, 0]
    with pytest.raises(MemoryError):
        engine._replace(1, lambda: None)
    assert tries[3:] == [1, 1, 1]

    engine._error = MemoryError("Memory is short.")  # as the last thread leaves it
    with pytest.raises(BuildError, match=r"started again\. Memory is short\."):
        engine.submit([Odd("fine")], timeout=1).result(0)


def test_where_no_cluster_is_one_error_says_so(
    ray: Any, given: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    address = ["--engine", "ray", "--ray-address", "127.0.0.1:9"]
    with pytest.raises(SystemExit) as ended:
        cli.main(["batch", str(given), str(tmp_path / "out"), *address])
    assert ended.value.code == 1
    told = capfd.readouterr().err
    assert "There is no Ray cluster at 127.0.0.1:9; start one with `ray start`" in told
    assert "Traceback" not in told


def test_an_address_without_the_engine_is_refused(
    given: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["batch", str(given), str(tmp_path / "out"), "--ray-address", "auto"])
    assert ended.value.code == 2
    assert "--engine ray" in capfd.readouterr().err


def test_an_unknown_engine_is_refused(
    given: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["batch", str(given), str(tmp_path / "out"), "--engine", "spark"])
    assert ended.value.code == 2
    assert "Unknown engine 'spark'. Known: local, ray." in capfd.readouterr().err
