"""INPUT of every shape: which clusters it holds, and when they count as changed."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest

from summarizer.batch.sources import Entry, Source
from summarizer.errors import InputError

STORY = "The mill of Tilby burned down on Monday. Nobody was hurt, the mayor said."


def put(path: Path, text: str = STORY) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def put_lines(path: Path, *records: object) -> Path:
    lines = [r if isinstance(r, str) else json.dumps(r) for r in records]
    return put(path, "\n".join(lines) + "\n")


def entries(path: Path | str) -> dict[str, Entry]:
    found = list(Source(str(path)))
    assert len({entry.cluster_id for entry in found}) == len(found)
    return {entry.cluster_id: entry for entry in found}


def texts(entry: Entry) -> list[str]:
    cluster, _ = entry.read()
    assert cluster.cluster_id == entry.cluster_id
    return [document.text for document in cluster.documents]


def test_each_folder_is_a_cluster_with_all_below_it(tmp_path: Path) -> None:
    put(tmp_path / "mill" / "a.txt")
    put(tmp_path / "mill" / "more" / "b.txt", "Another text about the mill.")
    put(tmp_path / "ship" / "c.txt")
    found = entries(tmp_path)
    assert list(found) == ["mill", "ship"]
    assert len(texts(found["mill"])) == 2


def test_loose_files_are_one_cluster_called_as_the_folder_is(tmp_path: Path) -> None:
    put(tmp_path / "night" / "a.txt")
    put(tmp_path / "night" / "b.txt", "A second text.")
    put(tmp_path / "night" / "mill" / "c.txt")
    found = entries(tmp_path / "night")
    assert set(found) == {"night", "mill"}
    assert len(texts(found["night"])) == 2


def test_loose_files_beside_a_folder_of_that_name_keep_apart(tmp_path: Path) -> None:
    put(tmp_path / "night" / "a.txt", "Loose.")
    put(tmp_path / "night" / "night" / "b.txt", "In the folder.")
    found = entries(tmp_path / "night")
    assert texts(found["night"]) == ["In the folder."]
    assert texts(found["night/"]) == ["Loose."]


def test_a_link_that_cannot_be_followed_is_a_loose_file_that_cannot_be_read(
    tmp_path: Path,
) -> None:
    put(tmp_path / "night" / "mill" / "a.txt")
    (tmp_path / "night" / "link").symlink_to("x" * 300)  # longer than a name may be
    found = entries(tmp_path / "night")
    assert set(found) == {"mill", "night"}
    with pytest.raises(InputError, match="link: cannot be read"):
        found["night"].read()


def test_an_input_that_cannot_be_looked_at_is_one_clear_error() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Source("x" * 300 + "/night.jsonl")


def test_hidden_entries_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path / ".git" / "a.txt")
    put(tmp_path / ".notes.txt")
    put(tmp_path / "mill" / "a.txt")
    assert list(entries(tmp_path)) == ["mill"]


def test_an_empty_folder_holds_no_cluster_and_an_empty_cluster_says_so(tmp_path: Path) -> None:
    assert entries(tmp_path) == {}
    (tmp_path / "mill").mkdir()
    with pytest.raises(InputError, match="no files"):
        entries(tmp_path)["mill"].read()


def test_fifty_levels_deep(tmp_path: Path) -> None:
    put(tmp_path.joinpath(*["mill"] * 50, "a.txt"))
    assert texts(entries(tmp_path)["mill"]) == [STORY]


def test_loops_of_links_end(tmp_path: Path) -> None:
    put(tmp_path / "mill" / "a.txt")
    (tmp_path / "mill" / "round").symlink_to(tmp_path / "mill")
    (tmp_path / "self").symlink_to(tmp_path)
    (tmp_path / "mill" / "nowhere").symlink_to("nowhere")
    found = entries(tmp_path)
    assert set(found) == {"mill", "self"}
    assert texts(found["mill"]) == [STORY]
    with pytest.raises(InputError, match="link to a folder"):
        found["self"].read()


@pytest.mark.parametrize(
    "name", ["two\nlines", "\N{FIRE}\N{FIRE ENGINE} mill", "a\tb", "  ", "..x"]
)
def test_odd_names_give_ids_of_one_line(tmp_path: Path, name: str) -> None:
    put(tmp_path / name / "a.txt")
    ((cluster_id, entry),) = entries(tmp_path).items() if name != "..x" else [("", None)]
    if entry is None:
        return
    assert cluster_id.strip()
    assert "\n" not in cluster_id
    assert texts(entry) == [STORY]


def test_names_that_look_alike_get_different_ids(tmp_path: Path) -> None:
    for name in ("a b", "a\nb", "a\tb", "a  b"):
        put(tmp_path / name / "a.txt", f"Told in {name!r}.")
    found = entries(tmp_path)
    assert "a b" in found
    assert len(found) == 4
    put(tmp_path / max(found) / "a.txt")  # a folder called as the id of another
    assert len(entries(tmp_path)) == 5


def test_a_name_that_is_no_text_is_read_all_the_same(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)  # noqa: PTH102
    put(Path(os.fsdecode(folder)) / "a.txt")
    ((cluster_id, entry),) = entries(tmp_path).items()
    cluster_id.encode("utf-8")
    assert texts(pickle.loads(pickle.dumps(entry))) == [STORY]


def test_a_folder_that_cannot_be_looked_into_is_a_cluster_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "mill" / "a.txt")
    before = entries(tmp_path)["mill"]
    real = os.scandir

    def scandir(path: Any) -> Any:
        if Path(path).name == "mill":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    with monkeypatch.context() as patch:  # chmod does not keep root out
        patch.setattr(os, "scandir", scandir)
        closed = entries(tmp_path)["mill"]
        with pytest.raises(InputError, match="no permission"):
            closed.read()
    assert closed.stamp != before.stamp
    assert entries(tmp_path)["mill"].stamp == before.stamp


def test_a_stamp_tells_any_change_and_a_digest_only_those_of_content(tmp_path: Path) -> None:
    file = put(tmp_path / "in" / "mill" / "a.txt")
    first = entries(tmp_path / "in")["mill"]
    before = first.digest()
    assert entries(tmp_path / "in")["mill"].stamp == first.stamp

    shutil.copytree(tmp_path / "in", tmp_path / "copy")
    os.utime(tmp_path / "copy" / "mill" / "a.txt", (1, 1))
    copy = entries(tmp_path / "copy")["mill"]
    assert copy.stamp != first.stamp
    assert copy.digest() == before

    put(file, STORY.replace("Monday", "Friday"))  # of the same length
    changed = entries(tmp_path / "in")["mill"]
    assert changed.stamp != first.stamp
    assert changed.digest() != before

    put(tmp_path / "in" / "mill" / "b.txt", "")
    assert entries(tmp_path / "in")["mill"].stamp != changed.stamp


def test_records_of_a_file_are_clusters(tmp_path: Path) -> None:
    path = put_lines(
        tmp_path / "night.jsonl",
        {"cluster_id": "mill", "documents": [STORY, "A second."]},
        "",
        {"documents": [STORY]},
    )
    found = entries(path)
    assert list(found) == ["mill", "night.jsonl#2"]
    assert texts(found["mill"]) == [STORY, "A second."]


def test_a_bad_record_fails_alone(tmp_path: Path) -> None:
    path = put_lines(
        tmp_path / "night.jsonl",
        {"cluster_id": "one", "documents": [STORY]},
        '{"cluster_id": "torn", "docum',
        {"cluster_id": "one", "documents": ["Another."]},
        {"cluster_id": "hollow", "documents": ["", " "]},
        {"text": "no cluster"},
        "[" * 100_000,
        {"cluster_id": "last", "documents": [STORY]},
    )
    found = entries(path)
    problems = {}
    for cluster_id, entry in found.items():
        try:
            entry.read()
        except InputError as error:
            problems[cluster_id] = str(error)
    assert set(found) - set(problems) == {"one", "last"}
    assert "line 2 is not valid JSON" in problems["night.jsonl#2"]
    assert "line 3 has the cluster_id 'one' a second time" in problems["one (line 3)"]
    assert "no document" in problems["hollow"]
    assert "line 5" in problems["night.jsonl#5"]
    assert "line 6" in problems["night.jsonl#6"]


def test_what_reading_drops_from_a_record_is_told(tmp_path: Path) -> None:
    path = put_lines(tmp_path / "n.jsonl", {"cluster_id": "mill", "documents": [STORY, ""]})
    _, notices = entries(path)["mill"].read()
    assert notices == ("mill#2: holds no words.",)


def test_a_file_that_breaks_off_gives_what_it_has_and_the_reason(tmp_path: Path) -> None:
    import lzma

    whole = b"".join(
        json.dumps({"cluster_id": str(n), "documents": [STORY, os.urandom(900).hex()]}).encode()
        + b"\n"
        for n in range(200)
    )
    path = tmp_path / "night.jsonl.xz"
    path.write_bytes(lzma.compress(whole)[:-5_000])
    found = entries(path)
    assert texts(found["0"])[0] == STORY
    with pytest.raises(InputError, match="cannot be read after line"):
        found["night.jsonl.xz (the rest)"].read()


def test_a_record_is_changed_when_its_content_is(tmp_path: Path) -> None:
    record = {"cluster_id": "mill", "documents": [STORY]}
    first = entries(put_lines(tmp_path / "a.jsonl", record))["mill"]
    moved = entries(put_lines(tmp_path / "b.jsonl", {"documents": ["New."]}, record))["mill"]
    changed = entries(put_lines(tmp_path / "c.jsonl", {**record, "documents": ["New."]}))["mill"]
    assert first.stamp == first.digest() == moved.stamp != changed.stamp


def test_rows_of_a_table_are_clusters(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"cluster_id": f"c{n}", "documents": [STORY, f"Number {n}."]} for n in range(3)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "night.parquet")
    found = entries(tmp_path / "night.parquet")
    assert list(found) == ["c0", "c1", "c2"]
    assert texts(pickle.loads(pickle.dumps(found["c2"]))) == [STORY, "Number 2."]
    assert [e.stamp for e in found.values()] == [
        e.stamp for e in entries(tmp_path / "night.parquet").values()
    ]


def test_a_data_set_of_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    rows = datasets.Dataset.from_list([{"documents": [STORY]}, {"documents": ["Second."]}])
    hub = {"train": rows, "test": rows}

    def load(name: str, split: str | None = None) -> Any:
        if name != "someone/news":
            raise FileNotFoundError(f"Dataset {name} does not exist")
        return datasets.DatasetDict(hub) if split is None else hub[split]

    monkeypatch.setattr(datasets, "load_dataset", load)
    found = entries("someone/news:test")
    assert list(found) == ["someone/news:test#1", "someone/news:test#2"]
    assert texts(found["someone/news:test#2"]) == ["Second."]
    with pytest.raises(InputError, match="someone/news:train, someone/news:test"):
        Source("someone/news")
    del hub["train"]
    assert list(entries("someone/news")) == ["someone/news#1", "someone/news#2"]
    with pytest.raises(InputError, match="no such file or folder here"):
        Source("nobody/nothing")


@pytest.mark.parametrize("name", ["absent.jsonl.xz", "some/where/absent.parquet", "/absent"])
def test_an_input_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"no such file|not a file of clusters"):
        Source(name)


def test_a_file_that_holds_no_clusters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a file of clusters"):
        Source(str(put(tmp_path / "a.txt")))
