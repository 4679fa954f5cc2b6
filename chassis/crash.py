"""Die at a named point, as a power cut would have it: the tests' way to hit each gap between two steps on purpose.

``KUNDEKORT_CRASH_POINT=outbox.recorded:3`` kills the process when it comes to that point for the third time. Without
the variable, which no deployment sets, a point is a comparison.
"""

import os
import signal
import threading

_name, _, _count = os.environ.get("KUNDEKORT_CRASH_POINT", "").partition(":")
_left = int(_count or 1)
_lock = threading.Lock()


def point(name: str) -> None:
    """Come to a point where a process may die."""
    if name == _name:
        _die_at_last()


def _die_at_last() -> None:
    global _left  # noqa: PLW0603  # one process dies once
    with _lock:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
