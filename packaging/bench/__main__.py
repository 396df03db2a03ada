"""Measures the kiosk, each figure beside a bare baseline of the same run, and prints one table.

Run by `make bench`. Absolute figures are this machine's and this hour's; the ratios are what holds elsewhere.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path

import network
import outage
import outbox
import parsers
import printer
import readers
import residents
import store
import voice
import whole
from contenders import NotDurableError
from figures import Figure, markdown
from network import NoNewsError
from outage import OutageError
from program import ProgramError
from screen import ScreenError
from voice import SilentError

from kiosk.log import configure

_HOME = Path("build/bench")
_SIMPLE = {
    "store": store.measure,
    "residents": residents.measure,
    "outage": outage.measure,
    "network": network.measure,
    "parsers": parsers.measure,
    "printer": printer.measure,
    "voice": voice.measure,
}


def main() -> int:
    """Measure what is asked for; exit 1 when something could not be measured, 3 when a target was missed."""
    parts = ("store", "outbox", "outage", "residents", "network", "readers", "parsers", "printer", "voice", "screen")
    asked = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    asked.add_argument("--only", choices=parts, action="append", help="measure only this; may be given again")
    asked.add_argument("--runs", type=int, default=5, help="launches of each app (default: %(default)s)")
    asked.add_argument("--presses", type=int, default=60, help="presses on each app (default: %(default)s)")
    asked.add_argument(
        "--finished", type=int, default=1_000_000, help="messages behind the queues at most (default: %(default)s)"
    )
    asked.add_argument("--strict", action="store_true", help="exit 3 when a target was missed")
    options = asked.parse_args()
    wanted = options.only or parts
    configure("error")
    home = _HOME.absolute()
    figures: list[Figure] = []
    contest = ""
    try:
        for part, measure in _SIMPLE.items():
            if part in wanted:
                figures += measure(home / part, _tell)
        if "outbox" in wanted:
            contest = outbox.measure(home / "outbox", _tell, max(1, options.finished))
        if "readers" in wanted:
            figures += readers.measure(_tell)
        if "screen" in wanted:
            figures += whole.measure(home / "screen", _tell, max(1, options.runs), max(1, options.presses))
    except (NoNewsError, NotDurableError, OutageError, ProgramError, ScreenError, SilentError) as error:
        _tell("")
        sys.stderr.write(f"bench: {error}\n")
        return 1
    _tell("")
    tables = [markdown(figures)] if figures else []
    sys.stdout.write("\n\n".join([*tables, *([contest] if contest else []), _machine()]) + "\n")
    return 3 if options.strict and any(figure.kept is False for figure in figures) else 0


def _tell(what: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{what}")
        sys.stderr.flush()


def _machine() -> str:
    cores = os.cpu_count()
    return f"Measured on {cores} cores, {platform.machine()}, Python {platform.python_version()}, software GL."


if __name__ == "__main__":
    sys.exit(main())
