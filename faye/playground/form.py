"""Collecting the tree of field errors that Discord sends with code 50035."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from faye.playground.errors import invalid_form
from faye.playground.wire import Json


class Form:
    """One place in a request body; failures reported here appear at its path in the `errors` tree."""

    def __init__(self, tree: Json | None = None, path: tuple[str, ...] = ()) -> None:
        self._tree: Json = {} if tree is None else tree
        self._path = path

    @property
    def failed(self) -> bool:
        """Say whether anything anywhere in the body broke a rule so far."""
        return bool(self._tree)

    def at(self, *keys: str | int) -> Form:
        """Return the place below this one."""
        return Form(self._tree, (*self._path, *map(str, keys)))

    def fail(self, code: str, message: str) -> None:
        """Report that the value at this place breaks a rule."""
        node = self._tree
        for key in self._path:
            node = node.setdefault(key, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def raise_if_failed(self) -> None:
        """Raise error 50035 with every failure so far, if there is one."""
        if self._tree:
            raise invalid_form(self._tree)

    def text(self, body: Json, key: str, maximum: int, *, minimum: int = 0, required: bool = False) -> str:
        """Return a text field, checked for type and length; empty where it is absent or wrong."""
        place, value = self.at(key), body.get(key)
        if value is None:
            if required:
                place.fail("BASE_TYPE_REQUIRED", "This field is required")
            return ""
        if not isinstance(value, str):
            place.fail("STRING_TYPE_CONVERT", "Could not interpret value as string.")
            return ""
        if required and not value:
            place.fail("BASE_TYPE_REQUIRED", "This field is required")
        else:
            place._check_length(len(value), minimum, maximum)
        return value

    def items(self, body: Json, key: str, maximum: int, *, minimum: int = 0) -> list[Json]:
        """Return a list of objects, checked for type and length; empty where it is absent or wrong."""
        place, value = self.at(key), body.get(key)
        if value is None:
            value = []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            place.fail("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        place._check_length(len(value), minimum, maximum)
        return value

    def texts(self, body: Json, key: str) -> list[str]:
        """Return a list of texts or ids; empty where it is absent or wrong."""
        value = body.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str | int) for item in value):
            self.at(key).fail("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        return [str(item) for item in value]

    def object(self, body: Json, key: str) -> Json:
        """Return a nested object, empty where it is absent or something else."""
        value = body.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.at(key).fail("DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            return {}
        return value

    def integer(self, body: Json, key: str, minimum: int, maximum: int, default: int) -> int:
        """Return a whole number within bounds; the default where it is absent or wrong."""
        value = body.get(key)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            self.at(key).fail("NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return default
        if value < minimum:
            self.at(key).fail("NUMBER_TYPE_MIN", f"int value should be greater than or equal to {minimum}.")
        elif value > maximum:
            self.at(key).fail("NUMBER_TYPE_MAX", f"int value should be less than or equal to {maximum}.")
        return value

    def choice(self, value: Any, allowed: Iterable[Any]) -> bool:
        """Check that the value at this place is one of a closed set."""
        options = tuple(allowed)
        # By type too: 4.0 and True equal whole numbers, but Discord takes neither.
        if any(value == option and type(value) is type(option) for option in options):
            return True
        self.fail("BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(str, options))}}}.")
        return False

    def _check_length(self, length: int, minimum: int, maximum: int) -> None:
        if minimum and not minimum <= length <= maximum:
            self.fail("BASE_TYPE_BAD_LENGTH", f"Must be between {minimum} and {maximum} in length.")
        elif length > maximum:
            self.fail("BASE_TYPE_MAX_LENGTH", f"Must be {maximum} or fewer in length.")


def repeats(values: Iterable[Any]) -> bool:
    """Say whether a text occurs twice; what is no text has failed elsewhere."""
    texts = [value for value in values if isinstance(value, str)]
    return len(set(texts)) < len(texts)
