"""The broker: connections that never wait for ever, one topic exchange, one durable queue per follower."""

import random
from collections.abc import Collection
from contextlib import suppress

import amqp
from kombu.connection import Connection

from chassis.bus.frames import lenient_frames

EXCHANGE = "kundekort.events"
HEARTBEAT = 10  # seconds; two missed ones end the connection

# Every lost connection counts as a delivery, also while a follower's own database is down for a day. So this
# only stops a message that kills its worker again and again; left unsaid, RabbitMQ 4 would take 20.
DELIVERY_LIMIT = 20_000


def connect(url: str, title: str, *, timeout: float, heartbeat: float = HEARTBEAT) -> amqp.Connection:
    """Open a connection named *title*; one read or write on it takes *timeout* seconds at most.

    A URL may name several nodes of a cluster, with ``;`` between them: each try takes one of them.
    """
    node = random.choice(url.split(";"))  # noqa: S311  # spreads load, guards nothing
    tls = {"server_hostname": None}  # none: the certificate must be for the URL's host
    options = {"frame_handler": lenient_frames, "client_properties": {"connection_name": title}}
    try:
        address = Connection(
            node,
            ssl=tls if node.startswith("amqps:") else False,
            heartbeat=heartbeat,
            connect_timeout=timeout,
            transport_options=options,
        )
    except ValueError:
        raise ValueError("the broker's URL cannot be read") from None  # the reason would quote the password
    link = address.transport.establish_connection()  # one try: kombu's own ``connect`` sleeps and tries again
    link.sock.settimeout(timeout)  # py-amqp's own read_timeout does not hold in the middle of a frame
    return link


def drop(link: amqp.Connection) -> None:
    """End a connection without a word: the broker may never answer."""
    with suppress(Exception):
        if link.connected:
            link.sock.settimeout(0.1)  # TLS waits for an answer to its goodbye
        link.collect()


def hang_up(link: amqp.Connection) -> None:
    """End a connection in good manners, so that what was written arrives."""
    with suppress(Exception):
        link.close()
    drop(link)


def declare_exchange(channel: amqp.Channel) -> None:
    """Make sure that there is something to publish to."""
    channel.exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False)


def declare_inbox(channel: amqp.Channel, follower: str, publishers: Collection[str], limit: int) -> str:
    """Make sure that *follower* has its queue, and that all that *publishers* announce reaches it."""
    declare_exchange(channel)
    queue, dead = f"{follower}.inbox", f"{follower}.dead"
    quorum = {"x-queue-type": "quorum"}
    channel.queue_declare(dead, durable=True, auto_delete=False, arguments=quorum)
    arguments = quorum | {
        "x-single-active-consumer": True,  # with two workers the order still holds
        "x-delivery-limit": limit,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",  # at-least-once demands it
    }
    channel.queue_declare(queue, durable=True, auto_delete=False, arguments=arguments)
    for publisher in publishers:
        channel.queue_bind(queue, EXCHANGE, f"{publisher}.#")
    return queue
