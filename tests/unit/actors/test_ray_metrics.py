from collections import Counter as Total
from typing import Any

from actors.meters import Meters
from actors.ray_metrics import HOST_FIGURES, Exporter, Figure, Sample, host_samples


class FakeMetric:
    """Stands for Ray's counter or gauge, and keeps what it is told."""

    made: dict[str, "FakeMetric"]

    def __init__(self, name: str, description: str, tag_keys: tuple[str, ...]) -> None:
        self.keys = tag_keys
        self.description = description
        self.defaults: dict[str, str] = {}
        self.total: Total[tuple[str, ...]] = Total()
        self.increments = 0
        self.made[name] = self

    def set_default_tags(self, tags: dict[str, str]) -> "FakeMetric":
        self.defaults = tags
        return self

    def inc(self, value: float, tags: dict[str, str]) -> None:
        assert value > 0, "Ray refuses others"
        assert {*self.defaults, *tags} == {*self.keys}, "Ray refuses a missing one"
        self.increments += 1
        self.total[tuple(tags.values())] += value  # type: ignore[assignment]

    def set(self, value: float, tags: dict[str, str]) -> None:
        self.total[tuple(tags.values())] = value  # type: ignore[assignment]


def exporter(*figures: Figure) -> tuple[Exporter, dict[str, FakeMetric]]:
    made: dict[str, FakeMetric] = {}
    fake: Any = type("Fake", (FakeMetric,), {"made": made})
    return Exporter(figures, {"host": "host-0"}, counter=fake, gauge=fake), made


def test_every_meter_of_a_host_is_exported_with_a_description() -> None:
    export, made = exporter(*HOST_FIGURES)
    export.export(host_samples(Meters(commits=3, grains=9)))
    assert set(made) == {f"faye_host_{field}" for field in Meters.__struct_fields__}
    assert made["faye_host_commits"].total[()] == 3
    assert made["faye_host_grains"].total[()] == 9
    assert made["faye_host_commits"].defaults == {"host": "host-0"}
    assert all(metric.description for metric in made.values())


def test_a_counter_counts_what_has_grown_since_the_last_time() -> None:
    export, made = exporter(Figure("asked", "…"))
    for value in (10, 10, 25):
        export.export([Sample("asked", value)])
    assert made["asked"].total[()] == 25
    assert made["asked"].increments == 2


def test_a_counter_of_nothing_begins_its_series_all_the_same() -> None:
    export, made = exporter(Figure("outages", "…"))
    export.export([Sample("outages", 0)])
    assert made["outages"].increments == 1
    export.export([Sample("outages", 0)])
    assert made["outages"].increments == 1
    export.export([Sample("outages", 1)])
    assert made["outages"].total[()] == 1


def test_a_gauge_falls_as_well_as_rises() -> None:
    export, made = exporter(Figure("queued", "…", is_counter=False))
    for value in (5, 0):
        export.export([Sample("queued", value)])
    assert made["queued"].total[()] == 0


def test_each_combination_of_labels_is_counted_by_itself() -> None:
    export, made = exporter(Figure("interactions", "…", labels=("command", "outcome")))
    for crafts in (1, 4):
        export.export(
            [
                Sample("interactions", crafts, {"command": "craft", "outcome": "done"}),
                Sample("interactions", 2, {"command": "craft", "outcome": "refused"}),
            ]
        )
    assert made["interactions"].total == {("craft", "done"): 4, ("craft", "refused"): 2}


def test_names_are_those_that_prometheus_scrapes() -> None:
    assert Figure("faye_host_commits", "…").exported_name == "ray_faye_host_commits_total"
    assert Figure("faye_host_grains", "…", is_counter=False).exported_name == "ray_faye_host_grains"
