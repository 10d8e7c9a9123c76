"""REST version 10 for interactions: the first response, and the webhook that lives on for 15 minutes."""

from collections.abc import Callable

from aiohttp import web

from faye.playground import errors
from faye.playground.check_modal import check_choices, check_modal
from faye.playground.form import Form
from faye.playground.interactions import AUTOCOMPLETE, COMPONENT, MODAL_SUBMIT, Interaction, State
from faye.playground.messages import StoredFile, StoredMessage
from faye.playground.rest import API
from faye.playground.uploads import read_body
from faye.playground.wire import Json, json_response
from faye.playground.world import World

REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9

Files = dict[str, StoredFile]


class RestInteractions:
    """The routes that are authorised by an interaction's token alone."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._responses: dict[int, Callable[[Interaction, Json, Files], StoredMessage | None]] = {
            REPLY: world.respond,
            DEFER: self._defer,
            DEFER_UPDATE: self._defer_update,
            UPDATE: self._update,
            CHOICES: self._choices,
            MODAL: self._modal,
        }

    def routes(self) -> list[web.RouteDef]:
        """Return the route table."""
        webhook = API + "/webhooks/{application_id}/{token}"
        return [
            web.post(API + "/interactions/{interaction_id}/{token}/callback", self.callback),
            web.post(webhook, self.follow_up),
            web.get(webhook + "/messages/{message_id}", self.message),
            web.patch(webhook + "/messages/{message_id}", self.edit_message),
            web.delete(webhook + "/messages/{message_id}", self.delete_message),
        ]

    async def callback(self, request: web.Request) -> web.Response:
        """The first response to an interaction."""
        key = request.match_info["interaction_id"], request.match_info["token"]
        self._world.interactions.to_answer(*key)
        body, files = await read_body(request)
        # Looked up again: the deadline may have passed while the body was read.
        interaction = self._world.interactions.to_answer(*key)
        form = Form()
        kind, data = body.get("type"), form.object(body, "data")
        form.at("type").choice(kind, _allowed(interaction))
        form.raise_if_failed()
        message = self._responses[int(str(kind))](interaction, data, files)
        if request.query.get("with_response") not in ("1", "true"):
            return web.Response(status=204)
        return json_response(_described(interaction, int(str(kind)), message))

    async def follow_up(self, request: web.Request) -> web.Response:
        """A further message."""
        self._interaction(request)
        body, files = await read_body(request)
        return json_response(self._world.follow_up(self._interaction(request), body, files).body)

    async def message(self, request: web.Request) -> web.Response:
        """One of the messages that answer the interaction."""
        return json_response(self._find(request, self._interaction(request)).body)

    async def edit_message(self, request: web.Request) -> web.Response:
        """Change one of them; the first change of a deferred answer is its content."""
        self._interaction(request)
        body, files = await read_body(request)
        interaction = self._interaction(request)
        message = self._find(request, interaction)
        return json_response(self._world.edit_answer(interaction, message, body, files).body)

    async def delete_message(self, request: web.Request) -> web.Response:
        """Remove one of them."""
        interaction = self._interaction(request)
        self._world.delete(self._find(request, interaction))
        self._world.settle(interaction)
        return web.Response(status=204)

    def _interaction(self, request: web.Request) -> Interaction:
        if request.match_info["application_id"] != self._world.identity.application_id:
            raise errors.unknown_webhook()
        return self._world.interactions.by_token(request.match_info["token"])

    def _find(self, request: web.Request, interaction: Interaction) -> StoredMessage:
        wanted = request.match_info["message_id"]
        if wanted == "@original":
            wanted = interaction.original_id or ""
        message = self._world.store.get(wanted)
        if message is None or wanted not in (interaction.original_id, *interaction.followup_ids):
            raise errors.unknown_message()
        return message

    def _defer(self, interaction: Interaction, data: Json, files: Files) -> None:
        self._world.think(interaction, data)

    def _defer_update(self, interaction: Interaction, data: Json, files: Files) -> None:
        self._world.will_update(interaction)

    def _update(self, interaction: Interaction, data: Json, files: Files) -> StoredMessage:
        message = self._world.store.get(interaction.source_id or "")
        if message is None:
            raise errors.unknown_message()
        self._world.edit(message, data, files)
        interaction.original_id, interaction.ephemeral = message.id, message.only_for is not None
        self._world.interactions.move(interaction, State.ANSWERED)
        return message

    def _choices(self, interaction: Interaction, data: Json, files: Files) -> None:
        check_choices(data)
        interaction.choices = data.get("choices") or []
        self._world.interactions.move(interaction, State.CHOICES)

    def _modal(self, interaction: Interaction, data: Json, files: Files) -> None:
        check_modal(data)
        interaction.modal = data
        self._world.interactions.move(interaction, State.MODAL)


def _allowed(interaction: Interaction) -> tuple[int, ...]:
    """Return the types of response that an interaction takes."""
    if interaction.type == AUTOCOMPLETE:
        return (CHOICES,)
    allowed: tuple[int, ...] = (REPLY, DEFER)
    if interaction.type == COMPONENT or (interaction.type == MODAL_SUBMIT and interaction.source_id):
        allowed += (DEFER_UPDATE, UPDATE)
    return allowed if interaction.type == MODAL_SUBMIT else (*allowed, MODAL)


def _described(interaction: Interaction, kind: int, message: StoredMessage | None) -> Json:
    described: Json = {"id": interaction.id, "type": interaction.type}
    if interaction.original_id is not None:
        described["response_message_id"] = interaction.original_id
        described["response_message_loading"] = kind == DEFER
        described["response_message_ephemeral"] = interaction.ephemeral
    answer: Json = {"interaction": described, "resource": {"type": kind}}
    if message is not None:
        answer["resource"]["message"] = message.body
    return answer
