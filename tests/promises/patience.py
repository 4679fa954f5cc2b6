"""Waiting for what happens elsewhere, bounded."""

import time
from collections.abc import Callable
from typing import Any

LONGEST_PAUSE = 0.1  # seconds between two looks: whoever looks all the time keeps the others from working
PATIENCE = 90.0  # seconds, for what no test measures; a busy machine needs them


def until(holds: Callable[[], Any], what: str, within: float = PATIENCE) -> None:
    """Wait until something holds."""
    deadline, pause = time.monotonic() + within, 0.005
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {within} s"
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
