"""What goes to a TOMP-API operator, held against the specification: who we are, what is asked for, what is booked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fake_operator import KEY, MAAS_ID, FakeOperator, wish
from fake_operator_world import Taxi
from tomp_desk import posted, press, refusal_of, refused

from dispatch_client.errors import Refusal, Refused
from dispatch_client.provider import Estimate
from dispatch_client.providers import load
from dispatch_client.providers.tomp import TompProvider
from dispatch_client.trips import Booking, Place, TripStatus

if TYPE_CHECKING:
    from dispatch_client.provider import Provider

S = TripStatus


def test_it_is_installed_by_name_and_says_what_it_was_checked_against() -> None:
    made: Provider = load("tomp")(url="http://127.0.0.1:9", token=KEY, name="tomp", maas_id=MAAS_ID)
    can = made.capabilities
    assert (can.needs_confirm, can.find_by_ref, can.later, can.passenger_coming) == (True, True, True, True)
    assert (can.idempotent_create, can.push, can.arrived_state, can.widen) == (False, False, False, False)
    module = TompProvider.__module__
    assert "checked against the specification, not against a live operator" in str(
        __import__(module, fromlist="x").__doc__
    )


@pytest.mark.parametrize(
    ("settings", "header"),
    [
        ({"token": KEY}, ("Authorization", f"Bearer {KEY}")),
        ({"api_key": KEY}, ("X-API-Key", KEY)),
        ({"token": KEY, "auth": "api_key"}, ("X-API-Key", KEY)),
        ({"token": KEY, "auth": "basic"}, ("Authorization", f"Basic {KEY}")),
        ({"token": KEY, "addressed_to": "taxis-of-the-town"}, ("Addressed-To", "taxis-of-the-town")),
    ],
)
def test_who_we_are_is_sent_as_the_operator_wants_it(
    operator: FakeOperator, settings: dict[str, str], header: tuple[str, str]
) -> None:
    operator.header = header
    made = TompProvider(operator.url, maas_id=MAAS_ID, **settings)
    made.health()
    made.close()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"maas_id": MAAS_ID}, "its token must be visible"),
        ({"token": "with space", "maas_id": MAAS_ID}, "its token must be visible"),
        ({"token": KEY, "api_key": "other-key", "maas_id": MAAS_ID}, "expected one of them"),
        ({"token": KEY}, "option maas_id"),
        ({"token": KEY, "maas_id": 7}, "option maas_id"),
        ({"token": KEY, "maas_id": "a b"}, "option maas_id"),
        ({"token": KEY, "maas_id": MAAS_ID, "auth": "digest"}, "expected one of bearer, basic, api_key"),
        ({"token": KEY, "maas_id": MAAS_ID, "addressed_to": "a\nb"}, "option addressed_to"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_and_no_secret_shown(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        TompProvider("http://127.0.0.1:9", **settings)
    assert not any(str(settings.get(key)) in str(caught.value) for key in ("token", "api_key") if key in settings)


def test_plain_http_goes_to_this_machine_alone() -> None:
    with pytest.raises(ValueError, match="https"):
        TompProvider("http://operator.example", KEY, maas_id=MAAS_ID)


def test_the_soonest_taxi_is_booked_with_our_reference_and_nobodys_data(
    operator: FakeOperator, tomp: TompProvider
) -> None:
    request = wish(note="Please ring at the desk")
    booking = press(tomp, request)
    (ride,) = operator.rides
    assert (booking.native_id, booking.status, booking.native_status) == (ride.id, S.OFFERED, "PENDING/NOT_STARTED")
    assert ride.taxi.name == "near"
    assert posted(operator, "/planning/offers") == [
        {
            "from": {
                "coordinates": {"lat": 52.0907, "lng": 5.1214},
                "name": "Residence Lindenhof, 25 Lindenlaan, Please ring at the desk",
            },
            "nrOfTravelers": 1,
        }
    ]
    assert posted(operator, "/bookings") == [{"id": ride.id, "extraInfo": {"clientRef": request.client_ref}}]


def test_data_goes_to_an_operator_that_asks_for_it_and_to_no_other(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.taxis = [Taxi("one", asks=("FROM_ADDRESS", "PHONE_NUMBERS"))]
    request = wish()
    press(tomp, request)
    (sent,) = posted(operator, "/bookings")
    assert sent["customer"] == {
        "id": request.client_ref,
        "phones": [{"number": "+12025550123", "preferred": True}],
    }
    assert sent["from"]["name"] == "Residence Lindenhof, 25 Lindenlaan"
    assert "to" not in sent


def test_the_dropoff_the_passengers_and_the_wheelchair_are_told(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.taxis = [Taxi("small"), Taxi("large", 900, seats=6, wheelchair=True), Taxi("plain", 300, seats=6)]
    press(tomp, wish(passengers=5, wheelchair=True, dropoff=Place("Hospital", 52.0852, 5.1789)))
    (sent,) = posted(operator, "/planning/offers")
    assert sent["to"] == {"coordinates": {"lat": 52.0852, "lng": 5.1789}, "name": "Hospital"}
    assert sent["nrOfTravelers"] == 5
    assert sent["travelers"] == [{"requirements": {"abilities": [{"category": "HR", "number": "01"}]}}]
    assert operator.rides[0].taxi.name == "large"


@pytest.mark.parametrize(("lat", "lon"), [(-33.8688, 151.2093), (40.7128, -74.006), (0.0, 0.0)])
def test_the_other_half_of_the_world_has_coordinates_too(
    operator: FakeOperator, tomp: TompProvider, lat: float, lon: float
) -> None:
    press(tomp, wish(pickup=Place("", lat, lon)))
    assert posted(operator, "/planning/offers")[0]["from"] == {"coordinates": {"lat": lat, "lng": lon}}


def test_a_ride_ahead_of_its_time_names_the_time_and_is_no_taxi_on_its_way(
    operator: FakeOperator, tomp: TompProvider
) -> None:
    at = datetime.fromtimestamp(operator.now, UTC).astimezone() + timedelta(days=2)
    native_id = press(tomp, wish(pickup_at=at)).native_id
    assert datetime.fromisoformat(posted(operator, "/planning/offers")[0]["departureTime"]) == at
    assert tomp.confirm(native_id).status is S.REQUESTED
    assert tomp.get(native_id) == Booking(native_id, S.REQUESTED, "CONFIRMED/NOT_STARTED")
    operator.now += 2 * 86400 - 600
    assert (tomp.get(native_id).status, tomp.get(native_id).eta_s) == (S.DRIVER_ASSIGNED, 600)


@pytest.mark.parametrize("hours", [-3, 3])
def test_an_offer_at_another_time_is_no_answer_to_the_wish(
    operator: FakeOperator, tomp: TompProvider, hours: float
) -> None:
    operator.taxis = [Taxi("late", hours * 3600)]
    assert refusal_of(lambda: press(tomp)) is Refusal.NO_DRIVERS
    assert operator.rides == []


def test_nothing_but_a_taxi_is_taken_and_an_operator_that_names_no_class_has_only_taxis(
    operator: FakeOperator, tomp: TompProvider
) -> None:
    operator.taxis = [Taxi("bike", 60, asset_class="BICYCLE"), Taxi("rental", 60, asset_class="CAR")]
    assert refusal_of(lambda: press(tomp)) is Refusal.NO_DRIVERS
    operator.add(Taxi("some car", 900, asset_class=None))
    press(tomp)
    assert operator.rides[0].taxi.name == "some car"


@pytest.mark.parametrize(
    ("asks", "conditions"),
    [
        (("BIRTHDATE",), ()),
        (("PHONE_NUMBERS", "NAME"), ()),
        (("TO_ADDRESS",), ()),
        ((), ("conditionDeposit",)),
        ((), ("conditionUpfrontPayment",)),
        ((), ("conditionRequireOnboardingSteps",)),
        ((), ("conditionOfTomorrow",)),
    ],
)
def test_what_a_box_cannot_give_is_not_promised(
    operator: FakeOperator, tomp: TompProvider, asks: tuple[str, ...], conditions: tuple[str, ...]
) -> None:
    operator.taxis = [Taxi("one", 60, asks=asks, conditions=conditions)]
    error = refused(lambda: press(tomp))
    assert error.refusal is Refusal.INVALID_REQUEST
    assert "something that a box cannot give" in str(error)
    operator.add(Taxi("two", 900, conditions=("conditionPayWhenFinished", "conditionPostponedCommit")))
    press(tomp)
    assert [ride.taxi.name for ride in operator.rides] == ["two"]


@pytest.mark.parametrize("given", [None, "", "not a phone", "112", "0612345678", "\ud800"])
def test_a_number_to_call_that_is_missing_is_told_to_the_staff(
    operator: FakeOperator, tomp: TompProvider, given: str | None
) -> None:
    operator.taxis = [Taxi("one", asks=("PHONE_NUMBERS",))]
    error = refused(lambda: press(tomp, wish(contact_phone=given)))
    assert error.refusal is Refusal.INVALID_REQUEST
    assert "contact_phone in [dispatch]" in str(error)
    assert not given or given not in str(error)


def test_the_stored_bytes_are_the_same_every_time(tomp: TompProvider) -> None:
    request = wish(dropoff=Place("Hospital", 52.0852, 5.1789), note="slow \ud800")
    assert tomp.prepare(request, request.client_ref) == tomp.prepare(request, request.client_ref)


def test_an_estimate_holds_nothing(operator: FakeOperator, tomp: TompProvider) -> None:
    assert tomp.estimate(wish()) == Estimate(240, "≈ 12.5 EUR")
    assert operator.rides == []
    assert [path for _, path, _ in operator.log] == ["/planning/inquiries"]
    operator.taxis = []
    assert tomp.estimate(wish()) == Estimate()


@pytest.mark.parametrize("missing", [set(), {"ping"}])
def test_health_asks_for_no_taxi(operator: FakeOperator, tomp: TompProvider, missing: set[str]) -> None:
    operator.missing = missing
    tomp.health()
    assert {path for _, path, _ in operator.log} <= {"/operator/ping", "/operator/meta"}


def test_what_is_not_offered_says_so(tomp: TompProvider) -> None:
    with pytest.raises(Refused, match="how far away"):
        tomp.widen("any")
