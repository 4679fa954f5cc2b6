"""The steps a project takes from the request to the end."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.suite import Client, errors

WAY_TO = {  # the shortest way from a new request to each status
    "request": [],
    "not_started": ["not_started"],
    "active": ["active"],
    "urgent": ["urgent"],
    "solved_ongoing": ["active", "solved_ongoing"],
    "solved_ended": ["active", "solved_ended"],
    "cancelled": ["cancelled"],
    "lost": ["lost"],
}

# written out once more by hand: a slip in the table must not pass because the test read the same table
NEXT = {
    "request": {"not_started", "active", "urgent", "cancelled", "lost"},
    "not_started": {"active", "urgent", "cancelled", "lost"},
    "active": {"urgent", "solved_ongoing", "solved_ended", "cancelled", "lost"},
    "urgent": {"active", "solved_ongoing", "solved_ended", "cancelled", "lost"},
    "solved_ongoing": {"active", "urgent", "solved_ended"},
    "solved_ended": {"active", "urgent"},
    "cancelled": {"request", "not_started", "active"},
    "lost": {"request"},
}


def a_project(client, projects, status):
    """Open a project and take it to *status*."""
    project = client.post(projects, json={"name": "Kokker"}).json
    for step in WAY_TO[status]:
        path = f"{projects}/{project['id']}/status"
        project = client.put(path, json={"status": step}, version=project["version"]).json
    assert project["status"] == status
    return project


@pytest.mark.parametrize("status", ["request", "not_started", "active"])
def test_a_project_begins_as_a_request_or_agreed_or_under_way(client, projects, status):
    assert client.post(projects, json={"name": "Kokker", "status": status}).json["status"] == status


@pytest.mark.parametrize("before", NEXT)
def test_from_each_status_exactly_the_allowed_steps_can_be_taken(client, projects, before):
    for status in NEXT:
        project = a_project(client, projects, before)
        assert set(project["allowed"]) == NEXT[before]
        path = f"{projects}/{project['id']}"

        answer = client.put(f"{path}/status", json={"status": status}, version=project["version"])

        if status in {before, *NEXT[before]}:
            assert (answer.status_code, answer.json["status"]) == (200, status)
        else:
            assert answer.status_code == 409
            assert set(answer.json["allowed"]) == NEXT[before]
            assert set(errors(answer)) == {"status"}
            assert client.get(path).json == project


def test_a_step_is_announced_with_where_it_came_from_and_why(client, projects, announced):
    project = a_project(client, projects, "active")

    answer = client.put(
        f"{projects}/{project['id']}/status", json={"status": "lost", "reason": "For dyrt"}, version=2
    ).json

    assert answer["reason"] == "For dyrt"
    kind, data = announced()[-1]
    assert kind == "recruitment.ProjectStatusChanged"
    assert (data["before"], data["status"], data["reason"]) == ("active", "lost", "For dyrt")
    assert (data["project_id"], data["name"]) == (project["id"], "Kokker")


def test_the_status_it_has_already_changes_nothing(client, projects, announced):
    project = a_project(client, projects, "active")

    again = client.put(f"{projects}/{project['id']}/status", json={"status": "active"}, version=2)

    assert (again.status_code, again.headers["ETag"]) == (200, '"2"')
    assert len(announced()) == 2


def test_a_reason_belongs_to_its_own_step(client, projects):
    project = a_project(client, projects, "request")
    path = f"{projects}/{project['id']}/status"
    client.put(path, json={"status": "cancelled", "reason": "Ingen budsjett"}, version=1)

    assert client.put(path, json={"status": "request"}, version=2).json["reason"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "status"),
        ({"status": None}, "status"),
        ({"status": "done"}, "status"),
        ({"status": "active", "reason": "x" * 501}, "reason"),
        ({"status": "active", "because": "x"}, "because"),
    ],
)
def test_a_bad_step_gets_its_message(client, projects, body, field):
    project = a_project(client, projects, "request")

    refused = client.put(f"{projects}/{project['id']}/status", json=body, version=1)

    assert refused.status_code == 422
    assert set(errors(refused)) == {field}


def test_of_parallel_steps_from_one_version_one_is_taken(client, projects):
    path = f"{projects}/{a_project(client, projects, 'request')['id']}/status"

    def step(status):
        return Client(client.program, client.who).put(path, json={"status": status}, version=1).status_code

    with ThreadPoolExecutor(4) as pool:
        codes = sorted(pool.map(step, ["active", "urgent", "lost", "cancelled"]))

    assert codes == [200, 412, 412, 412]
