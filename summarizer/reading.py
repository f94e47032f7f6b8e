"""Files, folders and standard input to documents; files of clusters to clusters.

A folder is read with its subfolders, in the order of the names. Hidden files and
symbolic links out of the folder are left alone. What spoils one file becomes a
notice that names it, and the others are read.
"""

from __future__ import annotations

import datetime as dt
import json
import lzma
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from summarizer.decoding import harmless, printable, unescaped
from summarizer.errors import InputError
from summarizer.formats import parse
from summarizer.records import Cluster, Document
from summarizer.structured import Parsed, Raw, RawCluster, parse_date, record, rows
from summarizer.words import collapse

MAX_BYTES = 20_000_000  # of one file
MAX_CHARACTERS = 2_000_000  # of one document; what is longer is cut
_NO_ARTICLES = frozenset(
    """.png .jpg .jpeg .gif .webp .svg .ico .bmp .tif .tiff .heic .mp3 .mp4 .m4a .wav .ogg .flac
    .avi .mov .mkv .webm .zip .gz .tgz .bz2 .xz .7z .rar .tar .exe .dll .so .bin .pyc .css .js .map
    .woff .woff2 .ttf .otf .eot .xls .xlsx .ppt .pptx .doc .odt .ods .epub .db .sqlite .lock .log
    .py .ipynb .toml .yaml .yml .ini .tsv .xml .rss .eml .bib""".split()
)
CLUSTER_SUFFIXES = (".jsonl", ".json", ".jsonl.xz", ".json.xz", ".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class Reading:
    """The documents found, and what a user must be told about the others."""

    documents: tuple[Document, ...]
    notices: tuple[str, ...] = ()


def read_documents(paths: Sequence[Path | str], *, stdin: BinaryIO | None = None) -> Reading:
    """The documents of one event, from files, folders and "-" for standard input.

    A document's id is its path below the folder given, or the file's name; the n-th
    record of a file that holds several has "#n" after it unless it brings its own.
    Ids are unique. Raises InputError when no readable document remains.
    """
    if not paths:
        raise InputError("No file or folder is given.")
    shelf = _Shelf()
    for path in paths:
        if str(path) == "-":
            # Python sets sys.stdin to None where standard input is closed.
            shelf.add_stream(stdin or getattr(sys.stdin, "buffer", None))
        else:
            shelf.add_path(Path(path))
    if not shelf.documents:
        told = " ".join(shelf.notices[:5]) or "There are no files."
        more = f" And {len(shelf.notices) - 5} more." if len(shelf.notices) > 5 else ""
        raise InputError(f"No readable document. {told}{more}")
    return Reading(tuple(shelf.documents), tuple(shelf.notices))


def document_from_text(
    text: str,
    *,
    doc_id: str,
    title: str | None = None,
    source: str | None = None,
    published: dt.date | None = None,
) -> Document:
    """A document whose text is safe for every later stage (see ``decoding.harmless``).

    Entities of HTML that were left in it are decoded, once. Raises InputError where the
    text has no letter and no digit.
    """
    text = harmless(unescaped(text)).strip()
    if not any(map(str.isalnum, text)):
        raise InputError("holds no words.")
    return Document(
        doc_id=_one_line(doc_id) or "document",
        text=text,
        title=_one_line(title),
        source=_one_line(source),
        published=published,
    )


def _one_line(value: str | None) -> str | None:
    """At most 300 characters of it, None where nothing is left."""
    return printable(collapse(harmless(unescaped(value))))[:300] or None if value else None


@dataclass(slots=True)
class _Shelf:
    """What has been read so far."""

    documents: list[Document] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)
    _files: set[Path] = field(default_factory=set)
    _stream_read: bool = False

    def add_path(self, path: Path) -> None:
        name = printable(str(path))
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:
            missing = isinstance(error, FileNotFoundError)
            self.notices.append(f"{name}: {'no such file or folder' if missing else _why(error)}.")
            return
        if stat.S_ISDIR(mode):
            self._add_folder(path)
        elif stat.S_ISREG(mode):
            self._add_file(path, path.name)
        else:
            self.notices.append(f'{name}: is not a regular file; use "-" for standard input.')

    def add_stream(self, stream: BinaryIO | None) -> None:
        if self._stream_read:
            self.notices.append("standard input: is named twice and was read once.")
            return
        self._stream_read = True
        if stream is None:
            self.notices.append("standard input: is closed.")
            return
        try:
            data = stream.read(MAX_BYTES + 1)
        except OSError as error:
            self.notices.append(f"standard input: {_why(error)}.")
            return
        self._add_bytes(data, "standard input", "")

    def _add_folder(self, folder: Path) -> None:
        root = folder.resolve()
        seen = False
        skipped: list[str] = []
        for path in self._walk(folder, root):
            seen = True
            name = path.relative_to(folder).as_posix()
            if path.suffix.lower() in _NO_ARTICLES:
                skipped.append(printable(name))
            else:
                self._add_file(path, name, given=False)
        if skipped:
            named = ", ".join(skipped[:5])
            more = f" and {len(skipped) - 5} more" if len(skipped) > 5 else ""
            self.notices.append(f"{named}{more}: not read, as the format is not one for articles.")
        if not seen:
            self.notices.append(f"{printable(str(folder))}: the folder holds no files.")

    def _walk(self, folder: Path, root: Path) -> Iterator[Path]:
        """Regular files and links to them, in the order of their names, hidden ones left out."""

        def unreadable(error: OSError) -> None:
            self.notices.append(f"{printable(str(error.filename))}: {_why(error)}.")

        for parent, folders, files in os.walk(folder, onerror=unreadable):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            # os.walk lists links to folders among the folders, and does not enter them.
            links = [name for name in folders if Path(parent, name).is_symlink()]
            for name in sorted(files + links):
                path = Path(parent, name)
                if name.startswith("."):
                    continue
                try:
                    problem = _problem(path, root)
                    if problem is None and path.is_file():
                        yield path
                except OSError as error:
                    problem = f"{_why(error)}."
                if problem:
                    self.notices.append(
                        f"{printable(path.relative_to(folder).as_posix())}: {problem}"
                    )

    def _add_file(self, path: Path, name: str, *, given: bool = True) -> None:
        """Read one file; a file already read, by another path or link, is passed over."""
        real = path.resolve()
        if real in self._files:
            if given:
                self.notices.append(f"{printable(name)}: is named twice and was read once.")
            return
        self._files.add(real)
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            self.notices.append(f"{printable(name)}: {_why(error)}.")
            return
        self._add_bytes(data, name, path.suffix.lower())

    def _add_bytes(self, data: bytes, name: str, suffix: str) -> None:
        shown = printable(name)
        if len(data) > MAX_BYTES:
            self.notices.append(
                f"{shown}: is larger than {MAX_BYTES // 1_000_000} MB and was not read."
            )
            return
        try:
            parsed = parse(data, suffix)
            raws = _one_event(parsed)
        except InputError as error:
            self.notices.append(f"{shown}: {error}")
            return
        except ImportError as error:
            reason = printable(collapse(str(error)))[:200]
            self.notices.append(f"{shown}: not read, as a library it needs is missing ({reason}).")
            return
        except Exception as error:
            # Parsers meet files that nobody foresaw and raise anything at all; whatever
            # it is, it concerns this one file, and the others must still be read.
            reason = printable(collapse(str(error)))[:200]
            self.notices.append(
                f"{shown}: could not be read ({type(error).__name__}: {reason}); is it damaged?"
            )
            return
        self.notices += [f"{shown}: {notice}" for notice in parsed.notices]
        many = parsed.many or len(raws) > 1
        for number, raw in enumerate(raws, start=1):
            self.add_raw(raw, f"{name}#{number}" if many else name)

    def add_raw(self, raw: Raw, name: str) -> None:
        shown = printable(name)
        doc_id = printable(collapse(raw.id or ""))[:200] or shown
        try:
            document, notices = _document(raw, doc_id=self._unused(doc_id))
        except InputError as error:
            self.notices.append(f"{shown}: {error}")
            return
        if raw.id and document.doc_id != doc_id:
            notices = (f'its id "{doc_id}" is taken; it is now {document.doc_id}.', *notices)
        self.notices += [f"{shown}: {notice}" for notice in notices]
        self._ids.add(document.doc_id)
        self.documents.append(document)

    def _unused(self, doc_id: str) -> str:
        if doc_id not in self._ids:
            return doc_id
        number = 2
        while f"{doc_id}#{number}" in self._ids:
            number += 1
        return f"{doc_id}#{number}"


def _problem(path: Path, root: Path) -> str | None:
    """Why an entry of a folder is not to be opened; None for files and folders."""
    if path.is_symlink():
        try:
            target = path.resolve(strict=True)
        except (FileNotFoundError, RuntimeError):  # the latter for a circle of links
            return "the link leads nowhere."
        if not target.is_relative_to(root):
            return "the link leads out of the folder; not followed."
    return None if path.is_file() or path.is_dir() else "is not a regular file."


def _one_event(parsed: Parsed) -> list[Raw]:
    """The documents of a file that may hold documents, or one cluster, not several."""
    clusters = [entry for entry in parsed.records if isinstance(entry, RawCluster)]
    if not clusters:
        return [entry for entry in parsed.records if isinstance(entry, Raw)]
    if len(parsed.records) > 1:
        held = f"{len(clusters)} cluster{'s' if len(clusters) > 1 else ''}"
        raise InputError(
            f"holds {held} among {len(parsed.records)} records, and a briefing "
            "is about one event; give a file with one cluster."
        )
    if not clusters[0].documents:
        raise InputError("is a cluster without documents.")
    return list(clusters[0].documents)


def _document(raw: Raw, *, doc_id: str) -> tuple[Document, tuple[str, ...]]:
    """The document, cut where it is too long, and what its reader must be told."""
    notices = []
    text = raw.text
    if len(text) > MAX_CHARACTERS:
        cut = max(text.rfind("\n", 0, MAX_CHARACTERS), text.rfind(" ", 0, MAX_CHARACTERS))
        text = text[: cut if cut > 0 else MAX_CHARACTERS]
        notices.append(f"only its first {len(text):,} characters of {len(raw.text):,} are read.")
    published = parse_date(raw.published)
    if published is None and raw.published not in (None, ""):
        shown = printable(str(raw.published))[:60]
        notices.append(f'its date "{shown}" names no certain day; write it as YYYY-MM-DD.')
    document = document_from_text(
        text, doc_id=doc_id, title=raw.title, source=raw.source, published=published
    )
    return document, tuple(notices)


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, PermissionError):
        return "no permission to read it"
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"cannot be read ({reason or type(error).__name__})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterRecord:
    """A record of a file of clusters, not yet understood: a line, or a row of a table.

    ``place`` is what to call it ("line 3"), ``name`` its id where it brings none.
    """

    data: bytes | object
    place: str
    name: str

    def read(self) -> tuple[Cluster, tuple[str, ...]]:
        """The cluster, and what a user must be told about it.

        Empty documents are left out, and none may be left. Raises InputError naming the
        place where it is no cluster.
        """
        value = self._value()
        try:
            return _cluster(value, self.name)
        except InputError as error:
            raise InputError(f"{self.place} {error}") from None

    def cluster_id(self) -> str:
        """Its id, also where ``read`` fails, without the cost of reading it."""
        try:
            value = self._value()
        except InputError:
            return self.name
        given = value.get("cluster_id") if isinstance(value, dict) else None
        return _cluster_id(given, self.name)

    def _value(self) -> Any:
        return _loads(self.data, self.place) if isinstance(self.data, bytes) else self.data


def read_clusters(path: Path | str) -> Iterator[Cluster]:
    """The clusters of a .jsonl, .json (both also as .xz), .csv or .parquet file.

    A cluster is an object with ``documents`` (strings or objects with ``text``),
    optional ``references`` and ``cluster_id`` ("NAME#n" without one). Lines and rows
    are read as they are asked for. Empty documents are left out, and a cluster may
    have none left. Raises InputError naming file and line; at the call itself where
    there is no such file or its format is not one of these.
    """
    return _clusters(cluster_records(path), printable(str(path)))


def cluster_records(path: Path | str) -> Iterator[ClusterRecord]:
    """The records of such a file one by one, so that a bad one need not spoil the others.

    Raises InputError as ``read_clusters`` does, but not for what a record holds.
    """
    path = Path(path)
    shown = printable(str(path))
    if not path.name.lower().endswith(CLUSTER_SUFFIXES):
        known = ", ".join(CLUSTER_SUFFIXES)
        raise InputError(f"{shown}: is not a file of clusters; one of {known} is.")
    if not path.is_file():
        raise InputError(f"{shown}: no such file.")
    return _records(path, shown)


def _clusters(records: Iterator[ClusterRecord], shown: str) -> Iterator[Cluster]:
    ids: set[str] = set()
    for entry in records:
        try:
            cluster, _ = entry.read()
        except InputError as error:
            raise InputError(f"{shown}: {error}") from None
        if cluster.cluster_id in ids:
            raise InputError(
                f"{shown}: {entry.place} has the cluster_id {cluster.cluster_id!r} a second time."
            )
        ids.add(cluster.cluster_id)
        yield cluster


def _records(path: Path, shown: str) -> Iterator[ClusterRecord]:
    place = "its start"
    try:
        for number, (place, data) in enumerate(_items(path), start=1):
            name = f"{printable(path.name)}#{number}"
            yield ClusterRecord(data=data, place=place, name=name)
    except InputError as error:
        raise InputError(f"{shown}: {error}") from None
    except Exception as error:
        # Compression, encoding, JSON and table libraries each raise their own.
        reason = printable(collapse(str(error)))[:200]
        raise InputError(f"{shown}: cannot be read after {place} ({reason}).") from error


def _items(path: Path) -> Iterator[tuple[str, bytes | object]]:
    """What to call the place of each record of the file, and the record."""
    name = path.name.lower()
    if name.endswith((".csv", ".parquet")):
        yield from ((f"row {number}", row) for number, row in enumerate(rows(path), start=1))
        return
    with lzma.open(path) if name.endswith(".xz") else path.open("rb") as file:
        if name.removesuffix(".xz").endswith(".json"):
            value = _loads(file.read(), "it")
            items = value if isinstance(value, list) else [value]
            yield from ((f"record {number}", item) for number, item in enumerate(items, start=1))
            return
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield f"line {number}", line


def _loads(data: bytes, place: str) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        reason = printable(str(error))[:120]
        raise InputError(f"{place} is not valid JSON ({reason}).") from None


def _cluster(item: object, default_id: str) -> tuple[Cluster, tuple[str, ...]]:
    entry = record(item)
    if not isinstance(entry, RawCluster):
        raise InputError("is a document, not a cluster (it has no documents).")
    cluster_id = _cluster_id(entry.id, default_id)
    shelf = _Shelf()
    for number, raw in enumerate(entry.documents, start=1):
        shelf.add_raw(raw, f"{cluster_id}#{number}")
    cluster = Cluster(
        cluster_id=cluster_id,
        documents=tuple(shelf.documents),
        references=tuple(harmless(text).strip() for text in entry.references),
    )
    return cluster, tuple(shelf.notices)


def _cluster_id(given: object, default: str) -> str:
    text = str(given) if isinstance(given, str | int | float) else None
    return _one_line(text) or default
