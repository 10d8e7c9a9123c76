"""Samples of what operators are shown."""

from datetime import UTC, datetime
from typing import get_args

from faye.messages import Command, Query, Reply
from faye.messages import admin as a
from faye.messages.codec import encode
from faye.messages.craft import Crafted
from faye.messages.esprit import EspritView
from faye.messages.history import HistoryEntry

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = 1574321814727950336
PLAYER = 2**62 - 1
ADMIN = 2**62

DEEDS: tuple[a.Deed | a.Undo, ...] = (
    a.GiveCurrency("faylen", 500),
    a.GiveEsprits("emberwick", 10, 5),
    a.TakeCurrency("fayrite_shards", 10**15),
    a.TakeEsprit(str(2**63 - 1)),
    a.SetFigure("pity_standard", 300),
    a.ResetPlayer("cooldowns"),
    a.ResetPlayer("everything"),
    a.Suspend(a.SUSPENDED_MINUTES_MAX),
    a.LiftSuspension(),
    a.Undo(KEY),
)
CONFIRMED = (a.TakeCurrency, a.TakeEsprit, a.ResetPlayer, a.Suspend, a.Undo)
CHANGES = [a.Change(what, 10**6, 0) for what in ("faylen", "fayrite_shards", "level_cap", "esprit")]

REFUSALS: tuple[Reply, ...] = (
    a.UnknownThing(name="**gold**"),
    a.NothingToDo(),
    a.ValueNotAllowed(given=15, allowed=[10, 20, 30]),
    a.LastEsprit(),
    a.FightGoesOn(until=NOW),
    a.TooManyAtOnce(count=40_000, most=30_000),
    *(a.NotRefundable(why=why) for why in get_args(a.NoRefund)),
    a.AlreadyRefunded(),
    a.NothingFound(),
)


def _lines(event: str) -> list[HistoryEntry]:
    return [HistoryEntry(NOW, event, "faylen", -500, 10**15, 7, n, f"{ADMIN} for a test") for n in range(20)]


def replies(esprits: list[EspritView]) -> tuple[tuple[str, Reply], ...]:
    """One of everything, with these Esprits where there are any."""
    inspection = a.Inspection(
        version=12,
        player_id=PLAYER,
        started_at=NOW,
        level=10,
        level_cap=10,
        xp=3_162,
        xp_needed=3_162,
        energy=7,
        energy_max=100,
        balances={"faylen": 10**15, "remna": 0},
        pity={"standard": 299, "premium": 0},
        daily_streak=3,
        tutorial=7,
        cooldowns={"daily": NOW, "daily summon": None},
        esprits=5_000,
        by_rarity={"Common": 4_999, "Deity": 1},
        team=esprits[:3],
        fight_until=NOW,
        suspended_until=NOW,
        suspended_for="**x** " * 6,
        recent=_lines("admin.inspect"),
    )
    found = a.DecidedFound(
        key=KEY,
        owner_id=PLAYER,
        reply=encode(Crafted(crafted=1, shards_spent=10, fayrites=1, fayrite_shards=9)),
        lines=_lines("craft"),
        lines_total=500,
        refunded_at=NOW,
    )
    until = {"until": NOW}
    return (
        *(
            (
                "admin_plan",
                a.DeedPreview(player_id=PLAYER, deed=deed, changes=CHANGES, esprits=esprits[:10], **until),
            )
            for deed in DEEDS
            if isinstance(deed, CONFIRMED)
        ),
        ("admin_refund_plan", a.DeedPreview(player_id=PLAYER, deed=a.Undo(KEY), changes=CHANGES, esprits=[])),
        *(
            (
                "admin_deed",
                a.Administered(player_id=PLAYER, deed=deed, changes=CHANGES, esprits=esprits[:10], **until),
            )
            for deed in DEEDS
        ),
        ("admin_inspect", inspection),
        ("admin_inspect", a.UseNoted(use="inspect")),
        ("admin_lookup", found),
        ("admin_lookup", a.UseNoted(use="lookup")),
        (
            "admin_reload",
            a.ConfigurationPutInForce(
                config_id=-(2**63), known_id=1, changed=["craft"], at_restart=["engine"]
            ),
        ),
        ("admin_reload", a.ConfigurationOutrun(in_force_id=-(2**63))),
        *((name, refusal) for name in REQUESTS for refusal in REFUSALS),
    )


REQUESTS: dict[str, Command | Query] = {
    "admin_plan": a.PreviewDeed(player_id=0, deed=a.Suspend(60), reason="ä" * a.REASON_CHARS_MAX),
    "admin_refund_plan": a.GetDecided(player_id=0, key=KEY, reason="*" * a.REASON_CHARS_MAX),
    "admin_deed": a.Administer(
        player_id=0, idempotency_key=KEY, admin_id=ADMIN, reason="x", deed=a.GiveCurrency("faylen", 1)
    ),
    "admin_inspect": a.NoteUse(player_id=0, idempotency_key=KEY, admin_id=ADMIN, use="inspect", about=""),
    "admin_lookup": a.NoteUse(player_id=0, idempotency_key=KEY, admin_id=ADMIN, use="lookup", about=str(KEY)),
    "admin_reload": a.PutInForce(
        player_id=0,
        idempotency_key=KEY,
        admin_id=ADMIN,
        config_id=2,
        known_id=1,
        changed=["craft"],
        at_restart=[],
    ),
}
