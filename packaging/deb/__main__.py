"""Builds the Debian package: `make deb`. Two builds of one commit have the same hash."""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from lock import LockError
from pack import furnish, seal
from tree import TAGS, lay
from wish import BuildError, Wish

import kiosk

ROOT: Final = Path(__file__).resolve().parents[2]


def main() -> int:
    """Build; exit 1 with one sentence when it cannot be done."""
    asked = argparse.ArgumentParser(prog="make deb", description=__doc__.splitlines()[0])
    asked.add_argument("--out", type=Path, default=Path("dist"), help="folder of the package (default: %(default)s)")
    asked.add_argument("--arch", choices=sorted(TAGS), default=_here(), help="of the box (default: %(default)s)")
    asked.add_argument("--version", help="instead of the one that the commit gives")
    asked.add_argument(
        "--compression",
        choices=("zstd", "xz", "none"),
        default="zstd",
        help="%(default)s: 75 MB in 3 s; xz: 54 MB in minutes",
    )
    options = asked.parse_args()
    try:
        _ours()
        epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or _git("log", "-1", "--format=%ct"))
        wish = Wish(options.version or _version(), options.arch, epoch)
        with tempfile.TemporaryDirectory(prefix="taxi-kiosk-deb-") as folder:
            stage = Path(folder) / "stage"
            stage.mkdir()
            lay(stage, ROOT, wish, readers=options.arch == _here())
            furnish(stage, ROOT, wish)
            package = seal(stage, options.out, wish, options.compression)
    except (BuildError, LockError, OSError) as error:
        sys.stderr.write(f"make deb: {error}\n")
        return 1
    with package.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    sys.stdout.write(f"{digest}  {package}\n")
    return 0


def _ours() -> None:
    """See that the man page and the example come from the sources that are packed."""
    if ROOT not in Path(kiosk.__file__).parents:
        raise BuildError(f"the kiosk installed here is that of {Path(kiosk.__file__).parents[1]}: run make setup")


def _version() -> str:
    """Give the project's version where it is tagged, and before that one that sorts below it and grows with time."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if f"v{project}" in _git("tag", "--points-at", "HEAD").split():
        return str(project)
    when = datetime.fromtimestamp(int(_git("log", "-1", "--format=%ct")), UTC)
    return f"{project}~git{when:%Y%m%d%H%M%S}.{_git('rev-parse', '--short=8', 'HEAD')}"


def _here() -> str:
    return subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True).stdout.strip()


def _git(*words: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *words], check=False, capture_output=True, text=True)
    if done.returncode:
        raise BuildError(
            "the time and version of the build come from git, which has none here: "
            "set SOURCE_DATE_EPOCH and ARGS=--version=..."
        )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
