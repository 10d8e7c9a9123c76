"""Which game configuration is in force: settled when a front-end starts, changed out of its directory."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from msgspec import Struct
from msgspec.structs import fields, replace
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.in_force import InForce
from cluster.errors import ClusterError
from cluster.reach import database_words
from faye.config import Config, ConfigError, complaint_about, load_config
from faye.database.configurations import Configurations, Unreadable
from faye.operators import Prepared

log = logging.getLogger(__name__)


async def settle_configuration(database: AsyncEngine, config: Config, *, brings: bool) -> InForce:
    """The configuration in force: this process's own if it `brings` it, else the one that the hosts there run under.

    Whoever starts the hosts brings theirs, as after an edit and a restart. Whoever joins them takes theirs: a bot that
    comes back must not undo what was put in force since, nor put in force what somebody is just editing.
    """
    configurations = Configurations(database)
    try:
        game = None if brings else await configurations.newest(config.game)
        if game is None:
            game = config.game
            await configurations.put_in_force(game)
        elif game.id != config.game.id:
            log.warning("the configuration directory is not what is in force; /admin reload changes that")
    except Unreadable as error:
        raise ClusterError(
            f"the hosts that run belong to another release ({error}); stop all front-ends and Ray, and start again"
        ) from error
    except (OSError, SQLAlchemyError) as error:
        raise ClusterError(database_words(error, str(database.url))) from error
    return InForce(game, configurations.newest)


class ConfigDirectory:
    """A front-end's directory of configuration, read again when an operator asks for it."""

    def __init__(
        self, directory: Path, running: Config, in_force: InForce, configurations: Configurations
    ) -> None:
        self._directory = directory
        self._running = running
        self._in_force = in_force
        self._configurations = configurations

    async def prepare(self) -> Prepared:
        """See `faye.operators.Figures.prepare`."""
        written = await asyncio.to_thread(load_config, self._directory)
        known = self._in_force.game
        if complaint := complaint_about(replace(self._running, game=written.game)):
            raise ConfigError(f"{complaint} (of what only a restart changes, the old is still in use)")
        try:
            await self._configurations.keep(written.game)
        except (OSError, SQLAlchemyError) as error:
            raise ConnectionError("the database does not answer") from error
        return Prepared(
            id=written.game.id,
            known=known.id,
            changed=_differing(known, written.game, but="id"),
            at_restart=_differing(self._running, written, but="game"),
        )


def _differing(known: Struct, written: Struct, *, but: str) -> tuple[str, ...]:
    """The files whose content differs, by stem: each field but one is a file."""
    names = [field.name for field in fields(known) if field.name != but]
    return tuple(name for name in names if getattr(known, name) != getattr(written, name))
