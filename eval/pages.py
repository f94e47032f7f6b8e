"""Tables, charts and texts as Markdown, and as one HTML page that needs no other file.

Whatever comes from a corpus or a system is escaped in both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import NamedTuple


class Table(NamedTuple):
    """A heading, what it means, and rows under a head; the first column is names."""

    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Example(NamedTuple):
    """A cluster with what a system made of it."""

    label: str
    text: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that a report says, before it is Markdown or HTML."""

    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    charts: Mapping[str, tuple[str, ...]]
    colours: Mapping[str, str]
    examples: Mapping[str, tuple[Example, ...]]


def to_markdown(report: Report) -> str:
    """The report without its charts; every text of a corpus is escaped."""
    parts = [f"# {_markdown(report.title)}", ""]
    parts += [f"- {name}: {_markdown(value)}" for name, value in report.facts]
    for table in report.tables:
        parts += ["", f"## {_markdown(table.title)}", "", table.note, ""]
        parts.append("| " + " | ".join(map(_markdown, table.head)) + " |")
        parts.append("|---" + "|---:" * (len(table.head) - 1) + "|")
        parts += ["| " + " | ".join(map(_markdown, row)) + " |" for row in table.rows]
    parts += ["", "## Best and worst clusters"]
    for system, examples in report.examples.items():
        parts += ["", f"### {_markdown(system)}"]
        for example in examples:
            parts += ["", f"#### {_markdown(example.label)}", "", _quoted(example.text)]
            for number, reference in enumerate(example.references, start=1):
                parts += ["", f"Reference {number}:", "", _quoted(reference)]
    return "\n".join(parts) + "\n"


def _markdown(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|~&])", r"\\\1", " ".join(text.split()))


_START = r"^(\d*)([-+=.)])"
_ESCAPED = r"\1\\\2"


def _quoted(text: str) -> str:
    """The lines as a quotation, none of them a list, a rule or the line under a heading."""
    lines = (_markdown(line) for line in text.splitlines() if line.strip())
    return "\n".join(f"> {re.sub(_START, _ESCAPED, line)}  " for line in lines)


def to_html(report: Report) -> str:
    """The page; every text of a corpus is escaped, and nothing is loaded from elsewhere."""
    facts = "\n".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in report.facts
    )
    sections = []
    for table in report.tables:
        charts = "\n".join(report.charts.get(table.title, ()))
        sections.append(
            f"<section><h2>{escape(table.title)}</h2><p>{escape(table.note)}</p>"
            + (f'<div class="charts">{charts}</div>' if charts else "")
            + _html_table(table, report.colours)
            + "</section>"
        )
    systems = "\n".join(
        f"<details><summary>{escape(system)}</summary>"
        f"{''.join(map(_html_example, examples))}</details>"
        for system, examples in report.examples.items()
    )
    template = (Path(__file__).parent / "data" / "report.html").read_text(encoding="utf-8")
    filled = {
        "title": escape(report.title),
        "facts": facts,
        "sections": "\n".join(sections),
        "examples": systems,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: filled[match[1]], template)


def _html_table(table: Table, colour: Mapping[str, str]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.head)
    rows = "\n".join(
        f'<tr><th scope="row"><i style="background:{colour.get(row[0], "none")}"></i>'
        f"{escape(row[0])}</th>" + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in table.rows
    )
    body = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    return f'<div class="wide"><table>{body}</table></div>'


def _html_example(example: Example) -> str:
    references = "".join(
        f"<div><h4>Reference {number}</h4>{_html_lines(text)}</div>"
        for number, text in enumerate(example.references, start=1)
    )
    return (
        f'<article><h3>{escape(example.label)}</h3><div class="texts">'
        f"<div><h4>Summary</h4>{_html_lines(example.text)}</div>{references}</div></article>"
    )


def _html_lines(text: str) -> str:
    return "".join(
        f'<p dir="auto">{escape(line)}</p>' for line in text.splitlines() if line.strip()
    )
