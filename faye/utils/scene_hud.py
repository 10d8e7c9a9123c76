"""What stands around a fight: names, bars of health and mana, effects, supports, the turn."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

from faye.utils.card_art import paste_figure
from faye.utils.card_backdrop import gradient
from faye.utils.card_icons import disc, draw_badge
from faye.utils.card_palette import Colour, Palette, mixed, palette, parse
from faye.utils.card_text import fitted, printable, write
from faye.utils.scene_face import SceneFighter, SceneSupport

WHITE: Final[Colour] = (255, 255, 255)
_NIGHT: Final[Colour] = (12, 12, 20)
_WIDTH: Final = 330
_HEALTH_PX, _MANA_PX = 30, 14
_MANA: Final[Colour] = (84, 150, 255)
_SHIELD: Final[Colour] = (206, 236, 255)
_HEALTH: Final[tuple[tuple[float, Colour], ...]] = (
    (0.25, (236, 68, 72)),
    (0.5, (244, 178, 58)),
    (1.0, (88, 204, 98)),
)
"""The colour of health up to each share of it."""
_EFFECTS: Final[dict[str, Colour]] = {
    "burn": (255, 122, 46),
    "shield": (150, 216, 255),
    "stun": (255, 226, 84),
    "weaken": (196, 120, 232),
    "haste": (120, 240, 190),
    "guard": (196, 206, 222),
    "charge": (255, 208, 64),
}
_SUPPORT_PX: Final = 68


def draw_fighter(picture: Image.Image, fighter: SceneFighter, *, is_enemy: bool, boss: bool = False) -> None:
    """Name, level, health, mana and effects in the fighter's upper corner."""
    left = picture.width - 20 - _WIDTH if is_enemy else 20
    tone = mixed(parse(fighter.face.colour), WHITE, 0.35)
    _panel(picture, (left - 10, 12, left + _WIDTH + 10, _panel_bottom(fighter)))
    pen = ImageDraw.Draw(picture)
    level = f"Lv {fighter.level:,}"
    write(pen, (left + _WIDTH, 32), level, size=22, fill=tone, anchor="rm", bold=True)
    name, size = fitted(printable(fighter.name), size=25, least=15, width=_WIDTH - 92, bold=True)
    write(pen, (left, 32), name, size=size, fill=WHITE, anchor="lm", bold=True)
    _draw_health(picture, fighter, left, 50)
    if fighter.mana_max > 0:
        share = _share(fighter.mana, fighter.mana_max)
        _bar(picture, (left, 86, left + _WIDTH, 86 + _MANA_PX), share, _MANA)
        write(pen, (left + _WIDTH - 8, 93), f"{fighter.mana:,}", size=14, fill=WHITE, anchor="rm", bold=True)
    _draw_effects(picture, fighter, left, is_enemy)
    if boss:
        top = _panel_bottom(fighter) + 8
        pen.rounded_rectangle(
            (left - 10, top, left + 70, top + 30), 7, fill=(214, 42, 42), outline=_NIGHT, width=2
        )
        write(pen, (left + 30, top + 15), "BOSS", size=20, fill=WHITE, bold=True, spacing=1)


def _panel_bottom(fighter: SceneFighter) -> int:
    return 112 if fighter.mana_max > 0 else 94


def _draw_health(picture: Image.Image, fighter: SceneFighter, left: int, top: int) -> None:
    """The bar with its marks; a shield covers it from its end, as far as it reaches."""
    right, bottom = left + _WIDTH, top + _HEALTH_PX
    share = _share(fighter.hp, fighter.hp_max)
    tone = next(colour for limit, colour in _HEALTH if share <= limit)
    _bar(picture, (left, top, right, bottom), share, tone)
    pen = ImageDraw.Draw(picture)
    for mark in fighter.marks:
        x = left + _WIDTH * mark / 100
        pen.line((x, top, x, top + 6), fill=_NIGHT, width=3)
        pen.line((x, bottom - 7, x, bottom - 1), fill=_NIGHT, width=3)
    if fighter.shield > 0:
        cover = max(10, round(_WIDTH * _share(fighter.shield, fighter.hp_max)))
        pen.rounded_rectangle((left, bottom - 9, left + cover, bottom - 1), 3, fill=_SHIELD, outline=_NIGHT)
    text = f"{fighter.hp:,} / {fighter.hp_max:,}" + (f" +{fighter.shield:,}" if fighter.shield > 0 else "")
    text, size = fitted(text, size=22, least=12, width=_WIDTH - 16, bold=True)
    x, y = left + _WIDTH / 2, top + _HEALTH_PX / 2 - 1
    for across, down in ((-2, 0), (2, 0), (0, -2), (0, 2)):
        write(pen, (x + across, y + down), text, size=size, fill=_NIGHT, bold=True)
    write(pen, (x, y), text, size=size, fill=WHITE, bold=True)


def _share(part: int, whole: int) -> float:
    return min(1.0, max(0.0, part / whole)) if whole > 0 else 0.0


def _bar(picture: Image.Image, box: tuple[int, int, int, int], share: float, tone: Colour) -> None:
    width, height = box[2] - box[0], box[3] - box[1]
    picture.paste(_NIGHT, (box[0] - 3, box[1] - 3), _pill(width + 6, height + 6))
    picture.paste(mixed(tone, _NIGHT, 0.78), box[:2], _pill(width, height))
    filled = round(width * share)
    if share > 0:
        filled = max(filled, height // 2)
        fill = gradient((filled, height), mixed(tone, WHITE, 0.2), mixed(tone, _NIGHT, 0.3))
        picture.paste(fill, box[:2], _pill(width, height).crop((0, 0, filled, height)))


@lru_cache(maxsize=16)
def _pill(width: int, height: int) -> Image.Image:
    scale = 3
    mask = Image.new("L", (width * scale, height * scale))
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, width * scale - 1, height * scale - 1), min(10, height // 2) * scale, fill=255
    )
    return mask.reduce(scale)


def _panel(picture: Image.Image, box: tuple[int, int, int, int]) -> None:
    """A dark ground for letters."""
    width, height = box[2] - box[0], box[3] - box[1]
    picture.paste(_NIGHT, box[:2], _pill(width, height).point([value * 3 // 5 for value in range(256)]))


def _draw_effects(picture: Image.Image, fighter: SceneFighter, left: int, is_enemy: bool) -> None:
    top = _panel_bottom(fighter) + 26
    for index, effect in enumerate(fighter.effects[:7]):
        step = 42 * index + 16
        x = left + _WIDTH - step if is_enemy else left + step
        tone = _EFFECTS.get(effect, WHITE)
        draw_badge(picture, (x, top), 18, effect, (tone, _NIGHT, tone))


def draw_supports(picture: Image.Image, supports: tuple[SceneSupport, ...]) -> None:
    """The supports in the lower left corner: bright if ready, else dark with the turns to wait."""
    for index, support in enumerate(supports[:2]):
        own = palette(support.face.element, 0.0)
        half = _SUPPORT_PX // 2
        x, y = 20 + half, picture.height - 22 - half - index * (_SUPPORT_PX + 12)
        rim = mixed(parse(support.face.colour), WHITE, 0.2)
        tile = Image.new("RGB", (_SUPPORT_PX, _SUPPORT_PX), own.mid)
        paste_figure(tile, support.face, own, (half, half + 2), _SUPPORT_PX)
        if support.cooldown > 0:
            tile = tile.convert("L").point([value * 2 // 5 for value in range(256)]).convert("RGB")
        picture.paste(_NIGHT, (x - half - 4, y - half - 4), disc(half + 4, half + 4))
        picture.paste(
            rim if support.cooldown <= 0 else mixed(rim, _NIGHT, 0.6),
            (x - half - 4, y - half - 4),
            disc(half + 4, half + 3),
        )
        picture.paste(tile, (x - half, y - half), disc(half, half))
        if support.cooldown > 0:
            pen = ImageDraw.Draw(picture)
            write(pen, (x, y), f"{support.cooldown:,}", size=34, fill=WHITE, bold=True)
        else:
            _draw_ready(picture, (x + half - 6, y - half + 6))


def _draw_ready(picture: Image.Image, place: tuple[int, int]) -> None:
    draw_badge(picture, place, 11, "tick", ((88, 204, 98), (20, 70, 34), WHITE))


def draw_turn(picture: Image.Image, turn: int, colours: Palette) -> None:
    """The number of the turn between the two."""
    x = picture.width // 2
    picture.paste(_NIGHT, (x - 36, 16), disc(36, 36))
    picture.paste(mixed(colours.accent, _NIGHT, 0.3), (x - 36, 16), disc(36, 35))
    picture.paste(_NIGHT, (x - 36, 16), disc(36, 32))
    pen = ImageDraw.Draw(picture)
    write(pen, (x, 38), "TURN", size=13, fill=mixed(colours.accent, WHITE, 0.4), bold=True, spacing=1)
    text, size = fitted(f"{turn:,}", size=28, least=12, width=52, bold=True)
    write(pen, (x, 60), text, size=size, fill=WHITE, bold=True)
