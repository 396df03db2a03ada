"""What can go wrong on the way back from a dispatcher, made to happen on command."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """A way to spoil an answer."""

    LOSE = auto()
    """The request is carried out; the connection closes without a byte."""
    GARBAGE = auto()
    """The request is carried out; a web page comes instead of JSON."""
    HANG = auto()
    """The request is carried out; nothing comes until the client gives up."""
    HALF = auto()
    """The request is carried out; the connection closes in the middle of the body."""
    REFUSE = auto()
    """The request is not carried out; a problem document comes."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault for one request: the next one of `operation` (an `operationId`), or of any when that is None."""

    kind: Kind
    operation: str | None = None
    problem: str = ""
    """Last part of the problem type, for REFUSE."""


GARBAGE = b"<html><head><title>Welcome</title></head><body>Please log in to the wireless network.</body></html>"
"""What the gate page of a public network answers."""
