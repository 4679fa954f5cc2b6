"""Signing in and out, and what keeps strangers out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from chassis.tables import now
from gateway.signin.models import Account, SignedIn
from tests.gateway.conftest import PASSWORD, Browser, within_a_second
from tests.suite import errors


def test_whoever_signs_in_is_known_from_then_on(browser, email, agency):
    made = browser.sign_in(email)

    assert made.status_code == 201
    assert (made.json["name"], made.json["tenant"], made.json["role"]) == ("Ada Berg", "Nordlys Bemanning", "admin")
    assert browser.get("/api/session").json == made.json
    assert browser.get("/api/directory/me").json["id"] == str(agency.admin)


def test_capital_letters_in_the_address_do_not_matter(browser, email):
    assert browser.sign_in(f"  {email.upper()} ").status_code == 201


def test_a_wrong_password_and_an_unknown_account_are_refused_alike(browser, email):
    wrong, unknown = browser.sign_in(email, "not the password"), browser.sign_in("nobody@nowhere.no")

    assert wrong.status_code == unknown.status_code == 401
    same = [{name: value for name, value in each.json.items() if name != "instance"} for each in (wrong, unknown)]
    assert same[0] == same[1]
    assert "Set-Cookie" not in wrong.headers


@pytest.mark.parametrize("password", ["x" * 1_000, "with\u00e9", "correct horse battery ", ""])
def test_no_other_password_is_good_enough(browser, email, password):
    assert browser.sign_in(email, password).status_code == 401


def test_nobody_is_asked_in_without_a_session(browser):
    for path in ("/api/session", "/api/directory/me", "/api/settings/items", "/api/customers/customers", "/api/docs"):
        refused = browser.get(path)
        assert refused.status_code == 401, path
        assert refused.content_type == "application/problem+json"


def test_the_session_gets_a_new_id_at_sign_in_and_the_old_one_ends(browser, email, program):
    browser.sign_in(email)
    before = browser.http.get_cookie("kundekort").value
    browser.sign_in(email)

    thief = Browser(program)
    thief.http.set_cookie("kundekort", before)
    assert browser.http.get_cookie("kundekort").value != before
    assert thief.get("/api/session").status_code == 401


def test_a_session_id_that_the_client_made_up_is_not_taken_over(browser, email):
    browser.http.set_cookie("kundekort", "chosen by an attacker")
    browser.sign_in(email)

    assert browser.http.get_cookie("kundekort").value != "chosen by an attacker"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser, email):
    cookie = browser.sign_in(email).headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_database_does_not_hold_what_the_cookie_holds(client, program):
    token = client.http.get_cookie("kundekort").value
    with program.engine.begin() as connection:
        assert token not in connection.scalars(select(SignedIn.digest)).all()


def test_signing_out_kills_the_session(client, program):
    token = client.http.get_cookie("kundekort").value
    gone = client.delete("/api/session")

    thief = Browser(program)
    thief.http.set_cookie("kundekort", token)
    assert gone.status_code == 204
    assert client.http.get_cookie("kundekort") is None
    assert thief.get("/api/session").status_code == 401


def test_a_session_that_another_process_ends_is_over_within_a_second(client, program, agency):
    assert client.get("/api/session").status_code == 200
    with program.engine.begin() as connection:
        connection.execute(delete(SignedIn).where(SignedIn.employee == agency.admin))

    within_a_second(lambda: client.get("/api/session").status_code == 401)


@pytest.mark.parametrize(("column", "age"), [("seen_at", timedelta(hours=9)), ("created_at", timedelta(hours=25))])
def test_a_session_ends_when_idle_and_in_any_case_after_a_day(client, program, agency, column, age):
    with program.engine.begin() as connection:
        old = update(SignedIn).where(SignedIn.employee == agency.admin).values({column: now() - age})
        connection.execute(old)

    assert client.get("/api/session").status_code == 401


def test_a_session_that_is_used_stays_alive(client, program, agency):
    mine = SignedIn.employee == agency.admin
    with program.engine.begin() as connection:
        connection.execute(update(SignedIn).where(mine).values(seen_at=now() - timedelta(hours=7)))
    assert client.get("/api/session").status_code == 200

    with program.engine.begin() as connection:
        assert connection.scalar(select(SignedIn.seen_at).where(mine)) > now() - timedelta(minutes=1)


def test_guessing_one_account_is_stopped_and_the_owner_elsewhere_is_not(program, browser, email):
    tries = [browser.sign_in(email, f"guess number {i}").status_code for i in range(12)]

    assert tries == [401] * 10 + [429] * 2
    assert browser.sign_in(email).status_code == 429
    assert Browser(program, address="at home").sign_in(email).status_code == 201


def test_a_hundred_guesses_at_once_are_counted_like_a_hundred_in_a_row(program, email):
    def guess(i):
        return Browser(program, address="one place").sign_in(email, f"guess number {i}").status_code

    with ThreadPoolExecutor(8) as pool:
        tries = list(pool.map(guess, range(20)))

    assert tries.count(401) == 10
    assert tries.count(429) == 10


def test_one_address_that_tries_many_accounts_is_stopped(program):
    import dataclasses

    started, settings = program, program.settings
    started.settings = dataclasses.replace(settings, tries_per_address=3)
    try:
        stranger = Browser(program, address="spraying")
        tries = [stranger.sign_in(f"employee{i}@nordlys.no").status_code for i in range(5)]
    finally:
        started.settings = settings
    assert tries == [401, 401, 401, 429, 429]


def test_the_right_password_is_no_try(browser, email):
    for _ in range(15):
        assert browser.sign_in(email).status_code == 201


def test_an_account_has_at_most_twenty_sessions(program, email, agency):
    for i in range(23):
        Browser(program, address=f"device {i}").sign_in(email)

    with program.engine.begin() as connection:
        assert len(connection.scalars(select(SignedIn.digest).where(SignedIn.employee == agency.admin)).all()) == 20


def test_passwords_are_kept_as_argon2id(program, email):
    with program.engine.begin() as connection:
        kept = connection.scalar(select(Account.password_hash).where(Account.email == email))
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.no"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost.evil.no"},
    ],
)
def test_nothing_is_changed_from_another_site(client, headers):
    refused = client.post("/api/directory/departments", json={"name": "Evil"}, headers=headers)

    assert refused.status_code == 403
    assert "Evil" not in client.get("/api/directory/departments").text


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"])
def test_what_a_form_of_another_site_can_send_needs_the_sessions_token(client, services, kind):
    body = {"data": b'{"name": "Evil"}', "headers": {"Content-Type": kind}}

    assert client.post("/api/customers/customers", **body).status_code == 403
    assert services["customers"].asked == []
    body["headers"]["X-CSRF-Token"] = "0" * 64
    assert client.post("/api/customers/customers", **body).status_code == 403
    body["headers"]["X-CSRF-Token"] = client.get("/api/session").json["csrf_token"]
    if kind != "multipart/form-data":
        assert client.post("/api/customers/customers", **body).status_code == 200


def test_nobody_is_signed_in_from_another_site(browser, email):
    sent = {"email": email, "password": PASSWORD}
    assert browser.post("/api/session", json=sent, headers={"Origin": "https://evil.no"}).status_code == 403
    assert browser.post("/api/session", data=sent).status_code == 403


def test_signing_in_says_which_field_is_missing(browser):
    assert errors(browser.post("/api/session", json={"email": "ada@nordlys.no"})) == {"password": "Fill in this field."}
