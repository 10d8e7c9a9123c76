"""Runs the local Discord alone: `python -m faye.playground --port 8000`."""

import argparse
import asyncio
import signal
from pathlib import Path

from faye.playground.server import LocalDiscord


async def serve(port: int, state_dir: Path | None) -> None:
    """Serve until interrupted, telling a bot where to connect."""
    discord = LocalDiscord(state_dir)
    await discord.start(port=port)
    print(f"page      {discord.page_url}")
    print(f"api       {discord.api_url}")
    print(f"gateway   {discord.gateway_url}")
    print(f"bot token {discord.bot_token}", flush=True)
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await stopping.wait()
    await discord.stop()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m faye.playground", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument(
        "--state-dir", type=Path, help="where accounts and messages are kept; default: nowhere"
    )
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.state_dir))


if __name__ == "__main__":
    main()
