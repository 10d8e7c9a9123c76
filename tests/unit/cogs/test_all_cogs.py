"""A walk over everything that users can use: what holds for one command holds for all."""

import itertools
from typing import Any

import discord
import pytest
from discord import app_commands
from redis.asyncio import Redis

from faye.bot import FayeBot, FayeTree
from faye.cogs import FEATURES
from faye.cogs.shared.presses import Pressable
from faye.playground.check_commands import check_commands
from faye.utils.deferred import DeferredStore
from faye.utils.first_presses import FirstPresses
from faye.utils.image_generator import CardStudio
from faye.utils.locks import SummonLock
from faye.utils.rate_limiter import RateLimiter
from tests.shared_stores import shared_store
from tests.unit.cogs.conftest import shipped

Command = app_commands.Command[Any, ..., Any]


class Nowhere:
    """Router and players that nobody asks here."""

    async def ask(self, request: object) -> Any:
        raise AssertionError("nothing is asked in these tests")

    outcome = find = open = is_private = answer = ask


@pytest.fixture
async def bot() -> FayeBot:
    """A bot with its features, not connected to anything."""
    config, shared = shipped(), shared_store(Redis())
    bot = FayeBot(
        router=Nowhere(),
        players=Nowhere(),
        limiter=RateLimiter(shared, config.limits),
        locks=SummonLock(shared, held_s=1, timeout_ms=1),
        deferred=DeferredStore(shared, owner="x", kept_s=1, lease_s=1, timeout_ms=1),
        presses=FirstPresses(shared, kept_s=1, remembered_max=1, timeout_ms=1),
        cards=CardStudio(1, 1),
        config=config,
    )
    for feature in FEATURES:
        await bot.load_extension(f"faye.cogs.{feature}")
    return bot


def commands_of(bot: FayeBot) -> list[Command]:
    return [command for command in bot.tree.walk_commands() if isinstance(command, app_commands.Command)]


async def test_the_first_commands_are_all_there(bot: FayeBot) -> None:
    assert {command.qualified_name for command in commands_of(bot)} == {
        "start", "help", "profile", "inventory", "daily", "craft", "odds", "summon",
        "esprit collection", "esprit details", "esprit upgrade", "esprit limitbreak", "esprit lock", "esprit unlock",
        "esprit team view", "esprit team set", "esprit team optimize", "esprit dissolve", "esprit compare",
        "level", "energy", "explore", "trial", "history", "settings view", "settings delete", "leaderboard",
    }  # fmt: skip


async def test_discord_would_take_every_definition(bot: FayeBot) -> None:
    check_commands([command.to_dict(bot.tree) for command in bot.tree.get_commands()])


async def test_every_command_names_a_class_of_limits_that_is_configured(bot: FayeBot) -> None:
    for command in commands_of(bot):
        assert command.extras.get("limit") in bot.config.limits.classes, command.qualified_name


async def test_every_command_and_suggestion_passes_the_limit_before_it_runs(bot: FayeBot) -> None:
    asked: list[str] = []

    class Denying:
        async def admit(self, user_id: int, kind: str) -> float:
            asked.append(kind)
            return 1.0

    bot.flow._limiter = Denying()  # type: ignore[assignment]
    assert type(bot.tree) is FayeTree
    for command in commands_of(bot):
        interaction = FakeInteraction(command)
        assert not await bot.tree.interaction_check(interaction)  # type: ignore[arg-type]
        assert asked[-1] == command.extras["limit"]
        assert "a little fast. You can go on <t:2:R>" in interaction.said
    suggesting = FakeInteraction(None, discord.InteractionType.autocomplete)
    assert not await bot.tree.interaction_check(suggesting)  # type: ignore[arg-type]
    assert asked[-1] == "autocomplete"


async def test_no_command_has_a_check_or_an_error_handler_beside_the_common_ones(bot: FayeBot) -> None:
    for command in commands_of(bot):
        assert not command.checks, command.qualified_name
        assert command.on_error is None, command.qualified_name


async def test_every_command_and_option_is_described_and_every_open_option_bounded(bot: FayeBot) -> None:
    for command in commands_of(bot):
        assert len(command.description) > 10, command.qualified_name
        for parameter in command.parameters:
            where = f"{command.qualified_name} {parameter.name}"
            assert len(str(parameter.description)) > 3, where
            bounded = parameter.choices or parameter.max_value is not None
            assert bounded or parameter.type is discord.AppCommandOptionType.user, where


async def test_every_component_is_persistent_checks_its_user_and_is_known_by_its_id_alone(
    bot: FayeBot,
) -> None:
    items = [item for cog in bot.cogs.values() for item in getattr(cog, "ITEMS", ())]
    assert len(items) == 17
    prefixes = {item.__discord_ui_compiled_template__.pattern.partition(":")[0] for item in items}
    assert len(prefixes) == len(items)
    for item in items:
        assert issubclass(item, Pressable)
        assert item.interaction_check is Pressable.interaction_check
        assert item.callback is Pressable.callback


async def test_the_bot_asks_for_no_privileged_intent_and_mentions_nobody(bot: FayeBot) -> None:
    privileged = discord.Intents(members=True, presences=True, message_content=True)
    assert not bot.intents.value & privileged.value
    assert dict(bot.intents)["guilds"]
    assert sum(dict(bot.intents).values()) == 1
    assert bot.allowed_mentions is not None
    assert bot.allowed_mentions.to_dict() == {"parse": []}


class FakeInteraction:
    """As much of an interaction as a refusal at the door needs."""

    _ids = itertools.count(1)

    def __init__(
        self,
        command: Command | None,
        kind: discord.InteractionType = discord.InteractionType.application_command,
    ) -> None:
        self.id = next(self._ids)
        """Somebody else's each time: whoever goes on over the limit is soon not answered any more."""
        self.type = kind
        self.command = command
        self.user = self
        self.response = self
        self.said = ""

    async def autocomplete(self, choices: list[object]) -> None:
        assert choices == []

    async def send_message(
        self, content: str | None, *, embeds: list[discord.Embed], ephemeral: bool
    ) -> None:
        assert ephemeral
        self.said = str(embeds[0].description)
