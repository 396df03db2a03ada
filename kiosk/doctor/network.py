"""Looks at this machine's own end of the network: a link, a way out, and how strong the radio is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kiosk.doctor.result import Result, fail, ok, warn

if TYPE_CHECKING:
    from kiosk.doctor.machine import Machine

WEAK_DBM: Final = -75.0
"""Below this, Wi-Fi loses packets: makers of access points plan with -67 dBm for speech and -70 for data."""
_LOOPBACK: Final = 772
"""ARPHRD_LOOPBACK of Linux's if_arp.h, in `type`."""
_RTF_UP: Final = 0x1
_RTF_REJECT: Final = 0x200
_V6_FIELDS: Final = 10


def look(machine: Machine) -> Iterator[Result]:
    """Tell which interfaces are up, where the default route goes, and how Wi-Fi is received where there is any."""
    yield links(_states(machine))
    yield route(machine.text("proc/net/route"), machine.text("proc/net/ipv6_route"))
    radio = wireless(machine.text("proc/net/wireless"))
    if radio is not None:
        yield radio


def _states(machine: Machine) -> dict[str, bool]:
    """Give each interface but the loopback, and whether it has a carrier."""
    found = {}
    for folder in machine.glob("sys/class/net/*"):
        base = f"sys/class/net/{folder.name}"
        if machine.number(f"{base}/type") != _LOOPBACK:
            found[folder.name] = machine.text(f"{base}/operstate") != "down" and machine.number(f"{base}/carrier") == 1
    return found


def links(states: dict[str, bool]) -> Result:
    """Judge the interfaces."""
    up = [name for name, is_up in states.items() if is_up]
    if up:
        return ok("network.link", f"Connected by {', '.join(up)}.", up=", ".join(up))
    if not states:
        return fail("network.link", "This machine has no network interface.", "Plug in a network adapter or a modem.")
    cure = "Check the cable, the Wi-Fi password or the SIM; look at the lights of the router."
    return fail("network.link", f"No network is connected ({', '.join(states)}).", cure)


def route(v4: str, v6: str) -> Result:
    """Judge the ways out, as the kernel's tables of routes list them."""
    ways = {*_v4_ways(v4), *_v6_ways(v6)}
    if ways:
        by = ", ".join(sorted(ways))
        return ok("network.route", f"There is a way out, by {by}.", by=by)
    cure = "Check that the router gives out addresses (DHCP), or enter address and gateway by hand."
    return fail("network.route", "There is no way out: no default route.", cure)


def _v4_ways(table: str) -> Iterator[str]:
    for line in table.splitlines()[1:]:
        fields = line.split()
        is_default = len(fields) > 7 and fields[1] == "00000000" and fields[7] == "00000000"  # noqa: PLR2004 - its mask
        if is_default and int(fields[3], 16) & (_RTF_UP | _RTF_REJECT) == _RTF_UP:
            yield fields[0]


def _v6_ways(table: str) -> Iterator[str]:
    for line in table.splitlines():
        fields = line.split()
        if len(fields) == _V6_FIELDS and fields[0] == "0" * 32 and fields[1] == "00" and fields[9] != "lo":
            flags = int(fields[8], 16)
            if flags & (_RTF_UP | _RTF_REJECT) == _RTF_UP:
                yield fields[9]


def wireless(table: str) -> Result | None:
    """Judge how strong Wi-Fi is received; None without Wi-Fi."""
    for line in table.splitlines()[2:]:
        name, _, rest = line.partition(":")
        fields = rest.split()
        if len(fields) > 2:  # noqa: PLR2004 - status, link, level
            level = float(fields[2].rstrip("."))
            if level >= 0:
                continue  # this driver counts in units of its own
            if level < WEAK_DBM:
                cure = "Move the box or the access point, or lay a cable."
                return warn("network.radio", f"Wi-Fi is weak: {level:g} dBm.", cure, dbm=level, by=name.strip())
            return ok("network.radio", f"Wi-Fi is strong enough: {level:g} dBm.", dbm=level, by=name.strip())
    return None
