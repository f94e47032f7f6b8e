"""The desk's panels as HTML: everything in them that comes from outside is escaped.

A briefing sentence has the number ``n`` from 1 (``data-s``); each passage that backs it
names it in ``data-by``. ``page.js`` joins the two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise

from summarizer.records import (
    Briefing,
    BriefingSentence,
    Cleaning,
    Document,
)
from summarizer.rendering import body_words, kicker, paragraphs, visible
from summarizer.web.desk import WriterChoice
from summarizer.web.intake import PASTED, Pile

MAX_SHOWN = 20_000  # characters of an article; beyond them, what backs nothing is left out
OPENING_WORDS, OPENING_LENGTH = 9, 80  # of a pasted article without a title, to know it by
MAX_ROWS = 200  # of a list; the JSON format has them all
STAGES = {
    "waiting": "Waiting for its turn",
    "loading": "Getting ready",
    "cleaning": "Cleaning the articles",
    "splitting": "Finding the sentences",
    "encoding": "Reading for meaning",
    "relevance": "Setting aside what does not belong",
    "redundancy": "Merging what repeats",
    "salience": "Weighing what matters",
    "selection": "Choosing the points",
    "writing": "Writing",
    "support": "Checking against the sources",
}


def safe(text: str) -> str:
    """One line of outside text, fit for an element or a quoted attribute."""
    return escape(visible(text))


def count(number: int, noun: str) -> str:
    """ "1 article", "2,000 articles"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _meta(document: Document) -> str:
    """Source, day and words of a document, so far as they are known."""
    day = document.published
    known = [
        safe(document.source) if document.source else "",
        f"{day.day} {day:%B} {day.year}" if day else "",
        count(body_words(document), "word"),
    ]
    return " · ".join(filter(None, known))


def _title(document: Document) -> str:
    if document.title or not document.doc_id.startswith(PASTED):
        return safe(document.title or document.doc_id)
    opening = " ".join(document.text.split()[:OPENING_WORDS])
    return f"“{safe(opening[:OPENING_LENGTH])} …”"


# The pile


def pile(articles: Pile, cleaning: Cleaning | None) -> str:
    """The articles on the desk, as read; what cleaning set aside; what reading had to say."""
    if cleaning is None or not articles.documents:
        cards = '<p class="quiet">No article yet. Two or more about one event make a briefing.</p>'
        return f'<div class="pile empty">{cards}</div>{notices(articles.notices)}'
    total = sum(map(body_words, cleaning.documents))
    head = (
        f'<p class="pile-head"><b>{count(len(cleaning.documents), "article")}</b>'
        f" <span>{count(total, 'word')}</span></p>"
    )
    cards = "".join(
        _card(number, document, cleaning)
        for number, document in enumerate(cleaning.documents, start=1)
    )
    return (
        f'<div class="pile">{head}<ol class="cards">{cards}</ol></div>'
        f"{notices((*articles.notices, *cleaning.notices))}"
    )


def _card(number: int, document: Document, cleaning: Cleaning) -> str:
    dropped = [entry for entry in cleaning.dropped if entry.doc_id == document.doc_id]
    aside = ""
    if dropped:
        reasons = Counter(entry.reason for entry in dropped)
        items = "".join(
            f"<li><b>{safe(entry.reason)}</b> {safe(entry.text[:160])}</li>"
            for entry in dropped[:20]
        )
        more = f"<li>and {len(dropped) - 20} more</li>" if len(dropped) > 20 else ""
        told = ", ".join(safe(reason) for reason, _ in reasons.most_common(3))
        aside = (
            f"<details><summary>{count(len(dropped), 'line')} set aside"
            f'<span class="quiet">: {told}</span></summary><ul>{items}{more}</ul></details>'
        )
    return (
        f'<li class="card"><span class="n" aria-hidden="true">{number}</span>'
        f'<div><p class="card-title" dir="auto">{_title(document)}</p>'
        f'<p class="card-meta">{_meta(document)}</p>{aside}</div>'
        f'<button type="button" class="remove" data-remove="{escape(document.doc_id)}" '
        f'aria-label="Remove article {number}: {_title(document)}">×</button></li>'
    )


def notices(lines: Sequence[str]) -> str:
    """What the visitor must be told; nothing where there is nothing."""
    if not lines:
        return ""
    items = "".join(f"<li>{safe(line)}</li>" for line in lines[:MAX_ROWS])
    return f'<div class="notices" role="note"><h3>Notices</h3><ul>{items}</ul></div>'


def absent(choices: Sequence[WriterChoice]) -> str:
    """The writers that cannot be chosen here, and what would bring them."""
    missing = [(choice.label, choice.missing) for choice in choices if choice.missing]
    items = "".join(
        '<li><span class="ring" aria-hidden="true"></span><span>'
        f"{safe(label)} (not available here)<code>{safe(command)}</code></span></li>"
        for label, command in missing
        or [("Any Hugging Face model", "summarizer serve --writer hf:NAME")]
    )
    return f'<ul class="absent">{items}</ul>'


# Progress and ends


def progress(stages: Sequence[str]) -> str:
    """Where the work is: stages done, the one at work, those to come."""
    known = list(STAGES)
    now = stages[-1] if stages else known[0]
    at = known.index(now) if now in known else len(known) - 1
    items = "".join(
        f'<li class="{"done" if i < at else "now" if i == at else "later"}">{label}</li>'
        for i, (stage, label) in enumerate(STAGES.items())
        if stage not in ("waiting", "loading")
    )
    return (
        '<div class="progress"><p class="now-at" role="status">'
        f"{STAGES.get(now, safe(now))} …</p>"
        f'<div class="bar" aria-hidden="true"><i style="width:{100 * (at + 1) / len(known):.0f}%">'
        f'</i></div><ol aria-hidden="true">{items}</ol></div>'
    )


def waiting() -> str:
    """The state of a panel whose content is being made."""
    lines = "".join(f'<i style="width:{width}%"></i>' for width in (62, 97, 100, 91, 99, 94, 48))
    return f'<div class="waiting" aria-hidden="true">{lines}</div>'


def drafts(sentences: Sequence[str]) -> str:
    """The briefing as far as it is written: sentences that nobody has checked yet."""
    prose = " ".join(f'<span class="draft">{safe(sentence)}</span>' for sentence in sentences)
    return (
        '<div class="desk"><article class="sheet" aria-label="Draft" aria-busy="true">'
        '<p class="kicker"><b class="provisional">Draft</b> to be checked against the sources; '
        'it may still change</p><div class="waiting" aria-hidden="true"><i></i></div>'
        f'<div class="words"><p dir="auto">{prose}</p></div></article></div>'
    )


def message(text: str, *, kind: str = "error") -> str:
    """An error or another end without a briefing."""
    heading = {"error": "That did not work", "stopped": "Stopped", "hint": "First things first"}
    return (
        f'<div class="message {kind}" role="{"alert" if kind == "error" else "status"}">'
        f"<h3>{heading[kind]}</h3><p>{safe(text)}</p></div>"
    )


EMPTY = """<div class="empty-desk">
<p class="lede">Put several articles about one event on the desk. You get one briefing, and
for every sentence the passages that it rests on.</p>
<ol>
<li><b>Bring articles.</b> Drop files or a zip, or paste text. Text, Markdown, web pages, PDF,
Word, JSON, CSV and Parquet are read.</li>
<li><b>Write the briefing.</b> What repeats is merged, what matters is kept, and each sentence
is checked against its sources.</li>
<li><b>Look behind it.</b> Choose a sentence and see its sources in their articles. Then
take the briefing away.</li>
</ol>
<p class="quiet">No articles at hand? Open one of the examples.</p>
</div>"""
NOTHING = '<p class="quiet nothing">Nothing to show before there is a briefing.</p>'


# The briefing


def briefing(result: Briefing) -> str:
    """Headline, sentences with their marks, and beside them the articles they rest on."""
    numbers = _numbers(result)
    words = sum(len(sentence.text.split()) for sentence in result.sentences)
    total = sum(map(body_words, result.documents))
    prose = "".join(
        '<p dir="auto">'
        + " ".join(_sentence(n, sentence, numbers) for n, sentence in paragraph)
        + "</p>"
        for paragraph in paragraphs(result.sentences)
    )
    flagged = [
        f'<li><button type="button" class="to" data-s="{n}">Sentence {n}</button> '
        f"{safe('; '.join(sentence.checks))}</li>"
        for n, sentence in enumerate(result.sentences, start=1)
        if sentence.checks
    ]
    checks = f'<h3>To check</h3><ul class="checks">{"".join(flagged)}</ul>' if flagged else ""
    return (
        '<div class="desk"><article class="sheet" aria-label="Briefing">'
        f'<p class="kicker">{safe(kicker(result))}</p>'
        f'<h2 class="headline" dir="auto">{safe(result.headline)}</h2>'
        f'<p class="made">{count(words, "word")} from {total:,}'
        '<span class="hint"> · choose a sentence to see its sources</span></p>'
        f'<div class="words">{prose}</div>{checks}{notices(result.notices)}</article>'
        '<aside class="behind" aria-label="Sources of the chosen sentence" tabindex="0">'
        '<p class="behind-head"><b>Sources</b>'
        '<button type="button" class="close" aria-label="Close the sources">×</button></p>'
        f"{''.join(_articles(result, quiet=True))}</aside></div>"
    )


def _numbers(result: Briefing) -> dict[str, int]:
    return {document.doc_id: n for n, document in enumerate(result.documents, start=1)}


def _sentence(n: int, sentence: BriefingSentence, numbers: Mapping[str, int]) -> str:
    cited = sorted({numbers[citation.doc_id] for citation in sentence.citations})
    marks = "".join(
        # No button element: a line must not break before it.
        f'<span role="button" tabindex="0" class="mark" data-s="{n}" data-d="{d}" '
        f'aria-label="Sentence {n}, source {d}">{d}</span>'
        for d in cited
    )
    doubt = ""
    if sentence.checks:
        doubt = f'<span class="doubt" title="{safe("; ".join(sentence.checks))}">check</span>'
    kind = " flagged" if sentence.checks else ""
    return (
        f'<span class="s{kind}" role="button" tabindex="0" aria-pressed="false" data-s="{n}">'
        f"{safe(sentence.text)}</span>"
        f'<sup class="marks">{marks or "no source"}{doubt}</sup>'
    )


# The articles with what became of each part


def sources(result: Briefing) -> str:
    """Every article, each part marked as cited, kept, duplicate or set aside."""
    legend = (
        '<ul class="legend" aria-label="Legend">'
        '<li><mark class="cited">cited</mark> backs a sentence of the briefing</li>'
        '<li><span class="kept">kept</span> distinct, weighed, not used</li>'
        '<li><span class="duplicate">duplicate</span> another article says it</li>'
        '<li><span class="junk">set aside</span> not part of the article</li></ul>'
    )
    return f'<div class="articles">{legend}{"".join(_articles(result, quiet=False))}</div>'


def _articles(result: Briefing, *, quiet: bool) -> Iterator[str]:
    """Each article, closed or open; ``quiet`` shows only what is cited in colour."""
    by_document: dict[str, list[tuple[int, int, str, int]]] = {
        d.doc_id: [] for d in result.documents
    }
    cited: Counter[str] = Counter()
    for n, sentence in enumerate(result.sentences, start=1):
        for citation in sentence.citations:
            by_document[citation.doc_id].append((citation.start, citation.end, "cited", n))
            cited[citation.doc_id] += 1
    if not quiet:
        for kept in result.deduplication.kept:
            by_document[kept.doc_id].append((kept.start, kept.end, "kept", 0))
        for duplicate in result.deduplication.dropped:
            part = duplicate.sentence
            by_document[part.doc_id].append((part.start, part.end, "duplicate", 0))
    for dropped in result.dropped:
        by_document[dropped.doc_id].append((dropped.start, dropped.end, "junk", 0))
    for number, document in enumerate(result.documents, start=1):
        passages = cited[document.doc_id]
        told = count(passages, "citation") if passages else "not cited"
        yield (
            f'<details class="article" data-d="{number}"{"" if quiet and number > 1 else " open"}>'
            f'<summary><span class="n">{number}</span><span class="article-title" dir="auto">'
            f'{_title(document)}</span><span class="card-meta">{_meta(document)} · {told}</span>'
            f'</summary><div class="text" dir="auto">'
            f"{_marked(document.text, by_document[document.doc_id])}</div></details>"
        )


_ORDER = ("cited", "duplicate", "kept", "junk")  # the first that applies gives the look


def _marked(text: str, spans: Sequence[tuple[int, int, str, int]]) -> str:
    """``text`` cut where a span begins or ends, each piece marked by the spans over it."""
    starts: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for index, (start, end, _, _) in enumerate(spans):
        starts.setdefault(start, []).append(index)
        ends.setdefault(end, []).append(index)
    cuts = sorted({0, len(text), *starts, *ends})
    over: set[int] = set()
    pieces = []
    cutting = len(text) > MAX_SHOWN
    for start, end in pairwise(cuts):
        over -= set(ends.get(start, ()))
        over |= set(starts.get(start, ()))
        pieces.append(_piece(text[start:end], [spans[i] for i in over], cutting and start > 2_000))
    return "".join(_shortened(pieces))


def _piece(part: str, over: Sequence[tuple[int, int, str, int]], cutting: bool) -> tuple[str, int]:
    """The piece's markup, and how many characters it may be left out for (0: never)."""
    kinds = {kind for _, _, kind, _ in over}
    kind = next((kind for kind in _ORDER if kind in kinds), None)
    shown = escape(part)
    if kind is None or not part.strip():
        return shown, len(part) if cutting else 0
    if kind != "cited":
        return f'<span class="{kind}">{shown}</span>', len(part) if cutting else 0
    by = sorted({n for _, _, _, n in over if n})
    label = ", ".join(map(str, by))
    return (
        f'<mark class="cited" data-by="{" ".join(map(str, by))}" data-label="{label}" '
        f'tabindex="-1">{shown}</mark>',
        0,
    )


def _shortened(pieces: Sequence[tuple[str, int]]) -> Iterator[str]:
    """The pieces, runs of those that may go replaced by a word about it."""
    gone = 0
    for shown, length in [*pieces, ("", 0)]:
        if length:
            gone += length
            continue
        if gone:
            yield f'<span class="gap">[{gone:,} characters not shown]</span>'
            gone = 0
        yield shown
