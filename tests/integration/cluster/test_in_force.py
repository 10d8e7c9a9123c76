"""Which configuration is in force once a front-end starts, and what an operator's reload reads."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.in_force import InForce
from cluster.errors import ClusterError
from cluster.in_force import ConfigDirectory, settle_configuration
from faye.config import Config, ConfigError, load_config
from faye.database.configurations import Configurations

ROOT = Path(__file__).resolve().parents[3]


def other(config: Config) -> Config:
    game = config.game
    return replace(config, game=replace(game, craft=replace(game.craft, amount_max=2), id=2))


async def test_whoever_starts_the_hosts_brings_theirs_and_whoever_joins_takes_it(
    engine: AsyncEngine, config: Config
) -> None:
    assert (await settle_configuration(engine, other(config), brings=False)).game == other(config).game
    assert (await settle_configuration(engine, config, brings=False)).game == other(config).game
    assert (await settle_configuration(engine, config, brings=True)).game == config.game
    assert (await settle_configuration(engine, other(config), brings=False)).game == config.game


async def test_what_another_release_put_in_force_is_said_in_words(
    engine: AsyncEngine, config: Config
) -> None:
    await settle_configuration(engine, config, brings=True)
    async with engine.begin() as connection:
        await connection.execute(sa.text("INSERT INTO configurations VALUES (7, '{}')"))
        await connection.execute(sa.text("UPDATE current_configuration SET id = 7"))
    with pytest.raises(ClusterError, match="another release"):
        await settle_configuration(engine, config, brings=False)


async def test_a_host_that_cannot_read_what_is_in_force_goes_on_as_it_was_and_writes_nothing(
    engine: AsyncEngine, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    in_force = await settle_configuration(engine, config, brings=True)
    async with engine.begin() as connection:
        await connection.execute(sa.text("INSERT INTO configurations VALUES (7, '{}')"))
        await connection.execute(sa.text("UPDATE current_configuration SET id = 7"))
    assert [await in_force.follow() for _ in range(3)] == [False] * 3
    assert in_force.game == config.game
    assert len(caplog.records) == 1, "told once"


class Written:
    """A directory of configuration that somebody edits."""

    def __init__(self, directory: Path, engine: AsyncEngine) -> None:
        shutil.copytree(ROOT / "config", directory)
        self._directory = directory
        running = load_config(directory)
        configurations = Configurations(engine)
        self.figures = ConfigDirectory(
            directory, running, InForce(running.game, configurations.newest), configurations
        )

    def edit(self, stem: str, **changes: Any) -> None:
        path = self._directory / f"{stem}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.fixture
def written(tmp_path: Path, engine: AsyncEngine) -> Written:
    return Written(tmp_path / "config", engine)


async def test_what_was_not_edited_is_what_is_in_force(written: Written) -> None:
    prepared = await written.figures.prepare()
    assert prepared.id == prepared.known
    assert (prepared.changed, prepared.at_restart) == ((), ())


async def test_the_files_that_differ_are_named_those_for_a_restart_apart(written: Written) -> None:
    written.edit("craft", amount_max=3)
    written.edit("daily", cooldown_hours=20)
    written.edit("engine", hosts=5)
    prepared = await written.figures.prepare()
    assert prepared.id != prepared.known
    assert (prepared.changed, prepared.at_restart) == (("daily", "craft"), ("engine",))


@pytest.mark.parametrize(
    ("stem", "changes", "words"),
    [
        ("craft", {"amount_max": 0}, "craft.json: key amount_max"),
        ("craft", {"amount": 0}, "craft.json"),
        ("start", {"starter_level": 11}, "start.json: key starter_level"),
        ("engine", {"hosts": "many"}, "engine.json: key hosts"),
    ],
)
async def test_nothing_is_kept_of_what_is_wrong_anywhere(
    written: Written, engine: AsyncEngine, stem: str, changes: dict[str, Any], words: str
) -> None:
    written.edit("daily", cooldown_hours=20)
    written.edit(stem, **changes)
    with pytest.raises(ConfigError, match=words):
        await written.figures.prepare()
    async with engine.connect() as connection:
        assert await connection.scalar(sa.text("SELECT count(*) FROM configurations")) == 0


async def test_a_roster_that_lacks_an_owned_species_is_refused(
    written: Written, engine: AsyncEngine, config: Config
) -> None:
    await Configurations(engine).put_in_force(config.game)
    last = list(config.game.roster)[-1]
    async with engine.begin() as connection:
        await connection.execute(sa.text("INSERT INTO players (id) VALUES (1)"))
        owned = "INSERT INTO esprits (id, player_id, species, gained_at) VALUES (1, 1, :code, now())"
        await connection.execute(sa.text(owned), {"code": last})
    path = written._directory / "roster.json"
    path.write_text(json.dumps(json.loads(path.read_text())[:-1]))
    with pytest.raises(ConfigError, match=last):
        await written.figures.prepare()
