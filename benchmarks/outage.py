"""What people who write notice when the broker is down, blocked by an alarm, or hung: how many are refused, how slow.

Each bad spell stands between two good ones of the same length, which are its measure. So few write that the machine has
time: on a busy one people are served sooner without a broker, because followers do nothing meanwhile.
"""

import random
import time
from collections.abc import Sequence
from contextlib import closing, nullcontext

from benchmarks.ground import percentile, show
from benchmarks.recovery import planted
from tests.faults import mishaps
from tests.faults.driver import Writer, employee, writing
from tests.faults.journal import Journal
from tests.faults.mishaps import Mishap
from tests.faults.plant import Plant
from tests.faults.pulse import Pulse

SPELL = 30.0  # seconds
WRITERS, PAUSE = 2, 0.1
SLOWER = 0.010  # seconds: the goal for the 99th percentile
OWNED = ("register", "rename", "contact", "note")
BAD: dict[str, Mishap] = {
    "down": mishaps.broker_is_killed,
    "blocked by an alarm": mishaps.memory_alarm,
    "hung": mishaps.broker_is_frozen,
}


class OwnersWriter(Writer):
    """Somebody who writes to the owner alone; a follower cannot know yet what no broker has told it."""

    def write(self, kind: str | None = None) -> None:
        """Do one of the owner's writes."""
        super().write(kind or (self.rng.choice(OWNED) if self.customers else "register"))


def main(spell: float = SPELL) -> None:
    """Compare each bad spell with the good ones around it."""
    with planted() as plant, closing(Journal(plant.folder / "journal")) as journal:
        people = [OwnersWriter(plant, journal, employee(), random.Random(n)) for n in range(WRITERS)]  # noqa: S311
        measured(people, plant, nothing, spell)
        for what, befalls in BAD.items():
            good = measured(people, plant, nothing, spell)
            with_fault = measured(people, plant, befalls, spell)
            good += measured(people, plant, nothing, spell)
            tell(what, good, with_fault)
        refused = [each for each in journal.read().values() if each.silent or set(each.statuses) - {200, 201}]
    show("writes not answered 2xx in all of it", str(len(refused)), "0", f"{WRITERS} writers", met=not refused)


def nothing(_plant: Plant, _rng: random.Random) -> nullcontext[None]:
    """Let nothing befall it."""
    return nullcontext()


def tell(what: str, good: list[float], bad: list[float]) -> None:
    """Print how much slower it was."""
    slower = percentile(bad, 0.99) - percentile(good, 0.99)
    figure = f"p99 {percentile(bad, 0.99) * 1000:.0f} ms, {slower * 1000:+.0f} ms"
    show(f"writes while the broker is {what}", figure, "p99 ≤ +10 ms", f"{len(bad)} writes", met=slower <= SLOWER)


def measured(people: Sequence[Writer], plant: Plant, befalls: Mishap, spell: float) -> list[float]:
    """Return the seconds that each answer took in a spell, and end with events flowing."""
    with befalls(plant, random.Random(1)):  # noqa: S311
        for each in people:
            each.seconds.clear()
        with writing(people, PAUSE):
            time.sleep(spell)
        took = [seconds for each in people for seconds in each.seconds]
    Pulse(plant, people[0]).felt(120.0)
    return took


if __name__ == "__main__":
    main()
