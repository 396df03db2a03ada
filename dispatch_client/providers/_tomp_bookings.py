"""The bookings of our trips at an operator: read, found again, committed and cancelled, and never two for one trip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch_client.errors import Ambiguous, DispatchError, Refusal, Refused
from dispatch_client.http import Senseless
from dispatch_client.providers import _tomp_answers as answers
from dispatch_client.providers._tomp_wish import REFERENCE
from dispatch_client.trips import ENDS, Booking, TripStatus

if TYPE_CHECKING:
    from dispatch_client.providers._tomp_answers import Row, Told
    from dispatch_client.providers._tomp_memory import Memory
    from dispatch_client.providers._tomp_operator import Operator

_ALIVE: Final = ("STARTED", "CONFIRMED", "CONDITIONAL_CONFIRMED", "PENDING")
"""States that a booking is looked for in when its id is not known any more, the furthest first."""
_BY_US: Final = frozenset({"double", "another_dispatcher"})
"""Reasons of a cancel that nobody at the box has given."""


class Bookings:
    """Every method raises Refused, Unreachable and Ambiguous."""

    def __init__(self, operator: Operator, memory: Memory) -> None:
        self._operator = operator
        self._memory = memory

    # -- what a trip has there already ---------------------------------------------------------------------------

    def found(self, ref: str) -> Booking | None:
        """Give the booking of an attempt: by the id that this process knows, else by our reference in a list."""
        if self._memory.id_of(ref) is not None:
            return self.named(ref)
        try:
            listed = [told for state in _ALIVE for told in self._operator.bookings(state)]
        except Refused as error:
            if error.refusal is Refusal.RATE_LIMITED:
                raise
            if self._commits_by_itself():
                raise Ambiguous(f"{error}; whether it has the trip is not known") from None
            return None  # it may hold a taxi that was never committed, and lets go of it by itself
        return self._kept([told for told in listed if _ours(told.row, ref) and answers.identity(told.row)])

    def named(self, ref: str) -> Booking | None:
        """Read the booking that this process made for `ref`; None when it made none, or it never arrived."""
        native_id = self._memory.id_of(ref)
        if native_id is None:
            return None
        try:
            told = self._operator.read(native_id)
        except Refused as error:
            if error.refusal is Refusal.NOT_FOUND:
                return None
            raise
        # An offer that nobody has booked may be read, too.
        return None if answers.word(told.row) == "NEW" else self._whole(native_id, told)

    def surely(self, ref: str) -> Booking | None:
        """Read a booking that may have been made just now; whatever hinders it leaves that open."""
        try:
            found = self.named(ref)
        except DispatchError as error:
            raise Ambiguous(f"{error}; whether it has the trip is not known") from None
        return found if found is not None and found.status not in ENDS else None

    def _commits_by_itself(self) -> bool:
        """Tell whether a booking here brings a taxi without a commit, which operators say of themselves."""
        try:
            described = self._operator.meta()
        except (Refused, Senseless):
            return False
        said = [answers.part(row, "processIdentifiers").get("booking") for row in described]
        return any(isinstance(some, list) and "AUTO_COMMIT" in some for some in said)

    def _kept(self, alive: list[Told]) -> Booking | None:
        """The one booking that counts: what is furthest on. Another that is alive is cancelled."""
        if not alive:
            return None
        kept, *doubles = alive
        for told in doubles:
            try:
                self.cancelled(str(told.row["id"]), "double")
            except DispatchError as error:
                if answers.word(told.row) != "PENDING":  # that one ends by itself
                    raise Ambiguous(f"two bookings are alive for one trip, and one resists: {error}") from None
        return self._whole(str(kept.row["id"]), kept)

    # -- one booking ---------------------------------------------------------------------------------------------

    def read(self, native_id: str) -> Booking:
        """Give a booking as it stands, of status UNKNOWN when the answer makes no sense."""
        try:
            return self._whole(native_id, self._operator.read(native_id))
        except Senseless:
            return Booking(native_id, TripStatus.UNKNOWN)

    def committed(self, native_id: str) -> Booking:
        """Commit. What takes no commit is given as it stands: it may be committed already, or over."""
        try:
            told = self._operator.change(native_id, "COMMIT")
        except Senseless:
            return Booking(native_id, TripStatus.UNKNOWN)
        except Refused as error:
            if error.refusal not in {Refusal.CONFLICT, Refusal.NOT_FOUND}:
                raise
            return self._uncommitted(native_id, error)
        return answers.booking(native_id, told) if told else self.read(native_id)

    def _uncommitted(self, native_id: str, error: Refused) -> Booking:
        try:
            found = self.read(native_id)
        except Refused as gone:
            if gone.refusal is Refusal.NOT_FOUND:  # not committed, and not there: no taxi comes of it
                return Booking(native_id, TripStatus.EXPIRED)
            raise
        if found.status is TripStatus.OFFERED:
            raise error
        return found

    def cancelled(self, native_id: str, reason: str) -> Booking:
        """Cancel, and give the booking as it stands then: cancelling twice is refused and no error."""
        self._memory.ending(native_id)
        try:
            told = self._operator.change(native_id, "CANCEL", origin="MP" if reason in _BY_US else "END_USER")
        except Senseless:
            return Booking(native_id, TripStatus.UNKNOWN)
        except Refused as error:
            if error.refusal is not Refusal.CONFLICT:
                raise
            return self.read(native_id)
        return answers.booking(native_id, told, ours=True) if told else self.read(native_id)

    def _whole(self, native_id: str, told: Told) -> Booking:
        """Give a booking with what its leg and its notifications add; neither is worth losing the booking for."""
        booking = answers.booking(native_id, told, self._leg(native_id, told), ours=self._memory.ended_by_us(native_id))
        if booking.status is not TripStatus.DRIVER_ASSIGNED or not self._memory.listens(native_id):
            return booking
        try:
            minutes = answers.eta_minutes(self._operator.notifications(native_id))
        except (Refused, Senseless):
            self._memory.silent(native_id)
            return booking
        except DispatchError:
            return booking
        return answers.with_eta(booking, self._memory.eta_s(native_id, minutes))

    def _leg(self, native_id: str, told: Told) -> Row | None:
        if answers.word(told.row) not in answers.UNDER_WAY:
            return None
        try:
            return self._operator.leg(answers.identity(answers.first_leg(told.row)) or native_id)
        except DispatchError:
            return None


def _ours(row: Row, ref: str) -> bool:
    return ref in (answers.part(row, "extraInfo").get(REFERENCE), answers.part(row, "customer").get("id"))
