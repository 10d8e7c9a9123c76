"""The life of an interaction: sent, answered in time or not, its token good for fifteen minutes."""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum
from itertools import islice

import msgspec

from faye.playground import errors, limits
from faye.playground.snowflake import SnowflakeMaker, made_at_ms
from faye.playground.wire import Json

INTERACTIONS_MAX = 20_000
ALIVE_MAX = 1000

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5


class State(StrEnum):
    """How far the answer to an interaction is."""

    PENDING = "pending"
    THINKING = "thinking"
    """Deferred: the answer's place is taken, its content is to come."""
    UPDATING = "updating"
    """A component's interaction acknowledged without a change so far."""
    ANSWERED = "answered"
    MODAL = "modal"
    CHOICES = "choices"
    NO_RESPONSE = "no_response"


class Interaction(msgspec.Struct):
    """One act of a person that the bot must answer."""

    id: str
    token: str
    type: int
    user_id: str
    channel_id: str
    command_name: str = ""
    source_id: str | None = None
    """The message whose component was used."""
    state: State = State.PENDING
    ephemeral: bool = False
    original_id: str | None = None
    """The message that `@original` means."""
    followup_ids: list[str] = []
    modal: Json | None = None
    choices: list[Json] | None = None

    @property
    def finished(self) -> bool:
        """Say whether the person has got what a client would wait for."""
        return self.state not in (State.PENDING, State.THINKING, State.UPDATING)

    def age_s(self) -> float:
        """Return the seconds since it was made, by the wall clock."""
        return time.time() - made_at_ms(self.id) / 1000


class InteractionBook:
    """All recent interactions, by id and by token, with their deadlines."""

    def __init__(
        self,
        make: SnowflakeMaker,
        *,
        response_deadline_s: float = limits.RESPONSE_DEADLINE_S,
        token_lifetime_s: float = limits.TOKEN_LIFETIME_S,
        interactions_max: int = INTERACTIONS_MAX,
    ) -> None:
        self.on_change: Callable[[Interaction], None] = lambda _: None
        self._make = make
        self._response_deadline_s = response_deadline_s
        self._token_lifetime_s = token_lifetime_s
        self._interactions_max = interactions_max
        self._by_id: OrderedDict[str, Interaction] = OrderedDict()
        self._by_token: dict[str, Interaction] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def open(self, kind: int, user_id: str, channel_id: str, **details: str | None) -> Interaction:
        """Start an interaction; its deadline runs from now."""
        interaction = Interaction(self._make.make(), secrets.token_urlsafe(48), kind, user_id, channel_id)
        for name, value in details.items():
            setattr(interaction, name, value)
        self.remember(interaction)
        timer = asyncio.get_running_loop().call_later(self._response_deadline_s, self._expire, interaction)
        self._timers[interaction.id] = timer
        return interaction

    def remember(self, interaction: Interaction) -> None:
        """Keep an interaction, new or from an earlier run; drop the oldest one if there are too many."""
        self._by_id[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        while len(self._by_id) > self._interactions_max:
            _, oldest = self._by_id.popitem(last=False)
            self._by_token.pop(oldest.token, None)

    def to_answer(self, interaction_id: str, token: str) -> Interaction:
        """Return the interaction that a first response is for; raises 10062 or 40060."""
        interaction = self._by_id.get(interaction_id)
        if interaction is None or interaction.token != token or interaction.state is State.NO_RESPONSE:
            raise errors.unknown_interaction()
        if interaction.state is not State.PENDING:
            raise errors.already_acknowledged()
        return interaction

    def by_token(self, token: str) -> Interaction:
        """Return the acknowledged interaction of a webhook token; raises 10015 or 50027."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.state in (State.PENDING, State.NO_RESPONSE):
            raise errors.unknown_webhook()
        if interaction.age_s() > self._token_lifetime_s:
            raise errors.invalid_webhook_token()
        return interaction

    def move(self, interaction: Interaction, state: State) -> None:
        """Change the state and tell everybody who waits."""
        interaction.state = state
        timer = self._timers.pop(interaction.id, None)
        if timer is not None:
            timer.cancel()
        self.touch(interaction)

    def touch(self, interaction: Interaction) -> None:
        """Tell everybody who waits that something about the interaction changed."""
        self.on_change(interaction)

    def close(self) -> None:
        """Stop the deadlines: the server goes away."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def alive(self, message_ids: set[str]) -> list[Interaction]:
        """Return the latest interactions that one of these messages answers and whose tokens still work."""
        latest = islice(reversed(self._by_id.values()), ALIVE_MAX)
        return [i for i in latest if i.original_id in message_ids and i.age_s() < self._token_lifetime_s][
            ::-1
        ]

    def _expire(self, interaction: Interaction) -> None:
        self._timers.pop(interaction.id, None)
        if interaction.state is State.PENDING:
            self.move(interaction, State.NO_RESPONSE)
