"""What a worker does: a few clusters in, their briefings or the reasons why not out."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from summarizer.batch.sources import Entry
from summarizer.config import Config
from summarizer.errors import SummarizerError
from summarizer.records import Briefing, Cluster
from summarizer.rendering import render
from summarizer.words import count_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a cluster: done where ``error`` is None.

    ``seconds`` is what it took, of a chunk its share of the time. ``files`` maps format to
    the rendered briefing in UTF-8; ``input`` is the digest of what was read; ``stage`` is
    where it failed, and ``traceback`` there for a bug of ours.
    """

    cluster_id: str
    stamp: str
    input: str
    seconds: float
    words: int = 0
    writer: str | None = None
    notices: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    stage: str | None = None
    error: str | None = None
    traceback: str | None = None


class BatchHandler:
    """Summarizes chunks of clusters, the models loaded once; the handler of the workers.

    A chunk is done in two halves, each in a thread of its own: while the models, which take
    one call at a time, are at work on the first, the second is read and cleaned.
    """

    def __init__(self, config: Config, formats: Sequence[str]) -> None:
        from summarizer.cli import prepare_process
        from summarizer.pipeline import Summarizer

        prepare_process()
        self._formats = tuple(formats)
        self._summarizer = Summarizer(config)

    def __call__(self, chunk: Sequence[Entry], emit: Callable[[str], None]) -> list[Outcome]:
        """One outcome an entry, in order; ``emit`` gets the stages of a cluster alone.

        The clusters of a half are written in one batch; each for itself where that fails.
        """
        if len(chunk) == 1:
            return [self._alone(chunk[0], emit)]
        middle = (len(chunk) + 1) // 2
        start = time.perf_counter()
        with ThreadPoolExecutor(2) as threads:
            halves = list(threads.map(self._tried, [chunk[:middle], chunk[middle:]]))
        outcomes = _shared_out(time.perf_counter() - start, [*halves[0], *halves[1]])
        return [
            outcome or self._alone(entry, emit)
            for outcome, entry in zip(outcomes, chunk, strict=True)
        ]

    def _tried(self, chunk: Sequence[Entry]) -> list[Outcome | None]:
        """An outcome an entry, None for those that must be done alone to find the fault."""
        try:
            outcomes = self._together(chunk)
        except Exception:
            outcomes = {}
        return [outcomes.get(number) for number in range(len(chunk))]

    def _together(self, chunk: Sequence[Entry]) -> dict[int, Outcome]:
        """The outcomes of those that succeed, by their place in the chunk."""
        read: dict[int, tuple[Cluster, tuple[str, ...], str, float]] = {}
        for number, entry in enumerate(chunk):
            start = time.perf_counter()
            try:
                digest = entry.digest()
                read[number] = (*entry.read(), digest, time.perf_counter() - start)
            except SummarizerError:
                continue
        briefings = self._summarizer.summarize_many([cluster for cluster, *_ in read.values()])
        outcomes = {}
        for (number, (_, notices, digest, seconds)), briefing in zip(
            read.items(), briefings, strict=True
        ):
            if isinstance(briefing, Briefing):
                briefing = replace(briefing, notices=(*notices, *briefing.notices))
                seconds += sum(briefing.timings.values())
                outcomes[number] = self._done(chunk[number], briefing, digest, seconds)
        return outcomes

    def _alone(self, entry: Entry, emit: Callable[[str], None]) -> Outcome:
        stage = "reading"

        def at(name: str) -> None:
            nonlocal stage
            stage = name
            emit(name)

        start = time.perf_counter()
        digest, told = "", None
        try:
            at("reading")
            digest = entry.digest()
            cluster, notices = entry.read()
            briefing = self._summarizer.summarize(
                cluster.documents, cluster_id=cluster.cluster_id, notices=notices, progress=at
            )
            at("rendering")
            return self._done(entry, briefing, digest, time.perf_counter() - start)
        except SummarizerError as error:
            problem = str(error)
        except MemoryError:
            problem = "Memory has run out."
        except Exception as error:
            # Whatever it is, it concerns this one cluster; the others must still be done.
            problem = f"{type(error).__name__}: {error}"
            told = traceback.format_exc()
        return Outcome(
            cluster_id=entry.cluster_id,
            stamp=entry.stamp,
            input=digest,
            seconds=time.perf_counter() - start,
            stage=stage,
            error=problem,
            traceback=told,
        )

    def _done(self, entry: Entry, briefing: Briefing, digest: str, seconds: float) -> Outcome:
        return Outcome(
            cluster_id=entry.cluster_id,
            stamp=entry.stamp,
            input=digest,
            seconds=seconds,
            words=count_words(briefing.text),
            writer=briefing.writer,
            notices=briefing.notices,
            files={name: render(briefing, name).encode("utf-8") for name in self._formats},
        )


def _shared_out(seconds: float, outcomes: Sequence[Outcome | None]) -> list[Outcome | None]:
    """The outcomes with their seconds in proportion, less what they waited for one another."""
    total = sum(outcome.seconds for outcome in outcomes if outcome)
    share = min(1.0, seconds / total) if total else 1.0
    return [outcome and replace(outcome, seconds=share * outcome.seconds) for outcome in outcomes]
