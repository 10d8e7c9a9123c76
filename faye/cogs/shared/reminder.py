"""Tells in the background those who want to hear it that their daily reward is ready again, by a direct message."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import discord

from faye.cogs.shared.look import HOME_COLOUR, Look
from faye.cogs.shared.messenger import UNHEARD
from faye.messages.settings import Reminder, SetNotify
from faye.router import Players
from faye.utils.language import gettext, speaking
from faye.utils.tasks import end_tasks, keep_going

log = logging.getLogger(__name__)

CLOSED: Final = 50007
"""Discord's code for a user who takes no direct messages from the bot."""


class Reminders:
    """Takes reminders that are due, a few at a time, and sends each of them once, or not at all."""

    def __init__(self, client: discord.Client, players: Players, look: Look) -> None:
        self._client = client
        self._players = players
        self.look = look
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to remind."""
        self._task = asyncio.create_task(keep_going(self._go_on), name="reminders")

    async def stop(self) -> None:
        """Stop at once; what was taken and not sent yet is lost."""
        await end_tasks([self._task] if self._task else [])

    async def _go_on(self) -> None:
        while True:
            await self.remind()
            await asyncio.sleep(self.look.config.bot.reminder_interval_s)

    async def remind(self) -> None:
        """Send what is due, as far as it may be sent at once; the library waits where Discord wants it to."""
        tunables, daily = self.look.config.bot, self.look.config.game.daily
        try:
            due = await self._players.take_reminders(
                tunables.reminders_at_once,
                cooldown_hours=daily.cooldown_hours,
                within_hours=tunables.reminder_within_hours,
            )
        except ConnectionError as error:
            log.info("nobody is reminded for a moment (%s)", error)
            return
        for reminder in due:
            try:
                await self._send(reminder)
            except Exception:
                log.exception("a reminder was dropped")

    async def _send(self, reminder: Reminder) -> None:
        try:
            channel = await self._client.create_dm(discord.Object(reminder.discord_id))
            await channel.send(embed=self._written(reminder))
        except discord.HTTPException as error:
            if error.code == CLOSED:
                log.info("somebody takes no direct messages, and is not reminded any more")
                await self._players.answer(reminder.discord_id, SetNotify(notify=False))
            else:
                log.warning("a reminder was not taken by Discord (%d %d)", error.status, error.code)
        except UNHEARD as error:
            log.warning("a reminder was dropped: Discord did not answer (%s)", type(error).__name__)

    def _written(self, reminder: Reminder) -> discord.Embed:
        """What is said."""
        with speaking(reminder.language):
            text = gettext("{daily} collects it; {settings} switches reminders off.").format(
                daily=self.look.mention("daily"), settings=self.look.mention("settings view")
            )
            title = gettext("🎁 Your daily reward is ready")
            return discord.Embed(title=title, description=text, colour=HOME_COLOUR)
