"""What the desk says happened is what will have happened."""

import asyncio
from dataclasses import dataclass, field
from typing import cast

import pytest
from msgspec.structs import replace

from faye.cogs.shared.desk import Desk, LockHeld
from faye.cogs.shared.errand import Errand, Scene, errand
from faye.messages import Command, DirectRequest, Query, Reply
from faye.messages.craft import Craft, Crafted
from faye.messages.limit_break import BreakLimit
from faye.messages.profile import GetProfile
from faye.messages.refusals import Abandoned, IdempotencyConflict, NotKnownYet, NotStarted
from faye.messages.settings import AccountErased, EraseAccount, KeepsToThemselves, Reminder
from faye.messages.start import Start, Started
from faye.utils.locks import UserLocks

STARTED = Started(purse={}, esprit_id=1, species="emberwick", level=1)
CRAFTED = Crafted(crafted=1, shards_spent=10, fayrites=1, fayrite_shards=0)


@dataclass
class RememberingRouter:
    """Keeps the first reply under each key, and whose it is, as the engine does."""

    kept: dict[int, tuple[int, Reply]] = field(default_factory=dict)
    is_away: bool = False

    async def ask(self, request: Command | Query) -> Reply:
        assert isinstance(request, Command)
        return self._keep(request, STARTED if isinstance(request, Start) else CRAFTED)

    async def outcome(self, command: Command) -> Reply:
        return NotKnownYet() if self.is_away else self._keep(command, Abandoned())

    def _keep(self, command: Command, reply: Reply) -> Reply:
        player_id, kept = self.kept.setdefault(command.idempotency_key, (command.player_id, reply))
        return kept if player_id == command.player_id else IdempotencyConflict()


@dataclass
class FewPlayers:
    """Accounts in memory, which can be out of reach, and an opening that can be held."""

    keys: dict[int, int] = field(default_factory=dict)
    is_away: bool = False
    made_after_finds: dict[int, int] = field(default_factory=dict)
    """Discord ids whose account another front-end opens once we looked for it so often."""
    hidden: set[int] = field(default_factory=set)
    answered: list[tuple[int, DirectRequest]] = field(default_factory=list)

    async def find(self, discord_id: int) -> int | None:
        if self.is_away:
            raise ConnectionError
        if (left := self.made_after_finds.get(discord_id)) is not None:
            self.made_after_finds[discord_id] = left - 1
            return 1_000 if left <= 0 else None
        return self.keys.get(discord_id)

    async def open(self, discord_id: int) -> int:
        if self.is_away:
            raise ConnectionError
        return self.keys.setdefault(discord_id, 1_000 + discord_id)

    async def is_private(self, discord_id: int) -> bool:
        return discord_id in self.hidden

    async def language(self, discord_id: int) -> str | None:
        if self.is_away:
            raise ConnectionError
        return None

    def remembered_language(self, discord_id: int) -> str | None:
        return None

    async def answer(self, discord_id: int, request: DirectRequest) -> Reply:
        self.answered.append((discord_id, request))
        return NotKnownYet() if self.is_away else AccountErased()

    async def take_reminders(self, at_most: int, *, cooldown_hours: int, within_hours: int) -> list[Reminder]:
        return []


@pytest.fixture
def router() -> RememberingRouter:
    return RememberingRouter()


@pytest.fixture
def players() -> FewPlayers:
    return FewPlayers()


@pytest.fixture
def desk(router: RememberingRouter, players: FewPlayers) -> Desk:
    return Desk(router, players, cast(UserLocks, None))


def start(scene: Scene) -> Errand:
    command = Start(player_id=0, idempotency_key=scene.interaction_id)
    return errand(command, "start", scene, opens=True, updates=True)


async def test_a_start_that_was_said_to_have_never_happened_never_happens(
    desk: Desk, router: RememberingRouter, scene: Scene
) -> None:
    assert await desk.establish(start(scene)) == Abandoned()
    assert await desk.fulfil(start(scene)) == Abandoned()
    assert [reply for _, reply in router.kept.values()] == [Abandoned()]


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


def craft(scene: Scene) -> Errand:
    command = Craft(player_id=0, idempotency_key=scene.interaction_id, amount=1)
    return errand(command, "craft", scene)


async def test_looking_up_what_opens_no_account_opens_none(
    desk: Desk, players: FewPlayers, scene: Scene
) -> None:
    assert await desk.establish(craft(scene)) == NotStarted()
    assert players.keys == {}


async def test_a_command_that_was_said_to_have_had_no_player_never_happens(
    desk: Desk, router: RememberingRouter, players: FewPlayers, scene: Scene
) -> None:
    assert await desk.establish(craft(scene)) == NotStarted()
    players.keys[scene.user_id] = 1_000
    assert isinstance(await desk.fulfil(craft(scene)), Abandoned | IdempotencyConflict)
    assert CRAFTED not in [reply for _, reply in router.kept.values()]


async def test_a_command_whose_player_was_made_meanwhile_is_found(
    desk: Desk, router: RememberingRouter, players: FewPlayers, scene: Scene
) -> None:
    players.made_after_finds[scene.user_id] = 1
    router.kept[scene.interaction_id] = (1_000, CRAFTED)
    assert await desk.establish(craft(scene)) == CRAFTED


async def test_without_a_player_and_without_the_database_nobody_says_what_became_of_a_command(
    desk: Desk, router: RememberingRouter, scene: Scene
) -> None:
    router.is_away = True
    assert await desk.establish(craft(scene)) == NotKnownYet()


async def test_a_command_of_an_account_that_was_erased_since_is_no_mistake_of_its_user(
    desk: Desk, router: RememberingRouter, scene: Scene
) -> None:
    router.kept[scene.interaction_id] = (1_000, CRAFTED)
    assert await desk.establish(craft(scene)) == NotStarted()


async def test_what_concerns_the_account_is_asked_of_no_grain(
    desk: Desk, router: RememberingRouter, players: FewPlayers, scene: Scene
) -> None:
    asked = errand(EraseAccount(mark=5), "erasure", scene)
    assert await desk.fulfil(asked) == AccountErased()
    assert await desk.establish(asked) == AccountErased()
    assert players.answered == [(scene.user_id, EraseAccount(mark=5))] * 2
    assert router.kept == {}


async def test_whoever_plays_unseen_is_seen_by_nobody_else(
    desk: Desk, players: FewPlayers, scene: Scene
) -> None:
    players.keys[12] = 1_012
    players.hidden.add(12)
    looked_at = errand(GetProfile(player_id=0), "profile", replace(scene, about_id=12, about_name="Bo"))
    assert await desk.fulfil(looked_at) == KeepsToThemselves()
    assert await desk.establish(looked_at) == KeepsToThemselves()


async def test_nobody_is_hidden_from_themselves(
    desk: Desk, router: RememberingRouter, players: FewPlayers, scene: Scene
) -> None:
    players.keys[scene.user_id] = 1_000
    players.hidden.add(scene.user_id)
    assert await desk.fulfil(craft(scene)) == CRAFTED


@dataclass
class HeldLocks:
    """Locks that somebody else holds, by name, and what was asked of all of them."""

    held: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    async def acquire(self, name: str, player_id: int, key: int) -> bool:
        self.asked.append(("acquire", name, key))
        return name not in self.held

    async def release(self, name: str, player_id: int, key: int) -> None:
        self.asked.append(("release", name, key))


async def test_a_command_that_names_a_lock_holds_it_until_its_fate_is_known(
    router: RememberingRouter, players: FewPlayers, scene: Scene
) -> None:
    locks = HeldLocks()
    players.keys[scene.user_id] = 1_000
    desk, key = Desk(router, players, cast(UserLocks, locks)), scene.interaction_id
    command = BreakLimit(player_id=0, idempotency_key=key, esprit_id=1, level=2, limit_breaks=0)
    asked = errand(command, "limit_break", scene)
    await desk.fulfil(asked)
    assert locks.asked == [("acquire", "confirm", key), ("release", "confirm", key)]
    await desk.fulfil(craft(scene))
    await desk.establish(asked)
    assert locks.asked[2:] == [("release", "confirm", key)], "what another front-end left locked is let go"
    locks.held.add("confirm")
    with pytest.raises(LockHeld, match="confirm"):
        await desk.fulfil(asked)


async def test_an_operator_asks_about_the_player_whose_key_is_given(
    router: RememberingRouter, players: FewPlayers, scene: Scene
) -> None:
    asked = errand(craft(scene).request, "craft", scene, player_key=77, operates=True)
    await Desk(router, players, cast(UserLocks, None)).fulfil(asked)
    assert [player_id for player_id, _ in router.kept.values()] == [77]
