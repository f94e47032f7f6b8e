"""No file, however odd, may raise or hang: it is read, or a notice names it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_files import STORY, OddFile, odd_files, pdf

from summarizer.decoding import printable
from summarizer.errors import InputError
from summarizer.reading import Reading, read_documents

ODD_FILES = odd_files()


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """All odd files in one folder, beside a good one."""
    folder = tmp_path_factory.mktemp("odd")
    for odd in ODD_FILES:
        odd.put(folder)
    (folder / "good.txt").write_text(STORY)
    return read_documents([folder])


def _ids(reading: Reading, odd: OddFile) -> list[str]:
    name = printable(odd.name)
    ids = (document.doc_id for document in reading.documents)
    return [doc_id for doc_id in ids if doc_id == name or doc_id.startswith(f"{name}#")]


def test_there_are_many_and_their_names_differ() -> None:
    assert len({odd.name for odd in ODD_FILES}) == len(ODD_FILES) >= 60


@pytest.mark.parametrize("odd", ODD_FILES, ids=lambda odd: printable(odd.name))
def test_among_others(odd: OddFile, everything: Reading) -> None:
    name = printable(odd.name)
    listed = [n for n in everything.notices if n.endswith("not one for articles.")]
    about = [n for n in everything.notices if n.startswith((f"{name}:", f"{name}#"))]
    about += [n for n in listed if name in n]
    if name == "same-ids.jsonl":
        ids = [document.doc_id for document in everything.documents]
        assert [i for i in ids if i in ("1", "1#2")] == ["1", "1#2"]
    else:
        assert bool(_ids(everything, odd)) == odd.readable
    if odd.told:
        assert len(about) == 1
        assert odd.told in about[0]
    elif odd.readable or name.startswith("."):
        assert about == []
    else:
        assert len(about) == 1


@pytest.mark.parametrize(
    "odd",
    [odd for odd in ODD_FILES if not odd.readable and not odd.name.startswith(".")],
    ids=lambda odd: printable(odd.name),
)
def test_alone_in_a_folder(odd: OddFile, tmp_path: Path) -> None:
    odd.put(tmp_path)
    with pytest.raises(InputError) as caught:
        read_documents([tmp_path])
    message = str(caught.value)
    assert message.startswith("No readable document.")
    assert printable(odd.name) in message
    assert odd.told in message
    assert message.isprintable()


def test_every_document_is_safe(everything: Reading) -> None:
    assert len({document.doc_id for document in everything.documents}) == len(everything.documents)
    for document in everything.documents:
        assert document.doc_id.isprintable()
        assert document.text == document.text.strip()
        assert not set(document.text) & set("\x00\x07\x1b\r\ufeff\u00a0\u202e\ufffe")
        document.text.encode()  # no lone surrogates
    assert all(notice.isprintable() for notice in everything.notices)


def test_order_is_that_of_the_names(everything: Reading, tmp_path: Path) -> None:
    for odd in reversed(ODD_FILES):
        odd.put(tmp_path)
    (tmp_path / "good.txt").write_text(STORY)
    again = read_documents([tmp_path])
    assert [d.doc_id for d in again.documents] == [d.doc_id for d in everything.documents]


def test_a_thousand_identical_files(tmp_path: Path) -> None:
    for number in range(1000):
        (tmp_path / f"{number:04}.txt").write_text(STORY)
    reading = read_documents([tmp_path])
    assert len(reading.documents) == 1000
    assert {document.text for document in reading.documents} == {STORY}
    assert reading.notices == ()


SUFFIXES = [".txt", "", ".md", ".html", ".json", ".jsonl", ".pdf", ".docx"]
TEXT = st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=300) | TEXT, suffix=st.sampled_from(SUFFIXES))
def test_any_bytes(data: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"any{suffix}"
    path.write_bytes(data)
    (tmp_path / "good").write_text(STORY)
    reading = read_documents([path, tmp_path / "good"])
    assert reading.documents[-1].text == STORY
    assert len(reading.documents) > 1 or reading.notices[0].startswith(f"any{suffix}:")


@pytest.mark.parametrize("seed", range(25))
def test_damaged_files(seed: int, tmp_path: Path) -> None:
    """Good PDF, Word, HTML and JSON files with bytes changed, cut out or doubled."""
    rng = random.Random(seed)
    kept = {odd.name: odd.content for odd in ODD_FILES if isinstance(odd.content, bytes)}
    sources = {".pdf": pdf(STORY), ".docx": kept["minimal.docx"], ".html": kept["scripts.html"],
               ".json": kept["cluster.json"], ".md": kept["empty-markdown-title.md"]}  # fmt: skip
    for suffix, source in sources.items():
        data = bytearray(source)
        for _ in range(rng.randint(1, 20)):
            at = rng.randrange(len(data))
            change = rng.randrange(3)
            if change == 0:
                data[at] = rng.randrange(256)
            elif change == 1:
                del data[at : at + rng.randint(1, 30)]
            else:
                data[at:at] = data[at : at + rng.randint(1, 30)]
        (tmp_path / f"damaged{suffix}").write_bytes(data)
    (tmp_path / "good.txt").write_text(STORY)
    reading = read_documents([tmp_path])
    assert reading.documents[-1].doc_id == "good.txt"
    named = {document.doc_id.split("#")[0] for document in reading.documents}
    for suffix in sources:
        name = f"damaged{suffix}"
        assert name in named or any(notice.startswith(name) for notice in reading.notices)
