"""Hosts that are only a stream server before a function, and a control plane that knows them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import msgspec

from actors.delivery import DeliveryFailed
from actors.handshake import Endpoint
from actors.stream_server import StreamServer
from actors.wire import Pong

NODE = "this-machine"


class FakeHost:
    """A stream server in front of a function; can be stopped and begun again as another incarnation."""

    def __init__(self, name: str, answer: Callable[[bytes], Awaitable[bytes]]) -> None:
        self.name = name
        self.answer = answer
        self.lives = 0
        self.server: StreamServer | None = None
        self.endpoint: Endpoint | None = None

    async def begin(self, node: str = NODE) -> Endpoint:
        self.lives += 1
        incarnation = f"life-{self.lives}"
        pong = msgspec.msgpack.encode(Pong(self.name, incarnation))
        self.server = StreamServer(self.name, incarnation, node, serve=self.answer, ping=lambda: pong)
        self.endpoint = await self.server.start()
        return self.endpoint

    async def end(self) -> None:
        if self.server is not None:
            await self.server.close()
        self.server = None


@dataclass
class Control:
    """A control plane that counts how often it was needed."""

    hosts: dict[str, FakeHost]
    calls: list[str] = field(default_factory=list)

    def node(self) -> str:
        return NODE

    async def endpoint(self, host: str) -> Endpoint:
        found = self.hosts[host]
        if found.server is None or found.endpoint is None:
            raise DeliveryFailed(f"{host} does not run")
        return found.endpoint

    async def deliver(self, host: str, batch: bytes) -> bytes:
        self.calls.append("deliver")
        if self.hosts[host].server is None:
            raise DeliveryFailed(f"{host} does not run")
        return await self.hosts[host].answer(batch)

    async def ping(self, host: str) -> Pong:
        self.calls.append("ping")
        if self.hosts[host].server is None:
            raise DeliveryFailed(f"{host} does not run")
        return Pong(host, "by call")


async def echo(batch: bytes) -> bytes:
    return batch[::-1]
