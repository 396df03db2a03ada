"""Why a card or a code gets nobody anything, as data: the kind words are the screen's."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Each is told in other words, and each is served by the button all the same."""

    NOT_OURS = "not_ours"
    """No code of this system: a shop's, a link, half a scan."""
    UNKNOWN = "unknown"
    """A card or code card of the right form that nobody here has."""
    DEAD = "dead"
    """It was reported lost, or a newer code card took its place."""
    OTHER_OPERATOR = "other_operator"
    """A return-home code that another operator's box made."""
    FORGED = "forged"
    """A return-home code that was changed, or made without the operator's key."""
    EXPIRED = "expired"
    USED = "used"
    """A return-home code that has brought somebody home already, on this box."""
