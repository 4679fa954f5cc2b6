"""Work that is begun anew where it met another's, or a database that is just being started."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from chassis import deadlines

T = TypeVar("T")

IN_THE_WAY = ("40P01", "40001")  # deadlock, serialization failure
CANNOT_CONNECT, TOLD_TO_GO = "57P03", "57P01"  # it is not up; it is shut down
MOST_TRIES = 3
AWAY_PAUSE = 0.2  # seconds between two tries while the database is away
LAST_CALL = 1.5  # seconds of the caller's time that are left for saying that it stays away
LONGEST_PAUSE = 0.05  # seconds between two tries


def persevering(work: Callable[[], T]) -> T:
    """Do a whole unit of work; where it and another stood in each other's way, begin anew, twice at most.

    While the database is being started anew, do so for as long as the caller has time. The database has undone it by
    then, or never begun. What it does outside of the database it would do again.
    """
    tries = 1
    while True:
        try:
            return work()
        except (StaleDataError, OperationalError) as error:
            tries = _another(error, tries)


def _another(error: StaleDataError | OperationalError, tries: int) -> int:
    """Wait as long as it makes sense and return how many tries count; raise where none more makes sense."""
    if isinstance(error, StaleDataError):  # another was faster: anew, to be shown what that one wrote
        pause, counts = 0.0, True
    elif _is_away(error) and (deadlines.patience() or 0.0) > LAST_CALL:
        pause, counts = AWAY_PAUSE, False
    elif getattr(error.orig, "sqlstate", None) in IN_THE_WAY:
        pause, counts = random.uniform(0.0, LONGEST_PAUSE), True  # noqa: S311  # spreads load, guards nothing
    else:
        raise error
    if counts and tries == MOST_TRIES:
        raise error
    time.sleep(pause)
    return tries + counts


def _is_away(error: OperationalError) -> bool:
    """Tell whether the database is away, and certainly has not done the work: at a commit nobody can tell."""
    state = getattr(error.orig, "sqlstate", None)
    is_cut = state == TOLD_TO_GO or error.connection_invalidated  # without a last word, where it came too late
    return state == CANNOT_CONNECT or (is_cut and error.statement is not None)
