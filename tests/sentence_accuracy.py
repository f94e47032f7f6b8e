"""Whole-case accuracy of sentence splitting: ``python -m tests.sentence_accuracy``.

A case of ``data/sentences.txt`` counts where every boundary is right. Beside ours
stand Punkt without training and, where its data are installed, nltk's stock English
model; both are given the text line by line, as ours takes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from summarizer.sentences import sentence_spans

CASES = Path(__file__).parent / "data" / "sentences.txt"
Splitter = Callable[[str], list[str]]


class Case(NamedTuple):
    section: str
    text: str
    sentences: list[str]


def read_cases() -> list[Case]:
    cases, section = [], ""
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif line and not line.startswith("#"):
            marked = line.replace("\\n", "\n")
            # A line break ends a sentence whether or not it is marked.
            parts = [part.strip() for part in marked.replace("\n", "|").split("|")]
            cases.append(Case(section, marked.replace("|", ""), [part for part in parts if part]))
    return cases


def ours(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def untrained_punkt() -> Splitter:
    from nltk.tokenize.punkt import PunktSentenceTokenizer

    return by_line(PunktSentenceTokenizer().tokenize)


def stock_punkt() -> Splitter | None:
    """nltk's English model, or None where ``punkt_tab`` is not installed."""
    import nltk

    try:
        nltk.data.find("tokenizers/punkt_tab/english/")
    except LookupError:
        return None
    return by_line(nltk.tokenize.punkt.PunktTokenizer("english").tokenize)


def by_line(tokenize: Splitter) -> Splitter:
    return lambda text: [
        sentence
        for line in text.splitlines()
        if line.strip()
        for sentence in tokenize(line.strip())
    ]


def failures(splitter: Splitter, cases: list[Case]) -> list[Case]:
    return [case for case in cases if splitter(case.text) != case.sentences]


def main() -> None:
    cases = read_cases()
    failed = failures(ours, cases)
    for case in failed:
        print(f"[{case.section}]\n  expected {case.sentences}\n  got      {ours(case.text)}")
    total, wrong = Counter(case.section for case in cases), Counter(case.section for case in failed)
    for section, count in total.items():
        print(f"{section:35} {count - wrong[section]:3} of {count}")
    splitters = {
        "summarizer": ours,
        "Punkt, untrained": untrained_punkt(),
        "Punkt, nltk's English": stock_punkt(),
    }
    for name, splitter in splitters.items():
        if splitter is None:
            print(f"{name:35} not installed (nltk's punkt_tab)")
        else:
            right = len(cases) - len(failures(splitter, cases))
            print(f"{name:35} {right:3} of {len(cases)}  {right / len(cases):.1%}")


if __name__ == "__main__":
    main()
