"""The life of one interaction in the front-end: check, defer, remember, ask, render, forget."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any, Final

import discord
import msgspec
from msgspec.structs import replace

from faye.cogs.shared.desk import Desk, LockHeld
from faye.cogs.shared.errand import Errand, Scene
from faye.cogs.shared.finisher import Finisher
from faye.cogs.shared.look import Look
from faye.cogs.shared.messenger import UNHEARD, Messenger, Undelivered
from faye.cogs.shared.presenter import place, present, say_only_whether
from faye.cogs.shared.refusals import CommonRefusal, explain_lock_held, explain_outage, refuse
from faye.cogs.shared.rendered import Rendered, notice
from faye.cogs.shared.texts import is_whole, visible
from faye.messages import Refusal, Reply
from faye.messages.base import only_asks, snowflake_time_ms
from faye.messages.esprit import EspritChoices, EspritView, FindEsprits
from faye.messages.refusals import Abandoned, Busy, NotKnownYet
from faye.utils.clock import Clock
from faye.utils.deferred import Deferred, DeferredStore
from faye.utils.first_presses import FirstPresses
from faye.utils.language import gettext, language_of, speak
from faye.utils.rate_limiter import RateLimiter
from faye.utils.told import Told

log = logging.getLogger(__name__)

CLOCK_SKEW_MS: Final = 300_000
"""An operation id from further in the future than this was not made by us."""

ALREADY_ACKNOWLEDGED: Final = 40060
TOO_LATE: Final = 10062
"""Discord's codes of a first response that is the second one, or came after its 3 seconds."""

ANSWER_MARGIN_MS: Final = 2_000
"""Whoever acknowledged an interaction has shown its outcome so long after its command's deadline."""

REFUSALS_TOLD_MAX: Final = 20
REFUSALS_TOLD_WINDOW_S: Final = 10
"""So often in so long one user is told to slow down; beyond it there is silence."""

Interaction = discord.Interaction[Any]


def name_of(user: discord.abc.User) -> str:
    """What a user is called; the account's name, which has letters, where nothing of the other can be seen."""
    name = user.display_name if visible(user.display_name) else user.name
    return name if is_whole(name) else visible(name)


class Ack(Enum):
    """How an interaction is acknowledged, which decides where its answer stands."""

    PUBLIC = "public"
    PRIVATE = "private"
    UPDATE = "update"
    """The answer replaces the message whose component was used."""


class Flow:
    """What every cog and every component passes its interactions through."""

    def __init__(
        self,
        *,
        desk: Desk,
        limiter: RateLimiter,
        store: DeferredStore,
        messenger: Messenger,
        finisher: Finisher,
        look: Look,
        presses: FirstPresses,
        clock: Clock,
    ) -> None:
        self.look = look
        self._desk = desk
        self._limiter = limiter
        self._store = store
        self._messenger = messenger
        self._finisher = finisher
        self._presses = presses
        self._clock = clock
        self._told = Told(clock, times_max=REFUSALS_TOLD_MAX, window_s=REFUSALS_TOLD_WINDOW_S)
        self._closing = False
        self._under_way: dict[asyncio.Task[Any], int] = {}
        self.outcomes: Counter[tuple[str, str]] = Counter()
        """How many interactions ended how, by presentation; those over the limit, by class of limit."""

    def look_at(self, look: Look) -> None:
        """Show everything with `look` from now on."""
        self.look = self._finisher.look = look

    # -- before anything is done -------------------------------------------------------------------

    async def admit(self, interaction: Interaction, limit: str) -> bool:
        """Whether the interaction may go on; if not, its user has been told why.

        Somebody who goes on and on is left without an answer: each would cost what an answer to others costs.
        """
        self.speak_to(interaction)
        if self._closing:
            text = gettext("I am just restarting. Please try again in a few seconds.")
            await self.say(interaction, notice(text))
            return False
        again_at = await self._limiter.admit(interaction.user.id, limit)
        if again_at is None:
            if log.isEnabledFor(logging.DEBUG):
                log.debug("admitted", extra={"interaction": interaction.id, "limit": limit})
            return True
        self.outcomes[limit, "limited"] += 1
        if not self._told.once_more(interaction.user.id):
            return False
        # Discord shows whole seconds; one earlier would be a promise that is not kept.
        text = gettext("That was a little fast. You can go on {when}.")
        await self.say(interaction, notice(text.format(when=f"<t:{int(again_at) + 1}:R>")))
        return False

    def speak_to(self, interaction: Interaction) -> None:
        """Speak the language of whoever interacts, as far as it is known, from now on in this task."""
        discords = language_of(str(interaction.locale))
        speak(self._desk.remembered_language(interaction.user.id, discords))

    async def speak_as_settled(self, scene: Scene) -> None:
        """The same once it may be asked for; what cannot be found out leaves what is spoken."""
        if (language := await self._desk.language(scene)) is not None:
            speak(language)

    async def admit_press(
        self, interaction: Interaction, owner_id: int, operation_id: int | None, limit: str = "component"
    ) -> bool:
        """Whether a component may act: within the limit, by its owner, and before it went stale."""
        if not await self.admit(interaction, limit):
            return False
        if interaction.user.id != owner_id:
            await self.say(
                interaction, notice(gettext("That belongs to somebody else. Use the command yourself!"))
            )
            return False
        if operation_id is not None and not self._is_fresh(operation_id):
            await self.say_stale(interaction)
            return False
        return True

    def scene(self, interaction: Interaction, *, about: discord.abc.User | None = None) -> Scene:
        """The scene of an interaction; `about` is the user meant, if it is another one."""
        user = interaction.user
        own = Scene(user.id, name_of(user), interaction.id, language=language_of(str(interaction.locale)))
        if about is None or about.id == user.id:
            return own
        return replace(own, about_id=about.id, about_name=name_of(about))

    # -- answers that need nothing from the engine -------------------------------------------------

    async def say(self, interaction: Interaction, rendered: Rendered, *, ephemeral: bool = True) -> None:
        """Answer at once; nothing is sent if somebody answered already or it is too late."""
        view = rendered.view()
        extra: dict[str, Any] = {} if view is None else {"view": view}
        try:
            if interaction.type is discord.InteractionType.autocomplete:
                await interaction.response.autocomplete([])
            else:
                await interaction.response.send_message(
                    rendered.content or None, embeds=list(rendered.embeds), ephemeral=ephemeral, **extra
                )
        except (discord.HTTPException, discord.InteractionResponded, *UNHEARD) as error:
            log.info("interaction %d: not answered (%s)", interaction.id, error)

    async def say_stale(self, interaction: Interaction) -> None:
        """Tell that a button or menu is no longer in use."""
        await self.say(
            interaction, notice(gettext("This is too old to be used. Please use the command again."))
        )

    async def say_operators_only(self, interaction: Interaction) -> None:
        """Tell that only those who run the bot may do that."""
        await self.say(interaction, notice(gettext("That is for those who run this bot. Nothing was done.")))

    async def refuse(self, interaction: Interaction, refusal: CommonRefusal) -> None:
        """Give a refusal that needs no engine: the command was never asked."""
        await self.say(interaction, refuse(refusal, self.scene(interaction), self.look))

    # -- answers from the engine -------------------------------------------------------------------

    async def run(self, interaction: Interaction, errand: Errand, ack: Ack) -> None:
        """Acknowledge, carry the errand out, show the reply.

        If acknowledging fails, nothing is asked of the engine: somebody else has this interaction, or its
        user was already told that it failed.
        """
        assert errand.updates == (ack is Ack.UPDATE), "the errand says where its answer stands"
        if interaction.id in self._under_way.values():
            return  # Delivered twice: the first delivery is being answered.
        with self._counted(interaction):
            if ack is Ack.PUBLIC and not await self._is_first(errand):
                errand, ack = replace(errand, repeats=True), Ack.PRIVATE
            deferred = self._deferred(interaction, errand)
            if await self._acknowledge(interaction, deferred, errand, ack):
                await self._conclude(deferred, errand)

    async def suggest(
        self, interaction: Interaction, query: FindEsprits, *, owner_id: int | None = None
    ) -> list[EspritView]:
        """What an autocomplete may offer of the user's Esprits, or an owner's; empty if that cannot be found out."""
        try:
            reply = await self._desk.read(owner_id or interaction.user.id, query)
        except ConnectionError:
            return []
        self.speak_to(interaction)
        return reply.esprits if isinstance(reply, EspritChoices) else []

    async def drain(self, timeout_s: float) -> None:
        """Take no further interactions and wait for those under way, at most so long."""
        self._closing = True
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=timeout_s)

    # -- parts ---------------------------------------------------------------------------------------

    def _is_fresh(self, operation_id: int) -> bool:
        age_ms = self._clock.time_ms() - snowflake_time_ms(operation_id)
        return -CLOCK_SKEW_MS <= age_ms <= self.look.config.bot.confirm_valid_minutes * 60_000

    async def _is_first(self, errand: Errand) -> bool:
        """Whether no other press asked for the errand's operation before; a command asks for its own."""
        operation_id = errand.operation_id
        return operation_id is None or await self._presses.take(operation_id, errand.scene.interaction_id)

    async def _undo_press(self, errand: Errand) -> None:
        """Nothing was decided: the next press of the same button is the first again."""
        if errand.operation_id is not None:
            await self._presses.give_back(errand.operation_id, errand.scene.interaction_id)

    @contextmanager
    def _counted(self, interaction: Interaction) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None, "interactions are handled in tasks"
        self._under_way[task] = interaction.id
        try:
            yield
        finally:
            del self._under_way[task]

    def _deferred(self, interaction: Interaction, errand: Errand) -> Deferred:
        return Deferred(
            application_id=interaction.application_id,
            interaction_id=interaction.id,
            token=interaction.token,
            at_ms=self._clock.time_ms(),
            errand=msgspec.msgpack.encode(errand),
        )

    async def _acknowledge(
        self, interaction: Interaction, deferred: Deferred, errand: Errand, ack: Ack
    ) -> bool:
        """Remember, then defer: wherever a crash falls, no "thinking…" stays that nobody knows of.

        The other way round, a bot killed under load left some: Discord had the deferral, Valkey not yet.
        """
        is_ours = await self._store.remember(deferred)
        try:
            if ack is Ack.UPDATE:
                await interaction.response.defer()
            else:
                await interaction.response.defer(ephemeral=ack is Ack.PRIVATE, thinking=True)
        except (discord.HTTPException, discord.InteractionResponded, *UNHEARD) as error:
            fields = errand.log_fields
            log.info(
                "interaction %d: not acknowledged, nothing asked (%r)", interaction.id, error, extra=fields
            )
            self._count(errand, "unacknowledged")
            await self._leave(deferred, errand, error, is_ours=is_ours)
            return False
        if log.isEnabledFor(logging.DEBUG):
            log.debug("deferred", extra=errand.log_fields | {"presentation": errand.presentation})
        return True

    async def _leave(self, deferred: Deferred, errand: Errand, error: Exception, *, is_ours: bool) -> None:
        """See to it that an interaction that could not be acknowledged is not left thinking.

        Too late, Discord itself says so. Already acknowledged, it was by another front-end, which has the
        time of a command to answer, or by us: the library tries again when an answer is lost, and then
        reads this. After any other failure Discord may have taken the deferral, and nobody else knows.
        """
        code = error.code if isinstance(error, discord.HTTPException) else None
        if code == ALREADY_ACKNOWLEDGED:
            after_ms = self.look.config.engine.command_deadline_ms + ANSWER_MARGIN_MS
            self._finisher.finish_if_unanswered(deferred, after_s=after_ms / 1000)
            return
        await self._undo_press(errand)
        if code != TOO_LATE and not isinstance(error, discord.InteractionResponded):
            self._finisher.finish_if_unanswered(deferred)
        elif is_ours:
            await self._store.forget(deferred.interaction_id)

    async def _conclude(self, deferred: Deferred, errand: Errand) -> None:
        reply: Reply | None = None
        try:
            reply = await self._desk.fulfil(errand)
            await self.speak_as_settled(errand.scene)
            rendered = present(errand, reply, self.look)
            self._count(errand, _outcome(reply))
        except LockHeld as held:
            await self.speak_as_settled(errand.scene)
            self._count(errand, "locked")
            rendered = place(errand, explain_lock_held(str(held)))
        except ConnectionError as error:
            what = "interaction %d: players cannot be looked up (%s)"
            log.warning(what, deferred.interaction_id, error, extra=errand.log_fields)
            self._count(errand, "outage")
            rendered = place(errand, explain_outage())
        except Exception:
            what = "interaction %d: failed; its outcome will be looked up"
            log.exception(what, deferred.interaction_id, extra=errand.log_fields)
            self._count(errand, "failed")
            self._finisher.finish_later(deferred)
            return
        if reply is None or isinstance(reply, Busy):
            await self._undo_press(errand)
        if not await self._show(deferred, errand, reply, rendered):
            self._finisher.finish_later(deferred)
        elif isinstance(reply, NotKnownYet) and not only_asks(errand.request):
            self._finisher.finish_later(deferred, told=True)
        else:
            await self._store.forget(deferred.interaction_id)

    def _count(self, errand: Errand, outcome: str) -> None:
        self.outcomes[errand.presentation, outcome] += 1

    async def _show(
        self, deferred: Deferred, errand: Errand, reply: Reply | None, rendered: Rendered
    ) -> bool:
        """Whether it stands in Discord; False if Discord may take it later."""
        try:
            await self._messenger.deliver(
                deferred, rendered, lambda: say_only_whether(errand, reply, self.look)
            )
        except Undelivered as error:
            what = "interaction %d: not delivered yet (%s)"
            log.warning(what, deferred.interaction_id, error, extra=errand.log_fields)
            return False
        if log.isEnabledFor(logging.DEBUG):
            log.debug("shown", extra=errand.log_fields | {"reply": type(reply).__name__})
        return True


def _outcome(reply: Reply) -> str:
    """In one word what became of what was asked, for counting."""
    match reply:
        case Busy():
            return "busy"
        case NotKnownYet():
            return "unknown"
        case Abandoned():
            return "abandoned"
        case Refusal():
            return "refused"
        case _:
            return "done"
