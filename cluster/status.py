"""The system at a glance."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from cluster.home import Home

_ANSWER_TIMEOUT_S = 1.0
_DEFAULT_PORTS = {"postgresql+asyncpg": 5432, "redis": 6379, "rediss": 6379, "ray": 6379}


@dataclass(frozen=True)
class Report:
    """What to tell, and whether everything answers."""

    lines: list[str]
    is_healthy: bool


async def describe(home: Home) -> Report:
    """Who runs what on this home, without a password, and whether each server takes connections."""
    record = home.record()
    if record is None:
        return Report([f"nothing runs on {home.path}"], is_healthy=False)
    addresses = {"PostgreSQL": record.database_url, "Valkey": record.redis_url}
    if record.ray_address:
        addresses["Ray"] = f"ray://{record.ray_address}"
    answers = await asyncio.gather(*(_answers(address) for address in addresses.values()))
    lines = [f"{'home':<12}{home.path}", f"{'launcher':<12}process {record.owner.pid}"]
    for (name, address), is_up in zip(addresses.items(), answers, strict=True):
        host, port = _host_and_port(address)
        lines.append(f"{name:<12}{host}:{port}  {'answers' if is_up else 'does not answer'}")
    return Report(lines, is_healthy=all(answers))


def _host_and_port(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    return parts.hostname or "127.0.0.1", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)


async def _answers(address: str) -> bool:
    host, port = _host_and_port(address)
    try:
        async with asyncio.timeout(_ANSWER_TIMEOUT_S):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
