"""The part of a program that no request waits for: relay, consumer, retries, chores."""

import threading
from collections.abc import Callable

import structlog

from chassis import inbox, outbox, relay
from chassis.bus import Consumer, Publisher
from chassis.program import Program
from chassis.relay import Carrier

log = structlog.get_logger()

RETRY_PAUSE = 0.2  # seconds between looks for events that are due again
CHORE_PAUSE = 60.0

Loop = Callable[[threading.Event], None]


def start(program: Program, carrier: Carrier, stop: threading.Event) -> list[threading.Thread]:
    """Start the loops of one program; they end when *stop* is set."""
    loops: dict[str, Loop] = {
        "relay": lambda stop: relay.run(program, carrier, stop),
        "retries": lambda stop: _repeat(program, _retry, RETRY_PAUSE, stop),
        "chores": lambda stop: _repeat(program, _tidy, CHORE_PAUSE, stop),
    }
    if program.settings.broker_url and program.reactions.publishers:
        consumer = Consumer(
            program.settings.broker_url,
            program.name,
            program.reactions.publishers,
            lambda raw, properties: inbox.receive(program, raw, properties),
        )
        program.metrics.watch_consumer(consumer)
        loops["consumer"] = consumer.run
    threads = [
        threading.Thread(target=loop, args=(stop,), name=f"{program.name} {name}", daemon=True)
        for name, loop in loops.items()
    ]
    for thread in threads:
        thread.start()
    return threads


def carrier_for(program: Program) -> Carrier:
    """Return the way to the broker."""
    return Publisher(program.settings.broker_url)


def _repeat(program: Program, work: Callable[[Program], int], pause: float, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            done = work(program)
        except Exception as error:  # noqa: BLE001  # one bad round must not end the rounds
            log.warning("work interrupted", service=program.name, error=repr(error))
            done = 0
        if not done:
            stop.wait(pause)


def _retry(program: Program) -> int:
    return inbox.retry(program)


def _tidy(program: Program) -> int:
    """Forget what is past its time, and do the program's own chores."""
    with program.engine.begin() as connection:
        outbox.clean(connection)
        inbox.clean(connection)
    for chore in program.chores:
        try:
            with program.app.app_context():
                chore()
        except Exception as error:  # noqa: BLE001  # the other chores must have their turn
            log.warning("chore failed", service=program.name, error=repr(error))
    return 0
