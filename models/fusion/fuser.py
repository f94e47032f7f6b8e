"""From groups of sentences to hypotheses: the model, its word pieces and its beam."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.fusion.casing import Piece, typeset
from models.fusion.data import MAX_SOURCE
from models.fusion.lattice import Lattice, joints_of
from summarizer.errors import ModelError
from summarizer.words import collapse

if TYPE_CHECKING:
    from torch import Tensor

BEAMS = 3
MAX_WRITTEN = 64  # word pieces of a sentence
REPEATED = 4  # word pieces in a row that may not occur twice in a sentence
_ROWS = 24  # sentences decoded at once
_IMPOSSIBLE = -1e6


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

    Raises ModelError where ``folder`` holds no checkpoint of it.
    """

    def __init__(self, folder: Path) -> None:
        try:
            import torch
            from transformers.utils import logging as transformers_logging

            from models.fusion.modeling import FusionForConditionalGeneration
        except ImportError as error:
            raise ModelError(
                f"The embedded writer needs torch and transformers ({error}). "
                "Install them with: pip install torch transformers"
            ) from error
        checkpoints: Any = FusionForConditionalGeneration
        logging: Any = transformers_logging
        bars = logging.is_progress_bar_enabled()
        logging.disable_progress_bar()
        try:
            model, report = checkpoints.from_pretrained(
                folder, dtype=torch.float32, output_loading_info=True
            )
            tokenizer = tokenizer_of(folder / "tokenizer.json")
        except Exception as error:  # transformers and tokenizers raise what they like
            reason = str(error).strip().split("\n")[0]
            raise ModelError(
                f"The embedded writer cannot be loaded from {folder}: {reason}"
            ) from error
        finally:
            if bars:
                logging.enable_progress_bar()
        # transformers fills such gaps with random numbers and only warns.
        missing = sorted(map(str, {*report["missing_keys"], *report["mismatched_keys"]}))
        if missing:
            raise ModelError(
                f"The embedded writer cannot be loaded from {folder}: {len(missing)} of its "
                f"weights are missing ({missing[0]}, ...)."
            )
        self._set(model, tokenizer)

    @classmethod
    def of(cls, model: Any, tokenizer: Any) -> Fuser:
        """A fuser of a model in memory."""
        fuser = cls.__new__(cls)
        fuser._set(model, tokenizer)
        return fuser

    def _set(self, model: Any, tokenizer: Any) -> None:
        self._model, self.tokenizer = model.eval(), tokenizer
        self._lock = threading.Lock()
        self.end: int = model.config.eos_token_id
        self._joints = joints_of(tokenizer, model.config.generated_ids)
        words = map(tokenizer.id_to_token, model.config.generated_ids)
        self._common = frozenset(word for word in words if word and word.isalpha())

    def fuse(
        self, groups: Sequence[Sequence[str]], *, lengths: Sequence[int], beams: int = BEAMS
    ) -> list[list[Hypothesis]]:
        """The beam's finished hypotheses for each group, best first; all of them different.

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
        for start in range(0, len(order), _ROWS):
            rows = order[start : start + _ROWS]
            decoded = self._decode([read[row] for row in rows], [lengths[row] for row in rows],
                                   [texts[row] for row in rows], beams)  # fmt: skip
            for row, hypotheses in zip(rows, decoded, strict=True):
                found[row] = hypotheses
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
        import torch

        model = self._model
        lattices = [
            Lattice(ids, pieces, own, joints=self._joints, end=self.end)
            for (ids, pieces), own in zip(read, texts, strict=True)
        ]
        wide = max(len(ids) for ids, _ in read)
        ids = torch.full((len(read), wide), model.config.pad_token_id)
        for row, (own, _) in enumerate(read):
            ids[row, : len(own)] = torch.tensor(own)
        ids = ids.to(model.device)
        mask = (ids != model.config.pad_token_id).long()
        vocabulary = model.vocabulary_of(ids)
        places = dict(zip(vocabulary.ids.tolist(), range(len(vocabulary.ids)), strict=True))
        with self._lock, torch.inference_mode():
            output = model.generate(
                input_ids=ids,
                attention_mask=mask,
                vocabulary=vocabulary,
                decoder_start_token_id=[places[model.config.length_ids[n]] for n in lengths],
                eos_token_id=places[self.end],
                pad_token_id=places[model.config.pad_token_id],
                num_beams=beams,
                num_return_sequences=beams,
                max_new_tokens=MAX_WRITTEN,
                no_repeat_ngram_size=REPEATED,
                do_sample=False,
                early_stopping=False,
                return_dict_in_generate=True,
                output_scores=True,
                logits_processor=[_along(lattices, vocabulary.ids.tolist(), places, beams)],
            )
        scores = output.sequences_scores.tolist() if beams > 1 else [0.0] * len(read)
        hypotheses: list[list[Hypothesis]] = [[] for _ in read]
        for place, sequence in enumerate(vocabulary.ids[output.sequences].tolist()):
            row = place // beams
            # Beams for which the lattice has no paths are filled with impossible ones.
            if self.end in sequence and scores[place] > _IMPOSSIBLE:
                written = sequence[1 : sequence.index(self.end)]
                pieces = read[row][1]
                nodes = lattices[row].path(written)
                made = [
                    pieces[n] if n < len(pieces) else Piece(self.tokenizer.id_to_token(id_))
                    for n, id_ in zip(nodes, written, strict=True)
                ]
                hypotheses[row].append(
                    Hypothesis(
                        text=typeset(made, texts[row], common=self._common),
                        score=scores[place],
                        used=tuple(sorted({p.source for p in made if p.source is not None})),
                    )
                )
        return hypotheses


def _along(
    lattices: Sequence[Lattice], ids: Sequence[int], places: Mapping[int, int], beams: int
) -> Any:
    """A logits processor that keeps each beam on its group's lattice."""
    import torch

    def process(written: Tensor, scores: Tensor) -> Tensor:
        kept = torch.full_like(scores, float("-inf"))
        for row, own in enumerate(written[:, 1:].tolist()):
            allowed = lattices[row // beams].allowed(tuple(ids[place] for place in own))
            columns = [places[id_] for id_ in allowed]
            kept[row, columns] = scores[row, columns]
        return kept

    return process
