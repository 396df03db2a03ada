"""A certificate that nobody vouches for is never spoken to."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest
from http_faults import Caller, RawServer, answer

from dispatch_client.errors import Unreachable
from dispatch_client.http import Http, Limits

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates of this test")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a PEM file with a key and a self-signed certificate for `localhost`."""
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
        "-addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem"
    )
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return folder


class TlsServer(RawServer):
    def __init__(self, certificate: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
        self.heard: list[bytes] = []
        super().__init__(self._behave_tls)
        self.url = self.url.replace("http://127.0.0.1", "https://localhost")

    def _behave_tls(self, caller: Caller) -> None:
        with self._context.wrap_socket(caller.sock, server_side=True) as caller.sock:
            for number in (1, 2):
                self.heard.append(caller.request())
                caller.send(answer({"n": number}))
            caller.wait_gone()


def test_an_unknown_certificate_is_unreachable_and_hears_nothing(certificate: Path) -> None:
    with TlsServer(certificate) as server:
        http = Http(server.url, headers={})
        with pytest.raises(Unreachable, match="nothing was sent"):
            http.call("POST", "/v1/trips", body=b"{}")
        http.close()
    assert server.heard == []


def test_a_certificate_for_another_name_is_unreachable(certificate: Path) -> None:
    with TlsServer(certificate) as server:
        http = Http(server.url.replace("localhost", "127.0.0.1"), headers={}, ca_file=str(certificate / "cert.pem"))
        with pytest.raises(Unreachable, match="nothing was sent"):
            http.call("POST", "/v1/trips", body=b"{}")
        http.close()
    assert server.heard == []


def test_a_private_authority_can_be_trusted_by_its_file(certificate: Path) -> None:
    with TlsServer(certificate) as server:
        http = Http(server.url, headers={}, ca_file=str(certificate / "cert.pem"), limits=Limits(read_s=2))
        assert [http.call("GET", "/a"), http.call("GET", "/b")] == [{"n": 1}, {"n": 2}]
        http.close()
    assert server.connections == 1


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_of_an_authority_that_cannot_be_read_is_said_at_once(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"ca_file .*authority\.pem.* cannot be read as certificates"):
        Http("https://localhost", headers={}, ca_file=str(path))
