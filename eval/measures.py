"""What ROUGE does not say of a summary: how extractive, how redundant and how long it is.

Tokens are those of ``unicode_tokens``, without stemming. Shares are from 0 to 1;
of an empty summary every measure is 0.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from eval.lcs import lcs_length
from eval.tokenizing import unicode_tokens
from summarizer.errors import ConfigError
from summarizer.sentences import sentence_spans
from summarizer.words import STOP_WORDS, count_words


class Extractiveness(NamedTuple):
    """How a summary was drawn from its documents (Grusky et al. 2018, section 4)."""

    coverage: float
    """The share of the summary's tokens that stand in an extractive fragment."""
    density: float
    """The mean length of the fragment that a token of the summary stands in, in tokens."""
    compression: float
    """Tokens of the documents for each token of the summary."""


class Length(NamedTuple):
    """The length of a summary."""

    words: int
    sentences: int


def extractive_fragments(
    article: Sequence[str | None], summary: Sequence[str]
) -> list[tuple[int, int]]:
    """The spans of summary tokens that are copied from the article, in order.

    The greedy search of Grusky et al. 2018, figure 3: from each token on, the
    longest run shared with the article, which is then passed over whole. As there,
    the article is searched on from the end of each match, so that a longer run
    which begins within a shorter one is not seen. None in the article matches
    nothing: it stands between documents.
    """
    places: dict[str | None, list[int]] = {}
    for index, token in enumerate(article):
        places.setdefault(token, []).append(index)
    fragments = []
    start = 0
    while start < len(summary):
        longest = 0
        free = 0  # where the article is searched on
        for place in places.get(summary[start], ()):
            if place < free:
                continue
            length = 1
            limit = min(len(summary) - start, len(article) - place)
            while length < limit and summary[start + length] == article[place + length]:
                length += 1
            longest = max(longest, length)
            free = place + length
        if longest:
            fragments.append((start, start + longest))
        start += max(longest, 1)
    return fragments


def extractiveness(documents: Sequence[str], summary: str) -> Extractiveness:
    """Coverage, density and compression; a fragment lies within one document."""
    written = unicode_tokens(summary)
    if not written:
        return Extractiveness(0.0, 0.0, 0.0)
    article: list[str | None] = []
    for document in documents:
        article += [*unicode_tokens(document), None]
    lengths = [end - start for start, end in extractive_fragments(article, written)]
    return Extractiveness(
        coverage=sum(lengths) / len(written),
        density=sum(length**2 for length in lengths) / len(written),
        compression=(len(article) - len(documents)) / len(written),
    )


def novel_ngrams(documents: Sequence[str], summary: str, n: int) -> float:
    """The share of the summary's distinct n-grams found in no document (See et al. 2017)."""
    if n < 1:
        raise ConfigError(f"n must be at least 1, not {n}")
    written = _ngrams(unicode_tokens(summary), n)
    if not written:
        return 0.0
    known = set[tuple[str, ...]]().union(
        *(_ngrams(unicode_tokens(document), n) for document in documents)
    )
    return len(written - known) / len(written)


def redundancy(sentences: Sequence[str]) -> float:
    """The mean over sentences of the highest ROUGE-L F1 with another of the same summary.

    0 for fewer than two sentences, 1 where each is said twice. Sentences without
    a token are left out.
    """
    tokenized = [tokens for tokens in map(unicode_tokens, sentences) if tokens]
    if len(tokenized) < 2:
        return 0.0
    nearest = [0.0] * len(tokenized)
    for first, left in enumerate(tokenized):
        for second, right in enumerate(tokenized[:first]):
            f1 = 2 * lcs_length(left, right) / (len(left) + len(right))
            nearest[first] = max(nearest[first], f1)
            nearest[second] = max(nearest[second], f1)
    return sum(nearest) / len(nearest)


def verbatim(documents: Sequence[str], sentences: Sequence[str]) -> float:
    """The share of the sentences that are a document's sentence, word for word.

    Punctuation, case and spacing do not count; sentences without a token are left out.
    """
    known = {
        tuple(unicode_tokens(document[span.start : span.end]))
        for document in documents
        for span in sentence_spans(document)
    }
    written = [tuple(tokens) for tokens in map(unicode_tokens, sentences) if tokens]
    return sum(own in known for own in written) / len(written) if written else 0.0


def unfounded(documents: Sequence[str], summary: str) -> list[str]:
    """Numbers and capitalised words of the summary that no document holds, in order.

    A plain search for strings, without regard to case: a number is digits with the marks
    between them and letters behind ("1,200", "9:30", "81m"), which must stand there whole; a
    word must stand there whole. Function words are passed over: they begin sentences.
    """
    known = "\n".join(map(_plain, documents))
    return [
        mark
        for mark in _MARKS.findall(_plain(summary))
        if mark.casefold() not in STOP_WORDS and not re.search(_whole(mark), known, re.IGNORECASE)
    ]


_START, _END = r"(?<![^\W_])", r"(?![^\W_])"
_NO_NUMBER_BEFORE, _NO_NUMBER_BEHIND = r"(?<!\d[.,:/-])", r"(?![.,:/-]\d)"
_MARKS = re.compile(rf"{_START}(?:{_NO_NUMBER_BEFORE}\d+(?:[.,:/-]\d+)*[^\W_]*|[^\W\d_a-z][^\W_]*)")


def _whole(mark: str) -> str:
    found = f"{_START}{re.escape(mark)}{_END}"
    return f"{_NO_NUMBER_BEFORE}{found}{_NO_NUMBER_BEHIND}" if mark[0].isdigit() else found


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\u2019", "'")


def length(sentences: Sequence[str]) -> Length:
    """Words, counted as in a summary's budget, and sentences that hold any."""
    words = [count_words(sentence) for sentence in sentences]
    return Length(sum(words), sum(map(bool, words)))


def _ngrams(tokens: Sequence[str], n: int) -> set[tuple[str, ...]]:
    return set(zip(*(tokens[start:] for start in range(n)), strict=False))
