"""What fails five times is parked with all that is known of it; its own thing waits, and nothing else does."""

import time
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from chassis import events
from contracts.customers import ContactDetailsChanged
from services.customers.log import actions
from tests.promises.patience import until
from tests.suite import envelope

SEVERAL_ROUNDS = 0.5  # seconds, in which the worker looks for what is due again and again


def fail(_session, _event):
    raise OSError("the disk is full")


def test_poison_is_tried_exactly_five_times_and_then_no_more(form, conversation, reaction):
    reaction.act = fail
    conversation.deliver(conversation.event(1))

    [row] = conversation.becomes_parked(1)
    time.sleep(SEVERAL_ROUNDS)
    form.restart("customers")
    time.sleep(SEVERAL_ROUNDS)

    assert (row.attempts, len(reaction.seen)) == (5, 5)
    assert conversation.kept() == [row]


def test_two_who_try_again_at_once_share_the_five_tries(form, converse, reaction):
    reaction.act = fail
    things = [converse() for _ in range(20)]
    with form.second_worker("customers"):
        for each in things:
            each.deliver(each.event(1))

        parked = [row for each in things for row in each.becomes_parked(1)]

    assert {row.attempts for row in parked} == {5}
    assert len(reaction.seen) == 5 * len(things)


def test_poison_is_kept_with_its_reason(conversation, reaction):
    reaction.act = fail
    conversation.deliver(conversation.event(1))

    [row] = conversation.becomes_parked(1)

    assert row.reason == "OSError: the disk is full"
    assert (row.tenant_id, row.type) == (conversation.who.tenant, "dialog.CommunicationRegistered")


def test_poison_is_kept_with_its_bytes_and_headers(form, conversation):
    poison = events.write(conversation.broken(1)).encode()
    told = {"message_id": "m-1", "content_type": "application/cloudevents+json", "application_headers": {"x": "y"}}

    form.deliver(poison, "dialog.CommunicationRegistered", **told)

    [row] = conversation.becomes_parked(1)
    assert bytes(row.raw) == poison
    assert {name: row.properties.get(name) for name in ("message_id", "content_type", "routing_key")} == {
        "message_id": "m-1",
        "content_type": "application/cloudevents+json",
        "routing_key": "dialog.CommunicationRegistered",
    }
    assert "'x': 'y'" in row.properties["application_headers"]


def test_behind_poison_its_own_thing_waits_and_others_flow(conversation, another):
    conversation.deliver(conversation.broken(1), conversation.event(2), conversation.event(3))
    another.deliver(*(another.event(version) for version in range(1, 6)))

    conversation.becomes_parked(1)
    another.form.settle()

    assert conversation.waits() == [2, 3]
    assert conversation.logged() == []
    assert another.logged() == another.subjects(1, 2, 3, 4, 5)


def test_poison_in_the_middle_of_a_burst_costs_the_burst_nothing(converse, conversation):
    others = [converse() for _ in range(4)]
    burst = [each.event(version) for version in range(1, 26) for each in others]
    burst.insert(50, conversation.broken(1))

    conversation.deliver(*burst)

    [row] = conversation.becomes_parked(1)
    assert row.attempts == 5
    until(lambda: [len(each.logged()) for each in others] == [25] * 4, "the burst")
    for each in others:
        assert each.logged() == each.subjects(*range(1, 26))


def test_much_poison_at_once_is_parked_each_for_itself(converse, conversation):
    bad = [converse() for _ in range(5)]
    mixed = [event for each in bad for event in (each.broken(1), conversation.event(bad.index(each) + 1))]

    conversation.deliver(*mixed)

    for each in bad:
        until(lambda each=each: [row.attempts for row in each.own() if row.parked_at] == [5], "the poison")
    until(lambda: conversation.logged() == conversation.subjects(1, 2, 3, 4, 5), "what is good")


def test_what_fails_twice_and_then_works_takes_effect_once(conversation, reaction):
    reaction.act = lambda session, event: fail(session, event) if len(reaction.seen) < 3 else None
    conversation.deliver(conversation.event(1), conversation.event(2))

    conversation.comes_to(1, 2)

    assert reaction.seen == conversation.subjects(1, 1, 1, 2)


def test_what_a_failing_try_did_halfway_is_undone_with_what_it_announced(form, conversation, reaction, announced_by):
    def write_and_fail(session, event):
        actions.comment(session, event.customer_id, f"half {len(reaction.seen)}")
        session.flush()
        if len(reaction.seen) < 3:
            raise OSError("the disk is full")

    reaction.act = write_and_fail
    conversation.deliver(conversation.event(1))
    conversation.comes_to(1)
    form.relayed("customers", conversation.who)

    told = [data["text"] for kind, data in announced_by("customers") if kind == "customers.CommentLogged"]
    assert told == ["half 3"]
    assert [each["data"]["text"] for each in conversation.log() if "text" in each["data"]] == ["half 3"]


def test_what_is_poison_to_one_follower_is_none_to_the_others(form, client, customer, converse):
    """Invoicing cannot rename a person that it never met; the log and dialog have no trouble with it."""
    stranger = ContactDetailsChanged(UUID(customer["id"]), uuid7(), "Kari Nordahl", [])
    news = envelope(stranger, client.who, aggregate=f"contact/{uuid4()}")
    form.deliver(events.write(news).encode(), news.type)

    until(lambda: [row.parked_at for row in form.kept("invoicing", client.who) if row.parked_at], "parked by invoicing")

    form.settle()
    assert form.kept("customers", client.who) == []
    assert form.kept("dialog", client.who) == []
    assert "customers.ContactDetailsChanged" in [entry["type"] for entry in converse().log()]


def test_poison_of_one_program_can_be_seen_from_outside(form, conversation, reaction):
    before = form.measured("customers", "kundekort_inbox_parked")
    reaction.act = fail
    conversation.deliver(conversation.event(1))
    conversation.becomes_parked(1)

    assert form.measured("customers", "kundekort_inbox_parked") == before + 1


def test_poison_that_is_delivered_again_is_tried_again_and_stays_one(conversation, reaction):
    """Whoever sends it again may know better: it takes effect as soon as it can, without a redrive."""
    reaction.act = fail
    first = conversation.event(1)
    conversation.deliver(first, conversation.event(2))
    conversation.becomes_parked(1)
    conversation.deliver(first)
    conversation.form.settle()
    assert (conversation.parked(), conversation.waits()) == ([1], [2])

    reaction.act = None
    conversation.deliver(first)

    conversation.comes_to(1, 2)
