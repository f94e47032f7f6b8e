"""What telling a point adds, and which points of a plan are told because of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fusion_writer import LEAD, OTHER, ScriptedFuser, group, guard, sentence, writer
from test_overlap import FERRY, Model, cluster

from eval.benchmarks.fusion import plan_pairs
from models.extractive import ExtractiveWriter
from models.fusion.fuser import Hypothesis
from models.fusion.points import Overlap, Point, grams_of
from models.fusion.writer import FusionWriter
from models.salience.words import WordModel
from summarizer.errors import ModelError
from summarizer.features import Features
from summarizer.overlap import expected
from summarizer.pipeline import Summarizer
from summarizer.records import Cluster, Document, Draft, Group, Plan, Writing
from summarizer.words import all_stems, count_words

WORTH = {"mill": (0.5, 0.25, 0.0), "old": (0.125,), "old mill": (1.0,)}


def gain(overlap: Overlap, text: str) -> float:
    return overlap.gain(grams_of(text))


def test_what_a_sentence_adds_by_hand() -> None:
    overlap = Overlap(WORTH)
    assert gain(overlap, "The old mill, an older mill and the Mills' mill.") == pytest.approx(
        0.5 + 0.25 + 0.125 + 1.0
    )
    assert gain(overlap, "Nothing of it.") == gain(overlap, "") == 0
    overlap.add(grams_of("The old mill."))
    assert gain(overlap, "An old mill!") == 0.25
    overlap.add(grams_of("The mill, the mill."))
    assert gain(overlap, "An old mill!") == 0


def test_it_counts_as_the_learned_ranker_does() -> None:
    features = Features(*cluster(*FERRY))
    found = expected(features, np.zeros(len(features.sentences)), Model())
    overlap = Overlap(found.by_name())
    for row, own in enumerate(features.sentences):
        copies = found.holds.toarray()[row].astype(int)
        assert gain(overlap, own.text) == pytest.approx(
            found.worth[np.arange(len(copies)), copies].sum()
        )


texts = st.lists(st.sampled_from("old mill burned the".split()), max_size=8).map(" ".join)
worths = st.dictionaries(
    st.sampled_from(["old", "mill", "burn", "the", "old mill", "mill burn"]),
    st.lists(st.floats(0, 1), max_size=3).map(lambda row: tuple(sorted(row, reverse=True))),
)


@given(worths, st.lists(texts, max_size=4))
@settings(max_examples=60)
def test_what_is_told_is_worth_its_copies_and_each_more_is_worth_less(
    worth: dict[str, tuple[float, ...]], told: list[str]
) -> None:
    overlap, total = Overlap(worth), 0.0
    for text in told:
        fresh = gain(Overlap(worth), text)
        assert 0 <= gain(overlap, text) <= fresh + 1e-9
        total += gain(overlap, text)
        overlap.add(grams_of(text))
    counts: Counter[str] = Counter()
    for text in told:
        own = all_stems(text)
        counts.update(own)
        counts.update(" ".join(pair) for pair in pairwise(own))
    assert total == pytest.approx(sum(sum(worth.get(gram, ())[:n]) for gram, n in counts.items()))


FIRST, SECOND, THIRD = "The ferry sank off Tilby.", "Trains ran late.", "Divers found the bell."


def plan(*groups: Group, **worth: tuple[float, ...]) -> Plan:
    return Plan(groups=groups, worth=worth)


def told(given: Plan, words: int, script: dict[str, list[str]] | None = None) -> list[str]:
    script = script or {g.lead.text: [g.lead.text] for g in given.groups}
    [writing] = writer(script).write([given], words=words)
    return [draft.text for draft in writing.drafts]


def three(**worth: tuple[float, ...]) -> Plan:
    groups = (group(THIRD, priority=2), group(FIRST, priority=0), group(SECOND, priority=1))
    return plan(*groups, **worth)


def test_the_most_salient_point_is_told_first_and_then_what_adds_most() -> None:
    assert told(three(), 8) == [FIRST, SECOND]
    assert told(three(bell=(1.0,)), 9) == [THIRD, FIRST]
    assert told(three(bell=(1.0,)), 5) == [FIRST]
    # What the first has said adds nothing more.
    assert told(three(ferri=(1.0,), diver=(0.1,)), 9) == [THIRD, FIRST]


def test_a_point_chosen_later_must_add_clearly_more() -> None:
    # "Trains" weighs by 1/3 ** 0.9 and a place earlier, "bell" by 1/4 ** 0.9.
    assert told(three(train=(0.3,), bell=(0.45,)), 9) == [FIRST, SECOND]
    assert told(three(train=(0.3,), bell=(0.6,)), 9) == [THIRD, FIRST]


def test_what_could_not_be_shortened_and_what_is_old_adds_less() -> None:
    worth = {"train": (0.3,), "bell": (0.7,)}
    shortened = {FIRST: [FIRST], SECOND: ["Trains ran."], THIRD: ["Divers found a bell."]}
    assert told(three(**worth), 9, shortened) == [FIRST, "Trains ran."]
    assert told(three(train=(0.3,), bell=(0.9,)), 9, shortened) == [
        "Divers found a bell.", FIRST
    ]  # fmt: skip
    copied = {**shortened, THIRD: [THIRD]}
    assert told(three(train=(0.3,), bell=(0.9,)), 9, copied) == [FIRST, "Trains ran."]
    late, *rest = three(train=(0.3,), bell=(0.9,)).groups
    old = plan(replace(late, when="In May"), *rest, train=(0.3,), bell=(0.9,))
    assert told(old, 11, shortened) == [FIRST, "Trains ran."]


def test_the_wordings_of_a_point_in_order() -> None:
    beam = [
        Hypothesis(text=text, score=score, used=(0,))
        for text, score in [
            (LEAD, -0.1), ("The mill burned.", -0.2), ("The old mill burned.", -1.0),
            ("The old mill of Tilby burned.", -1.3), (OTHER, -0.3),
        ]
    ]  # fmt: skip
    point = Point.of(group(LEAD, OTHER), [LEAD, OTHER], beam, names=frozenset())
    assert [(w.text, w.copied, w.hypothesis is None) for w in point.wordings] == [
        ("The old mill burned.", False, False),
        ("The mill burned.", False, False),
        (OTHER, True, False),
        (LEAD, True, False),
        (LEAD, True, True),
    ]
    del point.wordings[:-1]
    assert point.draft(dated=False).sources == point.group.sentences


def test_a_month_is_told_with_the_first_point_told_of_it() -> None:
    groups = (
        group(FIRST, priority=1), group(SECOND, when="In May 2007", priority=2),
        group(THIRD, when="In May 2007", priority=0),
    )  # fmt: skip
    both = plan(*groups)
    assert told(both, 30) == [FIRST, "Trains ran late (reported May 2007).", THIRD]
    assert told(both, 13) == [FIRST, "Divers found the bell (reported May 2007)."]


def test_a_point_with_nothing_to_tell_has_no_wording() -> None:
    point = Point.of(group("..."), ["..."], [], names=frozenset())
    assert point.wordings == []
    assert told(plan(group("..."), group(FIRST, priority=1)), 20) == [FIRST]


class Keeper(ExtractiveWriter):
    """Keeps the plan; asks for what things are worth, or not."""

    def __init__(self, *, weighs: bool) -> None:
        super().__init__()
        self.weighs = weighs

    def write(self, plans: Sequence[Plan], **_: Any) -> list[Writing]:
        (self.plan,) = plans
        return [Writing(drafts=(Draft(text=FIRST, sources=self.plan.groups[0].sentences),))]


@pytest.mark.parametrize(
    ("weighs", "encoder", "known"),
    [(True, "minilm", True), (False, "minilm", False), (True, "lexical", False)],
)
def test_a_plan_says_what_is_expected_if_the_writer_asks_and_the_encoder_is_known(
    *, weighs: bool, encoder: str, known: bool
) -> None:
    keeper = Keeper(weighs=weighs)
    Summarizer(writer=keeper, encoder=encoder, words=50).summarize([f"{FIRST} {SECOND}", THIRD])
    assert bool(keeper.plan.worth) is known
    if known:
        assert {"ferri", "sank off"} <= keeper.plan.worth.keys()
        assert all(0 <= copy <= 3 for row in keeper.plan.worth.values() for copy in row)


def test_pairs_are_the_plans_groups_with_what_a_summary_says_of_them() -> None:
    burned = "The old grain mill of Tilby burned down to its walls on Monday night, police said."
    thanked = "Mayor Ana Duarte thanked the volunteers from Orrin who fought the flames till dawn."
    documents = (
        Document(doc_id="a", text=f"{burned} Trains between Orrin and Tilby were running late."),
        Document(doc_id="b", text=thanked),
    )
    told = "The old grain mill of Tilby burned down on Monday night."
    reference = f"{told} {thanked} The moon landing was faked by seven people in a studio."
    clusters = [
        Cluster(cluster_id="1", documents=documents, references=(reference,)),
        Cluster(cluster_id="2", documents=documents, references=("Nothing of it is told here.",)),
    ]
    pairs = {pair.target: pair for pair in plan_pairs(clusters)}
    assert {target: pair.kind for target, pair in pairs.items()} == {
        told: "reference", thanked: "verbatim"
    }  # fmt: skip
    assert pairs[told].sources[0] == burned


class Blending(ScriptedFuser):
    """Copies from the lead and the sentence after it."""

    def fuse(self, groups: Sequence[Sequence[str]], **_: Any) -> list[list[Hypothesis]]:  # type: ignore[override]
        text = "The old mill, built in 1802, burned."
        return [[Hypothesis(text=text, score=-0.1, used=(0, 1))] for _ in groups]


def test_a_detail_of_a_related_sentence_is_cited() -> None:
    detail, aside = sentence(OTHER, doc_id="b"), sentence("Trains ran late.", doc_id="c")
    made = FusionWriter.of(Blending({}), guard=guard)  # type: ignore[arg-type]
    point = Group(sentences=(sentence(LEAD),), related=(detail, aside))
    [writing] = made.write([Plan(groups=(point,))], words=50)
    assert writing.drafts[0].sources == (sentence(LEAD), detail)


def test_what_counts_is_what_is_told_not_what_the_lead_had() -> None:
    script = {FIRST: ["The ferry sank."], SECOND: ["Trains ran."], THIRD: ["Divers found a bell."]}
    groups = (group(FIRST), group(SECOND, priority=1), group(THIRD, priority=2))
    # "late" went, so that its point adds nothing; "Tilby" went, so that it is still new.
    worth = {"late": (1.0,), "bell": (0.1,)}
    assert told(plan(*groups, **worth), 7, script) == ["The ferry sank.", "Divers found a bell."]
    names = {**script, THIRD: ["Tilby found a bell."]}
    assert told(plan(*groups, tilbi=(1.0,)), 7, names) == ["The ferry sank.", "Tilby found a bell."]


def test_what_is_no_whole_sentence_adds_less() -> None:
    half = "Divers near the bell of Tilby."
    groups = (group(FIRST), group(SECOND, priority=1), group(half, priority=2))
    # 0.9 / 6 ** 0.9 by 0.6 is more than 0.3 / 3 ** 0.9 by 0.8, but for the half.
    assert told(plan(*groups, train=(0.3,), bell=(1.2,)), 11) == [FIRST, SECOND]
    whole = (*groups[:2], group("Divers saw the bell of Tilby.", priority=2))
    assert told(plan(*whole, train=(0.3,), bell=(1.2,)), 11)[1].startswith("Divers")


def test_only_what_was_chosen_after_the_sentence_before_it_leans_on_it() -> None:
    first, second = sentence(FIRST, index=3), sentence(SECOND, index=4)
    groups = (Group(sentences=(first,), priority=1), Group(sentences=(second,), priority=0))
    assert told(Plan(groups=groups), 4) == [SECOND]


def test_of_two_halves_the_more_salient_is_told_and_the_other_counted() -> None:
    halves = ["Ambulances at the mill after the fire.", "Crowds at the bridge of Tilby at dawn."]
    script: dict[str, list[str]] = {half: [] for half in halves}
    groups = (group(halves[0], priority=1), group(halves[1], priority=0))
    [writing] = writer(script).write([Plan(groups=groups)], words=50)
    assert [draft.text for draft in writing.drafts] == [halves[1]]
    assert writing.quoted == 1
    assert "1 point was left out" in writing.notices[1]


def test_the_guard_is_asked_about_what_the_model_wrote() -> None:
    asked = []

    def listening(written: str, sources: Sequence[str]) -> list[str]:
        asked.append(written)
        return []

    made = FusionWriter.of(ScriptedFuser({FIRST: ["It sank."]}), guard=listening)  # type: ignore[arg-type]
    [writing] = made.write([plan(group(FIRST, when="In May 2007"))], words=20)
    assert asked == ["It sank."]
    assert writing.drafts[0].text == "In May 2007, it sank."


def test_a_lead_is_not_quoted_where_it_repeats_what_is_told() -> None:
    again = "The ferry sank on Monday off Tilby."
    script = {FIRST: ["The ferry sank off Tilby on Monday."], again: ["It was invented."]}
    assert told(plan(group(FIRST), group(again, priority=1)), 30, script) == script[FIRST]


def test_a_month_is_paid_for_once() -> None:
    both = plan(group(SECOND, when="In May 2007"), group(THIRD, when="In May 2007", priority=1))
    assert told(both, 10) == ["Trains ran late (reported May 2007).", THIRD]
    assert told(both, 9) == ["Trains ran late (reported May 2007)."]
    named = plan(
        group("Trains ran late in May 2007.", when="In May 2007", priority=0),
        group(THIRD, when="In May 2007", priority=1),
    )
    for first in (named, Plan(groups=named.groups[::-1])):
        for words in range(6, 15):
            assert sum(count_words(text) for text in told(first, words)) <= words


def test_where_nothing_is_known_of_summaries_a_notice_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keeper = Keeper(weighs=True)
    texts = [f"{FIRST} {SECOND}", THIRD]
    lexical = Summarizer(writer=keeper, encoder="lexical", words=50).summarize(texts)
    assert any("chose by salience" in notice for notice in lexical.notices)
    monkeypatch.setattr("models.salience.words.load", lambda: WordModel(tmp_path / "gone"))
    broken = Summarizer(writer=keeper, encoder="minilm", words=50).summarize(texts)
    assert any("cannot be read" in notice for notice in broken.notices)
    assert not keeper.plan.worth
    with pytest.raises(ModelError, match="cannot be read"):
        Summarizer(writer=keeper, encoder="minilm", ranker="learned")


def test_a_writer_that_knows_of_no_worth_may_write() -> None:
    class Plain:
        name, max_input_tokens = "plain", None
        notices: tuple[str, ...] = ()
        count_tokens = staticmethod(count_words)

        def write(self, plans: Sequence[Plan], *, words: int, on_draft: Any = None) -> Any:
            return ExtractiveWriter().write(plans, words=words)

    assert Summarizer(writer=Plain(), words=50).summarize([FIRST]).text == FIRST
