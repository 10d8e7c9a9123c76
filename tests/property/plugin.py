"""How many inputs are tried, and telling of it: profiles of Hypothesis, and a count over all test processes.

`short` is what every run uses: the same inputs each time, so that a failure of somebody else's run is seen again by
running the test again. `long` draws new ones and tries a hundred times as many.
"""

from collections import Counter
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings

LONG: Final = "long"
_SHORT_EXAMPLES: Final = 100
_LONG_FACTOR: Final = 100
_LONG_TIMEOUT_S: Final = 3600

_COMMON: Final[dict[str, Any]] = {
    "deadline": None,
    "print_blob": True,
    "suppress_health_check": list(HealthCheck),
}
settings.register_profile("short", max_examples=_SHORT_EXAMPLES, derandomize=True, **_COMMON)
settings.register_profile(LONG, max_examples=_SHORT_EXAMPLES * _LONG_FACTOR, **_COMMON)
settings.load_profile("short")

_tried: Counter[str] = Counter()
_KEY: Final = "inputs tried"


def budget(examples: int, *, long: int | None = None) -> settings:
    """So many examples in the short mode, and in the long one `long`, or a hundred times as many."""
    if settings.get_current_profile_name() != LONG:
        return settings(max_examples=examples)
    return settings(max_examples=examples * _LONG_FACTOR if long is None else long)


def tried(what: str, inputs: int = 1) -> None:
    """Count inputs that something was given."""
    _tried[what] += inputs


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests with a larger budget the time for it."""
    if settings.get_current_profile_name() == LONG:
        for item in items:
            if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
                item.add_marker(pytest.mark.timeout(_LONG_TIMEOUT_S))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand a worker's count to the process that tells of all."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output[_KEY] = dict(_tried)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Add what a worker counted."""
    _tried.update(getattr(node, "workeroutput", {}).get(_KEY, {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the count."""
    if _tried:
        terminalreporter.section("inputs tried")
        for what, inputs in sorted(_tried.items()):
            terminalreporter.write_line(f"{inputs:>12,}  {what}")
        terminalreporter.write_line(f"{_tried.total():>12,}  in all")
