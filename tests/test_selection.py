"""Selection and order: the budget, novelty, old reports, what reads badly, the headline."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from summarizer.openings import last_name_speaker
from summarizer.records import (
    Deduplication,
    Document,
    Duplicate,
    Group,
    Plan,
    RankedSentence,
    Sentence,
)
from summarizer.selection import concepts, flaws, headline, select
from summarizer.vectors import Vectors
from summarizer.words import count_words, tokens


def hashed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Words hashed to 256 places, so that no model is needed."""
    array = np.zeros((len(texts), 256), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in tokens(text):
            array[row, hashlib.sha256(word.encode()).digest()[0]] += 1
    norms = np.linalg.norm(array, axis=1, keepdims=True)
    return array / np.where(norms > 0, norms, 1)


class Cluster:
    """Articles as lists of sentences, with saliences in the order given, best first."""

    def __init__(
        self,
        articles: dict[str, list[str]],
        *,
        dates: dict[str, dt.date] | None = None,
        titles: dict[str, str] | None = None,
        duplicates: Sequence[tuple[str, str]] = (),
        vectors: NDArray[np.float32] | None = None,
    ) -> None:
        self.documents = [
            Document(
                doc_id=name,
                text="\n".join(texts),
                title=(titles or {}).get(name),
                published=(dates or {}).get(name),
            )
            for name, texts in articles.items()
        ]
        self.sentences = []
        for name, texts in articles.items():
            start = 0
            for index, text in enumerate(texts):
                end = start + len(text)
                self.sentences.append(
                    Sentence(doc_id=name, index=index, start=start, end=end, text=text)
                )
                start = end + 1
        array = hashed([s.text for s in self.sentences]) if vectors is None else vectors
        self.vectors = Vectors(self.sentences, array)
        self.deduplication = Deduplication(
            kept=tuple(s for s in self.sentences if s.text not in {one for one, _ in duplicates}),
            dropped=tuple(
                Duplicate(
                    sentence=self.find(one), kept=self.find(kept), similarity=0.9, kind="near"
                )
                for one, kept in duplicates
            ),
        )

    def find(self, text: str) -> Sentence:
        return next(s for s in self.sentences if s.text == text)

    def ranking(self, salience: Sequence[float] | None = None) -> tuple[RankedSentence, ...]:
        kept = self.deduplication.kept
        values = salience or [1 - i / max(1, len(kept)) for i in range(len(kept))]
        pairs = sorted(zip(values, kept, strict=True), key=lambda pair: -pair[0])
        return tuple(
            RankedSentence(
                sentence=s, salience=value, corroboration=self.deduplication.corroboration(s)
            )
            for value, s in pairs
        )

    def select(
        self,
        limit: int = 1_000,
        *,
        lambda_: float = 0.7,
        salience: Sequence[float] | None = None,
    ) -> Plan:
        return select(
            self.ranking(salience),
            self.deduplication,
            self.documents,
            self.vectors,
            limit=limit,
            cost=count_words,
            lambda_=lambda_,
        )


def leads(plan: Plan) -> list[str]:
    return [group.lead.text for group in plan.groups]


def spent(plan: Plan) -> int:
    """Words of the leads, and of each phrase once."""
    texts = [g.lead.text for g in plan.groups] + [*{g.when or "" for g in plan.groups}]
    return sum(map(count_words, texts))


FLOOD = {
    "gazette": [
        "The river Ann burst its banks at Tilby on Monday.",
        "Some 40 families were led out of their homes by firemen.",
        "The mayor of Tilby promised to raise the dam by a metre.",
    ],
    "courier": [
        "The river Ann burst its banks near Tilby after a week of rain.",
        "Sheep were lost on two farms below the town.",
        "Insurers put the damage at $3 million.",
    ],
}


# The budget


def test_all_fits_where_the_budget_is_large() -> None:
    plan = Cluster(FLOOD).select(1_000, lambda_=1)
    assert len(plan.groups) == 6
    assert plan.left_out == 0


@pytest.mark.parametrize("limit", [1, 9, 10, 25, 40])
@pytest.mark.parametrize("lambda_", [0, 0.5, 1])
def test_the_budget_is_never_exceeded(limit: int, lambda_: float) -> None:
    plan = Cluster(FLOOD).select(limit, lambda_=lambda_)
    assert spent(plan) <= limit
    assert plan.left_out == 6 - len(plan.groups)


def test_what_does_not_fit_is_passed_over_for_what_does() -> None:
    cluster = Cluster(
        {"a": ["The long report goes on for ten words in all.", "Five words are quite enough."]}
    )
    assert leads(cluster.select(6)) == ["Five words are quite enough."]


def test_nothing_fits_gives_an_empty_plan_not_a_cut_sentence() -> None:
    plan = Cluster(FLOOD).select(3)
    assert plan == Plan(groups=(), left_out=6)


def test_no_ranking_gives_an_empty_plan() -> None:
    empty = Vectors([], np.zeros((0, 4), dtype=np.float32))
    plan = select((), Deduplication(kept=()), [], empty, limit=9, cost=count_words, lambda_=0.5)
    assert plan == Plan(groups=())


def test_cost_is_asked_for_in_the_unit_of_the_writer() -> None:
    cluster = Cluster(FLOOD)
    plan = select(
        cluster.ranking(),
        cluster.deduplication,
        cluster.documents,
        cluster.vectors,
        limit=120,
        cost=len,
        lambda_=0.7,
    )
    assert 0 < sum(len(text) for text in leads(plan)) <= 120


# Salience against novelty


@pytest.mark.parametrize("limit", [24, 33, 45, 60])
def test_lambda_1_is_the_ranking(limit: int) -> None:
    cluster = Cluster(FLOOD)
    taken, left = set(), limit
    for entry in cluster.ranking():
        words = count_words(entry.sentence.text)
        if words <= left:
            taken.add(entry.sentence.text)
            left -= words
    assert set(leads(cluster.select(limit, lambda_=1))) == taken


def test_novelty_passes_over_what_is_said_already() -> None:
    salience = [1, 0.4, 0.3, 0.99, 0.2, 0.1]  # both reports of the burst come first
    cluster = Cluster(FLOOD)
    assert set(leads(cluster.select(25, lambda_=1, salience=salience))) == {
        FLOOD["gazette"][0],
        FLOOD["courier"][0],
    }
    said = leads(cluster.select(25, lambda_=0.3, salience=salience))
    assert FLOOD["gazette"][0] in said
    assert FLOOD["courier"][0] not in said


def test_the_same_meaning_in_other_words_is_not_novel() -> None:
    articles = {
        "a": ["Alpha beta gamma delta one."],
        "b": ["Epsilon zeta eta theta two.", "Iota kappa lambda mu three."],
    }
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    plan = Cluster(articles, vectors=vectors).select(10, lambda_=0.5)
    assert set(leads(plan)) == {"Alpha beta gamma delta one.", "Iota kappa lambda mu three."}


def test_concepts_are_words_and_pairs_that_say_something() -> None:
    assert concepts("The mayor of Tilby said so.") == {
        "mayor",
        "tilby",
        "the mayor",
        "mayor of",
        "of tilby",
        "tilby said",
    }


def test_a_group_is_the_lead_and_its_duplicates() -> None:
    said = (
        "Sheep were lost on two farms below the town.",
        "Some 40 families were led out of their homes by firemen.",
    )
    plan = Cluster(FLOOD, duplicates=[said]).select()
    group = next(g for g in plan.groups if g.lead.text == said[1])
    assert [s.text for s in group.sentences] == [said[1], said[0]]
    assert said[0] not in leads(plan)


# What reads badly


@pytest.mark.parametrize(
    "text",
    [
        "Who will pay for the dam?",
        "“Will it hold?”",
        "You can find more on the page below.",
        "“We lost all that we had in one night.”",
    ],
)
def test_flaws_cost_salience(text: str) -> None:
    assert flaws(text) > 0


@pytest.mark.parametrize(
    "text",
    [
        "The mayor of Tilby promised to raise the dam.",
        "“We lost all that we had,” said Ida Holm, a farmer.",
        "The mayor called it “a night to forget.”",
        "市长承诺加高大坝。",
    ],
)
def test_sound_sentences_lose_nothing(text: str) -> None:
    assert flaws(text) == 0


def test_a_leaning_sentence_waits_for_the_one_it_leans_on() -> None:
    articles = {
        "a": ["The mayor of Tilby spoke to farmers.", "He promised to raise the dam soon."],
        "b": ["Insurers put the damage at $3 million."],
    }
    alone = Cluster(articles).select(7, salience=[0.1, 1, 0.9])
    assert leads(alone) == ["Insurers put the damage at $3 million."]
    plan = Cluster(articles).select(30, salience=[0.5, 0.6, 0.9])
    assert leads(plan)[1:] == articles["a"] or leads(plan)[:2] == articles["a"]


def test_a_scrap_is_taken_only_where_there_is_nothing_else() -> None:
    scraps = {"a": ["Hi there.", "The mayor of Tilby spoke to farmers."]}
    assert leads(Cluster(scraps).select()) == [scraps["a"][1]]
    assert leads(Cluster({"a": ["Hi there."]}).select()) == ["Hi there."]


def test_a_sentence_cut_off_is_never_told_beside_whole_ones() -> None:
    whole = "The mayor of Tilby spoke to farmers."
    cut = "The mayor of Tilby put the cost of the new dam at more than"
    plan = Cluster({"a": [whole], "b": [cut]}).select(salience=[0.1, 1])
    assert leads(plan) == [whole]


def test_she_said_is_not_told_without_her_name() -> None:
    named = "Ann Roe, the mayor of Tilby, spoke to the farmers on Monday."
    quote = "The dam will hold until the spring of next year, she said."
    other = "Bea Lund of the water board disagreed with that on Tuesday."
    plan = Cluster({"a": [named, quote], "b": [other]}).select(salience=[0, 1, 0.9])
    assert leads(plan).index(quote) == leads(plan).index(named) + 1
    plan = Cluster({"a": [named, quote], "b": [other]}).select(limit=20, salience=[0, 1, 0.9])
    assert quote not in leads(plan)


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("“We will not leave you alone,” Tran said.", "Tran"),
        ("“We will not leave,” said Tran.", "Tran"),
        ("An invitation has come, with Tran noting that he would go.", "Tran"),
        ("Mayor Helen Varga said it would stay closed.", None),
        ("The council said it would stay closed.", None),
        ("Helen Varga came, and Varga said it would stay closed.", None),
    ],
)
def test_speakers_by_the_last_name_alone(text: str, speaker: str | None) -> None:
    assert last_name_speaker(text) == speaker


def test_a_last_name_alone_is_told_only_with_the_full_name() -> None:
    full = "Helen Varga, the mayor of Tilby, closed the old bridge on Monday."
    bare = "The repairs will last until the autumn of next year, Varga said."
    other = "Farmers have to drive their cattle around the lake for now."
    cluster = Cluster({"a": [full], "b": [bare], "c": [other]})
    assert leads(cluster.select(limit=30, salience=[0.3, 0.6, 0.6])) == [other, full]
    assert bare in leads(cluster.select(limit=30, salience=[1, 0.9, 0.8]))


def test_yesterday_of_an_old_report_is_not_told() -> None:
    news = "The port of Tilby opened again for all ships this morning."
    stale = "The port of Tilby said yesterday that it would close for all ships."
    old = "The port of Tilby closed in a storm that broke its two largest cranes."
    dates = {"a": dt.date(2024, 5, 3), "b": dt.date(2023, 2, 1)}
    cluster = Cluster({"a": [news], "b": [stale, old]}, dates=dates)
    assert leads(cluster.select(limit=40, salience=[1, 0.9, 0.1])) == [news, old]


def test_what_is_told_already_is_not_told_again_in_other_words() -> None:
    told = "The council of Tilby approved the new tram by one vote."
    again = "Tilby's new tram was approved by one council vote."
    other = "Farmers near the station went to court on Tuesday."
    alike = np.eye(3, dtype=np.float32)  # to the vectors the three have nothing in common
    cluster = Cluster({"a": [told], "b": [again, other]}, vectors=alike)
    assert leads(cluster.select(limit=24, salience=[1, 0.7, 0.5])) == [told, other]
    assert leads(cluster.select(limit=100, salience=[1, 0.7, 0.5])) == [told, other]


def test_a_number_that_nobody_has_said_is_always_news() -> None:
    told = "The fire in Tilby killed 14 people and destroyed the old mill."
    other_count = "The fire in Tilby killed 15 people and destroyed the old mill."
    cluster = Cluster({"a": [told], "b": [other_count]})
    assert leads(cluster.select()) == [told, other_count]


# Order


def test_after_the_opening_the_story_is_told_in_order_of_time() -> None:
    days = {name: dt.date(2024, 5, day) for name, day in (("c", 3), ("a", 9), ("b", 12), ("d", 7))}
    articles = {name: [f"The strike in Tilby reached works {n}."] for n, name in enumerate(days)}
    plan = Cluster(articles, dates=days).select(salience=[0.2, 0.3, 1, 0.4])
    assert [g.lead.doc_id for g in plan.groups] == ["b", "c", "d", "a"]


def test_sentences_of_one_document_keep_their_order() -> None:
    texts = [f"{word} reports on the flood in Tilby again." for word in ("Ann", "Bob", "Cy", "Di")]
    plan = Cluster({"a": texts}).select(salience=[0.1, 0.5, 0.9, 1])
    assert leads(plan) == texts


def test_the_most_important_opens() -> None:
    plan = Cluster(
        {name: texts[:1] for name, texts in FLOOD.items()}
        | {"mail": ["Trains ran late on Monday evening in Tilby."]}
    ).select(salience=[0.2, 1, 0])
    assert leads(plan)[0] == FLOOD["courier"][0]


VISIT = {
    "old": [
        "The envoy plans a visit to Zubrowka, the palace said.",
        "Talks about a visit began, said the palace.",
        "In 1998 an envoy was last in Zubrowka.",
    ],
    "new": ["The envoy landed in Zubrowka and met the queen.", "A treaty on fishing was signed."],
}
MAY, JANUARY = dt.date(2024, 5, 20), dt.date(2024, 1, 21)


def test_an_old_report_comes_after_the_news_and_says_when() -> None:
    plan = Cluster(VISIT, dates={"old": JANUARY, "new": MAY}).select()
    assert {g.lead.doc_id for g in plan.groups[:2]} == {"new"}
    assert [g.when for g in plan.groups] == [
        None, None, "In January 2024", "In January 2024", None
    ]  # fmt: skip
    # The sentence that names a year needs no telling.
    assert plan.groups[4].lead.text == VISIT["old"][2]


def test_the_phrase_counts_against_the_budget() -> None:
    dates = {"old": JANUARY, "new": MAY}
    for limit in range(8, 50):
        assert spent(Cluster(VISIT, dates=dates).select(limit)) <= limit


def test_a_month_apart_is_news() -> None:
    plan = Cluster(VISIT, dates={"old": MAY - dt.timedelta(days=31), "new": MAY}).select()
    assert not any(group.when for group in plan.groups)


def test_one_date_alone_says_nothing_about_the_others() -> None:
    plan = Cluster(VISIT, dates={"old": JANUARY}).select()
    assert not any(group.when for group in plan.groups)


def test_a_day_reported_as_past_places_an_undated_report() -> None:
    news = {**VISIT, "new": [*VISIT["new"], "The envoy left the palace on May 8."]}
    plan = Cluster(news, dates={"old": JANUARY}).select()
    assert "In January 2024" in [g.when for g in plan.groups]
    assert all(g.when is None for g in plan.groups if g.lead.doc_id == "new")
    ahead = {**VISIT, "new": [*VISIT["new"], "The envoy will leave the palace on May 8."]}
    plan = Cluster(ahead, dates={"old": JANUARY}).select()
    assert not any(group.when for group in plan.groups)


def test_an_undated_twin_of_an_old_report_goes_with_it_but_gets_no_date() -> None:
    twin = [text.replace("palace", "court") for text in VISIT["old"]]
    plan = Cluster({"twin": twin, **VISIT}, dates={"old": JANUARY, "new": MAY}).select()
    assert {g.lead.doc_id for g in plan.groups[:2]} == {"new"}
    assert all(g.when is None for g in plan.groups if g.lead.doc_id == "twin")


def test_a_month_is_told_in_one_piece() -> None:
    days = {"m1": (3, 20), "a1": (4, 4), "m2": (3, 25), "a2": (4, 9), "x": (7, 1)}
    dates = {name: dt.date(2007, month, day) for name, (month, day) in days.items()}
    articles = {name: [f"The strike in Tilby reached the {name} works."] for name in days}
    plan = Cluster(articles, dates=dates).select(33, salience=[0.7, 1, 0.8, 0.9, 0])
    assert [g.when for g in plan.groups] == ["In April 2007", "In April 2007", "In March 2007"]


def test_an_old_point_that_the_news_repeats_is_news() -> None:
    said = (VISIT["new"][1], VISIT["old"][1])
    plan = Cluster(VISIT, dates={"old": JANUARY, "new": MAY}, duplicates=[said]).select()
    group = next(g for g in plan.groups if g.lead.text == said[1])
    assert group.when is None


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(["old", "new", "gazette", "courier"]), limit=st.integers(5, 80))
def test_the_order_of_the_documents_does_not_matter(order: list[str], limit: int) -> None:
    articles = {**FLOOD, **VISIT}
    dates = {"old": JANUARY, "new": MAY}
    one = Cluster(articles, dates=dates)
    other = Cluster({name: articles[name] for name in order}, dates=dates)
    plan = select(
        one.ranking(),
        other.deduplication,
        other.documents,
        other.vectors,
        limit=limit,
        cost=count_words,
        lambda_=0.6,
    )
    assert plan == one.select(limit, lambda_=0.6)


# The headline


def group(text: str, doc_id: str) -> Group:
    sentence = Sentence(doc_id=doc_id, index=0, start=0, end=len(text), text=text)
    return Group(sentences=(sentence,))


def title_of(texts: dict[str, str], titles: dict[str, str], source: str | None = None) -> str:
    groups = tuple(group(text, name) for name, text in texts.items())
    documents = [
        Document(doc_id=name, text=texts.get(name, ""), title=title, source=source)
        for name, title in titles.items()
    ]
    vectors = Vectors([g.lead for g in groups], hashed([g.lead.text for g in groups]))
    return headline(Plan(groups=groups), documents, vectors)


def test_the_headline_is_the_title_that_the_briefing_bears_out() -> None:
    texts = {"a": "The envoy landed in Zubrowka and met the queen.", "b": "Talks began in winter."}
    titles = {"a": "Envoy meets queen in Zubrowka", "b": "What we know of the talks"}
    assert title_of(texts, titles) == titles["a"]
    assert title_of(texts, dict(reversed(titles.items()))) == titles["a"]


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Envoy meets queen | The Zubrowka Post", "Envoy meets queen"),
        ("Envoy meets  queen - BBC News", "Envoy meets queen"),
        ("Envoy meets queen — zubrowka-online.com", "Envoy meets queen"),
        ("2024/05/20 Envoy meets queen", "Envoy meets queen"),
        ("Envoy meets queen - and leaves at once", "Envoy meets queen - and leaves at once"),
        ("Talks on fishing – palace", "Talks on fishing – palace"),
    ],
)
def test_outlets_and_dates_are_no_part_of_a_headline(title: str, plain: str) -> None:
    assert title_of({"a": "The envoy met the queen."}, {"a": title}) == plain


def test_the_source_is_no_part_of_a_headline() -> None:
    titles = {"a": "Envoy meets queen - Trillian"}
    assert title_of({"a": "The envoy met the queen."}, titles, "Trillian") == "Envoy meets queen"


def test_without_titles_the_first_lead_is_the_headline() -> None:
    short = {"a": "The envoy met the queen."}
    assert title_of(short, {}) == "The envoy met the queen"
    clause = "The envoy landed in Zubrowka on Monday, where he met the queen"
    assert title_of({"a": f"{clause}, the chancellor and two fishermen."}, {}) == clause
    assert title_of({}, {}) == ""
