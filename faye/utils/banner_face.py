"""All that a team's banner shows: a plain value, so that equal banners are equal pictures."""

from __future__ import annotations

from msgspec import Struct

from faye.utils.card_face import CardFace


class TeamBanner(Struct, frozen=True, kw_only=True):
    """A player's team. It is hashable, and decides every pixel."""

    player: str
    """The player's name as Discord has it, in whatever script."""
    level: int | None
    """The player's; None where it is not spoken of."""
    power: int
    """Of the whole team."""
    leader: CardFace | None
    supports: tuple[CardFace | None, ...]
    """At most two; None is a place without anybody."""
