"""INPUT: which clusters there are, told apart cheaply, and read only by who summarizes them.

- A folder: each folder directly in it is one cluster, with all that is below it, read as
  ``summarizer brief FOLDER`` reads it; the loose files directly in it are one more, which
  is called as the folder is. Hidden entries and links to folders are passed over.
- A file of clusters (see ``reading.read_clusters``): each record is one.
- ``NAME`` or ``NAME:SPLIT``, a data set of the hub: each row is one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from summarizer.decoding import harmless, printable
from summarizer.errors import InputError
from summarizer.reading import (
    CLUSTER_SUFFIXES,
    MAX_BYTES,
    ClusterRecord,
    cluster_records,
    read_documents,
)
from summarizer.records import Cluster
from summarizer.words import collapse

_HASHED = re.compile(r".*#[0-9a-f]{8}")  # may be another name's id
_HUB_NAME = re.compile(r"(?P<name>[\w-][\w.-]*(/[\w-][\w.-]*)?)(:(?P<split>[\w.]+))?")


class Entry(Protocol):
    """A cluster of INPUT that was found but not read. Entries are pickled to the workers."""

    @property
    def cluster_id(self) -> str:
        """Unique in its INPUT, one line."""
        ...

    @property
    def stamp(self) -> str:
        """Changes whenever the input may have changed."""
        ...

    @property
    def size(self) -> int:
        """In bytes, about."""
        ...

    def digest(self) -> str:
        """SHA-256 of the content."""
        ...

    def read(self) -> tuple[Cluster, tuple[str, ...]]:
        """The cluster and the notices of reading it. Raises InputError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderEntry:
    """A folder, or loose files; ``stamp`` is of names, sizes and times, not of content.

    ``problem`` says why it cannot be summarized, if that is known already.
    """

    cluster_id: str
    paths: tuple[Path, ...]
    stamp: str
    size: int
    problem: str | None = None

    def digest(self) -> str:
        """SHA-256 of the names and contents of its files."""
        total = hashlib.sha256()
        for name, path, status in _files(self.paths):
            content = b"unreadable"
            # What is larger is not read for a briefing either.
            if status and stat.S_ISREG(status.st_mode) and status.st_size <= MAX_BYTES:
                with contextlib.suppress(OSError):
                    content = hashlib.sha256(Path(path).read_bytes()).digest()
            total.update(b"%s\0%s\0" % (os.fsencode(name), content))
        return total.hexdigest()

    def read(self) -> tuple[Cluster, tuple[str, ...]]:
        """The cluster, read as ``summarizer brief`` reads these paths."""
        if self.problem:
            raise InputError(self.problem)
        reading = read_documents(self.paths)
        return Cluster(cluster_id=self.cluster_id, documents=reading.documents), reading.notices


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEntry:
    """A record of a file or data set; its ``stamp`` is its digest.

    ``problem`` says why it cannot be summarized, if that is known already.
    """

    cluster_id: str
    record: ClusterRecord
    stamp: str
    size: int
    problem: str | None = None

    def digest(self) -> str:
        """SHA-256 of the line, or of the row as JSON."""
        return self.stamp

    def read(self) -> tuple[Cluster, tuple[str, ...]]:
        """The cluster that the record holds."""
        if self.problem:
            raise InputError(self.problem)
        cluster, notices = self.record.read()
        if not cluster.documents:
            raise InputError(" ".join(["There is no document to summarize.", *notices]))
        return replace(cluster, cluster_id=self.cluster_id), notices


class Source:
    """INPUT, to be gone through as often as needed. Raises InputError where there is none."""

    def __init__(self, given: str) -> None:
        self.name = given
        self.path: Path | None = None
        self._rows: Any = None
        path, hub = Path(given), _HUB_NAME.fullmatch(given)
        try:
            if path.exists() or not hub or given.lower().endswith(CLUSTER_SUFFIXES):
                self.path = path
                if not path.is_dir():
                    cluster_records(path)  # raises where it is no file of clusters
        except OSError as error:
            raise InputError(f"{printable(given)}: cannot be read ({error.strerror}).") from error
        if hub and self.path is None:
            self._rows = _data_set(hub["name"], hub["split"])

    def __iter__(self) -> Iterator[Entry]:
        """The clusters in a fixed order, their ids all different."""
        if self.path is not None and self.path.is_dir():
            return _folders(self.path)
        if self.path is not None:
            return _entries(cluster_records(self.path), printable(self.path.name))
        return _entries(self._row_records(), self.name)

    def _row_records(self) -> Iterator[ClusterRecord]:
        for number, row in enumerate(self._rows, start=1):
            yield ClusterRecord(data=row, place=f"row {number}", name=f"{self.name}#{number}")


def _folders(folder: Path) -> Iterator[Entry]:
    try:
        with os.scandir(folder) as listing:
            found = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror}).") from error
    loose = []
    for entry in found:
        path = Path(entry.path)
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield _folder_entry(_id(entry.name), (path,))
        elif os.path.isdir(path):  # noqa: PTH112  # Path.is_dir raises for some links
            yield _folder_entry(_id(entry.name), (), "is a link to a folder, and not followed.")
        else:
            loose.append(path)
    if loose:
        name = folder.resolve().name
        taken = os.path.isdir(folder / name)  # noqa: PTH112
        # No folder's cluster has a slash in its id.
        yield _folder_entry(f"{_id(name)}/" if taken else _id(name), tuple(loose))


def _folder_entry(
    cluster_id: str, paths: tuple[Path, ...], problem: str | None = None
) -> FolderEntry:
    stamp, size = hashlib.sha256(repr(problem).encode()), 0
    for name, _, status in _files(paths):
        stamp.update(os.fsencode(name))
        if status:
            size += status.st_size
            stamp.update(b"\0%d %d %d\0" % (status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    return FolderEntry(
        cluster_id=cluster_id, paths=paths, stamp=stamp.hexdigest(), size=size, problem=problem
    )


def _files(paths: tuple[Path, ...]) -> Iterator[tuple[str, str, os.stat_result | None]]:
    """Name, path and status of each file that reading ``paths`` may open, in a fixed order.

    The status is None where there is none to be had; a folder that cannot be looked into
    counts as a file by the name of "unreadable/".
    """
    for path in paths:
        root = str(path)
        status = _status(root)
        if status is None or not stat.S_ISDIR(status.st_mode):
            yield path.name, root, status
            continue
        unreadable: list[OSError] = []
        for parent, folders, files in os.walk(root, onerror=unreadable.append):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                if not name.startswith("."):
                    file = f"{parent}{os.sep}{name}"
                    yield file.removeprefix(root), file, _status(file)
        for error in unreadable:
            yield "unreadable/", str(error.filename), None


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116  # a Path each would take twice the time
    except (OSError, ValueError):
        return None


def _id(name: str) -> str:
    """A file's name as an id: as it is, or readable with a hash to tell it apart."""
    shown = name  # as nearly all are
    if not (name.isascii() and name.isprintable() and len(name) <= 200 and name == name.strip()):
        shown = printable(collapse(harmless(name)))[:200]
    if shown == name and not _HASHED.fullmatch(name):
        return name
    return f"{shown}#{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}"


def _entries(records: Iterator[ClusterRecord], name: str) -> Iterator[Entry]:
    """A record that repeats an id, and what breaks the file off, are entries with a problem."""
    ids: set[str] = set()
    try:
        for record in records:
            data = record.data
            if not isinstance(data, bytes):
                data = json.dumps(data, sort_keys=True, default=str).encode("utf-8", "replace")
            cluster_id, problem = record.cluster_id(), None
            if cluster_id in ids:
                problem = f"{record.place} has the cluster_id {cluster_id!r} a second time."
            while cluster_id in ids:
                cluster_id += f" ({record.place})"
            ids.add(cluster_id)
            stamp = hashlib.sha256(data).hexdigest()
            yield RecordEntry(
                cluster_id=cluster_id, record=record, stamp=stamp, size=len(data), problem=problem
            )
    except InputError as error:
        stamp = hashlib.sha256(str(error).encode()).hexdigest()
        nothing = ClusterRecord(data=b"", place="its end", name=name)
        yield RecordEntry(
            cluster_id=f"{name} (the rest)", record=nothing, stamp=stamp, size=0, problem=str(error)
        )


def _data_set(name: str, split: str | None) -> Any:
    """The rows of a data set of the hub, kept on disk by the ``datasets`` library."""
    import datasets

    datasets.disable_progress_bars()
    try:
        found = datasets.load_dataset(name, split=split)
    except Exception as error:
        # The hub client and the table libraries each raise their own.
        reason = collapse(str(error))[:300]
        raise InputError(
            f"{name}: there is no such file or folder here, nor can a data set of the hub be "
            f"loaded by that name ({reason})."
        ) from error
    if split is None:
        if len(found) > 1:
            splits = ", ".join(f"{name}:{split}" for split in found)
            raise InputError(f"{name} has several splits; give one of {splits}.")
        (found,) = found.values()
    return found
