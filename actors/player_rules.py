"""Which rule answers which message: the only table that names every command and query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import Outcome
from faye.database.models.player import Player
from faye.messages import Command, Query, Reply
from faye.messages.admin import Administer, NoteUse, PreviewDeed
from faye.messages.base import snowflake_at
from faye.messages.compare import CompareEsprits
from faye.messages.craft import Craft
from faye.messages.daily import ClaimDaily
from faye.messages.dissolve import DissolveEsprits, GetDissolvePlan
from faye.messages.esprit import FindEsprits, GetCollection, GetEsprit
from faye.messages.explore import Explore
from faye.messages.fight import Act, EndFight, GetFight
from faye.messages.level import GetEnergy, GetLevel
from faye.messages.limit_break import BreakLimit, GetLimitBreak
from faye.messages.lock import LockEsprit
from faye.messages.profile import GetInventory, GetProfile
from faye.messages.refusals import NotStarted
from faye.messages.start import Start
from faye.messages.summon import GetOdds, Summon
from faye.messages.team import GetTeam, OptimizeTeam, SetTeam
from faye.messages.trial import BeginTrial, GetTrial
from faye.messages.tutorial import CollectTutorial, GetTutorial
from faye.messages.upgrade import UpgradeEsprit
from faye.operators import OPERATORS_KEY
from faye.utils.rng import Rng

ALWAYS: Final = datetime.max.replace(tzinfo=UTC)
"""Until when stays what does not depend on time."""


def decide(
    player: Player,
    esprits: Mapping[int, Esprit],
    command: Command,
    *,
    now: datetime,
    rng: Rng,
    config: GameConfig,
) -> Outcome[Reply] | Reply:
    """Run the rule of a command of one player; anything but an `Outcome` is a refusal that changed nothing."""
    made = _run(player, esprits, command, now=now, rng=rng, config=config)
    if isinstance(made, Outcome):
        player.take_step(made.reply)
    return made


def _run(
    player: Player,
    esprits: Mapping[int, Esprit],
    command: Command,
    *,
    now: datetime,
    rng: Rng,
    config: GameConfig,
) -> Outcome[Reply] | Reply:
    if isinstance(command, NoteUse):
        return player.note_use(command) if player.id == OPERATORS_KEY or player.has_started else NotStarted()
    if not isinstance(command, Administer | EndFight) and (refusal := player.suspension(now=now)):
        return refusal
    if isinstance(command, Start):
        return player.start(now=now, rng=rng, config=config)
    if not player.has_started:
        return NotStarted()
    match command:
        case Administer():
            return player.administer(command, esprits, now=now, rng=rng, config=config)
        case Craft():
            return player.craft(command.amount, config=config.craft)
        case ClaimDaily():
            return player.claim_daily(now=now, config=config.daily)
        case Summon():
            return player.summon(
                command.banner, command.count, esprits=esprits, now=now, rng=rng, config=config
            )
        case UpgradeEsprit():
            return player.upgrade(command, esprits, config=config)
        case BreakLimit():
            return player.break_limit(command, esprits, config=config)
        case LockEsprit():
            return player.lock_esprit(command, esprits, config=config)
        case SetTeam():
            return player.set_team(command, esprits, config=config)
        case OptimizeTeam():
            return player.optimize_team(esprits, config=config)
        case DissolveEsprits():
            return player.dissolve(command, esprits, config=config)
        case Explore():
            return player.explore(command, esprits, now=now, rng=rng, config=config)
        case BeginTrial():
            return player.begin_trial(command, esprits, now=now, rng=rng, config=config)
        case Act():
            return player.act(command, now=now, config=config)
        case CollectTutorial():
            return player.collect_tutorial(config=config.tutorial)
        case EndFight():
            return player.end_fight(command, now=now, config=config)
        case _:
            raise TypeError(f"no rule answers {type(command).__name__}")


def is_behind_time(player: Player, now: datetime) -> bool:
    """Whether something has become due that has to happen before the player is shown to anybody."""
    return player.fight_until is not None and player.is_forsaken(now)


def overdue(player: Player, now: datetime) -> EndFight:
    """The command that time itself gives: to end the player's fight, with which nobody went on.

    Nothing else ends such a fight. Whoever asks for the player next meets it ended, except for those who ask the
    database themselves (`actors.reads.ALONE`).
    """
    key = snowflake_at(int(now.timestamp() * 1000), player.id)
    return EndFight(player_id=player.id, idempotency_key=key, fight_id=player.fight_id)


def read(
    player: Player, esprits: Mapping[int, Esprit], query: Query, *, now: datetime, config: GameConfig
) -> Reply:
    """Answer a query from one player's aggregate; the odds also for somebody who has not started."""
    if not (player.has_started or isinstance(query, GetOdds)):
        return NotStarted()
    match query:
        case PreviewDeed():
            return player.preview_deed(query.deed, esprits, now=now, config=config)
        case GetProfile():
            return player.profile(esprits, now=now, config=config)
        case GetInventory():
            return player.inventory(now=now, config=config)
        case GetOdds():
            return player.odds(config=config)
        case GetCollection():
            return player.collection(query, esprits, config=config)
        case GetEsprit():
            return player.esprit_details(query.esprit_id, esprits, config=config)
        case FindEsprits():
            return player.find_esprits(
                query.text, query.limit, esprits, config=config, one_of_each=query.one_of_each
            )
        case GetLimitBreak():
            return player.limit_break_offer(query, esprits, config=config)
        case GetTeam():
            return player.team(esprits, config=config)
        case GetDissolvePlan():
            return player.dissolve_plan(query.selection, esprits, config=config)
        case CompareEsprits():
            return player.compare(query, esprits, config=config)
        case GetLevel():
            return player.level_report(config=config.player)
        case GetEnergy():
            return player.energy_report(now=now, config=config.player)
        case GetFight():
            return player.open_fight(config=config)
        case GetTutorial():
            return player.tutorial_steps(config=config.tutorial)
        case GetTrial():
            return player.trial_offer(esprits, now=now, config=config)
        case _:
            raise TypeError(f"no rule answers {type(query).__name__}")


def stays_until(player: Player, query: Query, *, now: datetime, config: GameConfig) -> datetime:
    """Until when `read` gives what it gives now, as long as nothing happens to the player; `now` where nobody knows."""
    match query:
        case GetProfile() | GetEnergy():
            return player.energy_grows_at(now=now, config=config.player) or ALWAYS
        case (
            GetOdds()
            | GetLevel()
            | GetTeam()
            | GetCollection()
            | GetEsprit()
            | FindEsprits()
            | CompareEsprits()
        ):
            return ALWAYS
        case _:
            return now
