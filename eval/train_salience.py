"""Trains the learned ranker: ``python -m eval.train_salience --work DIR [--clusters N]``.

A sentence's label is the share of its words and pairs of words (stemmed as ROUGE stems
them) that the reference holds: what it adds to ROUGE-1 and ROUGE-2 for each word it costs.
Embeddings and features are kept in DIR, 250 clusters a file, so that an interrupted run
goes on where it stopped. The first 500 clusters of the shuffled corpus are held out. The
same seed gives the same weights on the same machine.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.tokenizing import Stems, google_tokens
from models import load_encoder
from models.salience import WEIGHTS, inputs
from summarizer.cleaning import clean
from summarizer.errors import InputError
from summarizer.features import COLUMNS, Features
from summarizer.reading import document_from_text
from summarizer.records import Document, Sentence
from summarizer.redundancy import deduplicate
from summarizer.sentences import split
from summarizer.vectors import Vectors
from summarizer.words import collapse

DATA = Path("../shared/data/multinews500/train.jsonl.xz")
SHARD = 250  # clusters a file
HELD_OUT = 2  # files
PAIRS = 2.0  # weight of a pair of words against a word
LONG = 40  # words from which all sentences weigh the same

MEMBERS = 4
HIDDEN = 160
DROPOUT = 0.3
EPOCHS = 4
BATCH = 512
RATE = 2e-3
DECAY = 0.05


class Shard(NamedTuple):
    """The distinct sentences of some clusters, one after the other.

    ``matrix`` (n, columns), ``vectors`` and ``centres`` (n, dim) are what the ranker reads,
    ``labels`` (n,) in [0, 1] what it is to say, ``weights`` (n,) how much each counts.
    """

    matrix: NDArray[np.float32]
    vectors: NDArray[np.float16]
    centres: NDArray[np.float16]
    labels: NDArray[np.float32]
    weights: NDArray[np.float32]


def main(arguments: Sequence[str] | None = None) -> None:
    """Embeddings, features, training, figures on the clusters held out, weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--work", type=Path, required=True, help="folder of what is kept")
    parser.add_argument("--clusters", type=int, default=10_000, help="at most, held out included")
    parser.add_argument("--output", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    parts = parts_of(options.data)[: -(-options.clusters // SHARD)]
    shards = []
    for number, lines in enumerate(parts):
        clusters = [json.loads(line) for line in lines]
        shards.append(_shard(options.work, number, clusters))
        print(f"{number + 1} of {len(parts)}: {len(shards[-1].labels)} sentences", flush=True)
    held_out, training = joined(shards[:HELD_OUT]), joined(shards[HELD_OUT:])
    weights, figures = train(training, held_out)
    save(weights, options.output, clusters=len(parts) * SHARD)
    print(json.dumps(figures))


def parts_of(data: Path) -> list[list[str]]:
    """The clusters of a corpus as lines of JSON, shuffled by a seed, ``SHARD`` a part."""
    with lzma.open(data, "rt", encoding="utf-8") as file:
        lines = file.readlines()
    random.Random(0).shuffle(lines)
    return [lines[i : i + SHARD] for i in range(0, len(lines), SHARD)]


def _shard(work: Path, number: int, clusters: Sequence[Any]) -> Shard:
    """Computed, or read where it was computed before."""
    path = work / f"features-{number:04d}.npz"
    if not path.exists():
        documents = [clean(list(readable(cluster))).documents for cluster in clusters]
        sentences = [split(cleaned) for cleaned in documents]
        vectors = embeddings_of(work / f"train-{number:04d}.npz", sentences)
        pieces = [
            features_of(found, cleaned, array, cluster["references"][0])
            for cluster, cleaned, found, array in zip(
                clusters, documents, sentences, vectors, strict=True
            )
            if found
        ]
        _write(path, **joined(pieces)._asdict())
    with np.load(path) as arrays:
        return Shard(**arrays)


def readable(cluster: Any) -> Iterator[Document]:
    """The documents of a cluster of the corpus that hold words."""
    for place, text in enumerate(cluster["documents"], start=1):
        try:
            yield document_from_text(text, doc_id=str(place))
        except InputError:  # holds no words
            continue


def embeddings_of(path: Path, sentences: Sequence[Sequence[Sentence]]) -> list[NDArray[np.float32]]:
    """The vectors of each cluster's sentences, from the file where it is there."""
    if not path.exists():
        texts = [collapse(sentence.text) for found in sentences for sentence in found]
        _write(path, v=load_encoder("minilm").encode(texts).astype(np.float16))
    with np.load(path) as arrays:
        rows = arrays["v"].astype(np.float32)
    if len(rows) != sum(map(len, sentences)):
        raise InputError(f"{path}: made of other sentences; delete it, and it is made again.")
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return np.split(rows, np.cumsum([len(found) for found in sentences])[:-1])


def features_of(
    sentences: Sequence[Sentence],
    documents: Sequence[Document],
    array: NDArray[np.float32],
    reference: str,
) -> Shard:
    """The distinct sentences of one cluster with their labels."""
    vectors = Vectors(sentences, array)
    deduplication = deduplicate(
        sentences, vectors, semantic=True, near_threshold=0.75, semantic_threshold=0.8
    )
    features = Features(deduplication, documents, vectors)
    stems = Stems()
    told = _grams(reference, stems)
    said = [_grams(collapse(sentence.text), stems) for sentence in features.sentences]
    lengths = np.array([words.total() for words, _ in said], dtype=np.float32)
    hits = np.array(
        [(own[0] & told[0]).total() + PAIRS * (own[1] & told[1]).total() for own in said],
        dtype=np.float32,
    )
    centres = np.repeat(features.centre[None, :], len(said), axis=0)
    return Shard(
        matrix=features.matrix,
        vectors=features.vectors.astype(np.float16),
        centres=centres.astype(np.float16),
        labels=(hits / np.maximum(1, lengths) / (1 + PAIRS)).astype(np.float32),
        weights=np.minimum(lengths, LONG),
    )


def _grams(text: str, stems: Stems) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    words = [stems[token] for token in google_tokens(text)]
    return Counter(words), Counter(pairwise(words))


def joined(shards: Sequence[Shard]) -> Shard:
    """All sentences of ``shards`` in one."""
    return Shard(*(np.concatenate(arrays) for arrays in zip(*shards, strict=True)))


def train(training: Shard, held_out: Shard) -> tuple[dict[str, Any], dict[str, float]]:
    """The ensemble's weights by name, and its figures on ``held_out``.

    Each member is a perceptron of one hidden layer over two linear maps, one of the
    features, one of the meaning; AdamW, one cycle, squared error weighted by length.
    """
    import torch

    mean, scale = training.matrix.mean(axis=0), training.matrix.std(axis=0) + 1e-6
    read, unseen = _tensors(training, mean, scale), _tensors(held_out, mean, scale)
    labels = torch.from_numpy(training.labels)
    weight = torch.from_numpy(training.weights / training.weights.mean())
    members = []
    predicted = np.zeros(len(held_out.labels))
    for seed in range(MEMBERS):
        torch.manual_seed(seed)
        model = _perceptron(read[0].shape[1], read[1].shape[1])
        optimizer = torch.optim.AdamW(model.parameters(), RATE, weight_decay=DECAY)
        steps = EPOCHS * -(-len(labels) // BATCH)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
        for epoch in range(EPOCHS):
            model.train()
            total = 0.0
            for rows in torch.randperm(len(labels)).split(BATCH):  # type: ignore[no-untyped-call]
                error = model(read[0][rows], read[1][rows]) - labels[rows]
                loss = (weight[rows] * error**2).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                total += loss.item() * len(rows)
            print(f"member {seed} epoch {epoch}: loss {total / len(labels):.5f}", flush=True)
        model.eval()
        with torch.inference_mode():
            predicted += model(*unseen).numpy()
        members.append(model.state_dict())
    correlation = float(np.corrcoef(predicted, held_out.labels)[0, 1])
    weights = {key: torch.stack([member[key] for member in members]) for key in members[0]}
    weights |= {"mean": torch.from_numpy(mean), "scale": torch.from_numpy(scale)}
    return weights, {"sentences": len(labels), "correlation": round(correlation, 4)}


def _tensors(shard: Shard, mean: Any, scale: Any) -> tuple[Any, Any]:
    import torch

    features, meaning = inputs(
        shard.matrix,
        shard.vectors.astype(np.float32),
        shard.centres.astype(np.float32),
        mean=mean,
        scale=scale,
    )
    return torch.from_numpy(features), torch.from_numpy(meaning)


def _perceptron(features: int, meaning: int) -> Any:
    import torch
    from torch import nn

    class Perceptron(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.features = nn.Linear(features, HIDDEN)
            self.meaning = nn.Linear(meaning, HIDDEN)
            self.hidden = nn.Linear(2 * HIDDEN, HIDDEN)
            self.output = nn.Linear(HIDDEN, 1)
            self.gelu = nn.GELU(approximate="tanh")
            self.dropout = nn.Dropout(DROPOUT)

        def forward(self, known: torch.Tensor, meant: torch.Tensor) -> torch.Tensor:
            meant = nn.functional.dropout(meant, 0.1, self.training)
            both = torch.cat([self.features(known), self.meaning(meant)], dim=1)
            hidden = self.gelu(self.hidden(self.dropout(self.gelu(both))))
            scores: torch.Tensor = self.output(self.dropout(hidden))[:, 0]
            return scores

    return Perceptron()


def save(weights: dict[str, Any], path: Path, *, clusters: int) -> None:
    """Half precision, with what they were made for."""
    import torch
    from safetensors.torch import save_file

    metadata = {"columns": " ".join(COLUMNS), "encoder": "minilm", "clusters": str(clusters)}
    halves = {name: tensor.to(torch.float16).contiguous() for name, tensor in weights.items()}
    save_file(halves, path, metadata=metadata)


def _write(path: Path, **arrays: NDArray[Any]) -> None:
    """Whole or not at all."""
    aside = path.with_suffix(".tmp.npz")
    np.savez(aside, **arrays)  # type: ignore[arg-type]
    aside.replace(path)


if __name__ == "__main__":
    main()
