"""Many mishaps, one after the other and in an order that a seed decides, while people write without pause.

``python -m tests.faults.chaos`` (``make chaos``) does so for long and writes what came of it to docs/chaos.md; a
short run is among the tests. The same seed brings the same mishaps in the same order.
"""

import argparse
import json
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.driver import Load, Writer, employee
from tests.faults.journal import Journal
from tests.faults.mishaps import MISHAPS
from tests.faults.oracle import Oracle
from tests.faults.plant import Plant
from tests.faults.pulse import Pulse
from tests.faults.report import REPORT, written
from tests.servers import postgres, rabbitmq

WRITERS, AGENCIES = 6, 3
RECOVERED = 60.0  # seconds within which events must flow again
LASTING = (0.3, 2.0)  # seconds of one mishap, beyond what it takes to bring about
QUIET = 180.0  # seconds until nothing is on its way any more
LOGS = Path("var/chaos.log")  # of all processes, where something was amiss
PACE = 0.02  # seconds between two looks whether more may be written


@dataclass
class Befallen:
    """One mishap: how long it was, and how long until a write came through to all again."""

    name: str
    lasted: float
    recovery: float


@dataclass
class Outcome:
    """What came of a run."""

    seed: int
    writes: int
    mishaps: list[Befallen] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)  # of processes that nobody killed
    findings: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    accepted: int = 0
    events: int = 0
    seconds: float = 0.0
    quiet: float = 0.0
    took: list[float] = field(default_factory=list)  # seconds of each answer


def order_of(rng: random.Random, count: int) -> Iterator[str]:
    """Draw mishaps so that each comes as often as any other, but for one."""
    drawn: list[str] = []
    for _ in range(count):
        if not drawn:
            drawn = sorted(MISHAPS)
            rng.shuffle(drawn)
        yield drawn.pop()


class Paced(Load):
    """Writers who spread what they write over all the mishaps."""

    def __init__(self, writers: list[Writer], most: int) -> None:
        super().__init__(writers, most)
        self.quota = 0

    def _may_go_on(self) -> bool:
        while self.written >= self.quota and not self._stop.is_set():
            time.sleep(PACE)
        return super()._may_go_on()


def run(plant: Plant, journal: Journal, seed: int, count: int, writes: int) -> Outcome:
    """Let so many mishaps befall the plant during so many writes; then ask the oracle."""
    rng, outcome, began = random.Random(seed), Outcome(seed, writes), time.monotonic()
    people = [employee() for _ in range(AGENCIES)]
    writers = [Writer(plant, journal, people[n % AGENCIES], random.Random(f"{seed} {n}")) for n in range(WRITERS)]
    pulse = Pulse(plant, Writer(plant, journal, people[0], random.Random(seed)))
    load = Paced(writers, writes)
    load.start()
    try:
        for number, name in enumerate(order_of(rng, count)):
            load.quota = writes * (number + 1) // count
            outcome.mishaps.append(befall(plant, pulse, name, rng))
            outcome.deaths += [f"{' '.join(place)} during {name}" for place in plant.heal()]
        load.quota = writes + len(writers)
        load.join(RECOVERED * count)
    finally:
        load.stop()
    _sum_up(outcome, plant, journal, writers)
    outcome.seconds = time.monotonic() - began
    return outcome


def befall(plant: Plant, pulse: Pulse, name: str, rng: random.Random) -> Befallen:
    """Let one thing happen, and wait until it is over for everybody."""
    began = time.monotonic()
    with MISHAPS[name](plant, rng):
        time.sleep(rng.uniform(*LASTING))
    ended, calm = time.monotonic(), datetime.now(UTC)
    recovery = pulse.felt(RECOVERED)
    plant.calm_since = calm  # not now: what was announced while the pulse was on its way may still wait in a queue
    print(f"{name}: {ended - began:.1f} s, events flow {recovery:.1f} s later", flush=True)  # noqa: T201
    return Befallen(name, ended - began, recovery)


def _sum_up(outcome: Outcome, plant: Plant, journal: Journal, writers: list[Writer]) -> None:
    began = time.monotonic()
    outcome.findings = Oracle(plant, journal).verdict(QUIET)
    outcome.quiet = time.monotonic() - began
    intents = journal.read().values()
    outcome.accepted = sum(intent.accepted for intent in intents)
    outcome.answers.update(status for intent in intents for status in intent.statuses)
    outcome.answers[0] = sum(intent.silent for intent in intents)
    outcome.took = sorted(seconds for writer in writers for seconds in writer.seconds)
    for name in plant.programs:
        with plant.look(name) as look:
            outcome.events += look.execute("SELECT count(*) FROM outbox").fetchone()[0]


def main() -> None:
    """Run for long, on servers of our own, and write down what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.chaos", description=main.__doc__)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--writes", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)  # noqa: T201
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kundekort-chaos-")))
        servers = stack.enter_context(postgres(durable=True)), stack.enter_context(rabbitmq())
        plant = stack.enter_context(closing(Plant(folder, *servers)))
        journal = stack.enter_context(closing(Journal(folder / "journal")))
        outcome = run(plant, journal, asked.seed, asked.faults, asked.writes)
        text = written(outcome, plant)
        if outcome.findings or outcome.deaths:
            LOGS.parent.mkdir(exist_ok=True)
            LOGS.write_text(plant.logs())
    print(json.dumps(outcome.findings[:50], indent=1), text)  # noqa: T201
    REPORT.write_text(text)
    sys.exit(1 if outcome.findings or outcome.deaths else 0)


if __name__ == "__main__":
    main()
