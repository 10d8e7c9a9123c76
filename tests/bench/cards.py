"""P9: one card drawn by a worker process, and the same one again."""

from __future__ import annotations

import time
from itertools import islice
from typing import Final

from faye.config import load_config
from faye.utils.image_generator import CardStudio, SheetFace, card_face
from tests.bench.bed import ROOT, tell
from tests.bench.figures import Figure, Goal, figure

CARDS: Final = 24


async def measure() -> list[Figure]:
    """Each of some species once cold and once from the cache, one at a time."""
    tell("cards")
    config = load_config(ROOT / "config")
    faces = [card_face(code, config=config.game, level=30, limit_breaks=0) for code in config.game.roster]
    studio = CardStudio(
        config.bot.card_workers, config.bot.card_cache_entries, waiting_max=config.bot.cards_waiting_max
    )
    cold_ms: list[float] = []
    cached_ms: list[float] = []
    try:
        warming = faces[CARDS : CARDS + 2 * config.bot.card_workers]
        await studio.sheet(SheetFace(faces=tuple(warming)))  # the workers start
        for face in islice(faces, CARDS):
            for rounds in (cold_ms, cached_ms):
                began_s = time.perf_counter()
                await studio.card(face)
                rounds.append((time.perf_counter() - began_s) * 1000)
    finally:
        await studio.close()
    return [
        figure("P9.cold", "a card drawn", "ms", cold_ms, goal=Goal(most=40, of_ratio=False)),
        figure("P9.cached", "a card kept", "ms", cached_ms, goal=Goal(most=1, of_ratio=False)),
    ]
