"""Simulated people at the local Discord, with the real bot in a process of its own behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from cluster.bot_process import BotProcess
from cluster.errors import ServerFailed
from cluster.load.arrivals import Heard
from cluster.load.deeds import Deed, Verdict
from cluster.load.faucet import player_id, starter_id
from cluster.load.settings import Kind
from cluster.load.through_engine import SPARE_RARITY
from cluster.logs import last_words
from cluster.ports import LOOPBACK
from faye.playground import LocalDiscord
from faye.playground.interactions import State
from faye.playground.person import Person, Result
from faye.playground.views import MessageView

COMMANDS: Final[Mapping[Kind, str]] = {
    "craft": "craft",
    "summon": "summon",
    "summon_ten": "summon",
    "daily": "daily",
    "profile": "profile",
    "inventory": "inventory",
    "collection": "esprit collection",
    "details": "esprit details",
    "history": "history",
    "odds": "odds",
    "upgrade": "esprit upgrade",
    "optimize": "esprit team optimize",
    "team": "esprit team view",
    "level": "level",
    "energy": "energy",
    "dissolve": "esprit dissolve",
    "leaderboard": "leaderboard",
    "settings": "settings view",
    "explore": "explore",
    "compare": "esprit compare",
    "lock": "esprit lock",
    "limit_break": "esprit limitbreak",
    "trial": "trial",
    "steps": "start",
    "inspect": "admin inspect",
}
"""The slash command of each kind that has one."""

STRIKE: Final = "Strike"
"""The button that is there in every turn of a fight."""

_READY_TIMEOUT_S: Final = 60.0


class ThroughDiscord:
    """Uses slash commands as people do, and looks at what they see."""

    def __init__(self, discord: LocalDiscord, players: int) -> None:
        self._fights: dict[int, MessageView] = {}
        """What each player saw last of a fight that goes on."""
        self._others: dict[int, str] = {}
        """The Esprit that each player compares with the first."""
        self._people = [discord.person(f"simulated {number}") for number in range(players)]

    @property
    def ids(self) -> list[int]:
        """The people's Discord ids, in the order of the players that they are."""
        return [int(person.id) for person in self._people]

    async def act(self, deed: Deed) -> Heard:
        """See `cluster.load.arrivals.Act`."""
        person = self._people[0 if deed.kind == "inspect" else deed.player]
        given = options(deed)
        if deed.kind == "compare":
            given["second"] = self._others.get(deed.player) or await _another(person)
            self._others[deed.player] = given["second"]
        fight = self._fights.pop(deed.player, None) if deed.kind == "explore" else None
        if fight is not None:
            result = await person.click(fight, STRIKE, timeout_s=0)
        else:
            result = await person.slash(COMMANDS[deed.kind], timeout_s=0, **given)
        await result.acknowledged()
        acknowledged_at_s = time.monotonic()
        await result.finished()
        if deed.kind == "explore" and (shown := result.message) is not None and _goes_on(shown):
            self._fights[deed.player] = shown
        return Heard(verdict_on(result), acknowledged_at_s if result.responded else None)


async def _another(person: Person) -> str:
    """The last Esprit that is suggested to somebody who looks for one to compare with."""
    suggested = await person.autocomplete("esprit compare", "second", second="")
    return str(suggested[-1]["value"]) if suggested else "another"


def _goes_on(message: MessageView) -> bool:
    return any(button["label"] == STRIKE for button in message.buttons)


def options(deed: Deed) -> dict[str, Any]:
    """What is filled in besides the command's name."""
    match deed.kind:
        case "craft":
            return {"amount": deed.amount}
        case "summon":
            return {"banner": "standard", "amount": 1}
        case "summon_ten":
            return {"banner": "standard", "amount": 10}
        case "dissolve":
            return {"rarity": SPARE_RARITY}
        case "details" | "upgrade" | "lock" | "limit_break":
            return {"esprit": str(starter_id(deed.player))}
        case "compare":
            return {"first": str(starter_id(deed.player))}
        case "inspect":
            return {"player": str(player_id(deed.player))}
        case _:
            return {}


def verdict_on(result: Result) -> Verdict:
    """How an interaction ended. A refusal is known by its looks: a notice without a title."""
    if result.state is State.NO_RESPONSE:
        return Verdict.ABANDONED
    message = result.message
    if result.state is not State.ANSWERED or message is None:
        return Verdict.UNKNOWN
    return Verdict.DONE if any(embed.get("title") for embed in message.embeds) else Verdict.REFUSED


@asynccontextmanager
async def local_discord() -> AsyncIterator[LocalDiscord]:
    """A Discord of this process, on a free port, that keeps nothing."""
    discord = LocalDiscord()
    await discord.start(LOOPBACK, 0)
    try:
        yield discord
    finally:
        await discord.stop()


@asynccontextmanager
async def running_bot(
    discord: LocalDiscord, launcher: Path, *, home: Path, config: Path, log: Path
) -> AsyncIterator[BotProcess]:
    """The bot over the system of `home`, connected; raises `ServerFailed` if it does not get so far."""
    bot = BotProcess(
        launcher,
        log=log,
        variables={
            "FAYE_HOME": str(home),
            "FAYE_CONFIG": str(config),
            "DISCORD_TOKEN": discord.bot_token,
            "FAYE_DISCORD_API": discord.api_url,
            "FAYE_DISCORD_GATEWAY": discord.gateway_url,
        },
    )
    await bot.start()
    try:
        await _until_ready(discord, bot, log)
        yield bot
    finally:
        await bot.stop()


async def _until_ready(discord: LocalDiscord, bot: BotProcess, log: Path) -> None:
    ready = asyncio.create_task(discord.wait_ready(_READY_TIMEOUT_S))
    ended = asyncio.create_task(bot.wait())
    try:
        await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done() or ready.exception() is not None:
            raise ServerFailed(f"{bot.name} did not log in: {last_words(log)}")
    finally:
        for task in (ready, ended):
            task.cancel()
