"""How soon events flow again after the broker was killed, and after it hung, in every one of many rounds.

Measured from the moment the broker takes connections again, until a write made after that stands in the tables of
every follower. Workers keep the heartbeat that they have in production.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from benchmarks.ground import median, servers, show
from tests.faults import mishaps
from tests.faults.driver import Writer, employee
from tests.faults.journal import Journal
from tests.faults.mishaps import Mishap
from tests.faults.plant import Plant
from tests.faults.pulse import Pulse

AFTER_RESTART, AFTER_HANG = 10.0, 15.0  # seconds: the goals
DOWN, HUNG = 2.0, 60.0  # seconds
GIVEN_UP = 120.0  # seconds
IN_PRODUCTION = {"KUNDEKORT_HEARTBEAT": "10"}


def main(count: int = 20, hung: float = HUNG) -> None:
    """Restart and hang the broker so many times."""
    with planted() as plant, closing(Journal(plant.folder / "journal")) as journal:
        pulse = Pulse(plant, Writer(plant, journal, employee(), random.Random(1)))  # noqa: S311
        pulse.felt(GIVEN_UP)
        for what, befalls, lasting, goal in (
            ("a killed broker was started", mishaps.broker_is_killed, DOWN, AFTER_RESTART),
            (f"a hang of {hung:.0f} s", mishaps.broker_is_frozen, hung, AFTER_HANG),
        ):
            took = recoveries(plant, pulse, befalls, lasting, count)
            figure = f"median {median(took):.1f} s, at most {max(took):.1f} s"
            how = f"{sum(each <= goal for each in took)} of {count} in time"
            show(f"consuming again after {what}", figure, f"≤ {goal:.0f} s every time", how, met=max(took) <= goal)


@contextmanager
def planted() -> Iterator[Plant]:
    """Have customers and two followers, on servers of their own."""
    with ExitStack() as stack:
        ground = stack.enter_context(servers())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="kundekort-bench-"))
        plant = stack.enter_context(closing(Plant(Path(folder), ground.postgres, ground.broker)))
        for name in plant.programs:
            plant.restart(name, "worker", **IN_PRODUCTION)
        plant.await_listeners()
        yield plant


def recoveries(plant: Plant, pulse: Pulse, befalls: Mishap, lasting: float, count: int) -> list[float]:
    """Return the seconds of each round."""
    took = []
    for number in range(count):
        with befalls(plant, random.Random(number)):  # noqa: S311
            time.sleep(lasting)
        took.append(pulse.felt(GIVEN_UP))
        time.sleep(2.0)  # a queue as young as that does not survive a kill (RabbitMQ 3.10)
    return took


if __name__ == "__main__":
    main()
