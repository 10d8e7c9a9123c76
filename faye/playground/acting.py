"""What a person's client does: it turns typed values and clicks into interactions, or refuses."""

from collections.abc import Callable, Mapping
from typing import Any

from faye.playground import limits
from faye.playground.check_commands import CHANNEL, MENTIONABLE, ROLE, USER_OPTION
from faye.playground.check_components import (
    BUTTON,
    CHANNEL_SELECT,
    CHECKBOX,
    CHECKBOX_GROUP,
    LABEL,
    MENTIONABLE_SELECT,
    RADIO_GROUP,
    ROLE_SELECT,
    ROW,
    SELECTS,
    STRING_SELECT,
    TEXT,
    TEXT_INPUT,
    USER_SELECT,
    find,
)
from faye.playground.commands import ClientRefusal, check_value
from faye.playground.identity import UserRecord
from faye.playground.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Interaction
from faye.playground.wire import Json
from faye.playground.world import World

Values = Mapping[str, Any]


class Acting:
    """One person at the keyboard in one channel."""

    def __init__(self, world: World, user: UserRecord, channel_id: str) -> None:
        self.user = user
        self.channel_id = channel_id
        self._world = world

    async def command(self, path: str, values: Values, *, times: int = 1) -> Interaction:
        """Send a slash command; raises `ClientRefusal` where Discord's client would not send it."""
        found = self._world.commands.find(path, self._world.people.permissions(self.user))
        resolved = Resolved(self._world)
        options: list[Json] = []
        for option in found.options:
            if option["name"] in values:
                value = check_value(option, values[option["name"]])
                value = resolved.option(option["type"], value)
                options.append({"name": option["name"], "type": option["type"], "value": value})
            elif option.get("required"):
                raise ClientRefusal(f"{option['name']}: this option is required")
        unknown = set(values) - {option["name"] for option in found.options}
        if unknown:
            raise ClientRefusal(f"/{path} has no option {', '.join(sorted(unknown))}")
        data = _command_data(found.command, found.nest(options)) | resolved.data()
        return await self._send(COMMAND, self.channel_id, data, times, command_name=path)

    async def autocomplete(self, path: str, focused: str, values: Values) -> Interaction:
        """Ask for suggestions while an option is being typed."""
        found = self._world.commands.find(path, self._world.people.permissions(self.user))
        options: list[Json] = []
        for option in found.options:
            name = option["name"]
            if name == focused:
                typed = str(values.get(name, ""))[: limits.STRING_OPTION_CHARS_MAX]
                options.append({"name": name, "type": option["type"], "value": typed, "focused": True})
            elif name in values:
                options.append({"name": name, "type": option["type"], "value": values[name]})
        data = _command_data(found.command, found.nest(options))
        return await self._send(AUTOCOMPLETE, self.channel_id, data, 1, command_name=path)

    async def component(
        self, message_id: str, custom_id: str, values: list[Any] | None = None, *, times: int = 1
    ) -> Interaction:
        """Press a button or choose from a select menu."""
        message = self._world.store.get(message_id)
        if message is None or not message.visible_to(self.user.id):
            raise ClientRefusal("this message is gone")
        component = find(message.body["components"], custom_id)
        if component is None:
            raise ClientRefusal(f"the message has no component {custom_id!r}")
        if component.get("disabled"):
            raise ClientRefusal("this component is disabled")
        data: Json = {"custom_id": custom_id, "component_type": component["type"], "id": component["id"]}
        if component["type"] != BUTTON:
            resolved = Resolved(self._world)
            data["values"] = _selected(component, values or [], resolved)
            data |= resolved.data()
        return await self._send(COMPONENT, message.channel_id, data, times, source_id=message_id)

    async def submit(self, shown: Interaction, values: Values, *, times: int = 1) -> Interaction:
        """Submit the modal that an interaction was answered with."""
        modal = shown.modal
        if modal is None:
            raise ClientRefusal("no modal was shown")
        resolved = Resolved(self._world)
        parts = [_submitted(part, values, resolved) for part in modal["components"]]
        data = {"custom_id": modal["custom_id"], "components": parts} | resolved.data()
        return await self._send(MODAL_SUBMIT, shown.channel_id, data, times, source_id=shown.source_id)

    async def _send(
        self, kind: int, channel_id: str, data: Json, times: int, **details: str | None
    ) -> Interaction:
        # An account must be on disk before the bot may tie anything to its id.
        await self._world.save_people()
        interaction = self._world.interactions.open(kind, self.user.id, channel_id, **details)
        self._world.send_interaction(interaction, data, times=times)
        return interaction


class Resolved:
    """Collects the objects behind the ids that a person chose."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._found: dict[str, dict[str, Json]] = {}

    def option(self, kind: int, value: Any) -> Any:
        """Return an option's value; where it refers to somebody or something, its id."""
        finders: dict[int, tuple[Callable[[str], str | None], ...]] = {
            USER_OPTION: (self._user,),
            CHANNEL: (self._channel,),
            ROLE: (self._role,),
            MENTIONABLE: (self._user, self._role),
        }
        return self._reference(str(value), finders[kind]) if kind in finders else value

    def selected(self, kind: int, value: Any) -> str:
        """Return the id of what was chosen in a select menu."""
        finders: dict[int, tuple[Callable[[str], str | None], ...]] = {
            USER_SELECT: (self._user,),
            ROLE_SELECT: (self._role,),
            MENTIONABLE_SELECT: (self._user, self._role),
            CHANNEL_SELECT: (self._channel,),
        }
        return self._reference(str(value), finders[kind])

    def data(self) -> Json:
        """Return the `resolved` part of the interaction's data."""
        return {"resolved": self._found} if self._found else {}

    def _reference(self, wanted: str, finders: tuple[Callable[[str], str | None], ...]) -> str:
        for finder in finders:
            found = finder(wanted)
            if found is not None:
                return found
        raise ClientRefusal(f"{wanted!r} is not here")

    def _user(self, wanted: str) -> str | None:
        payloads, identity = self._world.payloads, self._world.identity
        if wanted == identity.application_id:
            self._keep("users", wanted, payloads.bot_user())
            return wanted
        user = self._world.people.by_id(wanted) or self._world.people.by_name(wanted)
        if user is None:
            return None
        self._keep("users", user.id, payloads.user(user))
        self._keep("members", user.id, payloads.member_without_user(user))
        return user.id

    def _channel(self, wanted: str) -> str | None:
        for name, channel_id in self._world.identity.channels.items():
            if wanted in (name, channel_id):
                self._keep("channels", channel_id, {**self._world.payloads.channel(name), "permissions": "0"})
                return channel_id
        return None

    def _role(self, wanted: str) -> str | None:
        for role in self._world.payloads.roles():
            if wanted in (role["name"], role["id"]):
                self._keep("roles", role["id"], role)
                return str(role["id"])
        return None

    def _keep(self, kind: str, object_id: str, described: Json) -> None:
        self._found.setdefault(kind, {})[object_id] = described


def _command_data(command: Json, options: list[Json]) -> Json:
    data = {"id": command["id"], "name": command["name"], "type": command["type"], "options": options}
    return data | ({"guild_id": command["guild_id"]} if "guild_id" in command else {})


def _selected(select: Json, values: list[Any], resolved: Resolved) -> list[str]:
    least, most = select.get("min_values", 1), select.get("max_values", 1)
    if not least <= len(values) <= most:
        raise ClientRefusal(f"choose between {least} and {most}")
    if select["type"] != STRING_SELECT:
        return [resolved.selected(select["type"], value) for value in values]
    by_text = {option["label"]: option["value"] for option in select["options"]}
    known = {option["value"] for option in select["options"]}
    chosen = [value if value in known else by_text.get(value) for value in values]
    if None in chosen:
        raise ClientRefusal("choose one of the listed options")
    return [str(value) for value in chosen]


def _submitted(part: Json, values: Values, resolved: Resolved) -> Json:
    """Return one top-level part of a modal as it is submitted."""
    if part["type"] == TEXT:
        return {"type": TEXT, "id": part.get("id", 0)}
    if part["type"] == LABEL:
        field = _field(part["component"], values, resolved)
        return {"type": LABEL, "id": part.get("id", 0), "component": field}
    fields = [_field(field, values, resolved) for field in part["components"]]
    return {"type": ROW, "id": part.get("id", 0), "components": fields}


def _field(field: Json, values: Values, resolved: Resolved) -> Json:
    kind, custom_id = field["type"], field["custom_id"]
    filled: Json = {"type": kind, "id": field.get("id", 0), "custom_id": custom_id}
    value = values.get(custom_id)
    if kind == TEXT_INPUT:
        return filled | {"value": _typed(field, value)}
    if kind == CHECKBOX:
        return filled | {"value": bool(value)}
    if kind == RADIO_GROUP:
        return filled | {"value": value}
    chosen = value if isinstance(value, list) else [] if value is None else [value]
    if kind in SELECTS:
        if not chosen and field.get("required") is False:
            return filled | {"values": []}
        return filled | {"values": _selected(field, chosen, resolved)}
    if kind == CHECKBOX_GROUP:
        return filled | {"values": [str(entry) for entry in chosen]}
    raise ClientRefusal("the local Discord takes no files from users")


def _typed(field: Json, value: Any) -> str:
    text = str(field.get("value") or "") if value is None else str(value)
    label = field.get("label") or field["custom_id"]
    if not text:
        if field.get("required", True):
            raise ClientRefusal(f"{label}: this field is required")
        return text
    least, most = field.get("min_length") or 0, field.get("max_length") or limits.TEXT_INPUT_CHARS_MAX
    if not least <= len(text) <= most:
        raise ClientRefusal(f"{label}: must be between {least} and {most} characters")
    return text
