"""How a file comes in."""

import hashlib
import io
import json
import re
import time
import tracemalloc
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import requests

from tests.files.conftest import LIMIT
from tests.suite import errors

MIB = 1024 * 1024


class Film:
    """A body made while it is sent, so that no test holds it whole; *told* is the length that it claims."""

    def __init__(self, size, told=None, around=(b"", b"")):
        self.size, self.told, self.around = size, told or size + sum(map(len, around)), around

    def __len__(self):
        return self.told

    def __iter__(self):
        yield self.around[0]
        for start in range(0, self.size, MIB):
            yield b"\xff\n" * (min(MIB, self.size - start) // 2)
        yield self.around[1]


@contextmanager
def at_most(size):
    """Fail when this process takes more memory than *size* while the block runs."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < size
    finally:
        tracemalloc.stop()


def stored(program, tenant):
    """List the content that the store holds for a tenant."""
    folder = Path(unquote(urlsplit(program.settings.blobs_url).path)) / str(tenant)
    return [path for path in folder.glob("*") if path.is_file()]


def packed(folder):
    """Make an Office document, as far as its zip shows."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/document.xml", "<w/>")
    return content.getvalue()


def test_an_uploaded_file_is_sealed_counted_and_announced(put, announced, ada, customer_id):
    made = put("Blåbær".encode(), "bær.txt")

    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    seal = hashlib.sha256("Blåbær".encode()).hexdigest()
    assert made.json["name"] == "bær.txt"
    assert (made.json["size"], made.json["content_type"], made.json["sha256"]) == (8, "text/plain", seal)
    assert made.json["uploaded_by"] == str(ada.employee)
    expected = {"file_id": made.json["id"], "name": "bær.txt", "size": 8, "content_type": "text/plain", "sha256": seal}
    assert announced() == [("files.FileAdded", {"customer_id": str(customer_id), **expected})]


def test_a_browser_sends_a_form_and_the_file_keeps_its_name(client, shelf):
    form = {"file": (io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"\0" * 40), "Logo øst.png")}
    made = client.post(shelf, data=form, content_type="multipart/form-data")

    assert made.status_code == 201, made.text
    assert (made.json["name"], made.json["content_type"]) == ("Logo øst.png", "image/png")


def test_a_form_without_a_file_is_told_so_at_the_field(client, shelf):
    made = client.post(shelf, data={"comment": "x"}, content_type="multipart/form-data")

    assert (made.status_code, set(errors(made))) == (422, {"file"})


def test_forty_megabytes_pass_through_a_few_in_both_directions(served, client, send, shelf):
    film = Film(40 * MIB)
    with at_most(16 * MIB):
        made = send(film).json()
        path = f"{served}{shelf}/{made['id']}/content"
        answer = requests.get(path, headers={"Authorization": f"Bearer {client.token()}"}, stream=True, timeout=60)
        seal = hashlib.sha256()
        for piece in answer.iter_content(MIB):
            seal.update(piece)

    assert (made["size"], answer.headers["Content-Length"]) == (40 * MIB, str(40 * MIB))
    assert made["sha256"] == seal.hexdigest() == hashlib.sha256(b"".join(film)).hexdigest()


def test_forty_megabytes_in_a_form_pass_through_a_few_as_well(send):
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="film.bin"\r\n\r\n'
    with at_most(16 * MIB):
        made = send(
            Film(40 * MIB, around=(head, b"\r\n--edge--\r\n")), **{"Content-Type": "multipart/form-data; boundary=edge"}
        )

    assert (made.status_code, made.json()["size"]) == (201, 40 * MIB)


def test_a_file_above_the_limit_is_refused_with_the_limit(program, client, shelf, ada):
    refused = client.post(f"{shelf}?name=film.bin", data=b"x" * (LIMIT + 1))

    assert (refused.status_code, refused.json["limit"]) == (413, LIMIT)
    assert str(LIMIT) in refused.json["detail"]
    assert set(errors(refused)) == {"file"}
    assert stored(program, ada.tenant) == []


def test_a_file_far_above_the_limit_is_refused_by_its_length_before_it_is_sent(program, served, client, shelf, ada):
    address = urlsplit(served)
    connection = HTTPConnection(address.hostname, address.port, timeout=10)
    connection.putrequest("POST", f"{shelf}?name=film.bin")
    connection.putheader("Authorization", f"Bearer {client.token()}")
    connection.putheader("Content-Length", str(2**40))
    connection.endheaders()

    refused = connection.getresponse()

    assert (refused.status, json.load(refused)["limit"]) == (413, LIMIT)
    assert stored(program, ada.tenant) == []
    connection.close()


def test_a_body_that_does_not_tell_its_length_is_cut_off_at_the_limit(program, send, ada):
    refused = send(iter(Film(LIMIT + 2)))

    assert (refused.status_code, refused.json()["limit"]) == (413, LIMIT)
    assert stored(program, ada.tenant) == []


def test_a_body_that_does_not_tell_its_length_arrives_whole(send):
    made = send(iter(Film(4 * MIB)))

    assert (made.status_code, made.json()["size"]) == (201, 4 * MIB)


def test_a_slow_sender_keeps_nobody_from_writing_and_is_not_too_late_himself(send, put):
    def slowly():
        yield b"first"
        meanwhile.append(put(name="other.txt"))
        time.sleep(0.3)
        yield b"last"

    meanwhile = []
    made = send(slowly(), **{"X-Request-Deadline-Ms": "200"})

    assert [answer.status_code for answer in meanwhile] == [201]
    assert (made.status_code, made.json()["size"]) == (201, 9)


def test_a_file_that_breaks_off_leaves_nothing(program, client, shelf, ada, announced):
    broken = client.post(f"{shelf}?name=film.bin", data=b"x" * 100, environ_overrides={"CONTENT_LENGTH": "5000000"})

    assert (broken.status_code, broken.content_type) == (400, "application/problem+json")
    assert (stored(program, ada.tenant), announced()) == ([], [])


def test_an_empty_file_is_refused(program, put, ada):
    refused = put(b"")

    assert (refused.status_code, errors(refused)) == (422, {"file": "This file is empty."})
    assert stored(program, ada.tenant) == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("C:\\cv.pdf", "cv.pdf"),
        ("/etc/cron.d/x", "x"),
        ("faktura\u202egpj.exe", "fakturagpj.exe"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("blå\u200bbær\u2028.txt", "blåbær.txt"),
        ("<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf"),
        (".htaccess", ".htaccess"),
        ("æ" * 300 + ".pdf", "æ" * 125 + ".pdf"),
    ],
)
def test_a_name_is_never_a_path_and_shows_all_that_is_in_it(program, put, ada, sent, kept):
    made = put(name=sent)

    assert (made.status_code, made.json["name"]) == (201, kept)
    assert len(made.json["name"].encode()) <= 255
    assert all(re.fullmatch(r"[0-9a-f-]{36}", path.name) for path in stored(program, ada.tenant))


@pytest.mark.parametrize("name", ["", "..", "/", "  ", "\u202e"])
def test_a_file_without_a_name_is_told_so_at_the_field(put, name):
    refused = put(name=name)

    assert (refused.status_code, errors(refused)) == (422, {"name": "Give the file a name."})


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("cv.pdf", b"<!DOCTYPE html><script>alert(1)</script>", "text/html"),
        ("cv.pdf", b"\n  <HTML><body>", "text/html"),
        ("logo.png", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        ("foto.jpg", b"MZ\x90\0" + b"\0" * 100, "application/vnd.microsoft.portable-executable"),
        ("x.txt", b"%PDF-1.7\n1 0 obj", "application/pdf"),
        ("x.exe", b"BM is a brand of tyres", "text/plain"),
        ("x.pdf", packed("word"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("x.pdf", packed("xl"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("x.docx", packed("pictures"), "application/zip"),
        ("x.docx", bytes(range(1, 250)), "application/octet-stream"),
    ],
)
def test_the_content_says_what_kind_it_is_and_the_name_does_not(put, name, content, kind):
    assert put(content, name).json["content_type"] == kind


def test_a_repeated_upload_takes_effect_once_and_another_file_under_its_key_is_refused(put, announced):
    again = {"headers": {"Idempotency-Key": "upload-1"}}
    first, second, other = put(**again), put(**again), put(b"another", **again)

    assert (second.status_code, second.json, second.headers["ETag"]) == (201, first.json, first.headers["ETag"])
    assert second.headers["Idempotency-Replayed"] == "true"
    assert other.status_code == 422
    assert len(announced()) == 1


def test_nobody_uploads_without_the_right_or_where_he_sees_nothing(program, client, shelf, ada, bob, eve):
    reader = replace(ada, rights=frozenset({"files:files:read"}))
    without_files = replace(ada, disabled=frozenset({"files"}))
    asked = {"data": b"x", "query_string": {"name": "x.txt"}}

    assert client.as_(None).post(shelf, **asked).status_code == 401
    assert client.as_(reader).post(shelf, **asked).status_code == 403
    assert client.as_(without_files).post(shelf, **asked).status_code == 409
    assert client.as_(bob).post(shelf, **asked).status_code == 404
    assert client.as_(eve).post(shelf, **asked).status_code == 404
    assert stored(program, ada.tenant) == stored(program, eve.tenant) == []
