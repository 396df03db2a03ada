"""The verbs of the registry of residents; names and numbers stay out of command lines, logs and errors."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from kiosk.cli.options import config_option, fail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kiosk.config import Config
    from kiosk.residents.bulk import TakenIn
    from kiosk.residents.forgetting import Erased
    from kiosk.residents.office import Office

NOT_DONE: Final = 1


@contextmanager
def opened(path: Path, *, begin_one: bool = False) -> Iterator[tuple[Office, Config]]:
    """Open the registry that a configuration names; whatever is wrong is one sentence and the end.

    Args:
        path: of the configuration.
        begin_one: make a registry where there is none.
    """
    config = configured(path)
    from dispatch_client.clock import SystemClock
    from kiosk.app.office import office_of, residents_folder
    from kiosk.residents.faults import RefusedError, ResidentsError
    from kiosk.residents.opening import FILE

    folder = residents_folder(config)
    _as_the_box(config.store.folder)
    if not begin_one and not (folder / FILE).exists():
        fail(f"{folder}: nobody was ever registered here", NOT_DONE)
    try:
        office = office_of(config, SystemClock())
        try:
            if office.pending:
                click.echo(f"taxi-kiosk: {office.pending}", err=True)
            yield office, config
        finally:
            office.close()
    except (ResidentsError, RefusedError) as error:
        fail(error, NOT_DONE)


def configured(path: Path) -> Config:
    """Read the configuration; whatever is wrong with it is one sentence and the end."""
    from kiosk.config import ConfigError, begin

    try:
        return begin(path)()
    except ConfigError as error:
        fail(error)


def who() -> str:
    """Who acts, as the audit log names it: the account behind a terminal, by its number."""
    given = os.environ.get("SUDO_UID", "")
    return f"shell-{given if given.isdecimal() else os.getuid()}"


def asked(what: str, *, hidden: bool = False) -> str:
    """Ask at the terminal, or take a line of what is piped in: what is personal or secret stays off command lines."""
    if sys.stdin.isatty():
        return str(click.prompt(what, hide_input=hidden, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _as_the_box(store: Path) -> None:
    """Files made by another account would lock the box out of its own registry."""
    if store.exists() and store.stat().st_uid != os.geteuid():
        fail(f"{store} belongs to another account: run this as the account that runs the box (sudo -u NAME ...)")


@click.group()
def residents() -> None:
    """Register many residents at once, list, export and erase them."""


@residents.command("import")
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only look: one line for each row that is wrong.")
@click.option("--notice", default="", help="Version of the notice that was shown, for rows that name none.")
def import_(path: Path, file: Path, notice: str, *, dry_run: bool) -> None:
    """Register every row of FILE (CSV, or an encrypted export), or none if one is wrong."""
    from kiosk.residents.csv_in import TableError
    from kiosk.residents.sealed import MARK, SealError, unseal

    try:
        data = file.read_bytes()
        if data.startswith(MARK):
            data = unseal(data, asked("Passphrase", hidden=True))
        with opened(path, begin_one=True) as (office, config):
            _tell(_taken_in(office, config, data, notice, dry_run=dry_run), dry_run=dry_run)
    except (TableError, SealError) as error:
        fail(f"{file}: {error}")
    except OSError as error:
        fail(f"{file}: cannot be read: {error.strerror}")


def _taken_in(office: Office, config: Config, data: bytes, notice: str, *, dry_run: bool) -> TakenIn:
    from rich.console import Console
    from rich.progress import Progress

    from kiosk.residents.bulk import take_in

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("rows")
        return take_in(
            office,
            data,
            who(),
            _card_hash(config),
            notice=notice,
            save=not dry_run,
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )


def _card_hash(config: Config) -> Callable[[str], str]:
    from hardware.readers.cards import card_hash
    from kiosk.app.wiring import card_key

    key = card_key(config)
    if key is None:
        fail(f"{config.store.key_file}: the key of the cards cannot be read or made", NOT_DONE)
    return lambda number: card_hash(key, number)


def _tell(done: TakenIn, *, dry_run: bool) -> None:
    for column in done.left_out:
        click.echo(f"column {column}: not one we know, and not read", err=True)
    for row in done.bad:
        click.echo(str(row))
    if done.bad:
        click.echo(f"{len(done.bad)} of {done.rows} rows are wrong; nothing was saved", err=True)
        sys.exit(NOT_DONE)
    click.echo(f"{done.rows} rows: all are right{', nothing was saved' if dry_run else ' and registered'}", err=True)


@residents.command("export")
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--resident", "ident", help="Only this one (id), with all that is kept of them, as JSON.")
@click.option("--encrypt", is_flag=True, help="Seal FILE (age format) with a passphrase that is told once.")
def export(path: Path, file: Path, ident: str | None, *, encrypt: bool) -> None:
    """Write all residents to FILE as CSV, or one of them as JSON."""
    from kiosk.residents.bulk import give_out
    from kiosk.residents.sealed import new_passphrase, seal

    with opened(path) as (office, _):
        if ident:
            text = json.dumps(office.everything(ident, who()), ensure_ascii=False, indent=2)
            data = f"{text}\n".encode()
        else:
            data = give_out(office, who())
    passphrase = new_passphrase() if encrypt else ""
    try:
        _write_new(file, seal(data, passphrase) if encrypt else data)
    except FileExistsError:
        fail(f"{file}: exists already and was left as it is; name another file")
    except OSError as error:
        fail(f"{file}: cannot be written: {error.strerror}", NOT_DONE)
    if encrypt:
        click.echo(f"{file}: written; its passphrase, which is kept nowhere: {passphrase}", err=True)
    else:
        click.echo(f"{file}: written in clear; erasing a resident does not reach it, so remove it in time", err=True)


def _write_new(file: Path, data: bytes) -> None:
    """Readable by its owner alone, whole or not there."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
    except OSError:
        file.unlink(missing_ok=True)
        raise


@residents.command("list")
@config_option
@click.option("--find", is_flag=True, help="Ask for a part of a name, pinyin or number, and list those.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line a resident.")
@click.option("--limit", type=click.IntRange(1, 200_000), default=50, show_default=True)
def list_(path: Path, limit: int, *, find: bool, as_json: bool) -> None:
    """List residents by id, with names and numbers hidden but for their ends."""
    from itertools import islice

    from kiosk.residents.people import masked_name, masked_phone

    with opened(path) as (office, _):
        wanted = asked("Name, pinyin or end of the number") if find else ""
        people = office.registry.find(wanted, limit) if find else list(islice(office.registry.all(), limit))
        for one in people:
            row = {
                "id": one.id,
                "name": masked_name(one.details.name),
                "phone": masked_phone(one.details.phone),
                "registered": f"{one.registered_at:%Y-%m-%d}",
                "cards": len(office.cards.hashes(one.id)),
            }
            click.echo(json.dumps(row, ensure_ascii=False) if as_json else "  ".join(map(str, row.values())))
        click.echo(f"{len(people)} of {office.registry.count()} residents", err=True)


@residents.command("erase")
@config_option
@click.argument("idents", metavar="ID...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(path: Path, idents: tuple[str, ...], *, yes: bool) -> None:
    """Erase residents for ever, wherever the box keeps something of them."""
    with opened(path) as (office, _):
        if not yes:
            click.confirm(f"Erase {len(idents)} of {office.registry.count()} residents for ever?", abort=True, err=True)
        _erased(office.forgetting.erase(idents, who()))


@residents.command("purge")
@config_option
@click.option("--unused-days", type=click.IntRange(30, 3650), default=730, show_default=True)
def purge(path: Path, unused_days: int) -> None:
    """Erase who has not used the box for so long, and finish what was interrupted."""
    with opened(path) as (office, _):
        _erased(office.forgetting.purge(unused_days))


def _erased(done: Erased) -> None:
    click.echo(f"{done.people} erased", err=True)
    for file in done.unreadable:
        click.echo(f"{file}: no key opens it, and somebody erased may be in it; remove it when you need it no more")
    if done.unreadable:
        sys.exit(NOT_DONE)


@residents.command("rotate-key")
@config_option
def rotate_key(path: Path) -> None:
    """Encrypt the registry anew under another key, and wipe the old one. The box must be stopped."""
    from dispatch_client.clock import SystemClock
    from kiosk.residents import office

    with _folder(path) as folder:
        where = office.rotate_key(folder, SystemClock(), who())
    click.echo(f"{where}: this is the key now; keep a copy elsewhere, and destroy copies of the old one", err=True)


@residents.command("set-aside")
@config_option
def set_aside(path: Path) -> None:
    """Move a registry that no key opens out of the way, so that a new one begins. The box must be stopped."""
    from kiosk.residents import opening

    with _folder(path) as folder:
        where = opening.set_aside(folder)
    click.echo(f"{where}: kept here; whoever finds its key can put it back under its old name", err=True)


@contextmanager
def _folder(path: Path) -> Iterator[Path]:
    from kiosk.app.office import residents_folder
    from kiosk.residents.faults import ResidentsError
    from kiosk.residents.opening import FILE

    config = configured(path)
    folder = residents_folder(config)
    _as_the_box(config.store.folder)
    if not (folder / FILE).exists():
        fail(f"{folder}: nobody was ever registered here", NOT_DONE)
    try:
        yield folder
    except ResidentsError as error:
        fail(error, NOT_DONE)
