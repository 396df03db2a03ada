"""Every log entry is one line of JSON on stderr, bound to its trip, and nothing personal gets through.

What is personal is known by its key (`phone`, `name`, `token`, ...) and, wherever it stands, by its form (telephone
numbers, card numbers and hashes, bearer tokens, names with their title). Objects are logged by their kind alone.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
import traceback
from datetime import date, datetime, time
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, TextIO

_UNWANTED: Final = "rich" not in sys.modules
if _UNWANTED:
    # structlog imports rich for a console that a kiosk does not have: 4 MB and 30 ms here. Held off, it does without.
    sys.modules["rich"] = None  # type: ignore[assignment]
try:
    import structlog
finally:
    if _UNWANTED:
        del sys.modules["rich"]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from types import TracebackType

get_logger = structlog.get_logger
"""Give a logger: `get_logger().info("slip printed", job=job_id)`. Words first, values as keywords."""

HIDDEN: Final = "[hidden]"

_PERSONAL: Final = re.compile(
    r"(?:^|_)(?:name|driver|passenger|rider|resident|caretaker|holder|phone|telephone|mobile|address|note|card|uid|tag"
    r"|token|secret|password|pin|key|authorization|cookie|payload|body|text|lines?)s?$",
    re.IGNORECASE,
)
"""Keys whose values are hidden whatever they are. `client_ref`, `plate` and `number` (the boarding number) are not."""

_HARMLESS: Final = (
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])"  # a UUID: the trip's own name
    r"|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)"  # a date, and a time
    r"|(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?(?![\d.])"  # an address of a machine
    r"|\b[0-9a-f]{4}:[0-9a-f]{4}\b"  # vendor and product of a USB device
)
_SENSITIVE: Final = (
    r"(?:bearer|basic)\s+\S+"
    r"|(?<=://)[^/\s@]+@"  # a user in an address
    r"|(?<=[?&])[^=&\s]*(?:token|key|secret|password|sig)[^=&\s]*=[^&\s]+"
    r"|(?<![0-9A-Za-z])(?=[0-9a-f]*\d)[0-9a-f]{10,}(?![0-9A-Za-z])"  # a card's number, a hash, a key
    r"|\+?(?<!\d)(?:\d[ ()\-\u2010-\u2015.]{0,2}){6,}\d(?!\d)"  # a telephone number, however it is grouped
    r"|[\u4e00-\u9fff]{1,4}(?:女士|先生|小姐|阿姨|叔叔|奶奶|爷爷|师傅|老师)"
    r"|\b(?:mr|mrs|ms|miss|dr)\.? +\w+"
)
_FORMS: Final = re.compile(f"(?P<harmless>{_HARMLESS})|(?P<sensitive>{_SENSITIVE})", re.IGNORECASE)

_LONGEST: Final = 500
_DEEPEST: Final = 4
_PLAIN: Final = (bool, int, float, type(None))
_MOBILE: Final = range(13_000_000_000, 20_000_000_000)


def clean(text: str) -> str:
    """Hide what looks personal in a text; UUIDs, times and addresses of machines stay.

    >>> clean("driver 138 0000 1234 for 2f1e0c1e-0000-4000-8000-000000000007")
    'driver [hidden] for 2f1e0c1e-0000-4000-8000-000000000007'
    """
    shown = _FORMS.sub(lambda found: found["harmless"] or HIDDEN, text[: 4 * _LONGEST])
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def redacted(value: object, depth: int = 0) -> object:
    """Give what may be logged of a value: plain data without what is personal, other objects by their kind."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, _PLAIN):
        return HIDDEN if isinstance(value, int) and abs(value) in _MOBILE else value
    if isinstance(value, str | PurePath | datetime | date | time):
        return clean(str(value))
    if isinstance(value, BaseException):
        return {"type": type(value).__name__, "says": clean(str(value))}
    return _parts(value, depth)


def _parts(value: object, depth: int) -> object:
    if isinstance(value, bytes | bytearray):
        return f"<{len(value)} bytes>"
    if depth < _DEEPEST and isinstance(value, dict):
        return {clean(str(key)): _entry(str(key), inner, depth + 1) for key, inner in value.items()}
    if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [redacted(inner, depth + 1) for inner in value]
    return f"<{type(value).__name__}>"


def _entry(key: str, value: object, depth: int) -> object:
    return HIDDEN if _PERSONAL.search(key) and value else redacted(value, depth)


def bound_to_trip(ref: str) -> AbstractContextManager[None]:
    """Name this trip in every entry that this thread writes inside the `with`."""
    return structlog.contextvars.bound_contextvars(trip=ref)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send everything that is logged by anybody, structlog or the standard library, through here from now on.

    Exceptions that no thread caught are logged too, instead of being printed with whatever they quote.

    Args:
        level: `debug`, `info`, `warning` or `error`; libraries are heard from `warning` on, or from `debug` with it.
        stream: where lines go; stderr.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_Lines(stream or sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _written,
        ],
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_FromLibraries()]
    root.setLevel(number if number == logging.DEBUG else max(number, logging.WARNING))
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback, args.thread)


class _Lines:
    """Writes finished lines; a reader that went away is no reason to stop serving people."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._for_journal = bool(os.environ.get("JOURNAL_STREAM"))

    def __call__(self, *_: object) -> _Lines:
        return self

    def msg(self, line: str, *, priority: int = 6) -> None:
        mark = f"<{priority}>" if self._for_journal else ""  # journald files a line under the priority in front of it
        try:
            with self._lock:
                self._stream.write(f"{mark}{line}\n")
                self._stream.flush()
        except (OSError, ValueError):
            return

    debug = info = warning = error = critical = exception = log = msg


_PRIORITIES: Final = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
"""Levels as syslog counts them."""


def _written(logger: object, method: str, entry: Mapping[str, Any]) -> tuple[tuple[str], dict[str, int]]:
    del logger, method
    level = str(entry.get("level", "info"))
    try:
        line = _json(entry)
    except Exception as error:  # noqa: BLE001 - an entry that cannot be written must not fail who wrote it
        line = json.dumps({"level": "error", "event": "a log entry could not be written", "why": type(error).__name__})
    return (line,), {"priority": _PRIORITIES.get(level, 6)}


def _json(entry: Mapping[str, Any]) -> str:
    rest = dict(entry)
    written: dict[str, object] = {
        "at": rest.pop("timestamp", None),
        "level": rest.pop("level", None),
        "event": clean(str(rest.pop("event", ""))),
    }
    error = _exception(rest.pop("exc_info", None))
    written |= {clean(key): _entry(key, value, 0) for key, value in rest.items()}
    if error is not None:
        written["error"] = redacted(error)
        written["where"] = _where(error)
    text = json.dumps(written, ensure_ascii=False, allow_nan=True)
    return text.encode("utf-8", "backslashreplace").decode()


def _exception(given: object) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return next((part for part in given if isinstance(part, BaseException)), None)
    return sys.exc_info()[1] if given else None


def _where(error: BaseException) -> list[str]:
    """Tell the way to an error by places in the code: no values, no source lines."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{'/'.join(PurePath(f.filename).parts[-2:])}:{f.lineno} {f.name}" for f in frames]


class _FromLibraries(logging.Handler):
    """Takes what the standard library's loggers say."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except Exception as error:  # noqa: BLE001 - a library's wrong format string is its own matter
            message = f"{record.msg} ({type(error).__name__})"
        level = max((number for number in _LEVELS if number <= record.levelno), default=logging.DEBUG)
        write: Callable[..., object] = getattr(get_logger(), _LEVELS[level])
        write(message, logger=record.name, exc_info=record.exc_info)


_LEVELS: Final = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warning", logging.ERROR: "error"}


def _uncaught(
    kind: type[BaseException],
    error: BaseException | None,
    trace: TracebackType | None,
    thread: threading.Thread | None = None,
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error or kind(), trace)
        return
    name = thread.name if thread else "main"
    get_logger().error("nobody caught an exception", thread=name, exc_info=error)
