"""Departments, employees, roles."""

from uuid import uuid4

import pytest

from tests.gateway.conftest import PASSWORD, Browser
from tests.suite import errors


@pytest.fixture
def bo(agency):
    """What is sent to register Bo."""
    homes = [str(agency.departments["Oslo"]), str(agency.departments["Bergen"])]
    return {"name": "Bo Dahl", "email": f"bo@{uuid4().hex}.no", "role": "sales", "departments": homes}


def test_a_department_is_opened_renamed_and_announced(client, announced):
    made = client.post("/api/directory/departments", json={"name": "Tromsø"})
    renamed = client.patch(f"/api/directory/departments/{made.json['id']}", json={"name": "Nord"}, version=1)

    assert (made.status_code, renamed.status_code) == (201, 200)
    assert [each["name"] for each in client.get("/api/directory/departments").json["items"]] == [
        "Bergen",
        "Nord",
        "Oslo",
    ]
    kinds = [(kind, data["name"]) for kind, data in announced()[-2:]]
    assert kinds == [("gateway.DepartmentOpened", "Tromsø"), ("gateway.DepartmentRenamed", "Nord")]


def test_two_departments_cannot_have_one_name(client):
    refused = client.post("/api/directory/departments", json={"name": "Oslo"})

    assert refused.status_code == 409
    assert errors(refused) == {"name": "There is a department of this name already."}


def test_an_employee_is_registered_and_signs_in(client, program, bo, announced):
    made = client.post("/api/directory/employees", json={**bo, "password": PASSWORD})
    theirs = Browser(program).sign_in(bo["email"])

    assert made.status_code == 201
    assert "password" not in made.text
    assert theirs.json["departments"] == bo["departments"]  # home first, as given
    assert theirs.json["everywhere"] is False
    assert announced()[-1][0] == "gateway.EmployeeAdded"
    assert PASSWORD not in str(announced())


def test_without_a_password_nobody_signs_in(client, program, bo):
    client.post("/api/directory/employees", json=bo)

    assert Browser(program).sign_in(bo["email"], "").status_code == 401


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "bo"}, "email"),
        ({"role": "king"}, "role"),
        ({"departments": []}, "departments"),
        ({"departments": [str(uuid4())]}, "departments"),
        ({"password": "too short"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"rights": ["*:*:*"]}, "rights"),
    ],
)
def test_a_bad_field_is_named(client, bo, changes, field):
    refused = client.post("/api/directory/employees", json={**bo, **changes})

    assert refused.status_code == 422
    assert list(errors(refused)) == [field]


def test_an_address_signs_in_to_one_account_in_the_whole_suite(client, bo, email):
    refused = client.post("/api/directory/employees", json={**bo, "email": email.upper()})

    assert refused.status_code == 409
    assert errors(refused) == {"email": "Somebody else already signs in with this e-mail address."}


def test_a_lower_role_holds_from_the_next_request(client, hire):
    bo = hire("admin")
    assert bo.post("/api/directory/departments", json={"name": "Voss"}).status_code == 201
    client.patch(f"/api/directory/employees/{bo.id}", json={"role": "reader"}, version=1)

    assert bo.post("/api/directory/departments", json={"name": "Molde"}).status_code == 403
    assert bo.get("/api/session").json["role"] == "reader"


def test_who_leaves_is_signed_out_at_once(client, hire):
    bo = hire("sales")
    left = client.patch(f"/api/directory/employees/{bo.id}", json={"active": False}, version=1)

    assert left.json["active"] is False
    assert bo.get("/api/session").status_code == 401
    assert bo.sign_in(bo.email).status_code == 401
    client.patch(f"/api/directory/employees/{bo.id}", json={"active": True}, version=2)
    assert bo.sign_in(bo.email).status_code == 201


def test_another_password_ends_the_sessions_of_the_old_one(client, hire):
    bo = hire("sales")
    client.patch(f"/api/directory/employees/{bo.id}", json={"password": "a whole new sentence"}, version=1)

    assert bo.get("/api/session").status_code == 401
    assert bo.sign_in(bo.email).status_code == 401
    assert bo.sign_in(bo.email, "a whole new sentence").status_code == 201


def test_the_last_admin_stays(client, agency):
    path = f"/api/directory/employees/{agency.admin}"
    for change in ({"role": "sales"}, {"active": False}):
        refused = client.patch(path, json=change, version=1)
        assert refused.status_code == 409
        assert errors(refused) == {"role": "Somebody must remain who can administer the agency."}


@pytest.mark.parametrize("role", ["manager", "sales", "recruiter", "finance", "reader"])
def test_only_admins_change_the_directory_and_the_settings(hire, role, agency, bo):
    theirs = hire(role)

    assert theirs.get("/api/directory/employees").status_code == 200
    assert theirs.post("/api/directory/departments", json={"name": "Voss"}).status_code == 403
    assert theirs.post("/api/directory/employees", json=bo).status_code == 403
    assert theirs.put("/api/settings/items", json={"on": ["general"]}, version=0).status_code == 403


@pytest.mark.parametrize(
    ("role", "everywhere", "approves"),
    [
        ("admin", True, True),
        ("manager", True, True),
        ("finance", False, True),
        ("sales", False, False),
        ("recruiter", False, False),
        ("reader", False, False),
    ],
)
def test_only_some_roles_see_all_departments_and_approve_credit(hire, services, customer, role, everywhere, approves):
    theirs = hire(role)
    theirs.get(f"/api/customers/customers/{customer}")

    [(_, _, who, _)] = services["customers"].asked
    assert who.everywhere is everywhere
    assert who.may("invoicing:credit_limit:approve") is approves


def test_another_agency_meets_nobody_of_this_one(program, client, agency, hire):
    from gateway.bootstrap import found_tenant

    with program.app.app_context():
        found_tenant("Sørlys", "Eve", mail := f"eve@{uuid4().hex}.no", PASSWORD, ["Arendal"])
    eve = Browser(program)
    eve.sign_in(mail)

    assert [each["name"] for each in eve.get("/api/directory/employees").json["items"]] == ["Eve"]
    for kind, row in (("employees", agency.admin), ("departments", agency.departments["Oslo"])):
        assert eve.get(f"/api/directory/{kind}/{row}").status_code == 404
        assert eve.patch(f"/api/directory/{kind}/{row}", json={"name": "Mine"}, version=1).status_code == 404


def test_a_change_needs_the_version_it_is_of(client, hire):
    bo = hire("sales")
    path = f"/api/directory/employees/{bo.id}"

    assert client.patch(path, json={"name": "Bo"}).status_code == 428
    stale = client.patch(path, json={"name": "Bo"}, version=7)
    assert stale.status_code == 412
    assert stale.json["current"]["name"] == "Bo Dahl"


def test_no_way_of_counting_reaches_another_agency(program, client, agency, hire):
    from sqlalchemy import exists, func, select

    from chassis.auth import Caller, calling
    from chassis.db import reading
    from gateway.directory.models import Employee

    questions = [
        select(func.count()).where(Employee.active),
        select(func.count()).select_from(Employee),
        select(func.count()).select_from(select(Employee.id).subquery()),
        select(func.count(Employee.id)),
        select(exists().where(Employee.active)),
    ]
    stranger = Caller(uuid4(), everywhere=True)
    with program.app.app_context(), calling(stranger), reading() as session:
        assert [session.scalar(question) for question in questions] == [0, 0, 0, 0, False]
