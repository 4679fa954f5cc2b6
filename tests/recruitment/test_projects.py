"""Opening, editing and listing projects."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from contracts.customers import CustomerDepartmentsChanged, CustomerRegistered, CustomerRenamed
from tests.suite import Client, errors

WELDERS = {
    "name": "Sveisere til verftet",
    "type": "staffing",
    "starts_on": "2026-03-02",
    "ends_on": "2026-06-30",
    "value": "1250000.50",
    "directions": "Port 3",
    "reference": "PO-77",
}


def test_the_name_is_all_it_takes(client, projects, ada):
    made = client.post(projects, json={"name": "  Lagersjef "})

    assert made.status_code == 201, made.text
    assert (made.json["name"], made.json["type"], made.json["status"]) == ("Lagersjef", "other", "request")
    assert made.json["department"] == str(ada.departments[0])
    assert made.json["responsible"] == str(ada.employee)
    assert made.json["customer_name"] == "Fjordvik Industri AS"
    assert made.headers["ETag"] == '"1"'


def test_what_was_written_is_read_again_to_the_last_cent(client, projects):
    made = client.post(projects, json=WELDERS).json

    found = client.get(f"{projects}/{made['id']}").json
    assert found == made
    assert {field: found[field] for field in WELDERS} == WELDERS


def test_an_opened_project_is_announced(client, projects, customer_id, announced):
    made = client.post(projects, json={**WELDERS, "status": "active"}).json

    [(kind, data)] = announced()
    assert kind == "recruitment.ProjectOpened"
    assert (data["customer_id"], data["project_id"]) == (str(customer_id), made["id"])
    assert (data["number"], data["status"], data["value"]) == (made["number"], "active", "1250000.50")


def test_twenty_at_once_get_twenty_numbers_without_a_gap_and_a_refused_one_takes_none(client, projects):
    def open_one(i):
        body = {"name": f"Oppdrag {i}", "starts_on": "2026-03-02", "ends_on": f"2026-03-{i + 1:02}"}
        return Client(client.program, client.who).post(projects, json=body).json.get("number")

    with ThreadPoolExecutor(10) as pool:
        numbers = list(pool.map(open_one, range(21)))

    assert numbers[0] is None  # it would have ended before it began
    assert sorted(numbers[1:]) == list(range(1001, 1021))


def test_each_agency_counts_from_the_beginning(client, hear, eve, projects):
    client.post(projects, json={"name": "Vårt"})
    theirs = uuid7()
    hear(CustomerRegistered(theirs, 10001, "Delt AS", "customer", None, list(eve.departments)), who=eve)

    assert client.as_(eve).post(f"/customers/{theirs}/projects", json={"name": "Deres"}).json["number"] == 1001


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"type": "slavery"}, "type"),
        ({"type": None}, "type"),
        ({"status": "urgent"}, "status"),
        ({"status": "lost"}, "status"),
        ({"status": "done"}, "status"),
        ({"department": "Oslo"}, "department"),
        ({"department": None}, "department"),
        ({"responsible": "Ola"}, "responsible"),
        ({"starts_on": "02.03.2026"}, "starts_on"),
        ({"starts_on": "2026-03-02", "ends_on": "2026-03-01"}, "ends_on"),
        ({"value": "-1"}, "value"),
        ({"value": "0.001"}, "value"),
        ({"value": "a lot"}, "value"),
        ({"directions": "x" * 2_001}, "directions"),
        ({"reference": "a\nb"}, "reference"),
        ({"number": 7}, "number"),
        ({"allowed": []}, "allowed"),
        ({"tenant_id": str(uuid4())}, "tenant_id"),
    ],
)
def test_a_bad_field_gets_its_message_and_nothing_is_announced(client, projects, announced, body, field):
    refused = client.post(projects, json={"name": "Lagersjef", **body})

    assert refused.status_code == 422, refused.text
    assert {name.partition(".")[0] for name in errors(refused)} == {field}
    assert announced() == []


def test_a_project_may_end_on_the_day_it_starts(client, projects):
    day = {"starts_on": "2026-03-02", "ends_on": "2026-03-02"}

    assert client.post(projects, json={"name": "Varetelling", **day}).status_code == 201


def test_an_edit_is_announced_field_by_field(client, projects, announced):
    path = f"{projects}/{client.post(projects, json=WELDERS).json['id']}"

    changed = client.patch(path, json={"name": "Seks sveisere", "value": "2000000", "reference": "PO-77"}, version=1)

    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    kind, data = announced()[-1]
    assert (kind, data["name"]) == ("recruitment.ProjectDetailsChanged", "Seks sveisere")
    assert {change["field"]: (change["before"], change["after"]) for change in data["changes"]} == {
        "name": ("Sveisere til verftet", "Seks sveisere"),
        "value": ("1250000.50", "2000000.00"),
    }


def test_an_edit_that_changes_nothing_announces_nothing(client, projects, announced):
    path = f"{projects}/{client.post(projects, json=WELDERS).json['id']}"

    assert client.patch(path, json=WELDERS, version=1).headers["ETag"] == '"1"'
    assert len(announced()) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ends_on": "2026-03-01"}, "ends_on"),
        ({"starts_on": "2026-07-01"}, "ends_on"),
        ({"name": ""}, "name"),
        ({"status": "active"}, "status"),
        ({"number": 1}, "number"),
    ],
)
def test_an_edit_keeps_the_rules_and_a_refused_one_leaves_no_trace(client, projects, body, field):
    made = client.post(projects, json=WELDERS).json

    refused = client.patch(f"{projects}/{made['id']}", json=body, version=1)

    assert set(errors(refused)) == {field}
    assert client.get(f"{projects}/{made['id']}").json == made


def test_without_the_version_nothing_is_changed_and_an_old_one_shows_the_present(client, projects):
    path = f"{projects}/{client.post(projects, json=WELDERS).json['id']}"

    assert client.patch(path, json={"name": "Først"}).status_code == 428
    assert client.put(f"{path}/status", json={"status": "active"}).status_code == 428
    assert client.patch(path, json={"name": "Først"}, version=1).status_code == 200
    refused = client.put(f"{path}/status", json={"status": "active"}, version=1)
    assert refused.status_code == 412
    assert refused.json["current"]["name"] == "Først"


def test_who_does_not_see_all_departments_chooses_among_his_own(client, ada, projects):
    home, second, foreign = ada.departments[0], uuid4(), uuid4()
    kim = client.as_(replace(ada, departments=(home, second), everywhere=False))

    assert kim.post(projects, json={"name": "A"}).json["department"] == str(home)
    made = kim.post(projects, json={"name": "A", "department": str(second)}).json
    assert made["department"] == str(second)
    assert set(errors(kim.post(projects, json={"name": "A", "department": str(foreign)}))) == {"department"}
    moved = kim.patch(f"{projects}/{made['id']}", json={"department": str(foreign)}, version=1)
    assert set(errors(moved)) == {"department"}
    assert client.post(projects, json={"name": "A", "department": str(foreign)}).status_code == 201


def test_a_project_stays_in_its_department_when_somebody_else_edits_it(client, ada, projects):
    made = client.post(projects, json={"name": "A", "department": str(uuid4())}).json
    kim = client.as_(replace(ada, everywhere=False))

    edited = kim.patch(f"{projects}/{made['id']}", json={"name": "B", "department": made["department"]}, version=1)

    assert (edited.status_code, edited.json["department"]) == (200, made["department"])


def test_the_list_shows_the_newest_first_page_by_page_and_by_status_and_type(client, projects):
    for name, kind, status in (("A", "staffing", "active"), ("B", "other", "active"), ("C", "staffing", "request")):
        client.post(projects, json={"name": name, "type": kind, "status": status})

    def names(query):
        return [project["name"] for project in client.get(f"{projects}?{query}").json["items"]]

    first = client.get(f"{projects}?limit=2").json
    assert [project["name"] for project in first["items"]] == ["C", "B"]
    assert names(f"limit=2&cursor={first['next']}") == ["A"]
    assert names("type=staffing") == ["C", "A"]
    assert names("status=active&type=staffing") == ["A"]
    assert set(errors(client.get(f"{projects}?status=done"))) == {"status"}
    assert set(errors(client.get(f"{projects}?status=active&cursor={first['next']}"))) == {"cursor"}


def test_another_agency_and_another_department_meet_nothing(client, bob, eve, projects, customer_id):
    path = f"{projects}/{client.post(projects, json=WELDERS).json['id']}"

    for stranger in (client.as_(bob), client.as_(eve)):
        assert stranger.get(projects).status_code == 404
        assert stranger.get(path).status_code == 404
        assert stranger.post(projects, json=WELDERS).status_code == 404
        assert stranger.patch(path, json={"name": "Min"}, version=1).status_code == 404
        assert stranger.put(f"{path}/status", json={"status": "lost"}, version=1).status_code == 404
        assert stranger.get(f"/card/{customer_id}").status_code == 404


def test_name_and_departments_of_the_customer_are_taken_over(client, hear, bob, projects, customer_id):
    client.post(projects, json=WELDERS)
    about = f"customer/{customer_id}"

    hear(CustomerRenamed(customer_id, "Fjordvik Industri AS", "Fjordvik Gruppen AS"), about=about, version=2)
    hear(CustomerDepartmentsChanged(customer_id, [], list(bob.departments)), about=about, version=3)

    [project] = client.as_(bob).get(projects).json["items"]
    assert project["customer_name"] == "Fjordvik Gruppen AS"


def test_a_project_of_one_customer_is_not_found_under_another(client, hear, ada, projects):
    made = client.post(projects, json=WELDERS).json
    other = uuid7()
    hear(CustomerRegistered(other, 10002, "Annen AS", "customer", None, list(ada.departments)))

    assert client.get(f"/customers/{other}/projects/{made['id']}").status_code == 404


def test_a_reader_opens_nothing_and_switched_off_projects_stay_as_they_are(client, ada, projects):
    path = f"{projects}/{client.post(projects, json=WELDERS).json['id']}"
    reader = client.as_(replace(ada, rights=frozenset({"recruitment:projects:read"})))
    without = client.as_(replace(ada, disabled=frozenset({"projects"})))

    assert reader.get(path).status_code == 200
    assert reader.post(projects, json=WELDERS).status_code == 403
    assert reader.put(f"{path}/status", json={"status": "lost"}, version=1).status_code == 403
    assert without.post(projects, json=WELDERS).status_code == 409
    assert without.put(f"{path}/status", json={"status": "lost"}, version=1).status_code == 409
    assert client.get(path).json["status"] == "request"


def test_a_repeated_request_opens_one_project(client, projects):
    key = {"Idempotency-Key": "one-project"}

    first = client.post(projects, json=WELDERS, headers=key)

    assert client.post(projects, json=WELDERS, headers=key).json == first.json
    assert len(client.get(projects).json["items"]) == 1


def test_the_card_shows_open_projects_first_and_counts_them(client, projects, customer_id):
    card = f"/card/{customer_id}"
    assert client.get(card).json["items"]["projects"] == {"state": "empty", "count": 0, "newest": None, "data": None}
    client.post(projects, json={**WELDERS, "name": "Åpen"})
    over = client.post(projects, json={"name": "Tapt"}).json
    client.put(f"{projects}/{over['id']}/status", json={"status": "lost"}, version=1)

    items = client.get(card).json["items"]

    shown = items["projects"]["data"]["projects"]
    assert [project["name"] for project in shown] == ["Åpen", "Tapt"]
    assert items["projects"]["count"] == 1
    assert set(shown[0]) == {
        "id", "version", "number", "name", "type", "status", "allowed", "starts_on", "ends_on", "value", "department",
        "responsible",
    }  # fmt: skip
    assert (shown[0]["value"], shown[1]["allowed"]) == ("1250000.50", ["request"])
    assert {key for key, item in items.items() if item["state"] == "empty"} == {
        "recruitment", "logged_work", "time_bank", "pay_matrix", "working_hours", "sub_projects",
    }  # fmt: skip
