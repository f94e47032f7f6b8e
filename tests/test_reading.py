"""Reading: files, folders, standard input and clusters."""

from __future__ import annotations

import csv
import io
import json
import logging
import lzma
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from odd_files import STORY, pdf

from summarizer import reading
from summarizer.errors import InputError
from summarizer.reading import document_from_text, read_clusters, read_documents
from summarizer.records import Document

SAMPLES = Path(__file__).parents[2] / "shared" / "samples" / "putin-north-korea"

PAGE = f"<html><title>Ferry</title><article><h1>Ferry</h1><p>{STORY}</p></article></html>"


def _write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# --- paths


def test_folder_is_read_with_subfolders_by_name(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "sub/c.txt", ".hidden.txt", ".git/x.txt", "sub/.y.txt"):
        _write(tmp_path / name, f"This is {name}.")
    found = read_documents([tmp_path])
    assert [d.doc_id for d in found.documents] == ["a.md", "b.txt", "sub/c.txt"]
    assert found.notices == ()


def test_same_name_in_two_folders_gives_two_ids(tmp_path: Path) -> None:
    for folder in ("one", "two", "three"):
        _write(tmp_path / folder / "a.txt", f"Story {folder}.")
    found = read_documents([tmp_path / "one", tmp_path / "two", tmp_path / "three" / "a.txt"])
    assert [d.doc_id for d in found.documents] == ["a.txt", "a.txt#2", "a.txt#3"]
    assert [d.text for d in found.documents] == ["Story one.", "Story two.", "Story three."]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.txt", STORY)
    found = read_documents([tmp_path, path])
    assert len(found.documents) == 1
    assert found.notices == ("a.txt: is named twice and was read once.",)


def test_links_stay_in_the_folder(tmp_path: Path) -> None:
    outside = _write(tmp_path / "outside" / "secret.txt", "Secret.")
    folder = tmp_path / "in"
    inside = _write(folder / "a.txt", STORY)
    (folder / "same.txt").symlink_to(inside)
    (folder / "up").symlink_to(folder)
    (folder / "file.txt").symlink_to(outside)
    (folder / "folder").symlink_to(outside.parent)
    found = read_documents([folder])
    assert [d.doc_id for d in found.documents] == ["a.txt"]
    assert found.notices == (
        "file.txt: the link leads out of the folder; not followed.",
        "folder: the link leads out of the folder; not followed.",
    )
    # A link that the user names is the user's choice.
    assert read_documents([folder / "file.txt"]).documents[0].text == "Secret."


def test_missing_path_is_a_notice_beside_others_and_an_error_alone(tmp_path: Path) -> None:
    _write(tmp_path / "a.txt", STORY)
    found = read_documents([tmp_path / "a.txt", tmp_path / "nowhere.txt"])
    assert len(found.documents) == 1
    assert found.notices == (f"{tmp_path}/nowhere.txt: no such file or folder.",)
    with pytest.raises(InputError, match=r"nowhere\.txt: no such file or folder"):
        read_documents([tmp_path / "nowhere.txt"])


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000])
def test_impossible_paths(path: str) -> None:
    with pytest.raises(InputError, match="No readable document"):
        read_documents([path])


def test_no_paths_and_no_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No file or folder"):
        read_documents([])
    with pytest.raises(InputError, match="holds no files"):
        read_documents([tmp_path])


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path / "a.txt", STORY)
    _write(tmp_path / "locked.txt", STORY)
    real_open = Path.open

    def denied(self: Path, *args: object, **kwargs: object) -> object:
        if self.name == "locked.txt":
            raise PermissionError(13, "Permission denied")
        return real_open(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", denied)  # the tests may run as root, who may read all
    found = read_documents([tmp_path])
    assert len(found.documents) == 1
    assert found.notices == ("locked.txt: no permission to read it.",)


def test_a_parser_that_fails_spoils_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(data: bytes, suffix: str) -> object:
        raise ZeroDivisionError("over\nthere")

    monkeypatch.setattr(reading, "parse", parse)
    _write(tmp_path / "a.txt", STORY)
    with pytest.raises(InputError, match=r"a\.txt: could not be read \(ZeroDivisionError: over th"):
        read_documents([tmp_path])


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (STORY.encode(), [STORY]),
        (b'{"text": "One."}', ["One."]),
        (b'{"text": "One."}\n{"text": "Two."}\n', ["One.", "Two."]),
        (b'[{"text": "One."}, "Two."]', ["One.", "Two."]),
        (b'{\n "documents": ["One.", "Two."]\n}', ["One.", "Two."]),
    ],
)
def test_standard_input(content: bytes, texts: list[str]) -> None:
    found = read_documents(["-"], stdin=io.BytesIO(content))
    assert [d.text for d in found.documents] == texts
    ids = [f"standard input#{n}" for n in (1, 2)] if len(texts) > 1 else ["standard input"]
    if b"\n{" in content or len(texts) == 1:
        assert [d.doc_id for d in found.documents] == ids


def test_standard_input_empty_or_named_twice(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="standard input: is empty"):
        read_documents(["-"], stdin=io.BytesIO(b""))
    with (
        (tmp_path / "unreadable").open("wb") as stream,
        pytest.raises(InputError, match="input: c"),
    ):
        read_documents(["-"], stdin=stream)
    found = read_documents(["-", "-"], stdin=io.BytesIO(b"One."))
    assert found.notices == ("standard input: is named twice and was read once.",)


def test_samples_are_read_as_they_are() -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the five sample articles are not here")
    found = read_documents([SAMPLES])
    assert found.notices == ()
    assert [d.doc_id for d in found.documents] == sorted(p.name for p in SAMPLES.glob("*.txt"))
    for document in found.documents:
        raw = (SAMPLES / document.doc_id).read_text(encoding="utf-8")
        assert document.text.split() == raw.split()


def test_ids_of_records(tmp_path: Path) -> None:
    lines = '{"text": "One.", "id": "x"}\n{"text": "Two."}\n{"text": "Three.", "id": "x"}\n'
    found = read_documents([_write(tmp_path / "a.jsonl", lines)])
    assert [d.doc_id for d in found.documents] == ["x", "a.jsonl#2", "x#2"]
    assert found.notices == ('a.jsonl#3: its id "x" is taken; it is now x#2.',)


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 400)
    monkeypatch.setattr(reading, "MAX_CHARACTERS", 30)
    _write(tmp_path / "a.txt", "b" * 401)
    _write(tmp_path / "b.txt", "The ferry Alba ran aground on Monday.")
    found = read_documents([tmp_path])
    assert [d.text for d in found.documents] == ["The ferry Alba ran aground on"]
    assert found.notices[0].startswith("a.txt: is larger than")
    assert found.notices[1] == "b.txt: only its first 29 characters of 37 are read."


def test_document_from_text() -> None:
    document = document_from_text(
        "\ufeff One.\r\n", doc_id="a\n1", title=" A\n title ", source="", published=None
    )
    assert document == Document(doc_id="a 1", text="One.", title="A title")
    for empty in ("", " \n", "\u00a0", "...", "\x00"):
        with pytest.raises(InputError, match="no words"):
            document_from_text(empty, doc_id="a")


# --- clusters

CLUSTERS = [
    {"cluster_id": "a", "documents": ["One.", "", {"text": "Two.", "source": "Courier"}],
     "references": ["A summary."]},
    {"documents": ["Three."], "references": []},
]  # fmt: skip


def _save_clusters(path: Path) -> Path:
    lines = "".join(json.dumps(cluster) + "\n" for cluster in CLUSTERS)
    name = path.name
    if name.endswith(".jsonl"):
        path.write_text(lines)
    elif name.endswith(".jsonl.xz"):
        path.write_bytes(lzma.compress(lines.encode()))
    elif name.endswith(".json"):
        path.write_text(json.dumps(CLUSTERS))
    elif name.endswith(".json.xz"):
        path.write_bytes(lzma.compress(json.dumps(CLUSTERS).encode()))
    elif name.endswith(".csv"):
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["cluster_id", "documents", "references"])
            for cluster in CLUSTERS:
                cells = [json.dumps(cluster[key]) for key in ("documents", "references")]
                writer.writerow([cluster.get("cluster_id", ""), *cells])
    return path


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.xz", ".json", ".json.xz", ".csv"])
def test_clusters(suffix: str, tmp_path: Path) -> None:
    name = f"data{suffix}"
    first, second = read_clusters(_save_clusters(tmp_path / name))
    assert first.cluster_id == "a"
    assert [(d.doc_id, d.text, d.source) for d in first.documents] == [
        ("a#1", "One.", None),
        ("a#3", "Two.", "Courier"),
    ]
    assert first.references == ("A summary.",)
    assert second.cluster_id == f"{name}#2"
    assert second.documents[0].doc_id == f"{name}#2#1"
    assert second.references == ()


def test_clusters_of_parquet(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"cluster_id": 7, "documents": ["One.", "Two."], "references": ["A summary."]}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "data.parquet")
    (cluster,) = read_clusters(tmp_path / "data.parquet")
    assert cluster.cluster_id == "7"
    assert [d.text for d in cluster.documents] == ["One.", "Two."]
    assert cluster.references == ("A summary.",)


def test_clusters_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    path = _write(tmp_path / "data.jsonl", '{"documents": ["One."]}\n\n{"documents": \n')
    clusters = read_clusters(path)
    assert next(clusters).documents[0].text == "One."
    with pytest.raises(InputError, match=r"data\.jsonl: line 3 is not valid JSON"):
        next(clusters)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"text": "One."}', "line 1 is a document, not a cluster"),
        (b'{"documents": "x"}', "line 1 has documents that are not a list"),
        (b'{"documents": [], "references": [1]}', "line 1 has references that are not texts"),
        (b"42", "line 1 is not an object"),
        (b'{"documents": ["\xff"]}', "line 1 is not valid JSON"),
        (b"[" * 100_000, "line 1 is not valid JSON"),
        (b'{"cluster_id": 1, "documents": []}\n{"cluster_id": "1", "documents": []}',
         "line 2 has the cluster_id '1' a second time"),
    ],
)  # fmt: skip
def test_corrupt_clusters(content: bytes, message: str, tmp_path: Path) -> None:
    path = _write(tmp_path / "data.jsonl", content)
    with pytest.raises(InputError, match="data.jsonl: " + message):
        list(read_clusters(path))


def test_corrupt_compression(tmp_path: Path) -> None:
    path = _save_clusters(tmp_path / "data.jsonl.xz")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"data\.jsonl\.xz: cannot be read after"):
        list(read_clusters(path))


def test_wrong_cluster_files_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_clusters(tmp_path / "data.jsonl")
    with pytest.raises(InputError, match="is not a file of clusters"):
        read_clusters(_write(tmp_path / "a.txt", STORY))


# --- manners


def test_plain_files_need_no_heavy_library(tmp_path: Path) -> None:
    _write(tmp_path / "a.txt", STORY)
    _write(tmp_path / "b.jsonl", '{"text": "One."}\n')
    script = (
        "import sys; from summarizer.reading import read_documents;"
        f"read_documents([{str(tmp_path)!r}]);"
        "heavy = {'trafilatura', 'datasets', 'pypdf', 'docx', 'lxml', 'torch', 'pandas'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_libraries_stay_quiet(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path / "a.txt", STORY)
    _write(tmp_path / "b.html", "<html></html>")
    _write(tmp_path / "c.pdf", pdf(STORY)[:500])
    _write(tmp_path / "d.csv", 'text\n"open')
    _write(tmp_path / "e.parquet", b"PAR1 and no more than that")
    level = logging.getLogger().level
    assert len(read_documents([tmp_path]).notices) == 4
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger().level == level


def test_closed_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="standard input: is closed"):
        read_documents(["-"])


def test_several_threads(tmp_path: Path) -> None:
    for n in range(5):
        _write(tmp_path / f"{n}.html", PAGE.replace("62", str(n)))
        _write(tmp_path / f"{n}.pdf", pdf(STORY))
    alone = read_documents([tmp_path])
    found: list[reading.Reading] = []
    threads = [threading.Thread(target=lambda: found.append(read_documents([tmp_path])))
               for _ in range(4)]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 4


@pytest.mark.parametrize(
    ("clusters", "held"), [(1, "1 cluster among 2"), (2, "2 clusters among 2")]
)
def test_several_events_in_one_file_are_counted(clusters: int, held: str, tmp_path: Path) -> None:
    records = [{"documents": ["One.", "Two."]}, {"documents": ["Three."]}, {"text": "Four."}]
    path = _write(tmp_path / "a.json", json.dumps([*records[:clusters], *records[2:]][:2]))
    with pytest.raises(InputError, match=f"holds {held} records"):
        read_documents([path])


def test_characters_left_as_in_html_are_decoded_once_and_stay_harmless() -> None:
    document = document_from_text(
        "Hale &amp; Sons didn&#8217;t sell &x; &amp;lt;b&amp;gt;.", doc_id="a"
    )
    assert document.text == "Hale & Sons didn’t sell &x; &lt;b&gt;."
    hidden = document_from_text(
        "The mill &#8238;burned.", doc_id="a", title="Hale &amp; &#8238;Sons"
    )
    assert hidden.text == "The mill burned."
    assert hidden.title == "Hale & Sons"
