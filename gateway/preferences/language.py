"""The language that somebody reads: kept for an employee, and in a cookie, so that the sign-in page speaks it too."""

from flask import Response, current_app, has_request_context, request

from chassis.auth import Caller, calling
from chassis.db import reading
from gateway.preferences.actions import preferences

LANGUAGES = ("nb", "en")
COOKIE = "language"
PLACE = "kundekort.language"
YEAR = 365 * 24 * 3600


def language() -> str:
    """Return the language of whoever is asking: what was chosen, else Norwegian. A page asks hundreds of times."""
    if not has_request_context():
        return LANGUAGES[0]
    found: str | None = request.environ.get(PLACE)
    if found is None:
        chosen = request.cookies.get(COOKIE, "")
        found = request.environ[PLACE] = chosen if chosen in LANGUAGES else LANGUAGES[0]
    return found


def speak(response: Response, locale: str) -> None:
    """Speak a language to this browser from now on."""
    secure = bool(current_app.extensions["program"].settings.secure)
    response.set_cookie(COOKIE, locale, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)


def speak_as_kept(response: Response, caller: Caller) -> None:
    """Speak what the caller has chosen on whichever machine; who never chose is spoken to as before."""
    assert caller.employee is not None  # only employees sign in
    with calling(caller), reading() as session:
        kept = preferences(session, caller.employee).locale
    if kept:
        speak(response, kept)
