"""Routes of files."""

from datetime import timedelta
from typing import IO, Any
from uuid import UUID

from flask import Response, current_app, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from chassis import deadlines
from chassis.api import Routes, match
from chassis.auth import caller
from chassis.blobs import Blobs
from chassis.db import find, reading, transaction
from chassis.errors import Invalid, NotFound
from chassis.idempotency import once
from chassis.paging import page
from services.files.documents import actions
from services.files.documents.intake import Content, take_in, too_large
from services.files.documents.models import File, in_bin, on_shelf
from services.files.documents.names import cleaned, disposition
from services.files.documents.openapi import DOWNLOAD, UPLOAD
from services.files.documents.schemas import BinPageShape, FileListShape, FilePageShape, FileShape, UploadShape
from services.files.tables import Holder

api = Routes("files", item="files", description="Files on customers")

SHAPE = FileShape()
FORM = 64 * 1024  # bytes that a form may add around its file
LATEST_FIRST = (File.uploaded_at, File.id)


@api.post("/customers/<uuid:customer_id>/files", streamed=True)
@api.arguments(UploadShape, location="query")
@api.response(201, FileShape)
@api.doc(**UPLOAD)
def upload(asked: dict[str, Any], customer_id: UUID) -> Response:
    """Put a file on a customer: its content as the body, or as the part ``file`` of a form."""
    with reading():  # nobody sends a hundred megabytes to a customer he may not see
        pass
    name, content = _received(asked.get("name"))  # in no transaction: it lasts as long as the sender likes
    deadlines.start(None, current_app.extensions["program"].settings.deadline_ms)  # the sender's time is not ours
    return once(lambda: _added(customer_id, name, content), f"{name}\n{content.sha256}".encode())


def _received(asked_name: str | None) -> tuple[str, Content]:
    limit = current_app.extensions["program"].settings.upload_limit
    request.max_content_length = limit + FORM
    try:
        name, stream = _opened(asked_name)
    except RequestEntityTooLarge:
        raise too_large(limit) from None
    return name, take_in(_store(), caller().tenant, stream, limit)


def _opened(asked_name: str | None) -> tuple[str, IO[bytes]]:
    """Find the file in the request: the whole body, or the part ``file`` of a form."""
    if request.mimetype != "multipart/form-data":
        return _named(asked_name), request.stream
    part = request.files.get("file")  # werkzeug puts what is larger than 500 kB on disk as it comes
    if part is None:
        raise Invalid({"file": "Choose a file."})
    return _named(asked_name or part.filename), part.stream


def _named(name: str | None) -> str:
    found = cleaned(name or "")
    if not found:
        raise Invalid({"name": "Give the file a name."})
    return found


def _added(customer_id: UUID, name: str, content: Content) -> Response:
    with transaction() as session:
        file = actions.add(session, customer_id, name, content)
    response = jsonify(SHAPE.dump(file))
    response.status_code = 201
    response.set_etag(str(file.version))
    return response


@api.get("/customers/<uuid:customer_id>/files")
@api.arguments(FileListShape, location="query")
@api.response(200, FilePageShape)
def list_for_customer(asked: dict[str, Any], customer_id: UUID) -> dict[str, Any]:
    """List the files on a customer, the latest first."""
    with reading() as session:
        holder = find(session, Holder, customer_id)
        found = page(session, on_shelf(customer_id), LATEST_FIRST, asked, descending=True)
        return {**found, "customer_name": holder.name}


@api.get("/customers/<uuid:customer_id>/files/bin")
@api.arguments(FileListShape, location="query")
@api.response(200, BinPageShape)
def list_bin(asked: dict[str, Any], customer_id: UUID) -> dict[str, Any]:
    """List what was thrown away and can still be taken back."""
    with reading() as session:
        holder = find(session, Holder, customer_id)
        found = page(session, in_bin(customer_id), LATEST_FIRST, {**asked, "bin": True}, descending=True)
        kept_days = current_app.extensions["program"].settings.bin_days
        return {**found, "customer_name": holder.name, "kept_days": kept_days}


@api.get("/customers/<uuid:customer_id>/files/<uuid:file_id>")
@api.response(200, FileShape)
def show(customer_id: UUID, file_id: UUID) -> File:
    """Show what is known of a file."""
    with reading() as session:
        return find(session, File, file_id, customer_id=customer_id, binned_at=None)


@api.get("/customers/<uuid:customer_id>/files/<uuid:file_id>/content")
@api.response(200, content_type="application/octet-stream")
@api.doc(**DOWNLOAD)
def download(customer_id: UUID, file_id: UUID) -> Response:
    """Give the content, or the range of it that is asked for; always to be saved, never to be shown."""
    with reading() as session:
        file = find(session, File, file_id, customer_id=customer_id, binned_at=None)
    response = Response(_store().open(file.key), content_type=file.content_type)
    response.content_length = file.size
    response.set_etag(file.sha256)
    response.headers.set("Content-Disposition", "attachment", **disposition(file.name))
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request, accept_ranges=True, complete_length=file.size)
    return response


@api.patch("/customers/<uuid:customer_id>/files/<uuid:file_id>")
@api.arguments(FileShape)
@api.response(200, FileShape)
def rename(data: dict[str, Any], customer_id: UUID, file_id: UUID) -> File:
    """Give a file another name."""
    with transaction() as session:
        file = find(session, File, file_id, customer_id=customer_id, binned_at=None)
        match(file, SHAPE)
        return actions.rename(session, file, data["name"])


@api.delete("/customers/<uuid:customer_id>/files/<uuid:file_id>")
@api.response(204)
def throw_away(customer_id: UUID, file_id: UUID) -> None:
    """Put a file into the bin."""
    kept = timedelta(days=current_app.extensions["program"].settings.bin_days)
    with transaction() as session:
        file = find(session, File, file_id, customer_id=customer_id, binned_at=None)
        match(file, SHAPE)
        actions.throw_away(session, file, kept)


@api.post("/customers/<uuid:customer_id>/files/<uuid:file_id>/restore")
@api.response(200, FileShape)
def restore(customer_id: UUID, file_id: UUID) -> File:
    """Take a file back out of the bin."""
    with transaction() as session:
        file = find(session, File, file_id, customer_id=customer_id)
        if file.binned_at is None:
            raise NotFound(f"file {file_id} in the bin")
        return actions.restore(session, file)


def _store() -> Blobs:
    store: Blobs = current_app.extensions["blobs"]
    return store
