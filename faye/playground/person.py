"""A person played by a program: uses commands and components, and sees what a real one would see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from faye.playground.acting import Acting
from faye.playground.identity import UserRecord
from faye.playground.interactions import Interaction, State
from faye.playground.views import MessageView, ModalView
from faye.playground.wire import Json
from faye.playground.world import World

NO_RESPONSE = "The application did not respond"
WAIT_S = 15.0
_SEEN_MAX = 200


class Result:
    """What came of an interaction, as its person sees it now."""

    def __init__(self, world: World, interaction: Interaction) -> None:
        self._world = world
        self._interaction = interaction

    @property
    def id(self) -> str:
        """The interaction's id."""
        return self._interaction.id

    @property
    def interaction(self) -> Interaction:
        """The server's own record of it."""
        return self._interaction

    @property
    def state(self) -> State:
        """How far the answer is."""
        return self._interaction.state

    @property
    def responded(self) -> bool:
        """Say whether the bot acknowledged it in time."""
        return self.state not in (State.PENDING, State.NO_RESPONSE)

    @property
    def error(self) -> str | None:
        """The red text that the person sees in place of an answer."""
        return NO_RESPONSE if self.state is State.NO_RESPONSE else None

    @property
    def message(self) -> MessageView | None:
        """The answer: the original response, or the message that a component changed."""
        return self._view(self._interaction.original_id)

    @property
    def answer(self) -> MessageView:
        """The answer, where there must be one; raises `AssertionError` telling what came instead."""
        message = self.message
        assert message is not None, f"no message: {self.state} {self.error or ''}"
        return message

    @property
    def followups(self) -> list[MessageView]:
        """The further messages, in their order."""
        views = (self._view(message_id) for message_id in self._interaction.followup_ids)
        return [view for view in views if view is not None]

    @property
    def ephemeral(self) -> bool:
        """Say whether only this person sees the answer."""
        return self._interaction.ephemeral

    @property
    def modal(self) -> ModalView | None:
        """The modal that was shown as the answer."""
        return ModalView(self._interaction.modal) if self._interaction.modal else None

    @property
    def choices(self) -> list[Json]:
        """The suggestions of autocomplete."""
        return self._interaction.choices or []

    async def acknowledged(self, timeout_s: float = WAIT_S) -> bool:
        """Wait for the first response or its deadline; say whether it came."""
        await self._until(lambda: self.state is not State.PENDING, timeout_s)
        return self.responded

    async def finished(self, timeout_s: float = WAIT_S) -> Result:
        """Wait until the answer is filled in or failed; after the time, return as it then is."""
        await self._until(lambda: self._interaction.finished, timeout_s)
        return self

    async def followup(self, number: int = 1, timeout_s: float = WAIT_S) -> MessageView:
        """Wait for the n-th further message; raises `TimeoutError`."""
        if not await self._until(lambda: len(self._interaction.followup_ids) >= number, timeout_s):
            raise TimeoutError(f"follow-up {number} did not come within {timeout_s} s")
        return self.followups[number - 1]

    async def message_until(self, text: str, timeout_s: float = WAIT_S) -> MessageView:
        """Wait until the answer contains a text; raises `TimeoutError`."""
        pulse = self._world.changed
        if not await pulse.until(lambda: self.message is not None and text in self.message.text, timeout_s):
            raise TimeoutError(f"{text!r} did not appear within {timeout_s} s")
        return self.answer

    async def _until(self, holds: Callable[[], bool], timeout_s: float) -> bool:
        return await self._world.changed.until(holds, timeout_s, self._interaction.id)

    def _view(self, message_id: str | None) -> MessageView | None:
        message = self._world.store.get(message_id or "")
        if message is None or not message.visible_to(self._interaction.user_id):
            return None
        return MessageView(message.body)


class Person:
    """A member of the server. `deliver_twice` sends the same event twice, as a resume can do."""

    def __init__(self, world: World, user: UserRecord, channel_id: str) -> None:
        self._world = world
        self._acting = Acting(world, user, channel_id)

    @property
    def id(self) -> str:
        """The account's id."""
        return self._acting.user.id

    @property
    def name(self) -> str:
        """The display name."""
        return self._acting.user.name

    @property
    def locale(self) -> str:
        """The language of this person's Discord; setting one that Discord does not have raises `ValueError`."""
        return self._acting.user.locale

    @locale.setter
    def locale(self, locale: str) -> None:
        self._world.set_locale(self._acting.user, locale)

    @property
    def accepts_direct_messages(self) -> bool:
        """Say whether the bot may write to this person; set to False, it is refused with 50007."""
        return self._acting.user.accepts_direct_messages

    @accepts_direct_messages.setter
    def accepts_direct_messages(self, accepts: bool) -> None:
        self._world.set_accepts_direct_messages(self._acting.user, accepts)

    def __str__(self) -> str:
        return self.id

    async def slash(
        self, path: str, /, *, deliver_twice: bool = False, timeout_s: float = WAIT_S, **options: Any
    ) -> Result:
        """Use a slash command and wait for its answer; `timeout_s=0` does not wait."""
        interaction = await self._acting.command(path, options, times=1 + deliver_twice)
        return await self._result(interaction, timeout_s)

    async def click(
        self,
        message: MessageView | Result,
        label_or_custom_id: str,
        *,
        deliver_twice: bool = False,
        timeout_s: float = WAIT_S,
    ) -> Result:
        """Press a button and wait for what it does."""
        view = message.answer if isinstance(message, Result) else message
        custom_id = view.custom_id(label_or_custom_id)
        interaction = await self._acting.component(view.id, custom_id, times=1 + deliver_twice)
        return await self._result(interaction, timeout_s)

    async def choose(
        self,
        message: MessageView | Result,
        placeholder_or_custom_id: str,
        values: list[Any],
        *,
        deliver_twice: bool = False,
        timeout_s: float = WAIT_S,
    ) -> Result:
        """Choose from a select menu, by value or label, and wait for what it does."""
        view = message.answer if isinstance(message, Result) else message
        custom_id = view.custom_id(placeholder_or_custom_id)
        interaction = await self._acting.component(view.id, custom_id, values, times=1 + deliver_twice)
        return await self._result(interaction, timeout_s)

    async def submit(
        self, shown: Result, values: dict[str, Any], *, deliver_twice: bool = False, timeout_s: float = WAIT_S
    ) -> Result:
        """Fill in and submit the modal of a result."""
        interaction = await self._acting.submit(shown.interaction, values, times=1 + deliver_twice)
        return await self._result(interaction, timeout_s)

    async def autocomplete(
        self, path: str, focused: str, /, *, timeout_s: float = WAIT_S, **values: Any
    ) -> list[Json]:
        """Return the suggestions for an option that is being typed."""
        interaction = await self._acting.autocomplete(path, focused, values)
        return (await self._result(interaction, timeout_s)).choices

    def say(self, content: str) -> MessageView:
        """Write into the channel."""
        return MessageView(self._world.say(self.id, self._acting.channel_id, content).body)

    def sees(self, message_id: str) -> bool:
        """Say whether a message stands in this person's channel list."""
        message = self._world.store.get(message_id)
        return message is not None and message.visible_to(self.id)

    def messages(self) -> list[MessageView]:
        """Return everything this person sees in the channel, oldest first."""
        return self._seen_in(self._acting.channel_id)

    def direct_messages(self) -> list[MessageView]:
        """Return what the bot wrote to this person alone, oldest first."""
        return self._seen_in(self._acting.user.direct_channel_id)

    def _seen_in(self, channel_id: str) -> list[MessageView]:
        kept = self._world.store.latest(_SEEN_MAX, channel_id)
        return [MessageView(message.body) for message in kept if message.visible_to(self.id)]

    async def _result(self, interaction: Interaction, timeout_s: float) -> Result:
        result = Result(self._world, interaction)
        return await result.finished(timeout_s) if timeout_s > 0 else result
