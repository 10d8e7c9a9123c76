"""The outlines that sigils are made of, as points in a plane of their own.

A petal stands on the origin and points along its first axis, which it fills from 0 to 1; a glyph fills the
circle of radius 1 around the origin, its second axis pointing down as on the screen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

Point = tuple[float, float]
Outline = tuple[Point, ...]


def _mirrored(width: Callable[[float], float], steps: int = 18) -> Outline:
    """A petal that is symmetrical about its axis, `width` being its half width along it."""
    right = [(step / steps, width(step / steps)) for step in range(steps + 1)]
    return tuple(right + [(along, -across) for along, across in reversed(right)])


def smooth(corners: Outline, steps: int = 6) -> Outline:
    """A closed Catmull-Rom curve through `corners`."""
    points: list[Point] = []
    count = len(corners)
    for index in range(count):
        before, start, end, after = (corners[(index + offset) % count] for offset in (-1, 0, 1, 2))
        for step in range(steps):
            points.append(
                (
                    _spline(before[0], start[0], end[0], after[0], step / steps),
                    _spline(before[1], start[1], end[1], after[1], step / steps),
                )
            )
    return tuple(points)


def _spline(before: float, start: float, end: float, after: float, t: float) -> float:
    return 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t * t
        + (3 * start - before - 3 * end + after) * t**3
    )


def _flame() -> Outline:
    return smooth(
        (
            (0.0, 0.0),
            (0.10, 0.24),
            (0.36, 0.36),
            (0.62, 0.20),
            (0.82, 0.14),
            (1.0, -0.10),
            (0.74, -0.06),
            (0.52, -0.14),
            (0.34, -0.34),
            (0.10, -0.22),
        )
    )


def _leaf() -> Outline:
    return _mirrored(lambda t: 0.30 * math.sin(math.pi * t) ** 1.15 * (1.15 - 0.3 * t))


def _bolt() -> Outline:
    return (
        (0.0, 0.16),
        (0.50, 0.27),
        (0.45, 0.08),
        (1.0, 0.05),
        (0.52, -0.27),
        (0.57, -0.08),
        (0.10, -0.19),
    )


def _drop() -> Outline:
    return _mirrored(lambda t: 0.31 * math.sin(math.pi * t**1.9))


def _ray() -> Outline:
    return ((0.0, 0.10), (0.25, 0.13), (1.0, 0.0), (0.25, -0.13), (0.0, -0.10))


def _crescent() -> Outline:
    outer = [_on_circle(0.5, angle) for angle in range(-150, 151, 15)]
    inner = [
        (0.17 + x * 0.76, y * 0.76) for x, y in (_on_circle(0.5, angle) for angle in range(147, -148, -14))
    ]
    return tuple((0.5 - x, y * 0.8) for x, y in outer + inner)


def _on_circle(radius: float, degrees: float) -> Point:
    return radius * math.cos(math.radians(degrees)), radius * math.sin(math.radians(degrees))


@lru_cache(maxsize=1)
def petals() -> dict[str, Outline]:
    """The petal of every element."""
    return {
        "Inferno": _flame(),
        "Verdant": _leaf(),
        "Tempest": _bolt(),
        "Aqua": _drop(),
        "Radiant": _ray(),
        "Umbral": _crescent(),
    }


@lru_cache(maxsize=1)
def glyphs() -> dict[str, tuple[Outline, ...]]:
    """The glyph of every class: outlines to be filled."""
    return {
        "Mystic": _mystic(),
        "Destroyer": _destroyer(),
        "Guardian": _guardian(),
        "Support": _support(),
    }


def _mystic() -> tuple[Outline, ...]:
    """An eight-pointed star whose sides bend inwards."""
    star = []
    for index in range(16):
        radius = 0.22 if index % 2 else (1.0 if index % 4 == 0 else 0.58)
        star.append(_on_circle(radius, index * 22.5))
    return (tuple(star),)


def _destroyer() -> tuple[Outline, ...]:
    """Two crossed swords."""
    blade = ((-0.09, 0.42), (-0.09, -0.82), (0.0, -1.0), (0.09, -0.82), (0.09, 0.42))
    guard = ((-0.32, 0.40), (0.32, 0.40), (0.26, 0.54), (-0.26, 0.54))
    grip = ((-0.06, 0.54), (0.06, 0.54), (0.06, 0.84), (0.12, 0.96), (-0.12, 0.96), (-0.06, 0.84))
    return tuple(
        tuple(_rotated(point, turn) for point in part) for turn in (-42, 42) for part in (blade, guard, grip)
    )


def _guardian() -> tuple[Outline, ...]:
    """A shield in two halves."""
    half = (
        (0.06, -0.92),
        (0.34, -0.80),
        (0.80, -0.74),
        (0.80, -0.10),
        (0.66, 0.36),
        (0.36, 0.72),
        (0.06, 0.95),
    )
    return half, tuple((-x, y) for x, y in half)


def _support() -> tuple[Outline, ...]:
    """A lotus of five petals over an arc of water."""
    petal = _mirrored(lambda t: 0.27 * math.sin(math.pi * t) ** 0.9)
    lotus = tuple(
        tuple(
            (x, y + 0.52)
            for x, y in (_rotated((across * length, -along * length), turn) for along, across in petal)
        )
        for turn, length in ((-82, 0.96), (82, 0.96), (-40, 1.22), (40, 1.22), (0, 1.42))
    )
    arc = [(x, y * 0.30 + 0.68) for x, y in (_on_circle(0.80, angle) for angle in range(15, 166, 10))]
    back = [(x, y * 0.30 + 0.56) for x, y in (_on_circle(0.80, angle) for angle in range(165, 14, -10))]
    return (*lotus, tuple(arc + back))


def _rotated(point: Point, degrees: float) -> Point:
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return point[0] * cosine - point[1] * sine, point[0] * sine + point[1] * cosine
