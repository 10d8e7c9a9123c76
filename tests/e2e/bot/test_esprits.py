"""What players do with their Esprits, through the real bot: what goes well, what is refused, what is done twice."""

import asyncio

import pytest

from faye.config import Config
from faye.database.models.esprit import Esprit
from faye.messages.dissolve import DissolveEsprits
from faye.messages.limit_break import BreakLimit
from faye.playground import LocalDiscord, Person
from tests.e2e.bot.forged import press_forged
from tests.e2e.conftest import StartBot, begin, errors
from tests.e2e.gated_engine import GatedEngine


async def starter_of(player: Person, engine: GatedEngine) -> Esprit:
    return next(esprit for esprit in await engine.esprits(player.id) if esprit.bound)


async def rich(player: Person, engine: GatedEngine) -> None:
    for currency in ("virelite", "remna", "fayrites"):
        await engine.give(player.id, currency, 10_000)


async def collector(player: Person, engine: GatedEngine) -> Esprit:
    """Make the player rich and give them ten more Esprits; returns the starter."""
    await rich(player, engine)
    await player.slash("summon", banner="standard", amount=10)
    return await starter_of(player, engine)


# -- training and limit breaks -------------------------------------------------------------------------


async def test_an_esprit_is_trained_by_its_name_level_by_level_and_as_far_as_it_goes(
    player: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    starter = await starter_of(player, engine)
    held = (await engine.player(player.id)).virelite
    suggested = await player.autocomplete("esprit upgrade", "esprit", esprit="")
    assert [choice["value"] for choice in suggested] == [str(starter.id)]
    name = str(suggested[0]["name"]).partition(" · ")[0]
    assert (
        "rose from level 1 to **2** of 10" in (await player.slash("esprit upgrade", esprit=name)).answer.text
    )
    assert (await engine.player(player.id)).virelite == held - 23
    await rich(player, engine)
    text = (await player.slash("esprit upgrade", esprit=name, levels="max")).answer.text
    assert "to **10** of 10" in text
    assert "</esprit limitbreak:" in text
    refused = await player.slash("esprit upgrade", esprit=name)
    assert "the cap that your own level sets" in refused.answer.text
    assert (await starter_of(player, engine)).level == 10
    assert errors(caplog) == []


async def test_training_that_cannot_be_paid_says_what_is_missing(player: Person, engine: GatedEngine) -> None:
    starter = await starter_of(player, engine)
    before = await engine.player(player.id)
    text = (await player.slash("esprit upgrade", esprit=str(starter.id), levels="9")).answer.text
    assert "short. You can get more with </explore:" in text
    for odd in ("0", "many", "-1", "201"):
        said = await player.slash("esprit upgrade", esprit=str(starter.id), levels=odd)
        assert "amount must be between 1 and 200" in said.answer.text
    assert "None of your Esprits is called" in (await player.slash("esprit upgrade", esprit="zz")).answer.text
    assert (await engine.player(player.id)).model_dump() == before.model_dump()


async def test_training_delivered_twice_is_paid_once(player: Person, engine: GatedEngine) -> None:
    starter = await starter_of(player, engine)
    await player.slash("esprit upgrade", esprit=str(starter.id), deliver_twice=True)
    assert (await starter_of(player, engine)).level == 2


async def test_a_limit_is_broken_once_however_often_the_button_is_pressed(
    player: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await rich(player, engine)
    starter = str((await starter_of(player, engine)).id)
    below = await player.slash("esprit limitbreak", esprit=starter)
    assert "only at level 10 its limit can be broken" in below.answer.text
    await player.slash("esprit upgrade", esprit=starter, levels="max")
    held = await engine.player(player.id)
    offer = await player.slash("esprit limitbreak", esprit=starter)
    assert "**720** remna" in offer.answer.text
    assert "**1,800** virelite" in offer.answer.text
    assert "level 10 → **15**" in offer.answer.text
    presses = [player.click(offer, "Break the limit", deliver_twice=True) for _ in range(3)]
    for pressed in await asyncio.gather(*presses, return_exceptions=True):
        assert not isinstance(pressed, AssertionError)
    assert "Its limit is broken!" in offer.answer.text
    assert offer.answer.buttons == []
    now = await engine.player(player.id)
    assert (held.remna - now.remna, held.virelite - now.virelite) == (720, 1_800)
    assert (await starter_of(player, engine)).limit_breaks == 1
    assert errors(caplog) == []


async def test_an_offer_that_was_overtaken_or_is_not_ones_own_is_refused(
    player: Person, engine: GatedEngine, discord_server: LocalDiscord
) -> None:
    await rich(player, engine)
    starter = str((await starter_of(player, engine)).id)
    await player.slash("esprit upgrade", esprit=starter, levels="max")
    old = await player.slash("esprit limitbreak", esprit=starter)
    stranger = await discord_server.person("Bo").click(old.answer, "Break the limit")
    assert "belongs to somebody else" in stranger.answer.text
    new = await player.slash("esprit limitbreak", esprit=starter)
    await player.click(new, "Break the limit")
    await player.click(old, "Break the limit")
    assert "no longer what this offer spoke of" in old.answer.text
    assert len(engine.commands(BreakLimit)) == 2
    assert (await starter_of(player, engine)).limit_breaks == 1


async def test_an_offer_that_cannot_be_paid_has_no_button(player: Person, engine: GatedEngine) -> None:
    starter = str((await starter_of(player, engine)).id)
    await engine.give(player.id, "virelite", 10_000)
    await player.slash("esprit upgrade", esprit=starter, levels="max")
    offer = (await player.slash("esprit limitbreak", esprit=starter)).answer
    assert offer.buttons == []
    assert "**720** remna short. You can get more with </explore:" in offer.text


# -- team and locks ------------------------------------------------------------------------------------


async def test_a_team_is_set_shown_emptied_and_optimized(
    player: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    starter = await collector(player, engine)
    others = [esprit for esprit in await engine.esprits(player.id) if not esprit.bound]
    first = str(others[0].id)
    await player.slash("esprit team set", slot="support1", esprit=first)
    shown = (await player.slash("esprit team view")).answer
    assert shown.text.count("Lv ") == 2
    assert shown.attachments[0]["filename"] == "team.webp"
    refused = await player.slash("esprit team set", slot="leader")
    assert "cannot be without a leader" in refused.answer.text
    await player.slash("esprit team set", slot="leader", esprit=first)
    led = await engine.player(player.id)
    assert (led.leader_id, led.support1_id) == (others[0].id, starter.id)
    await player.slash("esprit team set", slot="support1")
    assert (await engine.player(player.id)).support1_id is None
    await player.slash("esprit team optimize", deliver_twice=True)
    best = await engine.player(player.id)
    assert None not in (best.leader_id, best.support1_id, best.support2_id)
    again = await player.slash("esprit team optimize")
    assert "are your team already" in again.answer.text
    history = (await player.slash("history", asset="esprit")).answer.text
    assert "New leader" in history
    assert "Left the team" in history
    assert errors(caplog) == []


async def test_a_lock_keeps_an_esprit_until_it_is_taken_away(player: Person, engine: GatedEngine) -> None:
    await collector(player, engine)
    other = str(next(esprit.id for esprit in await engine.esprits(player.id) if not esprit.bound))
    locked = await player.slash("esprit lock", esprit=other, deliver_twice=True)
    assert locked.ephemeral
    assert "It cannot be dissolved." in locked.answer.text
    assert "is locked already" in (await player.slash("esprit lock", esprit=other)).answer.text
    kept = await player.slash("esprit dissolve", esprit=other)
    assert "</esprit unlock:" in kept.answer.text
    assert kept.answer.buttons == []
    await player.slash("esprit unlock", esprit=other)
    assert (await player.slash("esprit dissolve", esprit=other)).answer.buttons


# -- dissolving ----------------------------------------------------------------------------------------


async def test_dissolving_one_is_shown_first_and_done_once(
    player: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await collector(player, engine)
    before, owned = await engine.player(player.id), await engine.esprits(player.id)
    other = next(esprit for esprit in owned if not esprit.bound)
    shown = await player.slash("esprit dissolve", esprit=str(other.id))
    assert shown.ephemeral
    assert "Dissolve 1 Esprit?" in shown.answer.text
    assert len(await engine.esprits(player.id)) == 11
    label = shown.answer.buttons[0]["label"]
    assert label == "Dissolve 1 Esprit"
    await player.click(shown, label, deliver_twice=True)
    assert "♨️ Dissolved" in shown.answer.text
    left = await engine.esprits(player.id)
    assert {esprit.id for esprit in owned} - {esprit.id for esprit in left} == {other.id}
    now = await engine.player(player.id)
    assert now.virelite > before.virelite
    assert now.remna > before.remna
    assert "have no such Esprit" in (await player.slash("esprit details", esprit=str(other.id))).answer.text
    assert errors(caplog) == []


async def test_a_whole_selection_goes_with_empty_team_slots_and_without_the_team(
    player: Person, engine: GatedEngine
) -> None:
    starter = await collector(player, engine)
    support = next(esprit.id for esprit in await engine.esprits(player.id) if not esprit.bound)
    await player.slash("esprit team set", slot="support2", esprit=str(support))
    shown = await player.slash("esprit dissolve", rarity="Deity", keep=0)
    assert "Dissolve 9 Esprits?" in shown.answer.text
    await player.click(shown, "Dissolve 9 Esprits")
    assert {esprit.id for esprit in await engine.esprits(player.id)} == {starter.id, support}
    nothing = await player.slash("esprit dissolve", rarity="Deity", keep=0)
    assert "All that fit that (2 Esprits) are locked, bound or in your team." in nothing.answer.text


async def test_what_is_no_longer_what_was_shown_is_shown_anew_instead_of_dissolved(
    player: Person, engine: GatedEngine
) -> None:
    await collector(player, engine)
    shown = await player.slash("esprit dissolve", rarity="Deity", keep=0)
    other = next(esprit.id for esprit in await engine.esprits(player.id) if not esprit.bound)
    await player.slash("esprit lock", esprit=str(other))
    await player.click(shown, "Dissolve 10 Esprits")
    assert "Nothing was dissolved" in shown.answer.text
    assert len(await engine.esprits(player.id)) == 11
    await player.click(shown, "Dissolve 9 Esprits")
    assert {esprit.id for esprit in await engine.esprits(player.id) if not esprit.bound} == {other}
    assert len(engine.commands(DissolveEsprits)) == 2


async def test_a_selection_of_nothing_sensible_is_refused_and_asks_nothing(
    player: Person, engine: GatedEngine
) -> None:
    asked = len(engine.asked)
    assert "Which ones?" in (await player.slash("esprit dissolve")).answer.text
    both = await player.slash("esprit dissolve", esprit="a", rarity="Common")
    assert "Give either a name" in both.answer.text
    assert len(engine.asked) == asked


async def test_confirmations_go_on_working_for_the_next_bot_and_only_while_they_are_fresh(
    start_bot: StartBot, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    first = await start_bot()
    player = discord_server.person("Mira")
    await begin(player)
    starter = str((await collector(player, engine)).id)
    await player.slash("esprit upgrade", esprit=starter, levels="max")
    offer = await player.slash("esprit limitbreak", esprit=starter)
    shown = await player.slash("esprit dissolve", rarity="Deity", keep=0)
    await first.close()
    await start_bot()
    for message, label in ((offer, "Break the limit"), (shown, "Dissolve 10 Esprits")):
        fresh = message.answer.custom_id(label)
        operation_id = int(fresh.rsplit(":", 1)[1])
        stale = fresh.replace(str(operation_id), str(operation_id - (1_441 * 60_000 << 22)))
        pressed = await press_forged(discord_server, player, message.answer, stale)
        assert "too old" in pressed.answer.text
        assert len(await engine.esprits(player.id)) == 11
        await press_forged(discord_server, player, message.answer, fresh)
    assert (await starter_of(player, engine)).limit_breaks == 1
    assert len(await engine.esprits(player.id)) == 1


# -- looking -------------------------------------------------------------------------------------------


async def test_two_esprits_stand_side_by_side(player: Person, engine: GatedEngine) -> None:
    starter = await collector(player, engine)
    other = next(esprit for esprit in await engine.esprits(player.id) if not esprit.bound)
    shown = await player.slash("esprit compare", first=str(starter.id), second=str(other.id))
    assert "Side by side" in shown.answer.text
    assert "◂" in shown.answer.text
    assert shown.answer.attachments[0]["filename"] == "compared.webp"
    same = await player.slash("esprit compare", first=str(other.id), second=str(other.id))
    assert "Both are the same" in same.answer.text


async def test_a_name_that_means_several_is_answered_with_all_of_them(
    player: Person, engine: GatedEngine, config: Config
) -> None:
    await collector(player, engine)
    names = [config.game.roster[esprit.species].name for esprit in await engine.esprits(player.id)]
    letter = max("aeiou", key=lambda vowel: sum(vowel in name.casefold() for name in names))
    text = (await player.slash("esprit upgrade", esprit=letter)).answer.text
    assert "could be several of your Esprits" in text
    assert text.count("level 1 ") > 1


async def test_level_and_energy_tell_how_far_and_how_much(player: Person) -> None:
    level = await player.slash("level")
    assert "0 / 100 XP" in level.answer.text
    assert "From your level 10 on: level **20**" in level.answer.text
    energy = await player.slash("energy")
    assert energy.ephemeral
    assert "**100** / 100" in energy.answer.text


# -- looking through them ------------------------------------------------------------------------------


async def test_a_page_goes_on_where_the_last_one_ended_though_esprits_went_meanwhile(
    player: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await collector(player, engine)
    await player.slash("summon", banner="standard", amount=10)
    shown = await player.slash("esprit collection", sort="newest")
    assert "1–8 of 21 Esprits" in shown.answer.text
    seen = [option["value"] for option in shown.answer.selects[0]["options"]]
    for gone in seen[:3]:
        offer = await player.slash("esprit dissolve", esprit=gone)
        await player.click(offer, "Dissolve 1 Esprit")
    await player.click(shown, "Next", deliver_twice=True)
    assert "6–13 of 18 Esprits" in shown.answer.text
    further = [option["value"] for option in shown.answer.selects[0]["options"]]
    assert not set(seen) & set(further)
    await player.click(shown, "Back")
    assert "1–8 of 18 Esprits" in shown.answer.text
    assert [option["value"] for option in shown.answer.selects[0]["options"]][:5] == seen[3:]
    assert errors(caplog) == []


async def test_a_collection_is_narrowed_to_the_team_to_what_is_locked_and_to_a_name(
    player: Person, engine: GatedEngine
) -> None:
    starter = await collector(player, engine)
    await player.slash("esprit lock", esprit=str(starter.id))
    assert "1 found among 11" in (await player.slash("esprit collection", only="locked")).answer.text
    assert "10 found among 11" in (await player.slash("esprit collection", only="unlocked")).answer.text
    team = await player.slash("esprit collection", only="team")
    assert "1 found among 11" in team.answer.text
    assert "in your team" in team.answer.text
    names = await player.autocomplete("esprit collection", "name", name="")
    values = [choice["value"] for choice in names]
    assert (
        len(values) == len(set(values)) == len({esprit.species for esprit in await engine.esprits(player.id)})
    )
    named = await player.slash("esprit collection", name=values[0])
    assert values[0] in named.answer.text
