"""The page: what lies where, and what each control sets off."""

from __future__ import annotations

from importlib import resources
from typing import Any

import gradio as gr

from summarizer.config import MAX_WORDS, Config
from summarizer.errors import SummarizerError
from summarizer.pipeline import RANKER_NAMES
from summarizer.web import evaluation, views
from summarizer.web.actions import Actions
from summarizer.web.api import Api
from summarizer.web.desk import Desk
from summarizer.web.guard import GuardedBlocks
from summarizer.web.intake import (
    UPLOAD_SUFFIXES,
    Pile,
    example_folders,
)

MOST_SESSIONS = 1_000  # whose articles are remembered; beyond, the longest idle is forgotten
SWEEP_SECONDS = 600  # between two looks for old files
KEPT_SECONDS = 3_600  # that a visitor's results and files stay
SHOWN_FORMATS = {"text": "Plain text", "markdown": "Markdown", "html": "HTML", "json": "JSON"}
MOST_SLIDER_WORDS = 600
RANKER_LABELS = {
    "auto": "Automatic: the best that is here",
    "learned": "Learned from people's summaries",
    "linear": "Weighed features",
    "lexrank": "LexRank",
    "textrank": "TextRank",
    "centroid": "Centroid",
    "sumbasic": "SumBasic",
    "kl": "KL divergence",
    "submodular": "Submodular coverage",
    "ilp": "Concept coverage (ILP)",
}
REMOVE = """element.addEventListener('click', event => {
  const button = event.target.closest('[data-remove]');
  if (button) trigger('click', {doc_id: button.dataset.remove});
});"""


def asset(name: str) -> str:
    """A file of the page's own, as text."""
    return resources.files("summarizer.web").joinpath(name).read_text(encoding="utf-8")


def theme() -> gr.themes.Base:
    """Gradio's plain theme with the fonts of the visitor's own system."""
    sans = [
        gr.themes.Font(n)
        for n in ("system-ui", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif")
    ]
    mono = [gr.themes.Font(n) for n in ("ui-monospace", "Consolas", "Liberation Mono", "monospace")]
    return gr.themes.Base(font=sans, font_mono=mono)


class Page:
    """Lays the page out over a desk, and ties its controls to what they set off."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._actions = Actions(desk)

    def build(self) -> GuardedBlocks:
        """The page as Gradio blocks, with the API's actions."""
        limits = self._desk.settings
        with GuardedBlocks(
            title="Summarizer: many articles in, one faithful briefing out",
            analytics_enabled=False,
            delete_cache=(SWEEP_SECONDS, KEPT_SECONDS),
            fill_width=True,
        ) as opened:
            blocks: GuardedBlocks = opened
            articles = gr.State(Pile(), time_to_live=KEPT_SECONDS)
            result = gr.State(None, time_to_live=KEPT_SECONDS)
            self._actions.view["result"] = result
            _html(asset("masthead.html"), elem_id="masthead")
            with gr.Row(elem_id="desk-row"):
                with gr.Column(elem_id="intake", scale=0, min_width=320):
                    inputs = self._build_intake()
                with gr.Column(elem_id="work", scale=1, min_width=320):
                    inputs |= self._build_settings()
                    self._build_results()
            self._connect(articles, result, inputs)
            for name, action in Api(self._desk).actions().items():
                gr.events.api(
                    _told(action), api_name=name, concurrency_id="work",
                    concurrency_limit=limits.workers,
                )  # fmt: skip
            blocks.unload(self._actions.stop)
        # Whoever waits for a briefing occupies a thread; these come on top of Gradio's own.
        blocks.state_session_capacity = MOST_SESSIONS
        blocks.max_threads += limits.queue + limits.workers
        blocks.queue(max_size=limits.queue + limits.workers, default_concurrency_limit=8)
        return blocks

    def _build_intake(self) -> dict[str, Any]:
        limits, view = self._desk.settings, self._actions.view
        _html("<h2>Articles</h2>", elem_classes="heading")
        view["pile"] = _html(views.pile(Pile(), None), on_load=REMOVE, elem_id="pile")
        found: dict[str, Any] = {}
        found["clear"] = gr.Button("Clear the desk", elem_id="clear", visible=False, size="sm")
        found["files"] = gr.File(
            label="Drop files or a zip here, or choose them", file_count="multiple",
            file_types=UPLOAD_SUFFIXES, height=104, elem_id="files",
        )  # fmt: skip
        found["text"] = gr.Textbox(
            label="Or paste an article", lines=4, max_lines=10, elem_id="paste",
            placeholder="Several at once? Put a line of --- between them.",
            max_length=limits.max_characters,
        )  # fmt: skip
        found["add"] = gr.Button("Add to the desk", elem_id="add", size="sm")
        found["examples"] = {}
        if example_folders():
            _html("<h3>Examples</h3>", elem_classes="heading")
            with gr.Row(elem_id="examples"):
                for name in example_folders():
                    label = name.replace("-", " ").capitalize()
                    found["examples"][name] = gr.Button(label, size="sm", min_width=90)
        return found

    def _build_settings(self) -> dict[str, Any]:
        view = self._actions.view
        found: dict[str, Any] = {}
        with gr.Row(elem_id="go"):
            found["words"] = gr.Slider(
                50, min(MOST_SLIDER_WORDS, MAX_WORDS), value=Config().words, step=10, scale=2,
                label="Length, in words at most", elem_id="words", buttons=[],
            )  # fmt: skip
            view["write"] = gr.Button("Write the briefing", variant="primary", elem_id="write")
            view["stop"] = gr.Button("Stop", variant="stop", elem_id="stop", visible=False)
        choices = self._desk.writers()
        present = [choice for choice in choices if not choice.missing]
        with gr.Accordion("Settings", open=False, elem_id="settings"):
            with gr.Row(elem_classes="setting-row"):
                with gr.Column(min_width=240):
                    found["writer"] = gr.Radio(
                        [(choice.label, choice.name) for choice in present],
                        value=present[0].name if present else None,
                        label="Writer", elem_id="writer",
                    )  # fmt: skip
                    _html(views.absent(choices))
                found["format"] = gr.Dropdown(
                    [(label, name) for name, label in SHOWN_FORMATS.items()], value="text",
                    label="Format to copy", elem_id="format", min_width=240,
                    info="Every format can be downloaded",
                )  # fmt: skip
            with (
                gr.Accordion("Advanced", open=False, elem_id="advanced"),
                gr.Row(elem_classes="setting-row"),
            ):
                found["near"] = gr.Slider(
                    0.5, 1, value=Config().near_threshold, step=0.01, buttons=[], min_width=200,
                    label="Same words: merge from", elem_id="near",
                    info="Share of words in common",
                )  # fmt: skip
                found["semantic"] = gr.Slider(
                    0.5, 1, value=Config().semantic_threshold, step=0.01, buttons=[],
                    label="Same meaning: merge from", elem_id="semantic", min_width=200,
                    info="Cosine of the embeddings",
                )  # fmt: skip
                found["ranker"] = gr.Dropdown(
                    [(RANKER_LABELS.get(name, name), name) for name in RANKER_NAMES],
                    value=Config().ranker, label="Ranker", elem_id="ranker",
                    info="What decides how much a sentence matters", min_width=200,
                )  # fmt: skip
        return found

    def _build_results(self) -> None:
        view = self._actions.view
        view["status"] = _html("", elem_id="status")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Briefing", id="briefing", elem_id="panel-briefing"):
                with gr.Row(visible=False, elem_id="takeaway") as view["takeaway"]:
                    view["copy"] = gr.Button("Copy", size="sm", elem_id="copy", min_width=0)
                    _html("<span>Download</span>", elem_classes="panel download")
                    for name, label in SHOWN_FORMATS.items():
                        self._actions.downloads[name] = gr.DownloadButton(
                            label, size="sm", elem_id=f"download-{name}", min_width=0
                        )
                view["briefing"] = _html(views.EMPTY, elem_id="briefing")
                view["copied"] = gr.Textbox(visible=False)
            for name in ("sources", "duplicates", "salience"):
                with gr.Tab(name.capitalize(), id=name, elem_id=f"panel-{name}"):
                    view[name] = _html(views.NOTHING, elem_id=name)
            with gr.Tab("Run", id="run", elem_id="panel-run"):
                view["account"] = _html(views.NOTHING, elem_id="run")
            with gr.Tab("Evaluate", id="evaluate", elem_id="panel-evaluate"):
                if evaluation.available():
                    _html(
                        '<p class="lede">How close is the briefing to what a person wrote?</p>',
                    )  # fmt: skip
                    with gr.Row(elem_id="references-row"):
                        view["references"] = gr.Textbox(
                            label="References", lines=6, max_lines=14, elem_id="references",
                            info="Summaries by people; a line of --- between two", scale=2,
                        )  # fmt: skip
                        view["reference_files"] = gr.File(
                            label="Or drop files here, or choose them", file_count="multiple",
                            height=150, file_types=UPLOAD_SUFFIXES, elem_id="reference-files",
                            scale=1,
                        )  # fmt: skip
                    view["score"] = gr.Button("Score the briefing", elem_id="score", size="sm")
                    view["scores"] = _html("", elem_id="scores")
                else:
                    _html(views.message(evaluation.MISSING, kind="hint"))

    def _connect(self, articles: gr.State, result: gr.State, found: dict[str, Any]) -> None:
        """Tie each control to what it sets off."""
        view = self._actions.view
        desk = [articles, view["pile"], found["clear"]]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        do = self._actions
        found["files"].upload(
            do.take_files,
            [found["files"], articles],
            [*desk, found["files"]],
            api_name="take_files",
            **quiet,
        )
        found["add"].click(
            do.paste, [found["text"], articles], [*desk, found["text"]], api_name="paste", **quiet
        )
        view["pile"].click(do.remove, [articles], desk, api_name="remove", **quiet)
        found["clear"].click(do.clear, None, desk, api_name="clear", **quiet)
        writing: dict[str, Any] = {
            "fn": do.write,
            "inputs": [
                articles, found["words"], found["writer"], found["ranker"],
                found["near"], found["semantic"],
            ],
            "outputs": [
                result, view["status"], view["write"], view["stop"], view["takeaway"],
                view["briefing"], view["sources"], view["duplicates"], view["salience"],
                view["account"], *do.downloads.values(),
            ],
            "concurrency_id": "pages", "concurrency_limit": None, **quiet,
        }  # fmt: skip
        view["write"].click(api_name="write", **writing)
        outputs = [*desk, view["references"]] if "references" in view else desk
        for name, button in found["examples"].items():

            def show(name: str = name) -> tuple[Any, ...]:
                return do.open_example(name)[: len(outputs)]

            action = name.replace("-", "_")
            button.click(show, None, outputs, api_name=f"open_{action}", **quiet).then(
                api_name=f"write_{action}", **writing
            )
        view["stop"].click(do.stop, None, None, queue=False, api_name="stop", **quiet)
        view["copy"].click(
            do.copy, [result, found["format"]], [view["copied"]], api_name="copy", **quiet
        ).then(None, [view["copied"]], None, js="text => { window.deskCopy(text); }", **quiet)
        if "score" in view:
            view["score"].click(
                do.score,
                [result, view["references"], view["reference_files"], found["words"]],
                [view["scores"]],
                concurrency_id="work",
                api_name="score",
                **quiet,
            )


def _html(value: str, *, on_load: str | None = None, **named: Any) -> gr.HTML:
    """Our own markup, without Gradio's looks; ``on_load`` is a script of ours, if any."""
    return gr.HTML(
        value, apply_default_css=False, js_on_load=on_load,
        **{"elem_classes": "panel", **named},
    )  # fmt: skip


def _told(action: Any) -> Any:
    """The action, with errors meant for a user as Gradio passes them on."""
    import functools

    @functools.wraps(action)
    def call(*values: Any, **named: Any) -> Any:
        try:
            return action(*values, **named)
        except SummarizerError as error:
            raise gr.Error(str(error), print_exception=False) from None

    return call
