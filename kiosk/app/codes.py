"""Tells the codes that this box and its operator print from everybody else's: no other one is ever looked at."""

from __future__ import annotations

import re
from typing import Final

from kiosk.core.slip import CODE_MARK
from kiosk.residents import codes

_SLIP: Final = re.compile(rf"{re.escape(CODE_MARK)}.{{1,200}}-\d{{4}}-\d{{3}}", re.ASCII)
"""A whole reference: box, day and month, number (see `kiosk.core.slip.reference`)."""


def is_ours(code: str) -> bool:
    """Whether a scanned code is one of a slip, or a code card or way home with a check that fits.

    A payment code, a health code or somebody's address is none, and neither is one of ours that was misread.
    """
    return _SLIP.fullmatch(code) is not None or codes.read(code) is not None
