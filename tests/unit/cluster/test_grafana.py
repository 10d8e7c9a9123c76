"""The dashboard, the alarms and the scrape configuration speak of figures that are exported, by their exact names."""

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from actors.ray_metrics import HOST_FIGURES
from cluster.observer import FRONT_END_FIGURES

GRAFANA = Path(__file__).resolve().parents[3] / "docs" / "grafana"
EXPORTED = {figure.exported_name: figure for figure in (*HOST_FIGURES, *FRONT_END_FIGURES)}


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((GRAFANA / "faye.json").read_text())["panels"]
    return found


def named_in(file: str) -> set[str]:
    return set(re.findall(r"\bray_faye_[a-z_]*[a-z]\b", (GRAFANA / file).read_text()))


@pytest.mark.parametrize("file", ["faye.json", "alerts.yml"])
def test_every_figure_that_is_named_is_exported_under_exactly_that_name(file: str) -> None:
    assert named_in(file) - set(EXPORTED) == set()


def test_the_dashboard_shows_every_figure() -> None:
    assert set(EXPORTED) - named_in("faye.json") == set()


def test_labels_in_expressions_are_labels_of_figures() -> None:
    known = {"system", "host", "front_end"} | {
        label for figure in EXPORTED.values() for label in figure.labels
    }
    text = (GRAFANA / "faye.json").read_text() + (GRAFANA / "alerts.yml").read_text()
    used = set(re.findall(r"by \((\w+)\)", text)) | set(re.findall(r"\{\{(\w+)\}\}", text))
    assert used - known == set()


def test_counters_are_read_as_rates_and_figures_of_now_are_not() -> None:
    for panel in panels():
        for target in panel.get("targets", ()):
            for before, name in re.findall(r"(rate\(|increase\(|)(ray_faye_\w+)", target["expr"]):
                assert bool(before) == EXPORTED[name].is_counter, target["expr"]


def test_no_two_panels_share_a_place_or_an_id() -> None:
    def cells(panel: dict[str, Any]) -> set[tuple[int, int]]:
        at = panel["gridPos"]
        return {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}

    assert len({panel["id"] for panel in panels()}) == len(panels())
    for one, other in combinations(panels(), 2):
        assert not cells(one) & cells(other)


def test_the_example_of_a_scrape_keeps_our_figures() -> None:
    kept = re.search(r"regex: (ray_faye_\S+)", (GRAFANA / "prometheus.yml").read_text())
    assert kept is not None
    assert [name for name in EXPORTED if not re.fullmatch(kept[1], name)] == []
