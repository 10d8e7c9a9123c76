"""The pages of a collection: how they look, and the components that turn, sort and open them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias, get_args

import discord
from msgspec.structs import replace

from faye.cogs.esprit_details import PickEsprit, options_of
from faye.cogs.shared.errand import Errand, Scene, errand
from faye.cogs.shared.esprit_looks import MARKS as LOOKS
from faye.cogs.shared.esprit_looks import brief
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import HOME_COLOUR, Look, esprits, kind
from faye.cogs.shared.options import ID_MOST
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.presses import SNOWFLAKE, Pressable, base36, button, custom_id
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import DESCRIPTION_CHARS_MAX, Rendered
from faye.cogs.shared.texts import clip, escape, is_whole, number, visible
from faye.messages.esprit import CollectionPage, EspritMark, EspritSort, EspritView, GetCollection
from faye.utils.language import gettext, gettext_noop
from faye.vocabulary import CLASSES, ELEMENTS

Answer: TypeAlias = CollectionPage | CommonRefusal

SORTS: Final[tuple[EspritSort, ...]] = get_args(EspritSort)
MARKS: Final[tuple[EspritMark, ...]] = get_args(EspritMark)
SORT_LABELS: Final = {
    "power": gettext_noop("Most powerful first"),
    "rarity": gettext_noop("Rarest first"),
    "level": gettext_noop("Highest level first"),
    "name": gettext_noop("By name"),
    "newest": gettext_noop("Newest first"),
}
NAME_CHARS_MAX: Final = 24
"""A name filter travels in the components' ids, which hold 100 characters in all."""

_MARK_CODES: Final[Mapping[str, EspritMark]] = {"l": "locked", "u": "unlocked", "t": "team"}
MARK_LABELS: Final[Mapping[EspritMark, str]] = {
    "locked": gettext_noop("locked"),
    "unlocked": gettext_noop("not locked"),
    "team": gettext_noop("in your team"),
}

POSITION_NUMBERS_MAX: Final = 5
_NUMBER: Final = "-?[0-9a-z]{1,13}"
_STATE: Final = (
    rf"(?P<owner>{SNOWFLAKE}):(?P<place>\d{{1,6}}|[ab]{_NUMBER}(\.{_NUMBER}){{0,{POSITION_NUMBERS_MAX - 1}}}):"
    r"(?P<sort>[a-z]{2})(?P<only>[a-z]?):"
    r"(?P<rarity>[A-Z][a-z])?:(?P<element>[A-Z][a-z])?:(?P<esprit_class>[A-Z][a-z])?:"
    rf"(?P<name>.{{0,{NAME_CHARS_MAX}}})"
)


class TurnCollection(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=re.compile(rf"turn:{_STATE}", re.DOTALL),
):
    """Turns to another page of the same list."""

    def __init__(self, owner_id: int, state: str, label: str = "Turn", emoji: str | None = None) -> None:
        self.owner_id = owner_id
        self.state = state
        super().__init__(button(label, custom_id("turn", state), emoji=emoji))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> TurnCollection:
        """The button that was pressed."""
        return cls(int(match["owner"]), match.string.partition(":")[2])

    async def press(self, interaction: Interaction) -> None:
        """Show the page in place of this one."""
        await _show(interaction, self.state, None)


class SortCollection(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=re.compile(rf"sort:{_STATE}", re.DOTALL),
):
    """Sorts the same list anew, from its first page."""

    def __init__(self, owner_id: int, state: str, current: str) -> None:
        self.owner_id = owner_id
        self.state = state
        options = [
            discord.SelectOption(label=gettext(SORT_LABELS[sort]), value=sort, default=sort == current)
            for sort in SORTS
        ]
        super().__init__(
            discord.ui.Select(
                custom_id=custom_id("sort", state), placeholder=gettext("Sort…"), options=options
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> SortCollection:
        """The menu that was used."""
        return cls(int(match["owner"]), match.string.partition(":")[2], "")

    async def press(self, interaction: Interaction) -> None:
        """Show the first page in the chosen order in place of this one."""
        await _show(interaction, self.state, self.item.values[0] if self.item.values else "")


@presentation("collection")
def render_collection(reply: Answer, occasion: Occasion) -> Rendered:
    """One page of Esprits, a menu to look closer, a menu to sort, and buttons to turn."""
    request, scene, look = occasion.request, occasion.scene, occasion.look
    assert isinstance(request, GetCollection), "only collections are shown like this"
    match reply:
        case CollectionPage():
            title = gettext("{player}'s Esprits").format(player=escape(scene.user_name))
            embed = discord.Embed(title=title, colour=HOME_COLOUR)
            embed.description = _describe(reply, request, look)
            # A footer shows its text as it is: nothing to escape.
            embed.set_footer(text=" · ".join([_extent(reply), *_filters(request), _order(request)]))
            return Rendered(embeds=(embed,), items=_items(reply, request, scene, look))
        case _:
            return refuse(reply, scene, look)


def collection_errand(query: GetCollection, scene: Scene, *, updates: bool = False) -> Errand:
    """The errand that shows the page that `query` asks for."""
    return errand(query, "collection", scene, updates=updates)


def encode_state(query: GetCollection, owner_id: int) -> str:
    """Owner, place, order and filters in a component's id."""
    words = (query.rarity, query.element, query.esprit_class)
    order = query.sort[:2] + next((short for short, mark in _MARK_CODES.items() if mark == query.only), "")
    return custom_id(
        owner_id, _encode_place(query), order, *((word or "")[:2] for word in words), query.name or ""
    )


def _encode_place(query: GetCollection) -> str:
    """A page's number, or `a` and `b` for after and before a position, whose numbers follow in base 36."""
    position = query.before if query.after is None else query.after
    if position is None:
        return str(query.page)
    return ("b" if query.after is None else "a") + ".".join(map(base36, position))


def decode_state(state: str, look: Look) -> GetCollection | None:
    """The query of `encode_state`; None if a word in it is none of ours any more."""
    match = re.fullmatch(_STATE, state, re.DOTALL)
    if match is None or not is_whole(state):
        return None
    rarities = tuple(look.config.game.esprit.rarities)
    sort = _unshorten(match["sort"], SORTS)
    words = {"rarity": rarities, "element": ELEMENTS, "esprit_class": CLASSES}
    found = {key: _unshorten(match[key], known) for key, known in words.items()}
    only = _MARK_CODES.get(match["only"])
    place = _decode_place(match["place"])
    if sort is None or place is None or (match["only"] and only is None):
        return None
    if any(match[key] and found[key] is None for key in words):
        return None
    return GetCollection(
        player_id=0,
        page_size=look.config.bot.collection_page_size,
        sort=sort,
        name=match["name"] or None,
        only=only,
        **found,
        **place,
    )


def _decode_place(place: str) -> dict[str, Any] | None:
    """The arguments of a query that `_encode_place` wrote; None if a number is larger than any of ours."""
    if place.isdecimal():
        return {"page": int(place)}
    position = tuple(int(part, 36) for part in place[1:].split("."))
    if max(map(abs, position)) > ID_MOST:
        return None
    return {"after" if place[0] == "a" else "before": position}


def line(esprit: EspritView, look: Look) -> str:
    """One Esprit of a list."""
    return brief(esprit, look, also=kind(esprit.element, esprit.esprit_class))


async def _show(interaction: Interaction, state: str, sort: str | None) -> None:
    flow = interaction.client.flow
    query = decode_state(state, flow.look)
    chosen = next((known for known in SORTS if known == sort), None)
    if query is None or (sort is not None and chosen is None):
        await flow.say_stale(interaction)
        return
    if chosen is not None:
        query = replace(query, sort=chosen, page=0, after=None, before=None)
    scene = flow.scene(interaction)
    await flow.run(interaction, collection_errand(query, scene, updates=True), Ack.UPDATE)


def _unshorten(short: str | None, words: tuple[Any, ...]) -> Any:
    """The one word that begins with `short`; None for no, or more than one, such word."""
    found = [word for word in words if short and word.startswith(short)]
    return found[0] if len(found) == 1 else None


def _describe(reply: CollectionPage, request: GetCollection, look: Look) -> str:
    if reply.esprits:
        legend = _legend(reply.esprits)
        shown = [line(esprit, look) for esprit in reply.esprits]
        return clip(shown, DESCRIPTION_CHARS_MAX - len(legend)) + legend
    if reply.total:
        filters = ", ".join(escape(word) for word in _filters(request))
        return gettext("None of your Esprits fits: {filters}.").format(filters=filters)
    text = gettext("You have no Esprits yet. {summon} calls some to your side.")
    return text.format(summon=look.mention("summon"))


def _legend(shown: Sequence[EspritView]) -> str:
    """What the marks in a list mean, in small letters; empty where there are none."""
    used = [f"{mark} {gettext(meaning)}" for mark, meaning, holds in LOOKS if any(map(holds, shown))]
    if any(esprit.limit_breaks for esprit in shown):
        used.append(gettext("+1 limit breaks"))
    return "\n-# " + " · ".join(used) if used else ""


def _extent(reply: CollectionPage) -> str:
    """Which of how many are shown."""
    is_part = 0 < len(reply.esprits) < reply.matching
    if reply.matching != reply.total:
        text = (
            gettext("{first}–{last} of {count} found among {esprits}")
            if is_part
            else gettext("{count} found among {esprits}")
        )
    else:
        text = gettext("{first}–{last} of {esprits}") if is_part else "{esprits}"
    return text.format(
        first=number(reply.first + 1),
        last=number(reply.first + len(reply.esprits)),
        count=number(reply.matching),
        esprits=esprits(reply.total),
    )


def _order(request: GetCollection) -> str:
    """The label of the order as it stands within a line."""
    label = gettext(SORT_LABELS[request.sort])
    return label[:1].lower() + label[1:]


def _filters(request: GetCollection) -> list[str]:
    words = (request.rarity, request.element, request.esprit_class)
    chosen = [gettext(word) for word in words if word]
    if request.only:
        chosen.append(gettext(MARK_LABELS[request.only]))
    if request.name:
        chosen.append(gettext("“{name}”").format(name=visible(request.name)))
    return chosen


def _items(
    reply: CollectionPage, request: GetCollection, scene: Scene, look: Look
) -> tuple[discord.ui.Item[Any], ...]:
    owner_id, first = scene.user_id, replace(request, page=0, after=None, before=None)

    def turn(query: GetCollection, label: str, emoji: str) -> TurnCollection:
        return TurnCollection(owner_id, encode_state(query, owner_id), label, emoji)

    items: list[discord.ui.Item[Any]] = []
    if reply.esprits:
        items.append(PickEsprit(owner_id, options_of(reply.esprits, look)))
    if reply.matching > 1:
        items.append(SortCollection(owner_id, encode_state(first, owner_id), request.sort))
    if reply.first > len(reply.esprits):
        items.append(turn(first, gettext("First"), "⏮️"))
    if reply.first > 0 and reply.begin:
        items.append(turn(replace(first, before=reply.begin), gettext("Back"), "◀️"))
    if reply.first + len(reply.esprits) < reply.matching and reply.end:
        items.append(turn(replace(first, after=reply.end), gettext("Next"), "▶️"))
    return tuple(items)
