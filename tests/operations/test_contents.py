"""Files are backed up with their content, and what does not fit together is reported."""

from pathlib import Path
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from chassis import events, inbox
from contracts.customers import CustomerRegistered
from operations import backup, restore
from operations.dumps import Spoilt
from tests.suite import Client, envelope

TEXT = "Rammeavtale om innleie æøå".encode()


class Shelf:
    """The files of one customer, and where their content lies."""

    def __init__(self, site, who):
        self.site, self.client, self.customer = site, Client(site.program, who), uuid7()
        heard = CustomerRegistered(self.customer, 10001, "Fjordvik AS", "customer", None, list(who.departments))
        wrapped = envelope(heard, who, aggregate=f"customer/{self.customer}")
        inbox.receive(site.program, events.write(wrapped).encode())

    def put(self, name, content=TEXT):
        path = f"/customers/{self.customer}/files"
        made = self.client.post(path, data=content, query_string={"name": name})
        assert made.status_code == 201, made.text
        return made.json["id"]

    def opened(self, file_id, site=None):
        client = self.client if site is None else Client(site.program, self.client.who)
        return client.get(f"/customers/{self.customer}/files/{file_id}/content").data

    @property
    def stored(self):
        """The files in which content lies."""
        folder = self.site.program.settings.blobs_url.removeprefix("file://")
        return sorted(path for path in Path(folder).rglob("*") if path.is_file())


@pytest.fixture
def shelf(site_of, ada):
    return Shelf(site_of("files"), ada)


def test_files_open_after_a_restore(site_of, shelf, tmp_path):
    kept, large = shelf.put("avtale.txt"), shelf.put("stor.bin", b"x" * 3_000_000)
    said = list(backup.take(shelf.site, tmp_path / "backup"))
    new = site_of("files", migrated=False)

    restored = list(restore.bring_back(new, tmp_path / "backup"))

    assert "2 files of content" in said[0]
    assert restored[0] == "files: 2 files of content"
    assert not [line for line in restored if "without" in line or "no content" in line]
    assert shelf.opened(kept, new) == TEXT
    assert shelf.opened(large, new) == b"x" * 3_000_000


def test_missing_and_torn_content_is_named_when_it_is_backed_up(shelf, tmp_path):
    shelf.put("borte.txt")
    [missing] = shelf.stored
    shelf.put("avkuttet.txt")
    [torn] = set(shelf.stored) - {missing}
    missing.unlink()
    torn.write_bytes(TEXT[:5])
    shelf.put("hel.txt")

    said = list(backup.take(shelf.site, tmp_path / "backup"))

    assert {line.rpartition("/")[2] for line in said[1:]} == {missing.name, torn.name}
    assert "1 files of content" in said[0]


def test_rows_without_content_and_content_without_rows_are_reported_after_a_restore(site_of, shelf, tmp_path):
    shelf.put("borte.txt")
    [missing] = shelf.stored
    missing.unlink()
    list(backup.take(shelf.site, tmp_path / "backup"))
    new = site_of("files", migrated=False)
    orphan = f"{uuid4()}/{uuid4()}"
    new.program.contents.store.put(orphan, iter([b"orphan"]))

    said = list(restore.bring_back(new, tmp_path / "backup"))

    assert f"files: content without a row: {orphan}" in said
    assert [line for line in said if line.startswith("files: no content for ")] == [
        f"files: no content for {missing.parent.name}/{missing.name}"
    ]


def test_content_that_was_changed_in_the_backup_is_refused_before_anything_is_restored(site_of, shelf, tmp_path):
    shelf.put("avtale.txt")
    list(backup.take(shelf.site, tmp_path / "backup"))
    [copied] = [path for path in (tmp_path / "backup/contents").rglob("*") if path.is_file()]
    copied.write_bytes(b"something else")
    new = site_of("files", migrated=False)

    with pytest.raises(Spoilt, match="is not what was backed up"):
        list(restore.bring_back(new, tmp_path / "backup"))


def test_content_can_be_left_to_the_object_stores_own_means(site_of, shelf, tmp_path):
    kept = shelf.put("avtale.txt")
    list(backup.take(shelf.site, tmp_path / "backup", contents=False))
    new = site_of("files", migrated=False)

    said = list(restore.bring_back(new, tmp_path / "backup"))

    assert not (tmp_path / "backup/contents").exists()
    assert any(line.startswith("files: no content for ") for line in said)
    [stored] = shelf.stored
    new.program.contents.store.put(f"{stored.parent.name}/{stored.name}", iter([stored.read_bytes()]))
    assert shelf.opened(kept, new) == TEXT
