"""What is announced goes out in order, through one relay at a time, and waits for as long as none can send."""

import json
import threading
from itertools import islice

import pytest
from sqlalchemy import select

from chassis.outbox import outbox
from tests.promises.patience import until


class Way:
    """What lies between a relay and its carrier: it remembers what went along, and has a gate at either end."""

    def __init__(self, carrier):
        self.carrier = carrier
        self.open, self.back = threading.Event(), threading.Event()
        self.stood_still = threading.Event()
        self.lets_through = lambda _message: True
        self.given = []
        self.open_up()

    @property
    def turned_away(self):
        return self.carrier.turned_away

    def publish(self, messages):
        """Carry what may pass; whoever is held on the way back does not know yet what was confirmed."""
        self._pass(self.open, messages)
        let = [message for message in messages if self.lets_through(message)]
        self.given += let
        sent = self.carrier.publish(let)
        self._pass(self.back, messages)
        return sent

    def _pass(self, gate, messages):
        if messages and not gate.is_set():
            self.stood_still.set()
            gate.wait()

    def open_up(self):
        self.open.set()
        self.back.set()

    def close(self):
        self.carrier.close()

    def versions(self):
        return [json.loads(message.body)["aggregateversion"] for message in self.given]


@pytest.fixture
def ways(form):
    """Make ways, open them again at the end, and give the service back its plain worker."""
    made = []

    def way(carrier):
        made.append(Way(carrier))
        return made[-1]

    way.made = made
    yield way
    for each in made:
        each.open_up()
    form.restart("customers")


@pytest.fixture
def rename(client, customer):
    """Rename the customer some times more."""
    card, versions = f"/customers/{customer['id']}", iter(range(1, 1_000))

    def rename(times):
        for version in islice(versions, times):
            assert client.patch(card, json={"name": f"Navn {version + 1}"}, version=version).status_code == 200

    return rename


@pytest.fixture
def lead(form, client, rename, ways):
    """Have a relay with a way to look at, and the lead."""
    form.relayed("customers", client.who)
    form.restart("customers", ways)
    rename(1)
    form.relayed("customers", client.who)
    [way] = ways.made
    assert way.versions() == [2]
    return way


@pytest.fixture
def names(conversation):
    """Read which names stand in the log, in the order in which they came there."""

    def names():
        log = [entry for entry in conversation.log() if entry["type"] == "customers.CustomerRenamed"]
        return [int(entry["data"]["name"].removeprefix("Navn ")) for entry in log]

    return names


def sent(form, client):
    """Tell when each event was marked as sent."""
    mine = select(outbox.c.position, outbox.c.sent_at).where(outbox.c.tenant_id == client.who.tenant)
    with form.web["customers"].engine.begin() as connection:
        return {row.position: row.sent_at for row in connection.execute(mine) if row.sent_at}


def test_of_two_relays_one_carries_each_event_once(form, client, lead, ways, rename, names):
    with form.second_worker("customers", ways):
        rename(20)
        form.relayed("customers", client.who)

    assert [way.versions() for way in ways.made] == [list(range(2, 23)), []]
    assert names() == list(range(2, 23))


def test_when_the_leading_relay_stops_the_other_takes_over(form, client, lead, ways, rename, names):
    with form.second_worker("customers", ways):
        rename(3)
        form.relayed("customers", client.who)
        form.stop("customers")
        rename(3)
        form.relayed("customers", client.who)
        form.start("customers")

    assert [way.versions() for way in ways.made] == [[2, 3, 4, 5], [6, 7, 8]]
    assert names() == list(range(2, 9))


def test_order_holds_from_one_lead_to_the_next(form, client, lead, ways, rename, names):
    with form.second_worker("customers", ways):
        for _ in range(3):
            form.depose("customers")
            rename(5)
            form.relayed("customers", client.who)

    assert names() == list(range(2, 18))


def test_while_the_relay_stands_still_people_work_on_and_all_of_it_goes_out_in_order(form, client, lead, rename, names):
    lead.open.clear()
    rename(40)
    assert lead.stood_still.wait(30)
    assert names() == [2]

    lead.open_up()
    form.relayed("customers", client.who)

    assert lead.versions() == list(range(2, 43))
    assert names() == list(range(2, 43))


def test_what_waits_for_the_relay_is_counted_and_has_an_age(form, client, lead, rename):
    lead.open.clear()
    rename(5)

    def backlog():
        return [form.measured("customers", f"kundekort_outbox_{name}") for name in ("events", "age_seconds")]

    events, age = backlog()
    assert events == 5
    assert 0 < age < 60
    lead.open_up()
    form.relayed("customers", client.who)
    assert backlog() == [0, 0]


def test_a_relay_that_stood_still_and_lost_the_lead_changes_nothing_any_more(form, client, lead, ways, rename, names):
    """It has carried and not yet marked, when another takes over and does both."""
    lead.back.clear()
    rename(3)
    assert lead.stood_still.wait(30)
    with form.second_worker("customers", ways):
        if form.depose("customers"):  # else the lead ends with the process, and here it goes on
            form.relayed("customers", client.who)
        marked = sent(form, client)
        rename(3)
        lead.open_up()
        form.relayed("customers", client.who)
        still_marked = {position: moment for position, moment in sent(form, client).items() if position in marked}

    assert still_marked == marked
    assert names() == list(range(2, 9))


def test_what_nobody_confirms_goes_out_when_somebody_does(form, client, lead, rename, names):
    lead.lets_through = lambda _message: False
    rename(5)
    form.settle()
    assert names() == [2]

    lead.lets_through = lambda _message: True
    form.relayed("customers", client.who)

    assert names() == list(range(2, 8))


def test_one_that_is_not_confirmed_comes_later_and_its_effect_comes_in_its_place(form, client, lead, rename, names):
    lead.open.clear()
    rename(6)
    refusals = iter(range(2))
    lead.lets_through = lambda message: b'"aggregateversion":4,' not in message.body or next(refusals, None) is None
    lead.open_up()

    form.relayed("customers", client.who)

    until(lambda: len(names()) == 7, "all of them")
    assert names() == list(range(2, 9))
    assert next(refusals, None) is None


def test_a_carrier_that_carries_everything_twice_changes_nothing(form, client, lead, rename, names):
    lead.lets_through = lambda message: lead.carrier.publish([message]) is not None
    rename(10)

    form.relayed("customers", client.who)

    assert names() == list(range(2, 13))


def test_what_was_announced_while_no_worker_ran_goes_out_when_one_does(form, client, lead, rename, names):
    form.stop("customers")
    rename(10)

    form.start("customers")
    form.relayed("customers", client.who)

    assert names() == list(range(2, 13))


def test_workers_that_come_and_go_lose_and_double_nothing(form, client, lead, rename, names):
    for _ in range(3):
        rename(10)
        form.restart("customers")
    form.relayed("customers", client.who)

    assert names() == list(range(2, 33))
