"""Events that a follower takes in with inbox and state change: a crowd at a time against one by one."""

from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from benchmarks.ground import Ground, median, seconds, servers, show
from chassis import crowds, events, inbox
from chassis.auth import Caller
from chassis.program import Program
from contracts.customers import CustomerRegistered, CustomerRenamed
from tests.suite import envelope, start

CUSTOMERS = 400
ROUNDS = 3
CROWD = 200


def registered(who: Caller, customers: list[UUID]) -> list[bytes]:
    """Announce customers."""
    told = [CustomerRegistered(each, 1, "Fjordvik Industri AS", "customer", None, []) for each in customers]
    return [_raw(event, who, f"customer/{event.customer_id}", 1) for event in told]


def renamed(who: Caller, customers: list[UUID], version: int) -> list[bytes]:
    """Announce a new name of each."""
    told = [CustomerRenamed(each, "Fjordvik Industri AS", f"Fjordvik {version} AS") for each in customers]
    return [_raw(event, who, f"customer/{event.customer_id}", version) for event in told]


def _raw(event: object, who: Caller, about: str, version: int) -> bytes:
    return events.write(envelope(event, who, aggregate=about, aggregate_version=version)).encode()


def one_by_one(program: Program, raws: list[bytes]) -> None:
    """Take each in a transaction of its own."""
    for raw in raws:
        inbox.receive(program, raw)


def in_crowds(program: Program, raws: list[bytes]) -> None:
    """Take as many at once as the consumer hands over."""
    for first in range(0, len(raws), CROWD):
        crowds.receive(program, [(raw, {}) for raw in raws[first : first + CROWD]])


def measure(ground: Ground) -> tuple[float, float]:
    """Return events per second (one by one, in crowds), medians of interleaved rounds."""
    program = start("dialog", ground.postgres.create_service("dialog"))
    who = Caller(uuid4(), uuid4(), everywhere=True)
    customers = [uuid7() for _ in range(CUSTOMERS)]
    in_crowds(program, registered(who, customers))
    singly, together, version = [], [], 1
    for _ in range(ROUNDS):
        for way, figures in ((one_by_one, singly), (in_crowds, together)):
            version += 1
            raws = renamed(who, customers, version)
            figures.append(len(raws) / seconds(lambda way=way, raws=raws: way(program, raws)))  # type: ignore[misc]
    program.close()
    return median(singly), median(together)


def main() -> None:
    """Measure and print."""
    with servers() as ground:
        singly, together = measure(ground)
    how = f"dialog renames {CUSTOMERS} customers, median of {ROUNDS} interleaved rounds, PostgreSQL with fsync"
    figure = f"{together:,.0f}/s against {singly:,.0f}/s, {together / singly:.1f}×"
    show("events followed, in crowds against one by one", figure, "≥ 5×", how, met=together >= 5 * singly)


if __name__ == "__main__":
    main()
