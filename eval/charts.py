"""Small SVG charts, written by hand: intervals, and lines over groups of clusters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

# Okabe & Ito's colours, told apart with any colour vision.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d00", "#777777")

_WIDTH = 460
_ROW = 26


class Whisker(NamedTuple):
    """A mean between two bounds."""

    name: str
    mean: float
    low: float
    high: float


def colours(names: Sequence[str]) -> dict[str, str]:
    """A colour for each name."""
    return {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(names)}


def whiskers(title: str, rows: Sequence[Whisker], colour: Mapping[str, str]) -> str:
    """A row for each system: its mean as a dot, its interval as a line."""
    low, high, ticks = _scale([row.low for row in rows], [row.high for row in rows])
    left = 16 + 7 * max(len(_short(row.name)) for row in rows)
    bottom = 8 + _ROW * len(rows)

    def x(value: float) -> float:
        return left + (value - low) / (high - low) * (_WIDTH - left - 48)

    parts = _grid([(x(tick), _number(tick)) for tick in ticks], bottom)
    for place, row in enumerate(rows):
        y = 8 + _ROW * (place + 0.5)
        parts += [
            _text(left - 10, y + 4, _short(row.name), anchor="end", kind="name"),
            f'<g stroke="{colour[row.name]}" fill="{colour[row.name]}">'
            f"<title>{escape(row.name)}: {row.mean:.2f} [{row.low:.2f}, {row.high:.2f}]</title>"
            f'<path d="M{x(row.low):.1f} {y}H{x(row.high):.1f}" stroke-width="3"/>'
            f'<circle cx="{x(row.mean):.1f}" cy="{y}" r="5" stroke="none"/></g>',
            _text(_WIDTH, y + 4, f"{row.mean:.2f}", anchor="end", kind="value"),
        ]
    chart = _svg(title, parts, bottom + 22)
    return f"<figure><figcaption>{escape(title)}</figcaption>{chart}</figure>"


def lines(
    title: str,
    groups: Sequence[str],
    series: Mapping[str, Sequence[float]],
    colour: Mapping[str, str],
) -> str:
    """A line for each system over groups of clusters."""
    values = [value for row in series.values() for value in row]
    low, high, ticks = _scale(values, values)
    left, right, top, bottom = 40, 14, 10, 190

    def x(place: int) -> float:
        return left + (place + 0.5) * (_WIDTH - left - right) / len(groups)

    def y(value: float) -> float:
        return bottom - (value - low) / (high - low) * (bottom - top)

    parts = []
    for tick in ticks:
        at = y(tick)
        parts += [
            f'<path class="grid" d="M{left} {at:.1f}H{_WIDTH - right}"/>',
            _text(left - 6, at + 4, _number(tick), anchor="end"),
        ]
    for place, group in enumerate(groups):
        name, _, count = group.partition(" (")
        for line, text in enumerate((name, f"({count}" if count else "")):
            parts.append(_text(x(place), bottom + 18 + 14 * line, text))
    for name, row in series.items():
        points = " ".join(f"{x(i):.1f},{y(value):.1f}" for i, value in enumerate(row))
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour[name]}" stroke-width="2"/>'
        )
        parts += [
            f'<circle cx="{x(i):.1f}" cy="{y(value):.1f}" r="4" fill="{colour[name]}">'
            f"<title>{escape(name)}, {escape(groups[i])}: {value:.2f}</title></circle>"
            for i, value in enumerate(row)
        ]
    return f"<figure>{_svg(title, parts, bottom + 42)}</figure>"


def _grid(ticks: Sequence[tuple[float, str]], bottom: float) -> list[str]:
    parts = []
    for at, label in ticks:
        parts += [
            f'<path class="grid" d="M{at:.1f} 4V{bottom}"/>',
            _text(at, bottom + 16, label),
        ]
    return parts


def _text(x: float, y: float, text: str, *, anchor: str = "middle", kind: str = "tick") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {place}>{escape(text)}</text>'


def _svg(title: str, parts: Sequence[str], height: float) -> str:
    body = "\n".join(parts)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}">'
        f"\n{body}\n</svg>"
    )


def _scale(lows: Sequence[float], highs: Sequence[float]) -> tuple[float, float, list[float]]:
    """Bounds around the values, and round numbers between them."""
    low, high = min(lows), max(highs)
    room = (high - low) * 0.06 or 1.0
    low, high = low - room, high + room
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = math.ceil(low / step)
    ticks = [n * step for n in range(first, math.floor(high / step) + 1)]
    return low, high, ticks


def _number(value: float) -> str:
    return f"{value:.10g}" if abs(value - round(value, 2)) < 1e-9 else f"{value:.3g}"


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:11]}…{name[-12:]}"
