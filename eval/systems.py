"""Systems by name: this project's writers and rankers, baselines, and files of candidates."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.baselines import BASELINES, Baseline, Oracle, WholeInput
from eval.protocols import Output, Progress, System
from summarizer.cleaning import clean
from summarizer.config import Config
from summarizer.errors import ConfigError, InputError
from summarizer.protocols import Encoder, OnDraft, Writer
from summarizer.records import Cluster, Plan, Writing
from summarizer.redundancy import deduplicate
from summarizer.salience import rank
from summarizer.sentences import sentence_spans, split
from summarizer.vectors import Vectors
from summarizer.words import collapse, count_words

_FEWEST = 4  # words that a sentence has at least


class SharedEncoder:
    """An encoder that remembers what it read last, so that several systems share its work.

    It remembers whole calls, since a text's vector depends, by rounding, on the texts
    beside it: a system's result is the same whichever systems run with it. ``saved``
    adds up the seconds that remembered calls took when they were made.
    """

    def __init__(self, encoder: Encoder, *, calls: int = 16) -> None:
        self._encoder = encoder
        self._calls = calls
        self._memory: OrderedDict[tuple[str, ...], tuple[NDArray[np.float32], float]]
        self._memory = OrderedDict()
        self.name, self.semantic, self.notices = encoder.name, encoder.semantic, encoder.notices
        self.saved = 0.0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the encoder itself; the array is not to be written to."""
        key = tuple(texts)
        if key in self._memory:
            self._memory.move_to_end(key)
            array, seconds = self._memory[key]
            self.saved += seconds
            return array
        start = time.perf_counter()
        array = self._encoder.encode(texts)
        array.flags.writeable = False
        self._memory[key] = array, time.perf_counter() - start
        if len(self._memory) > self._calls:
            self._memory.popitem(last=False)
        return array


class _WatchedWriter:
    """A writer whose last work is known.

    ``truncated`` says whether the plan left out what the writer cannot read, ``quoted`` is
    the share of drafts that stand in place of one that does not check out.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.name, self.max_input_tokens = writer.name, writer.max_input_tokens
        self.weighs, self.notices = writer.weighs, writer.notices
        self.truncated: bool | None = None
        self.quoted: float | None = None
        self.revision: str | None = getattr(writer, "revision", None)  # of a hub's checkpoint

    def count_tokens(self, text: str) -> int:
        return self._writer.count_tokens(text)

    def write(
        self, plans: Sequence[Plan], *, words: int, on_draft: OnDraft | None = None
    ) -> list[Writing]:
        reads = self.max_input_tokens is not None
        self.truncated = any(plan.left_out for plan in plans) if reads else None
        writings = self._writer.write(plans, words=words, on_draft=on_draft)
        drafts = sum(len(writing.drafts) for writing in writings)
        self.quoted = sum(writing.quoted for writing in writings) / max(drafts, 1)
        return writings


class WriterSystem:
    """The project's own pipeline with one of its writers, and a ranker: "WRITER@RANKER"."""

    def __init__(self, name: str, *, words: int, encoder: SharedEncoder) -> None:
        from models import load_writer
        from summarizer.pipeline import RANKER_NAMES, Summarizer

        writer, _, ranker = name.partition("@")
        ranker = ranker or Config().ranker
        if ranker not in RANKER_NAMES:
            raise ConfigError(
                f"Unknown ranker {ranker!r} in {name!r}. Known: {', '.join(RANKER_NAMES)}."
            )
        self.name = _without_folders(writer) + name.removeprefix(writer)
        self._writer = _WatchedWriter(load_writer(writer))
        self._encoder = encoder
        self._summarizer = Summarizer(
            Config(words=words, writer=self._writer, encoder=encoder, ranker=ranker)
        )

    def summarize(self, cluster: Cluster, progress: Progress) -> Output:
        """The briefing of the cluster."""
        briefing = self._summarizer.summarize(
            cluster.documents, cluster_id=cluster.cluster_id, progress=progress
        )
        count = len(briefing.sentences) or 1
        cited = [sentence for sentence in briefing.sentences if sentence.citations]
        return Output(
            sentences=tuple(sentence.text for sentence in briefing.sentences),
            cited=len(cited) / count,
            supported=sum(not sentence.checks for sentence in cited) / count,
            quoted=self._writer.quoted,
            truncated=self._writer.truncated,
            fallback=briefing.writer != self._writer.name,
            notices=briefing.notices,
        )

    def describe(self) -> Mapping[str, Any]:
        """The pipeline's configuration, and the model's name and revision."""
        config = self._summarizer.config
        settings = {entry.name: getattr(config, entry.name) for entry in fields(config)}
        model = _without_folders(self._writer.name)
        settings |= {"writer": model, "encoder": self._encoder.name}
        return {
            "kind": "writer",
            "model": model,
            "revision": self._writer.revision,
            "encoder_sha256": _encoder_hash(self._encoder.name),
            "settings": settings,
        }

    @property
    def encoding_saved(self) -> float:
        """Seconds of encoding spared so far, as the encoder is shared."""
        return self._encoder.saved


class RankingSystem:
    """A ranking alone, "mmr@RANKER": maximal marginal relevance, and no rule of reading.

    What the summarizer's own selection adds are such rules: no sentence that was cut off,
    none that leans on one not chosen. They cost ROUGE where documents are cut, so this is
    the system to compare with published extractive ones, which have none.
    """

    def __init__(self, name: str, *, words: int, encoder: SharedEncoder) -> None:
        from summarizer.pipeline import load_ranker

        self.name = name
        self._config = Config(words=words, ranker=name.partition("@")[2])
        self._encoder = encoder
        self._ranker = load_ranker(self._config.ranker, encoder)

    def summarize(self, cluster: Cluster, progress: Progress) -> Output:
        """The sentences chosen, in the order of the documents."""
        config = self._config
        progress("cleaning")
        documents = clean(cluster.documents).documents
        sentences = split(documents)
        progress("encoding")
        array = self._encoder.encode([collapse(sentence.text) for sentence in sentences])
        vectors = Vectors(sentences, array)
        progress("redundancy")
        deduplication = deduplicate(
            sentences,
            vectors,
            semantic=self._encoder.semantic,
            near_threshold=config.near_threshold,
            semantic_threshold=config.semantic_threshold,
        )
        progress("salience")
        ranking = rank(
            deduplication, documents, vectors, ranker=self._ranker, limit=config.words
        ).ranking
        progress("selection")
        rows = mmr(
            np.array([entry.salience for entry in ranking]),
            vectors.of([entry.sentence for entry in ranking]),
            [count_words(entry.sentence.text) for entry in ranking],
            budget=config.words,
            lambda_=config.lambda_,
        )
        place = {sentence.id: number for number, sentence in enumerate(sentences)}
        chosen = sorted((ranking[row].sentence for row in rows), key=lambda s: place[s.id])
        return Output(sentences=tuple(collapse(sentence.text) for sentence in chosen))

    def describe(self) -> Mapping[str, Any]:
        """The ranker, the budget and the weight of salience."""
        config = self._config
        names = ("words", "ranker", "lambda_", "near_threshold", "semantic_threshold")
        settings = {name: getattr(config, name) for name in names}
        return {
            "kind": "ranking",
            "encoder_sha256": _encoder_hash(self._encoder.name),
            "settings": settings | {"encoder": self._encoder.name},
        }

    @property
    def encoding_saved(self) -> float:
        """Seconds of encoding spared so far, as the encoder is shared."""
        return self._encoder.saved


def mmr(
    salience: NDArray[np.float64],
    vectors: NDArray[np.float32],
    costs: Sequence[int],
    *,
    budget: int,
    lambda_: float,
) -> list[int]:
    """Rows by maximal marginal relevance (Carbonell & Goldstein 1998, section 2).

    ``salience`` is (n,) in [0, 1], ``vectors`` (n, dim) L2-normalised; what does not fit
    into ``budget`` is passed over, and so is what has fewer words than a sentence.
    """
    free = np.array(costs) >= _FEWEST
    nearest = np.zeros(len(salience))
    chosen: list[int] = []
    left = budget
    while free.any():
        scores = np.round(lambda_ * salience - (1 - lambda_) * nearest, 9)
        best = int(np.argmax(np.where(free, scores, -np.inf)))
        free[best] = False
        if costs[best] <= left:
            chosen.append(best)
            left -= costs[best]
            nearest = np.maximum(nearest, vectors @ vectors[best])
    return chosen


def _without_folders(name: str) -> str:
    """The name with a path on this machine cut to its last part: records go elsewhere."""
    kind, _, path = name.partition(":")
    return f"{kind}:{Path(path).name}" if path and Path(path).exists() else name


def _encoder_hash(name: str) -> str | None:
    from models.encoders import MINILM_SHA256, MiniLMEncoder

    return MINILM_SHA256 if name == MiniLMEncoder.name else None


class CandidatesFile:
    """Candidates that another system wrote, as they stand, not cut to any length."""

    def __init__(self, name: str) -> None:
        from eval.candidates import read_candidates

        self.name = _without_folders(name)
        self._path = Path(name.removeprefix("candidates:"))
        candidates = read_candidates(self._path)
        if not candidates.ids:
            raise InputError(f"{self._path}: holds no ids; a JSON object a line is needed.")
        self._texts = dict(zip(candidates.ids, candidates.texts, strict=True))

    def summarize(self, cluster: Cluster, progress: Progress) -> Output:
        """The candidate of this cluster, sentence by sentence."""
        progress("reading")
        text = self._texts.get(cluster.cluster_id)
        if text is None:
            raise InputError(f"{self._path.name} has no candidate for it.")
        return Output(
            sentences=tuple(collapse(text[s.start : s.end]) for s in sentence_spans(text))
        )

    def describe(self) -> Mapping[str, Any]:
        """The file's name and hash."""
        import hashlib

        digest = hashlib.sha256(self._path.read_bytes()).hexdigest()
        return {"kind": "candidates", "file": self._path.name, "sha256": digest, "settings": {}}


KNOWN = (
    f"{', '.join(BASELINES)}, oracle, all, candidates:FILE, mmr@RANKER, "
    "or WRITER or WRITER@RANKER of the summarizer, as in extractive@lexrank"
)


def load_systems(names: Sequence[str], *, words: int, seed: int) -> list[System]:
    """The systems called ``names``, which share one encoder.

    Raises ConfigError for an unknown name or one named twice, InputError for a
    file of candidates that cannot be read, ModelError for a model that cannot be loaded.
    """
    Config(words=words)  # refuses what is out of range
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated or not names:
        raise ConfigError(f"System {repeated[0]!r} is named twice." if names else "Name a system.")
    encoder: SharedEncoder | None = None
    systems: list[System] = []
    for name in names:
        if name in BASELINES:
            systems.append(Baseline(name, words, seed, BASELINES[name]))
        elif name == "oracle":
            systems.append(Oracle(words))
        elif name == "all":
            systems.append(WholeInput())
        elif name.startswith("candidates:"):
            systems.append(CandidatesFile(name))
        else:
            if encoder is None:
                from models import load_encoder

                encoder = SharedEncoder(load_encoder())
            try:
                kind = RankingSystem if name.startswith("mmr@") else WriterSystem
                systems.append(kind(name, words=words, encoder=encoder))
            except ConfigError as error:
                raise ConfigError(f"Unknown system {name!r} ({error}) Known: {KNOWN}.") from None
    shown = [system.name for system in systems]
    for name, count in Counter(shown).items():
        if count > 1:
            raise ConfigError(f"Two systems would be called {name!r}; rename a file or folder.")
    return systems
