"""Who is at the other end of a stream: a mutual proof, bound to one incarnation of one host.

Both sides know a secret that the host drew when it began to live and that only Ray's authenticated control plane
hands out. Each proves it over both nonces before anything else is said. Ports are reused; a secret is not, so a
connection that reached another process, or another life of the same host, ends here.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from actors.frames import Frame, Kind, StreamBroken, read_frame
from faye.messages.codec import read

T = TypeVar("T", bound=Struct)

PROTOCOL: Final = 1
"""Version of the stream; a host that speaks another is reached by Ray calls until it is replaced."""

_NONCE_BYTES: Final = 32
_STRANGER_BODY_MAX_BYTES: Final = 512
_ROUTER: Final = b"faye stream: router"
_HOST: Final = b"faye stream: host"


class Endpoint(Struct, frozen=True, array_like=True):
    """Where one incarnation of a host listens, and the secret that proves it."""

    host: str
    incarnation: str
    node: str
    """The machine, by Ray's name for it: the address means something only there."""
    address: str
    port: int
    secret: bytes

    def __repr__(self) -> str:
        return f"Endpoint({self.host} {self.incarnation} at {self.address}:{self.port})"


class _Hello(Struct, frozen=True, array_like=True):
    protocol: int
    host: str
    incarnation: str
    nonce: bytes


class _Challenge(Struct, frozen=True, array_like=True):
    nonce: bytes
    proof: bytes


async def introduce(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, endpoint: Endpoint) -> None:
    """The router's side: have the host prove itself, then prove to be allowed; raises `StreamBroken`."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    hello = _Hello(PROTOCOL, endpoint.host, endpoint.incarnation, nonce)
    writer.write(Frame(Kind.HELLO, msgspec.msgpack.encode(hello)).encoded())
    challenge = await _expect(reader, Kind.CHALLENGE, _Challenge)
    if not hmac.compare_digest(challenge.proof, _proof(endpoint, _HOST, nonce, challenge.nonce)):
        raise StreamBroken(f"whoever listens at {endpoint.address}:{endpoint.port} is not {endpoint.host}")
    writer.write(Frame(Kind.PROOF, _proof(endpoint, _ROUTER, nonce, challenge.nonce)).encoded())
    if (await read_frame(reader, _STRANGER_BODY_MAX_BYTES)).kind is not Kind.WELCOME:
        raise StreamBroken(f"{endpoint.host} does not let this router in")


async def admit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, endpoint: Endpoint) -> None:
    """The host's side: let nobody in who does not know the secret; raises `StreamBroken`."""
    hello = await _expect(reader, Kind.HELLO, _Hello)
    if (hello.protocol, hello.host, hello.incarnation) != (PROTOCOL, endpoint.host, endpoint.incarnation):
        raise StreamBroken("somebody looks for another host")
    if len(hello.nonce) != _NONCE_BYTES:
        raise StreamBroken("a nonce of the wrong size")
    nonce = secrets.token_bytes(_NONCE_BYTES)
    challenge = _Challenge(nonce, _proof(endpoint, _HOST, hello.nonce, nonce))
    writer.write(Frame(Kind.CHALLENGE, msgspec.msgpack.encode(challenge)).encoded())
    answer = await read_frame(reader, _STRANGER_BODY_MAX_BYTES)
    if answer.kind is not Kind.PROOF or not hmac.compare_digest(
        answer.body, _proof(endpoint, _ROUTER, hello.nonce, nonce)
    ):
        raise StreamBroken("a router that does not know the secret")
    writer.write(Frame(Kind.WELCOME).encoded())


async def _expect(reader: asyncio.StreamReader, kind: Kind, body: type[T]) -> T:
    frame = await read_frame(reader, _STRANGER_BODY_MAX_BYTES)
    if frame.kind is not kind:
        raise StreamBroken(f"{frame.kind.name} where {kind.name} was due")
    try:
        return read(msgspec.msgpack.Decoder(body), frame.body)
    except msgspec.MsgspecError as error:
        raise StreamBroken(f"a {kind.name} that cannot be read") from error


def _proof(endpoint: Endpoint, role: bytes, router_nonce: bytes, host_nonce: bytes) -> bytes:
    """What only a holder of the secret can say, in one role, about these two nonces and this incarnation."""
    said = msgspec.msgpack.encode([role, endpoint.host, endpoint.incarnation, router_nonce, host_nonce])
    return hmac.digest(endpoint.secret, said, "sha256")
