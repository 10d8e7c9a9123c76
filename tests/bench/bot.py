"""P6 and P9's ten-pull: the real bot in a process of its own, over the local Discord.

The peer is the same bot with the same Valkey behind it, whose router is replaced by one canned reply.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from cluster.load.arrivals import closed_loop
from cluster.load.deeds import Chooser, Deed, Verdict
from cluster.load.faucet import close_accounts, open_accounts
from cluster.load.settings import LoadSettings, load_settings
from cluster.load.tally import Tally
from cluster.load.through_discord import ThroughDiscord, local_discord, running_bot
from faye.playground import LocalDiscord
from tests.bench.bed import ROOT, ROUNDS, SECONDS, Bed, tell
from tests.bench.figures import Figure, Goal, figure

PEOPLE: Final = 2_000
"""So many that none of them is refused by the rate limits of 20 commands in 10 s."""
IN_FLIGHT: Final = 32
TEN_PULLS: Final = 12
WARMING_MAX: Final = 10

_BOTS: Final = {"faye": ROOT / "launch.py", "canned": Path(__file__).with_name("canned_bot.py")}


async def measure(bed: Bed, wanted: set[str]) -> list[Figure]:
    """P6, and P9's ten-pull."""
    settings = load_settings(ROOT / "config")
    found: list[Figure] = []
    async with AsyncExitStack() as stack:
        faye = await _served(stack, bed, "faye")
        people = ThroughDiscord(faye, PEOPLE)
        await open_accounts(bed.patient, people.ids)
        stack.push_async_callback(close_accounts, bed.patient)
        if "P6" in wanted:
            canned = ThroughDiscord(await _served(stack, bed, "canned"), PEOPLE)
            found.append(await _compared(settings, people, canned))
        if "P9" in wanted:
            found.append(await _ten_pulls(faye, people))
    return found


async def _served(stack: AsyncExitStack, bed: Bed, name: str) -> LocalDiscord:
    """A local Discord of its own, with the named bot connected."""
    discord = await stack.enter_async_context(local_discord())
    bot = running_bot(
        discord,
        _BOTS[name],
        home=bed.system.home.path,
        config=ROOT / "config",
        log=bed.system.home.logs / f"{name}-bot.log",
    )
    await stack.enter_async_context(bot)
    return discord


async def _compared(settings: LoadSettings, faye: ThroughDiscord, canned: ThroughDiscord) -> Figure:
    rates: dict[str, list[float]] = {"faye": [], "canned": []}
    tell(f"each of {PEOPLE} people crafts once, so that everybody is known and warm")
    for people in (faye, canned):
        await _warm(people)
    for number in range(ROUNDS):
        tell(f"the bot, round {number + 1} of {ROUNDS}")
        for name, people in (("faye", faye), ("canned", canned)):
            rates[name].append(await _rate(settings, people, seed=number))
    return figure(
        "P6", f"/craft through bot and Discord, {IN_FLIGHT} in flight", "/s", rates["faye"],
        against="the same bot, one canned embed", peer=rates["canned"], goal=Goal(least=0.8),
    )  # fmt: skip


async def _warm(people: ThroughDiscord) -> None:
    """Have everybody craft once."""
    places = iter(range(PEOPLE))

    async def client() -> None:
        for place in places:
            heard = await people.act(Deed("craft", player=place, other=0, amount=1))
            assert heard.verdict is Verdict.DONE, heard

    await asyncio.gather(*(client() for _ in range(IN_FLIGHT)))


async def _rate(settings: LoadSettings, people: ThroughDiscord, seed: int) -> float:
    """Crafts a second, seen as done by the people who asked for them."""
    tally = Tally()
    chooser = Chooser(settings, {"craft": 1}, players=PEOPLE, seed=seed)
    await closed_loop(people.act, chooser, tally, concurrency=IN_FLIGHT, seconds=SECONDS)
    verdicts = tally.total().verdicts
    assert set(verdicts) == {Verdict.DONE}, f"not every craft was done: {dict(verdicts)}"
    return tally.rate


async def _ten_pulls(discord: LocalDiscord, people: ThroughDiscord) -> Figure:
    """From the key press to the message with all ten cards, one person after the other."""
    tell("ten-pulls")
    for number in range(WARMING_MAX):  # the card workers start, during which the bot sends without pictures
        await _ten_pull(people, number)
        if _has_picture(discord):
            break
    took_ms: list[float] = []
    for number in range(TEN_PULLS):
        took_ms.append(await _ten_pull(people, WARMING_MAX + number))
        assert _has_picture(discord), "a ten-pull shows its cards"
    return figure(
        "P9.ten_pull", "ten-pull to rendered message, one at a time", "ms", took_ms,
        goal=Goal(most=500, of_ratio=False),
    )  # fmt: skip


async def _ten_pull(people: ThroughDiscord, player: int) -> float:
    """How long one took, in ms."""
    began_s = time.perf_counter()
    heard = await people.act(Deed("summon_ten", player=player, other=0, amount=1))
    assert heard.verdict is Verdict.DONE, heard
    return (time.perf_counter() - began_s) * 1000


def _has_picture(discord: LocalDiscord) -> bool:
    """Whether the newest message carries a file."""
    channel = next(iter(discord.world.identity.channels.values()))
    return bool(discord.world.store.latest(1, channel)[-1].body["attachments"])
