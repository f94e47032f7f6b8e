"""What a worker does with a chunk: read ahead, written together, each cluster for itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

import summarizer.pipeline
from models.extractive import ExtractiveWriter
from summarizer.batch.work import BatchHandler
from summarizer.cleaning import clean
from summarizer.config import Config
from summarizer.errors import InputError, ModelError
from summarizer.records import Cleaning, Cluster, Document, Plan, Writing

STORY = """The mill of Tilby burned down early on Monday, the fire brigade said.
Nobody was hurt, but {} tonnes of grain were lost."""


@dataclass(frozen=True)
class Ready:
    """An entry that is in memory already; one called "unreadable" is not."""

    cluster_id: str
    stamp: str = "stamp"
    size: int = 1

    def digest(self) -> str:
        return "digest"

    def read(self) -> tuple[Cluster, tuple[str, ...]]:
        if self.cluster_id == "unreadable":
            raise InputError("There is no document to summarize.")
        document = Document(doc_id=self.cluster_id, text=STORY.format(self.cluster_id))
        return Cluster(cluster_id=self.cluster_id, documents=(document,)), ("read",)


@dataclass
class Watched:
    """Writes as the extractive writer does; notes how many plans it is given at once.

    It fails where a plan quotes ``poison``, and waits for ``go``.
    """

    poison: str = "none"
    go: threading.Event = field(default_factory=threading.Event)
    given: list[int] = field(default_factory=list)
    name: str = "watched"
    max_input_tokens: int | None = None
    weighs: bool = False
    notices: tuple[str, ...] = ()

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def write(self, plans: Sequence[Plan], *, words: int, on_draft: Any = None) -> list[Writing]:
        self.given.append(len(plans))
        assert self.go.wait(60), "what it waits for did not come"
        if any(self.poison in group.lead.text for plan in plans for group in plan.groups):
            raise ModelError("The writer has failed.")
        return ExtractiveWriter().write(plans, words=words)


def handler(writer: Watched) -> BatchHandler:
    return BatchHandler(Config(writer=writer, encoder="lexical"), ["text"])


def silent(stage: str) -> None:
    pass


def test_while_half_of_a_chunk_is_written_the_other_is_read_and_cleaned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The writer does not go on before all clusters of the chunk are cleaned."""
    writer = Watched()
    cleaned: list[str] = []

    def noting(documents: Sequence[Document]) -> Cleaning:
        result = clean(documents)
        cleaned.append(documents[0].doc_id)
        if len(cleaned) == 6:
            writer.go.set()
        return result

    monkeypatch.setattr(summarizer.pipeline, "clean", noting)
    outcomes = handler(writer)([Ready(str(number)) for number in range(6)], silent)
    assert sorted(cleaned) == list("012345")
    assert writer.given == [3, 3]
    assert [(outcome.cluster_id, outcome.error) for outcome in outcomes] == [
        (str(number), None) for number in range(6)
    ]


@pytest.mark.parametrize("size", [1, 2, 5, 16])
def test_the_outcomes_are_those_of_each_cluster_alone(size: int) -> None:
    writer = Watched()
    writer.go.set()
    handle = handler(writer)
    chunk = [Ready(str(number)) for number in range(size - 1)] + [Ready("unreadable")]
    together = handle(chunk, silent)
    alone = [handle([entry], silent)[0] for entry in chunk]
    assert [replace(o, seconds=0) for o in together] == [replace(o, seconds=0) for o in alone]
    assert together[-1].stage == "reading"
    assert "no document" in str(together[-1].error)


def test_the_seconds_of_a_chunk_add_up_to_the_time_it_took() -> None:
    writer = Watched()
    writer.go.set()
    start = time.perf_counter()
    outcomes = handler(writer)([Ready(str(number)) for number in range(8)], silent)
    assert 0 < sum(outcome.seconds for outcome in outcomes) <= time.perf_counter() - start


def test_a_cluster_that_the_writer_fails_on_costs_itself_only() -> None:
    writer = Watched(poison="777")
    writer.go.set()
    chunk = [Ready(name) for name in ("1", "2", "777", "4", "5", "6")]
    outcomes = handler(writer)(chunk, silent)
    failed = {o.cluster_id: (o.stage, o.error) for o in outcomes if o.error}
    assert failed == {"777": ("writing", "The writer has failed.")}
    assert sorted(writer.given) == [1, 1, 1, 3, 3]  # the other half is not written again
