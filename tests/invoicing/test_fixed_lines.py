"""Lines that stand on every invoice of a customer."""

from uuid import uuid4

import pytest

from tests.suite import errors

PARKING = {"description": "Parkering", "quantity": "2.00", "unit": "mnd", "price": "850.00", "vat_code": "high"}


def test_a_line_is_added_revised_and_removed(client, lines, announced):
    made = client.post(lines, json=PARKING)
    path = f"{lines}/{made.json['id']}"

    assert made.status_code == 201
    assert made.json | PARKING | {"position": 1, "version": 1} == made.json
    assert client.patch(path, json={"price": "900"}, version=1).json["price"] == "900.00"
    assert client.delete(path, version=2).status_code == 204
    assert client.get(path).status_code == 404
    assert [kind.split(".")[1] for kind, _ in announced()] == [
        "FixedLineAdded",
        "FixedLineRevised",
        "FixedLineRemoved",
    ]
    assert announced()[1][1]["changes"] == [{"field": "price", "before": "850.00", "after": "900.00"}]


def test_lines_stand_in_their_order_and_a_new_one_comes_last(client, lines):
    for description, position in (("B", 5), ("A", 1), ("C", None)):
        place = {"position": position} if position else {}
        assert client.post(lines, json=PARKING | {"description": description} | place).status_code == 201

    found = client.get(lines).json["items"]
    assert [(line["description"], line["position"]) for line in found] == [("A", 1), ("B", 5), ("C", 6)]


def test_a_line_without_vat_code_is_taxed_at_the_high_rate_and_keeps_its_code_when_edited(client, lines):
    plain = client.post(lines, json={"description": "Gebyr", "quantity": 1, "price": 50}).json
    low = client.post(lines, json=PARKING | {"vat_code": "low"}).json

    assert plain["vat_code"] == "high"
    assert client.patch(f"{lines}/{low['id']}", json={"price": 1}, version=1).json["vat_code"] == "low"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("description", " "),
        ("quantity", "two"),
        ("quantity", "1.005"),
        ("price", "-1"),
        ("price", "1e12"),
        ("price", None),
        ("vat_code", "25"),
        ("valid_from", "2026-02-30"),
        ("position", 0),
        ("position", None),
    ],
)
def test_a_wrong_value_gets_its_message_at_the_field(client, lines, field, value):
    refused = client.post(lines, json=PARKING | {field: value})

    assert refused.status_code == 422
    assert list(errors(refused)) == [field]
    assert client.get(lines).json["items"] == []


def test_a_line_cannot_end_before_it_begins(client, lines):
    refused = client.post(lines, json=PARKING | {"valid_from": "2026-02-01", "valid_to": "2026-01-31"})
    one_day = client.post(lines, json=PARKING | {"valid_from": "2026-02-01", "valid_to": "2026-02-01"})

    assert list(errors(refused)) == ["valid_to"]
    assert one_day.status_code == 201
    shortened = client.patch(f"{lines}/{one_day.json['id']}", json={"valid_to": "2026-01-01"}, version=1)
    assert list(errors(shortened)) == ["valid_to"]


def test_a_deduction_is_a_negative_quantity(client, lines):
    assert client.post(lines, json=PARKING | {"quantity": "-1.5"}).json["quantity"] == "-1.50"


def test_a_line_that_somebody_else_changed_is_not_overwritten(client, lines):
    path = f"{lines}/{client.post(lines, json=PARKING).json['id']}"
    client.patch(path, json={"price": "1"}, version=1)

    assert client.patch(path, json={"price": "2"}).status_code == 428
    assert client.patch(path, json={"price": "2"}, version=1).json["current"]["price"] == "1.00"
    assert client.delete(path, version=1).status_code == 412


def test_the_same_post_twice_makes_one_line(client, lines):
    key = {"Idempotency-Key": uuid4().hex}
    first, second = (client.post(lines, json=PARKING, headers=key) for _ in range(2))

    assert first.json == second.json
    assert len(client.get(lines).json["items"]) == 1


def test_a_line_is_out_of_reach_for_others(client, lines, bob, eve):
    path = f"{lines}/{client.post(lines, json=PARKING).json['id']}"

    for stranger in (bob, eve):
        assert client.as_(stranger).get(path).status_code == 404
        assert client.as_(stranger).patch(path, json={"price": 1}, version=1).status_code == 404
        assert client.as_(stranger).delete(path, version=1).status_code == 404


def test_after_the_last_position_there_is_still_room(client, lines):
    """A line counted on to 1001 could be read and never sent back."""
    for description in ("Sist", "Etter den siste", "Aller sist"):
        place = {"position": 1000} if description == "Sist" else {}
        made = client.post(lines, json={**PARKING, "description": description, **place})
        assert (made.status_code, made.json["position"]) == (201, 1000)

    found = client.get(lines).json["items"]
    assert [line["description"] for line in found] == ["Sist", "Etter den siste", "Aller sist"]
