"""How often a publisher calls an event safe that is not at the broker, when answers come late and links are cut.

Each round holds back the answer to one event until the publisher has given it up, then lets it through and cuts the
way there (or only half of it) while the next event is sent. What is confirmed must lie in the queue. kombu's own
confirms fail this every time: they take the late answer for the next one's.
"""

import random
import sys
from uuid import uuid4

import amqp

from chassis.bus import Message, Publisher
from chassis.bus.broker import EXCHANGE, connect, declare_exchange, hang_up
from tests.servers import RabbitMQ, rabbitmq
from tests.tcpproxy import Proxy, proxied

QUEUE = "false-confirms"
TIMEOUT = 0.2  # seconds that the publisher waits; what matters is that the answer comes later
LARGEST = 600  # bytes that may still pass on a way that is about to be cut


def main(rounds: int = 1000) -> None:
    """Count, on a broker of our own."""
    with rabbitmq() as broker:
        found = count(broker, rounds)
    print(f"false confirms in {rounds} rounds of held answers and cut links: {found}")


def count(broker: RabbitMQ, rounds: int, seed: int = 1) -> int:
    """Return how many events were called safe in so many rounds and are not in the queue."""
    rng, url = random.Random(seed), broker.vhost()  # noqa: S311
    try:
        _follow(url)
        with proxied(url) as proxy:
            confirmed = {event for _ in range(rounds) for event in _round(proxy, rng)}
        assert len(confirmed) >= rounds, "nothing gets through any more: this proves nothing"
        return len(confirmed - _arrived(url))
    finally:
        broker.drop(url)


def _round(proxy: Proxy, rng: random.Random) -> set[str]:
    """Hold, give up, cut; return what was called safe. The last event of the round passes an open link."""
    first, second, third = (_event() for _ in range(3))
    publisher = Publisher(proxy.url, timeout=TIMEOUT)
    safe = publisher.publish([_event()])
    proxy.to_client.close(after=rng.choice((0, 0, 7, 20)))
    safe |= publisher.publish([first])
    proxy.to_server.close(after=rng.choice((0, 0, rng.randint(1, LARGEST))))
    proxy.to_client.open()
    safe |= publisher.publish([second])
    if rng.random() < 0.2:
        proxy.reset()
    proxy.open_gates()
    for _ in range(20):
        if sent := publisher.publish([third]):
            break
    publisher.close()
    return safe | sent


def _event() -> Message:
    return Message(str(uuid4()), "customers.CustomerRenamed", b"{}")


def _follow(url: str) -> None:
    link = connect(url, "follower", timeout=5)
    channel = link.channel()
    declare_exchange(channel)
    channel.queue_declare(QUEUE, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(QUEUE, EXCHANGE, "customers.#")
    hang_up(link)


def _arrived(url: str) -> set[str]:
    found: list[amqp.Message] = []
    link = connect(url, "follower", timeout=5)
    channel = link.channel()
    there = channel.queue_declare(QUEUE, passive=True).message_count
    channel.basic_consume(QUEUE, no_ack=True, callback=found.append)
    while len(found) < there:
        link.drain_events(timeout=5)
    hang_up(link)
    return {message.properties["message_id"] for message in found}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
