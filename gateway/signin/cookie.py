"""The cookie that holds a session's id."""

import hashlib
import hmac

from flask import Request, Response, current_app

from gateway.settings import GatewaySettings


def name() -> str:
    """Name the cookie; ``__Host-`` binds it to this host and to TLS."""
    return "__Host-kundekort" if _settings().secure else "kundekort"


def sent(request: Request) -> str | None:
    """Return the session's id that the client sent."""
    return request.cookies.get(name()) or None


def give(response: Response, token: str) -> None:
    """Let the client hold a session's id; scripts cannot read it."""
    response.set_cookie(
        name(), token, path="/", httponly=True, samesite="Lax", secure=bool(_settings().secure),
        max_age=_settings().session_minutes * 60,
    )  # fmt: skip


def take_back(response: Response) -> None:
    """Make the client forget the session, and what it kept of it."""
    response.delete_cookie(name(), path="/", httponly=True, samesite="Lax", secure=bool(_settings().secure))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def csrf_token(token: str) -> str:
    """Derive what a form of this session carries: a foreign page cannot know it, and nothing need be stored."""
    return hmac.new(token.encode("utf-8", "replace"), b"csrf", hashlib.sha256).hexdigest()


def _settings() -> GatewaySettings:
    settings: GatewaySettings = current_app.extensions["program"].settings
    return settings
