"""Which Esprit a player means: suggestions give its id, hands type its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from faye.config import GameConfig
from faye.database.models.collection import CollectionRules
from faye.database.models.esprit import Esprit
from faye.growth import growths
from faye.messages.refusals import UnclearEsprit, UnknownEsprit

ID_MAX: Final = 2**63 - 1
CHOICES_MAX: Final = 10
TEXT_CHARS_MAX: Final = 40


class NamingRules(CollectionRules):
    """From words to an Esprit, in the same breath as what is done with it: no other one can come between."""

    def meant(
        self, text: str, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> Esprit | UnknownEsprit | UnclearEsprit:
        """The one Esprit whose id, whole name, or part of a name `text` is."""
        if (esprit_id := _identifier(text)) is not None:
            return esprits.get(esprit_id) or UnknownEsprit(esprit_id=esprit_id)
        sought, table = text.strip().casefold(), config.derived(growths)
        named = [esprit for esprit in esprits.values() if table[esprit.species].folded_name == sought]
        if len(named) == 1:
            return named[0]
        found = self.find_esprits(text, CHOICES_MAX, esprits, config=config).esprits
        if len(found) == 1:
            return esprits[found[0].id]
        return UnclearEsprit(text=text[:TEXT_CHARS_MAX], esprits=found)


def _identifier(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(ID_MAX))):
        return None
    number = int(text)
    return number if number <= ID_MAX else None
