from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eval_fakes import call

import summarizer.pipeline
from eval import gate
from eval.gate import Floor, Slice
from eval.records import ClusterResult, Record
from eval.significance import Interval
from summarizer.errors import ConfigError, InputError
from summarizer.salience import Salience

BENCHMARK = gate.SLICES[0]._replace(systems=("extractive",))


@pytest.fixture(scope="module")
def now() -> Record:
    """The extractive system on the shipped benchmark, as it is."""
    (record,) = gate.measure(BENCHMARK)
    return record


@pytest.fixture
def floor(now: Record) -> Floor:
    return gate.update(BENCHMARK.name, now, None).floor


def changed(record: Record, by: Sequence[float]) -> Record:
    """The record with F1 changed, cluster by cluster."""
    clusters = []
    for result, change in zip(record.clusters, by, strict=True):
        scores = {m: (p, r, f1 + change) for m, (p, r, f1) in result.scores.items()}
        clusters.append(replace(result, scores=scores))
    return replace(record, clusters=tuple(clusters))


def is_shut(record: Record, floor: Floor | None, seed: int = 0) -> bool:
    return any(v.worse for v in gate.judge("benchmark", record, floor, seed=seed))


def test_a_planted_regression_shuts_the_gate(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    rank = summarizer.pipeline.rank

    def reversed_rank(*arguments: Any, **options: Any) -> Salience:
        ranked = rank(*arguments, **options)
        turned = tuple(replace(entry, salience=1 - entry.salience) for entry in ranked.ranking)
        return ranked._replace(ranking=turned[::-1])

    monkeypatch.setattr(summarizer.pipeline, "rank", reversed_rank)
    (worse,) = gate.measure(BENCHMARK)
    verdicts = gate.judge("benchmark", worse, floor)
    assert any(verdict.worse for verdict in verdicts)
    assert any("rouge1" in verdict.line and verdict.worse for verdict in verdicts)


def test_the_same_system_passes_with_any_seed_of_the_bootstrap(now: Record, floor: Floor) -> None:
    assert not any(is_shut(now, floor, seed) for seed in range(20))


def test_noise_passes_with_any_seed_of_the_bootstrap(now: Record, floor: Floor) -> None:
    noise = np.random.default_rng(7).normal(0, 0.01, len(now.clusters))
    noisy = changed(now, noise - noise.mean())
    assert not any(is_shut(noisy, floor, seed) for seed in range(20))


def test_a_small_loss_everywhere_and_a_large_one_anywhere_shut_the_gate(
    now: Record, floor: Floor
) -> None:
    count = len(now.clusters)
    assert is_shut(changed(now, [-0.003] * count), floor)
    assert not is_shut(changed(now, [-0.001] * count), floor)
    one = [-0.3] + [0.0] * (count - 1)  # -0.023 on average, not significant
    change = gate.compare(changed(now, one).f1("rouge1"), floor.scores["rouge1"])
    assert change.high > -gate.EPSILON
    assert is_shut(changed(now, one), floor)
    assert not is_shut(changed(now, [0.1] * count), floor)


@pytest.mark.parametrize(
    ("mean", "high", "worse"),
    [
        (-0.003, -0.0021, True),
        (-0.003, -0.0019, False),
        (-0.0101, 0.01, True),
        (-0.0099, 0.01, False),
        (0.02, 0.03, False),
    ],
)
def test_the_rule(mean: float, high: float, worse: bool) -> None:
    assert gate.is_worse(Interval(mean, mean - 0.01, high, 0.95)) is worse


def test_what_cannot_be_compared_shuts_the_gate_and_says_why(now: Record, floor: Floor) -> None:
    def line(record: Record, floor: Floor | None) -> str:
        (verdict,) = gate.judge("benchmark", record, floor)
        assert verdict.worse
        return verdict.line

    assert "no floor is pinned" in line(now, None)
    assert "the corpus is not the pinned one" in line(now, replace(floor, sha256="0" * 64))
    assert "has 100 words, the pinned one 90" in line(now, replace(floor, words=90))
    assert "the signature is" in line(now, replace(floor, signature="rouge|v:9"))
    failed = ClusterResult(id="merger", failure={"stage": "writing", "error": "out of memory"})
    broken = replace(now, clusters=(*now.clusters[:-1], failed))
    assert "1 cluster failed, the first 'merger' at writing" in line(broken, floor)


def test_a_floor_without_a_metric_or_a_cluster_shuts_the_gate(now: Record, floor: Floor) -> None:
    some = {metric: floor.scores[metric] for metric in gate.METRICS[:2]}
    _, *others = floor.scores["rouge1"]
    fewer = {m: {name: scores[name] for name in others} for m, scores in floor.scores.items()}
    for scores, message in (
        ({}, "the floor has the metrics"),
        (some, "the floor has the metrics rouge1, rouge2, not"),
        (fewer, "does not hold the clusters"),
    ):
        (verdict,) = gate.judge("benchmark", now, replace(floor, scores=scores))
        assert verdict.worse
        assert message in verdict.line


def test_what_is_the_same_but_for_rounding_is_unchanged(now: Record, floor: Floor) -> None:
    again = gate.update("benchmark", changed(now, [-4e-8] * len(now.clusters)), floor)
    assert not again.below
    assert again.floor.mean("rouge1") == pytest.approx(floor.mean("rouge1"), abs=1e-6)
    same = gate.update("benchmark", now, floor)
    assert same.floor == floor
    assert all("is unchanged at" in line for line in same.lines)


def test_update_raises_floors_and_lowers_none(now: Record, floor: Floor) -> None:
    count = len(now.clusters)
    better = gate.update("benchmark", changed(now, [0.02] * count), floor).floor
    assert better.mean("rouge1") == pytest.approx(floor.mean("rouge1") + 0.02)
    kept, lines, below = gate.update("benchmark", changed(now, [-0.02] * count), better)
    assert kept == better
    assert below
    assert all("stays at" in line for line in lines)


def test_a_floor_falls_only_with_a_reason_which_is_kept(now: Record, floor: Floor) -> None:
    lower = changed(now, [-0.02] * len(now.clusters))
    for reason in (None, "", "  "):
        with pytest.raises(ConfigError, match="needs a --reason"):
            gate.update("benchmark", lower, floor, allow_regression=True, reason=reason)
    fallen = gate.update(
        "benchmark", lower, floor, allow_regression=True, reason="Fewer repetitions."
    ).floor
    assert fallen.mean("rouge2") == pytest.approx(floor.mean("rouge2") - 0.02, abs=1e-6)
    (entry,) = fallen.history
    assert entry["reason"] == "Fewer repetitions."
    assert entry["means"].keys() == set(gate.METRICS)
    again = gate.update("benchmark", now, fallen).floor
    assert again.history == fallen.history


def test_update_takes_another_corpus_only_with_leave(now: Record, floor: Floor) -> None:
    other = replace(floor, sha256="0" * 64)
    with pytest.raises(InputError, match=r"the corpus is not the pinned one.*--allow-regression"):
        gate.update("benchmark", now, other)
    new = gate.update("benchmark", now, other, allow_regression=True, reason="New cluster.").floor
    assert new.sha256 == now.data["sha256"]
    assert new.history[0]["reason"] == "New cluster."


def test_the_command_pins_checks_and_skips_what_is_absent(
    now: Record,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    absent = Slice("elsewhere", str(tmp_path / "none.jsonl"), 100)
    monkeypatch.setattr(gate, "SLICES", (BENCHMARK, absent))
    monkeypatch.setattr(gate.check, "__defaults__", ((BENCHMARK, absent),))
    measured = [now]

    def measure(part: Slice, **options: Any) -> list[Record]:
        assert part is BENCHMARK
        return measured

    monkeypatch.setattr(gate, "measure", measure)
    path = tmp_path / "floors.json"
    code, out, err = call(capsys, "gate", "--floors", path)
    assert code == 1
    assert "no floor is pinned" in out
    assert "elsewhere: skipped" in out
    assert "The gate is shut" in err
    assert call(capsys, "gate", "--floors", path, "--update")[0] == 0
    assert json.loads(path.read_text())["floors"][0]["sha256"] == now.data["sha256"]
    code, out, _ = call(capsys, "gate", "--floors", path)
    assert code == 0
    assert "ok: rouge1" in out
    before = path.read_bytes()
    measured[0] = changed(now, [-0.02] * len(now.clusters))
    code, out, _ = call(capsys, "gate", "--floors", path)
    assert code == 1
    assert "FAIL: rouge1" in out
    code, out, err = call(capsys, "gate", "--floors", path, "--update")
    assert (code, path.read_bytes()) == (1, before)
    assert "rouge1 stays at" in out
    assert "none was lowered" in err
    code, _, err = call(capsys, "gate", "--floors", path, "--update", "--allow-regression")
    assert (code, path.read_bytes()) == (2, before)
    assert "needs a --reason" in err
    code, _, _ = call(
        capsys, "gate", "--floors", path, "--update", "--allow-regression", "--reason", "Meant."
    )
    assert code == 0
    assert json.loads(path.read_text())["floors"][0]["history"][0]["reason"] == "Meant."
    assert [entry.name for entry in tmp_path.iterdir()] == ["floors.json"]


def test_a_broken_file_of_floors_is_one_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "floors.json"
    sound: dict[str, Any] = {
        "slice": "benchmark", "system": "lead", "sha256": "0", "words": 100, "signature": "s",
        "scores": {"rouge1": {"a": 0.5}, "rouge2": {"a": 0.5}}, "history": [],
    }  # fmt: skip
    path.write_text(json.dumps({"floors": [sound]}))
    assert list(gate.read_floors(path)) == [("benchmark", "lead")]
    for value, message in (
        ([], "is not a file of floors"),
        ({"floors": {}}, '"floors" is no list'),
        ({"floors": [{}]}, "floor 1 is not a floor"),
        ({"floors": [sound, 7]}, "floor 2 is not a floor"),
        ({"floors": [{**sound, "scores": {}}]}, "floor 1 is not a floor"),
        ({"floors": [{**sound, "scores": [0.5]}]}, "floor 1 is not a floor"),
        ({"floors": [{**sound, "scores": {"rouge1": 0.5}}]}, "floor 1 is not a floor"),
        ({"floors": [{**sound, "scores": {"rouge1": {"a": "b"}}}]}, "floor 1 is not a floor"),
        ({"floors": [{**sound, "scores": {"rouge1": {"a": 1}, "rouge2": {}}}]}, "is not a floor"),
        ({"floors": [{**sound, "words": "100"}]}, "floor 1 is not a floor"),
        ({"floors": [sound, sound]}, "holds two floors of lead on benchmark"),
    ):
        path.write_text(json.dumps(value))
        code, out, err = call(capsys, "gate", "--floors", path)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert f"{path}: " in err
        assert message in err


def test_a_reason_goes_with_leave_and_leave_with_an_update(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "floors.json"
    for arguments in (
        ("--allow-regression", "--reason", "x"), ("--update", "--reason", "x"), ("--reason", "x"),
    ):  # fmt: skip
        code, _, err = call(capsys, "gate", *arguments, "--floors", path)
        assert (code, path.exists()) == (2, False)
        assert "goes with --update" in err
