"""Words: what counts as one, and the folding by which two texts are the same."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from summarizer.porter import stem

# Scripts written without spaces, where a character is the nearest thing to a word.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_COUNTED = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:['.,-][^\W_{_UNSPACED}]+)*")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"',
                         "«": '"', "»": '"', "–": "-", "—": "-", "‑": "-", "−": "-",
                         "…": "..."})  # fmt: skip

STOP_WORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before
    being below between both but by can could did do does doing down during each few for from
    further had has have having he her here hers herself him himself his how i if in into is it
    its itself just me more most my myself no nor not now of off on once only or other our ours
    ourselves out over own said same say says she should so some such than that the their theirs
    them themselves then there these they this those through to too under until up upon us very
    was we were what when where which while who whom whose why will with would you your yours
    yourself yourselves""".split()
)


def count_words(text: str) -> int:
    """Words as a word processor counts them: runs between white space.

    A character of Chinese or Japanese counts as one.
    """
    return len(_COUNTED.findall(text))


def collapse(text: str) -> str:
    """The text with every run of white space made one space, ends trimmed."""
    return " ".join(text.split())


def plain_quotes(text: str) -> str:
    """Typographic quotes, dashes and ellipses replaced by their ASCII forms."""
    return text.translate(_QUOTES)


def tokens(text: str) -> list[str]:
    """Case-folded words without surrounding punctuation ("U.S." gives "u.s").

    Numbers keep inner points and commas, words inner hyphens and apostrophes.
    """
    return _TOKEN.findall(unicodedata.normalize("NFKC", plain_quotes(text)).casefold())


def content_words(text: str) -> list[str]:
    """``tokens`` less the stop words."""
    return [token for token in tokens(text) if token not in STOP_WORDS]


@lru_cache(maxsize=50_000)
def stem_of(word: str) -> str:
    """The Porter stem of a token, its genitive taken off ("Tilby's" and "Tilby" are one)."""
    word = word.removesuffix("'s").removesuffix("'")
    return stem(word) if word.isascii() else word


def all_stems(text: str) -> list[str]:
    """The stems of all words, in order."""
    return [stem_of(word) for word in tokens(text)]


def stems(text: str) -> frozenset[str]:
    """The stems of the content words."""
    return frozenset(stem_of(word) for word in content_words(text))


def fold(text: str) -> str:
    """The form in which two sentences count as exactly the same.

    Case, quotes, spacing and punctuation do not matter. Text without a single
    letter or digit is returned collapsed instead, so that it equals only itself.
    """
    return " ".join(tokens(text)) or collapse(text)
