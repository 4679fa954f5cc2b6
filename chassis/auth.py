"""Who calls: the gateway's signed token, and nothing else, says it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from chassis.errors import Refused

ISSUER = "kundekort-gateway"
TYPE = "kundekort-service+jwt"
LIFETIME = 60  # seconds
LEEWAY = 30  # seconds that two clocks may be apart
ALGORITHMS = ["Ed25519"]


class Unauthenticated(Refused):
    """Sign in first."""

    status = 401


class Forbidden(Refused):
    """You do not have the right to do this."""

    status = 403


@dataclass(frozen=True)
class Caller:
    """On whose behalf a request or an event is handled."""

    tenant: UUID
    employee: UUID | None = None  # none: a program, or the suite itself
    rights: frozenset[str] = frozenset()
    departments: tuple[UUID, ...] = ()  # own departments, the home department first
    everywhere: bool = False  # sees the customers of every department of the tenant
    disabled: frozenset[str] = frozenset()  # card items that the tenant switched off
    operator: str = ""  # what somebody is called who runs the suite itself; no right of an agency makes one that

    def may(self, right: str) -> bool:
        """Tell whether a right ``<service>:<resource>:<action>`` is held, directly or by ``*`` in its place."""
        return any(_covers(held.split(":"), right.split(":")) for held in self.rights)

    def sees(self, service: str, item: str) -> bool:
        """Tell whether an item of a service's cards is switched on and may be read."""
        return item not in self.disabled and self.may(f"{service}:{item}:read")


def _covers(held: list[str], wanted: list[str]) -> bool:
    return len(held) == len(wanted) and all(word in (each, "*") for word, each in zip(held, wanted, strict=True))


_caller: ContextVar[Caller | None] = ContextVar("caller", default=None)


def whoever() -> Caller | None:
    """Return who is calling, if anybody is."""
    return _caller.get()


def caller() -> Caller:
    """Return who is calling, or refuse."""
    found = whoever()
    if found is None:
        raise Unauthenticated
    return found


@contextmanager
def calling(who: Caller) -> Iterator[None]:
    """Act on behalf of *who* until the block ends."""
    token = _caller.set(who)
    try:
        yield
    finally:
        _caller.reset(token)


def enter(who: Caller | None) -> None:
    """Set who calls for the rest of this request; the chassis clears it when the request ends."""
    _caller.set(who)


def demand(right: str) -> None:
    """Refuse a caller who does not hold *right*."""
    if not caller().may(right):
        raise Forbidden(right)


def demand_operator() -> None:
    """Refuse whoever does not run the suite itself, whatever rights he holds in an agency."""
    if not caller().operator:
        raise Forbidden("operators only")


def issue(private_key: OKPKey, who: Caller, audience: str) -> str:
    """Sign a short-lived token for one service (the gateway does this)."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": audience,
        "iat": now,
        "exp": now + LIFETIME,
        "tid": str(who.tenant),
        "sub": str(who.employee) if who.employee else "",
        "rights": sorted(who.rights),
        "deps": [str(department) for department in who.departments],
        "everywhere": who.everywhere,
        "off": sorted(who.disabled),
        **({"operator": who.operator} if who.operator else {}),
    }
    return jwt.encode({"alg": "Ed25519", "typ": TYPE}, claims, private_key, algorithms=ALGORITHMS)


def reader(public_key: OKPKey, audience: str) -> Callable[[str], Caller]:
    """Make what reads a token made by ``issue``; anything odd about one is a refusal.

    A signature is checked once for the half minute in which the gateway uses a token, its time whenever it is used.
    """
    opened = lru_cache(maxsize=1_000)(lambda token: _open(public_key, token))

    def read(token: str) -> Caller:
        try:
            claims, who = opened(token)
            _registry(audience).validate(claims)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unauthenticated from error
        return who

    return read


def _open(public_key: OKPKey, token: str) -> tuple[dict[str, Any], Caller]:
    decoded = jwt.decode(token, public_key, algorithms=ALGORITHMS)
    if decoded.header.get("typ") != TYPE or decoded.claims["exp"] - decoded.claims["iat"] > LIFETIME:
        raise Unauthenticated
    return decoded.claims, _read(decoded.claims)


def _registry(audience: str) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
        iat={"essential": True},
        tid={"essential": True},
    )


def _name(claim: Any) -> str:
    if not isinstance(claim, str):
        raise Unauthenticated
    return claim


def _read(claims: dict[str, Any]) -> Caller:
    return Caller(
        tenant=UUID(claims["tid"]),
        employee=UUID(claims["sub"]) if claims["sub"] else None,
        rights=frozenset(str(right) for right in claims["rights"]),
        departments=tuple(UUID(department) for department in claims["deps"]),
        everywhere=claims["everywhere"] is True,
        disabled=frozenset(claims["off"]),
        operator=_name(claims.get("operator", "")),
    )
