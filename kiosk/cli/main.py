"""The verbs of `taxi-kiosk`; a wrong word or file is one sentence and exit 2, never a traceback."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kiosk.cli.audit import audit
from kiosk.cli.caretakers import audit_log, caretakers
from kiosk.cli.devices import devices
from kiosk.cli.doctor import doctor
from kiosk.cli.options import Size, config_option, fail
from kiosk.cli.residents import residents
from kiosk.cli.voice import voice

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.config import Config

_LANGUAGES = ("zh_CN", "en")
_BEHAVIOURS = (
    "normal",
    "everyday",
    "no_taxis",
    "driver_cancels_once",
    "redispatches_once",
    "offers",
    "slow_to_accept",
    "never_arrives",
    "nobody_boards",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="one-touch-taxi")
def main() -> None:
    """The one-touch taxi kiosk."""


for _verbs in (audit, devices, doctor, residents, caretakers, audit_log, voice):
    main.add_command(_verbs)


@main.command()
@config_option
@click.option("--headless", is_flag=True, help="Real pixels without a display.")
def run(path: Path, *, headless: bool) -> None:
    """Run the box."""
    from kiosk.config import begin

    checked = begin(path)
    # All that needs no configuration is imported on this core, while it is checked on another.
    from dispatch_client.clock import SystemClock
    from kiosk.app.memory import be_frugal
    from kiosk.app.run import Show
    from kiosk.ui.environment import warm

    be_frugal()
    try:
        warm(headless=headless)
        config = checked()
        _log(config)
        Show(config, SystemClock(), headless=headless).run()
    except _known_faults() as error:
        fail(error)


def _known_faults() -> tuple[type[Exception], ...]:
    """What is told in one sentence; asked for when it happened, for its rooms are heavy and the first picture waits."""
    from dispatch_client.outbox import OutboxError
    from kiosk.app.faults import WiringError
    from kiosk.assets import AssetError
    from kiosk.config import ConfigError

    return ConfigError, WiringError, OutboxError, AssetError


def _log(config: Config) -> None:
    from kiosk.log import configure

    configure(config.log.level)


@main.command()
@click.option("--script", type=click.Choice(["one-press", "offline"]), help="A visit that lives itself.")
@click.option("--headless", is_flag=True, help="Real pixels without a display.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("build/demo"), show_default=True)
@click.option("--size", type=Size(), default="1080x1920", show_default=True, help="Of the window.")
@click.option("--lang", "language", type=click.Choice(_LANGUAGES), default="zh_CN", show_default=True)
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 200),
    help="Seconds of the demonstration in a real one.  [default: 20 with a script, else 5]",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of everything left to chance.")
@click.option(
    "--behaviour", type=click.Choice(_BEHAVIOURS), default="normal", show_default=True, help="The dispatcher's story."
)
@click.option("--theme", type=click.Choice(["day", "night"]), default="day", show_default=True)
def demo(
    script: str | None,
    out: Path,
    size: tuple[int, int],
    language: str,
    speed: float | None,
    seed: int,
    behaviour: str,
    theme: str,
    *,
    headless: bool,
) -> None:
    """A whole box on this machine: embedded dispatcher, virtual card reader and printer."""
    _demo(script, out, size, language, speed or (20 if script else 5), seed, behaviour, theme, headless=headless)


def _demo(
    script: str | None,
    out: Path,
    size: tuple[int, int],
    language: str,
    speed: float,
    seed: int,
    behaviour: str,
    theme: str,
    *,
    headless: bool,
) -> None:
    try:
        from dispatch_client.sandbox import Behaviour
    except ImportError as error:
        fail(error)
    from kiosk.demo.perform import Wish, perform
    from kiosk.demo.script import Script
    from kiosk.log import configure

    configure("warning")
    wish = Wish(
        out=out,
        size=size,
        language=language,
        speed=speed,
        seed=seed,
        behaviour=Behaviour(behaviour),
        theme=theme,
        headless=headless,
        script=Script(script) if script else None,
        tell=click.echo,
    )
    wrong = perform(wish)
    if wrong:
        fail(wrong, 1)


@main.command()
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("build/gallery"), show_default=True
)
@click.option("--layout", type=click.Choice(["portrait", "landscape"]), help="Only this one.  [default: both]")
def gallery(out: Path, layout: str | None) -> None:
    """Draw every scene in every language, theme and size, and a page that shows them all."""
    import subprocess

    from kiosk.gallery import SIZES, draw, write_index

    if layout is not None:
        click.echo(f"{len(draw(out, layout))} pictures, {layout}")
        return
    # One window has one size for its whole life, so each size is drawn by a process of its own.
    command = [sys.executable, "-m", "kiosk.cli", "gallery", "--out", str(out), "--layout"]
    for child in [subprocess.Popen([*command, size]) for size in SIZES]:
        if child.wait():
            fail("the gallery could not be drawn; see above", 1)
    click.echo(write_index(out))


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="0: a free one.")
@click.option("--token", default="sandbox", show_default=True, help="What clients must show.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--speed", type=click.FloatRange(0.1, 1000), default=1.0, show_default=True)
@click.option("--behaviour", type=click.Choice(_BEHAVIOURS), default="everyday", show_default=True)
def sandbox(port: int, token: str, seed: int, speed: float, behaviour: str) -> None:
    """Serve the Hail API on this machine, with simulated taxis, until Ctrl-C."""
    try:
        from dispatch_client.sandbox import Behaviour, serve
    except ImportError as error:
        fail(error)
    try:
        serve(
            port,
            token,
            seed,
            speed,
            Behaviour(behaviour),
            ready=lambda running: click.echo(f"{running.url}  (Authorization: Bearer {token}; Ctrl-C ends it)"),
        )
    except OSError as error:
        fail(f"port {port}: {error.strerror}; choose another one with --port", 1)


@main.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each change.")
@click.option("--no-wait", is_flag=True, help="Return as soon as the dispatcher has the trip.")
def hail(path: Path, *, as_json: bool, no_wait: bool) -> None:
    """Ask for one taxi from the terminal, through the same outbox and courier as the button."""
    from kiosk.cli.hail import hail_once

    _run_checked(path, lambda config: sys.exit(hail_once(config, as_json=as_json, wait=not no_wait)))


@main.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON line a trip.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
def trips(path: Path, *, as_json: bool, limit: int) -> None:
    """List the last trips of this box, newest first; nothing personal."""
    from kiosk.cli.hail import list_trips

    _run_checked(path, lambda config: list_trips(config, as_json=as_json, limit=limit))


@main.group()
def config() -> None:
    """Make, check or show the configuration."""


@config.command("init")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), default=Path("kiosk.toml"))
@click.option("--lang", "language", type=click.Choice(_LANGUAGES), default="zh_CN", show_default=True)
def config_init(file: Path, language: str) -> None:
    """Write an example FILE with every key and its meaning."""
    from kiosk.config import default_toml

    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(default_toml(language))
    except FileExistsError:
        fail(f"{file}: exists already and was left as it is; name another file")
    except OSError as error:
        fail(f"{file}: cannot be written: {error.strerror}")
    click.echo(
        f"{file}: written; set the box, the dispatcher's url and its token_file, "
        f"then: taxi-kiosk config check --config {file}"
    )


@config.command("check")
@config_option
def config_check(path: Path) -> None:
    """Check a configuration: one line for each thing that is wrong."""
    from kiosk.config import ConfigError, load

    try:
        load(path)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        sys.exit(2)
    click.echo(f"{path}: all is well")


@config.command("show")
@config_option
def config_show(path: Path) -> None:
    """Show what is in force, defaults included, secrets masked."""
    from kiosk.config import ConfigError, load, shown

    try:
        click.echo(shown(load(path)), nl=False)
    except ConfigError as error:
        fail(error)


def _run_checked(path: Path, act: Callable[[Config], None]) -> None:
    from dispatch_client.outbox import OutboxError
    from kiosk.app.faults import WiringError
    from kiosk.config import ConfigError, begin

    try:
        act(begin(path)())
    except (ConfigError, WiringError, OutboxError) as error:
        fail(error)
