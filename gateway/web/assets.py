"""How pages reach the browser: small, and what does not change only once."""

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response, abort, request
from werkzeug.security import safe_join

FOLDER = Path(__file__).parent / "static"
FOR_GOOD = "public, max-age=31536000, immutable"  # its address names its content
WORTH_IT = 1_000  # bytes; less is not made smaller by compression
QUICK, SMALL = 5, 9  # gzip's levels: for a page of this moment, and for what is kept


class Asset(NamedTuple):
    """A file of the web client."""

    content: bytes
    packed: bytes
    seal: str
    kind: str


def install(blueprint: Blueprint) -> None:
    """Serve the web client's files, name them by their content, and compress pages."""
    blueprint.add_url_rule("/static/<path:name>", "static", serve)
    blueprint.add_app_template_global(address, "asset")
    blueprint.after_request(squeeze)


def address(name: str) -> str:
    """Return the address of a file; another content has another address."""
    found = _find(name)
    return f"/static/{name}?v={found.seal}" if found else f"/static/{name}"


def serve(name: str) -> Response:
    """Hand out a file, compressed where the browser can read that."""
    asset = _find(name)
    if asset is None:
        abort(404)
    packed = len(asset.packed) < len(asset.content) and request.accept_encodings["gzip"] > 0
    response = Response(asset.packed if packed else asset.content, content_type=asset.kind)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOR_GOOD if request.args.get("v") == asset.seal else "no-cache"
    response.set_etag(f"{asset.seal}-{'gzip' if packed else 'plain'}")
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns the response it was asked of


def squeeze(response: Response) -> Response:
    """Compress a page. Its token against forgery is another each time: the length tells nothing of it (BREACH)."""
    if response.mimetype != "text/html" or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0 and (response.content_length or 0) >= WORTH_IT:
        response.set_data(gzip.compress(response.get_data(), QUICK))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _find(name: str) -> Asset | None:
    path = safe_join(str(FOLDER), name)
    if path is None or not Path(path).is_file():
        return None
    return _load(path, Path(path).stat().st_mtime_ns)


@cache
def _load(path: str, _changed: int) -> Asset:
    """Read a file once, and again when it was changed."""
    content = Path(path).read_bytes()
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    kind = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    return Asset(content, gzip.compress(content, SMALL, mtime=0), hashlib.sha256(content).hexdigest()[:12], kind)
