"""Pairs made from single sentences: what to drop, what to join, what to say once.

The rules take off or split what grammar marks plainly (brackets, datelines, appositions,
relative clauses, participles behind a comma), so that every target is true of its
sources. Splitting sentences to learn joining them is DiscoFuse's idea (Geva et al. 2019,
NAACL, section 3). Attributions, conditions and negations are never dropped: without them
a sentence says something else.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from models.fusion.alignment import (
    SUBORDINATE,
    VERBS,
    Unit,
    fit_target,
    may_stand_alone,
    similarity,
)

Sources = list[str]
Made = tuple[str, Sources, str]  # kind, sources with the main one first, target

_NEVER_DROPPED = re.compile(
    r"\b(?:not|no|never|without|n't|n ' t|if|unless|until|allegedly|alleged|reportedly|but|said"
    r"|says|according|told|claims?|claimed|suspected|may|might|could)\b",
    re.IGNORECASE,
)
_ADVERB = (
    r"(?:meanwhile|however|moreover|furthermore|additionally|in addition|also|still|indeed|now|then"
    r"|in fact|of course|in the meantime|at the same time|as a result|for example|overall|today"
    r"|on (?:mon|tues|wednes|thurs|fri|satur|sun)day(?: (?:morning|afternoon|evening|night))?"
    r"|earlier (?:today|this (?:week|month|year)|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
    r"|last (?:week|month|year)|this (?:week|month|year)|in recent (?:days|weeks|months|years)"
    r"|in a (?:statement|tweet|letter|news conference|press conference|news release)"
    r"|in an (?:interview|email)|on (?:twitter|facebook|instagram)),? "
)
_NP = r"(?:[A-Z0-9][^ ,\"]*)(?: [^ ,\"]+){0,5}"
# Cuts in themselves, one group: what goes.
_CUTS = [
    re.compile(r"( \([^()]{4,90}\))"),
    re.compile(r"( (?:--|—|-) [^—()\"]{5,80}? (?:--|—|-))(?= )"),
    re.compile(r"(, (?:who|which|whose) [^,\"]{5,110}(?:,(?= [a-z])|(?=\.$)))"),
    re.compile(rf"^{_NP}(, (?:a|an|the) [^,\"]{{5,80}},)(?= [a-z])"),
    re.compile(r"(,? (?:including|such as|especially|along with) [^\"]{4,140})(?=\.$)"),
    re.compile(
        r"(, [a-z]{3,}ing (?:a|an|the|its|his|her|their|that|to|on|in|at|for|up|out|over|by|it"
        r"|\w+ly|[a-z]+s) [^,\"]{8,140})(?=\.$)"
    ),
    re.compile(r"(, (?:after|when|as|while|where|although|though|because) [^,\"]{12,140})(?=\.$)"),
    re.compile(r"( (?:--|—|-) [^\"]{8,140})(?=\.$)"),
    re.compile(r"(?<=[a-z])( (?:very|really|simply|actually|basically|also))(?= [a-z])"),
    re.compile(r"( on (?:mon|tues|wednes|thurs|fri|satur|sun)day(?: (?:morning|night))?)(?=[ ,.])"),
]  # fmt: skip
_OPENING = re.compile(rf"^{_ADVERB}", re.IGNORECASE)
_DATELINE = re.compile(
    r"^.{0,160}?\(\s?(?:ap|reuters|cnn|afp|upi|associated press)\s?\) ?(?:--|—|–|-) "
    r"|^[A-Z][a-z]+(?: [a-z]+)?(?:, [a-z]{2,12}\.?)? (?:—|–|--) "
    r"|^[A-Z][\w ]{3,40} (?:published|updated):? [\w :,.]{4,40}(?:am|pm|et|gmt) ",
)
_WORDY = [
    (re.compile(rf"\b{wordy}\b"), short)
    for wordy, short in [
        ("in order to", "to"), ("said that", "said"), ("a total of ", ""),
        ("the fact that", "that"),
        ("at the time of", "at"), ("as well as", "and"), ("in addition to", "and"),
        ("prior to", "before"), ("a number of", "several"), ("the majority of", "most"),
        ("in the process of", ""), ("at this point", "now"), ("was able to", "could"),
        ("were able to", "could"), ("has decided to", "will"), ("is expected to", "should"),
        ("due to the fact that", "because"), ("in the wake of", "after"),
        ("on the grounds that", "because"), ("in an effort to", "to"), ("in an attempt to", "to"),
    ]
    if short not in ("should", "will")
]  # fmt: skip
_JUNK = (
    "advertisement|share this|photo: file|( file photo )|read more :|updated :|story highlights"
    "|( video below )|breaking :|close|enlarge this image|related :|newsletter sign up|exclusive :"
    "|image copyright getty images image caption|watch :|by staff reporter|( ap photo )|tweet"
    "|— live updates|comments|copy link|last updated 2 hours ago|play video|0 shares|-- opinion"
).split("|")
_SPLIT = re.compile(
    rf"^(?P<np>{_NP}), (?P<link>who|which|a|an|the) (?P<aside>[^,\"]{{8,90}})"
    r", (?P<rest>(?!and\b|or\b|but\b|who\b|which\b|where\b)[a-z][^\"]{15,})$"
)
_CLAUSES = re.compile(
    r"^(?P<one>[^\"]{25,}), (?P<link>and|while) (?P<two>(?:the|a|an|it|he|she|they|his|her|its"
    r"|their|police|officials|authorities|many|some|most|all|both|two|three|several) [^\"]{20,}\.)$"
)
_SAID_LAST = re.compile(
    r"^(?P<what>[^\"]{30,}), (?P<who>(?:the |a )?[\w' ]{2,40}?) (?P<verb>said|says)"
    r"(?P<when> \w+day)?\.$"
)


def without_dateline(text: str) -> str:
    """The sentence less "WASHINGTON (AP) -" and what stands before it."""
    bare = _DATELINE.sub("", text, count=1)
    return capital(bare)


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def cuts(text: str) -> list[tuple[int, int]]:
    """Spans that may go, each by itself, so that a whole sentence is left."""
    found = []
    for pattern in _CUTS:
        for match in pattern.finditer(text):
            # A bracket may hold what it likes; a clause must say nothing that binds the rest.
            if "(" not in match[1] and _NEVER_DROPPED.search(match[1]):
                continue
            if match.start(1) and match.start() == 0 and not _is_apposition(text, match):
                continue
            found.append(match.span(1))
    return found


def _is_apposition(text: str, match: re.Match[str]) -> bool:
    """Whether the first comma follows a subject and the second is followed by its verb."""
    after = text[match.end(1) :].split()
    verbal = bool(after) and (after[0] in VERBS or after[0].endswith("ed"))
    return verbal and not SUBORDINATE.match(text) and VERBS.isdisjoint(match[1].split())


def cut(text: str, spans: Sequence[tuple[int, int]]) -> str | None:
    """The text without the spans; None where that leaves no good sentence."""
    kept, end = "", 0
    for start, stop in sorted(spans):
        if start < end:
            return None
        kept += text[end:start]
        end = stop
    kept = re.sub(r"\s+([,.])", r"\1", re.sub(r",\s*(?=[.,])", "", kept + text[end:]))
    kept = capital(" ".join(kept.split()))
    return kept if may_stand_alone(kept[:-1]) and fit_target(kept) else None


def shortened(text: str) -> str:
    """Wordy phrases in fewer words."""
    for pattern, short in _WORDY:
        text = " ".join(pattern.sub(short, text).split())
    return text


def said_first(text: str) -> str:
    """ "X, police said." as "Police said X." """
    match = _SAID_LAST.match(text)
    if match is None or match["who"].split()[0] in ("he", "she", "they", "it", "who", "which"):
        return text
    what = match["what"]
    return capital(
        f"{match['who']} {match['verb']}{match['when'] or ''} {what[:1].lower()}{what[1:]}."
    )


def with_junk(text: str, rng: random.Random) -> str:
    """The sentence with what web pages leave around one."""
    junk = rng.choice(_JUNK).strip()
    if rng.random() < 0.7:
        return capital(f"{junk} {text[:1].lower()}{text[1:]}")
    return f"{text} {junk}"


def made_from(unit: Unit, rng: random.Random) -> list[Made]:
    """Compressions, fusions, near-duplicates and cleanings of one sentence."""
    text = without_dateline(unit.text)
    made: list[Made] = []
    if not fit_target(text) or len(text.split()) < 8:
        return made
    spans = cuts(text)
    opening = _OPENING.match(text)
    if len(text) < len(unit.text) - 4:
        made.append(("denoise", [unit.text], text))
    elif rng.random() < 0.06:
        made.append(("denoise", [with_junk(text, rng)], text))
    if spans or opening:
        made += _compressions(text, [*spans, *([opening.span()] if opening else [])], rng)
    if len(spans) > 1:
        made += _unions(text, spans, rng)
    made += _joined(text)
    if (short := shortened(text)) != text and fit_target(short):
        made.append(("compress", [text], short))
    if rng.random() < 0.05:
        made.append(("copy", [text], text))
    made += _said_once(text, spans, rng)
    return made


def _compressions(text: str, spans: Sequence[tuple[int, int]], rng: random.Random) -> list[Made]:
    chosen = [span for span in spans if rng.random() < 0.75] or [rng.choice(spans)]
    short = cut(text, chosen) or cut(text, [rng.choice(chosen)])
    return [("compress", [text], shortened(short))] if short else []


def _unions(text: str, spans: Sequence[tuple[int, int]], rng: random.Random) -> list[Made]:
    """Two reports, each with a detail that the other lacks, and the whole."""
    first, second = rng.sample(list(spans), 2)
    one, other = cut(text, [first]), cut(text, [second])
    if one is None or other is None or one == other:
        return []
    both = cut(text, [first, second])
    if both and rng.random() < 0.3:
        return [("compress", [one, other], both)]
    return [("union", [one, other], text)]


def _joined(text: str) -> list[Made]:
    if match := _SPLIT.match(text):
        np, link, aside, rest = match.group("np", "link", "aside", "rest")
        relative = link in ("who", "which")
        predicate = rest.split()[0]
        if (
            SUBORDINATE.match(np)
            or not (predicate in VERBS or predicate.endswith("ed"))
            or VERBS.isdisjoint(aside.split()) == relative
            or not may_stand_alone(main := f"{np} {rest}")
        ):
            return []
        verb = " is " if predicate in ("is", "has", "says", "wants", "plans") else " was "
        verb = {"were": " were ", "are": " are ", "have": " are "}.get(predicate, verb)
        second = f"{np} {aside}." if relative else f"{np}{verb}{link} {aside}."
        return [("join", [main, second], text)]
    if match := _CLAUSES.match(text):
        one, link, two = match.group("one", "link", "two")
        if may_stand_alone(one) and may_stand_alone(two) and not re.search(r",[^,]*,", one):
            return [("join", [one + ".", capital(two)], text)]
    return []


def _said_once(text: str, spans: Sequence[tuple[int, int]], rng: random.Random) -> list[Made]:
    """Near-duplicates, as outlets print one agency's sentence, and the first of them."""
    variants: list[Callable[[str], str]] = [said_first, shortened]
    others = {variant(text) for variant in variants}
    if rng.random() < 0.06:
        others.add(with_junk(text, rng))
    if spans and rng.random() < 0.5:
        others.add(cut(text, [rng.choice(spans)]) or text)
    others.discard(text)
    if not others:
        return []
    target = (cut(text, [rng.choice(spans)]) if spans and rng.random() < 0.6 else None) or text
    return [("once", [text, *sorted(others)], target)]


def with_others(
    sources: Sources, target: str, units: Sequence[Unit], rng: random.Random
) -> Sources:
    """The sources and one or two related sentences that the target does not use."""
    main, aim = Unit(sources[0]), Unit(target)
    related = [
        unit.text
        for unit in units
        if 0.12 <= similarity(unit, main) <= 0.6 and unit.text not in sources
        and not unit.content >= aim.content
    ]  # fmt: skip
    rng.shuffle(related)
    return [*sources, *related[: rng.choice((1, 1, 2))]]
