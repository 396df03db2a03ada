"""The Hail API provider against the sandbox: a real server, real taxis of bits."""

from __future__ import annotations

import json
import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from dispatch_client.errors import Ambiguous, Refusal, Refused, Unreachable
from dispatch_client.http import Limits
from dispatch_client.provider import Estimate
from dispatch_client.providers import UnknownProviderError, load, names
from dispatch_client.providers.hail_api import HailApiProvider
from dispatch_client.sandbox import Behaviour, Sandbox
from dispatch_client.sandbox.contract import Contract
from dispatch_client.trips import Booking, Place, TripRequest, TripStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dispatch_client.provider import Provider

GATE = Place("East gate", 31.2304, 121.4737, "By the letter box")
S = TripStatus


def wish(**changes: object) -> TripRequest:
    request = TripRequest(str(uuid.uuid4()), GATE, datetime(2026, 3, 2, 9, 30, tzinfo=UTC), 7, kiosk_id="0412")
    return replace(request, **changes)  # type: ignore[arg-type]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(speed=0) as running:
        yield running


@pytest.fixture
def provider(sandbox: Sandbox) -> Iterator[HailApiProvider]:
    made = HailApiProvider(sandbox.url, sandbox.token, limits=Limits(read_s=0.5), quiet_s=5)
    yield made
    made.close()


def press(provider: Provider, request: TripRequest | None = None) -> tuple[str, bytes, Booking]:
    request = request or wish()
    payload = provider.prepare(request, request.client_ref)
    return request.client_ref, payload, provider.create(request.client_ref, payload)


def ride_to(sandbox: Sandbox, status: TripStatus) -> None:
    """Let time pass until the first trip has this status."""
    for _ in range(1000):
        if sandbox.trips()[0]["status"] == status:
            return
        sandbox.advance(1)
    raise AssertionError(f"never {status}: {sandbox.trips()[0]}")


def test_it_keeps_to_the_port() -> None:
    made: Provider = HailApiProvider("http://127.0.0.1:9", "token")
    assert made.capabilities.idempotent_create
    assert made.capabilities.push


def test_a_trip_is_taken(provider: HailApiProvider, sandbox: Sandbox) -> None:
    ref, _, booking = press(provider)
    (trip,) = sandbox.trips()
    assert (booking.native_id, booking.status, booking.revision) == (trip["id"], S.REQUESTED, 1)
    assert (trip["client_ref"], trip["boarding_number"], trip["kiosk_id"]) == (ref, 7, "0412")
    assert trip["pickup"] == {"label": "East gate", "lat": 31.2304, "lon": 121.4737, "note": "By the letter box"}


def test_the_same_press_twice_is_one_trip(provider: HailApiProvider, sandbox: Sandbox) -> None:
    ref, payload, first = press(provider)
    sandbox.advance(30)
    again = provider.create(ref, payload)
    assert again.native_id == first.native_id
    assert again.status == S.DRIVER_ASSIGNED
    assert len(sandbox.trips()) == 1


def test_the_same_press_from_many_threads_is_one_trip(provider: HailApiProvider, sandbox: Sandbox) -> None:
    request = wish()
    payload = provider.prepare(request, request.client_ref)
    got: list[str] = []
    threads = [
        threading.Thread(target=lambda: got.append(provider.create(request.client_ref, payload).native_id))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert got == [sandbox.trips()[0]["id"]] * 8
    assert len(sandbox.trips()) == 1


def test_the_key_of_another_trip_is_a_conflict(provider: HailApiProvider, sandbox: Sandbox) -> None:
    ref, payload, _ = press(provider)
    other = provider.prepare(wish(boarding_number=8), ref)
    with pytest.raises(Refused) as caught:
        provider.create(ref, other)
    assert caught.value.refusal is Refusal.CONFLICT
    with pytest.raises(Refused) as caught:
        provider.create(str(uuid.uuid4()), payload)
    assert caught.value.refusal is Refusal.CONFLICT
    assert len(sandbox.trips()) == 1


@pytest.mark.parametrize(
    "spoil", [Sandbox.lose_next_reply, Sandbox.garbage_next, Sandbox.hang_next, Sandbox.half_answer_next]
)
def test_a_lost_reply_and_the_same_key_again_give_the_same_trip(
    provider: HailApiProvider, sandbox: Sandbox, spoil: Callable[[Sandbox], None]
) -> None:
    request = wish()
    payload = provider.prepare(request, request.client_ref)
    spoil(sandbox)
    with pytest.raises(Ambiguous):
        provider.create(request.client_ref, payload)
    (trip,) = sandbox.trips()
    assert provider.create(request.client_ref, payload).native_id == trip["id"]
    found = provider.find_by_ref(request.client_ref)
    assert found is not None
    assert found.native_id == trip["id"]
    assert len(sandbox.trips()) == 1


def test_a_network_that_is_down_is_unreachable_and_comes_back(provider: HailApiProvider, sandbox: Sandbox) -> None:
    provider.health()
    sandbox.cut()
    with pytest.raises(Unreachable):
        press(provider)
    assert sandbox.trips() == []
    sandbox.restore()
    press(provider)
    assert len(sandbox.trips()) == 1


def test_an_unknown_reference_is_none_and_an_unknown_trip_is_not_found(provider: HailApiProvider) -> None:
    assert provider.find_by_ref(str(uuid.uuid4())) is None
    with pytest.raises(Refused) as caught:
        provider.get("t-nothing")
    assert caught.value.refusal is Refusal.NOT_FOUND


def test_a_taxi_comes_with_all_that_a_person_needs_to_know(provider: HailApiProvider, sandbox: Sandbox) -> None:
    _, _, booking = press(provider)
    sandbox.advance(30)
    found = provider.get(booking.native_id)
    assert found.status is S.DRIVER_ASSIGNED
    assert found.vehicle is not None
    assert found.vehicle.plate.startswith("沪A·")
    assert found.driver is not None
    assert found.driver.name.endswith("师傅")
    assert found.eta_s is not None
    assert 0 < found.eta_s < 600
    assert found.drivers_notified == 5


def test_cancelling_twice_is_no_error_but_an_ended_trip_is_a_conflict(
    provider: HailApiProvider, sandbox: Sandbox
) -> None:
    _, _, booking = press(provider)
    for _ in range(2):
        assert provider.cancel(booking.native_id, "changed_my_mind").status is S.CANCELLED_BY_RIDER
    assert sandbox.trips()[0]["cancel_reason"] == "changed_my_mind"
    with pytest.raises(Refused) as caught:
        provider.confirm(booking.native_id)
    assert caught.value.refusal is Refusal.CONFLICT


@pytest.mark.parametrize(
    ("reason", "sent"),
    [
        ("not_there", "not_there"),
        ("Rider", "rider"),
        ("because I want", "other"),
        ("", "other"),
        ("é", "other"),
        ("_x", "other"),
        ("a" * 99, "a" * 64),
    ],
)
def test_a_reason_is_always_one_word(provider: HailApiProvider, sandbox: Sandbox, reason: str, sent: str) -> None:
    _, _, booking = press(provider)
    provider.cancel(booking.native_id, reason)
    assert sandbox.trips()[0]["cancel_reason"] == sent


def test_an_offer_is_confirmed(provider: HailApiProvider, sandbox: Sandbox) -> None:
    sandbox.behaviour = Behaviour.OFFERS
    _, _, booking = press(provider)
    sandbox.advance(21)
    assert provider.get(booking.native_id).status is S.OFFERED
    for _ in range(2):
        assert provider.confirm(booking.native_id).status is S.DRIVER_ASSIGNED


def test_the_driver_is_told_that_the_passenger_comes_or_sees_no_taxi(
    provider: HailApiProvider, sandbox: Sandbox
) -> None:
    _, _, booking = press(provider)
    with pytest.raises(Refused) as caught:
        provider.passenger_coming(booking.native_id)
    assert caught.value.refusal is Refusal.CONFLICT
    ride_to(sandbox, S.ARRIVED)
    assert provider.passenger_coming(booking.native_id).status is S.ARRIVED
    assert sandbox.trips()[0]["passenger_coming"] is True
    provider.passenger_coming(booking.native_id, can_see_taxi=False)
    assert sandbox.trips()[0]["passenger_coming"] is False


def test_an_estimate_is_asked_for_without_asking_for_a_trip(provider: HailApiProvider, sandbox: Sandbox) -> None:
    assert provider.estimate(wish()) == Estimate(200, "¥14-18")
    sandbox.behaviour = Behaviour.NO_TAXIS
    assert provider.estimate(wish()) == Estimate(None, "")
    assert sandbox.trips() == []


def test_health_says_whether_we_are_accepted(provider: HailApiProvider, sandbox: Sandbox) -> None:
    provider.health()
    stranger = HailApiProvider(sandbox.url, "wrong")
    with pytest.raises(Refused) as caught:
        stranger.health()
    stranger.close()
    assert caught.value.refusal is Refusal.AUTH


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ("rider-blocked", Refusal.RIDER_BLOCKED),
        ("out-of-area", Refusal.OUT_OF_AREA),
        ("no-drivers", Refusal.NO_DRIVERS),
        ("rate-limited", Refusal.RATE_LIMITED),
        ("not-taken", Refusal.UNAVAILABLE),
        ("forbidden", Refusal.AUTH),
        ("invalid-request", Refusal.INVALID_REQUEST),
    ],
)
def test_each_problem_type_has_its_meaning(
    provider: HailApiProvider, sandbox: Sandbox, kind: str, refusal: Refusal
) -> None:
    sandbox.refuse_next(kind)
    with pytest.raises(Refused) as caught:
        press(provider)
    assert caught.value.refusal is refusal
    assert (caught.value.retry_after_s == 5) is (kind in {"rate-limited", "not-taken"})
    assert sandbox.trips() == []


def test_the_bytes_of_a_press_never_change_and_are_what_the_description_asks_for(provider: HailApiProvider) -> None:
    request = wish(
        pickup=Place("x" * 900, -33.9, 18.4, "n" * 900), dropoff=GATE, note="王" * 900, contact_phone="+442079460123"
    )
    payload = provider.prepare(request, request.client_ref)
    assert payload == provider.prepare(replace(request), request.client_ref)
    contract = Contract()
    sent = contract.body(contract.operations["createTrip"], payload)
    assert sent["dropoff"]["label"] == "East gate"
    assert len(sent["note"]) == 500
    assert json.loads(payload) == sent


def test_text_that_cannot_be_written_does_not_stop_a_press(provider: HailApiProvider, sandbox: Sandbox) -> None:
    press(provider, wish(note="half a sign: \ud83d"))
    assert sandbox.trips()[0]["note"] == "half a sign: ?"


class Follower:
    """Follows on a thread and waits for what a test expects."""

    def __init__(self, provider: HailApiProvider) -> None:
        self.stop = threading.Event()
        self.news: list[tuple[str, Booking]] = []
        self.error: Exception | None = None
        self._came = threading.Condition()
        self._provider = provider
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._provider.follow(self._take, self.stop)
        except Exception as error:  # noqa: BLE001 - handed to the test
            self.error = error

    def _take(self, ref: str, booking: Booking) -> None:
        with self._came:
            self.news.append((ref, booking))
            self._came.notify_all()

    def until(self, status: TripStatus) -> Booking:
        with self._came:
            assert self._came.wait_for(lambda: any(b.status is status for _, b in self.news), 10), self.news
        return next(b for _, b in self.news if b.status is status)

    def join(self) -> None:
        self._thread.join(10)
        assert not self._thread.is_alive()


def test_news_is_pushed_with_our_reference(provider: HailApiProvider, sandbox: Sandbox) -> None:
    follower = Follower(provider)
    ref, _, booking = press(provider)
    sandbox.advance(30)
    pushed = follower.until(S.DRIVER_ASSIGNED)
    assert pushed.vehicle == provider.get(booking.native_id).vehicle
    assert {told for told, _ in follower.news} == {ref}
    follower.stop.set()
    follower.join()
    assert follower.error is None


def test_after_a_cut_the_news_goes_on_where_it_broke(provider: HailApiProvider, sandbox: Sandbox) -> None:
    first = Follower(provider)
    press(provider)
    first.until(S.REQUESTED)
    sandbox.cut()
    first.join()
    assert isinstance(first.error, Unreachable)
    sandbox.advance(30)  # the driver is found while nobody listens
    sandbox.restore()
    second = Follower(provider)
    second.until(S.DRIVER_ASSIGNED)
    second.stop.set()
    second.join()
    told = [booking.revision for _, booking in first.news + second.news]
    assert told == sorted(set(told))  # type: ignore[type-var]
    assert told[0] == 1
    assert told[-1] == sandbox.trips()[0]["revision"]
    assert told == list(range(1, len(told) + 1))


def test_who_follows_for_the_first_time_hears_how_each_trip_stands(provider: HailApiProvider, sandbox: Sandbox) -> None:
    refs = [press(provider)[0] for _ in range(3)]
    provider.cancel(press(provider)[2].native_id, "staff")
    sandbox.advance(30)
    follower = Follower(provider)
    sandbox.advance(60)
    follower.until(S.DRIVER_ASSIGNED)
    follower.stop.set()
    follower.join()
    assert [ref for ref, _ in follower.news][:3] == refs
    assert all(booking.status is S.DRIVER_ASSIGNED for _, booking in follower.news[:3])


def test_the_stream_says_when_the_token_is_not_accepted(sandbox: Sandbox) -> None:
    stranger = HailApiProvider(sandbox.url, "wrong")
    follower = Follower(stranger)
    follower.join()
    stranger.close()
    assert isinstance(follower.error, Refused)
    assert follower.error.refusal is Refusal.AUTH


def test_a_stream_without_signs_of_life_is_unreachable() -> None:
    with Sandbox(speed=0, heartbeat_s=30) as mute:
        impatient = HailApiProvider(mute.url, mute.token, quiet_s=0.3)
        follower = Follower(impatient)
        follower.join()
        impatient.close()
    assert isinstance(follower.error, Unreachable)


def test_signs_of_life_keep_a_silent_stream() -> None:
    with Sandbox(speed=0, heartbeat_s=0.1) as calm:
        patient = HailApiProvider(calm.url, calm.token, quiet_s=0.5)
        follower = Follower(patient)
        assert not follower.stop.wait(0.8)
        assert follower.error is None
        press(patient)
        follower.until(S.REQUESTED)
        follower.stop.set()
        follower.join()
        patient.close()


def test_providers_are_found_by_name() -> None:
    assert load("hail_api") is HailApiProvider
    assert "hail_api" in names()
    with pytest.raises(
        UnknownProviderError, match=r"dispatch provider 'yellow' is not installed; installed are: .*hail_api"
    ):
        load("yellow")


@pytest.mark.parametrize("token", ["", "two words", "new\nline", "tab\t", "schlüssel"])
def test_a_token_that_cannot_be_sent_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(ValueError, match="dispatcher 'hail_api': its token must be visible ASCII") as caught:
        HailApiProvider("http://127.0.0.1:9", token)
    assert not token or token not in str(caught.value)
