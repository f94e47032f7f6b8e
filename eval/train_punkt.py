"""Train the splitter's Punkt parameters: ``python -m eval.train_punkt [../shared/data]``.

Writes ``summarizer/data/punkt.json``, which holds derived statistics only: word
types, never text. Punkt (Kiss & Strunk 2006, Computational Linguistics 32) finds
the abbreviations and the frequent sentence starters. Both are case-blind, so the
lower-cased corpus serves as well as the truly cased ones. What a word's case says
(``ordinary``: words that take a capital only because a sentence begins) is counted
in truly cased text alone, and by share instead of Punkt's "seen once", which one
headline in the corpus would spoil.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

DATA = Path("../shared/data")
OUTPUT = Path(__file__).parent.parent / "summarizer" / "data" / "punkt.json"

LOWER_CASED_CLUSTERS = 2_500
MIN_ABBREVIATION_COUNT = 5  # occurrences before a full stop
MIN_LOWER = 8  # occurrences in mid-sentence before a word's case is trusted
MIN_STARTS = 1
MAX_CAPITAL_SHARE = 0.02  # of an ordinary word, in mid-sentence
MAX_STARTER_CAPITAL_SHARE = 0.2  # above it a frequent starter is a name

_MID_SENTENCE = re.compile(r"(?<=[a-z,] )[^\W\d_]+\b")
_START = re.compile(r"(?<=[a-z]{3}[.?!] )[^\W\d_]+\b")


def cased(data: Path) -> Iterator[str]:
    """The truly cased texts."""
    for name in ("neus/train.jsonl", "multiling2011/dev.jsonl"):
        with (data / name).open(encoding="utf-8") as lines:
            for line in lines:
                cluster = json.loads(line)
                yield from (*cluster["documents"], *cluster["references"])


def lower_cased(data: Path) -> Iterator[str]:
    """Lower-cased texts whose sentences start with a capital."""
    with lzma.open(data / "multinews500/train.jsonl.xz", "rt", encoding="utf-8") as lines:
        for _, line in zip(range(LOWER_CASED_CLUSTERS), lines, strict=False):
            yield from json.loads(line)["documents"]


def lower_words(text: str, capital_share: float) -> set[str]:
    """Words that begin sentences and are elsewhere seldom written with a capital."""
    lower: Counter[str] = Counter()
    upper: Counter[str] = Counter()
    for word in _MID_SENTENCE.findall(text):
        (upper if word[0].isupper() else lower)[word.lower()] += 1
    starts = Counter(word.lower() for word in _START.findall(text) if word[0].isupper())
    return {
        word
        for word, count in starts.items()
        if count >= MIN_STARTS
        and lower[word] >= MIN_LOWER
        and upper[word] <= capital_share * lower[word]
    }


def main(data: Path) -> None:
    """Train on the corpora under ``data`` and write the parameters."""
    from nltk.tokenize.punkt import PunktTrainer

    if not data.is_dir():
        sys.exit(f"No corpora at {data}: name the folder that holds neus/ and multinews500/.")
    texts = "\n".join(cased(data))
    both = texts + "\n" + "\n".join(lower_cased(data))
    trainer = PunktTrainer()
    trainer.train(both, finalize=True)
    trained = trainer.get_params()
    at_stop = Counter(word.lower() for word in re.findall(r"(?<!\S)([^\W\d][\w.-]*)\.\s", both))
    abbreviations = {
        kind
        for kind in trained.abbrev_types
        if at_stop[kind] >= MIN_ABBREVIATION_COUNT
        and re.fullmatch(r"[^\W\d_]+(\.[^\W\d_]+)*", kind)
    }
    parameters = {
        "abbreviations": sorted(abbreviations),
        "starters": sorted(trained.sent_starters & lower_words(texts, MAX_STARTER_CAPITAL_SHARE)),
        "ordinary": sorted(lower_words(texts, MAX_CAPITAL_SHARE)),
    }
    body = ",\n".join(
        f' "{name}": {json.dumps(words, ensure_ascii=False)}' for name, words in parameters.items()
    )
    OUTPUT.write_text(f"{{\n{body}\n}}\n", encoding="utf-8")
    counts = ", ".join(f"{len(words)} {name}" for name, words in parameters.items())
    print(f"{OUTPUT.name}: {counts}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
