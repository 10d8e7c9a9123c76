from pathlib import Path

import pytest

from cluster.settings import load_cluster_settings
from faye.config import ConfigError

SHIPPED = Path(__file__).resolve().parents[3] / "config"


def test_the_shipped_settings_are_valid() -> None:
    assert load_cluster_settings(SHIPPED).postgres.connections_max == 200


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '"connections_max": 200',
            '"connections_max": 2',
            r"postgres\.connections_max: value 2; rule: .*>= 10",
        ),
        ('"dashboard": false', '"dashbord": false', "dashbord"),
        ('"cpus": null', '"cpus": 0', r"ray\.cpus: value 0"),
    ],
)
def test_an_error_names_file_key_value_and_rule(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (SHIPPED / "cluster.json").read_text()
    assert old in text
    (tmp_path / "cluster.json").write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=rf"cluster\.json: .*{said}"):
        load_cluster_settings(tmp_path)
