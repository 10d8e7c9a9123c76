"""Components that no message of the bot has: made by hand, as a broken or hostile client would."""

from typing import Any

from faye.playground import LocalDiscord, Person, Result
from faye.playground.views import MessageView


async def press_forged(server: LocalDiscord, person: Person, message: MessageView, custom_id: str) -> Result:
    """Press a component that the message has only for this test."""
    stored = server.world.store.get(message.id)
    assert stored is not None
    button: dict[str, Any] = {**message.buttons[0], "custom_id": custom_id}
    stored.body["components"] = [{"type": 1, "id": 1, "components": [button]}]
    return await person.click(MessageView(stored.body), custom_id)
