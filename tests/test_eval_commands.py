from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from eval_fakes import CLUSTERS, Scripted, call, write_jsonl

from eval import systems
from eval.comparison import compare_records
from eval.records import read_record
from eval.rouge import Rouge

CANDIDATES = [{"id": c["cluster_id"], "text": c["documents"][1]} for c in CLUSTERS]
REFERENCES = [{"id": c["cluster_id"], "references": c["references"]} for c in CLUSTERS]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "ferries.jsonl", CLUSTERS)


def test_run_shows_a_line_a_system_and_the_signature(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    code, out, err = call(
        capsys, "run", "--data", data, "--systems", "lead,oracle", "--words", 20, "--limit", 4,
        "--seed", 3, "--output", folder,
    )  # fmt: skip
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["lead", "oracle"]
    assert lines[-1].startswith("rouge|v:")
    assert "split:punkt" in lines[-1]
    record = read_record(folder / "oracle.json")
    assert record.data["clusters"] == 4
    assert record.data["seed"] == 3
    assert f"{100 * record.figures['rouge1']['f1']['mean']:.2f} [" in lines[2]


def test_failed_clusters_are_named_and_the_exit_code_is_1(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = {c["cluster_id"]: "Nobody was hurt." for c in CLUSTERS}
    errors = dict.fromkeys(["event-1", "event-3"], RuntimeError("out of memory"))
    broken = Scripted("broken", {**texts, **errors, "event-6": ""})
    monkeypatch.setattr(systems, "load_systems", lambda names, **options: [broken])
    code, out, err = call(
        capsys, "run", "--data", data, "--systems", "broken", "--output", tmp_path / "run"
    )
    assert code == 1
    assert "3 of 6" in out
    assert err == (
        "Failed: broken, clusters 'event-1', 'event-3', at writing: RuntimeError: out of memory\n"
        "Failed: broken, cluster 'event-6', at writing: The system wrote nothing.\n"
    )


def test_score_serves_any_system(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    candidates = write_jsonl(tmp_path / "c.jsonl", CANDIDATES)
    references = write_jsonl(tmp_path / "r.jsonl", REFERENCES[::-1])  # matched by id
    code, out, _ = call(
        capsys, "score", "--candidates", candidates, "--references", references,
        "--metrics", "rouge1", "--output", tmp_path / "scores.json",
    )  # fmt: skip
    assert code == 0
    expected = Rouge(["rouge1"], stemmer=True).score_many(
        [c["text"] for c in CANDIDATES], [r["references"] for r in REFERENCES]
    )
    assert f"{100 * expected['rouge1'][:, 2].mean():.2f} [" in out
    assert "m:1|stem:porter|tok:google|split:newline" in out
    record = read_record(tmp_path / "scores.json")
    assert list(record.f1("rouge1").values()) == pytest.approx(expected["rouge1"][:, 2].tolist())


def test_score_reads_plain_lines_and_a_corpus_as_references(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = [c["text"] for c in CANDIDATES]
    (tmp_path / "c.txt").write_text("\n".join(texts) + "\n")
    (tmp_path / "r.txt").write_text("\n".join(texts))
    arguments = ("score", "--candidates", tmp_path / "c.txt", "--references", tmp_path / "r.txt")
    code, out, _ = call(capsys, *arguments)
    assert code == 0
    assert out.count("100.00 [100.00, 100.00]") == 4
    candidates = write_jsonl(tmp_path / "c.jsonl", CANDIDATES)
    assert call(capsys, "score", "--candidates", candidates, "--references", data)[0] == 0


def test_score_knows_every_option_of_rouge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.txt").write_text("今天天气很好\n")
    code, out, _ = call(
        capsys, "score", "--candidates", tmp_path / "c.txt", "--references", tmp_path / "c.txt",
        "--metrics", "rouge1,rougeLsum,rougeSU4", "--no-stemmer", "--tokenizer", "unicode",
        "--splitter", "newline", "--multiple", "average", "--stop-words", "--max-words", 5,
    )  # fmt: skip
    assert code == 0
    assert "100.00" in out
    assert (
        "m:1,Lsum,SU4|stem:none|tok:unicode|split:newline|stop:english|refs:average|agg:mean|"
        "limit:words=5" in out
    )


def test_run_has_the_limits_of_score(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, (arguments, part) in enumerate(
        (
            (
                ("--max-words", 9, "--stop-words"),
                "split:punkt|stop:english|refs:best|agg:mean|limit:words=9",
            ),
            (("--max-bytes", 80), "limit:bytes=80"),
            (("--metrics", "rouge2"), "split:newline"),
            (("--splitter", "newline"), "split:newline"),
        )
    ):
        code, out, _ = call(
            capsys, "run", "--data", data, "--systems", "lead", "--words", 20,
            "--output", tmp_path / str(number), *arguments,
        )  # fmt: skip
        assert code == 0
        assert part in out


def test_other_settings_set_what_was_there_aside_and_say_so(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("run", "--data", data, "--systems", "lead", "--output", tmp_path / "run")
    assert call(capsys, *arguments, "--words", 20)[2] == ""
    code, _, err = call(capsys, *arguments, "--words", 21)
    assert code == 0
    assert err.startswith("lead: 6 results made under other settings or code are set aside in ")
    assert read_record(next((tmp_path / "run" / "aside").glob("lead.*.json"))).words == 20
    assert call(capsys, "report", tmp_path / "run")[0] == 0


@pytest.mark.parametrize("tokenizer", ["google", "unicode"])
def test_a_script_that_the_tokenizer_does_not_know_is_noticed(
    tokenizer: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.txt").write_text("今天天气很好\nA ferry.\n")
    (tmp_path / "r.txt").write_text("今天天气很好\nЗавтра.\n")
    code, _, err = call(
        capsys, "score", "--candidates", tmp_path / "c.txt", "--references", tmp_path / "r.txt",
        "--tokenizer", tokenizer,
    )  # fmt: skip
    assert code == 0
    notice = (
        "Notice: 1 of 2 candidates and 2 of 2 references have no token under the tokenizer "
        "google and score 0. Try --tokenizer unicode.\n"
    )
    assert err == (notice if tokenizer == "google" else "")


def test_score_in_processes_gives_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    c = write_jsonl(tmp_path / "c.jsonl", CANDIDATES)
    r = write_jsonl(tmp_path / "r.jsonl", REFERENCES)
    arguments = ("score", "--candidates", c, "--references", r, "--processes")
    assert call(capsys, *arguments, 2) == call(capsys, *arguments, 1)
    code, _, err = call(capsys, *arguments, 0)
    assert code == 2
    assert "processes must be" in err


@pytest.mark.parametrize("name", ["c.json", "c.csv", "c.PARQUET", "c.json.xz"])
def test_tables_are_not_scored_as_lines(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text('[{"text": "A."}]\n')
    (tmp_path / "r.txt").write_text("A.\n")
    for first, second in ((name, "r.txt"), ("r.txt", name)):
        code, _, err = call(
            capsys, "score", "--candidates", tmp_path / first, "--references", tmp_path / second
        )
        assert (code, err.count("\n")) == (2, 1)
        assert f"{name}: is no file of JSON lines" in err


@pytest.mark.parametrize(
    ("candidates", "references", "message"),
    [
        (None, "a\n", "c.txt: no such file"),
        ("", "a\n", "c.txt: is empty"),
        ("a\n\nb\n", "a\nb\nc\n", "c.txt, line 2: the candidate is empty"),
        ("a\nb\n", "a\n", "c.txt has 2 lines and {r} 1: there must be as many"),
        ("a\n", "\n", "r.txt, line 1: a reference is empty"),
        (b"a\n\xff\n", "a\nb\n", "c.txt, line 2: is not UTF-8"),
    ],
)
def test_bad_plain_files_are_named_with_the_line(
    candidates: str | bytes | None,
    references: str,
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    c, r = tmp_path / "c.txt", tmp_path / "r.txt"
    if isinstance(candidates, bytes):
        c.write_bytes(candidates)
    elif candidates is not None:
        c.write_text(candidates)
    r.write_text(references)
    code, out, err = call(capsys, "score", "--candidates", c, "--references", r)
    assert (code, out) == (2, "")
    assert message.format(r=r) in err
    assert err.startswith("Error: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("candidates", "message"),
    [
        ([*CANDIDATES[:2], CANDIDATES[0]], "line 3: has the id 'event-1' of line 1 again"),
        ([{"id": "event-1", "summary": "S."}], 'line 1: has no "text" (its keys are id, summary)'),
        ([CANDIDATES[0], {"id": "event-2", "text": " "}], "line 2: the candidate is empty"),
        (CANDIDATES[:5], "lacks the id 'event-6' that"),
        ([*CANDIDATES, {"id": "x", "text": "X."}], "r.jsonl: lacks the id 'x' that"),
        ([{"text": "X."}, CANDIDATES[1]], "record 1 has no id, but others have"),
        ([{"text": "X."}], "c.jsonl: has no ids, but the other file has"),
        ([7], 'line 1: has no "text" (its keys are int)'),
    ],
)
def test_bad_records_are_named_with_the_line(
    candidates: list[object], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    c = write_jsonl(tmp_path / "c.jsonl", candidates)
    r = write_jsonl(tmp_path / "r.jsonl", REFERENCES)
    code, _, err = call(capsys, "score", "--candidates", c, "--references", r)
    assert code == 2
    assert message in err


def test_a_corrupt_line_far_down_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [json.dumps({"id": str(n), "text": "A text."}) for n in range(4_000)]
    good = tmp_path / "r.jsonl"
    good.write_text("\n".join(lines))
    lines[3_000] = lines[3_000][:-3]
    bad = tmp_path / "c.jsonl"
    bad.write_text("\n".join(lines))
    code, _, err = call(capsys, "score", "--candidates", bad, "--references", good)
    assert code == 2
    assert "c.jsonl, line 3001: is not valid JSON" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--systems", "leed"), "Unknown system 'leed'"),
        (("--systems", "lead", "--metrics", "rogue1"), "unknown metric 'rogue1'"),
        (("--systems", "lead", "--words", "3"), "words must be between"),
        (("--systems", "lead", "--limit", "0"), "limit must be at least 1"),
        (("--systems", "lead", "--tokenizer", "x"), "tokenizer must be one of"),
        (("--systems", "lead", "--max-words", "0"), "max_words must be a whole number"),
        (
            ("--systems", "lead", "--metrics", "rouge1", "--splitter", "punkt"),
            "splitter 'punkt' has no effect without the metric 'rougeLsum'",
        ),
        (("--systems", "lead", "--columns", "documents=nope"), "has no column 'nope'"),
        (("--systems", "candidates:none.jsonl"), "none.jsonl: no such file"),
    ],
)
def test_wrong_usage_of_run_ends_with_2(
    arguments: tuple[str, ...],
    message: str,
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = call(capsys, "run", "--data", data, "--output", tmp_path / "run", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert not (tmp_path / "run").exists()


def test_compare_says_who_wins(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    names = "lead,oracle,random"
    call(capsys, "run", "--data", data, "--systems", names, "--words", 20, "--output", folder)
    code, out, _ = call(capsys, "compare", folder / "oracle.json", folder / "lead.json")
    assert code == 0
    comparison = compare_records(
        read_record(folder / "oracle.json"), read_record(folder / "lead.json")
    )
    row = comparison.rows[0]
    assert row.difference.mean == pytest.approx(row.a - row.b)
    assert row.difference.mean > 0
    assert row.tally.wins + row.tally.ties + row.tally.losses == comparison.clusters == 6
    assert row.corrected >= row.p
    assert f"{100 * row.difference.mean:+.2f}" in out
    assert "A is oracle (20 words), B is lead (20 words), on 6 clusters." in out
    code, _, err = call(capsys, "compare", folder / "oracle.json", folder / "none.json")
    assert code == 2
    assert "none.json: no such file" in err


def test_compare_refuses_other_clusters_and_other_rules(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(folder: str, *more: object) -> Path:
        output = tmp_path / folder
        call(capsys, "run", "--data", data, "--systems", "lead", "--output", output, *more)
        return output / "lead.json"

    whole, part, plain = run("a"), run("b", "--limit", 3), run("c", "--no-stemmer")
    code, _, err = call(capsys, "compare", whole, part)
    assert code == 2
    assert "the corpus differs" in err
    code, _, err = call(capsys, "compare", whole, plain)
    assert code == 2
    assert "the signature differs" in err


def test_help_is_quick_and_needs_no_model() -> None:
    code = (
        "import sys\nfrom eval.commands import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'torch', 'datasets', 'transformers', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    for command in ("run", "score", "compare", "report", "gate", "results"):
        assert command in done.stdout
