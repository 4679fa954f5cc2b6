import ipaddress
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.chassis.bus_parties import an_event, publishing

FIRST_WORDS = b"AMQP\0\0\x09\x01"


def a_certificate(folder: Path, address: str) -> Path:
    """Write a certificate for one address, and its key, that nobody but itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "broker")])
    now = datetime.now(UTC)
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(host, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    clear = serialization.NoEncryption()
    file = folder / "broker.pem"
    file.write_bytes(certificate.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, clear))
    return file


def words_heard_behind(certificate: Path) -> bytes:
    """Let a publisher come to a server with this certificate, and return what it says once it trusts."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen():
            client = listener.accept()[0]
            try:
                with context.wrap_socket(client, server_side=True) as link:
                    heard.append(link.recv(100))
            except ssl.SSLError:
                client.close()

        thread = threading.Thread(target=listen)
        thread.start()
        url = f"amqps://kundekort:secret@127.0.0.1:{listener.getsockname()[1]}//"
        with publishing(url, timeout=2) as publisher:
            assert publisher.publish([an_event()]) == set()
        thread.join()
    return b"".join(heard)


def test_a_broker_that_proves_its_address_is_spoken_to(tmp_path, monkeypatch):
    certificate = a_certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert words_heard_behind(certificate) == FIRST_WORDS


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2"], ids=["nobody vouches", "of another host"])
def test_a_broker_that_cannot_prove_its_address_hears_nothing(tmp_path, monkeypatch, address):
    certificate = a_certificate(tmp_path, address)
    if address != "127.0.0.1":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert words_heard_behind(certificate) == b""
