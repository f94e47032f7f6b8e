"""One file's bytes, in any of the formats read, to the records it holds.

Every parser takes the file's content and either returns what it found or raises
InputError with the end of a sentence that begins with the file's name.
"""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from collections.abc import Callable
from itertools import pairwise

from summarizer.decoding import decode, is_binary
from summarizer.errors import InputError
from summarizer.structured import Parsed, Raw, parse_json, parse_jsonl, parse_rows
from summarizer.words import collapse

MAX_HTML_CHARACTERS = 5_000_000
MAX_HTML_TAGS = 40_000  # trafilatura takes some 0.2 ms a tag; a long article has 5,000
SHORT_HTML_CHARACTERS = 2_000  # of text; in longer pages trafilatura finds the paragraphs
MAX_MARKDOWN_CHARACTERS = 200_000  # longer ones are read as plain text: the parser is slow
MAX_UNPACKED_BYTES = 100_000_000  # of a .docx
TEXT_SUFFIXES = {"": "text", ".txt": "text", ".md": "markdown", ".markdown": "markdown",
                 ".html": "html", ".htm": "html", ".xhtml": "html", ".json": "json",
                 ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}  # fmt: skip
BINARY_SUFFIXES = {".pdf": "a PDF", ".docx": "a Word document", ".parquet": "a Parquet file"}
_INLINE_TAGS = frozenset(
    "a abbr b bdi bdo cite code em font i mark q s small span strong sub sup time u".split()
)
_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0", "is an old or password-locked Office file; save it as an open .docx."),
    (b"{\\rtf", "is a rich text (RTF) file; save it as .docx or .txt."),
    (b"\x1f\x8b", "is compressed (gzip); unpack it first."),
    (b"\xfd7zXZ\x00", "is compressed (xz); unpack it first."),
    (b"BZh", "is compressed (bzip2); unpack it first."),
    (b"\x28\xb5\x2f\xfd", "is compressed (zstd); unpack it first."),
    (b"7z\xbc\xaf", "is a 7z archive; unpack it first."),
    (b"\x89PNG", "is an image (PNG), not an article."),
    (b"\xff\xd8\xff", "is an image (JPEG), not an article."),
    (b"GIF8", "is an image (GIF), not an article."),
    (b"OggS\x00", "is a media file (Ogg), not an article."),
    (b"ID3\x03", "is a media file (MP3), not an article."),
    (b"\x7fELF", "is a program, not an article."),
    (b"SQLite format 3\x00", "is a database, not an article."),
)

# Libraries' warnings about one file stay off standard error; an application that sets
# up logging still receives them.
for _name in ("trafilatura", "htmldate", "courlan", "justext"):
    logging.getLogger(_name).addHandler(logging.NullHandler())


def parse(data: bytes, suffix: str) -> Parsed:
    """What the bytes of one file hold.

    ``suffix`` is the name's ending ("" if there is none) and settles what the content
    alone leaves open; content that contradicts it wins. Raises InputError; a library
    may raise anything else on a damaged file.
    """
    if not data:
        raise InputError("is empty.")
    if b"%PDF-" in data[:1024]:
        from summarizer.pdf import parse_pdf

        text, title, notices = parse_pdf(data)
        return Parsed((Raw(text=text, title=title),), notices)
    if data.startswith(b"PAR1"):
        return parse_rows(data, ".parquet")
    if data.startswith(b"PK\x03\x04"):
        return _parse_docx(data)
    for signature, message in _SIGNATURES:
        if data.startswith(signature):
            raise InputError(message)
    if suffix in BINARY_SUFFIXES:
        raise InputError(f"is named {suffix} but is not {BINARY_SUFFIXES[suffix]}.")
    if is_binary(data):
        raise InputError("holds binary data, not text.")
    kind = TEXT_SUFFIXES.get(suffix, "text")
    text, notice = decode(data, declared=kind == "html")
    if not text.strip("\ufeff\x00 \t\r\n\f\v"):
        raise InputError("holds nothing but white space.")
    parsed = parse_rows(text.encode(), ".csv") if kind == "csv" else _PARSERS[kind](text)
    return Parsed(parsed.records, (*([notice] if notice else []), *parsed.notices), parsed.many)


def _parse_text(text: str) -> Parsed:
    """Plain text, unless the text is plainly HTML or JSON under another name."""
    start = text.lstrip("\ufeff \t\r\n")[:200].lower()
    if re.match(r"(<\?xml[^>]*>\s*)?(<!doctype html|<html[\s>])", start):
        return _parse_html(text)
    if start[:1] in ("{", "["):
        try:
            json.loads(text.splitlines()[0] if start[0] == "{" else text)
        except (ValueError, RecursionError):
            try:
                json.loads(text)
            except (ValueError, RecursionError):
                return Parsed((Raw(text=text),))
        return parse_json(text)
    return Parsed((Raw(text=text),))


def _parse_html(text: str) -> Parsed:
    if not re.search(r"<[a-zA-Z!/?]", text):
        return Parsed((Raw(text=text),))
    if len(text) > MAX_HTML_CHARACTERS:
        raise InputError(
            f"is an HTML page of more than {MAX_HTML_CHARACTERS // 1_000_000} MB; "
            "save the article alone as text."
        )
    if text.count("<") > MAX_HTML_TAGS:
        return _tagless(text, "the page is too large to look for the article in it")
    import trafilatura
    import trafilatura.settings

    # Without extensive_search, htmldate believes what the page declares as its date;
    # with it, also any year in a copyright line. A wrong date is worse than none.
    page = trafilatura.bare_extraction(
        text,
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if isinstance(page, trafilatura.settings.Document) and page.text and page.text.strip():
        # One line is one paragraph here; a blank line says so to whoever reads on.
        body = re.sub(r"\n+", "\n\n", page.text.strip())
        notices: tuple[str, ...] = ()
        # Of a short page trafilatura may run the blocks together, or break them at every
        # link; what is headline and what is byline can then no longer be told.
        if len(body) <= SHORT_HTML_CHARACTERS:
            lines = _strip_tags(text)
            if _misread(body, lines):
                if "".join(body.split()) != "".join(lines.split()):
                    why = "the page is too short to tell the article in it"
                    notices = (f"{why}; all its text is used.",)
                body = lines
        raw = Raw(text=body, title=page.title, source=page.sitename, published=page.date)
        return Parsed((raw,), notices)
    return _tagless(text, "no article was found in the page")


def _misread(body: str, blocks: str) -> bool:
    """Whether the only line of ``body`` is several blocks, or two of its lines are one block."""
    whole = [collapse(block) for block in blocks.split("\n\n")]
    lines = [collapse(line) for line in body.split("\n\n")]
    if len(lines) == 1:
        return sum(block in lines[0] for block in whole) > 1
    return any(f"{a} {b}" in block for a, b in pairwise(lines) for block in whole)


def _tagless(text: str, why: str) -> Parsed:
    stripped = _strip_tags(text)
    if not stripped:
        raise InputError("is an HTML page without text (perhaps one that a script fills in).")
    return Parsed((Raw(text=stripped),), (f"{why}; all its text is used.",))


def _strip_tags(text: str) -> str:
    """All text of a page, a blank line between blocks."""
    from lxml import etree, html  # type: ignore[import-untyped]

    # As bytes: lxml refuses a string that declares an encoding of its own.
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        tree = html.document_fromstring(text.encode(), parser=parser)
    except etree.ParserError:  # nothing but comments
        return ""
    etree.strip_elements(tree, "head", "script", "style", "noscript", "template", with_tail=False)
    for element in tree.iter():
        if element.tag not in _INLINE_TAGS:
            element.text = f"\n\n{element.text or ''}"
            element.tail = f"\n\n{element.tail or ''}"
    blocks = "".join(tree.itertext()).split("\n\n")
    return "\n\n".join(block.strip() for block in blocks if block.strip())


def _parse_markdown(text: str) -> Parsed:
    """CommonMark to plain paragraphs; front matter gives title, date and source."""
    fields: dict[str, str] = {}
    front = re.match(
        r"\ufeff?---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", text, re.DOTALL
    )
    if front and re.match(r"[\w-]+[ \t]*:", front.group(1)):
        text = text[front.end() :]
        for line in front.group(1).splitlines():
            key, colon, value = line.partition(":")
            if colon and not line[0].isspace():
                fields[key.strip().lower()] = value.strip().strip("\"'")
    notices: tuple[str, ...] = ()
    heading = None
    if len(text) > MAX_MARKDOWN_CHARACTERS:
        notices = ("is too long to be read as Markdown; it is read as plain text.",)
    else:
        text, heading = _plain_markdown(text)
    raw = Raw(
        text=text,
        title=fields.get("title") or heading,
        source=fields.get("source") or None,
        published=fields.get("date") or fields.get("published") or None,
    )
    return Parsed((raw,), notices)


def _plain_markdown(text: str) -> tuple[str, str | None]:
    """The text without its marks, and the first heading of the highest level."""
    from markdown_it import MarkdownIt

    blocks: list[str] = []
    title: str | None = None
    lead = ""
    opened = ""
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "list_item_open":
            lead = f"{token.info}{token.markup} " if token.info else "• "
        elif token.type.endswith("_open"):
            opened = token.tag
        elif token.type in ("fence", "code_block"):
            blocks.append(token.content.strip("\n"))
        elif token.type == "inline":
            parts = (
                "\n" if child.type.endswith("break") else child.content
                for child in token.children or ()
                if child.type in ("text", "code_inline", "softbreak", "hardbreak")
            )
            block = "".join(parts).strip()
            if opened == "h1" and title is None:
                title = collapse(block) or None
            if block:
                blocks.append(lead + block)
            lead = ""
    return "\n\n".join(blocks), title


def _parse_docx(data: bytes) -> Parsed:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
    if not any(entry.filename == "word/document.xml" for entry in entries):
        raise InputError("is a zip archive or another Office file, not a Word document.")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise InputError(
            f"would unpack to more than {MAX_UNPACKED_BYTES // 1_000_000} MB; it is not read."
        )
    import docx
    from docx.table import Table

    document = docx.Document(io.BytesIO(data))
    blocks = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            blocks += [" | ".join(cell.text.strip() for cell in row.cells) for row in block.rows]
        else:
            blocks.append(block.text)
    text = "\n\n".join(block for block in blocks if block.strip())
    if not text:
        raise InputError("is a Word document without text.")
    # The property "created" tells when the file was made, not when the article appeared.
    return Parsed((Raw(text=text, title=document.core_properties.title or None),))


_PARSERS: dict[str, Callable[[str], Parsed]] = {
    "text": _parse_text,
    "html": _parse_html,
    "markdown": _parse_markdown,
    "json": parse_json,
    "jsonl": parse_jsonl,
}
