"""What can be done with a file that is there."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest
from openapi_spec_validator import validate

from contracts.customers import CustomerDepartmentsChanged, CustomerRenamed
from tests.suite import errors

CONTENT = bytes(range(256)) * 10


@pytest.fixture
def file(put):
    """A file on the customer's shelf."""
    return put(CONTENT, "måling 1.bin").json


@pytest.fixture
def path(shelf, file):
    """The path of that file."""
    return f"{shelf}/{file['id']}"


def test_a_file_is_served_to_be_saved_and_never_to_be_shown(client, shelf, put):
    page = put(b"<!DOCTYPE html><script>alert(1)</script>", 'b\u00e6r ".html').json
    answer = client.get(f"{shelf}/{page['id']}/content")

    assert answer.data == b"<!DOCTYPE html><script>alert(1)</script>"
    assert (
        answer.headers["Content-Disposition"]
        == "attachment; filename=\"br .html\"; filename*=UTF-8''b%C3%A6r%20%22.html"
    )
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=100-", 100, 2560), ("bytes=-5", 2555, 2560), ("bytes=2500-9999", 2500, 2560)],
)
def test_a_range_gives_just_that_part(client, path, asked, start, end):
    answer = client.get(f"{path}/content", headers={"Range": asked})

    assert (answer.status_code, answer.data) == (206, CONTENT[start:end])
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/2560"
    assert answer.headers["Content-Length"] == str(end - start)


def test_a_range_past_the_end_is_refused_with_the_size(client, path):
    answer = client.get(f"{path}/content", headers={"Range": "bytes=3000-4000"})

    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */2560")
    assert answer.content_type == "application/problem+json"


def test_who_has_the_content_already_does_not_get_it_again(client, path, file):
    etag = client.get(f"{path}/content").headers["ETag"]

    assert etag == f'"{file["sha256"]}"'
    assert client.get(f"{path}/content", headers={"If-None-Match": etag}).status_code == 304
    resumed = client.get(f"{path}/content", headers={"Range": "bytes=5-", "If-Range": etag})
    assert (resumed.status_code, resumed.data) == (206, CONTENT[5:])
    assert client.get(f"{path}/content", headers={"Range": "bytes=5-", "If-Range": '"old"'}).data == CONTENT


def test_the_latest_file_stands_first_and_a_cursor_goes_on(client, shelf, put):
    for number in range(3):
        put(name=f"{number}.txt")
    first = client.get(f"{shelf}?limit=2").json
    second = client.get(f"{shelf}?limit=2&cursor={first['next']}").json

    assert [file["name"] for file in first["items"] + second["items"]] == ["2.txt", "1.txt", "0.txt"]
    assert second["next"] is None
    assert client.get(f"{shelf}/bin?cursor={first['next']}").status_code == 422


def test_a_file_is_renamed_by_who_has_seen_its_version(client, path, announced):
    assert client.patch(path, json={"name": "ny.bin"}).status_code == 428
    renamed = client.patch(path, json={"name": "../../ny.bin"}, version=1)
    late = client.patch(path, json={"name": "annen.bin"}, version=1)

    assert (renamed.status_code, renamed.json["name"], renamed.json["version"]) == (200, "ny.bin", 2)
    assert (late.status_code, late.json["current"]["name"]) == (412, "ny.bin")
    assert announced()[-1][0] == "files.FileRenamed"
    assert announced()[-1][1]["before"] == "måling 1.bin"


@pytest.mark.parametrize("name", ["", "..", None])
def test_a_file_cannot_lose_its_name(client, path, name):
    refused = client.patch(path, json={"name": name}, version=1)

    assert (refused.status_code, set(errors(refused))) == (422, {"name"})


def test_what_is_thrown_away_lies_in_the_bin_and_can_be_taken_back(client, shelf, path, file, announced):
    assert client.delete(path).status_code == 428
    assert client.delete(path, version=1).status_code == 204
    assert [client.get(each).status_code for each in (path, f"{path}/content")] == [404, 404]
    assert client.get(shelf).json["items"] == []
    lying = client.get(f"{shelf}/bin").json
    assert ([each["id"] for each in lying["items"]], lying["kept_days"]) == ([file["id"]], 30)

    restored = client.post(f"{path}/restore")

    assert (restored.status_code, restored.json["binned_at"]) == (200, None)
    assert client.get(f"{path}/content").data == CONTENT
    assert client.get(f"{shelf}/bin").json["items"] == []
    assert client.post(f"{path}/restore").status_code == 404
    binned, back = announced()[-2:]
    assert (binned[0], back[0]) == ("files.FileBinned", "files.FileRestored")
    assert datetime.fromisoformat(binned[1]["kept_until"]).tzinfo


def test_a_file_is_not_found_by_other_agencies_departments_or_under_another_customer(client, path, file, bob, eve):
    for stranger in (client.as_(bob), client.as_(eve)):
        assert stranger.get(path).status_code == 404
        assert stranger.get(f"{path}/content", headers={"Range": "bytes=0-1"}).status_code == 404
        assert stranger.patch(path, json={"name": "x"}, version=1).status_code == 404
        assert stranger.delete(path, version=1).status_code == 404
        assert stranger.post(f"{path}/restore").status_code == 404
    assert client.get(f"/customers/{uuid4()}/files/{file['id']}").status_code == 404


def test_a_file_follows_its_customer_to_another_department(client, path, bob, customer_id, hear):
    moved = CustomerDepartmentsChanged(customer_id, [], list(bob.departments), bob.departments[0])
    hear(moved, about=f"customer/{customer_id}", version=2)

    assert client.as_(bob).get(path).status_code == 200


def test_the_files_stand_under_the_customers_present_name(client, shelf, customer_id, hear):
    assert client.get(shelf).json["customer_name"] == "Fjordvik Industri AS"

    hear(
        CustomerRenamed(customer_id, "Fjordvik Industri AS", "Fjordvik AS"), about=f"customer/{customer_id}", version=2
    )

    assert client.get(shelf).json["customer_name"] == "Fjordvik AS"
    assert client.get(f"{shelf}/bin").json["customer_name"] == "Fjordvik AS"


def test_the_card_shows_the_latest_files_and_counts_all(client, put, shelf, customer_id, ada):
    card = f"/card/{customer_id}"
    assert client.get(card).json["items"]["files"]["state"] == "empty"
    for number in range(21):
        put(name=f"{number}.txt")
    first = client.get(shelf).json["items"][0]
    client.delete(f"{shelf}/{first['id']}", version=1)
    put(name="sist.txt")

    files = client.get(card).json["items"]["files"]

    assert (files["count"], len(files["data"]["files"])) == (21, 20)
    assert files["data"]["files"][0]["name"] == "sist.txt"
    assert client.get(card).json["items"]["logo"]["state"] == "empty"
    off = client.as_(replace(ada, disabled=frozenset({"files"})))
    assert off.get(card).json["items"]["files"] == {"state": "disabled"}


def test_the_document_of_the_service_is_valid(client):
    document = client.get("/openapi.json").json

    validate(document)
    upload = document["paths"]["/customers/{customer_id}/files"]["post"]
    assert set(upload["requestBody"]["content"]) == {"application/octet-stream", "multipart/form-data"}
