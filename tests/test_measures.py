"""Coverage, density, compression, novelty, redundancy and length, worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.measures import (
    Extractiveness,
    Length,
    extractive_fragments,
    extractiveness,
    length,
    novel_ngrams,
    redundancy,
    unfounded,
    verbatim,
)
from summarizer.errors import ConfigError

words = st.lists(st.sampled_from("abcd"), max_size=25)


def test_fragments_by_hand() -> None:
    # "a b c" and "e f a" are copied; x is new.
    assert extractive_fragments("a b c d e f a b".split(), "a b c x e f a".split()) == [
        (0, 3),
        (4, 7),
    ]


def test_the_longest_fragment_wins_wherever_it_stands() -> None:
    assert extractive_fragments("a b x a b c".split(), "a b c".split()) == [(0, 3)]


def test_a_run_that_begins_within_a_shorter_one_is_not_seen() -> None:
    # Figure 3: after "a a" the article is searched on from the third a.
    assert extractive_fragments("a a a b".split(), "a a b".split()) == [(0, 2), (2, 3)]


def fragments_of_figure_3(article: list[str], summary: list[str]) -> list[tuple[int, int]]:
    found, i, j = [], 0, 0
    while i < len(summary):
        best = 0
        while j < len(article):
            if summary[i] == article[j]:
                i2, j2 = i, j
                while i2 < len(summary) and j2 < len(article) and summary[i2] == article[j2]:
                    i2, j2 = i2 + 1, j2 + 1
                best = max(best, i2 - i)
                j = j2
            else:
                j += 1
        if best:
            found.append((i, i + best))
        i, j = i + max(best, 1), 0
    return found


@settings(deadline=None)
@given(words, words)
def test_fragments_are_those_of_the_papers_figure(article: list[str], summary: list[str]) -> None:
    assert extractive_fragments(article, summary) == fragments_of_figure_3(article, summary)


def test_extractiveness_by_hand() -> None:
    measured = extractiveness(["A b c d.", "E, f; a b!"], "a b c x e f a")
    assert measured == Extractiveness(6 / 7, (3**2 + 3**2) / 7, 8 / 7)


def test_a_fragment_does_not_run_from_one_document_into_the_next() -> None:
    assert extractiveness(["a b", "c d"], "a b c d").density == (2**2 + 2**2) / 4
    assert extractiveness(["a b c d"], "a b c d") == (1, 4, 1)


def test_nothing_copied_and_nothing_written() -> None:
    assert extractiveness(["a b"], "x y") == (0, 0, 1)
    assert extractiveness(["a b"], "") == (0, 0, 0)
    assert extractiveness([], "x") == (0, 0, 0)


def test_novel_ngrams_by_hand() -> None:
    documents = ["The dam broke on Friday.", "Two villages flooded."]
    summary = "The dam broke; two villages were flooded."
    assert novel_ngrams(documents, summary, 1) == 1 / 7  # were
    assert novel_ngrams(documents, summary, 2) == 3 / 6  # broke two, villages were, were flooded
    assert novel_ngrams(documents, "dam", 2) == 0
    with pytest.raises(ConfigError, match="n must be at least 1"):
        novel_ngrams(documents, summary, 0)


def test_redundancy_by_hand() -> None:
    assert redundancy(["the dam broke", "the dam held", "rain fell"]) == (2 / 3 + 2 / 3 + 0) / 3
    assert redundancy(["The dam broke.", "the dam broke!"]) == 1
    assert redundancy(["The dam broke.", "..."]) == redundancy([]) == 0


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=6).map(" ".join), max_size=6))
def test_redundancy_is_a_share_and_1_where_all_is_said_twice(sentences: list[str]) -> None:
    assert 0 <= redundancy(sentences) <= 1
    if any(sentences):
        assert redundancy(sentences * 2) == 1


def test_length() -> None:
    assert length(["Rain fell for 3.5 hours.", "", "The U.S. helped"]) == Length(8, 2)


def test_verbatim_counts_sentences_of_a_document() -> None:
    documents = ["The old mill burned. Police came.", "Nobody was hurt, police said."]
    written = ["The Old Mill burned", "Nobody was hurt.", "Police came nobody was hurt.", "  "]
    assert verbatim(documents, written) == pytest.approx(1 / 3)
    assert verbatim(documents, []) == 0


def test_unfounded_are_numbers_and_names_that_no_document_holds() -> None:
    documents = ["In Tilby 1,200 people left at 9:30 a.m.; Ana Duarte’s crew stayed, 24 of them."]
    assert unfounded(documents, "In Tilby Ana Duarte's crew of 24 stayed.") == []
    assert unfounded(documents, "Tilby’s 1,200 left at 9:30.") == []
    found = unfounded(documents, "Then 200 people and Bruno Duarte left in 2024 at 9:3.")
    assert found == ["200", "Bruno", "2024", "9:3"]
    assert unfounded(documents, "Il a 4 ans") == ["Il", "4"]
    assert unfounded(["They sold 81m of 2d prints in the 1990s."], "81m 2d, 1990s; 81 abc11") == [
        "81"
    ]
