"""How a program stands: what waits, what is parked, who was last seen when. Metrics and operators read the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from chassis import outbox, waiting
from chassis.inbox import inbox
from chassis.operations import pulse
from chassis.operations.pulse import Sign
from chassis.tables import made, now
from chassis.timers import timers

LAST = 100  # events by which it is told how late events come in
LATELY = timedelta(minutes=5)


@dataclass(frozen=True)
class Standing:
    """Figures of one moment."""

    unsent: int  # events that nobody confirmed yet
    unsent_seconds: float  # age of the oldest of them
    waits: int  # events that are tried again later
    parked: int  # events that somebody must look at
    last_parked_at: datetime | None  # when the latest of them was parked
    lag_seconds: float  # the longest that any of the last events was under way
    signs: list[Sign]
    failing: int  # timers that went wrong when they were last tried


def standing(connection: Connection) -> Standing:
    """Ask how it stands."""
    unsent, age = outbox.backlog(connection)
    waits, parked = waiting.counts(connection)
    failing = connection.scalar(select(func.count(timers.c.failure))) or 0
    last = connection.scalar(select(func.max(waiting.waiting.c.parked_at)))
    return Standing(unsent, max(0.0, age), waits, parked, last, _lag(connection), pulse.seen(connection), failing)


def _lag(connection: Connection) -> float:
    """Compare when the last events came in with when they happened: their ids tell."""
    query = select(inbox.c.event_id, inbox.c.received_at).where(inbox.c.received_at > now() - LATELY)
    last = connection.execute(query.order_by(inbox.c.received_at.desc()).limit(LAST))
    lags = [(received - sent).total_seconds() for each, received in last if (sent := made(each))]
    return max(lags, default=0.0)


def since(moment: datetime) -> float:
    """Return the seconds since a moment that another machine's clock told."""
    return max(0.0, (now() - moment).total_seconds())


def last_seen(signs: Iterable[Sign]) -> dict[str, float]:
    """Return for each loop the seconds since any worker's was seen going round."""
    found: dict[str, float] = {}
    for sign in signs:
        found[sign.name] = min(found.get(sign.name, float("inf")), since(sign.seen_at))
    return found


def kept_timers(connection: Connection) -> list[dict[str, Any]]:
    """Sum up the timers by name: how many, how many of them fail, and what one of those said."""
    columns = {
        "count": func.count(),
        "failing": func.count(timers.c.failure),
        "attempts": func.max(timers.c.attempts),
        "due_at": func.min(timers.c.due_at),
        "ran_at": func.max(timers.c.ran_at),
        "failure": func.max(timers.c.failure),
    }
    query = select(timers.c.name, *(column.label(name) for name, column in columns.items()))
    grouped = query.group_by(timers.c.name).order_by(timers.c.name)
    return [row._asdict() for row in connection.execute(grouped)]
