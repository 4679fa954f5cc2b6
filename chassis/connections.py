"""Connections to other programs: kept after use, and bounded by one moment whatever the other end does."""

import http.client
import random
import select
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

CONNECT = 0.25  # seconds to reach a program; it is near
STALL = 30.0  # seconds that a streamed body may pause
GRACE = 0.05  # seconds after the deadline in which an answer that has already arrived is still read
LONGEST_IDLE = 8.0  # seconds; shorter than any of our servers keeps a silent connection


@dataclass(frozen=True)
class Call:
    """One request to a program."""

    method: str
    path: str  # with its query
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Iterator[bytes] | None = None

    @property
    def streamed(self) -> bool:
        """Tell whether the body comes piece by piece, and only once."""
        return self.body is not None and not isinstance(self.body, bytes)

    @property
    def repeatable(self) -> bool:
        """Tell whether sending it twice does no more than sending it once."""
        keyed = self.method == "POST" and any(name.lower() == "idempotency-key" for name in self.headers)
        return not self.streamed and (self.method in ("GET", "HEAD", "OPTIONS") or keyed)


class TimedSocket(socket.socket):
    """A socket whose every read and write ends at one moment: a server that drips cannot exceed it."""

    ends = 0.0

    def _hurry(self) -> None:
        left = self.ends - time.monotonic()
        if left < -GRACE:
            raise TimeoutError
        self.settimeout(max(left, 0.001))

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Read for as long as there is time."""
        self._hurry()
        return super().recv_into(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        """Write for as long as there is time."""
        self._hurry()
        super().sendall(*args, **kwargs)


class Connection(http.client.HTTPConnection):
    """A connection that is kept after use."""

    sock: TimedSocket
    idle_since = 0.0

    def reach(self, ends: float) -> None:
        """Connect to one of the program's addresses: it may run several times, and one of them may be away."""
        port = self.port or 80
        hosts = [str(found[4][0]) for found in socket.getaddrinfo(self.host, port, type=socket.SOCK_STREAM)]
        random.shuffle(hosts)
        plain = None
        while plain is None:
            patience = min(CONNECT, ends - time.monotonic())
            if patience <= 0:
                raise TimeoutError
            try:
                plain = socket.create_connection((hosts.pop(), port), patience)
            except OSError:
                if not hosts:
                    raise
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = TimedSocket(plain.family, plain.type, plain.proto, fileno=plain.detach())

    def put(self, call: Call, ends: float) -> None:
        """Send the request; a streamed body has no end but may not stall."""
        self.sock.ends = ends
        body = self._paced(call.body) if call.streamed else call.body
        try:
            self.request(call.method, call.path, body, dict(call.headers))
        except (BrokenPipeError, ConnectionResetError):
            if not call.streamed:
                raise  # else: the server may have refused before it read everything, and its answer is waiting

    def _paced(self, body: Any) -> Iterator[bytes]:
        for chunk in body:
            self.sock.ends = time.monotonic() + STALL
            yield chunk

    @property
    def usable(self) -> bool:
        """Tell whether the other end has left it open; a connection with something to read was closed."""
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return time.monotonic() - self.idle_since < LONGEST_IDLE and not poll.poll(0)
