"""Pictures of Esprits: drawn by code, off the event loop, each content only once.

Cards and thumbnails are PNG files; sheets, banners and fights, which hardly ever come twice, are WebP. What draws them
are pure functions from plain values; `CardStudio` runs them in worker processes.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Final

import msgspec

from faye.utils.banner_drawing import draw_banner
from faye.utils.banner_face import TeamBanner
from faye.utils.card_drawing import draw_card
from faye.utils.card_face import CardFace, SheetFace, card_face
from faye.utils.card_sheet import SheetEntry, draw_sheet, draw_thumbnail
from faye.utils.scene_drawing import draw_scene
from faye.utils.scene_face import FightScene

__all__ = ["CardFace", "CardStudio", "FightScene", "SheetFace", "TeamBanner", "card_face"]

log = logging.getLogger(__name__)

SHEET_FACES_MAX: Final = 10


class TooManyPictures(Exception):
    """More pictures wait to be drawn than anybody would wait for; this one was not begun."""


class CardStudio:
    """Draws cards in processes of its own and keeps the latest by content.

    Processes, not threads: composing a card holds the interpreter for milliseconds at a time, which the
    event loop would feel. They start with the first card, and again if one of them is killed.
    """

    def __init__(self, workers: int, cache_entries: int, *, waiting_max: int) -> None:
        self._workers = workers
        self._waiting_max = waiting_max
        self._cache_entries = cache_entries
        self._pool: ProcessPoolExecutor | None = None
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._under_way: dict[Hashable, asyncio.Task[bytes]] = {}
        self._closed = False
        self.kept_pictures = 0
        """How often a picture was wanted and was there."""
        self.drawn_pictures = 0
        """How often one had to be drawn, sheets among them."""

    async def card(self, face: CardFace) -> bytes:
        """The card of `face`, a PNG of 450 × 630 pixels."""
        return await self._drawn(("card", face), draw_card, face)

    async def sheet(self, sheet: SheetFace) -> bytes:
        """All of `sheet`'s faces (1 to 10) as thumbnails on one WebP, five to a row."""
        faces = sheet.faces
        assert 1 <= len(faces) <= SHEET_FACES_MAX, "a sheet holds one to ten cards"
        thumbnails = await asyncio.gather(
            *(
                self._drawn(("thumbnail", species), draw_thumbnail, species)
                for species in map(_species, faces)
            )
        )
        new = (*sheet.new, *(False for _ in faces))
        entries = tuple(
            SheetEntry(thumbnail, face.rarity_rank, face.colour, is_new)
            for thumbnail, face, is_new in zip(thumbnails, faces, new, strict=False)
        )
        # A sheet hardly ever comes twice: it is not kept.
        return await self._shared(("sheet", sheet), draw_sheet, entries)

    async def banner(self, banner: TeamBanner) -> bytes:
        """The banner of a team, a WebP of 800 × 320 pixels."""
        return await self._drawn(("banner", banner), draw_banner, banner)

    async def scene(self, scene: FightScene) -> bytes:
        """A fight at one moment, a WebP of 800 × 400 pixels. Every turn looks different: it is not kept."""
        return await self._shared(("scene", scene), draw_scene, scene)

    async def close(self) -> None:
        """End the workers; what is still being drawn is given up."""
        self._closed = True
        for task in list(self._under_way.values()):
            task.cancel()
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)

    async def _drawn(self, key: Hashable, draw: Callable[..., bytes], face: object) -> bytes:
        """The picture of `key`, kept or drawn now and then kept."""
        kept = self._kept.get(key)
        self.kept_pictures += kept is not None
        if kept is None:
            kept = self._kept[key] = await self._shared(key, draw, face)
        self._kept.move_to_end(key)
        while len(self._kept) > self._cache_entries:
            self._kept.popitem(last=False)
        return kept

    async def _shared(self, key: Hashable, draw: Callable[..., bytes], argument: object) -> bytes:
        """The picture of `key`, drawn once for all who ask for it meanwhile; raises `TooManyPictures`."""
        task = self._under_way.get(key)
        if task is None:
            # Every turn of a fight is a picture of its own: a queue without a bound would be of those nobody awaits.
            if len(self._under_way) >= self._waiting_max:
                raise TooManyPictures
            task = asyncio.create_task(self._draw(draw, argument))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._settle(key, done))
        # Whoever stops waiting must not take the picture away from the others.
        return await asyncio.shield(task)

    def _settle(self, key: Hashable, done: asyncio.Task[bytes]) -> None:
        del self._under_way[key]
        if not done.cancelled():
            done.exception()  # Those who still wait get it; if nobody does, it is nobody's.

    async def _draw(self, draw: Callable[..., bytes], argument: object) -> bytes:
        pool = self._open_pool()
        self.drawn_pictures += 1
        try:
            return await self._run(pool, draw, argument)
        except BrokenProcessPool:
            if self._pool is pool:
                log.warning("a card worker died; the workers are started again")
                self._pool = None
            return await self._run(self._open_pool(), draw, argument)

    async def _run(self, pool: ProcessPoolExecutor, draw: Callable[..., bytes], argument: object) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(pool, draw, argument)

    def _open_pool(self) -> ProcessPoolExecutor:
        if self._closed:
            raise RuntimeError("the card studio is closed")
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._workers, mp_context=multiprocessing.get_context("spawn"), initializer=_enter_worker
            )
        return self._pool


def _species(face: CardFace) -> CardFace:
    """What a thumbnail shows of `face`: nothing of one Esprit, so that one serves all Esprits of a species."""
    return msgspec.structs.replace(face, level=1, limit_breaks=0, power=0, stats=(), seed=0, marks=())


def _enter_worker() -> None:
    """Leave Ctrl-C to the parent, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None, "a worker has a parent"

    def follow() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=follow, name="follow-parent", daemon=True).start()
