"""What was looked up a moment ago: a page asks for several things at once, and a crowd asks for the same.

What is changed through this process is seen by the next request, what is changed elsewhere a moment later.
"""

import time
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from flask import Flask, Response, current_app, request

from chassis.api import SAFE

MOMENT = 0.5  # seconds; whoever is locked out must be out within one
MOST = 5_000  # things to remember

T = TypeVar("T")


class Moments:
    """What was found, and when somebody began to look for it."""

    def __init__(self) -> None:
        self._found: dict[Hashable, tuple[float, object]] = {}
        self._changed = 0.0

    def find(self, key: Hashable) -> object | None:
        """Return what was found, unless that was too long ago or before something changed."""
        looked, found = self._found.get(key, (0.0, None))
        return found if looked > max(self._changed, time.monotonic() - MOMENT) else None

    def keep(self, key: Hashable, looked: float, found: object) -> None:
        """Remember it."""
        if len(self._found) >= MOST:
            self._found.clear()
        self._found[key] = looked, found

    def forget(self, response: Response) -> Response:
        """Look at everything again after a request that may have changed it."""
        if request.method not in SAFE:
            self._changed = time.monotonic()
        return response


def install(app: Flask) -> None:
    """Remember, and forget."""
    app.extensions["moments"] = moments = Moments()
    app.after_request(moments.forget)


def lately(key: Hashable, look: Callable[[], T]) -> T:
    """Return what was found under *key* a moment ago, or look for it; a request that changes something always looks."""
    moments: Moments = current_app.extensions["moments"]
    found = moments.find(key) if request.method in SAFE else None
    if found is None:
        looked = time.monotonic()
        found = look()
        if found is not None:
            moments.keep(key, looked, found)
    return cast(T, found)
