from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
import tiny_fusion

from models.fusion import data, synthetic
from models.fusion.alignment import (
    Unit,
    align,
    aligned_pairs,
    beginnings,
    fit_target,
    house_style_off,
    split_sentences,
    units_of,
)
from summarizer.errors import InputError

ARTICLES = [
    "Tilby ( ap ) - the old mill of tilby, which was built in 1802, burned down on monday. "
    "Mayor ana duarte thanked the crews who came from three towns. Nobody was hurt.",
    "A fire destroyed the mill on monday night, police said. Dr. Duarte, the mayor, promised "
    "that the mill will be built again within two years.",
]
DATA = Path(__file__).parents[2] / "shared/data"


def units() -> list[Unit]:
    return units_of(ARTICLES)


def test_abbreviations_do_not_end_a_sentence() -> None:
    text = 'Dr. Duarte of the u.s. Senate left at 8 p.m. Monday. She said: "Never." Police came.'
    assert split_sentences(text) == [
        "Dr. Duarte of the u.s. Senate left at 8 p.m. Monday.", 'She said: "Never."', "Police came."
    ]  # fmt: skip


def test_a_summary_sentence_finds_the_sentence_that_says_it() -> None:
    target = Unit("The old mill of tilby burned down on monday.")
    assert align(target, units()) == ([0], frozenset())


def test_a_fusion_finds_both_and_the_one_with_its_subject_leads() -> None:
    target = Unit("Mayor duarte promised that the mill will be built again within two years and "
                  "thanked the crews who came from three towns.")  # fmt: skip
    found = align(target, units())
    assert found is not None
    assert {units()[place].text.split()[-1] for place in found[0]} == {"towns.", "years."}


@pytest.mark.parametrize(
    "text",
    [
        "The old mill of tilby burned down on tuesday, costing $ 31 million.",  # new facts
        "The old mill of tilby never burned down on monday.",  # a negation
        "The old mill of tilby, which was built in 1803, burned down.",  # another number
        "Mill tilby crews towns burned duarte monday police.",  # no phrases
    ],
)
def test_what_the_sources_do_not_say_is_no_target(text: str) -> None:
    assert align(Unit(text), units()) is None


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("The mill burned down, reports the ap.", "The mill burned down."),
        ("The mill burned down, per cnn.", "The mill burned down."),
        ("The mill burned, the new york times reports.", "The mill burned."),
        ("According to the guardian, the mill burned.", "The mill burned."),
        ("Police say the mill burned.", "Police say the mill burned."),
    ],
)
def test_outlets_are_taken_off(text: str, bare: str) -> None:
    assert house_style_off(text) == bare


@pytest.mark.parametrize(
    "text",
    [
        "Click here for more on the mill of tilby.",
        "the mill of tilby burned down on monday.",
        'She said " the mill burned down on monday.',
        "The mill of tilby burned down on",
        "You can see how we saved the mill.",
        "The mill burned down, cnn reports from tilby on monday.",
    ],
)
def test_unfit_targets(text: str) -> None:
    assert not fit_target(text)


def test_an_unsupported_end_is_left_off() -> None:
    reference = "The old mill of tilby was built in 1802 and burned down, costing 31 million."
    [(sources, target)] = aligned_pairs(units(), reference)
    assert target.text == "The old mill of tilby was built in 1802 and burned down."
    assert sources[0].text.startswith("Tilby ( ap )")
    assert beginnings("After the fire, which was big, the mayor was here.") == [
        "After the fire, which was big, the mayor was here."
    ]


def made(text: str, seed: int = 0) -> list[synthetic.Made]:
    return synthetic.made_from(Unit(text), random.Random(seed))


def test_a_dateline_goes() -> None:
    text = "Tilby, maine ( ap ) - the old mill burned down on monday after a short circuit."
    kinds = {kind: target for kind, _, target in made(text)}
    assert kinds["denoise"] == "The old mill burned down on monday after a short circuit."


def test_an_apposition_is_split_off_and_joined() -> None:
    text = (
        "Ana duarte, the mayor of tilby since spring, thanked the crews who came from three towns."
    )
    [(sources, target)] = [(s, t) for kind, s, t in made(text) if kind == "join"]
    assert target == text
    assert sources == [
        "Ana duarte thanked the crews who came from three towns.",
        "Ana duarte was the mayor of tilby since spring.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The mayor will stay in office, unless the council of tilby decides against her.",
        "The mill burned down on its own, according to a report that police gave out.",
        "The crews left the town of tilby, saying that the fire was not yet out.",
    ],
)
def test_what_binds_the_rest_is_never_dropped(text: str) -> None:
    assert synthetic.cuts(text) == []


def test_targets_never_say_more_than_their_sources() -> None:
    for seed in range(20):
        for text in tiny_fusion.TEXT.splitlines() + ARTICLES:
            for _, sources, target in made(text, seed):
                told = frozenset().union(*(Unit(source).content for source in sources))
                assert Unit(target).content <= told | {"before", "most", "sever", "becaus", "could"}


def test_related_sentences_are_put_behind() -> None:
    text = units()[0].text
    sources = synthetic.with_others([text], text, units(), random.Random(1))
    assert sources[0] == text
    assert all(source in {unit.text for unit in units()} for source in sources)


def test_pairs_are_written_once_and_read_back(tmp_path: Path) -> None:
    cluster = {
        "documents": ARTICLES,
        "references": ["The old mill of tilby burned down on monday."],
    }
    pairs = list(data.cluster_pairs([cluster], random.Random(0), synthetic=True))
    counts = data.write_pairs([*pairs, *pairs], tmp_path / "pairs.jsonl")
    read = data.read_pairs(tmp_path / "pairs.jsonl")
    assert sum(counts.values()) == len(read) == len({(p.sources[0], p.target) for p in pairs})
    assert set(read) <= set(pairs)
    assert counts["reference"] == 1


def test_an_absent_corpus_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not there"):
        list(data.rows(tmp_path / "train.jsonl"))


def test_a_main_source_too_long_is_cut_and_others_left_out() -> None:
    tokens = tiny_fusion.tokenizer()
    ids = data.source_ids(tokens, ["police " * 300, "the mill", "a b"])
    assert len(ids) == data.MAX_SOURCE
    assert ids[0] == tokens.token_to_id("[CLS]")
    assert ids[-1] == tokens.token_to_id("[SEP]")
    assert ids.count(tokens.token_to_id("[SEP]")) == 1


def encoded() -> data.Encoded:
    tokens = tiny_fusion.tokenizer()
    lines = tiny_fusion.TEXT.splitlines()
    pairs = [
        data.Pair(kind="copy", sources=(line, other), target=line)
        for line in lines
        for other in lines
        if other != line
    ]
    return data.encode_pairs(pairs, tokens)


def test_lengths_are_shares_of_the_main_source() -> None:
    assert [data.length_asked(n, 10) for n in (4, 6, 9, 10, 12)] == [0, 1, 2, 3, 4]
    assert set(encoded().lengths) == {3}


def test_an_epoch_is_every_pair_once_in_an_order_of_the_seed() -> None:
    whole = encoded()
    first, again, other = (
        list(data.batches(whole, 5, np.random.default_rng(seed))) for seed in (0, 0, 1)
    )
    assert sum(len(batch["labels"]) for batch in first) == len(whole)
    assert all(
        np.array_equal(a[key], b[key]) for a, b in zip(first, again, strict=True) for key in a
    )
    assert any(
        a["input_ids"].shape != b["input_ids"].shape or (a["input_ids"] != b["input_ids"]).any()
        for a, b in zip(first, other, strict=True)
    )
    for batch in first:
        assert batch["input_ids"].shape[1] % 16 == 0
        assert batch["labels"].shape[1] % 8 == 0
        assert ((batch["input_ids"] != 0) == batch["attention_mask"]).all()


def test_word_pieces_are_stored_and_read_back(tmp_path: Path) -> None:
    whole = encoded()
    whole.save(tmp_path / "encoded.npz")
    read = data.Encoded.load(tmp_path / "encoded.npz")
    assert read.kinds == whole.kinds
    assert read.lengths == whole.lengths
    for mine, stored in zip(
        whole.sources + whole.targets, read.sources + read.targets, strict=True
    ):
        assert mine.tolist() == stored.tolist()


def test_the_generator_learns_no_names_numbers_or_negations() -> None:
    words = ["the", "not", "three", "smith", "killed", "##s", "[SEP]", "she", "monday"]
    vocabulary = {word: place for place, word in enumerate(words)}
    examples = [([0], list(range(len(words))))] * 5
    ids = data.generated_pieces(examples, vocabulary, frozenset({"smith"}), 20)
    assert {words[place] for place in ids} == {"the", "killed", "##s"}


def test_names_are_what_stands_with_a_capital_inside_sentences() -> None:
    names = data.names_of(["The old mill of Tilby burned. They saw Tilby and the mill in May."])
    assert {"tilby", "may"} <= names
    assert not {"mill", "the", "old"} & names


def test_what_can_be_written_is_kept() -> None:
    whole = encoded()
    able = {int(piece) for target in whole.targets for piece in target}
    assert len(data.writable(whole, sorted(able))) == len(whole)
    foreign = data.Encoded([np.array([7, 9, 8])], [np.array([1, 2, 3, 8])], [3], ["copy"])
    assert len(data.writable(foreign, [8])) == 0


@pytest.mark.skipif(not DATA.is_dir(), reason="needs the corpora in ../shared/data")
def test_the_aligner_finds_what_people_aligned() -> None:
    """Of SuperPAL's pairs whose summary sentence it aligns, it picks a sentence people did."""
    rows = [json.loads(line) for line in (DATA / "alignment/superpal_multinews.jsonl").open()]
    pools: dict[str, dict[str, Unit]] = {}
    people: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        unit = Unit(row["document_sentence"])
        pools.setdefault(row["topic"], {})[unit.text] = unit
        people.setdefault((row["topic"], row["summary_sentence"]), set()).add(unit.text)
    right = aligned = 0
    for (topic, sentence), theirs in people.items():
        pool = list(pools[topic].values())
        if found := align(Unit(house_style_off(sentence)), pool):
            aligned += 1
            right += pool[found[0][0]].text in theirs
    assert aligned >= 3
    assert right / aligned >= 0.9
