"""The first steps of a new player, and what they are rewarded with."""

from __future__ import annotations

from typing import Final, Literal, get_args

from msgspec import Struct

from faye.messages.base import Command, Query, Refusal, Reply

Step = Literal["daily", "summon", "team", "upgrade", "explore", "win"]

STEPS: Final[tuple[Step, ...]] = get_args(Step)
"""In the order in which players' rows count them: further ones are appended."""


class TutorialStep(Struct, frozen=True, array_like=True):
    """One step, its reward by currency, whether it is taken, and whether the reward is collected."""

    step: Step
    reward: dict[str, int]
    is_done: bool
    is_collected: bool


class GetTutorial(Query, frozen=True, kw_only=True):
    """Ask how far the first steps are."""


class Tutorial(Reply, frozen=True, kw_only=True):
    """All steps, in the order of the configuration."""

    steps: list[TutorialStep]


class CollectTutorial(Command, frozen=True, kw_only=True):
    """Collect the rewards of all steps that are taken and not rewarded yet."""


class TutorialCollected(Reply, frozen=True, kw_only=True):
    """What was paid by currency, and how far the steps are now."""

    paid: dict[str, int]
    steps: list[TutorialStep]


class NothingToCollect(Refusal, frozen=True, kw_only=True):
    """No step was taken since the last rewards, or none is left."""

    steps: list[TutorialStep]
