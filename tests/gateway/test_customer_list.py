"""What an employee chooses about the list of customers: columns, and searches that are saved."""

import re
from urllib.parse import parse_qsl

import pytest

from gateway.preferences.columns import BEGINNING, COLUMNS

ROW = {
    "id": "0190a000-0000-7000-8000-000000000001", "number": 10001, "name": "Havbris AS", "type": "customer",
    "org_number": "923609016", "place": "Bergen", "phone": "+4755123456", "email": "post@havbris.no",
    "owner_department": None, "updated_at": "2026-03-02T09:00:00+00:00",
}  # fmt: skip


@pytest.fixture
def token(client):
    """What a form of the pages must carry."""
    return client.get("/api/session").json["csrf_token"]


@pytest.fixture
def send(client, token):
    """Send a form, as a browser without scripts does."""

    def send(path, who=client, htmx="", **values):
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{htmx}"} if htmx else {}
        data = {"csrf_token": who.get("/api/session").json["csrf_token"], **values}
        return who.post(path, data=data, headers=headers)

    return send


@pytest.fixture
def listed(services):
    """Have the customers service answer with one customer."""
    services["customers"].answers["/customers"] = (200, {"items": [ROW], "next": None, "total": 1})
    return services["customers"]


def page(client, query="", status=200):
    answer = client.get(f"/customers{query}")
    assert answer.status_code == status, answer.text
    return answer.text


def ticked(text):
    return re.findall(r'name="columns" id="[\w-]+" value="(\w+)" checked', text)


def saved(text):
    """Read the saved searches and their queries off a page."""
    found = re.findall(r'<a href="/customers\?([^"]*)"[^>]*>([^<]*)</a>\s*<form', text)
    return {name: dict(parse_qsl(query.replace("&amp;", "&"))) for query, name in found}


def test_everybody_begins_with_the_same_columns(client, listed):
    text = page(client)

    assert ticked(text) == list(BEGINNING)
    assert "923&nbsp;609&nbsp;016" not in text
    assert "tel:+4755123456" not in text


def test_chosen_columns_are_shown_to_whoever_chose_them(client, hire, send, listed):
    chosen = ["phone", "org_number", "number"]
    answer = send("/customers/columns", columns=chosen, next="/customers?text=hav&cursor=x&evil=1")

    assert (answer.status_code, answer.location) == (303, "/customers?text=hav&cursor=x")
    text = page(client)
    assert ticked(text) == ["number", "org_number", "phone"]
    assert "tel:+4755123456" in text
    assert "923&nbsp;609&nbsp;016" in text
    assert "Havbris AS" in text
    assert ticked(page(hire("sales"))) == list(BEGINNING)


def test_without_any_column_the_name_is_left_and_all_comes_back_as_it_came(client, send, listed):
    send("/customers/columns")
    assert ticked(page(client)) == []
    assert "Havbris AS" in page(client)

    send("/customers/columns", act="reset", columns=["phone"])
    assert ticked(page(client)) == list(BEGINNING)


def test_a_column_that_does_not_exist_is_refused(client, send, listed):
    assert send("/customers/columns", columns=["number", "password"]).status_code == 422
    assert ticked(page(client)) == list(BEGINNING)
    assert set(BEGINNING) < set(COLUMNS)


def test_a_search_is_saved_with_what_it_is_made_of_and_nothing_else(client, hire, send, listed):
    query = "cursor=x&place=Bergen&evil=1&type=customer&text=&sort=-updated_at&place=Oslo&tag=" + "x" * 101
    answer = send("/customers/filters", name="  Bergen   i dag ", query=query)

    wanted = {"type": "customer", "place": "Bergen", "sort": "-updated_at"}
    assert answer.status_code == 303
    assert dict(parse_qsl(answer.location.partition("?")[2])) == wanted
    assert saved(page(client)) == {"Bergen i dag": wanted}
    assert saved(page(hire("sales"))) == {}


def test_the_search_that_is_shown_is_marked_and_need_not_be_saved_again(client, send, listed):
    assert "/customers/filters?place=Bergen" in page(client, "?place=Bergen")
    send("/customers/filters", name="Bergen", query="place=Bergen")

    text = page(client, "?text=&place=Bergen&type=")

    assert '<a href="/customers?place=Bergen" aria-current="page">Bergen</a>' in text
    assert "/customers/filters?place=Bergen" not in text


def test_a_search_of_the_same_name_takes_the_place_of_the_other(client, send, listed):
    for name, query in (("Bergen", "place=Bergen"), ("Oslo", "place=Oslo"), ("BERGEN", "place=Bergen&type=customer")):
        send("/customers/filters", name=name, query=query)

    assert list(saved(page(client))) == ["BERGEN", "Oslo"]
    assert saved(page(client))["BERGEN"] == {"type": "customer", "place": "Bergen"}


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        (" ", "place=Bergen", "Fyll ut"),
        ("x" * 61, "place=Bergen", "Høyst 60 tegn"),
        ("Ber\u202egen", "place=Bergen", "ikke kan brukes"),
        ("Alle", "cursor=x", "ikke noe å lagre"),
    ],
)
def test_what_cannot_be_saved_says_why_and_keeps_what_was_typed(client, send, listed, name, query, said):
    answer = send("/customers/filters", name=name, query=query)

    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{name}"' in answer.text
    assert f'value="{query}"' in answer.text
    assert saved(page(client)) == {}


def test_there_is_room_for_twenty(client, send, listed):
    for number in range(20):
        assert send("/customers/filters", name=f"Søk {number}", query=f"text={number}").status_code == 303
    full = send("/customers/filters", name="Ett til", query="text=x")
    again = send("/customers/filters", name="Søk 7", query="text=y")

    assert (full.status_code, again.status_code) == (409, 303)
    assert "20 lagrede søk" in full.text
    assert len(saved(page(client))) == 20


def test_a_search_is_deleted_and_can_be_had_back(client, send, listed):
    for name in ("Bergen", "Oslo"):
        send("/customers/filters", name=name, query=f"place={name}")

    answer = send("/customers/filters/forget", htmx="/customers?place=Oslo", name="Bergen")
    assert list(saved(answer.text)) == list(saved(page(client))) == ["Oslo"]
    assert '<a href="/customers?place=Oslo" aria-current="page">' in answer.text
    assert "«Bergen» er slettet." in answer.text
    assert 'name="query" value="place=Bergen"' in answer.text

    answer = send("/customers/filters", htmx="/customers?place=Oslo", name="Bergen", query="place=Bergen")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/customers?place=Oslo")
    assert list(saved(page(client))) == ["Oslo", "Bergen"]


def test_deleting_what_is_gone_already_is_no_fault(client, send, listed):
    assert (
        send("/customers/filters/forget", name="Bergen", next="//evil.example/x?text=a").location == "/customers?text=a"
    )
    assert "slettet" not in send("/customers/filters/forget", htmx="/customers", name="Bergen").text


def test_what_is_searched_for_reaches_the_service(client, listed):
    page(client, "?text=hav&type=customer&place=Bergen&department=d&tag=havn&sort=-number&cursor=c&evil=1&limit=200")

    asked = dict(parse_qsl(listed.asked[-1][1].partition("?")[2]))
    assert asked == {"text": "hav", "type": "customer", "place": "Bergen", "department": "d", "tag": "havn",
                     "sort": "-number", "cursor": "c"}  # fmt: skip


def test_a_refused_search_names_what_is_wrong_with_it(client, services):
    wrong = {"title": "Some of the fields need attention.", "errors": [
        {"field": "place", "message": "At most 100 characters."}, {"field": "tag", "message": "At most 50 characters."},
    ]}  # fmt: skip
    services["customers"].answers["/customers"] = (422, wrong)

    text = page(client, "?place=x&tag=y", 422)

    assert "Sted: Høyst 100 tegn." in text
    assert "Tagg: Høyst 50 tegn." in text
    assert 'value="x"' in text


def test_without_the_service_the_page_says_so_and_offers_the_same_search_again(client, services):
    services["customers"].stop()

    text = page(client, "?place=Bergen", 503)

    assert "kan ikke nås akkurat nå" in text
    assert '<a class="ds-link" href="/customers?place=Bergen">Prøv igjen</a>' in text


def test_how_many_there_are_is_said_as_far_as_it_is_known(client, services):
    for answer, query, said in (
        ({"items": [ROW], "next": "n", "total": 214}, "", "Viser 1 av 214 kunder"),
        ({"items": [ROW], "next": "n", "total": None}, "", "Viser de første 1 kundene"),
        ({"items": [ROW], "next": None, "total": None}, "?cursor=c", "Viser 1 kunde til"),
        ({"items": [ROW], "next": None, "total": 1}, "?text=hav", "1 kunde funnet"),
        ({"items": [ROW], "next": None}, "", ">1 kunde<"),
    ):
        services["customers"].answers["/customers"] = (200, answer)
        assert said in page(client, query), said


def test_tags_are_suggested(client, services):
    services["customers"].answers["/tags"] = (200, {"items": [{"name": "havn", "count": 3}]})

    assert '<option value="havn">3 kunder</option>' in client.get("/customers/tags?tag=ha").text
    assert services["customers"].asked[-1][1] == "/tags?text=ha"
    services["customers"].stop()
    assert "<option" not in client.get("/customers/tags?tag=ha").text
