"""Pairs of real texts to measure the harness on: news summaries and what might stand for them."""

from __future__ import annotations

import json
import lzma
import random
import re
from pathlib import Path

from eval.tokenizing import first_words
from summarizer.errors import InputError

DATA = Path(__file__).parents[3] / "shared" / "data" / "multinews500" / "validation.jsonl.xz"

_AFTER_SENTENCE = re.compile(r"(?<=[.?!])\s+")


def read_clusters(path: Path) -> list[tuple[list[str], str]]:
    """The documents and first reference of each cluster of a .jsonl.xz file.

    Raises InputError where the file is not there.
    """
    if not path.is_file():
        raise InputError(
            f"no such file: {path}. Give --data a .jsonl.xz file with a cluster a line: "
            '{"documents": [...], "references": [...]}'
        )
    clusters = []
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            cluster = json.loads(line)
            clusters.append((cluster["documents"], cluster["references"][0]))
    return clusters


def lead(documents: list[str], words: int) -> str:
    """The first words of the documents, a sentence a line."""
    return by_lines(first_words("\n".join(documents), words))


def by_lines(text: str) -> str:
    """The text with each sentence on a line of its own, roughly.

    A plain rule, so that no change to the summarizer's splitter changes what is measured.
    """
    return _AFTER_SENTENCE.sub("\n", text)


def random_pairs(
    clusters: list[tuple[list[str], str]], count: int, *, longest: int, seed: int
) -> list[tuple[str, str]]:
    """Candidates and references: leads of 1 to ``longest`` words, and now and then a summary.

    Half of the references are of the candidate's own cluster, half of any.
    """
    chance = random.Random(seed)
    pairs = []
    for _ in range(count):
        documents, reference = chance.choice(clusters)
        own = chance.random() < 0.5
        other = reference if own else chance.choice(clusters)[1]
        words = chance.randint(1, longest)
        if chance.random() < 0.1:
            candidate = by_lines(chance.choice(clusters)[1])
        else:
            candidate = lead(documents, words)
        pairs.append((candidate, by_lines(other)))
    return pairs
