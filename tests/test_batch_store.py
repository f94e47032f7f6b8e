"""OUTPUT: what is there is whole, whatever happened on the way."""

from __future__ import annotations

import errno
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.batch.store import MANIFEST, Known, Store, StoreError


def row(cluster_id: str, *, status: str = "done", **others: Any) -> dict[str, Any]:
    return {
        "id": cluster_id, "status": status, "input": "i", "stamp": "s", "settings": "c", **others
    }  # fmt: skip


def add(store: Store, cluster_id: str, text: str = "Briefing.", **others: Any) -> None:
    store.add([row(cluster_id, **others)], [{"text": text.encode()}])


def known_in(folder: Path) -> dict[str, Known]:
    with Store(folder) as store:
        return store.known


def test_files_and_lines_are_there_and_known_again(tmp_path: Path) -> None:
    with Store(tmp_path / "new" / "out") as store:
        store.add([row("mill")], [{"text": b"Text.", "json": b"{}"}])
        add(store, "ship")
    with Store(tmp_path / "new" / "out") as store:
        assert store.known["mill"].files == ("mill.txt", "mill.json")
        assert store.present() >= {"mill.txt", "mill.json", "ship.txt", MANIFEST}
    assert (tmp_path / "new" / "out" / "mill.txt").read_bytes() == b"Text."


@pytest.mark.parametrize(
    "cluster_id",
    ["a/b", "../../etc/passwd", ".", "..", "", "two\nlines", "\N{FIRE}", "x" * 500, "manifest",
     "summary", ".hidden", "CON\\x", "-rf", "a" * 99 + "é"],
)  # fmt: skip
def test_no_id_leads_out_of_the_folder_or_onto_its_own_files(
    tmp_path: Path, cluster_id: str
) -> None:
    with Store(tmp_path) as store:
        store.add([row(cluster_id)], [{"json": b"{}"}])
    (name,) = known_in(tmp_path)[cluster_id].files
    assert (tmp_path / name).read_bytes() == b"{}"
    assert name not in ("manifest.jsonl", "summary.json")
    assert not name.startswith((".", "-"))
    assert len(os.fsencode(name)) < 200


@settings(max_examples=60, deadline=None)
@given(ids=st.lists(st.text(max_size=120), min_size=2, max_size=2, unique=True))
def test_different_ids_never_share_a_file(
    tmp_path_factory: pytest.TempPathFactory, ids: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("out")
    with Store(folder) as store:
        for cluster_id in ids:
            add(store, cluster_id)
    first, second = (known.files for known in known_in(folder).values())
    assert set(first).isdisjoint(second)


def test_an_id_that_looks_like_the_file_name_of_another_has_its_own(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        add(store, "two words")
    (name,) = known_in(tmp_path)["two words"].files
    with Store(tmp_path) as store:
        add(store, name.removesuffix(".txt"))
    assert len({known.files for known in known_in(tmp_path).values()}) == 2


def test_where_capitals_make_no_difference_ids_still_never_share_a_file(tmp_path: Path) -> None:
    (tmp_path / MANIFEST.upper()).touch()  # as such a disk would show it
    with Store(tmp_path) as store:
        for cluster_id in ("mill", "Mill", "MILL", "Summary"):
            store.add([row(cluster_id)], [{"json": b"{}"}])
    names = [known.files[0].lower() for known in known_in(tmp_path).values()]
    assert len(set(names)) == 4
    assert "summary.json" not in names


def test_a_kill_while_a_file_is_replaced_leaves_no_promise_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path) as store:
        store.add([row("mill")], [{"text": b"Old.", "json": b"{}"}])
    with Store(tmp_path) as store, monkeypatch.context() as patch:
        patch.setattr(Store, "_flush_folder", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):  # the new file is there, its line is not
            store.add([row("mill", settings="d")], [{"text": b"New.", "html": b"<p>"}])
    with Store(tmp_path) as store:
        known = store.known["mill"]
        assert not known.done
        assert known.settings not in ("c", "d")
        store.compact(set())
        assert [line["status"] for line in store.lines()] == ["begun"]
        store.add([row("mill")], [{"json": b"{1}"}])
        assert store.present() == {"mill.json", MANIFEST, ".lock"}


def test_a_second_run_is_refused_and_told_who_is_at_work(tmp_path: Path) -> None:
    with Store(tmp_path), pytest.raises(StoreError, match=f"process {os.getpid()}"):
        Store(tmp_path)
    Store(tmp_path).__exit__()


def test_a_killed_run_leaves_no_lock(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom summarizer.batch.store import Store\n"
        "Store(Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert done.returncode == -9
    assert (tmp_path / ".lock").exists()
    with Store(tmp_path) as store:
        assert store.known == {}


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_line_costs_its_own_cluster_only(tmp_path: Path, cut: int) -> None:
    with Store(tmp_path) as store:
        add(store, "mill")
        add(store, "ship")
    manifest = tmp_path / MANIFEST
    manifest.write_bytes(manifest.read_bytes()[:-cut])
    with Store(tmp_path) as store:
        assert set(store.known) == {"mill"} | ({"ship"} if cut == 1 else set())
        add(store, "dam")
    with Store(tmp_path) as store:
        assert {"mill", "dam"} <= set(store.known)


def test_a_damaged_block_costs_its_own_clusters_only(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        for name in ("mill", "ship", "dam"):
            add(store, name)
    manifest = tmp_path / MANIFEST
    lines = manifest.read_bytes().splitlines(keepends=True)
    manifest.write_bytes(lines[0] + b"\0" * len(lines[1]) + b"\n[]\n7\n\xff\n" + lines[2])
    with Store(tmp_path) as store:
        assert set(store.known) == {"mill", "dam"}


def test_what_a_kill_left_half_written_is_swept_away(tmp_path: Path) -> None:
    (tmp_path / ".mill.txt.part").write_text("Half a brie")
    with Store(tmp_path) as store:
        assert ".mill.txt.part" not in store.present()


def test_a_later_line_replaces_an_earlier_and_compaction_drops_it(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        add(store, "mill", stamp="old")
        add(store, "ship")
    with Store(tmp_path) as store:
        add(store, "mill", stamp="new")
    assert known_in(tmp_path)["mill"].stamp == "new"
    with Store(tmp_path) as store:
        store.compact({"mill", "ship"})
        add(store, "dam")
    lines = [json.loads(line) for line in (tmp_path / MANIFEST).read_text().splitlines()]
    assert [(line["id"], line["stamp"]) for line in lines] == [
        ("ship", "s"), ("mill", "new"), ("dam", "s")
    ]  # fmt: skip


def test_compaction_forgets_failures_that_are_not_of_this_input(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add([row("gone", status="failed"), row("here", status="failed")], [{}, {}])
        add(store, "done before")
    with Store(tmp_path) as store:
        store.compact({"here"})
        assert [line["id"] for line in store.lines()] == ["here", "done before"]
    assert set(known_in(tmp_path)) == {"here", "done before"}


@pytest.mark.parametrize("renewed", ["mill", None])
def test_compaction_needs_no_second_opening(tmp_path: Path, renewed: str | None) -> None:
    with Store(tmp_path) as store:
        add(store, "mill")
        add(store, "ship", status="failed")
    with Store(tmp_path) as store:
        if renewed:
            store.restamp({renewed: "newer"})
        add(store, "ship")
        store.compact({"mill", "ship"})
        assert sorted((line["id"], line["status"]) for line in store.lines()) == [
            ("mill", "done"), ("ship", "done")
        ]  # fmt: skip


def test_what_is_added_is_not_kept_in_memory(tmp_path: Path) -> None:
    """A run may add a million clusters."""
    with Store(tmp_path) as store:
        add(store, "mill")
    with Store(tmp_path) as store:
        before = pickle.dumps((store.known, store.folder))
        for number in range(20):
            add(store, f"cluster-{number}")
        assert pickle.dumps((store.known, store.folder)) == before
        kept = {key: value for key, value in vars(store).items() if hasattr(value, "__len__")}
        assert kept.keys() == {"known"}
    assert len(known_in(tmp_path)) == 21


def test_files_that_are_out_of_date_go(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add([row("mill")], [{"text": b"Old.", "json": b"{}"}])
    with Store(tmp_path) as store:
        store.add([row("mill")], [{"json": b"{1}"}])
        assert "mill.txt" not in store.present()
    with Store(tmp_path) as store:
        store.add([row("mill", status="failed")], [{}])
        assert "mill.json" not in store.present()


def test_a_stamp_can_be_renewed(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        add(store, "mill", words=7)
    with Store(tmp_path) as store:
        store.restamp({"mill": "newer"})
    with Store(tmp_path) as store:
        assert store.known["mill"].stamp == "newer"
        assert json.loads((tmp_path / MANIFEST).read_text().splitlines()[-1])["words"] == 7


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_full_disk_leaves_only_whole_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """The disk is full at the ``at``-th thing that is brought to it."""
    with Store(tmp_path) as store:
        add(store, "mill", "The old briefing.")
    with Store(tmp_path) as store:
        calls = 0
        real = os.fsync

        def fsync(descriptor: int) -> None:
            nonlocal calls
            calls += 1
            if calls == at:
                raise OSError(errno.ENOSPC, "No space left on device")
            real(descriptor)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fsync)
            with pytest.raises(StoreError, match="No space left on device"):
                add(store, "mill", "The new briefing.")
    assert (tmp_path / "mill.txt").read_text() in ("The old briefing.", "The new briefing.")
    with Store(tmp_path) as store:
        assert store.present() == {"mill.txt", MANIFEST, ".lock"}
        add(store, "mill", "The new briefing.")
    assert (tmp_path / "mill.txt").read_text() == "The new briefing."


def test_an_output_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="Cannot write"):
        Store(tmp_path / "file" / "out")
