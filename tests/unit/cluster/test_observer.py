from types import SimpleNamespace
from typing import Any

from actors.meters import RouterMeters
from cluster.observer import FRONT_END_FIGURES, Observer


def observer(behind_s: float | None = 0.2, outcomes: dict[tuple[str, str], int] | None = None) -> Observer:
    router = SimpleNamespace(
        meters=RouterMeters(asked=9, answered=7, unanswered=1, resent=3),
        placement=SimpleNamespace(hosts=["host-0", "host-1"], living=["host-1"]),
        heard={},
    )
    engine: Any = SimpleNamespace(
        router=router,
        delivery=SimpleNamespace(streams=lambda: ["host-1"]),
        logger=SimpleNamespace(complaint=None, behind_s=behind_s),
    )
    cards: Any = SimpleNamespace(kept_pictures=5, drawn_pictures=2)
    return Observer(engine, outcomes or {}, cards)


def test_every_figure_of_a_front_end_has_a_sample_with_its_labels() -> None:
    samples = list(observer(outcomes={("craft", "done"): 4}).samples())
    labels = {sample.name: tuple(sample.labels) for sample in samples}
    assert labels == {figure.name: figure.labels for figure in FRONT_END_FIGURES}


def test_what_a_front_end_counted_is_exported() -> None:
    values = {sample.name: sample.value for sample in observer(outcomes={("craft", "done"): 4}).samples()}
    said = {name.removeprefix("faye_front_end_"): value for name, value in values.items()}
    assert (said["asked"], said["answered"], said["unanswered"], said["resent"]) == (9, 7, 1, 3)
    assert (said["hosts_living"], said["hosts_missing"], said["streams"]) == (1, 1, 1)
    assert (said["log_writer"], said["log_behind_seconds"], said["log_complains"]) == (1, 0.2, 0)
    assert (said["cards_kept"], said["cards_drawn"], said["interactions"]) == (5, 2, 4)


def test_who_leaves_the_log_to_another_is_not_behind() -> None:
    values = {sample.name: sample.value for sample in observer(behind_s=None).samples()}
    assert values["faye_front_end_log_writer"] == values["faye_front_end_log_behind_seconds"] == 0


def test_status_is_told_the_same() -> None:
    vitals = observer().vitals()
    assert (vitals.asked, vitals.unanswered, vitals.resent, vitals.streams) == (9, 1, 3, 1)
    assert [(host.host, host.lives) for host in vitals.hosts] == [("host-0", False), ("host-1", True)]
