"""Seconds a stage of the pipeline takes: `python -m eval.benchmarks.pipeline_speed PATH...`.

Each PATH is a folder of articles, or a file of clusters (the first is taken). The
summarizer is warm: built and used once before. Printed is the median of the runs, from
reading to ranking and to a plan, and by stage, with the seconds that the processors worked
on it all. With ``--articles N`` the first documents of a file of clusters are made into one
cluster of N articles, each of four documents, for the size: 200 articles of
``multinews500/validation`` hold about 5,400 sentences.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from summarizer import Document, Summarizer
from summarizer.reading import read_clusters, read_documents

RANKING = ("reading", "cleaning", "splitting", "encoding", "relevance", "redundancy", "salience")
JOINED = 4  # documents an article, with ``--articles``


def documents(path: Path, articles: int | None) -> tuple[Document, ...]:
    """The documents of a folder, or of the first cluster in a file, or ``articles`` of them."""
    if articles:
        texts = (document.text for cluster in read_clusters(path) for document in cluster.documents)
        pieces = zip(*[texts] * JOINED, strict=False)
        return tuple(
            Document(doc_id=str(number), text="\n\n".join(piece))
            for number, piece in zip(range(articles), pieces, strict=False)
        )
    if path.is_dir():
        return read_documents([path]).documents
    return next(read_clusters(path)).documents


def main() -> None:
    """Times every path and prints a line for each, then its stages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--articles", type=int)
    options = parser.parse_args()
    summarizer = Summarizer(writer="extractive")
    for path in options.paths:
        briefing = summarizer.summarize(documents(path, options.articles))
        stages, worked = [], []
        for _ in range(options.runs):
            start, cpu = time.perf_counter(), time.process_time()
            articles = documents(path, options.articles)
            reading = time.perf_counter() - start
            stages.append({"reading": reading, **summarizer.summarize(articles).timings})
            worked.append(time.process_time() - cpu)
        to_ranking = [sum(run[stage] for stage in RANKING) for run in stages]
        to_plan = [sum(run[stage] for stage in (*RANKING, "selection")) for run in stages]
        words = sum(len(document.text.split()) for document in briefing.documents)
        read = len(briefing.deduplication.kept) + len(briefing.deduplication.dropped)
        print(
            f"{path.name}: {len(briefing.documents)} documents, {words:,} words, {read:,} "
            f"sentences read closely, reading to ranking {_seconds(to_ranking)}, "
            f"to a plan {_seconds(to_plan)}, CPU {_seconds(worked)}"
        )
        for stage in stages[0]:
            print(f"  {stage:<11}{statistics.median(run[stage] for run in stages):7.3f}")


def _seconds(runs: Sequence[float]) -> str:
    return f"{statistics.median(runs):.2f} s (best {min(runs):.2f})"


if __name__ == "__main__":
    main()
