"""What the giver of a gift was told is held against both ledgers."""

from typing import Any

import pytest

from faye.messages.transfer import Transferred
from tests.builders import small_config
from tests.unit.actors.test_interleavings import simulate

SEEDS_MAX = 20


@pytest.mark.parametrize("field", ["amount", "balance", "receiver_id", "receiver_version"])
def test_a_gift_that_is_told_wrongly_is_caught(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def told_wrongly(**said: Any) -> Transferred:
        return Transferred(**said | {field: said[field] + 1})

    monkeypatch.setattr("actors.exchange.Transferred", told_wrongly)
    assert any(simulate(seed, small_config())[0] for seed in range(SEEDS_MAX))
