"""Operators' commands over the real database: exactly once, whoever asks, and with what stands in the ledger."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from faye.config import Config
from faye.database.audit import audit
from faye.database.configurations import Configurations
from faye.database.ledger_periods import close_period
from faye.database.replay import replay
from faye.messages import Command, Reply
from faye.messages.admin import (
    Administer,
    Administered,
    AlreadyRefunded,
    ConfigurationOutrun,
    ConfigurationPutInForce,
    DecidedFound,
    Deed,
    DeedPreview,
    GetDecided,
    GiveCurrency,
    GiveEsprits,
    Inspection,
    InspectPlayer,
    NoteUse,
    NothingFound,
    PreviewRefund,
    PutInForce,
    Refund,
    ResetPlayer,
    SetFigure,
    Suspend,
    TakeEsprit,
    UseNoted,
)
from faye.messages.codec import decode_reply
from faye.messages.craft import Craft, Crafted
from faye.messages.profile import GetInventory, Inventory
from faye.messages.refusals import Abandoned, NotStarted, Suspended
from faye.messages.start import Start, Started
from faye.messages.summon import Summon, Summoned
from faye.messages.transfer import Transfer
from faye.operators import OPERATORS_KEY
from faye.utils.log_files import LogFiles
from faye.utils.transaction_logger import TransactionLogger
from tests.builders import new_key

ADMIN_ID = 4242


class System:
    """Two hosts that both own everybody, and a router to each."""

    def __init__(self, engine: AsyncEngine, config: Config) -> None:
        self.engine, self.config = engine, config
        self.configurations = Configurations(engine)
        store = PostgresStore(engine)
        hosts = [Runtime(store, config, newest=self.configurations.newest) for _ in range(2)]
        self.hosts = hosts
        self.routers = [
            ShardRouter(LocalDelivery({"it": host}), store, ["it"], config.engine) for host in hosts
        ]

    async def ask(self, command: Command, router: int = 0) -> Reply:
        return await self.routers[router].ask(command)

    async def start(self, player: int = 1) -> None:
        assert isinstance(await self.ask(Start(player_id=player, idempotency_key=new_key())), Started)

    async def administer(self, deed: Deed, player: int = 1) -> Reply:
        key = new_key()
        return await self.ask(
            Administer(player_id=player, idempotency_key=key, admin_id=ADMIN_ID, reason="a test", deed=deed)
        )

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(sa.text(query))]


@pytest.fixture
async def system(engine: AsyncEngine, config: Config) -> AsyncIterator[System]:
    made = System(engine, config)
    await made.configurations.put_in_force(config.game)
    yield made
    for router in made.routers:
        await router.close()


def refund(key: int, *, by: int = ADMIN_ID, of: int = 1) -> Refund:
    return Refund(player_id=of, idempotency_key=new_key(), admin_id=by, reason="a bug", key=key)


async def test_of_two_operators_who_refund_the_same_command_at_once_one_does(system: System) -> None:
    await system.start()
    key = new_key()
    crafted = await system.ask(Craft(player_id=1, idempotency_key=key, amount=2))
    assert isinstance(crafted, Crafted)
    asked = [refund(key, by=operator) for operator in range(1, 7)]
    replies = await asyncio.gather(*(system.ask(each, n % 2) for n, each in enumerate(asked)))
    assert [type(reply) for reply in replies].count(Administered) == 1
    assert [type(reply) for reply in replies].count(AlreadyRefunded) == 5
    inventory = await system.routers[0].ask(GetInventory(player_id=1))
    assert isinstance(inventory, Inventory)
    assert (inventory.balances["fayrite_shards"], inventory.balances["fayrites"]) == (90, 0)
    again = await asyncio.gather(*(system.ask(each, 1) for each in asked))
    assert list(again) == list(replies), "each first reply stands"


async def test_a_refund_that_was_refused_can_be_made_when_there_is_enough(system: System) -> None:
    await system.start()
    key = new_key()
    await system.ask(Craft(player_id=1, idempotency_key=key, amount=1))
    summon = new_key()
    assert isinstance(
        await system.ask(Summon(player_id=1, idempotency_key=summon, banner="standard")), Summoned
    )
    assert not isinstance(await system.ask(refund(key)), Administered)
    assert isinstance(await system.ask(refund(summon)), Administered)
    assert isinstance(await system.ask(refund(key)), Administered)


async def test_what_a_refund_would_change_is_shown_without_changing_it(system: System) -> None:
    await system.start()
    key = new_key()
    await system.ask(Craft(player_id=1, idempotency_key=key, amount=1))
    shown = await system.routers[0].ask(PreviewRefund(player_id=1, key=key))
    assert isinstance(shown, DeedPreview)
    assert await system.rows("SELECT count(*) FROM ledger WHERE event LIKE 'admin.%'") == [(0,)]
    done = await system.ask(refund(key))
    assert isinstance(done, Administered)
    assert done.changes == shown.changes
    assert isinstance(await system.routers[0].ask(PreviewRefund(player_id=1, key=key)), AlreadyRefunded)


async def test_nobody_refunds_what_another_player_did(system: System) -> None:
    await system.start(1)
    await system.start(2)
    key = new_key()
    await system.ask(Craft(player_id=2, idempotency_key=key, amount=1))
    assert isinstance(await system.ask(refund(key, of=1)), NothingFound)
    assert isinstance(await system.ask(refund(2**63 - 5, of=1)), NothingFound)
    assert isinstance(await system.ask(refund(10**19, of=1)), NothingFound)


async def test_what_stands_under_a_key_is_found_with_its_lines(system: System) -> None:
    await system.start()
    key = new_key()
    crafted = await system.ask(Craft(player_id=1, idempotency_key=key, amount=1))
    query = GetDecided(player_id=OPERATORS_KEY, key=key)
    found = await system.routers[1].ask(query)
    assert isinstance(found, DecidedFound)
    assert (found.owner_id, found.lines_total, found.refunded_at) == (1, 2, None)
    assert decode_reply(found.reply) == crafted
    assert [(line.asset, line.delta) for line in found.lines] == [("fayrite_shards", -10), ("fayrites", 1)]
    await system.ask(refund(key))
    again = await system.routers[1].ask(query)
    assert isinstance(again, DecidedFound)
    assert again.refunded_at is not None
    nothing = await system.routers[1].ask(GetDecided(player_id=OPERATORS_KEY, key=new_key()))
    assert isinstance(nothing, NothingFound)


async def test_the_operators_own_grain_keeps_what_concerns_no_player(system: System) -> None:
    for about in ("1", "2"):
        note = NoteUse(
            player_id=OPERATORS_KEY, idempotency_key=new_key(), admin_id=ADMIN_ID, use="lookup", about=about
        )
        assert isinstance(await system.ask(note), UseNoted)
        assert isinstance(await system.ask(note, 1), UseNoted), "asked twice, done once"
    lines = await system.rows("SELECT player_id, version, event, subject FROM ledger ORDER BY version")
    assert lines == [(-1, 1, "admin.lookup", "4242 1"), (-1, 2, "admin.lookup", "4242 2")]


async def test_everything_about_a_player_is_seen_with_the_newest_lines(system: System) -> None:
    assert isinstance(await system.routers[0].ask(InspectPlayer(player_id=1)), NotStarted)
    await system.start()
    await system.administer(GiveCurrency("remna", 5))
    seen = await system.routers[0].ask(InspectPlayer(player_id=1))
    assert isinstance(seen, Inspection)
    assert seen.balances["remna"] == 5
    assert (seen.recent[0].asset, seen.recent[1].subject) == ("remna", "4242 a test")


async def test_a_suspended_player_looks_and_does_nothing(system: System) -> None:
    await system.start(1)
    await system.start(2)
    assert isinstance(await system.administer(Suspend(60)), Administered)
    refused = [
        await system.ask(Craft(player_id=1, idempotency_key=new_key(), amount=1)),
        await system.ask(Transfer(player_id=1, idempotency_key=new_key(), to_player_id=2, amount=1)),
    ]
    assert all(isinstance(reply, Suspended) and reply.reason == "a test" for reply in refused)
    assert isinstance(await system.routers[0].ask(GetInventory(player_id=1)), Inventory)
    await system.administer(ResetPlayer("everything"))
    assert isinstance(await system.ask(Start(player_id=1, idempotency_key=new_key())), Suspended)


async def test_a_summon_after_an_operator_has_set_its_pity_is_replayed_as_it_was(system: System) -> None:
    await system.start()
    await system.administer(GiveCurrency("fayrites", 20))
    await system.administer(SetFigure("pity_standard", 300))
    key = new_key()
    summoned = await system.ask(Summon(player_id=1, idempotency_key=key, banner="standard", count=10))
    assert isinstance(summoned, Summoned)
    assert summoned.pulls[0].rarity in ("Supreme", "Deity")
    (story,) = await replay(system.engine, key)
    assert not story.differs


async def test_an_audit_finds_nothing_off_in_what_operators_did(
    system: System, patient_engine: AsyncEngine, config: Config, tmp_path: Path
) -> None:
    key, logs = new_key(), LogFiles(tmp_path)
    for _ in range(2):
        await system.ask(Start(player_id=1, idempotency_key=new_key()))
        await system.ask(Craft(player_id=1, idempotency_key=key, amount=1))
        await system.administer(GiveEsprits("emberwick", 1, 2))
        await system.administer(TakeEsprit("emberwick"))
        await system.administer(GiveCurrency("remna", 7))
        await system.ask(refund(key))
        note = {"player_id": OPERATORS_KEY, "admin_id": ADMIN_ID, "use": "lookup", "about": "1"}
        await system.ask(NoteUse(idempotency_key=new_key(), **note))
        await system.administer(ResetPlayer("everything"))
        await close_period(patient_engine)
    await TransactionLogger(patient_engine, logs, config.engine).catch_up()
    report = await audit(patient_engine, logs, config.engine, every_period=True)
    assert report.clean, report.violations
    assert report.ledger_entries == report.logged_entries > 30
    assert await system.rows("SELECT count(*) FROM esprits") == [(0,)]


async def test_a_configuration_is_put_in_force_by_one_command_with_its_line(
    system: System, config: Config
) -> None:
    await system.start()
    dearer = replace(config.game, craft=replace(config.game.craft, shards_per_fayrite=11), id=11)
    await system.configurations.keep(dearer)
    command = PutInForce(
        player_id=OPERATORS_KEY,
        idempotency_key=new_key(),
        admin_id=ADMIN_ID,
        config_id=11,
        known_id=config.game.id,
        changed=["craft"],
        at_restart=[],
    )
    replies = await asyncio.gather(*(system.ask(command, n % 2) for n in range(6)))
    assert all(isinstance(reply, ConfigurationPutInForce) for reply in replies)
    assert {host.in_force.game.id for host in system.hosts} >= {11}
    crafted = await system.ask(Craft(player_id=1, idempotency_key=new_key(), amount=1), 1)
    assert isinstance(crafted, Crafted)
    assert crafted.shards_spent == 11
    late = replace(command, idempotency_key=new_key(), admin_id=7)
    assert await system.ask(late) == ConfigurationOutrun(version=1, in_force_id=11)
    lines = await system.rows("SELECT event, subject, config_id FROM ledger WHERE player_id = -1")
    assert lines == [("admin.reload", f"4242 {config.game.id}→11 craft", config.game.id)]


async def test_a_configuration_that_nobody_stored_is_not_put_in_force(system: System, config: Config) -> None:
    command = PutInForce(
        player_id=OPERATORS_KEY,
        idempotency_key=new_key(),
        admin_id=ADMIN_ID,
        config_id=404,
        known_id=config.game.id,
        changed=[],
        at_restart=[],
    )
    assert isinstance(await system.ask(command), Abandoned)
    assert await system.rows("SELECT id FROM current_configuration") == [(config.game.id,)]
    assert await system.rows("SELECT count(*) FROM ledger") == [(0,)]
