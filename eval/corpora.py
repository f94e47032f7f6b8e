"""Corpora: clusters with references, from files, folders and the Hugging Face hub."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import lzma
import random
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from summarizer.errors import ConfigError, InputError
from summarizer.reading import document_from_text, read_clusters
from summarizer.records import Cluster
from summarizer.structured import rows
from summarizer.words import collapse

BENCHMARK = Path(__file__).parent / "data" / "benchmark.jsonl"
DOCUMENT_MARK = "|||||"  # what Multi-News puts between the articles of a cluster
COLUMNS = ("documents", "references", "cluster_id")

_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
_FILES = (".jsonl.xz", ".json.xz", ".jsonl", ".json", ".csv", ".parquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """The clusters of one evaluation.

    ``sha256`` is of their content in canonical form (ids, texts, titles, sources, dates
    and references, in order), so that it does not depend on the file's format. ``seed``
    says which ``len(clusters)`` of the ``available`` clusters were drawn; ``None``: all.
    """

    name: str
    clusters: tuple[Cluster, ...]
    sha256: str
    available: int
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HubCorpus:
    """How a corpus of the hub is read: its columns, and where the tables are."""

    columns: Mapping[str, str]
    config: str | None = None
    revision: str | None = None
    folder: str | None = None


# Corpora published as a script, which `datasets` no longer runs, are read from the
# tables that the hub converts them to.
_CONVERTED = "refs/convert/parquet"
_MULTI_NEWS = {"documents": "document", "references": "summary"}
HUB: Mapping[str, HubCorpus] = {
    "alexfabbri/multi_news": HubCorpus(columns=_MULTI_NEWS, revision=_CONVERTED),
    "Awesome075/multi_news_parquet": HubCorpus(columns=_MULTI_NEWS),
    "ccdv/WCEP-10": HubCorpus(columns=_MULTI_NEWS, revision=_CONVERTED, folder="list"),
    "yaolu/multi_x_science_sum": HubCorpus(
        columns={
            "documents": "abstract+ref_abstract.abstract",
            "references": "related_work",
            "cluster_id": "aid",
        },
        revision=_CONVERTED,
    ),
    "abisee/cnn_dailymail": HubCorpus(
        columns={"documents": "article", "references": "highlights", "cluster_id": "id"},
        config="3.0.0",
    ),
}
ALIASES: Mapping[str, str] = {
    "multi_news": "Awesome075/multi_news_parquet",
    "wcep": "ccdv/WCEP-10",
    "multi_xscience": "yaolu/multi_x_science_sum",
    "cnn_dailymail": "abisee/cnn_dailymail",
}


def load(
    data: str,
    *,
    columns: Mapping[str, str] | None = None,
    split: str = "validation",
    limit: int | None = None,
    seed: int = 0,
) -> Corpus:
    """The corpus that ``data`` names, or ``limit`` of its clusters drawn by ``seed``.

    ``data`` is "benchmark" (the one shipped here), a file (.jsonl, .json, both also as
    .xz, .csv, .parquet), a folder, or a hub name that ``datasets.load_dataset`` takes or
    ``ALIASES`` has; ``split`` counts for folders and hub names. ``columns`` maps
    "documents", "references" and, if there are ids, "cluster_id" to columns; "a.b" is the
    field b of a, and "a+b" both, one after the other. Without it the columns must have
    these names, but for the corpora in ``HUB``. Drawn clusters keep their order.

    Raises InputError naming the file and line or row, ConfigError for bad arguments.
    """
    if limit is not None and limit < 1:
        raise ConfigError(f"limit must be at least 1, not {limit}.")
    for column in columns or {}:
        if column not in COLUMNS:
            raise ConfigError(f"Unknown column {column!r}. Known: {', '.join(COLUMNS)}.")
    if not Path(data).exists():
        data = ALIASES.get(data.lower(), data)
    clusters = list(_read(data, columns, split))
    if not clusters:
        raise InputError(f"{data}: holds no cluster.")
    if not any(cluster.references for cluster in clusters):
        raise InputError(f"{data}: no cluster has references. Name their column with --columns.")
    available = len(clusters)
    if limit is not None and limit < available:
        drawn = sorted(random.Random(seed).sample(range(available), limit))
        clusters = [clusters[number] for number in drawn]
    return Corpus(
        name=_shown(data),
        clusters=tuple(clusters),
        sha256=content_hash(clusters),
        available=available,
        seed=seed if len(clusters) < available else None,
    )


def parse_columns(text: str | None) -> dict[str, str] | None:
    """The mapping that "documents=a,references=b" writes down."""
    if not text:
        return None
    pairs = [pair.partition("=") for pair in text.split(",")]
    if not all(name.strip() and column.strip() for name, _, column in pairs):
        raise ConfigError(f"--columns must read like documents=a,references=b, not {text!r}.")
    return {name.strip(): column.strip() for name, _, column in pairs}


def content_hash(clusters: Iterable[Cluster]) -> str:
    """SHA-256 of the clusters' content, in order."""
    digest = hashlib.sha256()
    for cluster in clusters:
        content = {
            "cluster_id": cluster.cluster_id,
            "documents": [
                {**asdict(document), "doc_id": None, "published": str(document.published)}
                for document in cluster.documents
            ],
            "references": cluster.references,
        }
        line = json.dumps(content, sort_keys=True, ensure_ascii=False)
        digest.update(line.encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()


def _shown(data: str) -> str:
    """A name without the machine's folders: "multiling2011/dev"."""
    path = Path(data)
    if not path.exists():
        return data
    path = path.resolve()
    kind = _file_kind(path)
    return f"{path.parent.name}/{path.name.removesuffix(kind)}" if kind else path.name


def _file_kind(path: Path) -> str:
    name = path.name.lower()
    return next((end for end in _FILES if name.endswith(end)), "")


def _read(data: str, columns: Mapping[str, str] | None, split: str) -> Iterator[Cluster]:
    if data == "benchmark":
        if columns:
            raise ConfigError("--columns has no use with the benchmark: its columns are known.")
        return read_clusters(BENCHMARK)
    path = Path(data)
    if path.is_dir():
        return _clusters(_rows(str(path), {"split": split}, local=True), columns, data)
    kind = _file_kind(path)
    if columns and path.is_file() and kind:
        return _clusters(_file_rows(path, kind), columns, data)
    if kind or path.is_file() or not _HUB_NAME.fullmatch(data):
        return read_clusters(path)
    known = HUB.get(data)
    source: dict[str, str | None] = {"split": split}
    if known:
        columns = columns or known.columns
        source |= {"name": known.config, "revision": known.revision, "data_dir": known.folder}
    return _clusters(_rows(data, source, local=False), columns, data)


def _file_rows(path: Path, kind: str) -> Iterator[tuple[str, Any]]:
    """Each row of a file, and what to call its place."""
    number = 0
    try:
        if kind.startswith(".jsonl"):
            yield from _lines(path)
        elif kind.startswith(".json"):
            with lzma.open(path) if kind.endswith(".xz") else path.open("rb") as file:
                value = json.loads(file.read().decode("utf-8-sig"))
            items = value if isinstance(value, list) else [value]
            yield from ((f"record {number}", item) for number, item in enumerate(items, start=1))
        else:
            with _quiet():
                for number, row in enumerate(rows(path), start=1):
                    yield f"row {number}", row
    except InputError:
        raise
    except Exception as error:
        # Compression, encoding, JSON and table libraries each raise their own.
        where = f"after row {number}" if number else "at all"
        reason = collapse(str(error))[:300]
        raise InputError(f"{path}: cannot be read {where} ({reason}).") from error


def _lines(path: Path) -> Iterator[tuple[str, Any]]:
    """The values of a .jsonl file. Raises InputError naming file and line."""
    number = 0
    try:
        with lzma.open(path) if path.name.lower().endswith(".xz") else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    value = json.loads(line.decode("utf-8-sig"))
                    yield f"line {number}", value
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: line {number} is not valid JSON ({error}).") from None
    except (OSError, lzma.LZMAError, EOFError) as error:
        raise InputError(f"{path}: cannot be read after line {number} ({error}).") from None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the log lines of the table and hub libraries: what fails is said once, by us."""
    loggers = [logging.getLogger(name) for name in ("datasets", "huggingface_hub")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _rows(path: str, source: Mapping[str, Any], *, local: bool) -> Iterator[tuple[str, Any]]:
    """The rows of a folder or hub corpus, and what to call each one's place.

    What is local is read as asked for and leaves nothing behind.
    """
    import datasets

    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as folder, _quiet():
        options = dict(source)
        if local:
            options |= {"streaming": True, "cache_dir": folder}
        number = 0
        try:
            for number, row in enumerate(datasets.load_dataset(path, **options), start=1):
                yield f"row {number}", row
        except Exception as error:
            # The hub client and the table libraries each raise their own.
            for file in sorted(Path(path).rglob("*.jsonl")) if local else ():
                for _ in _lines(file):  # names the line that they do not
                    pass
            reason = collapse(str(error))[:300]
            where = f"after row {number}" if number else "at all"
            here = "" if local else ", and there is no such file or folder here"
            raise InputError(f"{path}: cannot be read {where} ({reason}){here}.") from error


def _clusters(
    placed: Iterable[tuple[str, Any]], columns: Mapping[str, str] | None, data: str
) -> Iterator[Cluster]:
    names = {"documents": "documents", "references": "references", **(columns or {})}
    ids: set[str] = set()
    stem = Path(data).name
    for number, (place, row) in enumerate(placed, start=1):
        try:
            if not isinstance(row, Mapping):
                raise InputError("is not an object with columns.")
            cells = {name: _texts(row, column) for name, column in names.items()}
            if "cluster_id" in names:
                cluster_id = " ".join(cells["cluster_id"]).strip()
            else:
                cluster_id = str(row.get("cluster_id") or f"{stem}#{number}")
            if cluster_id in ids:
                raise InputError(f"has the cluster_id {cluster_id!r} a second time.")
            yield _cluster(cluster_id, cells["documents"], cells["references"])
        except InputError as error:
            raise InputError(f"{data}: {place} {error}") from None
        ids.add(cluster_id)


def _cluster(cluster_id: str, documents: Sequence[str], references: Sequence[str]) -> Cluster:
    records = []
    for number, text in enumerate(documents, start=1):
        if any(map(str.isalnum, text)):  # Multi-News has empty articles
            records.append(document_from_text(text, doc_id=f"{cluster_id}#{number}"))
    kept = tuple(text.strip() for text in references if text.strip())
    return Cluster(cluster_id=cluster_id, documents=tuple(records), references=kept)


def _texts(row: Mapping[str, Any], columns: str) -> list[str]:
    """The texts in the columns: a cell holds one, a list, or one divided by DOCUMENT_MARK."""
    texts: list[str] = []
    for column in columns.split("+"):
        cell: Any = row
        for name in column.split("."):
            # A sequence of records comes as a record of sequences, or as a list of records.
            if isinstance(cell, list) and all(isinstance(entry, Mapping) for entry in cell):
                cell = [entry.get(name) for entry in cell]
            elif isinstance(cell, Mapping) and name in cell:
                cell = cell[name]
            else:
                raise InputError(f"has no column {column!r}: its columns are {', '.join(row)}.")
        if isinstance(cell, str) and cell.startswith("["):  # a list in a cell of a CSV file
            with contextlib.suppress(ValueError):
                cell = json.loads(cell)
        if isinstance(cell, str):
            cell = cell.split(DOCUMENT_MARK)
        elif isinstance(cell, int):
            cell = [str(cell)]
        if not isinstance(cell, list) or not all(isinstance(text, str) for text in cell):
            raise InputError(
                f"has a column {column!r} that holds neither a text nor a list of them."
            )
        texts += cell
    return texts
