"""How near the embedded writer's sentences are to human ones, beside what needs no writer.

    python -m eval.benchmarks.fusion [--data ../shared/data] [--pairs 150]

The groups are the plan's own, of validation clusters, each with the sentence of the human
summary that it supports. Printed are ROUGE-1, -2 and -L F1 in per cent against that
sentence, of all pairs and of those whose sentence no source has word for word:

first     the sentence that the plan ranks first
joined    all sentences of the group
nearest   the sentence nearest the human one, chosen by it: a bound for copying
fused N   the likeliest sentence of the model when length N is asked for (the writer asks
          for 2), "asked" for the human one's own length
told      what the writer makes of it, guard and all
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from models.extractive import ExtractiveWriter
from models.fusion.alignment import Unit, aligned_pairs, units_of
from models.fusion.data import Pair
from models.fusion.evaluation import evaluation
from models.fusion.fuser import Fuser
from models.fusion.writer import CHECKPOINT, read_of
from summarizer.pipeline import Summarizer
from summarizer.reading import cluster_records
from summarizer.records import Cluster, Group, Plan, Writing
from summarizer.words import fold

DATA = Path(__file__).parents[3] / "shared" / "data"
CORPORA = ("multinews500/validation.jsonl.xz", "neus/validation.jsonl")
_WORDS = 3_000  # of the plans: nearly all that is distinct


class _Planner(ExtractiveWriter):
    """Keeps the last plan."""

    plan = Plan(groups=())

    def write(self, plans: Sequence[Plan], **settings: object) -> list[Writing]:
        (self.plan,) = plans
        return [Writing(drafts=())]


def plan_pairs(clusters: Iterable[Cluster]) -> Iterator[Pair]:
    """The plan's groups, most important first, each with a sentence of a summary it supports.

    No sentence of a summary twice.
    """
    planner = _Planner()
    summarizer = Summarizer(writer=planner, words=_WORDS)
    for cluster in clusters:
        units = units_of([document.text for document in cluster.documents])
        if not any(aligned_pairs(units, reference) for reference in cluster.references):
            continue  # spares most plans
        summarizer.summarize(cluster.documents)
        groups = sorted(planner.plan.groups, key=lambda group: group.priority)
        yield from _pairs_of(groups, cluster.references)


def _pairs_of(groups: Iterable[Group], references: Sequence[str]) -> Iterator[Pair]:
    taken: set[str] = set()
    for group in groups:
        sources = read_of(group)
        units = [Unit(text) for text in sources]
        for _, target in (pair for text in references for pair in aligned_pairs(units, text)):
            if target.text in taken:
                continue
            taken.add(target.text)
            copied = fold(target.text) in map(fold, sources)
            kind = "verbatim" if copied else "reference"
            yield Pair(kind=kind, sources=tuple(sources), target=target.text)
            break


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the public data")
    parser.add_argument("--pairs", type=int, default=150, help="how many of both corpora")
    options = parser.parse_args()
    rng = random.Random(1)
    pairs: list[Pair] = []
    for number, corpus in enumerate(CORPORA, start=1):
        if not (options.data / corpus).is_file():
            print(f"{corpus}: not there, left out")
            continue
        records = list(cluster_records(options.data / corpus))
        rng.shuffle(records)
        clusters = (record.read()[0] for record in records)
        pairs += islice(plan_pairs(clusters), options.pairs * number // len(CORPORA) - len(pairs))
    fuser = Fuser(CHECKPOINT)
    for name, kinds in (("all", ("reference", "verbatim")), ("reworded", ("reference",))):
        chosen = [pair for pair in pairs if pair.kind in kinds]
        if not chosen:
            continue
        several = sum(len(pair.sources) > 1 for pair in chosen)
        print(f"{name}: {len(chosen)} pairs, {several} of several sentences")
        for figure, value in evaluation(fuser, fuser.tokenizer, chosen).items():
            print(f"  {figure:<16}{json.dumps(value)}", flush=True)


if __name__ == "__main__":
    main()
