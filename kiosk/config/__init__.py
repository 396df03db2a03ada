"""One TOML file, every key checked and documented; whoever only runs a box never pays for the checking.

`begin` checks a file in a process apart and gives its values as plain frozen objects; `load` checks it right here.
Both give what is typed as `Config`. Only the others import pydantic (25 MB, 0.1 s), and only when they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.config.apart import begin
from kiosk.config.errors import ConfigError
from kiosk.config.secret import Secret

if TYPE_CHECKING:
    from kiosk.config.documents import default_toml, markdown_table, shown
    from kiosk.config.file import checked, load
    from kiosk.config.model import Config

__all__ = ["Config", "ConfigError", "Secret", "begin", "checked", "default_toml", "load", "markdown_table", "shown"]

_HOMES = {"Config": "model", "checked": "file", "load": "file"}


def __getattr__(name: str) -> object:
    """Import what needs pydantic when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - only for those who ask

    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'documents')}"), name)
