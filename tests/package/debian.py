"""A Debian 12 in a folder, made by debootstrap, and layers over it that each test throws away."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SUITE = "bookworm"
MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
TOOLS = ("debootstrap", "systemd-nspawn", "dpkg-deb")
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def missing() -> str:
    """What keeps these tests from running here, as a sentence; nothing: they can."""
    if os.geteuid() != 0:
        return "these tests make and start whole Debian systems, for which they must be root: sudo make debtest"
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    return f"{', '.join(absent)}: not installed; packaging/install-debian.sh --deb installs it" if absent else ""


@dataclass(frozen=True)
class Tree:
    """One Debian system, not running."""

    path: Path

    def command(self, *words: str | Path, user: str = "root", **variables: str) -> list[str]:
        """The command that does something in it, with its own /proc, /dev and /tmp, on the network of this machine."""
        passed = {name: value for name, value in os.environ.items() if name.endswith("_proxy")}
        variables = {**QUIET, **passed, **variables}
        return [
            *("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--pipe", f"--directory={self.path}"),
            *(f"--setenv={name}={value}" for name, value in variables.items()),
            *([] if user == "root" else [f"--user={user}"]),
            *("--", *map(str, words)),
        ]

    def run(
        self, *words: str | Path, user: str = "root", good: bool = True, timeout: float = 300, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Do something in it; `good`: it has to succeed."""
        command = self.command(*words, user=user, **variables)
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout, check=False, stdin=subprocess.DEVNULL
        )
        assert not good or done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def apt(self, *words: str, good: bool = True) -> subprocess.CompletedProcess[str]:
        """Let apt do something."""
        command = ("apt-get", "-q", "-y", "--no-install-recommends", "--allow-downgrades", *words)
        return self.run(*command, good=good, timeout=600)

    def install(self, package: Path) -> subprocess.CompletedProcess[str]:
        """Install a package file, with what it depends on."""
        inside = self.path / "root" / package.name
        shutil.copy(package, inside)
        return self.apt("install", f"/root/{package.name}")


def debootstrap(folder: Path) -> Tree:
    """Make the least Debian that there is."""
    command = ["debootstrap", "--variant=minbase", SUITE, str(folder), MIRROR]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (
        f"debootstrap from {MIRROR} failed (DEBIAN_MIRROR names another one): {done.stdout[-2000:]}"
    )
    tree = Tree(folder)
    # A tree that is thrown away needs not wait for the disk.
    (folder / "etc/dpkg/dpkg.cfg.d/quick").write_text("force-unsafe-io\n")
    tree.apt("update")
    return tree


class Layer:
    """A tree over another one: what is written goes into a folder beside it. For `with`."""

    def __init__(self, below: Tree, folder: Path) -> None:
        self._below = below
        self._upper, self._work, self._merged = (folder / name for name in ("upper", "work", "merged"))

    def __enter__(self) -> Tree:
        for part in (self._upper, self._work, self._merged):
            part.mkdir(parents=True)
        options = f"lowerdir={self._below.path},upperdir={self._upper},workdir={self._work}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, str(self._merged)], check=True)
        return Tree(self._merged)

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", str(self._merged)], check=True)
        for part in (self._upper, self._work):
            shutil.rmtree(part)
