"""One simulated player: what somebody diligent does, as generators that give requests and are sent the replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, TypeAlias, TypedDict, TypeVar

from cluster.pacing.tactics import Tactics
from faye.config import GameConfig
from faye.database.models.level_caps import cap_at
from faye.growth import growths
from faye.messages import Command, Query, Reply
from faye.messages.craft import Craft
from faye.messages.daily import ClaimDaily
from faye.messages.dissolve import DissolveEsprits, DissolvePreview, GetDissolvePlan, Selection
from faye.messages.esprit import CollectionPage, EspritView, GetCollection
from faye.messages.explore import Explore, Explored
from faye.messages.fight import Act, FightEnd, FightView, TurnPlayed, XpGain
from faye.messages.limit_break import BreakLimit, GetLimitBreak, LimitBreakOffer, LimitBroken, NoBreaksLeft
from faye.messages.profile import GetInventory, GetProfile, Inventory, Profile
from faye.messages.refusals import NotEnough
from faye.messages.start import Start, Started
from faye.messages.summon import Banner, Summon
from faye.messages.team import OptimizeTeam
from faye.messages.trial import BeginTrial, GetTrial, TrialBegun, TrialOffer
from faye.messages.tutorial import CollectTutorial
from faye.messages.upgrade import UpgradeEsprit

T = TypeVar("T")
R = TypeVar("R", bound=Reply)
Play: TypeAlias = Generator[Command | Query, Reply, T]

FIRST_STEPS_DAYS: Final = 2
"""So long it takes to have gone all first steps."""
COLLECTION_MANY: Final = 60
"""From so many Esprits on a player tidies up."""
DISSOLVED_MOST: Final = "Rare"
"""What is more than one of a kind goes, up to this rarity."""
FAVOURITES: Final = 3
"""So many of the most promising get virelite besides the leader."""
BREAKS_AT_ONCE: Final = 3


class Wish(Enum):
    """What became of the wish to break a limit."""

    NONE = auto()
    """There is nothing to break, or it is far off."""
    NEAR = auto()
    """Only virelite lacks, which is worth saving for."""
    GRANTED = auto()


@dataclass(slots=True)
class Doings:
    """What a player has done so far."""

    explores: int = 0
    fights: Counter[str] = field(default_factory=Counter)
    """Wild fights by their ending."""
    turns: int = 0
    """In wild fights."""
    limit_breaks: int = 0
    level: int = 1
    levels_on: dict[int, int] = field(default_factory=dict)
    """The day on which a level was reached, counted from 1."""
    passed_on: dict[int, int] = field(default_factory=dict)
    """The day on which the trial at a level cap was passed."""
    tries: Counter[int] = field(default_factory=Counter)
    """Of each trial, by its level cap."""
    unaffordable: Counter[int] = field(default_factory=Counter)
    """How often a trial was due and could not be paid, by its level cap."""


class _Named(TypedDict):
    """What every command has."""

    player_id: int
    idempotency_key: int


class Diligent:
    """Somebody who plays every day, does all there is to do, and spends what there is on the best Esprits."""

    def __init__(
        self, player_id: int, game: GameConfig, new_key: Callable[[], int], tactics: Tactics
    ) -> None:
        self.id = player_id
        self.doings = Doings()
        self._game = game
        self._new_key = new_key
        self._tactics = tactics
        self._day = 1
        self._turns = 0
        """Of the last fight."""

    def start(self) -> Play[None]:
        """Accept the policy."""
        said(Started, (yield Start(**self._command())))

    def sit_down(self, day: int, explores: int, *, is_first: bool, is_last: bool) -> Play[None]:
        """One sitting on a day counted from 1: claims and tidying once a day, then at most so many explores."""
        self._day = day
        if is_first:
            yield ClaimDaily(**self._command())
            yield from self._summon()
        yield from self._invest()
        has_tried = yield from self._trial()
        for _ in range(explores):
            reply = yield Explore(**self._command())
            if not isinstance(reply, Explored):
                break  # out of energy
            self.doings.explores += 1
            rise = reply.xp
            self._note(rise)
            if reply.fight is not None:
                end = yield from self._fight(reply.fight)
                self.doings.fights[end.ending] += 1
                self.doings.turns += self._turns
                rise = end.xp or rise
                self._note(rise)
            if rise.level in self._game.player.esprit_level_caps and rise.level > reply.xp.level_before:
                yield from self._invest()
            if rise.is_capped and not has_tried:
                has_tried = yield from self._trial()
        if day <= FIRST_STEPS_DAYS:
            yield CollectTutorial(**self._command())
        if is_last:
            yield from self._tidy()

    # ------------------------------------------------------------------ parts of a sitting

    def _summon(self) -> Play[None]:
        """Everything that can be pulled, ten at a time while there are ten."""
        yield Summon(**self._command(), banner="daily")
        held = said(Inventory, (yield GetInventory(player_id=self.id)))
        fayrites = held.balances["fayrites"] + held.craftable_fayrites
        if held.craftable_fayrites:
            yield Craft(**self._command(), amount=held.craftable_fayrites)
        pulls: tuple[tuple[Banner, int], ...] = (("standard", fayrites), ("premium", held.balances["ethryl"]))
        for banner, count in pulls:
            for size in [10] * (count // 10) + [1] * (count % 10):
                yield Summon(**self._command(), banner=banner, count=size)

    def _invest(self) -> Play[None]:
        """Virelite and limit breaks for the leader, and what that leaves for those who could become the best."""
        for _ in range(BREAKS_AT_ONCE):
            profile = said(Profile, (yield GetProfile(player_id=self.id)))
            shown = said(
                CollectionPage, (yield GetCollection(player_id=self.id, sort="rarity", page_size=25))
            )
            assert profile.leader is not None, "everybody begins with a leader"
            cap = cap_at(profile.level, self._game.player)
            favourites = sorted(shown.esprits, key=lambda one: (-self._promise(one, cap), one.id))[
                :FAVOURITES
            ]
            yield UpgradeEsprit(**self._command(), esprit=str(profile.leader.id))
            wish = Wish.NONE
            if favourites[0].id == profile.leader.id:
                wish = yield from self._break_limit((profile.leader, *profile.supports), profile.level_cap)
            if wish is Wish.NONE:
                yield from self._level_up(favourites)
            yield OptimizeTeam(**self._command())
            if wish is not Wish.GRANTED:
                break

    def _level_up(self, favourites: list[EspritView]) -> Play[None]:
        for esprit in favourites:
            reply = yield UpgradeEsprit(**self._command(), esprit=str(esprit.id))
            if isinstance(reply, NotEnough):
                break

    def _promise(self, esprit: EspritView, cap: int) -> int:
        """The power that an Esprit would have at the level that its player's `cap` and its breaks allow."""
        growth = self._game.derived(growths)[esprit.species]
        raised = cap + self._game.esprit.levels_per_limit_break * esprit.limit_breaks
        return growth.power(min(growth.level_cap, raised), esprit.limit_breaks)

    def _break_limit(self, team: tuple[EspritView, ...], level_cap: int) -> Play[Wish]:
        """Break the leader's limit, or a support's once the leader has had all; keeps the next trial's price."""
        trial = self._game.trials.trials.get(level_cap)
        for esprit in team:
            offer = yield GetLimitBreak(player_id=self.id, esprit=str(esprit.id))
            if isinstance(offer, NoBreaksLeft):
                continue
            if not isinstance(offer, LimitBreakOffer):
                break
            kept = trial.price if trial else {}
            short = [c for c, cost in offer.cost.items() if offer.held[c] < cost + kept.get(c, 0)]
            if short:
                return Wish.NEAR if short == ["virelite"] else Wish.NONE
            level, breaks = offer.esprit.level, offer.esprit.limit_breaks
            taken = BreakLimit(**self._command(), esprit_id=esprit.id, level=level, limit_breaks=breaks)
            said(LimitBroken, (yield taken))
            self.doings.limit_breaks += 1
            return Wish.GRANTED
        return Wish.NONE

    def _trial(self) -> Play[bool]:
        """Face the boss if one is due and can be paid; whether that was tried."""
        offer = yield GetTrial(player_id=self.id)
        if not isinstance(offer, TrialOffer) or offer.available_at is not None:
            return False
        cap = offer.level_cap
        if any(offer.held[currency] < price for currency, price in offer.price.items()):
            self.doings.unaffordable[cap] += 1
            return False
        begun = said(TrialBegun, (yield BeginTrial(**self._command(), level_cap=cap)))
        self.doings.tries[cap] += 1
        end = yield from self._fight(begun.fight)
        if end.ending == "won":
            self.doings.passed_on[cap] = self._day
        if end.xp is not None:
            self._note(end.xp)
        return True

    def _fight(self, view: FightView) -> Play[FightEnd]:
        """A fight to its end."""
        while True:
            action = self._tactics(view, self._game)
            reply = said(
                TurnPlayed, (yield Act(**self._command(), fight_id=view.id, turn=view.turn, action=action))
            )
            if reply.end is not None:
                self._turns = view.turn
                return reply.end
            view = reply.fight

    def _tidy(self) -> Play[None]:
        """Dissolve what there is more than one of."""
        profile = said(Profile, (yield GetProfile(player_id=self.id)))
        if profile.esprits < COLLECTION_MANY:
            return
        selection = Selection(rarity_most=DISSOLVED_MOST, keep_best=1)
        shown = yield GetDissolvePlan(player_id=self.id, selection=selection)
        if isinstance(shown, DissolvePreview):
            plan = shown.plan
            yield DissolveEsprits(
                **self._command(), selection=shown.selection, count=plan.count, mark=plan.mark
            )

    # ------------------------------------------------------------------ small things

    def _command(self) -> _Named:
        return {"player_id": self.id, "idempotency_key": self._new_key()}

    def _note(self, gain: XpGain) -> None:
        for level in range(self.doings.level + 1, gain.level + 1):
            self.doings.levels_on[level] = self._day
        self.doings.level = max(self.doings.level, gain.level)


def said(kind: type[R], reply: Reply) -> R:
    """`reply`, which must be of that kind: anything else is a bug of the simulation or of a rule."""
    if not isinstance(reply, kind):
        raise AssertionError(f"{kind.__name__} was expected, the answer is {reply}")
    return reply
