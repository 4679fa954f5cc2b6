"""An answer as it arrives on a connection: its head first, then its body piece by piece.

The parser is llhttp (by httptools): the standard library's reads a head with the parser of e-mail, which costs more
than everything else about a call between two programs.
"""

from collections import deque
from collections.abc import Iterator
from typing import Protocol

from httptools import HttpParserError, HttpResponseParser
from werkzeug.datastructures import Headers

PIECE = 64 * 1024  # bytes read at once
LARGEST_HEAD = 64 * 1024  # bytes
FIRST_FINAL = 200  # what is said before it, such as 100 Continue, is not the answer yet


class Garbled(ConnectionError):
    """What came is no answer, or only half of one."""


class Readable(Protocol):
    """Where an answer comes from."""

    def recv(self, most: int, /) -> bytes:
        """Read some bytes; none when the other end has closed."""


class Reply:
    """One answer; ``httptools`` calls the methods that begin with ``on_``."""

    def __init__(self, source: Readable, method: str) -> None:
        self._source = source
        self._parser = HttpResponseParser(self)
        self._bodiless = method == "HEAD"
        self._names: list[tuple[str, str]] = []
        self._pieces: deque[bytes] = deque()
        self._has_head = self._is_whole = self._goes_on = False
        self.status = 0
        self.headers = Headers()

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
        elif self._has_head and not self._is_measured:
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
        self._names.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Take the head, unless the answer is still to come, or has been before."""
        names, self._names = self._names, []
        status = self._parser.get_status_code()
        if status < FIRST_FINAL or self._is_whole:
            return
        self.status, self.headers, self._has_head = status, Headers(names), True
        self._keeps_alive = self._parser.should_keep_alive()
        self._is_measured = "Content-Length" in self.headers or "Transfer-Encoding" in self.headers
        self._is_whole = self._bodiless

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        if not self._is_whole:
            self._pieces.append(body)

    def on_message_complete(self) -> None:
        """Note the end."""
        self._is_whole = self._has_head
