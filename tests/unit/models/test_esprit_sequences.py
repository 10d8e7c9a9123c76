"""Whatever is done with Esprits, in whatever order: the ledger tells all of it, and nothing comes from nothing."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from faye.config import GameConfig
from faye.database.models.outcome import Outcome
from faye.database.models.player import Player
from faye.database.models.player_row import BALANCE_MAX
from faye.messages.dissolve import DissolveEsprits, DissolvePreview, Selection
from faye.messages.limit_break import BreakLimit
from faye.messages.lock import LockEsprit
from faye.messages.team import SetTeam
from faye.messages.upgrade import UpgradeEsprit
from tests.unit.models.rules import answer_of, esprit

STEPS = 150
SPECIES = ("emberwick", "pippet", "flintfox", "pyrrhael", "ravenquill")
KEYS = {"player_id": 7, "idempotency_key": 1}


class Play:
    """One player who does anything at all with a collection."""

    def __init__(self, player: Player, game: GameConfig, seed: int) -> None:
        self.chance = random.Random(seed)
        self.player = player
        self.game = game
        self.owned = {each: esprit(each, self.chance.choice(SPECIES)) for each in range(1, 31)}
        self.owned[1].bound, player.leader_id = True, 1
        player.virelite, player.remna = self.chance.choice((0, 500, 50_000)), self.chance.choice((0, 5_000))
        player.level = self.chance.choice((1, 10))

    def rule(self) -> Callable[[], Any]:
        """Something to do, with an Esprit that may be gone."""
        chance, player, owned, config = self.chance, self.player, self.owned, self.game
        one = chance.randint(1, 31)
        name = str(one)
        level, breaks = (owned[one].level, owned[one].limit_breaks) if one in owned else (1, 0)
        commands: list[Callable[[], Any]] = [
            lambda: player.upgrade(
                UpgradeEsprit(**KEYS, esprit=name, levels=chance.choice((1, 5, None))), owned, config=config
            ),
            lambda: player.break_limit(
                BreakLimit(**KEYS, esprit_id=one, level=level, limit_breaks=breaks), owned, config=config
            ),
            lambda: player.lock_esprit(
                LockEsprit(**KEYS, esprit=name, locked=chance.random() < 0.3), owned, config=config
            ),
            lambda: player.set_team(
                SetTeam(
                    **KEYS,
                    slot=chance.choice(("leader", "support1", "support2")),
                    esprit=chance.choice((name, None)),
                ),
                owned,
                config=config,
            ),
            lambda: player.optimize_team(owned, config=config),
            self._dissolve,
        ]
        return chance.choices(commands, (6, 4, 2, 3, 1, 1))[0]

    def _dissolve(self) -> Any:
        chance = self.chance
        selection = Selection(esprit=str(chance.randint(1, 31)))
        if chance.random() < 0.2:
            selection = Selection(rarity_most="Common", level_most=1, keep_best=chance.randint(0, 4))
        shown = self.player.dissolve_plan(selection, self.owned, config=self.game)
        if not isinstance(shown, DissolvePreview):
            return shown
        plan = shown.plan
        asked = DissolveEsprits(**KEYS, selection=shown.selection, count=plan.count, mark=plan.mark)
        return self.player.dissolve(asked, self.owned, config=self.game)


@pytest.mark.parametrize("seed", range(15))
def test_no_sequence_breaks_a_promise(player: Player, game: GameConfig, seed: int) -> None:
    play = Play(player, game, seed)
    owned, done = play.owned, 0
    for _ in range(STEPS):
        held = {currency: player.balance(currency) for currency in player.BALANCES}
        protected = {
            each for each, one in owned.items() if one.locked or one.bound or each in player.team_ids
        }
        paying = {each: game.esprit.rarities[game.roster[one.species].rarity] for each, one in owned.items()}
        made = answer_of(player, play.rule(), owned=owned)
        if not isinstance(made, Outcome):
            continue
        done += 1
        assert not protected & set(made.lost)
        for currency, before in held.items():
            gain = sum(paying[each].dissolve.get(currency, 0) for each in made.lost)
            assert player.balance(currency) <= before + gain, "only dissolving pays, and no more than it says"
            assert 0 <= player.balance(currency) <= BALANCE_MAX
        for each in made.lost:
            del owned[each]
        team = player.team_ids
        assert player.leader_id is not None
        assert len(set(team)) == len(team)
        assert set(team) <= owned.keys()
        assert all(one.level <= one.level_cap(player.level, game) for one in owned.values())
        assert all(one.limit_breaks <= game.esprit.limit_breaks_max for one in owned.values())
    assert done > STEPS / 10
