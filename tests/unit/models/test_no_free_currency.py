"""Without time passing, no sequence of commands leads to more than what a player could have come to anyway.

The proof is a worth at fixed prices: everything that is held, and the best that could come of it were luck perfect.
Energy and the refills that are left are worth the trips they pay for, a trip is worth the best find and the best
win, a pull the dearest Esprit dissolved, an Esprit what dissolving it pays. No command may raise it.
"""

import random
from datetime import datetime

import pytest

from actors.player_rules import decide, read
from faye.combat.battle import thaw
from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.experience import xp_to_next_level
from faye.database.models.outcome import Outcome
from faye.database.models.player import Player
from faye.messages import Command
from faye.messages.craft import Craft
from faye.messages.daily import ClaimDaily
from faye.messages.dissolve import DissolveEsprits, DissolvePreview, GetDissolvePlan, Selection
from faye.messages.explore import Explore
from faye.messages.fight import ACTIONS, Act
from faye.messages.limit_break import BreakLimit
from faye.messages.start import Start
from faye.messages.summon import Summon
from faye.messages.team import OptimizeTeam
from faye.messages.trial import BeginTrial
from faye.messages.tutorial import CollectTutorial
from faye.messages.upgrade import UpgradeEsprit
from faye.utils.rng import Rng

STEPS = 250
PLAYER = 7


class Worth:
    """The worth of a player in one of virelite, remna and faylen, or in tenths of pulls."""

    def __init__(self, game: GameConfig) -> None:
        self.game = game
        self.level_most = max(rarity.level_cap for rarity in game.esprit.rarities.values())

    def pull_tenths(self, player: Player) -> int:
        """Fayrites, what the shards make of them, and ethryl; with all that the trips left could find."""
        shards = self.held("fayrite_shards", player) + self.found("fayrite_shards", player)
        fayrites = self.held("fayrites", player) + self.held("ethryl", player)
        return shards + self.game.craft.shards_per_fayrite * fayrites

    def of(self, currency: str, player: Player, esprits: dict[int, Esprit]) -> int:
        """In tenths of the currency."""
        rarities, roster = self.game.esprit.rarities, self.game.roster
        dearest = max(rarity.dissolve.get(currency, 0) for rarity in rarities.values())
        melted = sum(
            rarities[roster[one.species].rarity].dissolve.get(currency, 0) for one in esprits.values()
        )
        own = self.held(currency, player) + self.found(currency, player) + melted
        return self.game.craft.shards_per_fayrite * own + self.pull_tenths(player) * dearest

    def held(self, currency: str, player: Player) -> int:
        """In the purse, as the price of a trial under way, and as rewards of first steps."""
        rewards = sum(
            step.reward.get(currency, 0)
            for step in player.tutorial_steps(config=self.game.tutorial).steps
            if not step.is_collected
        )
        price = thaw(player.fight).price if player.fight else {}
        return player.balance(currency) + price.get(currency, 0) + rewards

    def found(self, currency: str, player: Player) -> int:
        """The best that energy, refills and a wild fight under way can still bring."""
        explore, game = self.game.explore, self.game
        win = explore.won_pays[currency].most if currency in explore.won_pays else 0
        win = win * (100 + explore.won_pays_percent_per_level * (self.level_most - 1)) // 100
        trip = win + sum(found[currency].most for found in (explore.pays, explore.chest) if currency in found)
        is_wild = player.fight is not None and thaw(player.fight).kind == "wild"
        energy = player.energy + game.player.energy_max * (game.player.level_cap_max - player.level)
        return energy // explore.energy * trip + (win if is_wild else 0)


class Sitting:
    """Somebody who does anything at all at one moment."""

    def __init__(self, game: GameConfig, now: datetime, seed: int) -> None:
        self.game, self.now, self.chance = game, now, random.Random(seed)
        self.player, self.esprits = Player(id=PLAYER), dict[int, Esprit]()
        self.do(Start(player_id=PLAYER, idempotency_key=1))
        self.do(ClaimDaily(player_id=PLAYER, idempotency_key=2))
        self.do(Summon(player_id=PLAYER, idempotency_key=3, banner="daily"))
        rich = self.chance.random() < 0.5
        self.player.virelite, self.player.remna = (500_000, 50_000) if rich else (0, 0)
        self.player.level = self.chance.choice((1, 9, 10))

    def do(self, command: Command) -> bool:
        """Whether the command had an effect."""
        rng = Rng(self.chance.getrandbits(60))
        made = decide(self.player, self.esprits, command, now=self.now, rng=rng, config=self.game)
        if not isinstance(made, Outcome):
            return False
        self.esprits |= {one.id: one for one in made.gained}
        for esprit_id in made.lost:
            del self.esprits[esprit_id]
        return True

    def anything(self, key: int) -> Command:
        """The next command."""
        named = {"player_id": PLAYER, "idempotency_key": key}
        chance, player = self.chance, self.player
        if player.fight is not None and chance.random() < 0.9:
            fight, action = thaw(player.fight), chance.choices(ACTIONS, (8, 8, 8, 8, 4, 1))[0]
            return Act(**named, fight_id=fight.id, turn=fight.turn, action=action)
        one = self.esprits[chance.choice(list(self.esprits))]
        commands: list[Command] = [
            Craft(**named, amount=chance.randint(1, 3)),
            ClaimDaily(**named),
            CollectTutorial(**named),
            Summon(
                **named, banner=chance.choice(("standard", "premium", "daily")), count=chance.choice((1, 10))
            ),
            UpgradeEsprit(**named, esprit=str(one.id)),
            BreakLimit(**named, esprit_id=one.id, level=one.level, limit_breaks=one.limit_breaks),
            OptimizeTeam(**named),
            BeginTrial(**named, level_cap=player.level_cap),
            *[Explore(**named)] * 6,
        ]
        plan = read(
            player,
            self.esprits,
            GetDissolvePlan(
                player_id=PLAYER, selection=Selection(rarity_most=chance.choice(("Common", "Epic")))
            ),
            now=self.now,
            config=self.game,
        )
        if isinstance(plan, DissolvePreview):
            shown = plan.plan
            commands.append(
                DissolveEsprits(**named, selection=plan.selection, count=shown.count, mark=shown.mark)
            )
        return chance.choice(commands)


@pytest.mark.parametrize("seed", range(12))
def test_no_sequence_of_commands_raises_the_worth_while_no_time_passes(
    game: GameConfig, now: datetime, seed: int
) -> None:
    sitting, worth = Sitting(game, now, seed), Worth(game)

    def worths() -> dict[str, int]:
        of = {c: worth.of(c, sitting.player, sitting.esprits) for c in ("virelite", "remna", "faylen")}
        return of | {"pulls": worth.pull_tenths(sitting.player)}

    before, effects = worths(), 0
    for key in range(10, 10 + STEPS):
        command = sitting.anything(key)
        effects += sitting.do(command)
        after = worths()
        assert all(after[each] <= before[each] for each in after), (seed, command, before, after)
        before = after
    assert effects > STEPS // 8, "hardly anything was done"


def test_a_sitting_ends_by_itself(game: GameConfig) -> None:
    """From some level on a whole bar of energy brings less than a level, so that refills cannot chain."""
    explore, player = game.explore, game.player
    best = player.energy_max // explore.energy * (explore.xp + explore.won_xp)
    levels = range(player.level_cap_first, player.level_cap_max)
    assert all(best < xp_to_next_level(level, player) for level in levels)
