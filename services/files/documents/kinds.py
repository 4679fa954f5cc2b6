"""What kind a file is of, by its content: its name says what somebody wants it to be."""

import codecs

import puremagic

ENDS = 64 * 1024  # bytes at the beginning and at the end that are looked at
TEXT, UNKNOWN, ZIP = "text/plain", "application/octet-stream", "application/zip"
XML, SVG = "application/xml", "image/svg+xml"

# formats that are written in letters; anything else found in a text is words that merely look like a mark
LETTERED = {
    "application/pdf", "application/postscript", "application/rtf", XML, SVG, "message/rfc822",
    "text/html",
}  # fmt: skip
LEAST_MARK = 4  # bytes that make a mark in a text

OFFICE = "application/vnd.openxmlformats-officedocument."
PACKED = {  # a folder in the zip: what it is
    b"word/": f"{OFFICE}wordprocessingml.document",
    b"xl/": f"{OFFICE}spreadsheetml.sheet",
    b"ppt/": f"{OFFICE}presentationml.presentation",
}


def content_type(head: bytes, tail: bytes) -> str:
    """Tell the media type from the first and the last bytes."""
    if _is_text(head):
        return _lettered(head.lstrip(b"\xef\xbb\xbf \t\r\n"))
    found = next((kind for kind, _ in _matches(head)), UNKNOWN)
    return _packed(head + tail) if found.startswith(OFFICE) or found == ZIP else found


def _matches(head: bytes) -> list[tuple[str, int]]:
    """List the kinds whose marks are found, the surest first, with the length of the mark."""
    try:
        return [(found.mime_type or UNKNOWN, len(found.byte_match)) for found in puremagic.magic_string(head)]
    except (puremagic.PureError, ValueError):
        return []


def _lettered(head: bytes) -> str:
    """Tell one of the formats written in letters; HTML is HTML in capitals as well."""
    matches = _matches(head) + _matches(head.lower())
    found = next((kind for kind, mark in matches if kind in LETTERED and mark >= LEAST_MARK), TEXT)
    return SVG if b"<svg" in head and found == XML else found


def _packed(ends: bytes) -> str:
    """Tell an Office document from any other zip: their marks are the same."""
    return next((kind for folder, kind in PACKED.items() if folder in ends and b"[Content_Types].xml" in ends), ZIP)


def _is_text(head: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut
    except UnicodeDecodeError:
        return False
    return all(char >= " " or char in "\t\n\r\f" for char in text)
