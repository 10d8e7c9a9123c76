"""What the desk says happened is what will have happened."""

import asyncio
from dataclasses import dataclass, field
from typing import cast

import pytest

from faye.cogs.shared.desk import Desk
from faye.cogs.shared.errand import Errand, Scene, errand
from faye.messages import Command, Query, Reply
from faye.messages.craft import Craft
from faye.messages.refusals import Abandoned, NotKnownYet, NotStarted
from faye.messages.start import Start, Started
from faye.utils.locks import SummonLock

STARTED = Started(purse={}, esprit_id=1, species="emberwick", level=1)


@dataclass
class RememberingRouter:
    """Keeps the first reply under each key, as the engine does."""

    kept: dict[int, Reply] = field(default_factory=dict)

    async def ask(self, request: Command | Query) -> Reply:
        assert isinstance(request, Command)
        return self.kept.setdefault(request.idempotency_key, STARTED)

    async def outcome(self, command: Command) -> Reply:
        return self.kept.setdefault(command.idempotency_key, Abandoned())


@dataclass
class FewPlayers:
    """Accounts in memory, which can be out of reach, and an opening that can be held."""

    keys: dict[int, int] = field(default_factory=dict)
    is_away: bool = False

    async def find(self, discord_id: int) -> int | None:
        if self.is_away:
            raise ConnectionError
        return self.keys.get(discord_id)

    async def open(self, discord_id: int) -> int:
        if self.is_away:
            raise ConnectionError
        return self.keys.setdefault(discord_id, 1_000 + discord_id)


@pytest.fixture
def router() -> RememberingRouter:
    return RememberingRouter()


@pytest.fixture
def players() -> FewPlayers:
    return FewPlayers()


@pytest.fixture
def desk(router: RememberingRouter, players: FewPlayers) -> Desk:
    return Desk(router, players, cast(SummonLock, None))


def start(scene: Scene) -> Errand:
    command = Start(player_id=0, idempotency_key=scene.interaction_id)
    return errand(command, "start", scene, opens=True, updates=True)


async def test_a_start_that_was_said_to_have_never_happened_never_happens(
    desk: Desk, router: RememberingRouter, scene: Scene
) -> None:
    assert await desk.establish(start(scene)) == Abandoned()
    assert await desk.fulfil(start(scene)) == Abandoned()
    assert router.kept == {scene.interaction_id: Abandoned()}


async def test_a_start_that_happened_is_found(desk: Desk, scene: Scene) -> None:
    assert await desk.fulfil(start(scene)) == STARTED
    assert await desk.establish(start(scene)) == STARTED


async def test_of_a_start_begun_and_looked_up_at_once_all_say_the_same(desk: Desk, scene: Scene) -> None:
    carried_out, found = await asyncio.gather(desk.fulfil(start(scene)), desk.establish(start(scene)))
    assert carried_out == found


async def test_without_accounts_nobody_says_what_became_of_a_start(
    desk: Desk, router: RememberingRouter, players: FewPlayers, scene: Scene
) -> None:
    players.is_away = True
    assert await desk.establish(start(scene)) == NotKnownYet()
    assert router.kept == {}


async def test_looking_up_what_opens_no_account_opens_none(
    desk: Desk, players: FewPlayers, scene: Scene
) -> None:
    craft = errand(Craft(player_id=0, idempotency_key=scene.interaction_id, amount=1), "craft", scene)
    assert await desk.establish(craft) == NotStarted()
    assert players.keys == {}
