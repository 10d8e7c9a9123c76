"""Putting the picture of a fight together: a pure function from a scene to a WebP file."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

from faye.utils.card_art import paste_figure
from faye.utils.card_backdrop import draw_backdrop, glow_mask, rays_mask
from faye.utils.card_drawing import webp
from faye.utils.card_palette import Colour, Palette, mixed, palette
from faye.utils.card_sigil import species_rng
from faye.utils.card_text import write
from faye.utils.scene_face import FightScene, SceneFighter
from faye.utils.scene_hud import draw_fighter, draw_supports, draw_turn

SCENE_SIZE: Final = (800, 400)
_HALF: Final = (400, 200)
_HORIZON: Final = 0.72
_GROUND: Final = 352
_SIZES: Final = {False: 280, True: 336}
"""Pixels squared of a figure, by whether it is a boss."""
_LEADER_X, _ENEMY_X = 236, 582
_BOSS: Final[Colour] = (255, 72, 56)

_OUTCOMES: Final[dict[str, tuple[str, Colour]]] = {
    "won": ("VICTORY", (255, 214, 94)),
    "lost": ("DEFEAT", (255, 92, 92)),
    "fled": ("FLED", (176, 190, 214)),
}


def draw_scene(scene: FightScene) -> bytes:
    """The fight as a WebP of 800 × 400 pixels; equal scenes give equal bytes."""
    colours = palette(scene.backdrop, 0.0)
    picture = _draw_place(scene, colours)
    _draw_figure(picture, scene.leader, _LEADER_X, _SIZES[False], fallen=scene.outcome == "lost")
    size = _SIZES[scene.boss]
    _draw_figure(picture, scene.enemy, _ENEMY_X, size, fallen=scene.outcome == "won")
    draw_fighter(picture, scene.leader, is_enemy=False)
    draw_fighter(picture, scene.enemy, is_enemy=True, boss=scene.boss)
    draw_supports(picture, scene.supports)
    draw_turn(picture, scene.turn, colours)
    if scene.outcome is not None:
        _draw_outcome(picture, scene.outcome)
    _draw_border(picture, _BOSS if scene.boss else colours.accent, 7 if scene.boss else 4)
    return webp(picture)


def _draw_place(scene: FightScene, colours: Palette) -> Image.Image:
    night = draw_backdrop(scene.backdrop, colours, species_rng(scene.enemy.face), _HALF, _HORIZON)
    if scene.boss:
        rays = rays_mask(_HALF, (_ENEMY_X // 2, 110), 28, 150)
        night.paste(mixed(colours.glow, _BOSS, 0.4), (0, 0), rays)
    for x, size in ((_LEADER_X, 190), (_ENEMY_X, 260 if scene.boss else 210)):
        glow = glow_mask(size, 150)
        tone = _BOSS if scene.boss and x == _ENEMY_X else colours.glow
        night.paste(tone, (x // 2 - size // 2, 112 - size // 2), glow)
    return night.resize(SCENE_SIZE, Image.Resampling.BILINEAR)


def _draw_figure(picture: Image.Image, fighter: SceneFighter, x: int, px: int, *, fallen: bool) -> None:
    """The fighter on the ground; grey and sunken if fallen."""
    own = palette(fighter.face.element, 0.0)
    shadow = _shadow(px)
    spot = (x - shadow.width // 2, _GROUND - shadow.height // 2)
    picture.paste((0, 0, 0), spot, shadow)
    middle = (x, _GROUND - px // 2 + px // 9)
    if not fallen:
        paste_figure(picture, fighter.face, own, middle, px, stands=True)
        return
    middle = (x, middle[1] + px // 12)
    paste_figure(picture, fighter.face, own, middle, px, stands=True)
    corner = (x - px // 2, middle[1] - px // 2)
    box = (*corner, x + px // 2, min(SCENE_SIZE[1], middle[1] + px // 2))
    grey = picture.crop(box).convert("L").point([value * 5 // 9 for value in range(256)]).convert("RGB")
    picture.paste(grey, corner, _fallen(grey.size))


@lru_cache(maxsize=8)
def _shadow(px: int) -> Image.Image:
    mask = Image.new("L", (px * 9 // 10, px // 5))
    ImageDraw.Draw(mask).ellipse((8, 8, mask.width - 9, mask.height - 9), fill=150)
    return mask.filter(ImageFilter.GaussianBlur(5))


@lru_cache(maxsize=8)
def _fallen(size: tuple[int, int]) -> Image.Image:
    """A soft-edged mask, so that what has lost its colour has no visible frame."""
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).ellipse((size[0] // 14, 0, size[0] * 13 // 14, size[1] * 5 // 4), fill=235)
    return mask.filter(ImageFilter.GaussianBlur(14))


def _draw_outcome(picture: Image.Image, outcome: str) -> None:
    """A dark band across the picture that says how it ended."""
    word, tone = _OUTCOMES.get(outcome, (outcome.upper(), (255, 255, 255)))
    width, height = SCENE_SIZE
    picture.paste((8, 8, 14), (0, 0), Image.new("L", SCENE_SIZE, 70))
    middle = height - 86
    picture.paste((8, 8, 14), (0, middle - 44), Image.new("L", (width, 88), 200))
    pen = ImageDraw.Draw(picture)
    for y in (middle - 44, middle + 42):
        pen.rectangle((0, y, width, y + 2), fill=tone)
    write(pen, (width / 2, middle), word, size=68, fill=tone, bold=True, spacing=10)


def _draw_border(picture: Image.Image, tone: Colour, width: int) -> None:
    pen = ImageDraw.Draw(picture)
    pen.rectangle(
        (0, 0, SCENE_SIZE[0] - 1, SCENE_SIZE[1] - 1), outline=mixed(tone, (0, 0, 0), 0.25), width=width
    )
