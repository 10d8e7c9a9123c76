"""The peer of P6: the bot as it is, every craft answered at once with one canned reply, and no game behind it.

Run as a process; `FAYE_HOME` names the running system, whose Valkey it uses as any bot does.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import uvloop

from actors.in_force import InForce
from cluster import serve
from cluster.environment import Environment
from cluster.home import Home
from cluster.system import System
from faye.config import Config, load_config
from faye.messages import Command, Query, Reply
from faye.messages.craft import Crafted
from faye.messages.settings import Reminder
from faye.utils.garbage import collect_rarely


class CannedEngine:
    """Knows everybody, and has crafted before it is asked."""

    async def find(self, discord_id: int) -> int:
        """See `faye.router.Players.find`."""
        return 1

    async def open(self, discord_id: int) -> int:
        """See `faye.router.Players.open`."""
        return 1

    def remembered_language(self, discord_id: int) -> None:
        """See `faye.router.Players.remembered_language`."""

    async def language(self, discord_id: int) -> None:
        """See `faye.router.Players.language`."""

    async def take_reminders(self, at_most: int, **hours: int) -> list[Reminder]:
        """See `faye.router.Players.take_reminders`."""
        return []

    async def ask(self, request: Command | Query) -> Reply:
        """See `faye.router.Router.ask`."""
        return Crafted(version=2, crafted=1, shards_spent=10, fayrites=1, fayrite_shards=10**6)

    async def outcome(self, command: Command) -> Reply:
        """See `faye.router.Router.outcome`."""
        return await self.ask(command)


@asynccontextmanager
async def no_engine(system: System, config: Config) -> AsyncIterator[Any]:
    """What `cluster.engine.running_engine` gives, without a host, a database or a log."""
    canned = CannedEngine()
    collect_rarely()
    logger = SimpleNamespace(complaint=None)
    in_force = InForce(config.game)
    yield SimpleNamespace(
        config=config,
        in_force=in_force,
        configurations=None,
        router=canned,
        players=canned,
        namespace="canned",
        logger=logger,
    )


async def main() -> None:
    """Serve until terminated."""
    environment = Environment.read(os.environ)
    config = load_config(environment.config)
    vars(serve)["running_engine"] = no_engine  # everything else is the bot's own way to run
    async with System.join(Home(Path(os.environ["FAYE_HOME"])), progress=print) as system:
        await serve.serve_bot(system, environment, config, print)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
