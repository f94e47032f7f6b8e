"""Sentence splitting: accuracy on hard cases, offsets, odd input."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_accuracy import failures, ours, read_cases, untrained_punkt

from summarizer.records import Document, Sentence, Span
from summarizer.sentences import MAX_LENGTH, sentence_spans, split

SAMPLES = Path(__file__).parents[2] / "shared" / "samples" / "putin-north-korea"

# Cases split wrongly today, of 190. Lower it with the splitter, never raise it.
MOST_FAILURES = 6

PARTS = [*"aB1.!?…\"'”“’()[] \n\t•-—,;。」\u2028", "U.S. ", "Mr. ", "p.m. ", ". The "]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=60).map("".join) | st.text(max_size=60)


def sentences_of(text: str, *body: Span) -> list[str]:
    document = Document(doc_id="d", text=text, body=body or None)
    return [sentence.text for sentence in split([document])]


def test_hard_cases() -> None:
    cases = read_cases()
    assert len(cases) >= 150
    assert len(failures(ours, cases)) <= MOST_FAILURES
    assert len(failures(untrained_punkt(), cases)) > len(cases) / 2  # the cases are hard


def test_sentences_are_indexed_within_their_document() -> None:
    first = Document(doc_id="a", text="One came. Two left.")
    second = Document(doc_id="b", text="Three stayed.")
    assert split([first, second]) == (
        Sentence(doc_id="a", index=0, start=0, end=9, text="One came."),
        Sentence(doc_id="a", index=1, start=10, end=19, text="Two left."),
        Sentence(doc_id="b", index=0, start=0, end=13, text="Three stayed."),
    )


def test_body_spans_are_paragraphs() -> None:
    text = "MENU\nThe bridge\nclosed. Nobody\nwas hurt.\nRain is due\nShare this"
    start, middle, end = text.index("The"), text.index("Rain"), text.index("Share")
    assert sentences_of(text, Span(start, middle), Span(middle, end)) == [
        "The bridge\nclosed.",
        "Nobody\nwas hurt.",
        "Rain is due",
    ]
    document = Document(doc_id="d", text=text, body=())
    assert split([document]) == ()


def test_bullets_and_blank_lines_part_sentences_within_a_span() -> None:
    text = "What changed:\n- taxes rise\n- spending\nfalls\n\nNothing else"
    assert sentences_of(text, Span(0, len(text))) == [
        "What changed:",
        "- taxes rise",
        "- spending\nfalls",
        "Nothing else",
    ]


def test_lower_cased_text_is_not_judged_by_its_case() -> None:
    text = (
        'the mayor said the bridge would stay shut. " we cannot open it. " residents were told '
        "to stay away from the river? nobody knew for how long. Mr. hale of the u.s. army said "
        'it was safe. " is it over? " the mayor asked on monday evening at the town hall, where '
        "several hundred people had come to hear what the council meant to do about the flood, "
        "which had by then reached the market square and the old school behind the church."
    )
    assert sentences_of(text)[:4] == [
        "the mayor said the bridge would stay shut.",
        '" we cannot open it. "',
        "residents were told to stay away from the river?",
        "nobody knew for how long.",
    ]
    assert any(s.startswith('" is it over? " the mayor asked') for s in sentences_of(text))


def test_in_lower_cased_text_no_capital_tells_an_initial_from_an_end() -> None:
    text = (
        "the fund of joseph r. Hale was sold at 9 a.m. On monday in the u.s. And the u.k. The "
        "owner, holt inc. Of tilby, met ana m. Duarte at 5 p.m. The mayor of tilby spoke of "
        "vitamin c. He left for the u.n. He was gone by 6 p.m. Tilby lay in the dark by then. "
        "it burned on may 2. Now it is a ruin. "
        "the mill by the river had burned for two days before the last of the crews went home, "
        "and nobody could tell whether it would ever grind the corn of the valley again."
    )
    assert sentences_of(text)[:7] == [
        "the fund of joseph r. Hale was sold at 9 a.m. On monday in the u.s. And the u.k.",
        "The owner, holt inc. Of tilby, met ana m. Duarte at 5 p.m.",
        "The mayor of tilby spoke of vitamin c.",
        "He left for the u.n.",
        "He was gone by 6 p.m.",
        "Tilby lay in the dark by then.",
        "it burned on may 2.",
    ]


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_spans_cover_the_text(text: str) -> None:
    spans = sentence_spans(text)
    check(text, spans)
    inner = [(s.start, s.end) for s in split([Document(doc_id="d", text=text)])]
    assert inner == spans


@given(TEXTS, st.integers(0, 20), st.integers(0, 40))
@settings(max_examples=150, deadline=None)
def test_sentences_cover_the_body_and_nothing_else(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    body = (Span(start, end),)
    sentences = split([Document(doc_id="d", text=text, body=body)])
    assert all(text[s.start : s.end] == s.text for s in sentences)
    assert all(start <= s.start and s.end <= end for s in sentences)
    assert "".join("".join(s.text.split()) for s in sentences) == "".join(text[start:end].split())


def check(text: str, spans: list[Span]) -> None:
    position = 0
    for start, end in spans:
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip() != ""
        assert end - start <= MAX_LENGTH
        position = end
    assert not text[position:].strip()


@pytest.mark.parametrize(
    "text",
    [
        "word " * 40_000,
        "a" * 200_000,
        "." * 200_000,
        "!" * 200_000 + "a",
        "." + ")" * 200_000 + "a",
        "." + " )" * 100_000,
        '. " ' * 20_000,
        "• " * 100_000,
        "9. " * 20_000,
        "\n" * 200_000,
        " " * 200_000 + ".",
        "。" * 200_000,
        "\0" * 1_000,
        "😀" * 5_000,
        "".join(f"Short line {number}\n" for number in range(20_000)),
    ],
    ids=range(15),
)
def test_odd_text_is_covered(text: str) -> None:
    check(text, sentence_spans(text))
    spans = split([Document(doc_id="d", text=text, body=(Span(0, len(text)),))])
    check(text, [Span(s.start, s.end) for s in spans])


def test_an_endless_sentence_is_cut_at_a_clause() -> None:
    clause = "the council met again; " + "and nothing was said about it, " * 4
    text = clause * 30
    pieces = sentences_of(text)
    assert all(len(piece) <= MAX_LENGTH for piece in pieces)
    assert all(piece.endswith(";") for piece in pieces[:-1])


def test_threads_agree() -> None:
    texts = [case.text for case in read_cases()]
    alone = [sentence_spans(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(sentence_spans, texts * 4)) == alone * 4


def test_punkt_comes_without_the_rest_of_nltk() -> None:
    code = (
        "import sys; from summarizer.sentences import sentence_spans\n"
        "assert 'nltk' not in sys.modules\n"
        "assert len(sentence_spans('Mr. Hale is in the U.S. He left.')) == 2\n"
        "assert 'sklearn' not in sys.modules and 'scipy.stats' not in sys.modules\n"
        "import nltk\n"
        "assert nltk.word_tokenize and nltk.tokenize.punkt.PunktSentenceTokenizer\n"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_sample_articles() -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"no sample articles at {SAMPLES}")
    for path in SAMPLES.glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        check(text, sentence_spans(text))
        assert not any(
            text[s.start : s.end].endswith((" U.S.", " Mr.")) for s in sentence_spans(text)
        )
