"""Cleaning: which parts of a page are the article.

The text is left as it was read. Each document gets ``body`` spans, one a paragraph;
all else is listed as dropped, and every character that is not white space is in one of
the two. The evidence is general: phrases of web pages (``data/boilerplate.toml``), the
shape of a line (length, final stop, separators), its place, and repetition, within a
document and across documents. Where the evidence is weak the text stays: a menu word
too many harms a briefing less than a sentence lost.

Reasons for dropping:

  navigation   menus, share buttons, reading times, links; short lines around the article
  comments     comment forms and counters
  teaser       pointers to other articles, with the headlines under them
  boilerplate  newsletters, cookies, copyright, advertisements, tags, credits of editors
  byline       authors, desks, e-mail addresses
  stamp        dates and times of publication
  dateline     the place and agency that open a report ("MOSCOW (AP) —")
  caption      captions and credits of pictures
  embed        what surrounds an embedded post
  title        the headline, which ``Document.title`` holds
  heading      headings between paragraphs
  repeated     what the document has said before in the same words
  cut off      a few words of a last sentence that the source cut off
  markup       remains of HTML and Markdown, bullets, rules
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from summarizer.boilerplate import (
    LETTERS,
    SEPARATOR,
    TAGS,
    biography_of,
    dateline_end,
    inline_cuts,
    phrase_cuts,
    shape,
    whole_phrase,
)
from summarizer.dates import Stamp, find_stamps, read_stamp, signs_comment
from summarizer.lines import BULLET, Block, Cut, split_blocks
from summarizer.records import Cleaning, Document, Dropped, Span
from summarizer.words import collapse, content_words, count_words, fold

_SHORT = 12  # words of a heading or a menu line, at most
_COMMENTER = re.compile(r"\b(?:says|said|wrote)\s?:$", re.IGNORECASE)
_COMMENTS = re.compile(r"\d* ?(?:comments?|responses|kommentare|commentaires|comentarios)(?: \d+)?")
_COMMENTS_ON = re.compile(
    r"(?:\d[\d,]*|one|two|three|four|five|six|seven|eight|nine|ten)\s"
    r"(?:thoughts?|comments?|responses?|repl(?:y|ies)|reactions?)\s(?:on|to)\s[“\"‘'«]",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\d{1,2}[.):]?\s+(?=[^\W\d_])")
_PRONOUN = re.compile(r"(?:He|She|It|They|We|I)\s")
_SPEAKER = re.compile(r"[A-Z][\w.'’ -]{0,30}:\s")


def clean(documents: Sequence[Document]) -> Cleaning:
    """Documents with ``body`` set, and ``title`` and ``published`` where they were None.

    A document of which nothing would be left keeps what looks least like junk, with a
    notice; one that holds nothing but known boilerplate has an empty body, with a notice.
    """
    pages = [split_blocks(document.text) for document in documents]
    shared = _shared(pages)
    cleaned: list[Document] = []
    dropped: list[Dropped] = []
    notices: list[str] = []
    for document, blocks in zip(documents, pages, strict=True):
        title, stamps = _judge(document, blocks, shared)
        if blocks and all(block.reason for block in blocks):
            notices.append(_rescue(document, blocks))
        body, cuts = _assemble(document.text, blocks, stamps)
        published = document.published or next(
            (stamp.date for stamp in sorted(stamps, key=lambda stamp: stamp.update)), None
        )
        cleaned.append(replace(document, title=title, published=published, body=body))
        dropped += (
            Dropped(doc_id=document.doc_id, start=cut.start, end=cut.end,
                    text=document.text[cut.start : cut.end], reason=cut.reason)
            for cut in cuts
        )  # fmt: skip
    return Cleaning(documents=tuple(cleaned), dropped=tuple(dropped), notices=tuple(notices))


def _shared(pages: Sequence[Sequence[Block]]) -> frozenset[str]:
    """Short lines without a stop that several different documents hold."""
    counts: Counter[str] = Counter()
    seen: set[int] = set()
    for blocks in pages:
        identity = hash(tuple(block.key for block in blocks))
        if identity not in seen:
            seen.add(identity)
            counts.update({b.key for b in blocks if not b.stop and b.words <= _SHORT})
    return frozenset(key for key, count in counts.items() if count > 1)


# Judgement


def _judge(
    document: Document, blocks: list[Block], shared: frozenset[str]
) -> tuple[str | None, list[Stamp]]:
    """Sets the blocks' reasons; returns the title and the publication stamps."""
    stamps: list[Stamp] = []
    for block in blocks:
        reason = whole_phrase(block)
        block.opens = reason == "teaser"
        if reason is None:
            block.cuts = tuple(phrase_cuts(block, alone=len(blocks) == 1))
            left = block.words - sum(
                count_words(document.text[c.start : c.end]) for c in block.cuts
            )
            if block.cuts and (left <= 3 or (left <= 6 and not block.stop)):
                reason = block.cuts[0].reason
        block.certain = reason is not None
        block.reason = reason or shape(block)
    _judge_embeds(blocks)
    first, _ = _article(blocks)
    for i, block in enumerate(blocks):
        stamp = read_stamp(block.text) if block.reason is None else None
        if stamp:
            block.reason = "stamp"
            if stamp.date and (stamp.labelled or i < first):
                stamps.append(stamp)
    _judge_teasers(blocks, first)
    _judge_comments(blocks, first)
    _judge_biographies(blocks)
    title = _judge_title(document, blocks, shared)
    _judge_repeats(blocks)
    _judge_fragments(blocks)
    return title, stamps


def _article(blocks: Sequence[Block]) -> tuple[int, int]:
    """Indexes of the first and last paragraph; (n, -1) where there is none."""
    indexes = [i for i, block in enumerate(blocks) if block.paragraph]
    return (indexes[0], indexes[-1]) if indexes else (len(blocks), -1)


def _judge_embeds(blocks: Sequence[Block]) -> None:
    """The text of an embedded post goes with the line that signs it."""
    for block, after in pairwise(blocks):
        signed = after.reason == "embed" and after.text.lstrip()[0] in "—–-"
        if signed and block.reason is None and re.search(r"(?:^|\s)[#@]\w|//t\.co/", block.text):
            block.reason = "embed"


def _judge_teasers(blocks: Sequence[Block], first: int) -> None:
    """The headlines under "Related articles" and its kind; numbered ones may end in a stop.

    Above the article a list called "Trending" may stand right on top of the headline:
    there only what is numbered goes with it.
    """
    open_ = numbered_only = False
    for i, block in enumerate(blocks):
        if block.reason is None:
            numbered = block.words <= 25 and _NUMBERED.match(block.text) is not None
            headline = block.words <= 25 and (not block.stop or block.text[-1] in "?!…")
            open_ = open_ and (numbered or (headline and not numbered_only))
            if open_:
                block.reason = "teaser"
        else:
            numbered_only = block.opens and i < first and block.key.startswith("trending")
            open_ = block.opens or (open_ and block.reason in ("stamp", "markup", "caption"))


def _judge_comments(blocks: Sequence[Block], first: int) -> None:
    """What readers wrote under the article: a counter, and then who wrote which comment when.

    All below goes where the first comment follows the counter at once, so that a counter
    above an article does not take the article with it.
    """
    for i, block in enumerate(blocks):
        if i <= first or block.words > 30:
            continue
        header = _COMMENTS_ON.match(block.text) is not None
        if not header and (block.reason != "comments" or not _COMMENTS.fullmatch(block.key)):
            continue
        rest = blocks[i + 1 :]
        signed = [j for j, other in enumerate(rest) if _signs_comment(other)]
        at_once = signed and sum(b.words for b in rest[: signed[0]]) <= (150 if header else 60)
        if at_once or (header and sum(b.words for b in blocks[:i] if b.paragraph) >= 30):
            for other in blocks[i:]:
                other.reason = other.reason or "comments"
            return


def _signs_comment(block: Block) -> bool:
    return _COMMENTER.search(block.text[-12:]) is not None or signs_comment(block.text)


def _judge_biographies(blocks: Sequence[Block]) -> None:
    """Who the author is, under the article, unless the article speaks of the person."""
    _, last = _article(blocks)
    for i in range(len(blocks) - 1, 0, -1):
        block = blocks[i]
        if block.reason is not None:
            continue
        name = biography_of(block)
        told = name is None or any(
            name in other.text for other in blocks[: min(i, last)] if other.reason is None
        )
        if told:
            return
        block.reason = "byline"


def _judge_title(document: Document, blocks: Sequence[Block], shared: frozenset[str]) -> str | None:
    """The document's title or the headline found; marks it and its repeats."""
    title = document.title or _headline(blocks, shared)
    key = fold(title or "")
    if not key:
        return title
    first, _ = _article(blocks)
    found = False
    for i, block in enumerate(blocks):
        if block.reason is not None or block.words > 40 or (i > first and block.stop):
            continue
        with_outlet = not block.stop and block.key.startswith(key + " ")
        if block.key == key:
            block.reason = "repeated" if found else "title"
            found = True
        elif with_outlet and SEPARATOR.search(block.text):
            block.reason = "title"
    return title


def _headline(blocks: Sequence[Block], shared: frozenset[str]) -> str | None:
    """The first line before the first paragraph, unless another speaks much more of the article.

    Of a few words, as a newspaper's name is, even one that says two words more of it does.
    """
    first, _ = _article(blocks)
    if first == len(blocks):
        return None
    candidates = [b for b in blocks[:first] if b.reason is None and _title_like(b)]
    if not candidates:
        return None
    paragraphs = [block for block in blocks if block.paragraph][:50]
    vocabulary = {word for block in paragraphs for word in content_words(block.text[:5000])}
    title: Block | None = None
    best, most = -1.0, 0
    for block in candidates[:20]:
        words = set(content_words(block.text))
        spoken = len(words & vocabulary)
        common = spoken / max(len(words), 1)
        if block.key in shared and common < 0.5:
            continue
        name = title is not None and title.words <= 4
        if title is None or common > best + 0.3 or (name and common >= 0.5 and spoken >= most + 2):
            title, best, most = block, common, spoken
    return _plain_title(title.text) if title else None


def _title_like(block: Block) -> bool:
    ending = not block.stop or block.text[-1] in "?!"
    return ending and not block.text.endswith((":", ",", ";")) and 2 <= block.words <= 25


def _plain_title(line: str) -> str:
    """The headline without markup and without the outlet's name behind a bar."""
    line = TAGS.sub(" ", line).strip("\ufeff\u200b \t#*_=")
    head, bar, tail = line.rpartition(" | ")
    return collapse(head if bar and count_words(tail) <= 4 else line)


def _judge_repeats(blocks: Sequence[Block]) -> None:
    seen: set[str] = set()
    for block in blocks:
        if block.reason is None and block.key:
            if block.key in seen and (block.words >= 4 or not block.stop):
                block.reason = "repeated"
            seen.add(block.key)


def _judge_fragments(blocks: Sequence[Block]) -> None:
    """Lines that are no sentences, judged by their place among the paragraphs.

    Only where the document is prose that uses final stops; a list or a poem stays.
    """
    first, last = _article(blocks)
    prose = sum(block.words for block in blocks if block.paragraph and block.stop)
    loose = sum(block.words for block in blocks if block.fragment and block.words >= 5)
    total = sum(block.words for block in blocks if block.reason is None)
    if prose <= loose or prose < min(100, 0.2 * total):
        return
    listing = False
    for i, block in enumerate(blocks):
        before = blocks[i - 1] if i else None
        after = blocks[i + 1] if i + 1 < len(blocks) else None
        # What follows "The victims were:" line by line is a list.
        listing = (
            before is not None
            and before.reason is None
            and (before.text[-1] in ":：" or (listing and not before.paragraph))
        )
        if not block.fragment or block.text[-1] in ":：,;，；":
            continue
        if _is_caption(block, before, after):
            block.reason = "caption"
        elif i < first:
            block.reason = "navigation" if block.words <= 25 else None
        elif i > last:
            block.reason = _tail_reason(block, before)
        elif not listing and block.words <= _SHORT and not _no_heading(block, before, after):
            block.reason = "heading"


def _no_heading(block: Block, before: Block | None, after: Block | None) -> bool:
    """No heading but an item of a list (a bullet, another such line right beside it), or a
    sentence that lost its stop.
    """
    if block.words < 5:
        return False
    above = before is not None and not block.apart and before.fragment and before.words >= 5
    below = after is not None and not after.apart and after.fragment and after.words >= 5
    return block.bullet or above or below or bool(_PRONOUN.match(block.text))


def _is_caption(block: Block, before: Block | None, after: Block | None) -> bool:
    """A line without a stop beside a credit, or with furniture on both sides."""
    if after and after.reason == "caption":
        return block.words <= 40
    furniture = ("byline", "stamp", "navigation", "caption", "title")
    return (
        bool(before and before.reason in furniture and after and after.reason in furniture)
        and block.words > _SHORT
    )


def _tail_reason(block: Block, before: Block | None) -> str | None:
    words = [word for word in block.text.split() if word[0].isalpha()]
    title_case = sum(word[0].isupper() for word in words) > 0.6 * len(words)
    if block.words <= _SHORT:
        ends_page = before is not None and before.paragraph and not title_case
        return "cut off" if ends_page and block.words >= 3 else "navigation"
    return "teaser" if title_case else None


def _rescue(document: Document, blocks: Sequence[Block]) -> str:
    """Gives back what looks least like junk; returns the notice."""
    doubtful = [b for b in blocks if not b.certain and b.reason not in ("markup", "stamp")]
    if not doubtful:
        return f"{document.doc_id}: nothing but boilerplate was found; nothing of it is used."
    longest = max(block.words for block in doubtful)
    for block in doubtful:
        if block.words >= 0.5 * longest:
            block.reason = None
    return f"{document.doc_id}: no clear article was found; the longest lines are used."


# Assembly


def _assemble(
    text: str, blocks: Sequence[Block], stamps: list[Stamp]
) -> tuple[tuple[Span, ...], list[Cut]]:
    """Body spans and dropped parts, both in order; appends the stamps found in paragraphs."""
    body: list[Span] = []
    dropped: list[Cut] = []
    speakers = sum(block.reason is None and bool(_SPEAKER.match(block.text)) for block in blocks)
    for block in blocks:
        if block.reason is not None:
            dropped.append(Cut(block.start, block.end, block.reason))
            continue
        cuts = sorted(_cuts(block, opening=len(body) < 3, transcript=speakers > 1, stamps=stamps))
        position = block.start
        for cut in [*cuts, Cut(block.end, block.end, "")]:
            if cut.start < position:
                continue
            kept = _stripped(text, position, cut.start)
            if kept and LETTERS.search(text, *kept):
                body.append(kept)
            elif kept:
                dropped.append(Cut(*kept, "markup"))
            gone = _stripped(text, cut.start, cut.end)
            if gone:
                dropped.append(Cut(*gone, cut.reason))
            position = cut.end
    return tuple(body), dropped


def _cuts(block: Block, *, opening: bool, transcript: bool, stamps: list[Stamp]) -> Iterator[Cut]:
    """What to cut out of a paragraph; dates found on the way are added to ``stamps``."""
    text = block.text
    begin = 0
    for pattern in (TAGS, BULLET):
        lead = pattern.match(text, begin)
        if lead:
            yield Cut(block.start + begin, block.start + lead.end(), "markup")
            begin = lead.end()
    place = dateline_end(text, begin, opening=opening, transcript=transcript)
    if place > begin:
        yield Cut(block.start + begin, block.start + place, "dateline")
    if text.endswith(">"):
        for tags in TAGS.finditer(text, max(place, len(text) - 600)):
            if tags.end() == len(text):
                yield Cut(block.start + tags.start(), block.end, "markup")
    yield from block.cuts
    yield from inline_cuts(block)
    for start, end, stamp in find_stamps(text):
        yield Cut(block.start + start, block.start + end, "stamp")
        if stamp.date:
            stamps.append(stamp)


def _stripped(text: str, start: int, end: int) -> Span | None:
    """The span without white space at its ends; None where nothing is left."""
    piece = text[start:end]
    left = piece.lstrip()
    if not left:
        return None
    start += len(piece) - len(left)
    return Span(start, start + len(left.rstrip()))
