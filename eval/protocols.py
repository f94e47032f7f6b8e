"""The seam of the harness: what a system must offer, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from summarizer.records import Cluster

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a system made of a cluster.

    ``cited`` and ``supported`` are shares of the sentences: those with a source, and
    those of them whose every check passed; ``quoted`` is the share that stands in place of
    one that was written but not borne out; ``truncated`` says whether the articles did
    not fit into what a model reads, ``fallback`` whether the briefing is not by the writer
    asked for. None where a system has no such thing.
    """

    sentences: tuple[str, ...]
    cited: float | None = None
    supported: float | None = None
    quoted: float | None = None
    truncated: bool | None = None
    fallback: bool | None = None
    notices: tuple[str, ...] = ()


class System(Protocol):
    """Anything that turns a cluster into sentences."""

    @property
    def name(self) -> str:
        """What the system is called on the command line."""
        ...

    def summarize(self, cluster: Cluster, progress: Progress) -> Output:
        """The summary of one cluster; ``progress`` is told each stage as it begins."""
        ...

    def describe(self) -> Mapping[str, Any]:
        """What a record must say of the system: its kind, model, settings."""
        ...
