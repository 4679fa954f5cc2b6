"""What is thought and decided about a customer's credit."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from contracts.integration import CreditReportReceived
from tests.suite import errors

GOOD = {"letter": "B", "score": 72, "source": "Eget inntrykk", "rated_on": "2026-11-20"}
DAY = date(2026, 11, 21)


def test_a_rating_is_kept_and_its_change_announced_with_what_was_before(client, terms, customer_id, announced):
    rating = f"/customers/{customer_id}/credit-rating"
    rated = client.put(rating, json=GOOD, version=0).json
    client.put(rating, json=GOOD | {"letter": "C", "score": 41}, version=1)

    assert (rated["credit_rating"], rated["credit_score"], rated["credit_rated_on"]) == ("B", 72, "2026-11-20")
    (kind, data) = announced()[-1]
    assert kind == "invoicing.CreditRatingChanged"
    assert (data["letter"], data["letter_before"], data["score_before"]) == ("C", "B", 72)
    assert client.put(rating, json=GOOD | {"letter": "C", "score": 41}, version=2).json["version"] == 2


@pytest.mark.parametrize(
    ("field", "value"), [("letter", "F"), ("letter", None), ("score", 100), ("score", -1), ("source", "")]
)
def test_a_rating_outside_the_scale_is_refused_at_the_field(client, customer_id, field, value):
    refused = client.put(f"/customers/{customer_id}/credit-rating", json=GOOD | {field: value}, version=0)

    assert list(errors(refused)) == [field]


def test_only_those_with_the_right_approve_a_limit(client, customer_id, ada, announced):
    limit = f"/customers/{customer_id}/credit-limit"
    seller = client.as_(replace(ada, rights=frozenset({"invoicing:*:read", "invoicing:*:write"})))
    finance = client.as_(replace(ada, rights=frozenset({"invoicing:credit_limit:approve"})))

    assert seller.put(limit, json={"amount": "250000"}, version=0).status_code == 403
    assert announced() == []
    approved = finance.put(limit, json={"amount": "250000"}, version=0)
    assert approved.json["approved_credit_limit"] == "250000.00"
    assert announced() == [
        ("invoicing.CreditLimitApproved", {"customer_id": str(customer_id), "limit": "250000.00", "before": None})
    ]


def test_a_limit_is_an_amount_and_zero_is_one(client, customer_id):
    limit = f"/customers/{customer_id}/credit-limit"

    for wrong in ("-1", "much", None, "1.005"):
        assert list(errors(client.put(limit, json={"amount": wrong}, version=0))) == ["amount"]
    assert client.put(limit, json={"amount": 0}).status_code == 428
    assert client.put(limit, json={"amount": 0}, version=0).json["approved_credit_limit"] == "0.00"
    assert client.put(limit, json={"amount": 1}, version=0).status_code == 412


def test_a_credit_report_rates_and_recommends_but_approves_nothing(client, terms, customer_id, hear, announced):
    reasons = ["Positiv egenkapital", "Ingen betalingsanmerkninger"]
    hear(CreditReportReceived(customer_id, "Kredittbyrået", DAY, "A", 93, Decimal(400000), reasons))

    found = client.get(terms).json
    assert (found["credit_rating"], found["credit_source"]) == ("A", "Kredittbyrået")
    assert (found["recommended_credit"], found["recommended_reasons"]) == ("400000.00", reasons)
    assert found["approved_credit_limit"] is None
    assert [kind.split(".")[1] for kind, _ in announced()] == ["CreditRatingChanged", "CreditRecommended"]


@pytest.mark.parametrize(
    "wrong", [{"letter": "AAA"}, {"score": 100}, {"recommended": Decimal("NaN")}, {"recommended": Decimal(-1)}]
)
def test_a_report_outside_the_scale_is_not_believed(client, terms, customer_id, hear, announced, wrong):
    hear(replace(CreditReportReceived(customer_id, "Kredittbyrået", DAY, "A", 93), **wrong))

    assert client.get(terms).json["credit_rating"] is None
    assert announced() == []
