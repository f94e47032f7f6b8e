from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.fusion.fuser import Hypothesis
from models.fusion.writer import FusionWriter
from summarizer.records import Draft, Group, Plan, Sentence

LEAD = "Tilby (AP) — The old mill of Tilby burned down on Monday night."
OTHER = "Police said the mill of Tilby, built in 1802, burned for six hours."


class ScriptedFuser:
    """Answers each group with the hypotheses scripted for its lead, all equally likely."""

    def __init__(self, script: dict[str, list[str]]) -> None:
        self.script, self.asked = script, []  # type: ignore[var-annotated]

    def fuse(
        self, groups: Sequence[Sequence[str]], *, lengths: Sequence[int], **_: Any
    ) -> list[list[Hypothesis]]:
        self.asked.append((groups, lengths))
        return [
            [
                Hypothesis(text=text, score=-1.0 - place / 100, used=(0,))
                for place, text in enumerate(self.script[group[0]] if group else [])
            ]
            for group in groups
        ]


def sentence(text: str, doc_id: str = "a", index: int = 0) -> Sentence:
    return Sentence(doc_id=doc_id, index=index, start=0, end=len(text), text=text)


def group(*texts: str, when: str | None = None, priority: int = 0) -> Group:
    return Group(
        sentences=tuple(sentence(text, doc_id=str(n)) for n, text in enumerate(texts)),
        when=when,
        priority=priority,
    )


def guard(written: str, sources: Sequence[str]) -> list[str]:
    return ["invented"] if "invented" in written else []


def writer(script: dict[str, list[str]]) -> FusionWriter:
    return FusionWriter.of(ScriptedFuser(script), guard=guard)  # type: ignore[arg-type]


def test_a_hypothesis_that_passes_is_told() -> None:
    made = writer({LEAD: ["It was invented.", "The old mill burned down."]})
    [writing] = made.write([Plan(groups=(group(LEAD, OTHER),))], words=100)
    assert [draft.text for draft in writing.drafts] == ["The old mill burned down."]
    assert writing.notices == ()
    assert writing.quoted == 0


def test_what_is_shortened_and_keeps_most_is_preferred() -> None:
    made = writer({LEAD: [LEAD, "The mill burned.", "The old mill burned down on Monday."]})
    [writing] = made.write([Plan(groups=(group(LEAD),))], words=100)
    assert [draft.text for draft in writing.drafts] == ["The old mill burned down on Monday."]


def test_where_nothing_passes_the_lead_stands_and_a_notice_says_so() -> None:
    made = writer({
        LEAD: ["It was invented.", "All invented."],
        OTHER: ["The mill burned for six hours."],
    })  # fmt: skip
    [writing] = made.write([Plan(groups=(group(LEAD), group(OTHER)))], words=100)
    assert writing.drafts[0].text == LEAD
    assert writing.quoted == 1
    assert writing.notices == (
        "1 of 2 sentences (50%) is quoted from the articles as they stand: no wording of the "
        "writer's own could be told.",
    )


def test_half_a_sentence_is_not_quoted_while_there_is_something_else() -> None:
    half = "Ambulances at the mill of Tilby after the fire."
    made = writer({half: ["It was invented."], LEAD: ["The old mill burned down."]})
    [writing] = made.write([Plan(groups=(group(half), group(LEAD, priority=1)))], words=100)
    assert [draft.text for draft in writing.drafts] == ["The old mill burned down."]
    assert writing.notices == (
        "1 point was left out: the articles hold no whole sentence about it.",
    )
    later = Plan(groups=(group(LEAD), group(half, priority=1)))
    assert len(made.write([later], words=100)[0].drafts) == 1
    [writing] = made.write([Plan(groups=(group(half),))], words=100)
    assert [draft.text for draft in writing.drafts] == [half]
    assert writing.quoted == 1


def test_half_a_sentence_is_told_where_what_follows_it_cannot_be() -> None:
    half = "Ambulances at the mill of Tilby after the fire."
    leans = Sentence(doc_id="0", index=1, start=0, end=len(LEAD), text=LEAD)
    made = writer({half: [], LEAD: ["The old mill burned down."], OTHER: [OTHER]})
    after = Plan(groups=(group(half), Group(sentences=(leans,), priority=1)))
    assert [d.text for d in made.write([after], words=100)[0].drafts] == [half]
    long = Plan(groups=(group(half), group(OTHER, priority=1)))
    assert [d.text for d in made.write([long], words=9)[0].drafts] == [half]


def test_a_lead_without_capitals_is_a_whole_sentence() -> None:
    lead = "the mill of tilby burned down on monday in the old town."
    [writing] = writer({lead: []}).write([Plan(groups=(group(lead),))], words=100)
    assert [draft.text for draft in writing.drafts] == [lead]


def test_a_lead_in_a_language_that_the_model_does_not_know_is_quoted() -> None:
    lead = "Die alte Mühle von Tilby ist in der Nacht zum Montag abgebrannt, sagte die Polizei."
    made = writer({})
    [writing] = made.write([Plan(groups=(group(lead),))], words=100)
    assert [draft.text for draft in writing.drafts] == [lead]
    assert made._fuser.asked[0][0] == [[]]  # type: ignore[attr-defined]


def test_what_was_told_is_not_told_again() -> None:
    script = {LEAD: ["The old mill burned down."], OTHER: ["The old mill burned down."]}
    [writing] = writer(script).write([Plan(groups=(group(LEAD), group(OTHER)))], words=100)
    assert [draft.text for draft in writing.drafts] == ["The old mill burned down.", OTHER]


def test_never_more_words_than_asked_for_and_what_was_chosen_last_is_left_out() -> None:
    third = LEAD + " Twice."
    script = {
        LEAD: ["The old mill of Tilby burned down."],
        OTHER: ["Police watched it burn."],
        third: ["It burned twice."],
    }
    plan = Plan(groups=(
        group(LEAD, priority=1), group(OTHER, priority=2), group(third, priority=0)
    ))  # fmt: skip
    [writing] = writer(script).write([plan], words=11)
    assert [draft.text for draft in writing.drafts] == [
        "The old mill of Tilby burned down.", "It burned twice."
    ]  # fmt: skip
    assert writing.notices == ()


def test_a_sentence_that_leans_on_the_one_before_is_not_told_without_it() -> None:
    first, second = sentence(LEAD, index=3), sentence("It was built in 1802.", index=4)
    script = {LEAD: ["The old mill of Tilby burned down."], second.text: [second.text]}
    plan = Plan(groups=(Group(sentences=(first,)), Group(sentences=(second,), priority=1)))
    assert len(writer(script).write([plan], words=20)[0].drafts) == 2
    assert writer(script).write([plan], words=6)[0].drafts == ()


def test_all_groups_of_all_plans_are_decoded_at_once_and_told_in_order() -> None:
    script = {LEAD: ["The mill burned."], OTHER: ["It burned for six hours."]}
    made = writer(script)
    heard: list[tuple[int, Draft]] = []
    plans = [Plan(groups=(group(OTHER), group(LEAD))), Plan(groups=()), Plan(groups=(group(LEAD),))]
    writings = made.write(plans, words=50, on_draft=lambda n, draft: heard.append((n, draft)))
    assert len(made._fuser.asked) == 1  # type: ignore[attr-defined]
    assert [[d.text for d in w.drafts] for w in writings] == [
        ["It burned for six hours.", "The mill burned."], [], ["The mill burned."]
    ]  # fmt: skip
    assert [(n, d.text) for n, d in heard] == [
        (0, "It burned for six hours."), (0, "The mill burned."), (2, "The mill burned.")
    ]  # fmt: skip


def test_sources_are_those_copied_from_and_those_that_say_the_same() -> None:
    told = "The old mill of Tilby burned down on Monday night."
    made = writer({LEAD: [told]})
    [writing] = made.write([Plan(groups=(group(LEAD, "Ferries run.", told),))], words=50)
    assert [source.text for source in writing.drafts[0].sources] == [LEAD, told]


def test_a_sentence_said_twice_is_read_once() -> None:
    made = writer({LEAD: ["The mill burned."]})
    made.write([Plan(groups=(group(LEAD, LEAD.upper(), OTHER),))], words=50)
    [(groups, _)] = made._fuser.asked  # type: ignore[attr-defined]
    assert groups[0] == [LEAD, OTHER]


def test_an_old_report_is_dated() -> None:
    made = writer({LEAD: ["The mill burned down."]})
    [writing] = made.write([Plan(groups=(group(LEAD, when="In January 2024"),))], words=50)
    assert writing.drafts[0].text == "In January 2024, the mill burned down."


def test_a_plan_counts_a_sentence_as_shortened() -> None:
    assert writer({}).count_tokens("One, two three four and five words") == 5
    assert writer({}).count_tokens("") == 0


def test_where_the_best_wording_does_not_fit_a_shorter_one_is_told() -> None:
    short, long = "The old mill burned down.", "The old mill of Tilby burned down on Monday."
    made = writer({LEAD: [long, short]})
    plan = Plan(groups=(group(LEAD, OTHER),))
    for words, told in ((9, [long]), (6, [short]), (4, [])):
        [writing] = made.write([plan], words=words)
        assert [draft.text for draft in writing.drafts] == told
        assert writing.quoted == 0


def test_of_likely_wordings_the_fullest_is_told_but_no_unlikely_one() -> None:
    class Scored(ScriptedFuser):
        def fuse(self, groups: Any, **_: Any) -> list[list[Hypothesis]]:
            scores = {"The mill burned.": -0.2, "The old mill burned.": -1.1,
                      "The old mill of Tilby burned.": -1.3}  # fmt: skip
            return [[Hypothesis(text=t, score=s, used=(0,)) for t, s in scores.items()]]

    made = FusionWriter.of(Scored({}), guard=guard)  # type: ignore[arg-type]
    [writing] = made.write([Plan(groups=(group(LEAD),))], words=50)
    assert [draft.text for draft in writing.drafts] == ["The old mill burned."]
