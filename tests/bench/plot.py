"""Small line plots as SVG: a few measured points, each with its figure, over a logarithmic axis."""

from __future__ import annotations

import math
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

WIDTH: Final = 560
HEIGHT: Final = 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 24, 24, 48, 52
_COLOURS: Final = ("#5865f2", "#eb459e", "#3ba55d")


class Line(NamedTuple):
    """A series of points, by what they grow along."""

    title: str
    points: dict[int, float]


def plot(along: str, lines: list[Line]) -> str:
    """An SVG document: values from 0 upwards, along a logarithmic axis named `along`."""
    places = sorted({place for line in lines for place in line.points})
    top = max(value for line in lines for value in line.points.values()) * 1.1
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="system-ui, sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#ffffff"/>',
        f'<line x1="{_LEFT}" y1="{_y(0, top)}" x2="{WIDTH - _RIGHT}" y2="{_y(0, top)}" stroke="#c4c9ce"/>',
        _text(WIDTH / 2, HEIGHT - 12, along, "#4f5660"),
        *(_text(_x(place, places), HEIGHT - 32, f"{place:,}", "#4f5660") for place in places),
    ]
    for number, line in enumerate(lines):
        parts += _drawn(line, _COLOURS[number % len(_COLOURS)], places, top)
        parts.append(_text(WIDTH / 2, 24 + 16 * number, line.title, _COLOURS[number % len(_COLOURS)]))
    return "\n".join([*parts, "</svg>", ""])


def _drawn(line: Line, colour: str, places: list[int], top: float) -> list[str]:
    at = [(_x(place, places), _y(value, top), value) for place, value in sorted(line.points.items())]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in at)
    parts = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>']
    for x, y, value in at:
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>')
        parts.append(_text(x, y - 10, f"{value:,.0f}" if value >= 10 else f"{value:.1f}", "#2e3338"))
    return parts


def _x(place: int, places: list[int]) -> float:
    """Where a place lies along the logarithmic axis; half a label's room is left at both ends."""
    room = 40
    low, high = math.log(places[0]), math.log(places[-1])
    share = 0.5 if high == low else (math.log(place) - low) / (high - low)
    return _LEFT + room + share * (WIDTH - _LEFT - _RIGHT - 2 * room)


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - value / top * (HEIGHT - _TOP - _BOTTOM)


def _text(x: float, y: float, words: str, colour: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" fill="{colour}">{escape(words)}</text>'
