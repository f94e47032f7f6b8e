"""What a summary is expected to hold: the set chosen for it, and what is known of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from safetensors import safe_open
from scipy.sparse import csr_array

from eval.train_words import SEEN, Counts
from models import load_salience, load_words
from models.salience import WEIGHTS as SENTENCES
from models.salience.words import KINDS, WEIGHTS
from summarizer.features import Features
from summarizer.overlap import COPIES, Grams, expected, pairs_of, within, words_of
from summarizer.rankers import coverage
from summarizer.records import Deduplication, Document, Duplicate, Sentence
from summarizer.salience import learned, rank
from summarizer.vectors import Vectors

Array = NDArray[np.float64]


SCORES = np.array([0.25, 0.5, 0.75, 1.0, 0.0])


class Model:
    """What it knows of a stem goes by its first letter; all words are held with 0.2, pairs
    with 0.1, but second copies with 0.3."""

    def known(self, stems: Sequence[str]) -> NDArray[np.float32]:
        letters = [ord(stem[0]) for stem in stems]
        return np.array([[n, n + 0.25, n + 0.5] for n in letters], dtype=np.float32)

    def likely(self, kind: str, matrix: NDArray[np.float32]) -> Array:
        nth = matrix[:, -8]
        return np.where(nth == 2, 0.3, {"words": 0.2, "pairs": 0.1}[kind])


def cluster(*articles: str) -> tuple[Deduplication, list[Document], Vectors]:
    """Sentences end at full stops; equal ones are duplicates of the first."""
    documents = [Document(doc_id=str(i), text=text) for i, text in enumerate(articles)]
    kept: dict[str, Sentence] = {}
    dropped = []
    for doc in documents:
        start = 0
        for index, part in enumerate(doc.text.split(". ")):
            text = part.removesuffix(".") + "."
            end = start + len(text)
            sentence = Sentence(doc_id=doc.doc_id, index=index, start=start, end=end, text=text)
            start += len(part) + 2
            if text in kept:
                dropped.append(
                    Duplicate(sentence=sentence, kept=kept[text], kind="exact", similarity=1.0)
                )
            kept.setdefault(text, sentence)
    everything = [*kept.values(), *(duplicate.sentence for duplicate in dropped)]
    array = np.array(
        [np.random.default_rng(list(s.text.encode())).normal(size=384) for s in everything],
        dtype=np.float32,
    )
    array /= np.linalg.norm(array, axis=1, keepdims=True)
    deduplication = Deduplication(kept=tuple(kept.values()), dropped=tuple(dropped))
    return deduplication, documents, Vectors(everything, array)


FERRY = (
    "The ferry hit the quay at night. Divers searched the ferry. Rain at noon. Rain fell so late",
    "Divers searched the ferry. The crew of the ferry swam to 1,000",
)


# The set


def worth_of(*copies: Sequence[float]) -> Array:
    most = max(map(len, copies))
    padded = [[0.0, *copy, *[0.0] * (most - len(copy))] for copy in copies]
    return np.cumsum(padded, axis=1)


def test_coverage_by_hand() -> None:
    # Rows hold a, b, c so often; a is worth 0.9 and then 0.1, b 0.5, c 0.3.
    holds = csr_array(np.array([[2.0, 0, 0], [1, 1, 0], [1, 0, 1], [0, 1, 0]]))
    worth = worth_of([0.9, 0.1], [0.5], [0.3])
    costs = np.array([2.0, 2, 2, 1])
    # Alone they are worth 1.0, 1.4, 1.2, 0.5, so row 1; then 0.1, -, 0.4, 0.
    choice = coverage(holds, worth, costs=costs, budget=4, scaling=1)
    assert choice.rows == (1, 2)
    np.testing.assert_allclose(choice.gains, [0, 0, 0, 0], atol=1e-9)


def test_more_copies_than_the_table_has_are_worth_no_more() -> None:
    holds = csr_array(np.array([[9.0, 0], [1, 0], [0, 1]]))
    choice = coverage(
        holds, worth_of([0.4, 0.2], [0.1]), costs=np.array([9.0, 1, 1]), budget=11, scaling=0
    )
    assert choice.rows == (0, 2)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 7), st.integers(2, 30))
def test_the_set_keeps_its_bound_against_all_sets(seed: int, n: int, budget: int) -> None:
    rng = np.random.default_rng(seed)
    holds = csr_array(rng.integers(0, 3, size=(n, 5)).astype(np.float64))
    worth = worth_of(*(-np.sort(-rng.random(3)) for _ in range(5)))
    costs = rng.integers(1, 9, size=n).astype(np.float64)

    def value(rows: Sequence[int]) -> float:
        copies = np.minimum(holds.toarray()[list(rows)].sum(axis=0), 3).astype(int)
        return float(worth[np.arange(5), copies].sum())

    best = max(
        value(rows)
        for k in range(n + 1)
        for rows in combinations(range(n), k)
        if costs[list(rows)].sum() <= budget
    )
    choice = coverage(holds, worth, costs=costs, budget=budget, scaling=1)
    assert costs[list(choice.rows)].sum() <= budget
    assert value(choice.rows) >= 0.405 * best - 1e-9


# What is known of words


def rows_of(grams: Grams, name: str) -> dict[str, list[float]]:
    """The columns of all copies of one gram."""
    mine = grams.gram == grams.names.index(name)
    return {c: grams.matrix[mine, i].tolist() for i, c in enumerate(grams.columns)}


def test_what_is_known_of_a_word_by_hand() -> None:
    features = Features(*cluster(*FERRY))
    assert [s.text.split()[1] for s in features.sentences] == [
        "searched", "at", "fell", "crew", "ferry"
    ]  # fmt: skip
    words = words_of(features, SCORES, Model().known)
    centres = features.vectors.astype(np.float64) @ features.centre
    assert rows_of(words, "ferri") == {
        "count": [3, 3, 3],  # in the distinct sentences
        "everywhere": [4, 4, 4],  # with the one dropped
        "sentences": [3, 3, 3],
        "documents": [2, 2, 2],
        "spread": [1, 1, 1],
        "leads": [1, 1, 1],
        "first": [0, 0, 0],
        "best": [1, 1, 1],
        "mean": pytest.approx([1.25 / 3] * 3),
        "sum": [1.25] * 3,
        "centre": pytest.approx([max(centres[[0, 3, 4]])] * 3, abs=1e-6),
        "held": [102] * 3,
        "share": [102.25] * 3,
        "seen": [102.5] * 3,
        "length": [5] * 3,
        "number": [0] * 3,
        "nth": [1, 2, 3],
        "nth_share": pytest.approx([1 / 3, 2 / 3, 1]),
        "nth_over": [-0.25, 0.75, 1.75],
        "cluster_documents": [2] * 3,
        "cluster_count": [26] * 3,
        "cluster_everywhere": [30] * 3,
        "cluster_sentences": [5] * 3,
        "cluster_mean": [0.5] * 3,
    }
    assert rows_of(words, "noon")["leads"] == [0.5]  # the third sentence of one of two
    late = rows_of(words, "late")
    assert (late["first"], late["spread"], late["leads"]) == ([3], [0.5], [0])
    assert rows_of(words, "1,000")["number"] == [1]
    assert words.holds.toarray().sum(axis=1).tolist() == [4, 3, 4, 8, 7]


def test_what_is_known_of_a_pair_by_hand() -> None:
    features = Features(*cluster(*FERRY))
    words = words_of(features, SCORES, Model().known)
    likely = np.where(words.nth == 1, 0.5, 0.25)
    likely[words.gram == words.names.index("crew")] = 0.75
    pairs = pairs_of(features, SCORES, words, likely)
    ferry = rows_of(pairs, "the ferri")
    assert ferry["nth"] == [1, 2]  # of three copies
    assert (ferry["count"], ferry["best"], ferry["sum"]) == ([3] * 2, [1] * 2, [1.25] * 2)
    crew = rows_of(pairs, "the crew")
    assert (crew["first_count"], crew["second_count"]) == ([5], [1])
    assert (crew["first_held"], crew["second_held"]) == ([ord("t")], [ord("c")])
    assert (crew["first_share"], crew["second_seen"]) == ([116.25], [99.5])
    assert (crew["first_likely"], crew["second_likely"]) == ([0.5], [0.75])
    assert crew["both_likely"] == [0.375]
    # The crew of the ferry swam to 1,000: "the" twice, "crew", five others once.
    dense = (0.5 + 0.25 + 0.75 + 5 * 0.5) / 8
    assert crew["best_density"] == crew["mean_density"] == [pytest.approx(dense)]
    assert max(Counter(pairs.gram.tolist()).values()) == COPIES["pairs"]


def test_what_is_expected_by_hand() -> None:
    features = Features(*cluster(*FERRY))
    _, holds, worth = expected(features, np.zeros(len(features.sentences)), Model())
    words, pairs = 18, 19
    assert holds.shape == (len(features.sentences), words + pairs)
    assert holds.toarray().sum(axis=1).tolist() == [7, 5, 7, 15, 13]
    # A second copy is worth no more than the first, though the model says 0.3.
    assert set(worth[:words, 1].round(9)) == {0.2}
    assert set(worth[:words, 2].round(9)) == {0.2, 0.4}
    assert set(worth[words:, 1].round(9)) == {0.3}  # a pair counts three times
    assert worth.max() == pytest.approx(5 * 0.2)  # five times "the"
    assert (np.diff(worth, 2, axis=1) <= 1e-12).all()


def test_no_more_is_expected_than_the_budget_holds() -> None:
    words = {}
    for limit in (2, 200):
        worth = expected(Features(*cluster(*FERRY), limit=limit), SCORES, Model()).worth
        words[limit] = worth[:18, -1].sum()
    assert 1.5 < words[2] <= 2 + 1e-6
    assert words[200] == pytest.approx(26 * 0.2)


def test_a_document_without_sentences_changes_nothing() -> None:
    deduplication, documents, vectors = cluster(*FERRY)
    empty = [Document(doc_id="share", text=text) for text in ("", "Zzz")]  # first and last
    tables = [
        expected(Features(deduplication, [*documents, *more], vectors), SCORES, Model()).worth
        for more in ([], empty[:1], empty[1:])
    ]
    np.testing.assert_array_equal(tables[0], tables[1])
    np.testing.assert_array_equal(tables[0], tables[2])


@pytest.mark.parametrize(
    "articles", [("One.",), ("...", "中文 عربى."), ("A. A. A.", "A."), ("1. 2. 3.",)]
)
def test_odd_clusters_give_finite_numbers(articles: tuple[str, ...]) -> None:
    features = Features(*cluster(*articles))
    worth = expected(features, np.zeros(len(features.sentences)), load_words()).worth
    assert np.isfinite(worth).all()


# The weights


def test_the_weights_read_the_columns_that_there_are() -> None:
    features = Features(*cluster(*FERRY))
    model = load_words()
    scores = np.zeros(len(features.sentences))
    words = words_of(features, scores, model.known)
    pairs = pairs_of(features, scores, words, model.likely("words", words.matrix))
    assert model.columns == {"words": words.columns, "pairs": pairs.columns}
    assert model.sentences == sha256(SENTENCES.read_bytes()).hexdigest()
    assert WEIGHTS.stat().st_size <= 4_000_000


def test_what_is_known_of_words_is_ordered_as_english_is() -> None:
    model = load_words()
    the, said, zyx = model.known(["the", "said", "zyxwv"])
    assert the[0] > 0.95  # every summary has it
    assert the[2] > said[2] > zyx[2] == 0
    assert model.known([]).shape == (0, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_probabilities_are_what_torch_computes(kind: str) -> None:
    import torch

    model = load_words()
    rng = np.random.default_rng(0)
    matrix = 3 * rng.normal(size=(7, len(model.columns[kind]))).astype(np.float32)
    with safe_open(WEIGHTS, framework="pt") as file:
        w = {name: file.get_tensor(f"{kind}.{name}").float() for name in (
            "mean", "scale", "0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias"
        )}  # fmt: skip
    rows = torch.tensor(matrix)
    rows = torch.where(rows < 0, -(-rows).log1p(), rows.log1p())
    rows = ((rows - w["mean"]) / w["scale"]).clip(-5, 5)
    total = torch.zeros(7)
    for k in range(len(w["0.bias"])):
        hidden = rows
        for layer in range(3):
            hidden = torch.nn.functional.linear(
                hidden, w[f"{layer}.weight"][k], w[f"{layer}.bias"][k]
            )
            if layer < 2:
                hidden = torch.nn.functional.gelu(hidden, approximate="tanh")
        total += hidden[:, 0].sigmoid()
    expected_ = (total / len(w["0.bias"])).numpy()
    np.testing.assert_allclose(model.likely(kind, matrix), expected_, atol=1e-5)


def test_the_order_of_the_documents_changes_no_salience() -> None:
    ranker = learned(load_salience(), load_words())
    articles = ("The ferry hit the quay at night. Rain fell. The mayor praised the crew", FERRY[1])
    forth = rank(*cluster(*articles), ranker=ranker, limit=12).ranking
    back = rank(*cluster(*articles[::-1]), ranker=ranker, limit=12).ranking
    assert [(e.sentence.text, e.salience) for e in forth] == [
        (e.sentence.text, e.salience) for e in back
    ]


@pytest.mark.parametrize("limit", [5, 12, 20])
def test_the_learned_ranker_sets_apart_what_fits_the_budget(limit: int) -> None:
    ranker = learned(load_salience(), load_words())
    ranking = rank(*cluster(*FERRY), ranker=ranker, limit=limit).ranking
    told = [e.sentence.text for e in ranking if e.salience > 0.5]
    assert 0 < sum(len(text.split()) for text in told) <= limit
    assert len(told) < len(ranking)


# Training


def test_a_word_is_counted_without_the_cluster_it_is_known_for() -> None:
    clusters = [
        (Counter("the mill burned".split()), Counter("the the mill".split())),
        (Counter("the mill mill".split()), Counter("a mill".split())),
        (Counter("the ferry sank".split()), Counter("the ferry".split())),
    ] * SEEN
    stems = ["the", "mill", "ferry", "quay"]
    rest, counts = Counts(), Counts()
    for said, told in clusters[1:]:
        rest.add(said, told)
    for said, told in clusters:
        counts.add(said, told)
    rest.__dict__["_means"] = counts._means  # of all stems, which one cluster hardly moves
    said, told = clusters[0]
    left_out = counts.known(stems, said=said, told=told)
    np.testing.assert_allclose(left_out, rest.known(stems), rtol=1e-6)
    assert (counts.known(stems)[:2] != left_out[:2]).any(axis=1).all()


def test_a_word_seen_seldom_is_like_one_never_seen() -> None:
    counts = Counts()
    for _ in range(SEEN):
        counts.add(Counter(["the"]), Counter(["the"]))
    for _ in range(SEEN - 1):
        counts.add(Counter(["quay"]), Counter())
    the, quay, never = counts.known(["the", "quay", "zyx"])
    assert quay.tolist() == never.tolist()
    assert the[0] > quay[0]
    assert the[2] == pytest.approx(np.log(1 + SEEN))
    stems, table = counts.table()
    assert stems == ["the"]
    np.testing.assert_array_equal(table, [the, never])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(0.01, 20))
def test_probabilities_add_up_to_the_limit_and_keep_their_order(
    likely: list[float], most: float
) -> None:
    before = np.array(likely)
    after = within(before, most)
    assert after.sum() <= most + 1e-6
    assert (after <= before + 1e-9).all()
    assert (np.diff(after[np.argsort(before)]) >= -1e-9).all()
    if before.sum() <= most:
        np.testing.assert_array_equal(after, before)
    elif (before < 1).all():
        assert after.sum() == pytest.approx(most, abs=1e-3)
