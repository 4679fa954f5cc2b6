"""The bus between services: what is announced goes out, what is followed comes in, at least once and in order.

    kundekort.events ──<publisher>.#──► <follower>.inbox ──(seat belt)──► <follower>.dead

An event that no queue takes comes back and counts as not sent, so every event needs a follower: the log of
the customers follows every publisher.
"""

from chassis.bus.broker import EXCHANGE
from chassis.bus.consumer import Consumer
from chassis.bus.publisher import ForeignConnection, Message, Publisher

__all__ = ["EXCHANGE", "Consumer", "ForeignConnection", "Message", "Publisher"]
