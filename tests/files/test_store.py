"""Content in an S3 store instead of a folder."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from chassis import events, inbox
from contracts.customers import CustomerRegistered
from tests.suite import Client, envelope, start

KEY, SECRET = "AKIAKUNDEKORT", "a secret of the store"
BEGUN = "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
WHOLE = "<CompleteMultipartUploadResult><ETag>1</ETag></CompleteMultipartUploadResult>"


class Store(BaseHTTPRequestHandler):
    """As much of S3 as an upload in one part and a download take; only one key is let in."""

    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes]

    def do_POST(self):
        self._body()
        self._answer(BEGUN if self.path.endswith("?uploads=") else WHOLE)

    def do_PUT(self):
        self.objects[urlsplit(self.path).path] = self._body()
        self._answer("")

    def do_HEAD(self):
        self._answer(self.objects[self.path])

    def do_GET(self):
        self._answer(self.objects[self.path])

    def _body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, body):
        known = f"Credential={KEY}/" in self.headers.get("Authorization", "")
        content = body.encode() if isinstance(body, str) else body
        ranged = "Range" in self.headers
        self.send_response(403 if not known else 206 if ranged else 200)
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Tue, 24 Nov 2026 12:00:00 GMT")
        if ranged:
            self.send_header("Content-Range", f"bytes 0-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_):
        """Keep quiet."""


@pytest.fixture
def store():
    """A store on this machine."""
    kind = type("OneStore", (Store,), {"objects": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def files(store, tmp_path, ada):
    """The program on that store, as it is told by its settings: endpoint, region, and keys from files."""
    started = []

    def files(key):
        (tmp_path / "key").write_text(key)
        (tmp_path / "secret").write_text(f"{SECRET}\n")
        program = start(
            "files",
            f"sqlite:///{tmp_path}/files.db",
            KUNDEKORT_BLOBS_URL="s3://crm/files",
            KUNDEKORT_BLOBS_ENDPOINT=f"http://127.0.0.1:{store.server_port}",
            KUNDEKORT_BLOBS_REGION="eu-north-1",
            KUNDEKORT_BLOBS_KEY_FILE=str(tmp_path / "key"),
            KUNDEKORT_BLOBS_SECRET_FILE=str(tmp_path / "secret"),
        )
        started.append(program)
        return Client(program, ada)

    yield files
    for program in started:
        program.close()


@pytest.fixture
def shelf(ada):
    """The path of a customer's files, once the program has heard of the customer."""

    def shelf(client):
        customer = uuid4()
        event = CustomerRegistered(customer, 1, "Fjordvik", "customer", "123456785", list(ada.departments))
        inbox.receive(client.program, events.write(envelope(event, ada, aggregate=f"customer/{customer}")).encode())
        return f"/customers/{customer}/files"

    return shelf


def test_a_file_goes_into_the_bucket_and_comes_out_of_it_again(files, shelf, store):
    client = files(KEY)
    path = shelf(client)

    added = client.post(path, data=b"Hei!", query_string={"name": "avtale.txt"})

    assert added.status_code == 201
    assert list(store.RequestHandlerClass.objects.values()) == [b"Hei!"]
    assert all(key.startswith("/crm/files/") for key in store.RequestHandlerClass.objects)
    assert client.get(f"{path}/{added.json['id']}/content").data == b"Hei!"


def test_a_store_that_does_not_know_the_key_is_a_store_that_is_away(files, shelf):
    client = files("AKIASOMEBODY")

    assert client.post(shelf(client), data=b"Hei!", query_string={"name": "avtale.txt"}).status_code == 503
