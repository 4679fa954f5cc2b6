"""Other ends of connections, for what no good server does."""

import socket
import threading
from contextlib import suppress

import pytest

from gateway.neighbours.clients import Neighbour
from gateway.neighbours.connections import Call

GET = Call("GET", "/card")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"


class Peer:
    """A server in a few lines, for what no good server does: each connection is given to *behave*."""

    def __init__(self, behave, host="127.0.0.1", port=0):
        self.socket = socket.create_server((host, port))
        self.connections = 0
        self.behave = behave
        self.open = []
        self.doorman = threading.Thread(target=self._serve, daemon=True)
        self.doorman.start()

    @property
    def port(self):
        return self.socket.getsockname()[1]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def _serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(connection)
            threading.Thread(target=self._behave, args=(connection,), daemon=True).start()

    def _behave(self, connection):
        with suppress(OSError):  # the other end has had enough
            self.behave(connection)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.doorman.join()  # who came in at the last moment is let out, too
        self.socket.close()
        for connection in self.open:
            connection.close()


@pytest.fixture
def peer():
    """Start a peer that behaves in the way given."""
    started = []

    def start(behave, *place):
        started.append(Peer(behave, *place))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def neighbour():
    """Know a peer as a neighbour; close what was kept in the end."""
    known = []

    def know(peer, name="files", url=None):
        known.append(Neighbour(name, url or peer.url))
        return known[-1]

    yield know
    for each in known:
        each.close()


def answer(body=b"{}"):
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def well(connection):
    while connection.recv(65536):
        connection.sendall(answer())
