"""The desk: jobs that stop, time out and fail without harm to others; what comes in; settings."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from web_server import STORM, GatedWriter, quick_desk

from summarizer.config import Config
from summarizer.errors import ConfigError, InputError, ModelError, SummarizerError
from summarizer.protocols import OnDraft
from summarizer.reading import Reading, document_from_text
from summarizer.records import Document, Plan, Writing
from summarizer.rendering import to_dict
from summarizer.web.desk import BusyError, Desk, OvertimeError, StoppedError, writer_choice
from summarizer.web.intake import Pile, read_paste, read_uploads
from summarizer.web.settings import WebSettings


def documents(*texts: str) -> list[Document]:
    return [document_from_text(text, doc_id=str(n)) for n, text in enumerate(texts, start=1)]


def gate(desk: Desk) -> GatedWriter:
    writer = desk._writers["extractive"]
    assert isinstance(writer, GatedWriter)
    return writer


GATED = Config(writer="extractive")


def test_a_job_tells_its_stages_and_gives_the_briefing() -> None:
    job = quick_desk().start(documents(*STORM), Config(words=60), cluster_id="storm")
    assert list(job.stages()) == [
        "loading", "cleaning", "splitting", "encoding", "redundancy", "salience", "selection",
        "writing", "support",
    ]  # fmt: skip
    briefing = job.result()
    assert briefing.cluster_id == "storm"
    assert briefing.sentences
    assert job.result() is briefing


def test_stopping_is_felt_at_once_and_ends_the_work() -> None:
    desk = quick_desk(jobs=1)
    gate(desk).gate.clear()
    job = desk.start(documents(*STORM), GATED)
    assert gate(desk).entered.wait(10)
    job.stop()
    with pytest.raises(StoppedError):
        job.result()  # though the writer is still at it
    gate(desk).gate.set()
    # The work ended at its next stage: the only place is free again.
    assert desk.start(documents(*STORM), Config()).result().sentences


def test_a_job_that_waits_can_be_stopped() -> None:
    desk = quick_desk(jobs=1)
    gate(desk).gate.clear()
    first = desk.start(documents(*STORM), GATED)
    second = desk.start(documents(*STORM), Config())
    second.stop()
    with pytest.raises(StoppedError):
        second.result()
    gate(desk).gate.set()
    assert first.result().sentences


def test_a_job_is_given_up_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = quick_desk(timeout=1)
    gate(desk).gate.clear()
    with pytest.raises(OvertimeError, match="1 second"):
        desk.start(documents(*STORM), GATED).result()
    gate(desk).gate.set()
    assert desk.start(documents(*STORM), Config()).result().sentences


class BrokenWriter(GatedWriter):
    def write(
        self, plans: Sequence[Plan], *, words: int, on_draft: OnDraft | None = None
    ) -> list[Writing]:
        raise ZeroDivisionError("a bug, with /a/path in its message")


def test_a_failure_is_one_visitors_alone_and_tells_no_secrets() -> None:
    desk = quick_desk()
    desk._writers["extractive"] = BrokenWriter()
    with pytest.raises(SummarizerError) as caught:
        desk.start(documents(*STORM), GATED).result()
    assert "/a/path" not in str(caught.value)
    assert desk.start(documents(*STORM), Config()).result().sentences


def test_a_full_queue_is_told() -> None:
    desk = quick_desk(jobs=1, queue=1)
    gate(desk).gate.clear()
    jobs = [desk.start(documents(*STORM), GATED) for _ in range(2)]
    with pytest.raises(BusyError):
        desk.start(documents(*STORM), Config())
    gate(desk).gate.set()
    for job in jobs:
        job.result()
    assert desk.start(documents(*STORM), Config()).result().sentences


@pytest.mark.parametrize(
    ("articles", "message"),
    [
        ([], "no article"),
        (STORM * 2, "6 articles; at most 5"),
        (["word " * 300], "1,499 characters"),
    ],
)
def test_limits_are_named(articles: list[str], message: str) -> None:
    desk = quick_desk(max_articles=5, max_characters=1_000)
    with pytest.raises(InputError, match=message):
        desk.start(documents(*articles), Config())


def test_writers_not_on_offer_are_refused() -> None:
    with pytest.raises(ConfigError, match="Known: auto, extractive"):
        quick_desk().start(documents(*STORM), Config(writer="hf:somebody/something"))
    desk = quick_desk(writers=("auto", "hf:somebody/not-here"))
    assert [bool(choice.missing) for choice in desk.writers()] == [False, True]
    with pytest.raises(ModelError, match="hf download"):
        desk.start(documents(*STORM), Config(writer="hf:somebody/not-here"))


def test_a_local_checkpoint_counts_as_there(tmp_path: Path) -> None:
    assert writer_choice(f"hf:{tmp_path}").missing is None
    assert writer_choice("hf:not a name!").missing is not None


def test_many_visitors_at_once_get_their_own() -> None:
    desk = quick_desk(jobs=3)

    def ask(town: int) -> str:
        texts = [text.replace("Arden", f"Town{town}") for text in STORM]
        briefing = desk.start(documents(*texts), Config(words=60)).result()
        return str(to_dict(briefing))

    with ThreadPoolExecutor(8) as pool:
        for town, told in enumerate(pool.map(ask, range(24))):
            others = [f"Town{other}" for other in range(24) if other not in (town, town // 10)]
            assert f"Town{town}" in told
            assert not any(f"{other} " in told or f"{other}'" in told for other in others)


def test_models_are_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import models

    loaded: list[str] = []
    monkeypatch.setattr(models, "load_encoder", lambda: loaded.append("encoder") or object())
    monkeypatch.setattr(models, "load_writer", lambda name: loaded.append(name) or object())
    desk = Desk(WebSettings())
    assert not desk.ready
    threads = [threading.Thread(target=desk.warm_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.ready
    assert loaded == ["encoder", "auto"]


# What comes in

LONG = "These are certainly more than eight words of one article."


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (LONG, 1),
        (f"{LONG}\n---\n{LONG}", 2),
        (f"{LONG}\n\n=====\n\n{LONG}\n***\n{LONG}", 3),
        (f"{LONG}\n--\n{LONG}", 1),
        (f"A title\n-------\n{LONG}", 1),
        (f"{LONG}\n---\nA title\n=====\n{LONG}", 2),
        (f"---\n{LONG}\n---\n", 1),
        (f"{LONG}\n---\nshort tail", 1),
        ("too short, but all there is", 1),
        ("too short\n---\nto be two", 1),
    ],
)
def test_pasted_text_is_split_at_lines_of_dashes(text: str, count: int) -> None:
    reading = read_paste(text)
    assert len(reading.documents) == count
    kept = " ".join(document.text for document in reading.documents)
    for word in set(text.replace("-", " ").replace("=", " ").replace("*", " ").split()):
        assert word in kept


@pytest.mark.parametrize("text", ["", "   ", "---\n***", "?!"])
def test_a_paste_without_words_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no words"):
        read_paste(text)


def test_a_pile_keeps_ids_apart_and_forgets() -> None:
    pile = Pile().with_reading(Reading(tuple(documents(*STORM)), ("a notice",)))
    twice = pile.with_reading(Reading(tuple(documents(*STORM))))
    assert [d.doc_id for d in twice.documents] == ["1", "2", "3", "1#2", "2#2", "3#2"]
    assert len(twice.without("2").documents) == 5
    assert twice.without("nobody") == twice
    for doc_id in ("1", "2", "3"):
        pile = pile.without(doc_id)
    assert pile == Pile()


def test_a_zip_of_a_folder_is_read_with_its_folders(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as file:
        file.writestr("storm/", "")
        file.writestr("storm/a.txt", STORM[0])
        file.writestr("storm/b.md", STORM[1])
        file.writestr("storm/.hidden", "nothing to see")
        file.writestr("__MACOSX/._a.txt", b"\0\1")
    reading = read_uploads([tmp_path / "all.zip"])
    assert [document.doc_id for document in reading.documents] == ["storm/a.txt", "storm/b.md"]


# Settings


def test_settings_come_from_flags_then_the_environment() -> None:
    environment = {
        "SUMMARIZER_PORT": "9000", "SUMMARIZER_WRITERS": "extractive, hf:a/b",
        "SUMMARIZER_MCP": "on", "GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": "1",
    }  # fmt: skip
    settings = WebSettings.from_environment(environment, port=None, root_path="/desk")
    assert (settings.host, settings.port, settings.root_path) == ("0.0.0.0", 9000, "/desk")
    assert settings.writers == ("extractive", "hf:a/b")
    assert settings.mcp
    assert WebSettings.from_environment(environment, port=8000).port == 8000
    assert WebSettings.from_environment({}) == WebSettings()


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "high"), ("PORT", "70000"), ("MCP", "perhaps"), ("JOBS", "0"), ("AUTH", "nobody"),
     ("ROOT_PATH", "desk"), ("WRITERS", " , ")],
)  # fmt: skip
def test_bad_settings_are_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"(?i){name}"):
        WebSettings.from_environment({f"SUMMARIZER_{name}": value})
