"""JSON of one form: the same members give the same bytes, whoever writes them and whenever."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def canonical(body: Mapping[str, object]) -> bytes:
    """Give UTF-8 with sorted keys and no spaces; a lone surrogate, which no server takes, becomes a question mark."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(
        errors="replace"
    )
