"""HTTP to other programs: whatever the other end does, it costs no more than the deadline."""

import socket
import time

import pytest

from gateway.neighbours.clients import Answer, Away, Late, ask_all
from gateway.neighbours.connections import Call
from tests.gateway.neighbours.peers import GET, HEAD, answer, well


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

    assert [asked.ask(post, 5_000).status for _ in range(40)] == [200] * 40
    assert first.connections > 5
    assert second.connections > 5


def test_an_address_that_is_away_costs_nothing_while_the_other_answers(peer, twice):
    asked = twice(peer(well))
    post = Call("POST", "/", {}, b"{}")

    assert [asked.ask(post, 500).status for _ in range(20)] == [200] * 20
