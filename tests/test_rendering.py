"""Rendering: every format says the same, and hostile text stays text."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from markdown_it import MarkdownIt

from summarizer.errors import ConfigError
from summarizer.records import (
    Briefing,
    BriefingSentence,
    Citation,
    Deduplication,
    Difference,
    Document,
    Dropped,
    Duplicate,
    RankedSentence,
    Sentence,
    Span,
)
from summarizer.rendering import FORMATS, compression_ratio, render, to_dict, visible

SCHEMA = json.loads(
    resources.files("summarizer").joinpath("data/briefing.schema.json").read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)

HARBOUR = "By our desk\nThe harbour of Veld reopened\non Monday. Two ferries sailed at noon."
COAST = "Ferries are sailing again from Veld. Three of them left by midday."


def sentence_of(document: Document, text: str, index: int) -> Sentence:
    start = document.text.index(text)
    return Sentence(
        doc_id=document.doc_id, index=index, start=start, end=start + len(text), text=text
    )


def cite(sentence: Sentence) -> Citation:
    return Citation(
        doc_id=sentence.doc_id, start=sentence.start, end=sentence.end, text=sentence.text
    )


@pytest.fixture
def briefing() -> Briefing:
    harbour = Document(
        doc_id="harbour.txt",
        text=HARBOUR,
        title="Harbour open <again> & busy",
        source="Veld Courier",
        published=dt.date(2024, 1, 21),
        body=(Span(12, len(HARBOUR)),),
    )
    coast = Document(doc_id="coast.txt", text=COAST, published=dt.date(2024, 1, 22))
    reopened = sentence_of(harbour, "The harbour of Veld reopened\non Monday.", 0)
    two = sentence_of(harbour, "Two ferries sailed at noon.", 1)
    again = sentence_of(coast, "Ferries are sailing again from Veld.", 0)
    three = sentence_of(coast, "Three of them left by midday.", 1)
    return Briefing(
        cluster_id="veld",
        headline="Veld's ferries sail again",
        sentences=(
            BriefingSentence(
                text="The harbour of Veld reopened on Monday.",
                citations=(cite(again), cite(reopened), cite(reopened)),
            ),
            BriefingSentence(
                text="Four ferries sailed.",
                citations=(cite(three),),
                checks=("the number four is in none of the sources",),
            ),
        ),
        documents=(harbour, coast),
        deduplication=Deduplication(
            kept=(reopened, two, three),
            dropped=(Duplicate(sentence=again, kept=reopened, similarity=2 / 3, kind="semantic"),),
            differences=(
                Difference(
                    first=two,
                    second=three,
                    similarity=0.81234567,
                    kind="number",
                    first_values=("two",),
                    second_values=("three",),
                ),
            ),
        ),
        ranking=(
            RankedSentence(sentence=reopened, salience=1.0, corroboration=2),
            RankedSentence(sentence=two, salience=0.33333333, corroboration=1),
        ),
        dropped=(
            Dropped(doc_id="harbour.txt", start=0, end=11, text=HARBOUR[:11], reason="byline"),
        ),
        writer="extractive",
        notices=("map.pdf cannot be read: it is locked.",),
        timings={"cleaning": 0.012345678, "salience": 0.5},
    )


@pytest.fixture
def empty(briefing: Briefing) -> Briefing:
    return replace(
        briefing, headline="", sentences=(), ranking=(), dropped=(), notices=(), timings={}
    )


def with_headline(text: str) -> Briefing:
    """A briefing whose every text is ``text``."""
    document = Document(doc_id=f"{text}.txt", text=text, title=text, source=text)
    citation = Citation(doc_id=document.doc_id, start=0, end=len(text), text=text)
    return Briefing(
        cluster_id=text,
        headline=text,
        sentences=(BriefingSentence(text=text, citations=(citation,), checks=(text,)),),
        documents=(document,),
        deduplication=Deduplication(kept=()),
        ranking=(),
        dropped=(),
        writer=text,
        notices=(text,),
    )


class Page(HTMLParser):
    """The elements of a page, its text, and what it links to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def values(self, attribute: str) -> list[str]:
        return [value for _, a in self.elements if (value := a.get(attribute)) is not None]


def markdown_text(markdown: str) -> list[str]:
    """What CommonMark, with GitHub's tables and strike-through, shows, a block a string."""
    shown = []
    for block in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown):
        assert block.type not in ("html_block", "code_block", "fence", "hr", "table_open")
        for token in block.children or ():
            assert token.type in ("text", "strong_open", "strong_close", "text_special"), token
        if block.type == "inline":
            shown.append("".join(token.content for token in block.children or ()))
    return shown


# Formats


def test_unknown_format_names_the_known_ones(briefing: Briefing) -> None:
    with pytest.raises(ConfigError, match=r"'pdf'.*text, markdown, html, json"):
        render(briefing, "pdf")


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_ends_in_one_line_feed(
    briefing: Briefing, empty: Briefing, format: str
) -> None:
    for each in (briefing, empty):
        rendered = render(each, format)
        assert rendered.endswith("\n")
        assert not rendered.endswith("\n\n")


def test_text_in_full(briefing: Briefing) -> None:
    assert render(briefing, "text") == (
        "Veld's ferries sail again\n"
        "\n"
        "The harbour of Veld reopened on Monday. [1][2] Four ferries sailed. [2][!2]\n"
        "\n"
        "Sources\n"
        "[1] Harbour open <again> & busy, Veld Courier, 21 January 2024 (harbour.txt)\n"
        "[2] coast.txt, 22 January 2024\n"
        "\n"
        "To check\n"
        "[!2] the number four is in none of the sources\n"
        "\n"
        "Notices\n"
        "- map.pdf cannot be read: it is locked.\n"
    )


def test_markdown_in_full(briefing: Briefing) -> None:
    assert render(briefing, "markdown") == (
        "# Veld's ferries sail again\n"
        "\n"
        "The harbour of Veld reopened on Monday. [1][2] Four ferries sailed. [2][!2]\n"
        "\n"
        "## Sources\n"
        "\n"
        r"1. **Harbour open \<again\> \& busy**, Veld Courier, 21 January 2024 (harbour.txt)"
        "\n"
        "2. **coast.txt**, 22 January 2024\n"
        "\n"
        "## To check\n"
        "\n"
        "- [!2] the number four is in none of the sources\n"
        "\n"
        "## Notices\n"
        "\n"
        "- map.pdf cannot be read: it is locked.\n"
    )


def test_a_sentence_without_citation_says_so(briefing: Briefing) -> None:
    bare = replace(briefing, sentences=(BriefingSentence(text="It rained.", citations=()),))
    for format in ("text", "markdown"):
        assert "It rained. [no source]" in render(bare, format)
    assert "no source" in "".join(Page(render(bare, "html")).texts)


def test_text_lines_fit_and_marks_stay_with_their_sentence(briefing: Briefing) -> None:
    for length in range(1, 30):  # the marks come to stand at every place of a line
        sentence = replace(briefing.sentences[0], text="Aye " * length + "end.")
        shown = render(replace(briefing, sentences=(sentence,) * 3), "text").split("Sources")[0]
        assert all(len(line) <= 80 for line in shown.splitlines())
        assert not re.search(r"^\[", shown, re.MULTILINE)


def test_long_briefings_have_paragraphs(briefing: Briefing) -> None:
    sentence = replace(briefing.sentences[0], text="word " * 19 + "end.")
    paragraphs = render(replace(briefing, sentences=(sentence,) * 25), "markdown").split("\n\n")
    bodies = [paragraph for paragraph in paragraphs if paragraph.startswith("word")]
    assert [body.count("end.") for body in bodies] == [4, 4, 5, 4, 4, 4]


# JSON


def test_json_follows_the_schema(briefing: Briefing, empty: Briefing) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for each in (briefing, empty, with_headline("odd\x00\udcff\n")):
        VALIDATOR.validate(json.loads(render(each, "json")))
        VALIDATOR.validate(to_dict(each))


def test_the_schema_allows_nothing_else_and_nothing_less(briefing: Briefing) -> None:
    def refuse(node: Any, root: dict[str, Any]) -> None:
        """Every object of the output, with a key more and with each key less."""
        if isinstance(node, list):
            for item in node:
                refuse(item, root)
        elif isinstance(node, dict) and node is not root["timings"]:
            node["surplus"] = None
            assert not VALIDATOR.is_valid(root)
            del node["surplus"]
            for key in list(node):
                value = node.pop(key)
                assert not VALIDATOR.is_valid(root), key
                node[key] = value
                refuse(value, root)

    output = json.loads(render(briefing, "json"))
    refuse(output, output)
    with pytest.raises(ValidationError, match="2024"):
        VALIDATOR.validate(
            {**output, "documents": [{**output["documents"][0], "published": "21.1.2024"}]}
        )


def test_the_schema_describes_every_property() -> None:
    def described(node: Any) -> None:
        for name, prop in node.get("properties", {}).items():
            target = SCHEMA["$defs"][prop["$ref"].split("/")[-1]] if "$ref" in prop else prop
            assert prop.get("description") or target.get("description"), name
            described(prop)

    for node in (SCHEMA, *SCHEMA["$defs"].values()):
        assert node["description"]
        described(node)


def test_json_carries_document_and_span(briefing: Briefing) -> None:
    output = json.loads(render(briefing, "json"))
    texts = {document.doc_id: document.text for document in briefing.documents}
    spans = [
        *(citation for sentence in output["sentences"] for citation in sentence["citations"]),
        *output["duplicates"],
        *(entry["duplicate_of"] for entry in output["duplicates"]),
        *(entry[side] for entry in output["differences"] for side in ("first", "second")),
        *output["ranking"],
        *output["dropped"],
    ]
    assert len(spans) == 4 + 1 + 1 + 2 + 2 + 1
    for span in spans:
        assert texts[span["document"]][span["start"] : span["end"]] == span["text"]


def test_json_figures(briefing: Briefing) -> None:
    output = to_dict(briefing)
    assert output["words"] == 10
    assert [document["words"] for document in output["documents"]] == [12, 12]
    assert output["compression_ratio"] == 2.4
    assert output["duplicates"][0]["similarity"] == 0.6667
    assert output["ranking"][1]["salience"] == 0.3333
    assert output["timings"] == {"cleaning": 0.0123, "salience": 0.5}
    assert output["documents"][0]["published"] == "2024-01-21"
    assert output["text"] == "The harbour of Veld reopened on Monday. Four ferries sailed."


def test_json_keeps_other_scripts_readable() -> None:
    assert '"headline": "Fähre nach 青島"' in render(with_headline("Fähre nach 青島"), "json")


def test_an_empty_briefing_has_no_ratio(empty: Briefing) -> None:
    assert compression_ratio(empty) is None
    assert to_dict(empty)["compression_ratio"] is None


# HTML


def test_html_links_lead_somewhere_and_ids_are_unique(briefing: Briefing) -> None:
    page = Page(render(briefing, "html"))
    ids = page.values("id")
    links = page.values("href")
    assert len(ids) == len(set(ids))
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    # three marks and one check, a way back from each of the three quotes, one listed check
    assert len(links) == 3 + 1 + 3 + 1


def test_html_quotes_the_source_of_each_mark(briefing: Briefing) -> None:
    html = render(briefing, "html")
    quotes = dict(re.findall(r'<blockquote id="([^"]+)"[^>]*>(.*?)&nbsp;<a', html))
    marks = re.findall(r'<a href="#([^"]+)" title="([^"]*)" aria-label="Source (\d)">', html)
    assert [number for *_, number in marks] == ["1", "2", "2"]
    assert [quotes[target] for target, *_ in marks] == [
        "The harbour of Veld reopened on Monday.",
        "Ferries are sailing again from Veld.",
        "Three of them left by midday.",
    ]


def test_html_marks_what_did_not_check_out(briefing: Briefing) -> None:
    page = Page(render(briefing, "html"))
    assert [a["id"] for _, a in page.elements if a.get("class") == "flagged"] == ["sentence-2"]
    assert "the number four is in none of the sources" in "".join(page.texts)


def test_html_needs_nothing_from_elsewhere(briefing: Briefing) -> None:
    html = render(briefing, "html")
    page = Page(html)
    assert {"script", "link", "img", "iframe", "base", "form"}.isdisjoint(
        tag for tag, _ in page.elements
    )
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.values("content")
    assert not page.values("style")


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, section 1.4.3)."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_html_contrast_is_aa_in_light_and_dark(briefing: Briefing) -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    schemes = re.findall(r"(--page:[^}]*#[^}]*)}", render(briefing, "html"))
    light, dark = (dict(re.findall(r"--(\w+): (#\w{6})", scheme)) for scheme in schemes[:2])
    assert light["page"] != dark["page"]
    for colours in (light, dark):
        for ground in ("page", "target"):
            for ink in ("ink", "link", "warn", "muted"):
                assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


# Hostile text

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[click](javascript:alert(1)) ![x](http://example.org/x.png)",
    "# heading\n\n---\n\n* item",
    "1. not a list",
    "1) not a list",
    "- no\n+ no",
    "=== \\ `code` ~~~ | a | b |",
    "<!-- $headline ${sources} -->",
    "[1]: http://example.org",
    "&lt;b&gt; &#35; a_b_c **bold** ~~gone~~",
    "\x1b[31mred\x1b[0m \x07 \u202egnp.exe",
    "trailing backslash \\",
    "\t    indented",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    briefing = with_headline(text)
    harmless = Page(render(with_headline("plain"), "html"))
    page = Page(render(briefing, "html"))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in harmless.elements]
    assert page.values("id") == [
        re.sub(r"-\d+$", f"-{len(text)}", i) if i.startswith("quote") else i
        for i in harmless.values("id")
    ]
    assert visible(text) in "".join(page.texts)
    assert markdown_text(render(briefing, "markdown"))[0] == visible(text)
    for format in FORMATS:
        assert "\x1b" not in render(briefing, format)


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet=st.characters() | st.sampled_from("#*_[]()<>&~|`\\-+=.!:1 \n\t$"), min_size=1)
)
@example("\ud800")
@example("1.")
@example("**")
def test_any_text_is_shown_as_it_is(text: str) -> None:
    briefing = with_headline(text)
    shown = visible(text)
    for format in FORMATS:
        render(briefing, format).encode("utf-8")
    output = json.loads(render(briefing, "json"))
    assert output["headline"] == text
    assert output["sentences"][0]["citations"][0]["text"] == text
    assert shown in "".join(Page(render(briefing, "html")).texts)
    blocks = markdown_text(render(briefing, "markdown"))
    if shown:
        assert blocks[0] == shown
        assert blocks[1] == f"{shown} [1][!1]"
        assert f"{shown}, {shown} ({visible(text + '.txt')})" in blocks
        assert blocks[-1] == shown


def test_visible_removes_what_steers_a_terminal() -> None:
    assert visible("a\x1b[2Jb\x9bc\u202ed\n e\udcff") == "a[2Jbcd e\ufffd"
