from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from eval_fakes import CLUSTERS, Scripted, write_jsonl

from eval import corpora, records, runs
from eval.candidates import read_pairs
from eval.corpora import Corpus
from eval.protocols import System
from eval.records import Record, read_record, write_record
from eval.rouge import Rouge
from eval.runs import run_systems, score_pairs
from eval.significance import bootstrap_interval
from summarizer.errors import InputError

TEXTS = {c["cluster_id"]: c["documents"][1].replace(". ", ".\n") for c in CLUSTERS}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return corpora.load(str(write_jsonl(tmp_path / "ferries.jsonl", CLUSTERS)))


@pytest.fixture
def rouge() -> Rouge:
    return Rouge(["rouge1", "rougeLsum"], stemmer=True, splitter="punkt")


@pytest.fixture
def same_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code does not change, though somebody edits it while the tests run."""
    monkeypatch.setattr(runs, "code_hash", lambda: "code")


def run(corpus: Corpus, system: System, rouge: Rouge, folder: Path | None = None) -> Record:
    (record,) = run_systems(corpus, [system], rouge, words=50, seed=0, folder=folder)
    return record


def test_a_record_holds_all_that_a_figure_depends_on(
    corpus: Corpus, rouge: Rouge, tmp_path: Path
) -> None:
    record = run(corpus, Scripted("s", TEXTS), rouge, tmp_path / "run")
    f1 = record.f1("rouge1")
    assert list(f1) == [c["cluster_id"] for c in CLUSTERS]
    for cluster, result in zip(corpus.clusters, record.clusters, strict=True):
        assert result.text is not None
        expected = rouge.score(result.text, list(cluster.references))["rouge1"]
        assert result.scores["rouge1"] == pytest.approx(tuple(expected))
        assert result.documents == 2
        assert result.reference_words == 10.5
    expected_interval = bootstrap_interval(list(f1.values()), generator=np.random.default_rng(0))
    assert record.figures["rouge1"]["f1"] == {
        "mean": pytest.approx(expected_interval.mean),
        "low": pytest.approx(expected_interval.low),
        "high": pytest.approx(expected_interval.high),
    }
    assert record.measures["cited"] == 1.0
    assert record.measures["supported"] == 0.5
    assert record.measures["coverage"] == 1.0
    assert record.measures["words"] == 14
    assert record.measures["seconds"] >= 0
    assert record.measures.get("peak_mb", 1) > 0
    assert "truncated" not in record.measures
    assert record.data["sha256"] == corpus.sha256
    assert record.signature == rouge.signature
    versions = record.environment["versions"]
    assert versions.keys() == {"python", *records.PACKAGES}
    assert versions["numpy"] == np.__version__
    assert record.environment["dirty"] in (True, False, None)
    machine = record.environment["machine"]
    assert machine["processor"]
    assert machine["cores"] >= 1
    assert machine["memory_gb"] is None or machine["memory_gb"] > 0.1
    assert len(record.environment["code"]) == 64
    assert str(tmp_path) not in (tmp_path / "run" / "s.json").read_text()
    assert read_record(tmp_path / "run" / "s.json") == record


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (ValueError("a bug\nof mine"), "ValueError: a bug of mine"),
        ("", "The system wrote nothing."),
    ],
)
def test_a_failing_cluster_is_listed_apart_and_not_scored(
    corpus: Corpus, rouge: Rouge, outcome: str | Exception, error: str
) -> None:
    whole = run(corpus, Scripted("s", TEXTS), rouge)
    record = run(corpus, Scripted("s", {**TEXTS, "event-2": outcome}), rouge)
    (failed,) = record.failures
    assert failed.id == "event-2"
    assert failed.failure == {"stage": "writing", "error": error}
    assert (failed.text, failed.scores) == (None, {})
    others = [value for name, value in whole.f1("rouge1").items() if name != "event-2"]
    assert record.figures["rouge1"]["f1"]["mean"] == pytest.approx(np.mean(others))


def test_clusters_without_documents_or_references_fail_at_reading(
    rouge: Rouge, tmp_path: Path
) -> None:
    rows = [*CLUSTERS[:2], {**CLUSTERS[2], "documents": ["  "]}, {**CLUSTERS[3], "references": []}]
    corpus = corpora.load(str(write_jsonl(tmp_path / "a.jsonl", rows)))
    record = run(corpus, Scripted("s", TEXTS), rouge)
    assert [(r.id, (r.failure or {})["stage"]) for r in record.failures] == [
        ("event-3", "reading"),
        ("event-4", "reading"),
    ]


def test_where_every_cluster_fails_there_is_a_record_without_figures(
    corpus: Corpus, rouge: Rouge, tmp_path: Path
) -> None:
    nothing = Scripted("s", dict.fromkeys(TEXTS, ""))
    record = run(corpus, nothing, rouge, tmp_path / "run")
    assert record.figures == {}
    assert len(read_record(tmp_path / "run" / "s.json").failures) == 6


@pytest.mark.usefixtures("same_code")
def test_a_run_goes_on_where_it_was_broken_off(
    corpus: Corpus, rouge: Rouge, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    stopping = Scripted("s", {**TEXTS, "event-4": KeyboardInterrupt()})
    with pytest.raises(KeyboardInterrupt):
        run(corpus, stopping, rouge, folder)
    journal = folder / "s.jsonl"
    assert len(journal.read_text().splitlines()) == 3
    journal.write_text(journal.read_text() + '{"key": "torn')  # killed while writing
    again = Scripted("s", TEXTS)
    record = run(corpus, again, rouge, folder)
    assert again.asked == ["event-4", "event-5", "event-6"]
    assert record.f1("rouge1") == run(corpus, Scripted("s", TEXTS), rouge).f1("rouge1")
    assert len(journal.read_text().splitlines()) == 6


@pytest.mark.usefixtures("same_code")
def test_failures_are_tried_again_and_other_settings_start_anew(
    corpus: Corpus, rouge: Rouge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = Scripted("s", {**TEXTS, "event-5": ValueError("once")})
    run(corpus, failing, rouge, tmp_path / "run")
    second = Scripted("s", TEXTS)
    assert not run(corpus, second, rouge, tmp_path / "run").failures
    assert second.asked == ["event-5"]
    third = Scripted("s", TEXTS)
    said: list[str] = []
    before = (tmp_path / "run" / "s.json").read_text()
    run_systems(corpus, [third], rouge, words=60, seed=0, folder=tmp_path / "run", say=said.append)
    assert len(third.asked) == 6
    aside = tmp_path / "run" / "aside"
    assert said == [f"s: 6 results made under other settings or code are set aside in {aside}."]
    (lines,) = aside.glob("s.*.jsonl")
    assert len(lines.read_text().splitlines()) == 6
    (record,) = aside.glob("s.*.json")
    assert record.read_text() == before
    run_systems(corpus, [third], rouge, words=60, seed=0, folder=tmp_path / "run", say=said.append)
    assert len(said) == 1
    monkeypatch.setattr(runs, "code_hash", lambda: "other code")
    fourth = Scripted("s", TEXTS)
    run_systems(corpus, [fourth], rouge, words=60, seed=0, folder=tmp_path / "run")
    assert len(fourth.asked) == 6


def test_code_that_only_shows_results_does_not_make_them_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "eval" / "results").mkdir(parents=True)
    monkeypatch.setattr(records, "ROOT", tmp_path)
    names = ("rouge", "charts", "pages", "report", "results", "commands", "gate", "comparison")
    for name in (*names, "results/lead"):
        (tmp_path / "eval" / f"{name}.py").write_text("a = 1\n")
    hashes = {records.code_hash()}
    for name in (*names[1:], "results/lead"):
        (tmp_path / "eval" / f"{name}.py").write_text("a = 2\n")
        hashes.add(records.code_hash())
    assert len(hashes) == 1
    (tmp_path / "eval" / "rouge.py").write_text("a = 2\n")
    assert records.code_hash() not in hashes


def test_a_folder_belongs_to_one_corpus(corpus: Corpus, rouge: Rouge, tmp_path: Path) -> None:
    run(corpus, Scripted("s", TEXTS), rouge, tmp_path / "run")
    other = corpora.load(str(tmp_path / "ferries.jsonl"), limit=2)
    with pytest.raises(InputError, match="holds runs on other clusters"):
        run(other, Scripted("s", TEXTS), rouge, tmp_path / "run")


def test_the_candidates_of_a_run_score_the_same_by_themselves(
    corpus: Corpus, rouge: Rouge, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    record = run(corpus, Scripted("s", TEXTS), rouge, folder)
    pairs = read_pairs(folder / "s.jsonl", folder / "references.jsonl")
    scored = score_pairs(pairs, rouge, name="s.jsonl", seed=0)
    assert scored.figures == record.figures
    again = score_pairs(pairs, rouge, name="s.jsonl", seed=0, processes=2)
    assert again.clusters == scored.clusters


def test_a_record_of_another_format_is_refused(
    corpus: Corpus, rouge: Rouge, tmp_path: Path
) -> None:
    path = tmp_path / "s.json"
    write_record(run(corpus, Scripted("s", TEXTS), rouge), path)
    values = json.loads(path.read_text())
    for text, message in (
        (json.dumps({**values, "format": 99}), "is a record of format 99, not 1"),
        (json.dumps({**values, "extra": 1}), "is not the record of a run"),
        ("[]", "is not the record of a run"),
        ("{", "is not the record of a run"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=message):
            read_record(path)


def test_file_names_are_safe_and_differ() -> None:
    assert records.slug("extractive@lexrank") == "extractive@lexrank"
    names = ["hf:a/b", "hf:a-b", "../../etc", "candidates:/tmp/x y.jsonl"]
    slugs = [records.slug(name) for name in names]
    assert len(set(slugs)) == len(names)
    assert not any("/" in name or " " in name for name in slugs)


def test_half_a_surrogate_pair_survives_a_record(
    corpus: Corpus, rouge: Rouge, tmp_path: Path
) -> None:
    record = run(corpus, Scripted("s", {**TEXTS, "event-1": "Half \ud83d."}), rouge, tmp_path / "r")
    assert read_record(tmp_path / "r" / "s.json") == record


def test_writing_leaves_the_old_file_where_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    records.write_whole(path, "old")

    def refuse(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(InputError, match=r"file: cannot be written \(No space left on device\)"):
        records.write_whole(path, "new")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
