"""What other programs answer: read to its end and not beyond, or not believed at all."""

import time

import pytest

from gateway.neighbours.clients import Away
from gateway.neighbours.connections import Call
from tests.gateway.neighbours.peers import GET, HEAD, answer, well

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
