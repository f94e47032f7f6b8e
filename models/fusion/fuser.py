"""From groups of sentences to hypotheses: the model, its word pieces and its beam."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.fusion.casing import Piece, typeset
from models.fusion.data import MAX_SOURCE, MAX_TARGET
from summarizer.errors import ModelError
from summarizer.words import STOP_WORDS, collapse, stem_of, stems, tokens

if TYPE_CHECKING:
    from torch import Tensor

BEAMS = 4
REPEATED = 4  # word pieces in a row that may not occur twice in a sentence
_ROWS = 24  # sentences decoded at once

_SAYING = frozenset("said say says saying told tell tells asked added according".split())
_SAYING_STEMS = frozenset(map(stem_of, _SAYING))
_FREE = STOP_WORDS - _SAYING | frozenset(
    "also among since into onto though although either another still already including s".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """A sentence as the model would write it.

    ``score`` is its mean log probability a word piece, ``used`` the places of the
    sentences it copied from, ``complete`` is false where it ran into the length limit.
    """

    text: str
    score: float
    used: tuple[int, ...]
    complete: bool


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
        import torch
        from transformers.utils import logging as transformers_logging

        from models.fusion.modeling import FusionForConditionalGeneration

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
        self._model, self._tokenizer = model.eval(), tokenizer
        self._lock = threading.Lock()
        self.end: int = model.config.eos_token_id
        pieces = {place: tokenizer.id_to_token(place) for place in model.config.generated_ids}
        self.common = frozenset(piece for piece in pieces.values() if piece and piece.isalpha())
        # What the model writes without copying must state nothing by itself: function words
        # may always stand, other words where a source has them in some form.
        self._content = {
            place: stem_of(piece)
            for place, piece in pieces.items()
            if piece and piece.isalpha() and piece not in _FREE
        }

    def fuse(
        self, groups: Sequence[Sequence[str]], *, lengths: Sequence[int], beams: int = BEAMS
    ) -> list[list[Hypothesis]]:
        """The beam's hypotheses for each group, best first; none for a group without words.

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
        start, end = self._tokenizer.token_to_id("[CLS]"), self._tokenizer.token_to_id("[SEP]")
        ids, pieces = [start], [Piece("[CLS]")]
        for source, encoding in enumerate(
            self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
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

        device = self._model.device
        wide = max(len(ids) for ids, _ in read)
        ids = torch.zeros((len(read), wide), dtype=torch.long)
        for row, (own, _) in enumerate(read):
            ids[row, : len(own)] = torch.tensor(own)
        ids = ids.to(device)
        mask = (ids != self._model.config.pad_token_id).long()
        with self._lock, torch.inference_mode():
            output = self._model.generate(
                input_ids=ids,
                attention_mask=mask,
                decoder_start_token_id=[self._model.config.length_ids[n] for n in lengths],
                num_beams=beams,
                num_return_sequences=beams,
                max_new_tokens=MAX_TARGET + 16,
                no_repeat_ngram_size=REPEATED,
                do_sample=False,
                early_stopping=False,
                return_dict_in_generate=True,
                output_scores=True,
                logits_processor=[self._barred(texts, beams)],
            )
            rows = torch.arange(len(read), device=device).repeat_interleave(beams)
            shares = self._model.copied_from(ids[rows], mask[rows], output.sequences)
        scores = output.sequences_scores if beams > 1 else torch.zeros(len(read))
        hypotheses: list[list[Hypothesis]] = [[] for _ in read]
        for place, row in enumerate(rows.tolist()):
            written = output.sequences[place, 1:].tolist()
            made = self._hypothesis(
                written, shares[place], read[row], texts[row], float(scores[place])
            )
            if made.text and made.text not in {h.text for h in hypotheses[row]}:
                hypotheses[row].append(made)
        return hypotheses

    def _barred(self, texts: Sequence[Sequence[str]], beams: int) -> Any:
        """A logits processor that bars content words which no source has in any form."""
        import torch

        barred = torch.zeros((len(texts), self._model.config.vocab_size), dtype=torch.bool)
        for row, group in enumerate(texts):
            known = set(stems(" ".join(group)))
            known |= _SAYING_STEMS if not _SAYING.isdisjoint(tokens(" ".join(group))) else set()
            off = [place for place, stem in self._content.items() if stem not in known]
            barred[row, off] = True
        barred = barred.repeat_interleave(beams, dim=0).to(self._model.device)

        def process(_: Tensor, scores: Tensor) -> Tensor:
            return scores.masked_fill(barred, float("-inf"))

        return process

    def _hypothesis(
        self,
        written: list[int],
        shares: Tensor,
        read: tuple[list[int], list[Piece]],
        texts: Sequence[str],
        score: float,
    ) -> Hypothesis:
        complete = self.end in written
        if complete:
            written = written[: written.index(self.end)]
        ids, places = read
        pieces: list[Piece] = []
        for step, id_ in enumerate(written):
            following = pieces[-1].place + 1 if pieces and pieces[-1].source is not None else -1
            if 0 < following < len(ids) and ids[following] == id_:
                pieces.append(places[following])
            elif float(shares[step].sum()) >= 0.5:
                pieces.append(places[int(shares[step].argmax())])
            else:
                pieces.append(Piece(self._tokenizer.id_to_token(id_)))
        used = {piece.source for piece in pieces if piece.source is not None}
        return Hypothesis(
            text=typeset(pieces, texts, common=self.common),
            score=score,
            used=tuple(sorted(used)),
            complete=complete,
        )
