"""/esprit lock and /esprit unlock: what is locked cannot be dissolved."""

from __future__ import annotations

from typing import TypeAlias

import discord
from discord import app_commands

from faye.cogs.shared.errand import errand
from faye.cogs.shared.esprit_commands import EspritCommands
from faye.cogs.shared.esprit_looks import brief, name_of
from faye.cogs.shared.esprit_option import NAME_CHARS_MAX, esprit_named, suggest_esprits
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import GOOD_COLOUR
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Rendered, notice
from faye.messages.lock import AlreadyLocked, EspritLocked, LockEsprit
from faye.utils.language import gettext

Answer: TypeAlias = EspritLocked | AlreadyLocked | CommonRefusal


class LockCommands(EspritCommands):
    """Locks."""

    @app_commands.command(extras={"limit": "write"})
    @app_commands.describe(esprit="The name of one of your Esprits")
    @app_commands.autocomplete(esprit=suggest_esprits)
    async def lock(
        self, interaction: Interaction, esprit: app_commands.Range[str, 1, NAME_CHARS_MAX]
    ) -> None:
        """Lock one of your Esprits, so that it cannot be dissolved."""
        await self._set(interaction, esprit, locked=True)

    @app_commands.command(extras={"limit": "write"})
    @app_commands.describe(esprit="The name of one of your Esprits")
    @app_commands.autocomplete(esprit=suggest_esprits)
    async def unlock(
        self, interaction: Interaction, esprit: app_commands.Range[str, 1, NAME_CHARS_MAX]
    ) -> None:
        """Take the lock of one of your Esprits away."""
        await self._set(interaction, esprit, locked=False)

    async def _set(self, interaction: Interaction, esprit: str, *, locked: bool) -> None:
        named = await esprit_named(interaction, esprit)
        if named is not None:
            command = LockEsprit(player_id=0, idempotency_key=interaction.id, esprit=named, locked=locked)
            asked = errand(command, "lock", self.flow.scene(interaction))
            await self.flow.run(interaction, asked, Ack.PRIVATE)


@presentation("lock")
def render_lock(reply: Answer, occasion: Occasion) -> Rendered:
    """Whether it is locked now."""
    look = occasion.look
    match reply:
        case EspritLocked():
            if reply.esprit.locked:
                title, meaning = gettext("🔒 Locked"), gettext("It cannot be dissolved.")
            else:
                title, meaning = gettext("🔓 Unlocked"), gettext("Nothing but you protects it now.")
            embed = discord.Embed(title=title, colour=GOOD_COLOUR)
            embed.description = f"{brief(reply.esprit, look)}\n{meaning}"
            return Rendered(embeds=(embed,))
        case AlreadyLocked():
            name = name_of(reply.esprit, look)
            if reply.esprit.locked:
                text = gettext("{name} is locked already. {unlock} would change that.")
                return notice(text.format(name=name, unlock=look.mention("esprit unlock")))
            text = gettext("{name} has no lock. {lock} would change that.")
            return notice(text.format(name=name, lock=look.mention("esprit lock")))
        case _:
            return refuse(reply, occasion.scene, look)
