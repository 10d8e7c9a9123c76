import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cluster.errors import ClusterError
from cluster.load.plan import Plan, make_plan
from cluster.load.run import _playable
from cluster.load.settings import load_settings
from faye.config import ConfigError

CONFIG = Path(__file__).resolve().parents[4] / "config"


def plan(**given: Any) -> Plan:
    usual = {
        "through": "engine", "mix": "evening", "players": 100, "concurrency": None, "rate": None, "seconds": 5.0,
        "hot": False,
    }  # fmt: skip
    return make_plan(load_settings(CONFIG), **{**usual, **given})


def test_without_more_it_is_a_closed_loop() -> None:
    assert plan().concurrency == 64
    assert plan().rate is None


def test_a_rate_makes_it_an_open_loop() -> None:
    assert plan(rate=50.0).concurrency is None
    assert plan(rate=50.0).rate == 50.0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"through": "telnet"}, "--through telnet: give engine or discord"),
        ({"mix": "morning"}, "--mix morning: load.json knows evening, craft"),
        ({"players": 1}, "--players 1: give a number from 2 to"),
        ({"players": 6_000, "through": "discord"}, "--players 6000: give a number from 2 to 5000"),
        ({"seconds": 0.0}, "--seconds 0: give a number from 0.1 to"),
        ({"seconds": float("nan")}, "--seconds nan: give a number"),
        ({"rate": -1.0}, "--rate -1: give a number from 0.1 to"),
        ({"rate": float("inf")}, "--rate inf: give a number"),
        ({"concurrency": 0}, "--concurrency 0: give a number from 1 to"),
        ({"concurrency": 3, "rate": 3.0}, "--concurrency and --rate exclude each other"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ClusterError) as refused:
        plan(**given)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mixes": {"odd": {"fly": 1}}}, "mixes.odd.fly"),
        ({"mixes": {"odd": {"craft": 0}}}, "mixes.odd.craft: value 0"),
        ({"mixes": {"odd": {}}}, "mixes.odd"),
        ({"mixes": {}}, "mixes"),
        ({"purse": {"gold": 5}}, "purse"),
        ({"extra": 1}, "unknown field `extra`"),
    ],
)
def test_a_broken_load_json_is_refused_with_file_key_and_rule(
    change: dict[str, Any], words: str, tmp_path: Path
) -> None:
    shipped = json.loads((CONFIG / "load.json").read_text())
    (tmp_path / "load.json").write_text(json.dumps({**shipped, **change}))
    with pytest.raises(ConfigError) as refused:
        load_settings(tmp_path)
    assert str(refused.value).startswith(str(tmp_path / "load.json"))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("through", "left_out"), [("engine", {"leaderboard", "settings"}), ("discord", {"transfer"})]
)
def test_what_a_way_in_has_not_is_left_out_and_told(through: str, left_out: set[str]) -> None:
    wanted = plan(through=through)
    playable, told = _playable(wanted)
    assert set(told) == left_out
    assert playable.mix.keys() == wanted.mix.keys() - left_out


def test_a_mix_of_nothing_that_an_engine_is_asked_for_is_refused() -> None:
    with pytest.raises(ClusterError, match="nothing of it is asked of the engine"):
        _playable(replace(plan(), mix={"leaderboard": 1}))
