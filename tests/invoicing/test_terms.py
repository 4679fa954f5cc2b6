"""How a customer is invoiced, and who else hears of it."""

from datetime import date
from uuid import uuid4

import pytest

from contracts import Change
from contracts.customers import (
    ContactAdded,
    ContactEnded,
    CustomerDepartmentsChanged,
    CustomerDetailsChanged,
    CustomerRegistered,
    CustomerRenamed,
)
from tests.suite import errors

DAY = date(2026, 11, 1)
KAI = {"line1": "Kaigata 1", "line2": None, "postal_code": "5003", "place": "Bergen", "country": "NO"}


@pytest.fixture
def kari(hear, customer_id):
    """A contact at the customer."""
    contact = uuid4()
    hear(ContactAdded(customer_id, contact, "Kari Nordmann"), about=f"contact/{contact}")
    return contact


def test_a_customer_has_terms_from_the_moment_it_exists(client, terms):
    found = client.get(terms)

    assert found.status_code == 200
    assert found.headers["ETag"] == '"0"'
    assert (found.json["credit_days"], found.json["invoice_type"], found.json["invoice_emails"]) == (14, None, [])


def test_what_is_agreed_is_kept_and_announced_field_by_field(client, terms, customer_id, announced):
    agreed = {
        "invoice_address": KAI,
        "invoice_type": "email_attachment",
        "invoice_emails": ["faktura@fjordvik.no"],
        "invoice_interval": "monthly",
        "credit_days": 30,
        "gln": "1238764941386",
        "ehf_org_number": "987 654 325",
        "our_reference": str(uuid4()),
    }
    edited = client.patch(terms, json=agreed, version=0)

    assert edited.status_code == 200
    assert edited.headers["ETag"] == '"1"'
    assert client.get(terms).json == edited.json
    assert edited.json | agreed | {"ehf_org_number": "987654325"} == edited.json
    [(kind, data)] = announced()
    assert (kind, data["customer_id"]) == ("invoicing.InvoiceTermsChanged", str(customer_id))
    assert {"field": "credit_days", "before": 14, "after": 30} in data["changes"]
    assert {change["field"] for change in data["changes"]} == set(agreed)


def test_saying_the_same_again_is_no_news(client, terms, announced):
    client.patch(terms, json={"credit_days": 20}, version=0)

    assert client.patch(terms, json={"credit_days": 20}, version=1).json["version"] == 1
    assert len(announced()) == 1


def test_switching_project_invoicing_is_news_of_its_own(client, terms, announced):
    client.patch(terms, json={"project_invoicing": True, "credit_days": 10}, version=0)

    assert [(kind.split(".")[1], data.get("on")) for kind, data in announced()] == [
        ("ProjectInvoicingSwitched", True),
        ("InvoiceTermsChanged", None),
    ]
    assert [change["field"] for change in announced()[1][1]["changes"]] == ["credit_days"]


def test_a_change_without_the_version_that_was_read_is_refused(client, terms):
    client.patch(terms, json={"credit_days": 20}, version=0)
    late = client.patch(terms, json={"credit_days": 25}, version=0)

    assert client.patch(terms, json={"credit_days": 25}).status_code == 428
    assert late.status_code == 412
    assert late.json["current"]["credit_days"] == 20


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gln", "1238764941387"),
        ("gln", "12387649413"),
        ("gln", "5901234"),
        ("ehf_org_number", "123456784"),
        ("invoice_type", "pigeon"),
        ("invoice_interval", "yearly"),
        ("credit_days", -1),
        ("credit_days", 366),
        ("credit_days", None),
        ("project_invoicing", "yes"),
        ("our_reference", "Ola"),
        ("contact_reference", "00000000-0000-0000-0000-000000000001"),
        ("approved_credit_limit", "1000000"),
        ("reference_ended", False),
        ("invoce_type", "ehf"),
    ],
)
def test_a_wrong_value_gets_its_message_at_the_field(client, terms, field, value):
    refused = client.patch(terms, json={field: value}, version=0)

    assert refused.status_code == 422
    assert list(errors(refused)) == [field]


def test_a_wrong_value_deep_inside_gets_its_message_there(client, terms):
    wrong = {"invoice_address": {"postal_code": "50"}, "invoice_emails": ["faktura@fjordvik.no", "faktura"]}

    assert set(errors(client.patch(terms, json=wrong, version=0))) == {
        "invoice_address.postal_code",
        "invoice_emails.1",
    }


def test_a_foreign_postal_code_has_its_own_form(client, terms):
    london = {"line1": "1 Strand", "postal_code": "WC2N 5HR", "place": "London", "country": "GB"}

    assert client.patch(terms, json={"invoice_address": london}, version=0).status_code == 200


def test_an_address_whose_lines_are_all_empty_is_none(client, terms):
    empty = {"line1": "", "line2": "", "postal_code": "", "place": "", "country": "NO"}

    assert client.patch(terms, json={"invoice_address": empty}, version=0).json["invoice_address"] is None


def test_more_than_sixty_credit_days_need_a_reason(client, terms):
    refused = client.patch(terms, json={"credit_days": 61}, version=0)

    assert list(errors(refused)) == ["credit_days_reason"]
    assert client.get(terms).json["credit_days"] == 14
    agreed = {"credit_days": 61, "credit_days_reason": "Rammeavtale 2026"}
    assert client.patch(terms, json=agreed, version=0).status_code == 200
    assert list(errors(client.patch(terms, json={"credit_days_reason": ""}, version=1))) == ["credit_days_reason"]


def test_sixty_credit_days_need_none(client, terms):
    assert client.patch(terms, json={"credit_days": 60}, version=0).status_code == 200


def test_a_reference_has_the_form_that_the_customer_demands(client, terms):
    asked = {"reference_pattern": "PO-####@", "ehf_reference": "PO-12345"}

    assert list(errors(client.patch(terms, json=asked, version=0))) == ["ehf_reference"]
    asked["ehf_reference"] = "PO-1234Ø"
    assert client.patch(terms, json=asked, version=0).status_code == 200


def test_a_pattern_is_text_and_no_program(client, terms):
    asked = {"reference_pattern": "(a+)+", "ehf_reference": "aaaa"}

    assert list(errors(client.patch(terms, json=asked, version=0))) == ["ehf_reference"]
    assert client.patch(terms, json={**asked, "ehf_reference": "(a+)+"}, version=0).status_code == 200


def test_an_ended_contact_is_flagged_as_reference_with_a_substitute(client, terms, customer_id, kari, hear, announced):
    ola = uuid4()
    hear(ContactAdded(customer_id, ola, "Ola Hansen"), about=f"contact/{ola}")
    client.patch(terms, json={"contact_reference": str(kari)}, version=0)
    hear(ContactEnded(customer_id, kari, "Kari Nordmann", DAY), about=f"contact/{kari}", version=2)

    assert client.get(terms).json["reference_ended"] is True
    assert announced()[-1][0] == "invoicing.InvoiceReferenceEnded"
    [flag] = [f for f in client.get(f"{terms}/readiness").json["items"] if f["field"] == "contact_reference"]
    assert (flag["rule"], flag["severity"]) == ("KK-INV-06", "warning")
    assert "Ola Hansen" in flag["message"]
    back = client.patch(terms, json={"contact_reference": str(kari)}, version=2)
    assert back.json["reference_ended"] is True
    assert client.patch(terms, json={"contact_reference": str(ola)}, version=2).json["reference_ended"] is False


def test_somebody_who_left_cannot_become_the_reference(client, terms, customer_id, kari, hear):
    hear(ContactEnded(customer_id, kari, "Kari Nordmann", DAY), about=f"contact/{kari}", version=2)
    refused = client.patch(terms, json={"contact_reference": str(kari)}, version=0)

    assert list(errors(refused)) == ["contact_reference"]


def test_readiness_names_everything_that_is_missing_from_the_start(client, terms):
    found = client.get(f"{terms}/readiness").json["items"]

    assert {(finding["field"], finding["rule"]) for finding in found} == {
        ("invoice_address", "KK-INV-01"),
        ("invoice_type", "KK-INV-02"),
        ("invoice_interval", "KK-INV-04"),
    }
    assert {finding["severity"] for finding in found} == {"error"}


def test_readiness_falls_silent_when_all_is_there(client, terms):
    agreed = {"invoice_address": KAI, "invoice_type": "paper", "invoice_interval": "weekly"}
    client.patch(terms, json=agreed, version=0)

    assert client.get(f"{terms}/readiness").json["items"] == []


def test_invoices_by_email_need_an_address(client, terms):
    client.patch(terms, json={"invoice_type": "email_tracking_link"}, version=0)

    assert ("invoice_emails", "KK-INV-03") in findings(client, terms)


def test_an_incomplete_address_is_named_part_by_part(client, terms):
    half = {"invoice_address": KAI | {"place": ""}, "delivery_address": {"place": "Bergen"}}
    client.patch(terms, json=half, version=0)

    found = client.get(f"{terms}/readiness").json["items"]
    assert ("invoice_address.place", "KK-INV-01") in findings(client, terms)
    assert [f["severity"] for f in found if f["field"] == "delivery_address.line1"] == ["warning"]


def test_ehf_needs_a_reference_and_an_electronic_address(client, hear, ada, customer_id):
    foreign = uuid4()
    hear(CustomerRegistered(foreign, 10002, "Utland Ltd", "customer", None, []), about=f"customer/{foreign}")
    terms = f"/customers/{foreign}/invoice-information"
    client.patch(terms, json={"invoice_type": "ehf"}, version=0)

    assert {
        ("ehf_reference", "PEPPOL-EN16931-R003"),
        ("ehf_org_number", "PEPPOL-EN16931-R010"),
    } <= findings(client, terms)
    client.patch(terms, json={"gln": "1238764941386", "ehf_reference": "PO 1"}, version=1)
    assert not any(rule.startswith("PEPPOL") for _, rule in findings(client, terms))


def test_ehf_goes_to_the_customers_own_number_unless_another_is_agreed(client, terms, customer_id, hear):
    client.patch(terms, json={"invoice_type": "ehf"}, version=0)
    assert ("ehf_org_number", "PEPPOL-EN16931-R010") not in findings(client, terms)

    gone = CustomerDetailsChanged(customer_id, [Change("org_number", "123456785", None)])
    hear(gone, about=f"customer/{customer_id}", version=2)
    assert ("ehf_org_number", "PEPPOL-EN16931-R010") in findings(client, terms)


def test_another_agency_and_another_department_find_nothing(client, terms, lines, customer_id, bob, eve):
    paths = [terms, f"{terms}/readiness", lines, f"/customers/{customer_id}/economy", f"/card/{customer_id}"]
    for stranger in (bob, eve):
        assert [client.as_(stranger).get(path).status_code for path in paths] == [404] * len(paths)
        assert client.as_(stranger).patch(terms, json={"credit_days": 1}, version=0).status_code == 404


def test_a_department_that_joins_the_customer_sees_its_terms(client, terms, customer_id, hear, ada, bob):
    moved = CustomerDepartmentsChanged(customer_id, list(ada.departments), list(bob.departments))
    hear(CustomerRenamed(customer_id, "Fjordvik Industri AS", "Nytt navn AS"), f"customer/{customer_id}", 2)
    hear(moved, f"customer/{customer_id}", 3)

    assert client.as_(bob).get(terms).status_code == 200


def findings(client, terms):
    return {(finding["field"], finding["rule"]) for finding in client.get(f"{terms}/readiness").json["items"]}
