"""One running program: its application, its database, what it follows and what it gives to the card."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chassis.auth import Caller
from chassis.wake import Crier

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine, MetaData
    from sqlalchemy.orm import Session, sessionmaker

    from chassis.blobs import Contents
    from chassis.config import Settings
    from chassis.copies import Likeness
    from chassis.metrics import Metrics
    from chassis.reactions import Reactions
    from chassis.tables import InDepartments
    from chassis.timers import Chore, Due


@dataclass
class Program:
    """What ``service.build`` assembled."""

    name: str
    app: Flask
    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    tables: MetaData
    reactions: Reactions
    metrics: Metrics
    subject: type[InDepartments] | None = None  # this program's copy of the customer: who may see it is told there
    authenticate: Callable[[], Caller | None] = lambda: None  # who calls, from the request at hand
    originals: tuple[Likeness, ...] = ()  # rows that others keep copies of, and that can be restated for them
    contents: Contents | None = None  # what rows say of their content in the object store
    chores: dict[str, Chore] = field(default_factory=dict)  # done again and again, such as forgetting what is old
    due: dict[str, Due] = field(default_factory=dict)  # done when a timer of that name has run out
    epoch: int | None = None  # of its database; read when the first event is recorded
    reader: Engine = field(init=False)  # the same database, for whoever only looks
    crier: Crier = field(init=False)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Have somebody who wakes the relay."""
        self.reader = self.engine.execution_options(reading=True)
        self.crier = Crier(self.engine)

    def close(self) -> None:
        """Let go of the database; nobody may use the program afterwards."""
        self.crier.close()
        self.engine.dispose()
