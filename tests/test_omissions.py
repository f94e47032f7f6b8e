"""What a written sentence may leave out of its source, and what it may not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.omissions import omissions

BRIDGE = (
    "Mayor Ana Duarte, who was elected in 2019, opened the rebuilt harbour bridge on Monday "
    "morning, ending 14 months of detours for the people of Eastport."
)
FATHER = "In July he met Jon Var Il, the father of the present chairman, Jon Var Un."
STATE = (
    "The envoy will visit Tilby, a mill town and river port, to discuss tariffs and other matters."
)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (BRIDGE, "Mayor Ana Duarte opened the rebuilt harbour bridge on Monday morning."),
        (BRIDGE, "Mayor Ana Duarte opened the rebuilt harbour bridge."),
        (BRIDGE, "Ana Duarte opened the rebuilt harbour bridge."),
        (FATHER, "In July he met Jon Var Il."),
        (STATE, "The envoy will visit Tilby to discuss tariffs and other matters."),
        (
            "Tilby (AP) — The old mill burned down, police said.",
            "Police said the old mill burned down.",
        ),
        ("Tilby (AP) — The old mill burned down.", "The old mill burned down."),
        ("However, the mill (built in 1802) burned down.", "The mill burned down."),
        ("The mill burned down on Monday.", "On Monday, the mill burned down."),
        ("A total of 24 men left in order to find work.", "24 men left to find work."),
        (
            "The fire spread quickly because of the wind, and two barns were lost.",
            "The fire spread because of the wind.",
        ),
        ("The mill burned down on Monday while its owner was away.", "The mill burned down."),
    ],
)
def test_what_grammar_lets_go_may_go(source: str, written: str) -> None:
    assert omissions(written, [source]) == ()


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (FATHER, "In July he met Jon Var Un."),
        (STATE, "The envoy will visit Tilby, a mill town and other matters."),
        (BRIDGE, "Mayor Ana Duarte ended 14 months of the people of Eastport."),
        (BRIDGE, "Ana Duarte was elected on Monday morning."),
        ("The mill was not sold to the bank.", "The mill was sold to the bank."),
        ("The mill will close unless the bank helps.", "The mill will close."),
        ("The mill was allegedly set on fire.", "The mill was set on fire."),
        ("The mill burned down, police said.", "The mill burned down."),
        ("The mill was burning by nine, the brigade confirmed.", "The mill was burning by nine."),
        ("According to police, the mill burned down.", "The mill burned down."),
        ("The mill was sold in 1950.", "The mill was sold."),
        ("The former mayor opened the bridge.", "The mayor opened the bridge."),
        ("At least 24 men were hurt.", "24 men were hurt."),
        ("The leader of North Varland spoke.", "North Varland spoke."),
        ("The bond between Varland and Tilby has grown.", "Varland and Tilby has grown."),
        ("Duarte was poised to make a visit to Tilby.", "Duarte was poised to Tilby."),
        ("She ordered the troops to leave the town.", "She ordered the troops."),
        ("Before he died, Reed sold the mill to her.", "Reed sold to her."),
        ("Talks between the union and the owner failed.", "Talks between the union failed."),
        ("When Duarte arrived, she opened the bridge.", "She opened the bridge."),
        ("It was her first visit in ten years.", "It was her first visit."),
        ("They usually meet in the mill.", "They meet in the mill."),
        ("He owns a mill that spans the river.", "He owns a mill spans the river."),
        ("They described him as a quiet man.", "They described him."),
        ("The mill of flour and corn cakes burned.", "The mill of flour."),
        ("He killed two, his wife and their neighbour.", "He killed two, his wife."),
        ("In the 1880s, the mill made paper.", "The mill made paper."),
        ("It fell to 2.11mbps in May and 1.98mbps in June.", "It fell to 2.11mbps in May and 1."),
        (
            "It is the fourth after Tilby, Varland and Eastport.",
            "It is the fourth after Tilby, Varland.",
        ),
        ("On Monday and Tuesday's vote hangs a lot.", "On Monday and's vote hangs a lot."),
        ("The talk with Ana Duarte did not back her plan.", "The talk did not back her plan."),
        ("Il died, and his heir, Tom Reed, took over.", "Il died, and his heir, Tom Reed."),
        ("The mill burned on May 3, 1802, and again.", "The mill burned, 1802, and again."),
        ("The toll of the fire that hit us keeps rising.", "The toll of the fire that hit us."),
        ("They wrote to Duarte and set up a petition.", "They wrote to Duarte and set."),
        (
            "He voiced alarm over ties between Duarte and Il.",
            "He voiced alarm between Duarte and Il.",
        ),
        ("Men shot 17 in days of riots that began in May.", "Men shot 17 that began in May."),
        ("Police called it “a really old mill.”", "Police called it “a old mill.”"),
    ],
)
def test_what_binds_the_rest_must_stay(source: str, written: str) -> None:
    assert omissions(written, [source])


def test_the_phrase_names_what_is_missing() -> None:
    assert omissions("The mill was sold.", ["The mill was not sold."]) == (
        "without “not” it says something else",
    )


def test_a_name_is_not_made_of_two() -> None:
    sources = [FATHER, "Years ago he met Jon Var Il, the late father of chairman Jon Var Un."]
    assert omissions("In July he met Jon Var Un.", sources)
    assert omissions("In July he met Jon Var Il.", sources) == ()


def test_near_duplicates_may_complete_one_another() -> None:
    sources = [
        "The old mill of Tilby burned down on Monday.",
        "The old mill of Tilby, built in 1802, burned down.",
    ]
    written = "The old mill of Tilby, built in 1802, burned down on Monday."
    assert omissions(written, sources) == ()


WORDS = st.lists(
    st.sampled_from("the mill of Tilby , who was burned down and not 24 men on Monday .".split()),
    max_size=14,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(WORDS, st.lists(WORDS, max_size=3))
def test_any_text_is_judged_and_a_source_leaves_nothing_out(text: str, others: list[str]) -> None:
    assert isinstance(omissions(text, others), tuple)
    assert omissions(text, [*others, text]) == ()
