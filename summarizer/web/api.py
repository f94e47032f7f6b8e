"""What programs may call: typed, documented, the same results as the command line's.

The docstrings are what a caller of the API reads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from summarizer.config import Config
from summarizer.errors import InputError
from summarizer.reading import document_from_text
from summarizer.records import Document
from summarizer.rendering import to_dict
from summarizer.web import evaluation
from summarizer.web.desk import Desk


class Api:
    """The actions, each a function of plain types; they raise SummarizerError."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def actions(self) -> dict[str, Callable[..., Any]]:
        """The actions by their ``api_name``."""
        actions: dict[str, Callable[..., Any]] = {
            "summarize": self.summarize,
            "writers": self.writers,
        }
        if evaluation.available():
            actions["evaluate"] = self.evaluate
        return actions

    def summarize(self, articles: list[str], words: int = 200, writer: str = "") -> dict[str, Any]:
        """Write one faithful briefing from several articles about one event.

        Args:
            articles: The text of each article, two or more, about one event.
            words: Length of the briefing at most, in words, 10 to 5,000.
            writer: A name that the action "writers" lists; the first one where empty.

        Returns:
            The briefing as the command line's JSON format: headline, text, sentences with
            their citations and checks, documents, duplicates, ranking, notices, timings.
        """
        documents = _documents(articles)
        config = Config(words=_whole(words), writer=writer or self._desk.settings.writers[0])
        return to_dict(self._desk.start(documents, config).result())

    def writers(self) -> list[dict[str, Any]]:
        """List the writers on offer.

        Returns:
            One object a writer: its name, a label, and what to install where it is missing.
        """
        return [choice._asdict() for choice in self._desk.writers()]

    def evaluate(
        self, articles: list[str], briefing: str, references: list[str], words: int = 200
    ) -> dict[str, Any]:
        """Score a briefing by ROUGE against references, beside the baselines lead and LexRank.

        Args:
            articles: The text of each article, as given to "summarize".
            briefing: The text to score.
            references: One or more summaries written by people.
            words: The length of the baselines at most, in words.

        Returns:
            The signature (every parameter of the scores) and precision, recall and F1 by
            system and metric, from 0 to 1.
        """
        documents = _documents(articles)
        self._desk.check_length([briefing, *(d.text for d in _documents(references))])
        scores = self._desk.score(
            documents, briefing, references, words=Config(words=_whole(words)).words
        ).result()
        return {
            "signature": scores.signature,
            "systems": {
                row.system: {name: score._asdict() for name, score in row.scores.items()}
                for row in scores.rows
            },
        }


def _documents(articles: list[str]) -> list[Document]:
    """Texts as documents "1", "2", ...; the types of a caller's JSON are not to be trusted."""
    if not isinstance(articles, list) or not all(isinstance(text, str) for text in articles):
        raise InputError("Give a list of texts.")
    documents = []
    for number, text in enumerate(articles, start=1):
        try:
            documents.append(document_from_text(text, doc_id=str(number)))
        except InputError as error:
            raise InputError(f"Text {number} {error}") from None
    return documents


def _whole(words: object) -> Any:
    """JSON knows one kind of number: 200.0 is 200."""
    return int(words) if isinstance(words, float) and words.is_integer() else words
