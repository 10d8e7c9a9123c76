"""A sample of every reply about exploring, fights and trials."""

from datetime import UTC, datetime

from msgspec.structs import replace

from faye.messages import Command, Query, Reply
from faye.messages.explore import Explore, Explored, NotEnoughEnergy
from faye.messages.fight import (
    Act,
    Beat,
    FightEnd,
    FightSide,
    FightSupport,
    FightView,
    InFight,
    NoFight,
    NotEnoughMana,
    NotReady,
    OpenFight,
    TurnPassed,
    TurnPlayed,
    XpGain,
)
from faye.messages.team import LeaderNeeded
from faye.messages.trial import (
    BeginTrial,
    GetTrial,
    NoTrialsLeft,
    TrialBegun,
    TrialNotDue,
    TrialOffer,
    TrialOutdated,
)
from faye.messages.tutorial import (
    CollectTutorial,
    NothingToCollect,
    Tutorial,
    TutorialCollected,
    TutorialStep,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = 1574321814727950336

SIDE = FightSide(
    species="king_of_lost_hours",
    rarity="Supreme",
    element="Umbral",
    esprit_class="Destroyer",
    level=200,
    limit_breaks=5,
    power=123_456,
    hp=1,
    hp_max=98_765,
    shield=4_321,
    mana=3,
    mana_max=456,
    skill_cost=182,
    effects={"burn": 3, "shield": 2, "stun": 1, "weaken": 2, "haste": 3, "steady": 3, "unheard of": 1},
)
SUPPORT = FightSupport("leviathans_nurse", "Celestial", "Aqua", "Support", 150, 5, 99_999, 0)
FIGHT = FightView(
    KEY, "wild", 40, 40, SIDE, SIDE, [SUPPORT, replace(SUPPORT, cooldown=4)], "smash", 1_800_000_000_000
)
FRESH = replace(
    FIGHT, kind="trial", turn=1, leader=replace(SIDE, mana=456, effects={}), supports=[None, None]
)

MARKS = ["strong", "weak", "rage", "crit", "block", "guard", "parry", "unheard of"]
BEATS = [
    *(Beat(who, what, 10**6, MARKS) for who in ("leader", "enemy") for what in ("strike", "smash", "skill")),  # type: ignore[arg-type]
    *(Beat("enemy", what, 0, ["dodge"]) for what in ("strike", "smash", "skill")),
    *(
        Beat(who, what, figure)  # type: ignore[arg-type]
        for who in ("leader", "enemy", "support1", "support2")
        for what in (
            "skill",
            "guard",
            "charge",
            "stun",
            "stunned",
            "burn",
            "heal",
            "shield",
            "mana",
            "flee",
            "new",
        )
        for figure in (0, 7)
    ),
]

XP = XpGain(gained=115, level_before=1, level=2, xp=15, xp_needed=282, is_capped=False)
CAPPED = XpGain(gained=0, level_before=10, level=10, xp=3_162, xp_needed=3_162, is_capped=True)
HIGHEST = XpGain(gained=0, level_before=80, level=80, xp=0, xp_needed=0, is_capped=False)

OUT = Explored(
    encounter="find",
    place=65_535,
    paid={"faylen": 40, "remna": 1},
    xp=XP,
    energy=95,
    energy_max=100,
    energy_cost=5,
)
OFFER = TrialOffer(
    level=70,
    level_cap=70,
    cap_after=80,
    price={"faylen": 220_000, "remna": 2_000},
    held={"faylen": 10**15, "remna": 2_000},
    boss_species="noctavar",
    boss_level=155,
    boss_power=99_999,
    leader_power=10**6,
    available_at=None,
)

PLAYED = TurnPlayed(fight=FIGHT, beats=BEATS)
WON = FightEnd("won", {"faylen": 100, "virelite": 50}, {}, XP, None)

STEPS = [
    TutorialStep("daily", {"virelite": 10**15}, True, True),
    TutorialStep("summon", {"fayrite_shards": 10, "remna": 1}, True, False),
    TutorialStep("win", {}, False, False),
]

FIGHT_REPLIES: tuple[tuple[str, Reply], ...] = (
    *(("explore", replace(OUT, encounter=encounter)) for encounter in ("find", "chest")),
    ("explore", replace(OUT, paid={}, xp=CAPPED, energy=3)),
    ("explore", replace(OUT, xp=HIGHEST)),
    *(("explore", replace(OUT, encounter="fight", place=place, fight=FIGHT)) for place in range(5)),
    ("explore", replace(OUT, encounter="fight", fight=replace(FIGHT, enemy=replace(SIDE, species="gone")))),
    ("explore", NotEnoughEnergy(required=5, held=4, enough_at=NOW)),
    ("explore", InFight(fight=FIGHT)),
    ("explore", LeaderNeeded()),
    ("trial_begin", LeaderNeeded()),
    *(
        ("fight", replace(PLAYED, fight=replace(FIGHT, intent=i)))
        for i in ("strike", "skill", "charge", "smash")
    ),
    ("fight", replace(PLAYED, beats=[], fight=FRESH)),
    ("fight", replace(PLAYED, end=WON)),
    ("fight", replace(PLAYED, end=FightEnd("won", {}, {}, XP, 80))),
    ("fight", replace(PLAYED, end=FightEnd("lost", {}, {"faylen": 220_000}, None, None))),
    (
        "fight",
        replace(
            PLAYED,
            fight=replace(FIGHT, leader=replace(SIDE, hp=0)),
            end=FightEnd("lost", {}, {}, CAPPED, None),
        ),
    ),
    ("fight", replace(PLAYED, end=FightEnd("fled", {}, {}, None, None))),
    ("fight", OpenFight(fight=FIGHT)),
    ("fight", NoFight()),
    ("fight", TurnPassed(turn=7)),
    ("fight", NotReady(action="support1", turns=3)),
    ("fight", NotReady(action="support2", turns=None)),
    ("fight", NotEnoughMana(required=12, held=3)),
    ("trial", OFFER),
    ("trial", replace(OFFER, held={"faylen": 0, "remna": 0}, available_at=NOW, boss_species="gone")),
    ("trial", TrialNotDue(level=3, level_cap=10)),
    ("trial", NoTrialsLeft(level_cap=80)),
    ("trial", InFight(fight=FRESH)),
    ("trial_begin", TrialBegun(price=OFFER.price, balances={"faylen": 1, "remna": 0}, fight=FRESH)),
    ("trial_begin", TrialOutdated(level_cap=20)),
    ("trial_begin", InFight(fight=FRESH)),
    ("policy", Tutorial(steps=STEPS)),
    ("policy", Tutorial(steps=STEPS[:1])),
    ("steps", TutorialCollected(paid={"virelite": 1, "remna": 5}, steps=STEPS)),
    ("steps", NothingToCollect(steps=STEPS)),
)

FIGHT_REQUESTS: dict[str, Command | Query] = {
    "explore": Explore(player_id=0, idempotency_key=KEY),
    "fight": Act(player_id=0, idempotency_key=KEY, fight_id=KEY, turn=40, action="strike"),
    "trial": GetTrial(player_id=0),
    "steps": CollectTutorial(player_id=0, idempotency_key=KEY),
    "trial_begin": BeginTrial(player_id=0, idempotency_key=KEY, level_cap=70),
}
"""A request to each presentation."""
