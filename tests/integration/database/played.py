"""A database in which a few players have played, ways to wait for it, and to change it that nobody has."""

import asyncio
import re
import time
import zlib
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from faye.config import Config
from faye.database.ledger_periods import close_period
from faye.messages.craft import Craft
from faye.messages.start import Start
from faye.messages.summon import Summon
from faye.messages.transfer import Transfer
from faye.utils.log_files import LogFiles
from tests.builders import new_key

PLAYERS = (1, 2)


async def play(engine: AsyncEngine, config: Config, players: Sequence[int] = PLAYERS) -> None:
    """Some players use every kind of command; called again, they go on."""
    store = PostgresStore(engine)
    router = ShardRouter(LocalDelivery({"here": Runtime(store, config)}), store, ["here"], config.engine)
    for player in players:
        await router.ask(Start(player_id=player, idempotency_key=new_key()))
        await router.ask(Craft(player_id=player, idempotency_key=new_key(), amount=2))
        await router.ask(Craft(player_id=player, idempotency_key=new_key(), amount=500))
        await router.ask(Summon(player_id=player, idempotency_key=new_key(), banner="standard"))
    giver, receiver = players[0], players[-1]
    await router.ask(Transfer(player_id=giver, idempotency_key=new_key(), to_player_id=receiver, amount=7))
    await router.close()


async def play_periods(engine: AsyncEngine, config: Config, closed: int) -> None:
    """Play in so many periods that close, and in the one after them."""
    await play(engine, config)
    for _ in range(closed):
        await close_period(engine)
        await play(engine, config)


async def tamper(engine: AsyncEngine, *statements: str) -> None:
    """Change data as somebody with full rights could, past triggers and keys."""
    protected = (
        "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND t.tgparentid = 0"
    )
    async with engine.begin() as connection:
        await connection.execute(
            sa.text("ALTER TABLE esprits DROP CONSTRAINT IF EXISTS esprits_player_id_fkey")
        )
        for table, trigger in (await connection.execute(sa.text(protected))).all():
            await connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"))
        for statement in statements:
            await connection.execute(sa.text(statement))


async def until(engine: AsyncEngine, query: str) -> None:
    """Wait until a query finds something."""
    deadline = time.monotonic() + 10
    while True:
        async with engine.connect() as connection:
            if (await connection.execute(sa.text(query))).first() is not None:
                return
        assert time.monotonic() < deadline, query
        await asyncio.sleep(0.01)


def forge(files: LogFiles, change: Callable[[list[str]], list[str]]) -> None:
    """Change the entries of a log that is one frame, and its proof with them."""
    *lines, marker = files.current.read_text().splitlines(keepends=True)
    forged = change(lines)
    crc = zlib.crc32("".join(forged).encode())
    proof = re.sub(r'"entries":\d+,"crc":\d+', f'"entries":{len(forged)},"crc":{crc}', marker)
    files.current.write_text("".join([*forged, proof]))
