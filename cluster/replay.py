"""Playing a home's commands again."""

import msgspec

from cluster.environment import Environment
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.progress import Progress
from cluster.settings import ClusterSettings
from cluster.system import System
from faye.config import load_config
from faye.database.db import connect
from faye.database.migrate import is_current
from faye.database.replay import CannotReplay, replay
from faye.replay import Story


async def run_replay(
    key: int, environment: Environment, settings: ClusterSettings, progress: Progress
) -> list[Story]:
    """What the command with this key left to chance, played again; raises `ClusterError` if it cannot be."""
    config = load_config(environment.config)
    home = Home(environment.home)
    if not home.exists and environment.database_url is None:
        raise ClusterError(
            f"{home.path} is no home of Faye's, so there is nothing to play again; set FAYE_HOME"
        )
    async with System.own_or_join(home, settings, environment, progress=progress, with_ray=False) as system:
        database = connect(system.database_url, config.engine, name="faye-replay", patient=True)
        try:
            if not await is_current(database):
                raise ClusterError("the database is of another release; replay with that one")
            return await replay(database, key)
        except CannotReplay as error:
            raise ClusterError(str(error)) from None
        finally:
            await database.dispose()


def shown(stories: list[Story], *, as_json: bool) -> str:
    """What was played again, for people or as JSON."""
    if as_json:
        return msgspec.json.encode(stories).decode()
    lines = [line for story in stories for line in story.lines()]
    return "\n".join(lines or ["this command left nothing to chance"])
