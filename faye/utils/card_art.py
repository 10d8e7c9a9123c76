"""The picture on a card without its frame and letters: a spirit before its land."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from faye.utils.card_backdrop import draw_backdrop, glow_mask, gradient, rays_mask
from faye.utils.card_face import CardFace
from faye.utils.card_frame import CARD_SIZE
from faye.utils.card_palette import Colour, Palette, mixed, palette
from faye.utils.card_shapes import Point
from faye.utils.card_sigil import own_rng, species_rng
from faye.utils.figures.canvas import FIGURE_PX
from faye.utils.figures.figure import draw_figure
from faye.utils.rng import Rng

FIGURE_CENTRE: Final = (225, 274)
_HALF: Final = (225, 315)
"""All that is soft is drawn at half the size, in a quarter of the time."""
_HALF_CENTRE: Final = (112, 137)
_HORIZON: Final = 0.56
_STANDING_MARGIN: Final = 0.12


def draw_art(face: CardFace) -> tuple[Image.Image, Palette]:
    """The land of the element with its light, and the figure in front of it, on a picture of the card's size."""
    rng = species_rng(face)
    colours = palette(face.element, rng.between(-100, 100) / 100)
    picture = _draw_place(face, colours, rng).resize(CARD_SIZE, Image.Resampling.BILINEAR)
    _scatter(picture, face, colours, 1.0)
    paste_figure(picture, face, colours, FIGURE_CENTRE, FIGURE_PX)
    return picture, colours


def draw_small_art(face: CardFace) -> tuple[Image.Image, Palette]:
    """The same at half the size."""
    rng = species_rng(face)
    colours = palette(face.element, rng.between(-100, 100) / 100)
    picture = _draw_place(face, colours, rng)
    _scatter(picture, face, colours, 0.5)
    paste_figure(picture, face, colours, _HALF_CENTRE, FIGURE_PX // 2)
    return picture, colours


def paste_figure(
    picture: Image.Image,
    face: CardFace,
    colours: Palette,
    centre: tuple[int, int],
    px: int,
    *,
    stands: bool = False,
) -> None:
    """Put `face`'s figure, `px` squared, with its glow into `picture`.

    Light falls from above left: its right half and its foot lie in shade. One that `stands` in a landscape is whole
    and fades out where a card would have its panel.
    """
    margin = _STANDING_MARGIN if stands else 0.0
    figure = draw_figure(face, colours, species_rng(face), px, margin)
    *channels, shape = ImageChops.multiply(figure, _light(px)).split()
    if stands:
        shape = ImageChops.multiply(shape, _fading(px))
    reach = px // 8
    halo = Image.new("L", (px + 2 * reach, px + 2 * reach))
    halo.paste(shape, (reach, reach))
    softness = (2 + face.rarity_rank * 0.4) * px / FIGURE_PX
    halo = halo.reduce(4).filter(ImageFilter.GaussianBlur(softness)).resize(halo.size)
    corner = (centre[0] - px // 2, centre[1] - px // 2)
    tone = mixed(colours.glow, colours.pale, 0.06 * face.rarity_rank)
    picture.paste(tone, (corner[0] - reach, corner[1] - reach), halo)
    picture.paste(Image.merge("RGB", channels), corner, shape)


@lru_cache(maxsize=8)
def _fading(px: int) -> Image.Image:
    """A mask that lets the lowest part of a figure vanish."""
    ramp = (
        Image.linear_gradient("L").resize((1, px)).point([min(255, (255 - step) * 6) for step in range(256)])
    )
    return ramp.resize((px, px))


@lru_cache(maxsize=8)
def _light(px: int) -> Image.Image:
    light = gradient((px, px), (255, 255, 255), (206, 206, 224))
    half = Image.new("L", (px, px))
    half.paste(40, (px // 2, 0, px, px))
    light.paste((70, 60, 110), (0, 0), half)
    return Image.merge("CMYK", (*light.split(), Image.new("L", (px, px), 255)))


def _draw_place(face: CardFace, colours: Palette, rng: Rng) -> Image.Image:
    """Land, rays and glow, at half the size of a card."""
    rank = face.rarity_rank
    night = draw_backdrop(face.element, colours, rng, _HALF, _HORIZON)
    if rank >= 3:
        rays = rays_mask(_HALF, _HALF_CENTRE, 20 if rank < 5 else 32, 44 + 10 * rank)
        night.paste(mixed(colours.accent, colours.pale, 0.1 * rank - 0.2), (0, 0), rays)
    glow = glow_mask(220 + 12 * rank, 110 + 18 * rank)
    night.paste(colours.glow, (_HALF_CENTRE[0] - glow.width // 2, _HALF_CENTRE[1] - glow.height // 2), glow)
    return night


def _scatter(picture: Image.Image, face: CardFace, colours: Palette, share: float) -> None:
    """Motes and a few four-pointed sparkles, where the Esprit's own chance puts them."""
    pen, rng = ImageDraw.Draw(picture), own_rng(face)
    for index in range(18 + 8 * face.rarity_rank):
        x, y = rng.between(24, CARD_SIZE[0] - 24) * share, rng.between(70, CARD_SIZE[1] - 190) * share
        colour: Colour = mixed(colours.mid, colours.pale, rng.between(45, 100) / 100)
        if index % 4 == 0:
            pen.polygon(_sparkle(x, y, rng.between(4, 9) * share), fill=colour)
        else:
            size = rng.pick((0.8, 1.2, 1.8)) * share
            pen.ellipse((x - size, y - size, x + size, y + size), fill=colour)


def _sparkle(x: float, y: float, size: float) -> list[Point]:
    waist = size * 0.2
    return [
        (x, y - size),
        (x + waist, y - waist),
        (x + size, y),
        (x + waist, y + waist),
        (x, y + size),
        (x - waist, y + waist),
        (x - size, y),
        (x - waist, y - waist),
    ]
