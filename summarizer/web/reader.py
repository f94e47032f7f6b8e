"""What the reader's process does for the desk: what visitors bring is read and cleaned there.

Parsers of PDF, Word and HTML are large, and a hostile file may hang or crash one or have it
fill memory. No model is loaded here, so another process soon takes the place of one lost.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from summarizer.cleaning import clean
from summarizer.reading import Reading, read_documents
from summarizer.records import Cleaning, Document
from summarizer.web.memory import give_back


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTask:
    """Files and folders to read; archives are unpacked and checked before."""

    paths: Sequence[Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningTask:
    """Documents to clean."""

    documents: Sequence[Document]


class Reader:
    """Reads and cleans. Raises InputError where nothing can be read."""

    def __init__(self) -> None:
        go_first()

    def __call__(
        self, task: ReadingTask | CleaningTask, emit: Callable[[None], None]
    ) -> Reading | Cleaning:
        """Do one task."""
        try:
            if isinstance(task, CleaningTask):
                return clean(task.documents)
            return read_documents(task.paths)
        finally:
            give_back()


def go_first() -> None:
    """Where memory runs out, Linux is to end this process, not the server."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
