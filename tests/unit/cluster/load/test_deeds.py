from collections import Counter
from pathlib import Path

import pytest

from cluster.load.deeds import Chooser
from cluster.load.settings import LoadSettings, load_settings

CONFIG = Path(__file__).resolve().parents[4] / "config"


@pytest.fixture
def settings() -> LoadSettings:
    return load_settings(CONFIG)


def test_kinds_come_as_often_as_their_weights_say(settings: LoadSettings) -> None:
    chooser = Chooser(settings, {"craft": 3, "profile": 1}, players=100)
    drawn = Counter(chooser.draw().kind for _ in range(4_000))
    assert set(drawn) == {"craft", "profile"}
    assert 2_850 < drawn["craft"] < 3_150


def test_everybody_plays_and_nobody_else(settings: LoadSettings) -> None:
    chooser = Chooser(settings, {"craft": 1}, players=7)
    assert {chooser.draw().player for _ in range(500)} == set(range(7))


def test_a_hot_player_plays_alone(settings: LoadSettings) -> None:
    chooser = Chooser(settings, {"craft": 1, "transfer": 1}, players=5, hot=True)
    deeds = [chooser.draw() for _ in range(200)]
    assert {deed.player for deed in deeds} == {0}
    assert {deed.other for deed in deeds} == {1, 2, 3, 4}


def test_nobody_gives_to_themselves_and_amounts_are_bounded(settings: LoadSettings) -> None:
    chooser = Chooser(settings, settings.mixes["evening"], players=2)
    for deed in (chooser.draw() for _ in range(2_000)):
        assert deed.other == 1 - deed.player
        assert 1 <= deed.amount <= max(settings.craft_amount_max, settings.transfer_amount_max)


def test_one_seed_gives_one_sequence(settings: LoadSettings) -> None:
    def sequence(seed: int) -> list[object]:
        chooser = Chooser(settings, settings.mixes["evening"], players=50, seed=seed)
        return [chooser.draw() for _ in range(50)]

    assert sequence(3) == sequence(3)
    assert sequence(3) != sequence(4)
