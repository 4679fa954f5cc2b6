"""What a customer brings in, owes and pays: every figure is a sum over its invoices."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from contracts.integration import InvoiceImported

TODAY = datetime.now(ZoneInfo("Europe/Oslo")).date()


def economy(client, customer_id):
    return client.get(f"/customers/{customer_id}/economy").json


def test_a_customer_without_invoices_has_only_noughts(client, customer_id):
    found = economy(client, customer_id)

    assert len(found["months"]) == 24
    assert {month["net"] for month in found["months"]} == {"0.00"}
    assert (found["open"], found["overdue"], found["average_days_to_pay"], found["invoices"]) == (
        "0.00",
        "0.00",
        None,
        [],
    )


def test_revenue_stands_in_the_month_of_its_invoice_beside_the_year_before(client, customer_id, imported):
    imported(Decimal(1000), TODAY.replace(day=1))
    imported(Decimal("200.40"), TODAY.replace(day=1))
    imported(Decimal(300), TODAY.replace(day=1), credit_note=True)
    imported(Decimal(700), TODAY.replace(year=TODAY.year - 1, day=1))
    imported(Decimal(50), TODAY.replace(year=TODAY.year - 2, day=1))
    imported(Decimal(9), TODAY.replace(year=TODAY.year - 4, day=1))

    months = economy(client, customer_id)["months"]
    assert months[-1] == {"month": f"{TODAY:%Y-%m}", "net": "900.40", "last_year": "700.00"}
    assert (months[11]["month"][:4], months[11]["net"]) == (str(TODAY.year - 1), "700.00")
    assert months[11]["last_year"] == "50.00"
    assert sum(Decimal(month["net"]) for month in months) == Decimal("1600.40")
    assert [month["month"] for month in months] == sorted({month["month"] for month in months})


@pytest.mark.parametrize(
    ("days_late", "age"),
    [
        (-30, "not_due"),
        (0, "not_due"),
        (1, "d1_30"),
        (30, "d1_30"),
        (31, "d31_60"),
        (60, "d31_60"),
        (61, "d61_90"),
        (90, "d61_90"),
        (91, "d90"),
        (800, "d90"),
    ],
)
def test_what_is_owed_is_divided_by_how_late_it_is(client, customer_id, imported, days_late, age):
    imported(Decimal(100), TODAY - timedelta(900), due_on=TODAY - timedelta(days_late), paid=Decimal(25))

    found = economy(client, customer_id)
    assert {name: amount for name, amount in found["ages"].items() if amount != "0.00"} == {age: "100.00"}
    assert (found["open"], found["invoices"][0]["open"]) == ("100.00", "100.00")
    assert found["overdue"] == ("0.00" if age == "not_due" else "100.00")


def test_an_open_credit_note_lessens_what_is_owed(client, customer_id, imported):
    imported(Decimal(100), TODAY)
    imported(Decimal(40), TODAY, credit_note=True)

    assert economy(client, customer_id)["open"] == "75.00"


def test_hundredths_add_up_exactly(client, customer_id, imported):
    for _ in range(30):
        imported(Decimal("0.08"), TODAY)

    assert economy(client, customer_id)["open"] == "3.00"


def test_days_to_pay_are_the_average_over_what_is_paid_in_full(client, customer_id, imported):
    sent = TODAY - timedelta(40)
    imported(Decimal(100), sent, paid=Decimal(125), paid_on=sent + timedelta(10))
    imported(Decimal(100), sent, paid=Decimal(125), paid_on=sent + timedelta(20))
    imported(Decimal(100), sent, paid=Decimal(1), paid_on=sent + timedelta(39))

    assert economy(client, customer_id)["average_days_to_pay"] == 15


def test_the_latest_ten_invoices_are_listed(client, customer_id, imported):
    for day in range(12):
        imported(Decimal(100), date(2026, 1, 1) + timedelta(day), number=f"2026-{day:02}")

    assert [invoice["number"] for invoice in economy(client, customer_id)["invoices"]][::9] == ["2026-11", "2026-02"]


def test_an_invoice_that_was_brought_along_is_announced(client, imported, announced):
    brought = imported(Decimal(80), TODAY, credit_note=True, number="K-1")

    [(kind, data)] = announced()
    assert kind == "invoicing.InvoiceTakenOver"
    assert (data["invoice_id"], data["net"], data["gross"]) == (str(brought.invoice_id), "-80.00", "-100.00")


def test_the_same_invoice_under_another_event_counts_once(client, customer_id, imported, announced):
    imported(Decimal(100), TODAY, number="1001")
    imported(Decimal(100), TODAY, number="1001")
    imported(Decimal(999), TODAY, number="1001")

    assert economy(client, customer_id)["open"] == "125.00"
    assert len(announced()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"gross": Decimal(124)},
        {"paid": Decimal(-1)},
        {"net": Decimal("99.995"), "vat": Decimal("25.005")},
        {"vat": Decimal("NaN")},
        {"net": Decimal(-100), "vat": Decimal(-25), "gross": Decimal(-125)},
    ],
)
def test_an_invoice_that_does_not_add_up_is_not_counted(client, customer_id, hear, wrong):
    amounts = {"net": Decimal(100), "vat": Decimal(25), "gross": Decimal(125)} | wrong
    hear(InvoiceImported(customer_id, customer_id, "1001", TODAY, TODAY, **amounts))

    assert economy(client, customer_id)["invoices"] == []
