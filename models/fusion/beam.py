"""Beam search along lattices (Sutskever et al. 2014, section 3.2; scores by mean, as is usual)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from models.bert import Array
from models.fusion.inference import LONGEST, Decoding, FusionModel
from models.fusion.lattice import Lattice, Nodes

REPEATED = 4  # word pieces in a row that may not occur twice in a sentence


class Written(NamedTuple):
    """A finished sentence: its pieces without the end; their mean log probability with it."""

    score: float
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Path:
    """A beginning: its pieces, the sum of their log probabilities, where it stands."""

    ids: tuple[int, ...] = ()
    score: float = 0.0
    nodes: Nodes | None = None
    parent: int = 0


class _Search:
    """The beam of one group."""

    def __init__(
        self, ids: Sequence[int], lattice: Lattice, model: FusionModel, beams: int
    ) -> None:
        self._lattice, self._end, self._beams = lattice, model.end, beams
        pieces = sorted(set(ids))
        self._copied = {id_: place for place, id_ in enumerate(pieces)}
        self._generated = {id_: place for place, id_ in enumerate(model.generated_ids)}
        self._one_hot = (np.array(ids)[:, None] == np.array(pieces)).astype(np.float32)
        self.paths = [_Path()]
        self.finished: list[Written] = []

    def go_on(self, copied: Array, generated: Array) -> None:
        """All paths take a step; ``copied`` and ``generated`` as ``Decoding.step`` tells them."""
        copies = (copied[:, : len(self._one_hot)] @ self._one_hot).tolist()
        others = generated.tolist()
        reached = []
        for parent, path in enumerate(self.paths):
            for id_, nodes in self._lattice.steps(path.nodes).items():
                chance = 0.0
                if (place := self._copied.get(id_)) is not None:
                    chance += copies[parent][place]
                if (place := self._generated.get(id_)) is not None:
                    chance += others[parent][place]
                if chance > 0 and not _repeats(path.ids, id_):
                    reached.append(
                        _Path((*path.ids, id_), path.score + math.log(chance), nodes, parent)
                    )
        reached.sort(key=lambda path: (-path.score, path.ids))
        self.paths = []
        for rank, path in enumerate(reached):
            if path.ids[-1] != self._end:
                self.paths.append(path)
                if len(self.paths) == self._beams:
                    break
            elif rank < self._beams:  # one of the best, not merely the best that ends
                self.finished.append(Written(path.score / len(path.ids), path.ids[:-1]))
        self.finished = sorted(self.finished, reverse=True)[: self._beams]
        if self.paths and len(self.finished) == self._beams:
            best = self.paths[0]
            if best.score / len(best.ids) <= self.finished[-1].score:
                self.paths = []


def search(
    model: FusionModel,
    sources: Sequence[Sequence[int]],
    lattices: Sequence[Lattice],
    starts: Sequence[int],
    beams: int,
) -> list[list[Written]]:
    """Finished sentences of each group, at most ``beams``, best first.

    As transformers' ``generate`` with ``early_stopping=False``: a group is done when it has
    ``beams`` sentences and no open path is as likely, on average so far. No sentence is
    longer than ``LONGEST``, nor has the same ``REPEATED`` pieces in a row twice.

    ``sources`` are the ids read, ordered by length, ``starts`` those that the decoder
    starts with.
    """
    groups = [
        _Search(ids, lattice, model, beams) for ids, lattice in zip(sources, lattices, strict=True)
    ]
    decoding = Decoding(model, model.read([np.array(ids, np.int32) for ids in sources]), beams)
    live = list(groups)
    ids = np.repeat(np.array(starts)[:, None], beams, axis=1)
    parents = np.zeros_like(ids)
    for _ in range(LONGEST):
        for group, copied, generated in zip(live, *decoding.step(parents, ids), strict=True):
            group.go_on(copied, generated)
        going = [place for place, group in enumerate(live) if group.paths]
        if len(going) < len(live):
            if not going:
                break
            decoding.keep(going)
            live = [live[place] for place in going]
        ids, parents = np.zeros((2, len(live), beams), np.int64)
        for row, group in enumerate(live):
            for beam, path in enumerate(group.paths):
                ids[row, beam], parents[row, beam] = path.ids[-1], path.parent
    return [group.finished for group in groups]


def _repeats(ids: tuple[int, ...], last: int) -> bool:
    """Whether ``last`` ends a run of pieces that was written before."""
    run = (*ids[1 - REPEATED :], last)
    return len(run) == REPEATED and any(
        ids[start : start + REPEATED] == run for start in range(len(ids) - REPEATED + 1)
    )
