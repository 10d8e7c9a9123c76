"""Bytes that no peer of ours would send: refused as such, by every decoder, and whoever comes next is served."""

import asyncio
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.delivery import serve
from actors.frames import BODY_MAX_BYTES, Frame, Kind, StreamBroken, read_frame
from actors.handshake import Endpoint, admit, introduce
from actors.memory_store import MemoryStore
from actors.meters import Meters
from actors.runtime import Runtime
from actors.wire import (
    Answer,
    Envelope,
    Pong,
    Status,
    decode_answers,
    decode_envelopes,
    decode_pong,
    encode_answers,
    encode_envelopes,
)
from faye.messages import Command
from faye.messages.base import snowflake_at
from faye.messages.codec import decode_reply, decode_request, encode
from faye.messages.craft import Craft, Crafted
from faye.messages.start import Start, Started
from faye.utils.rng import Rng
from tests.builders import small_config
from tests.property.plugin import budget, tried
from tests.property.strategies import requests, spoilt
from tests.simulation.virtual_time import EPOCH_MS, VirtualClock, run_virtually

CONFIG = small_config()
SPOILT_EACH = 40
seeds = st.integers(0, 2**32)
sound_requests = requests(st.integers(1, 9), st.integers(0, 2**63 - 1)).filter(lambda each: can_travel(each))
nested = st.tuples(
    st.sampled_from((b"", b"\x91\x97\x01\x01\x01\x01\xc2\xc2")),
    st.sampled_from((b"\x91", b"\x81\xa1a", b"\x92\x01")),
).map(lambda parts: parts[0] + parts[1] * 20_000)
ENDPOINT = Endpoint("host-0", "life-1", "here", "127.0.0.1", 1, bytes(range(32)))


def can_travel(request: object) -> bool:
    try:
        return bool(encode(request))  # type: ignore[arg-type]
    except (UnicodeEncodeError, OverflowError):
        return False


def enveloped(request: Command) -> Envelope:
    deadline_ms = EPOCH_MS + 1_000_000
    return Envelope(
        request.player_id, request.idempotency_key, deadline_ms, 0, False, False, msgspec.Raw(encode(request))
    )


@budget(60)
@given(sound_requests, seeds)
def test_a_message_or_batch_that_was_spoilt_is_read_or_refused(request: Command, seed: int) -> None:
    chance = random.Random(seed)
    raw = encode(request)
    answers = encode_answers([Answer(Status.REPLIED, raw, "host-1")] * 2)
    pong = msgspec.msgpack.encode(Pong("host-1", "life-1", 1, Meters()))
    batch = encode_envelopes([Envelope(request.player_id, 1, EPOCH_MS, 0, False, False, msgspec.Raw(raw))])
    decoders = (
        (raw, decode_request),
        (raw, decode_reply),
        (answers, decode_answers),
        (batch, decode_envelopes),
        (pong, decode_pong),
    )
    for sound, decode in decoders:
        for _ in range(SPOILT_EACH):
            tried("spoilt messages and batches")
            with_msgspec_errors_only(decode, spoilt(sound, chance))


def with_msgspec_errors_only(decode: object, raw: bytes) -> None:
    try:
        decode(raw)  # type: ignore[operator]
    except msgspec.MsgspecError:
        return


@budget(100)
@given(st.binary(max_size=200) | nested)
def test_random_bytes_are_read_or_refused_by_every_decoder(raw: bytes) -> None:
    for decode in (decode_request, decode_reply, decode_answers, decode_envelopes, decode_pong):
        tried("random bytes")
        with_msgspec_errors_only(decode, raw)


@pytest.mark.usefixtures("quiet")
@budget(60)
@given(seeds)
def test_a_host_that_was_sent_rubbish_serves_the_next_batch(seed: int) -> None:
    async def batches() -> None:
        chance = random.Random(seed)
        dice = Rng(seed)
        host = Runtime(MemoryStore(), CONFIG, clock=VirtualClock(), draw_seed=lambda: dice.bits(63))
        keys = iter(range(1, 10_000))
        start = Start(player_id=1, idempotency_key=snowflake_at(EPOCH_MS, next(keys)))
        assert isinstance(await one(host, start), Started)
        crafts = [Craft(player_id=7, idempotency_key=snowflake_at(EPOCH_MS, next(keys)), amount=2)] * 3
        batch = encode_envelopes([enveloped(each) for each in crafts])
        for _ in range(SPOILT_EACH):
            tried("spoilt batches to a host")
            try:
                await serve(host, spoilt(batch, chance))
            except msgspec.MsgspecError:
                continue
        craft = Craft(player_id=1, idempotency_key=snowflake_at(EPOCH_MS, next(keys)), amount=1)
        assert isinstance(await one(host, craft), Crafted)
        await host.close()

    run_virtually(batches())


async def one(host: Runtime, command: Command) -> object:
    (answer,) = decode_answers(await serve(host, encode_envelopes([enveloped(command)])))
    assert answer.status is Status.REPLIED
    return decode_reply(answer.reply)


# ---------------------------------------------------------------------- frames and handshakes


async def read_all(raw: bytes, body_max: int) -> list[Frame]:
    """Every frame up to where the stream is given up."""
    reader = asyncio.StreamReader()
    reader.feed_data(raw)
    reader.feed_eof()
    frames = []
    try:
        while True:
            frames.append(await read_frame(reader, body_max))
    except StreamBroken:
        return frames


@budget(60)
@given(st.sampled_from(Kind), st.binary(max_size=60), st.integers(0, 2**32 - 1), seeds)
def test_frames_come_back_as_they_were_and_spoilt_ones_end_the_stream(
    kind: Kind, body: bytes, call: int, seed: int
) -> None:
    sound = Frame(kind, body, call)
    chance = random.Random(seed)

    async def read() -> None:
        assert await read_all(sound.encoded() * 2, BODY_MAX_BYTES) == [sound, sound]
        for _ in range(SPOILT_EACH):
            tried("spoilt frames")
            for frame in await read_all(spoilt(sound.encoded() * 2, chance), 512):
                assert len(frame.body) <= 512

    asyncio.run(read())


class Wire:
    """The writing end of a connection, as far as a handshake uses it."""

    def __init__(self) -> None:
        self.peer = asyncio.StreamReader()
        self.said = b""

    def write(self, raw: bytes) -> None:
        self.said += raw
        self.peer.feed_data(raw)


async def shake_hands() -> tuple[bytes, bytes]:
    """What router and host say in a sound handshake."""
    router, host = Wire(), Wire()
    await asyncio.gather(
        introduce(host.peer, router, ENDPOINT),  # type: ignore[arg-type]
        admit(router.peer, host, ENDPOINT),  # type: ignore[arg-type]
    )
    return router.said, host.said


@budget(40)
@given(seeds)
def test_a_handshake_that_was_spoilt_or_overheard_lets_nobody_in(seed: int) -> None:
    chance = random.Random(seed)

    async def attempts() -> None:
        by_router, by_host = await shake_hands()
        for side, said in ((admit, by_router), (introduce, by_host)):
            for attempt in range(SPOILT_EACH):
                tried("spoilt handshakes")
                reader = asyncio.StreamReader()
                reader.feed_data(said if attempt == 0 else spoilt(said, chance))
                reader.feed_eof()
                with pytest.raises(StreamBroken):
                    await side(reader, Wire(), ENDPOINT)  # type: ignore[arg-type]

    asyncio.run(attempts())
