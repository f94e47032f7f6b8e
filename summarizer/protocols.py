"""The seams: what an encoder and a writer must offer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from summarizer.records import Draft, Plan, Writing

# Hears of each draft sentence as it is written, before it is checked: which plan, what.
OnDraft: TypeAlias = Callable[[int, Draft], None]


class Encoder(Protocol):
    """Turns texts into vectors whose dot product is their similarity.

    ``semantic`` is true where that similarity speaks of meaning, false where only
    of shared words; the redundancy stage looks for paraphrases only in the first
    case. ``notices`` holds what a user must be told (a declared fallback).
    """

    name: str
    semantic: bool
    notices: tuple[str, ...]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (n, dim), rows L2-normalised (a zero row for empty text)."""
        ...


class Writer(Protocol):
    """Turns a plan into prose.

    ``max_input_tokens`` is what the writer can read at once, in its own tokens
    (special tokens already taken off); the plan is then made to fill it.
    ``None`` says that the writer writes group by group, each at about the length that
    ``count_tokens`` gives for its lead, so that the plan is made to fit the word budget.
    ``weighs`` says that the writer chooses among the plan's groups by ``Plan.worth``.
    ``notices`` holds what a user must be told (a declared fallback).
    """

    name: str
    max_input_tokens: int | None
    weighs: bool
    notices: tuple[str, ...]

    def count_tokens(self, text: str) -> int:
        """The length of ``text`` in the unit of ``max_input_tokens`` (words if None)."""
        ...

    def write(
        self, plans: Sequence[Plan], *, words: int, on_draft: OnDraft | None = None
    ) -> list[Writing]:
        """For each plan draft sentences of at most ``words`` words altogether.

        Several plans at once let a model work in batches; what is written for one does
        not depend on the others.
        """
        ...
