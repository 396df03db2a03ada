"""Reads the file and checks it; whatever is wrong becomes a line that names file, key and what was expected."""

from __future__ import annotations

import difflib
import json
import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_settings import TomlConfigSettingsSource

from kiosk.config.errors import ConfigError
from kiosk.config.keys import OPTIONS, keys, sections
from kiosk.config.model import Config
from kiosk.config.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from kiosk.config.dispatchers import DispatcherSection

Account = TypeVar("Account", bound="DispatcherSection")
_MOST_SHOWN: Final = 60
"""Characters of a wrong value that are repeated."""
_KEY_DEPTH: Final = 2


def load(path: Path) -> Config:
    """Read the configuration file, check it and read the token that it points to.

    Paths in it are relative to the file's own folder, the key file's to the store's.

    Raises:
        ConfigError: see there.
    """
    name = path.name
    if not path.is_file():
        found = "this is a folder" if path.is_dir() else "no such file"
        raise ConfigError((f"{path}: {found}; make one with: taxi-kiosk config init",))
    try:
        values = TomlConfigSettingsSource(Config, path)()
    except tomllib.TOMLDecodeError as error:
        raise ConfigError((f"{name}: expected TOML: {error}",)) from None
    except UnicodeDecodeError as error:
        raise ConfigError((f"{name}: expected text in UTF-8, found another byte at position {error.start}",)) from None
    except OSError as error:
        raise ConfigError((f"{path}: cannot be read: {error.strerror}",)) from None
    return checked(values, name=name, folder=path.parent)


def checked(values: Mapping[str, Any], *, name: str, folder: Path) -> Config:
    """Check the tables of a configuration.

    Args:
        values: as TOML gives them.
        name: where they come from, for error messages.
        folder: what relative paths are relative to.

    Raises:
        ConfigError: see there.
    """
    try:
        config = Config(**values)
    except ValidationError as error:
        problems = dict.fromkeys(_one_line(_sentence(detail)) for detail in error.errors(include_url=False))
        raise ConfigError(tuple(f"{name}: {problem}" for problem in problems)) from None
    folder = folder.absolute()
    store = folder / config.store.folder
    places = {"folder": store, "key_file": store / config.store.key_file}
    return config.model_copy(
        update={
            "store": config.store.model_copy(update=places),
            "voice": config.voice.model_copy(update={"bank": config.voice.bank and folder / config.voice.bank}),
            "dispatch": _with_token(config.dispatch, f"{name}: dispatch", folder),
            "second": _with_token(config.second, f"{name}: second", folder),
        }
    )


def _with_token(account: Account, where: str, folder: Path) -> Account:
    return account.model_copy(update={"token": _token(account, where, folder)})


def _token(account: DispatcherSection, where: str, folder: Path) -> Secret:
    if account.token_file is None:
        return account.token or account.api_key
    path = folder / account.token_file
    where = f"{where}.token_file: expected a file with the dispatcher's token"
    try:
        token = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError((f"{where}, but {path} cannot be read: {error.strerror}",)) from None
    except UnicodeDecodeError:
        raise ConfigError((f"{where}, but {path} is no text",)) from None
    if not token or any(c.isspace() for c in token):
        found = "more than one word" if token else "nothing"
        raise ConfigError((f"{where}, found {found} in {path}",))
    return Secret(token)


def _sentence(detail: ErrorDetails) -> str:
    where = [str(part) for part in detail["loc"] if part != "[key]"]
    key = next((k for k in keys() if [k.section, k.name] == where[:_KEY_DEPTH]), None)
    kind, message = detail["type"], detail["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return _unknown(where)
    if kind == "value_error" and (key is None or not key.expected):
        # a rule between several keys: its sentence begins with the key
        return ".".join([*where, message])
    if key is None:
        section = ".".join(where)
        found = "nothing" if kind == "missing" else _found(detail["input"])
        return f"{section}: expected a table [{section}], found {found}"
    path = ".".join(where[: _KEY_DEPTH + (len(where) > _KEY_DEPTH and key.expected.startswith("a table"))])
    if key.secret or key.path in OPTIONS:
        return f"{path}: expected {key.expected}, found something else"
    found = "nothing" if kind == "missing" else _found(detail["input"])
    return f"{path}: expected {key.expected}, found {found}"


def _unknown(where: list[str]) -> str:
    known = [name for name, _ in sections()]
    if len(where) > 1:
        known = [k.name for k in keys() if k.section == where[0]]
    near = difflib.get_close_matches(where[-1], known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"
    return f"{'.'.join(where)}: unknown key; {hint}"


def _one_line(text: str) -> str:
    """Escape what a hostile key or value could do to a terminal or a log."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _found(value: object) -> str:
    """Repeat a wrong value as it stood in the file."""
    if isinstance(value, Path | datetime | date | time):
        value = str(value)
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except ValueError:
        text = str(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
