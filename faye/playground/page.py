"""Serving the web page: its files under a strict policy, and a websocket for each open tab."""

import asyncio
from pathlib import Path

from aiohttp import WSMsgType, web

from faye.playground.guard import is_own_origin
from faye.playground.tab import Tab
from faye.playground.world import World

STATIC = Path(__file__).with_name("static")
TABS_MAX = 200

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class Page:
    """The page's routes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sockets: set[web.WebSocketResponse] = set()
        self._files = {
            file.relative_to(STATIC).as_posix(): file for file in STATIC.rglob("*") if file.is_file()
        }

    def routes(self) -> list[web.RouteDef]:
        """Return the route table."""
        return [
            web.get("/", self.index),
            web.get("/static/{name:.+}", self.static),
            web.get("/tab", self.tab),
        ]

    async def index(self, request: web.Request) -> web.Response:
        """The page itself."""
        return self._serve("index.html")

    async def static(self, request: web.Request) -> web.Response:
        """Its scripts, styles and pictures."""
        return self._serve(request.match_info["name"])

    async def tab(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one open tab until it closes."""
        origin = request.headers.get("Origin")
        if origin is None or not is_own_origin(request, origin):
            raise web.HTTPForbidden(text="only the playground's own page may connect here")
        if len(self._sockets) >= TABS_MAX:
            raise web.HTTPServiceUnavailable(text="too many tabs")
        ws = web.WebSocketResponse(max_msg_size=64 * 1024, heartbeat=30.0, timeout=1.0)
        await ws.prepare(request)
        self._sockets.add(ws)
        tab = Tab(self._world, request.query.get("name", ""), request.query.get("locale", ""))
        writer = asyncio.create_task(tab.write(ws))
        try:
            async for frame in ws:
                if frame.type == WSMsgType.TEXT:
                    await tab.take(frame.data)
        finally:
            tab.leave()
            writer.cancel()
            self._sockets.discard(ws)
        return ws

    async def close(self) -> None:
        """Close every tab's connection; the pages try again by themselves."""
        await asyncio.gather(*(ws.close(code=1001) for ws in list(self._sockets)))

    def _serve(self, name: str) -> web.Response:
        # Only files seen at the start are served, so no name can lead elsewhere.
        file = self._files.get(name)
        if file is None:
            raise web.HTTPNotFound
        headers = {**_HEADERS, "Content-Type": _TYPES.get(file.suffix, "application/octet-stream")}
        return web.Response(body=file.read_bytes(), headers=headers)
