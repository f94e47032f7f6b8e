from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import tiny_models
from eval_fakes import write_jsonl

from eval import corpora
from eval.rouge import Rouge
from eval.systems import SharedEncoder, load_systems, mmr
from summarizer.errors import ConfigError, InputError
from summarizer.records import Cluster, Document
from summarizer.words import count_words


def cluster_of(*texts: str, references: Sequence[str] = ("A reference.",)) -> Cluster:
    documents = tuple(Document(doc_id=str(n), text=text) for n, text in enumerate(texts))
    return Cluster(cluster_id="c", documents=documents, references=tuple(references))


def summary(name: str, cluster: Cluster, words: int = 20, seed: int = 0) -> tuple[str, ...]:
    (system,) = load_systems([name], words=words, seed=seed)
    return system.summarize(cluster, lambda stage: None).sentences


STORY = cluster_of(
    "The mill burned on Monday. Two men were hurt there.",
    "Fire took the old mill. The town lost its best known landmark in the blaze.",
    references=["Two men were hurt when the old mill burned."],
)


def test_lead_takes_sentences_in_turn_and_passes_over_what_does_not_fit() -> None:
    assert summary("lead", STORY, words=15) == (
        "The mill burned on Monday.",
        "Two men were hurt there.",
        "Fire took the old mill.",
    )
    assert summary("lead", STORY, words=10) == (
        "The mill burned on Monday.",
        "Fire took the old mill.",
    )


def test_random_is_the_same_for_the_same_seed_only() -> None:
    cluster = corpora.load("benchmark").clusters[0]
    assert summary("random", cluster, 60, 1) == summary("random", cluster, 60, 1)
    assert len({summary("random", cluster, 60, seed) for seed in range(5)}) > 1


@pytest.mark.parametrize(
    "name", ["lead", "random", "lexrank", "oracle", "extractive", "mmr@learned"]
)
def test_no_system_exceeds_its_words(name: str) -> None:
    (system,) = load_systems([name], words=50, seed=0)
    for cluster in corpora.load("benchmark").clusters[:4]:
        sentences = system.summarize(cluster, lambda stage: None).sentences
        assert 25 < sum(map(count_words, sentences)) <= 50


def test_lexrank_passes_over_repetitions() -> None:
    cluster = cluster_of(
        "The mill burned on Monday night.",
        "The mill burned on Monday night.",
        "The mill burned on Monday night, police said.",
        "A baker saw the mill from his window.",
    )
    chosen = summary("lexrank", cluster, words=40)
    assert sum("burned" in sentence for sentence in chosen) == 1
    assert any("baker" in sentence for sentence in chosen)


def test_the_oracle_finds_the_best_sentences_of_a_small_cluster() -> None:
    rouge = Rouge(["rouge1", "rouge2"], stemmer=True)
    everything = summary("all", STORY)

    def value(sentences: Sequence[str]) -> float:
        return sum(s.f1 for s in rouge.score("\n".join(sentences), STORY.references).values())

    best = max(
        (choice for size in range(1, 4) for choice in combinations(everything, size)), key=value
    )
    assert best == ("Two men were hurt there.", "Fire took the old mill.")
    assert summary("oracle", STORY, words=50) == best


def test_the_oracle_reads_any_script() -> None:
    cluster = cluster_of("今天天气很好。\n昨天下了大雨。", references=["昨天下雨。"])
    assert summary("oracle", cluster, words=10) == ("昨天下了大雨。",)


def test_the_oracle_beats_the_other_baselines_and_all_is_not_cut() -> None:
    rouge = Rouge(["rouge1", "rouge2"], stemmer=True)
    for cluster in corpora.load("benchmark").clusters[:5]:
        scores = {
            name: sum(
                score.f1
                for score in rouge.score(
                    "\n".join(summary(name, cluster, 100)), cluster.references
                ).values()
            )
            for name in ("oracle", "lead", "random", "lexrank")
        }
        assert max(scores, key=lambda name: scores[name]) == "oracle"
        assert sum(map(count_words, summary("all", cluster, 100))) > 150


def test_mmr_weighs_salience_against_what_is_chosen() -> None:
    salience = np.array([1.0, 0.9, 0.5])
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert mmr(salience, vectors, [5, 5, 5], budget=10, lambda_=1) == [0, 1]
    assert mmr(salience, vectors, [5, 5, 5], budget=10, lambda_=0.5) == [0, 2]
    assert mmr(salience, vectors, [11, 5, 3], budget=10, lambda_=1) == [1]


def test_a_writer_takes_a_ranker() -> None:
    plain, ranked = load_systems(["extractive", "extractive@lexrank"], words=50, seed=0)
    assert plain.describe()["settings"]["ranker"] == "linear"
    assert ranked.describe()["settings"]["ranker"] == "lexrank"
    assert ranked.describe()["encoder_sha256"]
    output = ranked.summarize(corpora.load("benchmark").clusters[0], lambda stage: None)
    assert output.cited == 1.0
    assert output.truncated is None
    assert output.fallback is False


def test_a_checkpoint_is_recorded_and_its_truncation_and_fallback_shown(tmp_path: Path) -> None:
    tiny_models.save_bart(tmp_path / "bart", positions=64)
    (system,) = load_systems([f"hf:{tmp_path / 'bart'}@lexrank"], words=30, seed=0)
    described = system.describe()
    assert described["model"] == "hf:bart"
    assert system.name == "hf:bart@lexrank"
    assert described["revision"] is None  # a folder has none
    assert described["settings"]["ranker"] == "lexrank"
    output = system.summarize(corpora.load("benchmark").clusters[0], lambda stage: None)
    assert output.truncated is True
    assert output.fallback is True  # what random weights write is borne out by nothing
    assert output.sentences


def test_unknown_and_repeated_systems_are_refused() -> None:
    for name in ("leed", "extractive@best"):
        with pytest.raises(ConfigError, match=r"Unknown system .*Known: lead, random"):
            load_systems([name], words=50, seed=0)
    with pytest.raises(ConfigError, match="'lead' is named twice"):
        load_systems(["lead", "lead"], words=50, seed=0)
    with pytest.raises(ConfigError, match="words must be between"):
        load_systems(["lead"], words=5, seed=0)


def test_candidates_come_from_a_file_by_id(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "c.jsonl", [{"id": "c", "text": "One thing. Another thing."}])
    assert summary(f"candidates:{path}", STORY) == ("One thing.", "Another thing.")
    (tmp_path / "more").mkdir()
    twin = write_jsonl(tmp_path / "more" / "c.jsonl", [{"id": "c", "text": "One thing."}])
    with pytest.raises(ConfigError, match=r"Two systems would be called 'candidates:c\.jsonl'"):
        load_systems([f"candidates:{path}", f"candidates:{twin}"], words=50, seed=0)
    other = Cluster(cluster_id="d", documents=STORY.documents, references=STORY.references)
    with pytest.raises(InputError, match="has no candidate for it"):
        summary(f"candidates:{path}", other)
    plain = tmp_path / "c.txt"
    plain.write_text("One thing.\n")
    with pytest.raises(InputError, match="holds no ids"):
        load_systems([f"candidates:{plain}"], words=50, seed=0)


class CountingEncoder:
    name, semantic = "counting", False
    notices: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.calls = 0

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.calls += 1
        return np.full((len(texts), 2), self.calls, dtype=np.float32)


def test_a_shared_encoder_reads_the_same_texts_once() -> None:
    inner = CountingEncoder()
    encoder = SharedEncoder(inner, calls=2)
    first = encoder.encode(["a", "b"])
    assert encoder.saved == 0
    assert encoder.encode(["a", "b"]) is first
    assert encoder.saved > 0
    encoder.encode(["a"])
    encoder.encode(["b"])
    assert inner.calls == 3
    encoder.encode(["a", "b"])  # forgotten: only two calls are kept
    assert inner.calls == 4


def test_sharing_does_not_change_what_a_system_writes() -> None:
    cluster = corpora.load("benchmark").clusters[1]
    alone = summary("extractive@lexrank", cluster, 60)
    both = load_systems(["extractive", "extractive@lexrank"], words=60, seed=0)
    assert [s.summarize(cluster, lambda stage: None).sentences for s in both][1] == alone
