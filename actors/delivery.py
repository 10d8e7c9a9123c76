"""How batches reach a host: one small interface, whatever carries them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from actors.runtime import Runtime
from actors.wire import Pong, decode_envelopes, encode_answers


class DeliveryFailed(Exception):
    """A batch or a ping did not come back: what became of the batch is not known."""


class BatchRefused(DeliveryFailed):
    """The host lives and cannot handle the batch: sending it to another would not help, nor harm."""


class Delivery(Protocol):
    """Carries bytes to a named host and its answer back."""

    async def deliver(self, host: str, batch: bytes) -> bytes:
        """The encoded answers to an encoded batch; raises `DeliveryFailed`."""
        ...

    async def ping(self, host: str) -> Pong:
        """A sign of life; raises `DeliveryFailed`."""
        ...


async def serve(runtime: Runtime, batch: bytes) -> bytes:
    """What a host does with a delivered batch, whichever way it came."""
    return encode_answers(await runtime.deliver(decode_envelopes(batch)))


class LocalDelivery:
    """Hosts in this very process: no Ray, no socket. For tests and simulations."""

    def __init__(self, hosts: Mapping[str, Runtime]) -> None:
        self._hosts = hosts

    async def deliver(self, host: str, batch: bytes) -> bytes:
        """See `Delivery.deliver`."""
        return await serve(self._running(host), batch)

    async def ping(self, host: str) -> Pong:
        """See `Delivery.ping`."""
        runtime = self._running(host)
        return Pong(host, "local", meters=runtime.measure())

    def _running(self, host: str) -> Runtime:
        if (runtime := self._hosts.get(host)) is None:
            raise DeliveryFailed(f"{host} does not run")
        return runtime
