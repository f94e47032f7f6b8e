"""ROUGE of a briefing beside the baselines, where the evaluation harness is at hand.

The harness lives in the repository and is not part of the installed package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from summarizer.errors import InputError
from summarizer.records import Cluster, Document
from summarizer.sentences import sentence_spans

if TYPE_CHECKING:
    from eval.rouge import Score

METRICS = {"rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeLsum": "ROUGE-L (summary)"}
MISSING = (
    "Evaluation needs the project's repository: start the page there with python app.py. "
    "The installed package does not hold it."
)


class Row(NamedTuple):
    """The scores of one system by metric."""

    system: str
    scores: Mapping[str, Score]


class Scores(NamedTuple):
    """Rows of scores, the briefing's first, and the signature of how they were made."""

    rows: tuple[Row, ...]
    signature: str


def available() -> bool:
    """Whether the harness can be imported."""
    return find_spec("eval") is not None and find_spec("eval.systems") is not None


def evaluate(
    documents: Sequence[Document], briefing: str, references: Sequence[str], *, words: int
) -> Scores:
    """ROUGE F1 of ``briefing``, lead and LexRank (each of at most ``words`` words).

    Raises InputError where there is no briefing or no reference.
    """
    from eval.rouge import Rouge
    from eval.systems import load_systems

    texts = [reference.strip() for reference in references if reference.strip()]
    if not texts:
        raise InputError("There is no reference. Paste a summary that a person wrote.")
    if not briefing.strip():
        raise InputError("There is no briefing to score. Write one first.")
    cluster = Cluster(cluster_id="cluster", documents=tuple(documents), references=tuple(texts))
    candidates = {"briefing": _lines(briefing)}
    for system in load_systems(["lead", "lexrank"], words=words, seed=0):
        output = system.summarize(cluster, lambda stage: None)
        candidates[system.name] = "\n".join(output.sentences)
    rouge = Rouge(list(METRICS), stemmer=True)
    rows = tuple(
        Row(name, rouge.score(candidate, [_lines(text) for text in texts]))
        for name, candidate in candidates.items()
    )
    return Scores(rows, rouge.signature)


def _lines(text: str) -> str:
    """A sentence a line, which is what the summary-level LCS goes by."""
    return "\n".join(" ".join(text[span.start : span.end].split()) for span in sentence_spans(text))


def table(scores: Scores, *, references: int) -> str:
    """The scores as HTML, the best of each metric in bold."""
    names = {"briefing": "This briefing", "lead": "Lead", "lexrank": "LexRank"}
    best = {metric: max(row.scores[metric].f1 for row in scores.rows) for metric in METRICS}
    head = "".join(f'<th scope="col">{label}</th>' for label in METRICS.values())
    body = ""
    for row in scores.rows:
        cells = ""
        for metric in METRICS:
            score = row.scores[metric]
            f1 = f"{100 * score.f1:.1f}"
            shown = f"<b>{f1}</b>" if score.f1 == best[metric] else f1
            cells += (
                f"<td>{shown}<small>P {100 * score.precision:.1f} · R {100 * score.recall:.1f}"
                "</small></td>"
            )
        body += f'<tr><th scope="row">{escape(names.get(row.system, row.system))}</th>{cells}</tr>'
    noun = "reference" if references == 1 else "references"
    return (
        '<div class="scores"><div class="scroll" tabindex="0" role="group" aria-label="Scores">'
        f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f'<p class="quiet">F1 × 100 against {references} {noun}; P is precision, R recall. '
        "One cluster says little about a system.</p>"
        f'<p class="signature">Signature <code>{escape(scores.signature)}</code></p></div>'
    )
