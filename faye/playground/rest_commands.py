"""REST version 10 for application commands: the whole list at once, or one by one."""

from aiohttp import web

from faye.playground import errors
from faye.playground.commands import without_localizations
from faye.playground.rest import API
from faye.playground.uploads import read_body
from faye.playground.wire import decode, json_response
from faye.playground.world import World


class RestCommands:
    """The routes by which a bot syncs its commands, globally or to the server."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """Return the route table."""
        application = API + "/applications/{application_id}"
        table: list[web.RouteDef] = []
        for scope in (application + "/commands", application + "/guilds/{guild_id}/commands"):
            one = scope + "/{command_id}"
            table += [
                web.get(scope, self.commands),
                web.put(scope, self.replace),
                web.post(scope, self.upsert),
                web.get(one, self.command),
                web.patch(one, self.change),
                web.delete(one, self.remove),
            ]
        return table

    async def commands(self, request: web.Request) -> web.Response:
        """The synced commands; their texts for other languages only with `with_localizations`."""
        commands = self._world.commands.in_scope(self._scope(request))
        if request.query.get("with_localizations", "").lower() not in ("true", "1"):
            commands = without_localizations(commands)
        return json_response(commands)

    async def replace(self, request: web.Request) -> web.Response:
        """Sync: replace all commands of a scope."""
        scope = self._scope(request)
        try:
            body = decode(await request.read())
        except ValueError:
            raise errors.not_json() from None
        if not isinstance(body, list) or not all(isinstance(command, dict) for command in body):
            raise errors.invalid_form(
                {"_errors": [{"code": "LIST_TYPE_CONVERT", "message": "Only iterables"}]}
            )
        stored = self._world.commands.replace(body, scope)
        self._changed()
        return json_response(stored)

    async def upsert(self, request: web.Request) -> web.Response:
        """Make one command, or replace that of its name."""
        body, _ = await read_body(request)
        stored, new = self._world.commands.upsert(body, self._scope(request))
        self._changed()
        return json_response(stored, 201 if new else 200)

    async def command(self, request: web.Request) -> web.Response:
        """One command."""
        return json_response(self._world.commands.one(request.match_info["command_id"], self._scope(request)))

    async def change(self, request: web.Request) -> web.Response:
        """Change parts of one command."""
        body, _ = await read_body(request)
        scope = self._scope(request)
        stored = self._world.commands.change(request.match_info["command_id"], body, scope)
        self._changed()
        return json_response(stored)

    async def remove(self, request: web.Request) -> web.Response:
        """Remove one command."""
        self._world.commands.remove(request.match_info["command_id"], self._scope(request))
        self._changed()
        return web.Response(status=204)

    def _changed(self) -> None:
        self._world.tell("commands", None)
        self._world.gateway.changed.beat()

    def _scope(self, request: web.Request) -> str:
        identity = self._world.identity
        if request.match_info["application_id"] != identity.application_id:
            raise errors.missing_access()
        guild_id = request.match_info.get("guild_id", "")
        if guild_id not in ("", identity.guild_id):
            raise errors.unknown_guild()
        return guild_id
