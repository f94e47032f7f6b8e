"""Figures on held-out pairs: the model beside what can be had without it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from models.fusion.data import LENGTHS, Pair, length_asked
from models.fusion.fuser import Fuser
from summarizer.words import fold, tokens


def evaluation(model: Any, tokenizer: Any, pairs: Sequence[Pair]) -> dict[str, Any]:
    """ROUGE-1, -2 and -L F1 in per cent against the targets, and how the model writes.

    "fused" asks for the length named, "asked" for the target's own; the baselines are
    the first source, all sources joined, and the source that is nearest the target.
    """
    fuser = Fuser.of(model, tokenizer)
    groups = [pair.sources for pair in pairs]
    own = [
        length_asked(_pieces(tokenizer, pair.target), _pieces(tokenizer, pair.sources[0]))
        for pair in pairs
    ]
    figures: dict[str, Any] = {
        "first": _mean([_rouge(pair.sources[0], pair.target) for pair in pairs]),
        "joined": _mean([_rouge(" ".join(pair.sources), pair.target) for pair in pairs]),
        "nearest": _mean([max(_rouge(s, p.target) for s in p.sources) for p in pairs]),
    }
    asked = {"asked": own, **{f"fused {n}": [n] * len(pairs) for n in range(1, len(LENGTHS) + 1)}}
    for name, lengths in asked.items():
        written = [beam[0].text if beam else "" for beam in fuser.fuse(groups, lengths=lengths)]
        figures[name] = _mean(
            [_rouge(text, pair.target) for text, pair in zip(written, pairs, strict=True)]
        )
        if name != "asked":
            figures[f"verbatim {name}"] = _share(
                fold(text) in {fold(source) for source in pair.sources}
                for text, pair in zip(written, pairs, strict=True)
            )
            figures[f"shorter {name}"] = round(
                sum(len(tokens(text)) for text in written)
                / sum(len(tokens(pair.sources[0])) for pair in pairs), 3
            )  # fmt: skip
    return figures


def _pieces(tokenizer: Any, text: str) -> int:
    return len(tokenizer.encode(text, add_special_tokens=False).ids)


def _rouge(candidate: str, reference: str) -> tuple[float, float, float]:
    from rouge_score import rouge_scorer

    scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)
    scores = scorer.score(reference, candidate)
    first, second, longest = (scores[name].fmeasure for name in ("rouge1", "rouge2", "rougeL"))
    return first, second, longest


def _mean(scores: Sequence[tuple[float, ...]]) -> list[float]:
    return [round(100 * sum(column) / len(column), 2) for column in zip(*scores, strict=True)]


def _share(outcomes: Iterable[bool]) -> float:
    listed: list[bool] = list(outcomes)
    return round(float(sum(listed)) / max(len(listed), 1), 3)
