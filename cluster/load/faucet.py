"""Where simulated players come from, and what they spend: the ledger's faucet `load.fund`.

Their keys lie above every key that a Discord user can get, so that they are never taken for somebody. Each grant
stands in the ledger under a key below zero, which no snowflake is: the audit accepts it and it is never replayed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cluster.load.settings import Currency
from cluster.progress import Progress
from faye.config import GameConfig
from faye.database.accounts import PLAYER_KEY_BITS
from faye.utils.log_files import LogFiles
from faye.utils.transaction_logger import lag

FIRST_PLAYER: Final = 1 << PLAYER_KEY_BITS
"""The key of the first simulated player; the others follow it."""

ENERGY: Final = 1_000_000
"""What a simulated player can explore with: far more than grows back."""

_CHUNK: Final = 20_000
_POLL_S: Final = 0.2
_GRANT_KEY: Final = "-(((id - :first_player) << 32) + version)"
_LINE: Final = (
    "INSERT INTO ledger (player_id, version, n, idempotency_key, event, asset, delta, balance, esprit_id, subject, "
    "config_id, at)"
)


def player_id(number: int) -> int:
    """The key of a simulated player, counted from 0."""
    return FIRST_PLAYER + number


def starter_id(number: int) -> int:
    """The Esprit that a simulated player began with."""
    return FIRST_PLAYER + number


async def register(
    database: AsyncEngine,
    game: GameConfig,
    purse: Mapping[Currency, int],
    players: int,
    progress: Progress,
    *,
    with_starter: bool = True,
) -> None:
    """Make the first `players` simulated players if they are not there, and fill the purses of those who are.

    `database` is a patient engine: see `faye.database.db.connect`.
    """
    made, poor = _make(purse, with_starter), _top_up(purse)
    for first, last in _chunks(players):
        given = _parameters(game, purse, first, last)
        async with database.begin() as connection:
            await _run(connection, poor, given)
            await _run(connection, made, given)
        if last + 1 < players:
            progress(f"{last + 1} of {players} players are registered")
    async with database.begin() as connection:
        await connection.execute(sa.text("ANALYZE players, esprits, ledger"))


async def open_accounts(database: AsyncEngine, discord_ids: Sequence[int]) -> None:
    """Let these Discord users be the first simulated players, in order."""
    made = sa.text(
        "INSERT INTO accounts (discord_id, player_id) "
        "SELECT discord_id, :first_player + place - 1 FROM unnest(CAST(:ids AS bigint[])) "
        "WITH ORDINALITY AS given (discord_id, place)"
    )
    async with database.begin() as connection:
        await connection.execute(_CLOSE_ACCOUNTS, {"first_player": FIRST_PLAYER})
        await connection.execute(made, {"ids": list(discord_ids), "first_player": FIRST_PLAYER})


async def close_accounts(database: AsyncEngine) -> None:
    """Let nobody be a simulated player any more."""
    async with database.begin() as connection:
        await connection.execute(_CLOSE_ACCOUNTS, {"first_player": FIRST_PLAYER})


async def until_logged(database: AsyncEngine, files: LogFiles, timeout_s: float) -> None:
    """Wait, for `timeout_s` at most, until the log has what is committed: its writer would share in a measurement."""
    deadline_s = asyncio.get_running_loop().time() + timeout_s
    while asyncio.get_running_loop().time() < deadline_s:
        async with database.connect() as connection:
            if not (await lag(connection, files)).entries:
                return
        await asyncio.sleep(_POLL_S)


_CLOSE_ACCOUNTS: Final = sa.text("DELETE FROM accounts WHERE player_id >= :first_player")


def _chunks(players: int) -> Iterator[tuple[int, int]]:
    for first in range(0, players, _CHUNK):
        yield first, min(first + _CHUNK, players) - 1


async def _run(connection: AsyncConnection, statement: str, given: Mapping[str, object]) -> None:
    clause = sa.text(statement)
    await connection.execute(clause, {name: given[name] for name in clause._bindparams})


def _parameters(game: GameConfig, purse: Mapping[Currency, int], first: int, last: int) -> dict[str, object]:
    species = next(each for each in game.roster.values() if each.rarity == game.start.starter_rarity)
    return {
        **{str(currency): granted for currency, granted in purse.items()},
        "first_player": FIRST_PLAYER,
        "first": FIRST_PLAYER + first,
        "last": FIRST_PLAYER + last,
        "species": species.code,
        "config_id": game.id,
        "level_cap": game.player.level_cap_first,
        "energy": ENERGY,
    }


def _make(purse: Mapping[Currency, int], with_starter: bool) -> str:
    """Creates who is missing: a row, the purse, and an Esprit to lead and to look at."""
    currencies = list(purse)
    granted = [f"({n}, '{name}', CAST(:{name} AS bigint))" for n, name in enumerate(currencies)]
    leader, starter, esprit = "NULL", "", ""
    if with_starter:
        leader = "g"
        starter = """starters AS (
            INSERT INTO esprits (id, player_id, species, level, bound, gained_at)
            SELECT id, id, :species, 1, true, now() FROM made
        ), """
        esprit = f"""UNION ALL SELECT id, version, {len(purse)}, {_GRANT_KEY}, 'load.fund', 'esprit', 1, 1,
            id, :species, CAST(:config_id AS bigint), now() FROM made"""
    return f"""
        WITH made AS (
            INSERT INTO players (id, version, started_at, level_cap, energy, energy_at, leader_id,
                                 {", ".join(currencies)})
            SELECT g, 1, now(), :level_cap, :energy, now(), {leader}, {", ".join(f":{name}" for name in currencies)}
            FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) g
            ON CONFLICT (id) DO NOTHING RETURNING id, version
        ), {starter}lines AS (SELECT * FROM (VALUES {", ".join(granted)}) AS line (n, asset, delta))
        {_LINE}
        SELECT id, version, n, {_GRANT_KEY}, 'load.fund', asset, delta, delta, NULL, NULL,
               CAST(:config_id AS bigint), now()
        FROM made CROSS JOIN lines {esprit}"""


def _top_up(purse: Mapping[Currency, int]) -> str:
    """Fills the purses of those who have spent half of any currency; a new version, like any other effect."""
    currencies = list(purse)
    spent = " OR ".join(f"{name} < CAST(:{name} AS bigint) / 2" for name in currencies)
    missing = ", ".join(f"greatest(CAST(:{name} AS bigint) - {name}, 0) AS {name}" for name in currencies)
    filled = ", ".join(f"{name} = p.{name} + poor.{name}" for name in currencies)
    news = ", ".join(f"p.{name} AS new_{name}, poor.{name}" for name in currencies)
    lines = ", ".join(f"({n}, '{name}', {name}, new_{name})" for n, name in enumerate(currencies))
    return f"""
        WITH poor AS (
            SELECT id, {missing} FROM players WHERE id BETWEEN :first AND :last AND ({spent})
            ORDER BY id FOR UPDATE
        ), given AS (
            UPDATE players p SET version = p.version + 1, {filled} FROM poor WHERE p.id = poor.id
            RETURNING p.id, p.version, {news}
        )
        {_LINE}
        SELECT id, version, line.n, {_GRANT_KEY}, 'load.fund', line.asset, line.delta, line.balance, NULL, NULL,
               CAST(:config_id AS bigint), now()
        FROM given CROSS JOIN LATERAL (VALUES {lines}) AS line (n, asset, delta, balance) WHERE line.delta > 0"""
