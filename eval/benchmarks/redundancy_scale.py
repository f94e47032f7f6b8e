"""What redundancy removal costs as sentences grow, and what its index loses.

    python -m eval.benchmarks.redundancy_scale --cache vectors.npz

Real sentences: the clusters of a file of news, cleaned and split, put together until
they are as many as asked for. Their vectors are computed once and kept in ``--cache``
(its ``rows`` say which lines of the file, ``n`` how many sentences of each, ``v`` the
vectors). Each size runs in a process of its own. Printed are the seconds and the peak
memory of ``deduplicate``, the exponent of growth, and the share of similar pairs
found at the size of ``--recall``, against a comparison of all pairs.
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import multiprocessing
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.pairs import DATA
from models import load_encoder
from summarizer import neighbours
from summarizer.cleaning import clean
from summarizer.config import Config
from summarizer.errors import InputError
from summarizer.neighbours import BLOCK, Neighbours
from summarizer.reading import document_from_text
from summarizer.records import Document, Sentence
from summarizer.redundancy import deduplicate
from summarizer.sentences import split
from summarizer.vectors import Vectors
from summarizer.words import collapse, content_words

SIZES = (10_000, 20_000, 40_000, 80_000, 160_000)
TRAIN = DATA.with_name("train.jsonl.xz")


class Run(NamedTuple):
    """Seconds on the clock and of the processor, megabytes at most, and what came out."""

    seconds: float
    processor: float
    megabytes: float
    kept: int
    differences: int


def sentences_of(row: int, texts: list[str]) -> list[Sentence]:
    """The sentences of one cluster, as the pipeline reads them."""
    documents: list[Document] = []
    for number, text in enumerate(texts, start=1):
        try:
            documents.append(document_from_text(text, doc_id=f"{row}-{number}"))
        except InputError:
            continue
    return list(split(clean(documents).documents)) if documents else []


def read(data: Path, cache: Path, size: int) -> tuple[list[Sentence], NDArray[np.float32]]:
    """The first ``size`` sentences of the cache's clusters, and their vectors."""
    with np.load(cache) as held:
        rows, counts, vectors = held["rows"], held["n"], held["v"][:size]
    with lzma.open(data, "rt", encoding="utf-8") as lines:
        wanted = set(rows[: int(np.searchsorted(np.cumsum(counts), size)) + 1].tolist())
        texts = {
            row: json.loads(line)["documents"] for row, line in enumerate(lines) if row in wanted
        }
    found: list[Sentence] = []
    for row, count in zip(rows.tolist(), counts.tolist(), strict=True):
        if len(found) >= size:
            break
        some = sentences_of(row, texts[row])
        if len(some) != count:
            raise SystemExit(f"{cache} was made by another cleaning or splitting: make it anew.")
        found += some
    array = vectors.astype(np.float32)
    array /= np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-9)
    return found[:size], array


def encode(data: Path, cache: Path, size: int) -> None:
    """Writes the cache; prints how long the encoder took."""
    counts: list[int] = []
    texts: list[str] = []
    with lzma.open(data, "rt", encoding="utf-8") as lines:
        for row, line in enumerate(lines):
            some = sentences_of(row, json.loads(line)["documents"])
            counts.append(len(some))
            texts += [collapse(sentence.text) for sentence in some]
            if len(texts) >= size:
                break
    start = time.perf_counter()
    vectors = load_encoder("minilm").encode(texts)
    print(f"Embeddings of {len(texts):,} sentences: {time.perf_counter() - start:.0f} s")
    np.savez(cache, v=vectors.astype(np.float16), n=counts, rows=np.arange(len(counts)))


def measure(data: Path, cache: Path, size: int) -> Run:
    """One run of ``deduplicate``."""
    config = Config()
    found, array = read(data, cache, size)
    vectors = Vectors(found, array)
    start, processor = time.perf_counter(), time.process_time()
    result = deduplicate(
        found,
        vectors,
        semantic=True,
        near_threshold=config.near_threshold,
        semantic_threshold=config.semantic_threshold,
    )
    return Run(
        seconds=time.perf_counter() - start,
        processor=time.process_time() - processor,
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        kept=len(result.kept),
        differences=len(result.differences),
    )


def recall(data: Path, cache: Path, size: int) -> tuple[int, int]:
    """How many pairs of distinct sentences are similar, and how many of them are found."""
    found, array = read(data, cache, size)
    first = dict(reversed([(sentence.text, place) for place, sentence in enumerate(found)]))
    distinct = np.array(sorted(first.values()))
    words = [content_words(found[place].text) for place in distinct]
    every = np.arange(len(distinct))
    with patch.object(neighbours, "EXACT", len(distinct)):
        exact = set(_pairs(words, array[distinct], every))
    alike = np.flatnonzero(_neighbours(words, array[distinct]).alike())
    likely = set(_pairs([words[place] for place in alike], array[distinct][alike], alike))
    return len(exact), len(exact & likely)


def _pairs(
    words: list[list[str]], array: NDArray[np.float32], names: NDArray[np.intp]
) -> Iterator[tuple[int, int]]:
    finder = _neighbours(words, array)
    everyone = np.arange(len(words))
    for top in range(0, len(words), BLOCK):
        pairs = finder.pairs(everyone[top : top + BLOCK], np.ones(len(words), dtype=bool))
        yield from zip(names[pairs.rows].tolist(), names[pairs.columns].tolist(), strict=True)


def _neighbours(words: list[list[str]], array: NDArray[np.float32]) -> Neighbours:
    config = Config()
    return Neighbours(words, array, config.near_threshold, config.semantic_threshold)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=TRAIN)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--recall", type=int, default=20_000)
    options = parser.parse_args()
    if not options.cache.is_file():
        encode(options.data, options.cache, max(*options.sizes, options.recall))
    # A process for each, so that its peak of memory is its own.
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        same, found = pool.apply(recall, (options.data, options.cache, options.recall))
        print(f"{options.recall:,} sentences: {found:,} of {same:,} pairs, {found / same:.4f}")
        print("sentences   seconds  processor  megabytes     kept  differences")
        runs = []
        for size in options.sizes:
            run = pool.apply(measure, (options.data, options.cache, size))
            runs.append(run)
            print(
                f"{size:9,}{run.seconds:10.1f}{run.processor:11.1f}{run.megabytes:11,.0f}"
                f"{run.kept:9,}{run.differences:13,}",
                flush=True,
            )
    if len(runs) > 1:
        for name in ("seconds", "processor"):
            logs = np.log([getattr(run, name) for run in runs])
            slope = np.polyfit([math.log(size) for size in options.sizes], logs, 1)[0]
            print(f"Exponent of {name}: {slope:.2f}")


if __name__ == "__main__":
    main()
