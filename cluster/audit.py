"""An audit of a home's system, and what it leaves there: the checkpoint that the next one may go on from."""

from dataclasses import dataclass

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from cluster.environment import Environment
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.private_files import write_whole
from cluster.progress import Progress
from cluster.settings import ClusterSettings
from cluster.system import System
from faye.config import Config, load_config
from faye.database import audit_checkpoint
from faye.database.audit import Examined, Report, examine, loss_in_words
from faye.database.audit_repair import Plan, append
from faye.database.db import connect
from faye.database.migrate import is_current, migrate
from faye.utils.log_files import LogFiles

CHECKPOINT = "audit.json"


@dataclass(frozen=True)
class Order:
    """Which audit is wanted."""

    every_period: bool = False
    since_last: bool = False
    repair: bool = False
    """Whether to plan a repair."""
    append: bool = False
    """Whether to carry the plan out, too, and audit again."""


@dataclass(frozen=True)
class Audited:
    """What an audit found, and what a repair would append or has appended."""

    report: Report
    plan: Plan | None = None
    moved: tuple[int, ...] = ()
    """The players who played on between plan and repair, and were left alone."""
    repaired: Report | None = None
    """The audit after a repair; None if nothing was appended."""

    @property
    def clean(self) -> bool:
        """Whether nothing is off, in the end."""
        return (self.repaired or self.report).clean


async def run_audit(
    order: Order, environment: Environment, settings: ClusterSettings, progress: Progress
) -> Audited:
    """Audit the system of the environment's home; raises `ClusterError` if that cannot be done."""
    config = load_config(environment.config)
    home = Home(environment.home)
    if not home.exists and environment.database_url is None:
        raise ClusterError(f"{home.path} is no home of Faye's, so there is nothing to audit; set FAYE_HOME")
    async with System.own_or_join(home, settings, environment, progress=progress, with_ray=False) as system:
        database = connect(system.database_url, config.engine, name="faye-audit", patient=True)
        try:
            if system.is_owner:
                await migrate(database)
            elif not await is_current(database):
                raise ClusterError(
                    "the running system is of another release; audit with that one, or stop it and try again"
                )
            with loss_in_words():
                return await _audited(order, home, database, config)
        except audit_checkpoint.CheckpointRefused as refused:
            raise ClusterError(f"{refused}; run `launch.py audit` without --since-last once") from None
        finally:
            await database.dispose()


async def _audited(order: Order, home: Home, database: AsyncEngine, config: Config) -> Audited:
    since = audit_checkpoint.read(home.path / CHECKPOINT) if order.since_last else None
    files = LogFiles(home.logs)

    async def examined(*, planning: bool) -> Examined:
        found = await examine(
            database, files, config.engine, every_period=order.every_period, since=since, planning=planning
        )
        if found.checkpoint is not None:
            write_whole(home.path / CHECKPOINT, msgspec.json.encode(found.checkpoint))
        return found

    first = await examined(planning=order.repair)
    if first.plan is None or not first.plan.repairs or not order.append:
        return Audited(first.report, first.plan)
    moved = await append(database, first.plan.repairs, config.game.id)
    return Audited(first.report, first.plan, tuple(moved), (await examined(planning=False)).report)
