"""What the tests of the harness share: a small corpus of our own, and scripted systems."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval import commands
from eval.protocols import Output, Progress
from summarizer.records import Cluster

CLUSTERS: list[dict[str, Any]] = [
    {
        "cluster_id": f"event-{n}",
        "documents": [
            f"The ferry number {n} left the quay at dawn. Nobody on board was hurt.",
            f"Ferry {n} ran aground near the lighthouse. The crew of {n + 3} was brought ashore.",
        ],
        "references": [
            f"Ferry {n} ran aground near the lighthouse and nobody was hurt.",
            f"The crew of ferry number {n} was brought ashore unhurt.",
        ],
    }
    for n in range(1, 7)
]


def write_jsonl(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


class Scripted:
    """A system that says what it is told to, and raises where it is told to."""

    def __init__(self, name: str, outputs: Mapping[str, str | BaseException]) -> None:
        self.name = name
        self.outputs = outputs
        self.asked: list[str] = []

    def summarize(self, cluster: Cluster, progress: Progress) -> Output:
        self.asked.append(cluster.cluster_id)
        progress("writing")
        output = self.outputs[cluster.cluster_id]
        if isinstance(output, BaseException):
            raise output
        return Output(sentences=tuple(output.split("\n")), cited=1.0, supported=0.5)

    def describe(self) -> Mapping[str, Any]:
        return {"kind": "writer", "settings": {}}


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `python -m eval`."""
    with pytest.raises(SystemExit) as stopped:
        commands.main([str(argument) for argument in arguments])
    shown = capsys.readouterr()
    code = stopped.value.code
    return (code if isinstance(code, int) else 0), shown.out, shown.err
