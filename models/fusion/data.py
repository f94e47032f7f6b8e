"""The training pairs: read from the corpora, filtered, turned into word pieces, batched."""

from __future__ import annotations

import json
import lzma
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.fusion.alignment import (
    TELLING,
    Unit,
    align,
    aligned_pairs,
    fit_source,
    fit_target,
    split_sentences,
    units_of,
)
from models.fusion.synthetic import made_from, with_others
from summarizer.errors import InputError
from summarizer.omissions import omissions
from summarizer.words import collapse, fold

MAX_SOURCE = 112  # word pieces, [CLS] and [SEP] included
MAX_TARGET = 48
MAX_MASKED = 0.1  # of a target's pieces that the model cannot write

# Lengths of the target asked for, as shares of the main source's pieces: "up to".
LENGTHS = (0.55, 0.8, 0.97, 1.1)

Array = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Sentences, the main one first, and one sentence that says what they say."""

    kind: str
    sources: tuple[str, ...]
    target: str


# Corpora ------------------------------------------------------------------------------


CHECKED = frozenset("reference wikisplit correspondence compress join union".split())


def training_pairs(data: Path, rng: random.Random) -> Iterator[Pair]:
    """The pairs of the training corpora; see the model card for the counts.

    Of the kinds that leave words out, only those where what goes may go: what the guard
    would refuse is not to be learnt.
    """
    for pair in _all_pairs(data, rng):
        if pair.kind not in CHECKED or not omissions(pair.target, pair.sources):
            yield pair


def _all_pairs(data: Path, rng: random.Random) -> Iterator[Pair]:
    yield from cluster_pairs(rows(data / "multinews500/train.jsonl.xz"), rng, synthetic=True)
    yield from cluster_pairs(rows(data / "neus/train.jsonl"), rng, synthetic=True)
    for part in ("tune", "validation"):
        yield from fused_pairs(rows(data / f"wikisplit/{part}.jsonl.xz"), "wikisplit")
    points = data / "sentence_fusion/points_of_correspondence.jsonl"
    yield from fused_pairs(rows(points), "correspondence")


def validation_pairs(data: Path, rng: random.Random) -> Iterator[Pair]:
    """Pairs aligned from summaries that training does not read."""
    for path in ("multinews500/validation.jsonl.xz", "neus/validation.jsonl"):
        yield from cluster_pairs(rows(data / path), rng, synthetic=False)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file, plain or compressed. Raises InputError where it is absent."""
    if not path.is_file():
        raise InputError(f"{path} is not there. Training reads the corpora that README.md names.")
    with lzma.open(path, "rt") if path.suffix == ".xz" else path.open() as lines:
        for line in lines:
            yield json.loads(line)


def cluster_pairs(
    clusters: Iterable[Mapping[str, Any]], rng: random.Random, *, synthetic: bool
) -> Iterator[Pair]:
    """Pairs from summaries and, if wanted, made from the articles' sentences."""
    for cluster in clusters:
        documents = cluster["documents"]
        relevant = cluster.get("relevant") or range(len(documents))
        units = units_of([documents[place] for place in relevant])
        for reference in cluster["references"]:
            for sources, target in aligned_pairs(units, reference):
                texts = [unit.text for unit in sources]
                kind = "reference"
                if fold(target.text) in {fold(text) for text in texts}:
                    kind = "verbatim"
                if len(texts) == 1 and rng.random() < 0.5:
                    texts = with_others(texts, target.text, units, rng)
                yield Pair(kind=kind, sources=tuple(texts), target=target.text)
        if not synthetic:
            continue
        for unit in units:
            for kind, texts, target_text in made_from(unit, rng):
                if kind != "copy" and rng.random() < 0.4:
                    texts = with_others(texts, target_text, units, rng)
                yield Pair(kind=kind, sources=tuple(texts), target=target_text)


def fused_pairs(examples: Iterable[Mapping[str, Any]], kind: str) -> Iterator[Pair]:
    """Pairs of corpora of sentence fusion, as far as the sources say the target."""
    for example in examples:
        texts = [_untokenised(text) for text in example["sources"]]
        target = _untokenised(example["fused"])
        units = [Unit(text, place) for place, text in enumerate(texts)]
        aligned = align(Unit(target), units)
        if aligned is None or not fit_target(target) or not all(map(fit_source, units)):
            continue
        yield Pair(kind=kind, sources=tuple(texts), target=target)


def _untokenised(text: str) -> str:
    text = re.sub(r"\s+([,.;:!?)%])", r"\1", re.sub(r"``|''", '"', text))
    return collapse(re.sub(r" ('s|n't|'re|'ve|'ll|'d)\b", r"\1", text))


def write_pairs(pairs: Iterable[Pair], path: Path) -> Counter[str]:
    """The pairs as JSONL, no target twice with the same main source; counts by kind."""
    counts: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        for pair in pairs:
            key = (pair.sources[0], pair.target)
            if key in seen:
                continue
            seen.add(key)
            counts[pair.kind] += 1
            file.write(json.dumps(asdict(pair), ensure_ascii=False) + "\n")
    return counts


def read_pairs(path: Path) -> list[Pair]:
    """What ``write_pairs`` wrote."""
    with path.open() as file:
        return [
            Pair(kind=row["kind"], sources=tuple(row["sources"]), target=row["target"])
            for row in map(json.loads, file)
        ]


# Word pieces --------------------------------------------------------------------------

_CLOSED = """a an the this that these those of in on at by for from with to into onto as about
 between among through during since until while when where who which whose whom what how why
 because although though if than then so and or but also both either each other another such
 be is are was were been being am has have had having do does did done doing will would can could
 it its they them their there here one ones own same too very just still already again
 say says said saying told tell tells asked added according after including , . ; : ' s ( ) - " —
 ##s ##ed ##ing ##d ##es ##er ##ly ##t""".split()
_NUMBER_WORDS = """zero one two three four five six seven eight nine ten eleven twelve thirteen
 fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy
 eighty ninety hundred thousand million billion trillion dozen first second third fourth fifth half
 double twice once couple pair january february march april june july august september october
 november december jan feb mar apr aug sept oct nov dec monday tuesday wednesday thursday friday
 saturday sunday today yesterday tomorrow least""".split()


def generated_pieces(
    examples: Iterable[tuple[Sequence[int], Sequence[int]]],
    vocabulary: Mapping[str, int],
    names: frozenset[str],
    size: int,
) -> list[int]:
    """Ids of the word pieces that the model may write without a source.

    Function words and punctuation, then the whole words that targets most often have
    and their sources lack, less all that could state a fact by itself: numbers, dates,
    negations, persons' pronouns and ``names`` (lower case).
    """
    barred = {*_NUMBER_WORDS, *TELLING, *names, "nt", "cannot", "t"} - {"after", "over"}
    chosen = [vocabulary[piece] for piece in _CLOSED if piece in vocabulary and piece != "one"]
    words = {place: piece for piece, place in vocabulary.items()}
    counts: Counter[int] = Counter()
    for source, target in examples:
        counts.update(set(target) - set(source))
    for place, count in counts.most_common():
        piece = words[place]
        if len(chosen) >= size or count < 3:
            break
        if place not in chosen and piece.isalpha() and len(piece) > 2 and piece not in barred:
            chosen.append(place)
    return sorted(set(chosen))


def names_of(texts: Iterable[str]) -> frozenset[str]:
    """Words that cased texts write with a capital, mostly, within a sentence; lower case."""
    upper: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for text in texts:
        for sentence in split_sentences(text):
            for word in re.findall(r"(?<=[a-z,] )[A-Za-z]+", sentence):
                total[word.lower()] += 1
                upper[word.lower()] += word[0].isupper()
    return frozenset(word for word, count in total.items() if upper[word] * 3 > count)


class Encoded:
    """Pairs as word pieces: rows of two ragged arrays, and the length asked for."""

    def __init__(
        self, sources: list[Array], targets: list[Array], lengths: list[int], kinds: list[str]
    ) -> None:
        self.sources, self.targets, self.lengths, self.kinds = sources, targets, lengths, kinds

    def __len__(self) -> int:
        return len(self.sources)

    def save(self, path: Path) -> None:
        """Everything in one small file, for ``load``."""
        arrays: dict[str, Any] = {"lengths": self.lengths, "kinds": self.kinds}
        for name, rows in (("sources", self.sources), ("targets", self.targets)):
            arrays[name] = np.concatenate(rows).astype(np.uint16)
            arrays[f"{name}_sizes"] = np.array([len(row) for row in rows], dtype=np.uint8)
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> Encoded:
        """What ``save`` wrote."""
        with np.load(path) as file:
            sources, targets = (
                np.split(
                    file[name].astype(np.int64),
                    np.cumsum(file[f"{name}_sizes"], dtype=np.int64)[:-1],
                )
                for name in ("sources", "targets")
            )
            return cls(sources, targets, file["lengths"].tolist(), file["kinds"].tolist())

    def subset(self, rows: Sequence[int]) -> Encoded:
        """The rows named, in that order."""
        return Encoded(
            [self.sources[row] for row in rows],
            [self.targets[row] for row in rows],
            [self.lengths[row] for row in rows],
            [self.kinds[row] for row in rows],
        )


def joined(texts: Sequence[Sequence[int]], start: int, end: int) -> list[int]:
    """[CLS] first [SEP] second [SEP] ...: those that fit, the first cut if need be."""
    ids = [start]
    for place, pieces in enumerate(texts):
        pieces = pieces if place else pieces[: MAX_SOURCE - 2]
        if len(ids) + len(pieces) + 1 <= MAX_SOURCE:
            ids += [*pieces, end]
    return ids


def source_ids(tokenizer: Any, texts: Sequence[str]) -> list[int]:
    """What the model reads of some sentences, the main one first."""
    encodings = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    start, end = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    return joined([encoding.ids for encoding in encodings], start, end)


def length_asked(target: int, main: int) -> int:
    """The place in ``LENGTHS`` of a target of so many pieces for such a main source."""
    return int(np.searchsorted(LENGTHS, target / max(main, 1)))


def encode_pairs(pairs: Sequence[Pair], tokenizer: Any) -> Encoded:
    """The pairs that fit, the target ending with [SEP]."""
    texts = sorted({text for pair in pairs for text in (*pair.sources, pair.target)})
    pieces: dict[str, list[int]] = {}
    for start in range(0, len(texts), 4_096):  # what the tokenizer returns is bulky
        block = texts[start : start + 4_096]
        encodings = tokenizer.encode_batch(block, add_special_tokens=False)
        pieces.update((text, found.ids) for text, found in zip(block, encodings, strict=True))
    start_id, end_id = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    encoded = Encoded([], [], [], [])
    for pair in pairs:
        main, target = pieces[pair.sources[0]][: MAX_SOURCE - 2], pieces[pair.target]
        if len(target) >= MAX_TARGET or len(main) < 4:
            continue
        source = joined([pieces[text] for text in pair.sources], start_id, end_id)
        encoded.sources.append(np.array(source))
        encoded.targets.append(np.array([*target, end_id]))
        encoded.lengths.append(length_asked(len(target), len(main)))
        encoded.kinds.append(pair.kind)
    return encoded


def writable(encoded: Encoded, generated: Sequence[int]) -> Encoded:
    """The pairs whose targets are, but for a tenth, copied or among ``generated``."""
    able = set(generated)
    kept = [
        row
        for row, (source, target) in enumerate(zip(encoded.sources, encoded.targets, strict=True))
        if sum(piece not in able for piece in set(target.tolist()) - set(source.tolist()))
        <= MAX_MASKED * len(target)
    ]
    return encoded.subset(kept)


def batches(
    encoded: Encoded, size: int, rng: np.random.Generator, *, pad: int = 0
) -> Iterator[dict[str, Array]]:
    """One epoch: batches of similar lengths, in random order.

    Shapes are rounded up (sources to 16, targets to 8), so that memory is reused.
    """
    order = rng.permutation(len(encoded))
    groups = []
    for start in range(0, len(order), size * 64):
        pool = sorted(
            order[start : start + size * 64],
            key=lambda row: (len(encoded.sources[row]) // 8, len(encoded.targets[row])),
        )
        groups += [pool[place : place + size] for place in range(0, len(pool), size)]
    for group in rng.permutation(len(groups)):
        yield collate(encoded.subset(groups[group]), pad=pad)


def collate(encoded: Encoded, *, pad: int = 0) -> dict[str, Array]:
    """Padded arrays: input_ids, attention_mask, labels (-100 behind the end), length."""
    wide = -(-max(map(len, encoded.sources)) // 16) * 16
    long = -(-max(map(len, encoded.targets)) // 8) * 8
    ids = np.full((len(encoded), wide), pad, dtype=np.int64)
    labels = np.full((len(encoded), long), -100, dtype=np.int64)
    for row, (source, target) in enumerate(zip(encoded.sources, encoded.targets, strict=True)):
        ids[row, : len(source)] = source
        labels[row, : len(target)] = target
    return {
        "input_ids": ids,
        "attention_mask": (ids != pad).astype(np.int64),
        "labels": labels,
        "length": np.array(encoded.lengths),
    }
