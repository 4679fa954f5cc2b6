"""The cookie that holds a session's id."""

import hashlib
import hmac
import secrets

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


def masked(csrf: str) -> str:
    """Write a token differently on every page, so that the length of what is compressed tells nothing of it."""
    pad = secrets.token_bytes(len(csrf) // 2)
    return (pad + _xor(pad, bytes.fromhex(csrf))).hex()


def unmasked(given: str) -> str:
    """Read such a token; programs send it as it is."""
    try:
        raw = bytes.fromhex(given)
    except ValueError:
        return given
    half = hashlib.sha256().digest_size
    return _xor(raw[:half], raw[half:]).hex() if len(raw) == 2 * half else given


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _settings() -> GatewaySettings:
    settings: GatewaySettings = current_app.extensions["program"].settings
    return settings
