"""Upload and download of files on the card; the content only passes through."""

from datetime import datetime
from os import SEEK_END
from typing import Any
from uuid import UUID, uuid4

from flask import Response, make_response, redirect, render_template, request
from werkzeug.datastructures import FileStorage

from chassis import auth
from chassis.tables import now
from gateway.calls import call, stream
from gateway.web import problems
from gateway.web.editing import key_for
from gateway.web.texts import gettext


def show(customer: str, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    """Ask for files."""
    form: dict[str, Any] = {
        "action": f"/customers/{customer}/forms/files",
        "title": gettext("Upload files"),
        "values": {},
        "errors": errors or {},
        "limit": gettext("At most 100 MB each."),
        "key": request.form.get("idempotency_key") or str(uuid4()),
    }
    return make_response(render_template("forms/files.html", form=form, customer={"id": customer}), status)


def save(customer: str) -> Response:
    """Hand each file on, the ones that were taken before a refusal stay."""
    request.max_content_length = 1 << 40  # the files service knows the limit, and counts what really comes
    chosen = [each for each in request.files.getlist("files") if each.filename]
    if not chosen:
        return show(customer, {"files": gettext("Choose at least one file.")}, 422)
    for each in chosen:
        problem = _hand_on(customer, each)
        if problem:
            return show(customer, {"files": f"{each.filename}: {problem}"}, 422)
    if request.headers.get("HX-Request"):
        return Response(status=204)
    return make_response(redirect(f"/customers/{customer}/items/files", 303))


def _hand_on(customer: str, chosen: FileStorage) -> str:
    """Send one file on in pieces; return what was wrong with it, or nothing."""
    chosen.stream.seek(0, SEEK_END)
    size = chosen.stream.tell()
    chosen.stream.seek(0)
    headers = {"Content-Type": "application/octet-stream", "Idempotency-Key": key_for(f"{chosen.filename} {size}")}
    answer = call(
        auth.caller(), "files", "POST", f"/customers/{customer}/files", body=chosen.stream,
        query={"name": chosen.filename}, headers=headers,
    )  # fmt: skip
    return "" if answer.ok else " ".join(problems.errors(problems.read(answer), ()).values())


def beside(key: str | None, customer_id: UUID) -> dict[str, Any]:
    """Return what stands beside the files where they are looked at: the bin, with the days each file has left."""
    if key != "files":
        return {}
    answer = call(auth.caller(), "files", "GET", f"/customers/{customer_id}/files/bin")
    found: dict[str, Any] = answer.json() if answer.ok else {"items": [], "kept_days": 0}
    return {"bin": [{**file, "days_left": _days_left(file, found["kept_days"])} for file in found["items"]]}


def _days_left(file: dict[str, Any], kept: int) -> int:
    """Count the days until a file in the bin is gone; on its last it has one left."""
    lain = now() - datetime.fromisoformat(file["binned_at"])
    return max(1, kept - lain.days)


def download(customer_id: UUID, file_id: UUID) -> Response:
    """Hand the content on as it comes, ranges too."""
    return stream(auth.caller(), "files", f"/customers/{customer_id}/files/{file_id}/content")
