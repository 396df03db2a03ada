"""The package goes in, up, down and out of a fresh Debian, and nobody's trips or settings are lost on the way."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import NEW, OLD
from debian import Tree

SETTINGS = """
[box]
code = "0412"
place = { zh_CN = "测试", en = "Test" }
gate = { zh_CN = "北门", en = "the gate" }
lat = 31.2
lon = 121.4
phone = "95128"
[dispatch]
url = "http://127.0.0.1:9"
token_file = "dispatch.token"
"""
DATA = "var/lib/taxi-kiosk"
EXAMPLE = "etc/taxi-kiosk/kiosk.toml.example"


def version(tree: Tree) -> str:
    return tree.run("dpkg-query", "--show", "--showformat=${Version}", "taxi-kiosk").stdout


def set_up(tree: Tree) -> None:
    """Settings as an operator writes them, and one trip that no dispatcher took: it is on the disk alone."""
    folder = tree.path / "etc/taxi-kiosk"
    (folder / "kiosk.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "dispatch.token").write_text("t0ken", encoding="ascii")
    for name in ("kiosk.toml", "dispatch.token"):
        shutil.chown(folder / name, group=int(tree.run("id", "-g", "taxi-kiosk").stdout))
        (folder / name).chmod(0o640)
    command = tree.command("timeout", "4", "taxi-kiosk", "hail", "--json", user="taxi-kiosk")
    asked = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert '"status": "queued"' in asked.stdout, asked.stderr


def trips(tree: Tree) -> list[dict[str, object]]:
    done = tree.run("taxi-kiosk", "trips", "--json", user="taxi-kiosk")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_fresh_debian_becomes_a_kiosk(installed: Tree, tree: Tree) -> None:
    said = (installed.path / "root/install.log").read_text()
    assert "not set up yet; see man taxi-kiosk" in said
    assert version(tree) == OLD
    assert tree.run("taxi-kiosk", "--version", user="taxi-kiosk").stdout == "taxi-kiosk, version 0.1.0\n"
    enabled = tree.path / "etc/systemd/system/multi-user.target.wants/taxi-kiosk.service"
    assert enabled.is_symlink()
    groups = tree.run("id", "--groups", "--name", "taxi-kiosk").stdout.split()
    assert {"dialout", "video", "render", "audio", "input"} <= set(groups)
    assert tree.run("getent", "passwd", "taxi-kiosk").stdout.strip().endswith(":/usr/sbin/nologin")
    seen = tree.run("stat", "--format=%a %U %G", f"/{DATA}", "/etc/taxi-kiosk").stdout.splitlines()
    assert seen == ["700 taxi-kiosk taxi-kiosk", "750 root taxi-kiosk"]


def test_a_whole_visit_runs_in_it_and_changes_nothing_of_the_program(tree: Tree) -> None:
    words = ("demo", "--script", "one-press", "--headless", "--speed", "25", "--out", "demo")
    done = tree.run("sh", "-c", f"cd && taxi-kiosk {' '.join(words)} && ls demo", user="taxi-kiosk")
    assert '"moment": "completed"' in done.stdout
    assert "slip.png" in done.stdout
    tree.run("sh", "-c", f"cd && taxi-kiosk {' '.join(words)}")  # as root, who could write everywhere
    assert tree.run("dpkg", "--verify", "taxi-kiosk").stdout == ""
    owned = set(tree.run("dpkg", "--listfiles", "taxi-kiosk").stdout.splitlines())
    there = tree.run("find", "/opt/taxi-kiosk").stdout.splitlines()
    assert set(there) - owned == set()


def test_nothing_for_developers_comes_along_and_every_library_is_the_locked_one(tree: Tree) -> None:
    site = next(tree.path.glob("opt/taxi-kiosk/lib/python3.11/site-packages"))
    there = {tuple(p.name.removesuffix(".dist-info").rsplit("-", 1)) for p in site.glob("*.dist-info")}
    names = {name.lower().replace("_", "-") for name, _ in there}
    assert not names & {"pip", "pytest", "mypy", "ruff", "hypothesis", "schemathesis"}
    assert {"kivy", "sqlcipher3-wheels", "evdev", "pyscard", "one-touch-taxi"} <= names
    root = Path(__file__).parents[2]
    locks = "".join((root / name).read_text() for name in ("requirements.lock", "requirements-readers.lock"))
    for name, number in there - {("one_touch_taxi", "0.1.0")}:
        assert f"\n{name.lower().replace('_', '-')}=={number} " in f"\n{locks}"


def test_settings_and_trips_survive_an_upgrade_and_a_downgrade(tree: Tree, old: Path, new: Path) -> None:
    set_up(tree)
    before = trips(tree)
    assert len(before) == 1
    with (tree.path / EXAMPLE).open("a") as example:
        example.write("# a note of the operator\n")
    key = (tree.path / DATA / "store.key").read_bytes()
    for package, number in ((new, NEW), (old, OLD)):
        shutil.copy(package, tree.path / "root")
        keep = "-o=Dpkg::Options::=--force-confold"
        tree.apt("install", keep, f"/root/{package.name}")
        assert version(tree) == number
        assert trips(tree) == before
        assert (tree.path / DATA / "store.key").read_bytes() == key
        assert (tree.path / "etc/taxi-kiosk/kiosk.toml").read_text(encoding="utf-8") == SETTINGS
        assert "a note of the operator" in (tree.path / EXAMPLE).read_text(encoding="utf-8")


def test_a_unit_that_was_disabled_stays_so_through_an_upgrade(tree: Tree, new: Path) -> None:
    tree.run("systemctl", "disable", "taxi-kiosk.service")
    tree.install(new)
    assert not (tree.path / "etc/systemd/system/multi-user.target.wants/taxi-kiosk.service").is_symlink()


def test_removing_takes_the_program_and_leaves_settings_and_trips(tree: Tree, old: Path) -> None:
    set_up(tree)
    before = trips(tree)
    tree.apt("remove", "taxi-kiosk")
    for gone in ("opt/taxi-kiosk", "usr/bin/taxi-kiosk", "usr/lib/systemd/system/taxi-kiosk.service"):
        assert not (tree.path / gone).exists()
        assert not (tree.path / gone).is_symlink()
    assert (tree.path / "etc/taxi-kiosk/kiosk.toml").exists()
    tree.apt("install", f"/root/{old.name}")
    assert trips(tree) == before


@pytest.mark.parametrize("yes", [False, True])
def test_purging_takes_trips_and_keys_only_when_somebody_said_yes(tree: Tree, yes: bool) -> None:
    set_up(tree)
    if yes:
        # debconf asks where a person sits; here the answer of that person stands in for the dialogue.
        answer = "taxi-kiosk taxi-kiosk/purge-data boolean true"
        tree.run("sh", "-c", f"echo '{answer}' | debconf-set-selections")
    done = tree.apt("purge", "taxi-kiosk")
    assert not (tree.path / "etc/taxi-kiosk").exists()
    assert (tree.path / DATA / "store.key").exists() != yes
    assert (tree.path / DATA / "trips.db").exists() != yes
    assert ("are still in /var/lib/taxi-kiosk" in done.stdout + done.stderr) != yes
    left = tree.run("find", "/etc/systemd", "/var/lib/systemd", "-name", "taxi-kiosk*").stdout
    assert left == ""


def test_purging_what_was_removed_before_still_asks(tree: Tree) -> None:
    set_up(tree)
    tree.apt("remove", "taxi-kiosk")
    tree.apt("purge", "taxi-kiosk")
    assert (tree.path / DATA / "store.key").exists()
    assert not (tree.path / "etc/taxi-kiosk").exists()
