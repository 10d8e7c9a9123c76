"""Completing a message that was accepted: addresses of its files, ids of its components."""

from typing import Any

from faye.playground.check_components import walk
from faye.playground.wire import Json

_ATTACHED = "attachment://"


def resolve_attachments(message: Json) -> None:
    """Replace every `attachment://name` by the file's address and complete the media's description."""
    files = {attachment["filename"]: attachment for attachment in message["attachments"]}
    for embed in message["embeds"]:
        embed.setdefault("type", "rich")
        for key in ("image", "thumbnail"):
            _resolve(embed.get(key), "url", files)
        for key in ("author", "footer"):
            _resolve(embed.get(key), "icon_url", files)
    for component in walk(message["components"]):
        items = component.get("items")
        for holder in (component, *(items if isinstance(items, list) else ())):
            if isinstance(holder, dict):
                _resolve(holder.get("media"), "url", files)
        if isinstance(component.get("file"), dict):
            _resolve_file(component, files)


def number_components(components: list[Json]) -> None:
    """Give every component without an id the next free one, as Discord does."""
    taken = {component["id"] for component in walk(components) if isinstance(component.get("id"), int)}
    following = 1
    for component in walk(components):
        if not isinstance(component.get("id"), int) or component["id"] == 0:
            while following in taken:
                following += 1
            component["id"] = following
            taken.add(following)


def _resolve(media: Any, key: str, files: dict[str, Json]) -> None:
    url = media.get(key) if isinstance(media, dict) else None
    if not isinstance(url, str):
        return
    attachment = files.get(url.removeprefix(_ATTACHED)) if url.startswith(_ATTACHED) else None
    if attachment is None:
        media.setdefault(f"proxy_{key}", url)
        return
    media[key] = media[f"proxy_{key}"] = attachment["url"]
    if key == "url":
        media |= {k: attachment[k] for k in ("width", "height", "content_type") if k in attachment}
        media["attachment_id"] = attachment["id"]


def _resolve_file(component: Json, files: dict[str, Json]) -> None:
    """Complete a file component with the name and size of what it shows."""
    _resolve(component["file"], "url", files)
    url = component["file"].get("url")
    shown = next((attachment for attachment in files.values() if attachment["url"] == url), None)
    if shown is not None:
        component["name"], component["size"] = shown["filename"], shown["size"]
