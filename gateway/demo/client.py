"""A client of the public API, as any program outside would write one."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit


class Refused(Exception):
    """The suite did not take what the demo sent; the message says what and why."""


class Api:
    """Speaks to the gateway over one kept connection, signed in."""

    def __init__(self, address: str, email: str, password: str) -> None:
        parts = urlsplit(address)
        self.http = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self.cookie = ""
        self.sent = 0
        self.csrf_token = ""
        self.csrf_token = self.post("/api/session", {"email": email, "password": password})["csrf_token"]

    def post(self, path: str, body: Any) -> Any:
        """Add something, once: the key makes a repeated start harmless."""
        self.sent += 1
        return self._send("POST", path, json.dumps(body).encode(), {"Idempotency-Key": f"demo-{self.sent}"})

    def patch(self, path: str, body: Any) -> Any:
        """Change the present version of something."""
        etag = self._send("GET", path, b"", {}, header="ETag")
        return self._send("PATCH", path, json.dumps(body).encode(), {"If-Match": etag})

    def upload(self, path: str, content: bytes) -> Any:
        """Send a file."""
        return self._send("POST", path, content, {"Content-Type": "application/octet-stream"})

    def get(self, path: str) -> Any:
        """Look at something."""
        return self._send("GET", path, b"", {})

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str], header: str = "") -> Any:
        own = {"Content-Type": "application/json", "Cookie": self.cookie, "X-CSRF-Token": self.csrf_token}
        self.http.request(method, path, body, {**own, **headers})
        response = self.http.getresponse()
        text = response.read()
        if response.status >= 400:  # noqa: PLR2004  # an error, in HTTP
            raise Refused(f"{method} {path}: {response.status} {text[:300]!r} for {body[:300]!r}")
        if cookie := response.getheader("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return response.getheader(header) if header else json.loads(text or b"null")
