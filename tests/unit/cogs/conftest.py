from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from faye.cogs import FEATURES
from faye.cogs.shared.errand import Scene
from faye.cogs.shared.look import Look
from faye.config import Config, load_config


@cache
def shipped() -> Config:
    return load_config(Path(__file__).resolve().parents[3] / "config")


@pytest.fixture
def look() -> Look:
    return Look(shipped(), {"start": 1, "craft": 2, "daily": 3, "summon": 4, "esprit": 5, "history": 6})


@pytest.fixture
def scene() -> Scene:
    return Scene(user_id=11, user_name="*Mira*", interaction_id=1574321814727950336)


@pytest.fixture(autouse=True, scope="session")
def every_presentation() -> None:
    """Features name their presentations when they are imported."""
    for feature in FEATURES:
        import_module(f"faye.cogs.{feature}")
