"""The one handler of what went wrong before a command was asked of the engine."""

from __future__ import annotations

import logging

import discord
from discord import app_commands

from faye.cogs.shared.flow import Flow, Interaction
from faye.cogs.shared.rendered import notice
from faye.utils.language import gettext

log = logging.getLogger(__name__)


async def answer_error(flow: Flow, interaction: Interaction, error: BaseException) -> None:
    """Tell the user what went wrong, in this order of precedence.

    1. The command or its options are not those that the bot knows (Discord shows an old definition): reload.
    2. An option's value cannot be used: say so.
    3. A check said no: say so.
    4. Anything else is a bug: an apology for the user, the trace with the interaction's id for the log.

    What goes wrong once the engine was asked never gets here: the flow finds out what became of it.
    """
    flow.speak_to(interaction)
    match error:
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            log.info("interaction %d: unknown command or options (%s)", interaction.id, error)
            text = gettext("That command has changed. Reload Discord and use it again. **Nothing happened.**")
        case app_commands.TransformerError():
            text = gettext(
                "I cannot use one of those values. Check the options and try again. **Nothing happened.**"
            )
        case app_commands.CheckFailure():
            text = gettext("You cannot use that here. **Nothing happened.**")
        case _:
            log.error("interaction %d failed", interaction.id, exc_info=_cause(error))
            text = gettext("Something broke on my side. **Nothing happened.** Please try again.")
            if support := flow.look.config.bot.support_url:
                tell = gettext("If it happens again, tell us: {support} (`{id}`)")
                text += "\n" + tell.format(support=support, id=interaction.id)
    await flow.say(interaction, notice(text))


def _cause(error: BaseException) -> BaseException:
    return error.original if isinstance(error, app_commands.CommandInvokeError) else error


def is_component(interaction: Interaction) -> bool:
    """Whether somebody used a button or a menu."""
    return interaction.type is discord.InteractionType.component
