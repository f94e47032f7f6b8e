from __future__ import annotations

import html
import html.parser
import json
import re
from pathlib import Path

import pytest
from eval_fakes import CLUSTERS, Scripted, call, write_jsonl

from eval import corpora
from eval.charts import Whisker, colours, lines, whiskers
from eval.figures import seconds
from eval.pages import Example, Report, to_markdown
from eval.report import make_report, read_records, write_report
from eval.rouge import Rouge
from eval.runs import run_systems
from summarizer.errors import InputError

EVIL = '<script>alert("x")</script> & [a](javascript:x) | `b` *c* {{sections}}'
TEXTS = {c["cluster_id"]: c["documents"][1] for c in CLUSTERS}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three systems on six clusters, one of them with a failure, all texts hostile."""
    rows = [
        {
            **row,
            "documents": row["documents"][: 1 + number % 2],
            "references": [*row["references"][:1], f"{row['references'][1]} {EVIL}"],
        }
        for number, row in enumerate(CLUSTERS)
    ]
    corpus = corpora.load(str(write_jsonl(tmp_path / "ferries.jsonl", rows)))
    systems = [
        Scripted("lead", TEXTS),
        Scripted(f"<b>{EVIL}", dict.fromkeys(TEXTS, f"Nobody was hurt. {EVIL}")),
        Scripted("third", {**TEXTS, "event-2": ValueError(EVIL)}),
    ]
    rouge = Rouge(["rouge1", "rouge2"], stemmer=True)
    run_systems(corpus, systems, rouge, words=50, seed=0, folder=tmp_path / "run")
    return tmp_path / "run"


class Checker(html.parser.HTMLParser):
    """Follows open tags, and collects what a page would load or run."""

    VOID = frozenset(("meta", "br", "img", "link", "circle", "path", "polyline"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in self.VOID or self.open.pop() == tag


def test_the_page_is_whole_and_loads_and_runs_nothing(folder: Path) -> None:
    _, path = write_report(folder)
    page = path.read_text(encoding="utf-8")
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    tags = {tag for tag, _ in checker.seen}
    assert not tags & {"script", "link", "img", "iframe", "b", "a"}
    assert not any({"src", "href"} & set(attrs) for _, attrs in checker.seen)
    assert "&lt;script&gt;alert(&quot;x&quot;)" in page
    assert "{{sections}}" in page  # as text of a cluster, not as a place to fill
    # Two metrics' intervals, and two charts over groups.
    assert sum(tag == "svg" for tag, _ in checker.seen) == 3 + ("words of the references" in page)


def test_the_report_says_what_was_measured(folder: Path) -> None:
    path, _ = write_report(folder)
    text = path.read_text(encoding="utf-8")
    assert "# Evaluation on" in text
    assert "rouge\\|v:" in text
    assert "## Failed clusters" in text
    assert re.search(r"\| third \| event-2 \| writing \| ValueError: ", text)
    assert "## Differences from lead" in text
    assert "rouge2 by number of documents" in text
    assert "#### best 1: " in text
    assert "#### worst 3: " in text
    assert "<script>" not in text.replace("\\<script\\>", "")
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert all(len(re.findall(r"(?<!\\)\|", line)) >= 3 for line in tables)


def test_the_best_and_the_worst_are_the_best_and_the_worst(folder: Path) -> None:
    records = read_records(folder)
    report = make_report(records, {})
    record = next(record for record in records if record.system == "lead")
    scores = record.f1("rouge2")
    order = sorted(scores, key=lambda name: -scores[name])
    labels = [example.label.split(" (")[0] for example in report.examples["lead"]]
    assert labels[0] == f"best 1: {order[0]}"
    assert len(labels) == 6
    assert len({label.split(": ")[1] for label in labels}) == 6


def test_groups_hold_every_cluster_once(folder: Path) -> None:
    report = make_report(read_records(folder), {})
    (table,) = (table for table in report.tables if "number of documents" in table.title)
    assert [cell.split(" (")[0] for cell in table.head[1:]] == ["1", "2"]
    counts = [int(n) for n in re.findall(r"n = (\d+)", " ".join(table.head))]
    assert sum(counts) == 5  # the cluster on which one system failed is left out for all


def test_other_runs_in_the_folder_are_refused(folder: Path) -> None:
    values = json.loads((folder / "lead.json").read_text())
    values["signature"] = "rouge|v:0"
    (folder / "other.json").write_text(json.dumps(values))
    with pytest.raises(InputError, match="report on them apart"):
        write_report(folder)
    with pytest.raises(InputError, match="no such folder"):
        write_report(folder / "none")


def test_charts_place_values_in_proportion() -> None:
    rows = [Whisker("a", 10, 5, 15), Whisker("b", 20, 15, 25)]
    chart = whiskers("t", rows, colours(["a", "b"]))
    first, second = (float(x) for x in re.findall(r'<circle cx="([\d.]+)"', chart))
    spans = re.findall(r'd="M([\d.]+) [\d.]+H([\d.]+)" stroke', chart)
    low, high = (float(x) for x in spans[0])
    assert first == pytest.approx((low + high) / 2, abs=0.1)
    assert float(spans[1][0]) == pytest.approx(high, abs=0.1)
    assert second - first == pytest.approx(high - low, abs=0.2)
    flat = lines("t", ["1 (n = 2)", "2 (n = 2)"], {"a": [5.0, 5.0]}, colours(["a"]))
    heights = re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', flat)
    assert heights[0] == heights[1]


def test_results_are_kept_without_texts_and_shown_as_a_table(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in folder.glob("*.json"):
        values = json.loads(path.read_text())
        values["figures"]["rougeLsum"] = values["figures"]["rouge1"]
        values["measures"]["seconds"] = 0.125
        path.write_text(json.dumps(values))
    kept = tmp_path / "results"
    assert call(capsys, "results", "keep", folder, "--results", kept)[0] == 0
    files = list(kept.rglob("*.json"))
    assert len(files) == 3
    assert not any("ran aground" in path.read_text() for path in files)
    readme = tmp_path / "README.md"
    readme.write_text("# A\n<!-- results -->\nold\n<!-- /results -->\nend\n")
    assert call(capsys, "results", "table", readme, "--results", kept)[0] == 0
    page = readme.read_text()
    head = "| corpus | system | R1 | R2 | RLsum | seconds |"
    assert page.startswith(f"# A\n<!-- results -->\n{head}")
    assert page.endswith("\n<!-- /results -->\nend\n")
    assert "old" not in page
    assert "third (1 cluster failed)" in page
    mean = read_records(folder)[0].figures["rouge1"]["f1"]["mean"]
    assert f"{100 * mean:.1f} [" in page
    assert page.count(" | 0.12 |\n") == 3
    assert "`rouge|v:" in page
    readme.write_text("no marks")
    code, _, err = call(capsys, "results", "table", readme, "--results", kept)
    assert code == 2
    assert "must have <!-- results -->" in err


def test_results_that_the_table_cannot_show_are_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "results"

    def keep() -> tuple[int, str, str]:
        return call(capsys, "results", "keep", folder, "--results", kept)

    code, out, err = keep()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "lacks rougeLsum" in err
    assert not kept.exists()
    lead, *others = (path for path in sorted(folder.glob("*.json"), reverse=True))
    for path in others:
        path.unlink()
    values = json.loads(lead.read_text())
    values["figures"]["rougeLsum"] = values["figures"]["rouge1"]
    measured = {name: mean for name, mean in values["measures"].items() if name != "seconds"}
    lead.write_text(json.dumps({**values, "words": None, "measures": measured}))
    assert keep()[0] == 0
    code, out, _ = call(capsys, "results", "table", "--results", kept)
    assert code == 0
    assert "6 clusters, as written" in out
    assert "] | – |\n" in out
    signature = values["signature"].replace("stem:porter", "stem:none")
    values |= {"signature": signature, "words": None, "system": "other"}
    lead.write_text(json.dumps(values))
    assert keep()[0] == 0
    code, _, err = call(capsys, "results", "table", "--results", kept)
    assert (code, err.count("\n")) == (2, 1)
    assert "were scored by different rules" in err
    failed = [
        {**result, "failure": {"stage": "writing", "error": "e"}} for result in values["clusters"]
    ]
    lead.write_text(json.dumps({**values, "figures": {}, "clusters": failed}))
    code, _, err = keep()
    assert (code, err.count("\n")) == (2, 1)
    assert "failed on every cluster" in err


def test_budgets_are_not_mixed_in_a_report(folder: Path) -> None:
    values = json.loads((folder / "lead.json").read_text())
    (folder / "other.json").write_text(json.dumps({**values, "system": "o", "words": 1}))
    with pytest.raises(InputError, match=r"different budgets \(50 words and 1 word\)"):
        write_report(folder)


def test_a_cluster_without_a_reference_does_not_stop_the_report(tmp_path: Path) -> None:
    rows = [*CLUSTERS[:3], {**CLUSTERS[3], "references": []}]
    corpus = corpora.load(str(write_jsonl(tmp_path / "ferries.jsonl", rows)))
    run_systems(
        corpus, [Scripted("lead", TEXTS)], Rouge(["rouge1"]), words=50, seed=0,
        folder=tmp_path / "run",
    )  # fmt: skip
    text = write_report(tmp_path / "run")[0].read_text()
    assert "The cluster has no reference." in text
    assert CLUSTERS[0]["references"][1] in text


def test_texts_that_look_like_markdown_stay_texts() -> None:
    from markdown_it import MarkdownIt

    starts = ("- a", "+ a", "= a", "===", "---", "1. a", "12) a", "2026 a", "# a", "> a", "1.5 a")
    text = "\n".join(starts)
    report = Report(
        title="T", facts=(), tables=(), charts={}, colours={},
        examples={"s": (Example("best", text, (text,)),)},
    )  # fmt: skip
    page = MarkdownIt().render(to_markdown(report))
    assert page.count("<blockquote>") == 2
    quoted = re.findall(r"<blockquote>\s*<p>(.*?)</p>\s*</blockquote>", page, re.DOTALL)
    assert [html.unescape(re.sub(r"<br */?>", "", quote)) for quote in quoted] == [text, text]


def test_the_command_writes_the_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "report", folder)
    assert code == 0
    assert [Path(line).name for line in out.split()] == ["report.md", "report.html"]


def test_seconds_are_written_as_exactly_as_they_mean_something() -> None:
    shown = [seconds(value) for value in (None, 0.004, 1.5, 9.99, 12.4, 1234.5)]
    assert shown == ["–", "0.00", "1.50", "9.99", "12", "1,234"]
