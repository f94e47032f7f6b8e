"""ROUGE: the papers' worked examples, agreement with rouge_score, and what it adds."""

from __future__ import annotations

import json
import lzma
import pickle
import random
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.stem.porter import PorterStemmer
from rouge_score.rouge_scorer import RougeScorer

from eval.lcs import lcs_length
from eval.rouge import Rouge, Score
from eval.tokenizing import first_bytes, first_words, google_tokens, unicode_tokens
from summarizer.errors import ConfigError, InputError
from summarizer.porter import stem

SHARED = Path(__file__).parents[2] / "shared" / "data" / "multinews500" / "validation.jsonl.xz"
COMMON = ["rouge1", "rouge2", "rouge3", "rouge9", "rougeL", "rougeLsum"]

# Few words and many line breaks: equally long subsequences to choose from.
few_words = st.lists(st.sampled_from(["a", "b", "c", "killed", "kills", "\n"]), max_size=40)
texts = st.text() | st.text("aby .\n") | few_words.map(" ".join)


def one(metric: str, candidate: str, reference: str | list[str], **options: object) -> Score:
    return Rouge([metric], **options).score(candidate, reference)[metric]  # type: ignore[arg-type]


# Lin 2004, "ROUGE: a Package for Automatic Evaluation of Summaries" -----------------------

S1 = "police killed the gunman"
S2 = "police kill the gunman"
S3 = "the gunman kill police"
S4 = "the gunman police killed"
S5 = "gunman the killed police"


@pytest.mark.parametrize(
    ("metric", "candidate", "score"),
    [
        ("rouge2", S2, 1 / 3),  # section 3.1: S2 and S3 share one bigram with S1
        ("rouge2", S3, 1 / 3),
        ("rougeL", S2, 3 / 4),
        ("rougeL", S3, 2 / 4),
        ("rougeL", S4, 2 / 4),
        ("rougeS2", S2, 3 / 6),  # section 5: of C(4, 2) pairs; in 4 words no gap is over 2
        ("rougeS2", S3, 1 / 6),
        ("rougeS2", S4, 2 / 6),
        ("rougeS2", S5, 0 / 6),  # section 5.2: the reason for counting single words too
        ("rougeSU2", S5, 4 / 10),
        ("rougeSU4", S2, (3 + 3) / (6 + 4)),
    ],
)
def test_the_papers_sentences(metric: str, candidate: str, score: float) -> None:
    assert one(metric, candidate, S1) == pytest.approx((score, score, score), abs=1e-12)


def test_the_papers_summary_level_union() -> None:
    # Section 3.2: w1 w2 of the first sentence and w1 w3 w5 of the second make 4 of 5.
    score = one("rougeLsum", "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5")
    assert score == pytest.approx((4 / 10, 4 / 5, 8 / 15), abs=1e-12)


def test_summary_level_hits_are_clipped_at_the_candidates_count() -> None:
    assert one("rougeLsum", "w1", "w1 w2\nw1 w3") == pytest.approx((1, 1 / 4, 2 / 5), abs=1e-12)


def test_skip_bigrams_leave_out_wider_gaps() -> None:
    # Of seven words in order, 21 pairs; 20 have at most four words between them.
    assert one("rougeS4", "a g", "a b c d e f g").recall == 0
    assert one("rougeS5", "a g", "a b c d e f g").recall == 1 / 21
    assert one("rougeS4", "b g", "a b c d e f g").recall == 1 / 20
    assert one("rougeSU4", "b g", "a b c d e f g").recall == 3 / 27


# Agreement -------------------------------------------------------------------------------


def assert_same(candidate: str, reference: str, *, stemmer: bool) -> None:
    ours = Rouge(COMMON, stemmer=stemmer).score(candidate, reference)
    theirs = RougeScorer(COMMON, use_stemmer=stemmer).score(reference, candidate)
    for metric in COMMON:
        assert ours[metric] == pytest.approx(tuple(theirs[metric]), abs=1e-9), metric


@settings(max_examples=100, deadline=None)
@given(texts, texts, st.booleans())
def test_agrees_with_rouge_score(candidate: str, reference: str, stemmer: bool) -> None:
    assert_same(candidate, reference, stemmer=stemmer)


def test_agrees_with_rouge_score_on_which_of_the_longest_subsequences_counts() -> None:
    # "a x" takes the first a of the reference, "a" the last: both are in the union.
    assert one("rougeLsum", "a x\na", "a b a").recall == 2 / 3
    assert_same("a x\na", "a b a", stemmer=False)
    chance = random.Random(0)
    for _ in range(400):
        sides = [" ".join(chance.choices("aabbcdx\n\n", k=chance.randint(1, 30))) for _ in "12"]
        assert_same(*sides, stemmer=False)


@pytest.mark.parametrize("stemmer", [False, True])
def test_agrees_with_rouge_score_on_edges(stemmer: bool) -> None:
    edges = ["", "\n", "one", "the the the\nthe", "İstanbul K naïve", "今天", "a\u2028b\x85c\rd"]
    for candidate in edges:
        for reference in edges:
            assert_same(candidate, reference, stemmer=stemmer)
    chance = random.Random(0)
    long = " ".join(f"w{chance.randrange(900)}" for _ in range(5_000))
    assert_same(long, " ".join(f"w{chance.randrange(900)}" for _ in range(40)), stemmer=stemmer)


def test_agrees_with_rouge_score_on_real_texts() -> None:
    if not SHARED.is_file():
        pytest.skip(f"no {SHARED.name} of multinews500 beside the repository")
    with lzma.open(SHARED, "rt", encoding="utf-8") as lines:
        clusters = [json.loads(line) for line, _ in zip(lines, range(16), strict=False)]
    for number, cluster in enumerate(clusters):
        lead = " ".join("\n".join(cluster["documents"]).split(" ")[:200])
        texts = [re.sub(r"(?<=[.?!])\s", "\n", text) for text in (lead, cluster["references"][0])]
        assert_same(*texts, stemmer=number % 2 == 0)


@settings(max_examples=50, deadline=None)
@given(few_words.map(" ".join), st.lists(few_words.map(" ".join), min_size=1, max_size=3))
def test_best_reference_agrees_with_rouge_score(candidate: str, references: list[str]) -> None:
    ours = Rouge(COMMON).score(candidate, references)
    theirs = RougeScorer(COMMON).score_multi(references, candidate)
    for metric in COMMON:
        assert ours[metric] == pytest.approx(tuple(theirs[metric]), abs=1e-9)


ENDINGS = """ational tional enci anci izer bli alli entli eli ousli ization ation ator alism iveness
    fulness ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance ence
    er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize ed eed ied ing ies sses s y ll
    e""".split()


@settings(max_examples=300, deadline=None)
@given(st.text("aeiouybcdlstzwx0", max_size=6), st.lists(st.sampled_from(ENDINGS), max_size=3))
def test_stems_are_those_of_nltk(start: str, endings: list[str]) -> None:
    word = start + "".join(endings)
    assert stem(word) == PorterStemmer().stem(word)


@pytest.mark.parametrize("word", ["skies", "dying", "news", "innings", "proceed", "yyyyy", "flies"])
def test_irregular_stems_are_those_of_nltk(word: str) -> None:
    assert stem(word) == PorterStemmer().stem(word)


@settings(deadline=None)
@given(st.lists(st.sampled_from("abc"), max_size=7), st.lists(st.sampled_from("abc"), max_size=7))
def test_the_lcs_is_the_longest(left: list[str], right: list[str]) -> None:
    def subsequences(tokens: list[str]) -> set[tuple[str, ...]]:
        return {some for size in range(8) for some in combinations(tokens, size)}

    longest = max(map(len, subsequences(left) & subsequences(right)))
    assert lcs_length(left, right) == longest == lcs_length(right, left)


# Properties ------------------------------------------------------------------------------

EVERY = [*COMMON, "rougeS0", "rougeS4", "rougeSU4"]


@settings(max_examples=60, deadline=None)
@given(texts, texts, st.booleans())
def test_scores_are_shares_and_turn_with_the_sides(left: str, right: str, stop: bool) -> None:
    rouge = Rouge(EVERY, tokenizer="unicode", stemmer=True, stop_words=stop)
    there, back = rouge.score(left, right), rouge.score(right, left)
    for metric in EVERY:
        assert all(0 <= part <= 1 for part in there[metric])
        if metric != "rougeLsum":  # whose union is of the reference's words
            assert there[metric].precision == back[metric].recall


@pytest.mark.parametrize("metric", ["rouge1", "rougeL", "rougeLsum", "rougeSU4"])
@pytest.mark.parametrize("text", ["One", "Four killed by floods.\nDozens are missing."])
def test_a_text_scores_1_against_itself(metric: str, text: str) -> None:
    assert one(metric, text, text) == Score(1, 1, 1)


# Options ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("candidate", "reference", "tokens"),
    [
        ("今天下雨", "明天下雨。", (["今", "天", "下", "雨"], ["明", "天", "下", "雨"])),
        ("قال الرئيس", "الرئيس، غدا", (["قال", "الرئيس"], ["الرئيس", "غدا"])),
        ("हिन्दी में लिखें", "हिन्दी!", (["हिन्दी", "में", "लिखें"], ["हिन्दी"])),
        ("Ça va, ÉLAN", "élan", (["ça", "va", "élan"], ["élan"])),
    ],
)
def test_other_scripts_score(
    candidate: str, reference: str, tokens: tuple[list[str], list[str]]
) -> None:
    assert (unicode_tokens(candidate), unicode_tokens(reference)) == tokens
    hits = len(set(tokens[0]) & set(tokens[1]))
    score = one("rouge1", candidate, reference, tokenizer="unicode", stemmer=True)
    assert score.recall == hits / len(tokens[1])
    assert score.f1 > 0


@settings(deadline=None)
@given(st.text(st.characters(max_codepoint=127)))
def test_on_ascii_the_tokenizers_agree(text: str) -> None:
    assert unicode_tokens(text) == google_tokens(text)


def test_stop_words_are_left_out_before_stemming() -> None:
    assert one("rouge1", "The storm is over", "a storm", stop_words=True) == Score(1, 1, 1)
    assert one("rouge1", "the of and", "the of and", stop_words=True) == Score(0, 0, 0)


def test_limits_cut_both_sides() -> None:
    assert one("rouge1", "a b c d", "a b x y", max_words=2) == Score(1, 1, 1)
    assert one("rouge1", "ab cdef", "ab cxyz", max_bytes=4) == Score(1, 1, 1)
    assert first_words("one two\n\nthree four", 3) == "one two\n\nthree"
    assert first_words("今天天气 good day", 5) == "今天天气 good"
    assert first_bytes("ab\ncd\nef", 3) == "ab\nc"  # line breaks are not counted
    assert first_bytes("aé", 2) == "a"
    assert first_words("short", 9) == first_bytes("short", 9) == "short"


def test_the_average_of_references_pools_the_counts() -> None:
    score = one("rouge1", "a b", ["a", "a b c d e"], references="average")
    assert score == pytest.approx((3 / 4, 3 / 6, 3 / 5), abs=1e-12)
    assert one("rouge1", "a b", ["a", "a b c d e"]).recall == 1  # the best: 2/3 beats 4/7


def test_punkt_finds_sentences_within_a_line() -> None:
    text = "The river rose on Monday. Two bridges were closed."
    turned = "Two bridges were closed. The river rose on Monday."
    assert one("rougeLsum", turned, text).recall < 1
    assert one("rougeLsum", turned, text, splitter="punkt") == Score(1, 1, 1)


def test_the_signature_states_every_parameter() -> None:
    rouge = Rouge(["rouge1", "rouge2", "rougeL", "rougeLsum"], stemmer=True)
    assert rouge.signature == (
        "rouge|v:0.1.0|m:1,2,L,Lsum|stem:porter|tok:google|split:newline|stop:none"
        "|refs:best|agg:mean|limit:none"
    )
    rouge = Rouge(
        ["rougeSU4", "rougeLsum"], tokenizer="unicode", splitter="punkt", stop_words=True,
        references="average", max_bytes=665,
    )  # fmt: skip
    assert rouge.signature == (
        "rouge|v:0.1.0|m:SU4,Lsum|stem:none|tok:unicode|split:punkt|stop:english"
        "|refs:average|agg:mean|limit:bytes=665"
    )


@pytest.mark.parametrize(
    ("metrics", "options", "message"),
    [
        (["rouge1", "rouge"], {}, r"unknown metric 'rouge'.*rougeLsum"),
        (["rouge0"], {}, "unknown metric 'rouge0'"),
        (["rougeSU"], {}, "unknown metric 'rougeSU'"),
        (["ROUGE1"], {}, "unknown metric 'ROUGE1'"),
        ([1], {}, "unknown metric 1"),
        ([], {}, "list of names"),
        ("rouge1", {}, "list of names"),
        (["rouge1", "rouge1"], {}, "named twice"),
        (["rouge1"], {"tokenizer": "spacy"}, "google, unicode, not 'spacy'"),
        (["rougeLsum"], {"splitter": "nltk"}, "newline, punkt, not 'nltk'"),
        (["rougeL"], {"splitter": "punkt"}, "no effect"),
        (["rouge1"], {"references": "all"}, "best, average, not 'all'"),
        (["rouge1"], {"max_words": 0}, "max_words must be a whole number of at least 1, not 0"),
        (["rouge1"], {"max_bytes": -1}, "max_bytes must be a whole number of at least 1"),
        (["rouge1"], {"max_words": True}, "max_words must be a whole number"),
        (["rouge1"], {"max_bytes": 7.5}, "max_bytes must be a whole number"),
        (["rouge1"], {"stemmer": "no"}, "stemmer must be True or False, not 'no'"),
        (["rouge1"], {"stop_words": 1}, "stop_words must be True or False, not 1"),
        (["rouge1"], {"tokenizer": ["google"]}, "tokenizer must be one of"),
        (["rouge1"], {"tokenizer": None}, "tokenizer must be one of"),
        ([["rouge1"]], {}, "unknown metric"),
        (["rouge1"], {"max_words": 9, "max_bytes": 9}, "not both"),
    ],
)
def test_what_cannot_be_meant_fails_at_construction(
    metrics: list[str], options: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        Rouge(metrics, **options)  # type: ignore[arg-type]


# Many ------------------------------------------------------------------------------------


def test_many_scores_are_the_single_ones_in_any_number_of_processes() -> None:
    candidates = ["a b c", "", "killed", "x y\nz"]
    references = ["a b d", "a", "killing", "z\nx y"]
    rouge = Rouge(EVERY, stemmer=True)
    scores = rouge.score_many(candidates, references)
    assert list(scores) == EVERY
    for metric in EVERY:
        single = [rouge.score(*pair)[metric] for pair in zip(candidates, references, strict=True)]
        np.testing.assert_array_equal(scores[metric], np.array(single))
    several = rouge.score_many(candidates, [[text] for text in references], processes=2)
    for metric in EVERY:
        np.testing.assert_array_equal(scores[metric], several[metric])
    assert rouge.score_many([], [])["rouge1"].shape == (0, 3)


def test_a_scorer_can_be_pickled_without_its_stems() -> None:
    rouge = Rouge(["rouge1"], stemmer=True)
    before = len(pickle.dumps(rouge))
    rouge.score("several different words", "other words")
    assert len(pickle.dumps(rouge)) == before
    again = pickle.loads(pickle.dumps(rouge))
    assert again.score("killing", "killed")["rouge1"].f1 == 1


def test_pairs_that_cannot_be_scored_are_named() -> None:
    rouge = Rouge(["rouge1"])
    with pytest.raises(InputError, match="2 candidates but 1 references"):
        rouge.score_many(["a", "b"], ["a"])
    with pytest.raises(InputError, match="pair 1"):
        rouge.score_many(["a", "b"], [["a"], []])
    for references in (["a", 3], ["a", ["b", 3]], ["a", 3.5], ["a", None]):
        with pytest.raises(InputError, match="pair 1"):
            rouge.score_many(["a", "b"], references)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="pair 0"):
        rouge.score_many([None], ["a"])  # type: ignore[list-item]
    with pytest.raises(InputError, match="lists of texts"):
        rouge.score_many("a", "a")
    with pytest.raises(InputError, match="without a reference"):
        rouge.score("a", [])
    with pytest.raises(InputError, match="must be text, not 3"):
        rouge.score("a", [3])  # type: ignore[list-item]
    with pytest.raises(ConfigError, match="processes"):
        rouge.score_many(["a"], ["a"], processes=0)
