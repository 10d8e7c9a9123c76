"""Every tunable of the game and its engine: typed, closed, loaded and checked once.

A rule method gets the part it needs as an argument; nobody reads a file later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from faye.messages.summon import Banner

CURRENCIES: Final = ("faylen", "virelite", "fayrite_shards", "fayrites", "ethryl", "remna")
ELEMENTS: Final = ("Inferno", "Verdant", "Tempest", "Aqua", "Radiant", "Umbral")
CLASSES: Final = ("Mystic", "Destroyer", "Guardian", "Support")
STATS: Final = ("hp", "atk", "def", "spd", "mres", "crit", "block", "dodge", "mana", "regen")

Positive = Annotated[int, Meta(gt=0)]
Natural = Annotated[int, Meta(ge=0)]
Name = Annotated[str, Meta(min_length=1, max_length=40)]


class ConfigError(Exception):
    """The configuration cannot be used; the message names file, key, value and rule."""


class Closed(Struct, frozen=True, forbid_unknown_fields=True):
    """A struct that takes no unknown key, so that a misspelt tunable is an error and not a default."""


class StartConfig(Closed, frozen=True):
    """What a new player receives."""

    purse: dict[str, Natural]
    starter_rarity: str
    starter_level: Positive


class DailyConfig(Closed, frozen=True):
    """The daily reward, its cooldown and its streak."""

    reward: dict[str, Natural]
    cooldown_hours: Positive
    streak_bonus_percent_per_day: Natural
    streak_bonus_days_max: Positive
    streak_lost_after_hours: Positive


class CraftConfig(Closed, frozen=True):
    """The price of a fayrite in shards, and the most that one command may craft."""

    shards_per_fayrite: Positive
    amount_max: Positive


class BannerConfig(Closed, frozen=True):
    """One banner: its cost by count of pulls, its rates in percent, the pity counter it feeds."""

    currency: str | None
    cost: dict[int, Natural]
    rates_percent: dict[str, Decimal]
    pity: str
    cooldown_hours: Natural


class SummonConfig(Closed, frozen=True):
    """The banners, and pity: points by rarity, thresholds by counter, and the rarity that it grants."""

    counts: list[Positive]
    banners: dict[Banner, BannerConfig]
    pity_points: dict[str, Positive]
    pity_thresholds: dict[str, Positive]
    pity_grants: str


class RarityConfig(Closed, frozen=True):
    """One rarity's level cap, power factor, and how it looks."""

    level_cap: Positive
    power_factor: Decimal
    emoji: str
    colour: Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")]


class EspritConfig(Closed, frozen=True):
    """Growth, caps and power of Esprits. Rarities are listed from the lowest to the highest."""

    rarities: dict[str, RarityConfig]
    level_cost_base: Natural
    level_cost_per_level: Natural
    growth_percent_per_level: Natural
    levels_per_limit_break: Positive
    limit_breaks_max: Natural
    limit_break_boost: Decimal
    power_weights: dict[str, Decimal]
    collection_page_size_max: Positive


class PlayerConfig(Closed, frozen=True):
    """Levels and energy of players; Esprit level caps by player level."""

    xp_base: Positive
    xp_exponent: Decimal
    level_cap_first: Positive
    level_cap_max: Positive
    energy_max: Positive
    energy_minutes_per_point: Positive
    esprit_level_caps: dict[int, Positive]
    transfer_amount_max: Positive


class Species(Closed, frozen=True):
    """One kind of Esprit in the roster: what every Esprit of it has in common."""

    code: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{1,31}$")]
    name: Name
    rarity: str
    element: str
    esprit_class: str
    stats: dict[str, float]
    lore: Annotated[str, Meta(min_length=1, max_length=300)]


class GameConfig(Struct, frozen=True):
    """All that rules may depend on; `id` names exactly this configuration in every ledger entry."""

    start: StartConfig
    daily: DailyConfig
    craft: CraftConfig
    summon: SummonConfig
    esprit: EspritConfig
    player: PlayerConfig
    roster: dict[str, Species]
    id: int = 0


class EngineConfig(Closed, frozen=True):
    """Bounds and clocks of the engine; units stand at the end of the names."""

    hosts: Annotated[int, Meta(gt=0, le=256)]
    mailbox_depth_max: Positive
    batch_commands_max: Positive
    batches_in_flight_max: Positive
    flush_commands_max: Positive
    flushes_in_flight_max: Positive
    activations_in_flight_max: Positive
    grains_max: Positive
    grain_idle_s: Positive
    passivation_interval_s: Positive
    replies_remembered_max: Positive
    command_deadline_ms: Positive
    reply_wait_max_ms: Positive
    resend_pause_ms: Positive
    heartbeat_interval_ms: Positive
    heartbeat_timeout_ms: Positive
    lease_duration_ms: Positive
    retention_days: Annotated[int, Meta(ge=1)]
    partitions_ahead_days: Annotated[int, Meta(ge=2)]
    clock_skew_max_s: Positive
    database_pool_size: Positive
    statement_timeout_ms: Positive
    lock_timeout_ms: Positive
    idle_in_transaction_timeout_ms: Positive
    log_poll_interval_ms: Positive
    log_entries_per_poll_max: Positive


class RateLimit(Closed, frozen=True):
    """So many requests in so many seconds, per user."""

    requests: Positive
    seconds: Positive


class LimitsConfig(Closed, frozen=True):
    """Rate limits by class of command."""

    default: RateLimit
    classes: dict[str, RateLimit]
    store_timeout_ms: Positive


class BotConfig(Closed, frozen=True):
    """The Discord front-end's own figures."""

    summon_lock_s: Positive
    lock_timeout_ms: Positive
    deferred_kept_s: Annotated[int, Meta(gt=0, le=900)]
    deferred_owner_lease_s: Positive
    confirm_valid_minutes: Positive
    collection_page_size: Annotated[int, Meta(gt=0, le=10)]
    history_page_size: Annotated[int, Meta(gt=0, le=20)]
    autocomplete_choices: Annotated[int, Meta(gt=0, le=25)]
    card_cache_entries: Positive
    card_workers: Positive
    support_url: str | None


class Config(Struct, frozen=True):
    """The whole configuration of one process."""

    game: GameConfig
    engine: EngineConfig
    limits: LimitsConfig
    bot: BotConfig


T = TypeVar("T")


def load_config(directory: Path) -> Config:
    """The configuration in `directory`; raises `ConfigError` with file, key, value and rule."""
    roster = read_part(directory, "roster", list[Species])
    game = GameConfig(
        start=read_part(directory, "start", StartConfig),
        daily=read_part(directory, "daily", DailyConfig),
        craft=read_part(directory, "craft", CraftConfig),
        summon=read_part(directory, "summon", SummonConfig),
        esprit=read_part(directory, "esprit", EspritConfig),
        player=read_part(directory, "player", PlayerConfig),
        roster={species.code: species for species in roster},
    )
    if len(game.roster) != len(roster):
        raise ConfigError(f"{directory}/roster.json: two species share one code; rule: codes are unique")
    _check(directory, game)
    return Config(
        game=msgspec.structs.replace(game, id=_identify(game)),
        engine=read_part(directory, "engine", EngineConfig),
        limits=read_part(directory, "limits", LimitsConfig),
        bot=read_part(directory, "bot", BotConfig),
    )


def encode_config(config: Config) -> bytes:
    """`config` as bytes, for a process elsewhere."""
    return msgspec.msgpack.encode(config)


def decode_config(raw: bytes) -> Config:
    """The configuration that `encode_config` wrote."""
    return msgspec.msgpack.decode(raw, type=Config)


def read_part(directory: Path, stem: str, kind: type[T]) -> T:
    """The file `stem`.json as a `kind`; raises `ConfigError`. Rooms outside the game read their own parts with it."""
    path = directory / f"{stem}.json"
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); rule: the file must exist") from None
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {_explain(raw, str(error))}") from None
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path}: is no valid JSON ({error})") from None


def _explain(raw: bytes, message: str) -> str:
    """Name key, value and rule of a validation error; msgspec gives rule and path, the document the value."""
    rule, _, path = message.partition(" - at `$")
    path = path.rstrip("`")
    if not path:
        return f"rule: {rule}"
    value: Any = msgspec.json.decode(raw)
    try:
        for step in path.replace("]", "").replace("[", ".").split(".")[1:]:
            value = value[int(step)] if isinstance(value, list) else value[step]
    except (KeyError, IndexError, ValueError, TypeError):
        return f"key {path[1:]}: rule: {rule}"
    return f"key {path[1:]}: value {value!r}; rule: {rule}"


def _identify(game: GameConfig) -> int:
    """A signed 64-bit digest of everything that rules depend on."""
    raw = msgspec.json.encode(game, order="sorted")
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "big", signed=True)


def _check(directory: Path, game: GameConfig) -> None:
    """Rules that span several keys or files; raises `ConfigError`."""

    def demand(holds: bool, stem: str, key: str, value: object, rule: str) -> None:
        if not holds:
            raise ConfigError(f"{directory}/{stem}.json: key {key}: value {value!r}; rule: {rule}")

    def known(stem: str, key: str, names: Mapping[str, object], among: object, what: str) -> None:
        for name in names:
            demand(name in among, stem, f"{key}.{name}", name, f"must be a {what}")  # type: ignore[operator]

    rarities = game.esprit.rarities
    known("start", "purse", game.start.purse, CURRENCIES, "currency")
    known("daily", "reward", game.daily.reward, CURRENCIES, "currency")
    known("esprit", "power_weights", game.esprit.power_weights, STATS, "stat")
    known("summon", "pity_points", game.summon.pity_points, rarities, "rarity")
    demand(game.start.starter_rarity in rarities, "start", "starter_rarity", game.start.starter_rarity, "must be a rarity")
    demand(game.summon.pity_grants in rarities, "summon", "pity_grants", game.summon.pity_grants, "must be a rarity")
    demand(1 in game.player.esprit_level_caps, "player", "esprit_level_caps", "", "must hold a cap for level 1")
    for name, banner in game.summon.banners.items():
        key = f"banners.{name}"
        known("summon", f"{key}.rates_percent", banner.rates_percent, rarities, "rarity")
        total = sum(banner.rates_percent.values())
        demand(total == 100, "summon", f"{key}.rates_percent", str(total), "rates must add up to exactly 100")
        demand(banner.currency is None or banner.currency in CURRENCIES, "summon", f"{key}.currency", banner.currency, "must be a currency or null")
        demand(banner.pity in game.summon.pity_thresholds, "summon", f"{key}.pity", banner.pity, "must have a threshold in pity_thresholds")
        for rarity in banner.rates_percent:
            demand(any(s.rarity == rarity for s in game.roster.values()), "roster", rarity, 0, f"banner {name} needs at least one species of this rarity")
    for species in game.roster.values():
        known("roster", f"{species.code}.stats", species.stats, STATS, "stat")
        demand(set(species.stats) == set(STATS), "roster", f"{species.code}.stats", sorted(species.stats), "must hold every stat")
        demand(species.rarity in rarities, "roster", f"{species.code}.rarity", species.rarity, "must be a rarity")
        demand(species.element in ELEMENTS, "roster", f"{species.code}.element", species.element, "must be an element")
        demand(species.esprit_class in CLASSES, "roster", f"{species.code}.esprit_class", species.esprit_class, "must be a class")
