"""How many times as fast as Google's rouge_score our ROUGE is, in one process.

    python -m eval.benchmarks.rouge_speed

ROUGE-1, 2, L and Lsum with stemming, of the first 230 words of news clusters
against their human summaries. The two take turns within one run, and the figure is the
median of the ratios, since a busy machine makes single times worthless. "Cold"
is a new scorer that has seen no word yet, "warm" the same on its second pass.
Needs the test dependencies.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from eval.benchmarks.pairs import DATA, by_lines, lead, read_clusters
from eval.rouge import Rouge
from summarizer.errors import InputError

METRICS = ("rouge1", "rouge2", "rougeL", "rougeLsum")
WORDS = 230


class Run(NamedTuple):
    """Processor time of each, in milliseconds a pair."""

    other: float
    cold: float
    warm: float


def measure(pairs: list[tuple[str, str]]) -> Run:
    """One run of both, taking turns."""
    from rouge_score.rouge_scorer import RougeScorer

    candidates = [candidate for candidate, _ in pairs]
    references = [reference for _, reference in pairs]
    ours, theirs = Rouge(METRICS, stemmer=True), RougeScorer(METRICS, use_stemmer=True)

    def score_ours() -> None:
        ours.score_many(candidates, references)

    def score_theirs() -> None:
        for candidate, reference in pairs:
            theirs.score(reference, candidate)

    cold, other, warm = (_seconds(work) for work in (score_ours, score_theirs, score_ours))
    each = 1000 / len(pairs)
    return Run(other=other * each, cold=cold * each, warm=warm * each)


def _seconds(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 2 where the data is missing."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA, help="clusters, .jsonl.xz")
    parser.add_argument("--pairs", type=int, default=300, help="in each run")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        clusters = read_clusters(options.data)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    pairs = [(lead(documents, WORDS), by_lines(reference)) for documents, reference in clusters]
    chance = random.Random(options.seed)
    runs = []
    for number in range(1, options.runs + 1):
        run = measure(chance.sample(pairs, min(options.pairs, len(pairs))))
        runs.append(run)
        print(
            f"run {number}: rouge_score {run.other:6.2f} ms a pair, "
            f"cold {run.cold:5.2f} ({run.other / run.cold:.1f} times as fast), "
            f"warm {run.warm:5.2f} ({run.other / run.warm:.1f} times)",
            flush=True,
        )
    cold = statistics.median(run.other / run.cold for run in runs)
    warm = statistics.median(run.other / run.warm for run in runs)
    whole = Rouge(METRICS, stemmer=True)
    start = time.perf_counter()
    whole.score_many([text for text, _ in pairs], [reference for _, reference in pairs])
    print(f"all {len(pairs):,} pairs, cold: {time.perf_counter() - start:.1f} s of wall clock")
    print(
        f"median ratio of {len(runs)} runs of {options.pairs} pairs: "
        f"{cold:.1f} cold, {warm:.1f} warm"
    )
    print(whole.signature)
    return 0


if __name__ == "__main__":
    sys.exit(main())
