from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.facts import covers, differences, facts, missing
from summarizer.openings import has_dangling_opening


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("after 24 years", {"24"}),
        ("after twenty-four years", {"24"}),
        ("after twenty four years", {"24"}),
        ("it cost $1.5 million", {"1500000"}),
        ("it cost 1.5 million dollars", {"1500000"}),
        ("it cost 1,500,000", {"1500000"}),
        ("it cost £250m", {"250000000"}),
        ("a loss of 2bn euros", {"2000000000"}),
        ("up 3.2%", {"3.2%"}),
        ("up 3.2 percent", {"3.2%"}),
        ("up 3.20 per cent", {"3.2%"}),
        ("two decades", {"2"}),
        ("two hundred and fifty thousand people", {"250000"}),
        ("three hundred troops", {"300"}),
        ("a dozen ships", {"12"}),
        ("dozens of ships", {"dozens"}),
        ("a third of the coral", {"1/3"}),
        ("one-third of the coral", {"1/3"}),
        ("half of the lake", {"1/2"}),
        ("the first visit", {"1st"}),
        ("the 1st visit", {"1st"}),
        ("her third book", {"3rd"}),
        ("between 10 and 15 people", {"10", "15"}),
        ("a 10-15 minute delay", {"10", "15"}),
        ("a 34-year-old man", {"34"}),
        ("they won 3-1", {"3", "1"}),
        ("one person died", {"1"}),
        ("one of the largest", set()),
        ("no one came", set()),
        ("a million people", {"1000000"}),
        ("2,000 soldiers", {"2000"}),
        ("2000 soldiers", {"2000"}),
        ("a Su-57 jet", set()),
        ("It grew.", set()),
    ],
)
def test_numbers(text: str, numbers: set[str]) -> None:
    assert facts(text).numbers == numbers


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("on January 21st, 2024", {"2024-01-21"}),
        ("on 21 January 2024", {"2024-01-21"}),
        ("on 2024-01-21", {"2024-01-21"}),
        ("on Jan. 21, 2024", {"2024-01-21"}),
        ("on the 21st of January", {"????-01-21"}),
        ("on 21 January", {"????-01-21"}),
        ("on January 21", {"????-01-21"}),
        ("in Sept. 2021", {"2021-09-??"}),
        ("in September 2021", {"2021-09-??"}),
        ("in September", {"????-09-??"}),
        ("last September", {"????-09-??"}),
        ("in 2000", {"2000-??-??"}),
        ("in the 1990s", {"1990s"}),
        ("on Tuesday", {"tuesday"}),
        ("on Tues. it", {"tuesday"}),
        ("last year", {"last year"}),
        ("yesterday", {"yesterday"}),
        ("at 11:40", {"11:40"}),
        ("at 4 p.m.", {"16:00"}),
        ("at 4pm", {"16:00"}),
        ("at 12 a.m. sharp", {"00:00"}),
        ("May 8 marked it", {"????-05-08"}),
        ("in March this year", {"????-03-??", "this year"}),
        ("It may rain on the march.", set()),
        ("2000 soldiers", set()),
        ("3-5 March", {"????-03-05"}),
    ],
)
def test_dates(text: str, dates: set[str]) -> None:
    assert facts(text).dates >= dates
    assert bool(facts(text).dates) == bool(dates)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("He met Kim Jong-un.", {"kim jong un"}),
        ("He met Kim Jong Un.", {"kim jong un"}),
        ("the Russian President Vladimir Putin", {"russia", "vladimir putin"}),
        ("with Foreign Minister Sergei Lavrov", {"sergei lavrov"}),
        ("the U.S. army", {"united states"}),
        ("the US army", {"united states"}),
        ("the United States", {"united states"}),
        ("they told us", set()),
        ("the Kremlin's view", {"kremlin"}),
        ("Officials said so.", set()),
        ("Meanwhile it rained.", set()),
        ("Putin said so.", {"putin"}),
        ("Russia-North Korea ties", {"russia", "north korea"}),
        ("US-backed forces", {"united states"}),
        ("She thanked John Nilsson-Wright.", {"john nilsson wright"}),
        ("the village of Ludwig van Beek", {"ludwig van beek"}),
        ("vladimir putin came to pyongyang", set()),
        ("He said: The army left.", set()),
        ("it was I", set()),
    ],
)
def test_names(text: str, names: set[str]) -> None:
    assert facts(text).names == names


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("He did not come.", True),
        ("He didn't come.", True),
        ("He didn’t come.", True),
        ("He never came.", True),
        ("He has yet to come.", True),
        ("He failed to come.", True),
        ("He denied it.", True),
        ("He did not deny it.", False),
        ("Not only he came.", False),
        ("It is No. 5 on the list.", False),
        ("He came.", False),
    ],
)
def test_negation(text: str, negated: bool) -> None:
    assert facts(text).negated is negated


def test_quotes_are_folded() -> None:
    assert facts("He called it “a Great day.” and left").quotes == ("a great day",)


@pytest.mark.parametrize(
    ("complete", "other"),
    [
        ("He came on 21 January 2024.", "He came in January."),
        ("Russian President Vladimir Putin spoke.", "Then Putin spoke."),
        ("It was reported by the Korean Central News Agency.", "It was reported by KCNA."),
        ("It was reported by KCNA.", "It was reported by the Korean Central News Agency."),
        ("Five people died on Monday.", "Five people died."),
        ("Nurses walked out.", "The nurses walked out."),
        ("PUTIN VISITS NORTH KOREA AGAIN", "Putin visits North Korea again."),
        ("Last week the fleet, said Harbour Watch, left.", "The fleet left."),
    ],
)
def test_the_more_complete_text_covers_the_other(complete: str, other: str) -> None:
    assert covers(facts(complete), facts(other))


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("Five people died.", "Six people died.", "number"),
        ("He came on Monday.", "He came on Tuesday.", "date"),
        ("He came in 2000.", "He came in 2001.", "date"),
        ("He came on 21 January 2024.", "He came in January 2023.", "date"),
        ("He met Vladimir Putin.", "He met Dmitry Peskov.", "name"),
        ("He met Vladimir Putin.", "He met Igor Putin.", "name"),
        ("It opened.", "It did not open.", "negation"),
        ("Prices rose sharply.", "Prices fell sharply.", "negation"),
        ("It killed 7 people and hurt 23 dogs.", "It killed 23 people and hurt 7 dogs.", "number"),
        ("Two decades passed.", "Then 24 years passed.", "number"),
        ("The bank lost 5% of it.", "The bank lost 5 of it.", "number"),
    ],
)
def test_contradictions(first: str, second: str, kind: str) -> None:
    a, b = facts(first), facts(second)
    assert not covers(a, b)
    assert not covers(b, a)
    assert kind in {difference.kind for difference in differences(a, b)}


def test_differences_name_what_each_side_states() -> None:
    found = differences(facts("He met Lavrov on Monday."), facts("He met Peskov on Monday."))
    assert found == (("name", ("lavrov",), ("peskov",)),)


def test_an_opening_word_that_the_other_writes_in_lower_case_is_no_name() -> None:
    assert not differences(facts("Gravel fell on it."), facts("Some gravel fell on it."))


def test_missing_lists_what_no_source_states() -> None:
    sources = [facts("Putin flew to Hanoi on 20 June."), facts("He signed 11 documents.")]
    assert missing(facts("Vladimir Putin signed 12 papers in Hanoi in June."), sources) == (
        ("number", "12"),
        ("name", "vladimir putin"),
    )
    assert missing(facts("Putin signed eleven documents on June 20."), sources) == ()


def test_missing_without_sources_is_everything() -> None:
    assert missing(facts("It cost 5 dollars."), []) == (("number", "5"),)


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text_covers_itself(text: str) -> None:
    stated = facts(text)
    assert covers(stated, stated)
    assert missing(stated, [stated]) == ()


WORDS = st.sampled_from(
    "Putin Vladimir met not 24 five on Monday January 21 2024 the in rose fell U.S. 3% two".split()
)


@given(st.lists(WORDS, max_size=12), st.lists(WORDS, max_size=12))
@settings(max_examples=100, deadline=None)
def test_differences_are_symmetric(first: list[str], second: list[str]) -> None:
    a, b = facts(" ".join(first)), facts(" ".join(second))
    mirrored = tuple((kind, there, here) for kind, here, there in differences(b, a))
    assert differences(a, b) == mirrored


@pytest.mark.parametrize(
    "text",
    [
        "He said the bridge was safe.",
        "But the bridge was safe.",
        "However, the mayor left.",
        "Their talks failed.",
        "This decision was wrong.",
        "“It is safe,” he said.",
        "The bridge is safe, she added.",
        "and the mayor left.",
        "In response, the mayor left.",
        "It has three lanes.",
    ],
)
def test_dangling_openings(text: str) -> None:
    assert has_dangling_opening(text)


@pytest.mark.parametrize(
    "text",
    [
        "The bridge is safe.",
        "“It is safe,” the mayor said.",
        "In his speech, the mayor said that it was safe.",
        "It is believed that the bridge is safe.",
        "It was the mayor who left.",
        "Butter is dear.",
        "There were two bridges.",
        "Thistle grows here.",
        "",
    ],
)
def test_openings_that_stand_alone(text: str) -> None:
    assert not has_dangling_opening(text)
