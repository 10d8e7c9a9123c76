"""The shipped configuration loads; a broken one is refused with file, key, value and rule."""

import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from faye.config import ConfigError, GameConfig, decode_config, encode_config, load_config

SHIPPED = Path(__file__).resolve().parents[3] / "config"
Spoil = Callable[[Any], object]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of the shipped configuration, to be spoilt."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "config"))


def spoil(directory: Path, stem: str, change: Spoil) -> None:
    path = directory / f"{stem}.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def put(*path: str | int, value: Any) -> Spoil:
    """A change that puts `value` at `path`."""

    def change(content: Any) -> None:
        for step in path[:-1]:
            content = content[step]
        content[path[-1]] = value

    return change


def drop(*path: str | int) -> Spoil:
    """A change that takes away what stands at `path`."""

    def change(content: Any) -> None:
        for step in path[:-1]:
            content = content[step]
        del content[path[-1]]

    return change


BROKEN: list[tuple[str, Spoil, str, str]] = [
    # typed and closed structs
    ("craft", put("shards_per_fayrite", value=0), "shards_per_fayrite: value 0", ">= 1"),
    ("craft", put("amount_max", value="many"), "amount_max: value 'many'", "Expected `int`"),
    ("craft", put("amount_maxx", value=3), "", "unknown field `amount_maxx`"),
    ("craft", drop("amount_max"), "", "missing required field `amount_max`"),
    ("start", put("purse", "remna", value=-1), "purse.remna: value -1", ">= 0"),
    ("start", put("purse", "faylen", value=10**15), "purse.faylen: value 1000000000000000", "<= 10000"),
    ("start", put("purse", "ethryl", value=None), "purse.ethryl: value None", "Expected `int`"),
    ("summon", put("banners", "premium", "cost", "ten", value=10), "premium.cost.ten", "Expected `int`"),
    ("roster", put(3, value=[]), "3: value []", "Expected `object`"),
    ("engine", put("hosts", value=0), "hosts: value 0", ">= 1"),
    ("roster", put(0, "lore", value=""), "0.lore: value ''", "length >= 1"),
    ("roster", put(0, "name", value="x" * 25), "0.name", "length <= 24"),
    (
        "esprit",
        put("rarities", "Epic", "colour", value="red"),
        "rarities.Epic.colour: value 'red'",
        "matching regex",
    ),
    # rules across keys and files
    ("start", put("purse", "gold", value=1), "purse.gold: value 'gold'", "must be a currency"),
    ("start", put("starter_rarity", value="Mythic"), "starter_rarity: value 'Mythic'", "must be a rarity"),
    ("start", put("starter_level", value=11), "starter_level: value 11", "at most the cap, 10"),
    ("daily", put("reward", "gold", value=1), "reward.gold: value 'gold'", "must be a currency"),
    ("daily", put("streak_lost_after_hours", value=22), "streak_lost_after_hours: value 22", "more than"),
    ("esprit", put("power_weights", "luck", value="1"), "power_weights.luck", "must be a stat"),
    ("esprit", drop("power_weights", "hp"), "power_weights", "must weigh every stat"),
    ("esprit", put("power_weights", "hp", value="-1"), "power_weights.hp: value '-1'", "between 0"),
    ("esprit", put("limit_break_boost", value="0.9"), "limit_break_boost: value '0.9'", "between 1"),
    ("esprit", put("limit_break_boost", value="NaN"), "limit_break_boost: value 'NaN'", "between 1"),
    ("esprit", put("limit_break_boost", value="1.1234567"), "limit_break_boost", "at most 6 decimals"),
    ("esprit", put("limit_break_cost", "gold", value=1), "limit_break_cost.gold", "must be a currency"),
    ("esprit", put("limit_break_cost", value={}), "limit_break_cost", "length >= 1"),
    (
        "esprit",
        put("limit_break_cost_growth", value="0.9"),
        "limit_break_cost_growth: value '0.9'",
        "between 1",
    ),
    (
        "esprit",
        put("limit_break_cost_growth", value="900"),
        "limit_break_cost_growth: value '900'",
        "at most",
    ),
    ("esprit", put("limit_break_cost_levels", value=0), "limit_break_cost_levels: value 0", ">= 1"),
    ("esprit", put("dissolve_most", value=5001), "dissolve_most: value 5001", "<= 5000"),
    (
        "esprit",
        put("rarities", "Rare", "limit_break_factor", value="0"),
        "Rare.limit_break_factor",
        "between 1",
    ),
    (
        "esprit",
        put("rarities", "Rare", "dissolve", "gold", value=1),
        "Rare.dissolve.gold",
        "must be a currency",
    ),
    ("player", put("level_cap_first", value=90), "level_cap_first: value 90", "at most level_cap_max"),
    ("player", drop("esprit_level_caps", "1"), "esprit_level_caps", "a cap for level 1"),
    ("player", put("esprit_level_caps", "20", value=15), "esprit_level_caps.20: value 15", "never fall"),
    ("player", put("xp_exponent", value="1.333"), "xp_exponent: value '1.333'", "at most 2 decimals"),
    ("roster", put(1, "code", value="emberwick"), "[1].code: value 'emberwick'", "codes are unique"),
    ("roster", put(1, "name", value="EMBERWICK"), "[1].name: value 'EMBERWICK'", "names are unique"),
    ("roster", put(0, "rarity", value="Mythic"), "emberwick.rarity: value 'Mythic'", "one of Common"),
    ("roster", put(0, "element", value="Cheese"), "emberwick.element: value 'Cheese'", "one of Inferno"),
    ("roster", put(0, "esprit_class", value="Bard"), "emberwick.esprit_class: value 'Bard'", "one of"),
    ("roster", drop(0, "stats", "hp"), "emberwick.stats", "must hold every stat"),
    ("roster", put(0, "stats", "luck", value=1), "emberwick.stats.luck", "must be a stat"),
    ("roster", put(0, "stats", "crit", value=1.5), "emberwick.stats.crit: value '1.5'", "between 0 and 1"),
    ("roster", put(0, "stats", "hp", value=-1), "emberwick.stats.hp", "between 0"),
    ("summon", put("pity_thresholds", "premium", value=0), "pity_thresholds.premium: value 0", ">= 1"),
    ("summon", put("pity_thresholds", "weekly", value=5), "pity_thresholds.weekly", "a pity counter"),
    ("summon", put("pity_grants", value="Mythic"), "pity_grants: value 'Mythic'", "must be a rarity"),
    ("summon", drop("pity_points", "Epic"), "pity_points.Epic: value None", "exactly the rarities below"),
    ("summon", put("pity_points", "Deity", value=1), "pity_points.Deity: value 1", "exactly the rarities"),
    ("summon", drop("banners", "daily"), "banners", "must be standard, premium, daily"),
    ("summon", put("banners", "premium", "rates_percent", "Rare", value="50"), "'100.2'", "exactly 100"),
    ("summon", put("banners", "premium", "rates_percent", "Odd", value="0"), "Odd", "must be a rarity"),
    ("summon", put("banners", "premium", "rates_percent", "Rare", value="-1"), "Rare: value '-1'", "between"),
    ("summon", put("banners", "premium", "pity", value="daily"), "premium.pity", "in pity_thresholds"),
    ("summon", drop("banners", "premium", "cost", "10"), "premium.cost: value [1]", "exactly [1, 10]"),
    ("summon", put("banners", "premium", "cost", "10", value=0), "premium.cost.10: value 0", "positive"),
    ("summon", put("banners", "daily", "cost", "10", value=0), "daily.cost: value [1, 10]", "exactly [1]"),
    ("summon", put("banners", "premium", "currency", value="gold"), "premium.currency", "a currency or null"),
    ("summon", put("banners", "premium", "currency", value=None), "premium.currency", "alone is free"),
    ("summon", put("banners", "daily", "cooldown_hours", value=0), "daily.cooldown_hours: value 0", "alone"),
    ("summon", put("banners", "premium", "cooldown_hours", value=1), "premium.cooldown_hours", "alone"),
    ("engine", put("heartbeat_timeout_ms", value=250), "heartbeat_timeout_ms: value 250", "more than"),
    ("engine", put("reply_wait_max_ms", value=9000), "reply_wait_max_ms: value 9000", "at most"),
    ("engine", put("reply_linger_max_ms", value=900), "reply_linger_max_ms: value 900", "at most"),
    ("engine", put("ledger_period_days", value=6), "ledger_period_days: value 6", "at least retention_days"),
    ("engine", put("retention_days", value=0), "retention_days: value 0", ">= 1"),
    ("engine", put("clock_skew_max_s", value=43_201), "clock_skew_max_s: value 43201", "at most 43200"),
    ("bot", put("confirm_valid_minutes", value=10_080), "confirm_valid_minutes: value 10080", "retention"),
    ("bot", put("reminder_interval_s", value=86_401), "reminder_interval_s: value 86401", "within_hours"),
    ("bot", put("support_url", value="javascript:alert(1)"), "support_url: value 'javascript", "http(s)"),
    ("bot", put("support_url", value="https://"), "support_url: value 'https://'", "http(s)"),
    ("bot", put("support_url", value="http://a b"), "support_url: value 'http://a b'", "http(s)"),
    ("bot", put("support_url", value="https://faye.example/" + "x" * 500), "support_url", "at most 512"),
    ("explore", put("energy", value=101), "energy: value 101", "energy_max"),
    ("explore", put("pays", "gold", value={"least": 1, "most": 1}), "pays.gold", "must be a currency"),
    (
        "explore",
        put("chest", "faylen", value={"least": 2, "most": 1}),
        "chest.faylen.least: value 2",
        "at most",
    ),
    ("explore", put("pays", value={"faylen": {"least": 0, "most": 9}}), "pays", "always found"),
    ("explore", put("encounters", value={"find": 0}), "encounters", "above 0"),
    ("explore", drop("wild", "1"), "wild", "at level 1"),
    (
        "explore",
        put("wild", "1", "levels", value={"least": 0, "most": 3}),
        "wild.1.levels.least",
        "start at 1",
    ),
    (
        "explore",
        put("wild", "1", "rarities", value={"Mythic": 1}),
        "wild.1.rarities.Mythic",
        "must be a rarity",
    ),
    ("explore", put("wild", "1", "rarities", value={"Common": 0}), "wild.1.rarities", "above 0"),
    ("fight", put("element_beats", "Aqua", value=["Fire"]), "element_beats.Aqua.Fire", "must be an element"),
    ("fight", drop("skills", "Mystic"), "skills: value 'Mystic'", "every class"),
    ("fight", put("skill_mana_percent", value=101), "skill_mana_percent: value 101", "nobody has more"),
    (
        "fight",
        put(
            "rage",
            value=[{"below_percent": 50, "damage_percent": 115}, {"below_percent": 25, "damage_percent": 1}],
        ),
        "rage: value [50, 25]",
        "lowest",
    ),
    ("fight", drop("skills", "Guardian", "grants"), "skills.Guardian.grants", "a shield and its turns"),
    (
        "fight",
        drop("support_skills", "Guardian", "shield_percent"),
        "support_skills.Guardian",
        "a shield and its turns",
    ),
    ("fight", put("intents", value={"strike": 0}), "intents", "above 0"),
    (
        "fight",
        put("support_skills", "Mystic", "cooldown_turns", value=0),
        "Mystic.cooldown_turns",
        "have to rest",
    ),
    (
        "fight",
        put("skills", "Mystic", "inflicts", value={"doom": 1}),
        "skills.Mystic.inflicts",
        "Invalid enum",
    ),
    ("trials", drop("trials", "40"), "trials: value [10, 20, 30, 50, 60, 70]", "must hold the caps"),
    ("trials", put("trials", "10", "price", "gold", value=1), "trials.10.price.gold", "must be a currency"),
    (
        "trials",
        put("trials", "10", "boss", "species", value="nobody"),
        "boss.species: value 'nobody'",
        "roster",
    ),
    ("trials", put("trials", "10", "boss", "level", value=126), "boss.level: value 126", "at most 125"),
    ("tutorial", put("steps", "win", "gold", value=1), "steps.win.gold", "must be a currency"),
    ("tutorial", put("steps", "dance", value={}), "steps", "Invalid enum"),
    ("tutorial", put("steps", "win", value={}), "steps.win: value {}", "must pay something"),
    ("tutorial", put("steps", "win", value={"remna": 0}), "steps.win", "must pay something"),
    ("trials", put("lost_xp", value=0), "", "unknown field `lost_xp`"),
    ("bot", put("collection_page_size", value=11), "collection_page_size: value 11", "<= 10"),
]


@pytest.mark.parametrize(("stem", "change", "where", "rule"), BROKEN)
def test_a_broken_rule_is_told_with_file_key_value_and_rule(
    directory: Path, stem: str, change: Spoil, where: str, rule: str
) -> None:
    spoil(directory, stem, change)
    with pytest.raises(ConfigError) as raised:
        load_config(directory)
    told = str(raised.value)
    assert f"{stem}.json" in told
    assert where in told
    assert rule in told


@pytest.mark.parametrize(
    ("text", "where", "rule"),
    [
        (b'{"shards_per_fayrite": 1e400, "amount_max": 1}', "key shards_per_fayrite: value inf", "finite"),
        (b'{"shards_per_fayrite": NaN, "amount_max": 1}', "key shards_per_fayrite: value nan", "finite"),
        (b'{"shards_per_fayrite": 1, "amount_max": -Infinity}', "key amount_max: value -inf", "finite"),
        (b'{"shards_per_fayrite": 1, "amount_max": 9223372036854775808}', "key amount_max", "below 2^63"),
        (b'{"shards_per_fayrite": 1, "amount_max": ' + b"9" * 5000 + b"}", "", "too long"),
        (b'{"amount_max": 1, "shards_per_fayrite": 10, "amount_max": 2}', "key amount_max: value 2", "once"),
        (b'{"amount_max": 1,\n"\xff": 2}', "line 2: value b'\\xff'", "must be UTF-8"),
        (b'{"amount_max": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "", "nested too deeply"),
        (
            b'{"amount_max": ' + b"[" * 900 + b"7" + b"]" * 900 + b"}",
            "key amount_max: value [[[",
            "Expected `int`",
        ),
        (b'{"amount_max": "\\ud800"}', "", "is no valid JSON"),
        (b'\xef\xbb\xbf{"amount_max": 1}', "", "BOM"),
        (b"", "", "is no valid JSON"),
        (b"\x00", "", "is no valid JSON"),
        (b"7", "", "Expected `object`"),
    ],
)
def test_text_that_cannot_be_meant_is_told_with_its_file_and_place(
    directory: Path, text: bytes, where: str, rule: str
) -> None:
    (directory / "craft.json").write_bytes(text)
    with pytest.raises(ConfigError) as raised:
        load_config(directory)
    told = str(raised.value)
    assert "craft.json" in told
    assert where in told
    assert rule in told
    assert len(told) < 500


def test_a_directory_in_place_of_a_file_is_told(directory: Path) -> None:
    (directory / "craft.json").unlink()
    (directory / "craft.json").mkdir()
    with pytest.raises(ConfigError, match=r"craft\.json: cannot be read \(Is a directory\)"):
        load_config(directory)


def test_a_page_larger_than_the_rules_allow_is_refused(directory: Path) -> None:
    spoil(directory, "esprit", put("collection_page_size_max", value=5))
    with pytest.raises(
        ConfigError, match=r"bot\.json: key collection_page_size: value 8; rule: .* at most 5"
    ):
        load_config(directory)


def test_a_rarity_without_species_cannot_be_pulled(directory: Path) -> None:
    path = directory / "roster.json"
    roster = [species for species in json.loads(path.read_text()) if species["rarity"] != "Deity"]
    path.write_text(json.dumps(roster))
    with pytest.raises(ConfigError, match=r"summon\.json: key banners\.standard\.rates_percent\.Deity"):
        load_config(directory)


def test_a_missing_file_is_named(directory: Path) -> None:
    (directory / "daily.json").unlink()
    with pytest.raises(ConfigError, match=r"daily\.json: cannot be read .*must exist"):
        load_config(directory)


def test_text_that_is_no_json_is_told_as_such(directory: Path) -> None:
    (directory / "daily.json").write_text("{")
    with pytest.raises(ConfigError, match=r"daily\.json: is no valid JSON"):
        load_config(directory)


def test_a_configuration_survives_its_way_to_another_process() -> None:
    config = load_config(SHIPPED)
    arrived = decode_config(encode_config(config))
    assert arrived == config
    assert arrived.game.id == config.game.id != 0


def test_the_id_follows_everything_that_rules_depend_on_and_nothing_else(directory: Path) -> None:
    shipped = load_config(directory).game.id
    spoil(directory, "engine", put("hosts", value=3))
    assert load_config(directory).game.id == shipped
    spoil(directory, "roster", put(0, "stats", "hp", value=82))
    assert load_config(directory).game.id != shipped


def test_what_is_derived_is_computed_once_and_never_carried_over() -> None:
    game, calls = load_config(SHIPPED).game, []

    def compute(config: GameConfig) -> Decimal:
        calls.append(config)
        return config.esprit.limit_break_boost * 2

    assert game.derived(compute) == game.derived(compute) == Decimal("2.2")
    assert len(calls) == 1
    other = msgspec.structs.replace(
        game, esprit=msgspec.structs.replace(game.esprit, limit_break_boost=Decimal(3))
    )
    assert other.derived(compute) == 6
