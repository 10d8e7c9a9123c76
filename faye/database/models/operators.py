"""The rules of the operators' own grain, which no player plays: what was done to nobody in particular."""

from __future__ import annotations

from faye.database.models.administration import operators_line
from faye.database.models.outcome import Outcome
from faye.database.models.player_row import PlayerRow
from faye.messages.admin import ConfigurationOutrun, ConfigurationPutInForce, PutInForce


class OperatorsRules(PlayerRow):
    """What is put in force."""

    def put_in_force(
        self, command: PutInForce, *, in_force_id: int
    ) -> Outcome[ConfigurationPutInForce] | ConfigurationOutrun:
        """Write down that a configuration takes the place of the known one, if that is the one in force."""
        if command.known_id != in_force_id:
            return ConfigurationOutrun(in_force_id=in_force_id)
        changed = " ".join(command.changed)
        line = operators_line(
            "admin.reload", command.admin_id, f"{command.known_id}→{command.config_id}", changed
        )
        reply = ConfigurationPutInForce(
            config_id=command.config_id,
            known_id=command.known_id,
            changed=command.changed,
            at_restart=command.at_restart,
        )
        return Outcome(reply, (line,))
