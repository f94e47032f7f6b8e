"""Blocks: the lines of a document, hard-wrapped ones joined, and what can be seen of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from summarizer.words import count_words, fold

LONG = 30  # words from which a block is a paragraph even without a final stop

_STOP = re.compile(r"(?:[.!?。！？｡．؟۔।॥։]|\w…)[\s'\"”’»›)\]」』]*$")
ABBREVIATION = re.compile(r"(?:\b[^\W\d_]\.){2,}$")
BULLET = re.compile(r"(?:[•·▪▫●○◦‣⁃►▶»*+]|[-–]|#{1,6}|>{1,3})(?:\s+|(?<=[•▪●►▶]))(?=\S)")


class Cut(NamedTuple):
    """A part of the text to set aside, and the reason."""

    start: int
    end: int
    reason: str


@dataclass(slots=True)
class Block:
    """A paragraph or a line, with what the rules look at."""

    start: int
    end: int
    text: str
    words: int
    bullet: bool
    stop: bool  # ends like a sentence
    apart: bool  # follows a blank line
    reason: str | None = None
    certain: bool = False  # dropped by a phrase, not for its shape
    opens: bool = False  # what follows are headlines of other articles
    key: str = ""  # folded text, for comparison; empty for very long blocks
    cuts: tuple[Cut, ...] = ()  # its sentences that begin with a known phrase

    @property
    def paragraph(self) -> bool:
        """Surely running text."""
        return self.reason is None and (
            (self.stop and self.words >= 8) or (self.words >= LONG and not self.bullet)
        )

    @property
    def fragment(self) -> bool:
        """A line that is no sentence, as far as its shape can tell."""
        return self.reason is None and not self.stop and self.words < LONG


def split_blocks(text: str) -> list[Block]:
    """The document's lines, hard-wrapped ones joined, in order."""
    lines: list[tuple[int, int, bool]] = []  # start, end, follows a blank line
    position, blank = 0, True
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped:
            start = position + len(line) - len(line.lstrip())
            lines.append((start, start + len(stripped), blank))
        blank = not stripped
        position += len(line)
    width = _wrap_width(text, lines)
    blocks: list[Block] = []
    begin = 0
    for i in range(1, len(lines) + 1):
        if i < len(lines) and _continues(text, lines[i - 1], lines[i], width):
            continue
        start, end, follows_blank = lines[begin][0], lines[i - 1][1], lines[begin][2]
        begin = i
        raw = text[start:end]
        block = Block(
            start=start,
            end=end,
            text=raw,
            words=len(raw.split()) if raw.isascii() else count_words(raw),
            bullet=raw[0] != "#" and BULLET.match(raw) is not None,
            stop=_STOP.search(raw[-12:]) is not None,
            apart=follows_blank,
        )
        if len(raw) < 5000:
            block.key = fold(raw)
        blocks.append(block)
    # A headline such as "Quake hits the U.S." ends in an abbreviation, not in a stop.
    if len(blocks) > 1 and blocks[0].words <= 20 and ABBREVIATION.search(blocks[0].text):
        blocks[0].stop = False
    return blocks


def _wrap_width(text: str, lines: Sequence[tuple[int, int, bool]]) -> int:
    """The column at which the document is hard-wrapped, in characters; 0 where it is not.

    In wrapped text most lines that another follows are so full that its first word
    would not have fitted, and many of them break off within a sentence.
    """
    pairs = [(a, b) for a, b in pairwise(lines) if not b[2]]
    lengths = sorted(a[1] - a[0] for a, _ in pairs)
    if len(pairs) < 3:
        return 0
    width = lengths[int(0.95 * (len(lengths) - 1))]
    if not 40 <= width <= 130:
        return 0
    full = [(a, b) for a, b in pairs if _full(text, a, b, width)]
    broken = sum(not text[b[0]].isupper() and text[b[0]].isalnum() for _, b in full)
    return width if len(full) >= 0.5 * len(pairs) and broken >= max(2, 0.3 * len(full)) else 0


def _full(text: str, line: tuple[int, int, bool], after: tuple[int, int, bool], width: int) -> bool:
    first_word = text[after[0] : min(after[1], after[0] + 40)].split(maxsplit=1)[0]
    return line[1] - line[0] + 1 + len(first_word) > 0.93 * width


def _continues(
    text: str, line: tuple[int, int, bool], after: tuple[int, int, bool], width: int
) -> bool:
    """Whether ``after`` goes on with the paragraph of ``line``."""
    if after[2] or BULLET.match(text, after[0], after[1]):
        return False
    # A long line broken off before a small letter is wrapped whatever the others are.
    broken = (
        line[1] - line[0] >= 40
        and text[line[0]].isupper()
        and text[after[0]].islower()
        and not _STOP.search(text, max(line[0], line[1] - 12), line[1])
    )
    return broken or (width > 0 and _full(text, line, after, width))
