"""What is said of clock, network, machine and system, from files and programs as they look on real ones."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from doctor_fakes import NOON, moment, one, told

from kiosk.doctor import clock, condition, network, system

if TYPE_CHECKING:
    from doctor_fakes import Played

ROUTES = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
"""
ONLY_LOCAL = "\n".join(ROUTES.splitlines()[::2])
V6_DEFAULT = (
    f"{'0' * 32} 00 {'0' * 32} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003   wwan0\n"
)
V6_REJECT = f"{'0' * 32} 00 {'0' * 32} 00 {'0' * 32} ffffffff 00000001 00000000 00200200       lo\n"
WIRELESS = """Inter-| sta-|   Quality        |   Discarded packets
 face | tus | link level noise |  nwid  crypt   frag
 wlan0: 0000   {quality}.  {level}.  -256        0      0      0
"""
SHOWN = (
    "LoadState=loaded\nActiveState={active}\nSubState=running\nUnitFileState={file}\nNRestarts={n}\nResult=oom-kill\n"
)


def test_a_clock_that_is_kept_is_well(played: Played) -> None:
    assert told(clock.look(played.machine, moment())) == {"clock.sync": "ok", "clock.boot": "ok"}


def test_a_clock_that_nobody_keeps_is_a_warning_with_a_word_about_the_battery(played: Played) -> None:
    without = one(clock.look(played.machine, moment(trusted=False)), "clock.sync")
    assert without.health == "warn"
    assert "no clock battery" in without.sentence
    played.file("sys/class/rtc/rtc0")
    assert "battery" not in one(clock.look(played.machine, moment(trusted=False)), "clock.sync").sentence


def test_a_clock_that_was_never_set_fails_whatever_the_kernel_says() -> None:
    never = clock.synchronised(moment(wall=datetime(1970, 1, 1, tzinfo=UTC)), battery=True)
    assert never.health == "fail"
    assert "1970-01-01" in never.sentence
    assert "timedatectl" in never.cure


def test_how_long_the_machine_has_been_running() -> None:
    assert "1 h 6 min" in clock.started(moment(mono=4000)).sentence
    assert "3 d 2 h" in clock.started(moment(mono=3 * 86400 + 2 * 3600)).sentence
    assert clock.started(moment(wall=NOON)).facts["seconds"] == 4000


def interface(played: Played, name: str, *, state: str, carrier: str, kind: int = 1) -> None:
    for file, text in (("operstate", state), ("carrier", carrier), ("type", str(kind))):
        played.file(f"sys/class/net/{name}/{file}", text + "\n")


def test_a_connected_network_with_a_way_out(played: Played) -> None:
    interface(played, "lo", state="unknown", carrier="1", kind=772)
    interface(played, "eth0", state="up", carrier="1")
    interface(played, "wlan0", state="down", carrier="0")
    played.file("proc/net/route", ROUTES)
    results = list(network.look(played.machine))
    assert told(results) == {"network.link": "ok", "network.route": "ok"}
    assert results[0].sentence == "Connected by eth0."


def test_a_pulled_cable_and_no_way_out(played: Played) -> None:
    interface(played, "lo", state="unknown", carrier="1", kind=772)
    interface(played, "eth0", state="down", carrier="0")
    played.file("proc/net/route", ONLY_LOCAL)
    played.file("proc/net/ipv6_route", V6_REJECT)
    assert told(network.look(played.machine)) == {"network.link": "fail", "network.route": "fail"}


def test_a_way_out_by_the_newer_protocol_alone_counts() -> None:
    assert network.route(ONLY_LOCAL, V6_REJECT + V6_DEFAULT).facts["by"] == "wwan0"


@pytest.mark.parametrize(("level", "health"), [("-52", "ok"), ("-75", "ok"), ("-81", "warn")])
def test_weak_radio_is_a_warning(level: str, health: str) -> None:
    result = network.wireless(WIRELESS.format(quality=50, level=level))
    assert result
    assert (result.health.value, result.facts["dbm"]) == (health, float(level))


def test_without_radio_nothing_is_said_of_it() -> None:
    assert network.wireless("\n".join(WIRELESS.splitlines()[:2])) is None


def test_versions_are_told_even_where_the_machine_tells_nothing(played: Played) -> None:
    [versions] = condition.look(played.machine)
    assert versions.id == "machine.versions"
    assert versions.facts["kivy"]
    assert versions.facts["model"] == ""


def test_sensors_are_judged_where_there_are_any(played: Played) -> None:
    played.file("proc/device-tree/model", "Raspberry Pi 4 Model B\0")
    played.file("proc/meminfo", "MemTotal: 1000000 kB\nMemAvailable:   61440 kB\n")
    for number, degrees in enumerate((47123, 83500)):
        played.file(f"sys/class/thermal/thermal_zone{number}/temp", f"{degrees}\n")
    played.file("sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    played.file("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")
    results = list(condition.look(played.machine))
    assert told(results) == {
        "machine.versions": "ok",
        "machine.memory": "warn",
        "machine.heat": "warn",
        "machine.power": "fail",
    }
    assert one(results, "machine.memory").facts["available_mb"] == 60
    assert "84 °C" in one(results, "machine.heat").sentence
    assert one(results, "machine.versions").facts["model"] == "Raspberry Pi 4 Model B"


def test_heat_that_switches_machines_off_fails() -> None:
    assert [condition.temperature(t).health.value for t in (50, 79.9, 80, 95)] == ["ok", "ok", "warn", "fail"]


def systemd(played: Played, shown: str, failed: str = "") -> dict[str, str]:
    (played.root / "run/systemd/system").mkdir(parents=True)
    played.file("shown", shown)
    played.file("failed", failed)
    played.program(
        "systemctl", f'case "$1" in show) {CAT} {played.root}/shown;; --failed) {CAT} {played.root}/failed;; esac'
    )
    return {result.id: f"{result.health.value}: {result.sentence}" for result in system.look(played.machine)}


CAT = next(path for path in ("/bin/cat", "/usr/bin/cat") if os.path.exists(path))  # noqa: PTH110 - at import


def test_without_systemd_nothing_is_said_of_it(played: Played) -> None:
    assert list(system.look(played.machine)) == []


def test_a_running_service(played: Played) -> None:
    played.file("var/log/journal/x")
    said = systemd(played, SHOWN.format(active="active", file="enabled", n=1))
    assert {name: words.split(":")[0] for name, words in said.items()} == {
        "system.service": "ok",
        "system.failed": "ok",
        "system.journal": "ok",
    }


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ("LoadState=not-found\n", "warn: There is no taxi-kiosk.service"),
        (SHOWN.format(active="failed", file="enabled", n=0), "fail: taxi-kiosk.service has failed (oom-kill)"),
        (SHOWN.format(active="active", file="disabled", n=0), "warn: taxi-kiosk.service does not start with"),
        (SHOWN.format(active="active", file="enabled", n=9), "warn: taxi-kiosk.service was started again 9 times"),
    ],
)
def test_a_service_that_is_not_as_it_should_be(played: Played, shown: str, words: str) -> None:
    said = systemd(played, shown, "ssh.service loaded failed failed SSH\n")
    assert said["system.service"].startswith(words)
    assert said["system.failed"] == "warn: Services have failed: ssh.service."
    assert said["system.journal"].startswith("warn")


def test_a_systemd_that_hangs_or_is_broken_is_unknown(played: Played) -> None:
    (played.root / "run/systemd/system").mkdir(parents=True)
    played.program("systemctl", "exit 1")
    assert told(system.look(played.machine))["system.service"] == "unknown"
