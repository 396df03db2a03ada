"""The package and a Debian that has it, each made once; every test works on a layer of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from debian import Layer, Tree, debootstrap, missing

ROOT = Path(__file__).parents[2]
OLD, NEW = "0.1.0~test1", "0.1.0~test2"
EPOCH = "1760000000"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these are slow: they install and start whole systems, minutes long, so `make debtest` runs them."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(600))


def build(out: Path, *words: str, root: Path = ROOT, **variables: str) -> Path:
    """Build the package into `out`."""
    command = [sys.executable, str(root / "packaging" / "deb"), "--out", str(out), *words]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PYTHONPATH": str(root), **variables}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.split()[-1])


def again(package: Path, version: str, folder: Path) -> Path:
    """Give the same package under another version, with another example in it."""
    stage = folder / version
    subprocess.run(["dpkg-deb", "-R", str(package), str(stage)], check=True)
    control = stage / "DEBIAN/control"
    control.write_text(control.read_text().replace(f"Version: {OLD}", f"Version: {version}"))
    example = stage / "etc/taxi-kiosk/kiosk.toml.example"
    example.write_text(f"{example.read_text()}# {version}\n")
    made = folder / f"taxi-kiosk_{version}.deb"
    subprocess.run(["dpkg-deb", "-Zzstd", "-b", str(stage), str(made)], check=True, stdout=subprocess.DEVNULL)
    return made


@pytest.fixture(scope="session")
def able() -> None:
    """Fail, with what to do, where none of this can run."""
    if why := missing():
        pytest.fail(why, pytrace=False)


@pytest.fixture(scope="session")
def old(able: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("old"), "--version", OLD)


@pytest.fixture(scope="session")
def new(old: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return again(old, NEW, tmp_path_factory.mktemp("new"))


@pytest.fixture(scope="session")
def memory(able: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory: dpkg waits for the disk thousands of times, and none of this is to be kept."""
    folder = tmp_path_factory.mktemp("memory")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6g", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="session")
def bare(memory: Path) -> Tree:
    """A Debian as debootstrap leaves it."""
    return debootstrap(memory / "bare")


@pytest.fixture(scope="session")
def installed(bare: Tree, old: Path, memory: Path) -> Iterator[Tree]:
    """The package in it, and what it depends on; nobody but its fixture writes there."""
    with Layer(bare, memory / "installed") as tree:
        done = tree.install(old)
        (tree.path / "root/install.log").write_text(done.stdout + done.stderr)
        yield tree


@pytest.fixture
def tree(installed: Tree, memory: Path, request: pytest.FixtureRequest) -> Iterator[Tree]:
    """A Debian with the package, for this test alone."""
    with Layer(installed, memory / re.sub(r"\W", "-", request.node.name)) as layer:
        yield layer
