"""What can go wrong between us and a dispatcher, sorted by the one question that matters: may it have the trip?"""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Why a dispatcher said no. Only some of them may be asked again."""

    AUTH = "auth"
    """Token or key not accepted: staff must mend it."""
    RIDER_BLOCKED = "rider_blocked"
    OUT_OF_AREA = "out_of_area"
    NO_DRIVERS = "no_drivers"
    DRIVER_TAKEN = "driver_taken"
    INVALID_REQUEST = "invalid_request"
    """Our own fault: logged, never repeated."""
    CONFLICT = "conflict"
    """The trip is in another state than we thought: read it again."""
    NOT_FOUND = "not_found"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    """The dispatcher says that it did not take the request (503 before any work)."""


class DispatchError(Exception):
    """Base of everything a provider raises. Its text holds no personal data: it is logged."""


class Refused(DispatchError):
    """The dispatcher understood and said no: it does not have the trip.

    `retry_after_s` is what the dispatcher asked for (429), in seconds, None when it did not say.
    """

    def __init__(self, refusal: Refusal, sentence: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.refusal = refusal
        self.retry_after_s = retry_after_s


class Unreachable(DispatchError):
    """Nothing left this box (no route, refused connection, no name, TLS refused): sending again is safe."""


class Ambiguous(DispatchError):
    """It may have arrived: a reply was lost, cut or senseless. Never a failure; look up before sending again."""


class Down(Ambiguous):
    """An answer came, and it says that the server cannot work at present (5xx, 408)."""
