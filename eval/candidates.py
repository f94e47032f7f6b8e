"""Candidates and references of any system in the world: JSON or plain text, one a line."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from summarizer.errors import InputError

_IDS = ("id", "cluster_id")
_TABLES = (".json", ".csv", ".tsv", ".parquet")  # whose lines are no texts


class Candidates(NamedTuple):
    """Texts in the file's order; ``ids`` is empty where the file has none."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]


class References(NamedTuple):
    """One or more texts for each candidate; ``ids`` is empty where the file has none."""

    ids: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]


class Pairs(NamedTuple):
    """Candidates with their references, under the ids or else the numbers of the lines."""

    ids: tuple[str, ...]
    candidates: tuple[str, ...]
    references: tuple[tuple[str, ...], ...]


def read_candidates(path: Path) -> Candidates:
    """The candidates of a .jsonl file ("text", and "id" or "cluster_id") or of plain lines.

    Both kinds may be compressed as .xz. Raises InputError naming file and line.
    """
    ids, texts = [], []
    for place, cluster_id, item in _items(path):
        text = item.get("text") if isinstance(item, dict) else item
        if not isinstance(text, str):
            keys = ", ".join(item) if isinstance(item, dict) else type(item).__name__
            raise InputError(f'{place}: has no "text" (its keys are {keys}).')
        if not text.strip():
            raise InputError(f"{place}: the candidate is empty.")
        texts.append(text)
        ids.append(cluster_id)
    return Candidates(_checked(path, ids), tuple(texts))


def read_references(path: Path, *, unreferenced: bool = False) -> References:
    """The references of a .jsonl file ("references" or "text", one or a list) or of plain lines.

    With ``unreferenced`` a list may be empty. Raises InputError naming file and line.
    """
    ids, texts = [], []
    for place, cluster_id, item in _items(path):
        value = item.get("references", item.get("text")) if isinstance(item, dict) else item
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            keys = ", ".join(item) if isinstance(item, dict) else type(item).__name__
            raise InputError(f'{place}: has no "references" and no "text" (its keys are {keys}).')
        if not (found or unreferenced) or not all(text.strip() for text in found):
            raise InputError(f"{place}: {'a reference is empty' if found else 'no reference'}.")
        texts.append(tuple(found))
        ids.append(cluster_id)
    return References(_checked(path, ids), tuple(texts))


def read_pairs(candidates: Path, references: Path) -> Pairs:
    """Candidates and references matched by id, or by line where neither file has ids.

    Raises InputError where one has no partner.
    """
    found, against = read_candidates(candidates), read_references(references)
    if bool(found.ids) != bool(against.ids):
        without = references if found.ids else candidates
        raise InputError(f"{without}: has no ids, but the other file has: give both or neither.")
    if not found.ids:
        if len(found.texts) != len(against.texts):
            raise InputError(
                f"{candidates} has {len(found.texts)} lines and {references} {len(against.texts)}: "
                "there must be as many of both, in the same order."
            )
        ids = tuple(str(number) for number in range(1, len(found.texts) + 1))
        return Pairs(ids, found.texts, against.texts)
    by_id = dict(zip(against.ids, against.texts, strict=True))
    for have, lack, holder, other in (
        (found.ids, by_id.keys(), candidates, references),
        (against.ids, set(found.ids), references, candidates),
    ):
        missing = [cluster_id for cluster_id in have if cluster_id not in lack]
        if missing:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            raise InputError(f"{other}: lacks the id {missing[0]!r}{more} that {holder} has.")
    return Pairs(found.ids, found.texts, tuple(by_id[cluster_id] for cluster_id in found.ids))


def _items(path: Path) -> Iterator[tuple[str, str | None, Any]]:
    """Place, id and value of each line; a plain file's values are its lines."""
    if not path.is_file():
        raise InputError(f"{path}: no such file.")
    name = path.name.lower()
    if name.removesuffix(".xz").endswith(_TABLES):
        raise InputError(
            f"{path}: is no file of JSON lines (.jsonl) or plain lines (.txt), which alone are "
            "read here; write it as one of these."
        )
    as_json = name.removesuffix(".xz").endswith(".jsonl")
    lines: dict[str, int] = {}
    number = 0
    try:
        with lzma.open(path) if name.endswith(".xz") else path.open("rb") as file:
            for number, data in enumerate(file, start=1):
                place = f"{path}, line {number}"
                line = data.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                if not as_json:
                    yield place, None, line
                elif line.strip():
                    item = _loads(line, place)
                    cluster_id = _id(item)
                    if cluster_id in lines:
                        raise InputError(
                            f"{place}: has the id {cluster_id!r} of line {lines[cluster_id]} again."
                        )
                    if cluster_id is not None:
                        lines[cluster_id] = number
                    yield place, cluster_id, item
    except UnicodeDecodeError as error:
        raise InputError(f"{path}, line {number}: is not UTF-8 ({error.reason}).") from None
    except (OSError, lzma.LZMAError, EOFError) as error:
        raise InputError(f"{path}: cannot be read after line {number} ({error}).") from None


def _loads(line: str, place: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: is not valid JSON ({error}).") from None


def _id(item: object) -> str | None:
    if isinstance(item, dict):
        for key in _IDS:
            if isinstance(item.get(key), str | int):
                return str(item[key])
    return None


def _checked(path: Path, ids: list[str | None]) -> tuple[str, ...]:
    """The ids, all or none."""
    if not ids:
        raise InputError(f"{path}: is empty.")
    given = tuple(cluster_id for cluster_id in ids if cluster_id is not None)
    if given and len(given) < len(ids):
        raise InputError(f"{path}: record {ids.index(None) + 1} has no id, but others have.")
    return given
