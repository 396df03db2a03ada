"""A dispatcher's address is either safe to send trips to, or refused in one sentence before anything is sent."""

from __future__ import annotations

import ipaddress
import ssl
from urllib.parse import urlsplit


def checked_url(url: str) -> str:
    """Give `url` without a slash at its end. Raises ValueError with one sentence when it is not allowed."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"dispatcher URL {url!r}: expected https://host[:port][/path]") from None
    if parts.scheme not in {"http", "https"} or not host or not url.isascii() or any(c.isspace() for c in url):
        raise ValueError(f"dispatcher URL {url!r}: expected https://host[:port][/path]")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError(f"dispatcher URL at {host}: expected no user name, `?` or `#` in it; give the token as token")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError(
            f"dispatcher URL {url!r}: plain http:// is allowed to this machine itself alone, "
            "because trips hold where people are; use https://"
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_ca_file(path: str) -> str:
    """Give `path` when it holds certificates. Raises ValueError with one sentence when it does not."""
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        raise ValueError(
            f"ca_file {path!r} cannot be read as certificates ({error.strerror or 'no PEM in it'}): "
            "expected a PEM file of the authority that signed the dispatcher's certificate"
        ) from None
    return path
