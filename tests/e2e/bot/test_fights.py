"""Exploring, fights and trials through the real bot: what goes well, what is refused, what is done twice."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from faye.config import Config
from faye.messages.explore import Explore
from faye.messages.fight import Act
from faye.messages.trial import BeginTrial
from faye.playground import LocalDiscord, Person, Result
from tests.e2e.bot.forged import press_forged
from tests.e2e.conftest import StartBot, begin, errors
from tests.e2e.gated_engine import GatedEngine


@pytest.fixture(scope="session")
def config(config: Config) -> Config:
    """The shipped game, but whoever goes out meets somebody, and clicks as fast as they like."""
    explore = replace(config.game.explore, encounters={"fight": 1})
    limits = replace(
        config.limits,
        classes={name: replace(limit, requests=1000) for name, limit in config.limits.classes.items()},
    )
    return replace(config, game=replace(config.game, explore=explore), limits=limits)


async def fight_on(player: Person, result: Result, *, turns: int = 60) -> str:
    """Play a fight to its end by a simple plan; returns the title of what is shown then."""
    for _ in range(turns):
        answer = result.answer
        labels = {button["label"]: button for button in answer.buttons}
        if "Strike" not in labels:
            break
        about_to_smash = "about to **smash**" in answer.text
        result = await player.click(answer, "Guard" if about_to_smash else "Strike")
    return str(result.answer.embeds[0]["title"])


async def test_a_fight_is_fought_to_its_end(
    player: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    met = await player.slash("explore")
    assert "A wild Esprit!" in met.answer.text
    assert "You found" in met.answer.text
    assert "Level 2!" in met.answer.text
    assert met.answer.attachments[0]["filename"] == "turn-1.webp"
    assert {"Strike", "Guard", "Flee", "No support"} < {button["label"] for button in met.answer.buttons}
    assert await fight_on(player, met) in ("🏆 Victory!", "💔 Defeat")
    row = await engine.player(player.id)
    assert (row.fight, row.fight_until) == (None, None)
    history = (await player.slash("history")).answer.text
    assert "A turn: strike" in history
    assert errors(caplog) == []


async def test_many_fights_later_nothing_is_off(
    player: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    """A dozen outings, each with a fight, of which many are won by whoever guards in time."""
    endings = []
    for _ in range(12):
        result = await player.slash("explore")
        if "energy, and you have" in result.answer.text:
            break
        endings.append(await fight_on(player, result))
    assert endings.count("🏆 Victory!") > len(endings) / 3
    assert (await engine.player(player.id)).fight is None
    assert errors(caplog) == []


async def test_a_turn_that_is_clicked_twice_is_played_once(player: Person, engine: GatedEngine) -> None:
    met = (await player.slash("explore")).answer
    await asyncio.gather(*(player.click(met, "Guard") for _ in range(3)))
    kept = await engine.player(player.id)
    turns = [line for line in await engine.ledger(player.id) if line.event == "fight.guard"]
    assert len(turns) == 1
    assert kept.fight is not None


async def test_an_old_button_shows_the_fight_as_it_stands(
    player: Person, engine: GatedEngine, discord_server: LocalDiscord
) -> None:
    met = (await player.slash("explore")).answer
    strike = next(button["custom_id"] for button in met.buttons if button["label"] == "Strike")
    shown = (await player.click(met, "Guard")).answer
    message = (await press_forged(discord_server, player, shown, strike)).answer
    assert "That turn is played already" in message.text
    assert "turn 2" in message.text
    assert len([line for line in await engine.ledger(player.id) if line.event == "fight.strike"]) == 0


async def test_nobody_else_fights_for_a_player(
    player: Person, engine: GatedEngine, discord_server: LocalDiscord
) -> None:
    met = (await player.slash("explore")).answer
    stranger = await discord_server.person("Bo").click(met, "Strike")
    assert "belongs to somebody else" in stranger.answer.text
    assert engine.commands(Act) == []


async def test_forged_turns_do_nothing(
    player: Person, engine: GatedEngine, discord_server: LocalDiscord
) -> None:
    met = (await player.slash("explore")).answer
    now = engine.commands(Explore)[0].idempotency_key
    for forged, said in (
        (f"fight:strike:{now + 1}:1:0:{player.id}", "This fight is over"),
        (f"fight:support2:{now}:1:0:{player.id}", "Nobody stands there"),
    ):
        result = await press_forged(discord_server, player, met, forged)
        assert said in (await result.followup()).text, forged
    for forged in (f"fight:teleport:{now}:1:0:{player.id}", f"fight:strike:{2**63}:1:0:{player.id}"):
        result = await press_forged(discord_server, player, met, forged)
        assert "too old" in result.answer.text, forged
    assert (await engine.ledger(player.id))[0].event == "fight.begin"


async def test_who_explores_in_the_middle_of_a_fight_sees_it_again_and_goes_on(
    player: Person, engine: GatedEngine
) -> None:
    await player.slash("explore")
    again = await player.slash("explore")
    assert "in the middle of this fight" in again.answer.text
    await player.click(again.answer, "Flee")
    assert (await engine.player(player.id)).fight is None


async def test_the_tired_are_told_when_they_can_go_out(player: Person, engine: GatedEngine) -> None:
    await engine.give(player.id, "faylen", 1, energy=3, energy_at=datetime.now(UTC))
    text = (await player.slash("explore")).answer.text
    assert "takes 5 energy, and you have 3" in text
    assert "<t:" in text


async def test_exploring_delivered_twice_is_done_once(player: Person, engine: GatedEngine) -> None:
    await player.slash("explore", deliver_twice=True)
    assert [line.event for line in await engine.ledger(player.id)].count("fight.begin") == 1


async def test_a_fight_goes_on_with_the_next_bot(
    start_bot: StartBot, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    first = await start_bot()
    player = discord_server.person("Mira")
    await begin(player)
    met = (await player.slash("explore")).answer
    await player.click(met, "Guard")
    await first.kill()
    await start_bot()
    shown = player.messages()[-1]
    assert await fight_on(player, await player.click(shown, "Strike")) in ("🏆 Victory!", "💔 Defeat")


async def test_a_fight_left_alone_is_over_and_says_so(player: Person, engine: GatedEngine) -> None:
    met = (await player.slash("explore")).answer
    await engine.give(player.id, "faylen", 1, fight_until=datetime.now(UTC) - timedelta(seconds=1))
    told = await (await player.click(met, "Strike", timeout_s=0)).followup()
    assert "This fight is over" in told.text
    assert "A fight was left alone and ended" in (await player.slash("history")).answer.text
    assert (await engine.player(player.id)).fight is None


# -- trials --------------------------------------------------------------------------------------------


async def at_the_cap(player: Person, engine: GatedEngine) -> None:
    """Lift the player to the first trial; what is asked next shows the bot that it is so."""
    await engine.give(player.id, "faylen", 5_000, level=10, xp=3162)
    await engine.give(player.id, "remna", 100)
    await player.slash("craft", amount=1)


async def test_a_trial_is_offered_faced_and_its_price_comes_back_when_it_is_not_won(
    player: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await at_the_cap(player, engine)
    before = await engine.player(player.id)
    offer = await player.slash("trial")
    assert "The trial of level 10" in offer.answer.text
    assert "**2,000** faylen" in offer.answer.text
    begun = await player.click(offer.answer, "Face the trial")
    assert "are held until it is decided" in begun.answer.text
    assert (await engine.player(player.id)).faylen == before.faylen - 2_000
    fled = await player.click(begun.answer, "Flee")
    assert "Back in your purse" in fled.answer.text
    after = await engine.player(player.id)
    assert (after.faylen, after.remna, after.level_cap) == (before.faylen, before.remna, 10)
    again = (await player.slash("trial")).answer
    assert "You can try again <t:" in again.text
    assert again.buttons == []
    assert errors(caplog) == []


async def test_a_trial_that_is_won_lifts_the_cap(player: Person, engine: GatedEngine) -> None:
    await at_the_cap(player, engine)
    starter = next(esprit for esprit in await engine.esprits(player.id))
    await engine.strengthen(starter, level=75, limit_breaks=5)
    offer = (await player.slash("trial")).answer
    begun = await player.click(offer, "Face the trial")
    assert await fight_on(player, begun) == "🏆 Victory!"
    row = await engine.player(player.id)
    assert (row.level_cap, row.level) == (20, 11)
    assert "waits at level **20**" in (await player.slash("trial")).answer.text


async def test_a_trial_is_begun_once_however_often_the_button_is_pressed(
    player: Person, engine: GatedEngine
) -> None:
    await at_the_cap(player, engine)
    before = await engine.player(player.id)
    offer = (await player.slash("trial")).answer
    await asyncio.gather(*(player.click(offer, "Face the trial") for _ in range(3)))
    assert (await engine.player(player.id)).faylen == before.faylen - 2_000
    assert len({command.idempotency_key for command in engine.commands(BeginTrial)}) == 1


async def test_a_trial_before_its_level_or_without_its_price_has_no_button(
    player: Person, engine: GatedEngine
) -> None:
    early = (await player.slash("trial")).answer
    assert "waits at level **10**; you are at 1" in early.text
    await engine.give(player.id, "faylen", 1, level=10)
    await player.slash("craft", amount=1)
    poor = (await player.slash("trial")).answer
    assert "short. You can get more with </explore:" in poor.text
    assert poor.buttons == []
