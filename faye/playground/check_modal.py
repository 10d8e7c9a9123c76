"""Discord's rules for modals and for the suggestions of autocomplete."""

from faye.playground import limits
from faye.playground.check_components import (
    CHECKBOX,
    CHECKBOX_GROUP,
    FILE_UPLOAD,
    LABEL,
    RADIO_GROUP,
    ROW,
    SELECTS,
    TEXT,
    TEXT_INPUT,
    check_custom_ids,
    check_select,
    walk,
)
from faye.playground.form import Form
from faye.playground.locales import check_localized
from faye.playground.wire import Json

_IN_LABEL = (TEXT_INPUT, *SELECTS, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)


def check_modal(modal: Json) -> None:
    """Check what a bot wants to show as a modal; raises `ApiError` 50035."""
    form = Form().at("data")
    form.text(modal, "title", limits.MODAL_TITLE_CHARS_MAX, required=True)
    form.text(modal, "custom_id", limits.CUSTOM_ID_CHARS_MAX, minimum=1, required=True)
    for index, part in enumerate(form.items(modal, "components", limits.MODAL_ROWS_MAX, minimum=1)):
        place = form.at("components", index)
        if place.at("type").choice(part.get("type"), (ROW, TEXT, LABEL)):
            _check_part(part, place)
    check_custom_ids(list(walk(modal.get("components"))), form.at("components"))
    form.raise_if_failed()


def check_choices(data: Json) -> None:
    """Check what a bot suggests while the user types; raises `ApiError` 50035."""
    form = Form().at("data")
    for index, choice in enumerate(form.items(data, "choices", limits.CHOICES_MAX)):
        check_choice(choice, form.at("choices", index))
    form.raise_if_failed()


def check_choice(choice: Json, form: Form) -> None:
    """Report the broken rules of one choice, suggested or fixed."""
    check_localized(choice, "name", form, _check_choice_name)
    value = choice.get("value")
    if isinstance(value, str):
        form.text(choice, "value", limits.CHOICE_CHARS_MAX)
    elif not isinstance(value, int | float) or isinstance(value, bool):
        form.at("value").fail("BASE_TYPE_REQUIRED", "This field is required")


def _check_choice_name(texts: Json, key: str, form: Form) -> None:
    form.text(texts, key, limits.CHOICE_CHARS_MAX, minimum=1, required=True)


def _check_part(part: Json, form: Form) -> None:
    if part["type"] == TEXT:
        form.text(part, "content", limits.COMPONENTS_TEXT_CHARS_MAX, minimum=1, required=True)
    elif part["type"] == LABEL:
        form.text(part, "label", limits.MODAL_LABEL_CHARS_MAX, minimum=1, required=True)
        form.text(part, "description", limits.MODAL_DESCRIPTION_CHARS_MAX)
        _check_input(form.object(part, "component"), form.at("component"), _IN_LABEL)
    else:
        for index, field in enumerate(form.items(part, "components", 1, minimum=1)):
            place = form.at("components", index)
            place.text(field, "label", limits.MODAL_LABEL_CHARS_MAX, minimum=1, required=True)
            _check_input(field, place, (TEXT_INPUT,))


def _check_input(field: Json, form: Form, kinds: tuple[int, ...]) -> None:
    kind = field.get("type")
    if not form.at("type").choice(kind, kinds):
        return
    if kind in SELECTS:
        check_select(field, form)
        return
    form.text(field, "custom_id", limits.CUSTOM_ID_CHARS_MAX, minimum=1, required=True)
    if kind == TEXT_INPUT:
        form.at("style").choice(field.get("style"), (1, 2))
        form.text(field, "placeholder", limits.SELECT_TEXT_CHARS_MAX)
        form.text(field, "value", limits.TEXT_INPUT_CHARS_MAX)
        least = form.integer(field, "min_length", 0, limits.TEXT_INPUT_CHARS_MAX, 0)
        most = form.integer(field, "max_length", 1, limits.TEXT_INPUT_CHARS_MAX, limits.TEXT_INPUT_CHARS_MAX)
        if least > most:
            form.at("min_length").fail("BASE_TYPE_MAX", "min_length must not exceed max_length.")
