"""One browser tab: what it is told, and what its player does."""

import asyncio
from typing import Any, TypeVar

from aiohttp import web

from faye.playground.acting import Acting
from faye.playground.check_message import LOADING
from faye.playground.commands import ClientRefusal, localized
from faye.playground.errors import ApiError
from faye.playground.identity import UserRecord
from faye.playground.interactions import Interaction, State
from faye.playground.locales import LOCALES
from faye.playground.messages import StoredMessage
from faye.playground.wire import Json, decode, encode
from faye.playground.world import World

HISTORY_SHOWN = 100
_OUTBOX_MAX = 2000
_PEOPLE_SHOWN = 500
_PEOPLE_DELAY_S = 0.1
_ACTS_REMEMBERED = 200
_WRITING = ("say", "command", "autocomplete")

T = TypeVar("T")


class Tab:
    """A player in a tab. A frame's `t` names its kind; its `nonce` ties an answer to an act."""

    def __init__(self, world: World, name: str, locale: str = "") -> None:
        self._world = world
        self._outbox: asyncio.Queue[bytes | None] = asyncio.Queue(_OUTBOX_MAX)
        self._nonces: dict[str, str] = {}
        self._modals: dict[str, Interaction] = {}
        self._people_due: asyncio.TimerHandle | None = None
        self.user = self._welcome(name, locale)

    def leave(self) -> None:
        """The tab is closed."""
        if self.user is not None:
            self._world.unwatch(self._tell)
            self._world.leave(self.user)
        if self._people_due is not None:
            self._people_due.cancel()

    async def write(self, ws: web.WebSocketResponse) -> None:
        """Send what is queued until the tab closes; one that reads too slowly must reconnect."""
        while (frame := await self._outbox.get()) is not None:
            try:
                await ws.send_str(frame.decode())
            except (ConnectionError, RuntimeError):
                return
        await ws.close(code=1013)

    async def take(self, text: str) -> None:
        """Do what the tab asks; a refusal goes back to it as a sentence."""
        nonce = ""
        try:
            frame = decode(text)
            nonce = str(frame.get("nonce", ""))[:40]
            await self._act(frame, nonce)
        except ClientRefusal as refusal:
            self._send("refused", nonce=nonce, error=str(refusal))
        except ApiError as error:
            self._send("refused", nonce=nonce, error=error.message)
        except OSError as error:
            self._send("refused", nonce=nonce, error=f"The playground cannot save: {error.strerror}.")
        except (KeyError, TypeError, ValueError, AttributeError):
            self._send("refused", nonce=nonce, error="This is not something Discord would send.")

    def _welcome(self, name: str, locale: str) -> UserRecord | None:
        try:
            user = self._world.admit(name)
        except ValueError as error:
            self._send("no_name", error=str(error))
            return None
        if locale in LOCALES:
            self._world.set_locale(user, locale)
        self._world.arrive(user)
        self._send("hello", **self._state(user))
        self._world.watch(self._tell)
        return user

    def _state(self, user: UserRecord) -> Json:
        world = self._world
        guild = world.payloads.guild()
        places = [*(channel["id"] for channel in guild["channels"]), user.direct_channel_id]
        shown = [m for channel_id in places for m in world.store.latest(HISTORY_SHOWN, channel_id)]
        return {
            "me": world.payloads.user(user),
            "base_url": world.base_url,
            "bot": world.payloads.bot_user(),
            "online": world.gateway.online,
            "guild": {"name": guild["name"]},
            "channels": [{"id": c["id"], "name": c["name"]} for c in guild["channels"]],
            "roles": [{"id": r["id"], "name": r["name"]} for r in guild["roles"]],
            "people": self._people(),
            "opening": None if user.has_begun else world.opening,
            "messages": [_shown(m) for m in shown if m.visible_to(user.id)],
            **self._commands(user),
        }

    def _commands(self, user: UserRecord) -> Json:
        """Return the commands that somebody sees, in the language of their Discord."""
        visible = self._world.commands.visible(self._world.people.permissions(user))
        return {"locale": user.locale, "commands": localized(visible, user.locale)}

    def _people_changed(self) -> None:
        """Send the list of people soon: when hundreds arrive at once, one list tells of them all."""
        if self._people_due is None:
            loop = asyncio.get_running_loop()
            self._people_due = loop.call_later(_PEOPLE_DELAY_S, self._send_people)

    def _send_people(self) -> None:
        self._people_due = None
        self._send("people", people=self._people())

    def _people(self) -> list[Json]:
        present = self._world.present
        everybody = sorted(self._world.people, key=lambda u: (u.id not in present, u.name.casefold()))
        return [
            self._world.payloads.user(user) | {"here": user.id in present}
            for user in everybody[:_PEOPLE_SHOWN]
        ]

    def _tell(self, what: str, about: Any) -> None:
        """Pass on what happened in the world, as far as this player may see it."""
        if self.user is None:
            return
        if what == "message" and about.visible_to(self.user.id):
            self._send("message", message=_shown(about))
        elif what == "message_gone" and about.concerns(self.user.id):
            self._send("gone", id=about.id)
        elif what == "interaction" and about.user_id == self.user.id:
            self._tell_interaction(about)
        elif what == "people":
            self._people_changed()
        elif what == "begun" and about is self.user:
            self._send("begun")
        elif what == "commands" or (what == "locale" and about is self.user):
            self._send("commands", **self._commands(self.user))
        elif what == "online":
            self._send("online", online=about)

    def _tell_interaction(self, interaction: Interaction) -> None:
        nonce = self._nonces.get(interaction.id)
        if nonce is None:
            return
        details: Json = {}
        if interaction.state is State.MODAL:
            _remember(self._modals, interaction.id, interaction)
            details["modal"] = interaction.modal
        elif interaction.state is State.CHOICES:
            details["choices"] = interaction.choices
        self._send("interaction", nonce=nonce, id=interaction.id, state=interaction.state, **details)
        if interaction.finished:
            del self._nonces[interaction.id]

    async def _act(self, frame: Json, nonce: str) -> None:
        if self.user is None:
            return
        kind = frame["t"]
        acting = Acting(self._world, self.user, self._channel(frame, self.user))
        if kind in _WRITING and acting.channel_id == self.user.direct_channel_id:
            raise ClientRefusal("Direct messages can only be read here.")
        if kind == "say":
            self._world.say(self.user.id, acting.channel_id, str(frame["content"]))
        elif kind == "begun":
            self._world.begin(self.user)
        elif kind == "locale":
            self._world.set_locale(self.user, str(frame["locale"]))
        elif kind == "dismiss":
            self._dismiss(str(frame["message_id"]))
        elif kind == "command":
            self._follow(await acting.command(str(frame["path"]), frame["values"]), nonce)
        elif kind == "autocomplete":
            asked = await acting.autocomplete(str(frame["path"]), str(frame["focused"]), frame["values"])
            self._follow(asked, nonce)
        elif kind == "component":
            used = await acting.component(
                str(frame["message_id"]), str(frame["custom_id"]), frame.get("values")
            )
            self._follow(used, nonce)
        elif kind == "modal":
            shown = self._modals[str(frame["interaction_id"])]
            self._follow(await acting.submit(shown, frame["values"]), nonce)
        else:
            raise ValueError(kind)

    def _follow(self, interaction: Interaction, nonce: str) -> None:
        _remember(self._nonces, interaction.id, nonce)
        # The bot may have answered while the act was being saved.
        if interaction.state is not State.PENDING:
            self._tell_interaction(interaction)

    def _channel(self, frame: Json, user: UserRecord) -> str:
        channels = self._world.identity.channels
        wanted = str(frame.get("channel_id") or next(iter(channels.values())))
        if wanted != user.direct_channel_id:
            self._world.channel_name(wanted)
        return wanted

    def _dismiss(self, message_id: str) -> None:
        message = self._world.store.get(message_id)
        if message is not None and self.user is not None and message.only_for == self.user.id:
            message.dismissed = True
            self._world.tell("message_gone", message)

    def _send(self, kind: str, **fields: Any) -> None:
        if self._outbox.qsize() >= _OUTBOX_MAX - 1:
            while not self._outbox.empty():
                self._outbox.get_nowait()
            self._outbox.put_nowait(None)
            return
        self._outbox.put_nowait(encode({"t": kind, **fields}))


def _remember(acts: dict[str, T], key: str, value: T) -> None:
    """Keep the latest acts only: an act whose answer never came is forgotten in time."""
    acts[key] = value
    while len(acts) > _ACTS_REMEMBERED:
        del acts[next(iter(acts))]


def _shown(message: StoredMessage) -> Json:
    direct = message.recipient_id is not None
    return message.body | {"thinking": bool(message.body["flags"] & LOADING), "direct": direct}
