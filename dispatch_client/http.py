"""Every exchange with a dispatcher ends in time and says truly whether the dispatcher may have the trip."""

from __future__ import annotations

import json
import math
import threading
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from dispatch_client._addresses import checked_ca_file, checked_url
from dispatch_client._sockets import POOLS, this_exchange
from dispatch_client.errors import Ambiguous, DispatchError, Refusal, Refused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

AUTHORITIES: Final = DEFAULT_CA_BUNDLE_PATH
"""File of the authorities whose certificates are accepted, where no `ca_file` is given."""
_CHUNK: Final = 16 * 1024
_RETRY_AFTER_MAX_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how large one exchange may be. Seconds and bytes.

    `connect_s` counts for each address that the host's name has. `total_s` runs from the call to the last byte of the
    answer; when connecting alone took longer, nothing is sent. Only the look-up of the name is outside of both: the C
    library cannot be interrupted there. `idle_s`: a connection that rested longer is not used again, so that a request
    seldom meets a server that is just closing it (a common default of servers is 5 s).
    """

    connect_s: float = 3.0
    read_s: float = 10.0
    total_s: float = 15.0
    body_bytes: int = 256 * 1024
    idle_s: float = 4.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came: status, headers (any case) and at most `Limits.body_bytes` of body."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Senseless(Ambiguous):
    """An answer came whole, and it is not what the API describes: a web page, broken JSON, another shape."""


class _Adapter(HTTPAdapter):
    """One connection kept, no retries: whether to send again is for who knows what was sent."""

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:  # noqa: ANN401 - requests' own signature
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS


class _Lane(threading.local):
    session: requests.Session | None = None
    used_at: float = 0.0


class Http:
    """Exchanges with one server; may be called from any number of threads, each of which keeps its own connection.

    Certificates are always checked. Proxies, `.netrc` and certificate bundles named in the environment are not read.

    Args:
        base_url: `https://host[:port][/path]`; `http://` only for this machine itself.
        headers: sent with every request.
        limits: how long and how large an exchange may be.
        ca_file: PEM file of the authority that signed the server's certificate, when it is a private one.
        refusals: what the problem types (RFC 9457 `type`) of this API mean.

    Raises:
        ValueError: a URL that is not allowed, or a `ca_file` that cannot be read; the sentence says why.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str],
        limits: Limits | None = None,
        ca_file: str | None = None,
        refusals: Mapping[str, Refusal] | None = None,
    ) -> None:
        self.base_url = checked_url(base_url)
        self._headers = {"Accept-Encoding": "identity", "User-Agent": "one-touch-taxi", **headers}
        self.limits = limits or Limits()
        self._verify: bool | str = True if ca_file is None else checked_ca_file(ca_file)
        self._refusals = dict(refusals or {})
        self._lane = _Lane()
        self._sessions: weakref.WeakSet[requests.Session] = weakref.WeakSet()
        self._lock = threading.Lock()

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, object]:
        """Send one request, give the JSON object of a 2xx answer.

        Raises:
            Refused: 4xx, or a 503 whose problem type is among `refusals`.
            Unreachable: nothing left this box.
            Ambiguous: everything else; `Senseless` when a whole answer came and is not a JSON object, or a 404 came
                from something that does not speak this API.
        """
        reply = self.exchange(method, path, query=query, body=body, headers=headers)
        if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._refusal(reply, f"{method} {path}")
        answer = json_object(reply.body)
        if answer is None:
            raise Senseless(f"{method} {path} was answered {reply.status} with something that is no JSON object")
        return answer

    def exchange(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request, give the answer whatever its status. Raises Unreachable and Ambiguous."""
        this_exchange.begin(deadline=time.monotonic() + self.limits.total_s, quiet_s=self.limits.read_s)
        try:
            with self._send(method, path, query=query, body=body, headers=headers) as response:
                return Reply(response.status_code, response.headers, self._body(response))
        except (requests.RequestException, HTTPError, HTTPException, OSError) as error:
            raise _judged(error, f"{method} {path}") from None

    def stream(
        self,
        path: str,
        on_bytes: Callable[[bytes], None],
        *,
        stop: threading.Event,
        quiet_s: float,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Give the bytes of an endless answer as they come, until `stop` is set (noticed within about 0.5 s).

        Raises:
            Unreachable: the server cannot be reached, ended the stream, or was silent for `quiet_s` seconds.
            Refused, Ambiguous: as `call`.
        """
        this_exchange.begin(deadline=time.monotonic() + self.limits.total_s, quiet_s=self.limits.read_s, stop=stop)
        try:
            with self._send("GET", path, headers=headers) as response:
                if response.status_code != HTTPStatus.OK:
                    reply = Reply(response.status_code, response.headers, self._body(response))
                    raise self._refusal(reply, f"GET {path}")
                while not stop.is_set():
                    # Set anew each time: `on_bytes` may have made an exchange of its own in between.
                    this_exchange.begin(deadline=math.inf, quiet_s=quiet_s, stop=stop)
                    chunk = response.raw.read1(_CHUNK)
                    if not chunk:
                        raise Unreachable(f"GET {path}: the server ended the stream")
                    on_bytes(chunk)
        except (requests.RequestException, HTTPError, HTTPException, OSError) as error:
            if not stop.is_set():
                raise Unreachable(f"GET {path}: the stream broke ({_why(error)})") from None

    def close(self) -> None:
        """Close every connection that is not in use at this moment."""
        with self._lock:
            sessions = list(self._sessions)
        for session in sessions:
            session.close()

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        return self._session().request(
            method,
            self.base_url + path,
            params=query,
            data=body,
            headers={**self._headers, **(headers or {})},
            timeout=(self.limits.connect_s, self.limits.read_s),
            allow_redirects=False,
            stream=True,
            verify=self._verify,
        )

    def _session(self) -> requests.Session:
        now = time.monotonic()
        session = self._lane.session
        if session is None:
            session = requests.Session()
            session.trust_env = False
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            adapter = _Adapter()
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            self._lane.session = session
            with self._lock:
                self._sessions.add(session)
        elif now - self._lane.used_at > self.limits.idle_s:
            session.close()
        self._lane.used_at = now
        return session

    def _body(self, response: requests.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > self.limits.body_bytes:
                raise Senseless(f"the answer is larger than {self.limits.body_bytes} bytes")
        return bytes(body)

    def _refusal(self, reply: Reply, what: str) -> DispatchError:
        """Name what an answer that is not 2xx means. Its own words are left out: they may hold personal data."""
        status, problem = reply.status, json_object(reply.body)
        refusal = self._refusals.get(str(problem.get("type"))) if problem else None
        sentence = f"{what} was answered {status}" + (f" ({refusal})" if refusal else "")
        if refusal is None and HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE} and problem is None:
                return Senseless(f"{sentence} by something that does not speak this API: is the URL right?")
            if status != HTTPStatus.REQUEST_TIMEOUT:
                refusal = _BY_STATUS.get(status, Refusal.INVALID_REQUEST)
        if refusal and (status < HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.SERVICE_UNAVAILABLE):
            return Refused(refusal, sentence, retry_after_s=retry_after_s(reply.headers.get("Retry-After")))
        return Ambiguous(sentence)


_BY_STATUS: Final[Mapping[int, Refusal]] = {
    HTTPStatus.UNAUTHORIZED: Refusal.AUTH,
    HTTPStatus.FORBIDDEN: Refusal.AUTH,
    HTTPStatus.NOT_FOUND: Refusal.NOT_FOUND,
    HTTPStatus.GONE: Refusal.NOT_FOUND,
    HTTPStatus.CONFLICT: Refusal.CONFLICT,
    HTTPStatus.TOO_MANY_REQUESTS: Refusal.RATE_LIMITED,
}


def json_object(body: bytes) -> dict[str, object] | None:
    """Give the JSON object that `body` holds, None when it holds anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def retry_after_s(value: str | None) -> float | None:
    """Read a Retry-After header: seconds or a date (RFC 9110 10.2.3), at most an hour; None when senseless."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), _RETRY_AFTER_MAX_S)
    with suppress(ValueError, TypeError, OverflowError):
        seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        return min(max(seconds, 0.0), _RETRY_AFTER_MAX_S)
    return None


def _judged(error: Exception, what: str) -> DispatchError:
    if this_exchange.sent:
        return Ambiguous(f"{what}: sent, and no whole answer came ({_why(error)})")
    return Unreachable(f"{what}: nothing was sent ({_why(error)})")


def _why(error: BaseException) -> str:
    """Name the innermost cause by its class alone: library texts repeat URLs and headers."""
    seen: BaseException = error
    for _ in range(8):
        inner = getattr(seen, "reason", None) or seen.__cause__ or seen.__context__
        if not isinstance(inner, BaseException):
            inner = next((arg for arg in seen.args if isinstance(arg, BaseException)), None)
        if inner is None:
            break
        seen = inner
    return type(seen).__name__
