"""Relevance: which documents are no report of the event, and are set aside.

The evidence is asked to be strong, for a report that is set aside is lost:

- the text of the document: hardly anything but what error pages, robot checks, cookie
  notices and login pages say (``data/boilerplate.toml``, ``[pages]``), and sentences that
  turn to the reader;
- its distance from the others: its mean embedding is near that of none, while theirs are
  near one another, hardly a sentence of it is near one of theirs, and it uses few of the words
  that they use most; or it is a list of headlines of which few are near a sentence of theirs.
  Asked only where embeddings speak of meaning and three documents or more are left.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from summarizer.records import Document, Sentence
from summarizer.sentences import sentence_spans
from summarizer.vectors import Vectors
from summarizer.words import collapse, content_words, count_words, plain_quotes, stem_of

# Of a page by its text.
_LONGEST_PAGE = 400  # words
_SCRAP = 60  # words up to which a phrase anywhere on the page tells what it is
_KNOWN = 0.2  # share of the words in sentences that only such pages hold, at least
_PAGE = 2 / 3  # share of the words in those and in sentences that turn to the reader, at least

# Of a document by its distance. Read by eye on Multi-News training clusters; a report of
# the same event is seldom below 0.4, one of another seldom above.
_FAR = 0.3  # cosine of its mean to the nearest document's, at most
_FAR_OF_CORE = 0.5  # that, over the same of the other documents, at most
_FAR_SENTENCE = 0.45  # cosine of its sentences to the nearest of others', at most, nine in ten
_CORE = 0.5  # cosine of the other documents to their nearest, median, at least
_SHORT = 100  # words below which the mean says little of what a document is about
_FAR_SHORT = 0.1
_TOPIC = 12  # the words most used by the other documents
_ON_TOPIC = 2  # how many of them it may use

_LIST = 5  # headlines in a list, at least
_HEADLINE = 16  # words of a headline, at most
_NEAR = 0.4  # cosine from which a headline is about what a sentence of another document says
_NEAR_ONES = 0.25  # share of such headlines in a list that goes, at most

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_STOP = re.compile(r"[.!?…。！？][\"'”’)\]]*$")
_READER = re.compile(
    r"\b(?:you|your|yours|you're|you've|you'll|please|click|tap|sign (?:in|up)|log ?in|sorry|"
    r"(?:this|our) (?:page|(?:web ?)?site)|home ?page|javascript|captcha|passwords?|crawl\w*)\b"
)
_REPORTED = re.compile(r"\b(?:said|says|told|according to|announced|reported)\b|\"")
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|i'd|i'll|we|we're|we've|we'll|my|our|me|us)\b", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A document that is no report of the event; ``reason`` says what it is instead."""

    doc_id: str
    reason: str

    @property
    def notice(self) -> str:
        """What the user is told."""
        return f"{self.doc_id}: set aside, it looks like {self.reason}; nothing of it is used."


def strays(
    documents: Sequence[Document],
    sentences: Sequence[Sentence],
    vectors: Vectors,
    *,
    semantic: bool,
) -> tuple[Stray, ...]:
    """The documents to set aside, in input order; never all of those that hold a sentence.

    ``sentences`` are those of the documents, with their ``vectors``; distance is asked only
    where those are ``semantic``.
    """
    own: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        own.setdefault(sentence.doc_id, []).append(sentence)
    found: dict[str, str] = {}
    for document in documents:
        kind = page_kind(document.text, [s.text for s in own.get(document.doc_id, ())])
        if kind:
            found[document.doc_id] = kind
    if len(found) == len(own):
        return ()
    rest = {doc_id: own[doc_id] for doc_id in own if doc_id not in found}
    if semantic and len(rest) > 2:
        found |= _distant(rest, vectors)
    return tuple(
        Stray(doc_id=d.doc_id, reason=found[d.doc_id]) for d in documents if d.doc_id in found
    )


# By its text


def page_kind(text: str, body: Sequence[str]) -> str | None:
    """What page without an article this is ("an error page"), or None.

    ``text`` is the whole of it, ``body`` the sentences that cleaning left.
    """
    words = [count_words(sentence) for sentence in body]
    total = sum(words)
    if not 0 < total <= _LONGEST_PAGE:
        return None
    kinds = [_kind(sentence) for sentence in body]
    judged = list(zip(body, words, kinds, strict=True))
    if sum(n for s, n, kind in judged if kind or _turns_to_reader(s)) < _PAGE * total:
        return None
    if sum(n for _, n, kind in judged if kind) >= _KNOWN * total:
        return _commonest(zip(kinds, words, strict=True))
    if total > _SCRAP:
        return None
    lines = [text[start:end] for start, end in sentence_spans(text[:10_000])]
    return _commonest((_kind(line), count_words(line)) for line in lines)


def _kind(sentence: str) -> str | None:
    """The kind of page that has a sentence begin so."""
    openings, kinds = _pages()
    match = openings.match(_NUMBER.sub("#", collapse(plain_quotes(sentence)).casefold()))
    return kinds[match.lastgroup] if match and match.lastgroup else None


def _turns_to_reader(sentence: str) -> bool:
    plain = plain_quotes(sentence).casefold()
    return _READER.search(plain) is not None and _REPORTED.search(plain) is None


def _commonest(kinds: Iterable[tuple[str | None, int]]) -> str | None:
    """The kind with most words; the first of equals."""
    words: Counter[str] = Counter()
    for kind, count in kinds:
        if kind:
            words[kind] += count
    return max(words, key=words.__getitem__, default=None)


@cache
def _pages() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """The beginnings of sentences, one named group a kind, and the kinds by those names."""
    data = resources.files("summarizer").joinpath("data/boilerplate.toml").read_text("utf-8")
    pages = tomllib.loads(data)["pages"]
    kinds = {f"k{number}": kind for number, kind in enumerate(pages)}
    groups = (
        f"(?P<{name}>{'|'.join(re.escape(phrase) for phrase in pages[kind])})"
        for name, kind in kinds.items()
    )
    return re.compile(rf"[^\w#\"]*(?:{'|'.join(groups)})(?!\w)"), kinds


# By its distance


def _distant(own: Mapping[str, Sequence[Sentence]], vectors: Vectors) -> dict[str, str]:
    """The documents about something else, and what is to be said of them."""
    lists = [name for name in own if _is_list(own[name])]
    articles = {name: own[name] for name in own if name not in lists}
    names, arrays = list(articles), [vectors.of(found) for found in articles.values()]
    if len(names) < 2:
        return {}
    lengths = [np.array([count_words(s.text) for s in found]) for found in articles.values()]
    means = np.stack([_mean(array, n) for array, n in zip(arrays, lengths, strict=True)])
    cosines = means @ means.T
    np.fill_diagonal(cosines, -1)
    words = [
        Counter(stem_of(w) for s in found for w in content_words(s.text))
        for found in articles.values()
    ]
    distant: dict[str, str] = {}
    for name in lists if np.median(cosines.max(axis=1)) >= _CORE else ():
        said = (vectors.of(own[name]) @ np.concatenate(arrays).T).max(axis=1)
        if (said >= _NEAR).mean() <= _NEAR_ONES:
            distant[name] = "a list of headlines about other things"
    for row, name in enumerate(names if len(names) > 2 else ()):
        others = [other for other in range(len(names)) if other != row]
        core = float(np.median(cosines[np.ix_(others, others)].max(axis=1)))
        short = lengths[row].sum() < _SHORT
        limit = _FAR_SHORT if short else min(_FAR, _FAR_OF_CORE * core)
        if core < _CORE or cosines[row].max() > limit or _is_statement(articles[name]):
            continue
        said = (arrays[row] @ np.concatenate([arrays[other] for other in others]).T).max(axis=1)
        topic = _topic([words[other] for other in others])
        if (
            np.quantile(said, 0.9) <= _FAR_SENTENCE
            and sum(word in words[row] for word in topic) <= _ON_TOPIC
        ):
            distant[name] = "a text about something else"
    return distant


def _topic(documents: Sequence[Counter[str]]) -> list[str]:
    """The stems that the documents use most: by how many use one, and how often."""
    users = Counter(word for words in documents for word in words)
    uses = {w: sum(min(words[w], 3) for words in documents) for w in users}
    return sorted(users, key=lambda word: (-users[word] * uses[word], word))[:_TOPIC]


def _is_list(sentences: Sequence[Sentence]) -> bool:
    short = [s for s in sentences if count_words(s.text) <= _HEADLINE and not _STOP.search(s.text)]
    return len(sentences) >= _LIST and len(short) >= 0.8 * len(sentences)


def _is_statement(sentences: Sequence[Sentence]) -> bool:
    """Whether somebody speaks: those concerned, in words of their own, may be far from reports."""
    spoken = sum(_FIRST_PERSON.search(plain_quotes(s.text)) is not None for s in sentences)
    return 2 * spoken >= len(sentences)


def _mean(array: NDArray[np.float32], lengths: NDArray[np.int_]) -> NDArray[np.float64]:
    """The mean direction of sentences, long ones counting more: shape (dim,), norm 1 or 0."""
    mean = np.sqrt(lengths) @ array.astype(np.float64)
    norm = float(np.linalg.norm(mean))
    return np.asarray(mean / norm if norm else mean)
