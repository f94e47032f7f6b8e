"""From groups of sentences to hypotheses: the model, its word pieces and its beam."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.bert import on_all_processors, threads
from models.fusion.beam import Written, search
from models.fusion.casing import Piece, typeset
from models.fusion.data import MAX_SOURCE
from models.fusion.inference import FusionModel
from models.fusion.lattice import Lattice, joints_of
from summarizer.errors import ModelError
from summarizer.words import collapse

BEAMS = 3
_ROWS = 24  # sentences decoded at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """A sentence as the model would write it.

    ``score`` is its mean log probability a word piece, ``used`` the places of the
    sentences it copied from.
    """

    text: str
    score: float
    used: tuple[int, ...]


def tokenizer_of(path: Path) -> Any:
    """A tokenizers' ``Tokenizer`` that neither pads nor cuts."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


class Fuser:
    """The trained model with its tokenizer; safe to call from several threads.

    A group's hypotheses do not depend on the other groups, but for the last bits of their
    scores: sums are rounded as matrices are shaped, and those are shared.

    Raises ModelError where ``folder`` holds no checkpoint of it.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._set(FusionModel.load(folder), tokenizer_of(folder / "tokenizer.json"))
        except Exception as error:  # safetensors and tokenizers raise what they like
            reason = str(error).strip().split("\n")[0]
            if isinstance(error, KeyError):
                reason = f"{error.args[0]} is missing."
            raise ModelError(
                f"The embedded writer cannot be loaded from {folder}: {reason}"
            ) from error

    @classmethod
    def of(cls, model: Any, tokenizer: Any) -> Fuser:
        """A fuser of a ``FusionForConditionalGeneration`` in memory."""
        fuser = cls.__new__(cls)
        fuser._set(FusionModel.of(model), tokenizer)
        return fuser

    def _set(self, model: FusionModel, tokenizer: Any) -> None:
        self._model, self.tokenizer = model, tokenizer
        self._joints = joints_of(tokenizer, model.generated_ids)
        words = map(tokenizer.id_to_token, model.generated_ids)
        self._common = frozenset(word for word in words if word and word.isalpha())

    def fuse(
        self, groups: Sequence[Sequence[str]], *, lengths: Sequence[int], beams: int = BEAMS
    ) -> list[list[Hypothesis]]:
        """The beam's hypotheses for each group, best first; all of them different.

        None for a group without words, or of a sentence that is too long to be written.

        A group's first text is its main sentence; ``lengths`` asks for a length of each
        group, a place in ``data.LENGTHS``.
        """
        texts = [[collapse(text) for text in group] for group in groups]
        read = [self._read(group) for group in texts]
        found: list[list[Hypothesis]] = [[] for _ in groups]
        order = sorted(
            (place for place, (ids, _) in enumerate(read) if len(ids) > 2),
            key=lambda place: len(read[place][0]),
        )
        size = min(_ROWS, math.ceil(len(order) / threads())) or 1

        def decode(rows: Sequence[int]) -> None:
            decoded = self._decode([read[row] for row in rows], [lengths[row] for row in rows],
                                  [texts[row] for row in rows], beams)  # fmt: skip
            for row, hypotheses in zip(rows, decoded, strict=True):
                found[row] = hypotheses

        on_all_processors(
            decode, reversed([order[n : n + size] for n in range(0, len(order), size)])
        )
        return found

    def _read(self, texts: Sequence[str]) -> tuple[list[int], list[Piece]]:
        """Ids as ``data.source_ids`` makes them, and for each where it stands."""
        start, end = self.tokenizer.token_to_id("[CLS]"), self.tokenizer.token_to_id("[SEP]")
        ids, pieces = [start], [Piece("[CLS]")]
        for source, encoding in enumerate(
            self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        ):
            count = len(encoding.ids) if source else min(len(encoding.ids), MAX_SOURCE - 2)
            if len(ids) + count + 1 > MAX_SOURCE:
                continue
            for id_, token, (first, last) in list(
                zip(encoding.ids, encoding.tokens, encoding.offsets, strict=True)
            )[:count]:
                pieces.append(Piece(token, source, first, last, len(ids)))
                ids.append(id_)
            ids.append(end)
            pieces.append(Piece("[SEP]"))
        return ids, pieces

    def _decode(
        self,
        read: Sequence[tuple[list[int], list[Piece]]],
        lengths: Sequence[int],
        texts: Sequence[Sequence[str]],
        beams: int,
    ) -> list[list[Hypothesis]]:
        model = self._model
        lattices = [
            Lattice(ids, pieces, own, joints=self._joints, end=model.end)
            for (ids, pieces), own in zip(read, texts, strict=True)
        ]
        starts = [model.length_ids[length] for length in lengths]
        found = search(model, [ids for ids, _ in read], lattices, starts, beams)
        return [
            [self._hypothesis(written, lattice, pieces, own) for written in best]
            for best, lattice, (_, pieces), own in zip(found, lattices, read, texts, strict=True)
        ]

    def _hypothesis(
        self, written: Written, lattice: Lattice, pieces: Sequence[Piece], texts: Sequence[str]
    ) -> Hypothesis:
        made = [
            pieces[node] if node < len(pieces) else Piece(self.tokenizer.id_to_token(id_))
            for node, id_ in zip(lattice.path(written.ids), written.ids, strict=True)
        ]
        return Hypothesis(
            text=typeset(made, texts, common=self._common),
            score=written.score,
            used=tuple(sorted({piece.source for piece in made if piece.source is not None})),
        )
