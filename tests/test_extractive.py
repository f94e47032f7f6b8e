"""The extractive writer: quotations made presentable, within the budget."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import load_writer
from models.extractive import ExtractiveWriter, lone_names, present, said
from models.fusion.writer import FusionWriter
from summarizer.errors import ConfigError, ModelError
from summarizer.records import Group, Plan, Sentence, Writing
from summarizer.words import count_words, fold


def sentence(text: str, doc_id: str = "a", index: int = 0) -> Sentence:
    return Sentence(doc_id=doc_id, index=index, start=0, end=len(text), text=text)


def plan(*texts: str, when: str | None = None) -> Plan:
    return Plan(
        groups=tuple(
            Group(sentences=(sentence(text, index=2 * place),), when=when)
            for place, text in enumerate(texts)
        )
    )


def written(writing: Writing) -> list[str]:
    return [draft.text for draft in writing.drafts]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("The dam\n  held.", "The dam held."),
        ("The dam held", "The dam held."),
        ("They said the following:", "They said the following."),
        ("Will the dam hold?", "Will the dam hold?"),
        ("Nobody came to the U.S.", "Nobody came to the U.S."),
        ("水坝没有决口", "水坝没有决口。"),
        # An opening that points back
        ("However, no date was set.", "No date was set."),
        ("But the dam held all night.", "The dam held all night."),
        ("And, however, the dam held all night.", "The dam held all night."),
        ("Meanwhile, al-Nasr members stayed away.", "al-Nasr members stayed away."),
        ("However, “we will stay here”, she said.", "“We will stay here”, she said."),
        # ... and one that does not
        ("But for the dam, all was lost.", "But for the dam, all was lost."),
        ("However hard they worked, it was late.", "However hard they worked, it was late."),
        ("Still waters run deep in the valley.", "Still waters run deep in the valley."),
        ("Yet another dam broke that night.", "Yet another dam broke that night."),
        ("But not he.", "But not he."),
        ("Also, too late.", "Also, too late."),  # the rest is no sentence
        # Marks whose partner stayed in another sentence
        ("It held,” the engineer said.", "“It held,” the engineer said."),
        ("It will hold.”", "“It will hold.”"),
        ("“It will hold.", "“It will hold.”"),
        ('He said: "It will hold.', 'He said: "It will hold."'),
        ('It held," he said.', '"It held," he said.'),
        ("“It held,” he said, “all night.”", "“It held,” he said, “all night.”"),
        # ... with a space before and behind them
        ('It held, " the engineer said.', '"It held, " the engineer said.'),
        ('The mayor said, " it will hold.', 'The mayor said, " it will hold."'),
        ('It will hold. "', '"It will hold. "'),
        ('He asked, " is it over.', 'He asked, " is it over."'),
        ('According to Reed, " it will hold.', 'According to Reed, " it will hold."'),
        ('A 6" pipe burst.', 'A 6" pipe burst.'),
        ("(The dam is old.", "The dam is old."),
        ("The dam is old.)", "The dam is old."),
        ("The dam (built in 1931) held.", "The dam (built in 1931) held."),
        ("The workers’ dam held", "The workers’ dam held."),
        ("* * *", ""),
        ("", ""),
    ],
)
def test_a_lead_is_made_presentable(raw: str, shown: str) -> None:
    assert present(raw) == shown


def test_the_opening_stays_behind_the_sentence_it_points_back_to() -> None:
    first, second = sentence("The dam held."), sentence("However, the road is gone.", index=1)
    both = Plan(groups=(Group(sentences=(first,)), Group(sentences=(second,))))
    assert written(ExtractiveWriter().write([both], words=50)[0]) == [
        "The dam held.",
        "However, the road is gone.",
    ]
    alone = Plan(groups=(Group(sentences=(second,)),))
    assert written(ExtractiveWriter().write([alone], words=50)[0]) == ["The road is gone."]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The dam broke.", "In May 2023, the dam broke."),
        ("During the night it broke.", "In May 2023, during the night it broke."),
        ("Orlova’s plan failed.", "In May 2023, Orlova’s plan failed."),
        ("UNESCO protested.", "In May 2023, UNESCO protested."),
        ("Engineers left.", "Engineers left (reported May 2023)."),
        ("Foreign crews left.", "Foreign crews left (reported May 2023)."),
        ("Crews came from the U.S.", "Crews came from the U.S. (reported May 2023)."),
        ("“It held.”", "“It held.” (reported May 2023)"),
        ("Will it hold?", "Will it hold? (reported May 2023)"),
        ("In May 2023 the dam broke.", "In May 2023 the dam broke."),
        ("IT systems failed.", "In May 2023, IT systems failed."),
        ("The town has begun to rebuild.", "The town has begun to rebuild (reported May 2023)."),
        ("Orlova insists it was safe.", "Orlova insists it was safe (reported May 2023)."),
        ("The officials say it was safe.", "The officials say it was safe (reported May 2023)."),
        ("It can’t hold.", "It can’t hold (reported May 2023)."),
        ("The dam was old.", "In May 2023, the dam was old."),
        ("The mayor said so.", "In May 2023, the mayor said so."),
    ],
)
def test_old_news_says_when(text: str, shown: str) -> None:
    group = Group(sentences=(sentence(text),), when="In May 2023")
    assert said(group, None, names=frozenset({"Orlova"})) == shown


def test_a_name_is_a_word_that_never_loses_its_capital_and_stands_alone() -> None:
    names = lone_names(
        plan(
            "They asked Orlova about the Foreign Minister of Vostria.",
            "He rose to meet Rose at noon.",
            "Engineers saw Vostria's dam.",
        )
    )
    assert names == {"Orlova", "Vostria"}


def test_a_draft_is_written_from_all_sentences_of_its_group() -> None:
    group = (sentence("The dam held."), sentence("The dam has held.", "b"))
    writing = ExtractiveWriter().write([Plan(groups=(Group(sentences=group),))], words=10)[0]
    assert writing.drafts[0].sources == group
    assert writing.notices == ()


def test_what_does_not_fit_is_left_out_and_counted() -> None:
    writing = ExtractiveWriter().write(
        [plan("One two three.", "One two three four.", "One two.")], words=6
    )[0]
    assert written(writing) == ["One two three."]
    assert writing.notices == ("2 points of the plan did not fit into 6 words.",)


def test_a_long_first_sentence_does_not_leave_the_briefing_empty() -> None:
    writing = ExtractiveWriter().write(
        [plan("One two three four five.", "One two.", "Three four.")], words=4
    )[0]
    assert written(writing) == ["One two.", "Three four."]
    assert writing.notices == ("1 point of the plan did not fit into 4 words.",)


TEXTS = st.lists(
    st.text(alphabet="abAB .,:;\"“”()'’?!\n-–1中", max_size=40)
    | st.builds("{} the dam {}".format, st.sampled_from(["However,", "But", "“"]), st.text("ab ")),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(1, 30), st.sampled_from([None, "In May 2023"]))
def test_never_more_words_than_asked_for(texts: list[str], words: int, when: str | None) -> None:
    writing = ExtractiveWriter().write([plan(*texts, when=when)], words=words)[0]
    assert count_words(" ".join(written(writing))) <= words


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_the_wording_stays(texts: list[str]) -> None:
    for text in texts:
        shown = present(text)
        if shown:
            assert fold(text).endswith(fold(shown))


def test_writers_are_loaded_by_name() -> None:
    assert load_writer("extractive").notices == ()
    for name in ("auto", "embedded"):
        writer = load_writer(name)
        assert writer.name == "embedded"
        assert writer.notices == ()
        assert writer.max_input_tokens is None


def test_where_the_embedded_writer_cannot_be_loaded_articles_are_quoted_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    defaults = FusionWriter.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "folder", tmp_path)
    auto = load_writer("auto")
    assert auto.name == "extractive"
    assert auto.count_tokens("One two\nthree.") == 3
    [notice] = auto.notices
    assert "taken from the articles as they stand" in notice
    assert f"cannot be loaded from {tmp_path}" in notice
    with pytest.raises(ModelError, match=r"config\.json"):
        load_writer("embedded")


@pytest.mark.parametrize("name", ["bart", "hf:", "Extractive", "", "openai:x"])
def test_an_unknown_writer_is_refused(name: str) -> None:
    with pytest.raises(
        ConfigError, match=r'Known: "auto", "embedded", "extractive", "hf:NAME_OR_PATH"'
    ):
        load_writer(name)


def test_a_month_is_said_once_and_by_the_first_that_is_told() -> None:
    long = "Ferries, " + "ferries, " * 30 + "all ferries stopped."
    texts = [long, "Engineers left.", "Foreign crews left."]
    plan = Plan(
        groups=tuple(Group(sentences=(sentence(text),), when="In May 2023") for text in texts)
    )
    [all_] = ExtractiveWriter().write([plan], words=100)
    assert [draft.text.count("May 2023") for draft in all_.drafts] == [1, 0, 0]
    [short] = ExtractiveWriter().write([plan], words=20)
    assert [draft.text for draft in short.drafts] == [
        "Engineers left (reported May 2023).", "Foreign crews left."
    ]  # fmt: skip
