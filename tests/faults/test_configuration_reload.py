"""New figures on the real stack: all hosts decide under them at once, also one that is killed, and who comes later."""

import asyncio
import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from cluster.engine import Engine, running_engine
from cluster.load.through_discord import local_discord, running_bot
from cluster.system import System
from faye.config import Config, GameConfig
from faye.messages.admin import ConfigurationPutInForce, PutInForce
from faye.messages.craft import Craft, Crafted
from faye.messages.start import Start, Started
from faye.operators import OPERATORS_KEY
from faye.playground import Person
from tests.builders import new_key
from tests.e2e.conftest import begin
from tests.faults.conftest import audited, pongs

ROOT = Path(__file__).resolve().parents[2]
PLAYERS = range(1, 17)


def priced(game: GameConfig, shards: int) -> GameConfig:
    return replace(game, craft=replace(game.craft, shards_per_fayrite=shards), id=shards)


async def prices(engine: Engine) -> set[int]:
    """What a fayrite costs each of the players, who are spread over all hosts."""

    async def price(player: int) -> int:
        reply = await engine.router.ask(Craft(player_id=player, idempotency_key=new_key(), amount=1))
        assert isinstance(reply, Crafted), reply
        return reply.shards_spent

    return set(await asyncio.gather(*map(price, PLAYERS)))


async def test_new_figures_reach_every_host_a_killed_one_and_whoever_joins_later(
    system: System, config: Config
) -> None:
    async with running_engine(system, config) as engine:
        starts = (Start(player_id=player, idempotency_key=new_key()) for player in PLAYERS)
        assert all(
            isinstance(each, Started) for each in await asyncio.gather(*map(engine.router.ask, starts))
        )
        assert await prices(engine) == {10}
        await engine.configurations.keep(priced(config.game, 5))
        swapped = await engine.router.ask(
            PutInForce(
                player_id=OPERATORS_KEY,
                idempotency_key=new_key(),
                admin_id=1,
                config_id=5,
                known_id=config.game.id,
                changed=["craft"],
                at_restart=[],
            )
        )
        assert isinstance(swapped, ConfigurationPutInForce)
        assert await prices(engine) == {5}
        victim, *_ = await pongs(engine)
        os.kill(victim.pid, signal.SIGKILL)
        assert await prices(engine) == {5}
        assert len({pong.incarnation for pong in await pongs(engine)}) == 2
        assert await prices(engine) == {5}
    async with running_engine(system, config) as joined:
        assert joined.config.game == priced(config.game, 5), (
            "who joins takes over what the hosts decide under"
        )
        assert joined.config.bot == config.bot
        assert await prices(joined) == {5}
    report = await audited(system, config)
    assert report.clean, report.violations


def edit(directory: Path, **changes: Any) -> None:
    """Change figures of /craft in a directory of configuration."""
    path = directory / "craft.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


async def test_a_real_bot_reloads_its_directory_and_comes_back_with_what_is_in_force(
    system: System, tmp_path: Path
) -> None:
    directory, log = tmp_path / "config", tmp_path / "bot.log"
    shutil.copytree(ROOT / "config", directory)
    started = {"home": system.home.path, "config": directory, "log": log}
    async with local_discord() as discord:
        olga = discord.person("Olga")
        async with running_bot(discord, ROOT / "launch.py", **started):
            await begin(olga)
            assert "**10** fayrite shards" in (await olga.slash("craft", amount=1)).answer.text
            edit(directory, shards_per_fayrite=-1)
            refused = (await olga.slash("admin reload")).answer.text
            assert "craft.json" in refused.replace("\\", "")
            assert "Nothing was done" in refused
            edit(directory, shards_per_fayrite=6, amount_max=3)
            assert "in force" in (await olga.slash("admin reload")).answer.text
            assert "**6** fayrite shards" in (await olga.slash("craft", amount=1)).answer.text
            assert await says(olga, "between 1 and 3", amount=4), "the bot shows the new figures too"
        edit(directory, shards_per_fayrite=2)
        async with running_bot(discord, ROOT / "launch.py", **started):
            assert "**6** fayrite shards" in (await olga.slash("craft", amount=1)).answer.text
    assert "is not what is in force" in log.read_text()


async def says(person: Person, words: str, **options: Any) -> bool:
    """Whether /craft comes to say it within a few seconds."""
    for _ in range(40):
        if words in (await person.slash("craft", **options)).answer.text:
            return True
        await asyncio.sleep(0.1)
    return False
