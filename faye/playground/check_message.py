"""Discord's rules for what a message may contain."""

from datetime import datetime

from faye.playground import limits
from faye.playground.check_components import check_components, walk
from faye.playground.errors import empty_message
from faye.playground.form import Form
from faye.playground.wire import Json

SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SILENT = 1 << 12
COMPONENTS_V2 = 1 << 15
SETTABLE_FLAGS = SUPPRESS_EMBEDS | EPHEMERAL | SILENT | COMPONENTS_V2

_EMBED_PARTS = (
    "title",
    "description",
    "fields",
    "image",
    "thumbnail",
    "author",
    "footer",
    "timestamp",
    "video",
)
_LEGACY = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"


def check_message(message: Json) -> None:
    """Check the whole message as it would stand; raises `ApiError` 50035 or 50006.

    An edit is checked after it was merged into the old message, so both ways share one set of rules.
    """
    form = Form()
    layout = bool(message["flags"] & COMPONENTS_V2)
    content = form.text(message, "content", limits.CONTENT_CHARS_MAX)
    embeds = form.items(message, "embeds", limits.EMBEDS_MAX)
    _check_embeds(embeds, form.at("embeds"))
    form.items(message, "attachments", limits.ATTACHMENTS_MAX)
    components = form.items(message, "components", limits.COMPONENTS_MAX)
    check_components(components, form.at("components"), layout=layout)
    if layout:
        _check_references(message, form)
        for key, value in (("content", content), ("embeds", embeds), ("poll", message.get("poll"))):
            if value:
                form.at(key).fail(
                    _LEGACY, f"The '{key}' field cannot be used with MessageFlags.IS_COMPONENTS_V2"
                )
    form.raise_if_failed()
    if not (content.strip() or embeds or components or message.get("attachments")):
        raise empty_message()


def _check_references(message: Json, form: Form) -> None:
    """Report media of a layout that name a file which is not attached."""
    attached = {f"attachment://{attachment.get('filename')}" for attachment in message["attachments"]}
    for component in walk(message["components"]):
        items = component.get("items")
        for holder in (component, *(items if isinstance(items, list) else ())):
            for key in ("media", "file"):
                media = holder.get(key) if isinstance(holder, dict) else None
                url = media.get("url") if isinstance(media, dict) else None
                if isinstance(url, str) and url.startswith("attachment://") and url not in attached:
                    form.at("components").fail(
                        "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                        "The referenced attachment was not found in the attachments of the message",
                    )


def _check_embeds(embeds: list[Json], form: Form) -> None:
    total = 0
    for index, embed in enumerate(embeds):
        total += _check_embed(embed, form.at(index))
    if total > limits.EMBEDS_CHARS_MAX:
        form.fail("MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {limits.EMBEDS_CHARS_MAX}")


def _check_embed(embed: Json, form: Form) -> int:
    """Check one embed; return how many characters it counts towards the common limit."""
    if not any(embed.get(key) for key in _EMBED_PARTS):
        form.at("description").fail("BASE_TYPE_REQUIRED", "This field is required")
    total = len(form.text(embed, "title", limits.EMBED_TITLE_CHARS_MAX))
    total += len(form.text(embed, "description", limits.EMBED_DESCRIPTION_CHARS_MAX))
    form.integer(embed, "color", 0, 0xFFFFFF, 0)
    for index, field in enumerate(form.items(embed, "fields", limits.EMBED_FIELDS_MAX)):
        place = form.at("fields", index)
        total += len(place.text(field, "name", limits.EMBED_FIELD_NAME_CHARS_MAX, required=True))
        total += len(place.text(field, "value", limits.EMBED_FIELD_VALUE_CHARS_MAX, required=True))
    footer, author = form.object(embed, "footer"), form.object(embed, "author")
    total += len(form.at("footer").text(footer, "text", limits.EMBED_FOOTER_CHARS_MAX))
    total += len(form.at("author").text(author, "name", limits.EMBED_AUTHOR_CHARS_MAX))
    for holder in ("image", "thumbnail"):
        _check_url(form.object(embed, holder), "url", form.at(holder))
    _check_url(footer, "icon_url", form.at("footer"))
    _check_url(author, "icon_url", form.at("author"))
    _check_url(embed, "url", form)
    _check_timestamp(embed.get("timestamp"), form.at("timestamp"))
    return total


def _check_timestamp(value: object, form: Form) -> None:
    if value is None:
        return
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        form.fail("DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")


def _check_url(holder: Json, key: str, form: Form) -> None:
    url = holder.get(key)
    if url is not None and not str(url).startswith(("http://", "https://", "attachment://")):
        form.at(key).fail("URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https').")
