"""What a person agreed to, to which words, and what follows: nothing is kept or shared without it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kiosk.residents.faults import Problem, Wrong
from kiosk.residents.people import Need

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from kiosk.residents.people import Details


class Purpose(StrEnum):
    """What is agreed to; each is asked for by itself and none is ticked beforehand."""

    REGISTRATION = "registration"
    """Being remembered at all: name, number, card, places."""
    NEEDS = "needs"
    """Sensitive: wheelchair, walker, slow, hard of hearing, blind."""
    SHARING = "sharing"
    """The dispatcher and the driver get the number and, with `NEEDS`, what the driver must know."""
    FAMILY = "family"
    """The emergency contact is told of rides: ordered, in the taxi, not served."""
    CONTACT = "contact"
    """The emergency contact's own: to be named here with their number."""


class Giver(StrEnum):
    """Who consented."""

    RESIDENT = "resident"
    REPRESENTATIVE = "representative"
    """Somebody who may decide for the resident; `authority` says by what."""
    CONTACT = "contact"
    """The emergency contact, for themselves."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent as it was given."""

    purpose: Purpose
    notice: str
    """Version of the notice that was shown and spoken."""
    given_by: Giver
    given_at: datetime
    recorded_by: str
    """Id of the caretaker."""
    authority: str = ""
    """What entitles a representative: `guardianship seen`."""
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A consent that is being recorded now; by whom and when the registry adds."""

    purpose: Purpose
    notice: str
    given_by: Giver = Giver.RESIDENT
    authority: str = ""
    given_at: datetime | None = None
    """When it was on paper earlier; None: now."""


_WORDS: Final = {
    Purpose.REGISTRATION: "expected the consent to be registered; show and read out the notice and ask for it",
    Purpose.NEEDS: "expected the consent to keep needs, which are sensitive; ask for it, or leave the needs empty",
    Purpose.CONTACT: "expected the contact's own consent; ask that person, or leave the contact empty",
    Purpose.FAMILY: "expected somebody to tell: add an emergency contact first",
}


def wanting(details: Details, purposes: Collection[Purpose]) -> tuple[Problem, ...]:
    """Tell which consents are wanting for these details."""
    needed = [Purpose.REGISTRATION]
    needed += [Purpose.NEEDS] if details.needs else []
    needed += [Purpose.CONTACT] if details.contact else []
    lacking = [purpose for purpose in needed if purpose not in purposes]
    if Purpose.FAMILY in purposes and details.contact is None:
        lacking.append(Purpose.FAMILY)
    return tuple(Problem(f"consent.{purpose}", Wrong.CONSENT, _WORDS[purpose]) for purpose in lacking)


def unfit(agreed: Iterable[Agreed]) -> tuple[Problem, ...]:
    """Tell which consents were not given by whom they must be, or to no notice."""
    problems = []
    for one in agreed:
        field = f"consent.{one.purpose}"
        if (one.purpose is Purpose.CONTACT) != (one.given_by is Giver.CONTACT):
            who = "the contact" if one.purpose is Purpose.CONTACT else "the resident or a representative"
            problems.append(Problem(field, Wrong.CONSENT, f"expected it to be given by {who}; ask that person"))
        if one.given_by is Giver.REPRESENTATIVE and not one.authority.strip():
            problems.append(
                Problem(field, Wrong.CONSENT, "expected what entitles the representative; write which paper was seen")
            )
        if not one.notice.strip():
            problems.append(Problem(field, Wrong.CONSENT, "expected the version of the notice that was shown"))
    return tuple(problems)


def without(details: Details, purpose: Purpose) -> Details:
    """Give the details without what may not be kept once this consent is withdrawn."""
    if purpose is Purpose.NEEDS:
        return replace(details, needs=frozenset())
    if purpose is Purpose.CONTACT:
        return replace(details, contact=None)
    return details


FOLLOWING: Final = {Purpose.CONTACT: Purpose.FAMILY}
"""Who withdraws the first withdraws the second: without a contact there is nobody to tell."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What may go into a request to a dispatcher."""

    phone: str | None = None
    wheelchair: bool = False
    needs: frozenset[Need] = frozenset()


def shared(details: Details, purposes: Collection[Purpose]) -> Shared:
    """Give what the dispatcher may know of a resident: nothing at all without the consent to share."""
    if Purpose.SHARING not in purposes:
        return Shared()
    needs = details.needs if Purpose.NEEDS in purposes else frozenset()
    return Shared(details.phone or None, Need.WHEELCHAIR in needs, needs)
