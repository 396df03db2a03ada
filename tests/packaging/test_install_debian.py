"""System packages are asked for only when one is missing; whoever cannot have them is told so in one sentence."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "packaging" / "install-debian.sh"
ON_THE_MACHINE = ("env", "sh", "cat", "grep")


class Machine:
    """A folder of programs that stands for a whole machine: nothing else is on its PATH."""

    def __init__(self, root: Path) -> None:
        self.bin = root / "bin"
        self.bin.mkdir()
        self.calls = root / "calls"
        self.calls.touch()
        for name in ON_THE_MACHINE:
            found = next(Path(place) / name for place in ("/usr/bin", "/bin") if (Path(place) / name).exists())
            (self.bin / name).symlink_to(found)

    def program(self, name: str, body: str) -> None:
        """Put a program there that notes how it was called and then runs `body`."""
        path = self.bin / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>{self.calls}\n{body}\n')
        path.chmod(0o755)

    def debian(self, *, missing: tuple[str, ...] = (), user: int = 0) -> None:
        lines = "".join(f"{package}) exit 1;; " for package in missing)
        self.program("dpkg-query", f'for last; do :; done; case "$last" in {lines}*) printf ii;; esac')
        self.program("apt-get", "exit 0")
        self.program("id", f"echo {user}")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", str(SCRIPT), *arguments],
            env={"PATH": str(self.bin)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def called(self, name: str) -> list[str]:
        lines = self.calls.read_text().splitlines()
        return [line.removeprefix(f"{name} ") for line in lines if line.split()[0] == name]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_machine_that_has_all_is_left_alone(machine: Machine) -> None:
    machine.debian()
    done = machine.run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.called("apt-get") == []


def test_only_what_is_missing_is_installed(machine: Machine) -> None:
    machine.debian(missing=("espeak-ng", "alsa-utils"))
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert machine.called("apt-get") == ["-q update", "-q -y --no-install-recommends install espeak-ng alsa-utils"]


def test_the_invisible_x_server_is_for_the_bench_alone(machine: Machine) -> None:
    machine.debian(missing=("xvfb",))
    assert machine.run().returncode == 0
    assert machine.called("apt-get") == []
    assert machine.run("--bench").returncode == 0
    assert machine.called("apt-get")[-1].endswith("install xvfb")


def test_compilers_and_card_services_are_for_the_optional_readers_alone(machine: Machine) -> None:
    machine.debian(missing=("swig", "pcscd", "vsmartcard-vpcd"))
    assert machine.run().returncode == 0
    assert machine.called("apt-get") == []
    assert machine.run("--readers").returncode == 0
    assert machine.called("apt-get")[-1].endswith("install swig pcscd vsmartcard-vpcd")


def test_what_makes_whole_systems_is_for_the_tests_of_the_package_alone(machine: Machine) -> None:
    machine.debian(missing=("debootstrap", "systemd-container"))
    assert machine.run().returncode == 0
    assert machine.called("apt-get") == []
    assert machine.run("--deb").returncode == 0
    assert machine.called("apt-get")[-1].endswith("install debootstrap systemd-container")


def test_a_package_that_is_half_there_is_missing(machine: Machine) -> None:
    machine.debian()
    machine.program("dpkg-query", 'for last; do :; done; test "$last" = libgl1 && printf "rc " || printf "ii "')
    assert machine.run().returncode == 0
    assert machine.called("apt-get")[-1].endswith("install libgl1")


def test_who_is_not_root_goes_through_sudo(machine: Machine) -> None:
    machine.debian(missing=("espeak-ng",), user=1000)
    machine.program("sudo", 'test "$1" = -n && exit 0; "$@"')
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert machine.called("apt-get")[-1].endswith("install espeak-ng")
    assert machine.called("sudo")[-1].startswith("env DEBIAN_FRONTEND=noninteractive")


def test_neither_root_nor_sudo_is_one_sentence_with_its_cure(machine: Machine) -> None:
    machine.debian(missing=("espeak-ng",), user=1000)
    done = machine.run()
    assert done.returncode == 1
    assert done.stderr == (
        "Missing system packages: espeak-ng. Neither root nor sudo here: as root, run: apt-get install espeak-ng\n"
    )


def test_a_password_that_nobody_can_type_is_not_waited_for(machine: Machine) -> None:
    machine.debian(missing=("espeak-ng",), user=1000)
    machine.program("sudo", "exit 1")
    done = machine.run()
    assert done.returncode == 1
    assert "nobody can type it: run: sudo apt-get install espeak-ng" in done.stderr


def test_an_apt_that_fails_is_not_passed_over(machine: Machine) -> None:
    machine.debian(missing=("espeak-ng",))
    machine.program("apt-get", "echo no network >&2; exit 100")
    done = machine.run()
    assert done.returncode == 1
    assert "no network" in done.stderr
    assert "apt could not install: espeak-ng." in done.stderr


def test_another_system_is_told_what_is_needed_and_goes_on(machine: Machine) -> None:
    done = machine.run()
    assert done.returncode == 0
    assert done.stderr.startswith("This is not a Debian system: going on")
    assert "espeak-ng alsa-utils" in done.stderr


def test_an_unknown_option_is_named(machine: Machine) -> None:
    done = machine.run("--benhc")
    assert done.returncode == 2
    assert "unknown option '--benhc': expected nothing, --bench, --deb or --readers" in done.stderr


def test_the_script_can_be_run_as_it_is() -> None:
    assert os.access(SCRIPT, os.X_OK)
