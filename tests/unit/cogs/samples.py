"""A sample of every reply and refusal that a front-end can be given."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from faye.cogs.shared.rendered import Rendered
from faye.messages import Command, Query, Reply
from faye.messages import refusals as r
from faye.messages.craft import Craft, Crafted
from faye.messages.daily import ClaimDaily, DailyClaimed
from faye.messages.esprit import (
    CollectionPage,
    EspritChoices,
    EspritDetails,
    EspritView,
    FindEsprits,
    GetCollection,
)
from faye.messages.history import GetHistory, HistoryEntry, HistoryPage
from faye.messages.profile import GetInventory, GetProfile, Inventory, Profile
from faye.messages.start import AlreadyStarted, Start, Started
from faye.messages.summon import BannerOdds, GetOdds, Odds, Pull, RarityOdds, Summon, Summoned

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
    r.UnknownEsprit(esprit_id=2**62),
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
    ("collection", CollectionPage(esprits=ESPRITS[:10], page=1, pages=3, matching=30, total=31)),
    ("collection", CollectionPage(esprits=[], page=0, pages=1, matching=0, total=31)),
    ("collection", CollectionPage(esprits=[], page=0, pages=1, matching=0, total=0)),
    ("esprit", DETAILS),
    ("esprit", EspritChoices(esprits=ESPRITS)),
    ("esprit", EspritChoices(esprits=[])),
    ("history", HistoryPage(entries=[entry(number) for number in range(20)], has_more=True)),
    ("history", HistoryPage(entries=[], has_more=False)),
)

KEY = 1574321814727950336
REQUESTS: dict[str, Command | Query] = {
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
    "history": GetHistory(player_id=0, before=(2**62, 9), asset="faylen"),
}
"""A request to each presentation."""

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
