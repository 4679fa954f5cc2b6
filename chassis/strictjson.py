"""JSON as both databases and every client understand it the same way.

The standard library accepts duplicate keys, NaN, NUL, lone surrogates and any depth; each of these is refused here.
"""

import json
import re
from typing import Any

DEEPEST = 32
MOST_MEMBERS = 10_000  # members and elements in one document
LONGEST_NUMBER = 40  # characters

# Possessive, and content with a text that never ends: each character is looked at once.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


class NotStrict(ValueError):
    """The text is not JSON that we accept; the message says why."""


def loads(raw: bytes | str) -> Any:
    """Parse *raw*, or raise ``NotStrict`` with a reason that a client can act on."""
    text = raw if isinstance(raw, str) else _decode(raw)
    _measure(text)
    try:
        value = _STRICT.decode(text)
    except json.JSONDecodeError as error:
        raise NotStrict(f"not JSON: {error.msg} at character {error.pos}") from None
    if "\\u" in text:  # the only way in for characters that the databases refuse
        _check_text(value)
    return value


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise NotStrict("not UTF-8") from None


def _measure(text: str) -> None:
    """Count brackets and members outside strings, before the recursive parser meets them."""
    if text.count("{") + text.count("[") <= DEEPEST and text.count(",") + text.count(":") <= MOST_MEMBERS:
        return  # not even those inside strings are too many
    bare = _STRING.sub("", text)
    if bare.count(",") + bare.count(":") > MOST_MEMBERS:
        raise NotStrict(f"more than {MOST_MEMBERS} members")
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", bare):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            raise NotStrict(f"nested deeper than {DEEPEST} levels")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise NotStrict(f"the member {next(n for n in names if names.count(n) > 1)!r:.80} stands twice")
    return members


def _constant(name: str) -> Any:
    raise NotStrict(f"{name} is not a number")


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise NotStrict("a number is too long")
    return int(text)


def _fraction(text: str) -> float:
    number = float(text)
    if len(text) > LONGEST_NUMBER or number in (float("inf"), float("-inf")):
        raise NotStrict("a number is too large")
    return number


_STRICT = json.JSONDecoder(
    object_pairs_hook=_members, parse_constant=_constant, parse_int=_whole, parse_float=_fraction
)


def _check_text(value: Any) -> None:
    if isinstance(value, dict):
        for name, each in value.items():
            _check_text(name)
            _check_text(each)
    elif isinstance(value, list):
        for each in value:
            _check_text(each)
    elif isinstance(value, str) and not storable(value):
        raise NotStrict("text holds NUL or half of a character")


def storable(text: str) -> bool:
    """Tell whether a database can keep this text: no NUL, no lone surrogate."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
