"""HTTP between programs: kept-alive connections, one deadline for all of a call, no thread per call.

``Neighbour.ask`` asks one program, ``ask_all`` several at once: everything is sent before anything is read. A call
that nobody answers ends in ``Away`` or ``Late``; a program that keeps silent is not asked again for a while.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson
from werkzeug.datastructures import Headers

from chassis import deadlines, logs
from gateway.neighbours.connections import STALL, Call, Connection, RawHeaders, Reply

CHUNK = 64 * 1024
MOST_FAILURES = 3  # in a row, then a program is left alone
PAUSE = 2.0  # seconds until one call is let through again to see whether it is back
FAIR = 0.2  # seconds; who was given less than this has not failed by being late


class Unanswered(Exception):
    """Nobody answered; the message names the program."""


class Away(Unanswered):
    """The program cannot be reached."""


class Late(Unanswered):
    """The program did not answer in time."""


@dataclass(frozen=True)
class Answer:
    """What a program said."""

    status: int
    raw_headers: RawHeaders
    body: bytes

    @cached_property
    def headers(self) -> Headers:
        """Find a header whatever its letters; the card, whose answers come by fives, looks at none."""
        return found_in(self.raw_headers)

    @property
    def ok(self) -> bool:
        """Tell whether it said yes."""
        return self.status < 400  # noqa: PLR2004  # refusals and failures begin there

    def json(self) -> Any:
        """Read the body."""
        return orjson.loads(self.body)


class Stream(NamedTuple):
    """What a program says, piece by piece; whoever takes it reads to its end or closes it."""

    status: int
    headers: Headers
    chunks: Iterator[bytes]
    close: Callable[[], None]


def found_in(raw: RawHeaders) -> Headers:
    """Read headers as HTTP has them."""
    return Headers([(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw])


class Breaker:
    """Leaves a program alone that failed several times in a row, but for one call now and then."""

    def __init__(self) -> None:
        self.failures = 0
        self.tried_at = 0.0
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Tell whether to ask."""
        with self._lock:
            if self.failures < MOST_FAILURES:
                return True
            if time.monotonic() - self.tried_at < PAUSE:
                return False
            self.tried_at = time.monotonic()
            return True

    def succeeded(self) -> None:
        """Trust it again."""
        self.failures = 0

    def failed(self) -> None:
        """Count."""
        with self._lock:
            self.failures += 1
            self.tried_at = time.monotonic()


class Neighbour:
    """Another program, by name and address."""

    def __init__(self, name: str, url: str, most_idle: int = 32) -> None:
        parts = urlsplit(url)
        assert parts.scheme == "http" and parts.hostname, f"{name}: an address looks like http://host:port"  # noqa: PT018
        self.name, self.host, self.port = name, parts.hostname, parts.port or 80
        self.breaker = Breaker()
        self.most_idle = most_idle
        self._idle: deque[Connection] = deque()

    def ask(self, call: Call, deadline_ms: int) -> Answer:
        """Send one request and read the whole answer, within the deadline."""
        return Exchange(self, call, deadline_ms).answer()

    def stream(self, call: Call, deadline_ms: int) -> Stream:
        """Send one request; the deadline counts from the end of its body to the head of the answer."""
        return Exchange(self, call, deadline_ms).stream()

    def take(self) -> Connection | None:
        """Take a kept connection, if one is still open."""
        while True:
            try:
                connection = self._idle.pop()  # the youngest; it has the best chances
            except IndexError:
                return None
            if connection.usable:
                return connection
            connection.close()

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next call."""
        connection.idle_since = time.monotonic()
        self._idle.append(connection)
        if len(self._idle) > self.most_idle:
            self._idle.popleft().close()

    def close(self) -> None:
        """Keep no connection any longer."""
        while self._idle:
            self._idle.pop().close()


class Exchange:
    """One request on its way to one program."""

    def __init__(self, to: Neighbour, call: Call, deadline_ms: int) -> None:
        self.to, self.call = to, call
        self.patience = deadline_ms / 1000
        self.ends = time.monotonic() + self.patience
        self.tries = 2 if call.repeatable else 1
        self.connection: Connection | None = None
        if not to.breaker.allows():
            raise Away(to.name)
        self._try(self._send)

    def _send(self) -> None:
        headers = {**self.call.headers, **logs.passed_on()}
        if not self.call.streamed:
            headers[deadlines.HEADER] = str(max(0, int((self.ends - time.monotonic()) * 1000)))
        sent = Call(self.call.method, self.call.path, headers, self.call.body)
        # a kept connection may die under the request: only what can be sent again may meet that
        kept = self.to.take() if self.call.repeatable and self.tries > 1 else None
        self.connection = kept or Connection(self.to.host, self.to.port, self.ends)
        self.connection.put(sent, self.ends)
        if self.call.streamed:
            self.ends = time.monotonic() + self.patience
            self.connection.sock.ends = self.ends

    def _head(self) -> Reply:
        if self.connection is None:
            self._send()
        assert self.connection is not None
        return self.connection.reply(self.call.method)

    def _whole(self) -> Answer:
        reply = self._head()
        body = b"".join(reply.pieces())
        self.to.breaker.succeeded()
        self._done(reply)
        return Answer(reply.status, reply.headers, body)

    def answer(self) -> Answer:
        """Wait for the whole answer."""
        return self._try(self._whole)

    def stream(self) -> Stream:
        """Wait for the head of the answer."""
        reply = self._try(self._head)
        self.to.breaker.succeeded()
        return Stream(reply.status, found_in(reply.headers), self._chunks(reply), self._drop)

    def _chunks(self, reply: Reply) -> Iterator[bytes]:
        assert self.connection is not None
        sock = self.connection.sock
        try:
            sock.ends = time.monotonic() + STALL
            for piece in reply.pieces():
                yield piece
                sock.ends = time.monotonic() + STALL
            self._done(reply)
        finally:
            self._drop()

    def _done(self, reply: Reply) -> None:
        if self.connection is not None and reply.reusable:
            self.to.give_back(self.connection)
            self.connection = None
        self._drop()

    def _drop(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _try(self, step: Callable[[], Any]) -> Any:
        """Take one step; what broke is tried once more where that is safe."""
        while True:
            try:
                result = step()
            except BaseException as error:  # noqa: BLE001  # _weigh raises again whatever cannot be repeated
                self._drop()
                self._weigh(error)
            else:
                return result

    def _weigh(self, error: BaseException) -> None:
        if isinstance(error, TimeoutError):
            raise self._failed(Late) from error
        if not isinstance(error, OSError):
            raise error  # the body to send could not be read: that is not the program's fault
        self.tries -= 1
        if not self.tries:
            raise self._failed(Away) from error

    def _failed(self, why: type[Unanswered]) -> Unanswered:
        if why is Away or self.patience >= FAIR:
            self.to.breaker.failed()
        return why(self.to.name)


def ask_all(calls: Mapping[str, tuple[Neighbour, Call]], deadline_ms: int) -> dict[str, Answer | Unanswered]:
    """Put several questions at once, each by a name; say of each what was answered or why nothing was."""
    found: dict[str, Answer | Unanswered] = {}
    under_way: dict[str, Exchange] = {}
    for name, (neighbour, call) in calls.items():
        try:
            under_way[name] = Exchange(neighbour, call, deadline_ms)
        except Unanswered as error:
            found[name] = error
    for name, exchange in under_way.items():
        try:
            found[name] = exchange.answer()
        except Unanswered as error:
            found[name] = error
    return found
