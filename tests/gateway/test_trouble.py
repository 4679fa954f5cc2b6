"""Whatever goes wrong, people are shown a page in their language, and programs a problem document."""

from contextlib import contextmanager

import pytest
from sqlalchemy import text

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PROBLEM = "application/problem+json"


@contextmanager
def broken(program):
    """Take away a table that every page needs."""
    with program.engine.begin() as connection:
        connection.execute(text("ALTER TABLE employees RENAME TO hidden"))
    try:
        yield
    finally:
        with program.engine.begin() as connection:
            connection.execute(text("ALTER TABLE hidden RENAME TO employees"))


@pytest.mark.parametrize(
    ("language", "words"), [("nb", "Ingenting som er lagret, er tapt"), ("en", "Nothing that was")]
)
def test_a_page_that_breaks_is_a_page_all_the_same(client, services, program, language, words):
    client.http.set_cookie("language", language)
    with broken(program):
        page = client.get("/customers?text=Fjord", headers=PAGE)

    assert page.status_code in (500, 503)
    assert page.mimetype == "text/html"
    assert words in page.text
    assert page.headers["X-Request-Id"] in page.text
    assert 'href="/customers?text=Fjord"' in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "employees" not in page.text


@pytest.mark.parametrize(
    ("path", "headers"), [("/customers", {}), ("/customers", {**PAGE, "HX-Request": "true"}), ("/api/session", PAGE)]
)
def test_programs_and_scripts_are_told_as_before(client, services, program, path, headers):
    with broken(program):
        answer = client.get(path, headers=headers)

    assert answer.status_code in (500, 503)
    assert answer.mimetype == PROBLEM
    assert answer.json["status"] == answer.status_code


def test_a_page_of_trouble_that_breaks_is_a_page_all_the_same(client, services, program):
    """An error page needs the names of colleagues as every page does."""
    client.get("/customers", headers=PAGE)  # who it is, is known for a moment
    with broken(program):
        page = client.get("/nowhere", headers=PAGE)

    assert page.status_code in (500, 503)
    assert "Ingenting som er lagret, er tapt" in page.text
    assert "Internal Server Error" not in page.text


def test_what_a_page_does_not_do_is_said_on_a_page(client):
    page = client.open("/help", "PUT", headers=PAGE)

    assert (page.status_code, page.mimetype) == (405, "text/html")
    assert "Dette lar seg ikke gjøre her." in page.text
    assert "GET" in page.headers["Allow"]


def test_who_is_turned_away_because_of_the_crowd_is_told_so_on_a_page(client, program, monkeypatch):
    monkeypatch.setattr(program.metrics, "serving", program.settings.in_flight)
    page = client.get("/customers", headers=PAGE)

    assert (page.status_code, page.mimetype, page.headers["Retry-After"]) == (503, "text/html", "1")
    assert "For mange forespørsler på en gang" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
