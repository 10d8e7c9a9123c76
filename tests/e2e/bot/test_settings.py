"""What is settled, hidden and erased, through the real bot: what goes well, what is refused, what is done twice."""

import asyncio

import pytest

from faye.messages.refusals import NotStarted
from faye.messages.settings import EraseAccount
from faye.playground import LocalDiscord, Person
from tests.e2e.conftest import begin, errors
from tests.e2e.gated_engine import GatedEngine


async def test_who_plays_unseen_is_seen_by_nobody_else(
    player: Person, discord_server: LocalDiscord, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    bo = discord_server.person("Bo")
    assert "level 1" in (await bo.slash("profile", user=player.id)).answer.text
    settings = await player.slash("settings view")
    assert settings.ephemeral
    assert "Everybody" in settings.answer.text
    await player.click(settings, "Hide me from others", deliver_twice=True)
    assert "Only you" in settings.answer.text
    refused = await bo.slash("profile", user=player.id)
    assert "Mira prefers to play unseen" in refused.answer.text
    assert "level" not in refused.answer.text
    assert "level 1" in (await player.slash("profile")).answer.text
    assert "level 1" in (await player.slash("profile", user=player.id)).answer.text
    await player.click(settings, "Let others see me")
    assert "level 1" in (await bo.slash("profile", user=player.id)).answer.text
    assert errors(caplog) == []


async def test_an_account_is_erased_once_and_its_user_is_a_newcomer(
    player: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    key = await engine.find(int(player.id))
    lines = await engine.ledger(player.id)
    offer = await player.slash("settings delete")
    assert offer.ephemeral
    assert "What stays, and why" in offer.answer.text
    presses = [player.click(offer, "Erase it for good", deliver_twice=True) for _ in range(3)]
    await asyncio.gather(*presses)
    assert "Your account is erased" in offer.answer.text
    assert offer.answer.buttons == []
    assert await engine.find(int(player.id)) is None
    assert "has not begun yet" in (await player.slash("inventory")).answer.text
    assert "has not begun yet" in (await player.slash("settings delete")).answer.text
    await begin(player)
    new = await engine.find(int(player.id))
    assert new not in (None, key)
    assert "level 1" in (await player.slash("profile")).answer.text
    assert [line.event for line in lines] == [line.event for line in await engine.ledger(player.id)]
    assert errors(caplog) == []


async def test_the_button_of_an_account_that_was_erased_leaves_the_next_one_alone(
    player: Person, engine: GatedEngine
) -> None:
    old = await player.slash("settings delete")
    await player.click(await player.slash("settings delete"), "Erase it for good")
    await begin(player)
    key = await engine.find(int(player.id))
    await player.click(old, "Erase it for good")
    assert await engine.find(int(player.id)) == key
    assert "Your inventory" in (await player.slash("inventory")).answer.text


async def test_settings_lead_to_the_offer_and_nothing_is_erased_before_it_is_confirmed(
    player: Person, engine: GatedEngine
) -> None:
    settings = await player.slash("settings view")
    await player.click(settings, "Delete my account…")
    assert "Delete your account?" in settings.answer.text
    assert not any(isinstance(asked, EraseAccount) for asked in engine.asked_directly)
    assert await engine.find(int(player.id)) is not None


async def test_a_command_under_way_while_its_account_is_erased_ends_for_the_old_player_alone(
    player: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    offer = await player.slash("settings delete")
    engine.open_gate.clear()
    crafting = await player.slash("craft", amount=1, timeout_s=0)
    await engine.until_asked(lambda request: type(request).__name__ == "Craft")
    erasing = await player.click(offer, "Erase it for good", timeout_s=0)
    engine.open_gate.set()
    await crafting.finished()
    await erasing.finished()
    await offer.message_until("Your account is erased")
    assert "fayrite" in crafting.answer.text
    await begin(player)
    assert (await engine.player(player.id)).fayrites == 0
    assert errors(caplog) == []


async def test_in_an_outage_nothing_is_promised_and_the_erasure_is_told_once_it_is_certain(
    player: Person, engine: GatedEngine
) -> None:
    offer = await player.slash("settings delete")
    await engine.go_away()
    await player.click(offer, "Erase it for good")
    await engine.come_back()
    await offer.message_until("Your account is erased", timeout_s=20)
    assert await engine.find(int(player.id)) is None


async def test_newcomers_have_nothing_to_settle_or_erase(ada: Person, engine: GatedEngine) -> None:
    for path in ("settings view", "settings delete"):
        assert "</start:" in (await ada.slash(path)).answer.text
    assert await engine.answer(int(ada.id), EraseAccount(mark=1)) != NotStarted()
    assert await engine.find(int(ada.id)) is None
