"""Every tunable of the game and its engine: typed, closed, loaded and checked once.

A rule method gets the part it needs as an argument; nobody reads a file later.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from faye import config_checks, config_text
from faye.config_bot import BotConfig
from faye.config_combat import ExploreConfig, FightConfig, TrialsConfig
from faye.config_types import Closed, Hours, Level, Name, Natural, Positive
from faye.messages.summon import Banner
from faye.messages.tutorial import Step

T = TypeVar("T")


class ConfigError(Exception):
    """The configuration cannot be used; the message names file, key, value and rule."""


class StartConfig(Closed, frozen=True):
    """What a new player receives."""

    purse: dict[str, Natural]
    starter_rarity: str
    starter_level: Level


class TutorialConfig(Closed, frozen=True):
    """The first steps in the order in which they are shown, each with its reward by currency."""

    steps: dict[Step, dict[str, Natural]]


class DailyConfig(Closed, frozen=True):
    """The daily reward, its cooldown and its streak, whose first day pays the reward itself."""

    reward: dict[str, Natural]
    cooldown_hours: Hours
    streak_bonus_percent_per_day: Annotated[int, Meta(ge=0, le=100)]
    streak_bonus_days_max: Annotated[int, Meta(gt=0, le=366)]
    """The last day of a streak that still lifts the bonus."""
    streak_lost_after_hours: Hours


class CraftConfig(Closed, frozen=True):
    """The price of a fayrite in shards, and the most that one command may craft."""

    shards_per_fayrite: Positive
    amount_max: Positive


class BannerConfig(Closed, frozen=True):
    """One banner: its cost by count of pulls, its rates in percent, the pity counter it feeds.

    A count without a cost cannot be pulled; a banner without a currency is free.
    """

    currency: str | None
    cost: dict[int, Natural]
    rates_percent: dict[str, Decimal]
    pity: str
    cooldown_hours: Annotated[int, Meta(ge=0, le=8760)]


class SummonConfig(Closed, frozen=True):
    """The banners, and pity: points by rarity, thresholds by counter, and the rarity that it grants."""

    counts: list[Annotated[int, Meta(gt=0, le=10)]]
    banners: dict[Banner, BannerConfig]
    pity_points: dict[str, Annotated[int, Meta(gt=0, le=10_000)]]
    pity_thresholds: dict[str, Annotated[int, Meta(gt=0, le=10_000)]]
    pity_grants: str


class RarityConfig(Closed, frozen=True):
    """One rarity's level cap and power factor, how it looks, what its limit breaks cost and its Esprits leave."""

    level_cap: Level
    power_factor: Decimal
    emoji: str
    colour: Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")]
    limit_break_factor: Decimal
    dissolve: dict[str, Natural]
    """What a dissolved Esprit pays, by currency."""


class EspritConfig(Closed, frozen=True):
    """Growth, caps and power of Esprits. Rarities are listed from the lowest to the highest."""

    rarities: dict[str, RarityConfig]
    level_cost_base: Natural
    level_cost_per_level: Natural
    growth_percent_per_level: Annotated[int, Meta(ge=0, le=1000)]
    levels_per_limit_break: Level
    limit_breaks_max: Annotated[int, Meta(ge=0, le=100)]
    limit_break_boost: Decimal
    limit_break_cost: Annotated[dict[str, Positive], Meta(min_length=1)]
    """By currency, at level 0 and rarity factor 1; every break before multiplies it by `limit_break_cost_growth`."""
    limit_break_cost_growth: Decimal
    limit_break_cost_levels: Level
    """So many levels raise the cost of a limit break by its amount at level 0."""
    dissolve_most: Annotated[int, Meta(gt=0, le=5000)]
    """So many Esprits may be dissolved at once."""
    power_weights: dict[str, Decimal]
    collection_page_size_max: Annotated[int, Meta(gt=0, le=100)]


class PlayerConfig(Closed, frozen=True):
    """Levels and energy of players; Esprit level caps by player level."""

    xp_base: Positive
    xp_exponent: Decimal
    level_cap_first: Level
    level_cap_max: Level
    energy_max: Annotated[int, Meta(gt=0, le=1_000_000)]
    energy_minutes_per_point: Annotated[int, Meta(gt=0, le=1440)]
    esprit_level_caps: dict[int, Level]
    """The cap from each player level on."""
    transfer_amount_max: Positive


class Species(Closed, frozen=True):
    """One kind of Esprit in the roster: what every Esprit of it has in common."""

    code: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{1,31}$")]
    name: Name
    rarity: str
    element: str
    esprit_class: str
    form: str
    """Its shape in pictures."""
    coat: Annotated[int, Meta(ge=0, lt=5)]
    """Which of its element's five colourings it wears there."""
    stats: dict[str, float]
    lore: Annotated[str, Meta(min_length=1, max_length=300)]


class GameConfig(Struct, frozen=True, dict=True):
    """All that rules may depend on; `id` names exactly this configuration in every ledger entry."""

    start: StartConfig
    daily: DailyConfig
    craft: CraftConfig
    summon: SummonConfig
    esprit: EspritConfig
    player: PlayerConfig
    explore: ExploreConfig
    fight: FightConfig
    trials: TrialsConfig
    tutorial: TutorialConfig
    roster: dict[str, Species]
    id: int = 0

    @cached_property
    def _derived(self) -> dict[Callable[[GameConfig], Any], Any]:
        return {}

    def derived(self, compute: Callable[[GameConfig], T]) -> T:
        """What `compute` (a pure function) makes of this configuration: computed once, kept as long as it."""
        try:
            made: T = self._derived[compute]
        except KeyError:
            made = self._derived[compute] = compute(self)
        return made


class EngineConfig(Closed, frozen=True):
    """Bounds and clocks of the engine; units stand at the end of the names."""

    hosts: Annotated[int, Meta(gt=0, le=256)]
    hosts_start_wait_s: Positive
    """A front-end waits so long for all of them before it goes on with those that answer."""
    host_start_timeout_s: Positive
    """Without a single answer for so long after that, it gives up."""
    ray_rejoin_after_s: Positive
    """No host has answered for so long: Ray itself is taken to be gone, and joined again as soon as one answers."""
    requests_open_max: Positive
    """So many requests a router holds unanswered; further ones are told at once that it is busy."""
    queue_wait_max_ms: Positive
    """Where requests wait longer than this, before they leave for a host or in it, further ones are told the same."""
    mailbox_depth_max: Positive
    batch_commands_max: Positive
    batches_in_flight_max: Positive
    flush_commands_max: Positive
    flushes_in_flight_max: Positive
    flush_stall_ms: Positive
    activations_in_flight_max: Positive
    grains_max: Positive
    grain_idle_s: Positive
    passivation_interval_s: Positive
    replies_remembered_max: Positive
    read_remembered_max_bytes: Positive
    """A question and its answer up to this size are kept beside the grain, for whoever asks the same of it next."""
    command_deadline_ms: Positive
    reply_wait_max_ms: Positive
    reply_linger_max_ms: Positive
    resend_pause_ms: Positive
    heartbeat_interval_ms: Positive
    heartbeat_timeout_ms: Positive
    lease_duration_ms: Positive
    confirm_after_ms: Positive
    """Memory that is read, and was last confirmed so long ago, is confirmed again soon after."""
    confirm_interval_ms: Positive
    """So long those are gathered who are confirmed together."""
    retention_days: Annotated[int, Meta(ge=1)]
    partitions_ahead_days: Annotated[int, Meta(ge=2)]
    ledger_period_days: Annotated[int, Meta(gt=0, le=3650)]
    clock_skew_max_s: Positive
    database_pool_size: Annotated[int, Meta(ge=4)]
    """Connections of one engine; an audit needs four at once."""
    statement_timeout_ms: Positive
    lock_timeout_ms: Positive
    idle_in_transaction_timeout_ms: Positive
    configuration_poll_interval_ms: Positive
    """So often a process looks whether another game configuration was put in force."""
    log_poll_interval_ms: Positive
    log_chunk_entries: Positive


class RateLimit(Closed, frozen=True):
    """So many requests in so many seconds, per user."""

    requests: Positive
    seconds: Positive


class LimitsConfig(Closed, frozen=True):
    """Rate limits by class of command."""

    default: RateLimit
    classes: dict[str, RateLimit]
    store_timeout_ms: Positive


class LeaderboardConfig(Closed, frozen=True):
    """How often the leaderboards are drawn up, and how much of them is kept and shown."""

    refresh_s: Positive
    time_percent_max: Annotated[int, Meta(gt=0, le=100)]
    """Drawing up takes at most this much of the time: where it takes long, it is done more rarely."""
    places_shown: Annotated[int, Meta(gt=0, le=1000)]
    places_sampled: Annotated[int, Meta(gt=0, le=100_000)]
    """So many places of all are kept, so that everybody's own is known to within one part of as many."""
    page_size: Annotated[int, Meta(gt=0, le=25)]


class Config(Struct, frozen=True):
    """The whole configuration of one process."""

    game: GameConfig
    engine: EngineConfig
    limits: LimitsConfig
    bot: BotConfig
    leaderboard: LeaderboardConfig


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
        explore=read_part(directory, "explore", ExploreConfig),
        fight=read_part(directory, "fight", FightConfig),
        trials=read_part(directory, "trials", TrialsConfig),
        tutorial=read_part(directory, "tutorial", TutorialConfig),
        roster={species.code: species for species in roster},
    )
    config = Config(
        game=msgspec.structs.replace(game, id=_identify(game)),
        engine=read_part(directory, "engine", EngineConfig),
        limits=read_part(directory, "limits", LimitsConfig),
        bot=read_part(directory, "bot", BotConfig),
        leaderboard=read_part(directory, "leaderboard", LeaderboardConfig),
    )
    if complaint := complaint_about(config, order=roster):
        raise ConfigError(f"{directory}/{complaint}")
    return config


def complaint_about(config: Config, *, order: Sequence[Species] = ()) -> str:
    """The first rule across keys and files that `config` breaks, in words; empty if it breaks none."""
    roster = list(order or config.game.roster.values())
    breach = next(config_checks.breaches(config, roster), None)
    if breach is None:
        return ""
    return (
        f"{breach.stem}.json: key {breach.key}: value {config_text.shown(breach.value)}; rule: {breach.rule}"
    )


def encode_config(config: Config) -> bytes:
    """`config` as bytes, for a process elsewhere."""
    return msgspec.msgpack.encode(config)


def decode_config(raw: bytes) -> Config:
    """The configuration that `encode_config` wrote."""
    return msgspec.msgpack.decode(raw, type=Config)


def read_part(directory: Path, stem: str, kind: type[T]) -> T:
    """The file `stem`.json as a `kind`; raises `ConfigError`.

    Rooms outside the game read their own parts with it.
    """
    path = directory / f"{stem}.json"
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        raise ConfigError(f"{path}: cannot be read ({reason}); rule: the file must exist") from None
    try:
        document = config_text.parse(raw)
        return msgspec.json.decode(raw, type=kind)
    except config_text.Unreadable as error:
        raise ConfigError(f"{path}: {error}") from None
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {_explain(document, str(error), kind)}") from None
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path}: is no valid JSON ({error})") from None


def _explain(document: Any, message: str, kind: type[Any]) -> str:
    """Name key, value and rule of a validation error; msgspec gives rule and path, the document the value."""
    rule, _, place = message.partition(" - at `")
    steps = re.findall(r"\w+|\.\.\.", place.partition("$")[2])
    if place.startswith("key"):
        steps.append("...")
    value, key = document, ""
    for step in steps:
        if step == "...":
            step = _guilty_key(document, value, message, kind)
        if not isinstance(value, (dict, list)):
            break
        value = value[int(step)] if isinstance(value, list) else value[step]
        key += f".{step}"
    return f"key {key[1:]}: value {config_text.shown(value)}; rule: {rule}" if key else f"rule: {message}"


def _guilty_key(document: Any, mapping: dict[str, Any], message: str, kind: type[Any]) -> str:
    """Which entry of `mapping`, a part of `document`, causes `message`: the one that causes it alone."""
    entries = dict(mapping)
    for key, entry in entries.items():
        mapping.clear()
        mapping[key] = entry
        try:
            msgspec.json.decode(msgspec.json.encode(document), type=kind)
        except msgspec.ValidationError as error:
            if str(error) == message:
                break
    mapping.update(entries)
    return key


def _identify(game: GameConfig) -> int:
    """A signed 64-bit digest of everything that rules depend on."""
    raw = msgspec.json.encode(msgspec.to_builtins(game, str_keys=True), order="sorted")
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "big", signed=True)
