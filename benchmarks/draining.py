"""A hundred thousand waiting events, drained end to end: outbox, broker, the follower's inbox and its copy."""

from benchmarks.flow import flow, wait_for
from benchmarks.ground import seconds, servers, show

CUSTOMERS, VERSIONS = 1_000, 100
GOAL = 300.0  # seconds


def main() -> None:
    """Measure and print."""
    with servers() as ground, flow(ground) as between:
        customers = between.know(CUSTOMERS)
        waiting = between.announce(customers, range(2, 2 + VERSIONS))
        known = between.taken()

        def drained() -> bool:
            return between.taken() == known + waiting

        def drain() -> None:
            with between.worker("dialog"), between.worker("customers"):
                wait_for(drained, pause=0.5)

        taken = seconds(drain)
    how = "two worker processes started on a full outbox; customers writes each in its log as well"
    figure = f"{waiting:,} in {taken:.0f} s, {waiting / taken:,.0f}/s"
    show("waiting events drained end to end", figure, "≤ 300 s", how, met=taken <= GOAL)


if __name__ == "__main__":
    main()
