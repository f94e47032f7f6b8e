"""Rankers that choose a set: against the papers, independent tools and brute force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import entropy

from summarizer import rankers, set_rankers
from summarizer.centrality import word_counts
from summarizer.features import Features
from summarizer.rankers import (
    Choice,
    concept_ilp,
    kl,
    scores,
    submodular,
    sumbasic,
    topics,
)
from summarizer.records import Deduplication, Document, Duplicate, Sentence
from summarizer.salience import RANKERS, rank
from summarizer.selection import select
from summarizer.vectors import Vectors
from summarizer.words import count_words

Array = NDArray[np.float64]

FERRY = """ferry struck quay
ferry sank quay night
divers searched ferry
crew ferry swam ashore night
quay night
crew divers rested
rain fell town
mayor praised crew divers""".splitlines()


def counted(texts: Sequence[str]) -> tuple[csr_array, Array]:
    counts = word_counts([text.split() for text in texts])
    return counts, np.asarray(counts.sum(axis=0)).ravel()


def ones(n: int) -> Array:
    return np.ones(n)


def test_word_counts_have_columns_in_alphabetical_order() -> None:
    counts = word_counts([["b", "a", "b"], [], ["c"]])
    assert counts.toarray().tolist() == [[1, 2, 0], [0, 0, 0], [0, 0, 1]]
    assert word_counts([]).shape == (0, 0)


# SumBasic


def test_sumbasic_by_hand() -> None:
    counts, frequency = counted(["a b", "a", "b c", "c"])
    # p = 1/3 each for a, b, c: row 1 is the first with the best mean that holds a ... all
    # means are 1/3, so row 0. Then p(a) = p(b) = 1/9, c leads: row 3 has 1/3, row 2 2/9.
    choice = sumbasic(counts, frequency, costs=ones(4), budget=2)
    assert choice.rows == (0, 3)
    # Afterwards all of a, b, c have 1/9, so each mean is 1/9.
    np.testing.assert_allclose(choice.gains, 1 / 9)


def test_sumbasic_wants_the_most_probable_word_even_in_a_weaker_sentence() -> None:
    counts, frequency = counted(["a x y z", "a v w u", "b", "b", "a q r s"])
    # p(a) = 3/14, p(b) = 2/14: "b" has the better mean, but a is the most probable word.
    assert sumbasic(counts, frequency, costs=ones(5), budget=1).rows == (0,)


def test_sumbasic_is_sumys_with_the_step_that_sumy_leaves_out() -> None:
    # From sumy 0.13.0's own probabilities, means and updates. sumy takes the best mean of all
    # sentences, and squares a word once for each time that the sentence has it; the paper
    # asks for the most probable word (step 3) and squares a word once (step 4).
    counts, frequency = counted(FERRY)
    choice = sumbasic(counts, frequency, costs=ones(8), budget=8)
    assert choice.rows == (1, 5, 3, 6, 7, 2, 0, 4)


def test_sumbasic_goes_on_to_the_next_word_where_nothing_that_fits_holds_the_first() -> None:
    counts, frequency = counted(["a a a b", "c", "a d"])
    choice = sumbasic(counts, frequency, costs=np.array([9.0, 1.0, 9.0]), budget=5)
    assert choice.rows == (1,)


# KLSum


def divergence(counts: csr_array, frequency: Array, rows: Sequence[int], smoothing: float) -> float:
    said = counts.toarray()[list(rows)].sum(axis=0)
    summary = (1 - smoothing) * said / said.sum() + smoothing / len(said)
    return float(entropy(frequency, summary))


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(st.text("abcde ", min_size=1, max_size=8), min_size=1, max_size=6),
    budget=st.integers(1, 12),
    smoothing=st.sampled_from([0.01, 0.3]),
)
def test_kl_is_the_greedy_choice_by_scipys_entropy(
    texts: list[str], budget: int, smoothing: float
) -> None:
    counts = word_counts([list(text.replace(" ", "")) for text in texts])
    frequency = np.asarray(counts.sum(axis=0)).ravel()
    costs = np.array([float(max(1, len(text.replace(" ", "")))) for text in texts])
    expected: list[int] = []
    current, left = np.inf, float(budget)
    while True:
        options = [
            (round(divergence(counts, frequency, [*expected, row], smoothing), 9), row)
            for row, text in enumerate(texts)
            if row not in expected and costs[row] <= left and text.strip()
        ]
        if not options or min(options)[0] >= current:
            break
        current, best = min(options)
        expected.append(best)
        left -= costs[best]
    choice = kl(counts, frequency, costs=costs, budget=budget, smoothing=smoothing)
    assert [*choice.rows] == expected
    if expected:
        for row, text in enumerate(texts):
            if text.strip():
                after = divergence(counts, frequency, [*expected, row], smoothing)
                assert choice.gains[row] == pytest.approx(current - after, abs=1e-6)


def test_kl_takes_the_sentence_that_has_the_inputs_words_in_the_inputs_shares() -> None:
    counts, frequency = counted(["a b", "a a", "c d", "a b c d", "b b b b"])
    # a : b : c : d = 4 : 6 : 2 : 2
    assert kl(counts, frequency, costs=ones(5), budget=1).rows == (3,)


def test_kl_stops_when_more_would_be_worse() -> None:
    counts, _ = counted(["a b", "a", "b b b b"])
    choice = kl(counts, np.array([1.0, 1.0]), costs=ones(3), budget=3)
    assert choice.rows == (0,)
    assert choice.gains[1] < 0


# Coverage and diversity

ALIKE = np.array(
    [
        [1.0, 0.5, 0.0, 0.0],
        [0.5, 1.0, 0.2, 0.0],
        [0.0, 0.2, 1.0, 0.1],
        [0.0, 0.0, 0.1, 1.0],
    ]
)
PARTS = np.array([0, 0, 1, 1])


def worth(
    similarities: Array, parts: NDArray[np.intp], rows: Sequence[int], alpha: float, weight: float
) -> float:
    """L(S) + lambda R(S), written as in the paper (equations 2 to 6)."""
    n, m = similarities.shape
    covered = sum(
        min(
            sum(similarities[j, i] for j in rows),
            alpha * sum(similarities[j, i] for j in range(n)),
        )
        for i in range(m)
    )
    diverse = sum(
        sum(similarities[j].sum() / m for j in rows if parts[j] == part) ** 0.5
        for part in set(parts.tolist())
    )
    return float(covered + weight * diverse)


def test_coverage_and_diversity_by_hand() -> None:
    options = {"costs": ones(4), "budget": 2, "coverage": 2.0, "lambda_": 2.0}
    choice = submodular(csr_array(ALIKE), PARTS, **options)
    # alpha = 2/4; the caps are 0.75, 0.85, 0.65, 0.55, and the singletons cover
    # 0.75 + 0.5, 0.5 + 0.85 + 0.2, 0.2 + 0.65 + 0.1, 0.1 + 0.55 = 1.25, 1.55, 0.95, 0.65.
    # They are worth 1.5/4, 1.7/4, 1.3/4, 1.1/4 in their topics: row 1 is first. After it
    # row 0 covers 0.25 more, row 2 0.45 + 0.1, row 3 0.1 + 0.55, and rows 2 and 3 begin a topic:
    # 0.55 + 2 * 0.325**0.5 = 1.690 is less than 0.65 + 2 * 0.275**0.5 = 1.699.
    assert choice.rows == (1, 3)
    first = worth(ALIKE, PARTS, [1, 3], 0.5, 2.0)
    expected = [worth(ALIKE, PARTS, [1, 3, row], 0.5, 2.0) - first for row in (0, 2)]
    np.testing.assert_allclose(choice.gains[[0, 2]], expected)
    assert first == pytest.approx(1.55 + 0.65 + 2 * (0.425**0.5 + 0.275**0.5))


def random_similarities(n: int, m: int, seed: int) -> tuple[Array, NDArray[np.intp], Array]:
    random = np.random.default_rng(seed)
    values = random.random((n, m)) * (random.random((n, m)) < 0.6)
    return values, random.integers(0, 3, n), random.integers(1, 6, n).astype(float)


def plain_greedy(
    value: Callable[[Sequence[int]], float], costs: Array, budget: float, scaling: float
) -> list[int]:
    """Algorithm 1 of Lin & Bilmes 2010, which computes every gain anew."""
    chosen: list[int] = []
    free = set(range(len(costs)))
    while free:
        gains = {
            row: round((value([*chosen, row]) - value(chosen)) / costs[row] ** scaling, 9)
            for row in sorted(free)
        }
        best = max(gains, key=lambda row: gains[row])
        if gains[best] > 0 and costs[[*chosen, best]].sum() <= budget:
            chosen.append(best)
        free.remove(best)
    singles = [row for row in range(len(costs)) if costs[row] <= budget]
    best = max(singles, key=lambda row: round(value([row]), 9), default=-1)
    return [best] if singles and round(value([best]) - value(chosen), 9) > 0 else chosen


def best_value(value: Callable[[Sequence[int]], float], costs: Array, budget: float) -> float:
    n = len(costs)
    sets = (rows for size in range(n + 1) for rows in combinations(range(n), size))
    return max(value(rows) for rows in sets if costs[list(rows)].sum() <= budget)


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 7),
    extra=st.integers(0, 3),
    seed=st.integers(0, 10_000),
    budget=st.integers(1, 14),
    scaling=st.sampled_from([0.3, 1.0]),
)
def test_lazy_greedy_is_plain_greedy_and_keeps_its_bound(
    n: int, extra: int, seed: int, budget: int, scaling: float
) -> None:
    similarities, parts, costs = random_similarities(n, n + extra, seed)

    def value(rows: Sequence[int]) -> float:
        return worth(similarities, parts, rows, min(1.0, 3 / n), 2.0)

    choice = submodular(
        csr_array(similarities), parts,
        costs=costs, budget=budget, coverage=3.0, lambda_=2.0, scaling=scaling,
    )  # fmt: skip
    assert [*choice.rows] == plain_greedy(value, costs, budget, scaling)
    assert costs[list(choice.rows)].sum() <= budget
    if scaling == 1:
        assert value(choice.rows) >= 0.405 * best_value(value, costs, budget) - 1e-9


def test_one_sentence_that_is_worth_more_than_many_small_ones_is_taken() -> None:
    similarities = csr_array(np.diag([1.0, 30.0]))
    choice = submodular(
        similarities, np.array([0, 1]),
        costs=np.array([1.0, 40.0]), budget=40, coverage=2.0, lambda_=0.0, scaling=1.0,
    )  # fmt: skip
    assert choice.rows == (1,)


def test_topics_are_what_lies_together() -> None:
    middles = np.eye(4, 16)
    noise = np.random.default_rng(0).normal(0, 0.02, (20, 16))
    vectors = np.repeat(middles, 5, axis=0) + noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    parts = topics(vectors.astype(np.float32)).reshape(4, 5)
    assert all(len(set(row)) == 1 for row in parts.tolist())
    assert sorted(parts[:, 0].tolist()) == [0, 1, 2, 3]
    assert topics(np.zeros((0, 4), dtype=np.float32)).shape == (0,)
    assert topics(np.ones((1, 4), dtype=np.float32)).tolist() == [0]


# Concepts


def test_concepts_by_hand() -> None:
    # The greedy algorithm takes row 0, the most for its cost, and is left with 5 words;
    # the best are rows 1 and 2 together.
    holds = csr_array([[1, 1, 0, 0, 0], [1, 0, 1, 1, 0], [0, 1, 0, 0, 1]])
    weights = np.array([3.0, 3.0, 2.0, 1.0, 2.0])
    costs = np.array([4.0, 5.0, 5.0])
    choice = concept_ilp(holds, weights, costs=costs, budget=10)
    assert choice.rows == (1, 2)
    assert choice.gains.tolist() == [0, 0, 0]
    assert choice.notices == ()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 9), budget=st.integers(1, 18))
def test_the_ilp_finds_the_best_set_there_is(seed: int, n: int, budget: int) -> None:
    random = np.random.default_rng(seed)
    holds = (random.random((n, 10)) < 0.35).astype(float)
    weights = random.integers(0, 5, 10).astype(float)
    costs = random.integers(1, 8, n).astype(float)

    def value(rows: Sequence[int]) -> float:
        return float(weights[holds[list(rows)].sum(axis=0) > 0].sum())

    choice = concept_ilp(csr_array(holds), weights, costs=costs, budget=budget)
    assert value(choice.rows) == pytest.approx(best_value(value, costs, budget))
    assert costs[list(choice.rows)].sum() <= budget
    assert choice.notices == ()
    for row in range(n):
        assert choice.gains[row] == value([*choice.rows, row]) - value(choice.rows)


def hard() -> tuple[csr_array, Array, Array]:
    random = np.random.default_rng(6)
    holds = csr_array((random.random((60, 120)) < 0.08).astype(float))
    return holds, random.integers(1, 9, 120).astype(float), random.integers(5, 30, 60).astype(float)


def test_a_search_that_is_ended_early_says_so_and_is_no_worse_than_greedy() -> None:
    holds, weights, costs = hard()

    def value(rows: Sequence[int]) -> float:
        return float(weights[holds[list(rows)].sum(axis=0) > 0].sum())

    greedy = plain_greedy(value, costs, 150, 1.0)
    ended = concept_ilp(holds, weights, costs=costs, budget=150, seconds=0)
    assert ended.notices == (
        "The search for the sentences that cover most was ended early; "
        "there may be a better choice.",
    )
    assert [*ended.rows] == greedy
    done = concept_ilp(holds, weights, costs=costs, budget=150, nodes=5_000, seconds=60)
    assert done.notices == ()
    assert value(done.rows) > value(greedy)


def test_sentences_left_out_of_the_search_are_those_with_least_for_their_cost() -> None:
    holds, weights, costs = hard()

    def value(rows: Sequence[int]) -> float:
        return float(weights[holds[list(rows)].sum(axis=0) > 0].sum())

    few = concept_ilp(holds, weights, costs=costs, budget=150, candidates=12, seconds=60)
    all_ = concept_ilp(holds, weights, costs=costs, budget=150, candidates=60, seconds=60)
    assert value(plain_greedy(value, costs, 150, 1.0)) <= value(few.rows) <= value(all_.rows)


# What all have in common

METHODS: dict[str, Callable[[csr_array, Array, Array, float], Choice]] = {
    "sumbasic": lambda counts, frequency, costs, budget: sumbasic(
        counts, frequency, costs=costs, budget=budget
    ),
    "kl": lambda counts, frequency, costs, budget: kl(
        counts, frequency, costs=costs, budget=budget
    ),
    "submodular": lambda counts, frequency, costs, budget: submodular(
        csr_array(counts @ counts.T),
        np.arange(counts.shape[0]) % 2,
        costs=costs,
        budget=budget,
    ),
    "ilp": lambda counts, frequency, costs, budget: concept_ilp(
        counts, frequency, costs=costs, budget=budget
    ),
}


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25, deadline=None)
@given(
    texts=st.lists(st.text("abc ", max_size=9), max_size=7),
    budget=st.integers(0, 12),
)
def test_any_input_gives_a_set_within_the_budget(
    method: str, texts: list[str], budget: int
) -> None:
    counts = word_counts([text.split() for text in texts])
    frequency = np.asarray(counts.sum(axis=0)).ravel()
    costs = np.array([float(len(text.split())) for text in texts])
    choice = METHODS[method](counts, frequency, costs, budget)
    assert len(set(choice.rows)) == len(choice.rows)
    assert sum(costs[row] for row in choice.rows) <= budget
    assert all(texts[row].split() for row in choice.rows)
    assert choice.gains.shape == (len(texts),)
    assert np.isfinite(choice.gains).all()
    result = scores(choice)
    assert ((result >= 0) & (result <= 1)).all()
    assert all(type(row) is int for row in choice.rows)


@pytest.mark.parametrize("method", METHODS)
def test_what_fits_altogether_and_adds_something_is_chosen(method: str) -> None:
    counts, frequency = counted(["a b", "c d", "e f"])
    choice = METHODS[method](counts, frequency, ones(3), 3)
    assert sorted(choice.rows) == [0, 1, 2]


@pytest.mark.parametrize("method", METHODS)
def test_the_budget_decides_the_set(method: str) -> None:
    counts, frequency = counted(FERRY)
    costs = np.asarray(counts.sum(axis=1)).ravel()
    small = METHODS[method](counts, frequency, costs, 5)
    large = METHODS[method](counts, frequency, costs, 12)
    assert 0 < len(small.rows) < len(large.rows)


def test_scores_put_the_set_first_in_order_and_the_rest_by_gain() -> None:
    choice = Choice((3, 0), np.array([0.0, 2.0, 4.0, 0.0, 0.0]))
    assert scores(choice).tolist() == [0.875, 0.125, 0.25, 1.0, 0.0]
    assert scores(Choice((), np.array([]))).shape == (0,)
    assert scores(Choice((), np.array([2.0, 2.0]))).tolist() == [0, 0]


# As rankers of a cluster

ARTICLES = {
    "gazette": [
        "The ferry Maria struck the northern quay of Ostby at midnight.",
        "Divers searched the harbour of Ostby until early morning.",
        "The owner of the ferry promised a full inquiry.",
    ],
    "courier": [
        "The ferry Maria struck a quay and sank near Ostby.",
        "All forty passengers of the ferry Maria reached the shore.",
        "Rain fell on the northern villages during the weekend.",
    ],
    "mail": [
        "Forty passengers swam from the ferry Maria to the shore.",
        "The harbour of Ostby stays closed until Thursday evening.",
        "A bakery on the market square gave away warm bread.",
    ],
}
SETS = ("sumbasic", "kl", "submodular", "ilp")


def cluster() -> tuple[Deduplication, list[Document], Vectors]:
    documents, sentences = [], []
    for name, texts in ARTICLES.items():
        documents.append(Document(doc_id=name, text=" ".join(texts)))
        start = 0
        for index, text in enumerate(texts):
            end = start + len(text)
            sentences.append(Sentence(doc_id=name, index=index, start=start, end=end, text=text))
            start = end + 1
    array = word_counts([s.text.casefold().rstrip(".").split() for s in sentences]).toarray()
    array /= np.linalg.norm(array, axis=1, keepdims=True)
    return (
        Deduplication(kept=tuple(sentences)), documents,
        Vectors(sentences, array.astype(np.float32)),
    )  # fmt: skip


@pytest.mark.parametrize("ranker", SETS)
@pytest.mark.parametrize("lambda_", [1.0, 0.7])
def test_selection_keeps_a_set_that_offends_against_no_rule(ranker: str, lambda_: float) -> None:
    deduplication, documents, vectors = cluster()
    features = Features(deduplication, documents, vectors, limit=32, cost=count_words)
    values = RANKERS[ranker](features)
    expected = {features.sentences[row].text for row in np.flatnonzero(values > 0.5)}
    assert 2 <= len(expected) < 9
    ranking = rank(
        deduplication, documents, vectors,
        ranker=RANKERS[ranker], limit=32, cost=count_words,
    ).ranking  # fmt: skip
    plan = select(
        ranking, deduplication, documents, vectors,
        limit=32, cost=count_words, lambda_=lambda_,
    )  # fmt: skip
    assert expected <= {group.lead.text for group in plan.groups}


@pytest.mark.parametrize("ranker", SETS)
def test_another_budget_is_another_set(ranker: str) -> None:
    sizes = []
    for limit in (12, 40):
        features = Features(*cluster(), limit=limit, cost=count_words)
        values = RANKERS[ranker](features)
        assert features.costs[values > 0.5].sum() <= limit
        sizes.append(int((values > 0.5).sum()))
    assert 0 < sizes[0] < sizes[1]


def test_concepts_count_the_documents_behind_dropped_duplicates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, documents, vectors = cluster()
    everything = [
        Sentence(doc_id=d.doc_id, index=i, start=0, end=len(text), text=text)
        for d in documents
        for i, text in enumerate(ARTICLES[d.doc_id])
    ]
    # The Courier's and the Mail's sentences about the passengers are taken for one.
    kept = [s for s in everything if s.id != ("mail", 0)]
    by_id = {s.id: s for s in everything}
    duplicate = Duplicate(
        sentence=by_id["mail", 0], kept=by_id["courier", 1], similarity=0.9, kind="semantic"
    )
    seen: list[Array] = []

    def watched(holds: csr_array, weights: Array, **options: object) -> Choice:
        seen.append(weights)
        return Choice((), np.zeros(holds.shape[0]), ("It was ended early.",))

    monkeypatch.setattr(rankers, "concept_ilp", watched)
    features = Features(
        Deduplication(kept=tuple(kept), dropped=(duplicate,)), documents, vectors,
        limit=32, cost=count_words,
    )  # fmt: skip
    assert set_rankers.ilp(features).shape == (8,)
    assert features.notices == ["It was ended early."]
    # Three documents: what fewer than two have counts for nothing, "the ferri" and
    # "ferri maria" are in all three.
    assert sorted(set(seen[0].tolist())) == [0, 2, 3]
    assert int((seen[0] == 3).sum()) == 2
