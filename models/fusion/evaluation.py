"""Figures on pairs: the model beside what can be had without it.

Training prints them of pairs held out, ``python -m eval.benchmarks.fusion`` of plans.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from models.fusion.data import Pair, length_asked
from models.fusion.fuser import Fuser
from models.fusion.writer import FusionWriter
from summarizer.guard import refusals
from summarizer.records import Group, Plan, Sentence
from summarizer.words import fold, tokens


def evaluation(
    fuser: Fuser, tokenizer: Any, pairs: Sequence[Pair], *, lengths: Sequence[int] = (2, 3)
) -> dict[str, Any]:
    """ROUGE-1, -2 and -L F1 in per cent against the targets, and how the model writes.

    "fused" asks for one of ``lengths``, "asked" for the target's own; the baselines are
    the first source, all sources joined, and the source that is nearest the target. "told"
    is what the writer makes of it, guard and all.
    """
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
    asked = {"asked": own, **{f"fused {n}": [n] * len(pairs) for n in lengths}, "told": []}
    for name, wanted in asked.items():
        written = (
            [beam[0].text if beam else "" for beam in fuser.fuse(groups, lengths=wanted)]
            if name != "told"
            else _told(fuser, groups)
        )
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


def _told(fuser: Fuser, groups: Sequence[Sequence[str]]) -> list[str]:
    writer = FusionWriter.of(fuser, guard=refusals)
    plans = [
        Plan(
            groups=(
                Group(
                    sentences=tuple(
                        Sentence(doc_id=str(n), index=0, start=0, end=len(text), text=text)
                        for n, text in enumerate(group)
                    )
                ),
            )
        )
        for group in groups
    ]
    writings = writer.write(plans, words=1_000)
    return [" ".join(draft.text for draft in writing.drafts) for writing in writings]


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
