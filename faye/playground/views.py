"""What a person sees of a message, convenient for tests and simulations."""

from dataclasses import dataclass

from faye.playground.check_components import BUTTON, SELECTS, TEXT, walk
from faye.playground.check_message import EPHEMERAL, LOADING
from faye.playground.wire import Json


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as it stood when it was looked at."""

    raw: Json

    @property
    def id(self) -> str:
        """The message's id."""
        return str(self.raw["id"])

    @property
    def content(self) -> str:
        """The plain text above the embeds."""
        return str(self.raw["content"])

    @property
    def embeds(self) -> list[Json]:
        """The embeds."""
        return list(self.raw["embeds"])

    @property
    def attachments(self) -> list[Json]:
        """The attached files' descriptions."""
        return list(self.raw["attachments"])

    @property
    def components(self) -> list[Json]:
        """The top-level components."""
        return list(self.raw["components"])

    @property
    def buttons(self) -> list[Json]:
        """All buttons, wherever they stand."""
        return [c for c in walk(self.components) if c["type"] == BUTTON]

    @property
    def selects(self) -> list[Json]:
        """All select menus, wherever they stand."""
        return [c for c in walk(self.components) if c["type"] in SELECTS]

    @property
    def ephemeral(self) -> bool:
        """Say whether only one person sees it."""
        return bool(self.raw["flags"] & EPHEMERAL)

    @property
    def thinking(self) -> bool:
        """Say whether the content is still to come."""
        return bool(self.raw["flags"] & LOADING)

    @property
    def edited(self) -> bool:
        """Say whether it was changed after it was first filled in."""
        return self.raw["edited_timestamp"] is not None

    @property
    def text(self) -> str:
        """Everything readable in it: content, embeds, text displays."""
        parts = [self.content]
        for embed in self.embeds:
            parts += [
                (embed.get("author") or {}).get("name", ""),
                embed.get("title", ""),
                embed.get("description", ""),
            ]
            parts += [f"{field['name']}\n{field['value']}" for field in embed.get("fields") or []]
            parts.append((embed.get("footer") or {}).get("text", ""))
        parts += [c["content"] for c in walk(self.components) if c["type"] == TEXT]
        return "\n".join(part for part in parts if part)

    def custom_id(self, label_or_custom_id: str) -> str:
        """Return the custom id of the component with this label or custom id; raises `LookupError`."""
        for component in walk(self.components):
            own = component.get("custom_id")
            named = (
                component.get("label"),
                (component.get("emoji") or {}).get("name"),
                component.get("placeholder"),
            )
            if own is not None and label_or_custom_id in (own, *named):
                return str(own)
        known = [c.get("label") or c.get("custom_id") for c in walk(self.components) if c.get("custom_id")]
        raise LookupError(f"no component {label_or_custom_id!r}; there are {known}")


@dataclass(frozen=True, slots=True)
class ModalView:
    """A modal as it is shown."""

    raw: Json

    @property
    def title(self) -> str:
        """The heading."""
        return str(self.raw["title"])

    @property
    def custom_id(self) -> str:
        """The modal's custom id."""
        return str(self.raw["custom_id"])

    @property
    def fields(self) -> dict[str, Json]:
        """The inputs by custom id."""
        return {str(c["custom_id"]): c for c in walk(self.raw["components"]) if "custom_id" in c}
