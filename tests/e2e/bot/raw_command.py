"""Commands as only a broken client would send them."""

from typing import Any

from faye.playground import LocalDiscord, Person, Result
from faye.playground.interactions import COMMAND


async def send_raw(
    server: LocalDiscord,
    person: Person,
    path: str,
    options: list[dict[str, Any]],
    resolved: dict[str, Any] | None = None,
) -> Result:
    """Use a command past every check that a client makes."""
    command, *rest = path.split()
    known = next(c for c in server.world.commands.in_scope() if c["name"] == command)
    for name in reversed(rest):
        options = [{"name": name, "type": 1, "options": options}]
    channel = next(iter(server.world.identity.channels.values()))
    interaction = server.world.interactions.open(COMMAND, person.id, channel, command_name=path)
    data = {"id": known["id"], "name": command, "type": 1, "options": options, "resolved": resolved or {}}
    server.world.send_interaction(interaction, data)
    return await Result(server.world, interaction).finished()
