"""Support: sources found, inventions caught, budget kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.extractive import ExtractiveWriter
from summarizer.records import (
    Deduplication,
    Document,
    Draft,
    Duplicate,
    Group,
    Plan,
    Sentence,
    Writing,
)
from summarizer.sentences import split
from summarizer.support import Support, support
from summarizer.vectors import Vectors
from summarizer.words import collapse, content_words

ARTICLES = {
    "herald": (
        "The harbour bridge at Eastport reopened on Monday after 14 months of repairs.",
        "Mayor Ana Duarte said the work had cost $31 million.",
        "Two lanes will not open before the end of June, engineers said.",
        "Ferry services carried 9,000 people a day while\nthe bridge was closed.",
    ),
    "courier": (
        "Eastport's harbour bridge is open again, 14 months after repairs began.",
        "No date has been set for the return of heavy lorries.",
        "Shop owners in the old town rejected the plan for a toll.",
        "Traffic on the coast road rose by 12% during the works.",
    ),
}
DOCUMENTS = tuple(
    Document(doc_id=name, text=" ".join(texts), published=dt.date(2023, 5, day))
    for day, (name, texts) in enumerate(ARTICLES.items(), start=8)
)


class WordEncoder:
    """One dimension a content word: similarity is the cosine of shared words."""

    name = "words"
    semantic = False
    notices: tuple[str, ...] = ()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        array = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in content_words(text):
                array[row, sum(map(ord, word)) * 31 % 512] += 1
        norms = np.linalg.norm(array, axis=1, keepdims=True)
        return np.divide(array, norms, out=array, where=norms > 0)


def sentences() -> tuple[Sentence, ...]:
    found = []
    for document in DOCUMENTS:
        start = 0
        for index, text in enumerate(ARTICLES[document.doc_id]):
            found.append(
                Sentence(
                    doc_id=document.doc_id,
                    index=index,
                    start=start,
                    end=start + len(text),
                    text=text,
                )
            )
            start += len(text) + 1
    return tuple(found)


S = {sentence.id: sentence for sentence in sentences()}
REOPENED, COST, LANES, FERRIES = (S["herald", index] for index in range(4))
AGAIN, LORRIES, TOLL, TRAFFIC = (S["courier", index] for index in range(4))
DEDUPLICATION = Deduplication(
    kept=tuple(sentence for sentence in S.values() if sentence is not AGAIN),
    dropped=(Duplicate(sentence=AGAIN, kept=REOPENED, similarity=0.9, kind="semantic"),),
)


def supported(*drafts: Draft | str, words: int = 200) -> Support:
    encoder = WordEncoder()
    everything = sentences()
    vectors = Vectors(everything, encoder.encode([collapse(s.text) for s in everything]))
    return support(
        Writing(drafts=tuple(Draft(text=d) if isinstance(d, str) else d for d in drafts)),
        DEDUPLICATION,
        DOCUMENTS,
        vectors,
        encoder=encoder,
        words=words,
    )


def cited(result: Support) -> list[list[tuple[str, int]]]:
    by_span = {(s.doc_id, s.start, s.end): s.id for s in S.values()}
    return [
        [by_span[c.doc_id, c.start, c.end] for c in sentence.citations]
        for sentence in result.sentences
    ]


def test_a_draft_with_sources_cites_each_once_the_leads_document_first() -> None:
    draft = Draft(text=REOPENED.text, sources=(REOPENED, AGAIN, REOPENED, COST))
    result = supported(draft)
    assert cited(result) == [[REOPENED.id, COST.id, AGAIN.id]]
    assert result.sentences[0].checks == ()
    assert result.notices == ()


def test_citations_are_spans_of_the_documents() -> None:
    texts = {document.doc_id: document.text for document in DOCUMENTS}
    for sentence in supported(
        *(Draft(text=collapse(s.text), sources=(s,)) for s in S.values())
    ).sentences:
        for citation in sentence.citations:
            assert texts[citation.doc_id][citation.start : citation.end] == citation.text


def test_a_written_sentence_is_traced_to_its_source_and_the_duplicates() -> None:
    result = supported("The bridge at Eastport has reopened after 14 months of repairs.")
    assert cited(result) == [[REOPENED.id, AGAIN.id]]
    assert result.sentences[0].checks == ()


def test_a_fused_sentence_cites_what_it_was_fused_from() -> None:
    result = supported(
        "Eastport's harbour bridge reopened on Monday after repairs that cost $31 million, "
        "said Mayor Ana Duarte."
    )
    assert cited(result) == [[COST.id, REOPENED.id, AGAIN.id]]


def test_a_text_is_split_into_sentences() -> None:
    result = supported(
        "Ferries carried 9,000 people a day. Mayor Ana Duarte put the cost at $31 million."
    )
    assert cited(result) == [[FERRIES.id], [COST.id]]


@pytest.mark.parametrize(
    ("invention", "fault"),
    [
        (
            "The harbour bridge reopened on Monday after 24 months of repairs.",
            "the number 24 is in",
        ),
        ("The harbour bridge reopened on Tuesday after 14 months of repairs.", "date Tuesday"),
        ("The harbour bridge reopened after 14 months of repairs in July 2021.", "July 2021"),
        ("Mayor Carla Reyes said the work had cost $31 million.", "name Carla Reyes"),
        ("Mayor Ana Duarte said the work had cost $13 million.", "number 13000000"),
        ("Two lanes will open before the end of June, engineers said.", "states what"),
        ("The harbour bridge has not reopened after 14 months of repairs.", "denies what"),
        ("A date has been set for the return of heavy lorries.", "states what"),
        ("Shop owners in the old town accepted the plan for a toll.", "states what"),
        ("Shop owners in the old town declined the services of 9,000 ferry people.", "denies what"),
        ("Traffic on the coast road fell by 12% during the works.", "says “fell”"),
        ("A whale was seen off the northern coast by two fishermen.", "none of its sources"),
        ("Penguins enjoy quiet evenings.", "no source says anything like it"),
    ],
)
def test_an_invention_is_left_out_and_named(invention: str, fault: str) -> None:
    true = "Ferry services carried 9,000 people a day."
    result = supported(f"{invention} {true}")
    assert [sentence.text for sentence in result.sentences] == [true]
    (notice,) = result.notices
    assert notice.startswith("Left out 1 sentence that the articles do not bear out: “")
    assert " ".join(invention.split()[:4]) in notice
    assert fault in notice


@pytest.mark.parametrize(
    "paraphrase",
    [
        "The bridge at Eastport is open again after 14 months of repairs.",
        "Repairs cost $31 million, according to Mayor Duarte.",
        "Engineers said two lanes will not open before the end of June.",
        "Two lanes won't open until the end of June, engineers said.",
        "A date for the return of heavy lorries has not been set.",
        "Ferry services carried nine thousand people a day.",
        "The owners of shops in the old town rejected a toll plan.",
        "During the works, traffic on the coast road rose 12 percent.",
        "The harbour bridge reopened in May 2023.",  # the day of publication is evidence
    ],
)
def test_a_true_paraphrase_passes(paraphrase: str) -> None:
    result = supported(paraphrase)
    assert [sentence.text for sentence in result.sentences] == [paraphrase]
    assert result.notices == ()


@pytest.mark.parametrize("when", [None, "In May 2023"])
def test_what_the_extractive_writer_writes_passes_by_construction(when: str | None) -> None:
    text = "However, in April they did not name a price,” Mr Duarte said"
    cut = Sentence(doc_id="courier", index=9, start=0, end=len(text), text=text)
    groups = tuple(Group(sentences=(s,), when=when) for s in (*DEDUPLICATION.kept, cut))
    writing = ExtractiveWriter().write([Plan(groups=groups)], words=500)[0]
    result = supported(*writing.drafts, words=500)
    assert [sentence.text for sentence in result.sentences] == [d.text for d in writing.drafts]
    assert not any(sentence.checks for sentence in result.sentences)
    assert result.notices == ()


def test_a_clause_with_a_negation_may_be_left_away() -> None:
    text = "The bridge is open again, but no date has been set for heavy lorries."
    source = Sentence(doc_id="herald", index=9, start=0, end=len(text), text=text)
    result = supported(Draft(text="The bridge is open again.", sources=(source,)))
    assert len(result.sentences) == 1


@pytest.mark.parametrize(
    ("source", "written", "passes"),
    [
        ("The cause remains undetermined, police say.", "The cause has not been determined.", True),
        ("The cause remains undetermined, police say.", "The cause was determined.", False),
        ("The cause is determined, police say.", "The cause is undetermined.", False),
        ("The United States is worried, police say.", "The United States is worried.", True),
        ("The US is worried about rising tides.", "The United States is worried by tides.", True),
        ("Not only police are worried here.", "Police are worried.", True),
        ("Police did not find the car.", "Police couldn't find the car.", True),
        ("Police failed to find the car.", "Police did not find the car.", True),
        ("Police failed to enter the car.", "Police entered the car.", False),
    ],
)
def test_negations_in_other_words(source: str, written: str, passes: bool) -> None:
    sentence = Sentence(doc_id="herald", index=9, start=0, end=len(source), text=source)
    result = supported(Draft(text=written, sources=(sentence,)))
    assert bool(result.sentences) is passes, result.notices


def test_where_nothing_is_true_nothing_is_told() -> None:
    result = supported("Mayor Carla Reyes resigned on Friday.")
    assert result.sentences == ()
    assert len(result.notices) == 1


def test_repetitions_are_left_out() -> None:
    told = "Mayor Ana Duarte said the work had cost $31 million."
    result = supported(f"{told} The work cost $31 million, said Ana Duarte. {told}")
    assert [sentence.text for sentence in result.sentences] == [told]
    assert result.notices == ("Left out 2 sentences that only repeated an earlier one.",)


def test_an_unfinished_sentence_is_left_out() -> None:
    result = supported("Ferry services carried 9,000 people a day. Mayor Ana Duarte said the")
    assert cited(result) == [[FERRIES.id]]
    assert result.notices == ("Left out 1 sentence that the writer did not finish.",)


def test_sentences_beyond_the_budget_are_left_out() -> None:
    result = supported(
        "Ferry services carried 9,000 people a day. The work cost $31 million. Two lanes will "
        "not open.",
        words=9,
    )
    assert [sentence.text for sentence in result.sentences] == [
        "Ferry services carried 9,000 people a day."
    ]
    assert result.notices == ("Left out 2 sentences to stay within 9 words.",)


def test_a_doubtful_sentence_stays_with_its_doubt() -> None:
    result = supported("Ferry services carried 9,000 weary people a day over choppy waters.")
    assert result.sentences[0].checks == ("some of its words are in none of its sources",)


def test_nothing_written_is_nothing_told() -> None:
    assert supported() == Support(sentences=())


def test_what_is_extracted_from_real_articles_passes() -> None:
    folder = Path(__file__).parents[2] / "shared" / "samples" / "putin-north-korea"
    if not folder.is_dir():
        pytest.skip("the sample articles are not here")
    documents = tuple(
        Document(doc_id=path.stem, text=path.read_text("utf-8"), published=dt.date(2024, 1, 21))
        for path in sorted(folder.glob("*.txt"))
    )
    kept = split(documents)
    encoder = WordEncoder()
    vectors = Vectors(kept, encoder.encode([s.text for s in kept]))
    groups = tuple(Group(sentences=(s,), when="In January 2024") for s in kept)
    writing = ExtractiveWriter().write([Plan(groups=groups)], words=5_000)[0]
    result = support(
        writing, Deduplication(kept=kept), documents, vectors, encoder=encoder, words=5_000
    )
    assert len(result.sentences) > 50
    assert not any(sentence.checks for sentence in result.sentences)
    assert not any("bear out" in notice for notice in result.notices)
