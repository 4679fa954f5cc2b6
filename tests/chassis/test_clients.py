"""HTTP to other programs: whatever the other end does, it costs no more than the deadline."""

import socket
import threading
import time
from contextlib import suppress

import pytest

from chassis.clients import Answer, Away, Late, Neighbour, ask_all
from chassis.connections import Call

GET = Call("GET", "/card")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"


class Peer:
    """A server in a few lines, for what no good server does: each connection is given to *behave*."""

    def __init__(self, behave, host="127.0.0.1", port=0):
        self.socket = socket.create_server((host, port))
        self.connections = 0
        self.behave = behave
        self.open = []
        threading.Thread(target=self._serve, daemon=True).start()

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


def silent(connection):
    while connection.recv(65536):
        pass


def drips(connection):
    connection.recv(65536)
    for byte in HEAD + b"x" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.02)


def once_and_gone(connection):
    connection.recv(65536)
    connection.sendall(answer())
    connection.recv(65536)
    connection.close()


def seconds(act):
    began = time.monotonic()
    act()
    return time.monotonic() - began


@pytest.mark.parametrize("behave", [silent, drips])
def test_no_server_exceeds_the_deadline(peer, neighbour, behave):
    asked = neighbour(peer(behave))

    def ask():
        with pytest.raises(Late):
            asked.ask(GET, 300)

    assert seconds(ask) < 0.36


def test_one_connection_serves_many_calls(peer, neighbour):
    good = peer(well)
    asked = neighbour(good)
    for _ in range(20):
        assert asked.ask(GET, 500).json() == {}

    assert good.connections == 1


def test_all_are_asked_at_once_and_the_slow_do_not_take_the_answers_of_the_fast(peer, neighbour):
    hanging = [neighbour(peer(silent), f"hanging {i}") for i in range(3)]
    dripping, fast = neighbour(peer(drips), "dripping"), neighbour(peer(well), "fast")
    found = {}
    took = seconds(lambda: found.update(ask_all({each.name: (each, GET) for each in (*hanging, dripping, fast)}, 300)))

    assert took < 0.36
    assert isinstance(found["fast"], Answer)
    assert isinstance(found["dripping"], Late)
    assert all(isinstance(found[each.name], Late) for each in hanging)


def test_what_can_be_repeated_survives_a_kept_connection_that_dies_under_it(peer, neighbour):
    dying = peer(once_and_gone)
    asked = neighbour(dying)
    keyed = Call("POST", "/", {"Idempotency-Key": "one"}, b"{}")

    assert [asked.ask(call, 500).status for call in (GET, GET, keyed, keyed)] == [200] * 4


def test_what_cannot_be_repeated_never_meets_a_kept_connection(peer, neighbour):
    dying = peer(once_and_gone)
    asked = neighbour(dying)
    post = Call("POST", "/", {}, b"{}")

    assert [asked.ask(post, 500).status for _ in range(3)] == [200] * 3
    assert dying.connections == 3


def test_a_write_that_got_no_answer_is_not_sent_again(peer, neighbour):
    received = []

    def swallows(connection):
        received.append(connection.recv(65536))
        connection.close()

    with pytest.raises(Away):
        neighbour(peer(swallows)).ask(Call("POST", "/", {}, b"{}"), 500)
    assert len(received) == 1


def test_after_three_failures_nobody_waits_any_more_and_then_one_looks_again(peer, neighbour):
    moody = peer(silent)
    asked = neighbour(moody)
    for _ in range(3):
        with pytest.raises(Late):
            asked.ask(GET, 200)

    def refused():
        with pytest.raises(Away):
            asked.ask(GET, 200)

    assert seconds(refused) < 0.02
    moody.behave = well
    time.sleep(2.05)
    assert asked.ask(GET, 200).status == 200
    assert asked.ask(GET, 200).status == 200


def test_whoever_gave_no_time_does_not_make_a_service_look_bad(peer, neighbour):
    asked = neighbour(peer(lambda connection: (time.sleep(0.1), well(connection))))
    for _ in range(5):
        with pytest.raises(Late):
            asked.ask(GET, 20)

    assert asked.ask(GET, 500).status == 200


def test_a_stream_that_is_left_early_gives_nothing_back_half_read(peer, neighbour):
    large = peer(lambda connection: (connection.recv(65536), connection.sendall(answer(b"x" * 5_000_000))))
    asked = neighbour(large)
    first = asked.stream(GET, 500)
    next(first.chunks)
    first.chunks.close()
    first.close()

    assert b"".join(asked.stream(GET, 500).chunks) == b"x" * 5_000_000


@pytest.fixture
def twice(neighbour, monkeypatch):
    """Know a peer under a name that has a second address, as a container platform's name server tells it."""

    def know(peer):
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        return neighbour(peer, url=f"http://customers:{peer.port}")

    real = socket.getaddrinfo

    def look_up(name, *args, **kwargs):
        hosts = ["127.0.0.1", "127.0.0.2"] if name == "customers" else [name]
        return [place for host in hosts for place in real(host, *args, **kwargs)]

    return know


def test_a_program_that_runs_twice_is_asked_at_both_addresses(peer, twice):
    first = peer(well)
    second = peer(well, "127.0.0.2", first.port)
    asked = twice(first)
    post = Call("POST", "/", {}, b"{}")

    assert [asked.ask(post, 500).status for _ in range(40)] == [200] * 40
    assert first.connections > 5
    assert second.connections > 5


def test_an_address_that_is_away_costs_nothing_while_the_other_answers(peer, twice):
    asked = twice(peer(well))
    post = Call("POST", "/", {}, b"{}")

    assert [asked.ask(post, 500).status for _ in range(20)] == [200] * 20


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"


def says(*pieces):
    """Answer each question on a connection with these bytes, piece by piece, and go on listening."""

    def behave(connection):
        while connection.recv(65536):
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(0.01)

    return behave


@pytest.mark.parametrize(
    ("pieces", "body"),
    [
        ([CHUNKED], b"abcde"),
        ([CHUNKED[:60], CHUNKED[60:]], b"abcde"),
        ([b"HTTP/1.1 100 Continue\r\n\r\n", answer(b"at last")], b"at last"),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], b""),
        ([b"HTTP/1.1 304 Not Modified\r\nContent-Length: 17\r\n\r\n"], b""),
    ],
)
def test_an_answer_is_read_to_its_end_and_the_connection_kept(peer, neighbour, pieces, body):
    other = peer(says(*pieces))
    asked = neighbour(other)

    assert [asked.ask(GET, 500).body for _ in range(3)] == [body] * 3
    assert other.connections == 1


def test_the_answer_to_head_has_the_length_of_a_body_and_none(peer, neighbour):
    other = peer(says(HEAD))
    asked = neighbour(other)

    assert [asked.ask(Call("HEAD", "/"), 500).headers["Content-Length"] for _ in range(3)] == ["1000"] * 3
    assert other.connections == 1


def test_an_answer_that_ends_with_its_connection_is_whole(peer, neighbour):
    def hangs_up(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nall of it")
        connection.close()

    assert neighbour(peer(hangs_up)).ask(GET, 500).body == b"all of it"


def test_nothing_that_follows_an_answer_is_taken_for_the_next_one(peer, neighbour):
    """Else whoever could make a service say more than it was asked for would choose what another is told."""
    other = peer(says(answer(b"mine") + answer(b"forged")))
    asked = neighbour(other)

    assert [asked.ask(GET, 500).body for _ in range(3)] == [b"mine"] * 3
    assert other.connections == 3


@pytest.mark.parametrize(
    "said",
    [
        b"I am no server\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000,
    ],
)
def test_what_is_no_answer_is_as_good_as_none(peer, neighbour, said):
    with pytest.raises(Away):
        neighbour(peer(says(said))).ask(GET, 500)


def test_half_an_answer_is_none(peer, neighbour):
    def dies(connection):
        connection.recv(65536)
        connection.sendall(HEAD + b"half")
        connection.close()

    with pytest.raises(Away):
        neighbour(peer(dies)).ask(GET, 500)


@pytest.mark.parametrize(
    "call",
    [
        Call("GET", "/card HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET /other"),
        Call("GET", "/card", {"Accept-Language": "nb\r\nAuthorization: Bearer forged"}),
        Call("GET", "/card", {"X-Name\nX-Evil": "1"}),
    ],
)
def test_no_path_and_no_header_begins_another(peer, neighbour, call):
    with pytest.raises(ValueError, match="another line"):
        neighbour(peer(well)).ask(call, 500)
