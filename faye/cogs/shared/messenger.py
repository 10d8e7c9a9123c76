"""Puts answers into Discord through interactions' webhooks, alike for own and adopted interactions."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Callable
from typing import Any, Final, assert_never

import aiohttp
import discord

from faye.cogs.shared.rendered import Picture, Rendered
from faye.messages.base import snowflake_time_ms
from faye.utils.clock import at
from faye.utils.deferred import Deferred
from faye.utils.image_generator import CardFace, CardStudio, FightScene, SheetFace, TeamBanner

log = logging.getLogger(__name__)

_MISSING_CODES: Final = frozenset({10003, 10008, 10015, 50027})
"""Unknown channel, message or webhook, invalid webhook token."""

# Discord knows the interaction's own message by this name; the library's types know only ids.
_ORIGINAL: Final[Any] = "@original"

UNHEARD: Final = (OSError, TimeoutError, aiohttp.ClientError, discord.RateLimited)
"""No answer came from Discord: whether it took the call is open. The library lets the HTTP client's
own errors through, not all of which are `OSError`s."""


class Undelivered(Exception):
    """Discord did not take the answer; it may take it later, as long as the interaction's token lives."""


class Missing(Undelivered):
    """Discord knows no such message or token: not yet, not for a moment, or no more; it never says which.

    It can say so of a deferral that it took a moment ago.
    """


class Rejected(Undelivered):
    """Discord will never take this answer: it breaks a rule of its form."""


class Messenger:
    """Edits and sends messages by application id and interaction token."""

    def __init__(self, client: discord.Client, cards: CardStudio, *, card_wait_ms: int) -> None:
        self._client = client
        self._cards = cards
        self._card_wait_ms = card_wait_ms

    async def deliver(
        self, deferred: Deferred, rendered: Rendered, otherwise: Callable[[], Rendered]
    ) -> None:
        """Make `rendered` the interaction's message, or a private one beside it.

        If Discord rejects it as malformed, `otherwise` goes out. Raises `Undelivered`.
        """
        try:
            await self._put(deferred, rendered)
        except Rejected:
            log.exception("interaction %d: discord rejected the answer", deferred.interaction_id)
            await self._put(deferred, otherwise())

    async def awaits_answer(self, deferred: Deferred) -> bool:
        """Whether the interaction is acknowledged, and nothing more was done about it, by whomever.

        That is so while its message thinks, and while the message whose component was used stands as it
        stood then. Raises `Missing` as long as nobody acknowledged it, else `Undelivered`.
        """
        try:
            message = await self._webhook(deferred).fetch_message(_ORIGINAL)
        except discord.HTTPException as error:
            raise _sort(error) from error
        except UNHEARD as error:
            raise Undelivered(type(error).__name__) from error
        if message.id > deferred.interaction_id:
            return message.flags.loading
        made_at = at(snowflake_time_ms(deferred.interaction_id))
        return message.edited_at is None or message.edited_at < made_at

    def _webhook(self, deferred: Deferred) -> discord.Webhook:
        webhook = discord.Webhook.partial(deferred.application_id, deferred.token, client=self._client)
        webhook.type = discord.WebhookType.application  # which alone may send what one person sees
        return webhook

    async def _put(self, deferred: Deferred, rendered: Rendered) -> None:
        webhook = self._webhook(deferred)
        files = await self._draw(rendered)
        embeds, view = list(rendered.embeds), rendered.view()
        try:
            if rendered.is_aside:
                extra: dict[str, Any] = {} if view is None else {"view": view}
                await webhook.send(rendered.content, embeds=embeds, files=files, ephemeral=True, **extra)
            else:
                content = rendered.content or None
                await webhook.edit_message(
                    _ORIGINAL, content=content, embeds=embeds, attachments=files, view=view
                )
        except discord.HTTPException as error:
            raise _sort(error) from error
        except UNHEARD as error:
            raise Undelivered(type(error).__name__) from error

    async def _draw(self, rendered: Rendered) -> list[discord.File]:
        """The picture as a file that the first embed shows; none if it cannot be drawn in time."""
        picture = rendered.picture
        if picture is None:
            return []
        try:
            async with asyncio.timeout(self._card_wait_ms / 1000):
                drawn = await self._paint(picture)
        except Exception as error:
            log.warning("a card was not drawn (%s): its message goes out without it", type(error).__name__)
            return []
        embed = rendered.embeds[0]
        place = embed.set_thumbnail if picture.as_thumbnail else embed.set_image
        place(url=f"attachment://{picture.filename}")
        return [discord.File(io.BytesIO(drawn), filename=picture.filename)]

    async def _paint(self, picture: Picture) -> bytes:
        match picture.subject:
            case CardFace() as face:
                return await self._cards.card(face)
            case SheetFace() as sheet:
                return await self._cards.sheet(sheet)
            case TeamBanner() as banner:
                return await self._cards.banner(banner)
            case FightScene() as scene:
                return await self._cards.scene(scene)
            case other:
                assert_never(other)


def _sort(error: discord.HTTPException) -> Undelivered:
    summary = f"{error.status} {error.code} {error.text}"[:200]
    if error.code in _MISSING_CODES:
        return Missing(summary)
    return Rejected(summary) if error.status == 400 else Undelivered(summary)
