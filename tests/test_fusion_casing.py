from __future__ import annotations

import re

import pytest
import tiny_fusion
from hypothesis import given, settings
from hypothesis import strategies as st

from models.fusion.casing import Piece, typeset
from summarizer.words import collapse

TOKENS = tiny_fusion.tokenizer()
COMMON = frozenset({"officials", "workers"})


def pieces_of(texts: list[str]) -> list[list[Piece]]:
    """The pieces of each text, placed as the writer reads them."""
    found = []
    place = 1
    for source, text in enumerate(texts):
        encoding = TOKENS.encode(text, add_special_tokens=False)
        own = []
        for token, (start, end) in zip(encoding.tokens, encoding.offsets, strict=True):
            own.append(Piece(token, source, start, end, place))
            place += 1
        found.append(own)
        place += 1
    return found


def made(token: str) -> Piece:
    return Piece(token)


def part(texts: list[str], source: int, words: str) -> list[Piece]:
    """The pieces of a stretch of a source."""
    start = texts[source].index(words)
    return [
        piece
        for piece in pieces_of(texts)[source]
        if start <= piece.start and piece.end <= start + len(words)
    ]


@pytest.mark.parametrize(
    "text",
    [
        'The U.S. spent $1.5 million on the "Life-Giving Trinity" church (built in 1802).',
        "Zoë O'Neill's crews—all 24 of them—left at 8:30 a.m., didn’t they?",
        "“It’s over,” McCain told NATO’s chief; prices fell 3.5% on Sept. 9.",
    ],
)
def test_what_is_copied_whole_stays_as_printed(text: str) -> None:
    assert typeset(pieces_of([text])[0], [text], common=COMMON) == text


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("abAB Zz.,'’\"-—$%()é 1234567890\u00a0"), min_size=1, max_size=60))
def test_any_text_copied_whole_keeps_its_characters(text: str) -> None:
    text = collapse(text)
    pieces = pieces_of([text])[0]
    written = typeset(pieces, [text], common=COMMON)
    start = pieces[0].start if pieces else 0
    expected = collapse(text[start : pieces[-1].end]) if pieces else ""
    assert written.casefold() == expected.casefold()
    changed = [n for n, (a, b) in enumerate(zip(written, expected, strict=True)) if a != b]
    assert len(changed) <= 1  # the first letter may have become a capital


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_splices_are_never_spaced_as_tokens(choice: st.DataObject) -> None:
    texts = tiny_fusion.TEXT.splitlines()
    all_pieces = pieces_of(texts)
    spans = choice.draw(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(1, 8)), min_size=1,
                 max_size=4)
    )  # fmt: skip
    written = typeset(
        [p for source, start, size in spans for p in all_pieces[source][start : start + size]],
        texts,
        common=COMMON,
    )
    assert written == collapse(written)
    assert not re.search(r" [,.;]|##|\( | \)", written)
    assert not written[:1].islower()


def test_two_stretches_meet_with_one_space() -> None:
    texts = ["The mill burned on Monday.", "Police said a U.S. crew came."]
    written = [
        *part(texts, 0, "The mill burned on Monday"), made(","), *part(texts, 1, "Police said"),
        *part(texts, 0, "."),
    ]  # fmt: skip
    assert typeset(written, texts, common=COMMON) == "The mill burned on Monday, Police said."
    small = [*texts, "Later police said more."]
    assert typeset(written, small, common=COMMON) == "The mill burned on Monday, police said."


def test_a_sentence_opening_inside_a_sentence_keeps_only_the_capitals_of_names() -> None:
    texts = [
        "Officials left.",
        "Duarte left.",
        "NATO left.",
        "The town left.",
        "Later, Duarte spoke.",
    ]
    for source, expected in [(0, "officials"), (1, "Duarte"), (2, "NATO")]:
        written = [*part(texts, 3, "The town"), made("and"), *pieces_of(texts)[source][:-1]]
        assert typeset(written, texts, common=COMMON).startswith(f"The town and {expected}")


def test_generated_pieces_are_glued_by_rule() -> None:
    pieces = [
        made(token) for token in ["it", "'", "s", "the", "mill", "##ed", ",", "(", "old", ")", "."]
    ]
    assert typeset(pieces, [], common=COMMON) == "It's the milled, (old)."


def test_generated_quotation_marks_open_and_close() -> None:
    pieces = [made(token) for token in ["he", "said", '"', "no", "way", '"', "and", "left", "."]]
    assert typeset(pieces, [], common=COMMON) == 'He said "no way" and left.'


def test_nothing_written_is_nothing() -> None:
    assert typeset([], [], common=COMMON) == ""
