"""A front-end as a process of its own, without a bot: it asks the engine what it is told to, until its input ends.

`python -m tests.faults.campaign.front_end_process HOME CONFIG streams|calls`; see `front_end` for the other end.
"""

import asyncio
import logging
import os
import sys
from pathlib import Path

os.environ["RAY_AUTH_MODE"] = "token"  # read by Ray when it is imported

import msgspec
import uvloop

from cluster.engine import Engine, running_engine
from cluster.home import Home
from cluster.system import System
from faye.config import load_config
from faye.messages.codec import decode_request, encode
from faye.utils.tasks import keep_going
from tests.faults.campaign.wire import LINE_BYTES_MAX, Answered, Asked, Standing

STANDING_EVERY_S = 0.1


async def main(home: Path, config_directory: Path, delivery: str) -> None:
    """Serve the other end of the pipes."""
    config = load_config(config_directory)
    async with System.join(Home(home), progress=_tell) as system, running_engine(system, config) as engine:
        if delivery == "calls":
            engine.router.delivery = engine.calls
        telling = asyncio.create_task(keep_going(lambda: _tell_standing(engine)))
        asking: set[asyncio.Task[None]] = set()
        lines = await _standard_input()
        while line := await lines.readline():
            task = asyncio.create_task(_ask(engine, msgspec.json.decode(line, type=Asked)))
            asking.add(task)
            task.add_done_callback(asking.discard)
        telling.cancel()


async def _ask(engine: Engine, asked: Asked) -> None:
    reply = await engine.router.ask(decode_request(asked.request))
    _say(Answered(asked.number, encode(reply)))


async def _tell_standing(engine: Engine) -> None:
    while True:
        pids = {host: heard.pong.pid for host, heard in engine.router.heard.items()}
        _say(Standing(pids, engine.logger.behind_s is not None))
        await asyncio.sleep(STANDING_EVERY_S)


def _say(what: Answered | Standing) -> None:
    """Write one line whole: what was said before the process is killed is heard."""
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=LINE_BYTES_MAX)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    return reader


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
