import asyncio
import io
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from PIL import Image, ImageDraw

from faye.config import GameConfig, load_config
from faye.utils.banner_drawing import draw_banner
from faye.utils.card_drawing import draw_card
from faye.utils.card_sheet import THUMBNAIL_SIZE, SheetEntry, draw_sheet, draw_thumbnail
from faye.utils.card_text import fitted, font, printable, write
from faye.utils.image_generator import (
    CardFace,
    CardStudio,
    FightScene,
    SheetFace,
    TeamBanner,
    TooManyPictures,
    card_face,
)
from faye.utils.scene_drawing import draw_scene
from faye.utils.scene_face import SceneFighter

GAME: GameConfig = load_config(Path(__file__).resolve().parents[3] / "config").game
FACES = [card_face(code, config=GAME) for code in GAME.roster]
FACE = card_face("anvil_of_the_seventh_sun", config=GAME, level=150, limit_breaks=5)


def opened(drawn: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(drawn))
    picture.load()
    return picture


def alter(face: CardFace, **changes: object) -> CardFace:
    return msgspec.structs.replace(face, **changes)


def test_a_face_shows_the_figures_of_its_level() -> None:
    assert (FACE.name, FACE.rarity, FACE.rarity_rank) == ("Anvil of the Seventh Sun", "Celestial", 4)
    assert (FACE.element, FACE.esprit_class, FACE.colour) == ("Inferno", "Guardian", "#46d3d9")
    labels = [label for label, _ in FACE.stats]
    assert labels == ["HP", "ATK", "DEF", "SPD", "RES", "MANA"]
    assert dict(FACE.stats)["HP"] > dict(card_face(FACE.species, config=GAME).stats)["HP"]


def test_equal_faces_give_equal_bytes_and_others_do_not() -> None:
    again = card_face("anvil_of_the_seventh_sun", config=GAME, level=150, limit_breaks=5)
    assert hash(FACE) == hash(again)
    assert draw_card(FACE) == draw_card(again)
    others = [alter(FACE, level=149), alter(FACE, species="pippet"), alter(FACE, name="Anvil")]
    assert len({draw_card(face) for face in [FACE, *others]}) == 4


@pytest.mark.parametrize("rank", range(7))
def test_a_card_has_its_size_and_round_corners(rank: int) -> None:
    face = next(face for face in FACES if face.rarity_rank == rank)
    picture = opened(draw_card(face))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", (450, 630))
    assert picture.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert picture.getpixel((225, 315))[3] == 255  # type: ignore[index]


def test_every_name_of_the_roster_fits_whole_at_a_readable_size() -> None:
    for face in FACES:
        assert fitted(face.name, size=34, least=24, width=366, bold=True)[0] == face.name
        assert fitted(face.name, size=18, least=12, width=THUMBNAIL_SIZE[0] - 22)[0] == face.name


def test_what_does_not_fit_is_cut_with_dots() -> None:
    text, size = fitted("W" * 200, size=34, least=18, width=366)
    assert size == 18
    assert text.endswith("...")
    assert font(size).getlength(text) <= 366


@pytest.mark.parametrize("size", [22, 24, 34])
def test_the_dot_of_an_i_stands_apart_from_its_stem_in_bold_too(size: int) -> None:
    picture = Image.new("L", (60, 60))
    write(ImageDraw.Draw(picture), (30, 30), "i", size=size, fill=255, bold=True)  # type: ignore[arg-type]
    darkness = [max(picture.crop((0, y, 60, y + 1)).tobytes()) for y in range(60)]
    top = next(y for y, value in enumerate(darkness) if value > 128)
    bottom = max(y for y, value in enumerate(darkness) if value > 128)
    assert min(darkness[top:bottom]) < 64


def test_letters_that_the_font_lacks_are_replaced() -> None:
    assert printable("Éclair 🦊 Ω") == "Eclair \u00b7 \u00b7"
    odd = alter(FACE, name="🦊" * 24, element="Cheese", esprit_class="Bard", limit_breaks=99, level=10**6)
    assert opened(draw_card(odd)).size == (450, 630)


def entries(faces: list[CardFace], *new: bool) -> list[SheetEntry]:
    marks = (*new, *(False for _ in faces))
    return [
        SheetEntry(draw_thumbnail(face), face.rarity_rank, face.colour, mark)
        for face, mark in zip(faces, marks, strict=False)
    ]


@pytest.mark.parametrize(
    ("count", "size"), [(1, (208, 280)), (5, (984, 280)), (7, (984, 546)), (10, (984, 546))]
)
def test_a_sheet_has_five_to_a_row(count: int, size: tuple[int, int]) -> None:
    shown = entries(FACES[:count])
    assert opened(shown[0].thumbnail).size == THUMBNAIL_SIZE
    assert opened(draw_sheet(shown)).size == size


@pytest.fixture
async def studio() -> AsyncIterator[CardStudio]:
    made = CardStudio(workers=1, cache_entries=3, waiting_max=20)
    yield made
    await made.close()


def worker_pids(studio: CardStudio) -> list[int]:
    pool = studio._pool
    assert pool is not None
    return list(pool._processes)


async def test_a_studio_draws_what_the_functions_draw(studio: CardStudio) -> None:
    assert await studio.card(FACE) == draw_card(FACE)
    faces = FACES[:10]
    sheet = SheetFace(faces=tuple(faces), new=(True, False))
    assert await studio.sheet(sheet) == draw_sheet(entries(faces, True))
    banner = TeamBanner(player="Anna", level=1, power=2, leader=FACE, supports=())
    assert await studio.banner(banner) == draw_banner(banner)
    fighter = SceneFighter(face=FACE, name="A", level=1, hp=1, hp_max=2, shield=0, mana=0, mana_max=1)
    scene = FightScene(leader=fighter, enemy=fighter, turn=1, backdrop="Aqua")
    assert await studio.scene(scene) == draw_scene(scene)


async def test_a_card_under_way_is_drawn_once_for_all_who_ask(studio: CardStudio) -> None:
    first, *others = await asyncio.gather(*(studio.card(FACE) for _ in range(20)))
    assert all(other is first for other in others)
    assert await studio.card(FACE) is first


async def test_the_cache_forgets_the_longest_unused(studio: CardStudio) -> None:
    first = await studio.card(FACES[0])
    for face in FACES[1:3]:
        await studio.card(face)
    assert await studio.card(FACES[0]) is first
    second = await studio.card(FACES[1])
    await studio.card(FACES[3])
    await studio.card(FACES[4])
    again = await studio.card(FACES[1])
    assert again == second
    assert len(studio._kept) == 3
    assert await studio.card(FACES[0]) is not first


async def test_thumbnails_are_kept_for_every_level_of_a_species(studio: CardStudio) -> None:
    young, old = (card_face("pippet", config=GAME, level=level) for level in (1, 50))
    old = alter(old, seed=7, marks=("locked",))
    assert await studio.sheet(SheetFace(faces=(young,))) == await studio.sheet(SheetFace(faces=(old,)))
    assert len(studio._kept) == 1


async def test_one_picture_too_many_is_refused_at_once_and_those_who_came_first_get_theirs() -> None:
    studio = CardStudio(workers=1, cache_entries=3, waiting_max=2)
    try:
        first, second = (asyncio.create_task(studio.card(face)) for face in FACES[:2])
        await asyncio.sleep(0)
        with pytest.raises(TooManyPictures):
            await studio.card(FACES[2])
        shared = asyncio.create_task(studio.card(FACES[1]))
        assert await second == await shared
        assert (await first).startswith(b"\x89PNG")
        assert (await studio.card(FACES[2])).startswith(b"\x89PNG")
    finally:
        await studio.close()


async def test_one_who_stops_waiting_takes_nothing_from_the_others(studio: CardStudio) -> None:
    impatient = asyncio.create_task(studio.card(FACE))
    patient = asyncio.create_task(studio.card(FACE))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).startswith(b"\x89PNG")
    assert impatient.cancelled()


async def test_drawing_leaves_the_event_loop_free(studio: CardStudio) -> None:
    await studio.card(FACES[0])
    loop_cpu_s = time.thread_time()
    await asyncio.gather(*(studio.card(face) for face in FACES[1:9]))
    # Drawing these eight here would take a quarter of a second of this thread.
    assert time.thread_time() - loop_cpu_s < 0.1


async def test_a_killed_worker_is_replaced(studio: CardStudio) -> None:
    await studio.card(FACES[0])
    (pid,) = worker_pids(studio)
    os.kill(pid, signal.SIGKILL)
    assert await studio.card(FACE) == draw_card(FACE)
    assert worker_pids(studio) != [pid]


async def test_a_closed_studio_leaves_no_process_behind() -> None:
    studio = CardStudio(workers=1, cache_entries=3, waiting_max=20)
    await studio.card(FACE)
    (pid,) = worker_pids(studio)
    await studio.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(RuntimeError, match="closed"):
        await studio.card(FACES[0])


async def test_closing_gives_up_what_is_still_being_drawn() -> None:
    studio = CardStudio(workers=1, cache_entries=3, waiting_max=20)
    waiting = [asyncio.create_task(studio.card(face)) for face in FACES[:20]]
    await asyncio.sleep(0)
    await studio.close()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, (bytes, asyncio.CancelledError)) for result in results)
