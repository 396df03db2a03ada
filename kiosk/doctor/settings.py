"""Looks at the configuration and at the files that hold secrets: whole, and readable by nobody else."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.doctor.result import Result, fail, ok, unknown

if TYPE_CHECKING:
    from kiosk.config import Config, ConfigError

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def configuration(path: Path, outcome: Config | ConfigError) -> Iterator[Result]:
    """Tell whether the configuration can be used; one result for each thing that is wrong, without its value."""
    from kiosk.config import ConfigError  # noqa: PLC0415 - a type, beside a package that imports lazily

    if not isinstance(outcome, ConfigError):
        yield ok("config.file", f"{path}: all is well.")
        return
    for number, problem in enumerate(outcome.problems, 1):
        what, _, _ = problem.partition(", found ")  # a wrong value may be a telephone number
        name = "config.file" if number == 1 else f"config.file.{number}"
        yield fail(name, f"{what}.", f"Mend it, then run `taxi-kiosk config check --config {path}`.")


def secrets(path: Path, config: Config) -> Iterator[Result]:
    """Tell of each file that holds a secret whether others may read it."""
    accounts = (config.dispatch, config.second)
    written = any(account.token or account.api_key for account in accounts if account.token_file is None)
    if written or config.modem.pin:
        yield private(path, "secrets.config")
    for section, token_file in token_files(path, config).items():
        yield private(token_file, f"secrets.token.{section}")
    yield private(config.store.key_file, "secrets.key", missing_is_fine=True)
    for file in _keys_below(config.store.folder):
        if file != config.store.key_file:
            yield private(file, f"secrets.key.{file.name.partition('.')[0]}")


def token_files(path: Path, config: Config) -> dict[str, Path]:
    """Give the file of each dispatcher's token, by its table, for the configuration at `path`."""
    accounts = {"dispatch": config.dispatch, "second": config.second}
    return {name: path.parent / account.token_file for name, account in accounts.items() if account.token_file}


def private(path: Path, name: str, *, missing_is_fine: bool = False) -> Result:
    """Judge who may read a file: its owner alone. What holds nobody else's secret yet need not be there."""
    try:
        seen = path.stat()
    except FileNotFoundError:
        if missing_is_fine:
            return ok(name, f"{path} is made at the first start.")
        return fail(name, f"{path} is missing.", "Put it there again; the dispatcher gives the token out.")
    except OSError as error:
        cure = "Run the doctor as root, or as the user whom the box runs as."
        return unknown(name, f"{path} cannot be looked at: {error.strerror}.", cure)
    mode = stat.S_IMODE(seen.st_mode)
    if not mode & _OTHERS or not _reachable(path):
        return ok(name, f"{path} can be read by its owner alone.", mode=f"{mode:04o}")
    who = "everybody on this machine" if mode & stat.S_IRWXO else "its whole group"
    return fail(name, f"{path} is open to {who} (mode {mode:04o}).", f"Run `chmod 600 {path}`.", mode=f"{mode:04o}")


def _reachable(path: Path) -> bool:
    """Some other user may pass all folders on the way: a closed one closes what is in it."""
    try:
        return all(folder.stat().st_mode & (stat.S_IXGRP | stat.S_IXOTH) for folder in path.absolute().parents)
    except OSError:
        return True


def _keys_below(folder: Path) -> list[Path]:
    """Give every key of whatever this box keeps encrypted."""
    try:
        return sorted(folder.rglob("*.key"))
    except OSError:
        return []
