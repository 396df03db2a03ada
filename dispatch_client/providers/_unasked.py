"""Before a request that could bring a taxi goes out, an answer that is lost leaves nothing open."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dispatch_client.errors import Ambiguous, Down, Refusal, Refused, Unreachable
from dispatch_client.http import Senseless

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def nothing_asked_yet() -> Iterator[None]:
    """Turn what searches and look-ups raise into errors that say so: the create as a whole was not taken."""
    try:
        yield
    except (Down, Senseless) as error:
        raise Refused(Refusal.UNAVAILABLE, f"{error}; nothing was asked for yet") from None
    except Ambiguous as error:
        raise Unreachable(f"{error}; nothing was asked for yet") from None
