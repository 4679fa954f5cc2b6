"""What stands around every page: who looks at it, and the names of colleagues and departments."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Response, make_response, redirect, request

from chassis import auth
from chassis.db import reading
from gateway.directory.models import department_names, employee_names
from gateway.preferences.actions import preferences
from gateway.preferences.language import language
from gateway.preferences.models import Preferences
from gateway.signin import cookie
from gateway.visitors import whoami

MINE = "kundekort.mine"


def context() -> dict[str, Any]:
    """Give to every template what every page shows."""
    visitor, token = whoami(request), cookie.sent(request)  # of a session that has ended the cookie is still there
    found: dict[str, Any] = {
        "request_path": request.path,
        "locale": language(),
        "csrf_token": cookie.masked(cookie.csrf_token(token)) if token else "",
    }
    if visitor is None:
        return found
    departments, employees = names()
    return {**found, "me": visitor, "mine": mine(), "departments": departments, "employees": employees}


def me() -> UUID:
    """Return who is signed in."""
    employee = auth.caller().employee
    assert employee is not None  # only employees sign in
    return employee


def mine() -> Preferences:
    """Return what whoever is signed in has chosen, asked for once in a request."""
    if MINE not in request.environ:
        with reading() as session:
            request.environ[MINE] = preferences(session, me())
    found: Preferences = request.environ[MINE]
    return found


def names(*, only_active: bool = False) -> tuple[dict[str, str], dict[str, str]]:
    """Return departments and employees by id, in alphabetical order."""
    with reading() as session:
        departments = {str(each): name for each, name in department_names(session).items()}
        employees = {str(each): name for each, name in employee_names(session, only_active=only_active).items()}
    return departments, employees


def to_sign_in() -> Response:
    """Send somebody who is nobody to the sign-in page, and back afterwards."""
    if request.headers.get("HX-Request"):
        return Response(status=401)
    return make_response(redirect(f"/sign-in?next={quote(request.full_path.rstrip('?'))}"))


def own_path(text: str) -> str:
    """Return *text* if it is a path of ours, else the front page: nobody is sent elsewhere after signing in."""
    clean = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable() and "\\" not in text
    return text if clean else "/customers"
