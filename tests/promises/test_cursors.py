"""Leafing through a list while others write in it: nothing twice, and nothing missing that was there all the time."""

import threading
from contextlib import contextmanager

import pytest

from tests.suite import errors

REFUSAL = {"cursor": "This is not a cursor of this list."}


def walk(client, path, limit=3, between=lambda: None):
    """Leaf through a list; do something between the pages."""
    found, cursor = [], ""
    glue = "&" if "?" in path else "?"
    while cursor is not None:
        answer = client.get(f"{path}{glue}limit={limit}{cursor and '&cursor=' + cursor}")
        assert answer.status_code == 200, answer.text
        found += answer.json["items"]
        cursor = answer.json["next"]
        between()
    return found


@pytest.fixture
def many(client):
    """Twenty-four customers, by name."""
    return [
        client.post("/customers", json={"name": f"Kunde {number:02}", "type": "customer"}).json for number in range(24)
    ]


@pytest.fixture
def few(client):
    """Four customers, by name."""
    return [client.post("/customers", json={"name": name, "type": "customer"}).json for name in "ABCD"]


@pytest.fixture
def first(client, few):
    """The cursor behind the first two of them."""
    return client.get("/customers?limit=2").json["next"]


@contextmanager
def meanwhile(write):
    """Write all the time, for as long as the block lasts."""
    stop = threading.Event()

    def work():
        number = 0
        while not stop.is_set():
            write(number)
            number += 1

    writer = threading.Thread(target=work)
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()


def ids(items):
    return [each["id"] for each in items]


def test_a_cursor_leads_through_the_whole_list_once(client, many):
    for limit in (1, 5, 23, 24, 25, 200):
        assert ids(walk(client, "/customers", limit)) == ids(many)


def test_rows_that_come_while_somebody_leafs_repeat_and_hide_none(form, client, many):
    writer = form.client(client.who)

    with meanwhile(lambda n: writer.post("/customers", json={"name": f"Kunde {n % 30:02} {n}", "type": "customer"})):
        found = ids(walk(client, "/customers?type=customer"))

    assert len(set(found)) == len(found)
    assert [each for each in found if each in ids(many)] == ids(many)


def test_rows_that_go_while_somebody_leafs_take_no_other_along(form, client, many):
    """Every third one leaves the list, wherever the reader stands."""
    going = iter(many[::3])

    def leave():
        if gone := next(going, None):
            client.patch(f"/customers/{gone['id']}", json={"type": "prospect"}, version=1)

    found = ids(walk(client, "/customers?type=customer", 2, between=leave))

    staying = [each["id"] for place, each in enumerate(many) if place % 3]
    assert len(set(found)) == len(found)
    assert [each for each in found if each in staying] == staying


def test_the_row_at_which_a_page_ended_may_go(client, many):
    page = client.get("/customers?type=customer&limit=5").json
    client.patch(f"/customers/{page['items'][-1]['id']}", json={"type": "prospect"}, version=1)

    following = client.get(f"/customers?type=customer&limit=5&cursor={page['next']}").json["items"]

    assert ids(following) == ids(many[5:10])


def test_rows_that_are_moved_while_somebody_leafs_move_no_other(form, client, many):
    writer, moving = form.client(client.who), many[::4]
    versions = {each["id"]: 1 for each in moving}

    def move(number):
        each = moving[number % len(moving)]
        name = f"Kunde {(number * 7) % 30:02}"
        answer = writer.patch(f"/customers/{each['id']}", json={"name": name}, version=versions[each["id"]])
        versions[each["id"]] = answer.json["version"]

    with meanwhile(move):
        found = ids(walk(client, "/customers", 2))

    still = [each["id"] for place, each in enumerate(many) if place % 4]
    assert [each for each in found if each in still] == still


def test_many_of_one_name_come_each_once(client):
    for _ in range(17):
        client.post("/customers", json={"name": "Fjordvik AS"})

    found = ids(walk(client, "/customers", 4))

    assert len(found) == len(set(found)) == 17


def test_a_log_that_grows_while_somebody_leafs_shows_what_was_there_once(form, client, card, conversation):
    conversation.deliver(*(conversation.event(version) for version in range(1, 21)))
    conversation.comes_to(*range(1, 21))
    there, more = ids(client.get(f"{card}/log?limit=200").json["items"]), iter(range(21, 200))

    with meanwhile(lambda _: conversation.deliver(conversation.event(next(more)))):
        found = ids(walk(client, f"{card}/log", 4))

    assert len(set(found)) == len(found)
    assert [each for each in found if each in there] == there


def test_a_page_may_be_of_another_size_than_the_one_before(client, few, first):
    following = client.get(f"/customers?limit=7&cursor={first}").json["items"]

    assert ids(following) == ids(few[2:])


def test_a_cursor_is_good_for_any_process(form, client, few, first):
    form.web_anew("customers")

    following = form.client(client.who).get(f"/customers?limit=1&cursor={first}").json["items"]

    assert ids(following) == ids(few[2:3])


def refused(answer):
    return (answer.status_code, errors(answer)) == (422, REFUSAL)


def test_a_cursor_is_good_for_its_filter_only(client, first):
    for query in ("type=customer", "text=a", "place=OSLO", "type=customer&text=a"):
        assert refused(client.get(f"/customers?{query}&cursor={first}")), query


def test_a_cursor_of_another_list_is_refused(client, first, card):
    assert refused(client.get(f"{card}/log?cursor={first}"))


def test_a_cursor_of_another_agency_is_refused(client, first, eve):
    assert refused(client.as_(eve).get(f"/customers?cursor={first}"))


def test_a_cursor_that_was_tampered_with_is_refused(client, first):
    signed = first.partition(".")[0]
    for cursor in (first[:-1], f"{first}x", f"A{first[1:]}", signed, f"{signed}.", "W10.x", "..", "%ff", "x" * 1_999):
        assert refused(client.get(f"/customers?cursor={cursor}")), cursor


def test_a_cursor_that_cannot_be_one_is_refused(client):
    for cursor in ("x" * 2_001, "%00"):
        assert client.get(f"/customers?cursor={cursor}").status_code in (400, 422)


def test_a_page_of_no_size_is_refused(client):
    for limit in ("0", "-1", "201", "1e2", "many", ""):
        answer = client.get(f"/customers?limit={limit}")
        assert (answer.status_code, set(errors(answer))) == (422, {"limit"}), limit
