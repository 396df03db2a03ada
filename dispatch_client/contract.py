"""The suite that every provider passes: subclass it beside your own tests, and pytest runs it against your adapter.

    from dispatch_client.contract import ProviderContract

    class TestMine(ProviderContract):
        @pytest.fixture
        def street(self) -> Iterator[Street]:
            with MyFakeDispatcher() as street:
                yield street

What is asked of each provider follows from its `capabilities`. pytest is needed for it, and for nothing else here.
"""

from __future__ import annotations

import inspect
import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

import pytest

from dispatch_client.errors import Ambiguous, DispatchError, Refusal, Refused, Unreachable
from dispatch_client.provider import Provider
from dispatch_client.trips import ENDS, Booking, Place, TripRequest, TripStatus

if TYPE_CHECKING:
    from collections.abc import Callable

_S: Final = TripStatus
CANARY: Final = "+12025550177"
"""The passenger's number in `wish`; of the range that is kept for films."""
_HOSTILE: Final = "𠮷\u202e</script>'; DROP TABLE trips; -- \N{TAXI}" + "x" * 4000
_NOTE: Final = "note-canary-5550100"


class Street(Protocol):
    """A dispatcher that the tests have in their hand: the real API on loopback, with somebody who moves the taxis."""

    def provider(self) -> Provider:
        """Give a new adapter that talks to it."""

    def request(self) -> TripRequest:
        """Give a wish that it serves, with a `client_ref` and a telephone number; `wish()` is one in Shanghai."""

    def alive(self, ref: str) -> int:
        """How many bookings made with this reference have not ended, as the dispatcher knows it."""

    def move(self, ref: str, status: TripStatus) -> None:
        """Let the booking of this reference go on until it has this status."""

    def lose_next_reply(self, operation: str) -> None:
        """Carry out the next `create`, `get` or `cancel` and let its answer get lost."""

    def nonsense_next(self, operation: str) -> None:
        """Answer the next `create`, `get` or `cancel` with something that makes no sense."""

    def cut(self) -> None:
        """Nobody listens any more."""


def wish(**changes: object) -> TripRequest:
    """Give a press at a gate in Shanghai, each with a reference of its own."""
    gate = Place("North gate", 31.2366, 121.4297, "By the letter box")
    made = TripRequest(str(uuid.uuid4()), gate, datetime.now(UTC), 7, kiosk_id="0412", contact_phone=CANARY, note=_NOTE)
    return replace(made, **changes)  # type: ignore[arg-type]


class ProviderContract:
    """The tests. Subclass it as `Test...` and give it a fixture `street`."""

    @pytest.fixture
    def street(self) -> Street:
        """The dispatcher behind the provider; yours overrides this."""
        raise NotImplementedError("give your subclass a fixture `street`")

    @pytest.fixture
    def provider(self, street: Street) -> Provider:
        """The adapter under test."""
        return street.provider()

    # -- the port ------------------------------------------------------------------------------------------------

    def test_every_operation_is_there_with_the_parameters_of_the_port(self, provider: Provider) -> None:
        """The courier calls by position and name as the port writes it."""
        assert provider.name
        for name, operation in inspect.getmembers(Provider, inspect.isfunction):
            if not name.startswith("_"):
                theirs = list(inspect.signature(getattr(provider, name)).parameters)
                assert theirs == list(inspect.signature(operation).parameters)[1:], name

    def test_the_payload_is_the_same_bytes_each_time_and_another_for_another_reference(
        self, street: Street, provider: Provider
    ) -> None:
        """The bytes are frozen at the press and sent as they are, perhaps after a restart."""
        request = street.request()
        assert provider.prepare(request, "a-1") == provider.prepare(request, "a-1")
        assert provider.prepare(request, "a-1") != provider.prepare(request, "b-2")

    def test_hostile_words_of_a_place_do_no_harm(self, street: Street, provider: Provider) -> None:
        """Whatever stands in label and note, the create is taken or refused in a sentence."""
        request = street.request()
        pickup = replace(request.pickup, label=_HOSTILE, note=_HOSTILE)
        request = replace(request, pickup=pickup, note=_HOSTILE)
        with suppress(Refused):
            self._create(provider, request)

    def test_it_is_well(self, provider: Provider) -> None:
        """`health` returns while the dispatcher answers and accepts us."""
        provider.health()

    # -- one booking ---------------------------------------------------------------------------------------------

    def test_a_create_makes_one_booking_that_can_be_read(self, street: Street, provider: Provider) -> None:
        """The booking is alive, has a name, and is read under it."""
        request = street.request()
        made = self._create(provider, request)
        assert made.native_id
        assert made.status not in ENDS
        assert street.alive(request.client_ref) == 1
        if provider.capabilities.follows:
            assert provider.get(made.native_id).native_id == made.native_id

    def test_the_same_key_again_is_the_same_booking(self, street: Street, provider: Provider) -> None:
        """Where `idempotent_create` is claimed: five times, one taxi."""
        self._only(provider.capabilities.idempotent_create, "idempotent_create")
        request = street.request()
        payload = provider.prepare(request, request.client_ref)
        names = {provider.create(request.client_ref, payload).native_id for _ in range(5)}
        assert len(names) == 1
        assert street.alive(request.client_ref) == 1

    def test_it_is_found_by_our_reference_and_nothing_else_is(self, street: Street, provider: Provider) -> None:
        """Where `find_by_ref` is claimed."""
        self._only(provider.capabilities.find_by_ref, "find_by_ref")
        request = street.request()
        made = self._create(provider, request)
        found = provider.find_by_ref(request.client_ref)
        assert found is not None
        assert found.native_id == made.native_id
        assert provider.find_by_ref(str(uuid.uuid4())) is None

    def test_a_ride_from_the_first_driver_to_the_door(self, street: Street, provider: Provider) -> None:
        """Each status is told as it is, the plate from the moment a driver is assigned until the end."""
        can = provider.capabilities
        self._only(can.follows, "follows")
        request = street.request()
        native_id = self._create(provider, request).native_id
        if can.needs_confirm:
            street.move(request.client_ref, _S.OFFERED)
            assert provider.get(native_id).status is _S.OFFERED
            assert provider.confirm(native_id).status in {_S.DRIVER_ASSIGNED, _S.UNKNOWN}
        else:
            street.move(request.client_ref, _S.DRIVER_ASSIGNED)
        assigned = provider.get(native_id)
        assert assigned.status is _S.DRIVER_ASSIGNED
        assert assigned.vehicle is not None
        assert assigned.vehicle.plate
        for status in (_S.ARRIVED, _S.IN_PROGRESS, _S.COMPLETED):
            if status is not _S.ARRIVED or can.arrived_state:
                street.move(request.client_ref, status)
                assert provider.get(native_id).status is status

    def test_a_cancel_ends_it_and_a_second_one_is_no_error(self, street: Street, provider: Provider) -> None:
        """The rider has changed their mind, and pressed twice."""
        self._only(provider.capabilities.cancels, "cancels")
        request = street.request()
        native_id = self._create(provider, request).native_id
        provider.cancel(native_id, "changed_my_mind")
        assert street.alive(request.client_ref) == 0
        if provider.capabilities.follows:
            assert provider.get(native_id).status is _S.CANCELLED_BY_RIDER
            provider.cancel(native_id, "changed_my_mind")

    def test_a_booking_that_is_not_there_is_refused_as_such(self, street: Street, provider: Provider) -> None:
        """`get` of a name that nobody gave."""
        self._only(provider.capabilities.follows, "follows")
        street.request()
        with pytest.raises(Refused) as refused:
            provider.get("nobody-made-this")
        assert refused.value.refusal is Refusal.NOT_FOUND

    # -- when it goes wrong --------------------------------------------------------------------------------------

    def test_a_lost_answer_to_a_create_is_ambiguous_and_never_a_second_taxi(
        self, street: Street, provider: Provider
    ) -> None:
        """The one mistake that must not happen: to call it failed, and ask again under another name."""
        request = street.request()
        payload = provider.prepare(request, request.client_ref)
        street.lose_next_reply("create")
        with pytest.raises(Ambiguous):
            provider.create(request.client_ref, payload)
        if provider.capabilities.find_by_ref:
            assert provider.find_by_ref(request.client_ref) is not None
        if provider.capabilities.idempotent_create:
            provider.create(request.client_ref, payload)
        assert street.alive(request.client_ref) == 1

    def test_a_senseless_answer_to_a_create_is_ambiguous(self, street: Street, provider: Provider) -> None:
        """It may have been carried out."""
        request = street.request()
        street.nonsense_next("create")
        with pytest.raises(Ambiguous):
            self._create(provider, request)

    def test_a_senseless_answer_to_a_read_is_no_end(self, street: Street, provider: Provider) -> None:
        """UNKNOWN, or Ambiguous; never a status that somebody guessed."""
        self._only(provider.capabilities.follows, "follows")
        native_id = self._create(provider, street.request()).native_id
        street.nonsense_next("get")
        with suppress(Ambiguous):
            assert provider.get(native_id).status is _S.UNKNOWN

    def test_when_nobody_listens_nothing_was_sent(self, street: Street, provider: Provider) -> None:
        """Unreachable says: sending again is safe. No other error escapes either."""
        request = street.request()
        payload = provider.prepare(request, request.client_ref)
        street.cut()
        calls: list[Callable[[], object]] = [
            lambda: provider.create(request.client_ref, payload),
            provider.health,
        ]
        for call in calls:
            with pytest.raises(Unreachable):
                call()

    def test_no_error_holds_anything_personal(self, street: Street, provider: Provider) -> None:
        """Errors are logged."""
        sentences = []
        for spoil in (street.lose_next_reply, street.nonsense_next, lambda _operation: street.cut()):
            request = replace(street.request(), note=_NOTE)
            phone = (request.contact_phone or CANARY).removeprefix("+")
            spoil("create")
            try:
                self._create(provider, request)
            except DispatchError as error:
                sentences.append(f"{error!r} {error.__cause__!r} {error.__context__ if error.__cause__ else ''}")
        assert sentences
        for sentence in sentences:
            assert phone not in sentence
            assert _NOTE not in sentence

    @staticmethod
    def _create(provider: Provider, request: TripRequest) -> Booking:
        return provider.create(request.client_ref, provider.prepare(request, request.client_ref))

    @staticmethod
    def _only(offered: bool, capability: str) -> None:
        if not offered:
            pytest.skip(f"its capabilities do not say {capability}")
