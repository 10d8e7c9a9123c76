"""The first steps as a list to tick off, and the button that collects their rewards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import discord

from faye.cogs.shared.errand import errand
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import GOOD_COLOUR, HOME_COLOUR, Look, amount
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.presses import SNOWFLAKE, Pressable, button, custom_id, next_operation_id
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Rendered
from faye.messages.refusals import Abandoned
from faye.messages.tutorial import (
    CollectTutorial,
    NothingToCollect,
    Step,
    Tutorial,
    TutorialCollected,
    TutorialStep,
)
from faye.utils.language import gettext, gettext_noop

Answer: TypeAlias = TutorialCollected | NothingToCollect | CommonRefusal

_TEXTS: Final[Mapping[Step, tuple[str, str]]] = {
    "daily": ("daily", gettext_noop("take today's reward")),
    "summon": (
        "summon",
        gettext_noop(
            "call an Esprit; the free banner costs nothing, and {craft} makes fayrites of your shards"
        ),
    ),
    "team": ("esprit team optimize", gettext_noop("let your strongest stand together")),
    "upgrade": ("esprit upgrade", gettext_noop("train your leader")),
    "explore": ("explore", gettext_noop("go out and see what you find")),
    "win": ("explore", gettext_noop("win a fight: guard when a smash is coming")),
}


class CollectSteps(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"steps:(?P<owner>{SNOWFLAKE}):(?P<operation>{SNOWFLAKE})",
):
    """Collects the rewards of the steps that were taken, once."""

    def __init__(self, owner_id: int, operation_id: int) -> None:
        self.owner_id = owner_id
        self.operation_id = operation_id
        identity = custom_id("steps", owner_id, operation_id)
        super().__init__(button(gettext("Collect"), identity, emoji="🎁", style=discord.ButtonStyle.success))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> CollectSteps:
        """The button that was pressed."""
        return cls(int(match["owner"]), int(match["operation"]))

    async def press(self, interaction: Interaction) -> None:
        """Collect under this button's own operation id."""
        flow = interaction.client.flow
        assert self.operation_id is not None, "this button acts once"
        command = CollectTutorial(player_id=0, idempotency_key=self.operation_id)
        await flow.run(
            interaction, errand(command, "steps", flow.scene(interaction), updates=True), Ack.UPDATE
        )


def render_steps(reply: Tutorial, owner_id: int, snowflake: int, look: Look) -> Rendered:
    """What is done and what is left, with a button where a reward waits."""
    waits = any(step.is_done and not step.is_collected for step in reply.steps)
    items = (CollectSteps(owner_id, next_operation_id(snowflake)),) if waits else ()
    return Rendered(embeds=(_embed(reply.steps, look),), items=items)


def steps_in_words(steps: list[TutorialStep], look: Look) -> str:
    """One line a step: its command, what it is, and its reward."""
    return "\n".join(_line(step, look) for step in steps)


@presentation("steps")
def render_collected(reply: Answer, occasion: Occasion) -> Rendered:
    """What came of collecting, and what is left to do."""
    scene, look, request = occasion.scene, occasion.look, occasion.request
    assert isinstance(request, CollectTutorial), "only collected rewards are shown like this"
    match reply:
        case TutorialCollected():
            embed = _embed(reply.steps, look)
            embed.colour = GOOD_COLOUR
            paid = "\n".join(amount(*each) for each in reply.paid.items())
            embed.add_field(name=gettext("You receive"), value=paid)
            return Rendered(embeds=(embed,))
        case NothingToCollect():
            return Rendered(embeds=(_embed(reply.steps, look),))
        case Abandoned():
            again = CollectSteps(scene.user_id, next_operation_id(request.idempotency_key))
            return refuse(reply, scene, look).offering(again)
        case _:
            return refuse(reply, scene, look)


def _embed(steps: list[TutorialStep], look: Look) -> discord.Embed:
    embed = discord.Embed(title=gettext("👣 Your first steps"), colour=HOME_COLOUR)
    if all(step.is_collected for step in steps):
        after = gettext("All done: the rest is up to you.")
    else:
        after = gettext("Come back with {start} to collect.").format(start=look.mention("start"))
    rest = gettext("{profile} shows how far you are, {help} all that you can do.").format(
        profile=look.mention("profile"), help=look.mention("help")
    )
    embed.description = f"{steps_in_words(steps, look)}\n\n{after} {rest}"
    return embed


def _line(step: TutorialStep, look: Look) -> str:
    sign = "✅" if step.is_collected else "🎁" if step.is_done else "▫️"
    command, english = _TEXTS[step.step]
    text = gettext(english).format(craft=look.mention("craft"))
    reward = ", ".join(amount(*each) for each in step.reward.items())
    return f"{sign} {look.mention(command)}: {text} · {reward}"
