"""A briefing as text, Markdown, HTML or JSON.

In every format the mark ``[n]`` behind a sentence is the place, from 1, of a cited
document in ``briefing.documents``. The text of articles is not to be trusted: it is
escaped, and control characters do not reach a reader's terminal or page.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from html import escape
from importlib import resources
from string import Template
from typing import Any

from summarizer.errors import ConfigError
from summarizer.records import (
    Briefing,
    BriefingSentence,
    Citation,
    Difference,
    Document,
    Dropped,
    Duplicate,
    Sentence,
)
from summarizer.words import collapse, count_words

LINE_WIDTH = 80  # columns of the text format
PARAGRAPH_WORDS = 90  # about what a newspaper paragraph of a briefing holds

# Control characters can steer a terminal, directional ones reverse what follows them.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKDOWN_INLINE = re.compile(r"([\\`*_\[\]<>&~|$])")
_MARKDOWN_START = re.compile(r"^(\d*)([#+\-=:.)])")


def render(briefing: Briefing, format: str) -> str:
    """``briefing`` in one of ``FORMATS``, ending in a line feed.

    The result can always be encoded in UTF-8. Raises ConfigError for another format.
    """
    return renderer(format)(briefing)


def renderer(format: str) -> Callable[[Briefing], str]:
    """The function behind a format. Raises ConfigError for one not in ``FORMATS``."""
    if format not in FORMATS:
        raise ConfigError(f"Unknown format {format!r}. Known: {', '.join(FORMATS)}.")
    return FORMATS[format]


def visible(text: str) -> str:
    """``text`` on one line, safe to show: no control, directional or broken characters."""
    return collapse(_SURROGATE.sub("\ufffd", _HIDDEN.sub("", collapse(text))))


def body_words(document: Document) -> int:
    """Words of the article proper (of the whole text where nobody has cleaned it)."""
    if document.body is None:
        return count_words(document.text)
    return sum(count_words(document.text[start:end]) for start, end in document.body)


def compression_ratio(briefing: Briefing) -> float | None:
    """Words of the articles to one of the briefing; None for an empty briefing."""
    words = count_words(briefing.text)
    return sum(map(body_words, briefing.documents)) / words if words else None


# JSON


def to_dict(briefing: Briefing) -> dict[str, Any]:
    """The briefing in plain types, as ``data/briefing.schema.json`` describes it."""
    ratio = compression_ratio(briefing)
    return {
        "cluster": briefing.cluster_id,
        "headline": briefing.headline,
        "text": briefing.text,
        "words": count_words(briefing.text),
        "compression_ratio": None if ratio is None else round(ratio, 2),
        "writer": briefing.writer,
        "sentences": [
            {
                "text": sentence.text,
                "citations": [_span(citation) for citation in sentence.citations],
                "checks": list(sentence.checks),
            }
            for sentence in briefing.sentences
        ],
        "documents": [
            {
                "id": document.doc_id,
                "title": document.title,
                "source": document.source,
                "published": document.published and document.published.isoformat(),
                "words": body_words(document),
            }
            for document in briefing.documents
        ],
        "duplicates": [_duplicate(entry) for entry in briefing.deduplication.dropped],
        "differences": [_difference(entry) for entry in briefing.deduplication.differences],
        "ranking": [
            {
                **_span(ranked.sentence),
                "salience": _rounded(ranked.salience),
                "corroboration": ranked.corroboration,
            }
            for ranked in briefing.ranking
        ],
        "dropped": [{**_span(entry), "reason": entry.reason} for entry in briefing.dropped],
        "notices": list(briefing.notices),
        "timings": {stage: _rounded(seconds) for stage, seconds in briefing.timings.items()},
    }


def _span(part: Citation | Sentence | Dropped) -> dict[str, Any]:
    return {"document": part.doc_id, "start": part.start, "end": part.end, "text": part.text}


def _duplicate(entry: Duplicate) -> dict[str, Any]:
    return {
        **_span(entry.sentence),
        "duplicate_of": _span(entry.kept),
        "similarity": _rounded(entry.similarity),
        "kind": entry.kind,
    }


def _difference(entry: Difference) -> dict[str, Any]:
    return {
        "first": _span(entry.first),
        "second": _span(entry.second),
        "first_values": list(entry.first_values),
        "second_values": list(entry.second_values),
        "similarity": _rounded(entry.similarity),
        "kind": entry.kind,
    }


def _rounded(number: float) -> float:
    return round(float(number), 4)


def _json(briefing: Briefing) -> str:
    text = json.dumps(to_dict(briefing), ensure_ascii=False, indent=2)
    # A lone surrogate (an undecodable file name) has no UTF-8 form, but a JSON escape.
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


# What the formats for readers share


def paragraphs(sentences: Sequence[BriefingSentence]) -> list[list[tuple[int, BriefingSentence]]]:
    """The sentences with their numbers from 1, in paragraphs of about equal length."""
    lengths = [count_words(sentence.text) for sentence in sentences]
    share = sum(lengths) / max(1, round(sum(lengths) / PARAGRAPH_WORDS))
    parts: list[list[tuple[int, BriefingSentence]]] = []
    so_far = 0
    for number, (sentence, length) in enumerate(zip(sentences, lengths, strict=True), start=1):
        if not parts or so_far + length / 2 > share * len(parts):
            parts.append([])
        parts[-1].append((number, sentence))
        so_far += length
    return parts


def _numbers(briefing: Briefing) -> dict[str, int]:
    """The mark of each document."""
    return {document.doc_id: n for n, document in enumerate(briefing.documents, start=1)}


def _cited(sentence: BriefingSentence, numbers: dict[str, int]) -> list[int]:
    """The marks of the documents behind a sentence, in order, each once."""
    return sorted({numbers[citation.doc_id] for citation in sentence.citations})


def _flagged(briefing: Briefing) -> dict[int, str]:
    """What did not check out, by the number of the sentence."""
    return {
        number: "; ".join(map(visible, sentence.checks))
        for number, sentence in enumerate(briefing.sentences, start=1)
        if sentence.checks
    }


def _marks(number: int, sentence: BriefingSentence, numbers: dict[str, int]) -> str:
    """``[1][3]``, with ``[!n]`` behind them where sentence ``n`` did not check out."""
    marks = "".join(f"[{n}]" for n in _cited(sentence, numbers)) or "[no source]"
    return marks + (f"[!{number}]" if sentence.checks else "")


def _source(document: Document, shown: Callable[[str], str] = visible) -> tuple[str, str, str]:
    """What a document is called, by whom and when, and its id; each part ``shown``, or empty.

    Without a title the id is what it is called.
    """
    name, title, source = (
        shown(part) if part and visible(part) else ""
        for part in (document.doc_id, document.title, document.source)
    )
    day = _day(document.published) if document.published else ""
    known = ", ".join(filter(None, (source, day)))
    return (title, known, f"({name})") if title else (name, known, "")


def _listed(title: str, known: str, name: str) -> str:
    """ "Title, source, day (id)", less what is not known."""
    return " ".join(filter(None, (", ".join(filter(None, (title, known))), name)))


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B} {day.year}"


# Text


def _text(briefing: Briefing) -> str:
    """Plain text in lines of 80 columns, the same on a screen as in a pipe."""
    numbers = _numbers(briefing)
    blocks = [_wrapped(visible(briefing.headline))]
    for paragraph in paragraphs(briefing.sentences):
        # A no-break space keeps the marks on the line of the last word.
        sentences = [
            f"{visible(sentence.text)}\xa0{_marks(number, sentence, numbers)}"
            for number, sentence in paragraph
        ]
        blocks.append(_wrapped(" ".join(sentences)).replace("\xa0", " "))
    sources = [
        (f"[{number}]", _listed(*_source(document)))
        for number, document in enumerate(briefing.documents, start=1)
    ]
    blocks.append(_section("Sources", sources))
    flagged = [(f"[!{number}]", checks) for number, checks in _flagged(briefing).items()]
    blocks.append(_section("To check", flagged))
    blocks.append(_section("Notices", [("-", visible(notice)) for notice in briefing.notices]))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _wrapped(text: str, *, first: str = "", others: str = "") -> str:
    return textwrap.fill(
        text,
        LINE_WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _section(heading: str, items: Sequence[tuple[str, str]]) -> str:
    """A heading over marked items; nothing where there are none."""
    if not items:
        return ""
    width = max(len(mark) for mark, _ in items) + 1
    lines = [_wrapped(text, first=mark.ljust(width), others=" " * width) for mark, text in items]
    return "\n".join([heading, *lines])


# Markdown


def _markdown(briefing: Briefing) -> str:
    """CommonMark: a heading, the paragraphs, and the sources as a numbered list."""
    numbers = _numbers(briefing)
    blocks = [f"# {_markdown_escaped(briefing.headline)}"]
    for paragraph in paragraphs(briefing.sentences):
        sentences = [
            f"{_markdown_escaped(sentence.text)} {_marks(number, sentence, numbers)}"
            for number, sentence in paragraph
        ]
        blocks.append(" ".join(sentences))
    sources = []
    for number, document in enumerate(briefing.documents, start=1):
        title, known, name = _source(document, _markdown_escaped)
        sources.append(f"{number}. {_listed(f'**{title}**', known, name)}")
    flagged = [
        f"- [!{number}] {_markdown_escaped(checks)}"
        for number, checks in _flagged(briefing).items()
    ]
    notices = [f"- {_markdown_escaped(notice)}" for notice in briefing.notices]
    for heading, items in (("Sources", sources), ("To check", flagged), ("Notices", notices)):
        if items:
            blocks.append("\n".join([f"## {heading}\n", *items]))
    return "\n\n".join(blocks) + "\n"


def _markdown_escaped(text: str) -> str:
    """``text`` so that CommonMark shows exactly it (section 2.4, backslash escapes)."""
    shown = _MARKDOWN_INLINE.sub(r"\\\1", visible(text))
    return _MARKDOWN_START.sub(r"\1\\\2", shown)


# HTML


def _html(briefing: Briefing) -> str:
    """One page that needs nothing from elsewhere; each mark leads to what it cites."""
    numbers = _numbers(briefing)
    words = count_words(briefing.text)
    total = sum(map(body_words, briefing.documents))
    template = resources.files("summarizer").joinpath("data/briefing.html")
    return Template(template.read_text(encoding="utf-8")).substitute(
        headline=_html_escaped(briefing.headline),
        kicker=_html_escaped(kicker(briefing)),
        made=_html_escaped(f"{_count(words, 'word')} from {total:,}; writer: {briefing.writer}"),
        paragraphs="\n".join(_html_paragraphs(briefing, numbers)),
        sources="\n".join(_html_sources(briefing, numbers)),
        flagged=_html_section(
            "To check",
            [
                f'<li id="check-{number}"><a href="#sentence-{number}">Sentence {number}</a>: '
                f"{escape(checks)}</li>"
                for number, checks in _flagged(briefing).items()
            ],
        ),
        notices=_html_section(
            "Notices", [f"<li>{_html_escaped(notice)}</li>" for notice in briefing.notices]
        ),
    )


def _html_escaped(text: str) -> str:
    return escape(visible(text))


def _html_isolated(text: str) -> str:
    """``text`` whose direction of writing leaves what stands beside it alone."""
    return f"<bdi>{_html_escaped(text)}</bdi>"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def kicker(briefing: Briefing) -> str:
    """ "5 articles, 20 January 2024 to 22 January 2024"; the days only where all are known."""
    count = _count(len(briefing.documents), "article")
    days = [document.published for document in briefing.documents if document.published]
    if not days or len(days) < len(briefing.documents):
        return count
    return f"{count}, " + " to ".join(_day(day) for day in sorted({min(days), max(days)}))


def _html_paragraphs(briefing: Briefing, numbers: dict[str, int]) -> Iterator[str]:
    for paragraph in paragraphs(briefing.sentences):
        sentences = (_html_sentence(number, sentence, numbers) for number, sentence in paragraph)
        yield f'<p dir="auto">{" ".join(sentences)}</p>'


def _html_sentence(number: int, sentence: BriefingSentence, numbers: dict[str, int]) -> str:
    marks = []
    for n in _cited(sentence, numbers):
        quoted = [citation for citation in sentence.citations if numbers[citation.doc_id] == n]
        title = _html_escaped(" … ".join(citation.text for citation in quoted))
        target = _quote_id(n, quoted[0])
        marks.append(f'<a href="#{target}" title="{title}" aria-label="Source {n}">[{n}]</a>')
    # A word joiner keeps the marks on the line of the last word.
    shown = f"&#8288;<sup>{''.join(marks) or '[no source]'}</sup>"
    if sentence.checks:
        checks = _html_escaped("; ".join(sentence.checks))
        shown += f'<sup class="check"><a href="#check-{number}" title="{checks}">check</a></sup>'
    kind = ' class="flagged"' if sentence.checks else ""
    return f'<span id="sentence-{number}"{kind}>{_html_escaped(sentence.text)}</span>{shown}'


def _html_sources(briefing: Briefing, numbers: dict[str, int]) -> Iterator[str]:
    """A list item a document: how it is called, and each passage cited from it, once."""
    citing: dict[Citation, list[int]] = {}
    for number, sentence in enumerate(briefing.sentences, start=1):
        for citation in dict.fromkeys(sentence.citations):
            citing.setdefault(citation, []).append(number)
    passages = sorted(citing, key=lambda citation: (citation.start, citation.end))
    for n, document in enumerate(briefing.documents, start=1):
        title, *known = _source(document, _html_isolated)
        quotes = [
            f'<blockquote id="{_quote_id(n, citation)}" dir="auto">'
            f"{_html_escaped(citation.text)}&nbsp;{_html_back_links(citing[citation])}</blockquote>"
            for citation in passages
            if citation.doc_id == document.doc_id
        ]
        lines = [
            f'<li id="source-{n}"><p class="title" dir="auto">{title}</p>',
            f'<p class="meta">{" ".join(known)}</p>' if any(known) else "",
            *(quotes or ['<p class="meta">Not cited.</p>']),
        ]
        yield "\n".join(filter(None, lines)) + "</li>"


def _quote_id(n: int, citation: Citation) -> str:
    return f"quote-{n}-{citation.start}-{citation.end}"


def _html_back_links(sentences: Sequence[int]) -> str:
    return " ".join(
        f'<a href="#sentence-{number}" aria-label="Back to sentence {number}">↩</a>'
        for number in sentences
    )


def _html_section(heading: str, items: Sequence[str]) -> str:
    if not items:
        return ""
    return f"<section>\n<h2>{heading}</h2>\n<ul>\n" + "\n".join(items) + "\n</ul>\n</section>"


FORMATS: dict[str, Callable[[Briefing], str]] = {
    "text": _text,
    "markdown": _markdown,
    "html": _html,
    "json": _json,
}
