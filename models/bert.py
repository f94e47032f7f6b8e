"""The transformer layers of BERT (Devlin et al. 2019) in plain numpy.

MiniLM and the embedded writer are small enough that writing their layers out costs less
than importing torch: a briefing needs neither torch nor transformers. All in float32.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from summarizer.blas import one_thread_each

Array = NDArray[np.float32]
Ids = NDArray[np.int32]
Weights = Mapping[str, Array]  # of safetensors; what is stored in half precision is widened

BATCH = 512  # tokens that are best computed at once: they stay in the processor's cache
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
EPSILON = 1e-12  # of all layer normalisations


class Bert:
    """Layers under ``prefix`` and the embeddings they read, without a pooler.

    Raises KeyError for a weight that is missing.
    """

    def __init__(
        self,
        weights: Weights,
        prefix: str = "",
        *,
        layers: int,
        heads: int,
        embeddings: str = "embeddings.",
    ) -> None:
        self.heads = heads
        self.embeddings = Embeddings(weights, embeddings)
        self.layers = [Layer(weights, f"{prefix}encoder.layer.{n}.") for n in range(layers)]

    def forward(self, pieces: Sequence[Ids]) -> tuple[Array, list[int]]:
        """The last layer's states of all tokens, (tokens, width), and where each text starts.

        The texts are ordered by length, and none is empty: its tokens are in one matrix,
        without padding.
        """
        lengths = [len(piece) for piece in pieces]
        runs = []  # (rows of the matrix, texts, length) of texts equally long
        starts: list[int] = []
        end = 0
        for length, group in groupby(lengths):
            size = len(list(group))
            runs.append((slice(end, end + size * length), size, length))
            starts.extend(range(end, end + size * length, length))
            end += size * length
        positions = np.concatenate([np.arange(length) for length in lengths])
        hidden = self.embeddings(np.concatenate(pieces), positions)
        for layer in self.layers:
            attended = _attention(linear(hidden, *layer.qkv), runs, self.heads)
            hidden = layer.feed(layer.attend(hidden, attended))
        return hidden, starts


class Embeddings:
    """Words, and positions with the token type added, of one text each."""

    def __init__(self, weights: Weights, prefix: str) -> None:
        self._words = weights[f"{prefix}word_embeddings.weight"]  # widened a row at a time
        self._positions = wide(weights[f"{prefix}position_embeddings.weight"]) + wide(
            weights[f"{prefix}token_type_embeddings.weight"][0]
        )
        self._norm = pair(weights, f"{prefix}LayerNorm")

    def __call__(self, ids: Ids, positions: NDArray[np.int64] | int) -> Array:
        """Shape (tokens, width)."""
        return layer_norm(wide(self._words[ids]) + self._positions[positions], *self._norm)

    def words(self, ids: Ids) -> Array:
        """Without positions."""
        return layer_norm(np.array(self._words[ids], dtype=np.float32), *self._norm)


class Layer:
    """One transformer layer, post-norm; query, key and value are one matrix."""

    def __init__(self, weights: Weights, prefix: str) -> None:
        parts = [pair(weights, f"{prefix}attention.self.{name}") for name in _QKV]
        self.qkv = (
            np.concatenate([w for w, _ in parts], axis=1),
            np.concatenate([b for _, b in parts]),
        )
        self.output = pair(weights, f"{prefix}attention.output.dense")
        self.output_norm = pair(weights, f"{prefix}attention.output.LayerNorm")
        self.up = pair(weights, f"{prefix}intermediate.dense")
        self.down = pair(weights, f"{prefix}output.dense")
        self.down_norm = pair(weights, f"{prefix}output.LayerNorm")

    def attend(self, hidden: Array, attended: Array) -> Array:
        """The end of self-attention; changes ``hidden``."""
        hidden += linear(attended, *self.output)
        return layer_norm(hidden, *self.output_norm)

    def feed(self, hidden: Array) -> Array:
        """The feed-forward half; changes ``hidden``."""
        hidden += linear(_gelu(linear(hidden, *self.up)), *self.down)
        return layer_norm(hidden, *self.down_norm)


_QKV = ("query", "key", "value")


def on_all_processors(compute: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
    """Each item's result, in order; each processor computes items of its own.

    The matrices here are too small to be shared out, and what is no matrix product would
    run on one processor alone. ``compute`` must not come back here.
    """
    with one_thread_each(), ThreadPoolExecutor(threads()) as pool:
        return list(pool.map(compute, items))


def threads() -> int:
    """How many threads this process may use: OMP_NUM_THREADS, else one a processor."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    if given.isdecimal() and int(given):
        return int(given)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def pair(weights: Weights, name: str) -> tuple[Array, Array]:
    """A layer's weight and bias, as ``linear`` wants them."""
    return matrix(weights, name), wide(weights[f"{name}.bias"])


def matrix(weights: Weights, name: str) -> Array:
    """A layer's weight as (in, out), which multiplies a few rows faster than (out, in)."""
    return np.ascontiguousarray(weights[f"{name}.weight"].T, dtype=np.float32)


def wide(values: Array) -> Array:
    """In float32."""
    return values.astype(np.float32, copy=False)


def linear(values: Array, weight: Array, bias: Array) -> Array:
    """``values`` times ``weight`` plus ``bias``."""
    result: Array = values @ weight
    result += bias
    return result


def layer_norm(values: Array, weight: Array, bias: Array) -> Array:
    """Layer normalisation of the rows, in place."""
    values -= values.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", values, values) / np.float32(values.shape[1])
    values *= (1 / np.sqrt(variance + np.float32(EPSILON)))[:, None]
    values *= weight
    values += bias
    return values


def _attention(qkv: Array, runs: Sequence[tuple[slice, int, int]], heads: int) -> Array:
    """Scaled dot-product attention within each text: (tokens, 3 d) gives (tokens, d)."""
    width = qkv.shape[1] // 3
    scale = np.float32((width // heads) ** -0.5)
    result = np.empty((len(qkv), width), dtype=np.float32)
    for rows, size, length in runs:
        parts = qkv[rows].reshape(size, length, 3, heads, width // heads)
        query, key, value = parts.transpose(2, 0, 3, 1, 4)
        scores = query @ key.swapaxes(2, 3)
        scores *= scale
        result[rows] = (softmax(scores) @ value).transpose(0, 2, 1, 3).reshape(size * length, width)
    return result


def softmax(scores: Array) -> Array:
    """Over the last axis, in place."""
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return scores


# erf(x) = x P(x²) / Q(x²) on [-4, 4], right to single precision: the rational
# approximation of Eigen's and XLA's ``erf``, highest power first.
_ERF_P = (-2.72614225801306e-10, 2.77068142495902e-08, -2.10102402082508e-06,
                     -5.69250639462346e-05, -7.34990630326855e-04, -2.95459980854025e-03,
                     -1.60960333262415e-02)  # fmt: skip
_ERF_Q = (-1.45660718464996e-05, -2.13374055278905e-04, -1.68282697438203e-03,
                     -7.37332916720468e-03, -1.42647390514189e-02)  # fmt: skip


def _gelu(values: Array) -> Array:
    """x (1 + erf(x / √2)) / 2, in place, in blocks that stay in the processor's cache."""
    flat = values.reshape(-1)
    for start in range(0, flat.size, 8_192):
        block = flat[start : start + 8_192]
        point = block * np.float32(0.5**0.5)
        np.clip(point, np.float32(-4), np.float32(4), out=point)
        square = point * point
        above = _polynomial(_ERF_P, square)
        above *= point
        above /= _polynomial(_ERF_Q, square)
        above += np.float32(1)
        above *= np.float32(0.5)
        block *= above
    return values


def _polynomial(coefficients: Sequence[float], values: Array) -> Array:
    """Horner's rule, highest power first."""
    result: Array = values * np.float32(coefficients[0])
    for coefficient in coefficients[1:-1]:
        result += np.float32(coefficient)
        result *= values
    result += np.float32(coefficients[-1])
    return result


def batches_of(rows: Sequence[int], lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """``rows`` in order, in lists whose lengths add up to ``budget`` at most (or one row)."""
    batch: list[int] = []
    size = 0
    for row in rows:
        if batch and size + lengths[row] > budget:
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += lengths[row]
    if batch:
        yield batch
