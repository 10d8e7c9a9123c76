"""One simulation from its first day to its last."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from cluster.errors import ClusterError
from cluster.pacing.clock import DAY_MS, FIRST_DAY_MS
from cluster.pacing.diligent import Diligent, Play, said
from cluster.pacing.figures import Diary, is_milestone, levels_reached, trials_passed
from cluster.pacing.report import PacingReport
from cluster.pacing.stage import Stage
from cluster.pacing.tactics import TACTICS
from cluster.progress import Progress
from faye.config import Config
from faye.messages.profile import GetInventory, GetProfile, Inventory, Profile

SITTINGS_AT_H: Final = (8, 11, 14, 17, 20)
"""The hours of a day at which everybody sits down to play."""
TOLD_EVERY_S: Final = 5.0


class Plan(Struct, frozen=True, kw_only=True):
    """Which simulation is wanted."""

    players: int = 20
    days: int = 60
    seed: int = 1
    policy: str = "sensible"
    explores_a_day: int = 50

    def check(self) -> None:
        """Raise `ClusterError` if that cannot be simulated."""
        if self.policy not in TACTICS:
            raise ClusterError(f"there is no policy {self.policy!r}; there are {', '.join(TACTICS)}")


async def run_pacing(plan: Plan, config: Config, progress: Progress) -> PacingReport:
    """Let diligent players play through `plan`; the same plan and configuration give the same figures."""
    plan.check()
    stage = Stage(config, plan.seed)
    players = [
        Diligent(number, config.game, stage.new_key, TACTICS[plan.policy])
        for number in range(1, plan.players + 1)
    ]
    diary = Diary(stage.store, [player.doings for player in players])
    began_s, told_s = time.process_time(), time.monotonic()
    try:
        await stage.play(player.start() for player in players)
        for day in range(1, plan.days + 1):
            await _live(day, players, stage, plan.explores_a_day)
            if is_milestone(day, plan.days):
                shown = await stage.play(_look(player.id) for player in players)
                diary.note(day, [profile for profile, _ in shown], [held for _, held in shown])
            if time.monotonic() - told_s > TOLD_EVERY_S:
                told_s = time.monotonic()
                progress(f"day {day} of {plan.days}")
    finally:
        await stage.close()
    return _report(plan, stage, players, diary, time.process_time() - began_s)


async def _live(day: int, players: Sequence[Diligent], stage: Stage, explores: int) -> None:
    """A day of everybody: the explores are spread over its sittings, what energy forbade is caught up later."""
    last = len(SITTINGS_AT_H) - 1
    done = [player.doings.explores for player in players]
    for number, hour in enumerate(SITTINGS_AT_H):
        stage.clock.turn_to(FIRST_DAY_MS + (day - 1) * DAY_MS + hour * 3_600_000)
        due = explores * (number + 1) // len(SITTINGS_AT_H)
        await stage.play(
            player.sit_down(
                day, before + due - player.doings.explores, is_first=number == 0, is_last=number == last
            )
            for player, before in zip(players, done, strict=True)
        )


def _look(player_id: int) -> Play[tuple[Profile, Inventory]]:
    profile = said(Profile, (yield GetProfile(player_id=player_id)))
    inventory = said(Inventory, (yield GetInventory(player_id=player_id)))
    return profile, inventory


def _report(
    plan: Plan, stage: Stage, players: Sequence[Diligent], diary: Diary, core_seconds: float
) -> PacingReport:
    doings = [player.doings for player in players]
    tops, player_days = sum(stage.store.tops.values()), plan.players * plan.days
    game = stage.game
    return PacingReport(
        policy=plan.policy,
        players=plan.players,
        days=plan.days,
        seed=plan.seed,
        rows=diary.rows,
        levels=levels_reached(doings, range(10, game.player.level_cap_max + 1, 10)),
        trials=trials_passed(doings, sorted(game.trials.trials)),
        days_a_top=round(player_days / tops, 1) if tops else None,
        earned_by={
            currency: {event: round(sum_ / player_days, 1) for event, sum_ in events.most_common()}
            for currency, events in stage.store.earned.items()
        },
        commands=stage.commands,
        queries=stage.queries,
        core_seconds=round(core_seconds, 2),
        commands_a_second=round(stage.commands / max(core_seconds, 1e-9)),
    )
