"""What every test folder shares: real servers, a program under test, and the people who use it."""

import gc
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.servers import broker, browser_path, postgres_server
from tests.suite import ada, announced, bob, client, customer_id, engine_for, eve, hear

__all__ = [
    "ada",
    "announced",
    "bob",
    "broker",
    "browser_path",
    "client",
    "customer_id",
    "engine_for",
    "eve",
    "hear",
    "postgres_server",
]

FIRST = ("tests/system/",)  # starts twelve processes of ours: one worker does all of it, and begins with it
ALONE = (  # these ask how fast the suite is well again, or load it: one worker does them when all others are done
    "tests/compat/test_rolling.py",
    "tests/system/test_rolling_restart.py",
    "tests/operations/test_drill.py",
    "tests/faults/",
)


class ByFile(LoadFileScheduling):
    """Give each worker a file at a time, but all of the first, and all that want to be alone, to one."""

    def _split_scope(self, nodeid: str) -> str:
        return _place(nodeid) or super()._split_scope(nodeid)


def _place(nodeid: str) -> str | None:
    if nodeid.startswith(ALONE):
        return "alone"
    return "first" if nodeid.startswith(FIRST) else None


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    """Share the tests out so that what several files need is started as seldom as can be."""
    return ByFile(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what lasts longest, and end with what wants to be alone."""
    order = {"first": 0, None: 1, "alone": 2}
    items.sort(key=lambda item: order[_place(item.nodeid)])


def pytest_collection_finish() -> None:
    """Have the collector leave alone what lasts: walking all of it stops a program under test for a quarter second."""
    gc.collect()
    gc.freeze()
