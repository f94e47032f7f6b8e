"""Selection: the ranked distinct sentences that fit the budget, as a plan."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from summarizer.grouping import related
from summarizer.openings import (
    full_names,
    has_dangling_opening,
    has_dangling_pronoun,
    last_name_speaker,
)
from summarizer.ordering import Times, names_its_year, reading_order, times
from summarizer.records import (
    Deduplication,
    Document,
    Group,
    Plan,
    RankedSentence,
    Sentence,
    SentenceId,
)
from summarizer.vectors import Vectors
from summarizer.words import (
    STOP_WORDS,
    collapse,
    content_words,
    count_words,
    fold,
    plain_quotes,
    stems,
    tokens,
)

# What a sentence loses, in salience, for reading badly out of its place.
_DANGLING = 0.6
_QUESTION = 0.3
_NAMELESS_VOICE = 0.2
_LONG = 0.3  # more than half of the budget
_OLD = 0.1
_OLD_TODAY = 0.2  # besides, for the "last week" of an old report
_OLD_UNTOLD = 0.2  # besides, where the reader cannot be told that it is old

_MIN_WORDS = 6  # what is shorter is a scrap, taken only where nothing else can be
_FEW_WORDS = 8  # what is shorter gains no more by it
_HEADLINE_WORDS = 14
_PAIR = 1.5  # how much more a shared word pair says than a shared word
# From here on a sentence mostly restates what is chosen. ROUGE does not mind, a reader
# does: he would be told three times that there is to be a visit.
_RESTATING = 0.65
_RESTATED = 8.0
_ALL_SAID = 0.8

_END = re.compile(r"[.!?…。！？؟।][\"')\]»」』]*$")
_FIRST_PERSON = re.compile(
    r"\b(?:i|i'm|i've|i'd|i'll|we|we're|we've|we'll|my|our|me|us|you|you're|your)\b"
)
_SAYING = re.compile(
    r"\b(?:said|says|saying|told|tells|according|added|wrote|writes|asked|tweeted|posted|stated|"
    r"noted|announced|declared|insisted|explained|argued|warned|quoted|statement)\b"
)
_TODAY = re.compile(
    r"\b(?:today|yesterday|tomorrow|tonight|soon|now|currently|"
    r"(?:this|last|next) (?:week|weekend|month|year|spring|summer|autumn|fall|winter)|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:today|yesterday|tomorrow|tonight|"
    r"(?:this|last|next) (?:week|weekend|month|year|spring|summer|autumn|fall|winter))\b",
    re.IGNORECASE,
)
_LEADING_DATE = re.compile(r"^\d{4}[-/]\d\d?[-/]\d\d?[\s:–—-]+")
_OUTLET_MARK = re.compile(r"\s+[|·»]\s+|\s+[-–—]\s+|\s+::\s+")
_OUTLET = re.compile(
    r"\.\w{2,3}$|\b(?:news|times|post|herald|tribune|journal|gazette|daily|courier|mail|"
    r"telegraph|guardian|observer|chronicle|press|today|online|tv|radio|magazine|review|"
    r"reuters|bbc|cnn|npr|ap|afp|upi|abc|cbs|nbc|fox)\b",
    re.IGNORECASE,
)


def select(
    ranking: Sequence[RankedSentence],
    deduplication: Deduplication,
    documents: Sequence[Document],
    vectors: Vectors,
    *,
    limit: int,
    cost: Callable[[str], int],
    lambda_: float,
    semantic: bool = True,
) -> Plan:
    """The points that cost at most ``limit`` altogether, in reading order.

    Greedy by maximal marginal relevance (Carbonell & Goldstein 1998, section 2), where
    ``lambda_`` weighs salience against novelty (see ``Novelty``), so that 1 goes by
    salience alone. Salience is lowered for what reads badly out of its place: questions,
    voices without a name, openings that lean on a sentence not chosen, old reports.
    Sentences about a "he" or "she" whom none chosen names, and the "yesterday" of an old
    report, are taken only where half of the budget would be left, scraps where all of it
    would. A sentence that does not fit is passed over, never cut, so the plan is empty
    where none fits, and one that tells nothing new is not taken to fill it up. A point
    costs what its lead and its ``when`` cost.
    """
    if not ranking:
        return Plan(groups=())
    sentences = [entry.sentence for entry in ranking]
    points = [(s, *deduplication.duplicates.get(s.id, ())) for s in sentences]
    texts = [collapse(s.text) for s in sentences]
    row = {s.id: i for i, s in enumerate(sentences)}
    when = times(documents, deduplication, vectors)
    novelty = Novelty(sentences, deduplication, vectors)

    salience = np.array([entry.salience for entry in ranking])
    salience -= [flaws(text) + _age(point, when) for text, point in zip(texts, points, strict=True)]
    leaning = np.array([has_dangling_opening(text) for text in texts])
    # A speaker by the last name alone leans on a sentence with the full name, if there is one.
    known = set().union(*(full_names(text) for text in texts))
    speakers = [last_name_speaker(text) for text in texts]
    unintroduced = np.array([speaker in known for speaker in speakers])
    # None of these is taken while there is another choice: "she said" of somebody whom
    # only the sentence before it names, "yesterday" of a report that is months old, and
    # scraps. The first two would be false where they are put.
    unnamed = np.array([has_dangling_pronoun(text) for text in texts])
    stale = np.array(
        [
            when.old(point) is not None and _RELATIVE.search(text) is not None
            for text, point in zip(texts, points, strict=True)
        ]
    )
    scraps = np.array([_scrap(text) for text in texts])
    stale &= ~unnamed
    scraps &= ~unnamed & ~stale
    free = ~unnamed & ~stale & ~scraps
    scores = np.empty(0)
    long: set[int] = set()
    chosen: list[int] = []
    told: set[str] = set()
    left = limit
    while left > 0:
        if not free.any():
            rest = [unnamed, stale] if left > limit / 2 else []
            rest += [] if chosen else [scraps]
            last_resort = next((kind for kind in rest if kind.any()), None)
            if last_resort is None:
                break
            free, scores = last_resort.copy(), np.empty(0)
            last_resort[:] = False
        if not scores.size:
            scores = lambda_ * (salience - _DANGLING * (leaning | unintroduced))
            scores = np.round(scores + (1 - lambda_) * novelty.scores(free), 9)
            scores[~free] = -np.inf
        best = int(np.argmax(scores))
        price = cost(texts[best])
        if price > limit / 2 and best not in long:
            long.add(best)
            salience[best] -= _LONG
            scores[best] -= lambda_ * _LONG
            continue
        phrase = when.when(points[best])
        if phrase and phrase not in told:
            price += cost(phrase)
        free[best] = False
        scores[best] = -np.inf
        if not 0 < price <= left:
            continue
        if lambda_ < 1 and novelty.tells_nothing(best, chosen=False):
            continue
        left -= price
        chosen.append(best)
        novelty.add(best)
        # A short sentence taken early may be all said by a more salient one taken later.
        for earlier in chosen[:-1]:
            if lambda_ == 1 or salience[earlier] >= salience[best]:
                continue
            if not novelty.tells_nothing(earlier, chosen=True):
                continue
            chosen.remove(earlier)
            novelty.take_back(earlier)
            left += cost(texts[earlier])
        if phrase:
            told.add(phrase)
        follower = row.get((sentences[best].doc_id, sentences[best].index + 1))
        if follower is not None:
            leaning[follower] = False  # what it leans on will stand before it
            free[follower] |= unnamed[follower]
            unnamed[follower] = False
        introduced = full_names(texts[best])
        unintroduced &= [speaker not in introduced for speaker in speakers]
        scores = np.empty(0)

    order = reading_order(
        [points[i] for i in chosen],
        [float(salience[i]) for i in chosen],
        _bound([sentences[i] for i in chosen]),
        vectors,
        when,
    )
    groups: list[Group] = []
    told_points = [points[chosen[i]] for i in order]
    leads = [point[0] for point in told_points]
    details = related(leads, deduplication, vectors, when, semantic=semantic)
    for point, detail, priority in zip(told_points, details, order, strict=True):
        groups.append(
            Group(sentences=point, related=detail, when=when.when(point), priority=priority)
        )
    return Plan(groups=tuple(groups), left_out=len(ranking) - len(groups))


def _scrap(text: str) -> bool:
    """Too few words for a sentence, or no end: cut off, it could say what it never meant."""
    return len(tokens(text)) < _MIN_WORDS or not _END.search(plain_quotes(text))


def flaws(text: str) -> float:
    """What a sentence loses, in salience, for being poor reading wherever it stands."""
    plain = plain_quotes(text).casefold()
    loss = 0.0
    if plain.rstrip("\"')").endswith("?"):
        loss += _QUESTION
    voice = plain.startswith('"') or _FIRST_PERSON.search(plain)
    if voice and not _SAYING.search(plain):
        loss += _NAMELESS_VOICE
    return loss


class Novelty:
    """What each sentence would add to those chosen so far.

    Half of it is what its words add: the words and pairs of neighbouring words not yet
    said that at least two documents use, weighted by the share of documents that do
    (the concepts of Gillick & Favre 2009, section 3), over the sentence's length. Half
    is MMR's own measure, the greatest cosine to a sentence chosen, as a loss. A sentence
    that restates what is chosen, by that cosine or by the share of its content words
    said already, loses much more.
    """

    def __init__(
        self, sentences: Sequence[Sentence], deduplication: Deduplication, vectors: Vectors
    ) -> None:
        from scipy.sparse import csr_array

        own = [concepts(sentence.text) for sentence in sentences]
        used: dict[str, set[str]] = {}
        for sentence, said in zip(sentences, own, strict=True):
            used.setdefault(sentence.doc_id, set()).update(said)
        for duplicate in deduplication.dropped:
            repeated = concepts(duplicate.sentence.text)
            used.setdefault(duplicate.sentence.doc_id, set()).update(repeated)
        counts = Counter(concept for said in used.values() for concept in said)
        shared = sorted(concept for concept, count in counts.items() if count > 1)
        column = {concept: i for i, concept in enumerate(shared)}
        cells = [
            (row, column[concept])
            for row, said in enumerate(own)
            for concept in said
            if concept in column
        ]
        rows, columns = zip(*cells, strict=True) if cells else ((), ())
        self._says = csr_array(
            (np.ones(len(cells)), (rows, columns)), shape=(len(sentences), len(shared))
        )
        self._unsaid = np.array(
            [
                (counts[concept] - 1) / max(1, len(used) - 1) * (_PAIR if " " in concept else 1)
                for concept in shared
            ]
        )
        self._words = np.array([max(_FEW_WORDS, count_words(s.text)) for s in sentences])
        self._vectors = vectors.of(sentences)
        self._nearest = np.zeros(len(sentences))
        self._content = [stems(s.text) for s in sentences]
        self._holding: dict[str, list[int]] = {}
        for row, content in enumerate(self._content):
            for word in content:
                self._holding.setdefault(word, []).append(row)
        self._said: Counter[str] = Counter()  # in how many of the chosen
        self._repeated = np.zeros(len(sentences))  # content words said already

    def add(self, row: int) -> None:
        """Count the sentence in ``row`` among the chosen."""
        start, end = self._says.indptr[row : row + 2]
        self._unsaid[self._says.indices[start:end]] = 0
        self._nearest = np.maximum(self._nearest, self._vectors @ self._vectors[row])
        for word in self._content[row]:
            if not self._said[word]:
                self._repeated[self._holding[word]] += 1
            self._said[word] += 1

    def take_back(self, row: int) -> None:
        """Count the sentence in ``row``, which the chosen others say, among them no longer."""
        self._said -= Counter(self._content[row])

    def tells_nothing(self, row: int, *, chosen: bool) -> bool:
        """Whether the (other) chosen ones say it all: hardly a word is new, and no number."""
        new = [word for word in self._content[row] if self._said[word] <= chosen]
        few = len(new) < (1 - _ALL_SAID) * len(self._content[row])
        return few and not any(character.isdigit() for word in new for character in word)

    def scores(self, free: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Shape (n,), in [-1.9, 0.5]; the greatest gain among the ``free`` counts as 1."""
        gain = self._says @ self._unsaid / self._words
        top = gain[free].max()
        share = self._repeated / [max(1, len(content)) for content in self._content]
        restated = np.maximum(0, np.maximum(self._nearest, share) - _RESTATING)
        loss = self._nearest / 2 + _RESTATED * restated
        return np.asarray((gain / top if top > 0 else gain) / 2 - loss)


def concepts(text: str) -> set[str]:
    """Words that are not stop words, and pairs of neighbours that are not both."""
    words = tokens(text)
    pairs = {
        f"{first} {second}"
        for first, second in pairwise(words)
        if not (first in STOP_WORDS and second in STOP_WORDS)
    }
    return pairs.union(words).difference(STOP_WORDS)


def _age(point: Sequence[Sentence], when: Times) -> float:
    """What a point loses for being old, the more if it reads like news."""
    if when.old(point) is None:
        return 0.0
    text = point[0].text
    told = when.when(point) is not None or names_its_year(text)
    return _OLD + (0 if told else _OLD_UNTOLD) + (_OLD_TODAY if _TODAY.search(text) else 0)


def _bound(chosen: Sequence[Sentence]) -> dict[SentenceId, SentenceId]:
    """Those that lean on the sentence before them, where that is chosen as well."""
    ids = {sentence.id for sentence in chosen}
    return {
        s.id: (s.doc_id, s.index - 1)
        for s in chosen
        if (s.doc_id, s.index - 1) in ids and has_dangling_opening(s.text)
    }


def headline(plan: Plan, documents: Sequence[Document], vectors: Vectors) -> str:
    """The title that says best what the plan says first, without its outlet's name.

    Only documents that the news of the plan comes from are asked. A title is scored by
    the words that it shares with the leads and by how near its document's leads are to
    the middle of the plan, both less the later they come. Without titles it is the first
    lead, cut at a clause where it is long; empty without either.
    """
    weight: dict[str, float] = {}
    central: dict[str, float] = {}
    news: set[str] = set()
    leads = [group.lead for group in plan.groups]
    array = vectors.of(leads)
    nearness = array @ array.mean(axis=0) if leads else np.zeros(0)
    for place, group in enumerate(plan.groups):
        discount = 1 / (3 + place)
        for word in set(content_words(group.lead.text)):
            weight[word] = weight.get(word, 0.0) + discount
        for doc_id in {sentence.doc_id for sentence in group.sentences}:
            score = float(nearness[place]) / (1 + place)
            central[doc_id] = max(score, central.get(doc_id, 0.0))
        # An old report may say the same as a new one; its title is still old.
        if not any(earlier.when for earlier in plan.groups[: place + 1]):
            news.add(group.lead.doc_id)
    norm = sum(value**2 for value in weight.values()) ** 0.5 or 1.0
    scored = []
    for document in documents:
        title = _plain_title(document.title or "", document.source)
        words = sorted(set(content_words(title)))
        if words:
            shared = sum(weight.get(word, 0.0) for word in words) / norm / len(words) ** 0.5
            score = shared + central.get(document.doc_id, 0.0)
            if document.doc_id in news:
                scored.append((-round(score, 6), title))
    if scored:
        return min(scored)[1]
    return _shortened(collapse(leads[0].text)) if leads else ""


def _plain_title(title: str, source: str | None) -> str:
    """The title without a date before it and the outlet's name behind it."""
    title = _LEADING_DATE.sub("", collapse(title))
    parts = _OUTLET_MARK.split(title)
    if len(parts) > 1:
        last = parts[-1]
        named = source is not None and fold(last) in fold(source)
        if named or (len(last.split()) <= 4 and _OUTLET.search(last)):
            title = title[: title.rindex(last)].rstrip(" -–—|·»:")
    return title


def _shortened(text: str) -> str:
    """At most ``_HEADLINE_WORDS`` words: up to a clause mark, else with an ellipsis."""
    words = text.split()
    if len(words) <= _HEADLINE_WORDS:
        return text.rstrip(".")
    for end in range(_HEADLINE_WORDS, 5, -1):
        if words[end - 1].endswith((",", ";", ":", "—", "–")):
            return " ".join(words[:end]).rstrip(",;:—– ")
    return " ".join(words[:_HEADLINE_WORDS]).rstrip(",;:—–.") + " …"
