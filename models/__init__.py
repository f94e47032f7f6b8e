"""What holds weights: encoders and writers, each loaded by name from one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from summarizer.errors import ConfigError

if TYPE_CHECKING:
    from models.salience import SalienceModel
    from summarizer.protocols import Encoder, Writer

_NO_OWN_WRITER = (
    "The briefing consists of sentences taken from the articles as they stand: "
    "the writer that puts them in its own words is not part of this version."
)


def load_encoder(name: str = "auto") -> Encoder:
    """The encoder called ``name``: "auto", "minilm", "lexical" or "hf:NAME_OR_PATH".

    "auto" is "minilm" where its weights can be had, else "lexical" with a notice.
    Raises ConfigError for an unknown name, ModelError where one cannot be loaded.
    """
    from models.encoders import load

    return load(name)


def load_salience() -> SalienceModel:
    """The weights of the learned ranker."""
    from models.salience import load

    return load()


def load_writer(name: str = "auto") -> Writer:
    """The writer called ``name``: "auto", "extractive" or "hf:NAME_OR_PATH".

    Raises ConfigError for an unknown name, ModelError where one cannot be loaded.
    """
    from models.extractive import ExtractiveWriter

    if name == "extractive":
        return ExtractiveWriter()
    if name == "auto":
        return ExtractiveWriter(notices=(_NO_OWN_WRITER,))
    kind, _, checkpoint = name.partition(":")
    if kind == "hf" and checkpoint:
        from models.seq2seq import Seq2SeqWriter

        return Seq2SeqWriter(checkpoint)
    raise ConfigError(f'Unknown writer {name!r}. Known: "auto", "extractive", "hf:NAME_OR_PATH".')
