"""Wake the relay at once when something was announced, without slowing those who announce.

A NOTIFY in the writing transaction would make all writers commit one after the other. So nobody notifies who writes: a
thread of each process does it for all of them, in a transaction of its own and at most every ``GAP`` seconds. What is
missed here is found by polling.
"""

import threading
import time
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

CHANNEL = "outbox"
GAP = 0.05  # seconds: a quarter of what an event may take, and twenty questions a second of each process at most
PATIENCE = 5.0  # seconds without an announcement after which the thread ends


class Crier:
    """Says in all of the program's processes that the outbox has something."""

    def __init__(self, engine: Engine) -> None:
        self.woken = threading.Event()  # for a relay in this very process
        self._engine = engine
        self._asked = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def cry(self) -> None:
        """Wake the relay, wherever it runs; this waits for nobody."""
        self.woken.set()
        if self._engine.dialect.name != "postgresql":
            return  # the embedded form: all in one process
        self._asked.set()
        if self._thread is None and not self._closed:
            self._begin()

    def close(self) -> None:
        """End the thread, which may hold a connection."""
        self._closed = True
        self._asked.set()
        if thread := self._thread:
            thread.join()

    def _begin(self) -> None:
        """Start the thread late: a thread that was there before a fork is not there after it."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="crier", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (self._asked.wait(PATIENCE) or not self._may_end()) and not self._closed:
            self._asked.clear()
            with (
                suppress(SQLAlchemyError),
                self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as it,
            ):
                it.execute(text(f"NOTIFY {CHANNEL}"))
            time.sleep(GAP)

    def _may_end(self) -> bool:
        with self._lock:
            if self._asked.is_set():
                return False
            self._thread = None
            return True


class Sleeper:
    """A relay that sleeps until it is woken."""

    def __init__(self, connection: Connection, crier: Crier) -> None:
        self._crier = crier
        self._driver: Any = None
        if connection.dialect.name == "postgresql":
            with connection.begin():
                connection.execute(text(f"LISTEN {CHANNEL}"))
            self._driver = connection.connection.driver_connection
            self._lost = connection.dialect.loaded_dbapi.Error

    def sleep(self, seconds: float) -> None:
        """Sleep that long, or until something is announced."""
        if self._driver is None:
            self._crier.woken.wait(seconds)
            self._crier.woken.clear()
            return
        try:
            list(self._driver.notifies(timeout=seconds, stop_after=1))
        except self._lost as error:
            raise DBAPIError(f"LISTEN {CHANNEL}", None, error) from error
