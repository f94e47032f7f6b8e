"""Trains what the learned ranker knows of words: ``python -m eval.train_words --work DIR``.

After ``eval.train_salience``, with the same DIR and corpus. A copy of a word (its first,
its second, ...) is to be told from the others if the reference holds it, by logistic
regression of a small perceptron; so is a copy of a pair of neighbouring words. What is
known of each word by itself is counted in all clusters but those held out, and where a
cluster is trained on, without that cluster. The same seed gives the same weights on the
same machine.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cached_property, partial
from hashlib import sha256
from itertools import chain, pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from eval.train_salience import DATA, HELD_OUT, SHARD, embeddings_of, parts_of, readable
from models import load_salience
from models.salience import WEIGHTS as SENTENCES
from models.salience.words import LAYERS, WEIGHTS, inputs, likely_of, logarithms
from summarizer.cleaning import clean
from summarizer.decoding import unescaped
from summarizer.features import Features
from summarizer.overlap import Grams, pairs_of, words_of
from summarizer.redundancy import deduplicate
from summarizer.sentences import split
from summarizer.vectors import Vectors
from summarizer.words import stem_of, tokens

SEEN = 5  # clusters whose documents hold a stem, from which it has numbers of its own
MEAN = 20  # clusters that the mean of all stems counts for
MEMBERS = 2
HIDDEN = 128
DROPOUT = 0.1
EPOCHS = 6
BATCH = 2048
RATE = 4e-3
DECAY = 0.01

Array = NDArray[np.float32]


class Counts:
    """How often summaries hold a word that documents hold, by clusters and by copies."""

    def __init__(self) -> None:
        self.documents, self.summaries = Counter[str](), Counter[str]()  # clusters
        self.said, self.told = Counter[str](), Counter[str]()  # copies

    def add(self, said: Counter[str], told: Counter[str]) -> None:
        """Count one cluster: the copies in its documents and in its summary."""
        self.documents.update(said.keys())
        self.summaries.update(said.keys() & told.keys())
        self.said.update(said)
        self.told.update({stem: told[stem] for stem in said.keys() & told.keys()})

    def known(
        self,
        stems: Sequence[str],
        *,
        said: Mapping[str, int] = MappingProxyType({}),
        told: Mapping[str, int] = MappingProxyType({}),
    ) -> Array:
        """Shape (len(stems), 3), less the cluster of ``said`` and ``told``; see ``_rows``."""
        here = np.array([stem in said for stem in stems], dtype=np.float64)
        both = np.array([stem in said and stem in told for stem in stems], dtype=np.float64)
        own = np.array([said.get(stem, 0) for stem in stems], dtype=np.float64)
        shared = both * [told.get(stem, 0) for stem in stems]
        documents, summaries, copies, kept = self._of(stems)
        return self._rows(documents - here, summaries - both, copies - own, kept - shared)

    def table(self) -> tuple[list[str], Array]:
        """The stems seen often enough, and their rows; the last row is of all others."""
        stems = sorted(stem for stem, n in self.documents.items() if n >= SEEN)
        return stems, self.known([*stems, ""])  # no stem is empty

    def _of(self, stems: Sequence[str]) -> list[NDArray[np.float64]]:
        counters = (self.documents, self.summaries, self.said, self.told)
        return [np.array([c[stem] for stem in stems], dtype=np.float64) for c in counters]

    @cached_property
    def _means(self) -> tuple[float, float]:
        """Over all stems, once all clusters are counted."""
        return (
            self.summaries.total() / self.documents.total(),
            self.told.total() / self.said.total(),
        )

    def _rows(
        self,
        documents: NDArray[np.float64],
        summaries: NDArray[np.float64],
        copies: NDArray[np.float64],
        kept: NDArray[np.float64],
    ) -> Array:
        """The share of clusters and of copies, each with ``MEAN`` of the mean, and log n."""
        rare = documents < SEEN
        documents, summaries = np.where(rare, 0, documents), np.where(rare, 0, summaries)
        copies, kept = np.where(rare, 0, copies), np.where(rare, 0, kept)
        likely, share = self._means
        columns = [
            (summaries + MEAN * likely) / (documents + MEAN),
            (kept + MEAN * share) / (copies + MEAN),
            np.log1p(documents),
        ]
        return np.stack(columns, axis=1).astype(np.float32)


class Cluster(NamedTuple):
    """What is read of one cluster, and the stems of what its documents and summary say.

    ``scores``, shape (n,), are the sentence ranker's.
    """

    features: Features
    scores: NDArray[np.float64]
    said: Counter[str]
    told: Counter[str]
    told_pairs: Counter[str]


def main(arguments: Sequence[str] | None = None) -> None:
    """Counts, clusters, training of words, then of pairs, weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--work", type=Path, required=True, help="folder of what is kept")
    parser.add_argument(
        "--clusters", type=int, default=3_500, help="the last of the corpus, unseen by the other"
    )
    parser.add_argument("--output", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    parts = parts_of(options.data)
    first = max(HELD_OUT, len(parts) - options.clusters // SHARD)
    used = [*range(HELD_OUT), *range(first, len(parts))]
    counts = Counts()
    for line in chain.from_iterable(parts[HELD_OUT:]):
        said, told = _spoken(json.loads(line))
        counts.add(Counter(said), Counter(told))
    print(f"{len(counts.documents)} stems counted", flush=True)
    tasks = [(options.work, number, parts[number]) for number in used]
    clusters: list[list[Cluster]] = []
    with ProcessPoolExecutor() as pool:
        for number, shard in zip(used, pool.map(_shard, tasks), strict=True):
            clusters.append(shard)
            print(f"shard {number} read", flush=True)
    held_out = [cluster for shard in clusters[:HELD_OUT] for cluster in shard]
    training = [cluster for shard in clusters[HELD_OUT:] for cluster in shard]
    weights, columns = train(training, held_out, counts)
    stems, known = counts.table()
    weights = {
        name: array if name.endswith(("mean", "scale")) else array.astype(np.float16)
        for name, array in weights.items()
    }
    weights |= {
        "stems": np.frombuffer("\n".join(stems).encode(), dtype=np.uint8),
        "known": known.astype(np.float16),
    }
    metadata = {kind: " ".join(names) for kind, names in columns.items()}
    metadata["sentences"] = sha256(SENTENCES.read_bytes()).hexdigest()
    save_file(weights, options.output, metadata=metadata)
    options.output.chmod(0o644)


def _shard(task: tuple[Path, int, Sequence[str]]) -> list[Cluster]:
    """The clusters of one shard, in another process."""
    work, number, lines = task
    rows = [json.loads(line) for line in lines]
    documents = [clean(list(readable(row))).documents for row in rows]
    sentences = [split(cleaned) for cleaned in documents]
    arrays = embeddings_of(work / f"train-{number:04d}.npz", sentences)
    model = load_salience()
    clusters = []
    for row, cleaned, found, array in zip(rows, documents, sentences, arrays, strict=True):
        if not found:
            continue
        vectors = Vectors(found, array)
        deduplication = deduplicate(
            found, vectors, semantic=True, near_threshold=0.75, semantic_threshold=0.8
        )
        features = Features(deduplication, cleaned, vectors)
        centre = features.centre.astype(np.float32)
        scores = model.scores(features.matrix, features.vectors, centre)
        said, told = _spoken(row)
        pairs = Counter(" ".join(pair) for pair in pairwise(told))
        clusters.append(Cluster(features, scores, Counter(said), Counter(told), pairs))
    return clusters


def _spoken(cluster: Any) -> tuple[list[str], list[str]]:
    """The stems of the documents, and of the summary, in order."""
    said = [stem_of(word) for document in readable(cluster) for word in tokens(document.text)]
    return said, [stem_of(word) for word in tokens(unescaped(cluster["references"][0]))]


def train(
    training: Sequence[Cluster], held_out: Sequence[Cluster], counts: Counts
) -> tuple[dict[str, NDArray[Any]], dict[str, tuple[str, ...]]]:
    """The weights by name, and the columns of each kind."""
    weights: dict[str, NDArray[Any]] = {}
    columns: dict[str, tuple[str, ...]] = {}
    sets = (training, held_out)
    known: list[list[Callable[[Sequence[str]], Array]]] = [
        [partial(counts.known, said=c.said, told=c.told) for c in training],
        [counts.known for _ in held_out],  # were not counted
    ]
    words = [
        [words_of(c.features, c.scores, k) for c, k in zip(part, knowns, strict=True)]
        for part, knowns in zip(sets, known, strict=True)
    ]
    columns["words"] = words[0][0].columns
    labels = [
        np.concatenate([_held(g, c.told) for g, c in zip(grams, part, strict=True)])
        for grams, part in zip(words, sets, strict=True)
    ]
    nets = fit("words", [_joined(grams) for grams in words], labels)
    weights |= {f"words.{name}": array for name, array in nets.items()}
    pairs = [
        [
            pairs_of(c.features, c.scores, g, likely_of(nets, g.matrix))
            for c, g in zip(part, grams, strict=True)
        ]
        for part, grams in zip(sets, words, strict=True)
    ]
    columns["pairs"] = pairs[0][0].columns
    labels = [
        np.concatenate([_held(g, c.told_pairs) for g, c in zip(grams, part, strict=True)])
        for grams, part in zip(pairs, sets, strict=True)
    ]
    nets = fit("pairs", [_joined(grams) for grams in pairs], labels)
    return weights | {f"pairs.{name}": array for name, array in nets.items()}, columns


def _held(grams: Grams, told: Counter[str]) -> Array:
    """1 for each copy that the summary holds, 0 for the others."""
    often = np.array([told[name] for name in grams.names], dtype=np.intp)
    return (often[grams.gram] >= grams.nth).astype(np.float32)


def _joined(grams: Sequence[Grams]) -> Array:
    return np.concatenate([g.matrix for g in grams])


def fit(kind: str, matrices: Sequence[Array], labels: Sequence[Array]) -> dict[str, Array]:
    """The ensemble of one kind: logistic regression, AdamW, one cycle.

    ``matrices`` and ``labels`` are of the training and of the held-out clusters; prints
    the mean negative log-likelihood of the latter.
    """
    import torch

    rows = logarithms(matrices[0])
    mean, scale = rows.mean(axis=0, dtype=np.float64), rows.std(axis=0, dtype=np.float64) + 1e-6
    norm = {"mean": mean.astype(np.float32), "scale": scale.astype(np.float32)}
    read = torch.from_numpy(inputs(matrices[0], mean=norm["mean"], scale=norm["scale"]))
    target = torch.from_numpy(labels[0])
    members = []
    for seed in range(MEMBERS):
        torch.manual_seed(seed)
        model = _perceptron(read.shape[1])
        optimizer = torch.optim.AdamW(model.parameters(), RATE, weight_decay=DECAY)
        steps = EPOCHS * -(-len(target) // BATCH)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
        loss_of = torch.nn.BCEWithLogitsLoss()
        for _ in range(EPOCHS):
            for batch in torch.randperm(len(target)).split(BATCH):  # type: ignore[no-untyped-call]
                loss = loss_of(model(read[batch])[:, 0], target[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
        members.append([p.detach().numpy() for p in model.parameters()])
    weights = norm | {
        f"{layer}.{part}": np.stack([member[2 * layer + i] for member in members])
        for layer in LAYERS
        for i, part in enumerate(("weight", "bias"))
    }
    likely = likely_of(weights, matrices[1])
    truth = labels[1] == 1
    loss = -np.log(np.where(truth, likely, 1 - likely)).mean()
    print(f"{kind}: {len(target)} copies, held-out loss {loss:.4f}", flush=True)
    return weights


def _perceptron(columns: int) -> Any:
    from torch import nn

    return nn.Sequential(
        nn.Linear(columns, HIDDEN),
        nn.GELU(approximate="tanh"),
        nn.Dropout(DROPOUT),
        nn.Linear(HIDDEN, HIDDEN),
        nn.GELU(approximate="tanh"),
        nn.Dropout(DROPOUT),
        nn.Linear(HIDDEN, 1),
    )


if __name__ == "__main__":
    main()
