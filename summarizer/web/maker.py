"""What a worker process does for the desk: briefings and scores, with models loaded once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from summarizer.config import Config
from summarizer.pipeline import Summarizer
from summarizer.records import Briefing, Document
from summarizer.web.evaluation import Scores, evaluate
from summarizer.web.memory import give_back
from summarizer.web.reader import go_first

if TYPE_CHECKING:
    from summarizer.protocols import Encoder, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingTask:
    """A briefing to make; ``config.writer`` is a name."""

    documents: Sequence[Document]
    config: Config
    cluster_id: str
    notices: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringTask:
    """A briefing to score against references and beside the baselines."""

    documents: Sequence[Document]
    briefing: str
    references: Sequence[str]
    words: int


class News(NamedTuple):
    """What is heard of a briefing in the making: a stage begins, or a sentence is written."""

    kind: Literal["stage", "draft"]
    text: str


class Maker:
    """Makes briefings with one encoder and one writer of each name.

    ``writer`` is loaded at once, others when first asked for, and a first small briefing
    is made, so that no visitor waits for what loads itself on first use. Raises
    ModelError where a model cannot be loaded.
    """

    def __init__(self, writer: str) -> None:
        go_first()
        self._encoder = self.load_encoder()
        self._writers = {writer: self.load_writer(writer)}
        small = Config(writer=self._writers[writer], encoder=self._encoder)
        Summarizer(small).summarize(["The council of Tilby met on Monday.", "It rose at noon."])

    def load_encoder(self) -> Encoder:
        """The encoder of all briefings."""
        from models import load_encoder

        return load_encoder()

    def load_writer(self, name: str) -> Writer:
        """The writer called ``name``."""
        from models import load_writer

        return load_writer(name)

    def __call__(
        self, task: BriefingTask | ScoringTask, emit: Callable[[News], None]
    ) -> Briefing | Scores:
        """Do one task, telling ``emit`` how it goes."""
        try:
            if isinstance(task, ScoringTask):
                return evaluate(task.documents, task.briefing, task.references, words=task.words)
            return self._brief(task, emit)
        finally:
            give_back()

    def _brief(self, task: BriefingTask, emit: Callable[[News], None]) -> Briefing:
        emit(News("stage", "loading"))
        name = str(task.config.writer)
        if name not in self._writers:
            self._writers[name] = self.load_writer(name)
        # The models are loaded; what is built here is only their arrangement.
        config = replace(task.config, writer=self._writers[name], encoder=self._encoder)
        return Summarizer(config).summarize(
            task.documents,
            cluster_id=task.cluster_id,
            notices=task.notices,
            progress=lambda stage: emit(News("stage", stage)),
            on_draft=lambda text: emit(News("draft", text)),
        )
