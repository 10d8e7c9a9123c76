from faye.playground.snowflake import EPOCH_MS, SnowflakeMaker, is_snowflake, made_at_ms


def test_ids_grow_strictly_even_when_the_clock_stands_still_or_steps_back() -> None:
    times = iter([EPOCH_MS + 5] * 9000 + [EPOCH_MS + 1] * 10 + [EPOCH_MS + 900] * 10)
    make = SnowflakeMaker(lambda: next(times))
    ids = [int(make.make()) for _ in range(9020)]
    assert ids == sorted(set(ids))


def test_an_id_tells_when_it_was_made() -> None:
    assert made_at_ms(SnowflakeMaker(lambda: EPOCH_MS + 123_456).make()) == EPOCH_MS + 123_456


def test_only_short_decimal_strings_are_ids() -> None:
    assert is_snowflake("175928847299117063")
    for wrong in ("", "-1", "1.5", "1" * 21, "١٢", None, 5):
        assert not is_snowflake(wrong)
