"""Faye's command line. It alone knows every layer; each command imports what it needs when it runs."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("faye: needs Python 3.11 or newer, this is " + sys.version.split()[0])
if sys.platform not in ("linux", "darwin"):
    sys.exit("faye: runs on Linux and macOS, not on " + sys.platform)

import asyncio
import os
import signal
import traceback
import webbrowser
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

try:
    import typer
except ModuleNotFoundError:
    sys.exit("faye: its libraries are not installed; run `make setup`, then `.venv/bin/python launch.py`")

if TYPE_CHECKING:
    from cluster.environment import Environment
    from cluster.load.plan import Plan
    from cluster.load.report import LoadReport
    from cluster.load.settings import LoadSettings
    from cluster.settings import ClusterSettings

app = typer.Typer(
    help=__doc__.partition(".")[0] + ".",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

economy = typer.Typer(
    help="What the game's figures lead to.", no_args_is_help=True, pretty_exceptions_enable=False
)
app.add_typer(economy, name="economy")

T = TypeVar("T")

LAUNCHER = Path(__file__).resolve()

NOT_TOLD = 2
"""The exit code of an audit that could not be made, which is neither a clean one nor one that found something."""


@app.command()
def play(
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65_535, help="The page's port; 0 takes a free one. \\[default: FAYE_PORT or 8000]"
        ),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
) -> None:
    """Play on this machine: everything is started, and a page that looks like Discord is opened."""
    with failures_in_words():
        environment, settings = surroundings()
        from cluster.play import run_play
        from faye.config import load_config

        load_config(environment.config)  # the bot needs it first, but would only say so in its log

        def opened(url: str) -> None:
            say(f"Play at {url}   (Ctrl-C stops everything)")
            if has_display() and not no_browser:
                webbrowser.open(url)

        until_stopped(
            run_play(
                environment,
                settings,
                launcher=LAUNCHER,
                port=environment.port if port is None else port,
                progress=say,
                opened=opened,
            )
        )


@app.command()
def bot(
    join: Annotated[
        bool, typer.Option("--join", help="Only join the system that runs on FAYE_HOME; never start one.")
    ] = False,
) -> None:
    """Run the bot with DISCORD_TOKEN; starts the servers that have no address given, or joins those here."""
    with failures_in_words():
        environment, settings = surroundings()
        if environment.discord_token is None:
            fail("DISCORD_TOKEN is not set; create a bot at discord.com/developers and export its token")
        until_stopped(_bot(environment, settings, join=join))


async def _bot(environment: "Environment", settings: "ClusterSettings", *, join: bool) -> None:
    from cluster.home import Home
    from cluster.reach import require_discord
    from cluster.serve import serve_bot
    from cluster.system import System
    from faye.config import load_config

    config = load_config(environment.config)
    home = Home(environment.home)
    await require_discord(environment, say)
    owning = System.own_or_join(home, settings, environment, progress=say)
    async with System.join(home, progress=say) if join else owning as system:
        await serve_bot(system, environment, config, say)


@app.command()
def audit(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    every_period: Annotated[
        bool,
        typer.Option(
            "--all", help="Read every period of the ledger, not only the current and the previous one."
        ),
    ] = False,
    since_last: Annotated[
        bool,
        typer.Option("--since-last", help="Read only what came since the last audit that found nothing."),
    ] = False,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Tell which ledger lines would lead to what players hold; append with --yes."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --repair: append them, then audit again.")] = False,
) -> None:
    """Check balances, ledger and log against each other; exit 1 if anything is off, 2 if it could not be told."""
    if since_last and (every_period or repair):
        raise typer.BadParameter("--since-last goes neither with --all nor with --repair")
    if yes and not repair:
        raise typer.BadParameter("--yes goes with --repair")
    with failures_in_words(code=NOT_TOLD):
        environment, settings = surroundings()
        from cluster.audit import Order, run_audit
        from cluster.audit_lines import audited_lines

        order = Order(every_period=every_period, since_last=since_last, repair=repair, append=yes)
        audited = until_stopped(run_audit(order, environment, settings, say), code=NOT_TOLD)
        if as_json:
            import msgspec

            typer.echo(msgspec.json.encode(audited if repair else audited.report).decode())
        else:
            for line in audited_lines(audited):
                typer.echo(line)
        raise typer.Exit(0 if audited.clean else 1)


@app.command()
def replay(
    key: Annotated[
        int, typer.Argument(min=-(2**63), max=2**63 - 1, help="The id of the command's interaction.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the stories as JSON.")] = False,
) -> None:
    """Play a start, a summon, an outing or a fight again from its seed; exit 1 if the ledger says otherwise."""
    with failures_in_words(code=NOT_TOLD):
        environment, settings = surroundings()
        from cluster.replay import run_replay, shown

        stories = until_stopped(run_replay(key, environment, settings, say), code=NOT_TOLD)
        typer.echo(shown(stories, as_json=as_json))
        raise typer.Exit(1 if any(story.differs for story in stories) else 0)


@app.command()
def backup(
    directory: Annotated[
        Path, typer.Argument(help="A new or an empty directory, best on another disk.", show_default=False)
    ],
    no_proof: Annotated[
        bool, typer.Option("--no-proof", help="Do not restore and audit the backup to prove it.")
    ] = False,
) -> None:
    """Make a backup of FAYE_HOME's system while it serves, and prove it; exit 1 if anything in it is off."""
    with failures_in_words():
        environment, settings = surroundings()
        from cluster.backup import run_backup

        made = until_stopped(run_backup(directory, environment, settings, proved=not no_proof, progress=say))
        for line in made.lines():
            typer.echo(line)
        raise typer.Exit(0 if made.clean else 1)


@app.command()
def restore(
    directory: Annotated[Path, typer.Argument(help="What `backup` made.", show_default=False)],
) -> None:
    """Put a backup into FAYE_HOME, which must be new or empty; the next start serves from it."""
    with failures_in_words():
        environment, _ = surroundings()
        from cluster.restore import run_restore

        typer.echo(until_stopped(run_restore(directory.expanduser().absolute(), environment, say)))


@app.command()
def load(
    players: Annotated[int, typer.Option(help="Simulated players to draw from.")] = 1_000,
    concurrency: Annotated[
        int | None,
        typer.Option(help="Closed loop: so many requests under way at any moment. \\[default: 64]"),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(help="Open loop: so many requests a second, however slow the answers are."),
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long to measure.")] = 10.0,
    mix: Annotated[str, typer.Option(help="What they do: a mix of config/load.json.")] = "evening",
    hot: Annotated[bool, typer.Option("--hot", help="Everything is done by one player.")] = False,
    through: Annotated[
        str,
        typer.Option(help="Which way in: engine (the router) or discord (the real bot, the local Discord)."),
    ] = "engine",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Let simulated players play over FAYE_HOME's system, then audit; exit 1 if the audit finds anything."""
    with failures_in_words():
        environment, settings = surroundings()
        from cluster.load.plan import make_plan
        from cluster.load.report import lines
        from cluster.load.settings import load_settings

        wanted = load_settings(environment.config)
        plan = make_plan(
            wanted,
            through=through,
            mix=mix,
            players=players,
            concurrency=concurrency,
            rate=rate,
            seconds=seconds,
            hot=hot,
        )
        report = until_stopped(_load(environment, settings, wanted, plan))
        if as_json:
            import msgspec

            typer.echo(msgspec.json.encode(report).decode())
        else:
            for line in lines(report):
                typer.echo(line)
        raise typer.Exit(0 if report.audit is not None and report.audit.clean else 1)


async def _load(
    environment: "Environment", settings: "ClusterSettings", wanted: "LoadSettings", plan: "Plan"
) -> "LoadReport":
    from cluster.home import Home
    from cluster.load.run import run_load
    from cluster.system import System
    from faye.config import load_config

    config = load_config(environment.config)
    home = Home(environment.home)
    async with System.own_or_join(home, settings, environment, progress=say) as system:
        return await run_load(plan, wanted, system, environment, config, launcher=LAUNCHER, progress=say)


@economy.command()
def pacing(
    days: Annotated[int, typer.Option(min=1, max=2_000, help="How many days they play.")] = 60,
    players: Annotated[int, typer.Option(min=1, max=1_000, help="How many play.")] = 20,
    seed: Annotated[int, typer.Option(help="The same seed plays the same game.")] = 1,
    policy: Annotated[
        str, typer.Option(help="How they fight: sensible (guards, heals, uses skills) or striker (strikes).")
    ] = "sensible",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Let diligent players play for days through the real rules, in this process, and print how they come on."""
    with failures_in_words():
        environment, _ = surroundings()
        from cluster.pacing.run import Plan, run_pacing
        from cluster.pacing.table import shown
        from faye.config import load_config

        plan = Plan(players=players, days=days, seed=seed, policy=policy)
        report = until_stopped(run_pacing(plan, load_config(environment.config), say))
        typer.echo(shown(report, as_json=as_json))


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Tell what runs on FAYE_HOME, whether it answers and the log keeps up; exit 1 when not all is well."""
    with failures_in_words():
        environment, _ = surroundings()
        from cluster.home import Home
        from cluster.status import describe, json_of, lines_of

        report = until_stopped(describe(Home(environment.home)))
        for line in [json_of(report)] if as_json else lines_of(report):
            typer.echo(line)
        raise typer.Exit(0 if report.healthy else 1)


def surroundings() -> tuple["Environment", "ClusterSettings"]:
    """The environment and the settings that every command starts from."""
    from cluster.environment import Environment
    from cluster.settings import load_cluster_settings
    from faye.utils.log_lines import set_up_logging

    environment = Environment.read(os.environ)
    set_up_logging(environment.log, level="warning")
    if environment.ray_address is None:
        # Ray takes this variable as it is when it is imported, later changes go unseen.
        os.environ["RAY_AUTH_MODE"] = "token"
    return environment, load_cluster_settings(environment.config)


def until_stopped(work: Coroutine[Any, Any, T], *, code: int = 0) -> T:
    """Run `work` to its end, or until Ctrl-C, SIGTERM or a closed terminal stop it cleanly, once for all.

    Stopped, the command exits with `code`.
    """
    import uvloop

    async def stoppable() -> T:
        task = asyncio.ensure_future(work)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop_once, task)
        return await task

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            return runner.run(stoppable())
        except asyncio.CancelledError:
            say("stopped")
            raise typer.Exit(code) from None


def stop_once(task: "asyncio.Task[Any]") -> None:
    """Cancel a task that is not being cancelled yet, so that its clean-up is never interrupted."""
    if not task.cancelling():
        task.cancel()


@contextmanager
def failures_in_words(code: int = 1) -> Iterator[None]:
    """Turn what can go wrong into one clear sentence and an exit code; a bug keeps its traceback."""
    try:
        yield
    except expected_failures() as error:
        fail(str(error), code)
    except OSError as error:
        from cluster.os_errors import in_words

        subject = f"{error.filename}: " if error.filename else ""
        fail(subject + in_words(error), code)
    except Exception as error:
        if code == 1 or isinstance(error, typer.Exit):
            raise  # what is not caught exits with 1
        traceback.print_exc()
        raise typer.Exit(code) from None


def expected_failures() -> tuple[type[Exception], ...]:
    """What says in its own words what is wrong and what to do; imported only once something is."""
    from cluster.errors import ClusterError
    from faye.config import ConfigError
    from faye.database.audit import DatabaseLost
    from faye.database.migrate import SchemaNewer

    return ClusterError, ConfigError, DatabaseLost, SchemaNewer


def fail(message: str, code: int = 1) -> NoReturn:
    """Say what failed and what to do, and exit."""
    typer.secho(f"faye: {message}", fg=typer.colors.RED, err=True)
    raise typer.Exit(code)


def say(message: str) -> None:
    """One line of progress, on the error stream, since a command's output may be read by a program."""
    typer.secho(message, fg=typer.colors.GREEN, err=True)


def has_display() -> bool:
    """Whether a browser would have somewhere to appear."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    app()
