"""Nobody overwrites what he has not seen (If-Match), and nobody leafs in a list that is not his (cursors)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.suite import Client, errors


def rename(client, card, match):
    headers = {} if match is None else {"If-Match": match}
    return client.open(card, "PATCH", headers=headers, json={"name": "Ny AS"})


def test_without_if_match_nothing_is_changed(client, card):
    assert rename(client, card, None).status_code == 428
    assert client.get(card).json["name"] == "Fjordvik Industri AS"


@pytest.mark.parametrize(
    "match", ["*", "1", 'W/"1"', '"0"', '"2"', '"01"', '"1', '"1", "2"', '""', '"1"x', '"-1"', '"1e0"', "x" * 5_000]
)
def test_only_the_exact_version_matches(client, card, match):
    refused = rename(client, card, match)

    assert refused.status_code == 412
    assert refused.json["current"] == client.get(card).json
    assert refused.json["current"]["version"] == 1


def test_the_version_that_was_read_matches(client, card):
    read = client.get(card)

    changed = rename(client, card, read.headers["ETag"])

    assert changed.status_code == 200
    assert changed.headers["ETag"] == '"2"'
    assert client.get(card).headers["ETag"] == '"2"'


def test_a_version_of_something_else_does_not_match_by_accident(client, card):
    note = client.post(f"{card}/notes", json={"text": "Hei"})
    rename(client, card, '"1"')

    assert note.headers["ETag"] == '"1"'
    assert client.delete(f"{card}/notes/{note.json['id']}", version=2).status_code == 412
    assert client.delete(f"{card}/notes/{note.json['id']}", version=1).status_code == 204


def test_of_twenty_who_read_the_same_one_wins_and_nineteen_hear_of_it(client, card):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: rename(Client(client.program, client.who), card, '"1"'), range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19
    assert client.get(card).json["version"] == 2


@pytest.fixture
def many(client):
    """Five customers, and the cursor after the first two."""
    for name in "abcde":
        client.post("/customers", json={"name": name, "type": "customer"})
    return client.get("/customers?limit=2").json["next"]


def test_a_cursor_leads_through_the_whole_list(client, many):
    found, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/customers?limit=2{cursor and '&cursor=' + cursor}").json
        found += [each["name"] for each in page["items"]]
        cursor = page["next"]

    assert found == list("abcde")


def test_rows_that_come_and_go_neither_repeat_nor_hide_one(client, many):
    client.post("/customers", json={"name": "aa"})
    client.post("/customers", json={"name": "cc"})

    page = client.get(f"/customers?cursor={many}").json

    assert [each["name"] for each in page["items"]] == ["c", "cc", "d", "e"]


def refused(answer):
    assert answer.status_code == 422
    return errors(answer) == {"cursor": "This is not a cursor of this list."}


@pytest.mark.parametrize(
    "change",
    [
        lambda cursor: cursor[:-1],
        lambda cursor: cursor + "x",
        lambda cursor: "A" + cursor[1:],
        lambda cursor: cursor.partition(".")[0],
        lambda cursor: cursor.partition(".")[0] + ".",
        lambda _cursor: "W10.x",
        lambda _cursor: "%00",
        lambda _cursor: "..",
        lambda _cursor: "%ff",
    ],
)
def test_a_cursor_that_was_tampered_with_is_refused(client, many, change):
    answer = client.get(f"/customers?cursor={change(many)}")

    assert answer.status_code in (400, 422)
    assert answer.status_code == 400 or refused(answer)


@pytest.mark.parametrize("query", ["type=customer", "text=a", "place=OSLO"])
def test_a_cursor_is_good_for_its_filter_only(client, many, query):
    assert refused(client.get(f"/customers?{query}&cursor={many}"))


def test_a_cursor_of_another_list_is_refused(client, many, card):
    assert refused(client.get(f"{card}/log?cursor={many}"))


def test_a_cursor_of_another_agency_is_refused(client, many, eve):
    assert refused(client.as_(eve).get(f"/customers?cursor={many}"))


def test_an_endless_cursor_is_refused(client):
    assert set(errors(client.get("/customers?cursor=" + "x" * 3_000))) == {"cursor"}
