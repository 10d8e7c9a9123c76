"""The way out, and the button that takes it again."""

from __future__ import annotations

import re
from typing import Any

import discord

from faye.cogs.shared.errand import Errand, Scene, errand
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.presses import SNOWFLAKE, Pressable, button, custom_id
from faye.messages.explore import Explore
from faye.utils.language import gettext


class ExploreAgain(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"explore:(?P<owner>{SNOWFLAKE}):(?P<operation>{SNOWFLAKE})",
):
    """Goes out again, once, and shows it in place of the last time."""

    def __init__(self, owner_id: int, operation_id: int) -> None:
        self.owner_id = owner_id
        self.operation_id = operation_id
        identity = custom_id("explore", owner_id, operation_id)
        super().__init__(
            button(gettext("Explore on"), identity, emoji="🧭", style=discord.ButtonStyle.primary)
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> ExploreAgain:
        """The button that was pressed."""
        return cls(int(match["owner"]), int(match["operation"]))

    async def press(self, interaction: Interaction) -> None:
        """Explore under this button's own operation id."""
        flow = interaction.client.flow
        assert self.operation_id is not None, "this button acts once"
        asked = outing(self.operation_id, flow.scene(interaction), updates=True)
        await flow.run(interaction, asked, Ack.UPDATE)


def outing(key: int, scene: Scene, *, updates: bool = False) -> Errand:
    """The errand to explore, once under that key."""
    return errand(Explore(player_id=0, idempotency_key=key), "explore", scene, updates=updates)
