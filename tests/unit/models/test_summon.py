from datetime import datetime, timedelta
from typing import Any

import pytest

from faye.config import GameConfig
from faye.database.models.outcome import Outcome
from faye.database.models.player import Player
from faye.messages.refusals import InvalidAmount, NotEnough, TooSoon
from faye.messages.summon import Banner, Summoned
from faye.utils.rng import Rng
from tests.unit.models.rules import collection, esprit, outcome_of, refusal_of

HOUR = timedelta(hours=1)


class Summoner:
    """A player at a banner."""

    def __init__(self, player: Player, now: datetime, game: GameConfig) -> None:
        self.player, self.now, self.game = player, now, game

    def ask(self, banner: Banner, count: int, seed: int = 1, **owned: Any) -> Any:
        return self.player.summon(
            banner, count, esprits=owned.get("esprits", {}), now=self.now, rng=Rng(seed), config=self.game
        )

    def pull(self, banner: Banner, count: int, seed: int = 1, **owned: Any) -> Outcome[Summoned]:
        size = len(owned.get("esprits", {}))
        return outcome_of(self.player, lambda: self.ask(banner, count, seed, **owned), owned=size)


@pytest.fixture
def at(player: Player, now: datetime, game: GameConfig) -> Summoner:
    return Summoner(player, now, game)


@pytest.mark.parametrize(("banner", "currency"), [("standard", "fayrites"), ("premium", "ethryl")])
@pytest.mark.parametrize("count", [1, 10])
def test_a_summon_costs_one_a_pull_in_a_single_posting(
    at: Summoner, banner: Banner, currency: str, count: int
) -> None:
    setattr(at.player, currency, 12)
    outcome = at.pull(banner, count)
    reply = outcome.reply
    assert (reply.currency, reply.cost, reply.balance) == (currency, count, 12 - count)
    assert len(reply.pulls) == len(outcome.gained) == count
    assert [posting.asset for posting in outcome.postings] == [currency] + ["esprit"] * count
    assert {posting.event for posting in outcome.postings} == {f"summon.{banner}"}
    assert reply.next_free_at is None


def test_pulled_esprits_are_fresh_and_match_the_reply(at: Summoner) -> None:
    at.player.fayrites = 10
    outcome = at.pull("standard", 10)
    for pull, gained in zip(outcome.reply.pulls, outcome.gained, strict=True):
        assert (pull.esprit_id, pull.species) == (gained.id, gained.species)
        assert pull.rarity == at.game.roster[gained.species].rarity
        assert (gained.level, gained.limit_breaks, gained.locked, gained.bound) == (1, 0, False, False)
        assert gained.gained_at == at.now
    assert len({pull.esprit_id for pull in outcome.reply.pulls}) == 10


def test_postings_count_the_collection_onwards(at: Summoner) -> None:
    at.player.fayrites = 10
    owned = collection(esprit(1, "emberwick"), esprit(2, "pippet"))
    outcome = at.pull("standard", 10, esprits=owned)
    assert [posting.balance for posting in outcome.postings[1:]] == list(range(3, 13))


def test_a_species_is_new_once(at: Summoner) -> None:
    at.player.fayrites = 1000
    owned = collection(*(esprit(n, code) for n, code in enumerate(at.game.roster) if n % 2))
    known = {one.species for one in owned.values()}
    for seed in range(30):
        seen = set(known)
        for pull in at.pull("standard", 10, seed, esprits=owned).reply.pulls:
            assert pull.is_new is (pull.species not in seen)
            seen.add(pull.species)


def test_the_daily_banner_is_free_once_in_22_hours(at: Summoner) -> None:
    outcome = at.pull("daily", 1)
    assert (outcome.reply.currency, outcome.reply.cost) == ("", 0)
    assert [posting.asset for posting in outcome.postings] == ["esprit"]
    assert outcome.reply.next_free_at == at.now + 22 * HOUR
    started, at.now = at.now, at.now + 22 * HOUR - timedelta(microseconds=1)
    refusal = refusal_of(at.player, lambda: at.ask("daily", 1))
    assert refusal == TooSoon(what="daily summon", available_at=started + 22 * HOUR)
    at.now = started + 22 * HOUR
    at.pull("daily", 1)


@pytest.mark.parametrize(
    ("banner", "count", "least", "most"),
    [
        ("standard", 0, 1, 10),
        ("standard", -1, 1, 10),
        ("standard", 5, 1, 10),
        ("premium", 11, 1, 10),
        ("premium", 10**30, 1, 10),
        ("daily", 10, 1, 1),
        ("daily", 0, 1, 1),
    ],
)
def test_a_count_without_a_price_is_refused(
    at: Summoner, banner: Banner, count: int, least: int, most: int
) -> None:
    at.player.fayrites = at.player.ethryl = 10**6
    refusal = refusal_of(at.player, lambda: at.ask(banner, count))
    assert refusal == InvalidAmount(given=count, least=least, most=most)


@pytest.mark.parametrize(("banner", "currency"), [("standard", "fayrites"), ("premium", "ethryl")])
def test_ten_pulls_are_all_or_none(at: Summoner, banner: Banner, currency: str) -> None:
    setattr(at.player, currency, 9)
    rng = Rng(1)
    refusal = refusal_of(
        at.player,
        lambda: at.player.summon(banner, 10, esprits={}, now=at.now, rng=rng, config=at.game),
    )
    assert refusal == NotEnough(currency=currency, required=10, held=9)
    assert rng.seed is None


def test_the_same_seed_gives_the_same_pulls(at: Summoner) -> None:
    at.player.fayrites = 20
    first = at.pull("standard", 10, seed=99).reply.pulls
    at.player.pity_standard = 0
    assert at.pull("standard", 10, seed=99).reply.pulls == first
    at.player.fayrites, at.player.pity_standard = 10, 0
    assert at.pull("standard", 10, seed=100).reply.pulls != first


def test_standard_and_daily_share_a_counter_and_premium_has_its_own(at: Summoner) -> None:
    at.player.fayrites = at.player.ethryl = 10
    standard = at.pull("standard", 1, seed=3).reply
    assert (at.player.pity_standard, at.player.pity_premium) == (standard.pity, 0)
    daily = at.pull("daily", 1, seed=3).reply
    assert daily.pity > standard.pity
    assert (daily.pity_threshold, at.player.pity_standard) == (300, daily.pity)
    premium = at.pull("premium", 1, seed=3).reply
    assert (premium.pity_threshold, at.player.pity_premium) == (100, premium.pity)
    assert at.player.pity_standard == daily.pity


def test_a_counter_at_its_threshold_grants_a_supreme_and_begins_again(at: Summoner) -> None:
    at.player.fayrites, at.player.pity_standard = 1, 300
    (pull,) = at.pull("standard", 1, seed=5).reply.pulls
    assert (pull.rarity, pull.by_pity, pull.pity) == ("Supreme", True, 0)
    assert at.player.pity_standard == 0


def test_a_counter_beyond_a_lowered_threshold_counts_as_full(at: Summoner) -> None:
    at.player.ethryl, at.player.pity_premium = 1, 5000
    (pull,) = at.pull("premium", 1, seed=5).reply.pulls
    assert pull.by_pity
    assert at.player.pity_premium == 0
