"""Bytes and strings from outside, made into text that no later stage stumbles over."""

from __future__ import annotations

import codecs
import re
import unicodedata

_BOMS = (  # UTF-32 first: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL_BYTES = bytes({*range(32), 127} - set(b"\t\n\v\f\r\x1b"))
_BINARY_SHARE = 0.05  # of control bytes; random bytes hold about 0.1, text next to none
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
_SAMPLE = 64_000  # bytes that are enough to guess an encoding by

# What a few accented letters are too easily taken for: encodings that the Web does not
# use (old Macintosh, DOS) and wide ones, which are decided before anything is guessed.
_IMPROBABLE = """utf_7 utf_16 utf_16_le utf_16_be utf_32 utf_32_le utf_32_be mac_latin2 mac_iceland
    mac_roman mac_turkish mac_greek mac_cyrillic cp037 cp273 cp424 cp437 cp500 cp720 cp737 cp775
    cp850 cp852 cp855 cp856 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp869 cp875 cp1026
    cp1125 cp1140 hp_roman8""".split()

_REMOVED = (  # controls, soft hyphen and other invisible ones, bidirectional overrides
    *range(9), *range(11, 32), *range(127, 160),
    0xAD, 0x200B, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A),
)  # fmt: skip
_CHARACTERS: dict[int, str | None] = {
    **dict.fromkeys(_REMOVED),
    **dict.fromkeys((*range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF), "\ufffd"),  # no characters
    **dict.fromkeys((0xA0, 0x2007, 0x202F), " "),  # no-break spaces
}
_SPECIAL = re.compile(f"[{''.join(re.escape(chr(code)) for code in _CHARACTERS)}]")
_NEWLINES = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_MARKS = re.compile(r"[^\w\s\x00-\x7f]{31,}")
_MOST_MARKS = 30


def is_binary(data: bytes) -> bool:
    """Whether ``data`` is no text in any encoding: too many control characters."""
    if _marked_encoding(data) or _wide_encoding(data):
        return False
    text = data.translate(None, _CONTROL_BYTES)
    return len(data) - len(text) > _BINARY_SHARE * len(data)


def decode(data: bytes, *, declared: bool = False) -> tuple[str, str | None]:
    """The text of ``data``, and a notice where some of it could not be decoded.

    A byte order mark decides; then UTF-8, where it fits; then, if ``declared``, the
    encoding that the first lines of an HTML page name; then charset-normalizer.
    """
    marked = _marked_encoding(data)
    if marked:
        mark, encoding = marked
        return _lenient(data[len(mark) :], encoding)
    wide = _wide_encoding(data)
    if wide:
        return _lenient(data, wide)
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        return _lenient(data, _guess(data, declared=declared))


def _marked_encoding(data: bytes) -> tuple[bytes, str] | None:
    return next(((mark, name) for mark, name in _BOMS if data.startswith(mark)), None)


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of Western text is NUL, the others are not."""
    sample = data[: _SAMPLE // 2 * 2]
    half = len(sample) // 2
    if half < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.6 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _guess(data: bytes, *, declared: bool) -> str:
    """The likeliest encoding of bytes that are not all UTF-8."""
    lenient = data.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    sound = len(lenient) - len(lenient.encode("ascii", "ignore")) - broken
    if sound >= 4 * broken:
        return "utf-8"  # damaged UTF-8: cut off in a character, or a stray byte
    if declared and (match := _DECLARED.search(data[:2048])):
        name = match.group(1).decode("ascii")
        if _is_ascii_based(name):
            return name
    from charset_normalizer import from_bytes

    # Only lines that say something about the encoding.
    telling = b"\n".join(line for line in data.split(b"\n") if not line.isascii())
    first = next(at for at, byte in enumerate(telling) if byte > 127)
    sample = telling[max(0, first - 200) :][:_SAMPLE]
    best = from_bytes(sample, cp_exclusion=_IMPROBABLE).best()
    if best is None:
        return "utf-8" if sound else "cp1252"
    # Where the guess cannot tell Western Europe from its neighbours, the Web's default wins.
    return "cp1252" if "cp1252" in best.could_be_from_charset else best.encoding


def _is_ascii_based(encoding: str) -> bool:
    """Whether it is an encoding other than UTF-8 in which ASCII stands for itself."""
    ascii_text = bytes(range(32, 127))
    try:
        same = ascii_text.decode(encoding) == ascii_text.decode("ascii")
        return same and codecs.lookup(encoding).name != "utf-8"
    except (LookupError, UnicodeError):
        return False


def _lenient(data: bytes, encoding: str) -> tuple[str, str | None]:
    try:
        return data.decode(encoding), None
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
    return text, (
        f"some of its bytes are not valid {encoding.upper()} and are shown as \ufffd; "
        "save it as UTF-8 if that spoils the text."
    )


def harmless(text: str) -> str:
    """``text`` with one kind of line break and without invisible or forbidden characters.

    Line breaks become a newline (a paragraph separator two), no-break spaces plain
    ones; control characters, byte order marks, soft hyphens and bidirectional
    overrides go; lone surrogates and non-characters become U+FFFD. The result is in
    NFC with at most 30 combining marks in a row (the stream-safe form of Unicode
    Standard Annex 15, section 13): longer runs make normalization quadratic.
    """
    if _SURROGATES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _NEWLINES.sub("\n", text).replace("\u2029", "\n\n")
    if _SPECIAL.search(text):  # cheaper than translating what needs no translation
        text = text.translate(_CHARACTERS)
    return text if text.isascii() else unicodedata.normalize("NFC", _MARKS.sub(_trim, text))


def _trim(match: re.Match[str]) -> str:
    kept, marks = [], 0
    for character in match.group():
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def printable(name: str) -> str:
    """``name`` on one line, with what a terminal might obey or hide written as escapes."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in name
    )
