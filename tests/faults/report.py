"""What came of a long chaos run, as docs/chaos.md says it."""

import os
import platform
from collections import defaultdict
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING

from tests.faults.plant import ROOT, Plant

if TYPE_CHECKING:
    from tests.faults.chaos import Outcome

REPORT = ROOT / "docs/chaos.md"
TEXT = """# The last long chaos run

Written by `make chaos`; do not edit. People write without pause while the broker, the database, the links between them
and the processes themselves are killed, frozen, cut off, wiped and confused, one mishap after the other. Every write is
written down before it is sent and when it is answered; after quiet an oracle compares that journal with all tables,
queues and effects (`tests/faults/oracle.py`). `L…` are the rows that the mishaps are of.

| | |
|---|---|
| seed | {seed} (again: `make chaos ARGS="--seed {seed} --faults {faults} --writes {writes}"`) |
| when, how long | {when}, {minutes:.0f} min, of which {quiet:.0f} s until all was quiet |
| machine | {cores} cores, load {load:.1f} at the end |
| versions | Python {python}, PostgreSQL {postgres}, RabbitMQ {rabbitmq} |
| mishaps | {faults}, of {kinds} kinds, each at least {least} times |
| writes | {writes} begun, {accepted} accepted, {events} events announced |
| answers | {answers} |
| seconds per answer | median {median:.3f}, p99 {p99:.3f} |
| **lost, doubled, out of order, or otherwise amiss** | **{findings}** |
| processes that died by themselves | {deaths} |

A 404 is a follower that had not heard of the customer yet, 412 a change that somebody else was faster with, 503 and 504
a database that was away; "none" is an answer that never came, because the process was killed. Writes with a key were
sent again until they were answered.

| mishap | times | events flowed again after, median | at most |
|---|---|---|---|
{rows}
"""


def written(outcome: "Outcome", plant: Plant) -> str:
    """Say it all."""
    times = defaultdict(list)
    for each in outcome.mishaps:
        times[each.name].append(each.recovery)
    rows = [
        f"| {name} | {len(took)} | {median(took):.1f} s | {max(took):.1f} s |" for name, took in sorted(times.items())
    ]
    answers = {("none" if status == 0 else status): count for status, count in sorted(outcome.answers.items())}
    with plant.look("customers") as look:
        version = look.execute("SHOW server_version").fetchone()[0]
    return TEXT.format(
        seed=outcome.seed,
        writes=outcome.writes,
        when=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        minutes=outcome.seconds / 60,
        quiet=outcome.quiet,
        cores=os.cpu_count(),
        load=os.getloadavg()[0],
        python=platform.python_version(),
        postgres=version.split()[0],
        rabbitmq=plant.broker.manage("GET", "overview")["rabbitmq_version"],
        faults=len(outcome.mishaps),
        kinds=len(times),
        least=min(map(len, times.values())),
        accepted=outcome.accepted,
        events=outcome.events,
        answers=", ".join(f"{count} × {status}" for status, count in answers.items()),
        median=median(outcome.took),
        p99=outcome.took[len(outcome.took) * 99 // 100],
        findings=len(outcome.findings),
        deaths=len(outcome.deaths),
        rows="\n".join(rows),
    )
