"""gunicorn around one program, set up in code so that every program runs alike.

At HUP the workers are replaced while the door stays open: the new ones serve before the old ones are told to stop.
The master imports nothing of ours but this module and the command line: new workers have today's code and settings.
"""

import select
import signal
import time
from contextlib import suppress
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer
from gunicorn.workers.gthread import ThreadWorker

BOOT = 60.0  # seconds that new workers may take


class Web(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """One program's web process."""

    def __init__(self, name: str, port: int, workers: int) -> None:
        self.name, self.port, self.workers = name, port, workers
        super().__init__()

    def load_config(self) -> None:
        """Threads, a drain that is longer than the longest request, and no control socket."""
        options = {
            "bind": f"0.0.0.0:{self.port}",
            "workers": self.workers,
            "worker_class": Worker,
            "threads": 16,
            "graceful_timeout": 25,
            "timeout": 60,
            "keepalive": 30,
            "control_socket_disable": True,
            "accesslog": None,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the application in the worker, after the fork: no connection is ever shared."""
        from chassis import logs
        from chassis.run import create

        logs.configure()
        return create(self.name)

    def run(self) -> None:
        """Serve until told to stop."""
        Master(self).run()


class Master(Arbiter):  # type: ignore[misc]
    """Keeps the door: it listens, and its workers take in who comes."""

    def reload(self) -> None:
        """Put new workers in the place of the old ones; if they do not come up, the old ones go on."""
        old = set(self.WORKERS)
        for _ in range(self.cfg.workers):
            self.spawn_worker()
        new = set(self.WORKERS) - old
        if self._serve(new):
            self._end(old, signal.SIGTERM)
            return
        self.log.error("the new workers do not come up; the old ones go on")
        self._end(new, signal.SIGKILL)
        while new & set(self.WORKERS):
            self._bury()

    def _serve(self, workers: set[int]) -> bool:
        """Wait until they serve: a worker's sign of life is on the monotonic clock from its first one on."""
        until = time.monotonic() + BOOT
        while workers <= set(self.WORKERS) and time.monotonic() < until:
            if all(self.WORKERS[pid].tmp.last_update() <= time.monotonic() for pid in workers):
                return True
            self._bury()
        return False

    def _bury(self) -> None:
        time.sleep(0.05)
        with suppress(HaltServer):  # a worker that cannot start is a reason to end at the first start only
            self.reap_workers()

    def _end(self, workers: set[int], how: signal.Signals) -> None:
        for pid in workers & set(self.WORKERS):
            self.kill_worker(pid, how)


class Worker(ThreadWorker):  # type: ignore[misc]
    """Answers requests, and goes without leaving anybody standing at the door."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Turn ``/ready`` red at TERM.

        Once only: a second TERM comes while the first is heard, and would wait for ever for the lock that the first
        holds.
        """
        first = self.alive
        super().handle_exit(sig, frame)
        if first and self.booted:
            self.wsgi.extensions["program"].stopping.set()

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001  # gunicorn's signature
        """At the end take in who has been let in by the kernel already, and close the door at once.

        gunicorn itself leaves it open and unattended for as long as the last request takes, and the kernel then
        hangs up on whoever stands there.
        """
        super().set_accept_enabled(enabled)
        if self.alive:
            return
        for listener in self.sockets:
            for _ in range(self.cfg.backlog):
                if not select.select([listener], [], [], 0)[0]:
                    break
                self.accept(listener)
            listener.close()
