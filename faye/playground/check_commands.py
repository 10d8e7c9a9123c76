"""Discord's rules for the definitions of application commands."""

import re
from typing import Any

from faye.playground import limits
from faye.playground.check_modal import check_choice
from faye.playground.errors import too_many_commands
from faye.playground.form import Form, repeats
from faye.playground.locales import check_localized, longest_chars
from faye.playground.snowflake import is_snowflake
from faye.playground.wire import Json

CHAT, USER, MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER_OPTION, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)

_NAME = re.compile(r"[-_'\w]{1,32}", re.UNICODE)
_WITH_CHOICES = (STRING, INTEGER, NUMBER)


def check_commands(commands: list[Json]) -> None:
    """Check a bot's whole list of commands; raises `ApiError` 50035 or 30032."""
    kinds = [command.get("type", CHAT) for command in commands]
    for kind, maximum in ((CHAT, limits.COMMANDS_MAX), (USER, limits.CONTEXT_COMMANDS_MAX), (MESSAGE, 5)):
        if kinds.count(kind) > maximum:
            raise too_many_commands(maximum)
    form = Form()
    for index, command in enumerate(commands):
        _check_command(command, form.at(index))
    if repeats(f"{command.get('type', CHAT)} {command.get('name')}" for command in commands):
        form.fail("APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
    form.raise_if_failed()


def _check_command(command: Json, form: Form) -> None:
    kind = command.get("type", CHAT)
    if not form.at("type").choice(kind, (CHAT, USER, MESSAGE)):
        return
    _check_permissions(command.get("default_member_permissions"), form.at("default_member_permissions"))
    if kind != CHAT:
        check_localized(command, "name", form, _check_menu_name)
        return
    _check_names(command, form)
    _check_options(command, form, (SUBCOMMAND, GROUP, *range(3, 12)))
    if not form.failed and _counted_chars(command) > limits.COMMAND_CHARS_MAX:
        form.fail(
            "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({limits.COMMAND_CHARS_MAX})"
        )


def _check_permissions(value: Any, form: Form) -> None:
    """Report what is no set of permissions, which Discord writes as a number in a text."""
    if value is not None and not is_snowflake(str(value) if type(value) is int else value):
        form.fail("BITFIELD_TYPE_CONVERT", "Could not interpret value as a set of permissions.")


def _check_names(node: Json, form: Form) -> None:
    check_localized(node, "name", form, _check_name)
    check_localized(node, "description", form, _check_description)


def _check_name(texts: Json, key: str, form: Form) -> None:
    name = texts.get(key)
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name != name.lower():
        form.at(key).fail("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_menu_name(texts: Json, key: str, form: Form) -> None:
    form.text(texts, key, limits.COMMAND_NAME_CHARS_MAX, minimum=1, required=True)


def _check_description(texts: Json, key: str, form: Form) -> None:
    form.text(texts, key, limits.COMMAND_DESCRIPTION_CHARS_MAX, minimum=1, required=True)


def _check_options(node: Json, form: Form, kinds: tuple[int, ...]) -> None:
    options = form.items(node, "options", limits.OPTIONS_MAX)
    for index, option in enumerate(options):
        _check_option(option, form.at("options", index), kinds)
    if repeats(option.get("name") for option in options):
        form.at("options").fail("APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED", "Option names must be unique")
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        form.at("options").fail(
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
            "Required options must be placed before optional options",
        )
    nested = [option.get("type") in (SUBCOMMAND, GROUP) for option in options]
    if any(nested) and not all(nested):
        form.at("options").fail(
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands exclude other options"
        )


def _check_option(option: Json, form: Form, kinds: tuple[int, ...]) -> None:
    kind = option.get("type")
    if not form.at("type").choice(kind, kinds):
        return
    _check_names(option, form)
    if kind == GROUP:
        _check_options(option, form, (SUBCOMMAND,))
    elif kind == SUBCOMMAND:
        _check_options(option, form, tuple(range(3, 12)))
    else:
        _check_choices(option, form)
        _check_bounds(option, form)


def _check_choices(option: Json, form: Form) -> None:
    choices = form.items(option, "choices", limits.CHOICES_MAX)
    for index, choice in enumerate(choices):
        place = form.at("choices", index)
        check_choice(choice, place)
        if isinstance(choice.get("value"), str) != (option["type"] == STRING):
            place.at("value").fail("BASE_TYPE_CONVERT", "The value does not fit the type of its option")
    if (choices or option.get("autocomplete")) and option["type"] not in _WITH_CHOICES:
        form.fail("APPLICATION_COMMAND_OPTION_CHOICES_INVALID", "This type of option has no choices")
    if choices and option.get("autocomplete"):
        form.fail("APPLICATION_COMMAND_OPTION_AUTOCOMPLETE_CHOICES", "Autocomplete excludes choices")


def _check_bounds(option: Json, form: Form) -> None:
    """Report bounds that contradict each other, or that this type of option cannot have."""
    if option["type"] == STRING:
        most = limits.STRING_OPTION_CHARS_MAX
        form.integer(option, "min_length", 0, most, 0)
        form.integer(option, "max_length", 1, most, most)
    for kind, types in (("length", (STRING,)), ("value", (INTEGER, NUMBER))):
        low, high = option.get(f"min_{kind}"), option.get(f"max_{kind}")
        if option["type"] not in types and (low is not None or high is not None):
            form.fail(
                "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", f"This type of option has no bounds of {kind}"
            )
        elif isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            form.at(f"min_{kind}").fail("BASE_TYPE_MAX", f"min_{kind} must not exceed max_{kind}.")


def _counted_chars(node: Json) -> int:
    """Count name, description and choice texts through the whole tree, as Discord's 8 000 do.

    Of a text in several languages the longest counts.
    """
    own = longest_chars(node, "name") + longest_chars(node, "description")
    for choice in _inner(node, "choices"):
        own += longest_chars(choice, "name") + len(str(choice.get("value", "")))
    return own + sum(map(_counted_chars, _inner(node, "options")))


def _inner(node: Json, key: str) -> list[Json]:
    """What stands in a list of a node that may be in its wrong place, and so unchecked."""
    inner = node.get(key)
    return [each for each in inner if isinstance(each, dict)] if isinstance(inner, list) else []
