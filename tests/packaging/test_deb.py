"""What goes into the package is what a box runs, and its papers tell all of it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path
from types import ModuleType

import click
import pytest

from kiosk.cli.main import main as taxi_kiosk

ROOT = Path(__file__).parents[2]
DEB = ROOT / "packaging" / "deb"


@pytest.fixture(scope="module")
def deb() -> Iterator[dict[str, ModuleType]]:
    """The modules of the build, as `python packaging/deb` imports them."""
    sys.path.insert(0, str(DEB))
    try:
        import lock
        import man

        yield {"lock": lock, "man": man}
    finally:
        sys.path.remove(str(DEB))
        for name in ("lock", "man"):
            sys.modules.pop(name, None)


def test_the_lock_of_a_box_is_a_part_of_the_lock_with_every_hash(deb: dict[str, ModuleType]) -> None:
    entries = re.split(r"\n(?=\S)", deb["lock"].runtime(ROOT).strip())
    names = {entry.split("==")[0] for entry in entries}
    assert {"kivy", "sqlcipher3-wheels", "werkzeug", "argon2-cffi", "charset-normalizer"} <= names
    assert not names & {"pytest", "mypy", "ruff", "hypothesis", "babel", "pip", "types-requests"}
    whole = (ROOT / "requirements.lock").read_text()
    assert all(entry in whole and "--hash=sha256:" in entry for entry in entries)


def test_a_lock_that_is_behind_is_named(deb: dict[str, ModuleType], tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    shorter = re.sub(r"^kivy==(.|\n)*?\n(?=\S)", "", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE)
    (tmp_path / "requirements.lock").write_text(shorter)
    with pytest.raises(deb["lock"].LockError, match="does not hold kivy: run make lock"):
        deb["lock"].runtime(tmp_path)


def _commands(command: click.Command, words: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield words, command
        return
    for name, inner in command.commands.items():
        yield from _commands(inner, f"{words} {name}")


def test_the_man_page_tells_every_command_and_every_option(deb: dict[str, ModuleType]) -> None:
    page = deb["man"].page(taxi_kiosk, "0.1.0~test", 0).replace("\\-", "-")
    assert page.startswith('.TH TAXI-KIOSK 1 "1970-01-01" "taxi-kiosk 0.1.0~test"')
    for words, command in _commands(taxi_kiosk, "taxi-kiosk"):
        assert f"\n.SS {words}" in page
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert f".B {option.opts[-1]}" in page or f"{option.opts[-1]}" in page, f"{words}: {option.name}"


def test_a_line_that_begins_like_a_command_of_roff_stays_a_line(deb: dict[str, ModuleType]) -> None:
    @click.command(help="One.\n\n.TH is\n\\fBnot\n'so")
    def odd() -> None:
        pass

    page = deb["man"].page(odd, "1", 0)
    assert "\n\\&.TH is\n\\efBnot\n\\&'so\n" in page


def test_the_package_asks_for_every_system_package_of_the_program() -> None:
    facts = HeaderParser().parsestr((DEB / "control/control").read_text())
    asked = {part.split()[0] for part in facts["Depends"].split(",")}
    listed = re.search(r'^PACKAGES="([^"]+)"', (ROOT / "packaging/install-debian.sh").read_text(), flags=re.MULTILINE)
    assert listed
    for_the_checkout = {"python3-venv", "zbar-tools"}  # what makes .venv, and what reads slips in the tests
    assert set(listed[1].split()) - for_the_checkout <= asked
    least, most = re.search(r">=(\d+\.\d+),<(\d+\.\d+)", _project()["requires-python"]).groups()  # type: ignore[union-attr]
    assert least == "3.11"
    assert f"python3 (>= {least})" in facts["Depends"]
    assert tuple(map(int, most.split("."))) > (3, 11)


def _project() -> dict[str, str]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm"])
def test_the_scripts_of_the_package_are_good_shell(script: str) -> None:
    path = DEB / "control" / script
    assert subprocess.run(["/bin/sh", "-n", path], check=False).returncode == 0
    assert "\nset -e\n" in path.read_text()
