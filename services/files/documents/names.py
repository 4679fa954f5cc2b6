"""What a file may be called: a name is shown and offered for saving, and is never a path."""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

LONGEST = 255  # bytes of UTF-8: what file systems take
LONGEST_ENDING = 20

_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, bidi and joiners, half characters, line and paragraph breaks


def cleaned(name: str) -> str:
    """Keep the last part of a path without what cannot be seen; empty when nothing is left."""
    seen = "".join(char for char in unicodedata.normalize("NFC", name) if unicodedata.category(char) not in _UNSEEN)
    last = re.split(r"[/\\]", seen)[-1].strip()
    return _cut(last) if last.strip(". ") else ""


def disposition(name: str) -> dict[str, str]:
    """Offer a name for saving: whole, and in plain letters for old clients (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().replace('"', "").replace("%", "")
    return {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='')}"}


def _cut(name: str) -> str:
    """Shorten before the ending, and between characters."""
    if len(name.encode()) <= LONGEST:
        return name
    ending = PurePosixPath(name).suffix
    ending = ending if len(ending.encode()) <= LONGEST_ENDING else ""
    stem = name.removesuffix(ending).encode()[: LONGEST - len(ending.encode())]
    return stem.decode(errors="ignore") + ending
