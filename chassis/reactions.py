"""What a program does when others announce something: one function per event."""

from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from chassis import events
from chassis.copies import Likeness
from chassis.tables import Scoped

E = TypeVar("E")
Reaction = Callable[[Session, E], None]
Witness = Callable[[Session, Any, events.Envelope], None]


class Reactions:
    """The events a program follows.

    It receives everything of each publisher it names, so that it can see that no version of an aggregate is
    missing; what it has no function for is only counted.
    """

    def __init__(self, *publishers: ModuleType) -> None:
        self.publishers = tuple(module.__name__.rpartition(".")[2] for module in publishers)
        self.known = {events.name_of(kind): kind for module in publishers for kind in announced_by(module)}
        self.followed: dict[str, Reaction[Any]] = {}
        self.witnesses: list[Witness] = []
        self.copies: list[Likeness] = []

    def __call__(self, event_type: type[E]) -> Callable[[Reaction[E]], Reaction[E]]:
        """Register the decorated function as the reaction to *event_type*."""

        def register(reaction: Reaction[E]) -> Reaction[E]:
            name = events.name_of(event_type)
            assert name in self.known, f"{name} is of a publisher that is not followed"
            assert name not in self.followed, f"two reactions to {name}"
            self.followed[name] = reaction
            return reaction

        return register

    def copy(self, table: type[Scoped], of: type[E], *fields: str) -> Callable[[Reaction[E]], Reaction[E]]:
        """Keep *fields* of another program's rows in *table*; the snapshot *of* one makes or mends the copy whole.

        A function decorated with what this returns is called afterwards.
        """
        likeness = Likeness(table, of, fields)
        self.copies.append(likeness)
        afterwards: list[Reaction[E]] = []

        @self(of)
        def mend(session: Session, snapshot: E) -> None:
            likeness.mend(session, snapshot)
            for reaction in afterwards:
                reaction(session, snapshot)

        def register(reaction: Reaction[E]) -> Reaction[E]:
            afterwards.append(reaction)
            return reaction

        return register

    def every(self, witness: Witness) -> Witness:
        """Register the decorated function for every event of every publisher followed."""
        self.witnesses.append(witness)
        return witness

    def is_snapshot(self, name: str) -> bool:
        """Tell whether events of that name repeat how a thing stands."""
        return name in self.known and events.is_snapshot(self.known[name])

    def passes_by(self, name: str) -> bool:
        """Tell whether such an event is the snapshot of something of which no copy is kept here.

        It must not stand for facts that were missed: whoever writes down what happened still waits for those.
        """
        return self.is_snapshot(name) and name not in self.followed

    def react(self, session: Session, envelope: events.Envelope) -> None:
        """Do what is to be done about one event."""
        event: Any = events.load(self.known[envelope.type], envelope.data)
        if reaction := self.followed.get(envelope.type):
            reaction(session, event)
        for witness in self.witnesses:
            witness(session, event, envelope)


def announced_by(module: ModuleType) -> list[type]:
    """List the events that a contract module defines."""
    return [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and hasattr(thing, "__dataclass_fields__") and thing.__module__ == module.__name__
    ]
