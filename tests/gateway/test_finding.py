"""What the gateway finds for the command palette, and what it remembers of the cards that were opened."""

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.auth import calling
from chassis.db import reading
from gateway.items import owned_by
from gateway.preferences.actions import MOST_RECENT, preferences
from tests.gateway.neighbourhood import present

HTMX = {"HX-Request": "true"}
KARI = {"id": str(uuid4()), "customer_id": str(uuid4()), "customer_name": "Østbygg AS", "name": "Kari Ødegård",
        "title": "Økonomisjef", "email": None, "mobile": "+4799887766", "phone": None}  # fmt: skip
PROJECT = {"id": str(uuid4()), "customer_id": str(uuid4()), "customer_name": "Østbygg AS", "number": 1004,
           "name": "Lagerteam høst", "status": "active"}  # fmt: skip


NOTHING = {"state": "empty", "count": None, "data": None}


def customer_row(name, number=10001):
    return {"id": str(uuid4()), "number": number, "name": name, "place": "Bergen", "type": "customer"}


@pytest.fixture
def found(services):
    """Services in which something is found."""
    services["customers"].answers["/customers"] = (200, {"items": [customer_row("Fjordvik <Industri> AS")]})
    services["customers"].answers["/contacts"] = (200, {"items": [KARI]})
    services["recruitment"].answers["/projects"] = (200, {"items": [PROJECT]})
    return services


def asked(stand_in):
    return [path for _, path, _, _ in stand_in.asked]


def look(browser, query="", **headers):
    answer = browser.get(f"/find?{query}", headers={**HTMX, **headers})
    assert answer.status_code == 200, answer.text
    return answer.text


def options(page):
    return [name.strip() for name in re.findall(r'class="hit-name">([^<]*)<', page)]


def test_everything_is_asked_at_once_for_what_was_typed(client, found):
    page = look(client, "text=K%C3%A5ri+100%25")

    assert sorted(asked(found["customers"])) == [
        "/contacts?text=K%C3%A5ri+100%25&limit=50",
        "/customers?text=K%C3%A5ri+100%25&limit=50",
    ]
    assert asked(found["recruitment"]) == ["/projects?text=K%C3%A5ri+100%25&limit=50"]
    assert options(page) == ["Fjordvik &lt;Industri&gt; AS", "Kari Ødegård", "Lagerteam høst"]
    assert f'href="/customers/{KARI["customer_id"]}/items/contacts#contact-{KARI["id"]}"' in page
    assert f'href="/customers/{PROJECT["customer_id"]}/items/projects#project-{PROJECT["id"]}"' in page
    assert 'data-said="3 treff"' in page
    assert "<html" not in page


def test_the_best_hits_come_first_however_many_come_before_them_in_the_alphabet(client, found, opened):
    many = [f"Anlegg {number} Storbergen AS" for number in range(7)]
    names = [*many, "Bergen Bygg AS", "Bergensfjord AS", "Bygg i Bergen AS"]
    rows = [customer_row(name) for name in sorted(names)]
    found["customers"].answers["/customers"] = (200, {"items": rows})
    found["customers"].answers["/contacts"] = found["recruitment"].answers["/projects"] = (200, {"items": []})
    assert options(look(client, "text=bergen"))[:4] == [
        "Bergen Bygg AS", "Bergensfjord AS", "Bygg i Bergen AS", "Anlegg 0 Storbergen AS",
    ]  # fmt: skip

    opened(client, "Bergensfjord AS", rows[-2])
    assert options(look(client, "text=bergen"))[:2] == ["Bergensfjord AS", "Bergen Bygg AS"]


def test_without_a_script_it_is_a_page_of_links(client, found):
    page = client.get("/find?text=kari").text

    assert "<html" in page
    assert 'value="kari"' in page
    assert options(page) == ["Fjordvik &lt;Industri&gt; AS", "Kari Ødegård", "Lagerteam høst"]
    assert 'role="option"' not in page


def test_who_is_away_costs_its_own_group_and_is_named(client, found):
    found["recruitment"].stop()
    found["customers"].answers["/contacts"] = (503, {"title": "Away"})
    page = look(client, "text=kari")

    assert options(page) == ["Fjordvik &lt;Industri&gt; AS"]
    assert "Kan ikke søkes i akkurat nå: Kontaktpersoner, Prosjekter." in page


def test_who_is_slow_is_not_waited_for(client, found):
    found["recruitment"].pause = 2.0

    assert "Kan ikke søkes i akkurat nå: Prosjekter." in look(client, "text=kari")


def test_what_no_service_would_take_is_left_out(client, found):
    look(client, f"text=%00{'x' * 300}")

    assert asked(found["recruitment"]) == [f"/projects?text={'x' * 100}&limit=50"]


def test_what_is_switched_off_is_neither_asked_nor_offered(client, found, customer):
    switchboard = client.get("/api/settings/items")
    on = {"on": [key for key in switchboard.json["on"] if key not in ("contacts", "notes")]}
    token = client.get("/api/directory/me").json["csrf_token"]
    switched = client.put(
        "/api/settings/items", version=switchboard.json["version"], json=on, headers={"X-CSRF-Token": token}
    )
    assert switched.status_code == 200, switched.text
    found["customers"].asked.clear()

    assert asked(found["customers"]) == []
    assert not {"Ny kontaktperson", "Nytt notat"} & set(options(look(client, f"text=ny&customer={customer}")))
    assert asked(found["customers"]) == ["/customers?text=ny&limit=50"]


@pytest.mark.parametrize(
    ("role", "typed", "names"),
    [
        (
            "recruiter",
            "ny",
            [
                "Ny kontaktperson",
                "Nytt notat",
                "Nytt prosjekt",
                "Ny kunde",
                "Ny oppgave",
                "Knytt en medarbeider",
                "Nye tagger",
                "Ny kommentar",
            ],
        ),
        ("reader", "ny", []),
        ("reader", "ØKONOMI", ["Økonomi"]),
        ("sales", "innst", []),
        ("admin", "innst", ["Innstillinger"]),
        ("reader", "ut logg", ["Logg ut"]),
    ],
)
def test_actions_are_found_by_those_who_may_do_them(hire, services, customer, role, typed, names):
    assert options(look(hire(role), f"text={typed}&customer={customer}")) == names


def test_forms_and_parts_are_offered_on_a_card_only(client, services):
    assert not {"Ny kontaktperson", "Kontaktpersoner"} & set(options(look(client, "text=kontakt")))
    assert "Ny kontaktperson" not in options(look(client, "text=kontakt&customer=x"))


def test_cards_opened_last_come_first_as_they_are_called_today(client, services, opened, agency, ada, program):
    one, two = opened(client, "Fjordvik"), opened(client, "Østbygg")
    opened(client, "Fjordvik", one)
    services["customers"].answers["/customers"] = (200, {"items": [{**two, "name": "Østbygg Gruppen"}, one]})
    page = look(client)

    assert options(page)[:2] == ["Fjordvik", "Østbygg Gruppen"]
    [question] = [path for path in asked(services["customers"]) if path.startswith("/customers?")]
    assert question == f"/customers?id={one['id']}&id={two['id']}"


def test_the_card_that_is_open_is_not_offered(client, services, opened):
    one, two = opened(client, "Fjordvik"), opened(client, "Østbygg")
    services["customers"].answers["/customers"] = (200, {"items": [one, two]})

    assert options(look(client, f"customer={two['id']}"))[0] == "Fjordvik"


def test_what_may_no_longer_be_seen_is_not_shown(client, services, opened):
    opened(client, "Fjordvik")
    services["customers"].answers["/customers"] = (200, {"items": []})

    assert "Sist åpnet" not in look(client)


def test_only_so_many_are_remembered_and_each_employee_has_his_own(client, hire, services, opened, recents):
    rows = [opened(client, f"Kunde {number}") for number in range(MOST_RECENT + 2)]
    bo = hire("recruiter")
    theirs = opened(bo, "Bos")

    assert recents() == [row["id"] for row in reversed(rows)][:MOST_RECENT]
    assert recents(UUID(bo.id)) == [theirs["id"]]


def test_a_card_that_looks_again_by_itself_was_not_opened(client, opened, recents):
    one, two = opened(client, "Fjordvik"), opened(client, "Østbygg")
    client.get(f"/customers/{one['id']}", headers={"Sec-Fetch-Dest": "empty"})

    assert recents() == [two["id"], one["id"]]


def test_a_card_that_nobody_meets_is_not_remembered(client, services, recents):
    unknown = str(uuid4())
    services["customers"].unknown.add(unknown)

    assert client.get(f"/customers/{unknown}").status_code == 404
    assert recents() == []


def test_a_card_is_shown_though_it_cannot_be_remembered(client, opened, recents, program, read_only):
    opened(client, "Fjordvik")

    assert recents() == []


@pytest.fixture
def opened(services):
    """Open the card of a customer, new or known; return the customer's row in a list."""

    def opened(browser, name, row=None):
        row = row or customer_row(name)
        for service, stand_in in services.items():
            stand_in.items = dict.fromkeys(owned_by(service), NOTHING)
        services["customers"].items |= {"general": present(**row)}
        answer = browser.get(f"/customers/{row['id']}")
        assert answer.status_code == 200, answer.text
        assert name in answer.text
        return row

    return opened


@pytest.fixture
def recents(program, agency, ada):
    """Read what is kept of an employee, Ada unless another is named."""

    def recents(employee=agency.admin):
        with program.app.app_context(), calling(ada), reading() as session:
            return preferences(session, employee).recent

    return recents


SEAL = {
    "sqlite": "CREATE TRIGGER full BEFORE INSERT ON preferences BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
    "postgresql": "REVOKE INSERT ON preferences FROM CURRENT_USER",
}
UNSEAL = {"sqlite": "DROP TRIGGER full", "postgresql": "GRANT INSERT ON preferences TO CURRENT_USER"}


@pytest.fixture
def read_only(program):
    """A database that takes no preference any more."""
    name = program.engine.dialect.name
    with program.engine.begin() as connection:
        connection.execute(text(SEAL[name]))
    yield
    with program.engine.begin() as connection:
        connection.execute(text(UNSEAL[name]))
