from __future__ import annotations

from pathlib import Path

import pytest

from hardware.discovery import joined, ports, probably
from hardware.faults import PortMisnamed, PortUnavailable, Trouble
from hardware.port_names import PortInfo, resolve
from hardware.transport import open_port

CH340 = PortInfo("/dev/ttyUSB3", 0x1A86, 0x7523)
CP1 = PortInfo("/dev/ttyUSB4", 0x10C4, 0xEA60, "0001", by_path="/dev/serial/by-path/pci-0-usb-0:1:1.0-port0")
CP2 = PortInfo("/dev/ttyUSB5", 0x10C4, 0xEA60, "0002", by_path="/dev/serial/by-path/pci-0-usb-0:2:1.0-port0")
BOARD = PortInfo("/dev/ttyAMA0")
ALL = (CH340, CP2, CP1, BOARD)


def resolved(name: str) -> str:
    return resolve(name, lambda: ALL)


def unresolved(name: str) -> PortUnavailable:
    with pytest.raises(PortUnavailable) as caught:
        resolved(name)
    return caught.value


def test_a_device_is_found_by_its_numbers_in_either_case() -> None:
    assert resolved("usb:1a86:7523") == "/dev/ttyUSB3"
    assert resolved("USB:1A86:7523") == "/dev/ttyUSB3"


def test_two_of_a_kind_are_told_apart_by_their_serial_numbers() -> None:
    assert resolved("usb:10c4:ea60:0002") == "/dev/ttyUSB5"
    assert resolved("serial:0001") == "/dev/ttyUSB4"


def test_two_of_a_kind_are_never_chosen_between_by_luck() -> None:
    error = unresolved("usb:10c4:ea60")
    assert error.trouble is Trouble.SEVERAL
    assert "2 devices have this name (/dev/ttyUSB4, /dev/ttyUSB5)" in error.sentence
    assert f"{CP1.by_path} or {CP2.by_path}" in error.cure


def test_what_is_not_plugged_in_is_missing() -> None:
    for name in ("usb:0403:6001", "usb:1a86:7523:0001", "serial:9"):
        assert unresolved(name).trouble is Trouble.MISSING


@pytest.mark.parametrize("name", [BOARD.path, "/dev/serial/by-path/x", "socket://127.0.0.1:9", "rfc2217://host:1"])
def test_a_path_or_an_address_stands_for_itself_and_nothing_is_listed(name: str) -> None:
    def no_list() -> tuple[PortInfo, ...]:
        pytest.fail("the ports were listed")

    assert resolve(name, no_list) == name


@pytest.mark.parametrize("name", ["", "  ", "usb:zz:1", "usb:1a86", "tcp://box:9100", "serial:", "serial: "])
def test_a_senseless_name_is_a_permanent_fault(name: str) -> None:
    with pytest.raises(PortMisnamed) as caught:
        open_port(name)
    assert caught.value.cure


def test_ports_get_their_lasting_names_and_their_driver(tmp_path: Path) -> None:
    (tmp_path / "drivers" / "ch341-uart").mkdir(parents=True)
    device = tmp_path / "tty" / "ttyUSB3" / "device"
    device.mkdir(parents=True)
    (device / "driver").symlink_to(tmp_path / "drivers" / "ch341-uart")
    by_path = {"/dev/ttyUSB3": "/dev/serial/by-path/pci-0-usb-0:7:1.0-port0"}
    found = {port.path: port for port in joined(ALL, by_path, {}, tmp_path / "tty")}
    assert list(found) == sorted(found)
    assert found["/dev/ttyUSB3"].name == by_path["/dev/ttyUSB3"]
    assert found["/dev/ttyUSB3"].driver == "ch341-uart"
    assert found["/dev/ttyAMA0"].name == "/dev/ttyAMA0"
    assert found["/dev/ttyAMA0"].driver == ""


def test_links_that_udev_made_are_followed(tmp_path: Path) -> None:
    real = [port.path for port in ports(tmp_path / "none", tmp_path / "none")]
    for number, path in enumerate(real):
        (tmp_path / f"link-{number}").symlink_to(path)
    assert [port.by_path for port in ports(tmp_path, tmp_path / "none")] == [
        str(tmp_path / f"link-{number}") for number, _ in enumerate(real)
    ]


def test_what_a_port_probably_is() -> None:
    assert "CH340" in probably(CH340)
    assert "Epson" in probably(PortInfo("/dev/ttyACM0", 0x04B8, 0x0202))
    assert '"Acme Reader 3"' in probably(PortInfo("/dev/ttyACM0", 0xF00D, 1, maker="Acme", product="Reader 3"))
    assert "do not know" in probably(PortInfo("/dev/ttyACM0", 0xF00D, 1))
    assert "not for devices" in probably(PortInfo("/dev/ttyAMA10"))
