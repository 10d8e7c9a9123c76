"""From a face to its figure: the form that its species has, with all that class, element and rarity add."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PIL import Image

from faye.utils.card_face import CardFace
from faye.utils.card_palette import Palette
from faye.utils.figures import beasts, people, small
from faye.utils.figures.aura import draw_aura, draw_crown
from faye.utils.figures.canvas import Canvas
from faye.utils.figures.gear import draw_gear
from faye.utils.figures.tones import Tones, tones_of
from faye.utils.rng import Rng

Form = Callable[[Canvas, Tones, CardFace, Rng], None]

FORMS: Final[dict[str, Form]] = {
    "wisp": small.wisp,
    "bird": small.bird,
    "moth": small.moth,
    "hopper": small.hopper,
    "fox": beasts.fox,
    "cat": beasts.cat,
    "hound": beasts.hound,
    "mouse": beasts.mouse,
    "bull": beasts.bull,
    "lion": beasts.lion,
    "stag": beasts.stag,
    "serpent": beasts.serpent,
    "robed": people.robed,
    "armoured": people.armoured,
    "crowned": people.crowned,
    "colossus": people.colossus,
}

RANK_MAX: Final = 6
_BODY_SHARE: Final = (0.86, 0.86, 0.86, 0.86, 0.84, 0.80, 0.70)
"""By rank: the higher it is, the more room is left for what surrounds the figure."""
_GEAR_SHARE: Final = (1.0, 1.0, 1.0, 1.0, 0.98, 0.94, 0.79)


def draw_figure(face: CardFace, palette: Palette, rng: Rng, px: int, margin: float = 0.0) -> Image.Image:
    """The figure of `face`, `px` squared, its opacity in the fourth channel; `rng` decides what is left open.

    Without a `margin` the richest ones are cut off at the edges, where cards have their frame.
    """
    tones = tones_of(face, palette, rng)
    canvas = Canvas(tones.line, px, margin)
    draw_aura(canvas, tones, face, rng)
    canvas.zoom(_GEAR_SHARE[min(face.rarity_rank, RANK_MAX)])
    draw_gear(canvas, tones, face.esprit_class, rng)
    share = _BODY_SHARE[min(face.rarity_rank, RANK_MAX)]
    canvas.zoom(share, (0.96 - share) * 0.55)
    FORMS.get(face.form, people.robed)(canvas, tones, face, rng)
    canvas.zoom(1.0)
    draw_crown(canvas, tones, face)
    return canvas.picture()
