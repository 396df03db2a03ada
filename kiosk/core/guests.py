"""What the box knows of somebody whose card it knows: how to speak to them, and what their driver must know."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from kiosk.core.words import words

if TYPE_CHECKING:
    from dispatch_client.trips import TripRequest
    from kiosk.core.state import State


class Need(StrEnum):
    """What a driver or the box must know to serve somebody."""

    WHEELCHAIR = "wheelchair"
    WALKER = "walker"
    SLOW = "slow"
    HARD_OF_HEARING = "hard_of_hearing"
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class Guest:
    """A resident as far as this visit needs it and they have agreed to. Nothing of it shows by accident."""

    language: str = field(default="", repr=False)
    """Empty: the box's own."""
    volume: float = field(default=1.0, repr=False)
    """Factor of the box's own loudness."""
    keys: bool = field(default=False, repr=False)
    """Does not see the glass: whatever can be done is told."""
    phone: str | None = field(default=None, repr=False)
    """E.164, where they agreed that the driver gets it."""
    needs: frozenset[Need] = field(default=frozenset(), repr=False)
    """Those that they agreed to tell the driver."""
    pickup: str = field(default="", repr=False)
    """Where they like to be picked up, in words for the driver."""


def met(state: State, guest: Guest) -> State:
    """The box speaks to this person in their language, as loudly as they need it, until the visit ends."""
    language = guest.language if guest.language in state.box.languages else state.language
    comfort = replace(state.comfort, base=guest.volume)
    return replace(state, language=language, comfort=comfort, keys=state.keys or guest.keys)


def fitted(request: TripRequest, guest: Guest, language: str) -> TripRequest:
    """The wish with what the driver must know; `language` is the one drivers read here."""
    say = words(language)
    told = {
        Need.WALKER: say("Uses a walker."),
        Need.SLOW: say("Walks slowly, please wait."),
        Need.HARD_OF_HEARING: say("Hard of hearing, please wave."),
        Need.BLIND: say("Does not see, please come to the passenger."),
    }
    note = [guest.pickup, *(words_ for need, words_ in told.items() if need in guest.needs)]
    return replace(
        request,
        contact_phone=guest.phone or request.contact_phone,
        wheelchair=Need.WHEELCHAIR in guest.needs,
        note=" ".join(part for part in note if part),
    )
