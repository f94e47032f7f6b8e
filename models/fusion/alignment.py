"""From clusters with human summaries to pairs: the sentences that a summary sentence fuses.

Alignment is lexical. A reference sentence is kept only where a few source sentences that
belong together say all of it, so that a model trained on the pairs has no reason to
invent; what the house style of a corpus adds ("reports the AP") is taken off first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from summarizer.words import STOP_WORDS, collapse, plain_quotes, stem_of, tokens

MAX_SOURCES = 3
_MIN_GAIN = 2  # content words that a further source must add
_BOND = 2  # content words that a further source must share with the first
_TILED = 0.45  # of the neighbouring words of a target that are neighbours in a source
_TARGET_WORDS = range(6, 33)
_SOURCE_WORDS = range(5, 61)

# Stop words that change what is said: they must stand in the sources like content words.
TELLING = frozenset(
    """no not nor never without he him his himself she her hers herself i me my we us our you
    your few more most all only before after against up down over under""".split()
)

_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'])(?:[A-Za-z]|(?:[a-z]\.)+[a-z]|mr|mrs|ms|dr|gen|sen|rep|gov|lt|col|sgt|capt|st"
    r"|jr|sr|prof|rev|no|vs|jan|feb|mar|apr|aug|sept?|oct|nov|dec|inc|corp|co|ltd|ft|mt)\.$",
    re.IGNORECASE,
)
_STOP = re.compile(r"[.!?](?:\s?[\"')\]]+)?\s+(?=[\"'(\[]*[A-Z0-9])")


def split_sentences(text: str) -> list[str]:
    """Sentences of a corpus text, roughly: what is cut wrongly matches nothing later."""
    text = collapse(plain_quotes(text))
    sentences, start = [], 0
    for match in _STOP.finditer(text):
        if text[match.start()] == "." and _ABBREVIATION.search(text[start : match.start() + 1]):
            continue
        sentences.append(text[start : match.end()].strip())
        start = match.end()
    return [*sentences, text[start:].strip()] if text[start:].strip() else sentences


@dataclass(frozen=True)
class Unit:
    """A sentence with its words in the forms that alignment compares."""

    text: str
    document: int = 0

    @cached_property
    def words(self) -> tuple[str, ...]:
        """All words as stems, in order."""
        return tuple(stem_of(word) for word in tokens(self.text))

    @cached_property
    def content(self) -> frozenset[str]:
        """Stems of what must be in the sources: all but the words that say nothing."""
        return frozenset(
            stem_of(word)
            for word in tokens(self.text)
            if word not in STOP_WORDS or word in TELLING or word.endswith("n't")
        )

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Neighbouring stems."""
        return frozenset(pairwise(self.words))


def similarity(first: Unit, second: Unit) -> float:
    """Dice coefficient of the content words, 0 to 1."""
    total = len(first.content) + len(second.content)
    return 2 * len(first.content & second.content) / total if total else 0.0


def align(target: Unit, sentences: Sequence[Unit]) -> tuple[list[int], frozenset[str]] | None:
    """The one to three sentences that say what ``target`` says, the main one first.

    With them the words that none of them has: one at most, or one in eight, and never a
    number or a word that turns the meaning. None where there are no such sentences: more
    is missing, a further source adds next to nothing or has nothing to do with the first,
    the subject is not the first's, or the target's words are taken from all over them
    rather than in phrases.
    """
    wanted = target.content
    if not wanted or not sentences:
        return None
    shared = [(len(wanted & s.content), len(target.pairs & s.pairs), -len(s.words))
              for s in sentences]  # fmt: skip
    first = max(range(len(sentences)), key=shared.__getitem__)
    main = sentences[first]
    chosen = [first]
    missing = wanted - main.content
    while missing and len(chosen) < MAX_SOURCES:
        gains = [
            (len(missing & s.content), len(target.pairs & s.pairs))
            if place not in chosen and len(s.content & main.content) >= _BOND
            else (0, 0)
            for place, s in enumerate(sentences)
        ]
        best = max(range(len(sentences)), key=gains.__getitem__)
        if gains[best][0] < _MIN_GAIN:
            break
        chosen.append(best)
        missing -= sentences[best].content
    if len(missing) > max(1, len(wanted) // 8) or any(map(_must_stand, missing)):
        return None
    tiled = target.pairs & frozenset().union(*(sentences[place].pairs for place in chosen))
    if len(tiled) < _TILED * len(target.pairs):
        return None
    # The sentence whose subject the target has leads.
    opening = frozenset(target.words[:4]) & (wanted - missing)
    chosen.sort(key=lambda place: -len(opening & sentences[place].content))
    return (chosen, missing) if opening <= sentences[chosen[0]].content else None


def _must_stand(word: str) -> bool:
    return word in TELLING or word.endswith("n't") or any(map(str.isdigit, word))


# Targets ------------------------------------------------------------------------------

_OUTLET = (
    r"(?:the |that )?(?:\w[\w.'&-]* ){0,3}?(?:ap|associated press|reuters|bbc|cnn|nbc|abc|cbs|fox"
    r"|msnbc|npr|times|post|journal|guardian|telegraph|mirror|mail|tribune|herald|politico|today"
    r"|tmz|huffpost|news|wsj|nyt|upi|afp|bloomberg|forbes|time|people|gazette|chronicle|dispatch"
    r"|sun|star|globe|inquirer|register|yahoo|slate|salon|atlantic|wired|verge|mashable|buzzfeed"
    r"|vox|axios|variety|deadline|reporter|espn|magazine|press|beast|hill|sentinel|courier"
    r"|examiner|observer|independent|sky|cnet|gizmodo|gawker|newsweek|review|paper|site|blog"
    r"|network|daily|us weekly|e!)(?: news| today| magazine| online)?(?:'s [\w ]{2,30})?"
)
_VERB = r"(?:reports?|reported|notes?|noted|writes?|adds?|says|explains|observes|points out)"
_TAIL = re.compile(
    rf",? (?:(?:reports?|per|via|according to|notes?|writes?|says|as reported by) {_OUTLET}"
    rf"|(?:as )?{_OUTLET} {_VERB})(?=[.,;]|$)",
    re.IGNORECASE,
)
_HEAD = re.compile(
    rf"^(?:(?:according to|per|as) {_OUTLET}(?: {_VERB})?,"
    rf"|(?:but |and )?{_OUTLET} (?:reports?|notes|adds) (?:that )?)\s*",
    re.IGNORECASE,
)
_PER = re.compile(r",? (?:per|via) [\w.' -]{2,30}(?=[.,;]|$)", re.IGNORECASE)
_LEFT = re.compile(rf"\b(?:reports|notes|per|via)\b|\b{_OUTLET} {_VERB}\b", re.IGNORECASE)
_UNFIT = re.compile(
    r"\bclick\b|https?:|www\.|\bhere's\b|\b(?:full|entire) (?:story|article|piece|column)\b"
    r"|^(?:advertisement|share|story|photo|image|media caption|video|related|read more|close"
    r"|play|enlarge|add interest|file|tweet|updated?|breaking|analysis|watch|copyright|getty"
    r"|published)\b"
    r"|[*|@#…_�]|\.\.|;\s*$|:\s*[.\"']*$",
    re.IGNORECASE,
)
_LEANING = re.compile(
    r"[\"']*(?:but|and|so|also|still|meanwhile|however|plus|now|then|yet|or|among|he|she|it|they"
    r"|this|that|these|those|his|her|their|its|in other|oh)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:i|i'm|we|you|you're|your)\b", re.IGNORECASE)
SUBORDINATE = re.compile(
    r"(?:after|when|while|as|if|although|though|with|despite|according|in|on|at|for|by|from|since"
    r"|before|over|even|still|so|such|there|but|and|also|once|until|because|during|under|amid|unlike|like|instead|to|asked|following)\b",
    re.IGNORECASE,
)
_QUOTED_COMMA = re.compile(r",? ?\"([.,])$")
VERBS = frozenset(
    """is are was were has have had will would could can may might must should does did says said
    told tells asked announced confirmed made went took came became began plans wants faces died
    killed found led won lost left gave got put set ran saw met held kept hit remains remained
    called arrested charged accused reported rose fell claims claimed agreed ordered issued filed
    denied refused released used received appeared""".split()
)
_SPACED_QUOTE = re.compile(r"\s?'\s?(?=(?:s|t|re|ve|ll|d|m)\b)")


def house_style_off(text: str) -> str:
    """The sentence without the attributions to outlets that summaries add."""
    bare = _PER.sub("", _TAIL.sub("", text))
    bare = _HEAD.sub("", bare).strip()
    return bare[:1].upper() + bare[1:]


def fit_target(text: str) -> bool:
    """Whether a sentence is whole, of a good length and speaks plainly."""
    if not text[:1].isupper() and not text[:1].isdigit() and text[:1] != '"':
        return False
    if not re.search(r"[.!](?:\s?[\"')]+)?$", text) or len(text.split()) not in _TARGET_WORDS:
        return False
    if text.count('"') % 2 or text.count("(") != text.count(")") or _UNFIT.search(text):
        return False
    outside = re.sub(r"\"[^\"]*\"", '""', _SPACED_QUOTE.sub("'", text))
    return not _PERSONAL.search(outside) and not _LEFT.search(text)


def fit_source(unit: Unit) -> bool:
    """Whether a sentence of an article may be a source."""
    return len(unit.text.split()) in _SOURCE_WORDS and len(unit.content) > 2


def beginnings(text: str) -> list[str]:
    """The sentence, then what of it stands before a comma or dash and may stand alone."""
    found = [text]
    if not SUBORDINATE.match(text) and '"' not in text:
        for match in reversed(list(re.finditer(r"(?:,|;| -+| —) (?!(?:and|or) )", text))):
            head = text[: match.start()]
            if may_stand_alone(head) and not re.search(r"\d$", head):
                found.append(head + ".")
    return found


def may_stand_alone(text: str) -> bool:
    """Whether a sentence less its end seems whole: long enough, and with a verb."""
    words = text.lower().split()
    return len(words) >= 8 and not VERBS.isdisjoint(words[2 if "," not in text else 4 :])


def aligned_pairs(units: Sequence[Unit], reference: str) -> list[tuple[list[Unit], Unit]]:
    """Sources, the main one first, and target, for each sentence of the reference kept."""
    found = []
    for sentence in split_sentences(reference):
        for text in beginnings(house_style_off(sentence)):
            target = Unit(_QUOTED_COMMA.sub(r' "\1', text))
            aligned = align(target, units) if fit_target(text) else None
            if aligned is None:
                continue
            sources = [units[place] for place in aligned[0]]
            leaning = _LEANING.match(text)
            if leaning and not sources[0].text.lower().startswith(leaning[0].lower()):
                break
            found.append((sources, target))
            break
    return found


def units_of(documents: Sequence[str]) -> list[Unit]:
    """The sentences of the documents that may be sources; a cut-off last one is left out."""
    units = []
    for place, document in enumerate(documents):
        sentences = split_sentences(document)
        if sentences and sentences[-1][-1:] not in ".!?\"')":
            sentences = sentences[:-1]
        units += [Unit(text, place) for text in sentences]
    return [unit for unit in units if fit_source(unit)]
