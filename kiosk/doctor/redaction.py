"""Lets out of the box only what is known to be nobody's: figures, states, and words that stand in the program itself.

A name cannot be told from any other word by its looks. So a text from a log is let through only when it is a text of
our own code; what stands between is left out, even where that is a pity.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import kiosk
from kiosk.doctor.settings import token_files
from kiosk.log import HIDDEN, clean, redacted

if TYPE_CHECKING:
    from kiosk.config import Config
    from kiosk.config.keys import Key

_PACKAGES: Final = ("kiosk", "dispatch_client", "hardware")
_HOME: Final = re.compile(r"(/home|/Users)/[^/\s:]+")
_HARMLESS: Final = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # a trip's own name
    r"|\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)"  # a time
    r"|[\w./<>-]+\.py:\d+ [\w<>]+"  # a place in the code
)
_SHOWN: Final = frozenset(
    {
        "dispatch.provider",
        "second.provider",
        "printer.driver",
        "printer.port",
        "reader.driver",
        "reader.port",
        "modem.driver",
        "modem.port",
        "language.default",
        "language.offered",
    }
)
"""Keys whose texts are no person's; every other text of the configuration is only said to be there."""
_LARGEST: Final = 10**6
_ADDRESSES: Final = frozenset({"dispatch.url", "second.url"})
_UNSHOWN: Final = frozenset({"box.lat", "box.lon"})


def scrubbed(value: object, names: Mapping[str, str] = MappingProxyType({})) -> object:
    """Take out of plain data whatever looks like a telephone number, a card's number, a key or a user's folder.

    Args:
        value: texts, numbers, lists and tables.
        names: texts that people chose, such as those of files, each with what is put in its place.
    """
    if isinstance(value, str):
        for name in sorted(names, key=len, reverse=True):
            value = value.replace(name, names[name])
        return clean(_HOME.sub(r"\1/…", value))
    if isinstance(value, Mapping):
        return {str(key): scrubbed(inner, names) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [scrubbed(inner, names) for inner in value]
    return value if isinstance(value, bool | int | float | type(None)) else f"<{type(value).__name__}>"


def file_names(path: Path, config: Config | None) -> dict[str, str]:
    """Give the whole names of files that people chose, each with a word for it; `path` is the configuration's."""
    names = {str(path.parent): "FOLDER", str(path): "CONFIG"}
    if config is not None:
        names |= {str(config.store.folder): "STORE", str(config.store.key_file): "KEY"}
        names |= {str(file): "TOKEN" for file in token_files(path, config).values()}
    return names


def settings(config: Config) -> dict[str, object]:
    """Give every key of the configuration: figures and choices as they are, of texts only that they are there."""
    from kiosk.config.keys import keys  # noqa: PLC0415 - imports what checks a configuration

    return {key.path: _setting(key, getattr(getattr(config, key.section), key.name)) for key in keys()}


def _setting(key: Key, value: object) -> object:
    if isinstance(value, bool | int | float | type(None)) and key.path not in _UNSHOWN:
        return value
    if key.path in _SHOWN or key.expected.startswith("one of ") or isinstance(value, time):
        return scrubbed(value.isoformat() if isinstance(value, time) else value)
    if key.path in _ADDRESSES and value:
        parts = urlsplit(str(value))
        return scrubbed(f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else ""))
    return "(set)" if value else ""


def log_lines(text: str) -> Iterator[str]:
    """Give the lines of a log without anything that the program does not say by itself; lines of others are counted."""
    foreign = 0
    for line in text.splitlines():
        entry = _entry(re.sub(r"^<\d>", "", line))
        if entry is None:
            foreign += 1
        else:
            yield json.dumps(entry, ensure_ascii=False)
    if foreign:
        yield json.dumps({"event": "lines that are not of this program were left out", "count": foreign})


def _entry(line: str) -> dict[str, object] | None:
    try:
        raw = json.loads(line)
    except ValueError:
        return None
    if not isinstance(raw, dict):
        return None
    texts = own_texts()
    by_key = redacted(raw)  # first by the rules of the log itself: what stands under `card` is hidden whatever it is
    return {str(key): inner for key, inner in _value(by_key, texts).items()} if isinstance(by_key, dict) else None


def _value(value: object, texts: frozenset[str]) -> Any:  # noqa: ANN401 - plain data of any shape
    if isinstance(value, str):
        return value if value in texts or _HARMLESS.fullmatch(value) else HIDDEN
    if isinstance(value, Mapping):
        return {key if key in texts else HIDDEN: _value(inner, texts) for key, inner in value.items()}
    if isinstance(value, list):
        return [_value(inner, texts) for inner in value]
    return value if not isinstance(value, int) or abs(value) < _LARGEST else HIDDEN


@cache
def own_texts() -> frozenset[str]:
    """Give every text and every name of an argument or a class that stands in our own code."""
    root = Path(kiosk.__file__).parents[1]
    return frozenset(_texts(path for package in _PACKAGES for path in (root / package).rglob("*.py")))


def _texts(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        for node in ast.walk(ast.parse(path.read_bytes())):
            match node:
                case ast.Constant(value=str() as text):
                    yield text
                case ast.keyword(arg=str() as name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                    yield name
                case ast.ImportFrom(module=str() as name):
                    yield name
                case ast.Name(id=name):
                    yield name
