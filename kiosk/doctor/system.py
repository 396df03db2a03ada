"""Looks at what keeps the box running, where systemd does: its service, other failed services, the journal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kiosk.doctor.result import Fact, Result, fail, ok, unknown, warn

if TYPE_CHECKING:
    from kiosk.doctor.machine import Machine

UNIT: Final = "taxi-kiosk.service"
MANY_RESTARTS: Final = 5


def look(machine: Machine) -> Iterator[Result]:
    """Tell how the service stands; nothing on a machine without systemd."""
    if not machine.path("run/systemd/system").is_dir():
        return
    shown = machine.run(
        "systemctl", "show", UNIT, "--property=LoadState,ActiveState,SubState,UnitFileState,NRestarts,Result"
    )
    yield service(None if shown is None or shown.code else shown.out)
    failed = machine.run("systemctl", "--failed", "--plain", "--no-legend", "--no-pager")
    if failed is not None and failed.code == 0:
        yield others(failed.out)
    yield journal(kept=machine.path("var/log/journal").is_dir())


def service(shown: str | None) -> Result:
    """Judge the lines of `systemctl show`."""
    name = "system.service"
    if shown is None:
        return unknown(name, "systemd does not answer.", "Run `systemctl status` by hand.")
    said = dict(line.partition("=")[::2] for line in shown.splitlines())
    active, enabled = said.get("ActiveState", ""), said.get("UnitFileState", "")
    restarts = int(said["NRestarts"]) if said.get("NRestarts", "").isdigit() else 0
    facts: dict[str, Fact] = {"active": active, "enabled": enabled, "restarts": restarts}
    if said.get("LoadState") != "loaded":
        cure = "Install the service, or see that something else starts `taxi-kiosk run` after each boot."
        return warn(name, f"There is no {UNIT}: nothing of systemd starts the box.", cure, **facts)
    if active == "failed":
        cure = f"Read why: `journalctl -u {UNIT} -n 50`; then `sudo systemctl restart {UNIT}`."
        return fail(name, f"{UNIT} has failed ({said.get('Result', '')}).", cure, **facts)
    if enabled not in {"enabled", "enabled-runtime", "static", "generated"}:
        return warn(name, f"{UNIT} does not start with the machine.", f"Run `sudo systemctl enable {UNIT}`.", **facts)
    if restarts >= MANY_RESTARTS:
        cure = f"Read why: `journalctl -u {UNIT} -p err`, and send a support bundle."
        return warn(name, f"{UNIT} was started again {restarts} times.", cure, **facts)
    return ok(name, f"{UNIT} is {active} and starts with the machine.", **facts)


def others(listed: str) -> Result:
    """Judge the list of failed units."""
    names = [line.split()[0] for line in listed.splitlines() if line.strip()]
    if not names:
        return ok("system.failed", "No service of this machine has failed.")
    shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")  # noqa: PLR2004 - a line
    return warn(
        "system.failed", f"Services have failed: {shown}.", f"Run `systemctl status {names[0]}`.", count=len(names)
    )


def journal(*, kept: bool) -> Result:
    """Judge where the log goes."""
    if kept:
        return ok("system.journal", "The journal outlasts a restart.")
    cure = "Run `sudo mkdir -p /var/log/journal` and `sudo systemctl restart systemd-journald`."
    return warn("system.journal", "The journal is lost with each restart.", cure)
