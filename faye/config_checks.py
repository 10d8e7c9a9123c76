"""The rules of the configuration that span several keys or files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from faye.config_breach import Breach, decimal, has_species, names
from faye.config_checks_combat import combat_breaches
from faye.vocabulary import BANNERS, CHANCE_STATS, CLASSES, CURRENCIES, ELEMENTS, FORMS, PITY_COUNTERS, STATS

if TYPE_CHECKING:
    from faye.config import BannerConfig, Config, EspritConfig, GameConfig, RarityConfig, Species

LIMIT_BREAK_COST_MAX: Final = 10**12

_URL_CHARACTERS_MAX: Final = 512
_DAY_S: Final = 86_400

CLOCK_SKEW_SAFE_S: Final = _DAY_S // 2
"""How far clocks may be off before a key that is still accepted could lose its memory.

Partitions of processed commands outlast the retention by a day. A host whose clock is late by the skew accepts keys
for so much longer, a front-end whose clock is early drops their partition so much sooner: both fit into that day.
"""


def breaches(config: Config, roster: Sequence[Species]) -> Iterator[Breach]:
    """Every breach in `config`, whose species stand in `roster` in the order of the file."""
    game = config.game
    yield from _start(game)
    yield from _daily(game)
    yield from _esprit(game)
    yield from _player(game)
    yield from _roster(game, roster)
    yield from _summon(game)
    yield from combat_breaches(game)
    yield from _process(config)


def _start(game: GameConfig) -> Iterator[Breach]:
    start = game.start
    yield from names("start", "purse", start.purse, CURRENCIES, "currency")
    if start.starter_rarity not in game.esprit.rarities:
        yield Breach("start", "starter_rarity", start.starter_rarity, "must be a rarity")
        return
    if not has_species(game, start.starter_rarity):
        yield Breach("start", "starter_rarity", start.starter_rarity, "the roster must have a species of it")
    level_max = min(
        game.esprit.rarities[start.starter_rarity].level_cap, game.player.esprit_level_caps.get(1, 1)
    )
    if start.starter_level > level_max:
        yield Breach("start", "starter_level", start.starter_level, f"must be at most the cap, {level_max}")


def _daily(game: GameConfig) -> Iterator[Breach]:
    daily = game.daily
    yield from names("daily", "reward", daily.reward, CURRENCIES, "currency")
    if daily.streak_lost_after_hours <= daily.cooldown_hours:
        yield Breach(
            "daily",
            "streak_lost_after_hours",
            daily.streak_lost_after_hours,
            "must be more than cooldown_hours, or no streak could ever grow",
        )


def _esprit(game: GameConfig) -> Iterator[Breach]:
    esprit = game.esprit
    yield from names("esprit", "power_weights", esprit.power_weights, STATS, "stat")
    if set(esprit.power_weights) != set(STATS):
        yield Breach("esprit", "power_weights", sorted(esprit.power_weights), "must weigh every stat")
    for stat, weight in esprit.power_weights.items():
        yield from decimal("esprit", f"power_weights.{stat}", weight, least=Decimal(0))
    if not esprit.rarities:
        yield Breach("esprit", "rarities", {}, "must hold at least one rarity")
    for name, rarity in esprit.rarities.items():
        yield from _rarity(name, rarity)
    yield from decimal("esprit", "limit_break_boost", esprit.limit_break_boost, least=Decimal(1))
    yield from decimal("esprit", "limit_break_cost_growth", esprit.limit_break_cost_growth, least=Decimal(1))
    yield from names("esprit", "limit_break_cost", esprit.limit_break_cost, CURRENCIES, "currency")
    yield from _dearest_limit_break(esprit)


def _dearest_limit_break(esprit: EspritConfig) -> Iterator[Breach]:
    """What nobody could ever hold must not be asked for."""
    rarities = esprit.rarities.values()
    dearest = (
        max(esprit.limit_break_cost.values())
        * max(Fraction(rarity.limit_break_factor) for rarity in rarities)
        * (1 + Fraction(max(rarity.level_cap for rarity in rarities), esprit.limit_break_cost_levels))
        * Fraction(esprit.limit_break_cost_growth) ** max(0, esprit.limit_breaks_max - 1)
    )
    if dearest > LIMIT_BREAK_COST_MAX:
        growth = str(esprit.limit_break_cost_growth)
        rule = f"the dearest limit break must cost at most {LIMIT_BREAK_COST_MAX}"
        yield Breach("esprit", "limit_break_cost_growth", growth, rule)


def _rarity(name: str, rarity: RarityConfig) -> Iterator[Breach]:
    key = f"rarities.{name}"
    yield from decimal("esprit", f"{key}.power_factor", rarity.power_factor, least=Decimal(0))
    # Below 1 the cheapest break could round to nothing.
    yield from decimal("esprit", f"{key}.limit_break_factor", rarity.limit_break_factor, least=Decimal(1))
    yield from names("esprit", f"{key}.dissolve", rarity.dissolve, CURRENCIES, "currency")


def _player(game: GameConfig) -> Iterator[Breach]:
    player = game.player
    # The root that an exponent stands for is taken exactly: its order is the exponent's denominator.
    yield from decimal(
        "player", "xp_exponent", player.xp_exponent, least=Decimal(0), most=Decimal(5), decimals_max=2
    )
    if player.level_cap_first > player.level_cap_max:
        yield Breach("player", "level_cap_first", player.level_cap_first, "must be at most level_cap_max")
    caps = player.esprit_level_caps
    if 1 not in caps:
        yield Breach("player", "esprit_level_caps", sorted(caps), "must hold a cap for level 1")
    highest = 0
    for level in sorted(caps):
        if level < 1 or caps[level] < highest:
            yield Breach(
                "player", f"esprit_level_caps.{level}", caps[level], "levels start at 1 and caps never fall"
            )
        highest = max(highest, caps[level])


def _roster(game: GameConfig, roster: Sequence[Species]) -> Iterator[Breach]:
    codes: set[str] = set()
    names: set[str] = set()
    for index, species in enumerate(roster):
        yield from _species(game, species)
        if species.code in codes:
            yield Breach("roster", f"[{index}].code", species.code, "codes are unique")
        if species.name.casefold() in names:
            yield Breach("roster", f"[{index}].name", species.name, "names are unique, letter case ignored")
        codes.add(species.code)
        names.add(species.name.casefold())


def _species(game: GameConfig, species: Species) -> Iterator[Breach]:
    code = species.code
    for key, value, among in (
        ("rarity", species.rarity, game.esprit.rarities),
        ("element", species.element, ELEMENTS),
        ("esprit_class", species.esprit_class, CLASSES),
        ("form", species.form, FORMS),
    ):
        if value not in among:
            yield Breach("roster", f"{code}.{key}", value, f"must be one of {', '.join(among)}")
    yield from names("roster", f"{code}.stats", species.stats, STATS, "stat")
    if set(species.stats) != set(STATS):
        yield Breach("roster", f"{code}.stats", sorted(species.stats), "must hold every stat")
    for stat, amount in species.stats.items():
        most = Decimal(1 if stat in CHANCE_STATS else 1_000_000)
        yield from decimal(
            "roster", f"{code}.stats.{stat}", Decimal(str(amount)), least=Decimal(0), most=most
        )


def _summon(game: GameConfig) -> Iterator[Breach]:
    summon = game.summon
    yield from names("summon", "pity_points", summon.pity_points, game.esprit.rarities, "rarity")
    yield from names("summon", "pity_thresholds", summon.pity_thresholds, PITY_COUNTERS, "pity counter")
    if summon.pity_grants not in game.esprit.rarities:
        yield Breach("summon", "pity_grants", summon.pity_grants, "must be a rarity")
        return
    if not has_species(game, summon.pity_grants):
        yield Breach("summon", "pity_grants", summon.pity_grants, "the roster must have a species of it")
    ladder = list(game.esprit.rarities)
    below = ladder[: ladder.index(summon.pity_grants)]
    for rarity in ladder:
        if (rarity in below) != (rarity in summon.pity_points):
            yield Breach(
                "summon",
                f"pity_points.{rarity}",
                summon.pity_points.get(rarity),
                f"exactly the rarities below {summon.pity_grants} have points",
            )
    if set(summon.banners) != set(BANNERS):
        yield Breach("summon", "banners", sorted(summon.banners), f"must be {', '.join(BANNERS)}")
    for name, banner in summon.banners.items():
        yield from _banner(game, name, banner)


def _banner(game: GameConfig, name: str, banner: BannerConfig) -> Iterator[Breach]:
    key = f"banners.{name}"
    yield from _cost(game, name, banner)
    yield from names("summon", f"{key}.rates_percent", banner.rates_percent, game.esprit.rarities, "rarity")
    for rarity, rate in banner.rates_percent.items():
        yield from decimal("summon", f"{key}.rates_percent.{rarity}", rate, least=Decimal(0))
        if not has_species(game, rarity):
            yield Breach(
                "summon", f"{key}.rates_percent.{rarity}", str(rate), "the roster must have a species of it"
            )
    total = sum(banner.rates_percent.values())
    if total != 100:
        yield Breach("summon", f"{key}.rates_percent", str(total), "rates must add up to exactly 100")
    if banner.pity not in game.summon.pity_thresholds:
        yield Breach("summon", f"{key}.pity", banner.pity, "must have a threshold in pity_thresholds")
    if (name == "daily") != (banner.cooldown_hours > 0):
        yield Breach(
            "summon", f"{key}.cooldown_hours", banner.cooldown_hours, "the daily banner alone has a cooldown"
        )


def _cost(game: GameConfig, name: str, banner: BannerConfig) -> Iterator[Breach]:
    key = f"banners.{name}"
    if (banner.currency is None) != (name == "daily"):
        yield Breach("summon", f"{key}.currency", banner.currency, "the daily banner alone is free")
    if banner.currency is not None and banner.currency not in CURRENCIES:
        yield Breach("summon", f"{key}.currency", banner.currency, "must be a currency or null")
    expected = {1} if banner.currency is None else set(game.summon.counts)
    if set(banner.cost) != expected:
        yield Breach(
            "summon", f"{key}.cost", sorted(banner.cost), f"must hold a cost for exactly {sorted(expected)}"
        )
    for count, cost in banner.cost.items():
        if (cost == 0) != (banner.currency is None):
            yield Breach(
                "summon", f"{key}.cost.{count}", cost, "is 0 for a free banner and positive for every other"
            )


def _process(config: Config) -> Iterator[Breach]:
    engine, bot = config.engine, config.bot
    if engine.heartbeat_timeout_ms <= engine.heartbeat_interval_ms:
        yield Breach(
            "engine", "heartbeat_timeout_ms", engine.heartbeat_timeout_ms, "must be more than the interval"
        )
    if engine.reply_wait_max_ms > engine.command_deadline_ms:
        yield Breach(
            "engine", "reply_wait_max_ms", engine.reply_wait_max_ms, "must be at most command_deadline_ms"
        )
    if engine.reply_linger_max_ms > engine.reply_wait_max_ms:
        yield Breach(
            "engine", "reply_linger_max_ms", engine.reply_linger_max_ms, "must be at most reply_wait_max_ms"
        )
    if engine.confirm_after_ms + engine.confirm_interval_ms > engine.lease_duration_ms:
        yield Breach(
            "engine",
            "confirm_after_ms",
            engine.confirm_after_ms,
            "must end within lease_duration_ms, confirm_interval_ms included",
        )
    if engine.ledger_period_days < engine.retention_days:
        yield Breach(
            "engine", "ledger_period_days", engine.ledger_period_days, "must be at least retention_days"
        )
    yield from _memory(config)
    most = config.game.esprit.collection_page_size_max
    if bot.collection_page_size > most:
        yield Breach("bot", "collection_page_size", bot.collection_page_size, f"must be at most {most}")
    if bot.reminder_interval_s > bot.reminder_within_hours * 3600:
        yield Breach(
            "bot", "reminder_interval_s", bot.reminder_interval_s, "must be at most reminder_within_hours"
        )
    if bot.support_url is not None and not _is_web_address(bot.support_url):
        yield Breach(
            "bot",
            "support_url",
            bot.support_url,
            f"must be null or a http(s) address of at most {_URL_CHARACTERS_MAX} characters",
        )


def _memory(config: Config) -> Iterator[Breach]:
    """Nothing is forgotten that Discord or a button may bring again."""
    engine, bot = config.engine, config.bot
    if engine.clock_skew_max_s > CLOCK_SKEW_SAFE_S:
        yield Breach(
            "engine",
            "clock_skew_max_s",
            engine.clock_skew_max_s,
            f"must be at most {CLOCK_SKEW_SAFE_S}, or keys could be forgotten that are still accepted",
        )
    valid_s = bot.confirm_valid_minutes * 60
    if valid_s + engine.clock_skew_max_s > engine.retention_days * _DAY_S:
        yield Breach(
            "bot",
            "confirm_valid_minutes",
            bot.confirm_valid_minutes,
            "must end before retention_days, less clock_skew_max_s, or valid buttons would do nothing",
        )


def _is_web_address(text: str) -> bool:
    """Whether Discord would take `text` as the address of a button."""
    if not text.isprintable() or " " in text or len(text) > _URL_CHARACTERS_MAX:
        return False
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return has_host and parts.scheme in ("http", "https")
