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
from faye.utils.language import gettext, gettext_noop

Answer: TypeAlias = Team | CommonRefusal
ChangeAnswer: TypeAlias = TeamChanged | TeamUnchanged | LeaderNeeded | CommonRefusal

SLOTS: Final[tuple[TeamSlot, ...]] = get_args(TeamSlot)
SLOT_NAMES: Final[Mapping[TeamSlot, str]] = {
    "leader": gettext_noop("Leader"),
    "support1": gettext_noop("First support"),
    "support2": gettext_noop("Second support"),
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
            known = ", ".join(gettext(name) for name in SLOT_NAMES.values())
            text = gettext("A team has no such place. Choose one of: {places}.").format(places=known)
            await self.flow.say(interaction, notice(text))
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
            title = gettext("{name}'s team").format(name=escape(scene.user_name))
            embed = discord.Embed(title=title, colour=HOME_COLOUR)
            embed.description = gettext("Together: 💥 **{power}**").format(power=number(reply.power))
            return _show(embed, reply, occasion)
        case _:
            return refuse(reply, scene, look)


@presentation("team_change")
def render_change(reply: ChangeAnswer, occasion: Occasion) -> Rendered:
    """The team as it is now, and what that did to its power."""
    request, scene, look = occasion.request, occasion.scene, occasion.look
    match reply:
        case TeamChanged():
            embed = discord.Embed(title=gettext("🚩 Your team"), colour=GOOD_COLOUR)
            embed.description = gettext("Together: 💥 {before} → **{after}**").format(
                before=number(reply.power_before), after=number(reply.power)
            )
            return _show(embed, reply, occasion)
        case TeamUnchanged():
            if isinstance(request, OptimizeTeam):
                return notice(gettext("Your three most powerful Esprits are your team already."))
            text = gettext("That is how your team is already: {team_view}.")
            return notice(text.format(team_view=look.mention("esprit team view")))
        case LeaderNeeded():
            text = gettext(
                "A team cannot be without a leader. {team_set} puts another one in that place; "
                "whoever leads now changes places with them if they are in the team."
            )
            return notice(text.format(team_set=look.mention("esprit team set")))
        case _:
            return refuse(reply, scene, look)


def _show(embed: discord.Embed, team: Team | TeamChanged, occasion: Occasion) -> Rendered:
    members, look = team.members, occasion.look
    for slot, name in SLOT_NAMES.items():
        embed.add_field(name=gettext(name), value=_member(members.get(slot), look))
    leader, *supports = (members.get(slot) for slot in SLOTS)
    name = occasion.scene.user_name
    return Rendered(
        embeds=(embed,), picture=banner(name, leader, supports, look, level=None, power=team.power)
    )


def _member(esprit: EspritView | None, look: Look) -> str:
    if esprit is None:
        nobody = gettext("nobody yet")
        return f"{nobody}\n{look.mention('esprit team set')}"
    level = gettext("Lv {level}").format(level=number(esprit.level))
    return (
        f"{name_of(esprit, look)}\n{level} · 💥 {number(esprit.power)}\n"
        f"{kind(esprit.element, esprit.esprit_class)}"
    )
