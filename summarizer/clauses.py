"""A shallow reading of an English sentence: its verbs, and what each is said of.

Subjects are found by place: the noun phrase in front of a verb group, the antecedent of
"who", the subject shared by a second verb. It is a help for comparing two sentences that
share their words, and no parser: where several subjects are possible it names them all,
and where it sees none it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from summarizer.fact_words import TITLES
from summarizer.tagging import MARKS, Token, tagged

_BE = frozenset("is are was were am be been being".split())
# Quantities, as stems: "dozens of homes" are homes.
_QUANTITIES = frozenset(
    """dozen hundred thousand million score group number major crowd rest part handful pair
    bodi member percent third half quarter some all most mani two one""".split()
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: tokens [start, end), and the keys by which another can be the same."""

    start: int
    end: int
    names: frozenset[str]
    heads: frozenset[str]
    pronoun: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """A finite verb group or a participle: the place of its main verb and its subjects.

    ``subjects`` are the candidates, empty where none was seen; ``agents`` those behind "by".
    """

    start: int
    place: int
    key: str
    passive: bool
    finite: bool
    zone: int
    subjects: tuple[Phrase, ...]
    agents: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as read: tokens, noun phrases, verbs in order, the segment of each token."""

    tokens: tuple[Token, ...]
    phrases: tuple[Phrase, ...]
    verbs: tuple[Verb, ...]
    segments: tuple[int, ...]
    places: Mapping[str, tuple[int, ...]]


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    """The shallow reading of one sentence."""
    tokens = tagged(text)
    phrases = _phrases(tokens)
    verbs = _verbs(tokens, phrases)
    segments = _segments(tokens, verbs)
    places: dict[str, list[int]] = {}
    for place, token in enumerate(tokens):
        if token.key:
            places.setdefault(token.key, []).append(place)
    return Reading(tokens, phrases, verbs, segments, {key: tuple(at) for key, at in places.items()})


def _segments(tokens: tuple[Token, ...], verbs: tuple[Verb, ...]) -> tuple[int, ...]:
    """The clause of each token, one number a finite verb; an insertion's end takes up the old."""
    segments = [0] * len(tokens)
    number = 0
    for verb in verbs:
        if not verb.finite:
            continue
        subject = verb.subjects[0].start if verb.subjects else verb.zone
        joined = verb.zone > 0 and tokens[verb.zone - 1].tag in "JU"
        number += 1
        own = number
        if verb.zone == verb.start and subject < verb.zone and not joined:
            own = segments[subject]
        end = len(tokens)
        opening = verb.zone - (tokens[verb.zone].tag != "W")
        if _is_relative(tokens, verb) and opening and tokens[opening - 1].text == ",":
            end = next((p for p in range(verb.place, len(tokens)) if tokens[p].text == ","), end)
        for place in range(verb.zone if number > 1 else 0, end):
            segments[place] = own
    return tuple(segments)


# ---------------------------------------------------------------------- noun phrases


def _phrases(tokens: tuple[Token, ...]) -> tuple[Phrase, ...]:
    phrases: list[Phrase] = []
    start: int | None = None
    for place, token in enumerate((*tokens, Token(".", "", "."))):
        tag = token.tag
        inside = tag in "NPACSD" or (
            tag in "GER" and place + 1 < len(tokens) and start is not None
            and tokens[place + 1].tag in "NPA" and tokens[place - 1].tag in "DSAC"
        )  # fmt: skip
        if token.text == "," and start is not None and place + 1 < len(tokens):
            inside = tokens[place - 1].tag == "A" and tokens[place + 1].tag == "A"
        if start is not None and (not inside or (tag == "D" and tokens[place - 1].tag != "D")):
            phrases.append(_phrase(tokens, start, place))
            start = None
        if tag == "O":
            phrases.append(Phrase(place, place + 1, frozenset(), frozenset(), token.text.lower()))
        elif inside and start is None and tag != "S":
            start = place
    return tuple(phrases)


def _phrase(tokens: tuple[Token, ...], start: int, end: int) -> Phrase:
    owner = max((p for p in range(start, end) if tokens[p].tag == "S"), default=start - 1)
    core = list(tokens[max(start, owner + 1) : end])
    nouns = [token for token in core if token.tag in "NPAGE"]
    names = {
        token.key
        for token in core
        if token.tag == "P" and token.text.lower() not in TITLES and token.key
    }
    heads = {nouns[-1].key} if nouns else {token.key for token in core if token.tag == "C"}
    for token, after in pairwise(core):
        # "engineer Tom Reed", "President Mansour"
        if after.tag == "P" and (token.tag == "N" or token.text.lower() in TITLES):
            heads.add(token.key)
    low = tokens[start].text.lower()
    pronoun = low if not nouns and low in ("this", "these", "those", "both", "all") else ""
    return Phrase(start, end, frozenset(names), frozenset(heads - {""}), pronoun)


# ------------------------------------------------------------------------------ verbs


def _verbs(tokens: tuple[Token, ...], phrases: tuple[Phrase, ...]) -> tuple[Verb, ...]:
    verbs: list[Verb] = []
    place = 0
    while place < len(tokens):
        group = _group(tokens, place)
        if group is None:
            place += 1
            continue
        main, passive, finite, end = group
        zone, subjects = (
            _subjects(tokens, phrases, verbs, place, end)
            if finite
            else (place, _participle_subjects(tokens, phrases, verbs, place))
        )
        verbs.append(
            Verb(
                start=place,
                place=main,
                key=tokens[main].key,
                passive=passive,
                finite=finite,
                zone=zone,
                subjects=subjects,
                agents=_agents(tokens, phrases, end) if passive else (),
            )
        )
        place = end
    return tuple(verbs)


def _group(tokens: tuple[Token, ...], place: int) -> tuple[int, bool, bool, int] | None:
    """(main verb, passive, finite, end) of the verb group that starts at ``place``."""
    tag = tokens[place].tag
    if tag in "V":
        return place, False, True, place + 1
    if tag in "E":
        return place, True, False, place + 1
    if tag == "G" and place and (tokens[place - 1].text == "," or tokens[place - 1].tag in "UI"):
        return place, False, False, place + 1
    if tag != "X" or (place and tokens[place - 1].text.lower() == "to"):
        return None
    end = place
    last = place
    while end < len(tokens) and (
        tokens[end].tag in "XREBGV"
        or (tokens[end].text == "to" and end + 1 < len(tokens) and tokens[end + 1].tag in "XB")
    ):
        if tokens[end].tag not in "RI":
            last = end
        if tokens[end].tag in "EBGV" and tokens[end].text.lower() not in ("set", "going"):
            break
        end += 1
    be = any(t.text.lower() in _BE for t in tokens[place:last])
    passive = be and tokens[last].tag in "EV"
    return last, passive, True, last + 1


def _subjects(
    tokens: tuple[Token, ...],
    phrases: tuple[Phrase, ...],
    verbs: list[Verb],
    start: int,
    end: int,
) -> tuple[int, tuple[Phrase, ...]]:
    """Where the clause of a verb group begins, and what its subject may be."""
    last_end = verbs[-1].place + 1 if verbs else 0
    relative = next((v for v in reversed(verbs) if v.finite), None)
    if relative is not None and tokens[relative.zone].tag == "W" and relative.subjects:
        bare = relative.zone == 0 or tokens[relative.zone - 1].text != ","
        gap = tokens[relative.place + 1 : start]
        if bare and not any(t.text in MARKS or t.tag in "JUWO" for t in gap):
            return start, relative.subjects  # "a ferry that was licensed to carry 40 sank"
    edge = start - 1
    while edge >= last_end and not _bounds(tokens, edge):
        edge -= 1
    zone = _with_first_conjunct(tokens, phrases, edge, last_end)
    found = [
        p
        for p in phrases
        if zone <= p.start and p.end <= start and not _governed(tokens, p.start, zone)
    ]
    if found:
        subject = found[-1]
        together = [subject, *_of(tokens, phrases, subject)]
        if edge >= last_end and tokens[edge].text == "," and not found[:-1]:
            together += _renamed(tokens, phrases, zone, last_end)
        together += found[:-1] if zone <= edge else []
        return _with_openings(tokens, zone, last_end), tuple(together)
    mark = tokens[edge] if edge >= 0 else None
    if mark is not None and mark.tag == "W" and edge >= last_end:
        before = [p for p in phrases if edge - 4 <= p.end <= edge]
        return edge, _chain(tokens, phrases, before[-1]) if before else ()
    if mark is not None and mark.text in ",)-":
        opened = _before_insertion(tokens, phrases, verbs, edge)
        if opened:
            return zone, opened
    if tokens[start].key == "say" or (mark and mark.text in '",'):
        behind = [p for p in phrases if p.start == end and not p.pronoun]
        if behind and tokens[start].key == "say" and (not mark or mark.text in '",'):
            return zone, (behind[0], *_appositions(tokens, phrases, behind[0]))
    shared = [verb for verb in verbs if verb.subjects and verb.finite]
    return zone, shared[-1].subjects + (
        shared[0].subjects if len(shared) > 1 else ()
    ) if shared else ()


def _bounds(tokens: tuple[Token, ...], place: int) -> bool:
    """Whether a clause may begin behind the token; not at a comma between adjectives."""
    if tokens[place].tag in "JUW":
        return True
    if tokens[place].text not in MARKS:
        return False
    around = tokens[max(place - 1, 0)].tag + tokens[min(place + 1, len(tokens) - 1)].tag
    return not (tokens[place].text == "," and around in ("AA", "AG"))


def _with_first_conjunct(
    tokens: tuple[Token, ...], phrases: tuple[Phrase, ...], edge: int, floor: int
) -> int:
    """Where the clause begins whose subject may be "his support and authority"."""
    if edge >= floor and tokens[edge].tag == "J":
        for phrase in phrases:
            opens = phrase.start == 0 or tokens[phrase.start - 1].tag in ".JUW"
            if phrase.end == edge and phrase.start >= floor and opens:
                return phrase.start
    return edge + 1


def _with_openings(tokens: tuple[Token, ...], zone: int, floor: int) -> int:
    """The start of a clause with what opens it: "and, on 27 May, it ..."."""
    while zone - 1 > floor and tokens[zone - 1].text == ",":
        start = zone - 1
        while start > floor and tokens[start - 1].tag not in ".JUWVX":
            start -= 1
        opener = tokens[start - 1] if start else None
        opens = tokens[start].tag in "ITR" and (
            opener is None or opener.tag == "J" or opener.text in ";:" or tokens[start].tag == "R"
        )
        if not opens or start >= zone - 1:
            break
        zone = start
        while zone - 1 > floor and tokens[zone - 1].text == "," and tokens[zone - 2].tag == "J":
            zone -= 1
    return zone


def _chain(
    tokens: tuple[Token, ...], phrases: tuple[Phrase, ...], last: Phrase
) -> tuple[Phrase, ...]:
    """A phrase and those on which it hangs: "Ohio", "the state", "a politician from ..."."""
    chain = [last]
    for phrase in reversed(phrases):
        first = chain[-1]
        if phrase.end == first.start - 1 and tokens[phrase.end].tag == "I":
            chain.append(phrase)
    return tuple(chain)


def _governed(tokens: tuple[Token, ...], start: int, zone: int) -> bool:
    """Whether a phrase is the object of a preposition or of a verb that is not finite."""
    return start > zone and tokens[start - 1].tag in "IGEB"


def _of(tokens: tuple[Token, ...], phrases: tuple[Phrase, ...], phrase: Phrase) -> list[Phrase]:
    """ "Two of its lanes", "dozens of homes": the lanes and the homes count as subject too."""
    if phrase.heads & _QUANTITIES or all(t.tag in "CD" for t in tokens[phrase.start : phrase.end]):
        return [
            p for p in phrases
            if p.start == phrase.end + 1 and tokens[phrase.end].text.lower() == "of"
        ]  # fmt: skip
    return []


def _appositions(
    tokens: tuple[Token, ...], phrases: tuple[Phrase, ...], phrase: Phrase
) -> list[Phrase]:
    return [
        p for p in phrases
        if p.start == phrase.end + 1 and tokens[phrase.end].text == ","
    ]  # fmt: skip


def _renamed(
    tokens: tuple[Token, ...], phrases: tuple[Phrase, ...], zone: int, floor: int
) -> list[Phrase]:
    """A phrase right before the comma where the zone starts: "The mayor, Ana Duarte ..."."""
    return [p for p in phrases if p.end == zone - 1 and p.start >= floor
            and (not p.start or tokens[p.start - 1].tag in "JUW.")]  # fmt: skip


def _is_relative(tokens: tuple[Token, ...], verb: Verb) -> bool:
    """Whether "who", "which" or "whose" opens the verb's clause."""
    return tokens[verb.zone].tag == "W" or (verb.zone > 0 and tokens[verb.zone - 1].tag == "W")


def _before_insertion(
    tokens: tuple[Token, ...], phrases: tuple[Phrase, ...], verbs: list[Verb], edge: int
) -> tuple[Phrase, ...]:
    """The subject before an insertion that ends at ``edge``: "Ana, a lawyer, said"."""
    taken = {s.start for verb in verbs for s in verb.subjects if tokens[verb.start - 1].tag != "W"
             and tokens[verb.place].tag == "V"}  # fmt: skip
    for place in range(edge - 1, 0, -1):
        if tokens[place].text == ";":
            break
        if tokens[place].text not in (",", "(", "-"):
            continue
        before = [p for p in phrases if p.end <= place and p.start not in taken]
        heads = [p for p in before if not (p.start and tokens[p.start - 1].tag in "IGEBV")]
        if not heads or any(
            v.finite
            and heads[-1].start < v.place < edge
            and not (_is_relative(tokens, v) and v.zone > place)
            for v in verbs
        ):
            continue
        inside = [p for p in phrases if p.start == place + 1]
        return (heads[-1], *_of(tokens, phrases, heads[-1]), *inside)
    return ()


def _participle_subjects(
    tokens: tuple[Token, ...], phrases: tuple[Phrase, ...], verbs: list[Verb], place: int
) -> tuple[Phrase, ...]:
    left = place - 1
    while left >= 0 and (tokens[left].tag == "R" or tokens[left].text == ","):
        left -= 1
    before = [p for p in phrases if p.end == left + 1]
    chain = list(_chain(tokens, phrases, before[0])) if before else []
    if tokens[place - 1].text == "," or tokens[place].tag == "G":
        far = 3 if tokens[place].tag == "G" else 1
        chain += [subject for verb in reversed(verbs[-far:]) for subject in verb.subjects]
    return tuple(chain)


def _agents(tokens: tuple[Token, ...], phrases: tuple[Phrase, ...], end: int) -> tuple[Phrase, ...]:
    for place in range(end, min(end + 12, len(tokens))):
        token = tokens[place]
        if token.text.lower() == "by":
            return tuple(p for p in phrases if p.start == place + 1)
        if token.text in MARKS or token.tag in "VJUW":
            break
    return ()
