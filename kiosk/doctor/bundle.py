"""Packs what support needs to know of a box into one small file, with nothing of any person in it."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from kiosk.app.pulse import FILE
from kiosk.config import ConfigError
from kiosk.doctor.examination import loaded
from kiosk.doctor.redaction import file_names, log_lines, scrubbed, settings
from kiosk.doctor.system import UNIT

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.config import Config
    from kiosk.doctor.examination import Report
    from kiosk.doctor.machine import Machine

LINES: Final = 2000
"""Of the log: a week of a quiet box."""
_MOST_LOG: Final = 4 * 2**20
_JOURNAL_S: Final = 2.0


class BundleError(Exception):
    """The file cannot be written. One sentence."""


def write(file: Path, report: Report, config_path: Path, machine: Machine, log: Path | None = None) -> None:
    """Write the bundle; only its owner may read it.

    Args:
        file: must not be there yet.
        report: the examination.
        config_path: of the configuration, which may be wrong.
        machine: where to look.
        log: a file with the box's log, where it does not go to the journal.

    Raises:
        BundleError: it cannot be written, or the log cannot be read.
    """
    members = dict(_members(report, config_path, machine, log))
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as target, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, text in members.items():
                packed.writestr(name, text)
    except FileExistsError:
        raise BundleError(f"{file}: exists already and was left as it is; name another file") from None
    except OSError as error:
        raise BundleError(f"{file}: cannot be written: {error.strerror}") from None


def _members(report: Report, config_path: Path, machine: Machine, log: Path | None) -> Iterable[tuple[str, str]]:
    config_path = config_path.absolute()
    outcome = loaded(config_path)
    config = None if isinstance(outcome, ConfigError) else outcome
    names = file_names(config_path, config)
    yield "summary.txt", f"{scrubbed(report.summary)}\n"
    yield "doctor.json", _json(scrubbed(report.plain(), names))
    yield "config.json", _json(settings(config) if config else {"problems": len(_problems(outcome))})
    if config is not None:
        yield "health.json", _json(scrubbed(_word(config.store.folder / FILE), names))
    yield "ports.json", _json(scrubbed(_ports()))
    yield "log.jsonl", "".join(f"{line}\n" for line in log_lines(_log(machine, log)))


def _problems(outcome: Config | ConfigError) -> tuple[str, ...]:
    return outcome.problems if isinstance(outcome, ConfigError) else ()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _word(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _ports() -> list[dict[str, object]]:
    from hardware.discovery import ports, probably  # noqa: PLC0415 - only for whoever packs

    return [
        {"port": p.name, "path": p.path, "usb": p.usb, "driver": p.driver, "probably": probably(p)} for p in ports()
    ]


def _log(machine: Machine, log: Path | None) -> str:
    if log is not None:
        try:
            with log.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _MOST_LOG))
                text = file.read().decode(errors="replace")
        except OSError as error:
            raise BundleError(f"{log}: cannot be read: {error.strerror}") from None
        return "\n".join(text.splitlines()[-LINES:])
    said = machine.run("journalctl", "-u", UNIT, "-o", "cat", "-n", str(LINES), "--no-pager", timeout_s=_JOURNAL_S)
    return said.out if said is not None and said.code == 0 else ""
