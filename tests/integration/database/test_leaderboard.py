"""Leaderboards are what the players' rows say, whoever draws them up and however little is looked at again."""

import asyncio
import random
from collections.abc import Iterable

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.config import Config
from faye.database.accounts import Accounts
from faye.database.leaderboard import read_leaderboard
from faye.database.leaderboard_upkeep import BOARDS, draw_up
from faye.database.models.esprit import Esprit
from faye.messages.leaderboard import Board, GetLeaderboard, Leaderboard
from faye.messages.settings import EraseAccount, GetSettings, SetPrivacy, Settings
from faye.utils.clock import at

FIRST = 1_000
"""Discord ids count from here, player keys from 1."""

_PLAYER = sa.text(
    "INSERT INTO players (id, started_at, level, level_cap, xp) VALUES (:id, now(), :level, 80, :xp) "
    "ON CONFLICT (id) DO UPDATE SET level = excluded.level, xp = excluded.xp, version = players.version + 1"
)
_LINE = sa.text(
    "INSERT INTO ledger (player_id, version, n, idempotency_key, event, asset, delta, balance, config_id, at) "
    "SELECT :id, coalesce(max(version), 0) + 1, 0, 1, 'test', 'xp', 1, 1, 1, now() FROM ledger WHERE player_id = :id"
)
_ACCOUNT = sa.text("INSERT INTO accounts (discord_id, player_id) VALUES (:user, :id) ON CONFLICT DO NOTHING")


async def play(engine: AsyncEngine, levels: dict[int, tuple[int, int]]) -> None:
    """Let players have these levels and XP, with a line in the ledger each, as every command leaves one."""
    async with engine.begin() as connection:
        for player, (level, xp) in levels.items():
            await connection.execute(_PLAYER, {"id": player, "level": level, "xp": xp})
            await connection.execute(_LINE, {"id": player})
            await connection.execute(_ACCOUNT, {"user": FIRST + player, "id": player})


async def own(engine: AsyncEngine, player: int, species: Iterable[str], level: int = 1) -> None:
    """Let a player own Esprits of these species, the first three of them as the team."""
    insert = (
        "INSERT INTO esprits (id, player_id, species, level, gained_at) "
        "VALUES (:id, :player, :code, :level, now())"
    )
    async with engine.begin() as connection:
        ids = [player * 1_000 + number for number, _ in enumerate(species)]
        for esprit_id, code in zip(ids, species, strict=True):
            given = {"id": esprit_id, "player": player, "code": code, "level": level}
            await connection.execute(sa.text(insert), given)
        team = dict(zip(("leader_id", "support1_id", "support2_id"), ids, strict=False))
        for slot, esprit_id in team.items():
            await connection.execute(sa.text(f"UPDATE players SET {slot} = {esprit_id} WHERE id = {player}"))
        await connection.execute(_LINE, {"id": player})


async def board(
    engine: AsyncEngine, by: Board, viewer: int = 0, page: int = 0, size: int = 10
) -> Leaderboard:
    return await read_leaderboard(engine, FIRST + viewer, GetLeaderboard(board=by, page=page, page_size=size))


async def ranks(engine: AsyncEngine, by: Board = "level") -> list[tuple[int, int | None]]:
    """Rank and player of every place that is shown."""
    entries = (await board(engine, by, size=25)).entries
    return [(entry.rank, entry.discord_id and entry.discord_id - FIRST) for entry in entries]


async def everything(engine: AsyncEngine) -> list[sa.Row]:
    """All boards, down to the last place that is kept; among equals the places are anybody's."""
    kept = "SELECT board, place, rank, score, further FROM leaderboard ORDER BY 1, 2"
    async with engine.connect() as connection:
        return list(await connection.execute(sa.text(kept)))


async def test_the_best_stand_first_and_equals_share_a_rank(engine: AsyncEngine, config: Config) -> None:
    await play(engine, {1: (5, 10), 2: (7, 0), 3: (5, 11), 4: (5, 10), 5: (1, 0)})
    assert await draw_up(engine, config.game, config.leaderboard)
    found = await ranks(engine)
    assert found[:2] == [(1, 2), (2, 3)]
    assert sorted(found[2:4]) == [(3, 1), (3, 4)]
    assert found[4] == (5, 5)
    mine = (await board(engine, "level", viewer=4)).own
    assert mine is not None
    assert (mine.rank, mine.score, mine.further, mine.exact) == (3, 5, 10, True)


async def test_teams_stand_by_the_power_that_the_rules_compute(engine: AsyncEngine, config: Config) -> None:
    codes = sorted(config.game.roster)[:5]
    await play(engine, {1: (1, 0), 2: (2, 0), 3: (3, 0)})
    await own(engine, 1, codes[:3], level=9)
    await own(engine, 2, codes, level=7)
    await draw_up(engine, config.game, config.leaderboard)

    def power(species: list[str], level: int) -> int:
        team = [Esprit(id=1, player_id=1, species=code, level=level, gained_at=at(0)) for code in species[:3]]
        return sum(esprit.power(config.game) for esprit in team)

    shown = (await board(engine, "power")).entries
    assert [(entry.score, entry.further) for entry in shown] == sorted(
        [(power(codes[:3], 9), 1), (power(codes, 7), 2), (0, 3)], reverse=True
    )
    kinds = (await board(engine, "collection")).entries
    assert [(entry.score, entry.further) for entry in kinds] == [(5, 5), (3, 3), (0, 0)]


async def test_a_kind_that_is_owned_twice_counts_once(engine: AsyncEngine, config: Config) -> None:
    code = min(config.game.roster)
    await play(engine, {1: (1, 0)})
    await own(engine, 1, [code, code, code, code])
    await draw_up(engine, config.game, config.leaderboard)
    (entry,) = (await board(engine, "collection")).entries
    assert (entry.score, entry.further) == (1, 4)


async def test_what_changed_since_is_all_that_has_to_be_looked_at(
    engine: AsyncEngine, config: Config
) -> None:
    chance, codes = random.Random(5), sorted(config.game.roster)
    await play(engine, {player: (chance.randint(1, 9), chance.randint(0, 99)) for player in range(1, 41)})
    await draw_up(engine, config.game, config.leaderboard)
    for turn in range(4):
        moved = chance.sample(range(1, 45), 6)
        await play(engine, {player: (chance.randint(1, 9), chance.randint(0, 99)) for player in moved})
        await own(
            engine, 1 + turn, chance.choices(codes, k=chance.randint(1, 6)), level=chance.randint(1, 50)
        )
        await draw_up(engine, config.game, config.leaderboard, at_once=True)
        gone_on = await everything(engine)
        async with engine.begin() as connection:
            for table in ("standings", "leaderboard", "leaderboard_run"):
                await connection.execute(sa.text(f"DELETE FROM {table}"))
        await draw_up(engine, config.game, config.leaderboard)
        assert await everything(engine) == gone_on


async def test_a_change_that_was_not_committed_yet_is_found_the_next_time(
    engine: AsyncEngine, config: Config
) -> None:
    await play(engine, {1: (1, 0), 2: (2, 0)})
    await draw_up(engine, config.game, config.leaderboard)
    async with engine.connect() as slow:
        await slow.execute(_PLAYER, {"id": 1, "level": 9, "xp": 0})
        await slow.execute(_LINE, {"id": 1})
        await play(engine, {2: (3, 0)})
        await draw_up(engine, config.game, config.leaderboard, at_once=True)
        assert await ranks(engine) == [(1, 2), (2, 1)]
        await slow.commit()
    await draw_up(engine, config.game, config.leaderboard, at_once=True)
    assert await ranks(engine) == [(1, 1), (2, 2)]


async def test_other_figures_of_the_game_move_everybody(engine: AsyncEngine, config: Config) -> None:
    await play(engine, {1: (1, 0)})
    await own(engine, 1, sorted(config.game.roster)[:1], level=40)
    await draw_up(engine, config.game, config.leaderboard)
    before = (await board(engine, "power")).entries[0].score
    stronger = replace(
        config.game, esprit=replace(config.game.esprit, growth_percent_per_level=50), id=config.game.id + 1
    )
    await draw_up(engine, stronger, config.leaderboard, at_once=True)
    assert (await board(engine, "power")).entries[0].score > 2 * before


async def test_a_database_whose_transactions_count_anew_is_read_as_a_whole(
    engine: AsyncEngine, config: Config
) -> None:
    await play(engine, {1: (1, 0)})
    await draw_up(engine, config.game, config.leaderboard)
    await play(engine, {1: (2, 0)})
    async with engine.begin() as connection:
        await connection.execute(sa.text("UPDATE leaderboard_run SET seen = '999999999999'"))
    await draw_up(engine, config.game, config.leaderboard, at_once=True)
    assert (await board(engine, "level")).entries[0].score == 2


async def test_it_is_done_when_it_is_due_and_by_one_at_a_time(engine: AsyncEngine, config: Config) -> None:
    await play(engine, {1: (1, 0)})
    drawn = await asyncio.gather(*(draw_up(engine, config.game, config.leaderboard) for _ in range(4)))
    assert drawn.count(True) == 1
    assert not await draw_up(engine, config.game, config.leaderboard)
    age = "UPDATE leaderboard_run SET drawn_up_at = now() - :s * interval '1 second', took_ms = :ms"
    for seconds, took_ms, due in ((59, 10, False), (61, 10, True), (61, 2_000, False), (101, 2_000, True)):
        async with engine.begin() as connection:
            await connection.execute(sa.text(age), {"s": seconds, "ms": took_ms})
        assert await draw_up(engine, config.game, config.leaderboard) == due, (seconds, took_ms)


async def test_whoever_plays_unseen_is_named_to_nobody_else_and_whoever_left_to_nobody_at_once(
    engine: AsyncEngine, config: Config
) -> None:
    await play(engine, {1: (3, 0), 2: (2, 0), 3: (1, 0)})
    await draw_up(engine, config.game, config.leaderboard)
    accounts = Accounts(engine)
    await accounts.answer(FIRST + 1, SetPrivacy(private=True))
    settings = await accounts.answer(FIRST + 2, GetSettings())
    assert isinstance(settings, Settings)
    await accounts.answer(FIRST + 2, EraseAccount(mark=settings.mark))

    seen = (await board(engine, "level", viewer=3)).entries
    assert [(entry.discord_id, entry.private) for entry in seen] == [
        (None, True),
        (None, False),
        (FIRST + 3, False),
    ]
    assert (await board(engine, "level", viewer=1)).entries[0].discord_id == FIRST + 1
    assert (await board(engine, "level", viewer=2)).own is None

    await draw_up(engine, config.game, config.leaderboard, at_once=True)
    assert await ranks(engine) == [(1, None), (2, 3)]
    async with engine.connect() as connection:
        kept = (await connection.execute(sa.text("SELECT player_id FROM standings ORDER BY 1"))).scalars()
        assert list(kept) == [1, 3]


async def test_what_is_played_on_for_a_key_that_nobody_has_any_more_stands_nowhere(
    engine: AsyncEngine, config: Config
) -> None:
    await play(engine, {1: (3, 0), 2: (2, 0)})
    async with engine.begin() as connection:
        await connection.execute(sa.text("DELETE FROM accounts WHERE player_id = 1"))
        await connection.execute(_LINE, {"id": 1})
    await draw_up(engine, config.game, config.leaderboard)
    assert await ranks(engine) == [(1, 2)]


@pytest.mark.parametrize("figures", [0, 4711])
async def test_whoever_was_reset_to_before_the_start_stands_nowhere_until_the_next(
    engine: AsyncEngine, config: Config, figures: int
) -> None:
    await play(engine, {1: (50, 3), 2: (2, 0)})
    await draw_up(engine, config.game, config.leaderboard)
    async with engine.begin() as connection:
        await connection.execute(
            sa.text("UPDATE players SET started_at = NULL, level = 1, xp = 0 WHERE id = 1")
        )
        await connection.execute(_LINE, {"id": 1})
    later = replace(config.game, id=figures or config.game.id)
    await draw_up(engine, later, config.leaderboard, at_once=True)
    assert await ranks(engine) == [(1, 2)]
    async with engine.begin() as connection:
        await connection.execute(sa.text("UPDATE players SET started_at = now() WHERE id = 1"))
        await connection.execute(_LINE, {"id": 1})
    await draw_up(engine, config.game, config.leaderboard, at_once=True)
    assert await ranks(engine) == [(1, 2), (2, 1)]


async def test_everybodys_own_place_is_right_at_the_top_and_nearly_right_below(
    engine: AsyncEngine, config: Config
) -> None:
    few = replace(config.leaderboard, places_shown=20, places_sampled=10)
    await play(engine, {player: (80, 1_000 - player) for player in range(1, 201)})
    await draw_up(engine, config.game, few)
    shown = await board(engine, "level", viewer=200, page=1)
    assert (shown.page, shown.pages, shown.players) == (1, 2, 200)
    assert [entry.rank for entry in shown.entries] == list(range(11, 21))
    for player in range(1, 201):
        mine = (await board(engine, "level", viewer=player)).own
        assert mine is not None
        assert abs(mine.rank - player) <= (0 if mine.exact else 10), (player, mine)
        assert mine.exact == (player <= 20 or player % 20 == 0)


@pytest.mark.parametrize("page", [-5, 0, 1, 10**9])
async def test_boards_that_were_never_drawn_up_have_one_empty_page(engine: AsyncEngine, page: int) -> None:
    for by in BOARDS:
        found = await board(engine, by, page=page)  # type: ignore[arg-type]
        assert (found.entries, found.page, found.pages, found.drawn_up_at, found.own) == (
            [],
            0,
            1,
            None,
            None,
        )
