"""A fault campaign on the real stack: `make faults ARGS="--minutes 3 --seed 7"`.

PostgreSQL, Valkey, Ray with three hosts, three front-ends in processes of their own; many players who click too fast;
and one thing after the other is killed, stopped or filled up. Afterwards what the players saw is held against what
the database and the log hold. Exit status 1, the seed and the shortest history if a promise was broken.
"""

import argparse
import asyncio
import os
import secrets
import sys
import tempfile
from pathlib import Path

os.environ["RAY_AUTH_MODE"] = "token"  # read by Ray when it is imported

import uvloop

from cluster.settings import load_cluster_settings
from faye.config import load_config
from tests.faults.campaign.campaign import Campaign, Outcome, Plan, system_of_its_own
from tests.faults.campaign.front_end import ROOT
from tests.faults.campaign.settings import campaign_config
from tests.faults.campaign.story import told, write_history


def main() -> None:
    """Run one campaign and tell what came of it."""
    arguments = _arguments()
    plan = Plan(
        seed=arguments.seed, seconds=arguments.minutes * 60, players=arguments.players, rate=arguments.rate
    )
    print(f"faults: seed {plan.seed}, {arguments.minutes:g} minutes, {plan.players} players", flush=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        outcome = runner.run(_run(plan))
    if arguments.history is not None:
        write_history(outcome, arguments.history)
    print("\n".join(told(outcome)))
    sys.exit(0 if outcome.clean else 1)


async def _run(plan: Plan) -> Outcome:
    settings = load_cluster_settings(ROOT / "config")
    with tempfile.TemporaryDirectory(prefix="faye-faults-") as name:
        directory = Path(name)
        directory.chmod(0o711)
        config_directory = campaign_config(directory / "config")
        async with system_of_its_own(directory, settings) as system:
            return await Campaign(plan, system, load_config(config_directory), config_directory).run()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=2.0, help="how long; each fault comes once at least")
    parser.add_argument("--seed", type=int, default=secrets.randbits(31), help="drawn if not given")
    parser.add_argument("--players", type=int, default=64, help="at least 2")
    parser.add_argument("--rate", type=float, default=400.0, help="requests a second when all is well")
    parser.add_argument("--history", type=Path, help="write there what the players saw, as JSON lines")
    arguments = parser.parse_args()
    if arguments.minutes < 0 or arguments.players < 2 or arguments.rate <= 0:
        parser.error("minutes must not be negative, players at least 2, the rate above 0")
    return arguments


if __name__ == "__main__":
    main()
