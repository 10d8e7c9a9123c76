"""The rule of summoning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from faye.config import BannerConfig, GameConfig
from faye.database.models.cooldown import due_at
from faye.database.models.esprit import Esprit, species_among
from faye.database.models.outcome import Outcome
from faye.database.models.player_row import PlayerRow
from faye.database.models.pulls import PullTable, pull_tables
from faye.messages.refusals import InvalidAmount, NotEnough, TooSoon
from faye.messages.summon import Banner, Pull, Summoned
from faye.utils.rng import Rng


class SummonRules(PlayerRow):
    """Pulls from a banner, paid once, with pity between them."""

    def summon(
        self,
        banner: Banner,
        count: int,
        *,
        esprits: Mapping[int, Esprit],
        now: datetime,
        rng: Rng,
        config: GameConfig,
    ) -> Outcome[Summoned] | InvalidAmount | TooSoon | NotEnough:
        """Pull `count` Esprits at level 1: all of them or none, for one cost.

        `count` must be one that the banner has a cost for; a refusal names the least and the most of these.
        """
        rules = config.summon.banners[banner]
        if refusal := self._refuse_summon(rules, count, now=now):
            return refusal
        event = f"summon.{banner}"
        postings = []
        if rules.currency is not None:
            postings.append(self.post(event, rules.currency, -rules.cost[count]))
        if rules.cooldown_hours:
            self.daily_summoned_at = now
        table = config.derived(pull_tables)[banner]
        gained, pulls = self._pull(table, count, esprits, now=now, rng=rng)
        for size, esprit in enumerate(gained, start=len(esprits) + 1):
            postings.append(esprit.gained(event, collection_size=size))
        reply = Summoned(
            banner=banner,
            pulls=pulls,
            currency=rules.currency or "",
            cost=rules.cost[count],
            balance=self.balance(rules.currency) if rules.currency else 0,
            pity=pulls[-1].pity,
            pity_threshold=table.threshold,
            next_free_at=now + timedelta(hours=rules.cooldown_hours) if rules.cooldown_hours else None,
        )
        return Outcome(reply, postings, gained=gained)

    def pity(self, table: PullTable) -> int:
        """The counter that `table` reads, at most its threshold."""
        counter: int = getattr(self, f"pity_{table.counter}")
        return min(counter, table.threshold)

    def _refuse_summon(
        self, rules: BannerConfig, count: int, *, now: datetime
    ) -> InvalidAmount | TooSoon | NotEnough | None:
        if count not in rules.cost:
            return InvalidAmount(given=count, least=min(rules.cost), most=max(rules.cost))
        if rules.cooldown_hours and (due := due_at(self.daily_summoned_at, rules.cooldown_hours, now=now)):
            return TooSoon(what="daily summon", available_at=due)
        return self.shortfall(rules.currency, rules.cost[count]) if rules.currency else None

    def _pull(
        self, table: PullTable, count: int, esprits: Mapping[int, Esprit], *, now: datetime, rng: Rng
    ) -> tuple[list[Esprit], list[Pull]]:
        """Roll `count` times, the counter going from pull to pull, and keep it."""
        known = species_among(esprits.values())
        pity = self.pity(table)
        gained: list[Esprit] = []
        pulls: list[Pull] = []
        for _ in range(count):
            rolled = table.roll(pity, rng)
            pity, code = rolled.pity, rolled.species.code
            esprit = Esprit(id=rng.new_id(), player_id=self.id, species=code, gained_at=now)
            gained.append(esprit)
            pulls.append(
                Pull(esprit.id, code, rolled.species.rarity, pity, rolled.by_pity, code not in known)
            )
            known.add(code)
        setattr(self, f"pity_{table.counter}", pity)
        return gained, pulls
