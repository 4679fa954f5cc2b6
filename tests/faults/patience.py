"""Waiting for what must come, and saying what is missing when it does not."""

import time
from collections.abc import Callable

EVENTUALLY = 60.0  # seconds, for what no test measures


def until(happened: Callable[[], object], within: float = EVENTUALLY, what: Callable[[], object] | str = "it") -> float:
    """Wait until something is so; return after how many seconds it was, or fail and say what is still amiss."""
    began = time.monotonic()
    while True:
        asked = time.monotonic() - began
        if happened():
            return time.monotonic() - began
        assert asked < within, f"not within {within} s: {what if isinstance(what, str) else what()}"
        time.sleep(0.02)
