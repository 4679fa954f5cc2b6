"""Routes of the session: the one thing a stranger may write to."""

from flask import Blueprint, Response, request

from chassis import events
from chassis.api import Routes, StrictParser
from gateway.directory.api import shown
from gateway.directory.schemas import MeShape
from gateway.preferences.language import speak_as_kept
from gateway.signin import actions, cookie
from gateway.signin.schemas import CredentialsShape
from gateway.visitors import Visitor, look_up, whoami

door = Blueprint("door", __name__)  # open: whoever signs in has no rights yet
api = Routes("session", url_prefix="/api/session", description="The session of whoever is signed in")

CREDENTIALS, ME = CredentialsShape(), MeShape()


@door.post("/api/session")
def sign_in() -> Response:
    """Sign in; the session gets a new id, and the one that was there ends."""
    given = StrictParser().parse(CREDENTIALS, request, location="json")
    token = actions.sign_in(given["email"], given["password"], request.remote_addr or "")
    visitor = look_up(token)
    said = Response(events.to_json(ME.dump(shown(visitor))), 201, content_type="application/json")
    return begin(token, visitor, said)


def begin(token: str, visitor: Visitor | None, response: Response) -> Response:
    """Hand out a session in place of the one that the client came with, and speak the employee's language."""
    if before := cookie.sent(request):
        actions.sign_out(before)
    cookie.give(response, token)
    if visitor:
        speak_as_kept(response, visitor.caller)
    return response


@api.get("", action="read")
@api.response(200, MeShape)
def show() -> dict[str, object]:
    """Show whose session this is."""
    return shown(whoami(request))


@api.delete("", action="read")
@api.doc(**{"x-unversioned": True})
@api.response(204)
def sign_out() -> Response:
    """End the session."""
    if token := cookie.sent(request):
        actions.sign_out(token)
    response = Response(status=204)
    cookie.take_back(response)
    return response
