"""The panels: nothing of an article becomes markup, and no word of one is lost."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web_server import STORM, quick_desk

from summarizer.cleaning import clean
from summarizer.config import Config
from summarizer.reading import document_from_text
from summarizer.records import Briefing, Difference
from summarizer.web import figures, repeats, views
from summarizer.web.desk import writer_choice
from summarizer.web.intake import Pile, example_folders, read_example

EVIL = "\"><script>alert(1)</script><img src=x onerror='alert(2)'> & </div></details> {{7*7}}"
TAGS = set(
    """a article aside b bdi button circle code dd details div dl dt h2 h3 i li line mark ol p path
    span summary sup svg table tbody td text th thead title tr ul""".split()
)


class Audit(HTMLParser):
    """Every element and attribute; the balance of what opens and closes."""

    VOID = frozenset({"line", "circle", "path"})

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.feed(markup)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, _ in attrs:
            assert not name.startswith("on"), (tag, name)
            assert name not in ("src", "href", "action", "srcdoc"), (tag, name)
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def brief(*texts: str, **more: Any) -> Briefing:
    documents = [
        document_from_text(text, doc_id=f"{n}{EVIL}", title=f"Title {n} {EVIL}", source=EVIL)
        for n, text in enumerate(texts, start=1)
    ]
    with closing(quick_desk()) as desk:
        notices = (f"A notice {EVIL}",)
        return desk.start(documents, Config(words=80), notices=notices, **more).result()


PANELS = [views.briefing, views.sources, repeats.duplicates, figures.salience, figures.run]


@pytest.fixture(scope="module")
def hostile() -> Briefing:
    result = brief(*(f"{text} The mayor wrote {EVIL} on the wall." for text in STORM))
    first, *others = result.sentences
    kept = result.deduplication.kept
    difference = Difference(
        first=kept[0], second=kept[1], similarity=0.9, kind="number",
        first_values=(EVIL,), second_values=(),
    )  # fmt: skip
    return replace(
        result,
        headline=EVIL,
        writer=EVIL,
        sentences=(replace(first, checks=(EVIL,)), *others),
        deduplication=replace(result.deduplication, differences=(difference,)),
    )


@pytest.mark.parametrize("panel", PANELS)
def test_panels_hold_no_markup_of_an_article(panel: Any, hostile: Briefing) -> None:
    shown = panel(hostile)
    Audit(shown)
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_the_pile_and_messages_hold_none_either(hostile: Briefing) -> None:
    pile = Pile(documents=hostile.documents, notices=(EVIL,))
    for shown in (
        views.pile(pile, clean(pile.documents)), views.pile(Pile(), None), views.message(EVIL),
        views.progress(["encoding"]), views.progress([EVIL]), views.waiting(),
        views.absent([writer_choice(f"hf:{EVIL}")]), views.EMPTY,
    ):  # fmt: skip
        Audit(shown)


spans = st.lists(
    st.tuples(
        st.integers(0, 60), st.integers(1, 30),
        st.sampled_from(["cited", "kept", "duplicate", "junk"]), st.integers(1, 9),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet='ab <>&"\n.é', min_size=1, max_size=60), marked=spans)
def test_marking_loses_and_adds_nothing(text: str, marked: list[tuple[int, int, str, int]]) -> None:
    within = [
        (start, min(start + length, len(text)), kind, n)
        for start, length, kind, n in marked
        if start < len(text)
    ]
    shown = views._marked(text, within)
    Audit(shown)
    assert unescape(re.sub(r"<[^>]*>", "", shown)) == text
    for start, end, kind, n in within:
        if kind == "cited" and text[start:end].strip():
            marks = re.findall(r'<mark[^>]*data-by="([^"]*)"[^>]*>(.*?)</mark>', shown, re.DOTALL)
            said = "".join(unescape(part) for by, part in marks if str(n) in by.split())
            assert (
                set(text[start:end].split()) <= set(said.split()) or text[start:end].strip() in said
            )


def test_every_citation_is_lit_in_its_article() -> None:
    result = brief(*STORM)
    shown = views.sources(result)
    for n, sentence in enumerate(result.sentences, start=1):
        for citation in sentence.citations:
            part = re.escape(citation.text).replace("'", "&\\#x27;")
            assert re.search(rf'data-by="[^"]*\b{n}\b[^"]*"[^>]*>{part}', shown)


def test_long_articles_are_shortened_but_keep_their_citations() -> None:
    filler = " ".join(f"Item {n} of the long list was counted by the clerk." for n in range(900))
    result = brief(f"{filler} {STORM[0]}", STORM[1], STORM[2])
    shown = views.sources(result)
    assert "characters not shown" in shown
    assert len(shown) < 40_000
    for sentence in result.sentences:
        assert any(f">{views.escape(c.text)}" in shown for c in sentence.citations)


def test_unsound_sentences_are_marked(hostile: Briefing) -> None:
    shown = views.briefing(hostile)
    assert shown.count('class="s flagged"') == 1
    assert 'class="doubt"' in shown
    assert "To check" in shown


def test_one_undated_article_is_enough_to_show() -> None:
    assert "1 article<" in views.briefing(brief(STORM[0]))


def test_examples_are_what_lies_in_the_repository() -> None:
    assert list(example_folders()) == ["comet-lander", "harbour-bridge", "tram-vote"]
    pile, reference = read_example("tram-vote")
    assert len(pile.documents) == 5
    assert len(reference.split()) > 100
    assert pile.cluster_id == "tram-vote"
