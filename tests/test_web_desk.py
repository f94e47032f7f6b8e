"""The desk: jobs that stop, time out and fail without harm to others; what comes in; settings."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from web_fakes import STUBBORN, FakeMaker, LateMaker, to_the_end, waiting
from web_server import STORM, quick_desk

from summarizer.config import Config
from summarizer.errors import ConfigError, InputError, ModelError, SummarizerError
from summarizer.protocols import Encoder, Writer
from summarizer.reading import Reading, document_from_text
from summarizer.records import Briefing, Document
from summarizer.rendering import to_dict
from summarizer.web.desk import BusyError, Desk, Job, writer_choice
from summarizer.web.intake import Pile, read_paste, read_uploads
from summarizer.web.maker import BriefingTask, News
from summarizer.web.settings import WebSettings
from summarizer.workers import CrashError, OvertimeError, StoppedError


def documents(*texts: str) -> list[Document]:
    return [document_from_text(text, doc_id=str(n)) for n, text in enumerate(texts, start=1)]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with closing(quick_desk(max_articles=5, max_characters=1_000)) as desk:
        yield desk


SLOW = Config(writer="slow")


def until_written(job: Job[Briefing]) -> Iterator[News]:
    """Follow the job up to the writing; what comes then is left to the caller."""
    news = job.news()
    while next(news) != ("stage", "writing"):
        pass
    return news


def test_a_job_tells_its_stages_and_drafts_and_gives_the_briefing(desk: Desk) -> None:
    job = desk.start(documents(*STORM), Config(words=60), cluster_id="storm")
    news = list(job.news())
    assert [text for kind, text in news if kind == "stage"] == [
        "loading", "cleaning", "splitting", "encoding", "relevance", "redundancy", "salience",
        "selection", "writing", "support",
    ]  # fmt: skip
    briefing = job.result()
    assert briefing.cluster_id == "storm"
    assert [text for kind, text in news if kind == "draft"] == [
        sentence.text for sentence in briefing.sentences
    ]
    assert job.result() is briefing


def test_sentences_are_heard_of_as_they_are_written() -> None:
    with waiting() as listener, closing(quick_desk(listener.address)) as desk:
        job = desk.start(documents(*STORM), SLOW)
        news = until_written(job)
        with listener.accept() as writer:
            heard = []
            for _ in range(3):  # one is written, one is heard of: the next is not begun yet
                writer.send("on")
                heard.append(next(news))
            assert all(kind == "draft" for kind, _ in heard)
            to_the_end(writer)
            heard += news
        told = [text for kind, text in heard if kind == "draft"]
        assert told == [sentence.text for sentence in job.result().sentences]


def test_stopping_ends_the_work_at_once_wherever_it_is() -> None:
    """Also where nothing looks whether to stop: in the midst of encoding or writing."""
    with waiting() as listener, closing(quick_desk(listener.address)) as desk:
        halting = [text.replace("Arden", STUBBORN) for text in STORM]
        for texts, config in ((halting, Config()), (STORM, SLOW)):
            job = desk.start(documents(*texts), config)
            with listener.accept() as worker:
                job.stop()
                with pytest.raises(EOFError):
                    worker.recv()  # its process is gone
            with pytest.raises(StoppedError):
                job.result()
        assert desk.start(documents(*STORM), Config()).result().sentences


def test_a_job_that_waits_can_be_stopped() -> None:
    with waiting() as listener, closing(quick_desk(listener.address)) as desk:
        first = desk.start(documents(*STORM), SLOW)
        with listener.accept() as writer:
            second = desk.start(documents(*STORM), Config())
            second.stop()
            with pytest.raises(StoppedError):
                second.result()
            to_the_end(writer)
            assert first.result().sentences


def test_a_job_is_given_up_after_its_time() -> None:
    with waiting() as listener, closing(quick_desk(listener.address, timeout=1)) as desk:
        job = desk.start(documents(*STORM), SLOW)
        with pytest.raises(OvertimeError, match=r"1 second.*fewer or shorter"):
            job.result()


def test_a_failure_is_one_visitors_alone_and_tells_no_secrets(desk: Desk) -> None:
    failing = desk.start(documents(*STORM), Config(writer="broken"))
    beside = desk.start(documents(*STORM), Config())
    with pytest.raises(SummarizerError) as caught:
        failing.result()
    assert "/a/path" not in str(caught.value)
    assert beside.result().sentences


def test_a_crash_costs_one_job_and_no_other(desk: Desk) -> None:
    crashing = desk.start(documents(*STORM), Config(writer="crashing"))
    beside = desk.start(documents(*STORM), Config())
    with pytest.raises(CrashError, match="fewer or shorter"):
        crashing.result()
    assert beside.result().sentences


def test_a_full_queue_is_told() -> None:
    with waiting() as listener, closing(quick_desk(listener.address, queue=1)) as desk:
        first = desk.start(documents(*STORM), SLOW)
        with listener.accept() as writer:
            second = desk.start(documents(*STORM), Config())
            with pytest.raises(BusyError):
                desk.start(documents(*STORM), Config())
            to_the_end(writer)
            assert first.result().sentences
        assert second.result().sentences
        assert desk.start(documents(*STORM), Config()).result().sentences


def test_a_briefing_is_scored_beside_the_baselines(desk: Desk) -> None:
    scores = desk.score(documents(*STORM), STORM[0], [STORM[0]], words=60).result()
    assert [row.system for row in scores.rows] == ["briefing", "lead", "lexrank"]
    assert scores.rows[0].scores["rouge1"].f1 == 1


@pytest.mark.parametrize(
    ("articles", "message"),
    [
        ([], "no article"),
        (STORM * 2, "6 articles; at most 5"),
        (["word " * 300], "1,499 characters"),
    ],
)
def test_limits_are_named(desk: Desk, articles: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        desk.start(documents(*articles), Config())


def test_writers_not_on_offer_are_refused(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="Known: auto, extractive"):
        desk.start(documents(*STORM), Config(writer="hf:somebody/something"))
    with closing(quick_desk(writers=("auto", "hf:somebody/not-here"))) as other:
        assert [bool(choice.missing) for choice in other.writers()] == [False, True]
        with pytest.raises(ModelError, match="hf download"):
            other.start(documents(*STORM), Config(writer="hf:somebody/not-here"))


def test_a_local_checkpoint_counts_as_there(tmp_path: Path) -> None:
    assert writer_choice(f"hf:{tmp_path}").missing is None
    assert writer_choice("hf:not a name!").missing is not None


def test_many_visitors_at_once_get_their_own() -> None:
    with closing(quick_desk(workers=2)) as desk:

        def ask(town: int) -> str:
            texts = [text.replace("Arden", f"Town{town}") for text in STORM]
            briefing = desk.start(documents(*texts), Config(words=60)).result()
            return str(to_dict(briefing))

        with ThreadPoolExecutor(8) as pool:
            for town, told in enumerate(pool.map(ask, range(24))):
                others = [f"Town{other}" for other in range(24) if other not in (town, town // 10)]
                assert f"Town{town}" in told
                assert not any(f"{other} " in told or f"{other}'" in told for other in others)


def test_a_process_loads_each_model_once(desk: Desk) -> None:
    loaded: list[str] = []

    class Counting(FakeMaker):
        def load_encoder(self) -> Encoder:
            loaded.append("encoder")
            return super().load_encoder()

        def load_writer(self, name: str) -> Writer:
            loaded.append(name)
            return super().load_writer(name)

    make = Counting()
    for writer in ("auto", "extractive", "auto", "extractive"):
        task = BriefingTask(
            documents=documents(*STORM), config=Config(writer=writer), cluster_id="c", notices=()
        )
        assert make(task, lambda news: None)
    assert loaded == ["encoder", "auto", "extractive"]


def test_a_desk_that_cannot_load_its_models_says_why() -> None:
    with closing(Desk(WebSettings(writers=("nonsense",), workers=1))) as desk:
        desk.warm_up()
        assert not desk.ready


def test_a_process_killed_as_it_starts_is_replaced_and_the_desk_is_ready(tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    settings = WebSettings(workers=1)
    with closing(Desk(settings, build=partial(LateMaker, str(sign)))) as desk:
        desk.warm_up()
        assert not desk.ready
        sign.touch()
        for _ in range(2):
            assert desk.start(documents(*STORM), Config()).result().sentences
        assert desk.ready


# What comes in


def uploads(folder: Path, *names: str) -> list[str]:
    for number, name in enumerate(names):
        (folder / name).write_text(STORM[number])
    return [str(folder / name) for name in names]


def test_a_reading_that_never_ends_is_given_up_and_the_next_works(tmp_path: Path) -> None:
    good, bad = uploads(tmp_path, "good.txt", "endless.pdf")
    with waiting() as listener, closing(quick_desk(listener.address, read_timeout=3)) as desk:
        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(desk.read, [bad])
            with listener.accept() as reader, pytest.raises(EOFError):
                reader.recv()  # its process is gone
            with pytest.raises(OvertimeError, match=r"endless\.pdf could not be read in time"):
                reading.result()
        assert [document.doc_id for document in desk.read([good]).documents] == ["good.txt"]


def test_a_reader_killed_costs_its_upload_alone(tmp_path: Path) -> None:
    good, bad = uploads(tmp_path, "good.txt", "deadly.pdf")
    with closing(quick_desk()) as desk:
        with pytest.raises(CrashError, match=r"^deadly\.pdf crashed the reader"):
            desk.read([bad])
        with pytest.raises(CrashError, match=r"^One of the files good\.txt, deadly\.pdf crashed"):
            desk.read([good, bad])
        documents = desk.read([good]).documents
        assert [document.text for document in desk.clean(documents).documents] == [STORM[0]]


def test_reading_does_not_wait_for_a_briefing(tmp_path: Path) -> None:
    with waiting() as listener, closing(quick_desk(listener.address)) as desk:
        job = desk.start(documents(*STORM), SLOW)
        with listener.accept() as writer:
            assert len(desk.read(uploads(tmp_path, "a.txt", "b.txt")).documents) == 2
            to_the_end(writer)
            assert job.result().sentences


def test_an_upload_that_crashes_the_reader_leaves_the_pile_as_it_was(tmp_path: Path) -> None:
    pytest.importorskip("gradio", reason="the page's extra is not installed")
    from summarizer.web.actions import Actions

    good, bad = uploads(tmp_path, "good.txt", "deadly.pdf")
    with closing(quick_desk()) as desk:
        actions = Actions(desk)
        pile, shown, *_ = actions.take_files([good], Pile())
        assert "1 article" in shown
        after, shown, *_ = actions.take_files([bad], pile)
        assert after == pile
        assert "1 article" in shown
        assert "deadly.pdf crashed the reader" in shown
        assert not Path(good).exists()
        assert not Path(bad).exists()
        [reference] = uploads(tmp_path, "deadly.pdf")
        assert "deadly.pdf crashed the reader" in actions.score(None, "", [reference], 100)


def test_a_text_that_crashes_the_reader_is_not_taken_and_can_be_removed() -> None:
    pytest.importorskip("gradio", reason="the page's extra is not installed")
    from summarizer.web.actions import Actions

    with closing(quick_desk()) as desk:
        actions = Actions(desk)
        pile, shown, _, left = actions.paste("These are deadly words.", Pile())
        assert (pile, left) == (Pile(), "These are deadly words.")
        assert "The pasted text crashed the reader" in shown
        held = Pile(documents=tuple(documents(STORM[0], "These are deadly words.")))
        _, shown, _ = actions._show_pile(held)
        assert "2 articles" in shown
        assert "The text crashed the reader" in shown
        _, shown, _ = actions._show_pile(held.without("2"))
        assert "1 article" in shown
        assert "crashed" not in shown


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
    [("PORT", "high"), ("PORT", "70000"), ("MCP", "perhaps"), ("WORKERS", "0"), ("AUTH", "nobody"),
     ("ROOT_PATH", "desk"), ("WRITERS", " , ")],
)  # fmt: skip
def test_bad_settings_are_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"(?i){name}"):
        WebSettings.from_environment({f"SUMMARIZER_{name}": value})
