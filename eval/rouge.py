"""ROUGE (Lin 2004), with every parameter stated, at the speed of the corpus.

>>> from eval.rouge import Rouge
>>> rouge = Rouge(["rouge1", "rougeLsum"], stemmer=True)
>>> rouge.score("police kill the gunman", "police killed the gunman")["rouge1"].f1
1.0
>>> rouge.signature
'rouge|v:0.1.0|m:1,Lsum|stem:porter|tok:google|split:newline|stop:none|refs:best|agg:mean|limit:none'

With its defaults the scores are those of Google's ``rouge_score`` 0.1.2. The
options that ROUGE-1.5.5 has and ``rouge_score`` lacks are off unless asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.lcs import lcs_length, union_lcs_hits
from eval.tokenizing import TOKENIZERS, Stems, first_bytes, first_words
from summarizer.errors import ConfigError, InputError
from summarizer.words import STOP_WORDS

VERSION = "0.1.0"
"""Of the scoring rules: raised whenever any score can change."""

METRICS = "rougeN (rouge1, rouge2, ...), rougeL, rougeLsum, rougeSG and rougeSUG (rougeSU4, ...)"
_METRIC = re.compile(r"rouge(?:(?P<n>[1-9]\d*)|(?P<lcs>L|Lsum)|S(?P<u>U?)(?P<gap>0|[1-9]\d*))")


class Score(NamedTuple):
    """Precision, recall and their harmonic mean, each from 0 to 1."""

    precision: float
    recall: float
    f1: float


class Counts(NamedTuple):
    """What a score is made of: common units, units of the candidate, units of the reference."""

    hits: int
    candidate: int
    reference: int

    @property
    def score(self) -> Score:
        """The counts as a score; 0 where there is nothing to divide by."""
        precision = self.hits / max(self.candidate, 1)
        recall = self.hits / max(self.reference, 1)
        both = precision + recall
        return Score(precision, recall, 2 * precision * recall / both if both else 0.0)


class Tokenized(NamedTuple):
    """A text's tokens, and the same sentence by sentence where a metric asks for it."""

    tokens: list[str]
    sentences: list[list[str]]


Metric = Callable[[Tokenized, Tokenized], Counts]  # of candidate and reference


class Rouge:
    """A set of ROUGE metrics with fixed parameters.

    ``metrics``: ``rougeN`` for n-grams of any ``N``; ``rougeL``, the longest common
    subsequence of the whole texts; ``rougeLsum``, the union of those of the sentences;
    ``rougeSG``, pairs of tokens with at most ``G`` others between them, and
    ``rougeSUG``, the same with single tokens counted too (Lin's SU4: ``rougeSU4``).

    ``stemmer``: Porter's, nltk's variant. ``tokenizer``: ``google`` (a-z and 0-9
    only) or ``unicode`` (any script). ``splitter`` tells ``rougeLsum`` what a
    sentence is: ``newline`` (a line) or ``punkt`` (what ``summarizer.sentences``
    finds in each line; rouge_score takes nltk's splitter). ``stop_words=True`` leaves out those of
    ``summarizer.words`` before stemming.

    ``max_words`` or ``max_bytes`` cuts candidate and references alike, as
    ROUGE-1.5.5 does. Among several references, ``references="best"`` takes for each
    metric the one with the highest F1, the first of equals (rouge_score's
    ``score_multi``; ROUGE-1.5.5 -f B goes by recall); ``"average"`` divides the sum
    of the hits by the sum of the units (ROUGE-1.5.5 -f A).

    Departures from ROUGE-1.5.5: no WordNet exceptions in stemming, hyphens are no
    tokens, and ``rougeSU4`` counts the last token of a text too, which the script's
    loop misses and the paper does not. Like the script, skip-bigrams cross sentences.

    Raises ConfigError on anything unknown or contradictory.
    """

    def __init__(
        self,
        metrics: Sequence[str],
        *,
        stemmer: bool = False,
        tokenizer: str = "google",
        splitter: str = "newline",
        stop_words: bool = False,
        references: str = "best",
        max_words: int | None = None,
        max_bytes: int | None = None,
    ) -> None:
        if isinstance(metrics, str) or not isinstance(metrics, Sequence) or not metrics:
            raise ConfigError(f"metrics must be a list of names, not {metrics!r}: {METRICS}")
        self.metrics = tuple(metrics)
        self._metrics: dict[str, Metric] = {name: _metric(name) for name in metrics}
        repeated = [name for name, count in Counter(metrics).items() if count > 1]
        if repeated:
            raise ConfigError(f"metric {repeated[0]!r} is named twice")
        for option, flag in (("stemmer", stemmer), ("stop_words", stop_words)):
            if not isinstance(flag, bool):
                raise ConfigError(f"{option} must be True or False, not {flag!r}")
        _one_of("tokenizer", tokenizer, TOKENIZERS)
        _one_of("splitter", splitter, ("newline", "punkt"))
        _one_of("references", references, ("best", "average"))
        if max_words is not None and max_bytes is not None:
            raise ConfigError("give max_words or max_bytes, not both")
        for option, limit in (("max_words", max_words), ("max_bytes", max_bytes)):
            if limit is not None:
                _at_least_1(option, limit)
        needs_sentences = "rougeLsum" in self._metrics
        if splitter != "newline" and not needs_sentences:
            raise ConfigError(f"splitter {splitter!r} has no effect without the metric 'rougeLsum'")

        self.tokenizer = tokenizer
        self._tokenize = TOKENIZERS[tokenizer]
        self._stop_words: frozenset[str] = STOP_WORDS if stop_words else frozenset()
        self._stems = Stems() if stemmer else None
        self._needs_sentences = needs_sentences
        self._punkt = splitter == "punkt"
        self._best = references == "best"
        self._max_words, self._max_bytes = max_words, max_bytes
        limit_name = (
            f"words={max_words}" if max_words else f"bytes={max_bytes}" if max_bytes else "none"
        )
        self.signature = "|".join(
            (
                "rouge",
                f"v:{VERSION}",
                f"m:{','.join(name.removeprefix('rouge') for name in metrics)}",
                f"stem:{'porter' if stemmer else 'none'}",
                f"tok:{tokenizer}",
                f"split:{splitter}",
                f"stop:{'english' if stop_words else 'none'}",
                f"refs:{references}",
                "agg:mean",
                f"limit:{limit_name}",
            )
        )

    def score(self, candidate: str, references: str | Sequence[str]) -> Mapping[str, Score]:
        """The score of one candidate by metric; an empty text scores 0.

        Raises InputError where there is no reference or something is not text.
        """
        texts = [references] if isinstance(references, str) else list(references)
        if not texts:
            raise InputError("a candidate cannot be scored without a reference")
        for text in (candidate, *texts):
            if not isinstance(text, str):
                raise InputError(f"candidates and references must be text, not {text!r:.60}")
        prepared = self._prepare(candidate)
        against = [self._prepare(text) for text in texts]
        scores = {}
        for name, metric in self._metrics.items():
            counts = [metric(prepared, reference) for reference in against]
            if self._best:
                scores[name] = max((each.score for each in counts), key=lambda score: score.f1)
            else:
                scores[name] = Counts(*(sum(column) for column in zip(*counts, strict=True))).score
        return scores

    def score_many(
        self,
        candidates: Sequence[str],
        references: Sequence[str] | Sequence[Sequence[str]],
        *,
        processes: int = 1,
    ) -> dict[str, NDArray[np.float64]]:
        """The scores of many candidates by metric: (n, 3) of precision, recall and F1.

        With several ``processes`` a script must call this under
        ``if __name__ == "__main__"``, as always with ``multiprocessing``.
        Raises InputError with the number, from 0, of a pair that cannot be scored.
        """
        if isinstance(candidates, str) or isinstance(references, str):
            raise InputError("score_many takes lists of texts; score takes one text")
        if len(candidates) != len(references):
            raise InputError(
                f"{len(candidates)} candidates but {len(references)} references: "
                "there must be as many of both, in the same order"
            )
        _at_least_1("processes", processes)
        for number, (candidate, against) in enumerate(zip(candidates, references, strict=True)):
            texts = [against] if isinstance(against, str) else against
            if not isinstance(candidate, str) or not isinstance(texts, Sequence) or not texts:
                raise InputError(f"pair {number} (from 0) has no candidate text or no reference")
            for text in texts:
                if not isinstance(text, str):
                    raise InputError(
                        f"pair {number} (from 0) has a reference that is not text: {text!r:.60}"
                    )
        scores = np.empty((len(candidates), len(self._metrics), 3))
        processes = min(processes, len(candidates))
        if processes > 1:
            shares = [slice(start, None, processes) for start in range(processes)]
            # A fresh interpreter, since a forked copy of one with threads may hang.
            with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
                tasks = [
                    pool.submit(self._score_all, candidates[share], references[share])
                    for share in shares
                ]
                for share, task in zip(shares, tasks, strict=True):
                    scores[share] = task.result()
        elif processes:
            scores[:] = self._score_all(candidates, references)
        return {name: scores[:, column] for column, name in enumerate(self._metrics)}

    def is_blind_to(self, text: str) -> bool:
        """Whether the tokenizer finds nothing in a text that is not blank: it scores 0."""
        return bool(text.strip()) and not self._tokenize(text)

    def _score_all(
        self, candidates: Sequence[str], references: Sequence[str] | Sequence[Sequence[str]]
    ) -> list[list[Score]]:
        pairs = zip(candidates, references, strict=True)
        return [list(self.score(candidate, against).values()) for candidate, against in pairs]

    def _prepare(self, text: str) -> Tokenized:
        if self._max_words is not None:
            text = first_words(text, self._max_words)
        elif self._max_bytes is not None:
            text = first_bytes(text, self._max_bytes)
        if not self._needs_sentences:
            return Tokenized(self._tokens(text), [])
        if self._punkt:
            from summarizer.sentences import sentence_spans

            parts = [text[span.start : span.end] for span in sentence_spans(text)]
            return Tokenized(self._tokens(text), [self._tokens(part) for part in parts])
        # A line break ends a token too: the lines' tokens are the whole text's.
        sentences = [self._tokens(line) for line in text.split("\n")]
        return Tokenized([token for tokens in sentences for token in tokens], sentences)

    def _tokens(self, text: str) -> list[str]:
        tokens = self._tokenize(text)
        if self._stop_words:
            tokens = [token for token in tokens if token not in self._stop_words]
        if self._stems is not None:
            stems = self._stems
            tokens = [stems[token] for token in tokens]
        return tokens


def _one_of(option: str, value: str, allowed: Sequence[str] | Mapping[str, object]) -> None:
    if not isinstance(value, str) or value not in allowed:
        raise ConfigError(f"{option} must be one of {', '.join(allowed)}, not {value!r}")


def _at_least_1(option: str, value: int) -> None:
    if type(value) is not int or value < 1:  # True is no number here
        raise ConfigError(f"{option} must be a whole number of at least 1, not {value!r}")


def _metric(name: str) -> Metric:
    match = _METRIC.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        raise ConfigError(f"unknown metric {name!r}: allowed are {METRICS}")
    if match["n"]:
        return NGrams(int(match["n"]))
    if match["lcs"]:
        return summary_level_lcs if match["lcs"] == "Lsum" else whole_text_lcs
    return SkipBigrams(int(match["gap"]), unigrams=bool(match["u"]))


@dataclass(frozen=True)
class NGrams:
    """ROUGE-N: n-grams in common (Lin 2004, section 2)."""

    n: int

    def __call__(self, candidate: Tokenized, reference: Tokenized) -> Counts:
        """The counts of one pair."""
        return _overlap(self._units(candidate.tokens), self._units(reference.tokens))

    def _units(self, tokens: list[str]) -> Counter[Hashable]:
        if self.n == 1:
            return Counter(tokens)
        return Counter(zip(*(tokens[start:] for start in range(self.n)), strict=False))


@dataclass(frozen=True)
class SkipBigrams:
    """ROUGE-S, and ROUGE-SU with single tokens: pairs in order (Lin 2004, section 5).

    ``gap`` is the largest number of tokens between the two (ROUGE-1.5.5 -2).
    """

    gap: int
    unigrams: bool

    def __call__(self, candidate: Tokenized, reference: Tokenized) -> Counts:
        """The counts of one pair."""
        return _overlap(self._units(candidate.tokens), self._units(reference.tokens))

    def _units(self, tokens: list[str]) -> Counter[Hashable]:
        units: Counter[Hashable] = Counter(tokens) if self.unigrams else Counter()
        for distance in range(1, min(self.gap + 1, len(tokens)) + 1):
            units.update(zip(tokens, tokens[distance:], strict=False))
        return units


def whole_text_lcs(candidate: Tokenized, reference: Tokenized) -> Counts:
    """ROUGE-L of two texts, each taken as one sequence (Lin 2004, section 3.1)."""
    hits = lcs_length(reference.tokens, candidate.tokens)
    return Counts(hits, len(candidate.tokens), len(reference.tokens))


def summary_level_lcs(candidate: Tokenized, reference: Tokenized) -> Counts:
    """ROUGE-Lsum: the union of the sentences' subsequences (Lin 2004, section 3.2)."""
    hits = union_lcs_hits(reference.sentences, candidate.sentences)
    return Counts(hits, sum(map(len, candidate.sentences)), sum(map(len, reference.sentences)))


def _overlap(candidate: Counter[Hashable], reference: Counter[Hashable]) -> Counts:
    common = candidate.keys() & reference.keys()
    hits = sum(min(candidate[unit], reference[unit]) for unit in common)
    return Counts(hits, candidate.total(), reference.total())
