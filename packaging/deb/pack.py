"""Makes the .deb: control files, fixed times and modes, and the same bytes for the same sources."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import stat
import subprocess
from datetime import UTC, datetime
from email.parser import HeaderParser
from email.utils import format_datetime
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from man import page
from notices import notices

from kiosk.cli.main import main as taxi_kiosk
from kiosk.config import default_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wish import Wish

HERE: Final = Path(__file__).parent
NAME: Final = "taxi-kiosk"
DOC: Final = f"usr/share/doc/{NAME}"
_CHANGES: Final = """\
{name} ({version}) bookworm; urgency=medium

  * What changed stands in CHANGELOG.md.gz.

 -- {maker}  {when}
"""
SCRIPTS: Final = ("postinst", "prerm", "postrm")


def furnish(stage: Path, root: Path, wish: Wish) -> None:
    """Put all around the program into `stage`: units, rules, man page, example, papers."""
    shutil.copytree(HERE / "root", stage, dirs_exist_ok=True)
    manual = stage / "usr/share/man/man1" / f"{NAME}.1.gz"
    manual.parent.mkdir(parents=True)
    _squeeze(manual, page(taxi_kiosk, wish.version, wish.epoch))
    doc = stage / DOC
    doc.mkdir(parents=True)
    _squeeze(doc / "CHANGELOG.md.gz", (root / "CHANGELOG.md").read_text(encoding="utf-8"))
    when = format_datetime(datetime.fromtimestamp(wish.epoch, UTC))
    _squeeze(doc / "changelog.gz", _CHANGES.format(name=NAME, version=wish.version, maker=_maker(), when=when))
    (doc / "copyright").write_text(notices(root, stage), encoding="utf-8")
    for guide in sorted((root / "docs").glob("*.md")):
        shutil.copy(guide, doc / guide.name)
    etc = stage / "etc" / NAME
    etc.mkdir(parents=True, exist_ok=True)
    (etc / "kiosk.toml.example").write_text(default_toml("zh_CN"), encoding="utf-8")
    (doc / "examples").mkdir()
    (doc / "examples" / "kiosk-en.toml").write_text(default_toml("en"), encoding="utf-8")


def seal(stage: Path, out: Path, wish: Wish, compression: str) -> Path:
    """Add the control files and write the package into `out`; give its path.

    Args:
        stage: what `lay` and `furnish` made; changed in place.
        out: folder of the package.
        wish: the package.
        compression: of dpkg-deb: `zstd`, `xz` or `none`.
    """
    control = stage / "DEBIAN"
    control.mkdir()
    size = sum(path.lstat().st_size for path in _files(stage)) // 1024
    template = Template((HERE / "control/control").read_text(encoding="utf-8"))
    (control / "control").write_text(
        template.substitute(version=wish.version, arch=wish.arch, size=size), encoding="utf-8"
    )
    for script in SCRIPTS:
        shutil.copy(HERE / "control" / script, control / script)
    shutil.copy(HERE / "control/templates", control / "templates")
    conffiles = sorted(f"/{path.relative_to(stage)}" for path in _files(stage / "etc"))
    (control / "conffiles").write_text("".join(f"{path}\n" for path in conffiles), encoding="utf-8")
    sums = [
        f"{_md5(path)}  {path.relative_to(stage)}\n"
        for path in _plain(stage)
        if f"/{path.relative_to(stage)}" not in conffiles
    ]
    (control / "md5sums").write_text("".join(sums), encoding="utf-8")
    _settle(stage, wish.epoch)
    out.mkdir(parents=True, exist_ok=True)
    package = out / f"{NAME}_{wish.version}_{wish.arch}.deb"
    command = ["dpkg-deb", "--root-owner-group", f"-Z{compression}", "--build", str(stage), str(package)]
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": str(wish.epoch)}
    )
    return package


def _maker() -> str:
    facts = HeaderParser().parsestr((HERE / "control/control").read_text(encoding="utf-8"))
    return str(facts["Maintainer"])


def _settle(stage: Path, epoch: int) -> None:
    """Give every file one time and one of two modes, whatever umask and clock this machine has."""
    for path in [stage, *stage.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if not path.is_dir() or path.is_symlink())


def _plain(stage: Path) -> Iterator[Path]:
    return (path for path in _files(stage) if not path.is_symlink() and path.relative_to(stage).parts[0] != "DEBIAN")


def _md5(path: Path) -> str:
    return hashlib.file_digest(path.open("rb"), lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _squeeze(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
