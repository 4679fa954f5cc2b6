"""A POST with an ``Idempotency-Key`` takes effect once: its answer is stored in the transaction of its effect.

A second request with the key waits for the first and gets the stored answer; with another body it is refused. A
request that fails stores nothing, so that the client may correct it and try again under the same key.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, current_app, request
from sqlalchemy import Column, Connection, Integer, LargeBinary, Table, Text, Uuid, delete, select, update

from chassis.auth import caller
from chassis.db import transaction
from chassis.errors import Malformed, Refused
from chassis.tables import Utc, chassis_tables, insert_new, now

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=48)
NOBODY = UUID(int=0)

_KEY = re.compile(r"[\x21-\x7e]{1,255}")

answers = Table(
    "idempotency",
    chassis_tables,
    Column("tenant_id", Uuid, primary_key=True),
    Column("employee_id", Uuid, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer),
    Column("body", LargeBinary),
    Column("content_type", Text),
    Column("etag", Text),
    Column("kept_at", Utc, nullable=False, index=True),
)


class KeyUsedForAnother(Refused):
    """This Idempotency-Key was used for another request."""

    status = 422


def once(act: Callable[[], Response], content: bytes | None = None) -> Response:
    """Act, unless this very request was answered before; *content* stands for a body that was read in pieces."""
    key = request.headers.get(HEADER)
    if request.method != "POST" or key is None:
        return act()
    if not _KEY.fullmatch(key):
        raise Malformed(f"{HEADER} must be 1 to 255 visible ASCII characters")
    fingerprint = _fingerprint(request.get_data(cache=True) if content is None else content)
    with transaction() as session:
        connection = session.connection()
        place = _place(key)
        while not insert_new(connection, answers, {**place, "fingerprint": fingerprint, "kept_at": now()}):
            if row := connection.execute(select(answers).where(_at(place))).one_or_none():
                return _stored(row, fingerprint)
            # else it was forgotten in this very moment
        response = act()
        if response.status_code < 400:  # noqa: PLR2004  # what fails is rolled back and may be tried again
            _store(connection, place, response)
        return response


def _place(key: str) -> dict[str, Any]:
    who = caller()
    return {"tenant_id": who.tenant, "employee_id": who.employee or NOBODY, "key": key}


def _fingerprint(content: bytes) -> str:
    digest = hashlib.sha256(f"{current_app.name} {request.method} {request.full_path}\n".encode())
    digest.update(content)
    return digest.hexdigest()


def _at(place: dict[str, Any]) -> Any:
    return (
        (answers.c.tenant_id == place["tenant_id"])
        & (answers.c.employee_id == place["employee_id"])
        & (answers.c.key == place["key"])
    )


def _stored(row: Any, fingerprint: str) -> Response:
    if row.fingerprint != fingerprint:
        raise KeyUsedForAnother
    response = Response(row.body, row.status, content_type=row.content_type)
    if row.etag:
        response.headers["ETag"] = row.etag
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _store(connection: Connection, place: dict[str, Any], response: Response) -> None:
    values = {
        "status": response.status_code,
        "body": response.get_data(),
        "content_type": response.content_type,
        "etag": response.headers.get("ETag"),
    }
    connection.execute(update(answers).where(_at(place)).values(values))


def clean(connection: Connection) -> int:
    """Forget answers that nobody will ask for again; return how many."""
    return connection.execute(delete(answers).where(answers.c.kept_at < now() - KEPT)).rowcount
