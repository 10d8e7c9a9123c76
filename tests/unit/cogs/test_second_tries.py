"""A refusal stands under its button's key for good, so whatever may be possible later gets a button of its own."""

from typing import Any, cast

import pytest
from msgspec.structs import replace

from faye.cogs.fight import FightButton
from faye.cogs.shared.errand import Scene, errand
from faye.cogs.shared.look import Look
from faye.cogs.shared.presenter import present
from faye.messages import Command, Reply
from faye.messages.explore import NotEnoughEnergy
from faye.messages.refusals import Abandoned, BalanceFull, NotEnough, TooSoon
from faye.messages.team import LeaderNeeded
from tests.unit.cogs.samples import NOW, REQUESTS

TRIES = 6
"""So often in a row it may fail and go on: each time under another key."""

FULL = BalanceFull(currency="remna", held=10**15, most=10**15)
# The kinds by name: an extension that was loaded again has other classes of the same names.
PASSING: list[tuple[str, Reply, str]] = [
    ("explore", NotEnoughEnergy(required=5, held=4, enough_at=NOW), "ExploreAgain"),
    ("explore", LeaderNeeded(), "ExploreAgain"),
    ("explore", FULL, "ExploreAgain"),
    ("explore", Abandoned(), "ExploreAgain"),
    ("trial_begin", TooSoon(what="trial", available_at=NOW), "FaceTrial"),
    ("trial_begin", NotEnough(currency="remna", required=25, held=0), "FaceTrial"),
    ("trial_begin", LeaderNeeded(), "FaceTrial"),
    ("trial_begin", Abandoned(), "FaceTrial"),
    ("fight", Abandoned(), "FightButton"),
    ("summon", Abandoned(), "SummonAgain"),
]


def label(value: object) -> str:
    return value if isinstance(value, str) else type(value).__name__


@pytest.mark.parametrize(("name", "refusal", "kind"), PASSING, ids=label)
async def test_what_was_refused_for_now_can_be_tried_again_and_again(
    name: str, refusal: Reply, kind: str, scene: Scene, look: Look
) -> None:
    request, keys = REQUESTS[name], set()
    assert isinstance(request, Command)
    if name == "fight":
        request = replace(request, idempotency_key=_strike(request, scene).operation_id)
    for _ in range(TRIES):
        keys.add(request.idempotency_key)
        (again,) = present(errand(request, name, scene, updates=True), refusal, look).items
        assert type(again).__name__ == kind
        request = replace(request, idempotency_key=cast(Any, again).operation_id)
    assert len(keys) == TRIES


async def test_a_turn_that_is_tried_again_is_the_same_turn(scene: Scene, look: Look) -> None:
    request = REQUESTS["fight"]
    first = _strike(request, scene)
    request = replace(request, idempotency_key=first.operation_id)
    (again,) = present(errand(request, "fight", scene, updates=True), Abandoned(), look).items
    identity = f"fight:strike:{first.fight_id}:40:1:{scene.user_id}"
    assert cast(Any, again).item.custom_id == identity


def _strike(request: Any, scene: Scene) -> FightButton:
    return FightButton(request.action, request.fight_id, request.turn, scene.user_id)
