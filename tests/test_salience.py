"""Salience: the scores against their papers, and the ranking against order and input."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from safetensors import safe_open

from models import load_encoder, load_salience, load_words
from models.salience import WEIGHTS
from summarizer.centrality import centroid, lexrank, support, textrank, tf_idf
from summarizer.features import COLUMNS, Features
from summarizer.records import Deduplication, Document, Duplicate, RankedSentence, Sentence
from summarizer.salience import RANKERS, learned, rank
from summarizer.vectors import Vectors
from summarizer.words import tokens

ARTICLES = {
    "gazette": (
        "The river Ann burst its banks at Tilby on Monday. "
        "Some 40 families were led out of their homes. "
        "The mayor promised to raise the dam. "
        "A bakery on the square gave away bread."
    ),
    "courier": (
        "The river Ann burst its banks on Monday and flooded Tilby. "
        "Firemen led families from their homes during the night. "
        "Sheep were lost on two farms."
    ),
    "mail": (
        "Families left their homes in Tilby when the river rose. "
        "The dam had been called weak for years. "
        "Trains to the coast ran late."
    ),
}


def document(name: str, text: str, title: str | None = None) -> Document:
    return Document(doc_id=name, text=text, title=title)


def sentences_of(doc: Document) -> list[Sentence]:
    found, start = [], 0
    for index, part in enumerate(doc.text.split(". ")):
        text = part if part.endswith(".") else part + "."
        found.append(
            Sentence(doc_id=doc.doc_id, index=index, start=start, end=start + len(text), text=text)
        )
        start += len(part) + 2
    return found


def hashed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Words hashed to 256 places, so that no model is needed."""
    array = np.zeros((len(texts), 256), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in tokens(text):
            array[row, hashlib.sha256(word.encode()).digest()[0]] += 1
    norms = np.linalg.norm(array, axis=1, keepdims=True)
    return array / np.where(norms > 0, norms, 1)


def cluster(
    articles: dict[str, str], order: Sequence[str] | None = None, title: str | None = None
) -> tuple[Deduplication, list[Document], Vectors]:
    documents = [document(name, articles[name], title) for name in order or articles]
    sentences = [s for d in documents for s in sentences_of(d)]
    return (
        Deduplication(kept=tuple(sentences)),
        documents,
        Vectors(sentences, hashed([s.text for s in sentences])),
    )


def shown(ranking: Sequence[RankedSentence]) -> list[tuple[str, float]]:
    return [(entry.sentence.text, entry.salience) for entry in ranking]


# The power method has an independent check: the leading eigenvector of the same matrix.


def stationary(graph: NDArray[np.float64], damping: float) -> NDArray[np.float64]:
    n = len(graph)
    walk = graph / graph.sum(axis=1, keepdims=True)
    values, left = np.linalg.eig((damping / n + (1 - damping) * walk).T)
    leading = np.real(left[:, np.argmax(np.real(values))])
    return leading / leading.sum()


def words(text: str) -> list[list[str]]:
    return [tokens(line) for line in text.splitlines()]


TEXTS = words("iraq refuses to talk\nbaghdad refuses\nthe un asks iraq to talk\nrain fell\nrain")


def test_tf_idf_rows_are_unit_vectors_by_the_textbook() -> None:
    rows = tf_idf([["dog", "dog", "cat"], ["dog"], []]).toarray()
    cat, dog = np.log(3 / 1) + 1, np.log(3 / 2) + 1
    expected = np.array([cat, 2 * dog]) / np.hypot(cat, 2 * dog)
    np.testing.assert_allclose(rows, [expected, [0, 1], [0, 0]])


def test_lexrank_is_the_stationary_distribution_of_the_cosine_graph() -> None:
    rows = tf_idf(TEXTS)
    cosines = (rows @ rows.T).toarray()
    np.testing.assert_allclose(lexrank(rows), stationary(cosines, 0.15), atol=1e-7)
    np.testing.assert_allclose(lexrank(rows, damping=0.5), stationary(cosines, 0.5), atol=1e-7)


def test_lexrank_with_a_threshold_counts_edges_not_their_weights() -> None:
    rows = tf_idf(TEXTS)
    edges = ((rows @ rows.T).toarray() > 0.2).astype(float)
    np.testing.assert_allclose(lexrank(rows, threshold=0.2), stationary(edges, 0.15), atol=1e-7)


def test_textrank_is_the_stationary_distribution_of_the_overlap_graph() -> None:
    texts = words("a storm hit the town\nthe storm hit at night\nthe town slept at night")
    sets = [set(text) for text in texts]
    graph = np.array(
        [
            [0 if a is b else len(a & b) / (np.log1p(len(a)) + np.log1p(len(b))) for b in sets]
            for a in sets
        ]
    )
    np.testing.assert_allclose(textrank(texts), stationary(graph, 0.15), atol=1e-7)


def test_a_sentence_without_neighbours_keeps_the_walk_whole() -> None:
    scores = textrank(words("one two\nthree four\none two three"))
    alone = textrank(words("alpha\nbeta\ngamma"))
    assert scores.sum() == pytest.approx(1)
    np.testing.assert_allclose(alone, 1 / 3)


def test_centroid_favours_the_middle_and_its_weights() -> None:
    vectors = np.array([[1, 0], [0, 1], [np.sqrt(0.5), np.sqrt(0.5)]], dtype=np.float32)
    np.testing.assert_allclose(centroid(vectors), [np.sqrt(0.5), np.sqrt(0.5), 1], atol=1e-6)
    tilted = centroid(vectors, weights=np.array([8.0, 1, 1]))
    assert tilted[0] > tilted[2] > tilted[1]


def test_centroid_of_opposites_is_zero_not_nan() -> None:
    vectors = np.array([[1, 0], [-1, 0]], dtype=np.float32)
    np.testing.assert_array_equal(centroid(vectors), [0, 0])


def test_support_is_the_mean_over_the_other_documents_of_the_best_match() -> None:
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8], [0, 1]], dtype=np.float32)
    owner = np.array([0, 1, 1, 2])
    scores = support(vectors, owner, vectors, owner)
    np.testing.assert_allclose(scores, [(0.6 + 0) / 2, (0 + 1) / 2, (0.6 + 0.8) / 2, (0 + 1) / 2])


def test_support_without_another_document_is_zero() -> None:
    vectors = np.eye(3, dtype=np.float32)
    owner = np.zeros(3, dtype=np.intp)
    np.testing.assert_array_equal(support(vectors, owner, vectors, owner), 0)


# Features


def test_corroboration_counts_documents_not_sentences() -> None:
    deduplication, documents, vectors = cluster(ARTICLES)
    first, second, *rest = deduplication.kept
    others = [s for s in rest if s.doc_id != "gazette"]
    merged = Deduplication(
        kept=(first, second, *rest[:2], *others[2:]),
        dropped=tuple(
            Duplicate(sentence=s, kept=first, similarity=0.9, kind="near") for s in others[:2]
        ),
    )
    assert {s.doc_id for s in others[:2]} == {"courier"}
    features = Features(merged, documents, vectors)
    row = features.sentences.index(first)
    assert features.corroboration[row] == pytest.approx(np.log(2) / np.log(3))
    assert np.delete(features.corroboration, row) == pytest.approx(0)
    by_text = {entry.sentence.text: entry for entry in ranked(merged, documents, vectors)}
    assert by_text[first.text].corroboration == 2


def test_what_more_documents_say_ranks_higher() -> None:
    articles = {name: f"Alpha beta {name}. Gamma delta {name}." for name in ("x", "y")}
    deduplication, documents, _ = cluster(articles)
    flat = Vectors(deduplication.kept, np.ones((4, 1), dtype=np.float32))
    alpha_x, gamma_x, alpha_y, gamma_y = deduplication.kept
    merged = Deduplication(
        kept=(alpha_x, gamma_x, gamma_y),
        dropped=(Duplicate(sentence=alpha_y, kept=alpha_x, similarity=1.0, kind="near"),),
    )
    assert ranked(merged, documents, flat)[0].sentence == alpha_x


def test_words_of_the_titles_raise_a_sentence() -> None:
    features = Features(*cluster(ARTICLES, title="Dam called weak"))
    best = features.sentences[int(np.argmax(features.title))]
    assert best.text == "The dam had been called weak for years."
    assert not Features(*cluster(ARTICLES)).title.any()


@pytest.mark.parametrize(
    "name",
    ["lexrank", "textrank", "corroboration", "position", "title", "frequency", "spread"],
)
def test_features_are_shares(name: str) -> None:
    values = getattr(Features(*cluster(ARTICLES, title="River floods Tilby")), name)
    assert values.shape == (10,)
    assert values.dtype == np.float64
    assert values.min() >= 0
    assert values.max() <= 1


# The ranking


def ranked(
    deduplication: Deduplication,
    documents: Sequence[Document],
    vectors: Vectors,
    ranker: str = "linear",
) -> tuple[RankedSentence, ...]:
    return rank(deduplication, documents, vectors, ranker=RANKERS[ranker]).ranking


def test_nothing_to_rank_is_an_empty_ranking() -> None:
    empty = Vectors([], np.zeros((0, 8), dtype=np.float32))
    assert ranked(Deduplication(kept=()), [], empty) == ()


@pytest.mark.parametrize("ranker", RANKERS)
def test_best_first_on_a_scale_from_0_to_1(ranker: str) -> None:
    ranking = ranked(*cluster(ARTICLES), ranker=ranker)
    salience = [entry.salience for entry in ranking]
    assert salience == sorted(salience, reverse=True)
    assert (salience[0], salience[-1]) == (1, 0)
    assert len({entry.sentence.id for entry in ranking}) == 10


# KLSum weighs sets, and here everything fits into one.
@pytest.mark.parametrize("ranker", sorted(set(RANKERS) - {"kl"}))
def test_the_news_outranks_the_aside(ranker: str) -> None:
    texts = [entry.sentence.text for entry in ranked(*cluster(ARTICLES), ranker=ranker)]
    news = texts.index("The river Ann burst its banks at Tilby on Monday.")
    assert news < texts.index("Trains to the coast ran late.")


@pytest.mark.parametrize("ranker", RANKERS)
@pytest.mark.parametrize("text", ["One.", "...", "ééé 中文 عربى."])
def test_a_single_odd_sentence_ranks(ranker: str, text: str) -> None:
    (entry,) = ranked(*cluster({"only": text}), ranker=ranker)
    assert entry.salience == 1
    assert entry.corroboration == 1


@pytest.mark.parametrize("ranker", RANKERS)
@settings(max_examples=15, deadline=None)
@given(order=st.permutations(sorted(ARTICLES)))
def test_the_order_of_the_documents_does_not_matter(ranker: str, order: list[str]) -> None:
    expected = ranked(*cluster(ARTICLES, title="Tilby"), ranker=ranker)
    ranking = ranked(*cluster(ARTICLES, order, title="Tilby"), ranker=ranker)
    assert ranking == expected


@pytest.mark.parametrize("ranker", RANKERS)
def test_numbered_documents_in_another_order_rank_the_same(ranker: str) -> None:
    texts = list(ARTICLES.values())
    one = ranked(*cluster({str(i): text for i, text in enumerate(texts)}), ranker=ranker)
    other = ranked(*cluster({str(i): text for i, text in enumerate(texts[::-1])}), ranker=ranker)
    assert shown(one) == shown(other)


def test_equal_sentences_are_ordered_by_document() -> None:
    articles = {"b": "Same words here.", "a": "Same words here."}
    ids = [entry.sentence.doc_id for entry in ranked(*cluster(articles))]
    assert ids == ["a", "b"]


@settings(max_examples=25, deadline=None)
@given(
    articles=st.dictionaries(
        st.sampled_from("abcdef"), st.text(alphabet="ab cd.éж1\n", max_size=60), min_size=1
    )
)
def test_any_text_ranks_within_the_scale(articles: dict[str, str]) -> None:
    for ranker in RANKERS:
        ranking = ranked(*cluster(articles), ranker=ranker)
        assert all(0 <= entry.salience <= 1 for entry in ranking)


# The learned ranker


def test_the_weights_read_the_features_that_there_are() -> None:
    model = load_salience()
    assert model.columns == COLUMNS
    assert model.encoder == "minilm"
    assert WEIGHTS.stat().st_size <= 8_000_000


def test_the_matrix_is_finite_and_of_the_declared_shape() -> None:
    for articles in (ARTICLES, {"only": "One."}, {"a": "...", "b": "中文 عربى."}):
        features = Features(*cluster(articles))
        assert features.matrix.shape == (len(features.sentences), len(COLUMNS))
        assert features.matrix.dtype == np.float32
        assert np.isfinite(features.matrix).all()


def test_a_matrix_in_blocks_is_the_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Features(*cluster(ARTICLES)).matrix
    monkeypatch.setattr("summarizer.features._BLOCK", 2)
    np.testing.assert_allclose(Features(*cluster(ARTICLES)).matrix, whole, atol=1e-6)


def test_the_learned_ranker_is_what_torch_computes() -> None:
    import torch

    model = load_salience()
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(7, len(COLUMNS))).astype(np.float32)
    vectors = rng.normal(size=(7, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with safe_open(WEIGHTS, framework="pt") as file:
        w = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    known = ((torch.tensor(matrix) - w["mean"]) / w["scale"]).clip(-4, 4)
    meant = torch.tensor(np.hstack([vectors * 384**0.5, vectors * vectors[0] * 384]))
    linear, gelu = torch.nn.functional.linear, torch.nn.functional.gelu
    expected = torch.zeros(7)
    for k in range(len(w["output.bias"])):
        parts = [
            linear(known, w["features.weight"][k], w["features.bias"][k]),
            linear(meant, w["meaning.weight"][k], w["meaning.bias"][k]),
        ]
        both = gelu(torch.cat(parts, dim=1), approximate="tanh")
        hidden = linear(both, w["hidden.weight"][k], w["hidden.bias"][k])
        hidden = gelu(hidden, approximate="tanh")
        expected += linear(hidden, w["output.weight"][k], w["output.bias"][k])[:, 0]
    scores = model.scores(matrix, vectors, vectors[0])
    np.testing.assert_allclose(scores, expected.numpy() / len(w["output.bias"]), atol=1e-4)


def test_the_learned_ranker_knows_news_from_boilerplate() -> None:
    articles = {
        "gazette": "The bridge over the Ann collapsed on Monday and 12 people were hurt. "
        "Click here to read more of our stories",
        "courier": "Twelve people were hurt when the bridge over the Ann fell on Monday. "
        "Follow us for updates",
    }
    encoder = load_encoder("minilm")
    documents = [document(name, text) for name, text in articles.items()]
    sentences = [s for doc in documents for s in sentences_of(doc)]
    vectors = Vectors(sentences, encoder.encode([s.text for s in sentences]))
    ranking = rank(
        Deduplication(kept=tuple(sentences)),
        documents,
        vectors,
        ranker=learned(load_salience(), load_words()),
    ).ranking
    assert {entry.sentence.index for entry in ranking[:2]} == {0}
