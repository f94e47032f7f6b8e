"""Many articles about one event in, one faithful briefing out.

>>> from summarizer import Summarizer
>>> briefing = Summarizer(words=150).summarize(articles)  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from summarizer.config import Config
from summarizer.errors import ConfigError, InputError, ModelError, SummarizerError
from summarizer.records import Briefing, BriefingSentence, Citation, Cluster, Document

if TYPE_CHECKING:
    from summarizer.pipeline import Summarizer

__all__ = [
    "Briefing",
    "BriefingSentence",
    "Citation",
    "Cluster",
    "Config",
    "ConfigError",
    "Document",
    "InputError",
    "ModelError",
    "Summarizer",
    "SummarizerError",
]


def __getattr__(name: str) -> Any:
    # The pipeline imports numpy and the stages; the command line's help must not.
    if name == "Summarizer":
        from summarizer.pipeline import Summarizer

        return Summarizer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
