"""The model in numpy against the same in torch, its beam against transformers' own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import tiny_fusion

from models.fusion import beam, data
from models.fusion.fuser import Fuser
from models.fusion.inference import Decoding, FusionModel
from models.fusion.lattice import Lattice, joints_of

torch = pytest.importorskip("torch")

GROUPS = [
    ["No one was hurt, police said."],
    ["Ana Duarte, the mayor, thanked the crews, who came from three towns."],
    ["The old mill of Tilby burned down on Monday night, police said.",
     "Police said the mill burned down on Monday."],
]  # fmt: skip


@pytest.fixture(scope="module")
def tokens() -> Any:
    return tiny_fusion.tokenizer()


@pytest.fixture(scope="module", params=[0, 1])
def model(tokens: Any, request: pytest.FixtureRequest) -> Any:
    return tiny_fusion.model(tokens, seed=request.param)


@pytest.fixture(scope="module")
def sources(tokens: Any) -> list[list[int]]:
    read = [data.source_ids(tokens, group) for group in GROUPS]
    assert read == sorted(read, key=len)
    return read


def padded(rows: list[list[int]]) -> Any:
    ids = torch.zeros((len(rows), max(map(len, rows))), dtype=torch.long)
    for row, own in enumerate(rows):
        ids[row, : len(own)] = torch.tensor(own)
    return ids


def test_each_step_gives_the_probabilities_of_torch(model: Any, sources: list[list[int]]) -> None:
    """Beams that change places, and groups that stop: what was written before is found again."""
    rng = np.random.default_rng(0)
    own, beams = FusionModel.of(model), 3
    read = own.read([np.array(ids, np.int32) for ids in sources])
    decoding = Decoding(own, read, beams)
    written = [[[int(rng.integers(1, 6))] for _ in range(beams)] for _ in sources]
    parents = np.zeros((len(sources), beams), np.int64)
    for step in range(6):
        if step == 3:
            left = [0, 2]
            decoding.keep(left)
            sources, written = [sources[n] for n in left], [written[n] for n in left]
            parents = parents[left]
        last = np.array([[ids[-1] for ids in group] for group in written])
        copied, generated = decoding.step(parents, last)
        ids = padded(sources).repeat_interleave(beams, 0)
        with torch.inference_mode():
            meant = model(
                input_ids=ids,
                attention_mask=(ids != 0).long(),
                decoder_input_ids=torch.tensor([ids for group in written for ids in group]),
            ).logits[:, -1]
        for row, group in enumerate(sources):
            for place in range(beams):
                found = np.zeros(model.config.vocab_size, np.float32)
                np.add.at(found, group, copied[row, place, : len(group)])
                np.add.at(found, model.config.generated_ids, generated[row, place])
                expected = meant[row * beams + place].exp().numpy()
                np.testing.assert_allclose(found, expected, atol=1e-6)
        parents = rng.integers(0, beams, parents.shape)
        written = [
            [[*group[parent], int(rng.choice(source))] for parent in row]
            for group, row, source in zip(written, parents, sources, strict=True)
        ]


@pytest.mark.parametrize("beams", [1, 2, 4])
def test_the_beam_finds_what_that_of_transformers_finds(
    model: Any, tokens: Any, sources: list[list[int]], beams: int
) -> None:
    fuser = Fuser.of(model, tokens)
    end, starts = tokens.token_to_id("[SEP]"), [2, 3, 4]
    lattices = [
        Lattice(*fuser._read(group), group, joints=joints_of(tokens, model.config.generated_ids),
                end=end)
        for group in GROUPS
    ]  # fmt: skip

    def along(written: Any, scores: Any) -> Any:
        kept = torch.full_like(scores, float("-inf"))
        for row, own in enumerate(written[:, 1:].tolist()):
            nodes = None
            for id_ in own:
                nodes = lattices[row // beams].steps(nodes).get(id_, frozenset())
            allowed = list(lattices[row // beams].steps(nodes))
            kept[row, allowed] = scores[row, allowed]
        return kept

    ids = padded(sources)
    with torch.inference_mode():
        output = model.generate(
            input_ids=ids,
            attention_mask=(ids != 0).long(),
            decoder_start_token_id=starts,
            num_beams=beams,
            num_return_sequences=beams,
            max_new_tokens=beam.LONGEST,
            no_repeat_ngram_size=beam.REPEATED,
            do_sample=False,
            early_stopping=False,
            return_dict_in_generate=True,
            output_scores=True,
            logits_processor=[along],
        )
    found = beam.search(FusionModel.of(model), sources, lattices, starts, beams)
    scores = output.sequences_scores.tolist() if beams > 1 else None
    for row, best in enumerate(found):
        own = output.sequences[row * beams : (row + 1) * beams].tolist()
        finite = [score > -1e6 for score in scores[row * beams :][:beams]] if scores else [True]
        assert len(best) == sum(end in ids and ok for ids, ok in zip(own, finite, strict=True))
        assert best == sorted(best, reverse=True)
        for place, written in enumerate(best):
            sequence = output.sequences[row * beams + place].tolist()
            assert list(written.ids) == sequence[1 : sequence.index(end)]
            if scores:
                assert written.score == pytest.approx(scores[row * beams + place], abs=1e-5)


def test_no_four_pieces_come_twice(tokens: Any, model: Any) -> None:
    text = "The mill burned and the mill burned on Monday and the old mill burned in 1802, too."
    [found] = Fuser.of(model, tokens).fuse([[text]], lengths=[2], beams=4)
    assert found
    for hypothesis in found:
        words = hypothesis.text.lower().rstrip(".").split()
        runs = list(zip(words, words[1:], words[2:], words[3:], strict=False))
        assert len(set(runs)) == len(runs)


@pytest.mark.parametrize(
    ("ids", "last", "found"),
    [((1, 2, 3, 4, 1, 2, 3), 4, True), ((1, 2, 3, 4, 1, 2, 3), 5, False), ((1, 2, 3), 4, False),
     ((4, 4, 4, 4), 4, True), ((4, 4, 4), 4, False)],
)  # fmt: skip
def test_a_run_that_was_written_before_is_recognised(
    ids: tuple[int, ...], last: int, found: bool
) -> None:
    assert beam._repeats(ids, last) == found


def test_several_threads_may_write_at_once(tokens: Any, model: Any) -> None:
    fuser = Fuser.of(model, tokens)
    alone = [fuser.fuse([group], lengths=[2], beams=2) for group in GROUPS]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda g: fuser.fuse([g], lengths=[2], beams=2), GROUPS * 4))
    assert together == alone * 4


@pytest.mark.parametrize(
    ("key", "value"),
    [("generated_ids", [1, 2, 3]), ("layer_norm_eps", 1e-3), ("length_ids", []),
     ("num_attention_heads", 5)],
)  # fmt: skip
def test_sizes_that_do_not_fit_the_weights_are_refused(model: Any, key: str, value: Any) -> None:
    weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    with pytest.raises(ValueError, match=r"\w"):
        FusionModel(weights, model.config.to_dict() | {key: value})
