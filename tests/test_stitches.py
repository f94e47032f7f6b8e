"""The guard: stitches, certainty, wholeness; true fusions pass."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.clauses import read
from summarizer.guard import refusals
from summarizer.hedges import overstated
from summarizer.stitches import stitches
from summarizer.tagging import tagged
from summarizer.wholeness import broken, echo

PLANTED = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "stitches.jsonl").read_text("utf-8").splitlines()
]
ANSI = (
    "The spokesman, Ansi, did not comment on the threats.",
    "Charlie Hebdo's latest cover shows a cartoon of the prophet.",
)


def unseen(row: dict[str, object]) -> bool:
    """The half that the rules were not developed on."""
    return int(hashlib.sha1("|".join(row["sources"]).encode()).hexdigest(), 16) % 2 == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("half", [False, True], ids=["developed on", "unseen"])
def test_planted_stitches_are_refused_and_true_fusions_pass(half: bool) -> None:
    refused = {True: [], False: []}  # type: dict[bool, list[bool]]
    for row in PLANTED:
        if unseen(row) is half:
            refused[row["true"]].append(bool(refusals(row["written"], row["sources"])))
    assert len(refused[True]) > 50
    assert len(refused[False]) > 50
    assert sum(refused[False]) / len(refused[False]) >= 0.95
    assert sum(refused[True]) / len(refused[True]) <= 0.15


def test_a_stitched_owner_is_named() -> None:
    (reason,) = stitches("Ansi's latest cover shows a cartoon of the prophet.", ANSI)
    assert reason == "“Ansi's” and “cover” are from different places"


@pytest.mark.parametrize(
    ("written", "sources"),
    [
        ("B accused A.", ["A accused B."]),
        ("Norland beat Suria on Monday.", ["Suria beat Norland on Monday."]),
        ("Norland was beaten by Suria.", ["Norland beat Suria on Monday."]),
        ("The court sued the bank.", ["The bank sued the owner in court."]),
    ],
)
def test_swapped_roles_within_one_source(written: str, sources: list[str]) -> None:
    written = written.replace("A ", "Anna Reed ").replace(" A.", " Anna Reed.")
    written = written.replace("B ", "Boris Lang ").replace(" B.", " Boris Lang.")
    sources = [s.replace("A ", "Anna Reed ").replace(" B.", " Boris Lang.") for s in sources]
    assert refusals(written, sources)


@pytest.mark.parametrize(
    ("written", "sources"),
    [
        (
            "Suria was beaten by Norland on Monday.",
            ["Norland beat Suria on Monday."],
        ),
        (
            "On Monday Norland beat Suria.",
            ["Norland beat Suria on Monday."],
        ),
        (
            "The mayor, who is ill, opened the bridge.",
            ["The mayor opened the bridge.", "The mayor is ill."],
        ),
        (
            "Orla Finn opened the bridge and will retire in May.",
            ["Orla Finn opened the bridge.", "She will retire in May."],
        ),
    ],
)
def test_the_same_said_in_another_order_passes(written: str, sources: list[str]) -> None:
    assert refusals(written, sources) == ()


@pytest.mark.parametrize(
    ("source", "written", "certain"),
    [
        ("Prices may rise in March, the bank said.", "Prices rose in March.", True),
        ("Prices may rise in March, the bank said.", "Prices may rise in March.", False),
        ("Prices may rise in March, the bank said.", "Prices could rise in March.", False),
        ("The bank is expected to close 40 branches.", "The bank closed 40 branches.", True),
        ("The bank is expected to close 40 branches.", "The bank will close 40 branches.", True),
        ("The bank plans to close 40 branches.", "The bank plans to close branches.", False),
        ("Prosecutors allege that he took bribes.", "He took bribes.", True),
        ("Prosecutors allege that he took bribes.", "He allegedly took bribes.", False),
        ("The rail line will open in June.", "The rail line opened in June.", True),
        ("The rail line opened in June.", "The rail line opened in June.", False),
    ],
)
def test_nothing_is_surer_than_its_source(source: str, written: str, certain: bool) -> None:
    assert bool(overstated(written, [source])) is certain


def test_one_certain_source_is_enough() -> None:
    assert overstated("The bank closed.", ["The bank may close.", "The bank closed."]) is None


@pytest.mark.parametrize(
    "text",
    [
        "The bridge was closed on Monday and",
        "The bridge was closed on Monday by the.",
        "The mayor (who was ill opened the bridge.",
        'The mayor said the bridge was "safe.',
        "the bridge was closed on Monday.",
        "The rebuilt bridge of the harbour of Eastport.",
        "The mayor is the richest in town, and controls...",
    ],
)
def test_what_is_no_whole_sentence(text: str) -> None:
    assert broken(text)


@pytest.mark.parametrize(
    "text",
    [
        "The bridge was closed on Monday.",
        "The bridge will close in May.",
        "“The bridge is safe,” the mayor said.",
        "eBay said profits rose.",
        "Work goes on.",
        "平壤的外交部长星期二在克里姆林宫会见了普京。",
        "Мост открылся в понедельник после ремонта.",
    ],
)
def test_what_is_a_whole_sentence(text: str) -> None:
    assert broken(text) is None


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("He will visit after 24 years amidst growing ties amidst growing visit.", True),
        ("The the bridge was closed.", True),
        ("The bridge was closed, and the bridge was closed to lorries on Monday.", True),
        ("The bridge was closed, and the mayor said the bridge was old.", False),
        ("North Korea said that North Korea would answer.", False),
        ("He said that that was not so.", False),
    ],
)
def test_what_is_said_twice(text: str, twice: bool) -> None:
    assert bool(echo(text)) is twice


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("About 24 people fled on 3 September.", None),
        ("At least twenty-four people fled on Sept. 3.", "at least 24"),
        ("Twenty-four people fled on September 3.", None),
        ("Twenty-five people fled on September 3.", "number 25"),
        ("Twenty-four people fled on September 4.", "date 4 September"),
        ("Twenty-four people fled, Ruth Adeyemi said.", "name Ruth Adeyemi"),
        ("Twenty-four people “ran for their lives” on 3 September.", "quotation"),
    ],
)
def test_facts_are_those_of_the_sources(written: str, fault: str | None) -> None:
    found = refusals(written, ["Twenty-four people fled on Sept. 3."])
    assert (fault is None) == (found == ())
    assert fault is None or fault in " ".join(found)


def test_a_copied_sentence_passes_with_its_date() -> None:
    import datetime as dt

    source = "The committee, which met in 2019, may not meet again."
    written = "In January 2024, the committee, which met in 2019, may not meet again."
    assert refusals(written, [source], published=[dt.date(2024, 1, 3)]) == ()
    assert refusals(written, [source]) == ("the date January 2024 is in none of its sources",)


def test_other_scripts_are_checked_for_numbers_and_marks_only() -> None:
    source = "В городе открылся мост длиной 300 метров, сказал мэр."
    assert refusals("Мэр сказал, что открылся мост длиной 300 метров.", [source]) == ()
    assert refusals("Мэр сказал, что открылся мост длиной 500 метров.", [source])
    assert refusals("Мэр сказал, что открылся мост", [source])


def test_verbs_and_their_subjects() -> None:
    reading = read("Ana Duarte, who won in May, said the bridge was opened by Tom Reed.")
    seen = [
        (
            reading.tokens[verb.place].text,
            " ".join(t.text for t in reading.tokens[slice(*_span(verb.subjects[0]))]),
            verb.passive,
        )
        for verb in reading.verbs
    ]
    assert seen == [
        ("won", "Ana Duarte", False),
        ("said", "Ana Duarte", False),
        ("opened", "the bridge", True),
    ]


def _span(phrase: object) -> tuple[int, int]:
    return phrase.start, phrase.end  # type: ignore[attr-defined]


def test_tags_by_context() -> None:
    tags = {token.text: token.tag for token in tagged("The US attack killed the planned visit.")}
    assert tags == {
        "The": "D", "US": "P", "attack": "N", "killed": "V", "the": "D", "planned": "A",
        "visit": "N", ".": ".",
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PLANTED), st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_judged_without_error(row: dict[str, str], text: str, other: str) -> None:
    assert isinstance(refusals(text, [other, *row["sources"]]), tuple)
    assert isinstance(refusals(row["written"] + text, [other]), tuple)
    assert refusals(text, [text]) == ()


def test_clitics_are_verbs_and_stops_within_a_word_part_nothing() -> None:
    tags = {
        token.text: token.tag
        for token in tagged("It's late, they've left and Reed's mill is hers.")
    }
    assert (tags["'s"], tags["'ve"]) == ("S", "X")  # the last "'s" is the genitive
    assert tagged("It's late.")[1] == ("'s", "be", "X")
    words = [
        token.text for token in tagged("At 9 p.m, a ph.d of the r&d mill, 9,009-mile journey.")
    ]
    assert words == "At|9|p.m|,|a|ph.d|of|the|r&d|mill|,|9,009-mile|journey|.".split("|")
