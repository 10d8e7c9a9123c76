"""The proof of a backup: it is restored beside itself, its PostgreSQL started alone, and audited."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from cluster.backup_manifest import Manifest
from cluster.home import Home
from cluster.postgres import PostgresServer
from cluster.progress import Progress
from cluster.restore import forget, put_in_place
from cluster.settings import ClusterSettings, PostgresSettings
from faye.config import EngineConfig
from faye.database.audit import Report, audit
from faye.database.db import connect
from faye.database.migrate import migrate
from faye.utils.log_files import LogFiles

_SHARED_BUFFERS_MAX_MB: Final = 128
"""The system that is backed up may be serving on the same machine."""


async def prove(
    copy: Path,
    manifest: Manifest,
    place: Path,
    settings: ClusterSettings,
    config: EngineConfig,
    progress: Progress,
) -> tuple[Report, float]:
    """Restore `copy` into the new directory `place`, and audit it; returns the report and the seconds it took.

    The schema of an earlier release is brought up to date there, as the next start would do with the system itself.
    `place` is gone afterwards, whatever happens.
    """
    began_s = time.monotonic()
    home = Home(place)
    forget(home)
    try:
        await put_in_place(copy, home, manifest, progress, durably=False)
        async with _server(home, settings.postgres) as server:
            progress("auditing the restored copy")
            database = connect(server.url, config, name="faye-proof", patient=True)
            try:
                await migrate(database)
                report = await audit(database, LogFiles(home.logs), config)
            finally:
                await database.dispose()
    finally:
        forget(home)
    return report, round(time.monotonic() - began_s, 1)


def _server(home: Home, settings: PostgresSettings) -> PostgresServer:
    return PostgresServer(
        home.place_postgres(),
        password=home.secret("postgres_password"),
        superuser_password=home.secret("postgres_superuser_password"),
        settings=replace(settings, shared_buffers_mb=min(settings.shared_buffers_mb, _SHARED_BUFFERS_MAX_MB)),
        log=home.logs / "postgres.log",
    )
