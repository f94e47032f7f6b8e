"""One frozen configuration, validated once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

from summarizer.errors import ConfigError

if TYPE_CHECKING:
    from summarizer.protocols import Encoder, Writer

MAX_WORDS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings of a ``Summarizer``.

    words:              length of the briefing at most, in words, 10 to 5,000
    writer:             "auto", "embedded", "extractive", "hf:NAME_OR_PATH", or a Writer
    encoder:            "auto", "minilm", "lexical", "hf:NAME_OR_PATH", or an Encoder
    ranker:             "learned" or a name in ``summarizer.salience.RANKERS``
    lambda_:            MMR's weight of salience against novelty, 0 to 1
    near_threshold:     lexical similarity from which two sentences are one, 0 to 1
    semantic_threshold: cosine of embeddings from which two sentences are one, 0 to 1

    Raises ConfigError for a value out of range; the names of writers, encoders and
    rankers are checked where their tables are.
    """

    words: int = 200
    writer: str | Writer = "auto"
    encoder: str | Encoder = "auto"
    ranker: str = "linear"
    lambda_: float = 0.7
    near_threshold: float = 0.75
    semantic_threshold: float = 0.8

    def __post_init__(self) -> None:
        if isinstance(self.words, bool) or not isinstance(self.words, int):
            raise ConfigError(f"words must be a whole number, not {self.words!r}.")
        if not 10 <= self.words <= MAX_WORDS:
            raise ConfigError(f"words must be between 10 and {MAX_WORDS}, not {self.words}.")
        for name in ("lambda_", "near_threshold", "semantic_threshold"):
            value = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 <= value <= 1:
                raise ConfigError(f"{name} must be between 0 and 1, not {value!r}.")
        for name, method in (("writer", "write"), ("encoder", "encode")):
            value = getattr(self, name)
            if not isinstance(value, str) and not hasattr(value, method):
                raise ConfigError(f"{name} must be a name or have a method {method!r}: {value!r}.")

    @classmethod
    def from_mapping(cls, settings: Mapping[str, Any]) -> Self:
        """The configuration with ``settings`` in place of the defaults.

        Raises ConfigError for a key that is none of the settings.
        """
        known = [entry.name for entry in fields(cls)]
        for key in settings:
            if key not in known:
                raise ConfigError(f"Unknown setting {key!r}. Known: {', '.join(known)}.")
        return cls(**settings)
