from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from eval_fakes import CLUSTERS, write_jsonl

from eval import corpora
from summarizer.errors import ConfigError, InputError

DATA = Path(__file__).parents[2] / "shared" / "data"


def columns_of(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    import datasets

    datasets.disable_progress_bars()
    path.parent.mkdir(parents=True, exist_ok=True)
    datasets.Dataset.from_dict(columns_of(rows)).to_parquet(path)
    return path


def test_the_benchmark_is_varied_and_has_two_references_each() -> None:
    corpus = corpora.load("benchmark")
    assert corpus.name == "benchmark"
    assert len(corpus.clusters) == corpus.available >= 12
    assert all(len(cluster.references) == 2 for cluster in corpus.clusters)
    assert all(len(cluster.documents) >= 3 for cluster in corpus.clusters)
    assert corpus.seed is None


def test_the_hash_is_of_the_content_and_not_of_the_file(tmp_path: Path) -> None:
    plain = write_jsonl(tmp_path / "a.jsonl", CLUSTERS)
    packed = tmp_path / "b.jsonl.xz"
    packed.write_bytes(lzma.compress(plain.read_bytes()))
    whole = tmp_path / "c.json"
    whole.write_text(json.dumps(CLUSTERS, indent=2))
    table = write_parquet(tmp_path / "d.parquet", CLUSTERS)
    cells = tmp_path / "e.csv"
    import csv

    with cells.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(CLUSTERS[0])
        for row in CLUSTERS:
            values = [row["cluster_id"], row["documents"], row["references"]]
            writer.writerow([v if isinstance(v, str) else json.dumps(v) for v in values])
    paths = (plain, packed, whole, table, cells)
    assert len({corpora.load(str(path)).sha256 for path in paths}) == 1
    changed = json.loads(json.dumps(CLUSTERS))
    changed[3]["references"][1] += "!"
    other = write_jsonl(tmp_path / "f.jsonl", changed)
    assert corpora.load(str(other)).sha256 != corpora.load(str(plain)).sha256


def test_a_subset_is_drawn_by_seed_and_keeps_its_order(tmp_path: Path) -> None:
    path = str(write_jsonl(tmp_path / "a.jsonl", CLUSTERS))

    def ids(seed: int) -> list[str]:
        return [c.cluster_id for c in corpora.load(path, limit=3, seed=seed).clusters]

    assert ids(1) == ids(1) == sorted(ids(1))
    assert len({tuple(ids(seed)) for seed in range(8)}) > 1
    assert corpora.load(path, limit=3, seed=1).seed == 1
    assert corpora.load(path, limit=99).seed is None


def test_a_local_dataset_is_read_as_a_hub_name_is(tmp_path: Path) -> None:
    rows = [
        {
            "document": " ||||| ".join(["", *cluster["documents"]]),
            "summary": cluster["references"][0],
        }
        for cluster in CLUSTERS
    ]
    write_parquet(tmp_path / "news" / "data" / "validation-00000-of-00001.parquet", rows[:2])
    write_parquet(tmp_path / "news" / "data" / "test-00000-of-00001.parquet", rows[2:])
    columns = corpora.parse_columns("documents=document, references=summary")
    corpus = corpora.load(str(tmp_path / "news"), columns=columns)
    assert [cluster.cluster_id for cluster in corpus.clusters] == ["news#1", "news#2"]
    assert [d.text for d in corpus.clusters[0].documents] == CLUSTERS[0]["documents"]
    assert corpus.clusters[0].references == (CLUSTERS[0]["references"][0],)
    assert len(corpora.load(str(tmp_path / "news"), columns=columns, split="test").clusters) == 4
    with pytest.raises(InputError, match="no column 'summaries': its columns are document"):
        corpora.load(str(tmp_path / "news"), columns={"references": "summaries", **columns_doc()})
    with pytest.raises(InputError, match="train"):
        corpora.load(str(tmp_path / "news"), columns=columns, split="train")


def columns_doc() -> dict[str, str]:
    return {"documents": "document"}


@pytest.mark.parametrize("shape", ["lists", "records"])
def test_columns_may_be_joined_and_nested(tmp_path: Path, shape: str) -> None:
    abstracts = ["A first cited paper.", "A second cited paper."]
    cited: Any = {"abstract": abstracts, "mid": ["1", "2"]}
    if shape == "records":
        cited = [{"abstract": text, "mid": "1"} for text in abstracts]
    row = {"aid": "x1", "abstract": "Our paper.", "ref_abstract": cited, "related_work": "Related."}
    path = write_jsonl(tmp_path / "papers.jsonl", [row])
    corpus = corpora.load(str(path), columns=corpora.HUB["yaolu/multi_x_science_sum"].columns)
    (cluster,) = corpus.clusters
    assert cluster.cluster_id == "x1"
    assert [document.text for document in cluster.documents] == ["Our paper.", *abstracts]
    assert cluster.references == ("Related.",)


def test_hub_names_go_to_load_dataset_with_what_is_known_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import datasets

    asked: list[tuple[str, dict[str, Any]]] = []

    def load_dataset(path: str, **options: Any) -> list[dict[str, str]]:
        asked.append((path, options))
        return [{"id": "1", "article": "A ferry ran aground.", "highlights": "Ferry aground."}]

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    corpus = corpora.load("abisee/cnn_dailymail", split="test")
    assert asked[0][0] == "abisee/cnn_dailymail"
    assert asked[0][1]["name"] == "3.0.0"
    assert asked[0][1]["split"] == "test"
    assert corpus.clusters[0].references == ("Ferry aground.",)


def test_a_hub_that_cannot_be_reached_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import logging

    import datasets

    def load_dataset(path: str, **options: Any) -> Any:
        logging.getLogger("huggingface_hub.utils._http").warning("Retrying in 1s [Retry 1/5].")
        raise ConnectionError(f"Couldn't reach {path!r}\non the Hub")

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    with pytest.raises(InputError, match=r"no-such/corpus: cannot be read at all .*no such file"):
        corpora.load("no-such/corpus")
    assert "Retrying" not in capfd.readouterr().err


@pytest.mark.parametrize("alias", ["multi_news", "WCEP", "multi_xscience", "cnn_dailymail"])
def test_the_plain_names_of_corpora_stand_for_tables_of_the_hub(
    alias: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datasets

    def load_dataset(path: str, **options: Any) -> Any:
        raise ConnectionError(f"asked for {path} at {options['revision']}")

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    name = corpora.ALIASES[alias.lower()]
    known = corpora.HUB[name]
    with pytest.raises(InputError, match=f"asked for {name} at {known.revision}"):
        corpora.load(alias)


def test_corrupt_tables_with_columns_and_in_folders_are_named_with_the_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    columns = {"documents": "d", "references": "r"}
    lines = [json.dumps({"d": ["A text."], "r": "Text."})] * 3_100
    lines[3_000] = lines[0][:-4]
    (tmp_path / "folder").mkdir()
    torn = tmp_path / "folder" / "validation.jsonl"
    torn.write_text("\n".join(lines))
    for data in (torn, torn.parent):
        with pytest.raises(InputError, match=r"validation\.jsonl: line 3001 is not valid JSON"):
            corpora.load(str(data), columns=columns)
    torn.write_text("\n".join([lines[0], "[1]"]))
    with pytest.raises(InputError, match=r"validation\.jsonl: line 2 is not an object"):
        corpora.load(str(torn), columns=columns)
    for name in ("bad.parquet", "bad.json", "bad.jsonl.xz"):
        (tmp_path / name).write_text("{no")
        with pytest.raises(InputError, match=rf"{name}: cannot be read"):
            corpora.load(str(tmp_path / name), columns=columns)
    assert "Failed" not in capfd.readouterr().err


def test_the_benchmark_takes_no_columns() -> None:
    with pytest.raises(ConfigError, match="--columns has no use with the benchmark"):
        corpora.load("benchmark", columns={"documents": "d"})


def test_bad_corpora_are_named_with_the_place(tmp_path: Path) -> None:
    lines = [json.dumps({**CLUSTERS[0], "cluster_id": f"c{n}"}) for n in range(3_100)]
    lines[3_000] = '{"cluster_id": "torn'
    torn = tmp_path / "torn.jsonl"
    torn.write_text("\n".join(lines))
    with pytest.raises(InputError, match=r"torn\.jsonl: line 3001 is not valid JSON"):
        corpora.load(str(torn))
    twice = write_jsonl(tmp_path / "twice.jsonl", [CLUSTERS[0], CLUSTERS[1], CLUSTERS[0]])
    with pytest.raises(InputError, match="line 3 has the cluster_id 'event-1' a second time"):
        corpora.load(str(twice))
    with pytest.raises(InputError, match=r"missing\.jsonl: no such file"):
        corpora.load(str(tmp_path / "missing.jsonl"))
    bare = write_jsonl(tmp_path / "bare.jsonl", [{"documents": ["A text."], "summary": "S."}])
    with pytest.raises(InputError, match="no cluster has references"):
        corpora.load(str(bare))
    with pytest.raises(ConfigError, match="Unknown column 'summary'"):
        corpora.load(str(bare), columns={"summary": "x"})
    with pytest.raises(ConfigError, match="must read like"):
        corpora.parse_columns("documents")


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not on this machine")
@pytest.mark.parametrize(
    ("file", "count", "documents", "references"),
    [
        ("multiling2011/dev.jsonl", 5, 10, 3),
        ("neus/validation.jsonl", 307, 3, 1),
        ("opinosis/topics.jsonl", 51, 67, 5),
    ],
)
def test_the_shared_corpora_are_read_as_they_are(
    file: str, count: int, documents: int, references: int
) -> None:
    corpus = corpora.load(str(DATA / file))
    assert len(corpus.clusters) == count
    assert corpus.name == file.removesuffix(".jsonl")
    first = corpus.clusters[0]
    assert (len(first.documents), len(first.references)) == (documents, references)
