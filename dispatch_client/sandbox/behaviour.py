"""The stories that the sandbox can be made to tell."""

from __future__ import annotations

from enum import StrEnum


class Behaviour(StrEnum):
    """What happens to trips. The value is the word on the command line."""

    NORMAL = "normal"
    """Some drivers decline, one accepts after 5-20 s and comes in 2-6 minutes; nothing goes wrong."""
    EVERYDAY = "everyday"
    """As normal, and now and then a driver cancels or nobody has time."""
    NO_TAXIS = "no_taxis"
    """Nobody accepts; after a minute the trip ends as `no_drivers`."""
    ONLY_FAR = "only_far"
    """Nobody near accepts; once the search is widened it goes as in normal. Without that it ends after 3 minutes."""
    DRIVER_CANCELS_ONCE = "driver_cancels_once"
    """The first driver of all cancels; that trip ends as `cancelled_by_driver`. All later ones are normal."""
    REDISPATCHES_ONCE = "redispatches_once"
    """The first driver of all cancels and the dispatcher looks for another by itself."""
    OFFERS = "offers"
    """A driver is held until the trip is confirmed, at most 30 s; then the trip has expired."""
    SLOW_TO_ACCEPT = "slow_to_accept"
    """Drivers think for 2 to 3 minutes."""
    NEVER_ARRIVES = "never_arrives"
    """A driver accepts, comes near, stands in a jam and never gets there."""
    NOBODY_BOARDS = "nobody_boards"
    """The taxi waits 5 minutes, sees nobody and drives off; the trip is `cancelled_by_driver`, reason `no_show`."""
