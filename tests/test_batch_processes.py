"""Batch runs as real processes: killed, interrupted, and their workers lost."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.benchmarks import batch as trials
from summarizer import cli

# The command itself, but with the encoder that loads nothing; models are not at issue here.
SUMMARIZER = [
    sys.executable,
    "-c",
    "from functools import partial; from summarizer import cli; "
    "cli.Config = partial(cli.Config, encoder='lexical'); cli.main()",
]
STORY = """The mill of Tilby burned down early on Monday, the fire brigade said.
Nobody was hurt, but {number} tonnes of grain were lost.
The mayor promised that the mill would be built again before the winter of next year."""


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "night.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(24):
            documents = [STORY.format(number=number), f"Fire number {number} destroyed a mill."]
            file.write(json.dumps({"cluster_id": f"c{number:02}", "documents": documents}) + "\n")
    return path


def start(given: Path, output: Path, *more: str) -> subprocess.Popen[str]:
    command = [*SUMMARIZER, "batch", str(given), str(output)]
    return subprocess.Popen(
        [*command, "--writer", "extractive", *more], stderr=subprocess.PIPE, text=True
    )


def wait_for(what: Callable[[], object], process: subprocess.Popen[str]) -> None:
    while process.poll() is None and not what():
        pass


def lines(output: Path) -> int:
    manifest = output / "manifest.jsonl"
    return manifest.read_bytes().count(b"\n") if manifest.exists() else 0


def workers_of(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if re.search(rf"_work\({parent}\)", (folder / "cmdline").read_text(errors="replace")):
                found.append(int(folder.name))
        except (OSError, ValueError):
            continue
    return found


def test_a_run_killed_at_random_loses_nothing_and_does_nothing_twice(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "SUMMARIZER", SUMMARIZER)
    result = trials.disturb(given, tmp_path, kills=3, seed=1, more=("--writer", "extractive"))
    assert result.redone == result.different == result.orphans == ()


def test_workers_killed_from_outside_are_replaced_and_the_run_completes(
    given: Path, tmp_path: Path
) -> None:
    process = start(given, tmp_path / "out", "--workers", "2")
    wait_for(lambda: lines(tmp_path / "out") >= 4, process)
    killed = workers_of(process.pid)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    _, told = process.communicate()
    assert len(killed) == 2
    assert process.returncode == 0, told
    assert "24 of 24 clusters have their briefing" in told


def test_an_interrupted_run_finishes_what_is_at_hand(given: Path, tmp_path: Path) -> None:
    process = start(given, tmp_path / "out", "--workers", "1")
    wait_for(lambda: lines(tmp_path / "out") >= 1, process)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate()
    assert process.returncode == 130
    assert "Stopped early: interrupted" in told
    assert 0 < lines(tmp_path / "out") < 24
    assert workers_of(process.pid) == []


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["in", "in/out"], 2, "lie in one another"),
        (["in", "out", "--format", "pdf"], 2, "Unknown format 'pdf'"),
        (["in", "out", "--writer", "nonsense"], 2, "Unknown writer 'nonsense'"),
        (["absent.jsonl", "out"], 1, "no such file"),
        (["absent"], 2, "Missing argument"),
        (["in", "out", "--json-logs", "--workers", "1"], 1, '"event": "failed", "id": "mill"'),
        (["in", "out", "--quiet", "--workers", "1"], 1, ""),
    ],
)
def test_exit_codes_and_what_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    told: str,
) -> None:
    (tmp_path / "in" / "mill").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        cli.main(["batch", *arguments])
    captured = capfd.readouterr()
    assert ended.value.code == code
    assert told in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""
    if "--quiet" in arguments:
        assert captured.err == ""
