"""Who runs the suite is told by a command, and by nothing that anybody can send."""

import pytest

from chassis import logs
from gateway import operators
from gateway.signin.actions import NoSuchAccount
from tests.gateway.conftest import PASSWORD, Browser, within_a_second
from tests.suite import environment

OPERATIONS = "/api/operations"


@pytest.fixture
def appoint(program):
    """Make somebody an operator, or no longer, as the command does."""

    def appoint(email, *, operator=True):
        with program.app.app_context():
            operators.change(email, operator=operator)

    return appoint


@pytest.fixture
def command(program, monkeypatch, capsys):
    """Type the command; return what it prints."""
    env = environment(program.settings.database_url)
    for name, value in env.items():
        monkeypatch.setenv(name, value)

    def command(*options):
        monkeypatch.setattr("sys.argv", ["gateway.operators", *options])
        operators.main()
        return capsys.readouterr().out.split()

    yield command
    logs.configure("CRITICAL")  # the command's own log went to a stream that ends with this test


def test_an_administrator_is_no_operator(client):
    me = client.get("/api/directory/me").json

    assert (me["role"], me["rights"], me["operator"]) == ("admin", ["*:*:*"], False)
    assert client.get(OPERATIONS).status_code == 403


def test_the_command_makes_one_within_a_second_lists_and_unmakes(client, email, command):
    assert client.get(OPERATIONS).status_code == 403
    assert email in command("--add", email.upper())
    within_a_second(lambda: client.get("/api/directory/me").json["operator"])
    assert client.get(OPERATIONS).json["service"] == "gateway"
    assert email in command()

    assert email not in command("--remove", email)
    within_a_second(lambda: client.get(OPERATIONS).status_code == 403)


def test_nobody_who_cannot_sign_in_is_made_one(command, appoint):
    with pytest.raises(SystemExit, match="Nobody signs in"):
        command("--add", "nobody@nordlys.no")
    with pytest.raises(NoSuchAccount):
        appoint("nobody@nordlys.no")


def test_services_are_told_by_the_token_who_operates(client, services, email, appoint):
    def told():
        client.get("/api/customers/things")
        return services["customers"].asked[-1][2]

    before = told()
    appoint(email)
    within_a_second(lambda: told().operator == email)

    assert before.operator == ""
    assert before.rights == told().rights


def test_no_field_of_the_directory_makes_one(client, agency, hire):
    colleague = hire("admin")
    path = f"/api/directory/employees/{colleague.id}"

    assert client.patch(path, version=1, json={"operator": True}).status_code == 422
    new = {"name": "Bo", "email": "x@nordlys.no", "role": "admin", "departments": [str(agency.departments["Oslo"])]}
    assert client.post("/api/directory/employees", json={**new, "operator": True}).status_code == 422
    assert colleague.get(OPERATIONS).status_code == 403


def test_who_gets_a_password_from_the_agency_is_an_operator_no_longer(program, client, hire, appoint):
    """Else any administrator of the operator's agency could become one."""
    operator = hire("reader")
    appoint(operator.email)
    assert operator.get(OPERATIONS).status_code == 200

    path = f"/api/directory/employees/{operator.id}"
    assert client.patch(path, version=1, json={"password": "given by the agency"}).status_code == 200
    thief = Browser(program)
    assert thief.sign_in(operator.email, "given by the agency").status_code == 201

    assert thief.get(OPERATIONS).status_code == 403


def test_who_gets_another_address_from_the_agency_is_an_operator_no_longer(client, hire, appoint):
    operator = hire("reader")
    appoint(operator.email)
    path = f"/api/directory/employees/{operator.id}"
    same = client.patch(path, version=1, json={"email": operator.email.upper(), "name": "Bo Berg"})
    assert same.status_code == 200, same.text
    assert operator.get(OPERATIONS).status_code == 200

    assert client.patch(path, version=same.json["version"], json={"email": f"x{operator.email}"}).status_code == 200

    assert operator.get(OPERATIONS).status_code == 403


def test_who_left_the_agency_operates_nothing(client, hire, appoint):
    operator = hire("reader")
    appoint(operator.email)
    path = f"/api/directory/employees/{operator.id}"

    assert client.patch(path, version=1, json={"active": False}).status_code == 200

    assert operator.get(OPERATIONS).status_code == 401
    assert operator.sign_in(operator.email, PASSWORD).status_code == 401


def test_the_demo_shows_its_operations_to_whoever_started_it(tmp_path):
    from gateway import demo
    from tests.suite import start

    gateway = start("gateway", f"sqlite:///{tmp_path}/gateway.db", KUNDEKORT_SECURE="0")
    for _ in range(2):
        found = demo.sign_in(gateway, tmp_path)
    browser = Browser(gateway)
    assert browser.sign_in(found.email, found.password).status_code == 201

    assert browser.get(OPERATIONS).status_code == 200
    gateway.close()
