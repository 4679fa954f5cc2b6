"""Settings come from the environment, once, at start-up."""

import os
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Any, Self

SHORTEST_SECRET = 32


class ConfigError(Exception):
    """The process was started without the settings it needs."""


@dataclass(frozen=True)
class Settings:
    """What a program must be told; each field is ``KUNDEKORT_<FIELD>``, or a file named by ``…_FILE``.

    A program with needs of its own subclasses this and adds fields.
    """

    service: str
    database_url: str
    token_public_key: str  # PEM, Ed25519: whose tokens are believed
    cursor_key: str  # signs list cursors; at least 32 characters
    broker_url: str = ""  # empty: the embedded form, events are handed over inside the process
    in_flight: int = 64  # requests served at once before new ones are turned away
    deadline_ms: int = 10_000  # the longest a request may take when the caller set no shorter one
    retry_ms: int = 1_000  # the first pause before a failed event is tried again
    heartbeat: int = 10  # seconds between signs of life to the broker; two that are missed end the connection
    queue_length: int = 100_000  # events that wait for this program at the broker; more stay with their publishers
    log_level: str = "INFO"

    def __post_init__(self) -> None:
        """Refuse secrets that can be guessed."""
        if len(self.cursor_key) < SHORTEST_SECRET:
            raise ConfigError(f"KUNDEKORT_CURSOR_KEY must be at least {SHORTEST_SECRET} characters")

    @classmethod
    def from_env(cls, service: str, env: Mapping[str, str] = os.environ) -> Self:
        """Read every setting, or name all the missing and malformed ones at once."""
        found: dict[str, Any] = {"service": service}
        wrong: list[str] = []
        for field in fields(cls):
            if field.name != "service":
                _read(field, env, found, wrong)
        if wrong:
            raise ConfigError("set these environment variables: " + ", ".join(wrong))
        return cls(**found)


def _read(field: Field[Any], env: Mapping[str, str], found: dict[str, Any], wrong: list[str]) -> None:
    name = f"KUNDEKORT_{field.name.upper()}"
    told = text(name, env)
    if told is None:
        if field.default is MISSING:
            wrong.append(name)
        return
    try:
        found[field.name] = int(told) if field.type is int else told
    except ValueError:
        wrong.append(f"{name} (a whole number)")


def text(name: str, env: Mapping[str, str]) -> str | None:
    """Prefer the file: secrets in the environment can be read by whoever inspects the container."""
    path = env.get(f"{name}_FILE")
    if not path:
        return env.get(name)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{name}_FILE: {error}") from error


def settings_class(package: str) -> type[Settings]:
    """Find the settings of a program: ``<package>/settings.py`` where it has needs of its own."""
    try:
        module = import_module(f"{package}.settings")
    except ModuleNotFoundError:
        return Settings
    own = [thing for thing in vars(module).values() if isinstance(thing, type) and issubclass(thing, Settings)]
    return max(own, key=lambda kind: len(kind.__mro__))
