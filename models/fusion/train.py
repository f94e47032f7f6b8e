"""``python -m models.fusion.train``: build the pairs, train, resume, evaluate, write it down.

    python -m models.fusion.train --data ../shared/data --work ../fusion --hours 2

Everything lies in ``--work``: pairs, word pieces, the state that training resumes from,
and ``log.jsonl``. Started again, it goes on where it was; the same seed gives the same
batches in the same order. A CUDA device is used where there is one, bfloat16 where the
device computes in it.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from models.encoders import minilm_files
from models.fusion import data

# How often a pair of each kind is seen an epoch; a share of the kind where below 1.
MIX = {
    "reference": 3.0, "verbatim": 0.5, "wikisplit": 1.0, "correspondence": 2.0, "join": 2.0,
    "union": 2.0, "compress": 1.0, "once": 0.4, "denoise": 0.25, "copy": 0.2,
}  # fmt: skip
GENERATED = 800  # word pieces that may be written without a source
FROZEN_LAYERS = 3  # of the encoder, from below; and the word embeddings


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What decides the result, besides the data."""

    seed: int = 0
    batch: int = 32
    rate: float = 3e-4  # of the decoder and all that is new
    encoder_rate: float = 1e-4
    warmup: int = 100  # steps
    average: float = 0.998  # of the running mean of the weights, which is what is kept
    decoder_layers: int = 3


@dataclass(slots=True)
class Progress:
    """Where training stands; ``place`` is the next batch of ``epoch``."""

    step: int = 0
    epoch: int = 0
    place: int = 0
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)


class Trainer:
    """A model on its way: one ``step`` after another, ``save`` and ``resume``."""

    def __init__(self, model: Any, encoded: data.Encoded, recipe: Recipe) -> None:
        import torch

        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = model.to(self.device).train()
        self.encoded, self.recipe, self.progress = encoded, recipe, Progress()
        freeze(model, FROZEN_LAYERS)
        weights = [(name, w) for name, w in model.named_parameters() if w.requires_grad]
        self.weights = [w for _, w in weights]
        self.average = [w.detach().clone() for w in self.weights]
        groups = [
            {"params": [w for n, w in weights if ("encoder.bert" in n) == old], "lr": rate}
            for old, rate in ((True, recipe.encoder_rate), (False, recipe.rate))
        ]
        self.optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: min(1.0, (step + 1) / recipe.warmup)
        )
        self._batches: Iterator[dict[str, Any]] | None = None

    def step(self) -> float:
        """One batch; its loss in nats a word piece."""
        import torch

        batch = {k: torch.as_tensor(v, device=self.device) for k, v in self._next().items()}
        with mixed_precision(self.device):
            loss = self.model(**batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.scheduler.step()
        self.progress.step += 1
        share = min(1 - self.recipe.average, 1 / self.progress.step)
        torch._foreach_lerp_(self.average, [w.detach() for w in self.weights], share)
        return float(loss.detach())

    def _next(self) -> dict[str, Any]:
        progress = self.progress
        if self._batches is None:
            rng = np.random.default_rng([self.recipe.seed, progress.epoch])
            drawn = self.encoded.subset(draw(self.encoded.kinds, rng))
            self._batches = data.batches(drawn, self.recipe.batch, rng)
            for _ in range(progress.place):
                next(self._batches)
        batch = next(self._batches, None)
        if batch is None:
            progress.epoch, progress.place, self._batches = progress.epoch + 1, 0, None
            return self._next()
        progress.place += 1
        return batch

    def save(self, path: Path) -> None:
        """All that ``resume`` needs, written so that a break leaves the old file whole."""
        import torch

        state = {
            "weights": [w.detach() for w in self.weights],
            "average": self.average,
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "progress": {name: getattr(self.progress, name) for name in Progress.__slots__},
        }
        torch.save(state, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").replace(path)

    def resume(self, path: Path) -> None:
        """Go on from what ``save`` wrote."""
        import torch

        state = torch.load(path, map_location=self.device, weights_only=True)
        with torch.no_grad():
            for mine, saved in zip(self.weights, state["weights"], strict=True):
                mine.copy_(saved)
            for mine, saved in zip(self.average, state["average"], strict=True):
                mine.copy_(saved)
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        self.progress, self._batches = Progress(**state["progress"]), None

    def averaged(self) -> AbstractContextManager[None]:
        """The model with its averaged weights, in evaluation mode, for a while."""
        from contextlib import contextmanager

        import torch

        @contextmanager
        def swapped() -> Iterator[None]:
            with torch.no_grad():
                own = [w.detach().clone() for w in self.weights]
                for weight, mean in zip(self.weights, self.average, strict=True):
                    weight.copy_(mean)
            self.model.eval()
            try:
                yield
            finally:
                with torch.no_grad():
                    for weight, old in zip(self.weights, own, strict=True):
                        weight.copy_(old)
                self.model.train()

        return swapped()


def freeze(model: Any, layers: int) -> None:
    """Hold the word embeddings and the encoder's lowest layers still."""
    bert = model.encoder.bert
    for module in (bert.embeddings, *bert.encoder.layer[:layers]):
        module.requires_grad_(False)


def mixed_precision(device: Any) -> AbstractContextManager[Any]:
    """bfloat16 where the device has instructions for it."""
    import torch

    if device.type == "cuda" and torch.cuda.is_bf16_supported():
        return torch.autocast("cuda", torch.bfloat16)
    if device.type == "cpu" and torch.cpu._is_avx512_bf16_supported():
        return torch.autocast("cpu", torch.bfloat16)
    return nullcontext()


def draw(kinds: list[str], rng: np.random.Generator) -> list[int]:
    """The rows of one epoch, each kind as often as ``MIX`` says."""
    rows: list[int] = []
    by_kind: dict[str, list[int]] = {}
    for row, kind in enumerate(kinds):
        by_kind.setdefault(kind, []).append(row)
    for kind, own in sorted(by_kind.items()):
        times = MIX.get(kind, 1.0)
        rows += own * int(times)
        rows += rng.permutation(own)[: int(len(own) * (times % 1))].tolist()
    return rows


# The stages ---------------------------------------------------------------------------


def prepared(corpora: Path, work: Path, tokenizer: Any) -> tuple[data.Encoded, list[int]]:
    """Training pairs as word pieces and the generator's ids; built once, then read."""
    listed, stored = work / "generated.json", work / "encoded.npz"
    if stored.is_file():
        return data.Encoded.load(stored), sorted(json.loads(listed.read_text()).values())
    pairs = work / "pairs.train.jsonl"
    if not pairs.is_file():
        _log("building the training pairs (about ten minutes)")
        counts = data.write_pairs(
            data.training_pairs(corpora, random.Random(0)), pairs.with_suffix(".tmp")
        )
        _log(f"pairs: {dict(counts)}")
        pairs.with_suffix(".tmp").rename(pairs)
    encoded = data.encode_pairs(data.read_pairs(pairs), tokenizer)
    if not listed.is_file():
        natural = {"reference", "wikisplit", "correspondence"}
        names = data.names_of(
            text for row in data.rows(corpora / "neus/train.jsonl") for text in row["documents"]
        )
        examples = (
            (source.tolist(), target.tolist())
            for source, target, kind in zip(
                encoded.sources, encoded.targets, encoded.kinds, strict=True
            )
            if kind in natural
        )
        vocabulary = tokenizer.get_vocab()
        ids = data.generated_pieces(examples, vocabulary, names, GENERATED)
        pieces = {place: piece for piece, place in vocabulary.items()}
        listed.write_text(json.dumps({pieces[place]: place for place in ids}, indent=0))
    ids = sorted(json.loads(listed.read_text()).values())
    encoded = data.writable(encoded, [*ids, tokenizer.token_to_id("[SEP]")])
    _log(f"pairs that can be written: {dict(Counter(encoded.kinds))}")
    encoded.save(stored)
    return encoded, ids


def held_out(corpora: Path, work: Path) -> list[data.Pair]:
    """Pairs of the validation corpora."""
    path = work / "pairs.validation.jsonl"
    if not path.is_file():
        data.write_pairs(data.validation_pairs(corpora, random.Random(1)), path)
    return [pair for pair in data.read_pairs(path) if pair.kind == "reference"]


def train(
    trainer: Trainer, work: Path, *, seconds: float, evaluate: Callable[[], dict[str, Any]]
) -> None:
    """Steps for ``seconds``; saved every 5 minutes, evaluated every 40."""
    state = work / "state.pt"
    if state.is_file():
        trainer.resume(state)
        _log(f"resumed at step {trainer.progress.step}")
    began = logged = saved = judged = time.monotonic()
    recent: list[float] = []
    try:
        while time.monotonic() - began < seconds:
            recent.append(trainer.step())
            now = time.monotonic()
            if len(recent) == 25:
                pace = (now - logged) / len(recent)
                trainer.progress.losses.append(round(float(np.mean(recent)), 4))
                _log(f"step {trainer.progress.step} loss {np.mean(recent):.3f} {pace:.2f} s a step")
                recent, logged = [], now
            if now - saved > 300:
                trainer.save(state)
                saved = now
            if now - judged > 2_400:
                _record(work, trainer, evaluate)
                judged = logged = time.monotonic()
    finally:
        trainer.save(state)
    _record(work, trainer, evaluate)


def _record(work: Path, trainer: Trainer, evaluate: Callable[[], dict[str, Any]]) -> None:
    with trainer.averaged():
        figures = {"step": trainer.progress.step, **evaluate()}
        write_checkpoint(trainer.model, work / "checkpoint")
    with (work / "log.jsonl").open("a") as file:
        file.write(json.dumps(figures) + "\n")
    _log(json.dumps(figures))


def write_checkpoint(model: Any, folder: Path) -> None:
    """Configuration, weights in float16 and the tokenizer, complete."""
    import shutil

    import torch

    half = type(model)(model.config).half()
    half.load_state_dict({k: v.to(torch.float16) for k, v in model.state_dict().items()})
    half.save_pretrained(folder)
    shutil.copy(minilm_files()[1], folder / "tokenizer.json")


def steady_memory() -> None:
    """Have freed memory kept by the process: page faults would take a third of a step."""
    with suppress(OSError, AttributeError):  # another C library: slower, no harm
        mallopt = ctypes.CDLL("libc.so.6").mallopt
        mallopt(-4, 0)  # M_MMAP_MAX
        mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD


def main(arguments: list[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m models.fusion.train")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("../fusion"))
    parser.add_argument("--hours", type=float, default=2.0)
    given = parser.parse_args(arguments)
    from models.fusion.evaluation import evaluation
    from models.fusion.fuser import Fuser, tokenizer_of
    from models.fusion.modeling import warm_started

    steady_memory()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # which saves on its way out
    given.work.mkdir(parents=True, exist_ok=True)
    weights, tokens = minilm_files()
    tokenizer = tokenizer_of(tokens)
    recipe = Recipe()
    encoded, ids = prepared(given.data, given.work, tokenizer)
    model = warm_started(
        weights, generated_ids=ids, decoder_layers=recipe.decoder_layers, seed=recipe.seed
    )
    trainer = Trainer(model, encoded, recipe)
    pairs = held_out(given.data, given.work)
    train(
        trainer,
        given.work,
        seconds=given.hours * 3_600,
        evaluate=lambda: evaluation(Fuser.of(model, tokenizer), tokenizer, pairs[:200]),
    )


def _log(line: str) -> None:
    print(time.strftime("%H:%M:%S"), line, file=sys.stdout, flush=True)


if __name__ == "__main__":
    main()
