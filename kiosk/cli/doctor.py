"""`taxi-kiosk doctor`: the examination as a list to read, or as JSON, and the bundle for support."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hardware.health import Health
from kiosk.cli.options import config_option, fail

if TYPE_CHECKING:
    from kiosk.doctor.examination import Report

_ORDER: Final = (Health.FAIL, Health.UNKNOWN, Health.WARN, Health.OK)
_STYLES: Final = {"ok": "green", "warn": "yellow", "fail": "bold red", "unknown": "magenta"}


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object; see kiosk/doctor/report.schema.json.")
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a zip for support, without personal data, to this new file.",
)
@click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --bundle: the box's log, where it does not go to the journal.",
)
def doctor(path: Path, bundle: Path | None, log: Path | None, *, as_json: bool) -> None:
    """Find out what is broken and how to mend it, whether the box runs or not.

    Ends with 0 when all is OK, 1 when something is WARN or UNKNOWN, 2 when something is FAIL.
    """
    from kiosk.doctor.bundle import BundleError, write
    from kiosk.doctor.examination import examine
    from kiosk.doctor.machine import Machine
    from kiosk.log import configure

    configure("error")
    machine = Machine()
    report = examine(path, machine=machine)
    if as_json:
        click.echo(json.dumps(report.plain(), ensure_ascii=False, indent=1))
    else:
        _show(report)
    if bundle is not None:
        try:
            write(bundle, report, path, machine, log)
        except BundleError as error:
            fail(error)
        click.echo(f"{bundle}: written, for support", err=True)
    sys.exit(report.exit_code)


def _show(report: Report) -> None:
    """Write each result, and under it what to do about it."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    table = Table.grid(padding=(0, 1))
    subject = ""
    for result in report.results:
        if result.subject != subject:
            subject = result.subject
            table.add_row("", Text(subject, "bold"))
        health = result.health.value
        words = Text.assemble(result.sentence, (f"  {result.id}", "dim"))
        if result.cure:
            words.append(f"\n→ {result.cure}")
        table.add_row(Text(health.upper(), _STYLES[health]), words)
    console.print(table)
    counts = ", ".join(f"{len(report.of(health))} {health.value}" for health in _ORDER)
    console.print(f"\n{counts}, in {report.took_s:.1f} s", markup=False)
    console.print(report.summary, markup=False, soft_wrap=True)
