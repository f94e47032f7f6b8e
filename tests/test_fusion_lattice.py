"""The paths that the embedded writer may take through its sources."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
import tiny_fusion

from models.fusion.casing import typeset
from models.fusion.fuser import Fuser
from models.fusion.lattice import Lattice, Nodes, joints_of
from summarizer.omissions import omissions

LONG = (
    "On Monday Mayor Ana Duarte, who was elected in 2019, opened the rebuilt bridge of Tilby "
    "in the rain, ending 14 months of back-and-forth detours for its 1,200 people."
)
MILL = "The old mill of Tilby burned down on Monday."
BUILT = "The old mill of Tilby, built in 1802, burned down."
CREWS = "Mayor Ana Duarte thanked the fire crews."


class Walks:
    """A lattice over texts, its pieces, and sentences written by walking it at random."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        tokens: Any = tiny_fusion.tokenizer()
        fuser = Fuser.of(tiny_fusion.model(tokens), tokens)
        self.end: int = tokens.token_to_id("[SEP]")
        self.ids, self.pieces = fuser._read(texts)
        joints = joints_of(tokens, range(tokens.get_vocab_size()))
        self.lattice = Lattice(self.ids, self.pieces, texts, joints=joints, end=self.end)
        self._tokens = tokens

    def ids_of(self, text: str) -> list[int]:
        return [*self._tokens.encode(text, add_special_tokens=False).ids, self.end]

    def may_be_written(self, text: str) -> bool:
        nodes: Nodes | None = None
        for id_ in self.ids_of(text):
            if id_ not in (steps := self.lattice.steps(nodes)):
                return False
            nodes = steps[id_]
        return True

    def walk(self, rng: random.Random) -> str:
        written: list[int] = []
        nodes: Nodes | None = None
        while self.end not in written:
            steps = self.lattice.steps(nodes)
            written.append(rng.choice(sorted(steps)))
            nodes = steps[written[-1]]
            assert len(written) < 300
        nodes = self.lattice.path(written[:-1])
        assert [self.ids[node] for node in nodes] == written[:-1]
        return typeset([self.pieces[node] for node in nodes], self.texts, common=frozenset())


def test_a_sentence_may_always_be_written_as_it_stands() -> None:
    for text in (LONG, MILL, "No verb here at all", "Ends without a stop", "…", "“A 5’2” man!”"):
        assert Walks([text]).may_be_written(text)


@pytest.mark.parametrize("seed", range(40))
def test_every_path_leaves_the_rest_true(seed: int) -> None:
    walks = Walks([LONG])
    text = walks.walk(random.Random(seed))
    assert omissions(text, [LONG]) == ()
    assert ",," not in text.replace(" ", "")
    assert "back-and-forth" in text or "back" not in text


def test_a_clause_may_go_and_half_of_one_may_not() -> None:
    walks = Walks([LONG])
    assert walks.may_be_written("Mayor Ana Duarte opened the rebuilt bridge of Tilby.")
    assert walks.may_be_written("On Monday Mayor Ana Duarte opened the rebuilt bridge of Tilby.")
    assert not walks.may_be_written("On Monday Mayor Ana Duarte opened the rebuilt bridge of.")
    assert not walks.may_be_written("On Monday Mayor Ana Duarte was elected in the rain.")
    assert not Walks(["On Monday, march 2, a fire broke out."]).may_be_written(
        "March 2, a fire broke out."
    )
    held = Walks(["They couldn't sell the mill (in Tilby) and didn't leave."])
    assert held.may_be_written("They couldn't sell the mill and didn't leave.")
    assert not held.may_be_written("They could sell the mill and didn't leave.")
    known = Walks(["The blight, also known as rust, is old."])
    assert known.may_be_written("The blight, known as rust, is old.")
    assert not known.may_be_written("The blight known as rust, is old.")
    one = Walks(["The mill, for one, now has a wheel."])
    assert one.may_be_written("The mill now has a wheel.")
    assert not one.may_be_written("The mill, now has a wheel.")
    assert not Walks(["Who was the man that fled?"]).may_be_written("Who was the man?")
    twice = ["If they are ready for Reed, they are ready for all.", "They are ready for all."]
    assert not Walks(twice).may_be_written("If they are ready for all.")
    assert not Walks(["They are housed in the mill."]).may_be_written("They are housed.")
    assert not Walks(["Last Monday, the mill burned down."]).may_be_written(
        "Last, the mill burned."
    )


def test_near_duplicates_complete_one_another() -> None:
    walks = Walks([MILL, BUILT])
    assert walks.may_be_written("The old mill of Tilby, built in 1802, burned down on Monday.")


def test_no_subject_loses_its_verb_to_a_clause_of_another_sentence() -> None:
    raid = "The site was taken down today after a raid by police who took the servers."
    walks = Walks(["The site was taken down after police took the servers.", raid])
    assert not walks.may_be_written("The site was taken down after police who took the servers.")


def test_a_mark_stays_before_who_said_it() -> None:
    text = "They gave 4 crowns a year, while those who earned less gave 5, said the report."
    assert not Walks([text]).may_be_written("They gave 4 crowns a year said the report.")


def test_sentences_about_different_things_are_joined_where_the_first_could_end() -> None:
    walks = Walks([MILL, CREWS])
    assert walks.may_be_written(
        "The old mill of Tilby burned down, and Mayor Ana Duarte thanked the fire crews."
    )
    assert not walks.may_be_written("The old mill thanked the fire crews.")
    assert not walks.may_be_written("The old mill of, and Mayor Ana Duarte thanked the fire crews.")


def test_what_cannot_be_judged_is_joined_to_nothing() -> None:
    assert not Walks(["Two dead"]).may_be_written("Two dead, and two dead")


@pytest.mark.parametrize("text", ["May: the deal delivered what voters wanted.", "Will, he left."])
def test_a_sentence_that_opens_with_a_verb_may_be_written(text: str) -> None:
    assert Walks([text]).may_be_written(text)


def test_the_path_with_the_fewest_jumps_is_taken() -> None:
    walks = Walks([MILL, MILL])
    places = [walks.pieces[node].source for node in walks.lattice.path(walks.ids_of(MILL)[:-1])]
    assert places == [0] * len(places)
    with pytest.raises(ValueError, match="nothing like it"):
        walks.lattice.path(walks.ids_of("Ana burned."))
