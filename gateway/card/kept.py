"""The last known answers, in the memory of this process: for when a service is late or down, and only then."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.auth import Caller
from chassis.tables import now

LONGEST = timedelta(hours=12)
MOST = 4_000  # answers; about 50 MB

Place = tuple[Caller, UUID, str]


@dataclass(frozen=True)
class Known:
    """What a service said of a customer."""

    asked_at: datetime
    as_of: str
    items: dict[str, Any]


class Kept:
    """Answers by tenant, rights and departments, customer and service; the longest unused is forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[Place, Known] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, caller: Caller, customer: UUID, service: str, known: Known) -> None:
        """Keep an answer in place of the last one."""
        place = _place(caller, customer, service)
        with self._lock:
            self._known[place] = known
            self._known.move_to_end(place)
            if len(self._known) > MOST:
                self._known.popitem(last=False)

    def last(self, caller: Caller, customer: UUID, service: str) -> Known | None:
        """Return the last answer, unless it is too old to be shown."""
        with self._lock:
            known = self._known.get(_place(caller, customer, service))
        return known if known is not None and known.asked_at > now() - LONGEST else None

    def drop(self, caller: Caller, customer: UUID, service: str) -> None:
        """Forget an answer."""
        with self._lock:
            self._known.pop(_place(caller, customer, service), None)


def _place(caller: Caller, customer: UUID, service: str) -> Place:
    """Whoever may see the same may be shown the same: all of the caller counts but who it is."""
    return replace(caller, employee=None), customer, service
