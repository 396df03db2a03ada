"""The technician's verbs about devices: what hangs on which port, and devices that are not there to play with."""

from __future__ import annotations

import contextlib
import json
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kiosk.cli.options import USUAL_CONFIG, fail

if TYPE_CHECKING:
    from hardware.port_names import PortInfo
    from hardware.virtual.catalogue import Virtual
    from hardware.virtual.commands import Command


@click.group()
def devices() -> None:
    """List serial ports, or start devices that are not there."""


@devices.command("list")
@click.option(
    "--config", "path", type=click.Path(path_type=Path, dir_okay=False), help="Tell which device each port is for."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line a port.")
def list_ports(path: Path | None, *, as_json: bool) -> None:
    """List serial ports by the names that last, with what they probably are and who holds them."""
    from hardware.discovery import ports

    uses = _uses(path)
    rows = [_facts(port, uses) for port in ports()]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
    elif rows:
        _table(rows)
    else:
        click.echo("no serial port: plug a device in and type this again", err=True)


@devices.command()
@click.argument("kinds", nargs=-1, metavar="[KIND]...")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Put links to the ports here, named by KIND.",
)
def virtual(kinds: tuple[str, ...], folder: Path | None) -> None:
    """Start virtual devices on pseudo terminals, until `quit` or the end of the input.

    Their paths are printed; each line of input makes one misbehave. Without a KIND, all kinds are listed.
    """
    from hardware.virtual.catalogue import KINDS

    if unknown := [kind for kind in kinds if kind not in KINDS]:
        fail(f"{unknown[0]!r} is no virtual device: expected {', '.join(KINDS)}")
    if len(set(kinds)) < len(kinds):
        fail("each kind can be started once: start another program for a second one")
    with contextlib.ExitStack() as stack:
        made = {kind: _made(kind) for kind in kinds or KINDS}
        for device in made.values():
            stack.callback(device.close)
        if not kinds:
            click.echo("\n\n".join(f"{kind}\n{_help(device)}" for kind, device in made.items()))
            return
        for kind, device in made.items():
            click.echo(f"{kind} {stack.enter_context(_linked(folder, kind, device)) if folder else device.path}")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with contextlib.suppress(KeyboardInterrupt):
            _play(made)


def _made(kind: str) -> Virtual:
    """Make a virtual device; a printer gets letters of its own, so that it can be sent text."""
    from hardware.virtual.catalogue import KINDS
    from hardware.virtual.printer import VirtualPrinter
    from kiosk.paper import fonts

    return VirtualPrinter(fonts=fonts()) if kind == "printer" else KINDS[kind]()


def _play(made: dict[str, Virtual]) -> None:
    from hardware.virtual.commands import CommandError

    for line in sys.stdin:
        try:
            words = shlex.split(line)
        except ValueError as error:
            click.echo(f"{line.strip()}: {error}")
            continue
        if words == ["quit"]:
            return
        if words:
            try:
                click.echo(_done(made, words))
            except CommandError as error:
                click.echo(error)


def _done(made: dict[str, Virtual], words: list[str]) -> str:
    """Carry out one line: `[KIND] COMMAND [VALUE]...`; the kind may be left out where there is one device."""
    from hardware.virtual.commands import commands

    kind, *rest = words if words[0] in made else [next(iter(made)) if len(made) == 1 else "", *words]
    if not kind:
        return f"expected one of {', '.join(made)} first, then a command"
    known: dict[str, Command] = commands(made[kind])
    if not rest or rest[0] not in known:
        return f"{kind} can:\n{_help(made[kind])}"
    known[rest[0]](rest[1:])
    return f"{kind}: {' '.join(rest)}: done"


def _help(device: Virtual) -> str:
    from hardware.virtual.commands import commands

    return "\n".join(f"  {command.usage:44} {command.meaning}" for command in commands(device).values())


@contextlib.contextmanager
def _linked(folder: Path, kind: str, device: Virtual) -> Iterator[str]:
    link = folder / kind
    if "://" in device.path:  # an address, which no link can hold
        yield device.path
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        link.symlink_to(device.path)
    except FileExistsError:
        fail(f"{link}: exists already; remove it, or name another folder")
    except OSError as error:
        fail(f"{link}: cannot be made: {error.strerror}")
    try:
        yield str(link)
    finally:
        link.unlink(missing_ok=True)


def _uses(path: Path | None) -> dict[str, str]:
    """Give which device of the configuration each path stands for; nothing where there is no configuration."""
    from hardware.faults import DeviceFault
    from hardware.transport import resolve
    from kiosk.config import ConfigError, load

    if path is None and not USUAL_CONFIG.exists():
        return {}
    try:
        config = load(path or USUAL_CONFIG)
    except ConfigError as error:
        if path is not None:
            fail(error)
        return {}
    uses = {}
    for name in type(config).model_fields:
        named = getattr(getattr(config, name), "port", "")
        with contextlib.suppress(DeviceFault, OSError):
            if named:
                uses[str(Path(resolve(named)).resolve())] = name
    return uses


def _facts(port: PortInfo, uses: dict[str, str]) -> dict[str, object]:
    from hardware.discovery import probably
    from hardware.port_owner import holders

    return {
        "port": port.name,
        "path": port.path,
        "usb": port.usb,
        "serial_number": port.serial_number,
        "driver": port.driver,
        "probably": probably(port),
        "used_as": uses.get(port.path, ""),
        "held_by": [str(holder) for holder in holders(port.path)],
    }


def _table(rows: list[dict[str, object]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("port", "probably", "USB", "driver", "used as", "held by", box=None)
    for row in rows:
        port = f"{row['port']}\n  = {row['path']}" if row["port"] != row["path"] else f"{row['port']}"
        held = row["held_by"]
        numbers = " ".join(str(row[key]) for key in ("usb", "serial_number") if row[key])
        holders = ", ".join(held) if isinstance(held, list) else ""
        table.add_row(port, str(row["probably"]), numbers, str(row["driver"]), str(row["used_as"]), holders)
    Console().print(table, markup=False)
