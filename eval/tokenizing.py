"""Text to tokens for scoring: length limits, tokenizers, stop words, stems.

Scores are comparable only between identical tokens, so these rules are separate
from those of the summarizer (``summarizer.words``) and change only together with
``eval.rouge.VERSION``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from summarizer.porter import stem

_GOOGLE = re.compile(r"[a-z0-9]+")

# Scripts written without spaces between words, each character a token: Thai, Lao,
# Myanmar, Khmer, kana, Han (with its compatibility forms and extensions).
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")
_LARGEST_CACHE = 1_000_000


def google_tokens(text: str) -> list[str]:
    """Runs of a-z and 0-9 in the lower-cased text, as rouge_score's tokenizer; all else is space.

    A text in another script has no tokens, an accented letter splits its word.
    """
    return _GOOGLE.findall(text.lower())


def unicode_tokens(text: str) -> list[str]:
    """Runs of letters, digits and their marks, in any script, case-folded after NFKC.

    A character of a script written without spaces (Chinese, Japanese, Thai, ...)
    is a token of its own, with the marks on it. On ASCII the tokens are
    ``google_tokens``'s.
    """
    return _unicode_pattern().findall(unicodedata.normalize("NFKC", text).casefold())


@cache
def _unicode_pattern() -> re.Pattern[str]:
    # The standard library's \w leaves out combining marks, among them the vowel
    # signs of Hindi, and would cut its words there. All stand in these two ranges.
    marks = "".join(
        chr(code)
        for code in (*range(0x300, 0x1F000), *range(0xE0100, 0xE01F0))
        if unicodedata.category(chr(code)).startswith("M")
    )
    joiners = "\u200c\u200d"  # inside words of Persian and of Indian languages
    letter = rf"[^\W_{_UNSPACED}]"
    return re.compile(rf"(?=\w)[{_UNSPACED}][{marks}]*|{letter}(?:{letter}|[{marks}{joiners}])*")


TOKENIZERS: dict[str, Callable[[str], list[str]]] = {
    "google": google_tokens,
    "unicode": unicode_tokens,
}


class Stems(dict[str, str]):
    """Porter stems by word, filled as words are looked up.

    As in ROUGE-1.5.5 and rouge_score, words of up to three characters stay as
    they are; so do words outside ASCII, which the English stemmer does not know.
    """

    def __missing__(self, word: str) -> str:
        if len(self) >= _LARGEST_CACHE:
            self.clear()
        stemmed = stem(word) if len(word) > 3 and word.isascii() else word
        self[word] = stemmed
        return stemmed

    def __reduce__(self) -> tuple[type[Stems], tuple[()]]:
        return Stems, ()  # another process fills its own


def first_words(text: str, limit: int) -> str:
    """The text up to the end of its ``limit``-th word, line breaks kept (ROUGE-1.5.5 -l).

    Words are runs between white space; a character of a script written without
    spaces counts as one.
    """
    for number, match in enumerate(_WORD.finditer(text), start=1):
        if number == limit:
            return text[: match.end()]
    return text


def first_bytes(text: str, limit: int) -> str:
    """The text's first ``limit`` bytes in UTF-8, line breaks kept and not counted (ROUGE-1.5.5 -b).

    A character cut in two is left out.
    """
    lines = []
    for line in text.split("\n"):
        data = line.encode()
        lines.append(data[:limit].decode(errors="ignore"))
        limit -= len(data)
        if limit <= 0:
            break
    return "\n".join(lines)
