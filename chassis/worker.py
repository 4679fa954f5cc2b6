"""The part of a program that no request waits for: relay, consumer, retries, timers."""

import threading
from collections.abc import Callable
from time import monotonic

import structlog

from chassis import crowds, inbox, relay, timers
from chassis.bus import Consumer, Publisher
from chassis.bus.broker import HEARTBEAT
from chassis.operations import pulse
from chassis.operations.pulse import AWAY, PATIENCE, WELL, Loop
from chassis.program import Program
from chassis.relay import Carrier

log = structlog.get_logger()

RETRY_PAUSE = 0.2  # seconds between looks for events that are due again
SILENCE = 3 * HEARTBEAT  # seconds without a word from the broker after which it counts as away


def start(program: Program, carrier: Carrier, stop: threading.Event) -> list[Loop]:
    """Start the loops of one program; they end when *stop* is set."""
    loops = [
        Loop(program, "relay", lambda stop: relay.run(program, carrier, stop), stop),
        Loop(program, "retries", lambda stop: _repeat(program, inbox.retry, RETRY_PAUSE, stop), stop),
        Loop(program, "timers", lambda stop: timers.run(program, stop), stop, patience=_longest_chore(program)),
    ]
    if program.settings.broker_url and program.reactions.publishers:
        loops.append(_consumer(program, stop))
    watched = tuple(loops)
    loops.append(Loop(program, "pulse", lambda stop: pulse.run(program, watched, stop), stop))
    for loop in loops:
        loop.start()
    return loops


def _consumer(program: Program, stop: threading.Event) -> Loop:
    consumer = Consumer(
        program.settings.broker_url,
        program.name,
        program.reactions.publishers,
        lambda messages: crowds.receive(program, messages),
        heartbeat=program.settings.heartbeat,
        most=program.settings.queue_length,
    )
    program.metrics.watch_consumer(consumer)
    began = consumer.last_seen

    def state() -> str:
        heard = began < consumer.last_seen and monotonic() - consumer.last_seen < SILENCE
        return WELL if heard else AWAY

    return Loop(program, "consumer", consumer.run, stop, state=state)


def _longest_chore(program: Program) -> float:
    """Give the timers the time that a chore may take: until another would take it for abandoned."""
    return PATIENCE + max(chore.every.total_seconds() for chore in program.chores.values())


def carrier_for(program: Program) -> Carrier:
    """Return the way to the broker."""
    return Publisher(program.settings.broker_url, heartbeat=program.settings.heartbeat)


def _repeat(program: Program, work: Callable[[Program], int], pause: float, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            done = work(program)
        except Exception as error:  # noqa: BLE001  # one bad round must not end the rounds
            log.warning("work interrupted", service=program.name, error=repr(error))
            done = 0
        if not done:
            stop.wait(pause)
