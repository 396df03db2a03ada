"""`taxi-kiosk audit`: every screen against every rule, as a table or as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from kiosk.cli.options import fail

if TYPE_CHECKING:
    from kiosk.audit.rules import Rule
    from kiosk.audit.walk import Screen, Tally

_TOLD: Final = 20
"""Places told below the table; all of them are in the JSON."""


@click.command()
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Measure this box's own screen and names, too.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with every broken place.")
@click.option("--quick", is_flag=True, help="Only what can be measured without drawing.")
def audit(path: Path | None, *, as_json: bool, quick: bool) -> None:
    """Measure every screen against the rules for older eyes, ears and hands.

    Every scene in every language, theme and layout on both usual screens. Ends with 1 when a rule is broken.
    """
    from kiosk.audit.walk import SCREENS, walk

    tally = walk([*SCREENS, *([_configured(path)] if path else [])], quick=quick)
    if as_json:
        click.echo(json.dumps(tally.plain(), ensure_ascii=False, indent=1))
    else:
        _show(tally)
    sys.exit(1 if tally.broken else 0)


def _configured(path: Path) -> Screen:
    from kiosk.app.faults import WiringError
    from kiosk.app.wiring import box_of
    from kiosk.audit.walk import Screen
    from kiosk.config import ConfigError, begin

    try:
        config = begin(path)()
        return Screen(config.screen.width, config.screen.height, config.screen.px_per_mm, box_of(config))
    except (ConfigError, WiringError) as error:
        fail(error)


def _show(tally: Tally) -> None:
    """Write each rule with its worst value and its place, and below them what is broken."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from kiosk.audit.rules import RULES

    console = Console(highlight=False)
    table = Table("", "rule", "worst", "limit", "where", box=None, pad_edge=False)
    broken = {found.rule for found in tally.broken}
    for name, rule in RULES.items():
        worst = tally.worst.get(name)
        if worst is None:
            table.add_row(Text("-", "dim"), name, "", _limit(rule), Text("not measured", "dim"))
            continue
        mark = Text("BROKEN", "bold red") if name in broken else Text("ok", "green")
        # Where nothing is missing, no place is the worst one.
        place = "" if worst.value == rule.limit == 0 else f"{worst.where}: {worst.what}"
        table.add_row(mark, name, f"{worst.value:.3g}", _limit(rule), Text(place))
    console.print(table)
    for found in tally.broken[:_TOLD]:
        rule = RULES[found.rule]
        sentence = f"{found.rule}: {found.value:.3g} {rule.unit}, {_limit(rule)}: {found.where}: {found.what}"
        console.print(Text(sentence), soft_wrap=True)
    more = f"; {len(tally.broken) - _TOLD} more with --json" if len(tally.broken) > _TOLD else ""
    counts = f"{sum(tally.counted.values())} values of {tally.sheets} screens and {tally.pictures} pictures"
    console.print(Text(f"\n{counts} in {tally.took_s:.1f} s: {len(tally.broken)} broken{more}"), soft_wrap=True)


def _limit(rule: Rule) -> str:
    return f"{'>=' if rule.at_least else '<='} {rule.limit:g} {rule.unit}".rstrip()
