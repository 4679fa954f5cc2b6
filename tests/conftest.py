"""What every test folder shares: real servers, a program under test, and the people who use it."""

from tests.servers import broker, browser_path, postgres_server
from tests.suite import ada, announced, bob, client, customer_id, eve, hear

__all__ = [
    "ada",
    "announced",
    "bob",
    "broker",
    "browser_path",
    "client",
    "customer_id",
    "eve",
    "hear",
    "postgres_server",
]
