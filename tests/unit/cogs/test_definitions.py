from typing import Any

from faye.cogs.shared.definitions import outline

OURS: list[dict[str, Any]] = [
    {
        "name": "craft",
        "description": "Make",
        "type": 1,
        "nsfw": False,
        "dm_permission": True,
        "default_member_permissions": None,
        "options": [
            {"name": "amount", "description": "How many", "type": 4, "required": True, "min_value": 1}
        ],
    }
]


def given_back(**changes: Any) -> list[dict[str, Any]]:
    """The command as Discord gives it back, with what it adds."""
    option = {**OURS[0]["options"][0], "name_localizations": None, "description_localizations": None}
    added = {"id": "5", "application_id": "6", "version": "7", "contexts": None, "integration_types": [0, 1]}
    return [{**OURS[0], **added, "options": [{**option, **changes}]}]


def test_what_discord_adds_is_no_change() -> None:
    assert outline(given_back()) == outline(OURS)


def test_whatever_users_see_is_a_change() -> None:
    changes: list[dict[str, Any]] = [
        {"description": "How much"},
        {"min_value": 2},
        {"max_value": 9},
        {"required": False},
        {"name": "number"},
        {"choices": [{"name": "one", "value": 1}]},
        {"autocomplete": True},
        {"description_localizations": {"de": "Wie viele"}},
        {"choices": [{"name": "one", "value": 1, "name_localizations": {"de": "eins"}}]},
    ]
    for change in changes:
        assert outline(given_back(**change)) != outline(OURS), change


def test_a_command_more_or_less_is_a_change_and_their_order_is_none() -> None:
    other = {"name": "help", "description": "Help"}
    assert outline([*OURS, other]) != outline(OURS)
    assert outline([*OURS, other]) == outline([other, *OURS])
