"""What a new player reads: plural forms, what a thing is for, what to do next, and nothing beyond Discord's limits."""

from typing import Any

import msgspec
import pytest

from faye.cogs.shared.errand import Scene, errand
from faye.cogs.shared.look import Look
from faye.cogs.shared.presenter import present
from faye.cogs.shared.rendered import Rendered
from faye.cogs.shared.texts import NO_BREAK_SPACE
from faye.messages import Reply
from faye.messages.compare import EspritComparison
from faye.messages.dissolve import EspritProtected
from faye.messages.esprit import CollectionPage
from faye.messages.history import HistoryEntry, HistoryPage
from faye.messages.limit_break import NotAtCap
from faye.messages.profile import Inventory
from faye.messages.refusals import Abandoned, InvalidAmount, NotEnough
from faye.messages.start import Started
from faye.messages.summon import Summon
from faye.messages.upgrade import EspritAtCap, LevelCap
from faye.playground.check_message import check_message
from tests.unit.cogs import samples
from tests.unit.cogs.samples_of_fights import BEATS


def words_of(rendered: Rendered) -> str:
    """Everything that can be read in an answer."""
    parts = [rendered.content]
    for embed in rendered.embeds:
        parts += [embed.title or "", embed.description or "", embed.footer.text or ""]
        parts += [f"{field.name}: {field.value}" for field in embed.fields]
    return "\n".join(parts)


def shown(presentation: str, reply: Reply, scene: Scene, look: Look, **changes: Any) -> str:
    request = msgspec.structs.replace(samples.REQUESTS[presentation], **changes)
    return words_of(present(errand(request, presentation, scene), reply, look))


def test_one_of_a_thing_is_not_spoken_of_as_many(scene: Scene, look: Look) -> None:
    one = msgspec.structs.replace(samples.PROFILE, esprits=1, daily_streak=1)
    text = shown("profile", one, scene, look)
    assert "**1** Esprit\n" in text
    assert "**1** day" in text
    assert "days" not in text
    page = CollectionPage(esprits=[samples.ESPRIT], page=0, pages=1, matching=1, total=1)
    assert "1 Esprit ·" in shown("collection", page, scene, look, rarity=None, name=None)
    entry = msgspec.structs.replace(samples.entry(1), asset="fayrite_shards", delta=-1)
    assert "**−1** fayrite shard →" in plain_spaces(history_of(entry, scene, look))
    gained = msgspec.structs.replace(entry, asset="esprit", delta=1, balance=2)
    assert "**+1** Esprit → 2" in plain_spaces(history_of(gained, scene, look))


def history_of(entry: HistoryEntry, scene: Scene, look: Look) -> str:
    return shown("history", HistoryPage(entries=[entry], has_more=False), scene, look)


def plain_spaces(text: str) -> str:
    return text.replace(NO_BREAK_SPACE, " ")


def test_a_line_of_the_history_breaks_nowhere_within_its_figures(scene: Scene, look: Look) -> None:
    entry = msgspec.structs.replace(samples.entry(1), asset="fayrite_shards", delta=20, balance=1_110)
    figures = "**+20** fayrite shards → 1,110"
    assert f" {figures.replace(' ', NO_BREAK_SPACE)}" in history_of(entry, scene, look)


def test_the_cost_of_a_single_banner_is_told_without_its_name(scene: Scene, look: Look) -> None:
    premium = next(odds for odds in samples.ODDS.banners if odds.banner == "premium")
    alone = msgspec.structs.replace(samples.ODDS, banners=[premium])
    assert "Premium: 1 ethryl a pull\n" in shown("odds", alone, scene, look)
    assert "Standard: 1 fayrite a pull · Premium: 1 ethryl a pull" in shown("odds", samples.ODDS, scene, look)


def test_only_a_summon_that_may_go_better_the_next_time_is_offered_again(scene: Scene, look: Look) -> None:
    def offers(reply: Reply) -> list[str]:
        rendered = present(errand(samples.REQUESTS["summon"], "summon", scene), reply, look)
        return [item.item.label or "" for item in rendered.items]  # type: ignore[attr-defined]

    assert offers(samples.summoned(1)) == ["Summon again"]
    assert offers(Abandoned()) == ["Summon again"]
    assert offers(NotEnough(currency="ethryl", required=10, held=2)) == []


def test_a_collection_says_how_much_of_it_is_shown_only_if_it_is_filtered(scene: Scene, look: Look) -> None:
    page = msgspec.structs.replace(samples.PAGE, total=1_031)
    assert "11–20 of 30 found among 1,031 Esprits ·" in shown("collection", page, scene, look)
    whole = msgspec.structs.replace(page, matching=1_031)
    assert "\n11–20 of 1,031 Esprits ·" in shown("collection", whole, scene, look, rarity=None, name=None)
    all_of_it = msgspec.structs.replace(page, matching=10, total=10, first=0)
    assert "\n10 Esprits ·" in shown("collection", all_of_it, scene, look, rarity=None, name=None)


def test_marks_in_a_list_are_explained_where_they_occur(scene: Scene, look: Look) -> None:
    page = CollectionPage(esprits=[samples.ESPRIT], page=0, pages=1, matching=1, total=1)
    text = shown("collection", page, scene, look)
    assert "🚩 in your team · 🔒 locked · 🔗 bound to you · +1 limit breaks" in text
    plain = msgspec.structs.replace(samples.ESPRIT, locked=False, bound=False, in_team=False, limit_breaks=0)
    text = shown("collection", msgspec.structs.replace(page, esprits=[plain]), scene, look)
    assert not any(word in text for word in ("locked", "bound", "team", "breaks"))


@pytest.mark.parametrize(
    ("banner", "answer"),
    [
        ("standard", "You can summon **1 or 10** at a time from this banner. Nothing was spent."),
        ("daily", "You can summon **1** at a time from this banner. Nothing was spent."),
    ],
)
def test_an_amount_that_a_banner_has_no_price_for_is_told_which_have_one(
    scene: Scene, look: Look, banner: str, answer: str
) -> None:
    request = Summon(player_id=0, idempotency_key=1, banner=banner, count=5)  # type: ignore[arg-type]
    refusal = InvalidAmount(given=5, least=1, most=10)
    assert words_of(present(errand(request, "summon", scene), refusal, look)).strip() == answer


def test_a_newcomer_is_told_what_to_do_next_and_what_things_are_for(scene: Scene, look: Look) -> None:
    beginning = next(reply for _, reply in samples.REPLIES if isinstance(reply, Started))
    started = shown("start", beginning, scene, look)
    for command in ("</summon:4>", "</craft:2>", "</daily:3>"):
        assert command in started
    assert started.index("</summon:4>") < started.index("</daily:3>")
    balances = {"fayrites": 1, "fayrite_shards": 90, "ethryl": 2, "faylen": 500}
    held = Inventory(balances=balances, craftable_fayrites=9, daily_at=None, daily_summon_at=None)
    text = shown("inventory", held, scene, look)
    assert "**1** fayrite · for standard summons" in text
    assert "**2** ethryl · for premium summons" in text
    assert "When it is full, the next summon brings a Supreme or better." in shown(
        "summon", samples.summoned(1), scene, look
    )
    ended = shown("daily", samples.DAILY, scene, look)
    assert "Your streak ends: <t:" in ended


def test_nobody_without_a_streak_is_told_of_zero_days(scene: Scene, look: Look) -> None:
    none = msgspec.structs.replace(samples.PROFILE, daily_streak=0)
    assert "Daily streak: none yet · </daily:3>" in shown("profile", none, scene, look)


@pytest.mark.parametrize(
    ("presentation", "reply", "said"),
    [
        ("upgrade", EspritAtCap(esprit=samples.ESPRIT, asked=21, cap=samples.CAP), "your own level sets"),
        ("upgrade", EspritAtCap(esprit=samples.ESPRIT, asked=21, cap=samples.CAP), "</esprit limitbreak:5>"),
        (
            "upgrade",
            EspritAtCap(esprit=samples.ESPRIT, asked=21, cap=samples.CAP),
            "reaching level 20 yourself",
        ),
        (
            "upgrade",
            EspritAtCap(esprit=samples.ESPRIT, asked=76, cap=LevelCap(75, True, 3, 20)),
            "as high as any Common Esprit goes. Nothing was spent.",
        ),
        ("limit_break_offer", NotAtCap(esprit=samples.ESPRIT, level_cap=20), "</esprit upgrade:5>"),
        ("dissolve_plan", EspritProtected(esprit=samples.ESPRIT), "stays with you for ever"),
        (
            "dissolve_plan",
            EspritProtected(esprit=msgspec.structs.replace(samples.ESPRIT, bound=False)),
            "</esprit team set:5> gives its place to another one. </esprit unlock:5> takes the lock away.",
        ),
        ("craft", NotEnough(currency="remna", required=9, held=1), "</esprit dissolve:5>"),
    ],
)
def test_a_refusal_of_an_esprits_says_why_and_what_helps(
    scene: Scene, look: Look, presentation: str, reply: Reply, said: str
) -> None:
    assert said in shown(presentation, reply, scene, look)


def test_an_offer_that_cannot_be_paid_has_no_button_and_says_what_is_missing(
    scene: Scene, look: Look
) -> None:
    poor = msgspec.structs.replace(samples.OFFER, held={"remna": 371, "virelite": 930})
    asked = errand(samples.REQUESTS["limit_break_offer"], "limit_break_offer", scene)
    assert present(asked, poor, look).items == ()
    assert len(present(asked, samples.OFFER, look).items) == 1
    text = words_of(present(asked, poor, look))
    assert "You are 🕯️ **1** remna short." in text
    assert "</esprit dissolve:5>" in text


@pytest.mark.parametrize("level", [1, 7])
def test_a_comparison_points_to_who_is_ahead(scene: Scene, look: Look, level: int) -> None:
    other = msgspec.structs.replace(
        samples.COMPARED, esprit=msgspec.structs.replace(samples.ESPRIT, level=level), stats={"hp": 200}
    )
    text = shown("compare", EspritComparison(first=samples.COMPARED, second=other), scene, look)
    rows = text.partition("```")[2].splitlines()
    assert any(row.split() == ["Level", "12", "◂", str(level)] for row in rows)
    assert any(row.split() == ["Power", "1,234", "=", "1,234"] for row in rows)
    assert any(row.split() == ["Health", "124", "▸", "200"] for row in rows)


def test_what_changed_nothing_of_a_balance_stands_in_the_history_without_figures(
    scene: Scene, look: Look
) -> None:
    entry = msgspec.structs.replace(samples.entry(1), event="lock", asset="esprit", delta=0, balance=3)
    assert history_of(entry, scene, look).splitlines()[2].endswith("Locked · Emberwick")


# -- the most that there can be ------------------------------------------------------------------------

MOST = 10**15
FEWER = {
    "page": 99_999, "pages": 100_000, "version": 2**62, "n": 10**8, "level": 200, "limit_breaks": 5,
    "count": 5_000, "level_most": 1_000, "keep_best": 99, "turn": 100, "turns_max": 100,
    "level_cap": 1_000, "until_ms": 1_800_000_000_000,
}  # fmt: skip

WORDS = {"encounter", "kind", "who", "intent", "ending", "action", "marks", "step"}
"""Fields that hold one of a few words, each of which has a sample of its own."""


EVENTS_OF_A_TURN = {beat.what for beat in BEATS}


def longest(look: Look, field: str) -> str:
    """The longest thing that can stand in a field of text."""
    roster = look.config.game.roster
    species = max(roster.values(), key=lambda kind: (len(kind.name), len(kind.lore)))
    known = {
        "species": species.code,
        "subject": species.code,
        "boss_species": species.code,
        "name": species.name,
        "lore": max((kind.lore for kind in roster.values()), key=len),
        "rarity": "Celestial",
        "element": "Tempest",
        "esprit_class": "Destroyer",
        "banner": "standard",
        "currency": "fayrite_shards",
        "asset": "fayrite_shards",
        "event": "transfer.receive",
        "what": "daily summon",
        "esprit": str(2**63 - 1),
        "text": "*" * 40,
        "mark": "f" * 12,
        "rarity_most": "Celestial",
        "why": "esprits",
        "suspended_for": "*" * 40,
        "reason": "*" * 40,
        "figure": "pity_standard",
        "use": "inspect",
    }
    return known[field]


def swollen(value: Any, look: Look, field: str = "") -> Any:
    """A reply with every figure and text as large as they come."""
    match value:
        case bool() | None | float():
            return value
        case int() if field == "id":
            return value  # The options of a menu must differ.
        case int():
            return FEWER.get(field, MOST)
        case str() if field in WORDS or value in EVENTS_OF_A_TURN:
            return value
        case str():
            return longest(look, field) if value else value
        case list() if value and isinstance(value[0], str):
            return value
        case list():
            return [swollen(each, look, field) for each in value]
        case dict() if field == "stats":
            return dict.fromkeys(("hp", "atk", "def", "spd", "mres", "crit", "mana", "regen"), 99999999)
        case dict() if field in ("members", "by_rarity", "effects", "pity", "cooldowns"):
            return {key: swollen(each, look) for key, each in value.items()}
        case dict():
            return {name: swollen(1, look) for name in look.config.game.start.purse} | {"remna": MOST}
        case msgspec.Struct():
            fields = {
                f.name: swollen(getattr(value, f.name), look, f.name) for f in msgspec.structs.fields(value)
            }
            return type(value)(**fields)
    return value


NAMES = [
    "*" * 32,
    "@everyone<@1>" * 2,
    "\u202e" + "ש" * 31,
    "🔥" * 32,
    "W" * 32,
    "\u3164",
    "discord.gg/" * 3,
    "_" * 7_000,
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("repeats", [False, True])
async def test_the_largest_answers_with_the_longest_names_fit_into_a_message(
    scene: Scene, look: Look, name: str, repeats: bool, caplog: pytest.LogCaptureFixture
) -> None:
    look = msgspec.structs.replace(look, command_ids=dict.fromkeys(look.command_ids, 2**63 - 1))
    called = Scene(2**63 - 1, name, 2**62, 2**63 - 2, name)
    for presentation, reply in samples.EVERYTHING:
        asked = errand(samples.REQUESTS[presentation], presentation, called)
        one = msgspec.structs.replace(asked, repeats=repeats)
        check_message(samples.body_of(present(one, swollen(reply, look), look)))
    assert caplog.records == []


def test_swollen_replies_are_really_large(look: Look) -> None:
    ten = swollen(samples.summoned(10), look)
    assert len(ten.pulls) == 10
    assert ten.balance == MOST
    assert all(len(look.species_name(pull.species)) >= 24 for pull in ten.pulls)
