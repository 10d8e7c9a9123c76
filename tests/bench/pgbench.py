"""The peer of P1, P3 and P4: pgbench from the embedded wheel, over tables like Faye's own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import sqlalchemy as sa

from cluster.load.faucet import FIRST_PLAYER
from cluster.postgres_programs import programs_for
from tests.bench.bed import ACTIVE, REGISTERED, SECONDS, Bed

SCRIPT: Final = Path(__file__).with_name("craft.pgbench.sql")
HOT: Final = 7

_TABLES: Final = (
    "CREATE TABLE peer_players (LIKE players INCLUDING ALL)",
    f"INSERT INTO peer_players SELECT (copy).* FROM (SELECT jsonb_populate_record(p, jsonb_build_object("
    f"'id', p.id - {FIRST_PLAYER})) AS copy FROM players p ORDER BY p.id OFFSET 0) copies",
    "CREATE TABLE peer_ledger (LIKE ledger INCLUDING DEFAULTS INCLUDING CONSTRAINTS, "
    "PRIMARY KEY (player_id, version, n))",
    "CREATE INDEX ON peer_ledger (xid)",
    "CREATE TABLE peer_commands (LIKE processed_commands, PRIMARY KEY (idempotency_key))",
    "CREATE SEQUENCE peer_keys CACHE 1000",
    "ANALYZE peer_players",
)


async def make_peer_tables(bed: Bed) -> None:
    """Copies of the tables that a craft touches, with the same indexes, where peers may do as they like."""
    async with bed.patient.begin() as connection:
        for statement in _TABLES:
            await connection.execute(sa.text(statement))
    await bed.as_superuser("CHECKPOINT")


def pgbench(bed: Bed, clients: int, *, hot: bool = False) -> tuple[float, float]:
    """Transactions a second, and their average latency in ms."""
    where = urlsplit(bed.system.database_url)
    programs = programs_for(None, bed.system.home.path)
    first, last, step = (HOT, HOT, 1) if hot else (0, ACTIVE - 1, REGISTERED // ACTIVE)
    ran = subprocess.run(
        [
            programs.path("pgbench"), "--no-vacuum", "--protocol=prepared",
            f"--client={clients}", f"--jobs={min(clients, 2)}", f"--time={round(SECONDS)}", f"--file={SCRIPT}",
            f"--define=first={first}", f"--define=last={last}", f"--define=step={step}",
            f"--host={where.hostname}", f"--port={where.port}", f"--username={where.username}", where.path[1:],
        ],
        env={**os.environ, **programs.environment, "PGPASSWORD": str(where.password)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, f"pgbench failed:\n{ran.stderr}"
    words = ran.stdout.split()
    return float(words[words.index("tps") + 2]), float(words[words.index("average") + 2])
