"""Which pictures answers carry."""

from pathlib import Path

import msgspec

from faye.cogs.shared.esprit_looks import banner, card, face_of, sheet
from faye.cogs.shared.fight_looks import scene_of
from faye.cogs.shared.look import Look
from faye.config import load_config
from faye.messages.esprit import EspritView
from faye.utils.image_generator import CardFace, FightScene, SheetFace, TeamBanner
from tests.unit.cogs.samples_of_fights import FIGHT

LOOK = Look(load_config(Path(__file__).resolve().parents[3] / "config"), {})
FOX = EspritView(
    id=77, species="flintfox", name="Flintfox", rarity="Uncommon", element="Inferno", esprit_class="Destroyer",
    level=3, limit_breaks=1, power=300, locked=True, bound=True, in_team=True,
)  # fmt: skip
GONE = msgspec.structs.replace(FOX, species="gone", name="Gone")


def test_a_card_is_drawn_from_the_esprits_own_id_and_marks() -> None:
    face = face_of(FOX, LOOK)
    assert face is not None
    assert (face.seed, face.marks, face.limit_breaks) == (77, ("team", "locked", "bound"), 1)
    shown = card(FOX, LOOK, "esprit", as_thumbnail=True)
    assert shown is not None
    assert (shown.subject, shown.filename, shown.as_thumbnail) == (face, "esprit.png", True)


def test_what_the_roster_no_longer_has_is_not_drawn() -> None:
    assert card(GONE, LOOK, "esprit") is None
    assert sheet((FOX, GONE), LOOK, "both") is None
    assert sheet((), LOOK, "none") is None


def test_several_cards_make_a_sheet() -> None:
    shown = sheet((FOX, FOX), LOOK, "both")
    assert shown is not None
    assert isinstance(shown.subject, SheetFace)
    assert len(shown.subject.faces) == 2
    assert shown.filename == "both.webp"


def test_a_banner_leaves_out_whom_the_roster_no_longer_has() -> None:
    subject = banner("Anna", FOX, (None, GONE), LOOK, level=4, power=300).subject
    assert isinstance(subject, TeamBanner)
    assert isinstance(subject.leader, CardFace)
    assert subject.supports == (None, None)
    lonely = banner("Anna", GONE, (), LOOK, level=None, power=0).subject
    assert isinstance(lonely, TeamBanner)
    assert lonely.leader is None


def test_the_enemys_health_is_marked_where_the_figures_have_it_rage() -> None:
    rage = (msgspec.structs.replace(LOOK.config.game.fight.rage[0], below_percent=33),)
    fight = msgspec.structs.replace(LOOK.config.game.fight, rage=list(rage))
    game = msgspec.structs.replace(LOOK.config.game, fight=fight)
    picture = scene_of(FIGHT, Look(msgspec.structs.replace(LOOK.config, game=game), {}))
    assert picture is not None
    assert isinstance(picture.subject, FightScene)
    assert picture.subject.enemy.marks == (33,)
    assert picture.subject.leader.marks == ()
