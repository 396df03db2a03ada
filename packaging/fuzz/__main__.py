"""Fuzzes every parser of the hardware library for a while each, and says in one row what came of it.

Run by `make fuzz`. What breaks a parser stays in build/fuzz/NAME/broken-*, and so does everything that reached a new
line of code: the next run begins where this one ended.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from targets import TARGETS, Target

_HOME = Path("build/fuzz")
_ONE = Path(__file__).with_name("one.py")
_LONGEST = 8192
_PATIENCE_S = 10
_MOST_MB = 512
_STARTS_S = 120
"""Beyond its time, for starting and for reading what earlier runs left."""


def main() -> int:
    """Fuzz what is asked for; exit 1 when a parser broke, 2 when it could not be tried."""
    asked = argparse.ArgumentParser(prog="make fuzz", description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=int, default=60, help="for each parser (default: %(default)s)")
    asked.add_argument("--only", choices=TARGETS, action="append", help="fuzz only this; may be given again")
    asked.add_argument("--replay", type=Path, metavar="FILE", help="try a file that broke the parser named by --only")
    options = asked.parse_args()
    names = options.only or list(TARGETS)
    if options.replay:
        if len(names) != 1:
            asked.error("--replay needs --only with one parser")
        TARGETS[names[0]].prove(options.replay.read_bytes())
        sys.stdout.write(f"{names[0]}: holds\n")
        return 0
    sys.stdout.write(f"{'parser':14} {'tries':>10} {'a second':>9} {'kept':>6}\n")
    return max([_fuzzed(name, TARGETS[name], max(1, options.seconds)) for name in names])


def _fuzzed(name: str, target: Target, seconds: int) -> int:
    home = (_HOME / name).absolute()
    corpus = home / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [f"-max_total_time={seconds}", f"-max_len={_LONGEST}", f"-timeout={_PATIENCE_S}"]
    outcome = [f"-rss_limit_mb={_MOST_MB}", f"-artifact_prefix={home}/broken-", "-print_final_stats=1"]
    command = [sys.executable, str(_ONE), name, *limits, *outcome, str(corpus)]
    limit = seconds + _STARTS_S
    done = subprocess.run(command, capture_output=True, check=False, text=True, errors="replace", timeout=limit)
    (home / "log").write_text(done.stdout + done.stderr, encoding="utf-8")
    tries = int((re.findall(r"number_of_executed_units: (\d+)", done.stderr) or ["0"])[-1])
    kept = sum(1 for _ in corpus.iterdir())
    sys.stdout.write(f"{name:14} {tries:>10} {tries // seconds:>9} {kept:>6}\n")
    sys.stdout.flush()
    if done.returncode == 0 and tries:
        return 0
    broken = re.findall(r"Test unit written to (\S+)", done.stderr)
    why = re.search(r"Uncaught Python exception: ===\n(.+)", done.stdout + done.stderr)
    sys.stderr.write(f"fuzz: {name}: {why[1] if why else 'see what it wrote'} ({home / 'log'})\n")
    if not broken:
        return 2
    sys.stderr.write(f'fuzz: again with: make fuzz ARGS="--only {name} --replay {broken[-1]}"\n')
    return 1


if __name__ == "__main__":
    sys.exit(main())
