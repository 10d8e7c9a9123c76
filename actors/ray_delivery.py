"""Delivery by Ray actor calls: the way that works wherever Ray does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
import ray
from ray.exceptions import RayTaskError

from actors.delivery import BatchRefused, DeliveryFailed
from actors.handshake import Endpoint
from actors.wire import Pong

T = TypeVar("T")


class RayDelivery:
    """Calls the hosts' handles. They are replaced when Ray itself was started anew."""

    def __init__(self, handles: Mapping[str, Any]) -> None:
        self._handles = dict(handles)

    def replace(self, handles: Mapping[str, Any]) -> None:
        """Use other handles from now on."""
        self._handles = dict(handles)

    async def deliver(self, host: str, batch: bytes) -> bytes:
        """See `Delivery.deliver`."""
        answers: bytes = await self._call(host, "deliver", batch)
        return answers

    async def ping(self, host: str) -> Pong:
        """See `Delivery.ping`."""
        return await self._ask(host, "ping", Pong)

    def node(self) -> str:
        """See `actors.stream_delivery.ControlPlane.node`; a restarted Ray names the machine anew."""
        return str(ray.get_runtime_context().get_node_id())

    async def endpoint(self, host: str) -> Endpoint:
        """See `actors.stream_delivery.ControlPlane.endpoint`."""
        return await self._ask(host, "endpoint", Endpoint)

    async def _ask(self, host: str, method: str, answer: type[T]) -> T:
        raw = await self._call(host, method)
        try:
            return msgspec.msgpack.decode(raw, type=answer)
        except msgspec.MsgspecError as error:
            raise DeliveryFailed(f"{host} speaks another version") from error

    async def _call(self, host: str, method: str, *arguments: bytes) -> Any:
        try:
            return await getattr(self._handles[host], method).remote(*arguments)
        except RayTaskError as error:
            raise BatchRefused(f"{host}: {error.cause!r}") from error
        except Exception as error:  # Ray raises bare exceptions too where an actor or Ray itself is gone
            raise DeliveryFailed(f"{host}: {type(error).__name__}") from error
