"""What every answer says to the browser, and what the gateway answers to at all."""

import hmac

from flask import Flask, Response, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix

from chassis.errors import NotFound
from gateway.settings import GatewaySettings
from gateway.signin.throttle import WINDOW

CONTENT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CONTENT,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
ONLY_TLS = "max-age=63072000; includeSubDomains"


def install(app: Flask, settings: GatewaySettings) -> None:
    """Stand at the door."""
    app.config["TRUSTED_HOSTS"] = settings.hosts
    app.before_request(_hide_metrics)
    app.after_request(_harden)
    if settings.proxies:
        n = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n)  # type: ignore[method-assign]


def _hide_metrics() -> None:
    """Show figures to whoever was given the token, and to nobody else that there are any."""
    if request.path != "/metrics":
        return
    token = current_app.extensions["program"].settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise NotFound


def _harden(response: Response) -> Response:
    there = {name.lower() for name, _ in response.headers}
    for name, value in ALWAYS.items():
        if name.lower() not in there:  # setdefault goes through all of them for each
            response.headers.add(name, value)
    if current_app.extensions["program"].settings.secure:
        response.headers["Strict-Transport-Security"] = ONLY_TLS
    if response.status_code == 429:  # noqa: PLR2004  # too many requests
        response.headers.setdefault("Retry-After", str(int(WINDOW.total_seconds())))
    if "vary" in there:
        response.vary.add("Cookie")
    else:
        response.headers.add("Vary", "Cookie")
    return response
