"""Putting a team's banner together: a pure function from a team to a WebP file."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

from faye.utils.banner_face import TeamBanner
from faye.utils.card_art import paste_figure
from faye.utils.card_backdrop import draw_backdrop, glow_mask, rays_mask
from faye.utils.card_drawing import draw_ribbon, veil, webp
from faye.utils.card_face import CardFace
from faye.utils.card_palette import Colour, Palette, mixed, palette, parse
from faye.utils.card_sigil import species_rng
from faye.utils.card_text import fitted, legible, printable, write
from faye.utils.rng import Rng

BANNER_SIZE: Final = (800, 320)
_HALF: Final = (400, 160)
_LEADER: Final = (190, 150)
_LEADER_PX: Final = 300
_TILES: Final = ((418, 128), (604, 128))
_TILE: Final = (172, 172)
_WHITE: Final[Colour] = (255, 255, 255)
_NIGHT: Final[Colour] = (12, 12, 20)


def draw_banner(banner: TeamBanner) -> bytes:
    """The banner as a WebP of 800 × 320 pixels: the leader large, the supports beside; equal ones, equal bytes."""
    element = banner.leader.element if banner.leader else ""
    colours = palette(element, 0.0)
    picture = _draw_place(banner.leader, element, colours)
    if banner.leader is not None:
        paste_figure(picture, banner.leader, colours, _LEADER, _LEADER_PX, stands=True)
        _draw_leader_plate(picture, banner.leader, colours)
    _draw_title(picture, banner, colours)
    for index, corner in enumerate(_TILES):
        face = banner.supports[index] if index < len(banner.supports) else None
        if face is None:
            _draw_empty(picture, corner, colours)
        else:
            _draw_support(picture, corner, face)
    rim = parse(banner.leader.colour) if banner.leader else colours.accent
    box = (0, 0, BANNER_SIZE[0] - 1, BANNER_SIZE[1] - 1)
    ImageDraw.Draw(picture).rectangle(box, outline=rim, width=5)
    return webp(picture)


def _draw_place(leader: CardFace | None, element: str, colours: Palette) -> Image.Image:
    rng = species_rng(leader) if leader else Rng(0)
    night = draw_backdrop(element, colours, rng, _HALF, 0.7)
    middle = (_LEADER[0] // 2, _LEADER[1] // 2)
    rank = leader.rarity_rank if leader else 0
    if rank >= 3:
        night.paste(colours.accent, (0, 0), rays_mask(_HALF, middle, 24, 40 + 14 * rank))
    glow = glow_mask(220, 120 + 18 * rank)
    night.paste(colours.glow, (middle[0] - 110, middle[1] - 110), glow)
    picture = night.resize(BANNER_SIZE, Image.Resampling.BILINEAR)
    dim = veil(BANNER_SIZE[1], BANNER_SIZE[0] - 330, 0, 170).transpose(Image.Transpose.ROTATE_90)
    picture.paste(colours.deep, (330, 0), dim)
    return picture


def _draw_leader_plate(picture: Image.Image, leader: CardFace, colours: Palette) -> None:
    """The leader's name and level on a ribbon's top."""
    picture.paste(colours.deep, (5, 222), veil(370, 66, 0, 230))
    draw_ribbon(picture, (5, 288, 375, 315), leader, size=17)
    pen = ImageDraw.Draw(picture)
    write(pen, (362, 268), f"Lv {leader.level:,}", size=22, fill=_tone(leader), anchor="rm", bold=True)
    name, size = fitted(printable(leader.name), size=26, least=15, width=268, bold=True)
    write(pen, (20, 268), name, size=size, fill=_WHITE, anchor="lm", bold=True)


def _draw_title(picture: Image.Image, banner: TeamBanner, colours: Palette) -> None:
    """The player's name where the font has letters for it, level and power."""
    pen = ImageDraw.Draw(picture)
    soft = mixed(colours.accent, _WHITE, 0.5)
    left, right = _TILES[0][0], _TILES[1][0] + _TILE[0]
    name, size = fitted(
        legible(banner.player) or "The team", size=36, least=20, width=right - left, bold=True
    )
    write(pen, (left, 44), name, size=size, fill=_WHITE, anchor="lm", bold=True)
    power = f"Power {banner.power:,}"
    if banner.level is None:
        write(pen, (left, 90), power, size=25, fill=soft, anchor="lm", bold=True)
        return
    level, size = fitted(f"Level {banner.level:,}", size=25, least=14, width=150, bold=True)
    write(pen, (left, 90), level, size=size, fill=soft, anchor="lm", bold=True)
    power, size = fitted(power, size=25, least=14, width=200, bold=True)
    write(pen, (right, 90), power, size=size, fill=soft, anchor="rm", bold=True)


def _draw_support(picture: Image.Image, corner: tuple[int, int], face: CardFace) -> None:
    own = palette(face.element, 0.0)
    width, height = _TILE
    tile = draw_backdrop(face.element, own, species_rng(face), _TILE, 0.6)
    paste_figure(tile, face, own, (width // 2, height // 2 - 6), width)
    tile.paste(own.deep, (0, height - 62), veil(width, 62, 0, 240))
    pen = ImageDraw.Draw(tile)
    name, size = fitted(printable(face.name), size=19, least=12, width=width - 20, bold=True)
    write(pen, (width / 2, height - 36), name, size=size, fill=_WHITE, bold=True)
    write(pen, (width / 2, height - 15), f"Lv {face.level:,}", size=17, fill=_tone(face), bold=True)
    picture.paste(parse(face.colour), (corner[0] - 4, corner[1] - 4), _rounded(width + 8, height + 8))
    picture.paste(tile, corner, _rounded(width, height))


def _draw_empty(picture: Image.Image, corner: tuple[int, int], colours: Palette) -> None:
    """A place that waits for somebody."""
    width, height = _TILE
    half = _rounded(width, height).point([value // 2 for value in range(256)])
    picture.paste(_NIGHT, corner, half)
    pen = ImageDraw.Draw(picture)
    x, y = corner[0] + width // 2, corner[1] + height // 2 - 12
    soft = mixed(colours.accent, colours.mid, 0.35)
    pen.rectangle((x - 22, y - 3, x + 22, y + 3), fill=soft)
    pen.rectangle((x - 3, y - 22, x + 3, y + 22), fill=soft)
    write(pen, (x, y + 50), "free place", size=18, fill=soft)


def _tone(face: CardFace) -> Colour:
    return mixed(parse(face.colour), _WHITE, 0.35)


@lru_cache(maxsize=8)
def _rounded(width: int, height: int) -> Image.Image:
    mask = Image.new("L", (width * 3, height * 3))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width * 3 - 1, height * 3 - 1), 36, fill=255)
    return mask.reduce(3)
