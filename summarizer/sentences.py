"""Splitting documents into sentences, with their place in the text.

nltk's Punkt (Kiss & Strunk 2006, Computational Linguistics 32) decides whether a
full stop after an abbreviation or a number ends a sentence, with parameters of our
own (``summarizer.punkt``). Around it stand the rules that Punkt has no notion of:
titles, numbered things, clock times, attributions after a quotation, enumerations,
bullets, closing quotes, and the stops of other scripts. Candidates are found here and
put to Punkt one by one, so that the work is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from summarizer import punkt
from summarizer.records import Document, Sentence, Span

MAX_LENGTH = 1_000
"""Code points in a sentence at most; what runs on longer is cut, at a clause mark,
a comma or white space in its second half where there is one."""


def split(documents: Sequence[Document]) -> tuple[Sentence, ...]:
    """The sentences of each document's body, in order, indexed from 0 a document.

    Each ``body`` span is a paragraph: its end ends a sentence, its line breaks are
    white space. Without a body every line of the text is a paragraph. Sentences are
    stripped, never empty, do not overlap, are at most ``MAX_LENGTH`` long and cover
    every character of the body that is not white space.
    """
    sentences = []
    for document in documents:
        text, body = document.text, document.body
        spans = sentence_spans(text) if body is None else _spans_of(text, body)
        sentences += [
            Sentence(
                doc_id=document.doc_id, index=index, start=start, end=end, text=text[start:end]
            )
            for index, (start, end) in enumerate(spans)
        ]
    return tuple(sentences)


def sentence_spans(text: str) -> list[Span]:
    """The sentences of a bare string; every line break ends one."""
    return list(_spans_of(text, (Span(*match.span()) for match in _LINE.finditer(text))))


def _spans_of(text: str, paragraphs: Iterable[Span]) -> Iterator[Span]:
    no_case = _is_lower_cased(text)
    for start, end in paragraphs:
        cut = _cut(text, start, end, no_case=no_case)
        for first, last in _with_words(_strip_all(text, cut), text):
            yield from _pieces(text, first, last)


# Finding candidates -------------------------------------------------------------------

_MARKS = ".!?…‽؟۔։"
_MARKS_UNSPACED = "。！？｡।॥።။។"  # white space need not follow these
_CLOSERS = "\"'”’“»›)\\]}」』”）】》"
_OPENERS = "\"'`“‘„‚«‹¿¡([{<「『（【《"
_BULLETS = "•▪●■◦‣"
_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_CANDIDATE = re.compile(
    rf"""
    (?<![{_MARKS}])(?P<mark>[{_MARKS}]++)
        (?P<closers>[{_CLOSERS}]*+(?:\[\d{{1,3}}\])*+)(?=\s)
    | (?<![{_MARKS_UNSPACED}])(?P<unspaced>[{_MARKS_UNSPACED}]++)
        (?P<unspaced_closers>[{_CLOSERS}]*+)
    | (?P<item>\n[^\S\n]*+(?=\n|[-*–—·{_BULLETS}]\s|\d{{1,3}}[.)]\s)|(?<=\s)(?=[{_BULLETS}]\s))
    """,
    re.VERBOSE,
)
_NEXT = re.compile(rf"(?P<gap>\s*+)(?P<openers>[{_OPENERS}—–-]*+)\s*+(?P<word>\S{{0,40}})")
_LONE_CLOSER = re.compile(r"\s+(?:''|[)\]}”»])(?=\s|$)")
_LONE_QUOTE = re.compile(r"\s+\"(?=\s|$)")
_INNER_CAPITAL = re.compile(r"(?<=[^\W\d_][ \n])[A-Z]|(?<=, )[A-Z]")
_LOWER_CASED = 400  # code points for each inner capital from which text is lower-cased
_WORD_PARTS = re.compile(rf"[{_OPENERS}—–/]")
_WINDOW = 80  # code points looked at on either side of a candidate
_DOTTED = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")
_ENUMERATOR = re.compile(r"\d{1,3}|[^\W\d_]|[IVX]{1,5}")
_PARENTHESES = frozenset("(—–-[")
_QUOTES = frozenset("\"'”’“»›」』")
# Japanese goes on after a quotation with a particle, Chinese with a verb of saying.
_CJK_ATTRIBUTION = re.compile(r"[とっがのをにもでなだは]|\w{0,8}(?:说|說|道|表示|称|稱|问|問)")


def _is_lower_cased(text: str) -> bool:
    """Whether the text has no capitals, or next to none within its sentences."""
    capitals = sum(1 for _ in _INNER_CAPITAL.finditer(text))
    return text.islower() or len(text) > _LOWER_CASED * (1 + capitals)


def _cut(text: str, start: int, end: int, *, no_case: bool) -> Iterator[Span]:
    """The paragraph cut at each candidate that ends a sentence."""
    paragraph = text[start:end]
    begin = counted = quotes = 0
    for match in _CANDIDATE.finditer(paragraph):
        stop = match.end()
        if stop <= begin:
            continue
        if match["mark"]:
            quotes += paragraph.count('"', counted, stop)
            counted = stop
            while lone := _LONE_CLOSER.match(paragraph, stop):
                stop = lone.end()
            # A straight quote on its own closes if one is open.
            if quotes % 2 and (lone := _LONE_QUOTE.match(paragraph, stop)):
                stop = lone.end()
            context = _Context.of(paragraph, begin, match, stop, no_case=no_case)
            if not _ends_sentence(context):
                continue
        elif match["unspaced"]:
            closers = match["unspaced_closers"]
            if closers and _CJK_ATTRIBUTION.match(paragraph, stop):
                continue
        yield Span(start + begin, start + stop)
        begin = stop
    yield Span(start + begin, end)


def _strip_all(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    for start, end in spans:
        stripped = text[start:end].strip()
        if stripped:
            first = text.index(stripped[0], start)
            yield Span(first, first + len(stripped))


def _with_words(spans: Iterable[Span], text: str) -> Iterator[Span]:
    """Spans of one paragraph, those without a letter or digit joined to a neighbour."""
    held: Span | None = None
    wordless = False
    for span in spans:
        empty = not any(map(str.isalnum, text[span.start : span.end]))
        if held is None:
            held, wordless = span, empty
        elif empty or wordless:
            held, wordless = Span(held.start, span.end), wordless and empty
        else:
            yield held
            held = span
    if held is not None:
        yield held


_CUTS = tuple(re.compile(mark) for mark in (r"[;:—–；：](?=\s|\w)|\n", r",\s|[，、]", r"\s"))


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    """The span itself, or consecutive pieces of it no longer than ``MAX_LENGTH``."""
    while end - start > MAX_LENGTH:
        stop = start + MAX_LENGTH
        for mark in _CUTS:
            places = [match.end() for match in mark.finditer(text, start + MAX_LENGTH // 2, stop)]
            if places:
                stop = places[-1]
                break
        yield from _strip_all(text, [Span(start, stop)])
        start = stop
        while text[start].isspace():
            start += 1
    yield Span(start, end)


# Deciding -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Context:
    """A mark and what stands around it."""

    mark: str
    closers: str
    previous: str  # the word before ``word``
    word: str  # the word that the mark follows, without it; may be empty
    at_start: bool  # ``word`` is the first of its sentence
    openers: str  # quotes, brackets and dashes before ``following``
    following: str  # the next word; empty at the end of the paragraph
    ahead: str  # the text from ``following`` on
    no_case: bool  # the text is lower-cased, so that case says nothing
    continues: bool  # ``following`` is lower-case where that says something

    @classmethod
    def of(
        cls, paragraph: str, begin: int, match: re.Match[str], stop: int, *, no_case: bool
    ) -> _Context:
        head = paragraph[max(begin, match.start() - _WINDOW) : match.start()]
        words = head.split()
        attached = bool(words) and not head[-1].isspace()
        word = _WORD_PARTS.split(words[-1])[-1] if attached else ""
        after = _NEXT.match(paragraph, stop)
        assert after is not None  # every part of the pattern may be empty
        following = after["word"]
        lower = following[:1].islower() and not any(map(str.isupper, following))
        return cls(
            mark=match["mark"],
            closers=paragraph[match.end("mark") : stop].strip(),
            previous=words[-2].lower() if attached and len(words) > 1 else "",
            word=word,
            at_start=attached and len(words) == 1,
            openers=after["openers"],
            following=following,
            ahead=paragraph[after.start("word") : after.start("word") + _WINDOW],
            no_case=no_case,
            continues=lower and not no_case,
        )

    @property
    def bare(self) -> str:
        """The next word in lower case, without the punctuation behind it."""
        return self.following.lower().rstrip(".,;:!?\"'”’)")


def _ends_sentence(context: _Context) -> bool:
    """Whether a sentence ends at the mark."""
    following, mark = context.following, context.mark
    if not following:
        return True
    if following[0] in ",;:)]}" or not following.strip("."):
        return False
    if context.closers and context.continues:
        return False  # '"It is over." he said'
    if _is_attributed(context):
        return False
    if "!" in mark or "?" in mark:
        return _ends_exclaimed(context)
    if mark.strip("."):
        return not context.continues  # another script's stop, or the character …
    if len(mark) > 1 or not context.word:
        return _ends_ellipsis(context)
    return _ends_at_full_stop(context)


def _ends_exclaimed(context: _Context) -> bool:
    if context.continues:
        return False
    rules = punkt.rules()
    if context.mark == "!" and context.word.lower() in rules.exclaimed:
        return context.bare in rules.openings
    return True


def _is_attributed(context: _Context) -> bool:
    """'"Are you ready?" Smith asked.' (After a full stop that is a new sentence.)"""
    if _QUOTES.isdisjoint(context.closers) or context.openers:
        return False
    if context.no_case:
        return bool(punkt.rules().attribution_no_case.match(context.ahead))
    return context.mark[-1] in "!?" and bool(punkt.rules().attribution.match(context.ahead))


def _ends_ellipsis(context: _Context) -> bool:
    """Dots that stand alone are an omission: the sentence may go on with a name."""
    if context.continues:
        return False
    return bool(context.word) or len(context.mark) == 1 or context.bare in punkt.rules().openings


def _ends_at_full_stop(context: _Context) -> bool:
    rules = punkt.rules()
    word, following = context.word, context.following
    lower = word.lower()
    if context.at_start and _ENUMERATOR.fullmatch(word):
        return False  # "1. Item", and the initial that opens a name
    if word not in rules.capital_only and lower in rules.capitals_lowered:
        return True
    if lower in rules.leading:
        return False
    if lower in rules.numbered and _is_numeral(context.bare):
        return False
    initial = len(word) == 1 and (word.isupper() or (context.no_case and word.isalpha()))
    abbreviated = initial or rules.is_abbreviation(lower) or bool(_DOTTED.fullmatch(word))
    if not abbreviated and (word[-1].isalpha() or following[0].isupper()):
        return True  # Punkt's default, which need not be asked for
    if not abbreviated:
        return rules.punkt_breaks(f"{word}. {following}")
    if following[0].islower() or not _PARENTHESES.isdisjoint(context.openers):
        return False
    if lower in ("a.m", "p.m"):
        zone = context.bare.partition("/")[0]  # "ET/PT"
        zoned = zone in rules.clock or " time" in context.ahead[: len(following) + 5]
        return not (zoned or (context.no_case and zone in rules.onward))
    if lower in rules.closing:
        return True
    if initial and context.previous in rules.lettered:
        return True
    if context.no_case or (_DOTTED.fullmatch(word) and not word[0].isupper()):
        return context.bare in rules.fresh  # a capital, or none, says nothing
    if initial:
        return context.bare in rules.openings
    if lower not in rules.abbreviations and "-" not in lower:
        return context.bare in rules.openings  # "S.E.C.": Punkt has not met it
    return rules.punkt_breaks(f"{word}. {following}")


def _is_numeral(word: str) -> bool:
    return word[:1].isdigit() or word[:1] in "#$" or bool(re.fullmatch(r"[ivxlc]+", word))
