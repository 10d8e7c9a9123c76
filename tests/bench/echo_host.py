"""The peer of P5: a Ray actor with a host's stream, and nothing behind it but a canned answer."""

from __future__ import annotations

import os
import secrets
from typing import Any

import msgspec
import ray

from actors.stream_server import StreamServer
from actors.wire import Answer, Pong, Status, encode_answers
from faye.messages import Reply
from faye.messages.codec import encode
from faye.utils.garbage import collect_rarely
from tests.bench.batches import length_of


class EchoHost:
    """Answers a batch of so many envelopes with so many copies of one reply, which it encodes once."""

    def __init__(self, name: str, reply: bytes) -> None:
        self._name = name
        self._incarnation = secrets.token_hex(8)
        self._answer = Answer(Status.REPLIED, reply)
        self._encoded: dict[int, bytes] = {}
        self._streams = StreamServer(
            name,
            self._incarnation,
            ray.get_runtime_context().get_node_id(),
            serve=self.deliver,
            ping=self._pong,
        )
        collect_rarely()

    async def deliver(self, batch: bytes) -> bytes:
        """As many answers as the batch has envelopes."""
        number = length_of(batch)
        if (answers := self._encoded.get(number)) is None:
            answers = self._encoded[number] = encode_answers([self._answer] * number)
        return answers

    async def ping(self) -> bytes:
        """See `actors.host.Host.ping`."""
        return self._pong()

    async def endpoint(self) -> bytes:
        """See `actors.host.Host.endpoint`."""
        return msgspec.msgpack.encode(await self._streams.start())

    def _pong(self) -> bytes:
        return msgspec.msgpack.encode(Pong(self._name, self._incarnation, os.getpid()))


def start_echo_hosts(number: int, reply: Reply) -> dict[str, Any]:
    """The handles of so many; they end with the process that started them."""

    def start(name: str) -> Any:
        return ray.remote(EchoHost).options(max_concurrency=1000, num_cpus=0).remote(name, encode(reply))

    return {name: start(name) for name in (f"echo-{place}" for place in range(number))}
