"""The files service under test."""

import threading

import pytest
import requests
from cheroot import wsgi

from tests.suite import program_of

LIMIT = 50 * 1024 * 1024

program = program_of(
    "files",
    blobs_url=lambda request: f"file://{request.getfixturevalue('tmp_path_factory').mktemp('blobs')}",
    upload_limit=lambda _request: str(LIMIT),
    sweep_minutes=lambda _request: "0",
)


@pytest.fixture
def shelf(customer_id):
    """The path of the customer's files."""
    return f"/customers/{customer_id}/files"


@pytest.fixture
def put(client, shelf):
    """Upload content under a name; return the answer."""

    def put(content=b"Hei!", name="avtale.txt", **kwargs):
        return client.post(shelf, data=content, query_string={"name": name}, **kwargs)

    return put


@pytest.fixture(scope="session")
def served(program):
    """The program behind a real server: bodies arrive as they are sent, with or without a length."""
    server = wsgi.Server(("127.0.0.1", 0), program.app, numthreads=4)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield f"http://127.0.0.1:{server.bind_addr[1]}"
    server.stop()
    thread.join()


@pytest.fixture
def send(served, client, shelf):
    """Send a body piece by piece over the network."""

    def send(body, **headers):
        headers = {"Authorization": f"Bearer {client.token()}", **headers}
        return requests.post(f"{served}{shelf}?name=film.bin", data=body, headers=headers, timeout=60)

    return send
