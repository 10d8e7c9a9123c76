"""The rules of the first steps: taken by playing, rewarded once each."""

from __future__ import annotations

from typing import Final

from faye.config import TutorialConfig
from faye.database.models.outcome import Outcome
from faye.database.models.player_row import PlayerRow
from faye.messages import Reply
from faye.messages.daily import DailyClaimed
from faye.messages.explore import Explored
from faye.messages.fight import TurnPlayed
from faye.messages.summon import Summoned
from faye.messages.team import TeamChanged
from faye.messages.tutorial import (
    STEPS,
    NothingToCollect,
    Step,
    Tutorial,
    TutorialCollected,
    TutorialStep,
)
from faye.messages.upgrade import EspritUpgraded

_COLLECTED_SHIFT: Final = 16
"""The lower bits say what is done, those above them what is collected."""
assert len(STEPS) < _COLLECTED_SHIFT, "the column holds 31 bits"

_TAKEN_BY: Final[dict[type[Reply], Step]] = {
    DailyClaimed: "daily",
    Summoned: "summon",
    TeamChanged: "team",
    EspritUpgraded: "upgrade",
    Explored: "explore",
}


class TutorialRules(PlayerRow):
    """How a new player finds out what there is to do."""

    def take_step(self, reply: Reply) -> None:
        """Note that what was just done is a step, the first time that it is."""
        step = _TAKEN_BY.get(type(reply))
        if isinstance(reply, TurnPlayed) and reply.end is not None and reply.end.ending == "won":
            step = "win"
        if step is not None:
            self.tutorial |= 1 << STEPS.index(step)

    def tutorial_steps(self, *, config: TutorialConfig) -> Tutorial:
        """How far the steps are."""
        return Tutorial(steps=self._steps(config))

    def collect_tutorial(self, *, config: TutorialConfig) -> Outcome[TutorialCollected] | NothingToCollect:
        """Receive the rewards of the steps that are taken and not rewarded yet."""
        due = [step for step in self._steps(config) if step.is_done and not step.is_collected]
        if not due:
            return NothingToCollect(steps=self._steps(config))
        postings = [
            posting
            for step in due
            for currency, amount in step.reward.items()
            for posting in self.pay(f"tutorial.{step.step}", currency, amount)
        ]
        if not postings:  # purses so full that nothing could be paid: the rewards wait
            return NothingToCollect(steps=self._steps(config))
        for step in due:
            self.tutorial |= 1 << STEPS.index(step.step) + _COLLECTED_SHIFT
        paid: dict[str, int] = {}
        for posting in postings:
            paid[posting.asset] = paid.get(posting.asset, 0) + posting.delta
        return Outcome(TutorialCollected(paid=paid, steps=self._steps(config)), postings)

    def _steps(self, config: TutorialConfig) -> list[TutorialStep]:
        return [
            TutorialStep(
                step,
                dict(reward),
                bool(self.tutorial >> STEPS.index(step) & 1),
                bool(self.tutorial >> STEPS.index(step) + _COLLECTED_SHIFT & 1),
            )
            for step, reward in config.steps.items()
        ]
