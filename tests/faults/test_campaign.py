"""A short fault campaign: each fault once, under load, and every promise kept. `make faults` runs long ones."""

from pathlib import Path

import pytest

from cluster.settings import ClusterSettings
from faye.config import load_config
from tests.faults.campaign.campaign import Campaign, Plan, system_of_its_own
from tests.faults.campaign.nemesis import FAULTS
from tests.faults.campaign.settings import campaign_config
from tests.faults.campaign.story import told

SEED = 20260727
EFFECTS = (
    "Crafted", "Summoned", "Transferred", "EspritUpgraded", "EspritLocked", "TeamChanged", "EspritsDissolved",
)  # fmt: skip


@pytest.mark.timeout(600)
async def test_nothing_is_lost_doubled_or_invented_whatever_dies(
    server_directory: Path, cluster_settings: ClusterSettings
) -> None:
    config_directory = campaign_config(server_directory / "config")
    config = load_config(config_directory)
    async with system_of_its_own(server_directory, cluster_settings) as system:
        plan = Plan(seed=SEED, seconds=0, rate=250)
        outcome = await Campaign(plan, system, config, config_directory).run()
    story = "\n".join(told(outcome))
    print(f"\n{story}")
    assert outcome.clean, story
    assert set(outcome.faults) == set(FAULTS)
    assert outcome.plan.players >= 64
    assert outcome.duplicates > 100, "much was asked again"
    effects = sum(outcome.replies[effect] for effect in EFFECTS)
    assert all(outcome.replies[effect] for effect in EFFECTS), outcome.replies
    assert effects > sum(outcome.replies.values()) / 4, "most of what happened changed something"
