"""A follower stores what has come meanwhile in one go, all of it or none."""

from collections.abc import Iterator

import pytest

from tests.chassis.bus_parties import Follower, announce, bodies, consuming, events, follow, wait_until
from tests.servers import RabbitMQ


@pytest.fixture
def url(broker: RabbitMQ) -> Iterator[str]:
    url = broker.vhost()
    follow(url)
    yield url
    broker.drop(url)


def as_bodies(count):
    return [str(number).encode() for number in range(count)]


def test_what_has_come_meanwhile_is_stored_together(url):
    """What costs is asking and committing; a crowd shares both."""
    follower = Follower()
    announce(url, *events(250))
    with consuming(url, follower, crowd=100) as consumer:
        wait_until(lambda: consumer.handled == 250, within=10)
    assert follower.stored == as_bodies(250)
    assert max(follower.crowds) <= 100
    assert len(follower.crowds) < 50


def test_of_a_crowd_that_could_not_be_stored_all_come_again(url):
    """Nothing of it is acknowledged, also what came before the one that failed."""
    left = iter(range(1))

    def first(raw):
        if raw == b"7" and next(left, None) is not None:
            raise ConnectionError("the database is away")

    follower = Follower(first)
    announce(url, *events(10))
    with consuming(url, follower) as consumer:
        wait_until(lambda: consumer.handled == 10, within=10)
    assert follower.stored[-10:] == as_bodies(10)
    assert bodies(url) == []
