"""Files on the card: in, out, and into the bin."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import count, item, opened, save, send, to_part

CONTRACT = b"%PDF-1.4\n% " + "Rammeavtale for bemanning æøå\n".encode() + bytes(range(256)) + b"\n%%EOF\n"


@pytest.fixture
def upload(card):
    """The dialog that asks for files."""
    to_part(card, "files")
    return opened(card, "open-files")


@pytest.fixture
def huge(tmp_path):
    """A file that is larger than is taken; no byte of it lies on the disk."""
    path = tmp_path / "film.bin"
    with path.open("wb") as file:
        file.truncate(100 * 1024**2 + 1)
    return path


def test_a_file_goes_in_comes_out_the_same_and_leaves(card, upload):
    field = upload.locator("#field-files")
    field.set_input_files({"name": "Rammeavtale æøå.pdf", "mimeType": "application/pdf", "buffer": CONTRACT})
    expect(upload.locator("#field-files-chosen")).to_have_text("Rammeavtale æøå.pdf")
    save(upload)
    expect(item(card, "files")).to_contain_text("Rammeavtale æøå.pdf")
    expect(item(card, "files")).to_contain_text("Ada Berg")
    expect(count(card, "files")).to_have_text("1")

    with card.expect_download() as began:
        card.get_by_role("link", name="Rammeavtale æøå.pdf", exact=True).click()
    assert began.value.suggested_filename == "Rammeavtale æøå.pdf"
    assert began.value.path().read_bytes() == CONTRACT

    item(card, "files").locator("[id^=do-file_bin-]").click()
    expect(item(card, "files")).to_have_attribute("data-state", "empty")
    expect(count(card, "files")).to_have_text("")


def test_an_empty_file_is_refused_by_name(card, upload):
    send(upload)
    expect(upload.locator("#field-files-wrong")).to_have_text("Velg minst én fil.")
    upload.locator("#field-files").set_input_files({"name": "tom.txt", "mimeType": "text/plain", "buffer": b""})
    send(upload)
    expect(upload.locator("#field-files-wrong")).to_contain_text("tom.txt")
    assert upload.locator("#field-files").evaluate("field => field.files[0].name") == "tom.txt"


def test_a_file_too_large_shows_how_far_it_came_and_why_it_was_refused(card, upload, huge):
    upload.locator("#field-files").set_input_files(huge)
    send(upload)
    expect(upload.locator(".progress")).to_be_visible()
    expect(upload.locator(".progress output")).to_have_text(re.compile(r"\d+ %"))
    expect(upload.locator("#field-files-wrong")).to_have_text("film.bin: Filen er for stor.")
    card.reload()
    expect(item(card, "files")).to_have_attribute("data-state", "empty")
