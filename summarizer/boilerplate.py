"""What gives a line away as boilerplate by itself: phrases, credits, bylines, links, datelines.

The phrases are in ``data/boilerplate.toml``. Every pattern is bounded, so that the work
grows linearly with the text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import NamedTuple

from summarizer.lines import Block, Cut
from summarizer.sentences import sentence_spans
from summarizer.words import collapse, count_words, fold

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*[km]?\b")
_SENTENCE_END = re.compile(
    r"[.!?。！？…]['\"”’)\]]{0,3}(?:\s+|(?<=[。！？]))(?=[\"“'‘«(\[©@]{0,2}(?![a-z])[\w©])"
)
_LINE_BREAK = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_OPENING_QUOTES = "\"“‘„«'"
_SAYING = (
    "said|says|told|tells|wrote|writes|testified|shouted|argued|argues|added|adds|insisted|ruled|"
    "declared|asked|replied|warned|explained|noted|recalled|announced|chanted|cried|held|found|"
    "claimed|stated|urged|vowed|joked|whispered|preached|sang|read|pleaded|concluded|observed"
)
_ATTRIBUTION = re.compile(
    rf"\b(?:said|told|testified|shouted|insisted|vowed|chanted)\b|"
    rf"[,?!:][\"”’']?\s+(?:[^\s,;]+\s+){{0,6}}(?:{_SAYING})\b|\baccording to\b",
    re.IGNORECASE,
)
_PREDICATE = re.compile(
    r"\b(?:is|are|was|were|has|had|have|did|does|will|would|could|might|must|remains?|became|began|"
    r"took|gave|went|came|made|got|saw|ran|won|lost|left|led|met|held|kept|fell|rose|grew|brought|"
    r"sent|spent|stood|paid|put|set|cost|drew|broke|built|[a-z]{2,}ed)\b"
)
# The reader, and what a page says of itself.
_READER = re.compile(
    r"\b(?:you|your|yours|you're|our|ours|we|us|my|here|now|below|above|newsletters?|inbox|e-?mails?|"
    r"apps?|sites?|websites?|page|browser|cookies|javascript|video|player|channels?|whatsapp|telegram|"
    r"facebook|twitter|instagram|youtube|linkedin|podcasts?|accounts?|subscri\w+|copyright(?:ed)?|"
    r"published|republished|reproduc\w+|redistribut\w+|rewritten|permission|prohibited|reserved|"
    r"notifications?|alerts|updates|comments?|licen[cs]ed?|syndicated|edited|contributed)\b|"
    r"©|https?:|www\.|@",
    re.IGNORECASE,
)
LETTERS = re.compile(r"[^\W_]")
TAGS = re.compile(r"(?:</?[a-zA-Z][^<>]{0,500}>\s*)+|<!--(?:(?!-->).){0,500}-->\s*", re.DOTALL)
_LINK = re.compile(r"!?\[[^\[\]]{0,300}\]\([^()\s]{1,500}\)")
_BARE = re.compile(r"(?:https?://\S+|www\.\S+|\S+@\S+\.\w+)(?:\s|$)")
SEPARATOR = re.compile(r"\s*[|•·»›>]\s*|\s+[/–—]\s+")
_SEPARATORS = frozenset("|•·»›>/–—")
_BY = re.compile(
    r"(?:(?:written|reported|posted|story|edited|compiled|words)\s+)?by:?\s+(.+)", re.I
)
_FOREIGN_BY = re.compile(r"(?:von|par|por|di|автор:?|текст:?)((?:\s+[^\W\d_][\w.'’-]*){2,3})", re.I)
# "« Older headline" and "Newer headline »"; with both signs it is a quotation.
_POINTER = re.compile(
    r"[«‹←⟵❮]\s*[^«»‹›←→]+|[^«»‹›←→]+[»›→⟶❯]|[«‹←]\s*[^«»‹›←→|]+\|[^«»‹›←→|]+[»›→]"
)
_ROLE = (
    r"(?:writer|reporter|correspondent|columnist|editor|journalist|photographer|producer|contributor|"
    r"critic|freelancer|intern|fellow|bureau chief)"
)
_BIO = re.compile(
    r"(?:[A-Z][\w.'’-]*\s(?:[a-z]{2,3}\s)?){1,3}[A-Z][\w'’-]+,?\s"
    r"(?:(?:covers|writes about|reports on|reports from)\s[^.]{2,120}\s(?:for|at|in)\s"
    r"(?:the\s)?[A-Z]|"
    rf"(?:writes|reports|works|freelances)\s(?:[^.]{{2,60}}\s)?for\s(?:the\s|The\s)?[A-Z]|"
    rf"(?:is|was)\s(?:an?|the|our)\s(?:[^\s.]+\s){{0,5}}?{_ROLE}\b|"
    rf"joined\s[^.]{{2,60}}\sas\s(?:an?|its|the)\s(?:[^\s.]+\s){{0,4}}?{_ROLE}\b|"
    r"can be (?:reached|contacted) )"
)
_SIGNATURE = re.compile(
    r"(?:[—–]|-{1,3})\s*[^@().!?\n]{1,60}\(\s?@\w{1,30}\s?\)"
    r"(?:\s*[^\W\d_]{3,9}\.?\s\d{1,2},\s\d{4})?"
)
_EMBED = re.compile(r"(?:https?://)?\b(?:pic\.twitter\.com|t\.co)/\w+", re.I)
_PICTURE = r"(?:photo(?:graph)?|image|picture|foto)s?"
_PICTURE_SOURCES = "reuters|ap|afp|epa|getty images|getty|shutterstock|alamy|xinhua|tass|sputnik"
_CREDIT_IN_BRACKETS = re.compile(
    rf"[(\[]\s?(?:(?:[\w.]{{1,20}}\s)?{_PICTURE}(?:\s(?:by|credit|courtesy|via)\b|\s?[:/])|"
    rf"getty images|[^()\[\]:/]{{1,40}}/\s?(?:{_PICTURE_SOURCES})\b)[^()\[\]]{{0,100}}[)\]]",
    re.IGNORECASE,
)
_CREDIT_AT_END = re.compile(
    rf"(?:[|©]\s*{_PICTURE}\b[^|]{{0,80}}|"
    rf"[.!?)|]\s*{_PICTURE}(?:\s(?:credit|courtesy))?\s?[:©/][^.:]{{1,80}}|"
    rf"(?<!\w)(?:{_PICTURE_SOURCES}|ap photo)\s?/\s?[^.]{{1,80}}|"
    rf"[^\W\d_]/(?:{_PICTURE_SOURCES})|"
    rf"(?:[.!?]|^)\s*(?:getty images|shutterstock|alamy|file {_PICTURE}))\s?\)?$",
    re.IGNORECASE,
)
_CREDIT_HINT = re.compile(rf"{_PICTURE}|/|alamy|shutterstock", re.IGNORECASE)
_MAX_LINE = 60  # words of a line that a label such as "Photo:" may condemn whole


class _Phrases(NamedTuple):
    """The data file, made ready for look-up."""

    whole: dict[str, str]  # folded whole-line phrase: reason
    first_words: frozenset[str]  # of the whole-line phrases
    starts: dict[str, re.Pattern[str]]  # first character: the sentences that begin so
    reasons: dict[str, str]  # group name in those patterns: reason
    agencies: frozenset[str]
    desks: frozenset[str]


@cache
def _phrases() -> _Phrases:
    data = tomllib.loads(
        resources.files("summarizer").joinpath("data/boilerplate.toml").read_text("utf-8")
    )
    whole: dict[str, str] = {}
    starts: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    for reason, entries in data["phrases"].items():
        for entry in entries:
            if not entry.endswith("*"):
                whole.setdefault(_phrase_key(fold(entry.replace("#", "0"))), reason)
                continue
            name = f"p{len(reasons)}"
            reasons[name] = reason
            starts.setdefault(entry[0], []).append(f"(?P<{name}>{_pattern(entry[:-1])})")
    compiled = {
        first: re.compile("|".join(patterns), re.IGNORECASE) for first, patterns in starts.items()
    }
    names = data["names"]
    return _Phrases(
        whole=whole,
        first_words=frozenset(phrase.split()[0] for phrase in whole),
        starts=compiled,
        reasons=reasons,
        agencies=frozenset(names["agencies"]),
        desks=frozenset(names["desks"]),
    )


def _pattern(phrase: str) -> str:
    """A start phrase as a regular expression; its gap is bounded, so matching is linear."""
    words = []
    for word in phrase.split():
        if word == "...":
            words.append(r"(?:\S{1,30}\s+){0,7}\S{1,30}")
        else:
            words.append(re.escape(word).replace(r"\#", r"\d+,?").replace("'", "['’]"))
    spaced = r"\s+".join(words).replace(r"©\s+", r"©\s*").replace(r"\s+:", r"\s*:")
    return spaced + (r"\b" if phrase[-1].isalpha() and phrase[-1].isascii() else "")


def _phrase_key(folded: str) -> str:
    return _NUMBER.sub("0", folded)


def whole_phrase(block: Block) -> str | None:
    """The reason for which the whole line is junk: one known phrase or several in a row."""
    if len(block.text) > 300 or block.words > 25:
        return None
    whole = _phrases().whole
    key = _phrase_key(block.key)
    if key in whole:
        return whole[key]
    words = key.split()
    if block.stop or len(words) < 2 or words[0] not in _phrases().first_words:
        return None
    # reached[i]: the words up to i are known phrases, and this is the first one's reason.
    reached: dict[int, str] = {0: ""}
    for i in range(len(words)):
        for j in range(i + 1, min(i + 6, len(words)) + 1) if i in reached else ():
            found = whole.get(" ".join(words[i:j]))
            if found:
                reached.setdefault(j, reached[i] or found)
    return reached.get(len(words))


def phrase_cuts(block: Block, *, alone: bool) -> Iterator[Cut]:
    """The sentences of the block that begin with a known phrase and are none of the article.

    In a long block, and in one ``alone`` in its document, lines may have been run together:
    there only short sentences go, and no labels, for the article may follow "Photo:".
    """
    known = _phrases()
    text = block.text
    running = alone or block.words > _MAX_LINE
    sentences: dict[int, int] | None = None  # where each begins: where the next one does
    begin = 0
    while begin < len(text):
        found = _SENTENCE_END.search(text, begin)
        end = found.end() if found else len(text)
        at = begin
        while at < min(end, begin + 8) and not text[at].isalnum() and text[at] not in "(©":
            at += 1
        pattern = known.starts.get(text[at : at + 1].lower())
        match = pattern.match(text, at, end) if pattern else None
        if match and sentences is None:
            sentences = _sentences(text)
        # The quick search above knows no abbreviations; what it takes for a sentence
        # may begin or end within one.
        if match and sentences and begin in sentences:
            end = sentences[begin]
            assert match.lastgroup is not None
            reason = known.reasons[match.lastgroup]
            label = match[0].endswith(":")
            words = count_words(text[begin:end])
            known_words = count_words(match[0])
            if running and words > 20 and 2 * known_words < words and known_words >= 6:
                end = match.end()  # "Media playback is ... device" and then the article
                words = known_words
            drop = end - begin <= 400 and not _is_statement(text, begin, end, match, reason)
            if running and drop:
                clause = words <= 20 or 2 * known_words >= words
                drop = clause and not label and reason != "caption"
            elif drop:
                drop = not (label and reason == "teaser" and block.stop and words > 15)
            if drop:
                if label and begin == 0 and not running:
                    end = len(text)
                yield Cut(block.start + begin, block.start + end, reason)
        begin = end


def _sentences(text: str) -> dict[int, int]:
    """The begin of each sentence of a block, and the begin of the one after it."""
    spans = sentence_spans(_LINE_BREAK.sub(" ", text))
    starts = [0, *(span.start for span in spans[1:]), len(text)]
    return dict(pairwise(starts))


def _is_statement(text: str, begin: int, end: int, match: re.Match[str], reason: str) -> bool:
    """Whether a sentence that begins with a phrase is a report's own.

    It is one if somebody is said to have said it, if it stands in a quotation, or if,
    after a phrase of a few words, it goes on with a predicate and does not turn to the
    reader or speak of the page. What labels or captions a picture is judged by its label.
    """
    if match[0].endswith(":"):
        return False
    rest = text[match.end() : end]
    lead = text[:begin]
    opening = text[begin : match.start()]
    quoted = (
        any(mark in opening for mark in _OPENING_QUOTES)
        or lead.count("“") > lead.count("”")
        or lead.count('"') % 2 == 1
    )
    if quoted or _ATTRIBUTION.search(rest):
        return True
    phrase = match[0]
    credit = phrase.casefold().endswith((" by", " credit"))
    words = rest.split()
    if credit:  # it names somebody
        first = words[0] if words else ""
        if not first[:1].islower() or text.islower():
            return False
        named = any(word[0].isupper() for word in words)
        return bool(_PREDICATE.search(rest)) or (len(words) >= 5 and not named)
    if reason == "caption" or count_words(phrase) > 4:
        return False
    return (
        len(words) >= max(4, count_words(phrase))
        and bool(_PREDICATE.search(rest))
        and not _READER.search(rest)
    )


def shape(block: Block) -> str | None:
    """The reason for which a line is junk wherever it stands, or None."""
    text = block.text
    if len(text) > 1500:
        return None
    bare = text
    if "<" in text or "](" in text:
        bare = TAGS.sub("", _LINK.sub("", text)).strip()
    if not LETTERS.search(bare):
        return "navigation" if _LINK.search(text) else "markup"
    if any(sign in bare for sign in ("@", "://", "www.")) and not LETTERS.search(
        _BARE.sub("", bare + " ")
    ):
        return "byline" if "@" in bare and "://" not in bare else "navigation"
    if block.words <= 80 and (
        "pic.twitter.com/" in text or ("@" in text and not block.stop and _SIGNATURE.search(text))
    ):
        return "embed"
    if block.words <= _MAX_LINE and _CREDIT_HINT.search(text) and _credit(text):
        return "caption"
    if block.stop:
        return None
    if not _SEPARATORS.isdisjoint(text):
        parts = [part for part in SEPARATOR.split(text) if LETTERS.search(part)]
        if len(parts) >= 3 and all(count_words(part) <= 4 for part in parts):
            return "navigation"
    if block.words <= 15 and _POINTER.fullmatch(text):
        return "teaser"
    if (
        block.words > 1
        and text[0] in "#@"
        and all(word.startswith(("#", "@")) for word in text.split())
    ):
        return "navigation"
    return "byline" if _byline(text, block.words) else None


def inline_cuts(block: Block) -> Iterator[Cut]:
    """Credits and the remains of embedded posts amid a paragraph."""
    text = block.text
    patterns = []
    if "(" in text or "[" in text:
        patterns.append(("caption", _CREDIT_IN_BRACKETS))
    if "@" in text:
        patterns.append(("embed", _SIGNATURE))
    if "witter.com/" in text or "t.co/" in text:
        patterns.append(("embed", _EMBED))
    for reason, pattern in patterns:
        for match in pattern.finditer(text):
            yield Cut(block.start + match.start(), block.start + match.end(), reason)


def biography_of(block: Block) -> str | None:
    """The surname of the author whom a line under an article introduces, or None."""
    if block.words > 60:
        return None
    match = _BIO.match(block.text)
    if not match:
        return None
    names = block.text.split(maxsplit=4)[:4]
    named = [name.strip(",") for name in names if name[0].isupper()]
    return named[-1]


def _credit(text: str) -> bool:
    tail = text[-200:]
    brackets = list(_CREDIT_IN_BRACKETS.finditer(tail))
    if brackets and not LETTERS.search(tail, brackets[-1].end()):
        return True
    return bool(_CREDIT_AT_END.search(tail))


def _byline(text: str, words: int) -> bool:
    if words > 14:
        return False
    known = _phrases()
    line = collapse(text).strip("•·-–—*|/ ")
    by = _BY.fullmatch(line)
    if by and all(
        name[0].isupper() or not name[0].isalpha() or name in _NAME_PARTICLES
        for name in by[1].split()
    ):
        return True
    if words <= 4 and (by or _FOREIGN_BY.fullmatch(line)):
        names = line.split()[1:]
        return all(name[0].isupper() for name in names) or line.islower()
    if words > 8:
        return False
    head, comma, tail = line.replace("/", ",").replace("|", ",").rpartition(",")
    name = tail.strip().casefold()
    signed = name in known.agencies or (bool(name) and name.split()[-1] in known.desks)
    return signed and (1 < words <= 3 or (bool(comma) and count_words(head) <= 5))


_NAME_PARTICLES = frozenset(
    "and of in for the at with de van von der den bin al la du del au sur el los las san".split()
)


_PLACE = r"[^\W\d_][\w.'’]*(?:[ -][^\W\d_][\w.'’]*){0,3}"
_DATELINE = re.compile(
    rf"(?P<place>{_PLACE}(?:,\s?(?![^\W\d_]{{3,9}}\.?\s\d){_PLACE}){{0,2}})?"
    r"(?P<date>[,.]?\s[^\W\d_]{3,9}\.?\s\d{1,2}(?:,\s\d{4})?|,?\s\d{1,2}\s[^\W\d_]{3,9}(?:\s\d{4})?)?"
    r"(?:\s{0,2}\(\s?(?P<agency>[^\W\d_][\w .&’'-]{1,30}?)\s?\))?"
    r"(?P<dash>\s{0,2}(?:[—–-]{1,2}|:)(?=\s|[—–]|(?<=[—–])))?\s{0,3}"
)
_NO_PLACES = frozenset(
    """topline key highlights lead latest editor fact factbox profile explainer update updated
    breaking watch exclusive analysis opinion note video photos live editorial correction
    clarification background comment summary question answer warning""".split()
)


def dateline_end(text: str, begin: int, *, opening: bool, transcript: bool) -> int:
    """Where the paragraph proper begins, after a dateline if it has one.

    With a known agency in brackets, or with a place in capitals before a dash, it is sure;
    a place alone ("Moscow: ", "Pyongyang - ", "LYON: ") counts only where the article opens.
    """
    match = _DATELINE.match(text, begin, begin + 120)
    if not match or match.end() >= len(text):
        return begin
    place, agency, dash = match["place"] or "", match["agency"], (match["dash"] or "").strip()
    if agency:
        known = agency.casefold() in _phrases().agencies
        capitals = place.isupper() or (agency.isupper() and len(agency) <= 8)
        sure = known or (bool(place) and bool(dash) and capitals)
        return match.end() if sure and (dash or (known and not place)) else begin
    follows = text[match.end()]
    if (
        not place
        or not dash
        or count_words(place) > 5
        or not (follows.isupper() or follows in '“"')
    ):
        return begin
    spaced = dash != "-" or match["dash"].startswith(" ")
    if (
        place.isupper()
        and len(place) > 3
        and dash != ":"
        and not text[begin : begin + 300].isupper()
    ):
        return match.end() if spaced else begin
    named = (
        all(
            word[0].isupper() or word in _NAME_PARTICLES for word in place.replace("-", " ").split()
        )
        and count_words(place) <= 3
    )
    ordinary = place.casefold().split()[0] in _NO_PLACES
    if opening and named and spaced and not ordinary and (dash == ":" or not place.isupper()):
        if dash == ":" and (transcript or follows in '“"'):
            return begin
        return match.end()
    return begin
