"""The trained model at work: what ``modeling`` computes, in numpy.

``modeling`` is for training and for transformers' ``generate``; to write a briefing
neither torch nor transformers is imported, and the beam follows the lattice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.bert import (
    EPSILON,
    Array,
    Bert,
    Ids,
    Layer,
    Weights,
    layer_norm,
    linear,
    matrix,
    pair,
    softmax,
)
from models.fusion.data import MAX_SOURCE

LONGEST = 64  # word pieces of a sentence

Places = NDArray[np.int64]


class FusionModel:
    """Weights and sizes as ``FusionForConditionalGeneration.save_pretrained`` writes them.

    Raises KeyError for a weight or size that is missing, ValueError where they do not
    fit together. Its methods may be called from several threads.
    """

    def __init__(self, weights: Weights, config: Mapping[str, Any]) -> None:
        self.heads: int = config["num_attention_heads"]
        self.end: int = config["eos_token_id"]
        self.length_ids: list[int] = config["length_ids"]
        self.generated_ids: list[int] = config["generated_ids"]
        self._encoder = Bert(
            weights,
            "encoder.bert.",
            embeddings="decoder.embeddings.",
            layers=config["encoder_layers"],
            heads=self.heads,
        )
        self.embeddings = self._encoder.embeddings
        prefixes = [f"decoder.encoder.layer.{n}." for n in range(config["decoder_layers"])]
        self.layers = [Layer(weights, prefix) for prefix in prefixes]
        self.crossings = [Crossing(weights, f"{prefix}crossattention.") for prefix in prefixes]
        skips = ("encoder.word", "encoder.previous", "encoder.pointer_key", "query", "query_word")
        self.word, self.previous, self.pointer_key, self.query, self.query_word = (
            matrix(weights, name) for name in skips
        )
        self.generator = pair(weights, "generator")
        self.gate = pair(weights, "gate")
        if len(self.generator[1]) != len(self.generated_ids):
            raise ValueError("the generator's weights are not of generated_ids.")
        if config["layer_norm_eps"] != EPSILON or not self.length_ids:
            raise ValueError("layer_norm_eps or length_ids are not as they must be.")
        # Tried once at full length, so that what does not fit is told now.
        read = self.read([np.zeros(MAX_SOURCE, np.int32)])
        Decoding(self, read, 1).step(*np.zeros((2, 1, 1), np.int64))

    @classmethod
    def load(cls, folder: Path) -> FusionModel:
        """The checkpoint in ``folder``; raises OSError and safetensors' errors as well."""
        from safetensors.numpy import load_file

        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return cls(load_file(folder / "model.safetensors"), config)

    @classmethod
    def of(cls, model: Any) -> FusionModel:
        """The same as a ``FusionForConditionalGeneration``."""
        state = {name: value.cpu().numpy().copy() for name, value in model.state_dict().items()}
        return cls(state, model.config.to_dict())

    def read(self, pieces: Sequence[Ids]) -> list[Array]:
        """The encoder's output for each text, (tokens, width); the texts ordered by length."""
        states, starts = self._encoder.forward(pieces)
        return [
            own
            + (words := self.embeddings.words(ids)) @ self.word
            + _shifted(words) @ self.previous
            for own, ids in zip(np.split(states, starts[1:]), pieces, strict=True)
        ]


def _shifted(words: Array) -> Array:
    before = np.zeros_like(words)
    before[1:] = words[:-1]
    return before


class Crossing:
    """Cross-attention of one layer: the decoder asks, what was read answers."""

    def __init__(self, weights: Weights, prefix: str) -> None:
        self.query, self.key, self.value = (
            pair(weights, f"{prefix}self.{name}") for name in ("query", "key", "value")
        )
        self.output = pair(weights, f"{prefix}output.dense")
        self.norm = pair(weights, f"{prefix}output.LayerNorm")


class Decoding:
    """Sentences being written, ``beams`` of each of several groups, a word piece at a time.

    ``memories`` are what ``FusionModel.read`` made of the groups. What was computed for
    earlier pieces is kept.
    """

    def __init__(self, model: FusionModel, memories: Sequence[Array], beams: int) -> None:
        self._model = model
        width = max(map(len, memories))
        memory = np.zeros((len(memories), width, memories[0].shape[1]), np.float32)
        self._barred = np.full((len(memories), 1, width), -np.inf, np.float32)
        for row, own in enumerate(memories):
            memory[row, : len(own)] = own
            self._barred[row, :, : len(own)] = 0.0
        self._keys = [self._split(linear(memory, *c.key)).swapaxes(2, 3) for c in model.crossings]
        self._values = [self._split(linear(memory, *c.value)) for c in model.crossings]
        self._pointers = (memory @ model.pointer_key).swapaxes(1, 2)
        # Keys and values of what was written, as computed: (step, group, beam, width).
        # ``_beams`` tells for each beam and step whose they are.
        size = (LONGEST, len(memories), beams, memory.shape[2])
        self._written = [np.empty(size, np.float32) for _ in range(2 * len(model.layers))]
        self._beams = np.empty((len(memories), beams, 0), np.int64)

    def step(self, parents: Places, ids: Places) -> tuple[Array, Array]:
        """Each beam goes on as its parent did and then with a piece: what may come next?

        ``parents`` and ``ids`` have shape (groups, beams). Probabilities of copying each
        token read, (groups, beams, tokens), and of each of ``generated_ids``, (groups,
        beams, ids); a word may be in both.
        """
        model = self._model
        groups, beams = ids.shape
        self._beams = np.concatenate(
            [
                np.take_along_axis(self._beams, parents[..., None], axis=1),
                np.broadcast_to(np.arange(beams)[:, None], (groups, beams, 1)),
            ],
            axis=2,
        )
        steps = self._beams.shape[2]
        flat = ids.reshape(-1).astype(np.int32)
        hidden = model.embeddings(flat, steps - 1)
        for number, (layer, crossing) in enumerate(zip(model.layers, model.crossings, strict=True)):
            query, key, value = np.split(linear(hidden, *layer.qkv), 3, axis=1)
            keys = self._all(2 * number, key)
            values = self._all(2 * number + 1, value)
            asked = query.reshape(groups, beams, model.heads, 1, -1)
            attended = _attended(asked, keys.swapaxes(3, 4), values)
            hidden = layer.attend(hidden, attended.reshape(hidden.shape))
            asked = linear(hidden, *crossing.query).reshape(groups, beams, model.heads, -1)
            attended = _attended(
                asked.swapaxes(1, 2),
                self._keys[number],
                self._values[number],
                self._barred[:, None],
            )
            hidden += linear(attended.swapaxes(1, 2).reshape(hidden.shape), *crossing.output)
            hidden = layer.feed(layer_norm(hidden, *crossing.norm))
        words = model.embeddings.words(flat)
        asked = hidden @ model.query + words @ model.query_word
        scores = asked.reshape(groups, beams, -1) @ self._pointers
        scores *= np.float32(hidden.shape[1] ** -0.5)
        scores += self._barred
        scores[..., 0] = -np.inf  # [CLS] is no word
        gate = linear(np.concatenate([hidden, words], axis=1), *model.gate).reshape(
            groups, beams, 1
        )
        share = np.float32(1) / (np.float32(1) + np.exp(-gate))
        generated = softmax(linear(hidden, *model.generator)).reshape(groups, beams, -1)
        return softmax(scores) * (1 - share), generated * share

    def keep(self, groups: Sequence[int]) -> None:
        """Goes on with these groups only, which count anew from 0."""
        self._keys = [keys[groups] for keys in self._keys]
        self._values = [values[groups] for values in self._values]
        self._pointers, self._barred = self._pointers[groups], self._barred[groups]
        self._beams = self._beams[groups]
        steps = self._beams.shape[2]
        for number, written in enumerate(self._written):
            _, _, beams, width = written.shape
            self._written[number] = np.empty((LONGEST, len(groups), beams, width), np.float32)
            self._written[number][:steps] = written[:steps, groups]

    def _split(self, values: Array) -> Array:
        """(groups, tokens, width) as (groups, heads, tokens, width of a head)."""
        groups, count, _ = values.shape
        return values.reshape(groups, count, self._model.heads, -1).swapaxes(1, 2)

    def _all(self, number: int, new: Array) -> Array:
        """Those of all pieces that each beam has written, (groups, beams, heads, pieces, width)."""
        groups, beams, steps = self._beams.shape
        written = self._written[number]
        written[steps - 1] = new.reshape(groups, beams, -1)
        rows = (np.arange(steps) * groups + np.arange(groups)[:, None, None]) * beams + self._beams
        own = written.reshape(-1, written.shape[3]).take(rows, axis=0)
        return own.reshape(groups, beams, steps, self._model.heads, -1).swapaxes(2, 3)


def _attended(query: Array, keys: Array, values: Array, barred: Array | None = None) -> Array:
    """Scaled dot-product attention over the last two axes."""
    scores = query @ keys
    scores *= np.float32(query.shape[-1] ** -0.5)
    if barred is not None:
        scores += barred
    result: Array = softmax(scores) @ values
    return result
