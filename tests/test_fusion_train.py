from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import test_fusion_data
import tiny_fusion

from models.fusion import evaluation, train
from models.fusion.fuser import Fuser

torch = pytest.importorskip("torch")

RECIPE = train.Recipe(batch=4, rate=3e-3, encoder_rate=1e-3, warmup=2)


@pytest.fixture(autouse=True)
def _all_layers_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "FROZEN_LAYERS", 1)


def trainer(seed: int = 0) -> train.Trainer:
    model = tiny_fusion.model(tiny_fusion.tokenizer(), seed=seed)
    return train.Trainer(model, test_fusion_data.encoded(), RECIPE)


def test_training_lowers_the_loss_and_leaves_the_frozen_alone() -> None:
    one = trainer()
    words = one.model.get_input_embeddings().weight.detach().clone()
    losses = [one.step() for _ in range(50)]
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])
    assert torch.equal(words, one.model.get_input_embeddings().weight)


def test_resumed_training_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    whole = trainer()
    expected = [whole.step() for _ in range(9)]
    first = trainer()
    losses = [first.step() for _ in range(4)]
    first.save(tmp_path / "state.pt")
    second = trainer(seed=5)  # its own weights must not matter, but for the frozen ones
    second.model.load_state_dict(
        {**second.model.state_dict(), **{k: v for k, v in first.model.state_dict().items()
                                         if k not in dict(_learning(first))}}
    )  # fmt: skip
    second.resume(tmp_path / "state.pt")
    losses += [second.step() for _ in range(5)]
    assert losses == pytest.approx(expected, abs=0)
    for mine, other in zip(whole.average, second.average, strict=True):
        assert torch.equal(mine, other)


def _learning(one: train.Trainer) -> list[tuple[str, Any]]:
    return [(name, w) for name, w in one.model.named_parameters() if w.requires_grad]


def test_the_averaged_weights_are_there_for_a_while() -> None:
    one = trainer()
    for _ in range(5):
        one.step()
    own = [w.detach().clone() for w in one.weights]
    with one.averaged():
        assert all(torch.equal(w, mean) for w, mean in zip(one.weights, one.average, strict=True))
        assert not one.model.training
    assert all(torch.equal(w, before) for w, before in zip(one.weights, own, strict=True))
    assert one.model.training


def test_an_epoch_draws_each_kind_as_often_as_the_mix_says(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    monkeypatch.setattr(train, "MIX", {"a": 2.0, "b": 0.5, "c": 1.5})
    kinds = ["a"] * 3 + ["b"] * 4 + ["c"] * 2
    rows = train.draw(kinds, np.random.default_rng(0))
    assert {kind: sum(kinds[row] == kind for row in rows) for kind in "abc"} == {
        "a": 6, "b": 2, "c": 3
    }  # fmt: skip


def test_a_whole_run_ends_with_a_checkpoint_that_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = tiny_fusion.tokenizer()
    tokens.save(str(tmp_path / "minilm.json"))
    monkeypatch.setattr(train, "minilm_files", lambda: (tmp_path / "no", tmp_path / "minilm.json"))
    one = trainer()
    pairs = [
        test_fusion_data.data.Pair(kind="reference", sources=(line,), target=line)
        for line in tiny_fusion.TEXT.splitlines()
    ]
    train.train(
        one,
        tmp_path,
        seconds=0.5,
        evaluate=lambda: evaluation.evaluation(Fuser.of(one.model, tokens), tokens, pairs),
    )
    figures = json.loads((tmp_path / "log.jsonl").read_text())
    assert figures["first"] == figures["nearest"] == [100, 100, 100]
    assert figures["step"] == one.progress.step > 0
    assert {"asked", "fused 2", "fused 3", "told", "verbatim told"} <= set(figures)
    fuser = Fuser(tmp_path / "checkpoint")
    assert fuser.fuse([["The mill burned down."]], lengths=[2], beams=2)[0]
    assert (tmp_path / "state.pt").is_file()
