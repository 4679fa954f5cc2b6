"""Refuse what another site makes a browser send (CSRF).

Whatever says that it comes from elsewhere is refused. What a foreign page could send without asking first, a POST
that is not JSON, must also carry the session's token, in ``X-CSRF-Token`` or as a form's field ``csrf_token``. Where
there is no session, or the form is a file upload that must not be read here, the browser has to say itself that the
request comes from one of our own pages.
"""

import hmac
from urllib.parse import urlsplit

from flask import request

from chassis.api import SAFE
from chassis.errors import Refused
from gateway.signin import cookie

FORM = "application/x-www-form-urlencoded"
UPLOAD = "multipart/form-data"


class Forged(Refused):
    """This did not come from a page of ours. Load the page again, and repeat it there."""

    status = 403


def refuse() -> None:
    """Look at a request that changes something."""
    if request.method in SAFE:
        return
    ours = _from_our_pages()
    if ours is False:
        raise Forged
    if request.method == "POST" and request.mimetype != "application/json" and not _proved(ours=ours):
        raise Forged


def _from_our_pages() -> bool | None:
    """Tell what the browser says; None when it says nothing (programs, and old browsers)."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin is not None and urlsplit(origin).netloc != request.host:
        return False
    return True if site or origin else None


def _proved(*, ours: bool | None) -> bool:
    token = cookie.sent(request)
    given = request.headers.get("X-CSRF-Token")
    if given is None and request.mimetype == FORM and token is not None:
        given = request.form.get("csrf_token", "")
    if given is not None and token is not None:
        return hmac.compare_digest(cookie.unmasked(given).encode("utf-8", "replace"), cookie.csrf_token(token).encode())
    return ours is True and (token is None or request.mimetype == UPLOAD)
