"""The local Discord as one whole: its people, channels, commands, messages and interactions."""

import logging
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from faye.playground import errors
from faye.playground.check_message import EPHEMERAL, LOADING
from faye.playground.commands import CommandBook
from faye.playground.compose import Composer, Draft
from faye.playground.gateway import Gateway, message_intent
from faye.playground.identity import Identity, Opening, UserRecord
from faye.playground.interactions import COMMAND, Interaction, InteractionBook, State
from faye.playground.limits import UPLOAD_BYTES_MAX
from faye.playground.locales import DEFAULT_LOCALE, LOCALES
from faye.playground.messages import MessageStore, StoredFile, StoredMessage
from faye.playground.payloads import Payloads
from faye.playground.people import People
from faye.playground.pulse import ANYTHING, Pulse
from faye.playground.snowflake import SnowflakeMaker
from faye.playground.wire import Json

SENT_MAX = 500

log = logging.getLogger(__name__)

Watcher = Callable[[str, Any], None]
"""Told of `message`, `message_gone` (StoredMessage), `interaction`, `people`, `begun`, `locale`,
`direct` (UserRecord), `commands`, `online` (bool)."""


class World:
    """Holds the parts together and tells those who watch."""

    def __init__(
        self,
        identity: Identity,
        make: SnowflakeMaker,
        store: MessageStore,
        interactions: InteractionBook,
        *,
        heartbeat_interval_ms: int,
        privileged_intents: int,
        opening: Opening | None = None,
    ) -> None:
        self.opening = opening
        self.changed = Pulse()
        self.identity = identity
        self.make = make
        self.store = store
        self.interactions = interactions
        self.base_url = ""
        self.people = People(identity, make)
        self.payloads = Payloads(identity, self.people)
        self.commands = CommandBook(identity, make)
        self.composer = Composer(make, store, self.people, self.payloads, lambda: self.base_url)
        self.gateway = Gateway(
            identity,
            self.people,
            self.payloads,
            self.commands,
            heartbeat_interval_ms=heartbeat_interval_ms,
            privileged_intents=privileged_intents,
        )
        self.save_people: Callable[[], Awaitable[None]] = _nothing_to_save
        self.present: Counter[str] = Counter()
        """How many tabs each person has open, by id."""
        self._watchers: list[Watcher] = []
        self._updating: dict[str, Interaction] = {}
        self._sent: OrderedDict[str, Json] = OrderedDict()
        interactions.on_change = self._moved
        self.gateway.on_presence = lambda online: self.tell("online", online)

    def watch(self, watcher: Watcher) -> None:
        """Tell this function of everything that happens."""
        self._watchers.append(watcher)

    def unwatch(self, watcher: Watcher) -> None:
        """Tell it no more."""
        self._watchers.remove(watcher)

    def tell(self, what: str, about: Any) -> None:
        """Tell everybody who watches."""
        for watcher in tuple(self._watchers):
            # One tab in trouble must not keep the bot from its answer.
            try:
                watcher(what, about)
            except Exception:
                log.exception("a watcher failed to hear of %s", what)
        self.changed.beat(getattr(about, "id", ANYTHING))

    def admit(self, name: str) -> UserRecord:
        """Return the account of this name, made at its first arrival; raises `ValueError` for no name."""
        known = len(self.people)
        user = self.people.admit(name)
        if len(self.people) > known:
            self.tell("people", user)
        return user

    def arrive(self, user: UserRecord) -> None:
        """Note that somebody opened a tab."""
        self.present[user.id] += 1
        if self.present[user.id] == 1:
            self.tell("people", user)

    def leave(self, user: UserRecord) -> None:
        """Note that somebody closed a tab."""
        self.present[user.id] -= 1
        if self.present[user.id] <= 0:
            del self.present[user.id]
            self.tell("people", user)

    def begin(self, user: UserRecord) -> None:
        """Note that somebody needs to be told no more how to begin."""
        if not user.has_begun:
            user.has_begun = True
            self.tell("begun", user)

    def set_locale(self, user: UserRecord, locale: str) -> None:
        """Set somebody's Discord to a language; raises `ValueError` for one that Discord does not have."""
        if locale not in LOCALES:
            raise ValueError(f"{locale!r} is none of Discord's locales")
        if user.locale != locale:
            user.locale = locale
            self.tell("locale", user)

    async def open_direct_channel(self, user: UserRecord) -> Json:
        """Return the channel of somebody's direct messages; it is on disk before the bot hears of it."""
        if not user.direct_channel_id:
            self.people.open_direct_channel(user)
            self.tell("direct", user)
        await self.save_people()
        return self.payloads.direct_channel(user)

    def set_accepts_direct_messages(self, user: UserRecord, accepts: bool) -> None:
        """Let the bot write to somebody, or not; what it has written stays."""
        if user.accepts_direct_messages != accepts:
            user.accepts_direct_messages = accepts
            self.tell("direct", user)

    def recipient(self, channel_id: str) -> UserRecord | None:
        """Return whose direct messages a channel is, None for the server's own; raises 10003 for neither."""
        recipient = self.people.by_direct_channel(channel_id)
        if recipient is None:
            self.channel_name(channel_id)
        return recipient

    def channel_name(self, channel_id: str) -> str:
        """Return the name of one of the server's channels; raises 10003 for any other id."""
        for name, known_id in self.identity.channels.items():
            if known_id == channel_id:
                return name
        raise errors.unknown_channel()

    # -- what the bot does to messages -------------------------------------------------------------------

    def post(self, draft: Draft) -> StoredMessage:
        """Create a message and announce it."""
        message = self.composer.create(draft)
        self._announce("MESSAGE_CREATE", message)
        return message

    def edit(self, message: StoredMessage, body: Json, files: dict[str, StoredFile]) -> StoredMessage:
        """Change a message and announce it."""
        self.composer.edit(message, body, files)
        self._announce("MESSAGE_UPDATE", message)
        waiting = self._updating.pop(message.id, None)
        if waiting is not None:
            self.settle(waiting)
        return message

    def delete(self, message: StoredMessage) -> None:
        """Remove a message and announce it."""
        self.store.remove(message.id)
        self.tell("message_gone", message)
        if message.only_for is None:
            gone = self._placed({"id": message.id, "channel_id": message.channel_id}, message)
            self.gateway.dispatch("MESSAGE_DELETE", gone, intent=message_intent(gone))

    # -- answering interactions --------------------------------------------------------------------------

    def respond(self, interaction: Interaction, body: Json, files: dict[str, StoredFile]) -> StoredMessage:
        """Answer an interaction with a message at once."""
        message = self.post(self.reply(interaction, body, files))
        interaction.original_id, interaction.ephemeral = message.id, message.only_for is not None
        self.interactions.move(interaction, State.ANSWERED)
        return message

    def think(self, interaction: Interaction, body: Json) -> None:
        """Take the place of an answer that is to come."""
        message = self.composer.placeholder(self.reply(interaction, body, {}))
        interaction.original_id, interaction.ephemeral = message.id, message.only_for is not None
        self._announce("MESSAGE_CREATE", message)
        self.interactions.move(interaction, State.THINKING)

    def will_update(self, interaction: Interaction) -> None:
        """Acknowledge a component's use without a change so far."""
        interaction.original_id = interaction.source_id
        if interaction.source_id is not None:
            self._updating[interaction.source_id] = interaction
            while len(self._updating) > SENT_MAX:
                del self._updating[next(iter(self._updating))]
        self.interactions.move(interaction, State.UPDATING)

    def follow_up(self, interaction: Interaction, body: Json, files: dict[str, StoredFile]) -> StoredMessage:
        """Send a further message; the first one after a deferral takes the place of "thinking…"."""
        original = self.store.get(interaction.original_id or "")
        if interaction.state is State.THINKING and original is not None:
            return self.edit_answer(interaction, original, body, files)
        message = self.post(self.reply(interaction, body, files))
        interaction.followup_ids.append(message.id)
        self.settle(interaction)
        return message

    def edit_answer(
        self, interaction: Interaction, message: StoredMessage, body: Json, files: dict[str, StoredFile]
    ) -> StoredMessage:
        """Change one of the messages that answer an interaction."""
        self.edit(message, body, files)
        self.settle(interaction)
        return message

    def settle(self, interaction: Interaction) -> None:
        """Note that a deferred interaction has got its visible answer."""
        if interaction.state in (State.THINKING, State.UPDATING):
            self._updating.pop(interaction.source_id or "", None)
            self.interactions.move(interaction, State.ANSWERED)
        else:
            self.interactions.touch(interaction)

    def reply(self, interaction: Interaction, body: Json, files: dict[str, StoredFile]) -> Draft:
        """Return the draft of the bot's message that answers an interaction."""
        source = interaction.original_id or interaction.source_id
        return Draft(
            channel_id=interaction.channel_id,
            author=self.payloads.bot_user(),
            body=body,
            files=files,
            interaction=interaction,
            ephemeral=bool(_flags(body) & EPHEMERAL),
            reply_to=source if source and self.store.get(source) else None,
        )

    # -- what people do ----------------------------------------------------------------------------------

    def say(self, user_id: str, channel_id: str, content: str) -> StoredMessage:
        """Post a person's own words."""
        person = self.people.by_id(user_id)
        assert person is not None, "only admitted people speak"
        return self.post(Draft(channel_id, self.payloads.user(person), {"content": content}))

    def send_interaction(self, interaction: Interaction, data: Json, *, times: int = 1) -> None:
        """Send an interaction to the bot; twice is what a resume can do."""
        payload = self._sent[interaction.id] = self._interaction_payload(interaction, data)
        while len(self._sent) > SENT_MAX:
            self._sent.popitem(last=False)
        for _ in range(times):
            self.gateway.dispatch("INTERACTION_CREATE", payload)

    def redeliver(self, interaction_id: str) -> None:
        """Send a recent interaction once more; raises `KeyError` when it is no longer kept."""
        self.gateway.dispatch("INTERACTION_CREATE", self._sent[interaction_id])

    def _interaction_payload(self, interaction: Interaction, data: Json) -> Json:
        person = self.people.by_id(interaction.user_id)
        assert person is not None, "only admitted people act"
        payload: Json = {
            "id": interaction.id,
            "application_id": self.identity.application_id,
            "type": interaction.type,
            "token": interaction.token,
            "version": 1,
            "channel_id": interaction.channel_id,
            "locale": person.locale,
            "app_permissions": str((1 << 53) - 1),
            "entitlements": [],
            "entitlement_sku_ids": [],
            "attachment_size_limit": UPLOAD_BYTES_MAX,
            **self._whereabouts(interaction, person),
            "data": data,
        }
        source = self.store.get(interaction.source_id or "")
        if source is not None and interaction.type != COMMAND:
            payload["message"] = source.body
        return payload

    def _whereabouts(self, interaction: Interaction, person: UserRecord) -> Json:
        """Describe where somebody acted, and as whom: as a member of the server, or as a user alone."""
        if self.recipient(interaction.channel_id) is not None:
            return {
                "channel": self.payloads.direct_channel(person),
                "user": self.payloads.user(person),
                "authorizing_integration_owners": {"0": "0"},
                "context": 1,
            }
        return {
            "guild_id": self.identity.guild_id,
            "guild": self.payloads.guild_outline(),
            "channel": self.payloads.partial_channel(self.channel_name(interaction.channel_id), person),
            "member": self.payloads.member(person),
            "guild_locale": DEFAULT_LOCALE,
            "authorizing_integration_owners": {"0": self.identity.guild_id},
            "context": 0,
        }

    def _moved(self, interaction: Interaction) -> None:
        self.tell("interaction", interaction)
        opening, answered = self.opening, interaction.state is State.ANSWERED
        if (
            opening
            and answered
            and (interaction.type, interaction.command_name) == (COMMAND, opening.command)
        ):
            person = self.people.by_id(interaction.user_id)
            assert person is not None, "only admitted people act"
            self.begin(person)

    def _announce(self, event: str, message: StoredMessage) -> None:
        self.tell("message", message)
        if message.only_for is None and not message.body["flags"] & LOADING:
            self.gateway.dispatch_message(event, self._placed(message.body, message))

    def _placed(self, told: Json, message: StoredMessage) -> Json:
        """Return what is told of a message with the server it is in; direct messages are in none."""
        return told if message.recipient_id is not None else {**told, "guild_id": self.identity.guild_id}


async def _nothing_to_save() -> None:
    """Keep nothing: the server lives in memory only."""


def _flags(body: Json) -> int:
    flags = body.get("flags")
    return flags if isinstance(flags, int) else 0
