"""Bytes and strings from outside, made into text that no later stage stumbles over."""

from __future__ import annotations

import codecs
import re
import unicodedata
from html import unescape
from itertools import pairwise

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
_LATIN_SAMPLE = 8_000  # and one of Latin letters, of which a few tell

# What a few accented letters are too easily taken for: encodings that the Web does not
# use (old Macintosh, DOS) and wide ones, which are decided before anything is guessed.
_IMPROBABLE = """utf_7 utf_16 utf_16_le utf_16_be utf_32 utf_32_le utf_32_be mac_latin2 mac_iceland
    mac_roman mac_turkish mac_greek mac_cyrillic cp037 cp273 cp424 cp437 cp500 cp720 cp737 cp775
    cp850 cp852 cp855 cp856 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp869 cp875 cp1026
    cp1125 cp1140 hp_roman8""".split()

_WIDE_EAST = re.compile(r"cp932|cp936|cp949|cp950|big5|gb|hz|euc_|shift_|johab|iso2022")

# What a language writes beyond ASCII, and a few of its commonest words in ASCII. The code
# pages stand in the order in which they are likely where the letters do not decide.
_CENTRAL = (
    ("ąćęłńóśźż", "w z na do i nie o po jest za od przez jak dla ale"),
    ("áčďéěíňóřšťúůýž", "v na se je a z do o ve pro za po jako ale"),
    ("áäčďéíĺľňóôŕšťúýž", "v na sa je a z do o vo pre za po ako ale"),
    ("áéíóöőúüű", "a az egy hogy nem is meg van volt ez de"),
    ("ăâîşţ", "de la cu pe un o din care nu se al au"),
    ("čćđšž", "je u i na se da za od su ne s o te"),
)
_CODE_PAGES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "cp1252",
        (
            ("éèàùçâêîôûëïüœÿæ", "le la les de des du un une et en il que qui est par"),
            ("áéíóúñü", "el la los las de del que y en un una se por con su"),
            ("äöüß", "der die das und in den von zu mit sich ist auf er nicht"),
            ("ãõáéíóúâêôçàü", "o a os as de do da que e em um uma se por com"),
            ("àèéìòùîù", "il la lo gli di del della che e in un una per con non"),
            ("åäöé", "och att det i en av som den med var han till"),
            ("æøåéèóòô", "og at det i en av som den med han til er ikke"),
            ("éèëïöüáóíê", "de het een en van in dat is op te zijn met niet"),
            ("éèïôöçêâûñüóíáàäãå", "the of and to in a was that for on with at"),
        ),
    ),
    ("cp1254", (("çğıöşüâîû", "ve bir bu da de ile ne daha olarak"),)),
    ("cp1250", _CENTRAL),
    ("iso8859_2", _CENTRAL),
    (
        "cp1257",
        (
            ("āčēģīķļņšūž", "un ir no ar par uz kas bet pie"),
            ("ąčęėįšųūž", "ir kad su yra bet apie jo ne kaip"),
            ("äõöüšž", "ja on ei ka see et oli kui ta"),
        ),
    ),
    ("cp1252", (("áéíóúýðþæö", "og er hann um til sem var ekki fyrir"),)),
)
# The commonest letters of other scripts: more than half of what is written in them.
_SCRIPTS = (
    ("cp1251", "оеаинтсрвліОЕАИНТСРВЛ"),
    ("koi8_r", "оеаинтсрвлОЕАИНТСРВЛ"),
    ("cp1253", "αοιετσνηυράόίέήκπςΑΟΕΤΠΚΗ"),
    ("cp1255", "יוהלאתרמבשנ"),
    ("cp1256", "اليمنوترب"),
)
_PUNCTUATION = frozenset("‘’“”„‚«»‹›–—…•·€£§°©®™ªº½¼¾²³¿¡")
_WORDS = re.compile(r"[^\W\d_]+")
_MISPLACED = re.compile(
    r"[^\W\d_][£¥¢§°©®¿¡‹«„‚³²¹¼½¾ªº±µ¶¬¤¦¨¯¸´˝ˇ˘˙˛~][^\W\d_]|(?<!\w)[²³¹ª]\w|[Œœ](?![uiesdUIESD])"
)

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
    """The text of ``data``, and a notice where some could not be decoded or little told how.

    A byte order mark decides; then UTF-8, where it fits; then, if ``declared``, the
    encoding that the first lines of an HTML page name; then the letters it would give.
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
        encoding, sure = _guess(data, declared=declared)
    text, notice = _lenient(data, encoding)
    if notice or sure:
        return text, notice
    return text, (
        f"its encoding is a guess from few letters ({encoding.upper()}); "
        "save it as UTF-8 if some look wrong."
    )


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


def _guess(data: bytes, *, declared: bool) -> tuple[str, bool]:
    """The likeliest encoding of bytes that are not all UTF-8, and whether it is sure."""
    lenient = data.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    sound = len(lenient) - len(lenient.encode("ascii", "ignore")) - broken
    if sound >= 4 * broken:
        return "utf-8", True  # damaged UTF-8: cut off in a character, or a stray byte
    if declared and (match := _DECLARED.search(data[:2048])):
        name = match.group(1).decode("ascii")
        if _is_ascii_based(name):
            return name, True
    # Only lines that say something about the encoding.
    telling = b"\n".join(line for line in data.split(b"\n") if not line.isascii())
    first = next(at for at, byte in enumerate(telling) if byte > 127)
    sample = telling[max(0, first - 200) :][:_SAMPLE]
    if _is_latin(sample):
        return _guess_latin(sample[:_LATIN_SAMPLE])
    encoding, sure = _guess_other(sample)
    return encoding or ("utf-8" if sound else "cp1252"), sure


def _is_latin(sample: bytes) -> bool:
    """Whether bytes above 127 stand singly amid ASCII letters, as accented letters do.

    Other scripts hold whole words of them.
    """
    accented = re.findall(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*", sample)
    foreign = sum(
        len(word) > 3 and len(re.sub(rb"[A-Za-z]", b"", word)) >= 0.7 * len(word)
        for word in accented
    )
    letters = len(re.findall(rb"[A-Za-z]", sample))
    return 2 * foreign < len(accented) and (letters > 1 or len(sample) < 3)


def _guess_latin(sample: bytes) -> tuple[str, bool]:
    """The code page in which the letters are those of one language, and its words as well.

    It is not sure where another, that gives other letters, is nearly as plausible; a
    few letters must tell more clearly.
    """
    found = []  # plausibility, encoding, text
    for encoding, languages in _CODE_PAGES:
        text = sample.decode(encoding, "replace")
        plausible = max(_plausibility(text, *language) for language in languages)
        found.append((plausible, encoding, text))
    most, best, text = max(found, key=lambda entry: entry[0])
    margin = 0.1 if sum(byte > 127 for byte in sample) >= 8 else 0.3
    sure = all(other == text or plausible < most - margin for plausible, _, other in found)
    return best, sure


def _plausibility(text: str, letters: str, common: str) -> float:
    """How well the text fits a language: 1 for letters all its own, up to 1.3 by its words."""
    alphabet = frozenset(letters + letters.upper())
    high = [character for character in text if character > "\x7f"]
    fits = sum(character in alphabet for character in high)
    signs = sum(character in _PUNCTUATION for character in high)
    misplaced = sum(1 for _ in _MISPLACED.finditer(text))
    words = [word.casefold() for word in _WORDS.findall(text)]
    known = frozenset(common.split())
    share = sum(word in known for word in words) / max(len(words), 1)
    unfit = misplaced + _inner_capitals(text)
    return (fits + signs - unfit) / len(high) + 0.3 * min(1.0, 3 * share)


def _inner_capitals(text: str) -> int:
    """Capitals beyond ASCII after a small letter, which the right encoding does not give."""
    return sum(
        before.islower() and after.isupper() for before, after in pairwise(text) if after > "\x7f"
    )


def _guess_other(sample: bytes) -> tuple[str | None, bool]:
    """Cyrillic, Greek, Hebrew and Arabic by their commonest letters; else charset-normalizer.

    An East Asian encoding must give East Asian letters throughout.
    """
    scores = []
    for encoding, common in _SCRIPTS:
        text = sample.decode(encoding, "replace")
        high = [character for character in text if character > "\x7f"]
        fits = sum(character in common for character in high) - _inner_capitals(text)
        scores.append((fits / len(high), encoding))
    score, best = max(scores)
    sure = sum(byte > 127 for byte in sample) >= 20
    if score >= 0.55:
        return best, sure
    from charset_normalizer import from_bytes

    for match in from_bytes(sample, cp_exclusion=_IMPROBABLE):
        if not _WIDE_EAST.match(match.encoding) or _is_east_asian(sample, match.encoding):
            western = "cp1252" in match.could_be_from_charset
            return "cp1252" if western else match.encoding, sure
    return None, False


def _is_east_asian(sample: bytes, encoding: str) -> bool:
    text = sample.decode(encoding, "ignore")  # the sample may end within a character
    letters = [character for character in text if character > "\x7f" and character.isalpha()]
    eastern = sum(
        "\u3040" <= character <= "\u30ff"
        or "\u4e00" <= character <= "\u9fff"
        or "\uac00" <= character <= "\ud7a3"
        for character in letters
    )
    return eastern > 0 and eastern >= 0.95 * len(letters)


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


def unescaped(text: str) -> str:
    """Characters that a text still has written as in HTML ("&amp;", "&#8217;") as themselves."""
    return _ENTITY.sub(lambda match: unescape(match[0]), text) if "&" in text else text


_ENTITY = re.compile(r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,6}|[a-zA-Z]{2,8});")


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
