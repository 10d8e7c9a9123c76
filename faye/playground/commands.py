"""The commands that the bot synced, and what a person may type into them."""

import time
from dataclasses import dataclass
from typing import Any

from faye.playground import limits
from faye.playground.check_commands import (
    ATTACHMENT,
    BOOLEAN,
    CHAT,
    GROUP,
    INTEGER,
    NUMBER,
    STRING,
    SUBCOMMAND,
    check_commands,
)
from faye.playground.errors import too_many_creations, unknown_command
from faye.playground.identity import Identity
from faye.playground.locales import text_in
from faye.playground.snowflake import SnowflakeMaker
from faye.playground.wire import Json

_DAY_S = 86_400.0
_LOCALIZATIONS = ("name_localizations", "description_localizations")


class ClientRefusal(ValueError):
    """Discord's own client would not send this: the text says what is wrong, in the user's words."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command found by its path: its definition, the chain of sub-commands, and the options of the last."""

    command: Json
    chain: tuple[Json, ...]

    @property
    def options(self) -> list[Json]:
        """The options that the user fills in."""
        node = self.chain[-1] if self.chain else self.command
        return node.get("options") or []

    def nest(self, options: list[Json]) -> list[Json]:
        """Wrap filled-in options into the chain of sub-commands, as Discord sends them."""
        for node in reversed(self.chain):
            options = [{"name": node["name"], "type": node["type"], "options": options}]
        return options


class CommandBook:
    """The synced command definitions, kept with the identity so that a bot need not sync at every start."""

    def __init__(self, identity: Identity, make: SnowflakeMaker) -> None:
        self._identity = identity
        self._make = make
        self._made_today: dict[str, tuple[int, float]] = {}

    def in_scope(self, guild_id: str = "") -> list[Json]:
        """Return the commands synced globally, or to one guild."""
        return self._identity.commands.get(guild_id, [])

    def visible(self, permissions: int) -> list[Json]:
        """Return the slash commands that such a member sees; a guild's go before global ones."""
        merged = {c["name"]: c for c in self.in_scope() if c["type"] == CHAT}
        merged |= {c["name"]: c for c in self.in_scope(self._identity.guild_id) if c["type"] == CHAT}
        return sorted((c for c in merged.values() if _allowed(c, permissions)), key=lambda c: str(c["name"]))

    def replace(self, commands: list[Json], guild_id: str = "") -> list[Json]:
        """Replace a scope's commands after checking them; a command keeps its id while its name stays."""
        check_commands(commands)
        known = {(c["type"], c["name"]): c for c in self.in_scope(guild_id)}
        self._count_creations(sum((c.get("type", CHAT), c["name"]) not in known for c in commands), guild_id)
        stored = [
            self._stored(command, known.get((command.get("type", CHAT), command["name"])), guild_id)
            for command in commands
        ]
        self._identity.commands[guild_id] = stored
        return stored

    def one(self, command_id: str, guild_id: str = "") -> Json:
        """Return one command; raises 10063."""
        command = next((c for c in self.in_scope(guild_id) if c["id"] == command_id), None)
        if command is None:
            raise unknown_command()
        return command

    def upsert(self, command: Json, guild_id: str = "") -> tuple[Json, bool]:
        """Make one command, or replace that of its name; say whether it is new."""
        kind, name = command.get("type", CHAT), command.get("name")
        others = [c for c in self.in_scope(guild_id) if (c["type"], c["name"]) != (kind, name)]
        new = len(others) == len(self.in_scope(guild_id))
        return self.replace([*others, command], guild_id)[-1], new

    def change(self, command_id: str, changes: Json, guild_id: str = "") -> Json:
        """Change parts of one command, its name too; raises 10063."""
        old = self.one(command_id, guild_id)
        commands = [
            c if c is not old else {**c, **changes, "type": c["type"], "id": command_id}
            for c in self.in_scope(guild_id)
        ]
        check_commands(commands)
        changed = next(c for c in commands if c["id"] == command_id)
        stored = self._stored(changed, old, guild_id)
        self._identity.commands[guild_id] = [stored if c is changed else c for c in commands]
        return stored

    def remove(self, command_id: str, guild_id: str = "") -> None:
        """Remove one command; raises 10063."""
        gone = self.one(command_id, guild_id)
        self._identity.commands[guild_id] = [c for c in self.in_scope(guild_id) if c is not gone]

    def find(self, path: str, permissions: int) -> Invocation:
        """Return the command at a path such as `esprit team view`; raises `ClientRefusal`."""
        name, *rest = path.split()
        command = next((c for c in self.visible(permissions) if c["name"] == name), None)
        if command is None:
            raise ClientRefusal(f"/{name} is not a command here")
        chain: list[Json] = []
        node = command
        for part in rest:
            found = (
                o for o in node.get("options") or [] if o["name"] == part and o["type"] in (SUBCOMMAND, GROUP)
            )
            step = next(found, None)
            if step is None:
                raise ClientRefusal(f"/{path} is not a command here")
            chain.append(step)
            node = step
        if any(option["type"] in (SUBCOMMAND, GROUP) for option in node.get("options") or []):
            raise ClientRefusal(f"/{path} needs a sub-command")
        return Invocation(command, tuple(chain))

    def _count_creations(self, count: int, guild_id: str) -> None:
        """Count new commands of a scope and day; raises 30034 where there are too many."""
        now_s = time.time()
        made, ends_s = self._made_today.get(guild_id, (0, 0.0))
        if now_s >= ends_s:
            made, ends_s = 0, now_s + _DAY_S
        if count and made + count > limits.COMMAND_CREATIONS_PER_DAY:
            raise too_many_creations(limits.COMMAND_CREATIONS_PER_DAY, round(ends_s - now_s, 3))
        self._made_today[guild_id] = made + count, ends_s

    def _stored(self, command: Json, known: Json | None, guild_id: str) -> Json:
        kind = command.get("type", CHAT)
        stored = {
            **dict.fromkeys(_LOCALIZATIONS),
            "default_member_permissions": None,
            "dm_permission": True,
            "nsfw": False,
            "contexts": None,
            "integration_types": [0],
            **command,
            "type": kind,
            "description": command.get("description", ""),
            "id": known["id"] if known else self._make.make(),
            "application_id": self._identity.application_id,
        }
        if guild_id:
            stored["guild_id"] = guild_id
        # The version tells clients whether they must fetch the command anew: it changes with the content alone.
        unchanged = known is not None and {**stored, "version": known["version"]} == known
        stored["version"] = known["version"] if known and unchanged else self._make.make()
        return stored


def localized(commands: list[Json], locale: str) -> list[Json]:
    """Return commands with their descriptions and the names of choices in a locale.

    The names of commands and options stay: they are what is typed and sent.
    """
    return [_in_locale(command, locale, "description") for command in commands]


def without_localizations(value: Any) -> Any:
    """Return a definition, or a list of them, without the texts for other languages."""
    if isinstance(value, list):
        return [without_localizations(item) for item in value]
    if isinstance(value, dict):
        return {k: without_localizations(item) for k, item in value.items() if k not in _LOCALIZATIONS}
    return value


def check_value(option: Json, value: Any) -> Any:
    """Return what Discord's client would send for a value; raises `ClientRefusal` where it would not."""
    kind = option["type"]
    if option.get("choices"):
        return _chosen(option, value)
    if kind == STRING:
        return _checked_text(option, value)
    if kind in (INTEGER, NUMBER):
        return _checked_number(option, value)
    if kind == BOOLEAN and not isinstance(value, bool):
        raise ClientRefusal(f"{option['name']}: choose True or False")
    if kind == ATTACHMENT:
        raise ClientRefusal("the local Discord takes no files from users")
    return value


def _in_locale(node: Json, locale: str, shown: str) -> Json:
    """Return a node with its shown text in a locale, and all nodes below it so."""
    outcome = {key: value for key, value in node.items() if key not in _LOCALIZATIONS}
    outcome[shown] = text_in(locale, node, shown)
    for key, text in (("options", "description"), ("choices", "name")):
        if node.get(key):
            outcome[key] = [_in_locale(child, locale, text) for child in node[key]]
    return outcome


def _allowed(command: Json, permissions: int) -> bool:
    needed = command.get("default_member_permissions")
    if needed is None:
        return True
    # "0" hides a command from everybody but administrators.
    return bool(permissions & 0x8) or (int(needed) != 0 and permissions & int(needed) == int(needed))


def _chosen(option: Json, value: Any) -> Any:
    for choice in option["choices"]:
        if value in (choice["value"], choice["name"]):
            return choice["value"]
    raise ClientRefusal(f"{option['name']}: choose one of the listed values")


def _checked_text(option: Json, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ClientRefusal(f"{option['name']}: enter a text")
    least, most = option.get("min_length") or 0, option.get("max_length") or limits.STRING_OPTION_CHARS_MAX
    if not least <= len(value) <= most:
        raise ClientRefusal(f"{option['name']}: must be between {least} and {most} characters")
    return value


def _checked_number(option: Json, value: Any) -> int | float:
    whole = option["type"] == INTEGER
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise ClientRefusal(f"{option['name']}: enter a {'whole ' if whole else ''}number")
    if not abs(value) <= 2**53:
        raise ClientRefusal(f"{option['name']}: this number is too large")
    if (least := option.get("min_value")) is not None and value < least:
        raise ClientRefusal(f"{option['name']}: must be at least {least}")
    if (most := option.get("max_value")) is not None and value > most:
        raise ClientRefusal(f"{option['name']}: must be at most {most}")
    return value
