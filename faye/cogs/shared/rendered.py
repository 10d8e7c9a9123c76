"""An answer as it will stand in Discord, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import discord

from faye.cogs.shared.look import QUIET_COLOUR
from faye.utils.image_generator import CardFace, FightScene, SheetFace, TeamBanner

DESCRIPTION_CHARS_MAX: Final = 3800
"""Below Discord's 4 096, so that title, fields and footer fit into the 6 000 of all embeds."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What to draw once the answer is certain: a card, a sheet of cards, a team's banner, a fight."""

    subject: CardFace | SheetFace | TeamBanner | FightScene
    filename: str
    as_thumbnail: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """Content, embeds, a picture still to be drawn for the first embed, and components, all persistent."""

    content: str = ""
    embeds: tuple[discord.Embed, ...] = ()
    picture: Picture | None = None
    items: tuple[discord.ui.Item[Any], ...] = field(default=())
    is_aside: bool = False
    """A refusal or apology: it stands privately beside a message that is there and does not replace it."""

    def offering(self, *items: discord.ui.Item[Any]) -> Rendered:
        """The same with these components."""
        return replace(self, items=items)

    def view(self) -> discord.ui.View | None:
        """The components as a view that never times out, or None; needs a running event loop."""
        if not self.items:
            return None
        view = discord.ui.View(timeout=None)
        for item in self.items:
            view.add_item(item)
        return view


def notice(text: str, *, items: Sequence[discord.ui.Item[Any]] = (), is_aside: bool = True) -> Rendered:
    """A short answer: a refusal, an apology, a hint."""
    embed = discord.Embed(description=text[:DESCRIPTION_CHARS_MAX], colour=QUIET_COLOUR)
    return Rendered(embeds=(embed,), items=tuple(items), is_aside=is_aside)
