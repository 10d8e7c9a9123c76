"""What a clean audit leaves behind, so that the next one may read only what came since.

A checkpoint names a snapshot of the database and a place in transactions.log, and holds two sums as of that snapshot:
of a hash of every player's version and balances, and of a hash of every Esprit's id, owner and species. The hashes
are seeded by a number that is drawn anew each time. An audit since a checkpoint leads today's rows back along the
lines that came since, and must arrive at these sums: so nobody's holdings have changed but by lines that it reads.

It proves nothing of lines, openings, replies and log entries that were changed in place before it; those are read by
a whole audit alone. Its sums tell of accidents and of hands in the database, not of somebody who can also read and
write the file.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec
import sqlalchemy as sa
from msgspec import Meta, Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from faye.database.audit_findings import Findings
from faye.utils.log_files import LogFiles, Marker
from faye.utils.transaction_logger import IDENTITY, outlast_a_crash
from faye.vocabulary import CURRENCIES

_SNAPSHOT_FORM: Final = re.compile(r"([1-9]\d{0,17}):([1-9]\d{0,17}):((?:\d{1,18}(?:,\d{1,18})*)?)", re.ASCII)

_PLAYER: Final = f"hash_record_extended(ROW(id, version, {', '.join(CURRENCIES)}), CAST(:seed AS bigint))"

_PLAYERS: Final = sa.text(f"SELECT CAST(coalesce(sum({_PLAYER}), 0) AS text) FROM players WHERE version > 0")
_PLAYERS_BEFORE: Final = sa.text(
    f"""
    SELECT CAST((SELECT coalesce(sum({_PLAYER}), 0) FROM players
                 WHERE version > 0 AND id NOT IN (SELECT player_id FROM lines))
              + (SELECT coalesce(sum({_PLAYER}), 0) FROM before) AS text)"""
)
_ESPRITS: Final = sa.text(
    "SELECT CAST(coalesce(sum(hash_record_extended(ROW(id, player_id, species), CAST(:seed AS bigint))), 0) AS text) "
    "FROM esprits"
)
_ESPRITS_BEFORE: Final = sa.text(
    """
    SELECT CAST((SELECT coalesce(sum(hash_record_extended(ROW(id, player_id, species), CAST(:seed AS bigint))), 0)
                 FROM esprits)
              - (SELECT coalesce(sum(delta * CAST(
                     hash_record_extended(ROW(esprit_id, player_id, subject), CAST(:seed AS bigint)) AS numeric)), 0)
                 FROM lines WHERE asset = 'esprit') AS text)"""
)
_NOW: Final = sa.text(
    "SELECT CAST(pg_current_snapshot() AS text) AS seen, now() AS at, "
    "CAST(current_setting('server_version_num') AS integer) / 10000 AS server"
)


class CheckpointRefused(Exception):
    """An audit cannot go on from this checkpoint; a whole one can be made, and leaves another."""


class Checkpoint(Struct, frozen=True, forbid_unknown_fields=True):
    """How far an audit has come, and what everybody held then."""

    system: str
    server: int
    """PostgreSQL's major version, on which the hashes depend."""
    seen: str
    """The snapshot in which everything was right."""
    at: datetime
    whole_at: datetime
    """When everything was last read, and not only what had come since a checkpoint."""
    log_end: Annotated[int, Meta(ge=0)]
    """A byte of the log, counted over all files: all that stands before it was seen."""
    marker: Marker | None
    """The marker that ends there; None if nothing was logged."""
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    players: str
    esprits: str

    def __post_init__(self) -> None:
        if not _is_snapshot(self.seen):
            raise ValueError(f"{self.seen!r} is no snapshot")


class LogEnd(Struct, frozen=True):
    """Where the log ends, to be asked before a snapshot is taken: what stands before it is then seen by it."""

    position: int
    marker: Marker | None

    @classmethod
    def of(cls, files: LogFiles) -> LogEnd:
        """The end of the log as it is now."""
        found = files.end()
        return cls(0, None) if found is None else cls(*found)


async def take(connection: AsyncConnection, end: LogEnd, since: Checkpoint | None) -> Checkpoint | None:
    """The checkpoint of an audit that found nothing in `connection`'s snapshot; None if the log is another system's."""
    system = str(await connection.scalar(IDENTITY))
    if end.marker is not None and end.marker.system != system:
        return None
    seed = secrets.randbits(63)
    seen, at, server = (await connection.execute(_NOW)).one()
    await outlast_a_crash(connection)
    return Checkpoint(
        system=system,
        server=server,
        seen=seen,
        at=at,
        whole_at=at if since is None else since.whole_at,
        log_end=end.position,
        marker=end.marker,
        seed=seed,
        players=str(await connection.scalar(_PLAYERS, {"seed": seed})),
        esprits=str(await connection.scalar(_ESPRITS, {"seed": seed})),
    )


async def require_usable(connection: AsyncConnection, files: LogFiles, checkpoint: Checkpoint) -> None:
    """Raise `CheckpointRefused` unless database and log are those of the checkpoint, later."""
    now = (await connection.execute(_NOW)).one()
    if str(await connection.scalar(IDENTITY)) != checkpoint.system:
        raise CheckpointRefused("the last audit was of another database")
    if now.server != checkpoint.server:
        raise CheckpointRefused("the last audit was made with another version of PostgreSQL")
    if int(now.seen.split(":")[1]) < int(checkpoint.seen.split(":")[1]):
        raise CheckpointRefused("the database is older than the last audit")
    if checkpoint.marker is not None and files.marker_at(checkpoint.log_end) != checkpoint.marker:
        raise CheckpointRefused("transactions.log is no longer as the last audit left it")


async def check_sums(connection: AsyncConnection, findings: Findings, checkpoint: Checkpoint) -> None:
    """Lead today's holdings back to the checkpoint, over the tables of an audit since it."""
    given = {"seed": checkpoint.seed}
    for what, query, left in (
        ("balances or versions changed without a ledger line", _PLAYERS_BEFORE, checkpoint.players),
        ("Esprits changed without a ledger line", _ESPRITS_BEFORE, checkpoint.esprits),
    ):
        if await connection.scalar(query, given) != left:
            findings.take(what, [{"since": checkpoint.at.isoformat(), "named_by": "an audit of everything"}])


def read(path: Path) -> Checkpoint:
    """The checkpoint in a file; raises `CheckpointRefused` if there is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Checkpoint)
    except FileNotFoundError:
        raise CheckpointRefused("no audit has left a checkpoint yet") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise CheckpointRefused(f"{path} is damaged ({error})") from None


def _is_snapshot(text: str) -> bool:
    """Whether PostgreSQL takes it for one: what is under way in order, between the oldest and the next to begin."""
    if (found := _SNAPSHOT_FORM.fullmatch(text)) is None:
        return False
    oldest, following = int(found[1]), int(found[2])
    under_way = [int(xid) for xid in found[3].split(",") if xid]
    return oldest <= following and under_way == sorted(xid for xid in under_way if oldest <= xid < following)
