"""How long the caller is still willing to wait.

The remaining time travels in ``X-Request-Deadline-Ms``; each hop passes on what is left of it, never a clock time.
"""

import re
import time
from contextvars import ContextVar

from chassis.errors import TooLate

HEADER = "X-Request-Deadline-Ms"
TOO_LITTLE_MS = 20

_MILLISECONDS = re.compile(r"[0-9]{1,9}")

_ends: ContextVar[float | None] = ContextVar("deadline", default=None)

LONGEST_MS = 30_000  # for work that no request waits for, such as a reaction to an event


def start(asked: str | None, cap_ms: int) -> None:
    """Begin counting for this request; refuse at once what cannot be answered in time."""
    wanted = int(asked) if asked and _MILLISECONDS.fullmatch(asked) else cap_ms
    if wanted < TOO_LITTLE_MS:
        raise TooLate
    _ends.set(time.monotonic() + min(wanted, cap_ms) / 1000)


def clear() -> None:
    """Forget the deadline: the request is over."""
    _ends.set(None)


def patience() -> float | None:
    """Return the seconds that are left, or nothing where no request waits."""
    ends = _ends.get()
    return None if ends is None else ends - time.monotonic()


def left_ms() -> int:
    """Return the milliseconds that are left, at least one (the database reads 0 as no limit)."""
    ends = _ends.get()
    return LONGEST_MS if ends is None else max(1, int((ends - time.monotonic()) * 1000))
