"""Discord's rules for the components of a message: rows, buttons, selects, and the layout of version 2."""

from collections.abc import Iterator
from typing import Any

from faye.playground import limits
from faye.playground.emoji import is_emoji
from faye.playground.form import Form, repeats
from faye.playground.wire import Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 18, 19, 21, 22, 23

SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
LINK_STYLE = 5
PREMIUM_STYLE = 6
_IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
_TOP_LEVEL = (*_IN_CONTAINER, CONTAINER)


def walk(components: Any) -> Iterator[Json]:
    """Yield every component of a tree, parents first; what is no component is passed over."""
    for component in components if isinstance(components, list) else ():
        if isinstance(component, dict):
            yield component
            yield from walk(component.get("components"))
            yield from walk([component.get("accessory"), component.get("component")])


def find(components: list[Json], custom_id: str) -> Json | None:
    """Return the component that has this custom id."""
    return next((c for c in walk(components) if c.get("custom_id") == custom_id), None)


def check_components(components: list[Json], form: Form, *, layout: bool) -> None:
    """Report every broken rule; `layout` says that the message carries the flag of version 2."""
    kinds = _TOP_LEVEL if layout else (ROW,)
    for index, component in enumerate(components):
        _check(component, form.at(index), kinds)
    everything = list(walk(components))
    check_custom_ids(everything, form)
    if layout:
        _check_totals(everything, form)
    elif len(components) > limits.ROWS_MAX:
        form.fail("BASE_TYPE_MAX_LENGTH", f"Must be {limits.ROWS_MAX} or fewer in length.")


def check_select(select: Json, form: Form) -> None:
    """Report the broken rules of one select menu, in a message or in a modal."""
    _check_custom_id(select, form)
    form.text(select, "placeholder", limits.PLACEHOLDER_CHARS_MAX)
    least = form.integer(select, "min_values", 0, limits.SELECT_OPTIONS_MAX, 1)
    most = form.integer(select, "max_values", 1, limits.SELECT_OPTIONS_MAX, 1)
    if least > most:
        form.at("min_values").fail("BASE_TYPE_MAX", "min_values must not exceed max_values.")
    if select["type"] == STRING_SELECT:
        _check_select_options(select, form, most)


def _check(component: Json, form: Form, kinds: tuple[int, ...]) -> None:
    kind = component.get("type")
    if not form.at("type").choice(kind, kinds):
        return
    if kind == ROW:
        _check_row(component, form)
    elif kind == CONTAINER:
        _check_children(component, form, _IN_CONTAINER, limits.COMPONENTS_MAX)
    elif kind == SECTION:
        _check_children(component, form, (TEXT,), limits.SECTION_TEXTS_MAX)
        _check(form.object(component, "accessory"), form.at("accessory"), (BUTTON, THUMBNAIL))
    elif kind == TEXT:
        form.text(component, "content", limits.COMPONENTS_TEXT_CHARS_MAX, minimum=1, required=True)
    elif kind == GALLERY:
        _check_gallery(component, form)
    elif kind == THUMBNAIL:
        _check_media(component, "media", form)
    elif kind == FILE:
        _check_file(component, form)
    elif kind == SEPARATOR:
        form.integer(component, "spacing", 1, 2, 1)
    elif kind == BUTTON:
        _check_button(component, form)


def _check_children(parent: Json, form: Form, kinds: tuple[int, ...], maximum: int) -> None:
    for index, child in enumerate(form.items(parent, "components", maximum, minimum=1)):
        _check(child, form.at("components", index), kinds)


def _check_row(row: Json, form: Form) -> None:
    children = form.items(row, "components", limits.ROW_BUTTONS_MAX, minimum=1)
    selects = [child for child in children if child.get("type") in SELECTS]
    if selects and len(children) > 1:
        form.at("components").fail(
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the width"
        )
    for index, child in enumerate(children):
        place = form.at("components", index)
        if place.at("type").choice(child.get("type"), (BUTTON, *SELECTS)):
            _check_button(child, place) if child["type"] == BUTTON else check_select(child, place)


def _check_button(button: Json, form: Form) -> None:
    style = button.get("style")
    if not form.at("style").choice(style, range(1, 7)) or style == PREMIUM_STYLE:
        return
    label = form.text(button, "label", limits.BUTTON_LABEL_CHARS_MAX)
    _check_emoji(button, form)
    if not label and not button.get("emoji"):
        form.fail("BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")
    if style != LINK_STYLE:
        _check_custom_id(button, form)
    elif button.get("custom_id") or not str(button.get("url", "")).startswith(
        ("http://", "https://", "discord://")
    ):
        form.at("url").fail("BASE_TYPE_REQUIRED", "A link button needs a url and no custom_id")


def _check_emoji(holder: Json, form: Form) -> None:
    emoji = form.object(holder, "emoji")
    if emoji and not emoji.get("id") and not is_emoji(str(emoji.get("name") or "")):
        form.at("emoji", "name").fail("COMPONENT_INVALID_EMOJI", "Invalid emoji")


def _check_custom_id(component: Json, form: Form) -> None:
    form.text(component, "custom_id", limits.CUSTOM_ID_CHARS_MAX, minimum=1, required=True)


def _check_select_options(select: Json, form: Form, most: int) -> None:
    options = form.items(select, "options", limits.SELECT_OPTIONS_MAX, minimum=1)
    for index, option in enumerate(options):
        place = form.at("options", index)
        for key in ("label", "value"):
            place.text(option, key, limits.SELECT_TEXT_CHARS_MAX, minimum=1, required=True)
        place.text(option, "description", limits.SELECT_TEXT_CHARS_MAX)
        _check_emoji(option, place)
    if repeats(option.get("value") for option in options):
        form.at("options").fail(
            "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used"
        )
    if sum(bool(option.get("default")) for option in options) > most:
        form.at("options").fail("SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", "Too many default options")


def _check_gallery(gallery: Json, form: Form) -> None:
    for index, item in enumerate(form.items(gallery, "items", limits.GALLERY_ITEMS_MAX, minimum=1)):
        _check_media(item, "media", form.at("items", index))


def _check_media(holder: Json, key: str, form: Form) -> None:
    form.text(holder, "description", limits.MEDIA_DESCRIPTION_CHARS_MAX)
    media = holder.get(key)
    url = media.get("url") if isinstance(media, dict) else None
    if not isinstance(url, str) or not url.startswith(("http://", "https://", "attachment://")):
        form.at(key, "url").fail(
            "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https', 'attachment')."
        )


def _check_file(component: Json, form: Form) -> None:
    media = component.get("file")
    url = media.get("url") if isinstance(media, dict) else None
    # An edit sends back what the server answered: the file's resolved address.
    if not isinstance(url, str) or not url.startswith(("attachment://", "http://", "https://")):
        form.at("file", "url").fail("URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('attachment',).")


def check_custom_ids(everything: list[Json], form: Form) -> None:
    """Report a custom id that two components of one message or modal share."""
    seen: set[str] = set()
    for component in everything:
        custom_id = component.get("custom_id")
        if isinstance(custom_id, str) and custom_id in seen:
            form.fail("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
        elif isinstance(custom_id, str):
            seen.add(custom_id)


def _check_totals(everything: list[Json], form: Form) -> None:
    if len(everything) > limits.COMPONENTS_MAX:
        form.fail(
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", f"The maximum is {limits.COMPONENTS_MAX} components"
        )
    written = sum(len(str(c.get("content") or "")) for c in everything if c.get("type") == TEXT)
    if written > limits.COMPONENTS_TEXT_CHARS_MAX:
        form.fail(
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", f"The maximum is {limits.COMPONENTS_TEXT_CHARS_MAX}"
        )
