"""An event of a type that a program does not know yet is set aside until its upgrade; what follows it goes on."""

import pytest

from chassis import events
from tests.promises.patience import until
from tests.suite import CommunicationSung

SUNG = "dialog.CommunicationSung"


@pytest.fixture
def upgrade(form, monkeypatch):
    """Install the next release."""

    def upgrade():
        monkeypatch.setitem(form.web["customers"].reactions.known, SUNG, CommunicationSung)
        form.restart("customers")

    return upgrade


def sung(conversation, version):
    data = {"customer_id": str(conversation.customer_id), "subject": conversation.subjects(version)[0]}
    return conversation.event(version, type=SUNG, data=data)


def test_what_is_unknown_is_set_aside_and_what_follows_goes_on(conversation):
    conversation.deliver(conversation.event(1), sung(conversation, 2), conversation.event(3))

    [row] = conversation.becomes_parked(2)
    conversation.form.settle()

    assert (row.type, row.reason) == (SUNG, "unknown type")
    assert conversation.logged() == conversation.subjects(1, 3)


def test_what_is_set_aside_keeps_its_bytes_and_headers(form, conversation):
    raw = events.write(sung(conversation, 1)).encode()

    form.deliver(raw, SUNG, message_id="m-1")

    [row] = conversation.becomes_parked(1)
    assert (bytes(row.raw), row.properties.get("message_id"), row.tenant_id) == (raw, "m-1", conversation.who.tenant)


def test_what_is_set_aside_and_delivered_again_stays_one(conversation):
    unknown = sung(conversation, 1)

    conversation.deliver(unknown, unknown)
    conversation.deliver(unknown)

    conversation.form.settle()
    assert conversation.held() == [1]
    conversation.becomes_parked(1)


def test_what_was_unknown_takes_effect_when_it_is_redriven_after_the_upgrade(conversation, upgrade, redrive):
    conversation.deliver(conversation.event(1), sung(conversation, 2), conversation.event(3))
    [row] = conversation.becomes_parked(2)

    upgrade()
    redrive("--id", str(row.event_id))

    conversation.comes_to(1, 3, 2)


def test_what_was_unknown_takes_effect_by_itself_after_the_upgrade(form, conversation, upgrade):
    conversation.deliver(conversation.event(1), sung(conversation, 2), conversation.event(3), sung(conversation, 4))
    conversation.becomes_parked(2, 4)

    upgrade()
    form.chores("customers")

    conversation.comes_to(1, 3, 2, 4)


def test_what_was_unknown_takes_effect_when_it_is_delivered_again_after_the_upgrade(conversation, upgrade):
    unknown = sung(conversation, 2)
    conversation.deliver(conversation.event(1), unknown, conversation.event(3))
    conversation.becomes_parked(2)

    upgrade()
    conversation.deliver(unknown)

    conversation.comes_to(1, 3, 2)


def test_many_that_were_unknown_take_effect_each_in_its_order(converse, upgrade, redrive):
    """They are more than are tried at a time."""
    things = [converse() for _ in range(3)]
    things[0].deliver(*(sung(each, version) for version in range(1, 21) for each in things))
    for each in things:
        each.becomes_parked(*range(1, 21))

    upgrade()
    redrive("--type", SUNG)

    for each in things:
        each.comes_to(*range(1, 21))


def test_what_is_still_unknown_stays_parked(conversation, redrive):
    unknown = sung(conversation, 1)
    conversation.deliver(unknown)
    conversation.becomes_parked(1)

    redrive("--id", str(unknown.id))

    [row] = conversation.becomes_parked(1)
    assert row.reason == "unknown type"


def test_what_is_unknown_waits_for_its_turn_like_everything_else(conversation):
    conversation.deliver(conversation.event(1), sung(conversation, 3), conversation.event(4))
    until(lambda: conversation.held() == [3, 4], "both wait")

    conversation.deliver(conversation.event(2))

    until(lambda: conversation.logged() == conversation.subjects(1, 2, 4), "all but what is unknown")
    conversation.becomes_parked(3)


def test_after_the_upgrade_what_is_new_is_known(conversation, upgrade):
    upgrade()

    conversation.deliver(conversation.event(1), sung(conversation, 2), conversation.event(3))

    conversation.comes_to(1, 2, 3)
