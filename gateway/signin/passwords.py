"""Passwords: argon2id, and as long to say no for an unknown account as for a known one."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from chassis.errors import Invalid

SHORTEST, LONGEST = 12, 128


@cache
def _hasher(memory_kib: int) -> PasswordHasher:
    return PasswordHasher(memory_cost=memory_kib)


@cache
def _nobodys(memory_kib: int) -> str:
    return _hasher(memory_kib).hash("the password of nobody")


def _memory_kib() -> int:
    return int(current_app.extensions["program"].settings.password_memory_kib)


def hashed(password: str, field: str = "password") -> str:
    """Hash a new password; its length is all that is asked of it (ASVS 6.2)."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid({field: f"A password has {SHORTEST} to {LONGEST} characters."})
    return _hasher(_memory_kib()).hash(_bytes(password))


def fits(password: str, password_hash: str | None) -> bool:
    """Tell whether the password is the one; without a hash the answer takes as long and is no."""
    memory_kib = _memory_kib()
    nobodys = _nobodys(memory_kib)  # made for known accounts, too: the first guess must not differ
    try:
        return _hasher(memory_kib).verify(password_hash or nobodys, _bytes(password)) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    """One password is one row of bytes, whichever way a keyboard composes its letters."""
    return unicodedata.normalize("NFC", password[: LONGEST + 1]).encode("utf-8", "replace")
