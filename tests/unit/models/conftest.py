"""What tests of rules start from: the shipped configuration, a moment, and a player who has started."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from faye.config import GameConfig, load_config
from faye.database.models.player import Player

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def game() -> GameConfig:
    return load_config(ROOT / "config").game


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def player(now: datetime) -> Player:
    """Somebody who has started, at level 1 and with empty pockets."""
    return Player(id=7, started_at=now)
