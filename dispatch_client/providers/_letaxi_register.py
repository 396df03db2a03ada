"""The register's five requests, each of which gives what its API describes or raises what its answer means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from dispatch_client.http import Http, Limits, Senseless
from dispatch_client.providers import _answers
from dispatch_client.providers import _letaxi_answers as answers
from dispatch_client.providers._canonical import canonical
from dispatch_client.providers._letaxi_refusals import Step, judged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_client.providers._letaxi_answers import Row, Taxi
    from dispatch_client.trips import Booking

_MAKES_MOST: Final = 500


class Register:
    """Speaks with one register. Every method raises Refused, Unreachable, and Ambiguous with its kinds.

    `Senseless` is an answer that the API does not describe, `Down` one that says that the server cannot work.
    """

    def __init__(self, url: str, key: str, *, ca_file: str | None, limits: Limits | None) -> None:
        # X-Version is what its documents send; the present servers do without.
        headers = {"X-Api-Key": key, "X-Version": "3", "Accept": "application/json", "Content-Type": "application/json"}
        self._http = Http(url, headers=headers, limits=limits, ca_file=ca_file)
        self._makes: dict[str, tuple[str, str]] = {}

    def taxis(self, lon: float, lat: float) -> list[Taxi]:
        """Give the free taxis within about 500 m, nearest first."""
        found = answers.taxis(self._answer("GET", "/taxis", Step.SEARCH, {"lon": f"{lon:.6f}", "lat": f"{lat:.6f}"}))
        if found is None:
            raise Senseless("le.taxi: looking for taxis was answered without a list of taxis")
        if len(self._makes) > _MAKES_MOST:
            self._makes.clear()
        self._makes.update({taxi.id: (taxi.make, taxi.model) for taxi in found})
        return found

    def hails(self, ref: str) -> list[Row]:
        """Give every hail of one customer reference, newest first; one just made may be missing for some 50 ms."""
        found = answers.rows(self._answer("GET", "/hails/", Step.LOOK_UP, {"customer_id": ref}))
        mine = [row for row in found or [] if row.get("customer_id") == ref and _answers.native_id(row)]
        if found is None or (found and not mine):
            raise Senseless("le.taxi: looking up a hail was answered with something else than our hails")
        return mine

    def hail(self, members: Mapping[str, object]) -> Row:
        """Make a hail. Whatever it raises but Refused and Unreachable, there may be one."""
        row = self._one("POST", "/hails/", Step.CREATE, members)
        if _answers.native_id(row) is None or row.get("customer_id") != members["customer_id"]:
            raise Senseless("le.taxi: hailing a taxi was answered with something that is not our hail")
        return row

    def read(self, native_id: str) -> Row:
        """Read a hail."""
        return _same(native_id, self._one("GET", _path(native_id), Step.READ))

    def change(self, native_id: str, **members: str) -> Row:
        """Change members of a hail. Raises Refused(CONFLICT) when its status does not allow that."""
        return _same(native_id, self._one("PUT", _path(native_id), Step.CHANGE, members))

    def booking(self, row: Row) -> Booking:
        """Give a hail as a booking, with the make of its taxi if a search of this process told it."""
        return answers.booking(str(row["id"]), row, self._makes)

    def close(self) -> None:
        """Give connections back."""
        self._http.close()

    def _one(self, method: str, path: str, step: Step, members: Mapping[str, Any] | None = None) -> Row:
        body = None if members is None else canonical({"data": [members]})
        found = answers.rows(self._answer(method, path, step, body=body))
        if not found:
            raise Senseless(f"le.taxi: {step.value} was answered without a hail")
        return found[0]

    def _answer(
        self, method: str, path: str, step: Step, query: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> bytes:
        reply = self._http.exchange(method, path, query=query, body=body)
        if reply.status not in {200, 201}:
            raise judged(reply, step)
        return reply.body


def _same(native_id: str, row: Row) -> Row:
    if _answers.native_id(row) != native_id:
        raise Senseless("le.taxi: a hail was answered with another one")
    return row


def _path(native_id: str) -> str:
    return f"/hails/{quote(native_id, safe='')}"
