"""What the OpenAPI document says of bodies that are no JSON."""

from typing import Any

BYTES: dict[str, Any] = {}  # OpenAPI 3.1: any media type without a schema is bytes
FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
}
UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file; a body that is not a form needs the name in the query.",
        "content": {"application/octet-stream": BYTES, "multipart/form-data": {"schema": FORM}},
    },
}
RANGE = {
    "name": "Range",
    "in": "header",
    "required": False,
    "description": "The bytes that are wanted, such as bytes=0-1023",
    "schema": {"type": "string"},
}
DOWNLOAD: dict[str, Any] = {
    "parameters": [RANGE],
    "responses": {
        "200": {"description": "The whole content", "content": {"*/*": BYTES}},
        "206": {"description": "The range that was asked for", "content": {"*/*": BYTES}},
    },
}
