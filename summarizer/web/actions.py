"""What the page's controls set off: from a visitor's state to what the page then shows."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from summarizer.config import Config
from summarizer.errors import SummarizerError
from summarizer.reading import Reading
from summarizer.records import Briefing, Cleaning
from summarizer.rendering import render
from summarizer.web import evaluation, figures, repeats, views
from summarizer.web.desk import FAILED, Desk, Job, names
from summarizer.web.intake import PASTED, Pile, read_example, read_paste
from summarizer.workers import StoppedError

_LOG = logging.getLogger(__name__)
_STOPPED = "Nothing was written. The articles are still on the desk."
SUFFIXES = {"text": ".txt", "markdown": ".md", "html": ".html", "json": ".json"}


class Actions:
    """The handlers of the page's events.

    One instance serves all visitors; none of their articles or results is kept here,
    only the job that each has running. ``view`` and ``downloads`` are the components
    that handlers fill, by name and by format; the page puts them there.
    """

    def __init__(self, desk: Desk) -> None:
        self.view: dict[str, Any] = {}
        self.downloads: dict[str, gr.DownloadButton] = {}
        self._desk = desk
        self._jobs: dict[str, Job[Briefing]] = {}  # by session

    def _show_pile(self, articles: Pile, trouble: str = "") -> tuple[Any, ...]:
        cleaning = None
        if articles.documents:
            try:
                cleaning = self._desk.clean(articles.documents)
            except SummarizerError as error:
                cleaning = Cleaning(documents=articles.documents)
                trouble = trouble or str(error)
        return self._shown_pile(articles, cleaning, trouble)

    def _shown_pile(
        self, articles: Pile, cleaning: Cleaning | None, trouble: str = ""
    ) -> tuple[Any, ...]:
        shown = views.pile(articles, cleaning)
        if trouble:
            shown += views.message(trouble)
        return articles, shown, gr.update(visible=bool(articles.documents))

    def _add(self, articles: Pile, reading: Reading, what: str) -> tuple[Any, ...]:
        added = articles.with_reading(reading)
        self._desk.check(added.documents)
        return self._shown_pile(added, self._desk.clean(added.documents, what=what))

    def take_files(self, paths: list[str] | None, articles: Pile) -> tuple[Any, ...]:
        """Read the uploads, then delete them at once."""
        if not paths:
            return *self._show_pile(articles), None
        try:
            try:
                reading = self._desk.read(paths)
            finally:
                for path in paths:
                    Path(path).unlink(missing_ok=True)
            return *self._add(articles, reading, names(paths)), None
        except SummarizerError as error:
            return *self._show_pile(articles, str(error)), None

    def paste(self, text: str, articles: Pile) -> tuple[Any, ...]:
        """Put what was pasted on the pile."""
        try:
            number = 1 + sum(d.doc_id.startswith(PASTED) for d in articles.documents)
            reading = read_paste(text or "", number=number)
            return *self._add(articles, reading, "The pasted text"), ""
        except SummarizerError as error:
            return *self._show_pile(articles, str(error)), text

    def remove(self, articles: Pile, event: gr.EventData) -> tuple[Any, ...]:
        """Take one article off the pile."""
        return self._show_pile(articles.without(str(event._data.get("doc_id", ""))))

    def clear(self) -> tuple[Any, ...]:
        """An empty pile."""
        return self._show_pile(Pile())

    def open_example(self, name: str) -> tuple[Any, ...]:
        """The pile and the reference of an example."""
        articles, reference = read_example(name)
        return *self._show_pile(articles), reference

    def stop(self, request: gr.Request) -> None:
        """End this visitor's job, if one runs."""
        job = self._jobs.pop(str(request.session_hash), None)
        if job:
            job.stop()

    def write(
        self,
        articles: Pile,
        words: float,
        writer: str,
        ranker: str,
        near: float,
        semantic: float,
        request: gr.Request,
    ) -> Iterator[dict[Any, Any]]:
        """Make the briefing, telling each stage as it begins, each sentence as it is written."""
        view, session = self.view, str(request.session_hash)
        later = [view[name] for name in ("sources", "duplicates", "salience", "account")]
        idle = {view["write"]: gr.update(visible=True), view["stop"]: gr.update(visible=False)}
        busy = {view["write"]: gr.update(visible=False), view["stop"]: gr.update(visible=True)}
        hidden = {view["takeaway"]: gr.update(visible=False)}
        emptied = {view["result"]: None, **hidden, **dict.fromkeys(later, views.NOTHING)}
        if before := self._jobs.pop(session, None):  # an example opened in the midst of a run
            before.replaced = True
            before.stop()
        try:
            config = Config(
                words=round(words), writer=writer, ranker=ranker,
                near_threshold=near, semantic_threshold=semantic,
            )  # fmt: skip
            job = self._desk.start(
                articles.documents, config, cluster_id=articles.cluster_id, notices=articles.notices
            )
        except SummarizerError as error:
            kind = "error" if articles.documents else "hint"
            yield {view["status"]: views.message(str(error), kind=kind), **idle}
            return
        self._jobs[session] = job
        stages: list[str] = []
        drafts: list[str] = []
        try:
            yield {
                view["status"]: views.progress([]),
                view["briefing"]: views.waiting(), **emptied, **busy,
            }  # fmt: skip
            for kind, text in job.news():
                (stages if kind == "stage" else drafts).append(text)
                shown = {view["briefing"]: views.drafts(drafts)} if kind == "draft" else {}
                yield {view["status"]: views.progress(stages), **shown}
            result = job.result()
            done = self._shown(result)
        except SummarizerError as error:
            if isinstance(error, StoppedError):
                told = views.message(_STOPPED, kind="stopped")
            else:
                told = views.message(str(error))
            if not job.replaced:
                yield {view["status"]: told, view["briefing"]: views.EMPTY, **idle}
            return
        except Exception:
            _LOG.exception("A briefing could not be shown.")
            yield {view["status"]: views.message(FAILED), view["briefing"]: views.EMPTY, **idle}
            return
        finally:
            job.stop()  # without effect on a job that is done; ends one whose visitor has left
            if self._jobs.get(session) is job:
                del self._jobs[session]
        if not job.replaced:
            yield {view["status"]: "", view["result"]: result, **idle, **done}

    def _shown(self, result: Briefing) -> dict[Any, Any]:
        """The panels of a briefing, and the files to take away."""
        view = self.view
        return {
            view["briefing"]: views.briefing(result),
            view["sources"]: views.sources(result),
            view["duplicates"]: repeats.duplicates(result),
            view["salience"]: figures.salience(result),
            view["account"]: figures.run(result),
            view["takeaway"]: gr.update(visible=True),
            **self._files(result),
        }

    def _files(self, result: Briefing) -> dict[Any, Any]:
        """A private file a format, which Gradio's cache deletes after a time."""
        cache = Path(get_upload_folder())
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="briefing-", dir=cache))
        updates = {}
        for name, button in self.downloads.items():
            path = folder / f"briefing{SUFFIXES[name]}"
            path.write_text(render(result, name), encoding="utf-8", newline="\n")
            updates[button] = gr.update(value=str(path))
        return updates

    def copy(self, result: Briefing | None, format: str) -> str:
        """The briefing in the format to be copied."""
        return render(result, format) if result else ""

    def score(
        self, result: Briefing | None, pasted: str, paths: list[str] | None, words: float
    ) -> str:
        """The scores of the briefing on the desk beside the baselines'."""
        try:
            references = [d.text for d in read_paste(pasted).documents] if pasted.strip() else []
            if paths:
                references += [d.text for d in self._desk.read(paths).documents]
            if result is None:
                return views.message("Write a briefing first; it is what gets scored.", kind="hint")
            self._desk.check_length(references)
            scores = self._desk.score(
                result.documents, result.text, references, words=round(words)
            ).result()
        except SummarizerError as error:
            return views.message(str(error), kind="hint")
        return evaluation.table(scores, references=len(references))
