"""The newest page of a ledger shows its end, or the checker says what is wrong with it."""

import pytest

from actors.store import Line
from faye.database.models.outcome import Posting
from faye.database.models.player import Player
from faye.messages.history import GetHistory, HistoryEntry, HistoryPage
from faye.utils.clock import at
from tests.builders import small_config
from tests.checking.checker import violations
from tests.checking.history import History, Seen
from tests.checking.records import Records

LINES = {
    version: [Line(version, 0, version, Posting("test", "faylen", 1, version), None, 0)] for version in (1, 2)
}


def complaints(shown: list[int], version: int) -> list[str]:
    """What is said of a page with the lines of these versions, of a player with two lines."""
    entries = [HistoryEntry(at(0), "test", "faylen", 1, each, each, 0) for each in shown]
    page = HistoryPage(version=version, entries=entries, has_more=False)
    history = History()
    history.seen.append(Seen("0", GetHistory(player_id=7), 1.0, 2.0, page))
    records = Records({7: Player(id=7, version=2, faylen=2)}, {}, {7: LINES}, {})
    return [each.what for each in violations(history, records, small_config()) if "page" in each.what]


@pytest.mark.parametrize(("shown", "version"), [([2, 1], 2), ([2, 1], 1), ([1], 1), ([], 0)])
def test_the_end_of_the_ledger_as_of_its_version_or_later_is_right(shown: list[int], version: int) -> None:
    assert complaints(shown, version) == []


@pytest.mark.parametrize(
    ("shown", "version"),
    [([1], 2), ([], 1), ([1, 2], 2), ([2, 2], 2)],
    ids=["old", "empty", "turned", "doubled"],
)
def test_any_other_page_is_a_broken_promise(shown: list[int], version: int) -> None:
    assert len(complaints(shown, version)) == 1
