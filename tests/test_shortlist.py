"""Which sentences of a large cluster are read closely."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.centrality import tf_idf
from summarizer.records import Sentence
from summarizer.shortlist import COPIES, shortlist
from summarizer.words import content_words, stem_of

STORM = "A storm tore the roof off the grain hall in Tilby on Monday night."
FERRY = "The Osk ferry was out of service until noon, and pupils missed their exams."
ASIDES = [
    "Her grandmother used to keep geese behind the chapel.",
    "The photograph shows a lamp that nobody could date.",
    "Chess has been taught in two villages since spring.",
    "He prefers rye bread, toasted twice, with honey.",
    "A museum of clocks is to open once money allows.",
    "Beekeepers met in the tavern to compare hives.",
    "Last year's calendar was printed on both sides.",
    "Some prefer to walk along the canal before breakfast.",
]


def cluster(*documents: Sequence[str]) -> list[Sentence]:
    return [
        Sentence(doc_id=f"d{number}", index=index, start=0, end=len(text), text=text)
        for number, texts in enumerate(documents, start=1)
        for index, text in enumerate(texts)
    ]


def texts(sentences: Sequence[Sentence]) -> list[str]:
    return [sentence.text for sentence in sentences]


def test_what_is_no_more_than_the_limit_is_read_whole() -> None:
    found = cluster([STORM, *ASIDES], [FERRY, STORM])
    assert shortlist(found, limit=10) == tuple(found)  # ten texts, one of them twice
    assert len(shortlist(found, limit=9)) < len(found)
    assert shortlist([], limit=10) == ()


def test_every_document_is_heard() -> None:
    found = cluster(*([f"{aside} Number {n}.", STORM, FERRY] for n, aside in enumerate(ASIDES)))
    read = shortlist(found, limit=9)
    assert {s.id for s in read} >= {s.id for s in found if s.index == 0}
    assert len(set(texts(read))) == 9


def test_of_more_documents_than_the_limit_those_that_say_what_others_say() -> None:
    alike = [f"The storm tore {what} off the grain hall in Tilby." for what in "roof door".split()]
    found = cluster(*([text] for text in [*ASIDES, *alike]))
    assert set(texts(shortlist(found, limit=2))) == set(alike)


def test_what_the_articles_share_is_read_wherever_it_stands() -> None:
    deep = [
        f"{start} {what} lost their homes when the dyke broke{end}."
        for start, what, end in [("Twelve", "families", ""), ("Some", "people", " on Monday"),
                                 ("Many", "tenants", " at noon"), ("All", "farmers", " again")]
    ]  # fmt: skip
    found = cluster(*([*ASIDES[2 * n : 2 * n + 2], point] for n, point in enumerate(deep)))
    read = texts(shortlist(found, limit=len(deep) + 2))  # a place for each opening, and two
    assert len(set(read) & set(deep)) == 2


def test_one_point_in_many_words_leaves_room_for_the_next() -> None:
    towns = "Arl Bem Cort Dun Elm Fosk Gard Holm Isk Jarl Kell Lund Morn Nesk Oln Pell".split()
    storms = [f"The storm tore roofs off the halls and barns of {town} at night." for town in towns]
    ferries = [f"No ferry from {town} took pupils to school on Monday." for town in towns[:4]]
    read = texts(shortlist(cluster([ASIDES[0], *storms], [ASIDES[1], *ferries]), limit=7))
    assert len(set(read) & set(storms)) > 1
    assert set(read) & set(ferries)  # though each storm is nearer to the centroid


def test_copies_stay_with_their_text() -> None:
    found = cluster([STORM, *ASIDES[:4]], [STORM, *ASIDES[4:]], [f" {STORM}\n", FERRY])
    read = shortlist(found, limit=3)
    assert [s.doc_id for s in read if s.index == 0] == ["d1", "d2", "d3"]
    assert len({" ".join(text.split()) for text in texts(read)}) == 3


def test_copies_without_end_are_cut_short_and_no_text_is_lost() -> None:
    found = cluster(*([STORM, FERRY] for _ in range(50)), ASIDES)
    read = shortlist(found, limit=10)
    assert len(read) == COPIES * 10
    assert set(texts(read)) == {STORM, FERRY, *ASIDES}


def test_the_choice_is_that_of_the_plain_greedy_algorithm() -> None:
    """Against f(S) computed anew for every set, without bounds and without sparse rows."""
    shared = "storm roof hall ferry school crew dyke homes night".split()
    generator = np.random.default_rng(5)
    documents = [
        [
            f"{' '.join(generator.choice(shared, 3))} {' '.join(generator.choice(list('bcdf'), 2))}"
            f" w{document}{place}"
            for place in range(8)
        ]
        for document in range(3)
    ]
    found = cluster(*documents)
    ordered = sorted(set(texts(found)))
    words = [[stem_of(word) for word in content_words(text)] for text in ordered]
    rows = tf_idf(words).toarray()
    mass = rows.sum(axis=0)

    def value(chosen: list[int]) -> float:
        return float((mass**2 * np.sqrt(rows[chosen].sum(axis=0) / mass)).sum())

    taken: list[int] = []
    limit = 9
    expected = {documents[0][0], documents[1][0], documents[2][0]}
    while len(expected) < limit:
        gains = {
            row: round((value([*taken, row]) - value(taken)) / len(words[row]) ** 0.5, 7)
            for row in range(len(ordered))
            if row not in taken
        }
        taken.append(max(gains, key=lambda row: (gains[row], -row)))
        expected.add(ordered[taken[-1]])
    assert set(texts(shortlist(found, limit=limit))) == expected


@pytest.mark.parametrize("text", ["It was what it was.", "火事があった。", "Да."])
def test_words_of_any_kind(text: str) -> None:
    found = cluster([text, "So it is.", "They were here."], [text, "And so on."])
    assert len(set(texts(shortlist(found, limit=2)))) == 2


SENTENCES = st.lists(st.sampled_from([STORM, FERRY, *ASIDES, "So it was."]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(SENTENCES, max_size=6), st.integers(1, 12))
def test_whatever_the_cluster(documents: list[list[str]], limit: int) -> None:
    found = cluster(*documents)
    read = shortlist(found, limit=limit)
    ids = {s.id for s in read}
    assert read == tuple(s for s in found if s.id in ids)
    different = len(set(texts(found)))
    assert len(set(texts(read))) == min(limit, different)
    assert len(read) <= COPIES * limit
    turned = sorted(found, key=lambda s: (-int(s.doc_id[1:]), s.index))
    assert {s.id for s in shortlist(turned, limit=limit)} == ids
