"""Connections to other programs: kept after use, and bounded by one moment whatever the other end does.

What they answer is read by llhttp (httptools): the standard library reads a head with the parser of e-mail, which
costs more than everything else about a call.
"""

import random
import re
import select
import socket
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from httptools import HttpParserError, HttpResponseParser

CONNECT = 0.25  # seconds to reach a program; it is near
STALL = 30.0  # seconds that a streamed body may pause
GRACE = 0.05  # seconds after the deadline in which an answer that has already arrived is still read
LONGEST_IDLE = 8.0  # seconds; shorter than any of our servers keeps a silent connection
PIECE = 64 * 1024  # bytes read at once
LARGEST_HEAD = 64 * 1024  # bytes
FIRST_FINAL = 200  # what is said before it, such as 100 Continue, is not the answer yet

RawHeaders = list[tuple[bytes, bytes]]  # as they came: few answers are asked for theirs

_UNFIT_IN_LINE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # would begin another header, or another request
_UNFIT_IN_PATH = re.compile(r"[^\x21-\x7e]")


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

    def recv(self, *args: Any, **kwargs: Any) -> bytes:
        """Read for as long as there is time."""
        self._hurry()
        return super().recv(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        """Write for as long as there is time."""
        self._hurry()
        super().sendall(*args, **kwargs)


class Garbled(ConnectionError):
    """What came is no answer, or only half of one."""


class Reply:
    """One answer; ``httptools`` calls the methods that begin with ``on_``."""

    def __init__(self, source: TimedSocket, method: str) -> None:
        self._source = source
        self._parser = HttpResponseParser(self)
        self._bodiless = method == "HEAD"
        self._names: RawHeaders = []
        self._pieces: deque[bytes] = deque()
        self._has_head = self._is_whole = self._goes_on = False
        self.status = 0
        self.headers: RawHeaders = []

    @property
    def reusable(self) -> bool:
        """Tell whether the connection can carry another question: all was read, and the other end keeps it open."""
        return self._is_whole and not self._goes_on and self._keeps_alive

    def read_head(self) -> None:
        """Wait for status and headers."""
        received = 0
        while not self._has_head:
            received += self._receive()
            if received > LARGEST_HEAD and not self._has_head:
                raise Garbled("the head of the answer has no end")

    def pieces(self) -> Iterator[bytes]:
        """Yield the body as it comes."""
        while True:
            while self._pieces:
                yield self._pieces.popleft()
            if self._is_whole:
                return
            self._receive()

    def _receive(self) -> int:
        data = self._source.recv(PIECE)
        if data:
            self._feed(data)
        elif self._has_head and not self._is_measured():
            self._is_whole = True  # as servers of old end an answer: they hang up
        else:
            raise Garbled("the connection was closed in the middle of an answer")
        return len(data)

    def _feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            raise Garbled(str(error)) from error

    def on_message_begin(self) -> None:
        """Note that something follows the answer: nobody asked for that."""
        self._goes_on = self._is_whole

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._names.append((name, value))

    def on_headers_complete(self) -> None:
        """Take the head, unless the answer is still to come, or has been before."""
        names, self._names = self._names, []
        status = self._parser.get_status_code()
        if status < FIRST_FINAL or self._is_whole:
            return
        self.status, self.headers, self._has_head = status, names, True
        self._keeps_alive = self._parser.should_keep_alive()
        self._is_whole = self._bodiless

    def _is_measured(self) -> bool:
        """Tell whether the head says how long the body is."""
        return any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in self.headers)

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        if not self._is_whole:
            self._pieces.append(body)

    def on_message_complete(self) -> None:
        """Note the end."""
        self._is_whole = self._has_head


class Connection:
    """A connection that is kept after use."""

    idle_since = 0.0

    def __init__(self, host: str, port: int, ends: float) -> None:
        """Connect to one of the program's addresses: it may run several times, and one of them may be away."""
        self._place = f"{host}:{port}"
        hosts = [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
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
        try:
            for piece in self._written(call):
                self.sock.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            if not call.streamed:
                raise  # else: the server may have refused before it read everything, and its answer is waiting

    def _written(self, call: Call) -> Iterator[bytes]:
        if call.body is None or isinstance(call.body, bytes):
            body = call.body or b""
            yield self._head(call, {"Content-Length": str(len(body))}) + body
            return
        yield self._head(call, {})
        for piece in call.body:
            self.sock.ends = time.monotonic() + STALL
            yield piece

    def _head(self, call: Call, more: Mapping[str, str]) -> bytes:
        """Write request line and headers; whoever streams a body says himself how long it is."""
        headers = {"Host": self._place, "Accept-Encoding": "identity", **call.headers, **more}
        lines = [f"{name}: {value}" for name, value in headers.items()]
        if _UNFIT_IN_PATH.search(call.path) or _UNFIT_IN_LINE.search("".join(lines)):
            raise ValueError("a path or a header holds what would begin another line")
        return "\r\n".join([f"{call.method} {call.path} HTTP/1.1", *lines, "", ""]).encode("latin-1")

    def reply(self, method: str) -> Reply:
        """Wait for the head of the answer to a request of that method."""
        reply = Reply(self.sock, method)
        reply.read_head()
        return reply

    def close(self) -> None:
        """Hang up."""
        self.sock.close()

    @property
    def usable(self) -> bool:
        """Tell whether the other end has left it open; a connection with something to read was closed."""
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return time.monotonic() - self.idle_since < LONGEST_IDLE and not poll.poll(0)
