"""Walks the road to a dispatcher step by step, name, connection, certificate, so that it can be told where it ends."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from dispatch_client._addresses import checked_ca_file, checked_url
from dispatch_client.http import AUTHORITIES

if TYPE_CHECKING:
    from collections.abc import Mapping

_PORTS: Final = {"http": 80, "https": 443}
STEP_S: Final = 2.5
"""For connecting and for TLS each. A phone's network answers within 0.3 s; a full one may need several tries."""


class RoadError(Exception):
    """The road ends here: one sentence with what is there, and its cure. Holds no address's user or path."""

    def __init__(self, sentence: str, cure: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server proved itself with, checked against the authorities that trips are sent under."""

    until: datetime
    issuer: str


class Road:
    """The way to one server.

    Args:
        url: its address, as trips are sent to it.
        ca_file: PEM file of a private authority.

    Raises:
        ValueError: an address or file that is not allowed; the sentence says why.
    """

    def __init__(self, url: str, ca_file: str | None = None) -> None:
        parts = urlsplit(checked_url(url))
        self.host = parts.hostname or ""
        self.port = parts.port or _PORTS[parts.scheme]
        self.is_tls = parts.scheme == "https"
        self._authorities = AUTHORITIES if ca_file is None else checked_ca_file(ca_file)

    def addresses(self) -> list[str]:
        """Look up the name. Cannot be interrupted: the C library takes 5 to 30 s where no server of names answers.

        Raises:
            RoadError: nobody knows it.
        """
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            number = getattr(error, "errno", None)
            if number == socket.EAI_AGAIN:
                raise RoadError(
                    f"No server of names answers: {self.host} cannot be looked up.",
                    "Check the network; `resolvectl status` shows which servers are asked.",
                ) from None
            raise RoadError(
                f"Nobody knows the name {self.host}.", "Compare dispatch.url with what the dispatcher gave you."
            ) from None
        return list(dict.fromkeys(str(address[4][0]) for address in found))

    def connect(self, addresses: list[str]) -> tuple[socket.socket, float]:
        """Open a connection to the first address that takes one; give it and the seconds that this took.

        Raises:
            RoadError: none does.
        """
        why: OSError = OSError()
        until = time.monotonic() + STEP_S
        for address in addresses:
            began = time.monotonic()
            try:
                opened = socket.create_connection((address, self.port), timeout=max(0.1, until - began))
            except OSError as error:
                why = error
            else:
                return opened, time.monotonic() - began
        where = f"{self.host}, port {self.port}"
        if isinstance(why, ConnectionRefusedError):
            raise RoadError(
                f"{where}: the machine is there, and nothing listens.", "Ask the dispatcher; check the port."
            )
        if isinstance(why, TimeoutError):
            raise RoadError(
                f"{where}: no answer within {STEP_S:g} s.", "Check the way out: router, firewall, SIM's data."
            )
        raise RoadError(f"{where}: no way there ({why.strerror}).", "Check the way out: router, firewall, SIM's data.")

    def certificate(self, opened: socket.socket) -> Certificate:
        """Have the server prove itself over a connection.

        Raises:
            RoadError: it does not, or not to our satisfaction.
        """
        context = ssl.create_default_context(cafile=self._authorities)
        opened.settimeout(STEP_S)
        try:
            with context.wrap_socket(opened, server_hostname=self.host) as secured:
                return _read(secured.getpeercert() or {})
        except ssl.SSLCertVerificationError as error:
            why = error.verify_message.rstrip(".")
            cure = (
                "Compare the clock of this machine with a watch; if it is right, tell the dispatcher."
                if "expired" in why or "not yet valid" in why
                else "Tell the dispatcher; for a private authority, name its file as ca_file under [dispatch.options]."
            )
            raise RoadError(f"{self.host}: its certificate is not accepted ({why}).", cure) from None
        except (OSError, ValueError) as error:
            why = error.reason if isinstance(error, ssl.SSLError) and error.reason else type(error).__name__
            cure = "See that the address and port are those of an https:// service and no filter stands between."
            raise RoadError(f"{self.host}: no TLS could be agreed on ({why}).", cure) from None


def _read(peer: Mapping[str, object]) -> Certificate:
    seconds = ssl.cert_time_to_seconds(str(peer["notAfter"]))
    issuer = peer.get("issuer", ())
    names = {
        key: value
        for part in (issuer if isinstance(issuer, tuple) else ())
        for key, value in (part if isinstance(part, tuple) else ())
    }
    said = names.get("organizationName") or names.get("commonName") or ""
    return Certificate(datetime.fromtimestamp(seconds, UTC), str(said))
