"""The largest difference between our ROUGE and Google's rouge_score, by metric.

    python -m eval.benchmarks.rouge_parity --pairs 10000 --processes 2

Random pairs of real texts, then hard cases of our own, then text by hypothesis;
each with and without stemming. Fails where a difference is above 1e-9.
Needs the test dependencies.
"""

from __future__ import annotations

import argparse
import random
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from eval.benchmarks.pairs import DATA, random_pairs, read_clusters
from eval.rouge import Rouge
from summarizer.errors import InputError

METRICS = ("rouge1", "rouge2", "rouge3", "rouge4", "rouge9", "rougeL", "rougeLsum")
LARGEST = 1e-9

Pairs = list[tuple[str, str]]


def differences(pairs: Pairs, stemmer: bool) -> dict[str, float]:
    """The largest absolute difference over the pairs, and over precision, recall and F1."""
    from rouge_score.rouge_scorer import RougeScorer

    ours, theirs = Rouge(METRICS, stemmer=stemmer), RougeScorer(METRICS, use_stemmer=stemmer)
    largest = dict.fromkeys(METRICS, 0.0)
    for candidate, reference in pairs:
        mine = ours.score(candidate, reference)
        other = theirs.score(reference, candidate)
        for metric in METRICS:
            gap = max(abs(x - y) for x, y in zip(mine[metric], other[metric], strict=True))
            largest[metric] = max(largest[metric], gap)
    return largest


def hard_pairs(seed: int) -> Pairs:
    """Empty, one word, repeated words, other scripts, ties of all kinds, 5,000 words."""
    chance = random.Random(seed)
    texts = [
        "", " ", "\n", "\n\n", "a", "word", "Word.", "...", "the the the the", "the\nthe\nthe",
        "a b\na b\nb a", "news", "dying skies proceed innings", "naïve café İstanbul Kelvin K",
        "слово за слово", "今天天气很好", "العربية", "हिन्दी", "a\u2028b\x85c\rd\te\x0bf\x1cg",
        "don't U.S. 3.2% $1,000 x_y", "\ud83d\ude00 😀 e\u0301", "١٢٣ ²³ ⅷ",
    ]  # fmt: skip
    pairs = [(left, right) for left in texts for right in texts]
    for _ in range(2_000):  # few words, many sentences: many equally long subsequences
        words = "abcde"[: chance.randint(1, 5)]
        left, right = (
            " ".join(chance.choice([*words, *words, "\n"]) for _ in range(chance.randint(0, 60)))
            for _ in range(2)
        )
        pairs.append((left, right))
    vocabulary = [f"word{chance.randrange(1_500)}ing" for _ in range(1_500)]
    long = [
        "".join(chance.choice(vocabulary) + chance.choice("     \n") for _ in range(5_000))
        for _ in range(2)
    ]
    return [*pairs, (long[0], long[1]), (long[0], "word1 word2ing")]


def hypothesis_differences(examples: int, stemmer: bool) -> dict[str, float]:
    """The largest differences over text that hypothesis makes up."""
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    largest = dict.fromkeys(METRICS, 0.0)
    words = st.sampled_from("the gunman police killed killing kills was \n a".split(" "))
    texts = st.text() | st.text("abcy .\n") | st.lists(words, max_size=80).map(" ".join)

    @settings(
        max_examples=examples, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(texts, texts)
    def probe(candidate: str, reference: str) -> None:
        for metric, gap in differences([(candidate, reference)], stemmer).items():
            largest[metric] = max(largest[metric], gap)

    probe()
    return largest


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 where a difference is too large, 2 where the data is missing."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA, help="clusters, .jsonl.xz")
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--examples", type=int, default=2_000, help="of hypothesis")
    parser.add_argument("--longest", type=int, default=300, help="words of a candidate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        clusters = read_clusters(options.data)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    real = random_pairs(clusters, options.pairs, longest=options.longest, seed=options.seed)
    hard = hard_pairs(options.seed)
    shares = [real[start::50] for start in range(50)]
    worst = 0.0
    print(f"{'largest difference':42}" + "".join(f"{metric:>11}" for metric in METRICS))
    with ProcessPoolExecutor(options.processes, mp_context=get_context("spawn")) as pool:
        for stemmer in (True, False):
            rows = {
                f"{len(real):,} random real pairs": list(
                    pool.map(differences, shares, [stemmer] * len(shares))
                ),
                f"{len(hard):,} hard pairs": [differences(hard, stemmer)],
                f"{options.examples:,} examples of hypothesis": [
                    hypothesis_differences(options.examples, stemmer)
                ],
            }
            for name, found in rows.items():
                largest = {metric: max(each[metric] for each in found) for metric in METRICS}
                worst = max(worst, *largest.values())
                title = f"{name}, {'stemmed' if stemmer else 'not stemmed'}"
                print(
                    f"{title:42}" + "".join(f"{value:11.1e}" for value in largest.values()),
                    flush=True,
                )
    print(f"largest of all: {worst:.1e}, allowed: {LARGEST:.0e}")
    return int(worst > LARGEST)


if __name__ == "__main__":
    sys.exit(main())
