"""A run's folder as a report: its scores, differences, groups, and best and worst clusters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.charts import Whisker, colours, lines, whiskers
from eval.comparison import compare_records
from eval.figures import budget, counted, hundred
from eval.pages import Example, Report, Table, to_html, to_markdown
from eval.records import ClusterResult, Record, read_record, write_whole
from eval.significance import holm
from summarizer.errors import InputError

EXAMPLES = 3  # of the best and of the worst clusters

_GROUPS = 5

_BASES = ("lead", "lexrank", "random")  # what differences are taken from, the first there is


_MEASURES: Mapping[str, tuple[str, Callable[[float], str]]] = {
    "words": ("words", lambda value: f"{value:.0f}"),
    "sentences": ("sentences", lambda value: f"{value:.1f}"),
    "coverage": ("coverage", lambda value: f"{value:.3f}"),
    "density": ("density", lambda value: f"{value:.1f}"),
    "compression": ("compression", lambda value: f"{value:.1f}"),
    "novel_1grams": ("novel words", lambda value: f"{value:.1%}"),
    "novel_2grams": ("novel bigrams", lambda value: f"{value:.1%}"),
    "verbatim": ("verbatim", lambda value: f"{value:.1%}"),
    "unfounded": ("unfounded", lambda value: f"{value:.3f}"),
    "redundancy": ("redundancy", lambda value: f"{value:.3f}"),
    "cited": ("cited", lambda value: f"{value:.1%}"),
    "supported": ("supported", lambda value: f"{value:.1%}"),
    "quoted": ("quoted", lambda value: f"{value:.1%}"),
    "fallback": ("fell back", lambda value: f"{value:.1%}"),
    "truncated": ("truncated", lambda value: f"{value:.1%}"),
    "seconds": ("seconds", lambda value: f"{value:.2f}"),
    "peak_mb": ("peak MB", lambda value: f"{value:.0f}"),
}


_TEXT = Table(
    "The texts",
    "Means over clusters. Coverage, density and compression as in Grusky et al. 2018; redundancy "
    "is the highest ROUGE-L F1 of a sentence with another; verbatim: sentences of a document as "
    "they stand; unfounded: numbers and names, as spelled, that no document holds; supported: "
    "cited, all checks passed; quoted: in place of a sentence that was written but not borne out.",
    tuple(_MEASURES)[:13],
    (),
)


_WORK = Table(
    "The work",
    "Means over clusters, on the machine of the run. Seconds count an encoding that systems share "
    "for each of them; the peak is that of the whole process. Truncated: the articles did not fit "
    "into what the model reads. Fell back: the text is not by the writer asked for.",
    tuple(_MEASURES)[13:],
    (),
)


def write_report(folder: Path) -> tuple[Path, Path]:
    """Write ``report.md`` and ``report.html`` into the folder of a run.

    Raises InputError where the folder holds no record, or records on different clusters.
    """
    report = make_report(read_records(folder), _references(folder))
    paths = folder / "report.md", folder / "report.html"
    write_whole(paths[0], to_markdown(report))
    write_whole(paths[1], to_html(report))
    return paths


def read_records(folder: Path) -> list[Record]:
    """The records in a folder. Raises InputError where there is none."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder.")
    records = [read_record(path) for path in sorted(folder.glob("*.json"))]
    if not records:
        raise InputError(f"{folder}: holds no record; make some with `python -m eval run`.")
    return records


def make_report(records: Sequence[Record], references: Mapping[str, tuple[str, ...]]) -> Report:
    """The report on runs of the same clusters, scored by the same rules."""
    first = records[0]
    for record in records:
        if (record.data["sha256"], record.signature) != (first.data["sha256"], first.signature):
            raise InputError(
                f"{first.system} and {record.system} ran on different clusters or were scored by "
                "different rules; report on them apart."
            )
        if record.words != first.words:
            raise InputError(
                f"{first.system} and {record.system} had different budgets "
                f"({budget(first.words)} and {budget(record.words)}); report on them apart."
            )
    if not any(record.scored for record in records):
        raise InputError("Every cluster of every system failed: there is nothing to report.")
    metric = "rouge2" if "rouge2" in _figures(records) else _figures(records)[0]
    ranked = sorted(
        (record for record in records if record.scored),
        key=lambda record: -record.figures[metric]["f1"]["mean"],
    )
    failed = [record for record in records if not record.scored]
    by_documents = _groups(ranked, metric, "documents", lambda result: result.documents)
    by_words = _groups(ranked, metric, "words", lambda result: round(result.reference_words))
    tables = [_scores(ranked), _measures(ranked, _TEXT), _measures(ranked, _WORK)]
    tables += [table for table in (_differences(ranked), by_documents, by_words) if table]
    failures = _failures([*ranked, *failed])
    if failures.rows:
        tables.insert(1, failures)
    colour = colours([record.system for record in ranked])
    charts: dict[str, tuple[str, ...]] = {tables[0].title: _intervals(ranked, colour)}
    for table in (by_documents, by_words):
        if table:
            series = {row[0]: [float(cell) for cell in row[1:]] for row in table.rows}
            charts[table.title] = (lines(table.title, table.head[1:], series, colour),)
    return Report(
        title=f"Evaluation on {first.data['name']}",
        facts=_facts(first),
        tables=tuple(tables),
        charts=charts,
        colours=colour,
        examples={record.system: _examples(record, metric, references) for record in ranked},
    )


def _figures(records: Sequence[Record]) -> list[str]:
    return list(dict.fromkeys(metric for record in records for metric in record.figures))


def _facts(record: Record) -> tuple[tuple[str, str], ...]:
    data = record.data
    drawn = (
        f", drawn from {data['available']:,} by seed {data['seed']}"
        if data.get("seed") is not None
        else ""
    )
    boot = record.bootstrap
    return (
        ("Corpus", f"{data['name']}, {counted(data['clusters'], 'cluster')}{drawn}"),
        ("Content hash", str(data["sha256"])),
        ("Words", f"{record.words}. {record.cut}" if record.words else budget(None)),
        ("Signature", record.signature),
        (
            "Intervals",
            f"{boot['level']:.0%}, percentile bootstrap over clusters, {boot['resamples']:,} "
            f"resamples, seed {boot['seed']}",
        ),
        ("Made", str(record.environment["created"])),
        ("Commit", _commit(record.environment)),
    )


def _commit(environment: Mapping[str, Any]) -> str:
    changed = ", with changes not committed" if environment.get("dirty") else ""
    return f"{environment['commit'] or 'none'}{changed}"


def _scores(records: Sequence[Record]) -> Table:
    metrics = _figures(records)
    rows = []
    for record in records:
        row = [record.system]
        for metric in metrics:
            f1 = record.figures[metric]["f1"]
            row.append(f"{hundred(f1['mean'])} [{hundred(f1['low'])}, {hundred(f1['high'])}]")
        rows.append((*row, f"{len(record.scored):,}"))
    note = "F1 × 100, with its interval. The oracle has seen the references."
    return Table("Scores", note, ("system", *metrics, "clusters"), tuple(rows))


def _failures(records: Sequence[Record]) -> Table:
    rows = tuple(
        (record.system, result.id, (result.failure or {})["stage"], (result.failure or {})["error"])
        for record in records
        for result in record.failures
    )
    note = "These clusters have no score; the means of their systems are over the others."
    return Table("Failed clusters", note, ("system", "cluster", "stage", "error"), rows)


def _measures(records: Sequence[Record], which: Table) -> Table:
    names = [name for name in which.head if any(name in record.measures for record in records)]
    rows = []
    for record in records:
        shown = (
            _MEASURES[name][1](record.measures[name]) if name in record.measures else "–"
            for name in names
        )
        rows.append((record.system, *shown))
    return which._replace(head=("system", *(_MEASURES[n][0] for n in names)), rows=tuple(rows))


def _differences(records: Sequence[Record]) -> Table | None:
    """Every system that could be used against the first baseline there is."""
    records = [r for r in records if r.description["kind"] != "oracle" and r.system != "all"]
    by_name = {record.system: record for record in records}
    base = next((by_name[name] for name in _BASES if name in by_name), None)
    if base is None or len(records) < 2:
        return None
    found = []
    left_out = 0
    for record in records:
        if record is not base:
            comparison = compare_records(record, base)
            left_out = max(left_out, comparison.left_out)
            found += [(record.system, row) for row in comparison.rows]
    corrected = holm([row.p for _, row in found])
    rows = tuple(
        (
            system,
            row.metric,
            f"{100 * row.difference.mean:+.2f}",
            f"{100 * row.difference.low:+.2f} to {100 * row.difference.high:+.2f}",
            f"{p:.4f}",
            f"{row.tally.wins} / {row.tally.ties} / {row.tally.losses}",
        )
        for (system, row), p in zip(found, corrected, strict=True)
    )
    note = (
        "F1 × 100 on the same clusters: paired bootstrap interval; p by approximate "
        "randomisation, two-sided, corrected by Holm over all rows."
    )
    if left_out:
        note += (
            f" Left out of a row, as one of the two failed: up to {counted(left_out, 'cluster')}."
        )
    head = ("system", "metric", "difference", "95 % interval", "p (Holm)", "wins / ties / losses")
    return Table(f"Differences from {base.system}", note, head, rows)


def _groups(
    records: Sequence[Record], metric: str, what: str, value: Callable[[ClusterResult], float]
) -> Table | None:
    """The mean F1 in groups of about as many clusters each; None where all are alike."""
    common = set.intersection(*({result.id for result in record.scored} for record in records))
    values = {result.id: value(result) for result in records[0].scored if result.id in common}
    ordered = sorted(values.values())
    distinct = sorted(set(ordered))
    if len(distinct) < 2 or not distinct[0]:
        return None
    if len(distinct) <= _GROUPS:
        starts = distinct
    else:
        starts = sorted({ordered[len(ordered) * n // _GROUPS] for n in range(_GROUPS)})
    heads, members = [], []
    for start, following in zip(starts, [*starts[1:], float("inf")], strict=True):
        ids = [i for i, v in values.items() if start <= v < following]
        last = max(values[i] for i in ids)
        span = f"{start:g}" if last == start else f"{start:g}–{last:g}"
        heads.append(f"{span} (n = {len(ids)})")
        members.append(ids)
    rows = []
    for record in records:
        f1 = record.f1(metric)
        rows.append(
            (record.system, *(hundred(sum(f1[i] for i in ids) / len(ids)) for ids in members))
        )
    title = {
        "documents": f"{metric} by number of documents",
        "words": f"{metric} by words of the references",
    }[what]
    return Table(
        title, "Mean F1 × 100 of the clusters in each group.", ("system", *heads), tuple(rows)
    )


def _intervals(records: Sequence[Record], colour: Mapping[str, str]) -> tuple[str, ...]:
    charts = []
    for metric in _figures(records):
        rows = [
            Whisker(record.system, *(100 * f1[part] for part in ("mean", "low", "high")))
            for record in records
            for f1 in [record.figures[metric]["f1"]]
        ]
        charts.append(whiskers(metric, rows, colour))
    return tuple(charts)


def _examples(
    record: Record, metric: str, references: Mapping[str, tuple[str, ...]]
) -> tuple[Example, ...]:
    """The best and the worst clusters, none twice."""
    ranked = sorted(record.scored, key=lambda result: -result.scores[metric][2])
    best = ranked[:EXAMPLES]
    worst = ranked[max(EXAMPLES, len(ranked) - EXAMPLES) :][::-1]
    examples = []
    for kind, results in (("best", best), ("worst", worst)):
        for place, result in enumerate(results, start=1):
            scores = ", ".join(f"{name} {hundred(s[2])}" for name, s in result.scores.items())
            examples.append(
                Example(
                    f"{kind} {place}: {result.id} ({scores})",
                    result.text or "",
                    references.get(result.id, ()),
                )
            )
    return tuple(examples)


def _references(folder: Path) -> dict[str, tuple[str, ...]]:
    path = folder / "references.jsonl"
    if not path.is_file():
        return {}
    from eval.candidates import read_references

    found = read_references(path, unreferenced=True)
    return dict(zip(found.ids, found.texts, strict=True))
