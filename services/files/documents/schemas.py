"""Files as they go over HTTP."""

from typing import Any

from marshmallow import ValidationError, fields

from chassis.paging import PageShape
from chassis.shapes import REQUIRED, Id, Moment, Shape
from services.files.documents.names import cleaned


class FileName(fields.String):
    """A file name of any length; a path before it, what cannot be seen and what is too long are left out."""

    default_error_messages = {**REQUIRED, "invalid": "Text is expected here."}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        name = cleaned(super()._deserialize(value, attr, data, **kwargs))
        if not name:
            raise ValidationError("Give the file a name.")
        return name


class UploadShape(Shape):
    """What is said about a file beside its content."""

    name = FileName()


class FileShape(Shape):
    """A file on a customer."""

    id = Id(dump_only=True)
    version = fields.Integer(dump_only=True)
    customer_id = Id(dump_only=True)
    name = FileName(required=True)
    size = fields.Integer(dump_only=True)
    content_type = fields.String(dump_only=True)
    sha256 = fields.String(dump_only=True)
    uploaded_at = Moment(dump_only=True)
    uploaded_by = Id(dump_only=True)
    binned_at = Moment(dump_only=True)


class FileListShape(PageShape):
    """Which page of the files is asked for."""


class FilePageShape(Shape):
    """One page of files, the latest first, and whose they are."""

    customer_name = fields.String()
    items = fields.List(fields.Nested(FileShape))
    next = fields.String(allow_none=True)


class BinPageShape(FilePageShape):
    """One page of the bin, and how many days what is thrown away is kept."""

    kept_days = fields.Integer()
