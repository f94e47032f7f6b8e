"""Documents and clusters as JSON, JSON lines, CSV and Parquet hold them.

A document is an object (or row) with ``text`` and optional ``title``, ``source``,
``published`` and ``id``, or just a string; a cluster one with ``documents`` and
optional ``references`` and ``cluster_id``.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from summarizer.errors import InputError

# These write to standard error what they also raise.
for _name in ("csv", "parquet"):
    logging.getLogger(f"datasets.packaged_modules.{_name}.{_name}").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A document as its file has it, before anything is checked."""

    text: str
    title: str | None = None
    source: str | None = None
    published: object = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCluster:
    """A cluster as its file has it."""

    documents: tuple[Raw, ...]
    references: tuple[str, ...] = ()
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds. ``many`` says that its format may hold several documents."""

    records: tuple[Raw | RawCluster, ...]
    notices: tuple[str, ...] = ()
    many: bool = False


def parse_json(text: str) -> Parsed:
    """One value or a list of them; lines of JSON under the wrong name are read as well."""
    try:
        value = json.loads(text.lstrip("\ufeff"))
    except RecursionError:
        raise InputError("is JSON nested too deeply to be read.") from None
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and _is_json(lines[0]):
            return parse_jsonl(text)
        raise InputError(f"is not valid JSON ({error}).") from None
    if isinstance(value, list):
        return _records([(f"record {n}", item) for n, item in enumerate(value, start=1)])
    return Parsed((record(value),))


def parse_jsonl(text: str) -> Parsed:
    """A value a line; a broken line is named in a notice."""
    items: list[tuple[str, Any]] = []
    broken = []
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), start=1):
        if line.strip():
            try:
                items.append((f"line {number}", json.loads(line)))
            except (ValueError, RecursionError):
                broken.append(f"line {number} is not valid JSON")
    return _records(items, broken)


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict | list)
    except (ValueError, RecursionError):
        return False


def parse_rows(data: bytes, suffix: str) -> Parsed:
    """The rows of a table, ``suffix`` being .csv or .parquet."""
    # A copy under a plain name: datasets reads a path as a pattern, with [ and * special.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        path.write_bytes(data)
        return _records([(f"row {n}", row) for n, row in enumerate(rows(path), start=1)])


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a .csv or .parquet file, read as they are asked for."""
    import datasets

    kind = path.suffix[1:].lower()
    options: dict[str, Any] = {"keep_default_na": False} if kind == "csv" else {}
    with tempfile.TemporaryDirectory() as cache:
        link = Path(cache) / f"table.{kind}"
        link.symlink_to(path.resolve())
        yield from datasets.load_dataset(
            kind, data_files=str(link), split="train", streaming=True, cache_dir=cache, **options
        )


def _records(items: Sequence[tuple[str, Any]], broken: Sequence[str] = ()) -> Parsed:
    """The records of a file that holds several; bad ones are named in a notice."""
    found: list[Raw | RawCluster] = []
    bad = list(broken)
    for place, item in items:
        try:
            found.append(record(item))
        except InputError as error:
            bad.append(f"{place} {str(error).rstrip('.')}")
    problems = "; ".join(bad[:3]) + (f"; and {len(bad) - 3} more" if len(bad) > 3 else "")
    if not found:
        raise InputError(f"holds no document: {problems or 'there are no records'}.")
    return Parsed(tuple(found), (f"in part not read: {problems}.",) if bad else (), many=True)


def record(item: object) -> Raw | RawCluster:
    """A document or a cluster from a value of JSON or a row of a table.

    Raises InputError saying what is missing.
    """
    if isinstance(item, str):
        return Raw(text=item)
    if not isinstance(item, dict):
        raise InputError(f"is not an object with text or documents but {_named(item)}.")
    if item.get("documents") not in (None, ""):
        return _cluster(item)
    text = item.get("text")
    if not isinstance(text, str):
        if text is None or isinstance(text, list | dict):
            keys = ", ".join(repr(str(key)[:40]) for key in list(item)[:8]) or "none"
            raise InputError(f"has no text: its keys are {keys}; text or documents is needed.")
        text = str(text)
    return Raw(
        text=text,
        title=_optional(item.get("title")),
        source=_optional(item.get("source")),
        published=item.get("published"),
        id=_optional(item.get("id")),
    )


def _cluster(item: dict[str, Any]) -> RawCluster:
    documents = []
    for number, entry in enumerate(_list(item["documents"], "documents"), start=1):
        inner = record(entry)
        if isinstance(inner, RawCluster):
            raise InputError(f"has a cluster inside a cluster (document {number}).")
        documents.append(inner)
    references = item.get("references")
    texts = [] if references in (None, "") else _list(references, "references")
    if not all(isinstance(text, str) for text in texts):
        raise InputError("has references that are not texts.")
    return RawCluster(
        documents=tuple(documents),
        references=tuple(texts),
        id=_optional(item.get("cluster_id")),
    )


def _list(value: object, key: str) -> list[Any]:
    if isinstance(value, str):  # a cell of a CSV file
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise InputError(f"has {key} that are not a list.") from None
    if not isinstance(value, list):
        raise InputError(f"has {key} that are not a list.")
    return value


def _named(value: object) -> str:
    names = {type(None): "nothing", bool: "true or false", list: "a list"}
    return names.get(type(value), "a number")


def _optional(value: object) -> str | None:
    return str(value) if isinstance(value, str | int | float) and value != "" else None


def parse_date(value: object) -> dt.date | None:
    """The day that a metadata value names; None where it does not name just one.

    ISO 8601 and what dateutil reads ("January 21st, 2024", RFC 2822). A value
    without year, month or day, or with day and month in doubt ("01/02/2024"), is None.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str) or not 6 <= len(value.strip()) <= 60:
        return None
    try:
        return dt.datetime.fromisoformat(value.strip()).date()
    except ValueError:
        pass
    from dateutil import parser  # type: ignore[import-untyped]

    # What is missing is taken from the default, day and month from dayfirst: a value
    # that names one day gives the same under all four.
    days = set()
    for default in (dt.datetime(2000, 1, 1), dt.datetime(2004, 2, 2)):
        for dayfirst in (False, True):
            try:
                day = parser.parse(value, default=default, dayfirst=dayfirst, ignoretz=True)
            except (ValueError, OverflowError):
                return None
            days.add(day.date())
    return days.pop() if len(days) == 1 else None
