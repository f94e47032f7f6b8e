"""The whole line: from documents to a briefing that keeps its promises."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from odd_files import odd_files

from summarizer import Briefing, Config, ConfigError, Document, InputError, Summarizer
from summarizer.protocols import OnDraft
from summarizer.reading import read_documents
from summarizer.records import Draft, Plan, Writing
from summarizer.rendering import FORMATS, render, to_dict
from summarizer.words import count_words

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(p for p in (ROOT / "examples").iterdir() if p.name != "references")
SAMPLES = ROOT.parent / "shared" / "samples" / "putin-north-korea"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample articles are absent")

FIRE = "A fire destroyed the old mill of Tilby on Tuesday, the mayor said."
DAMAGE = "The damage is put at two million crowns by the insurer."
COURT = "The owner, Ann Roe, went to court over the insurance on Friday."


@pytest.fixture(scope="module")
def summarizer() -> Summarizer:
    return Summarizer(writer="extractive", words=120)


@pytest.fixture(scope="module")
def lexical() -> Summarizer:
    return Summarizer(writer="extractive", encoder="lexical", words=60)


def check_promises(briefing: Briefing, *, words: int) -> None:
    """What every briefing keeps, whatever went in."""
    assert count_words(briefing.text) <= words
    texts = {document.doc_id: document.text for document in briefing.documents}
    for sentence in briefing.sentences:
        assert sentence.citations
        for citation in sentence.citations:
            assert texts[citation.doc_id][citation.start : citation.end] == citation.text
    for ranked in briefing.ranking:
        sentence = ranked.sentence
        assert texts[sentence.doc_id][sentence.start : sentence.end] == sentence.text
    schema = json.loads(
        resources.files("summarizer").joinpath("data/briefing.schema.json").read_text("utf-8")
    )
    jsonschema.validate(to_dict(briefing), schema)
    for format in FORMATS:
        assert render(briefing, format)


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_the_examples(folder: Path, summarizer: Summarizer) -> None:
    reading = read_documents([folder])
    briefing = summarizer.summarize(reading.documents, notices=reading.notices)
    check_promises(briefing, words=120)
    assert count_words(briefing.text) > 80
    shown = render(briefing, "text") + " ".join(r.sentence.text for r in briefing.ranking)
    for junk in ("Leave a", "cookies", "newsletter", "Advertisement", "min read", "Photo:",
                 "Subscribe", "Write a Comment", "analytics", "All rights reserved"):  # fmt: skip
        assert junk not in shown


def test_the_old_report_of_an_example_is_told_last_and_with_its_month(
    summarizer: Summarizer,
) -> None:
    documents = read_documents([ROOT / "examples" / "harbour-bridge"]).documents
    sentences = Summarizer(writer="extractive", words=700).summarize(documents).sentences
    old = [n for n, s in enumerate(sentences) if s.citations[0].doc_id == "5-provincial-post.txt"]
    assert old
    assert old == list(range(old[0], len(sentences)))
    assert "March 2026" in sentences[old[0]].text


@needs_samples
def test_the_sample_articles(summarizer: Summarizer) -> None:
    briefing = summarizer.summarize(read_documents([SAMPLES]).documents)
    check_promises(briefing, words=120)
    dated = {document.doc_id[:3]: document.published for document in briefing.documents}
    assert dated["002"] == dt.date(2024, 1, 21)
    shown = briefing.text + " ".join(r.sentence.text for r in briefing.ranking)
    for junk in ("Leave a", "email address", "Listen to", "min read", "Article", "Write a Comment",
                 "Digital Desk", "Image:", "File Photo", "Published", "Updated"):  # fmt: skip
        assert junk not in shown


def test_texts_and_records_give_the_same(summarizer: Summarizer) -> None:
    texts = [f"{FIRE} {DAMAGE}", f"{COURT} {DAMAGE}"]
    records = [Document(doc_id=str(n), text=text) for n, text in enumerate(texts, start=1)]
    first, second = summarizer.summarize(texts), summarizer.summarize(records)
    assert first.text == second.text
    assert first.documents == second.documents


def test_a_point_that_two_articles_make_cites_both(summarizer: Summarizer) -> None:
    briefing = summarizer.summarize([f"{FIRE} {COURT}", f"{FIRE} {DAMAGE}"])
    (fire,) = (s for s in briefing.sentences if s.text == FIRE)
    assert {citation.doc_id for citation in fire.citations} == {"1", "2"}


def test_the_order_of_the_documents_does_not_matter(summarizer: Summarizer) -> None:
    documents = read_documents([EXAMPLES[0]]).documents
    forward = summarizer.summarize(documents)
    backward = summarizer.summarize(documents[::-1])
    assert forward.text == backward.text
    assert forward.headline == backward.headline
    assert [r.sentence for r in forward.ranking] == [r.sentence for r in backward.ranking]


def test_one_summarizer_serves_several_threads(summarizer: Summarizer) -> None:
    clusters = [read_documents([folder]).documents for folder in EXAMPLES] * 3
    alone = [summarizer.summarize(cluster).text for cluster in clusters]
    with ThreadPoolExecutor(4) as pool:
        together = [b.text for b in pool.map(summarizer.summarize, clusters)]
    assert together == alone


def test_every_stage_is_announced_and_timed(summarizer: Summarizer) -> None:
    stages: list[str] = []
    briefing = summarizer.summarize([FIRE], progress=stages.append)
    assert stages == list(briefing.timings)
    assert stages[0] == "cleaning"
    assert stages[-1] == "support"


def test_where_nothing_fits_it_is_said() -> None:
    briefing = Summarizer(writer="extractive", encoder="lexical", words=10).summarize([FIRE])
    assert briefing.sentences == ()
    assert "10 words; the shortest has 13" in briefing.notices[-1]


def test_the_default_writer_says_what_it_is() -> None:
    briefing = Summarizer(encoder="lexical").summarize([FIRE, COURT])
    assert briefing.writer == "embedded"
    assert all(sentence.citations for sentence in briefing.sentences)


def test_an_empty_text_among_others_is_named(lexical: Summarizer) -> None:
    briefing = lexical.summarize([FIRE, "  ", COURT])
    assert [document.doc_id for document in briefing.documents] == ["1", "3"]
    assert "Document 2 holds no words." in briefing.notices


def test_reading_speaks_first(lexical: Summarizer) -> None:
    briefing = lexical.summarize([FIRE], notices=["b.txt: empty."])
    assert briefing.notices[0] == "b.txt: empty."


@pytest.mark.parametrize(
    ("documents", "told"),
    [
        ([], "no document"),
        ("One long article.", "not one text"),
        (["  "], "Document 1 holds no words"),
        ([123], "Document 1 is neither"),
        ([Document(doc_id="a", text="Odd \ud800 text.")], "'a' holds characters"),
        ([Document(doc_id="a", text=FIRE), Document(doc_id="a", text=DAMAGE)], "'a'"),
        ([Document(doc_id="a", text="...")], "no sentence"),
    ],
)
def test_what_cannot_be_summarized(
    documents: Sequence[str | Document], told: str, lexical: Summarizer
) -> None:
    with pytest.raises(InputError, match=told):
        lexical.summarize(documents)


@pytest.mark.parametrize(
    "setting",
    [{"words": 5}, {"words": 5.5}, {"words": True}, {"lambda_": 1.1}, {"lambda_": True},
     {"near_threshold": "high"}, {"word": 100}, {"writer": "embeded"}, {"encoder": "minilm2"},
     {"writer": None}, {"encoder": 3}, {"ranker": "pagerank"}],
)  # fmt: skip
def test_bad_settings(setting: dict[str, object]) -> None:
    (name,) = setting
    with pytest.raises(ConfigError, match=str(setting[name]) if name != "word" else "'word'"):
        Summarizer(**setting)


def test_a_configuration_and_settings_are_not_mixed() -> None:
    with pytest.raises(ConfigError, match="not both"):
        Summarizer(Config(words=100), words=50)


class Inventor:
    """A writer that states what no source states."""

    name = "inventor"
    max_input_tokens = 500
    weighs = False
    notices: tuple[str, ...] = ()
    revision = None

    def count_tokens(self, text: str) -> int:
        return count_words(text)

    def write(
        self, plans: Sequence[Plan], *, words: int, on_draft: OnDraft | None = None
    ) -> list[Writing]:
        draft = Draft(text="Nine people died in the fire in Berlin on Sunday.")
        return [Writing(drafts=(draft,)) for _ in plans]


def test_where_nothing_written_checks_out_the_articles_speak() -> None:
    briefing = Summarizer(writer=Inventor(), encoder="lexical").summarize([f"{FIRE} {DAMAGE}"])
    assert {s.text for s in briefing.sentences} <= {FIRE, DAMAGE}
    assert briefing.sentences
    assert briefing.writer == "extractive"
    assert any("Nine people died" in notice for notice in briefing.notices)
    assert any("sentences of the articles instead" in notice for notice in briefing.notices)


class Silent:
    """An encoder that tells nothing apart: every vector is zero."""

    name = "silent"
    semantic = True
    notices = ("All is dark.",)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.zeros((len(texts), 8), dtype=np.float32)


def test_zero_vectors_harm_nothing() -> None:
    briefing = Summarizer(writer="extractive", encoder=Silent()).summarize([FIRE, COURT])
    check_promises(briefing, words=200)
    assert "All is dark." in briefing.notices


def test_many_short_documents_are_not_too_many(
    lexical: Summarizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("summarizer.pipeline.MAX_SENTENCES", 2)
    briefing = lexical.summarize([FIRE, DAMAGE, COURT])
    assert len(briefing.ranking) == 2


def test_sentences_that_are_not_read_closely_are_declared(
    lexical: Summarizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("summarizer.pipeline.MAX_SENTENCES", 2)
    briefing = lexical.summarize([f"{FIRE} {DAMAGE} {COURT}", f"{DAMAGE} {FIRE}"])
    kept, dropped = briefing.deduplication.kept, briefing.deduplication.dropped
    assert {sentence.text for sentence in kept} == {FIRE, DAMAGE}
    assert len(dropped) == 2  # the copies of the two, so that both documents are cited
    assert any("5 sentences. Only 4 of them" in notice for notice in briefing.notices)


def test_copies_alone_are_not_too_many(
    lexical: Summarizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("summarizer.pipeline.MAX_SENTENCES", 3)
    briefing = lexical.summarize([f"{FIRE} {DAMAGE} {COURT}", f"{DAMAGE} {FIRE}"])
    assert briefing.notices == ()
    assert len(briefing.deduplication.kept) + len(briefing.deduplication.dropped) == 5


# Text of all kinds ----------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        *"the a mayor of Tilby said fire 14 $1.5 million 3.2% U.S. not never “yes” Kim".split(),
        *"火事 がありました。 حريق كبير пожар 🔥 .. !? ( ] — Jan. 5 http://x.y/z <b> &amp;".split(),
        "\u202e",
        "\x00",
    ]
)
TEXTS = st.one_of(
    st.lists(WORDS, min_size=1, max_size=60).map(" ".join),
    st.text(min_size=1, max_size=200),
    st.lists(st.sampled_from([FIRE, DAMAGE, COURT, "Leave a Reply"]), max_size=8).map("\n".join),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_whatever_the_text_the_promises_hold(texts: list[str]) -> None:
    summarizer = Summarizer(writer="extractive", encoder="lexical", words=40)
    try:
        briefing = summarizer.summarize(texts)
    except InputError:
        return
    check_promises(briefing, words=40)


def test_all_odd_files_at_once(tmp_path: Path, lexical: Summarizer) -> None:
    for odd in odd_files():
        odd.put(tmp_path)
    reading = read_documents([tmp_path])
    briefing = lexical.summarize(reading.documents, notices=reading.notices)
    check_promises(briefing, words=60)
    assert len(briefing.documents) >= 60


@pytest.mark.parametrize(
    "odd", [odd for odd in odd_files() if odd.readable], ids=lambda odd: ascii(odd.name)
)
def test_each_odd_file_alone(odd: object, tmp_path: Path, lexical: Summarizer) -> None:
    reading = read_documents([odd.put(tmp_path)])
    try:
        briefing = lexical.summarize(reading.documents, notices=reading.notices)
    except InputError:  # such as a file of punctuation only
        return
    check_promises(briefing, words=60)
