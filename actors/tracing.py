"""What a log line says of a request, alike in router and host, so that one search for its key finds both."""

from __future__ import annotations

from logging import Logger

from actors.ids import PLAYER, GrainId, shard_of


def about(key: int, player_id: int) -> dict[str, object]:
    """The fields of every line about a request; the key of a query is a number below 0 of its router's own."""
    return {"key": key, "player": player_id, "shard": shard_of(GrainId(PLAYER, player_id))}


def trace(log: Logger, message: str, key: int, player_id: int, **fields: object) -> None:
    """One line of a request's way. Guard the call with `log.isEnabledFor`: most commands are not traced."""
    log.debug(message, extra=about(key, player_id) | fields)
