"""Passwords: argon2id, and as long to say no for an unknown account as for a known one."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chassis.errors import Invalid

SHORTEST, LONGEST = 12, 128

_hasher = PasswordHasher()
_NOBODYS = _hasher.hash("the password of nobody")


def hashed(password: str, field: str = "password") -> str:
    """Hash a new password; its length is all that is asked of it (ASVS 6.2)."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid({field: f"A password has {SHORTEST} to {LONGEST} characters."})
    return _hasher.hash(_bytes(password))


def fits(password: str, password_hash: str | None) -> bool:
    """Tell whether the password is the one; without a hash the answer takes as long and is no."""
    try:
        return _hasher.verify(password_hash or _NOBODYS, _bytes(password)) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    """One password is one row of bytes, whichever way a keyboard composes its letters."""
    return unicodedata.normalize("NFC", password[: LONGEST + 1]).encode("utf-8", "replace")
