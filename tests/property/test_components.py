"""Buttons and menus as nobody made them: answered, and nothing happens that their owner did not ask for."""

import asyncio
import time
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from faye.cogs.shared.presses import base36
from faye.messages.base import snowflake_at
from faye.playground.interactions import COMMAND, COMPONENT, State
from tests.property.plugin import budget, tried
from tests.property.stage import Stage
from tests.property.strategies import INT64_MAX, any_text, integers

BUTTON, MENU = 2, 3
ME = "²"
NOW = snowflake_at(int(time.time() * 1000), 5)
LONG_AGO, FAR_AHEAD = NOW - (10**8 << 22), NOW + (10**8 << 22)

owners = st.just(ME) | st.sampled_from((1, NOW)) | integers
numbers = st.sampled_from((0, 1, NOW, LONG_AGO, FAR_AHEAD)) | integers
words = st.sampled_from(("standard", "premium", "daily", "all", "esprit", "faylen", "golden")) | any_text
states = st.builds(
    "{}:{}:{}:{}:{}:{}:{}".format,
    owners,
    st.sampled_from((0, 1, 999_999, "a0", "b-zz.1.1y2p0ij32e8e7", "a.", "a" + "z" * 13)) | numbers,
    st.sampled_from(("po", "ra", "pol", "net", "poz", "zz", "POWER")),
    st.sampled_from(("", "Co", "Zz")),
    st.sampled_from(("", "In", "Zz")),
    st.sampled_from(("", "My", "Zz")),
    any_text,
)
positions = st.builds("{}{}.{}".format, st.sampled_from(("", "a", "b")), numbers, numbers)
codes = st.builds("e{}".format, numbers) | st.sampled_from(
    ("fCo.1.0", "f..99", "fDe..0", "fZz.9.9", "e0", "x")
)
marks = st.sampled_from(("0" * 12, "0123456789ab", "", "zz")) | any_text
forged_ids = st.one_of(
    st.builds("start:{}:{}".format, numbers, owners),
    st.builds("again:{}:{}:{}:{}".format, words, st.sampled_from((0, 1, 10, 999)) | numbers, owners, numbers),
    st.builds("turn:{}".format, states),
    st.builds("sort:{}".format, states),
    st.builds("pick:{}".format, owners),
    st.builds("history:{}:{}:{}".format, owners, words, positions),
    st.builds(
        "break:{}:{}:{}:{}:{}".format, numbers, st.sampled_from((1, 10, 9999)), numbers, owners, numbers
    ),
    st.builds("dissolve:{}:{}:{}:{}:{}".format, codes, st.integers(0, 99_999), marks, owners, numbers),
    st.builds("ranks:{}:{}:{}".format, owners, st.sampled_from(("level", "power")) | words, numbers),
    st.builds("boards:{}".format, owners),
    st.builds("private:{}:{}".format, owners, st.integers(0, 2)),
    st.builds("leave:{}".format, owners),
    # Marks of accounts that somebody has are small here, and Mira's own account is needed to the end.
    st.builds("erase:{}:{}:{}".format, st.integers(10, INT64_MAX) | any_text, owners, numbers),
    st.builds(
        "admin:{}:{}:{}:{}:{}".format,
        st.sampled_from(("c0.1", "c9.1", "e.1", "re", "rc", "rx", "s.1", "s.zzzzzzzzzzzzz", "u.1", "x"))
        | any_text,
        st.sampled_from(("1", "zzzzzzzzzzzzz", "0")),
        st.sampled_from(("1", "zzzzzzzzzzzzz", "MINE")),
        st.just(base36(NOW)) | st.sampled_from(("1", "zzzzzzzzzzzzz")),
        any_text,
    ),
    any_text,
)
chosen = st.lists(
    st.sampled_from(("power", "newest", "collection")) | numbers.map(str) | any_text, max_size=3
)


@budget(500, long=8_000)
@given(forged_ids, st.sampled_from((BUTTON, MENU)), chosen)
@example(f"turn:{ME}:0:po::::\ud800", BUTTON, [])
@example(f"sort:{ME}:0:po::::x", MENU, ["\udfff"])
@example(f"turn:{ME}:a-zz.1.1y2p0ij32e8e7:po::::", BUTTON, [])
@example(f"turn:{ME}:b{'z' * 13}:po::::", BUTTON, [])
@example(f"pick:{ME}", BUTTON, [])
@example(f"pick:{ME}", MENU, [])
@example(f"turn:{ME}:0:po::::x", MENU, ["x"])
@example(f"history:{ME}:all:{2**63 - 1}.999999999", BUTTON, [])
@example(f"history:{ME}:all:{10**19 - 1}.0", BUTTON, [])
@example(f"again:standard:999:{ME}:{NOW}", BUTTON, [])
@example(f"again:standard:٣:{ME}:{NOW}", BUTTON, [])
@example(f"break:{10**19}:1:0:{ME}:{NOW}", BUTTON, [])
@example(f"break:{2**63 - 1}:9999:999:{ME}:{NOW}", BUTTON, [])
@example(f"dissolve:e{10**19}:1:{'0' * 12}:{ME}:{NOW}", BUTTON, [])
@example(f"dissolve:fDe..0:99999:{'0' * 12}:{ME}:{NOW}", BUTTON, [])
@example(f"dissolve:fZz.1.0:1:{'0' * 12}:{ME}:{NOW}", BUTTON, [])
@example(f"admin:re:1:MINE:{base36(NOW)}:x", BUTTON, [])
@example(f"start:{LONG_AGO}:{ME}", BUTTON, [])
@example(f"erase:{10**19 - 1}:{ME}:{NOW}", BUTTON, [])
@example(f"erase:1:1:{NOW}", BUTTON, [])
def test_a_forged_component_gets_an_answer_and_changes_nothing_that_is_not_its_owners(
    runner: asyncio.Runner, stage: Stage, forged: str, kind: int, values: list[str]
) -> None:
    tried("forged components")
    mira = stage.person("Mira")
    custom_id = forged.replace(ME, mira).replace("MINE", base36(int(mira)))
    before = len(stage.room.store.ledger)
    runner.run(press(stage, custom_id, kind, values))
    if custom_id == forged:
        assert len(stage.room.store.ledger) == before, "somebody else's button had an effect"


async def press(stage: Stage, custom_id: str, kind: int, values: list[str]) -> None:
    data: dict[str, Any] = {"custom_id": custom_id, "component_type": kind, "id": 1}
    component: dict[str, Any] = {"type": kind, "id": 1, "custom_id": custom_id}
    if kind == BUTTON:
        component |= {"style": 1, "label": "x"}
    else:
        component["options"] = [{"label": "x", "value": "x"}]
        data["values"] = values
    message = await stage.message("Mira")
    message.body["components"] = [{"type": 1, "id": 2, "components": [component]}]
    pressed = await stage.deliver(COMPONENT, "Mira", data, source_id=message.id)
    stage.check(pressed)
    assert pressed.state is not State.PENDING, f"{custom_id!r} was not answered"


def test_the_books_are_right_after_all_of_it(runner: asyncio.Runner, stage: Stage) -> None:
    runner.run(stage.deliver(COMMAND, "Mira", stage.command("daily", []), command_name="daily"))
    stage.room.check_books()
