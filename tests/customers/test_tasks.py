"""What is to be done for a customer, by when and by whom."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chassis import tables
from chassis.tables import today
from tests.suite import errors


def day(days):
    return (today() + timedelta(days)).isoformat()


@pytest.fixture
def place(card):
    return f"{card}/tasks"


@pytest.fixture
def task(client, place):
    """Add a task."""
    return lambda title="Avtal et møte", **details: client.post(place, json={"title": title, **details}).json


@pytest.fixture
def on_card(client, card):
    """Return the item of the card."""
    return lambda: client.get(card.replace("/customers/", "/card/")).json["items"]["tasks"]


def told(announced):
    return [kind.removeprefix("customers.") for kind, _ in announced()][1:]


def test_a_task_is_added_changed_done_opened_again_and_taken_away(client, place, task, announced, ada):
    made = task()
    assert (made["priority"], made["due"], made["assignee"], made["done"]) == ("medium", None, None, False)
    path, bo = f"{place}/{made['id']}", str(uuid4())
    changed = client.patch(path, json={"due": day(1), "assignee": bo}, version=1).json
    assert (changed["due"], changed["assignee"], changed["title"]) == (day(1), bo, "Avtal et møte")
    done = client.put(f"{path}/complete", version=2).json
    assert (done["done"], done["completed_by"]) == (True, str(ada.employee))
    assert client.put(f"{path}/reopen", version=3).json["completed_at"] is None
    assert client.delete(path, version=4).status_code == 204
    assert client.get(place).json == {"items": []}
    assert told(announced) == ["TaskAdded", "TaskChanged", "TaskCompleted", "TaskReopened", "TaskRemoved"]


@pytest.mark.parametrize("act", ["complete", "reopen"])
def test_twice_is_as_once(client, place, task, announced, act):
    path = f"{place}/{task()['id']}"
    client.put(f"{path}/complete", version=1)
    version = client.put(f"{path}/{act}", version=2).json["version"]
    before = len(announced())

    assert client.put(f"{path}/{act}", version=version).json["version"] == version
    assert len(announced()) == before


def test_what_is_done_is_opened_again_before_it_is_changed(client, place, task):
    path = f"{place}/{task()['id']}"
    client.put(f"{path}/complete", version=1)
    answer = client.patch(path, json={"title": "Noe annet"}, version=2)

    assert answer.status_code == 409
    assert answer.json["title"] == "This task is done; open it again to change it."


def test_two_who_change_it_at_once_do_not_overwrite_each_other(client, place, task):
    path = f"{place}/{task()['id']}"
    assert client.put(f"{path}/complete", version=1).status_code == 200
    answer = client.patch(path, json={"title": "Noe annet"}, version=1)

    assert answer.status_code == 412
    assert answer.json["current"]["done"] is True


def test_what_is_due_first_comes_first_and_what_matters_before_the_rest(client, place, task, on_card):
    done = task("Gjort")
    client.put(f"{place}/{done['id']}/complete", version=1)
    for title, details in (
        ("En gang", {}), ("En gang snart", {"priority": "high"}), ("Om en uke", {"due": day(7)}),
        ("I morgen", {"due": day(1), "priority": "low"}), ("I morgen, viktig", {"due": day(1), "priority": "high"}),
        ("I går", {"due": day(-1)}),
    ):  # fmt: skip
        task(title, **details)
    wanted = ["I går", "I morgen, viktig", "I morgen", "Om en uke", "En gang snart", "En gang"]

    assert [each["title"] for each in client.get(place).json["items"]] == [*wanted, "Gjort"]
    item = on_card()
    assert [each["title"] for each in item["data"]["tasks"]] == [*wanted, "Gjort"]
    assert [each["title"] for each in item["data"]["tasks"] if each["overdue"]] == ["I går"]
    assert [each["title"] for each in item["data"]["tasks"] if each["done"]] == ["Gjort"]
    assert (item["state"], item["count"]) == ("present", 6)


def test_what_is_due_yesterday_is_late_from_midnight_in_norway(task, on_card, monkeypatch):
    task(due="2026-11-27")
    monkeypatch.setattr(tables, "now", lambda: datetime(2026, 11, 27, 23, 30, tzinfo=UTC))

    assert on_card()["data"]["tasks"][0]["overdue"] is True


def test_the_card_counts_all_and_lists_twenty(task, on_card):
    for number in range(23):
        task(f"Oppgave {number}")
    item = on_card()

    assert (item["count"], len(item["data"]["tasks"])) == (23, 20)


def test_a_card_on_which_all_is_done_is_not_empty(client, place, task, on_card):
    assert on_card()["state"] == "empty"
    made = task()
    client.put(f"{place}/{made['id']}/complete", version=1)

    assert (on_card()["state"], on_card()["count"]) == ("present", 0)


@pytest.mark.parametrize(
    ("sent", "field", "message"),
    [
        ({}, "title", "Fill in this field."),
        ({"title": "   "}, "title", "Fill in this field."),
        ({"title": "x" * 201}, "title", "At most 200 characters."),
        ({"title": "Ring", "priority": "urgent"}, "priority", "Choose one of: low, medium, high."),
        ({"title": "Ring", "due": "i morgen"}, "due", "A date is expected here, such as 2026-11-23."),
        ({"title": "Ring", "done": True}, "done", "This field cannot be set."),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(client, place, sent, field, message):
    answer = client.post(place, json=sent)

    assert answer.status_code == 422
    assert errors(answer) == {field: message}
    assert client.get(place).json == {"items": []}


def test_a_task_of_one_customer_is_not_found_under_another(client, task):
    other = client.post("/customers", json={"name": "Annen AS"}).json

    assert client.put(f"/customers/{other['id']}/tasks/{task()['id']}/complete", version=1).status_code == 404
