"""What is delivered twice takes effect once: the bus and the relay may say anything again."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from chassis import events
from chassis.outbox import outbox
from contracts.integration import InvoiceImported
from tests.promises.patience import until
from tests.suite import envelope


def test_five_times_in_a_row_is_once(conversation):
    conversation.deliver(*[conversation.event(1)] * 5)

    conversation.comes_to(1)


def test_eight_times_at_once_is_once(conversation):
    first = conversation.event(1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(conversation.deliver, [first] * 8))

    conversation.comes_to(1)


def test_before_and_after_a_restart_is_once(form, conversation):
    first = conversation.event(1)
    conversation.deliver(first)
    conversation.comes_to(1)

    form.restart("customers")
    conversation.deliver(first, conversation.event(2))

    conversation.comes_to(1, 2)


def test_waiting_for_a_worker_that_is_away_twice_is_once(form, conversation):
    first = conversation.event(1)

    with form.stopped("customers"):
        conversation.deliver(first, first)

    conversation.comes_to(1)


def test_duplicates_in_one_batch_are_once_and_in_order(conversation):
    one, two, three = (conversation.event(version) for version in (1, 2, 3))

    conversation.deliver(one, one, two, one, two, three, two, three, three, one)

    conversation.comes_to(1, 2, 3)


def test_a_whole_stream_sent_again_changes_nothing(conversation):
    stream = [conversation.event(version) for version in range(1, 21)]

    conversation.deliver(*stream)
    conversation.deliver(*stream)
    conversation.deliver(*reversed(stream))

    conversation.comes_to(*range(1, 21))


def test_a_duplicate_of_what_waits_takes_effect_once_when_its_turn_comes(conversation):
    third = conversation.event(3)
    conversation.deliver(conversation.event(1), third, third, third)
    until(lambda: conversation.held() == [3], "the third waits")

    conversation.deliver(conversation.event(2), third)

    conversation.comes_to(1, 2, 3)


def test_a_duplicate_of_what_is_parked_stays_one_parked_event(conversation):
    poison = conversation.broken(1)
    conversation.deliver(poison)
    conversation.becomes_parked(1)

    conversation.deliver(poison, poison)

    conversation.form.settle()
    conversation.becomes_parked(1)
    assert len(conversation.kept()) == 1


@pytest.mark.usefixtures("customer")
def test_a_duplicate_that_comes_while_the_first_is_at_work_waits_and_then_knows(form, conversation, monkeypatch):
    runs = []

    def work(_session, event):
        runs.append(event.communication_id)
        time.sleep(0.5)

    monkeypatch.setitem(form.web["customers"].reactions.followed, "dialog.CommunicationRegistered", work)
    first = conversation.event(1)
    others = [threading.Thread(target=conversation.deliver, args=(first,)) for _ in range(3)]
    for each in others:
        each.start()
    for each in others:
        each.join()

    conversation.comes_to(1)
    assert len(runs) == 1


def test_what_the_relay_sends_again_takes_effect_once(form, client, card, conversation):
    """It was confirmed, and the relay died before it could write that down."""
    client.patch(card, json={"name": "Ny AS"}, version=1)
    form.relayed("customers", client.who)
    before = conversation.log()

    with form.web["customers"].engine.begin() as connection:
        mine = outbox.c.tenant_id == client.who.tenant
        assert connection.execute(update(outbox).where(mine).values(sent_at=None)).rowcount == 2
    form.relayed("customers", client.who)

    assert conversation.log() == before
    assert form.client(client.who, "recruitment").get(f"{card}/projects").status_code == 200


def test_what_is_announced_because_of_a_duplicate_is_announced_once(form, client, customer, conversation):
    """A service that follows and announces in one step: it takes an invoice over and says so."""
    invoice = InvoiceImported(
        UUID(customer["id"]), uuid4(), "1001", date(2026, 3, 2), date(2026, 4, 1),
        net=Decimal(100), vat=Decimal(25), gross=Decimal(125),
    )  # fmt: skip
    raw = events.write(envelope(invoice, client.who)).encode()

    for _ in range(5):
        form.deliver(raw, "integration.InvoiceImported")
    form.settle()  # before it has taken one in, it has nothing to announce
    form.relayed("invoicing", client.who)

    taken = [entry for entry in conversation.log() if entry["type"] == "invoicing.InvoiceTakenOver"]
    assert [entry["data"]["number"] for entry in taken] == ["1001"]
    economy = form.client(client.who, "invoicing").get(f"/customers/{customer['id']}/economy").json
    assert economy["open"] == "125.00"
