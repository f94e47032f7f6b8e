from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import tiny_fusion

from models.fusion import data
from models.fusion.fuser import Fuser
from summarizer.errors import ModelError
from summarizer.omissions import omissions

torch = pytest.importorskip("torch")

SOURCES = ["The old mill of Tilby burned down on Monday night.", "Ana Duarte thanked the crews."]


@pytest.fixture(scope="module")
def tokens() -> Any:
    return tiny_fusion.tokenizer()


@pytest.fixture(scope="module")
def model(tokens: Any) -> Any:
    return tiny_fusion.model(tokens)


@pytest.fixture(scope="module")
def read(tokens: Any) -> dict[str, Any]:
    rows = [data.source_ids(tokens, SOURCES), data.source_ids(tokens, SOURCES[1:])]
    ids = torch.zeros((2, max(map(len, rows))), dtype=torch.long)
    for row, own in enumerate(rows):
        ids[row, : len(own)] = torch.tensor(own)
    return {"input_ids": ids, "attention_mask": (ids != 0).long()}


def targets(tokens: Any) -> Any:
    end = tokens.token_to_id("[SEP]")
    rows = [tokens.encode(text).ids for text in ("The mill of Tilby burned.", "Ana thanked")]
    labels = torch.full((2, 1 + max(map(len, rows))), -100)
    for row, own in enumerate(rows):
        labels[row, : len(own) + 1] = torch.tensor([*own, end])
    return labels


def logits(model: Any, read: dict[str, Any], decoder: Any) -> Any:
    with torch.inference_mode():
        return model(**read, decoder_input_ids=decoder).logits


def test_probabilities_add_up_to_one_and_only_what_may_be_written_has_any(
    model: Any, read: dict[str, Any], tokens: Any
) -> None:
    decoder = torch.tensor([[3, 20, 21], [3, 20, 21]])
    probabilities = logits(model, read, decoder).exp()
    assert probabilities.shape == (2, 3, tokens.get_vocab_size())
    torch.testing.assert_close(probabilities.sum(-1), torch.ones(2, 3))
    for row in range(2):
        able = {*model.config.generated_ids, *read["input_ids"][row].tolist()} - {
            0, tokens.token_to_id("[CLS]")
        }  # fmt: skip
        barred = [place for place in range(tokens.get_vocab_size()) if place not in able]
        assert (probabilities[row, :, barred] == 0).all()
        assert (probabilities[row, :, sorted(able)] > 0).all()


def test_a_word_outside_the_vocabulary_is_copied(model: Any, tokens: Any) -> None:
    text = "The mill of ☃ burned."
    [[best, *_]] = Fuser.of(model, tokens).fuse([[text]], lengths=[2], beams=2)
    unknown = tokens.token_to_id("[UNK]")
    ids = torch.tensor([data.source_ids(tokens, [text])])
    assert unknown in ids
    probability = logits(
        model, {"input_ids": ids, "attention_mask": torch.ones_like(ids)}, torch.tensor([[3]])
    ).exp()
    assert probability[0, 0, unknown] > 0
    assert best.text


def test_the_loss_is_the_likelihood_of_the_labels(
    model: Any, read: dict[str, Any], tokens: Any
) -> None:
    labels = targets(tokens)
    length = torch.tensor([1, 4])
    starts = torch.tensor(model.config.length_ids)[length]
    whole = logits(model, read, model.shifted(labels, starts))
    counted = [
        -float(whole[row, place, label])
        for row, own in enumerate(labels.tolist())
        for place, label in enumerate(own)
        if label != -100
    ]
    finite = [loss for loss in counted if math.isfinite(loss)]
    assert finite
    with torch.inference_mode():
        loss = model(**read, labels=labels, length=length).loss
    assert float(loss) == pytest.approx(sum(finite) / len(finite), rel=1e-5)


def test_labels_that_cannot_be_written_do_not_count(
    model: Any, read: dict[str, Any], tokens: Any
) -> None:
    labels = targets(tokens)
    foreign = tokens.token_to_id("1802")
    assert foreign not in read["input_ids"]
    labels[0, 1] = foreign
    made = tiny_fusion.model(tokens).train()
    loss = made(**read, labels=labels, length=torch.tensor([2, 2])).loss
    assert math.isfinite(loss.item())
    loss.backward()
    assert all(torch.isfinite(w.grad).all() for w in made.parameters() if w.grad is not None)


def test_the_cache_changes_nothing(model: Any, read: dict[str, Any]) -> None:
    decoder = torch.tensor([[3, 20, 21, 22], [4, 23, 20, 21]])
    whole = logits(model, read, decoder)
    with torch.inference_mode():
        encoded = model.get_encoder()(**read)
        past = None
        for step in range(decoder.shape[1]):
            output = model(
                attention_mask=read["attention_mask"],
                encoder_outputs=encoded,
                decoder_input_ids=decoder[:, step : step + 1],
                past_key_values=past,
                use_cache=True,
            )
            past = output.past_key_values
            torch.testing.assert_close(output.logits[:, 0], whole[:, step])


@pytest.mark.parametrize("beams", [1, 3])
def test_generation_is_the_same_with_and_without_the_cache(
    model: Any, read: dict[str, Any], beams: int
) -> None:
    written = [
        model.generate(**read, num_beams=beams, max_new_tokens=12, use_cache=cached,
                       no_repeat_ngram_size=3)
        for cached in (True, False)
    ]  # fmt: skip
    assert torch.equal(*written)
    for row in written[0].tolist():
        trigrams = list(zip(row, row[1:], row[2:], strict=False))
        filled = [gram for gram in trigrams if gram[2] != 0]
        assert len(set(filled)) == len(filled)


def test_a_beam_is_at_least_as_likely_as_the_greedy_sentence(
    model: Any, read: dict[str, Any]
) -> None:
    def likelihood(beams: int) -> list[float]:
        ids = model.generate(
            **read, num_beams=beams, max_new_tokens=6, min_new_tokens=6, length_penalty=0.0
        )
        scores = logits(model, read, ids[:, :-1])
        return scores.gather(-1, ids[:, 1:, None]).sum((1, 2)).tolist()

    for greedy, beam in zip(likelihood(1), likelihood(8), strict=True):
        assert beam >= greedy - 1e-4


def test_saved_and_loaded_it_is_the_same_model(
    model: Any, read: dict[str, Any], tokens: Any, tmp_path: Path
) -> None:
    from transformers import AutoModelForSeq2SeqLM

    tiny_fusion.save(tmp_path, model, tokens)
    assert (tmp_path / "model.safetensors").is_file()
    loaded = AutoModelForSeq2SeqLM.from_pretrained(tmp_path)
    decoder = torch.tensor([[3, 20], [3, 20]])
    torch.testing.assert_close(
        logits(loaded, read, decoder), logits(model, read, decoder), atol=0, rtol=0
    )
    groups = [SOURCES, SOURCES[1:]]
    first, second = (
        maker.fuse(groups, lengths=[2, 1], beams=2)
        for maker in (Fuser(tmp_path), Fuser.of(model, tokens))
    )
    assert first == second


def test_a_folder_without_a_checkpoint_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded from"):
        Fuser(tmp_path)


def test_a_checkpoint_that_lacks_weights_is_refused(
    model: Any, tokens: Any, tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    tiny_fusion.save(tmp_path, model, tokens)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["gate.weight"]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"gate.weight is missing"):
        Fuser(tmp_path)


def test_decoding_does_not_depend_on_the_other_groups(
    model: Any, tokens: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # all in one batch
    fuser = Fuser.of(model, tokens)
    hurt = "No one was hurt, police said."
    groups = [SOURCES, SOURCES[1:], [hurt], [SOURCES[0]], [hurt, *SOURCES]]
    together = fuser.fuse(groups, lengths=[2] * 5, beams=2)
    alone = [fuser.fuse([group], lengths=[2], beams=2)[0] for group in groups]
    for one, other in zip(together, alone, strict=True):
        assert [h.text for h in one] == [h.text for h in other]
        assert [h.score for h in one] == pytest.approx([h.score for h in other], abs=1e-5)


def test_a_group_without_words_has_no_hypotheses(model: Any, tokens: Any) -> None:
    assert Fuser.of(model, tokens).fuse([[""], SOURCES], lengths=[2, 2], beams=2)[0] == []
    assert Fuser.of(model, tokens).fuse([], lengths=[]) == []


def test_what_is_written_is_on_the_lattice(model: Any, tokens: Any) -> None:
    """However wild the model, here a random one: words of the sources, in an order that holds."""
    text = "The old mill of Tilby, which was built in 1802, burned down on Monday, police said."
    [beam] = Fuser.of(model, tokens).fuse([[text]], lengths=[1], beams=4)
    assert len({hypothesis.text for hypothesis in beam}) == len(beam) > 1
    for hypothesis in beam:
        assert omissions(hypothesis.text, [text]) == ()
        assert hypothesis.used == (0,)
        assert hypothesis.text.startswith("The old mill of Tilby")
        assert hypothesis.text.endswith("police said.")
