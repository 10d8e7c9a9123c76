"""What figures are drawn on: a square plane from -1 to 1, its second axis pointing down, mirrored at x = 0."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from PIL import Image, ImageDraw

from faye.utils.card_palette import Colour
from faye.utils.card_shapes import Outline, Point, smooth

FIGURE_PX: Final = 400
"""How large a figure is on a card."""
_SCALE: Final = 2
"""Figures are drawn this much larger and reduced, which smooths every edge."""
EDGE: Final = 5
"""Widths of lines are those of a figure on a card, drawn large."""


class Canvas:
    """Filled shapes with dark edges; later ones cover earlier ones. `margin` is the share of it that is left free."""

    def __init__(self, line: Colour, px: int = FIGURE_PX, margin: float = 0.0) -> None:
        self._line = line
        self._inner = 1.0 - margin
        self._half = px * _SCALE / 2
        self._share = px / FIGURE_PX * self._inner
        # Four channels that the library does not know as colour and alpha: it would convert them back and forth to
        # reduce them. What is not drawn on has the colour of edges, so that smoothing makes no light seams.
        self._image = Image.new("CMYK", (px * _SCALE, px * _SCALE), (*line, 0))
        self._pen = ImageDraw.Draw(self._image)
        self._zoom, self._drop = self._inner, 0.0

    def zoom(self, share: float, drop: float = 0.0) -> None:
        """Draw what follows smaller by `share`, its middle `drop` below that of the canvas."""
        self._zoom, self._drop = share * self._inner, drop * self._inner

    def _spot(self, place: Point) -> Point:
        half = self._half
        return half + place[0] * self._zoom * half, half + (place[1] * self._zoom + self._drop) * half

    def _width(self, width: int) -> int:
        return max(1, round(width * self._share))

    def picture(self) -> Image.Image:
        """All that was drawn; red, green, blue and opacity as the channels of a "CMYK" picture."""
        return self._image.reduce(_SCALE)

    def shape(
        self,
        points: Iterable[Point],
        tone: Colour,
        *,
        edge: int = EDGE,
        alpha: int = 255,
        curved: bool = False,
    ) -> None:
        """Fill one outline; `curved` rounds its corners, `edge` is the width of the line around it."""
        outline = tuple(points)
        dots = [self._spot(point) for point in (smooth(outline) if curved else outline)]
        self._pen.polygon(dots, fill=(*tone, alpha))
        if edge:
            self._pen.line([*dots, dots[0], dots[1]], fill=(*self._line, alpha), width=self._width(edge))

    def pair(
        self,
        points: Sequence[Point],
        tone: Colour,
        *,
        edge: int = EDGE,
        alpha: int = 255,
        curved: bool = False,
    ) -> None:
        """The same outline on both sides."""
        self.shape(points, tone, edge=edge, alpha=alpha, curved=curved)
        self.shape(((-x, y) for x, y in points), tone, edge=edge, alpha=alpha, curved=curved)

    def whole(self, half: Sequence[Point], tone: Colour, *, edge: int = EDGE, curved: bool = True) -> None:
        """A symmetrical outline of which `half` is the right side, from the top down."""
        left = [(-x, y) for x, y in reversed(half) if x]
        self.shape((*half, *left), tone, edge=edge, curved=curved)

    def stroke(self, points: Sequence[Point], tone: Colour, width: int, *, both: bool = False) -> None:
        """An open line."""
        for side in (1, -1) if both else (1,):
            dots = [self._spot((side * x, y)) for x, y in points]
            self._pen.line(
                dots, fill=(*tone, 255), width=self._width(round(width * self._zoom)), joint="curve"
            )

    def disc(
        self, place: Point, radius: float, tone: Colour, *, edge: int = EDGE, both: bool = False
    ) -> None:
        """A filled circle; `both`: its mirror image too."""
        for side in (1, -1) if both else (1,):
            (x, y), reach = self._spot((side * place[0], place[1])), radius * self._zoom * self._half
            self._pen.ellipse(
                (x - reach, y - reach, x + reach, y + reach),
                fill=(*tone, 255),
                outline=(*self._line, 255) if edge else None,
                width=self._width(edge),
            )

    def ring(self, place: Point, radius: float, tone: Colour, width: int) -> None:
        """A circle's line."""
        (x, y), reach = self._spot(place), radius * self._zoom * self._half
        self._pen.ellipse(
            (x - reach, y - reach, x + reach, y + reach), outline=(*tone, 255), width=self._width(width)
        )


def polar(centre: Point, radius: float, degrees: float) -> Point:
    """The point at `radius` from `centre`; 0 degrees is to the right, -90 up."""
    radians = math.radians(degrees)
    return centre[0] + radius * math.cos(radians), centre[1] + radius * math.sin(radians)


def placed(outline: Outline, root: Point, degrees: float, length: float, breadth: float) -> list[Point]:
    """A petal (along its first axis from 0 to 1) put at `root`, pointing to `degrees`."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [
        (
            root[0] + along * length * cosine - across * breadth * sine,
            root[1] + along * length * sine + across * breadth * cosine,
        )
        for along, across in outline
    ]
