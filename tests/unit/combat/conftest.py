"""What tests of fights start from: the shipped game."""

from pathlib import Path

import pytest

from faye.config import GameConfig, load_config


@pytest.fixture(scope="session")
def game() -> GameConfig:
    return load_config(Path(__file__).resolve().parents[3] / "config").game
