"""What the tests of the front end have made in worker processes, and how they talk to it.

A fake at work opens a line to the test that waits for it (``Waiting.accept``); it goes on
when it is sent something, and the line breaks when its process is killed.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models import load_encoder
from models.extractive import ExtractiveWriter
from summarizer.reading import Reading
from summarizer.records import Cleaning, Plan, Writing
from summarizer.web.maker import Maker
from summarizer.web.reader import CleaningTask, Reader, ReadingTask

if TYPE_CHECKING:
    from summarizer.protocols import Encoder, OnDraft, Writer

STUBBORN = "Zyxburg"  # the encoder halts at texts with this name


@contextmanager
def waiting() -> Iterator[Listener]:
    """A test that waits for fakes, which find it at ``address``."""
    with (
        tempfile.TemporaryDirectory(prefix="line-") as folder,  # a short path, as sockets need
        Listener(f"{folder}/s", "AF_UNIX") as listener,
    ):
        yield listener


class SlowWriter(ExtractiveWriter):
    """Writes the next sentence whenever it is told to, and ends when told once more."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self._line = line

    def write(
        self, plans: Sequence[Plan], *, words: int, on_draft: OnDraft | None = None
    ) -> list[Writing]:
        writings = super().write(plans, words=words)
        with Client(self._line) as test:
            for draft in writings[0].drafts:
                test.recv()
                if on_draft:
                    on_draft(0, draft)
            test.recv()
        return writings


class BrokenWriter(ExtractiveWriter):
    """Has a bug."""

    def write(
        self, plans: Sequence[Plan], *, words: int, on_draft: OnDraft | None = None
    ) -> list[Writing]:
        raise ZeroDivisionError("a bug, with /a/path in its message")


class CrashingWriter(ExtractiveWriter):
    """Takes its process with it, as a fault in native code or want of memory does."""

    def write(
        self, plans: Sequence[Plan], *, words: int, on_draft: OnDraft | None = None
    ) -> list[Writing]:
        os.kill(os.getpid(), signal.SIGSEGV)
        raise AssertionError("still alive")


class StubbornEncoder:
    """The lexical encoder, which halts at some texts and heeds nobody but the test."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._encoder = load_encoder("lexical")
        self.name = self._encoder.name
        self.semantic = self._encoder.semantic
        self.notices = self._encoder.notices

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if any(STUBBORN in text for text in texts):
            with Client(self._line) as test:
                test.recv()
        return self._encoder.encode(texts)


class FakeMaker(Maker):
    """A maker whose models need no weights; ``line`` is where the test waits, if it does."""

    def __init__(self, line: str = "") -> None:
        self._line = line
        super().__init__("auto")

    def load_encoder(self) -> Encoder:
        return StubbornEncoder(self._line)

    def load_writer(self, name: str) -> Writer:
        if name == "slow":
            return SlowWriter(self._line)
        if name == "broken":
            return BrokenWriter()
        if name == "crashing":
            return CrashingWriter()
        if name == "auto":
            return ExtractiveWriter()  # whose briefings the tests know word for word
        return super().load_writer(name)


class LateMaker(FakeMaker):
    """Is killed as it starts, until there is a file at ``sign``."""

    def __init__(self, sign: str) -> None:
        if not Path(sign).exists():
            os.kill(os.getpid(), signal.SIGKILL)
        super().__init__()


class FakeReader(Reader):
    """A reader that never ends with endless.pdf, and dies of deadly.pdf and of deadly words."""

    def __init__(self, line: str = "") -> None:
        self._line = line
        super().__init__()

    def __call__(
        self, task: ReadingTask | CleaningTask, emit: Callable[[None], None]
    ) -> Reading | Cleaning:
        names = {path.name for path in task.paths} if isinstance(task, ReadingTask) else set()
        if "endless.pdf" in names:
            with Client(self._line) as test:
                test.recv()
        texts = [d.text for d in task.documents] if isinstance(task, CleaningTask) else []
        if "deadly.pdf" in names or any("deadly words" in text for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(task, emit)


def to_the_end(writer: Connection) -> None:
    """Let the writer write all that it has; it may hang up before it is told so often."""
    with suppress(OSError):
        for _ in range(9):
            writer.send("on")
