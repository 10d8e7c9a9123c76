import pytest

from faye.cogs.shared.options import ID_MOST, identifier, one_of, whole_number
from faye.messages.refusals import InvalidAmount


@pytest.mark.parametrize("value", [1, 5, 10])
def test_a_whole_number_in_range_is_taken(value: int) -> None:
    assert whole_number(value, least=1, most=10) == value


@pytest.mark.parametrize("value", [0, -1, 11, 10**40, -(10**40), True, "5", 1.0, None])
def test_anything_else_is_refused_with_the_range(value: object) -> None:
    refusal = whole_number(value, least=1, most=10)
    assert isinstance(refusal, InvalidAmount)
    assert (refusal.least, refusal.most) == (1, 10)
    assert abs(refusal.given) < 2**63


@pytest.mark.parametrize(("text", "found"), [("1", 1), (str(ID_MOST), ID_MOST)])
def test_an_id_is_read(text: str, found: int) -> None:
    assert identifier(text) == found


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "abc", "٣", "²", str(ID_MOST + 1), "9" * 6_000, " 1"])
def test_what_is_no_id_is_none(text: str) -> None:
    assert identifier(text) is None


def test_words_are_found_whatever_their_case_and_nothing_else_is() -> None:
    assert one_of("rare", ("Common", "Rare")) == "Rare"
    assert one_of("Rar", ("Common", "Rare")) is None
    assert one_of(7, ("Common", "Rare")) is None
