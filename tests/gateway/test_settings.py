"""Which items are on the card."""

from gateway.items import OWNERS
from tests.suite import errors

PATH = "/api/settings/items"


def without(*keys):
    return [key for key in OWNERS if key not in keys]


def test_at_first_every_item_is_on(client):
    shown = client.get(PATH)

    assert shown.json == {"on": list(OWNERS), "off": [], "version": 0}
    assert len(OWNERS) == 29
    assert shown.headers["ETag"] == '"0"'


def test_what_is_switched_off_is_announced_once(client, announced):
    before = len(announced())
    switched = client.put(PATH, json={"on": without("notes", "offers")}, version=0)
    again = client.put(PATH, json={"on": without("notes", "offers")}, version=1)

    assert switched.json["off"] == again.json["off"] == ["notes", "offers"]
    assert announced()[before:] == [
        (
            "gateway.ItemsSwitched",
            {"switched_on": [], "switched_off": ["notes", "offers"], "off": ["notes", "offers"]},
        )
    ]


def test_services_are_told_with_the_next_request(client, services, customer):
    client.get(f"/api/customers/customers/{customer}")
    client.put(PATH, json={"on": without("notes")}, version=0)
    client.get(f"/api/customers/customers/{customer}")

    assert [who.disabled for _, _, who, _ in services["customers"].asked] == [frozenset(), frozenset({"notes"})]


def test_the_customer_itself_cannot_be_switched_off(client):
    refused = client.put(PATH, json={"on": without("general")}, version=0)

    assert refused.status_code == 422
    assert errors(refused) == {"on": "The customer itself cannot be switched off."}


def test_an_item_that_does_not_exist_is_named(client):
    refused = client.put(PATH, json={"on": ["general", "weather"]}, version=0)

    assert refused.status_code == 422
    assert list(errors(refused)) == ["on.1"]


def test_settings_that_somebody_else_changed_are_not_overwritten(client):
    client.put(PATH, json={"on": without("notes")}, version=0)

    assert client.put(PATH, json={"on": without("tags")}).status_code == 428
    assert client.put(PATH, json={"on": without("tags")}, version=0).status_code == 412
    assert client.get(PATH).json["off"] == ["notes"]


def test_other_agencies_keep_their_cards(client, program, hire):
    from uuid import uuid4

    from gateway.bootstrap import found_tenant
    from tests.gateway.conftest import PASSWORD, Browser

    client.put(PATH, json={"on": without("notes")}, version=0)
    with program.app.app_context():
        found_tenant("Sørlys", "Eve", mail := f"eve@{uuid4().hex}.no", PASSWORD, ["Arendal"])
    eve = Browser(program)
    eve.sign_in(mail)

    assert eve.get(PATH).json["off"] == []
