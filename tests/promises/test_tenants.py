"""An event reaches what belongs to its own tenant, whatever else it names."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from chassis import events
from contracts.customers import ContactAdded, ContactDetailsChanged, CustomerDepartmentsChanged, CustomerRenamed
from contracts.integration import CreditReportReceived, InvoiceImported
from tests.promises.patience import until
from tests.suite import envelope


@pytest.fixture
def tell(form):
    """Have somebody announce something on the bus, and wait until it was taken in."""

    def tell(who, event, about=None, version=1, **changes):
        place = {"aggregate": about} if about else {}
        wrapped = envelope(event, who, aggregate_version=version, **place, **changes)
        form.deliver(events.write(wrapped).encode(), wrapped.type)
        form.settle()
        return wrapped

    return tell


def parked_by(form, name, who):
    until(lambda: [row for row in form.kept(name, who) if row.parked_at], f"parked by {name}")
    return [row.reason for row in form.kept(name, who)]


def test_what_another_agency_tells_of_a_customer_is_not_in_its_log(converse, conversation, eve):
    forged = converse(who=eve)
    forged.deliver(forged.event(1), forged.event(2))
    conversation.deliver(conversation.event(1))

    conversation.comes_to(1)
    assert forged.subjects(1)[0] not in [entry["data"].get("subject") for entry in conversation.log()]


def test_what_another_agency_tells_is_not_sealed_into_the_log(form, client, converse, eve):
    before = client.get("/log/seal").json
    forged = converse(who=eve)

    forged.deliver(*(forged.event(version) for version in range(1, 6)))
    form.settle()

    assert client.get("/log/seal").json == before
    assert form.client(eve).get("/log/seal").json == {"entries": 5, "broken_at": None}


def test_things_of_the_same_name_count_apart_in_each_agency(converse, conversation, eve):
    twin = converse(who=eve, name=conversation.name)

    twin.deliver(*(twin.event(version) for version in range(1, 6)))
    conversation.deliver(conversation.event(1), conversation.event(2))

    conversation.comes_to(1, 2)
    assert twin.kept() == []


def test_a_gap_of_another_agency_holds_nothing_here(converse, conversation, eve):
    twin = converse(who=eve, name=conversation.name)

    twin.deliver(twin.event(1), twin.event(3), twin.event(4))
    conversation.deliver(*(conversation.event(version) for version in range(1, 5)))

    conversation.comes_to(1, 2, 3, 4)


def test_poison_of_another_agency_holds_nothing_here(converse, conversation, eve):
    twin = converse(who=eve, name=conversation.name)

    twin.deliver(twin.broken(1), twin.event(2))
    twin.becomes_parked(1)
    conversation.deliver(conversation.event(1), conversation.event(2))

    conversation.comes_to(1, 2)
    assert twin.waits() == [2]


def test_another_agency_renames_no_customer_of_this_one(form, tell, client, card, customer, eve):
    tell(eve, CustomerRenamed(UUID(customer["id"]), customer["name"], "Kapret AS"), f"customer/{customer['id']}", 2)

    assert parked_by(form, "recruitment", eve)
    projects = form.client(client.who, "recruitment")
    projects.post(f"{card}/projects", json={"name": "Lagerteam"})
    assert projects.get(f"{card}/projects").json["items"][0]["customer_name"] == customer["name"]


def test_another_agency_does_not_use_up_the_versions_of_this_one(form, tell, client, card, customer, eve):
    """Else its forged second version would make the genuine one look stale."""
    tell(eve, CustomerRenamed(UUID(customer["id"]), customer["name"], "Kapret AS"), f"customer/{customer['id']}", 2)

    client.patch(card, json={"name": "Ekte AS"}, version=1)
    form.relayed("customers", client.who)

    projects = form.client(client.who, "recruitment")
    projects.post(f"{card}/projects", json={"name": "Lagerteam"})
    assert projects.get(f"{card}/projects").json["items"][0]["customer_name"] == "Ekte AS"


def test_another_agency_moves_no_customer_out_of_sight(form, tell, client, card, customer, eve):
    away = CustomerDepartmentsChanged(UUID(customer["id"]), [], [uuid4()])
    tell(eve, away, f"customer/{customer['id']}", 2)

    for name in ("invoicing", "dialog", "recruitment"):
        assert parked_by(form, name, eve)
        assert form.client(client.who, name).get(f"/card/{customer['id']}").status_code == 200


def test_an_invoice_that_names_a_customer_of_another_agency_is_parked_and_counts_nowhere(
    form, tell, client, customer, eve
):
    invoice = InvoiceImported(
        UUID(customer["id"]), uuid4(), "1001", date(2026, 3, 2), date(2026, 4, 1),
        net=Decimal(100), vat=Decimal(25), gross=Decimal(125),
    )  # fmt: skip
    tell(eve, invoice)

    assert parked_by(form, "invoicing", eve)
    assert form.client(client.who, "invoicing").get(f"/customers/{customer['id']}/economy").json["open"] == "0.00"
    assert form.kept("invoicing", client.who) == []


def test_a_credit_report_of_another_agency_changes_no_rating_here(form, tell, client, customer, eve):
    there = f"/customers/{customer['id']}/invoice-information"
    before = form.client(client.who, "invoicing").get(there).json

    tell(eve, CreditReportReceived(UUID(customer["id"]), "Proff", date(2026, 3, 2), "E", 1))

    assert parked_by(form, "invoicing", eve)
    assert form.client(client.who, "invoicing").get(there).json == before


def test_a_person_of_another_agency_is_another_person(form, tell, client, card, customer, eve):
    """Both agencies know somebody by the same id; each calls that person what it was told."""
    kari = client.post(f"{card}/contacts", json={"name": "Kari Nordahl"}).json
    form.relayed("customers", client.who)
    tell(eve, ContactAdded(UUID(customer["id"]), UUID(kari["id"]), "Kapret"), f"contact/{kari['id']}")
    tell(eve, ContactDetailsChanged(UUID(customer["id"]), UUID(kari["id"]), "Kapret", []), f"contact/{kari['id']}", 2)

    said = {"kind": "call", "direction": "out", "subject": "Hei", "happened_at": "2026-03-02T09:00:00+01:00"}
    answer = form.client(client.who, "dialog").post(f"{card}/communications", json={**said, "contact_id": kari["id"]})

    assert (answer.status_code, answer.json["contact_name"]) == (201, "Kari Nordahl")


def test_a_customer_named_only_in_the_data_is_not_believed(converse, conversation, form, client):
    """The envelope says whose card it concerns; the data of this one names another customer of the same agency."""
    other = client.post("/customers", json={"name": "Havbris AS"}).json
    form.relayed("customers", client.who)
    misleading = conversation.event(1)
    misleading.data["customer_id"] = other["id"]

    conversation.deliver(misleading)

    conversation.comes_to(1)
    log = client.get(f"/customers/{other['id']}/log").json["items"]
    assert [entry["type"] for entry in log] == ["customers.CustomerRegistered"]


def test_an_id_that_another_agency_has_used_is_not_free(converse, conversation, eve):
    """Ids are the publishers' and unique among all: the second body under one is looked at by somebody."""
    forged = converse(who=eve)
    genuine = conversation.event(1)

    conversation.deliver(genuine)
    forged.deliver(forged.event(1, id=genuine.id))

    conversation.comes_to(1)
    [row] = forged.becomes_parked(1)
    assert row.reason == "another body under a known id"
