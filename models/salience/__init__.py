"""The learned ranker's weights: how much of a human summary a sentence is likely to hold.

An ensemble of small perceptrons over sentence embeddings and features of the cluster,
trained by ``python -m eval.train_salience``; ``words`` holds what was learned of words.
README.md beside this file is its card.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("model.safetensors")
REACH = np.float32(4)  # standard deviations beyond which a feature is cut


class SalienceModel:
    """Scores sentences as arrays; see ``summarizer.features`` for what the columns mean.

    ``columns`` names them in order and ``encoder`` the encoder whose vectors it knows.
    """

    def __init__(self, path: Path = WEIGHTS) -> None:
        from safetensors import safe_open

        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata()
            weights = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
        self.columns = tuple(metadata["columns"].split())
        self.encoder: str = metadata["encoder"]
        self._weights = weights

    def scores(self, matrix: Array, vectors: Array, centre: Array) -> NDArray[np.float64]:
        """Shape (n,): the greater, the more of a human summary the sentence holds per word.

        ``matrix`` is (n, columns), ``vectors`` (n, dim) with the cluster's ``centre``
        (dim,), both L2-normalised.
        """
        w = self._weights
        features, meaning = inputs(matrix, vectors, centre, mean=w["mean"], scale=w["scale"])
        total = np.zeros(len(matrix))
        members = len(w["features.weight"])
        for k in range(members):
            hidden = np.concatenate(
                [
                    features @ w["features.weight"][k].T + w["features.bias"][k],
                    meaning @ w["meaning.weight"][k].T + w["meaning.bias"][k],
                ],
                axis=1,
            )
            hidden = gelu(hidden) @ w["hidden.weight"][k].T + w["hidden.bias"][k]
            total += (gelu(hidden) @ w["output.weight"][k].T + w["output.bias"][k])[:, 0]
        return total / members


def inputs(
    matrix: Array, vectors: Array, centre: Array, *, mean: Array, scale: Array
) -> tuple[Array, Array]:
    """What the perceptrons read: standardised features, and the embedding beside its
    elementwise product with the centre, both at about unit variance."""
    width = np.float32(vectors.shape[1])
    features = np.clip((matrix - mean) / scale, -REACH, REACH)
    meaning = np.concatenate([vectors * width**0.5, vectors * centre * width], axis=1)
    return features.astype(np.float32), meaning.astype(np.float32)


@cache
def load() -> SalienceModel:
    """The weights shipped with the project, read once."""
    return SalienceModel()


def gelu(values: Array) -> Array:
    """The tanh form (Hendrycks & Gimpel 2016, section 2)."""
    cubic = np.float32(0.7978845608) * (values + np.float32(0.044715) * values * values * values)
    result: Array = np.float32(0.5) * values * (1 + np.tanh(cubic))
    return result
