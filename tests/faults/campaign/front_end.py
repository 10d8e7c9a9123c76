"""The campaign's end of a front-end: start it, ask through it, and lose it."""

import asyncio
import itertools
import os
import sys
from pathlib import Path
from typing import Literal, Self

import msgspec

from faye.messages import Command, Query, Reply
from faye.messages.codec import decode_reply, encode
from tests.faults.campaign.wire import LINE_BYTES_MAX, Answered, Asked, Standing

ROOT = Path(__file__).resolve().parents[3]

Way = Literal["streams", "calls"]
"""How it reaches the hosts: by direct streams, or by Ray's actor calls."""

_STOP_TIMEOUT_S = 20.0
_numbers = itertools.count(1)
_decoder = msgspec.json.Decoder(Answered | Standing)


class FrontEndLost(Exception):
    """The front-end ended before it answered: what became of the request is not known."""


class FrontEnd:
    """One process, from its start to its end."""

    def __init__(self, name: str, way: Way, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self.way = way
        self.standing: Standing | None = None
        """None until it is ready."""
        self._process = process
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, name: str, way: Way, home: Path, config: Path) -> Self:
        """Start it; it can be asked at once, and answers when it has joined the system."""
        with (home / "logs" / f"{name}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.faults.campaign.front_end_process", home, config, way),
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=LINE_BYTES_MAX,
                start_new_session=True,
            )
        return cls(name, way, process)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None and not self._reading.done()

    async def ask(self, request: Command | Query) -> Reply:
        """The reply; raises `FrontEndLost`."""
        if not self.lives:
            raise FrontEndLost(self.name)
        assert self._process.stdin is not None, "it was started with a pipe"
        number = next(_numbers)
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._process.stdin.write(msgspec.json.encode(Asked(number, encode(request))) + b"\n")
            return await answer
        except OSError as error:
            raise FrontEndLost(self.name) from error
        finally:
            self._waiting.pop(number, None)

    async def stop(self) -> None:
        """End it in good order, or by force."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_TIMEOUT_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        assert self._process.stdout is not None, "it was started with a pipe"
        try:
            while line := await self._process.stdout.readline():
                match _decoder.decode(line):
                    case Standing() as standing:
                        self.standing = standing
                    case Answered(number, reply):
                        if (answer := self._waiting.get(number)) is not None and not answer.done():
                            answer.set_result(decode_reply(reply))
        except msgspec.DecodeError:
            pass  # half a line: it was killed while it wrote
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(FrontEndLost(self.name))
