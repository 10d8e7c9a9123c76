"""Interactions of which it is open who acknowledged them: finished if they wait, left alone if they do not."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import msgspec
import pytest

from faye.cogs.shared import finisher as module
from faye.cogs.shared.desk import Desk
from faye.cogs.shared.errand import Errand, Scene, errand
from faye.cogs.shared.finisher import Finisher
from faye.cogs.shared.look import Look
from faye.cogs.shared.messenger import Messenger, Missing, Undelivered
from faye.cogs.shared.rendered import Rendered
from faye.messages import Reply
from faye.messages.craft import Craft
from faye.messages.refusals import Abandoned
from faye.utils.deferred import Deferred, DeferredStore

KEPT_S = 900


@dataclass
class CountingDesk:
    """Tells of every errand that it never happened, and counts how often it was asked."""

    established: int = 0

    async def language(self, scene: Scene) -> str:
        return scene.language

    async def establish(self, errand: Errand) -> Reply:
        self.established += 1
        return Abandoned()


@dataclass
class ScriptedMessenger:
    """Finds what the test wrote down, look by look; the last of it from then on."""

    finds: list[bool | Exception]
    looks: int = 0
    delivered: list[Rendered] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)
    """What the next deliveries come to nothing with."""

    async def awaits_answer(self, deferred: Deferred) -> bool:
        found = self.finds[min(self.looks, len(self.finds) - 1)]
        self.looks += 1
        if isinstance(found, Exception):
            raise found
        return found

    async def deliver(
        self, deferred: Deferred, rendered: Rendered, otherwise: Callable[[], Rendered]
    ) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.delivered.append(rendered)


@dataclass
class AgeingStore:
    """Whenever somebody asks for the time that is left, a second has passed."""

    kept_s: int = KEPT_S
    age_s: float = 0.0
    forgotten: list[int] = field(default_factory=list)

    def remaining_s(self, deferred: Deferred) -> float:
        self.age_s += 1.0
        return self.kept_s - self.age_s

    async def forget(self, interaction_id: int) -> None:
        self.forgotten.append(interaction_id)


@dataclass
class Stage:
    """A finisher among fakes, and one interaction to finish."""

    finisher: Finisher
    desk: CountingDesk
    messenger: ScriptedMessenger
    store: AgeingStore
    deferred: Deferred

    async def end(self) -> None:
        """Wait until nothing is under way any more."""
        async with asyncio.timeout(10):
            while tasks := list(self.finisher._under_way.values()):
                await asyncio.gather(*tasks, return_exceptions=True)


SetUp = Callable[..., Stage]


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch, scene: Scene, look: Look) -> SetUp:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.0)
    craft = Craft(player_id=0, idempotency_key=scene.interaction_id, amount=1)
    encoded = msgspec.msgpack.encode(errand(craft, "craft", scene))

    def set_up(*finds: bool | Exception) -> Stage:
        desk, messenger, store = CountingDesk(), ScriptedMessenger(list(finds)), AgeingStore()
        finisher = Finisher(cast(Desk, desk), cast(Messenger, messenger), cast(DeferredStore, store), look)
        return Stage(finisher, desk, messenger, store, Deferred(1, scene.interaction_id, "t", 0, encoded))

    return set_up


async def test_what_waits_is_finished(set_up: SetUp) -> None:
    stage = set_up(True)
    stage.finisher.finish_if_unanswered(stage.deferred)
    await stage.end()
    assert (stage.desk.established, len(stage.messenger.delivered)) == (1, 1)
    assert stage.store.forgotten == [stage.deferred.interaction_id]


async def test_what_somebody_answered_is_left_alone_and_nothing_is_asked(set_up: SetUp) -> None:
    stage = set_up(False)
    stage.finisher.finish_if_unanswered(stage.deferred)
    await stage.end()
    assert (stage.desk.established, stage.messenger.delivered) == (0, [])
    assert stage.store.forgotten == [stage.deferred.interaction_id]


async def test_a_deferral_that_arrives_after_it_was_given_up_is_finished(set_up: SetUp) -> None:
    stage = set_up(Missing(), Missing(), True)
    stage.finisher.finish_if_unanswered(stage.deferred)
    await stage.end()
    assert len(stage.messenger.delivered) == 1


async def test_what_cannot_be_acknowledged_any_more_is_forgotten(set_up: SetUp) -> None:
    stage = set_up(Missing())
    stage.finisher.finish_if_unanswered(stage.deferred)
    await stage.end()
    assert (stage.desk.established, stage.messenger.delivered) == (0, [])
    assert stage.store.forgotten == [stage.deferred.interaction_id]
    assert module.ACKNOWLEDGED_WITHIN_S < stage.store.age_s < 2 * module.ACKNOWLEDGED_WITHIN_S


async def test_while_discord_is_away_it_is_asked_until_the_token_ends(set_up: SetUp) -> None:
    stage = set_up(Undelivered())
    stage.finisher.finish_if_unanswered(stage.deferred)
    await stage.end()
    assert stage.messenger.looks == KEPT_S - 1
    assert stage.desk.established == 0


@pytest.mark.parametrize("refusal", [Missing(), Undelivered()], ids=["missing", "undelivered"])
async def test_an_answer_that_discord_does_not_take_is_brought_again(
    set_up: SetUp, refusal: Exception
) -> None:
    stage = set_up()
    stage.messenger.refusals = [refusal] * 5
    stage.finisher.finish_later(stage.deferred)
    await stage.end()
    assert len(stage.messenger.delivered) == 1
    assert stage.store.forgotten == [stage.deferred.interaction_id]


async def test_what_discord_never_takes_is_forgotten_when_its_token_ends(set_up: SetUp) -> None:
    stage = set_up()
    stage.messenger.refusals = [Missing()] * 2 * KEPT_S
    stage.finisher.finish_later(stage.deferred)
    await stage.end()
    assert len(stage.messenger.refusals) == KEPT_S + 1
    assert stage.store.forgotten == [stage.deferred.interaction_id]


async def test_a_promise_that_was_given_replaces_the_watch_and_is_kept(set_up: SetUp) -> None:
    stage = set_up(False)
    stage.finisher.finish_if_unanswered(stage.deferred, after_s=60)
    await asyncio.sleep(0)
    stage.finisher.finish_later(stage.deferred, told=True)
    await stage.end()
    assert stage.messenger.looks == 0
    assert len(stage.messenger.delivered) == 1
    assert stage.finisher._watched == set()


async def test_a_repeated_delivery_does_not_disturb_what_is_being_finished(set_up: SetUp) -> None:
    stage = set_up(False)
    stage.finisher.finish_later(stage.deferred)
    stage.finisher.finish_if_unanswered(stage.deferred)
    await stage.end()
    assert stage.messenger.looks == 0
    assert len(stage.messenger.delivered) == 1
