"""A walk over everything that users can use: what holds for one command holds for all."""

import itertools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import app_commands
from msgspec.structs import replace
from redis.asyncio import Redis

from faye.bot import FayeBot, FayeTree
from faye.cogs import FEATURES
from faye.cogs.shared.definitions import definitions, outline
from faye.cogs.shared.presses import Pressable
from faye.operators import Owners
from faye.playground.check_commands import check_commands
from faye.utils.deferred import DeferredStore
from faye.utils.first_presses import FirstPresses
from faye.utils.image_generator import CardStudio
from faye.utils.language import translated
from faye.utils.locks import UserLocks
from faye.utils.rate_limiter import RateLimiter
from tests.shared_stores import shared_store
from tests.unit.cogs.conftest import shipped

Command = app_commands.Command[Any, ..., Any]


class Nowhere:
    """Router and players that nobody asks here."""

    async def ask(self, request: object) -> Any:
        raise AssertionError("nothing is asked in these tests")

    outcome = find = open = is_private = language = answer = ask

    def remembered_language(self, discord_id: int) -> None:
        return None

    async def take_reminders(self, at_most: int, **_: int) -> Any:
        raise AssertionError("nobody is reminded in these tests")


@pytest.fixture
async def bot() -> FayeBot:
    """A bot with its features, not connected to anything."""
    config, shared = shipped(), shared_store(Redis())
    bot = FayeBot(
        router=Nowhere(),
        players=Nowhere(),
        limiter=RateLimiter(shared, config.limits),
        locks=UserLocks(shared, held_s=1, timeout_ms=1),
        deferred=DeferredStore(shared, owner="x", kept_s=1, lease_s=1, timeout_ms=1),
        presses=FirstPresses(shared, kept_s=1, remembered_max=1, timeout_ms=1),
        cards=CardStudio(1, 1, waiting_max=1),
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
        "admin inspect", "admin give", "admin remove", "admin set", "admin reset", "admin suspend", "admin lift",
        "admin refund", "admin lookup", "admin reload",
    }  # fmt: skip


async def test_discord_would_take_every_definition(bot: FayeBot) -> None:
    check_commands(await definitions(bot.tree))


async def test_every_choice_is_offered_in_the_language_of_its_user(bot: FayeBot) -> None:
    def choices(node: Any) -> Iterator[dict[str, Any]]:
        yield from node.get("choices") or []
        for inner in node.get("options") or []:
            yield from choices(inner)

    offered = [choice for command in await definitions(bot.tree) for choice in choices(command)]
    for choice in offered:
        said = translated(choice["name"], "de")
        known = {} if said == choice["name"] else {"de": said}
        assert (choice.get("name_localizations") or {}) == known
    assert {"Gewöhnlich", "Schatten", "Höchste Stufe"} <= {
        choice["name_localizations"]["de"] for choice in offered if choice.get("name_localizations")
    }


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


async def test_what_is_for_operators_turns_everybody_else_away_before_it_runs(bot: FayeBot) -> None:
    class Admitting:
        async def admit(self, user_id: int, kind: str) -> None:
            return None

    bot.flow._limiter = Admitting()  # type: ignore[assignment]
    operators = [command for command in commands_of(bot) if command.qualified_name.startswith("admin ")]
    assert len(operators) == 10
    for kind in (discord.InteractionType.application_command, discord.InteractionType.autocomplete):
        for command in operators:
            bot.owners = Owners(frozenset({1}))
            stranger = FakeInteraction(command, kind)
            stranger.id = 2
            assert not await bot.tree.interaction_check(stranger)  # type: ignore[arg-type]
            assert (
                kind is discord.InteractionType.autocomplete or "for those who run this bot" in stranger.said
            )
            stranger.id = 1
            assert await bot.tree.interaction_check(stranger)  # type: ignore[arg-type]


async def test_operators_commands_are_hidden_from_all_but_administrators(bot: FayeBot) -> None:
    (group,) = [command for command in bot.tree.get_commands() if command.name == "admin"]
    assert group.to_dict(bot.tree)["default_member_permissions"] == 0
    hidden = {"name": "admin", "default_member_permissions": "0"}
    assert outline([hidden]) == outline([hidden | {"default_member_permissions": 0}])
    assert outline([hidden]) != outline([hidden | {"default_member_permissions": None}])


async def test_without_a_list_the_operators_are_the_applications_owner_or_its_team(bot: FayeBot) -> None:
    accepted, invited = discord.TeamMembershipState.accepted, discord.TeamMembershipState.invited
    developer, reader = discord.TeamMemberRole.developer, discord.TeamMemberRole.read_only
    members = [
        SimpleNamespace(id=1, membership_state=accepted, role=developer),
        SimpleNamespace(id=2, membership_state=invited, role=developer),
        SimpleNamespace(id=3, membership_state=accepted, role=reader),
    ]
    assert not bot.is_operator(1)
    bot._application = SimpleNamespace(team=None, owner=SimpleNamespace(id=5))  # type: ignore[assignment]
    assert [user for user in range(9) if bot.is_operator(user)] == [5]
    bot._application = SimpleNamespace(team=SimpleNamespace(members=members), owner=SimpleNamespace(id=9))  # type: ignore[assignment]
    assert [user for user in range(9) if bot.is_operator(user)] == [1]
    bot.owners = Owners(frozenset({7}))
    assert [user for user in range(9) if bot.is_operator(user)] == [7]


async def test_in_an_operators_guild_their_commands_are_registered_nowhere_else(bot: FayeBot) -> None:
    await bot.unload_extension("faye.cogs.admin")
    bot.owners = Owners(guild_id=77)
    await bot.load_extension("faye.cogs.admin")
    assert "admin" not in {command.name for command in bot.tree.get_commands()}
    assert [command.name for command in bot.tree.get_commands(guild=discord.Object(77))] == ["admin"]


async def test_another_configuration_changes_what_the_definitions_say(bot: FayeBot) -> None:
    game = bot.config.game
    synced: list[object] = []

    async def sync() -> None:
        synced.append(bot.tree)

    bot._sync_commands = sync  # type: ignore[method-assign]
    await bot.show(replace(game, summon=replace(game.summon, counts=[1, 5])))
    (summon,) = [command for command in commands_of(bot) if command.name == "summon"]
    (amount,) = [each for each in summon.parameters if each.name == "amount"]
    assert [choice.value for choice in amount.choices] == [1, 5]
    assert bot.flow.look.config.game.summon.counts == [1, 5]
    assert bot._finisher.look is bot.flow.look
    assert len(synced) == 1


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
    assert len(items) == 20
    prefixes = {item.__discord_ui_compiled_template__.pattern.partition(":")[0] for item in items}
    assert len(prefixes) == len(items)
    for item in items:
        assert issubclass(item, Pressable)
        assert item.limit in bot.config.limits.classes
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
        self.locale = discord.Locale.american_english
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
