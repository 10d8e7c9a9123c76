"""/help: every command there is, read off the command tree itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from faye.cogs.shared.flow import Interaction
from faye.cogs.shared.look import HOME_COLOUR, Look
from faye.cogs.shared.rendered import DESCRIPTION_CHARS_MAX, Rendered
from faye.cogs.shared.texts import clip
from faye.utils.language import gettext

if TYPE_CHECKING:
    from faye.bot import FayeBot

AnyCommand = app_commands.Command[Any, ..., Any]


class HelpCog(commands.Cog):
    """The list of commands."""

    def __init__(self, bot: FayeBot) -> None:
        self.flow = bot.flow
        self._tree = bot.tree

    @app_commands.command(extras={"limit": "read"})
    async def help(self, interaction: Interaction) -> None:
        """Find out what you can do."""
        open_to_all = [
            command
            for command in self._tree.walk_commands()
            if isinstance(command, app_commands.Command) and not _is_restricted(command)
        ]
        await self.flow.speak_as_settled(self.flow.scene(interaction))
        await self.flow.say(interaction, render_help(open_to_all, self.flow.look))


def render_help(listed: Iterable[AnyCommand], look: Look) -> Rendered:
    """Each command with its description; those of a group stay together."""
    lines = [f"{look.mention(command.qualified_name)} {gettext(command.description)}" for command in listed]
    embed = discord.Embed(title=gettext("📖 What you can do"), colour=HOME_COLOUR)
    begin = (
        gettext("New here? {start} gives you your first Esprit.").format(start=look.mention("start")) + "\n\n"
    )
    embed.description = begin + clip(lines, DESCRIPTION_CHARS_MAX - len(begin))
    if support := look.config.bot.support_url:
        embed.add_field(name=gettext("Questions?"), value=support)
    return Rendered(embeds=(embed,))


def _is_restricted(command: AnyCommand) -> bool:
    """Whether only people with certain permissions see the command."""
    root = command.root_parent or command
    return root.default_permissions is not None


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(HelpCog(bot))
