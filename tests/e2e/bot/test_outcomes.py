"""What the front-end counts of interactions, by what came of them."""

from msgspec.structs import replace

from faye.config import Config
from faye.playground import LocalDiscord
from tests.e2e.conftest import RunningBot, StartBot, begin


async def test_an_interaction_counts_by_its_outcome(discord_server: LocalDiscord, bot: RunningBot) -> None:
    person = discord_server.person("Ada")
    await person.slash("craft", amount=1)
    await begin(person)
    await person.slash("craft", amount=1)
    outcomes = bot.bot.flow.outcomes
    assert (outcomes["craft", "refused"], outcomes["craft", "done"]) == (1, 1)


async def test_what_is_over_the_limit_counts_by_its_class(
    discord_server: LocalDiscord, start_bot: StartBot, config: Config
) -> None:
    limits = config.limits
    strict = replace(
        limits, classes=limits.classes | {"read": replace(limits.classes["read"], requests=1, seconds=600)}
    )
    running = await start_bot(replace(config, limits=strict))
    person = discord_server.person("Ada")
    for _ in range(3):
        await person.slash("odds")
    assert running.bot.flow.outcomes["read", "limited"] == 2
