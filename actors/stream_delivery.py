"""Delivery by direct streams, with the control plane's calls wherever there is none.

A stream that breaks says little: its host may live. So the way is looked for once more at the same endpoint, which
takes a millisecond either way. If the host answers, the batch is only to be sent again; if nobody listens there
any more, the host is dead, and its shards move at once rather than after missed heartbeats.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final, Protocol

import msgspec

from actors.delivery import BatchRefused, Delivery, DeliveryFailed
from actors.frames import Kind
from actors.handshake import Endpoint
from actors.stream_link import Link, LinkLost
from actors.wire import Pong, decode_pong
from faye.utils.tasks import end_tasks

log = logging.getLogger(__name__)

_CONNECT_TIMEOUT_S: Final = 0.5
_ENDPOINT_TIMEOUT_S: Final = 2.0
_RETRY_PAUSE_S: Final = 1.0


class ControlPlane(Delivery, Protocol):
    """A way to the hosts that always works, and that knows where they listen."""

    def node(self) -> str:
        """The machine that this process is on, by the name that endpoints use."""
        ...

    async def endpoint(self, host: str) -> Endpoint:
        """Where the living incarnation of a host listens; raises `DeliveryFailed`."""
        ...


class StreamDelivery:
    """One stream a host, made in the background; until it stands, and between machines, calls go by `control`."""

    def __init__(self, control: ControlPlane) -> None:
        self._control = control
        self._links: dict[str, Link] = {}
        self._seeking: dict[str, asyncio.Task[None]] = {}
        self._not_before: dict[str, float] = {}
        self._closed = False

    async def connect(self, hosts: list[str], timeout_s: float) -> None:
        """Give the streams a moment to be made; what is not there by then is made in the background."""
        seeking = [self._seek(host) for host in hosts]
        await asyncio.wait(seeking, timeout=timeout_s)

    async def close(self) -> None:
        """Hang up everywhere."""
        self._closed = True
        await end_tasks(self._seeking.values())
        for link in self._links.values():
            await link.close()

    async def deliver(self, host: str, batch: bytes) -> bytes:
        """See `Delivery.deliver`."""
        if (lost := self._links.get(host)) is not None and not lost.open:
            await self._find_again(host, lost)  # a dead host's calls would hang for a second
        link = self._link(host)
        if link is None:
            return await self._control.deliver(host, batch)
        try:
            answer = await link.call(Kind.BATCH, batch)
        except LinkLost as error:
            await self._find_again(host, link)
            raise BatchRefused(f"{host}: the stream broke under way") from error
        if answer.kind is not Kind.ANSWERS:
            raise BatchRefused(f"{host}: {answer.body.decode(errors='replace')}")
        return answer.body

    async def ping(self, host: str) -> Pong:
        """See `Delivery.ping`."""
        link = self._link(host)
        if link is None:
            return await self._control.ping(host)
        try:
            answer = await link.call(Kind.PING)
        except LinkLost:
            await self._find_again(host, link)
            return await self._control.ping(host)
        try:
            return decode_pong(answer.body)
        except msgspec.MsgspecError as error:
            raise DeliveryFailed(f"{host}: {error}") from error

    def streams(self) -> list[str]:
        """The hosts that are reached by a stream now."""
        return [host for host, link in self._links.items() if link.open]

    def _link(self, host: str) -> Link | None:
        """The open stream to a host, or None while one is looked for."""
        link = self._links.get(host)
        if link is not None and link.open:
            return link
        if asyncio.get_running_loop().time() >= self._not_before.get(host, 0.0):
            self._seek(host)
        return None

    def _seek(self, host: str) -> asyncio.Task[None]:
        """The one attempt under way to reach a host by stream."""
        task = self._seeking.get(host)
        if task is None:
            task = self._seeking[host] = asyncio.create_task(self._open(host))
            task.add_done_callback(lambda _: self._seeking.pop(host, None))
        return task

    async def _open(self, host: str) -> None:
        self._not_before[host] = asyncio.get_running_loop().time() + _RETRY_PAUSE_S
        try:
            async with asyncio.timeout(_ENDPOINT_TIMEOUT_S):
                endpoint = await self._control.endpoint(host)
            if endpoint.node == self._control.node():
                await self._adopt(host, await Link.connect(endpoint, _CONNECT_TIMEOUT_S))
        except (DeliveryFailed, LinkLost, TimeoutError) as error:
            log.debug("no stream to %s yet: %s", host, error)

    async def _find_again(self, host: str, lost: Link) -> None:
        """Return if the incarnation behind a lost stream still answers; raises `DeliveryFailed` if it does not."""
        current = self._links.get(host)
        if current is not None and current.open:
            return  # another call has found it already
        try:
            found = await Link.connect(lost.endpoint, _CONNECT_TIMEOUT_S)
        except LinkLost as error:
            if self._links.get(host) is lost:
                del self._links[host]  # its next life listens elsewhere
            raise DeliveryFailed(f"{host} is gone: {error}") from error
        await self._adopt(host, found)

    async def _adopt(self, host: str, found: Link) -> None:
        """Use a new link, unless another attempt was faster."""
        current = self._links.get(host)
        if self._closed or (current is not None and current.open):
            await found.close()
        else:
            self._links[host] = found
