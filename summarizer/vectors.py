"""Sentence vectors, looked up by the sentence's identity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from summarizer.records import Sentence


class Vectors:
    """Rows of ``array``, shape (n, dim), float32, L2-normalised, one a sentence."""

    def __init__(self, sentences: Sequence[Sentence], array: NDArray[np.float32]) -> None:
        if len(sentences) != len(array):
            raise ValueError(f"{len(sentences)} sentences but {len(array)} vectors")
        self.array = array
        self._row = {sentence.id: row for row, sentence in enumerate(sentences)}

    def of(self, sentences: Iterable[Sentence]) -> NDArray[np.float32]:
        """The rows of ``sentences``, in their order: shape (len(sentences), dim)."""
        rows = [self._row[sentence.id] for sentence in sentences]
        return self.array[np.asarray(rows, dtype=np.intp)]
