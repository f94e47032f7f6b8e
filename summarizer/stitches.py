"""Stitches: a written sentence that says of one thing what its sources say of another.

From one sentence about a spokesman, Ansi, and one about a magazine's cover a model may
write "Ansi's latest cover shows a cartoon": every word has a source, and it is false. So
each tie between two words of a written sentence (a subject and its verb, a verb and its
object, a noun and its modifier, owner or number, a speaker and what was said) must be
tied alike in one of the sources. Words that no source holds tie nothing: whether they may
stand there is another check. The reading is shallow (``summarizer.clauses``) and for
English; text without a verb that it knows is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from summarizer.clauses import Phrase, Reading, Verb, read
from summarizer.tagging import Token
from summarizer.words import fold

_LIGHT = frozenset("be have do get go".split())
_NEAR = 3  # tokens between an apposition and its noun
_GENERIC = frozenset(
    """compani firm group club team parti countri citi town villag man woman coupl actor actress
    singer writer author player plane aircraft ship vessel car vehicl build site event storm
    fire attack deal agreement law bill report film show bank airlin maker organis organ
    govern agenc institut school univers hospit""".split()
)


def stitches(written: str, sources: Sequence[str]) -> tuple[str, ...]:
    """The ties of ``written`` that none of ``sources`` bears out, one phrase each."""
    if any(f" {fold(written)} " in f" {fold(source)} " for source in sources):
        return ()
    check = _Check(read(written), tuple(read(source) for source in sources))
    return tuple(dict.fromkeys(check.faults()))


@dataclass(frozen=True, slots=True)
class _Check:
    out: Reading
    sources: tuple[Reading, ...]

    def faults(self) -> Iterator[str]:
        yield from self._subjects()
        yield from self._speakers()
        yield from self._appositions()
        yield from self._ties()

    # ------------------------------------------------------------------- who does it

    def _subjects(self) -> Iterator[str]:
        for verb in self.out.verbs:
            if verb.key in _LIGHT or not any(self._known(s) for s in verb.subjects):
                continue
            there = [(s, other) for s in self.sources for other in s.verbs if other.key == verb.key]
            if there and not any(self._same_roles(verb, source, o) for source, o in there):
                subject = _words(self.out, verb.subjects[0])
                yield _apart(subject, self.out.tokens[verb.place].text)

    def _known(self, phrase: Phrase) -> bool:
        """Whether a source has a word of the phrase, so that there is something to judge."""
        return any(
            key in source.places for key in phrase.names | phrase.heads for source in self.sources
        )

    def _same_roles(self, verb: Verb, source: Reading, other: Verb) -> bool:
        if verb.passive == other.passive:
            return self._same(verb.subjects, source, other, other.subjects) and (
                not verb.agents
                or not other.agents
                or self._same(verb.agents, source, other, other.agents)
            )
        if verb.passive:  # "A was beaten by B", from "B beat A"
            return self._same(verb.subjects, source, other, _objects(source, other)) and (
                not verb.agents or self._same(verb.agents, source, other, other.subjects)
            )
        return not other.agents or self._same(verb.subjects, source, other, other.agents)

    def _same(
        self,
        ours: tuple[Phrase, ...],
        source: Reading,
        verb: Verb,
        theirs: tuple[Phrase, ...],
    ) -> bool:
        """Whether one of ``ours`` may be one of ``theirs``, which ``source`` says of ``verb``."""
        if not ours or not theirs:
            return True
        for one in ours:
            if one.pronoun:
                return True
            for other in theirs:
                if other.pronoun:
                    if self._may_stand_for(other, one, source, verb):
                        return True
                elif _alike(one, other) or self._generic(one, other, source):
                    return True
        return False

    def _may_stand_for(self, pronoun: Phrase, phrase: Phrase, source: Reading, verb: Verb) -> bool:
        """Whether a pronoun of ``source`` may mean ``phrase``: its nearest subjects decide."""
        before = [
            subject
            for other in source.verbs
            if other.start < verb.start
            for subject in other.subjects
            if not subject.pronoun and subject.start < pronoun.start
        ]
        if before:
            return any(_alike(phrase, subject) for subject in before)
        person = pronoun.pronoun in _PERSONS
        return any(
            _alike(phrase, other)
            for reading in self.sources
            if reading is not source
            for other in _topics(reading, objects=not person)
        )

    def _generic(self, phrase: Phrase, other: Phrase, source: Reading) -> bool:
        """Whether "the company" of ``source`` may be the one that ``phrase`` names."""
        plain = source.tokens[other.start].text.lower() in ("the", "this")
        if not (
            plain and other.end - other.start == 2 and other.heads <= _GENERIC and phrase.names
        ):
            return False
        return any(
            _alike(phrase, subject)
            for reading in self.sources
            if reading is not source
            for verb in reading.verbs
            for subject in verb.subjects
        )

    # -------------------------------------------------------------------- who says it

    def _speakers(self) -> Iterator[str]:
        """What is said must be said by the same speaker in the source that says it."""
        for speakers, said in self._attributions():
            keys = {self.out.tokens[place].key for place in said if self.out.tokens[place].content}
            keys = {key for key in keys if any(key in source.places for source in self.sources)}
            if len(keys) < 2 or any(s.pronoun or not self._known(s) for s in speakers):
                continue
            shares = [len(keys & source.places.keys()) for source in self.sources]
            best = max(shares)
            if best < len(keys) / 2:
                continue
            holding = [
                source
                for source, share in zip(self.sources, shares, strict=True)
                if share and share >= 0.4 * best
            ]
            if not any(self._says(s, source) for s in speakers for source in holding):
                yield f"“{_words(self.out, speakers[0])}” says what nobody of that name says"

    def _says(self, speaker: Phrase, source: Reading) -> bool:
        if any(_alike(speaker, phrase) for phrase in source.phrases if not phrase.pronoun):
            return True
        return any(
            self._same((speaker,), source, verb, verb.subjects)
            for verb in source.verbs
            if verb.subjects and (verb.subjects[0].pronoun or verb.subjects[0].heads <= _GENERIC)
        )

    def _attributions(self) -> Iterator[tuple[tuple[Phrase, ...], Sequence[int]]]:
        """Speakers, and where in the sentence stands what they say."""
        out = self.out
        zones = [verb.zone for verb in out.verbs if verb.finite]
        for verb in out.verbs:
            if not verb.subjects:
                continue
            after = verb.place + 1
            behind = verb.subjects[0].start > verb.place
            later = [zone for zone in zones if zone >= after]
            if verb.key == "say" and (behind or _ends_clause(out, after)):
                # '..., said Ana', '..., Ana said on Monday'
                start = max((zone for zone in zones if zone < verb.zone), default=0)
                yield verb.subjects, range(start, verb.zone)
            elif _opens_clause(out, verb):
                inner = bool(later) and later[0] - after <= 3
                end = next(iter(later[inner:]), len(out.tokens))
                yield verb.subjects, range(after, end)
        for place, token in enumerate(out.tokens[:-2]):
            if token.text.lower() == "according":
                for phrase in out.phrases:
                    if phrase.start == place + 2:
                        near = out.segments[place - 1] if place else out.segments[phrase.end]
                        start, end = (0, place) if place else (phrase.end, len(out.tokens))
                        said = [p for p in range(start, end) if out.segments[p] == near]
                        yield (phrase,), said

    # ------------------------------------------------------------------ what is what

    def _appositions(self) -> Iterator[str]:
        for one, other in _apposed(self.out):
            if not any(key in source.places for source in self.sources for key in other.heads):
                continue
            if not any(self._apposed_there(one, other, source) for source in self.sources):
                yield _apart(_words(self.out, one), _words(self.out, other))

    def _apposed_there(self, one: Phrase, other: Phrase, source: Reading) -> bool:
        for there in source.phrases:
            if there.pronoun or not (other.heads | other.names) & (there.heads | there.names):
                continue
            for near in source.phrases:
                gap = max(near.start - there.end, there.start - near.end)
                if near is there and _alike(one, near):
                    return True
                if near is not there and _alike(one, near) and gap <= _NEAR:
                    return True
            for verb in source.verbs:
                if verb.place <= there.start <= verb.place + 4 and (
                    self._same((one,), source, verb, verb.subjects)
                ):
                    return True
        return False

    def _ties(self) -> Iterator[str]:
        """Neighbouring content words within a clause that no source ties."""
        out = self.out
        apposed = {phrase.start for _, phrase in _apposed(out)}
        verbs = {verb.place: verb for verb in out.verbs}
        previous: list[int] = []
        for place, token in enumerate(out.tokens):
            if token.text in '"();' or self._joins(place) or place in apposed or (
                place and out.segments[place] != out.segments[place - 1]
            ):  # fmt: skip
                previous = []
            verb = verbs.get(place)
            if verb is not None:
                if verb.key not in _LIGHT and self._held(token):
                    previous = [place]
            elif token.content and self._held(token):
                fault = self._untied(place, previous)
                if fault is not None:
                    yield _apart(out.tokens[fault].text, token.text)
                previous.append(place)
        yield from self._openings()
        yield from self._owners()

    def _openings(self) -> Iterator[str]:
        """What stands before the subject ("On Monday, ...") must go with the verb."""
        out = self.out
        for verb in out.verbs:
            subject = verb.subjects[0] if verb.subjects else None
            if not verb.finite or subject is None or not verb.zone <= subject.start < verb.place:
                continue
            start = verb.zone
            while start > 1 and out.tokens[start - 1].text == "," and not any(
                other.zone <= start - 2 <= other.place for other in out.verbs if other is not verb
            ) and out.segments[start - 2] == out.segments[verb.place]:  # fmt: skip
                start -= 1
                while start and out.tokens[start - 1].tag not in ".JUW":
                    start -= 1
            for place in range(start, subject.start):
                token = out.tokens[place]
                if not token.content or not self._held(token) or token.tag not in "TNP":
                    continue
                with_verb = verb.key not in _LIGHT and self._held(out.tokens[verb.place])
                tied = (
                    self._tied(place, verb.place) or self._licensed(verb, place)
                    if with_verb
                    else any(self._tied(place, at) for at in range(subject.start, subject.end))
                )
                if not tied:
                    yield _apart(token.text, out.tokens[verb.place].text)

    def _owners(self) -> Iterator[str]:
        """ "Finch's daughter" must be Finch's in a source too."""
        for owner, owned in _genitives(self.out):
            if not self._held(owner) or not self._held(owned):
                continue
            if not any(_owns(source, owner.key, owned.key) for source in self.sources):
                yield _apart(f"{owner.text}'s", owned.text)

    def _joins(self, place: int) -> bool:
        """Whether ", and" stands there: what follows need not go with what came before."""
        tokens = self.out.tokens
        return place > 0 and tokens[place].tag == "J" and tokens[place - 1].text == ","

    def _held(self, token: Token) -> bool:
        return any(token.key in source.places for source in self.sources)

    def _untied(self, place: int, previous: list[int]) -> int | None:
        """The place of the word to which that at ``place`` should be tied and is not."""
        out = self.out
        if not previous:
            return None
        near = previous[-1]
        between = {out.tokens[p].text for p in range(near + 1, place)}
        listed = bool(between & {",", "and", "or", "but"})
        anchors = previous[::-1] if listed else [near]
        if any(self._tied(anchor, place) for anchor in anchors):
            return None
        own = [v for v in out.verbs if out.segments[v.place] == out.segments[place]]
        shared = {s for verb in own for s in verb.subjects}
        for verb in out.verbs:
            near_enough = verb in own or (
                verb.place < place and not shared.isdisjoint(verb.subjects)
            )
            if near_enough and self._licensed(verb, place):
                return None
        return near

    def _tied(self, one: int, other: int) -> bool:
        first, second = self.out.tokens[one].key, self.out.tokens[other].key
        number = self.out.tokens[one].tag == "C" and other - one <= 2
        return any(_tied(source, first, second, number=number) for source in self.sources)

    def _licensed(self, verb: Verb, place: int) -> bool:
        """Whether a source says of the same subject and object the word at ``place``."""
        key = self.out.tokens[place].key
        ours = _objects(self.out, verb)
        for source in self.sources:
            for other in source.verbs:
                if other.key != verb.key or not self._same_roles(verb, source, other):
                    continue
                if not any(source.segments[at] == source.segments[other.place]
                           for at in source.places.get(key, ())):  # fmt: skip
                    continue
                theirs = _objects(source, other)
                inside = ours and ours[0].start <= place < ours[0].end
                if inside or not ours or not theirs or _alike(ours[0], theirs[0]):
                    return True
        return False


_PERSONS = frozenset("he she him her himself herself i we you me us".split())


def _topics(reading: Reading, *, objects: bool) -> Iterator[Phrase]:
    """What a pronoun of the next sentence may mean: subjects, what they are, and objects."""
    yield from (p for p in reading.phrases[:1] if not p.pronoun)
    for verb in reading.verbs:
        yield from (subject for subject in verb.subjects if not subject.pronoun)
        if objects or verb.key == "be":
            yield from _objects(reading, verb)
    for one, other in _apposed(reading):
        if one is reading.phrases[0]:
            yield other


def _tied(source: Reading, first: str, second: str, *, number: bool) -> bool:
    for one in source.places.get(first, ()):
        for other in source.places.get(second, ()):
            if number:
                bare = _bare_number(source, one) and source.segments[one] == source.segments[other]
                if 0 < other - one <= 3 or bare:
                    return True
                continue
            if source.segments[one] == source.segments[other]:
                return True
            low, high = min(one, other), max(one, other)
            if not any(token.content for token in source.tokens[low + 1 : high]):
                return True
            if any(
                phrase.start <= low < phrase.end
                for verb in source.verbs
                if source.segments[verb.place] == source.segments[high]
                for phrase in verb.subjects
            ):
                return True
    return False


def _bare_number(source: Reading, place: int) -> bool:
    return place + 1 >= len(source.tokens) or not source.tokens[place + 1].content


def _alike(one: Phrase, other: Phrase) -> bool:
    """Whether two phrases may name the same: a name in common, else a head."""
    if one.names and other.names:
        return bool(
            one.names & (other.names | other.heads) or other.names & (one.names | one.heads)
        )
    return bool((one.names | one.heads) & (other.names | other.heads))


def _objects(reading: Reading, verb: Verb) -> tuple[Phrase, ...]:
    found = [p for p in reading.phrases if verb.place < p.start <= verb.place + 2]
    return tuple(p for p in found[:1] if reading.tokens[p.start - 1].tag not in "IJUW.")


def _ends_clause(reading: Reading, place: int) -> bool:
    """Whether nothing but a day or a place follows in the clause, and no quotation."""
    tokens = reading.tokens
    while place < len(tokens) and tokens[place].tag in "TI":
        place += 1
    if place >= len(tokens) or tokens[place].tag == "J":
        return True
    quoted = place + 1 < len(tokens) and tokens[place + 1].text == '"'
    return tokens[place].text in ",;." and not quoted


def _opens_clause(reading: Reading, verb: Verb) -> bool:
    """Whether what follows the verb is what somebody says or thinks."""
    after = verb.place + 1
    if after >= len(reading.tokens):
        return False
    if reading.tokens[after].text.lower() == "that":
        return True
    return verb.key in _THINKING or verb.key == "say"


_THINKING = frozenset(
    """believ expect think claim warn insist argu predict alleg suspect fear hope promis deni
    confirm accus blame suggest estim""".split()
)


def _apposed(reading: Reading) -> Iterable[tuple[Phrase, Phrase]]:
    """Neighbouring phrases with a comma between, the second closed by a mark."""
    starts = {phrase.start: phrase for phrase in reading.phrases}
    for phrase in reading.phrases:
        other = starts.get(phrase.end + 1)
        if other is None or reading.tokens[phrase.end].text != ",":
            continue
        verbs = {verb.start for verb in reading.verbs if reading.tokens[verb.place].tag == "V"}
        opening = phrase.start == 0 or reading.tokens[phrase.start - 1].tag not in "I"
        if other.end not in verbs and opening and not phrase.pronoun and not other.pronoun:
            yield phrase, other


def _genitives(reading: Reading) -> Iterator[tuple[Token, Token]]:
    """Owner and owned of each "'s"."""
    for phrase in reading.phrases:
        marks = [p for p in range(phrase.start, phrase.end) if reading.tokens[p].tag == "S"]
        for mark, end in zip(marks, [*marks[1:], phrase.end], strict=False):
            nouns = [t for t in reading.tokens[mark + 1 : end] if t.tag in "NPA" and t.key]
            if nouns and mark > phrase.start:
                yield reading.tokens[mark - 1], nouns[-1]


def _owns(source: Reading, owner: str, owned: str) -> bool:
    """Whether they stand as owner and owned: "its" and "whose" may mean any owner."""
    for place in source.places.get(owned, ()):
        phrase = next((p for p in source.phrases if p.start <= place < p.end), None)
        start = phrase.start if phrase else place
        before = source.tokens[start:place]
        if any(token.key == owner for token in before):
            return True
        if any(
            token.text.lower() in _POSSESSIVES for token in source.tokens[max(0, start - 1) : place]
        ):
            return True
        after = source.tokens[place + 1 : place + 8]
        if after and (after[0].tag == "I" or after[0].text == ","):
            for token in after:
                if token.key == owner:
                    return True
                if token.tag in "VXJUW":
                    break
    return False


_POSSESSIVES = frozenset("his her its their whose our my".split())


def _apart(one: str, other: str) -> str:
    return f"“{one}” and “{other}” are from different places"


def _words(reading: Reading, phrase: Phrase) -> str:
    text = " ".join(token.text for token in reading.tokens[phrase.start : phrase.end])
    return text.replace(" 's", "'s")
