"""What repeats, as HTML: sentences merged, and pairs alike that differ in a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from summarizer.records import Briefing, Duplicate, Sentence, SentenceId
from summarizer.web.views import MAX_ROWS, count, safe

_KINDS = {"exact": "same words", "near": "nearly the same words", "semantic": "same meaning"}
_FACTS = {"number": "numbers differ", "date": "dates differ", "name": "names differ",
          "negation": "one denies it"}  # fmt: skip


def duplicates(result: Briefing) -> str:
    """Each kept sentence with what it stands for, then pairs kept apart for a fact."""
    numbers = {document.doc_id: n for n, document in enumerate(result.documents, start=1)}
    groups: dict[SentenceId, list[Duplicate]] = {}
    for duplicate in result.deduplication.dropped:
        groups.setdefault(duplicate.kept.id, []).append(duplicate)
    dropped = result.deduplication.dropped
    total = len(dropped) + len(result.deduplication.kept)
    if groups:
        verb = "repeats another and was" if len(dropped) == 1 else "repeat others and were"
        head = f"{len(dropped)} of {count(total, 'sentence')} {verb} merged."
    else:
        head = f"None of {count(total, 'sentence')} repeats another."
    ordered = sorted(groups.values(), key=len, reverse=True)
    listed = "".join(_group(group, numbers) for group in ordered[:MAX_ROWS])
    apart = "".join(
        '<li class="group"><p class="pair-kind">'
        f"{_FACTS[entry.kind]} <b>{safe(', '.join(entry.first_values) or '–')}</b> / "
        f"<b>{safe(', '.join(entry.second_values) or '–')}</b>{_likeness(entry.similarity)}</p>"
        f"{_quoted(entry.first, numbers)}{_quoted(entry.second, numbers)}</li>"
        for entry in result.deduplication.differences[:MAX_ROWS]
    )
    if apart:
        apart = (
            "<h3>Alike, yet kept apart</h3><p class='quiet'>They differ in a fact, so both stay."
            f'</p><ul class="groups">{apart}</ul>'
        )
    return (
        f'<div class="repeats"><p class="lede">{head}</p>'
        f'<ul class="groups">{listed}</ul>{apart}</div>'
    )


def _group(group: Sequence[Duplicate], numbers: Mapping[str, int]) -> str:
    others = "".join(
        f"{_quoted(entry.sentence, numbers)}"
        f'<p class="pair-kind"><span class="kind kind-{entry.kind}">{_KINDS[entry.kind]}</span>'
        f"{_likeness(entry.similarity)}</p>"
        for entry in group
    )
    return (
        f'<li class="group"><div class="stays">{_quoted(group[0].kept, numbers)}</div>'
        f'<div class="goes">{others}</div></li>'
    )


def _quoted(sentence: Sentence, numbers: Mapping[str, int]) -> str:
    number = numbers[sentence.doc_id]
    return (
        f'<p class="quoted" dir="auto"><span class="n" aria-label="Article {number}" role="img">'
        f"{number}</span>{safe(sentence.text)}</p>"
    )


def _likeness(similarity: float) -> str:
    return (
        f'<span class="likeness"><span class="meter" aria-hidden="true">'
        f'<i style="width:{100 * similarity:.0f}%"></i></span>{similarity:.2f} alike</span>'
    )
