"""What was learned of words: how likely a human summary holds each that the documents hold.

Trained by ``python -m eval.train_words``; README.md beside this file is its card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.salience import gelu

Array = NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("words.safetensors")
KINDS = ("words", "pairs")
LAYERS = (0, 1, 2)
REACH = np.float32(5)  # standard deviations beyond which a column is cut


class WordModel:
    """The ``summarizer.overlap.CopyModel`` shipped with the project.

    ``columns`` names the columns of the matrices of each kind, in order; ``sentences`` is
    the SHA-256 of the sentence model's weights whose scores it reads.
    """

    def __init__(self, path: Path = WEIGHTS) -> None:
        from safetensors import safe_open

        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata()
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        self.columns = {kind: tuple(metadata[kind].split()) for kind in KINDS}
        self.sentences: str = metadata["sentences"]
        stems = weights.pop("stems").tobytes().decode().split("\n")
        self._row = {stem: row for row, stem in enumerate(stems)}
        self._known = weights.pop("known").astype(np.float32)
        self._of = {
            kind: {
                name.removeprefix(f"{kind}."): array.astype(np.float32)
                for name, array in weights.items()
                if name.startswith(f"{kind}.")
            }
            for kind in KINDS
        }

    def known(self, stems: Sequence[str]) -> Array:
        """Shape (len(stems), 3): the share of clusters whose summary holds the stem, of those
        whose documents hold it; the share of its copies; and log(1 + those clusters). Stems
        seen too seldom are all one."""
        unseen = len(self._row)  # the row after the last
        rows = np.array([self._row.get(stem, unseen) for stem in stems], dtype=np.intp)
        known: Array = self._known[rows]
        return known

    def likely(self, kind: str, matrix: Array) -> NDArray[np.float64]:
        """Shape (copies,) in [0, 1]: how likely a summary holds each; ``kind`` of KINDS."""
        return likely_of(self._of[kind], matrix)


def likely_of(weights: Mapping[str, Array], matrix: Array) -> NDArray[np.float64]:
    """The mean of what an ensemble of perceptrons says: shape (copies,) in [0, 1]."""
    total = np.zeros(len(matrix))
    members = len(weights["0.weight"])
    read = inputs(matrix, mean=weights["mean"], scale=weights["scale"])
    for k in range(members):
        hidden = read
        for layer in LAYERS:
            hidden = hidden @ weights[f"{layer}.weight"][k].T + weights[f"{layer}.bias"][k]
            if layer != LAYERS[-1]:
                hidden = gelu(hidden)
        total += 1 / (1 + np.exp(-hidden[:, 0].astype(np.float64)))
    return total / members


def inputs(matrix: Array, *, mean: Array, scale: Array) -> Array:
    """What the perceptrons read: logarithms, standardised."""
    result: Array = np.clip((logarithms(matrix) - mean) / scale, -REACH, REACH)
    return result


def logarithms(matrix: Array) -> Array:
    """log(1 + x), and -log(1 - x) below 0."""
    result: Array = np.sign(matrix) * np.log1p(np.abs(matrix))
    return result


@cache
def load() -> WordModel:
    """The weights shipped with the project, read once."""
    return WordModel()
