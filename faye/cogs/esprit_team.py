"""/esprit team: who leads, and who supports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias, cast, get_args

import discord
from discord import app_commands

from faye.cogs.shared.errand import errand
from faye.cogs.shared.esprit_commands import EspritCommands
from faye.cogs.shared.esprit_looks import banner, name_of
from faye.cogs.shared.esprit_option import NAME_CHARS_MAX, esprit_named, suggest_esprits
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import GOOD_COLOUR, HOME_COLOUR, Look, kind
from faye.cogs.shared.options import one_of
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Rendered, notice
from faye.cogs.shared.texts import escape, number
from faye.messages.esprit import EspritView
from faye.messages.team import (
    GetTeam,
    LeaderNeeded,
    OptimizeTeam,
    SetTeam,
    Team,
    TeamChanged,
    TeamSlot,
    TeamUnchanged,
)

Answer: TypeAlias = Team | CommonRefusal
ChangeAnswer: TypeAlias = TeamChanged | TeamUnchanged | LeaderNeeded | CommonRefusal

SLOTS: Final[tuple[TeamSlot, ...]] = get_args(TeamSlot)
SLOT_NAMES: Final[Mapping[TeamSlot, str]] = {
    "leader": "Leader",
    "support1": "First support",
    "support2": "Second support",
}


class TeamCommands(EspritCommands):
    """The team."""

    team = app_commands.Group(name="team", description="Who leads, and who supports")

    @team.command(extras={"limit": "read"})
    async def view(self, interaction: Interaction) -> None:
        """See your team and how powerful it is."""
        asked = errand(GetTeam(player_id=0), "team", self.flow.scene(interaction))
        await self.flow.run(interaction, asked, Ack.PUBLIC)

    @team.command(name="set", extras={"limit": "write"})
    @app_commands.describe(
        slot="Which place in the team", esprit="The name of one of your Esprits; nobody if left out"
    )
    @app_commands.choices(slot=[app_commands.Choice(name=SLOT_NAMES[slot], value=slot) for slot in SLOTS])
    @app_commands.autocomplete(esprit=suggest_esprits)
    async def set_member(
        self,
        interaction: Interaction,
        slot: str,
        esprit: app_commands.Range[str, 1, NAME_CHARS_MAX] | None = None,
    ) -> None:
        """Give a place in your team to one of your Esprits, or leave a support's place empty."""
        chosen = one_of(slot, SLOTS)
        if chosen is None:
            known = ", ".join(SLOT_NAMES.values())
            await self.flow.say(interaction, notice(f"A team has no such place. Choose one of: {known}."))
            return
        named = None
        if esprit is not None and (named := await esprit_named(interaction, esprit)) is None:
            return
        command = SetTeam(
            player_id=0, idempotency_key=interaction.id, slot=cast(TeamSlot, chosen), esprit=named
        )
        asked = errand(command, "team_change", self.flow.scene(interaction))
        await self.flow.run(interaction, asked, Ack.PUBLIC)

    @team.command(extras={"limit": "write"})
    async def optimize(self, interaction: Interaction) -> None:
        """Let your three most powerful Esprits be your team."""
        command = OptimizeTeam(player_id=0, idempotency_key=interaction.id)
        asked = errand(command, "team_change", self.flow.scene(interaction))
        await self.flow.run(interaction, asked, Ack.PUBLIC)


@presentation("team")
def render_team(reply: Answer, occasion: Occasion) -> Rendered:
    """Everybody in the team with role, level and power, and their banner."""
    scene, look = occasion.scene, occasion.look
    match reply:
        case Team():
            embed = discord.Embed(title=f"{escape(scene.user_name)}'s team", colour=HOME_COLOUR)
            embed.description = f"Together: 💥 **{number(reply.power)}**"
            return _show(embed, reply, occasion)
        case _:
            return refuse(reply, scene, look)


@presentation("team_change")
def render_change(reply: ChangeAnswer, occasion: Occasion) -> Rendered:
    """The team as it is now, and what that did to its power."""
    request, scene, look = occasion.request, occasion.scene, occasion.look
    match reply:
        case TeamChanged():
            embed = discord.Embed(title="🚩 Your team", colour=GOOD_COLOUR)
            embed.description = f"Together: 💥 {number(reply.power_before)} → **{number(reply.power)}**"
            return _show(embed, reply, occasion)
        case TeamUnchanged():
            if isinstance(request, OptimizeTeam):
                return notice("Your three most powerful Esprits are your team already.")
            return notice(f"That is how your team is already: {look.mention('esprit team view')}.")
        case LeaderNeeded():
            return notice(
                f"A team cannot be without a leader. {look.mention('esprit team set')} puts another one in that place; "
                "whoever leads now changes places with them if they are in the team."
            )
        case _:
            return refuse(reply, scene, look)


def _show(embed: discord.Embed, team: Team | TeamChanged, occasion: Occasion) -> Rendered:
    members, look = team.members, occasion.look
    for slot, name in SLOT_NAMES.items():
        embed.add_field(name=name, value=_member(members.get(slot), look))
    leader, *supports = (members.get(slot) for slot in SLOTS)
    name = occasion.scene.user_name
    return Rendered(
        embeds=(embed,), picture=banner(name, leader, supports, look, level=None, power=team.power)
    )


def _member(esprit: EspritView | None, look: Look) -> str:
    if esprit is None:
        return f"nobody yet\n{look.mention('esprit team set')}"
    return (
        f"{name_of(esprit, look)}\nLv {number(esprit.level)} · 💥 {number(esprit.power)}\n"
        f"{kind(esprit.element, esprit.esprit_class)}"
    )
