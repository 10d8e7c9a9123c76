"""What tests of simulations start from: the shipped game."""

from pathlib import Path

import pytest

from faye.config import Config, GameConfig, load_config


@pytest.fixture(scope="session")
def config() -> Config:
    return load_config(Path(__file__).resolve().parents[4] / "config")


@pytest.fixture(scope="session")
def game(config: Config) -> GameConfig:
    return config.game
