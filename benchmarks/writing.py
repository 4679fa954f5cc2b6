"""Writes per second at sixteen writers, with the relay's wake-up on and off."""

import multiprocessing
import time
from typing import Any
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from benchmarks.ground import Ground, median, servers, show
from chassis.auth import Caller, calling
from chassis.db import transaction
from chassis.run import create, settings_for
from services.customers.notes import actions as notes
from services.customers.profile import actions as profile
from tests.suite import environment, start

PROCESSES, THREADS = 4, 4
SECONDS = 4.0
ROUNDS = 7


def write(url: str, who: Caller, customer: UUID, wake: bool, written: Any) -> None:  # noqa: FBT001  # a process takes its arguments by place
    """Write notes from several threads until the time is over; count them."""
    from concurrent.futures import ThreadPoolExecutor

    program = create("customers", settings_for("customers", environment(url))).extensions["program"]
    if not wake:
        program.crier.cry = lambda: None
    until = time.monotonic() + SECONDS

    def on_and_on(_: int) -> int:
        count = 0
        while time.monotonic() < until:
            with program.app.app_context(), calling(who), transaction() as session:
                notes.write(session, customer, "Ring før kl. 14.")
            count += 1
        return count

    with ThreadPoolExecutor(THREADS) as hands:
        written.put(sum(hands.map(on_and_on, range(THREADS))))
    program.close()


def writes(url: str, who: Caller, customer: UUID, *, wake: bool) -> float:
    """Return writes per second of all writers together."""
    context = multiprocessing.get_context("spawn")
    written = context.Queue()
    children = [context.Process(target=write, args=(url, who, customer, wake, written)) for _ in range(PROCESSES)]
    for child in children:
        child.start()
    total = sum(written.get(timeout=120) for _ in children)
    for child in children:
        child.join()
    return float(total / SECONDS)


def measure(ground: Ground) -> list[tuple[float, float]]:
    """Return writes per second (with the wake-up, without) of each round."""
    url = ground.postgres.create_service("customers")
    program = start("customers", url)
    who = Caller(uuid4(), uuid7(), departments=(uuid4(),), everywhere=True)
    with program.app.app_context(), calling(who), transaction() as session:
        customer = profile.register(session, "Fjordvik Industri AS").id
    program.close()
    rounds = []
    for number in range(ROUNDS):
        order = (True, False) if number % 2 else (False, True)  # neither has always the machine's better moment
        found = {wake: writes(url, who, customer, wake=wake) for wake in order}
        rounds.append((found[True], found[False]))
    return rounds


def main() -> None:
    """Measure and print."""
    with servers() as ground:
        rounds = measure(ground)
    on, off = (median(list(figures)) for figures in zip(*rounds, strict=True))
    ratio = median([with_it / without for with_it, without in rounds])
    how = f"{PROCESSES} processes of {THREADS} threads, a note and its event each, median of {ROUNDS} rounds"
    figure = f"{on:,.0f}/s against {off:,.0f}/s, ratio {ratio:.2f}"
    show("writes with the relay's wake-up on against off", figure, "≥ 0.9", how, met=ratio >= 0.9)


if __name__ == "__main__":
    main()
