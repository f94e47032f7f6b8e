"""The text of a PDF, its printed lines made into paragraphs again."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from itertools import pairwise

from summarizer.errors import InputError

MAX_PAGES = 200
_PAGE_NUMBER = re.compile(r"(?:page\s+)?[-–—]?\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\s*[-–—]?", re.I)
_HYPHENATED = re.compile(r"(\w*[^\W\d_])[-\u2010]\n([a-zß-öø-ÿ]\w*)")
_LIGATURES = dict(
    zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)
)
_SENTENCE_END = re.compile(r"[.!?…:][\"'”’)\]]*$")
_BULLET = re.compile(r"(?:[•▪◦‣*–-]|\(?\d{1,2}[.)])\s")
_FULL_LINE = 0.8  # of the usual width: a line that long goes on in the next one

# Warnings about one damaged file stay off standard error unless logging is set up.
logging.getLogger("pypdf").addHandler(logging.NullHandler())


def parse_pdf(data: bytes) -> tuple[str, str | None, tuple[str, ...]]:
    """Text, title and notices.

    Running heads and page numbers go, words divided at a line's end are joined, and
    a blank line stands between paragraphs. The creation date is no date of publication
    (a printed web page has the day of printing) and is not used. Raises InputError for
    a locked file and for one without text.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError("is a password-locked PDF; save a copy without the password.")
        count = len(reader.pages)
        pages = [reader.pages[n].extract_text() for n in range(min(count, MAX_PAGES))]
        metadata = reader.metadata
        title = metadata.title if metadata is not None else None
    except PyPdfError as error:
        raise InputError(f"is a damaged or unsupported PDF ({error}).") from None
    text = paragraphs(pages)
    if not text:
        raise InputError("is a PDF without text; a scanned one needs text recognition (OCR) first.")
    notices = (
        () if count <= MAX_PAGES else (f"only its first {MAX_PAGES} pages of {count} are read.",)
    )
    return text, title if _is_title(title) else None, notices


def _is_title(title: object) -> bool:
    """Programs fill the property in themselves, with the file's name for instance."""
    return (
        isinstance(title, str)
        and " " in title.strip()
        and not re.search(r"^(microsoft \w+ -|untitled)|\.\w{2,5}$|https?:", title.strip(), re.I)
    )


def paragraphs(pages: list[str]) -> str:
    """Pages of printed lines as one text: a blank line between paragraphs."""
    kept = _without_running_heads([[line.strip() for line in page.splitlines()] for page in pages])
    lines = [line for page in kept for line in page if line]
    if not lines:
        return ""
    widths = sorted(len(line) for line in lines)
    usual = widths[len(widths) * 3 // 4]
    joined = [lines[0]]
    for above, line in pairwise(lines):
        full = len(above) >= _FULL_LINE * usual
        ends = bool(_SENTENCE_END.search(above))
        broken = _BULLET.match(line) or (not full and (ends or not line[:1].islower()))
        joined += ["\n\n" if broken else "\n", line]
    return dehyphenate("".join(joined).translate(_LIGATURES))


def _without_running_heads(pages: list[list[str]]) -> list[list[str]]:
    """The pages less page numbers and first or last lines that most pages share."""
    bare = [[line for line in page if line] for page in pages]

    def shape(line: str) -> str:
        return re.sub(r"\d+", "0", line)

    edges = Counter(shape(line) for page in bare for line in {*page[:1], *page[-1:]})
    often = {line for line, count in edges.items() if count >= 3 and count > len(pages) / 2}

    def junk(line: str) -> bool:
        return shape(line) in often or _PAGE_NUMBER.fullmatch(line) is not None

    for page in bare:
        while page and junk(page[0]):
            del page[0]
        while page and junk(page[-1]):
            del page[-1]
    return bare


def dehyphenate(text: str) -> str:
    """Words divided at the end of a line, put together.

    The rest of the text tells a divided word ("inter-national") from a compound
    ("long-term"): a form that occurs elsewhere wins, and two parts that both occur
    as words of their own stay a compound.
    """
    known = Counter(re.findall(r"\w+(?:-\w+)*", text.lower()))
    text = re.sub("\u00ad\n", "", text)

    def join(match: re.Match[str]) -> str:
        first, second = match.groups()
        whole, compound = (first + second).lower(), f"{first}-{second}".lower()
        parts = known[first.lower()] > 1 and known[second.lower()] > 1
        hyphen = "-" if not known[whole] and (known[compound] or parts) else ""
        return f"{first}{hyphen}{second}"

    return _HYPHENATED.sub(join, text)
