"""Logs as one JSON object a line, with the request id and the trace they belong to.

What may be written is listed, not what may not: a field outside the list is dropped, long text is cut.
"""

import logging
import random
import re
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog

ALLOWED = frozenset(
    [
        "event",
        "level",
        "timestamp",
        "service",
        "request_id",
        "trace_id",
        "span_id",
        "tenant",
        "employee",
        "customer",
        "method",
        "route",
        "status",
        "ms",
        "bytes",
        "type",
        "aggregate",
        "version",
        "reason",
        "attempts",
        "count",
        "error",
        "where",
        "name",
        "queue",
        "address",
        "port",
        "state",
        "source",
        "limit",
        "exc_info",
        "exception",
        "seconds",
        "audience",
    ]
)
LONGEST = 2_000  # characters of one value
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$")


_context: ContextVar[dict[str, str]] = ContextVar("what is being done", default={})  # noqa: B039  # never changed, only replaced


def configure(level: str = "INFO") -> None:
    """Write to standard error; the platform collects it from there."""
    structlog.configure(
        processors=[
            _add_context,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            keep_allowed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def keep_allowed(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the listed fields, cut long text, and hide credentials in addresses."""
    return {name: _safe(value) for name, value in line.items() if name in ALLOWED}


def _add_context(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {**_context.get(), **line}


def _safe(value: Any) -> Any:
    return _CREDENTIALS.sub("***@", value[:LONGEST]) if isinstance(value, str) else value


def bind(traceparent: str | None, **context: str) -> None:
    """Begin a piece of work: continue the caller's trace, or start one."""
    match = _TRACEPARENT.match(traceparent or "")
    trace_id = match[1] if match else name(128)
    _context.set({"trace_id": trace_id, "span_id": name(64), **context})


def name(bits: int) -> str:
    """Draw a name for a piece of work. It guards nothing; asking the kernel would let another thread go first."""
    return f"{random.getrandbits(bits):0{bits // 4}x}"


def context(name: str) -> str:
    """Return one value of the current piece of work, such as ``request_id``."""
    return _context.get().get(name, "")


def traceparent() -> str:
    """Return the W3C trace header that what we cause shall carry."""
    trace_id, span_id = context("trace_id"), context("span_id")
    return f"00-{trace_id}-{span_id}-01" if trace_id else ""


def passed_on() -> dict[str, str]:
    """Return the headers by which another program's work for this one can be found."""
    found = {"X-Request-Id": context("request_id"), "traceparent": traceparent()}
    return {name: value for name, value in found.items() if value}
