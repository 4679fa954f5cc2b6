"""Projects are found across all customers, by number, name and customer."""

from dataclasses import replace

import pytest

from contracts.customers import CustomerDepartmentsChanged, CustomerRenamed, CustomerRestated
from tests.suite import errors


def found(client, words, more=""):
    answer = client.get("/projects", query_string=f"text={words}{more}")
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json["items"]]


@pytest.fixture
def three(client, projects):
    for name in ("Sveisere ØST", "Lagerteam høst", "Ny økonomisjef"):
        client.post(projects, json={"name": name})


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("øst", ["Lagerteam høst", "Sveisere ØST"]),
        ("ØST+sveis", ["Sveisere ØST"]),
        ("1002", ["Lagerteam høst"]),
        ("100", ["Ny økonomisjef", "Lagerteam høst", "Sveisere ØST"]),
        ("fjordvik+ØKONOMI", ["Ny økonomisjef"]),
        ("økonomi+øst", []),
        ("%25", []),
        ("_", []),
    ],
)
def test_every_word_must_occur_the_newest_project_first(client, three, words, names):
    assert found(client, words) == names


def test_what_is_found_says_whose_it_is_and_how_it_stands(client, projects, customer_id):
    made = client.post(projects, json={"name": "Lagerteam", "status": "active"}).json

    assert client.get("/projects?text=lagerteam").json["items"] == [
        {
            "id": made["id"], "customer_id": str(customer_id), "customer_name": "Fjordvik Industri AS",
            "number": made["number"], "name": "Lagerteam", "status": "active",
        }
    ]  # fmt: skip


def test_a_new_name_is_found_of_the_project_and_of_its_customer(client, hear, projects, customer_id):
    made = client.post(projects, json={"name": "Lagerteam"}).json
    client.patch(f"{projects}/{made['id']}", json={"name": "Åpningsteam"}, version=1)
    hear(CustomerRenamed(customer_id, "Fjordvik Industri AS", "Ærlig AS"), about=f"customer/{customer_id}", version=2)

    assert found(client, "ærlig+åpning") == ["Åpningsteam"]
    assert found(client, "fjordvik") == found(client, "lager") == []


def test_a_copy_that_was_mended_is_found_by_its_right_name(client, hear, projects, customer_id, ada):
    client.post(projects, json={"name": "Lagerteam"})
    told = {"departments": list(ada.departments), "authoritative": True}
    restated = CustomerRestated(customer_id, 10001, "Ærlig AS", "customer", **told)
    hear(restated, about=f"customer/{customer_id}", version=2)

    assert found(client, "ærlig") == ["Lagerteam"]
    assert found(client, "fjordvik") == []


def test_projects_are_found_by_their_own_agency_and_department_only(client, hear, three, customer_id, bob, eve):
    assert found(client.as_(eve), "lager") == []
    assert found(client.as_(bob), "lager") == []
    moved = CustomerDepartmentsChanged(customer_id, [], list(bob.departments), bob.departments[0])
    hear(moved, about=f"customer/{customer_id}", version=2)

    assert found(client.as_(bob), "lager") == ["Lagerteam høst"]


def test_finding_projects_takes_the_right_to_read_them(client, three, ada):
    without = client.as_(replace(ada, rights=frozenset({"recruitment:other:read"})))

    assert without.get("/projects?text=lager").status_code == 403


def test_pages_go_on_where_the_last_one_ended(client, projects):
    for number in range(7):
        client.post(projects, json={"name": f"Lagerteam {number}"})
    first = client.get("/projects?text=lager&limit=4").json
    last = client.get(f"/projects?text=lager&limit=4&cursor={first['next']}").json

    names = [each["name"] for each in first["items"] + last["items"]]
    assert names == [f"Lagerteam {number}" for number in reversed(range(7))]
    assert client.get(f"/projects?text=x&limit=4&cursor={first['next']}").status_code == 422


@pytest.mark.parametrize("query", ["", "text=+", f"text={'x' * 101}", "text=a&limit=201", "status=active"])
def test_a_bad_question_gets_its_message(client, query):
    refused = client.get(f"/projects?{query}")

    assert refused.status_code == 422
    assert errors(refused)
