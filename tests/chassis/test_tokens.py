"""Only the gateway's token says who calls, and only a whole and fresh one."""

import base64
import hashlib
import hmac
import json
import time
from uuid import uuid4

import pytest
import time_machine
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from chassis import auth
from tests.suite import KEY, Client

OTHER = OKPKey.generate_key("Ed25519")


def claims(**changes):
    whole = {
        "iss": auth.ISSUER,
        "aud": "customers",
        "iat": now(0),
        "exp": now(60),
        "tid": str(uuid4()),
        "sub": str(uuid4()),
        "rights": ["*:*:*"],
        "deps": [],
        "everywhere": True,
        "off": [],
    }
    return {name: value for name, value in (whole | changes).items() if value is not ...}


def signed(header=None, key=KEY, **changes):
    whole = {"alg": "Ed25519", "typ": auth.TYPE} | (header or {})
    return jwt.encode(whole, claims(**changes), key, algorithms=[whole["alg"]])


def b64(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forged(header, signature=b""):
    return f"{b64({'typ': auth.TYPE} | header)}.{b64(claims())}.{b64(signature)}"


def with_public_key_as_secret():
    """Key confusion: the public key, which everybody knows, as the secret of an HMAC."""
    head = f"{b64({'typ': auth.TYPE, 'alg': 'HS256'})}.{b64(claims())}"
    secret = KEY.as_pem(private=False)
    return f"{head}.{b64(hmac.new(secret, head.encode(), hashlib.sha256).digest())}"


def unsigned_part(token, part, replaced):
    parts = token.split(".")
    parts[part] = replaced
    return ".".join(parts)


def now(seconds):
    return int(time.time()) + seconds


# Made when they are used: an expired token would be refused whatever else is wrong with it.
FORGERIES = {
    "none": lambda: forged({"alg": "none"}),
    "nOnE": lambda: forged({"alg": "nOnE"}),
    "no algorithm": lambda: forged({}),
    "key confusion": with_public_key_as_secret,
    "no signature": lambda: unsigned_part(signed(), 2, ""),
    "other claims": lambda: unsigned_part(signed(), 1, b64(claims())),
    "other header": lambda: unsigned_part(signed(), 0, b64({"alg": "Ed25519", "typ": auth.TYPE, "x": 1})),
    "another's key": lambda: signed(key=OTHER),
    "the key it brings along": lambda: signed({"jwk": OTHER.as_dict(private=False)}, key=OTHER),
    "the address of a key": lambda: signed({"jku": "http://127.0.0.1:9/keys"}, key=OTHER),
    "a path as key id": lambda: signed({"kid": "../../dev/null"}, key=OTHER),
    "RS256": lambda: signed({"alg": "RS256"}, key=RSAKey.generate_key(2048)),
    "ES256": lambda: signed({"alg": "ES256"}, key=ECKey.generate_key("P-256")),
    "unencoded": lambda: forged({"alg": "Ed25519", "b64": False, "crit": ["b64"]}),
    "critical": lambda: forged({"alg": "Ed25519", "crit": ["exp"], "exp": 1}),
    "another type": lambda: signed({"typ": "JWT"}),
    "no type": lambda: signed({"typ": ""}),
    "another audience": lambda: signed(aud="invoicing"),
    "no audience": lambda: signed(aud=...),
    "empty audience": lambda: signed(aud=""),
    "another issuer": lambda: signed(iss="somebody"),
    "no issuer": lambda: signed(iss=...),
    "expired": lambda: signed(iat=now(-200), exp=now(-140)),
    "past the leeway": lambda: signed(iat=now(-92), exp=now(-61)),
    "no end": lambda: signed(exp=...),
    "in a hundred years": lambda: signed(exp=now(100 * 365 * 86_400)),
    "longer than a minute": lambda: signed(exp=now(120)),
    "from the future": lambda: signed(iat=now(600), exp=now(650)),
    "not yet": lambda: signed(nbf=now(600)),
    "no beginning": lambda: signed(iat=...),
    "text as time": lambda: signed(exp="tomorrow"),
    "no tenant": lambda: signed(tid=...),
    "a tenant that is none": lambda: signed(tid="x"),
    "a tenant that is a list": lambda: signed(tid=[str(uuid4())]),
    "no rights": lambda: signed(rights=...),
    "rights that are none": lambda: signed(rights=7),
    "departments that are none": lambda: signed(deps=["x"]),
    "an employee that is none": lambda: signed(sub="x"),
    "an operator without a name": lambda: signed(operator=True),
    "an operator with several": lambda: signed(operator=["olga@drift.no"]),
    "empty": lambda: "",
    "dots": lambda: "..",
    "garbage": lambda: "x.y.z",
    "bytes": lambda: "ÿÿÿ",
    "long": lambda: "x" * 7_000,
    "encrypted": lambda: "a.b.c.d.e",
    "deep": lambda: f"{b64(b'[' * 3_000)}.{b64(b'{}')}.x",
}


def ask(program, **headers):
    return program.app.test_client().get("/customers", headers=headers)


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_token_with_anything_odd_about_it_is_refused(program, forge):
    refused = ask(program, Authorization=f"Bearer {forge()}")

    assert (refused.status_code, refused.content_type) == (401, "application/problem+json")
    assert refused.json["title"] == "Sign in first."


def test_a_whole_token_is_believed(program):
    assert ask(program, Authorization=f"Bearer {signed()}").status_code == 200


def test_a_token_that_was_believed_a_while_ago_is_not_believed_for_ever(program):
    token = signed()
    assert ask(program, Authorization=f"Bearer {token}").status_code == 200

    with time_machine.travel(now(60 + auth.LEEWAY + 1)):
        assert ask(program, Authorization=f"Bearer {token}").status_code == 401


def test_clocks_may_differ_by_seconds(program):
    assert ask(program, Authorization=f"Bearer {signed(iat=now(-70), exp=now(-10))}").status_code == 200


@pytest.mark.parametrize("scheme", ["", "Basic", "bearer", "Token", "Bearer Bearer"])
def test_only_a_bearer_token_is_looked_at(program, scheme):
    assert ask(program, Authorization=f"{scheme} {signed()}").status_code == 401


def test_nothing_else_in_a_request_says_who_calls(program):
    told = {"X-User": "admin", "X-Tenant": str(uuid4()), "X-Internal": "1", "X-Forwarded-For": "127.0.0.1"}

    assert ask(program, **told, Cookie=f"token={signed()}").status_code == 401
    assert program.app.test_client().get(f"/customers?token={signed()}").status_code == 401


@pytest.mark.parametrize("path", ["/live", "/ready", "/metrics", "/openapi.json"])
def test_what_the_platform_asks_needs_no_token_and_minds_none(program, path):
    assert program.app.test_client().get(path).status_code == 200
    assert program.app.test_client().get(path, headers={"Authorization": "Bearer x"}).status_code == 200


def test_the_caller_of_one_request_is_not_that_of_the_next(program, ada):
    connection = program.app.test_client()
    assert Client(program, ada).get("/customers").status_code == 200

    assert connection.get("/customers").status_code == 401


@pytest.mark.parametrize(
    ("held", "may"),
    [
        ("customers:overview:read", True),
        ("customers:*:read", True),
        ("*:overview:*", True),
        ("customers:overview:write", False),
        ("customers:notes:read", False),
        ("invoicing:overview:read", False),
        ("customers:overview", False),
        ("*", False),
        ("customers:overview:read:more", False),
        ("", False),
        (7, False),
        (None, False),
        (["customers:overview:read"], False),
    ],
)
def test_a_right_holds_where_it_says(program, held, may):
    answer = ask(program, Authorization=f"Bearer {signed(rights=[held])}")

    assert answer.status_code == (200 if may else 403)
