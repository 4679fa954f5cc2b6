"""Bytes of nobody, as somebody may look at them: as JSON, as text, or in numbers; never as what they claim to be."""

import json
import unicodedata
from typing import Any

from chassis import strictjson

MOST = 64 * 1024  # bytes, or characters, that are shown

_ROW = 16  # bytes in a row of numbers
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}  # what is not seen where it stands, or turns round what is


def shown(raw: bytes) -> dict[str, Any]:
    """Return the bytes in ``form`` ``json``, ``text`` or ``hex``, their ``size``, and whether some were ``cut``."""
    try:
        form, text = "json", json.dumps(strictjson.loads(raw), ensure_ascii=False, indent=2)
    except strictjson.NotStrict:
        form, text = _otherwise(raw[:MOST])
    cut = len(text) > MOST if form == "json" else len(raw) > MOST
    return {"form": form, "size": len(raw), "cut": cut, "text": visible(text if form == "hex" else text[:MOST])}


def _otherwise(head: bytes) -> tuple[str, str]:
    try:
        return "text", head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 3 and len(head) == MOST:  # the last character was cut
            return "text", head[: error.start].decode("utf-8")
    return "hex", "\n".join(_row(head, start) for start in range(0, len(head), _ROW))


def _row(head: bytes, start: int) -> str:
    row = head[start : start + _ROW]
    letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)  # noqa: PLR2004  # printable ASCII
    return f"{start:06x}  {row.hex(' '):<47}  {letters}"


def visible(text: str) -> str:
    """Write what cannot be seen, but for the ends of lines, as its number."""
    return "".join(
        char if char == "\n" or unicodedata.category(char) not in _UNSEEN else f"\\u{ord(char):04x}" for char in text
    )
