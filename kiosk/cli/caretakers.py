"""The verbs about caretakers: who may come in with which PIN, and whether the log of what they did is whole."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kiosk.cli.options import config_option, fail
from kiosk.cli.residents import NOT_DONE, asked, opened, who


@click.group()
def caretakers() -> None:
    """Add caretakers, change their PINs, take them away."""


@caretakers.command("add")
@config_option
def add(path: Path) -> None:
    """Add a caretaker; asks for name and PIN."""
    with opened(path, begin_one=True) as (office, _):
        name = asked("Name")
        caretaker = office.caretakers.add(name, _new_pin(), who())
        click.echo(f"number {caretaker.number}: type it before the PIN", err=True)


@caretakers.command("list")
@config_option
def list_(path: Path) -> None:
    """List the caretakers."""
    with opened(path) as (office, _):
        for caretaker in office.caretakers.all():
            click.echo(f"{caretaker.number}  {caretaker.name}")


@caretakers.command("pin")
@config_option
@click.argument("number", type=click.IntRange(1, 99))
def pin(path: Path, number: int) -> None:
    """Give a caretaker another PIN; earlier wrong tries no longer count."""
    with opened(path) as (office, _):
        office.caretakers.change_pin(number, _new_pin(), who())


@caretakers.command("remove")
@config_option
@click.argument("number", type=click.IntRange(1, 99))
def remove(path: Path, number: int) -> None:
    """Let a caretaker in no more."""
    with opened(path) as (office, _):
        office.caretakers.remove(number, who())


def _new_pin() -> str:
    pin = asked("New PIN (6 to 12 digits)", hidden=True)
    if asked("The same again", hidden=True) != pin:
        fail("the two PINs differ; nothing was changed", NOT_DONE)
    return pin


@click.group("audit-log")
def audit_log() -> None:
    """Check the log of what was done to residents' data."""


@audit_log.command("verify")
@config_option
@click.option("--noted", help="What an earlier check gave (NUMBER:SEAL); it must still be in the log.")
def verify(path: Path, noted: str | None) -> None:
    """Tell whether a line was changed, removed, moved or cut off."""
    from kiosk.residents.chain import Head

    earlier = None
    if noted is not None:
        number, _, seal = noted.partition(":")
        if not (number.isdecimal() and len(seal) == 64):  # noqa: PLR2004 - hex digits of a seal
            fail(f"--noted {noted!r}: expected what an earlier check gave, a number, a colon and 64 letters")
        earlier = Head(int(number), seal)
    with opened(path) as (office, _):
        verdict = office.ledger.check(earlier)
        for finding in verdict.findings:
            click.echo(finding)
        if verdict.findings:
            click.echo(f"{office.ledger.path}: {len(verdict.findings)} places were tampered with or damaged", err=True)
            sys.exit(NOT_DONE)
        click.echo(f"{verdict.lines} lines, all as they were written", err=True)
        click.echo(str(verdict.head))
