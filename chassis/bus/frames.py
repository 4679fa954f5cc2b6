"""What comes over the wire, read so that no sender's odd text can stop a queue.

py-amqp reads texts strictly: an undecodable one ends the connection, the broker delivers again, and nothing
behind that message ever arrives.
"""

from collections.abc import Callable
from typing import Any

import amqp
from amqp import spec
from amqp.method_framing import frame_handler
from amqp.serialization import decode_properties_basic

Frame = tuple[int, int, bytes]

_HEADER = 2  # the frame with a message's properties
_FIXED = 12  # bytes of it before they begin: class, weight, size of the body
_NO_PROPERTIES = b"\0\0"


def lenient_frames(link: amqp.Connection, deliver: Callable[..., None]) -> Callable[[Frame], bool]:
    """Read frames as py-amqp does, but leave out properties that cannot be decoded."""

    def deliver_readable(channel: int, method: tuple[int, int], args: bytes, content: Any) -> None:
        deliver(channel, method, _readable(args) if method == spec.Basic.Deliver else args, content)

    read = frame_handler(link, deliver_readable)

    def on_frame(frame: Frame) -> bool:
        kind, channel, payload = frame
        return bool(read((kind, channel, _decodable(payload) if kind == _HEADER else payload)))

    return on_frame


def _decodable(header: bytes) -> bytes:
    try:
        decode_properties_basic(header, _FIXED)
    except Exception:  # noqa: BLE001  # any type with any value may stand there
        return header[:_FIXED] + _NO_PROPERTIES
    return header


def _readable(deliver: bytes) -> bytes:
    """Show a question mark for each odd byte of the routing key.

    It comes last: method, length and consumer tag, nine bytes, length and exchange, length and key.
    """
    exchange = 4 + 1 + deliver[4] + 9
    key = exchange + 1 + deliver[exchange] + 1
    return deliver[:key] + deliver[key:].decode("ascii", "replace").encode("ascii", "replace")
