"""What the commands about Esprits have in common."""

from __future__ import annotations

from discord.ext import commands

from faye.cogs.shared.flow import Flow


class EspritCommands(commands.Cog):
    """A part of `/esprit`: each feature brings its commands in one, and `EspritCog` is all of them together."""

    flow: Flow
