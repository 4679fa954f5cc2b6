"""A link to a server that fails on demand: held in one direction or both, in the middle of a frame, or reset."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

TRICKLE = 0.05  # seconds between two bytes of a trickling link


class Gate:
    """One direction of the link. What is held, also the end of a connection, goes on when the gate opens."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._may_pass: float = float("inf")  # bytes
        self.trickling = False

    def close(self, after: int = 0) -> None:
        """Hold everything, once *after* more bytes have passed."""
        self._allow(after)

    def open(self) -> None:
        self._allow(float("inf"))

    def pass_on(self, chunk: bytes, send: Callable[[bytes], None]) -> None:
        while chunk:
            size = self._admit(1 if self.trickling else len(chunk))
            if self.trickling:
                time.sleep(TRICKLE)
            send(chunk[:size])
            chunk = chunk[size:]

    def wait_open(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._may_pass > 0)

    def _allow(self, size: float) -> None:
        with self._changed:
            self._may_pass = size
            self._changed.notify_all()

    def _admit(self, wanted: int) -> int:
        self.wait_open()
        with self._changed:
            size = int(min(wanted, self._may_pass))
            self._may_pass -= size
            return size


class Proxy:
    """Stand between clients and the server of *url*."""

    def __init__(self, url: str) -> None:
        self._server = urlsplit(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.to_server = Gate()
        self.to_client = Gate()
        self.connections = 0
        credentials = self._server.netloc.rpartition("@")[0]
        here = f"{credentials}@127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = self._server._replace(netloc=here).geturl()
        self._begin(self._accept)

    def lead_to(self, url: str) -> None:
        """Take new connections to another server; those that stand go on to theirs."""
        self._server = urlsplit(url)

    def close_gates(self) -> None:
        """Become a black hole: connections stay, new ones begin, nothing arrives, not even a goodbye."""
        self.to_server.close()
        self.to_client.close()

    def open_gates(self) -> None:
        self.to_server.open()
        self.to_client.open()

    def reset(self) -> None:
        """Break every connection from both sides."""
        sockets, self._sockets = self._sockets, []
        for one in sockets:
            with suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.shutdown(socket.SHUT_RD)  # wakes the thread that reads here; it closes with a reset

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self.open_gates()
        self.reset()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _begin(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                self.connections += 1
                self._begin(self._connect, client)

    def _connect(self, client: socket.socket) -> None:
        """Carry both directions, and close both ends when both have ended."""
        there = (self._server.hostname, self._server.port)
        with client, suppress(OSError), socket.create_connection(there) as server:
            self._sockets += [client, server]
            back = threading.Thread(target=self._carry, args=(server, client, self.to_client), daemon=True)
            back.start()
            self._carry(client, server, self.to_server)
            back.join()

    def _carry(self, source: socket.socket, target: socket.socket, gate: Gate) -> None:
        with suppress(OSError):
            while chunk := source.recv(65536):
                gate.pass_on(chunk, target.sendall)
        gate.wait_open()
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxied(url: str) -> Iterator[Proxy]:
    """Lead the way to *url* through a proxy."""
    proxy = Proxy(url)
    try:
        yield proxy
    finally:
        proxy.close()
