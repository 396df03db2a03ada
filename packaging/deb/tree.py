"""Lays out /opt/taxi-kiosk: a virtual environment that was never anywhere else, the same from every build."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lock import runtime
from wish import BuildError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wish import Wish

PYTHON: Final = "3.11"
"""Of Debian 12. What is compiled here is read by this one alone."""
HOME: Final = "opt/taxi-kiosk"
TAGS: Final = {"amd64": "x86_64", "arm64": "aarch64"}
_GLIBC: Final = ("manylinux_2_36", "manylinux_2_35", "manylinux_2_34", "manylinux_2_31", "manylinux_2_28")
_OLDER: Final = ("manylinux_2_27", "manylinux_2_24", "manylinux_2_17", "manylinux2014", "manylinux1")
"""Wheels that run on Debian 12, whose C library is 2.36."""
_LAUNCHER: Final = """\
#!/opt/taxi-kiosk/bin/python3 -I
import os

os.environ["PYTHONSAFEPATH"] = "1"  # for the children: nothing is imported from the folder this was started in
from kiosk.cli import main

main()
"""
_TRACES: Final = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
"""What pip writes down about this very build; nothing on a box reads it."""
_NEVER_RUN: Final = ("kivy/tests", "kivy/tools", "kivy/include")
"""Kivy's own tests and building tools: 6 MB."""


def lay(stage: Path, root: Path, wish: Wish, *, readers: bool) -> None:
    """Lay the program and all it runs on into `stage`.

    Args:
        stage: an empty folder that stands for / of a box.
        root: of the checkout.
        wish: the package; another kind of machine than this one will do, for nothing of it is run.
        readers: compile the libraries of the `pcsc` and `hid` readers too; for this machine's own kind alone.
    """
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if here != PYTHON:
        raise BuildError(f"the package is for Python {PYTHON} of Debian 12, this is {here}: build it on Debian 12")
    venv = stage / HOME
    site = venv / "lib" / f"python{PYTHON}" / "site-packages"
    _environment(venv)
    work = stage.parent / f"{stage.name}-work"
    work.mkdir()
    try:
        _install(site, root, work, wish)
        if readers:
            _compile_readers(site, root, work, wish.epoch)
    finally:
        shutil.rmtree(work)
    _forget_the_build(site)
    _precompile(stage, site)


def _environment(venv: Path) -> None:
    """Make what `python3 -m venv` would, without a word about where it was made."""
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").write_text(
        f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {PYTHON}\n", encoding="ascii"
    )
    (venv / "bin" / "python3").symlink_to(f"/usr/bin/python{PYTHON}")
    program = venv / "bin" / "taxi-kiosk"
    program.write_text(_LAUNCHER, encoding="ascii")
    program.chmod(0o755)
    link = venv.parents[1] / "usr/bin/taxi-kiosk"
    link.parent.mkdir(parents=True)
    link.symlink_to(f"/{HOME}/bin/taxi-kiosk")


def _install(site: Path, root: Path, work: Path, wish: Wish) -> None:
    lock = work / "runtime.lock"
    lock.write_text(runtime(root), encoding="utf-8")
    platforms = [f"--platform={glibc}_{TAGS[wish.arch]}" for glibc in (*_GLIBC, *_OLDER)]
    binary = ["--only-binary=:all:", "--implementation=cp", f"--python-version={PYTHON}", *platforms]
    _pip(["install", "--require-hashes", *binary, f"--target={site}", f"--requirement={lock}"], wish.epoch)
    _pip(["wheel", f"--wheel-dir={work}", str(root)], wish.epoch)
    [ours] = work.glob("one_touch_taxi-*.whl")
    _pip(["install", f"--target={site}", str(ours)], wish.epoch)


def _compile_readers(site: Path, root: Path, work: Path, epoch: int) -> None:
    # No debugging words and no build's fingerprint: they would hold the name of a temporary folder.
    flags = {"CFLAGS": "-g0", "LDFLAGS": "-Wl,--build-id=none", "TMPDIR": str(work)}
    lock = root / "requirements-readers.lock"
    wanted = ["install", "--no-cache-dir", "--require-hashes", f"--target={site}", f"--requirement={lock}"]
    _pip(wanted, epoch, **flags)


def _pip(words: Sequence[str], epoch: int, **variables: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", words[0]]
    command += ["--no-deps", *(["--no-compile", "--no-warn-script-location"] if words[0] == "install" else [])]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "TZ": "UTC", "LC_ALL": "C.UTF-8", **variables}
    done = subprocess.run([*command, *words[1:]], env=environment, check=False, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise BuildError(f"pip {words[0]} failed: {done.stderr.strip() or 'without a word'}")


def _forget_the_build(site: Path) -> None:
    for name in _TRACES:
        for trace in site.glob(f"*.dist-info/{name}"):
            trace.unlink()
    shutil.rmtree(site / "bin", ignore_errors=True)  # other programs' commands, with this folder in their first line
    for name in _NEVER_RUN:
        shutil.rmtree(site / name, ignore_errors=True)
    for cache in list(site.rglob("__pycache__")):
        shutil.rmtree(cache)


def _precompile(stage: Path, site: Path) -> None:
    """Compile all of it here: on a box nothing may be written there, and the first picture waits for it.

    What is compiled names its source by its place on the box and is never compared with it: a package manager changes
    both together.
    """
    # In a process of its own that has read nothing else: how a constant is written depends on who else holds it.
    command = [sys.executable, "-s", "-S", "-m", "compileall", "-qq", "-s", str(stage), "-p", "/"]
    command += ["--invalidation-mode", "unchecked-hash", str(site)]
    # Exit 1: a template for another Python among the libraries, which nobody imports.
    subprocess.run(command, check=False, env={"PYTHONHASHSEED": "0", "PATH": os.environ["PATH"]})
