"""What is said of the road to a dispatcher: real names, sockets, certificates and answers on this machine."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from doctor_fakes import one, told

from dispatch_client.errors import Ambiguous, DispatchError, Refusal, Refused
from dispatch_client.providers.hail_api import HailApiProvider
from dispatch_client.road import Certificate
from dispatch_client.sandbox import Sandbox
from kiosk.doctor.dispatcher import answer, certificate, look

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kiosk.doctor.result import Result

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def looked(url: str, token: str = "sandbox", *, ca_file: str | None = None) -> list[Result]:  # noqa: S107 - loopback
    return list(look(url, ca_file, lambda: HailApiProvider(url, token, ca_file=ca_file), subject="dispatcher"))


def test_a_dispatcher_that_is_well() -> None:
    with Sandbox(token="sandbox") as city:
        results = looked(city.url)
    assert told(results) == {"dispatcher.name": "ok", "dispatcher.connection": "ok", "dispatcher.answer": "ok"}
    assert all("ms" in result.facts for result in results)


def test_a_token_that_is_not_accepted_points_at_the_file() -> None:
    with Sandbox(token="sandbox") as city:
        result = one(looked(city.url, "another"), "dispatcher.answer")
    assert result.health == "fail"
    assert "token" in result.sentence
    assert "token_file" in result.cure
    assert "another" not in result.sentence + result.cure


def test_nothing_that_listens_is_told_from_no_such_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    results = looked(f"http://127.0.0.1:{closed}")
    assert told(results) == {"dispatcher.name": "ok", "dispatcher.connection": "fail"}
    assert "nothing listens" in results[1].sentence
    [unknown_name] = looked("https://dispatcher.invalid")
    assert unknown_name.id == "dispatcher.name"
    assert unknown_name.health == "fail"


def test_an_address_that_is_not_allowed_is_said_before_anything_is_sent() -> None:
    [result] = looked("http://dispatch.example")
    assert (result.id, result.health.value) == ("dispatcher.address", "fail")


@pytest.mark.parametrize(
    ("error", "health", "words"),
    [
        (Refused(Refusal.UNAVAILABLE, "GET /v1/health was answered 503"), "warn", "too busy"),
        (Refused(Refusal.NOT_FOUND, "GET /v1/health was answered 404"), "fail", "refuses"),
        (Ambiguous("GET /v1/health was answered 500"), "fail", "not in its senses"),
    ],
)
def test_each_kind_of_bad_answer_has_its_sentence(error: DispatchError, health: str, words: str) -> None:
    class Bad(HailApiProvider):
        def health(self) -> None:
            raise error

    result = answer(lambda: Bad("http://127.0.0.1:9", "token"), "dispatcher")
    assert result.health.value == health
    assert words in result.sentence
    assert result.cure


def test_a_certificate_that_ends_soon_is_a_warning() -> None:
    def judged(days: float) -> str:
        return certificate(Certificate(NOW + timedelta(days=days), "Test CA"), NOW, "d.certificate").health.value

    assert [judged(60), judged(14.5), judged(13.5), judged(0.5)] == ["ok", "ok", "warn", "warn"]


needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")


CA_CONFIG = """
[ca]
default_ca = box
[box]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = anything
copy_extensions = copy
[anything]
commonName = supplied
"""


def make_certificate(folder: Path, *options: str) -> Path:
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /O=Test-CA/CN=localhost "
        "-addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem"
    )
    subprocess.run([*command.split(), *options], cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem"


@contextmanager
def tls_server(folder: Path) -> Iterator[str]:
    """Accept, agree on TLS, and hang up: as far as the road goes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                peer, _ = server.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(peer, server_side=True):
                    pass
            except OSError:
                peer.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"https://localhost:{server.getsockname()[1]}"
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


@needs_openssl
def test_the_end_of_a_certificate_is_told(tmp_path: Path) -> None:
    ca_file = make_certificate(tmp_path, "-days", "30")
    with tls_server(tmp_path) as url:
        result = one(looked(url, ca_file=str(ca_file)), "dispatcher.certificate")
    assert result.health == "ok"
    assert result.facts == {"days": 29, "issuer": "Test-CA"}


@needs_openssl
def test_a_certificate_that_nobody_vouches_for_fails_with_the_reason(tmp_path: Path) -> None:
    make_certificate(tmp_path, "-days", "30")
    with tls_server(tmp_path) as url:
        results = looked(url)
    assert told(results)["dispatcher.certificate"] == "fail"
    assert "dispatcher.answer" not in told(results), "nothing is sent there"
    assert "self-signed" in results[-1].sentence.replace("self signed", "self-signed")
    assert "ca_file" in results[-1].cure


@needs_openssl
def test_an_expired_certificate_has_the_clock_looked_at(tmp_path: Path) -> None:
    ca_file = make_certificate(tmp_path)
    (tmp_path / "ca.cnf").write_text(CA_CONFIG, encoding="ascii")
    (tmp_path / "index").touch()
    (tmp_path / "serial").write_text("01\n", encoding="ascii")
    command = "openssl req -new -key key.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost -out csr.pem"
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    command = "openssl ca -batch -config ca.cnf -selfsign -keyfile key.pem -in csr.pem -out cert.pem -notext"
    subprocess.run(
        [*command.split(), "-startdate", "20240101000000Z", "-enddate", "20240201000000Z"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    with tls_server(tmp_path) as url:
        result = one(looked(url, ca_file=str(ca_file)), "dispatcher.certificate")
    assert "expired" in result.sentence
    assert "clock" in result.cure


def test_something_that_speaks_no_tls_is_told(tmp_path: Path) -> None:
    with Sandbox(token="sandbox") as city:
        result = looked(city.url.replace("http://127.0.0.1", "https://localhost"))[-1]
    assert result.id == "dispatcher.certificate"
    assert "no TLS could be agreed on" in result.sentence
