from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from models.fusion.fuser import Hypothesis
from models.fusion.writer import LENGTHS, FusionWriter
from summarizer.records import Draft, Group, Plan, Sentence

LEAD = "Tilby (AP) — The old mill of Tilby burned down on Monday night."
OTHER = "Police said the mill of Tilby, built in 1802, burned for six hours."


class ScriptedFuser:
    """Answers each group with the hypotheses scripted for its lead, length by length."""

    def __init__(self, script: dict[str, list[list[str]]]) -> None:
        self.script, self.asked = script, []  # type: ignore[var-annotated]

    def fuse(
        self, groups: Sequence[Sequence[str]], *, lengths: Sequence[int], **_: Any
    ) -> list[list[Hypothesis]]:
        self.asked.append((groups, lengths))
        return [
            [
                Hypothesis(text=text, score=-1.0, used=(0,))
                for text in self.script[group[0]][LENGTHS.index(length)]
            ]
            for group, length in zip(groups, lengths, strict=True)
        ]


def sentence(text: str, doc_id: str = "a", index: int = 0) -> Sentence:
    return Sentence(doc_id=doc_id, index=index, start=0, end=len(text), text=text)


def group(*texts: str, when: str | None = None) -> Group:
    return Group(
        sentences=tuple(sentence(text, doc_id=str(n)) for n, text in enumerate(texts)), when=when
    )


def guard(written: str, sources: Sequence[str]) -> list[str]:
    return ["invented"] if "invented" in written else []


def writer(script: dict[str, list[list[str]]]) -> FusionWriter:
    return FusionWriter.of(ScriptedFuser(script), guard=guard)  # type: ignore[arg-type]


def test_the_first_hypothesis_that_passes_is_told() -> None:
    made = writer({LEAD: [["It was invented.", "The old mill burned down."], ["The mill burned."]]})
    [writing] = made.write([Plan(groups=(group(LEAD, OTHER),))], words=100)
    assert [draft.text for draft in writing.drafts] == ["The old mill burned down."]
    assert writing.notices == ()


def test_the_next_length_is_asked_for_only_where_the_first_fails() -> None:
    made = writer({
        LEAD: [["It was invented."], ["The mill burned."]],
        OTHER: [["Police said it took six hours."], ["It took hours."]],
    })  # fmt: skip
    [writing] = made.write([Plan(groups=(group(LEAD), group(OTHER)))], words=100)
    assert [draft.text for draft in writing.drafts] == [
        "The mill burned.", "Police said it took six hours."
    ]  # fmt: skip
    assert [lengths for _, lengths in made._fuser.asked] == [  # type: ignore[attr-defined]
        [LENGTHS[0]] * 2, [LENGTHS[1]]
    ]  # fmt: skip


def test_where_nothing_passes_the_lead_stands_and_a_notice_says_so() -> None:
    made = writer({
        LEAD: [["It was invented."], ["All invented."]],
        OTHER: [["The mill burned for six hours."], []],
    })  # fmt: skip
    [writing] = made.write([Plan(groups=(group(LEAD), group(OTHER)))], words=100)
    assert writing.drafts[0].text == LEAD
    assert writing.notices == (
        "1 of 2 sentences (50%) is quoted from the articles: nothing that was written in its "
        "place checks out.",
    )


def test_what_was_told_is_not_told_again() -> None:
    script = {LEAD: [["The old mill burned down."], []], OTHER: [["The old mill burned down."], []]}
    [writing] = writer(script).write([Plan(groups=(group(LEAD), group(OTHER)))], words=100)
    assert [draft.text for draft in writing.drafts] == ["The old mill burned down.", OTHER]


def test_never_more_words_than_asked_for_and_a_notice_counts_the_rest() -> None:
    script = {LEAD: [["The old mill of Tilby burned down."], []], OTHER: [["Police watched."], []]}
    plan = Plan(groups=(group(LEAD), group(OTHER), group(LEAD + " Twice.")))
    script[LEAD + " Twice."] = [["Nine words are too many for this small briefing."], []]
    [writing] = writer(script).write([plan], words=10)
    assert [draft.text for draft in writing.drafts] == [
        "The old mill of Tilby burned down.", "Police watched."
    ]  # fmt: skip
    assert writing.notices == ("1 point of the plan did not fit into 10 words.",)


def test_all_groups_of_all_plans_are_decoded_at_once_and_told_in_order() -> None:
    script = {LEAD: [["The mill burned."], []], OTHER: [["It burned for six hours."], []]}
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
    made = writer({LEAD: [[told], []]})
    [writing] = made.write([Plan(groups=(group(LEAD, "Ferries run.", told),))], words=50)
    assert [source.text for source in writing.drafts[0].sources] == [LEAD, told]


def test_a_sentence_said_twice_is_read_once() -> None:
    made = writer({LEAD: [["The mill burned."], []]})
    made.write([Plan(groups=(group(LEAD, LEAD.upper(), OTHER),))], words=50)
    [(groups, _)] = made._fuser.asked  # type: ignore[attr-defined]
    assert groups[0] == [LEAD, OTHER]


def test_an_old_report_is_dated() -> None:
    made = writer({LEAD: [["The mill burned down."], []]})
    [writing] = made.write([Plan(groups=(group(LEAD, when="In January 2024"),))], words=50)
    assert writing.drafts[0].text == "In January 2024, the mill burned down."


@pytest.mark.parametrize("text", ["", "One, two and three words"])
def test_tokens_are_words(text: str) -> None:
    assert writer({}).count_tokens(text) == len(text.split())
