"""One running program: its application, its database, what it follows and what it gives to the card."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chassis.auth import Caller

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine, MetaData
    from sqlalchemy.orm import Session, sessionmaker

    from chassis.config import Settings
    from chassis.metrics import Metrics
    from chassis.reactions import Reactions
    from chassis.tables import InDepartments

Chore = Callable[[], None]


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
    chores: tuple[Chore, ...] = ()  # done every minute, such as emptying a bin
    woken: threading.Event = field(default_factory=threading.Event)  # something waits in the outbox
    stopping: threading.Event = field(default_factory=threading.Event)
