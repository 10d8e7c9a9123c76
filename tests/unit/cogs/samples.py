"""A sample of every reply and refusal that a front-end can be given."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from faye.cogs.shared.rendered import Rendered
from faye.messages import Command, DirectRequest, Query, Reply
from faye.messages import refusals as r
from faye.messages.compare import Compared, CompareEsprits, EspritComparison, SameEsprit
from faye.messages.craft import Craft, Crafted
from faye.messages.daily import ClaimDaily, DailyClaimed
from faye.messages.dissolve import (
    DissolveEsprits,
    DissolvePlan,
    DissolvePreview,
    EspritProtected,
    EspritsDissolved,
    GetDissolvePlan,
    NothingToDissolve,
    Selection,
    SelectionChanged,
)
from faye.messages.esprit import (
    CollectionPage,
    EspritChoices,
    EspritDetails,
    EspritView,
    FindEsprits,
    GetCollection,
)
from faye.messages.history import GetHistory, HistoryEntry, HistoryPage
from faye.messages.leaderboard import GetLeaderboard, Leaderboard, OwnRank, Ranked
from faye.messages.level import EnergyReport, GetEnergy, GetLevel, LevelReport
from faye.messages.limit_break import (
    BreakLimit,
    GetLimitBreak,
    LimitBreakOffer,
    LimitBroken,
    NoBreaksLeft,
    NotAtCap,
    OfferOutdated,
)
from faye.messages.lock import AlreadyLocked, EspritLocked, LockEsprit
from faye.messages.profile import GetInventory, GetProfile, Inventory, Profile
from faye.messages.settings import (
    AccountErased,
    EraseAccount,
    ErasureRefused,
    GetSettings,
    KeepsToThemselves,
    SetPrivacy,
    Settings,
)
from faye.messages.start import AlreadyStarted, Start, Started
from faye.messages.summon import BannerOdds, GetOdds, Odds, Pull, RarityOdds, Summon, Summoned
from faye.messages.team import (
    GetTeam,
    LeaderNeeded,
    OptimizeTeam,
    Team,
    TeamChanged,
    TeamUnchanged,
)
from faye.messages.upgrade import EspritAtCap, EspritUpgraded, LevelCap, UpgradeEsprit
from tests.unit.cogs import samples_admin
from tests.unit.cogs.samples_of_fights import FIGHT_REPLIES, FIGHT_REQUESTS

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RARITIES = ("Common", "Uncommon", "Rare", "Epic", "Celestial", "Supreme", "Deity")

ESPRIT = EspritView(
    id=2**62,
    species="emberwick",
    name="Emberwick",
    rarity="Common",
    element="Inferno",
    esprit_class="Mystic",
    level=12,
    limit_breaks=1,
    power=1_234,
    locked=True,
    bound=True,
    in_team=True,
)

ESPRITS = [msgspec.structs.replace(ESPRIT, id=ESPRIT.id + number) for number in range(25)]

REFUSALS: tuple[Reply, ...] = (
    r.NotStarted(),
    r.NotEnough(currency="fayrites", required=10, held=3),
    r.TooSoon(what="daily", available_at=NOW),
    r.TooSoon(what="daily summon", available_at=NOW),
    r.TooSoon(what="something new", available_at=NOW),
    r.InvalidAmount(given=10**18, least=1, most=10),
    r.InvalidAmount(given=5, least=1, most=1),
    r.BalanceFull(currency="faylen", held=5, most=6),
    r.Suspended(until=NOW, reason="**x** " * 6),
    r.UnknownEsprit(esprit_id=2**62),
    r.UnclearEsprit(text="*x*" * 13, esprits=ESPRITS[:10]),
    r.UnclearEsprit(text="", esprits=[]),
    r.UnknownPlayer(),
    r.IdempotencyConflict(),
    r.Expired(),
    r.Abandoned(),
    r.Busy(),
    r.Busy(overloaded=True),
    r.NotKnownYet(),
)


def pull(number: int, *, by_pity: bool = False) -> Pull:
    return Pull(2**62 + number, "emberwick", RARITIES[number % 7], 299 + number, by_pity, number % 2 == 0)


def summoned(count: int, banner: str = "standard") -> Summoned:
    return Summoned(
        banner=banner,  # type: ignore[arg-type]
        pulls=[pull(number, by_pity=number == 5) for number in range(count)],
        currency="" if banner == "daily" else "fayrites",
        cost=count,
        balance=10**15,
        pity=299,
        pity_threshold=300,
        next_free_at=NOW if banner == "daily" else None,
    )


PROFILE = Profile(
    level=10,
    level_cap=10,
    xp=3_162,
    xp_needed=3_162,
    energy=7,
    energy_max=100,
    energy_full_at=NOW,
    esprits=10**6,
    species_found=108,
    species_total=108,
    power=10**9,
    leader=ESPRIT,
    started_at=NOW,
    daily_streak=12,
    supports=(ESPRIT, ESPRIT),
)

ODDS = Odds(
    version=1,
    banners=[
        BannerOdds(
            banner=banner,
            rates=[RarityOdds(rarity, 0.1, 0.1234) for rarity in RARITIES],
            pity=24,
            pity_threshold=300,
            mean_pulls_to_supreme=97.3,
        )
        for banner in ("standard", "premium", "daily")
    ],
)

DAILY = DailyClaimed(
    reward={"faylen": 500, "ethryl": 1},
    balances={"faylen": 1_000},
    streak=3,
    bonus_percent=10,
    streak_was_reset=False,
    next_at=NOW,
    streak_ends_at=NOW,
)

DETAILS = EspritDetails(
    esprit=ESPRIT,
    stats={"hp": 124, "crit": 0.087, "regen": 1.6},
    level_cap=20,
    next_level_cost=111,
    gained_at=NOW,
    lore="x" * 300,
)

CAP = LevelCap(cap=20, by_rarity=False, breaks_left=4, next_player_level=20)
OFFER = LimitBreakOffer(
    esprit=ESPRIT,
    breaks_max=5,
    cost={"remna": 372, "virelite": 930},
    held={"remna": 10**15, "virelite": 10**15},
    cap=CAP,
    cap_after=25,
    power_after=1_400,
)
MEMBERS = {"leader": ESPRITS[0], "support1": ESPRITS[1], "support2": ESPRITS[2]}
STATS = {"hp": 124, "atk": 8, "crit": 0.087, "regen": 1.6}
COMPARED = Compared(ESPRIT, STATS, 20)
SELECTION = Selection(rarity_most="Celestial", level_most=1000, keep_best=99)
PLAN = DissolvePlan(
    count=500,
    mark="0123456789ab",
    gains={"virelite": 3 * 10**6, "remna": 6 * 10**5},
    by_rarity=dict.fromkeys(RARITIES, 71),
    best=ESPRITS[:5],
    left_over=4_500,
    protected=12,
)
LEVEL = LevelReport(
    level=10,
    level_cap=10,
    level_cap_max=80,
    xp=3_162,
    xp_needed=3_162,
    esprit_cap=20,
    next_esprit_cap=50,
    next_esprit_cap_at=20,
)
ENERGY = EnergyReport(energy=7, energy_max=100, next_at=NOW, full_at=NOW, minutes_per_point=3)


PAGE = CollectionPage(
    esprits=ESPRITS[:10],
    page=1,
    pages=3,
    matching=30,
    total=31,
    first=10,
    begin=(-5, -1_234, 30, 2**63 - 1),
    end=(-4, -1_233, 31, 2**63 - 1),
)


BOARD = Leaderboard(
    entries=[
        Ranked(number, 10**12, 10**12, 2**63 - number if number % 3 else None, number % 2 == 0)
        for number in range(91, 116)
    ],
    page=8,
    pages=10,
    players=300_000,
    drawn_up_at=NOW,
    own=OwnRank(12_345, 10**12, 10**12, exact=False),
)


def entry(number: int) -> HistoryEntry:
    return HistoryEntry(NOW, "transfer.give", "faylen", -(10**15), 10**15, number, 0, "emberwick")


REPLIES: tuple[tuple[str, Reply], ...] = (
    ("craft", Crafted(crafted=1, shards_spent=10, fayrites=1, fayrite_shards=10**15)),
    ("daily", DAILY),
    ("profile", PROFILE),
    (
        "inventory",
        Inventory(balances={"faylen": 10**15}, craftable_fayrites=0, daily_at=NOW, daily_summon_at=None),
    ),
    ("policy", PROFILE),
    ("start", Started(purse={"faylen": 500}, esprit_id=1, species="emberwick", level=1)),
    ("start", Started(purse={"faylen": 500}, esprit_id=1, species="no_longer_there", level=1)),
    ("start", AlreadyStarted()),
    ("summon", summoned(1)),
    ("summon", summoned(10)),
    ("summon", summoned(1, "daily")),
    ("odds", ODDS),
    ("collection", PAGE),
    ("collection", CollectionPage(esprits=[], page=0, pages=1, matching=0, total=31)),
    ("collection", CollectionPage(esprits=[], page=0, pages=1, matching=0, total=0)),
    ("esprit", DETAILS),
    ("esprit", EspritChoices(esprits=ESPRITS)),
    ("esprit", EspritChoices(esprits=[])),
    (
        "upgrade",
        EspritUpgraded(
            esprit=ESPRIT, level_before=3, power_before=900, level_cap=12, cost=10**9, virelite=10**15
        ),
    ),
    ("upgrade", EspritAtCap(esprit=ESPRIT, asked=21, cap=CAP)),
    ("upgrade", EspritAtCap(esprit=ESPRIT, asked=76, cap=LevelCap(75, True, 0, None))),
    ("limit_break_offer", OFFER),
    ("limit_break_offer", msgspec.structs.replace(OFFER, held={"remna": 371, "virelite": 0}, cap_after=20)),
    ("limit_break_offer", NotAtCap(esprit=ESPRIT, level_cap=20)),
    ("limit_break_offer", NoBreaksLeft(esprit=ESPRIT)),
    (
        "limit_break",
        LimitBroken(
            esprit=ESPRIT,
            power_before=1_100,
            cap_before=15,
            level_cap=20,
            cost={"remna": 372, "virelite": 930},
            balances={"remna": 1, "virelite": 10**15},
        ),
    ),
    ("limit_break", OfferOutdated(esprit=ESPRIT)),
    ("lock", EspritLocked(esprit=ESPRIT)),
    ("lock", EspritLocked(esprit=msgspec.structs.replace(ESPRIT, locked=False))),
    ("lock", AlreadyLocked(esprit=ESPRIT)),
    ("team", Team(members=MEMBERS, power=10**9)),  # type: ignore[arg-type]
    ("team", Team(members={}, power=0)),
    ("team_change", TeamChanged(members=MEMBERS, power=10**9, power_before=10**8)),  # type: ignore[arg-type]
    ("team_change", TeamUnchanged()),
    ("team_change", LeaderNeeded()),
    ("dissolve_plan", DissolvePreview(plan=PLAN, selection=SELECTION)),
    ("dissolve_plan", DissolvePreview(plan=PLAN, selection=Selection(esprit=str(2**63 - 1)))),
    ("dissolve_plan", NothingToDissolve(protected=0)),
    ("dissolve_plan", NothingToDissolve(protected=3)),
    ("dissolve_plan", EspritProtected(esprit=ESPRIT)),
    (
        "dissolve",
        EspritsDissolved(plan=PLAN, balances={"virelite": 10**15, "remna": 10**15}, collection=10**6),
    ),
    (
        "dissolve",
        EspritsDissolved(
            plan=msgspec.structs.replace(PLAN, count=1, best=[ESPRIT]), balances={}, collection=1
        ),
    ),
    ("dissolve", SelectionChanged(plan=PLAN, selection=SELECTION)),
    ("dissolve", NothingToDissolve(protected=1)),
    ("compare", EspritComparison(first=COMPARED, second=COMPARED)),
    ("compare", SameEsprit(esprit=ESPRIT)),
    ("level", LEVEL),
    (
        "level",
        msgspec.structs.replace(
            LEVEL, level=80, level_cap=80, xp_needed=0, next_esprit_cap=None, next_esprit_cap_at=None
        ),
    ),
    ("energy", ENERGY),
    ("energy", msgspec.structs.replace(ENERGY, energy=100, next_at=None, full_at=None)),
    ("history", HistoryPage(entries=[entry(number) for number in range(20)], has_more=True)),
    ("history", HistoryPage(entries=[], has_more=False)),
    ("leaderboard", BOARD),
    ("leaderboard", msgspec.structs.replace(BOARD, page=9, entries=[])),
    (
        "leaderboard",
        Leaderboard(entries=[], page=0, pages=1, players=0, drawn_up_at=None, own=None),
    ),
    ("profile", KeepsToThemselves()),
    ("settings", Settings(private=False, mark=2**53)),
    ("settings", Settings(private=True, mark=0, notify=True)),
    ("erasure_offer", Settings(private=False, mark=2**63 - 1)),
    ("erasure", AccountErased()),
    ("erasure", ErasureRefused(until=NOW)),
    *samples_admin.replies(ESPRITS),
)

KEY = 1574321814727950336
REQUESTS: dict[str, Command | Query | DirectRequest] = {
    "craft": Craft(player_id=0, idempotency_key=KEY, amount=3),
    "daily": ClaimDaily(player_id=0, idempotency_key=KEY),
    "profile": GetProfile(player_id=0),
    "inventory": GetInventory(player_id=0),
    "policy": GetProfile(player_id=0),
    "start": Start(player_id=0, idempotency_key=KEY),
    "summon": Summon(player_id=0, idempotency_key=KEY, banner="standard", count=10),
    "odds": GetOdds(player_id=0),
    "collection": GetCollection(player_id=0, rarity="Rare", name="emb"),
    "esprit": FindEsprits(player_id=0, text="**e**"),
    "upgrade": UpgradeEsprit(player_id=0, idempotency_key=KEY, esprit="emb", levels=3),
    "limit_break_offer": GetLimitBreak(player_id=0, esprit="emb"),
    "limit_break": BreakLimit(player_id=0, idempotency_key=KEY, esprit_id=1, level=20, limit_breaks=4),
    "lock": LockEsprit(player_id=0, idempotency_key=KEY, esprit="emb", locked=True),
    "team": GetTeam(player_id=0),
    "team_change": OptimizeTeam(player_id=0, idempotency_key=KEY),
    "dissolve_plan": GetDissolvePlan(player_id=0, selection=SELECTION),
    "dissolve": DissolveEsprits(
        player_id=0, idempotency_key=KEY, selection=SELECTION, count=500, mark="0123456789ab"
    ),
    "compare": CompareEsprits(player_id=0, first="1", second="2"),
    "level": GetLevel(player_id=0),
    "energy": GetEnergy(player_id=0),
    "history": GetHistory(player_id=0, before=(2**62, 9), asset="faylen"),
    "leaderboard": GetLeaderboard(board="collection"),
    "settings": SetPrivacy(private=True),
    "erasure_offer": GetSettings(),
    "erasure": EraseAccount(mark=2**53),
    **samples_admin.REQUESTS,
}
"""A request to each presentation."""

REPLIES += FIGHT_REPLIES
REQUESTS |= FIGHT_REQUESTS

EVERYTHING = [*REPLIES, *((name, refusal) for name in REQUESTS for refusal in REFUSALS)]
"""Every reply and refusal, with the presentation that has to show it."""


def body_of(rendered: Rendered) -> dict[str, Any]:
    """An answer as it goes to Discord."""
    view = rendered.view()
    return {
        "content": rendered.content,
        "flags": 0,
        "attachments": [],
        "embeds": [embed.to_dict() for embed in rendered.embeds],
        "components": view.to_components() if view else [],
    }
