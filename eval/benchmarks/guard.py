"""How well the guard tells false sentences from true ones: planted stitches and real errors.

    python -m eval.benchmarks.guard [--data ../shared/data] [--rows 300]

Four measures, each of them the share refused, with the commonest reasons:

planted   our own stitches and fusions (tests/data/stitches.jsonl), the half on which the
          guard was developed beside the half that it had not seen
swapped   real sentences of NeuS articles in which one name was replaced by a name of the
          next sentence with a name, both given as sources: false unless by chance; and
          the two sentences joined by "and", which is true
fusions   human fusions: WikiSplit, and Lebanoff et al. 2020, whose writers add words
errors    model errors: QAGS (Wang et al. 2020), SummEdits (Laban et al. 2023); balanced
          accuracy, the three sentences nearest by shared words given as sources
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from summarizer.guard import refusals
from summarizer.sentences import sentence_spans
from summarizer.words import collapse, stems

ROOT = Path(__file__).parents[2]
PLANTED = ROOT / "tests" / "data" / "stitches.jsonl"
DATA = ROOT.parent / "shared" / "data"

_NAME = re.compile(r"(?<![A-Z]\. )\b[A-Z][a-z]+ [A-Z][a-z]+\b(?! [A-Z])")
_SPACED = re.compile(r" (?=[.,;:!?)%]|'s\b|n't\b|'\w+)|(?<=[($]) ")

Case = tuple[str, list[str]]  # a written sentence and its sources


def unseen(sources: Sequence[str]) -> bool:
    """Whether a planted case belongs to the half that the guard was not developed on."""
    return int(hashlib.sha1("|".join(sources).encode()).hexdigest(), 16) % 2 == 1


def refused(cases: Iterable[Case]) -> tuple[int, int, Counter[str]]:
    """How many cases, how many of them refused, and how often each reason was given."""
    count = out = 0
    reasons: Counter[str] = Counter()
    for written, sources in cases:
        found = refusals(written, sources)
        count += 1
        out += bool(found)
        reasons.update({_kind(reason) for reason in found})
    return count, out, reasons


def _kind(reason: str) -> str:
    reason = re.sub(r"“[^”]*”", "“…”", reason)
    reason = re.sub(r"^the (number|date|name) .* is", r"a \1 is", reason)
    return re.sub(r"^it says (?!“).*", "it says another amount", reason)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a .jsonl or .jsonl.xz file."""
    data = path.read_bytes()
    text = (lzma.decompress(data) if path.suffix == ".xz" else data).decode("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def swapped(articles: Iterable[str]) -> Iterator[tuple[Case, Case]]:
    """Of two sentences of an article: the first with a name of the second, and both joined.

    Names are two capitalised words; the sentences share none of them.
    """
    for article in articles:
        sentences = [collapse(article[a:b]) for a, b in sentence_spans(article)]
        named = [(s, _NAME.findall(s)) for s in sentences if len(s.split()) > 6]
        for (first, ours), (second, theirs) in pairwise([pair for pair in named if pair[1]]):
            apart = not set(" ".join(ours).split()) & set(second.split())
            if apart and not set(" ".join(theirs).split()) & set(first.split()):
                both = [first, second]
                joined = f"{first.rstrip('.')}, and {second}"
                yield (first.replace(ours[0], theirs[0]), both), (joined, both)


def nearest(text: str, sentences: Sequence[str], count: int = 3) -> list[str]:
    """The sentences that share most of the words of ``text``."""
    words = stems(text)
    return sorted(sentences, key=lambda sentence: -len(stems(sentence) & words))[:count]


def _say(name: str, cases: Sequence[Case]) -> float:
    start = time.process_time()
    count, out, reasons = refused(cases)
    spent = (time.process_time() - start) / max(count, 1) * 1000
    print(
        f"{name:42} {out:5} of {count:5} refused  {out / max(count, 1):6.1%}  {spent:.2f} ms each"
    )
    for reason, times in reasons.most_common(6):
        print(f"{'':44}{times:5}  {reason}")
    return out / max(count, 1)


def _planted() -> None:
    rows = read_rows(PLANTED)
    for half in (False, True):
        for true in (False, True):
            name = (
                f"planted, {'unseen' if half else 'developed on'}: {'true' if true else 'stitches'}"
            )
            chosen = [r for r in rows if r["true"] is true and unseen(r["sources"]) is half]
            _say(name, [(row["written"], row["sources"]) for row in chosen])


def _errors(path: Path, rows: int, rng: random.Random) -> None:
    cases: dict[tuple[str, bool], list[tuple[int, int]]] = {}
    sample = read_rows(path)
    for row in rng.sample(sample, min(rows, len(sample))):
        document = row["document"]
        sentences = [collapse(document[a:b]) for a, b in sentence_spans(document)]
        summary = row["summary"]
        written = [collapse(summary[a:b]) for a, b in sentence_spans(summary)]
        count, out, _ = refused((text, nearest(text, sentences)) for text in written)
        cases.setdefault((row["domain"], row["consistent"]), []).append((count, out))
    domains = sorted({domain for domain, _ in cases})
    for domain in [*domains, "all"]:
        share = {
            truth: [
                out > 0
                for (other, kind), found in cases.items()
                for _, out in found
                if kind is truth and domain in (other, "all")
            ]
            for truth in (True, False)
        }
        true, false = (sum(found) / max(len(found), 1) for found in share.values())
        print(
            f"{path.stem + ' ' + domain:42} true refused {true:6.1%}  false refused {false:6.1%}"
            f"  balanced accuracy {(1 - true + false) / 2:.3f}"
        )


def main() -> None:
    """Print the measures; data that is not there is named and left out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the public data")
    parser.add_argument("--rows", type=int, default=300, help="rows of each public file")
    options = parser.parse_args()
    rng = random.Random(7)
    _planted()
    for name in ("neus/validation.jsonl", "wikisplit/test.jsonl.xz",
                 "sentence_fusion/points_of_correspondence.jsonl",
                 "support/qags.jsonl", "support/summedits.jsonl"):  # fmt: skip
        path = options.data / name
        if not path.is_file():
            print(f"{name}: not there, left out")
        elif name.startswith("neus"):
            articles = [text for row in read_rows(path) for text in row["documents"]]
            pairs = list(swapped(articles))[: options.rows]
            _say("swapped names: false", [false for false, _ in pairs])
            _say("swapped names: both sentences joined", [true for _, true in pairs])
        elif name.startswith("support"):
            _errors(path, options.rows, rng)
        else:
            chosen = read_rows(path)
            chosen = rng.sample(chosen, min(options.rows, len(chosen)))
            cases = [
                (_SPACED.sub("", row["fused"]), [_SPACED.sub("", s) for s in row["sources"]])
                for row in chosen
            ]
            _say(f"human fusions: {path.parent.name}", cases)


if __name__ == "__main__":
    main()
