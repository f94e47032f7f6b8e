"""The desk's figures: the plot of salience, and the account of a run. Inline SVG and HTML."""

from __future__ import annotations

from summarizer.records import Briefing, Citation, Sentence
from summarizer.rendering import body_words, compression_ratio
from summarizer.web.views import STAGES, count, notices, safe
from summarizer.words import count_words

MAX_LISTED = 15  # sentences beneath the plot
MAX_DOTS = 1_500
_LEFT, _WIDTH, _LANE, _TOP = 44, 720, 34, 10


def salience(result: Briefing) -> str:
    """A lane a document, a dot a distinct sentence: how much it matters, and how many say it."""
    cited = {_place(citation) for entry in result.sentences for citation in entry.citations}
    lanes = {document.doc_id: lane for lane, document in enumerate(result.documents)}
    bottom = _TOP + _LANE * len(lanes)
    scale = _WIDTH - _LEFT - 20
    parts = []
    for doc_id, lane in lanes.items():
        y = _TOP + _LANE * (lane + 0.5)
        title = safe(result.documents[lane].title or doc_id)
        parts.append(
            f'<line class="lane" x1="{_LEFT}" x2="{_WIDTH - 20}" y1="{y}" y2="{y}"/>'
            f'<text class="lane-n" x="{_LEFT - 18}" y="{y + 4}" text-anchor="end">{lane + 1}'
            f"<title>{title}</title></text>"
        )
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x = _LEFT + scale * tick
        parts.append(
            f'<line class="tick" x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom}"/>'
            f'<text class="tick-n" x="{x}" y="{bottom + 18}" text-anchor="middle">{tick:g}</text>'
        )
    # The first are the most salient: they are drawn last, on top.
    for rank, ranked in reversed(list(enumerate(result.ranking[:MAX_DOTS], start=1))):
        part = ranked.sentence
        x = _LEFT + scale * ranked.salience
        y = _TOP + _LANE * (lanes[part.doc_id] + 0.5)
        r = 4 + 1.6 * min(ranked.corroboration - 1, 5)
        told = safe(
            f"{rank}. {part.text} (salience {ranked.salience:.2f}, "
            f"said by {count(ranked.corroboration, 'article')})"
        )
        if _place(part) in cited:
            d = r + 2
            shape = f"M{x:.1f} {y - d:.1f}l{d:.1f} {d:.1f}l{-d:.1f} {d:.1f}l{-d:.1f} {-d:.1f}z"
            parts.append(f'<path class="dot used" d="{shape}"><title>{told}</title></path>')
        else:
            parts.append(
                f'<circle class="dot" cx="{x:.1f}" cy="{y}" r="{r:.1f}">'
                f"<title>{told}</title></circle>"
            )
    rows = "".join(
        f"<tr><td>{rank}</td><td class='minor'>{ranked.salience:.2f}</td>"
        f"<td class='minor'>{ranked.corroboration}</td>"
        f'<td>{lanes[ranked.sentence.doc_id] + 1}</td><td dir="auto">'
        f"{'<b>cited</b> ' if _place(ranked.sentence) in cited else ''}"
        f"{safe(ranked.sentence.text)}</td></tr>"
        for rank, ranked in enumerate(result.ranking[:MAX_LISTED], start=1)
    )
    return (
        '<div class="figure">'
        '<p class="lede">How much each distinct sentence matters, by article.</p>'
        '<ul class="legend"><li><i class="key used"></i>cited in the briefing</li>'
        '<li><i class="key"></i>not used</li><li>larger: more articles say it</li></ul>'
        '<div class="plot" tabindex="0" role="group" '
        'aria-label="Plot of salience, scrolls sideways">'
        f'<svg viewBox="0 0 {_WIDTH} {bottom + 46}" role="img" aria-label="Salience of '
        f"{count(len(result.ranking), 'sentence')} in {count(len(lanes), 'article')}; "
        f'the table below lists the first">{"".join(parts)}'
        f'<text class="axis" x="{_LEFT + scale / 2}" y="{bottom + 38}" text-anchor="middle">'
        "salience</text></svg></div>"
        '<div class="scroll" tabindex="0" role="group" aria-label="The most salient sentences">'
        "<table><thead><tr><th>Rank</th><th class='minor'>Salience</th>"
        "<th class='minor'>Said by</th><th>From</th>"
        f"<th>Sentence</th></tr></thead><tbody>{rows}</tbody></table></div></div>"
    )


def _place(part: Citation | Sentence) -> tuple[str, int, int]:
    return (part.doc_id, part.start, part.end)


def run(result: Briefing) -> str:
    """Time by stage, words in and out, compression, writer, and all notices."""
    total = sum(result.timings.values())
    longest = max(result.timings.values(), default=0.0) or 1.0
    ratio = compression_ratio(result)
    figures = [
        ("Articles", f"{len(result.documents)}"),
        ("Words in", f"{sum(map(body_words, result.documents)):,}"),
        ("Words out", f"{count_words(result.text):,}"),
        ("Compression", f"{ratio:.1f} : 1" if ratio else "–"),
        (
            "Sentences read",
            f"{len(result.deduplication.kept) + len(result.deduplication.dropped):,}",
        ),
        ("Merged", f"{len(result.deduplication.dropped):,}"),
        ("Set aside", count(len(result.dropped), "line")),
        ("Time", f"{total:.2f} s"),
        ("Writer", safe(result.writer)),
    ]
    tiles = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in figures)
    bars = "".join(
        f"<tr><th scope='row'>{STAGES.get(stage, safe(stage))}</th><td>{seconds:.3f} s</td>"
        f'<td class="bar-cell"><i style="width:{100 * seconds / longest:.1f}%"></i></td></tr>'
        for stage, seconds in result.timings.items()
    )
    return (
        f'<div class="account"><dl class="tiles">{tiles}</dl><h3>Time by stage</h3>'
        f'<table class="timings"><tbody>{bars}</tbody></table>{notices(result.notices)}</div>'
    )
