"""What cards, sheets, banners and fights look like, as far as figures can say it."""

import io
import itertools
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from faye.config import GameConfig, load_config
from faye.utils.banner_drawing import draw_banner
from faye.utils.banner_face import TeamBanner
from faye.utils.card_drawing import draw_card
from faye.utils.card_face import CardFace, card_face
from faye.utils.card_icons import sign_mask
from faye.utils.card_sheet import SheetEntry, draw_sheet, draw_thumbnail
from faye.utils.card_sigil import draw_sigil
from faye.utils.card_text import legible
from faye.utils.figures.figure import FORMS
from faye.utils.scene_drawing import draw_scene
from faye.utils.scene_face import EFFECTS, OUTCOMES, FightScene, SceneFighter, SceneSupport
from faye.vocabulary import CLASSES, ELEMENTS
from faye.vocabulary import FORMS as FORM_NAMES

GAME: GameConfig = load_config(Path(__file__).resolve().parents[3] / "config").game
SEEN_PX = (80, 112)
"""How large Discord shows a thumbnail."""

Drawer = Callable[[], bytes]


def face(species: str, level: int = 1, **more: object) -> CardFace:
    return msgspec.structs.replace(card_face(species, config=GAME, level=level), **more)


def opened(drawn: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(drawn))
    picture.load()
    return picture


def difference_hash(picture: Image.Image) -> int:
    """256 bits: whether each of 16 × 16 places is brighter than the one to its right."""
    grey = picture.convert("L").resize((17, 16), Image.Resampling.LANCZOS).tobytes()
    bits = (
        grey[row * 17 + column] > grey[row * 17 + column + 1] for row in range(16) for column in range(16)
    )
    return sum(bit << place for place, bit in enumerate(bits))


def coarse(picture: Image.Image) -> bytes:
    return picture.convert("RGB").resize((16, 19), Image.Resampling.BOX).tobytes()


@pytest.fixture(scope="module")
def as_seen() -> dict[str, Image.Image]:
    """Every species' thumbnail at the size at which Discord shows it, without its frame and letters."""
    drawn = {code: opened(draw_thumbnail(face(code))).convert("RGB") for code in GAME.roster}
    share = SEEN_PX[0] / 180
    return {
        code: picture.resize(SEEN_PX, Image.Resampling.LANCZOS).crop(
            (round(10 * share), round(10 * share), round(170 * share), round(200 * share))
        )
        for code, picture in drawn.items()
    }


def test_no_two_species_look_alike_at_the_size_of_a_thumbnail(as_seen: dict[str, Image.Image]) -> None:
    hashes = {code: difference_hash(picture) for code, picture in as_seen.items()}
    colours = {code: coarse(picture) for code, picture in as_seen.items()}
    for one, other in itertools.combinations(as_seen, 2):
        shape = (hashes[one] ^ hashes[other]).bit_count()
        pairs = zip(colours[one], colours[other], strict=True)
        colour = sum(abs(a - b) for a, b in pairs) / len(colours[one])
        assert shape >= 20, f"{one} and {other} differ by {shape} of 256 bits"
        assert shape + 1.5 * colour >= 60, f"{one} and {other}: {shape} bits, {colour:.1f} of 255 in colour"


def test_rarities_are_told_apart_by_their_frames_at_the_size_of_a_thumbnail() -> None:
    def rim(species: str) -> tuple[float, ...]:
        """The mean colour of the frame's left side."""
        small = opened(draw_thumbnail(face(species))).convert("RGB").resize(SEEN_PX, Image.Resampling.LANCZOS)
        side = small.crop((1, 20, 5, 90)).resize((1, 1), Image.Resampling.BOX).tobytes()
        return tuple(side)

    first = {each.rarity: each.code for each in reversed(GAME.roster.values())}
    rims = {rarity: rim(code) for rarity, code in first.items()}
    assert len(rims) == 7
    for one, other in itertools.combinations(rims, 2):
        apart = max(abs(a - b) for a, b in zip(rims[one], rims[other], strict=True))
        assert apart >= 25, f"{one} {rims[one]} and {other} {rims[other]}"


def test_every_esprit_has_a_sigil_of_its_own() -> None:
    seals = {draw_sigil(face("pippet", seed=seed)).tobytes() for seed in range(200)}
    assert len(seals) == 200


def test_two_esprits_of_one_species_differ_in_small_things_alone() -> None:
    one, other = (opened(draw_card(face("flintfox", seed=seed))).convert("RGB") for seed in (1, 2))
    assert one.tobytes() != other.tobytes()
    assert (difference_hash(one) ^ difference_hash(other)).bit_count() <= 12


def test_a_card_shows_limit_breaks_and_what_its_owner_made_of_it() -> None:
    plain = face("flintfox", 40)
    changed = [
        msgspec.structs.replace(plain, limit_breaks=1),
        msgspec.structs.replace(plain, limit_breaks=5),
        *(msgspec.structs.replace(plain, marks=(mark,)) for mark in ("team", "locked", "bound")),
    ]
    assert len({draw_card(each) for each in [plain, *changed]}) == 6


def test_every_form_of_the_configuration_is_drawn() -> None:
    assert set(FORMS) == set(FORM_NAMES)


def test_signs_are_all_different() -> None:
    signs = (*ELEMENTS, *CLASSES, *EFFECTS, "team", "locked", "bound", "gem", "tick")
    masks = {sign_mask(sign, 32).tobytes() for sign in signs}
    assert len(masks) == len(signs) - 2  # burning is fire and charging is lightning


def test_cards_stay_small_files() -> None:
    for code in ("auremond", "isophane", "morwenna_nightglass", "pippet"):
        card = face(code, 200, limit_breaks=5, power=999_999, marks=("team", "locked", "bound"))
        assert len(draw_card(card)) < 300_000


def entries(count: int, *, new: int = -1) -> list[SheetEntry]:
    shown = [face(code) for code in list(GAME.roster)[-count:]]
    return [
        SheetEntry(draw_thumbnail(each), each.rarity_rank, each.colour, index == new)
        for index, each in enumerate(shown)
    ]


def test_a_sheet_marks_what_is_new_and_stays_a_small_file() -> None:
    plain, marked = draw_sheet(entries(10)), draw_sheet(entries(10, new=3))
    assert plain != marked
    assert max(len(plain), len(marked)) < 300_000


def test_the_rarest_of_a_sheet_shines() -> None:
    thumbnails = [draw_thumbnail(face(code)) for code in ("pippet", "noctavar")]
    lit = draw_sheet([SheetEntry(thumbnails[0], 0, "#9aa4b1"), SheetEntry(thumbnails[1], 6, "#ffd75e")])
    picture = opened(lit).convert("L")
    beside_common, beside_deity = ((5, 60, 9, 200), (392, 60, 396, 200))
    means = [
        sum(part.tobytes()) / len(part.tobytes()) for part in map(picture.crop, (beside_common, beside_deity))
    ]
    assert means[1] > means[0] + 40


BANNER = TeamBanner(
    player="Anna",
    level=12,
    power=1234,
    leader=face("noctavar", 20),
    supports=(face("pippet", 3), None),
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"player": "王小明 🦊"},
        {"player": "مرحبا"},
        {"player": "\u202e\x00" + "W" * 200},
        {"player": ""},
        {"level": None, "power": 10**15},
        {"leader": None, "supports": ()},
        {"leader": face("anvil_of_the_seventh_sun", 200, name="🦊" * 40), "supports": (None, face("pippet"))},
    ],
)
def test_a_banner_is_drawn_of_any_team_and_any_name(changes: dict[str, object]) -> None:
    banner = msgspec.structs.replace(BANNER, **changes)
    drawn = draw_banner(banner)
    assert (opened(drawn).format, opened(drawn).size) == ("WEBP", (800, 320))
    assert drawn == draw_banner(banner)
    assert len(drawn) < 150_000


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Anna 🦊 the Brave", "Anna the Brave"),
        ("𝓔𝓵𝓲𝓪𝓷𝓪", "Eliana"),
        ("Zoë Müller", "Zoe Muller"),
        ("王小明", ""),
        ("王小明x", ""),
        ("🦊🦊", ""),
        ("~~", ""),
        ("x_X_42", "x_X_42"),
    ],
)
def test_a_name_is_written_if_most_of_it_can_be(name: str, written: str) -> None:
    assert legible(name) == written


def fighter(species: str, **changes: object) -> SceneFighter:
    plain = SceneFighter(
        face=face(species), name=species, level=7, hp=80, hp_max=100, shield=0, mana=5, mana_max=20
    )
    return msgspec.structs.replace(plain, **changes)


SCENE = FightScene(
    leader=fighter("flintfox"),
    enemy=fighter("nettlejack"),
    supports=(SceneSupport(face=face("pippet")), SceneSupport(face=face("gildfinch"), cooldown=2)),
    turn=3,
    backdrop="Verdant",
)


def bar_of(drawn: bytes, left: int) -> int:
    """How many pixels of a health bar's middle line are bright green or red or amber."""
    line = opened(drawn).convert("HSV").crop((left, 53, left + 330, 54)).tobytes()
    return sum(1 for index in range(0, len(line), 3) if line[index + 1] > 90 and line[index + 2] > 150)


def test_a_scene_is_its_size_deterministic_and_a_small_file() -> None:
    drawn = draw_scene(SCENE)
    assert (opened(drawn).format, opened(drawn).size) == ("WEBP", (800, 400))
    assert drawn == draw_scene(SCENE)
    assert len(drawn) < 150_000


def test_health_can_be_read_off_the_bars() -> None:
    lengths = [
        bar_of(draw_scene(msgspec.structs.replace(SCENE, leader=fighter("flintfox", hp=hp))), 20)
        for hp in (0, 20, 50, 100)
    ]
    assert lengths[0] < 12
    assert lengths == sorted(lengths)
    assert lengths[3] > 250


CHANGES: list[dict[str, object]] = [
    {"turn": 4},
    {"boss": True},
    {"supports": ()},
    {"backdrop": "Umbral"},
    {"leader": fighter("flintfox", hp=79)},
    {"leader": fighter("flintfox", shield=30)},
    {"leader": fighter("flintfox", mana=20)},
    {"enemy": fighter("nettlejack", marks=(25,))},
    {"enemy": fighter("nettlejack", marks=(25, 50))},
    {"enemy": fighter("nettlejack", mana_max=0)},
    *({"enemy": fighter("nettlejack", effects=(effect,))} for effect in EFFECTS),
    *({"outcome": outcome} for outcome in OUTCOMES),
]


def test_all_that_happens_in_a_fight_shows() -> None:
    scenes = [SCENE, *(msgspec.structs.replace(SCENE, **changes) for changes in CHANGES)]
    assert len({draw_scene(scene) for scene in scenes}) == len(scenes)


@pytest.mark.parametrize(
    "changes",
    [
        {"hp": -5, "hp_max": 0, "mana": -1, "shield": -3},
        {"hp": 10**12, "hp_max": 10**9, "shield": 10**12, "mana": 10**9, "level": 10**6},
        {"name": "🦊" * 50, "effects": ("mystery", *EFFECTS)},
        {"name": "W" * 80, "effects": EFFECTS * 3},
    ],
)
def test_a_scene_is_drawn_whatever_the_figures(changes: dict[str, object]) -> None:
    for side in ("leader", "enemy"):
        scene = msgspec.structs.replace(
            SCENE, **{side: fighter("nettlejack", **changes)}, outcome="odd", turn=10**9
        )
        assert opened(draw_scene(scene)).size == (800, 400)
