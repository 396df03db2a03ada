"""How much louder to speak where it is loud: a place for a meter, and what its level means for the voice."""

from __future__ import annotations

from typing import Final, Protocol

CALM_DBA: Final = 55.0
"""A quiet street by day (WHO's guideline for outdoor living areas): here the volume is as it was set."""
_MOST_DB: Final = 9.0
"""Beyond this a small speaker distorts, and whoever stands near is startled."""
_STEP_DB: Final = 3.0
"""Just more than ears notice; fewer steps mean that most clips are in the cache."""


class Ambience(Protocol):
    """A meter of what is heard around the box. None is built in: nothing here ever opens a microphone."""

    def level_dba(self) -> float | None:
        """Give the level in dB(A) of the last seconds, None while it is not known; must not block."""


def gain(level_dba: float | None) -> float:
    """Give the factor of the amplitude for a level: one decibel for each above `CALM_DBA`, in steps, and never less.

    >>> [round(gain(level), 2) for level in (None, 40.0, 56.0, 59.0, 64.0, 90.0)]
    [1.0, 1.0, 1.0, 1.41, 2.82, 2.82]
    """
    if level_dba is None or not level_dba > CALM_DBA:
        return 1.0
    over_db = min(level_dba - CALM_DBA, _MOST_DB)
    return float(10 ** (over_db // _STEP_DB * _STEP_DB / 20))
