"""The wires of a serial port by which a device says something without sending a byte."""

from __future__ import annotations

from enum import StrEnum


class Line(StrEnum):
    """A wire that is read, by its name on the port."""

    CTS = "cts"
    DSR = "dsr"
    CD = "cd"
    RI = "ri"
