"""Who at the agency works with a customer, and as what."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chassis import tables
from chassis.tables import today
from tests.suite import errors

BO, EVA = str(uuid4()), str(uuid4())


def day(days):
    return (today() + timedelta(days)).isoformat()


@pytest.fixture
def place(card):
    return f"{card}/employees"


@pytest.fixture
def link(client, place):
    """Link Bo to the customer."""
    return lambda role="responsible", **days: client.post(place, json={"employee": BO, "role": role, **days})


def names(announced):
    return [kind.removeprefix("customers.") for kind, _ in announced()][1:]


def test_an_employee_is_linked_changed_and_taken_away(client, place, link, announced):
    made = link().json
    assert (made["valid_from"], made["valid_to"], made["active"]) == (day(0), None, True)
    path = f"{place}/{made['id']}"
    assert client.patch(path, json={"role": "seller", "valid_to": day(30)}, version=1).json["role"] == "seller"
    assert client.get(path).json["valid_to"] == day(30)
    assert client.delete(path, version=2).status_code == 204
    assert client.get(place).json == {"items": []}
    assert names(announced) == ["EmployeeLinked", "EmployeeLinkChanged", "EmployeeUnlinked"]


def test_a_change_is_announced_with_what_was_before(client, place, link, announced):
    path = f"{place}/{link().json['id']}"
    client.patch(path, json={"employee": EVA, "valid_from": None}, version=1)

    _, told = announced()[-1]
    assert (told["employee"], told["role"]) == (EVA, "responsible")
    assert told["changes"] == [{"field": "employee", "before": BO, "after": EVA}]


def test_days_begin_at_midnight_in_norway(client, place, link, monkeypatch):
    """Half past midnight at the agency is still yesterday in UTC."""
    monkeypatch.setattr(tables, "now", lambda: datetime(2026, 11, 27, 23, 30, tzinfo=UTC))
    made = link().json
    ended = client.patch(f"{place}/{made['id']}", json={"valid_to": "2026-11-28"}, version=1).json

    assert (made["valid_from"], made["active"], ended["active"]) == ("2026-11-28", True, True)


def test_what_changes_nothing_is_not_announced(client, place, link, announced):
    path = f"{place}/{link().json['id']}"

    assert client.patch(path, json={"role": "responsible"}, version=1).json["version"] == 1
    assert names(announced) == ["EmployeeLinked"]


def test_a_link_of_the_past_or_the_future_is_none_of_today(client, place, link):
    link("seller", valid_from=day(-10), valid_to=day(-1))
    link("recruiter", valid_from=day(1))
    link("substitute", valid_from=day(-1), valid_to=day(0))

    listed = client.get(place).json["items"]
    assert [(each["role"], each["active"]) for each in listed] == [
        ("substitute", True), ("recruiter", False), ("seller", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ((0, None), (5, None), 409),
        ((0, 10), (10, None), 409),
        ((0, 10), (11, None), 201),
        ((10, None), (0, 9), 201),
        ((10, None), (0, 10), 409),
        ((0, 20), (5, 6), 409),
    ],
)
def test_nobody_has_a_role_twice_on_the_same_day(link, first, second, status):
    span = [
        {"valid_from": day(begins), "valid_to": None if ends is None else day(ends)} for begins, ends in (first, second)
    ]
    assert link(**span[0]).status_code == 201
    answer = link(**span[1])

    assert answer.status_code == status
    if status == 409:
        assert errors(answer) == {"employee": "This employee already has this role in that time."}
    assert link("seller", **span[1]).status_code == 201


def test_a_change_may_not_run_into_another_link_but_into_itself(client, place, link):
    link(valid_to=day(10))
    second = link(valid_from=day(11)).json
    path = f"{place}/{second['id']}"

    assert client.patch(path, json={"valid_from": day(10)}, version=1).status_code == 409
    assert client.patch(path, json={"valid_from": day(12)}, version=1).status_code == 200


def test_two_who_link_the_same_person_at_once(link, program, client, place):
    with ThreadPoolExecutor(4) as crowd:
        said = sorted(each.status_code for each in crowd.map(lambda _: link(), range(4)))

    assert said == [201, 409, 409, 409]
    assert len(client.get(place).json["items"]) == 1


@pytest.mark.parametrize(
    ("sent", "field", "message"),
    [
        ({"role": "boss"}, "role", "Choose one of: responsible, seller, recruiter, substitute."),
        ({"employee": "bo"}, "employee", "This is not an id."),
        ({"employee": None}, "employee", "Fill in this field."),
        ({"valid_from": "i dag"}, "valid_from", "A date is expected here, such as 2026-11-23."),
        ({"valid_from": "2026-03-02", "valid_to": "2026-03-01"}, "valid_to", "This is before the first day."),
        ({"name": "Bo"}, "name", "There is no such field."),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(client, place, sent, field, message):
    answer = client.post(place, json={"employee": BO, "role": "seller", **sent})

    assert answer.status_code == 422
    assert errors(answer) == {field: message}
    assert client.get(place).json == {"items": []}


def test_the_card_counts_those_of_today(client, card, link):
    link("substitute")
    link("responsible", valid_from=day(-3))
    link("seller", valid_from=day(1))
    item = client.get(card.replace("/customers/", "/card/")).json["items"]["employees"]

    assert (item["state"], item["count"]) == ("present", 2)
    assert [each["role"] for each in item["data"]["links"]] == ["responsible", "substitute", "seller"]


def test_a_link_of_one_customer_is_not_found_under_another(client, link):
    other = client.post("/customers", json={"name": "Annen AS"}).json

    assert client.get(f"/customers/{other['id']}/employees/{link().json['id']}").status_code == 404
