"""Finding TCP ports for servers that this project starts."""

import random
import socket

# Below the range from which Linux and macOS take the near end of outgoing connections: a server that
# restarts finds its port free, and a client that redials a dead server cannot connect to itself.
_FIRST, _LAST = 20_000, 32_000
_TRIES_MAX = 200

LOOPBACK = "127.0.0.1"


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(*, wished: int | None = None) -> int:
    """A port that is free now: `wished` when it is, else one by chance."""
    if wished and is_free(wished):
        return wished
    chance = random.SystemRandom()
    for _ in range(_TRIES_MAX):
        port = chance.randrange(_FIRST, _LAST)
        if is_free(port):
            return port
    raise OSError(f"no free port between {_FIRST} and {_LAST}")
