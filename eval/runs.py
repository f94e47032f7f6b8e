"""Runs: systems on a corpus, scored and recorded.

A run's folder holds ``references.jsonl`` and, for each system, ``NAME.jsonl`` (a line a
cluster, written as soon as it is done, so that a run broken off goes on where it was) and
``NAME.json``, the record. What other settings or code made is moved to its folder ``aside``.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from eval import measures
from eval.candidates import Pairs
from eval.corpora import Corpus
from eval.figures import counted
from eval.protocols import System
from eval.records import (
    ENCODING_ERRORS,
    ClusterResult,
    Record,
    code_hash,
    hash_of,
    make_record,
    read_result,
    slug,
    write_record,
    write_whole,
)
from eval.rouge import Rouge, Score
from eval.systems import RankingSystem, WriterSystem
from summarizer.errors import InputError
from summarizer.records import Cluster
from summarizer.sentences import sentence_spans
from summarizer.words import collapse, count_words


def run_systems(
    corpus: Corpus,
    systems: Sequence[System],
    rouge: Rouge,
    *,
    words: int,
    seed: int,
    folder: Path | None = None,
    done: Callable[[System, ClusterResult], None] = lambda system, result: None,
    say: Callable[[str], None] = lambda line: None,
) -> list[Record]:
    """Every system on every cluster, cluster by cluster, so that systems share encodings.

    With a ``folder`` the results are kept there, and those found there that were made by
    the same code under the same settings are not made again, but for failures; others are
    set aside, and ``say`` is told. ``seed`` is that of the bootstrap. ``done`` is called
    after each cluster of each system.

    Raises InputError where the folder holds runs on another corpus.
    """
    code = code_hash()
    journals: dict[str, _Journal | None] = {}
    if folder is not None:
        _keep_references(corpus, folder)
    for system in systems:
        key = hash_of([code, corpus.sha256, words, rouge.signature, system.describe()])
        journals[system.name] = None
        if folder is not None:
            kept = _Journal(folder / f"{slug(system.name)}.jsonl", key)
            journals[system.name] = kept
            if kept.others:
                say(
                    f"{system.name}: {counted(kept.others, 'result')} made under other settings "
                    f"or code {'is' if kept.others == 1 else 'are'} set aside in "
                    f"{folder / 'aside'}."
                )
    results: dict[str, list[ClusterResult]] = {system.name: [] for system in systems}
    for cluster in corpus.clusters:
        for system in systems:
            journal = journals[system.name]
            result = journal.found.get(cluster.cluster_id) if journal else None
            if result is None:
                result = _summarize(system, cluster, rouge)
                if journal:
                    journal.add(result)
            results[system.name].append(result)
            done(system, result)
    records = [
        make_record(
            system=system.name,
            description=system.describe(),
            data=describe_corpus(corpus),
            words=words,
            rouge=rouge,
            clusters=results[system.name],
            seed=seed,
            code=code,
        )
        for system in systems
    ]
    if folder is not None:
        for record in records:
            write_record(record, folder / f"{slug(record.system)}.json")
    return records


def score_pairs(pairs: Pairs, rouge: Rouge, *, name: str, seed: int, processes: int = 1) -> Record:
    """The record of candidates that any system wrote, with their references alone."""
    scored = rouge.score_many(pairs.candidates, pairs.references, processes=processes)
    scores = {metric: rows.tolist() for metric, rows in scored.items()}
    results = []
    for number, (cluster_id, candidate, references) in enumerate(zip(*pairs, strict=True)):
        sentences = [candidate[span.start : span.end] for span in sentence_spans(candidate)]
        length = measures.length(sentences)
        results.append(
            ClusterResult(
                id=cluster_id,
                text=candidate,
                scores={metric: tuple(rows[number]) for metric, rows in scores.items()},
                measures={
                    "words": length.words,
                    "sentences": length.sentences,
                    "redundancy": measures.redundancy(sentences),
                },
                reference_words=float(np.mean([count_words(text) for text in references])),
            )
        )
    content = hash_of([list(pairs.ids), list(map(list, pairs.references))])
    return make_record(
        system=name,
        description={"kind": "candidates", "settings": {}},
        data={"name": "references", "sha256": content, "clusters": len(results)},
        words=None,
        rouge=rouge,
        clusters=results,
        seed=seed,
    )


def describe_corpus(corpus: Corpus) -> dict[str, Any]:
    """What a record says of its corpus."""
    return {
        "name": corpus.name,
        "sha256": corpus.sha256,
        "clusters": len(corpus.clusters),
        "available": corpus.available,
        "seed": corpus.seed,
    }


def score_cluster(
    rouge: Rouge, *, cluster: Cluster, sentences: Sequence[str]
) -> tuple[dict[str, tuple[float, float, float]], dict[str, float]]:
    """ROUGE by metric, and the measures of ``eval.measures``."""
    text = "\n".join(sentences)
    scores = _by_metric(rouge.score(text, list(cluster.references)))
    documents = [document.text for document in cluster.documents]
    extractive = measures.extractiveness(documents, text)
    length = measures.length(sentences)
    found: dict[str, float] = {
        "words": length.words,
        "sentences": length.sentences,
        "coverage": extractive.coverage,
        "density": extractive.density,
        "compression": extractive.compression,
        "novel_1grams": measures.novel_ngrams(documents, text, 1),
        "novel_2grams": measures.novel_ngrams(documents, text, 2),
        "verbatim": measures.verbatim(documents, sentences),
        "unfounded": len(measures.unfounded(documents, text)),
        "redundancy": measures.redundancy(sentences),
    }
    return scores, found


def _by_metric(scores: Mapping[str, Score]) -> dict[str, tuple[float, float, float]]:
    return {metric: (score[0], score[1], score[2]) for metric, score in scores.items()}


def _summarize(system: System, cluster: Cluster, rouge: Rouge) -> ClusterResult:
    """The result of one cluster, or its failure: nothing is scored 0 for having failed."""
    stage = "reading"

    def progress(name: str) -> None:
        nonlocal stage
        stage = name

    about: dict[str, Any] = {
        "id": cluster.cluster_id,
        "documents": len(cluster.documents),
        "reference_words": float(
            np.mean([count_words(text) for text in cluster.references] or [0])
        ),
    }
    try:
        if not cluster.documents:
            raise InputError("The cluster has no document with words.")
        if not any(text.strip() for text in cluster.references):
            raise InputError("The cluster has no reference.")
        memory = _PeakMemory()
        saved = _encoding_saved(system)
        start = time.perf_counter()
        output = system.summarize(cluster, progress)
        seconds = time.perf_counter() - start + _encoding_saved(system) - saved
        peak = memory.megabytes()
        if not "".join(output.sentences).strip():
            raise InputError("The system wrote nothing.")
        stage = "scoring"
        scores, found = score_cluster(rouge, cluster=cluster, sentences=output.sentences)
    except Exception as error:
        # Whatever a model raises concerns this cluster; the others must still be scored.
        reason = collapse(str(error))[:500] or type(error).__name__
        known = isinstance(error, InputError)
        failure = {
            "stage": stage,
            "error": reason if known else f"{type(error).__name__}: {reason}",
        }
        return ClusterResult(**about, failure=failure)
    extra = {
        "cited": output.cited,
        "supported": output.supported,
        "quoted": output.quoted,
        "truncated": None if output.truncated is None else float(output.truncated),
        "fallback": None if output.fallback is None else float(output.fallback),
        "seconds": seconds,
        "peak_mb": peak,
    }
    found |= {name: value for name, value in extra.items() if value is not None}
    return ClusterResult(
        **about,
        text="\n".join(collapse(sentence) for sentence in output.sentences),
        scores=scores,
        measures=found,
        notices=output.notices,
    )


def _encoding_saved(system: System) -> float:
    return system.encoding_saved if isinstance(system, WriterSystem | RankingSystem) else 0.0


class _PeakMemory:
    """The largest resident size of this process since the object was made, on Linux."""

    def __init__(self) -> None:
        self._known = False
        try:
            Path("/proc/self/clear_refs").write_text("5")  # resets the peak
            self._known = True
        except OSError:
            pass

    def megabytes(self) -> float | None:
        """In megabytes of 10^6 bytes; None where the system does not tell."""
        if not self._known:
            return None
        status = Path("/proc/self/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found[1]) * 1024 / 1e6 if found else None


class _Journal:
    """Results kept as they come, under the hash of all they depend on.

    Those under another hash, ``others`` in number, are moved to the folder ``aside``, and
    with them the record that they were in.
    """

    def __init__(self, path: Path, key: str) -> None:
        self._path, self._key = path, key
        self.found: dict[str, ClusterResult] = {}
        kept = []
        others: list[tuple[str, str]] = []
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            try:
                item = json.loads(line)
                made_under = str(item.pop("key"))
                result = read_result(item)
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # the end of a run broken off; the cluster is done again
            if made_under != key:
                others.append((made_under, line))
            elif result.failure is None:
                self.found[result.id] = result
                kept.append(line)
        self.others = len(others)
        if others:
            self._set_aside(others)
        write_whole(path, "".join(f"{line}\n" for line in kept))

    def _set_aside(self, others: Sequence[tuple[str, str]]) -> None:
        folder = self._path.parent / "aside"
        record = self._path.with_suffix(".json")
        try:
            folder.mkdir(exist_ok=True)
            for made_under, line in others:
                with (folder / f"{self._path.stem}.{made_under[:8]}.jsonl").open(
                    "a", encoding="utf-8", errors=ENCODING_ERRORS
                ) as file:
                    file.write(f"{line}\n")
            if record.exists():
                record.replace(folder / f"{self._path.stem}.{others[-1][0][:8]}.json")
        except OSError as error:
            raise InputError(f"{folder}: cannot be written ({error.strerror}).") from None

    def add(self, result: ClusterResult) -> None:
        line = json.dumps({"key": self._key, **asdict(result)}, ensure_ascii=False)
        with self._path.open("a", encoding="utf-8", errors=ENCODING_ERRORS) as file:
            file.write(f"{line}\n")


def _keep_references(corpus: Corpus, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made a folder ({error.strerror}).") from None
    lines = [
        json.dumps({"id": cluster.cluster_id, "references": cluster.references}, ensure_ascii=False)
        for cluster in corpus.clusters
    ]
    text = "".join(f"{line}\n" for line in lines)
    path = folder / "references.jsonl"
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise InputError(f"{folder}: holds runs on other clusters; choose another folder.")
    write_whole(path, text)
