"""The last known answers, in the memory of this process: for when a service is late or down, and only then."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.auth import Caller
from chassis.tables import now

LONGEST = timedelta(hours=12)
MOST = 800  # cards; about 50 MB

Place = tuple[Caller, UUID]


@dataclass(frozen=True)
class Known:
    """What a service said of a customer."""

    asked_at: datetime
    as_of: str
    items: dict[str, Any]


class Kept:
    """Cards by tenant, rights and departments, and customer; the longest unused is forgotten first."""

    def __init__(self) -> None:
        self._cards: OrderedDict[Place, dict[str, Known]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, caller: Caller, customer: UUID, said: Mapping[str, Known]) -> None:
        """Keep what services have said in place of what they said last."""
        place = _place(caller, customer)
        with self._lock:
            self._cards.setdefault(place, {}).update(said)
            self._cards.move_to_end(place)
            if len(self._cards) > MOST:
                self._cards.popitem(last=False)

    def last(self, caller: Caller, customer: UUID) -> dict[str, Known]:
        """Return what each service said last, unless it is too old to be shown."""
        oldest = now() - LONGEST
        with self._lock:
            card = self._cards.get(_place(caller, customer), {})
            return {service: known for service, known in card.items() if known.asked_at > oldest}

    def drop(self, caller: Caller, customer: UUID, service: str) -> None:
        """Forget what a service said."""
        with self._lock:
            self._cards.get(_place(caller, customer), {}).pop(service, None)

    def forget(self, caller: Caller, customer: UUID) -> None:
        """Forget a card."""
        with self._lock:
            self._cards.pop(_place(caller, customer), None)


def _place(caller: Caller, customer: UUID) -> Place:
    """Whoever may see the same may be shown the same: all of the caller counts but who it is."""
    return replace(caller, employee=None), customer
