"""The broker: connections that never wait for ever, one topic exchange, one durable queue per follower."""

import random
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

import amqp
import structlog
from kombu.connection import Connection

from chassis.bus.frames import lenient_frames

log = structlog.get_logger()

EXCHANGE = "kundekort.events"
HEARTBEAT = 10  # seconds; two missed ones end the connection

# Every lost connection counts as a delivery, also while a follower's own database is down for a day. So this
# only stops a message that kills its worker again and again; left unsaid, RabbitMQ 4 would take 20.
DELIVERY_LIMIT = 20_000

MOST_WAITING = 100_000  # events in one queue; what comes then is turned away, and stays with its publisher


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
    """Make sure that there is something to publish to; where others have made it, no right to make it is needed."""
    glance = channel.connection.channel()
    try:
        glance.exchange_declare(EXCHANGE, "topic", passive=True)
    except amqp.NotFound:
        channel.exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False)
    else:
        glance.close()


def declare_inbox(
    channel: amqp.Channel, follower: str, publishers: Collection[str], limit: int, most: int = MOST_WAITING
) -> str:
    """Make sure that *follower* has its queue, and that all that *publishers* announce reaches it."""
    declare_exchange(channel)
    for queue, arguments in queues(follower, limit, most).items():
        _declare(channel, queue, arguments)
    inbox = f"{follower}.inbox"
    for publisher in publishers:
        channel.queue_bind(inbox, EXCHANGE, f"{publisher}.#")
    return inbox


def queues(follower: str, limit: int = DELIVERY_LIMIT, most: int = MOST_WAITING) -> dict[str, dict[str, Any]]:
    """Name the two queues of a follower with their arguments, what it cannot take in first."""
    dead, quorum = f"{follower}.dead", {"x-queue-type": "quorum"}
    inbox = {
        "x-single-active-consumer": True,  # with two workers the order still holds
        "x-delivery-limit": limit,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",  # at-least-once demands it
        "x-max-length": most,  # a follower that is slow or away fills its publishers' outboxes and not the broker
    }
    return {dead: {**quorum}, f"{follower}.inbox": {**quorum, **inbox}}


def _declare(channel: amqp.Channel, queue: str, arguments: Mapping[str, Any]) -> None:
    """Declare a queue; one that an earlier release made with other arguments goes on as it is.

    Nobody can change a queue's arguments. Who wants the new ones deletes it when it is empty.
    """
    trial = channel.connection.channel()  # a refusal ends the channel
    try:
        trial.queue_declare(queue, durable=True, auto_delete=False, arguments=arguments)
    except amqp.PreconditionFailed as error:
        log.warning("queue has other arguments", queue=queue, error=str(error))
    else:
        trial.close()
