"""One word a task; what fails is named, and nothing is done twice."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORDS = {
    *("help", "setup", "demo", "test", "deb", "debtest", "lint", "types", "contracts", "format"),
    *("bench", "fuzz", "gallery", "docs", "lock", "lowest", "clean"),
}


def make(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--directory", str(ROOT), "--no-print-directory", *arguments],
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A virtual environment whose tools all succeed and tell what they were asked."""
    folder = tmp_path / "venv"
    (folder / "bin").mkdir(parents=True)
    for tool in ("ruff", "mypy", "lint-imports", "pytest", "taxi-kiosk", "pybabel", "python"):
        passes(folder, tool)
    for stamp in (".stamp-installed", ".stamp-readers"):
        (folder / stamp).touch()
    return folder


def passes(venv: Path, tool: str) -> None:
    program(venv, tool, f'echo "{tool} $*"')


def program(venv: Path, tool: str, body: str) -> None:
    path = venv / "bin" / tool
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def run(venv: Path, word: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Make a word with the tools of this environment; the machine itself is not looked at."""
    return make(word, f"VENV={venv}", "--old-file=system", *arguments, **variables)


def test_help_tells_every_word_and_is_what_make_alone_does() -> None:
    alone = make()
    assert alone.stdout == make("help").stdout
    told = dict(re.match(r"  make (\w+) +(\S.*)", line).groups() for line in alone.stdout.splitlines())  # type: ignore[union-attr]
    assert set(told) == WORDS


def test_all_checks_run_in_order_and_the_tests_come_last(venv: Path) -> None:
    done = run(venv, "test")
    assert done.returncode == 0, done.stderr
    called = [line.split()[0] for line in done.stdout.splitlines() if not line.startswith("==")]
    assert called == ["ruff", "ruff", "mypy", "lint-imports", "pytest"]
    assert done.stdout.splitlines()[-1].startswith("pytest")


@pytest.mark.parametrize(
    ("tool", "step"),
    [("ruff", "ruff check"), ("mypy", "mypy"), ("lint-imports", "lint-imports"), ("pytest", "pytest")],
)
def test_the_step_that_fails_is_named_and_nothing_runs_after_it(venv: Path, tool: str, step: str) -> None:
    program(venv, tool, "exit 1")
    done = run(venv, "test")
    assert done.returncode != 0
    assert f'make: the step "{step}" failed' in done.stderr
    if tool != "pytest":
        assert "pytest" not in done.stdout


def test_the_tests_see_no_display_and_no_sound_card(venv: Path) -> None:
    program(venv, "pytest", 'echo "<$DISPLAY|$WAYLAND_DISPLAY|$SDL_VIDEODRIVER|$SDL_AUDIODRIVER>"')
    done = run(venv, "test", DISPLAY=":0", WAYLAND_DISPLAY="wayland-0")
    assert "<||offscreen|dummy>" in done.stdout


@pytest.mark.parametrize(
    ("variables", "asked"),
    [
        ({"DISPLAY": ":0"}, "taxi-kiosk demo"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "taxi-kiosk demo"),
        ({}, "taxi-kiosk demo --script one-press --headless"),
    ],
)
def test_the_demo_is_a_window_where_there_is_a_display(venv: Path, variables: dict[str, str], asked: str) -> None:
    done = run(venv, "demo", **variables)
    assert done.stdout.strip() == asked


def test_a_compiler_is_for_the_tests_alone(venv: Path) -> None:
    (venv / ".stamp-readers").unlink()
    assert "readers" not in run(venv, "demo").stdout
    installed = run(venv, "test", "--dry-run").stdout
    assert installed.index("install-debian.sh --readers") < installed.index("-r requirements-readers.lock")


def test_a_demo_that_fails_fails(venv: Path) -> None:
    program(venv, "taxi-kiosk", "exit 3")
    assert run(venv, "demo").returncode != 0


@pytest.fixture
def script() -> Path:
    return ROOT / "packaging" / "make-venv.sh"


def test_an_environment_that_is_good_is_kept(script: Path, tmp_path: Path) -> None:
    kept = tmp_path / "venv"
    (kept / "bin").mkdir(parents=True)
    program(kept, "python", f'test "$2" = pip && exit 0; exec {sys.executable} "$@"')
    (kept / "mark").touch()
    done = subprocess.run(["/bin/sh", script, kept], capture_output=True, text=True, check=True)
    assert (done.stdout, (kept / "mark").exists()) == ("", True)


def test_without_a_python_that_can_be_used_one_sentence_says_so(script: Path, tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ntest "$1" = --version && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", script, tmp_path / "venv"],
        env={"PATH": str(tmp_path), "PYTHON": str(old)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "No Python here can be used: expected 3.11, 3.12 or 3.13 with its venv module, found Python 3.9.2. "
        "Install one, or name it: make setup PYTHON=/path/to/python3\n"
    )


def test_ci_runs_what_the_readme_tells_everybody_to_run() -> None:
    words = (ROOT / ".ci" / "run").read_text().splitlines()
    assert words.index("make test") < words.index("make debtest")
