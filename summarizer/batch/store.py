"""OUTPUT: whole files, a lock, and the manifest that says what is finished.

``manifest.jsonl`` has a line for each cluster that is done or failed, appended and
brought to the disk after the cluster's files are there, so that a line never promises
more than there is. Before files are replaced, a line with the status "begun" takes back
the promise. A later line on a cluster replaces the earlier; a line torn by a crash is
passed over, and its cluster done again. Nothing else is kept anywhere.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from summarizer.decoding import printable
from summarizer.errors import SummarizerError

MANIFEST = "manifest.jsonl"
SUMMARY = "summary.json"
SUFFIXES = {"text": ".txt", "markdown": ".md", "html": ".html", "json": ".json"}
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ASIDE = ".part"
_HASHED = re.compile(r".*-[0-9a-f]{10}")  # may be another id's name
_KEYS = {"id", "status", "input", "stamp", "settings", "files"}  # without which a line is torn


class StoreError(SummarizerError):
    """OUTPUT cannot be written, or another run is at work on it."""


class Known(NamedTuple):
    """What the manifest said of a cluster, as far as it decides whether to do it again."""

    done: bool
    input: str
    stamp: str
    settings: str
    files: tuple[str, ...]


class Store:
    """An OUTPUT folder, held by one run at a time; a context manager.

    ``known`` maps cluster ids to what the manifest said when the folder was opened. Of
    what is added since nothing is kept in memory, so that a run of any length needs no
    more than it began with. Raises StoreError where the folder cannot be made, or is held
    by another run; the lock goes with its process.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, Known] = {}
        self._superseded = 0  # lines of the manifest that later ones replace
        with _told(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = (folder / ".lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            holder = self._lock.read(20).strip() or "unknown"
            self._lock.close()
            raise StoreError(
                f"{folder}: another run (process {holder}) is at work there; wait until it ends."
            ) from None
        except OSError as error:
            self._lock.close()
            raise StoreError(
                f"{folder}: cannot be locked ({error.strerror}); choose a folder on another disk."
            ) from error
        try:
            with _told(folder):
                self._lock.truncate(0)
                self._lock.write(f"{os.getpid()}\n")
                self._lock.flush()
                self._load()
                self._manifest = (folder / MANIFEST).open("ab")
                # A disk where capitals make no difference, as on macOS.
                self._folds = (folder / MANIFEST.upper()).exists()
        except BaseException:
            self._lock.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # nothing is buffered; every line was flushed
            self._manifest.close()
        self._lock.close()

    def present(self) -> set[str]:
        """The names of the files in OUTPUT."""
        with _told(self.folder):
            return {path.name for path in self.folder.iterdir()}

    def add(self, rows: Sequence[Mapping[str, Any]], files: Sequence[Mapping[str, bytes]]) -> None:
        """Put the files of some clusters in place, then their lines into the manifest.

        A cluster may be added once while the folder is open.

        ``files[n]`` maps format to content and belongs to ``rows[n]``, which gets the
        names. When this returns all of it is on the disk; if it raises StoreError, what
        is there is whole. Files of earlier runs that are now out of date go. Where there
        are any, a line "begun" takes back the one that vouches for them.
        """
        begun: list[dict[str, Any]] = []
        done: list[dict[str, Any]] = []
        stale: set[str] = set()
        for row, contents in zip(rows, files, strict=True):
            names = [self._file_name(row["id"], format) for format in contents]
            done.append({**row, "files": names})
            before = self.known.get(row["id"])
            if before and before.files:
                both = sorted({*before.files, *names})
                begun.append({**row, "status": "begun", "settings": "", "files": both})
                stale |= set(before.files) - set(names)
        self._superseded += len(begun) + sum(row["id"] in self.known for row in rows)
        with _told(self.folder):
            if begun:
                self._append(begun)
            for row, contents in zip(done, files, strict=True):
                for name, content in zip(row["files"], contents.values(), strict=True):
                    self._write(name, content)
            for name in stale:
                (self.folder / name).unlink(missing_ok=True)
            if stale or any(files):
                self._flush_folder()
            self._append(done)

    def restamp(self, stamps: Mapping[str, str]) -> None:
        """Give the clusters these stamps, their input being what it was."""
        if stamps:
            last = {row["id"]: row for row, _ in self._rows() if row["id"] in stamps}
            self._superseded += len(last)
            with _told(self.folder):
                self._append([row | {"stamp": stamps[key]} for key, row in last.items()])

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Write ``summary.json`` whole."""
        text = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
        with _told(self.folder):
            self._write(SUMMARY, text.encode("utf-8", "replace"))
            self._flush_folder()

    def compact(self, keep: set[str]) -> None:
        """Take out of the manifest what later lines replace, and failures not in ``keep``."""
        gone = {key for key, known in self.known.items() if not known.files and key not in keep}
        if not self._superseded and not gone:
            return
        with _told(self.folder):
            last: dict[str, int] = {}
            for number, (row, _) in enumerate(self._rows()):
                last[row["id"]] = number
            aside = self.folder / f".{MANIFEST}{_ASIDE}"
            with aside.open("wb") as file:
                for number, (row, line) in enumerate(self._rows()):
                    if last[row["id"]] == number and row["id"] not in gone:
                        file.write(line)
                file.flush()
                os.fsync(file.fileno())
            self._manifest.close()
            aside.replace(self.folder / MANIFEST)
            self._flush_folder()
            self._manifest = (self.folder / MANIFEST).open("ab")
        self._superseded = 0

    def lines(self) -> Iterator[dict[str, Any]]:
        """The lines of the manifest; after ``compact`` there is one a cluster."""
        for row, _ in self._rows():
            yield row

    def _load(self) -> None:
        for aside in self.folder.glob(f".*{_ASIDE}"):
            aside.unlink(missing_ok=True)
        with (self.folder / MANIFEST).open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")  # so that a torn line does not spoil the next
        for row, _ in self._rows():
            key, content, stamp = row["id"], row["input"], row["stamp"]
            self._superseded += key in self.known
            self.known[key] = Known(
                done=row["status"] == "done",
                input=content,
                stamp=content if stamp == content else stamp,  # one string, as with the settings:
                settings=sys.intern(row["settings"]),  # there may be a million clusters
                files=tuple(row["files"]),
            )

    def _rows(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """The lines of the manifest. One that a crash has torn is passed over."""
        with (self.folder / MANIFEST).open("rb") as file:
            for line in file:
                with contextlib.suppress(ValueError):
                    row = json.loads(line)
                    if isinstance(row, dict) and row.keys() >= _KEYS:
                        yield row, line

    def _append(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._manifest.write(b"".join(map(_line, rows)))
        self._manifest.flush()
        os.fsync(self._manifest.fileno())

    def _write(self, name: str, data: bytes) -> str:
        """Write the file aside, bring it to the disk, and put it in its place."""
        aside = self.folder / f".{name}{_ASIDE}"
        try:
            with aside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self.folder / name)
        except BaseException:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)
            raise
        return name

    def _file_name(self, cluster_id: str, format: str) -> str:
        """The id where it is a plain name, else what of it is, and a hash to tell it apart."""
        stem = cluster_id
        plain = _PLAIN.fullmatch(stem) and not _HASHED.fullmatch(stem)
        if not plain or stem in ("manifest", "summary") or (self._folds and stem != stem.lower()):
            part = re.sub(r"[^A-Za-z0-9._-]+", "_", cluster_id)[:80].strip("._-") or "cluster"
            digest = hashlib.sha256(cluster_id.encode("utf-8", "replace")).hexdigest()
            stem = f"{part}-{digest[:10]}"
        return stem + SUFFIXES[format]

    def _flush_folder(self) -> None:
        """Bring the new names to the disk."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = printable(str(error.filename or folder))
        raise StoreError(
            f"Cannot write {where} ({error.strerror}). Nothing is half-written: once that is "
            "mended, the same command carries on."
        ) from error
