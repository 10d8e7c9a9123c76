"""The benchmark: P1 to P10, each beside what it is measured against, in one run.

Run it with `make bench` on a machine that does nothing else. It starts servers of its own in temporary homes, ends
them, prints one table and writes build/bench.json. No timing makes it fail; what does not work does.
"""

from __future__ import annotations

import os

os.environ["RAY_AUTH_MODE"] = "token"  # read by Ray when it is imported

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

import msgspec
import uvloop

from tests.bench import bot, cards, crafts, first_command, killed_host, reads, registered
from tests.bench.bed import ROOT, Bed, made_bed, tell
from tests.bench.figures import Figure, table

OUTPUT = ROOT / "build" / "bench.json"

Measure = Callable[[Bed, set[str]], Awaitable[list[Figure]]]

ON_THE_BED: tuple[tuple[set[str], Measure], ...] = (
    ({"P1", "P2", "P3", "P4"}, crafts.measure),
    ({"P5"}, reads.measure),
    ({"P6", "P9"}, bot.measure),
    ({"P7"}, registered.measure),
    ({"P8"}, killed_host.measure),
)
EVERY = [f"P{number}" for number in range(1, 11)]


def main() -> None:
    """Measure what is asked for, print it, write it down."""
    arguments = _arguments()
    # The bot's processes and Ray's workers find the packages where this process does.
    os.environ["PYTHONPATH"] = str(ROOT)
    began_s = time.monotonic()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = runner.run(measured(set(arguments.only), cold=arguments.cold))
    figures.sort(key=lambda row: EVERY.index(row.id.partition(".")[0]))
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
    print("\n".join(table(figures)))
    print(f"\n{time.monotonic() - began_s:.0f} s; written to {OUTPUT.relative_to(ROOT)}")


async def measured(wanted: set[str], *, cold: bool) -> list[Figure]:
    """The figures of the wanted ones, on one bed as far as they need one."""
    figures: list[Figure] = []
    on_bed = [(names & wanted, measure) for names, measure in ON_THE_BED if names & wanted]
    if on_bed:
        async with made_bed() as bed:
            for names, measure in on_bed:
                tell(f"{', '.join(sorted(names))} begin")
                figures += await measure(bed, names)
                await bed.settled()
            await bed.require_clean_audit()
    if "P9" in wanted:
        figures += await cards.measure()
    if "P10" in wanted:
        figures += await first_command.measure(cold=cold)
    return figures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default=",".join(EVERY), help="some of them, such as P1,P3")
    parser.add_argument(
        "--cold", action="store_true", help="P10 also on a fresh clone, which downloads everything"
    )
    arguments = parser.parse_args()
    arguments.only = arguments.only.upper().split(",")
    if unknown := set(arguments.only) - set(EVERY):
        sys.exit(f"bench: --only {','.join(sorted(unknown))}: give some of {','.join(EVERY)}")
    return arguments


if __name__ == "__main__":
    main()
