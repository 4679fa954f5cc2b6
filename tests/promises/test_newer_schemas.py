"""A publisher may be a release ahead: what it adds is passed over, and what we need is demanded."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from chassis import events, strictjson


@dataclass(frozen=True)
class Lenient:
    """The event as the next release reads it: it demands less."""

    category: ClassVar[str] = "dialog"
    customer_id: UUID
    subject: str = ""


def test_more_fields_are_passed_over(conversation):
    newer = conversation.event(1)
    newer.data["mood"] = {"colour": "blue", "depth": [1, 2, 3]}

    conversation.deliver(newer)

    conversation.comes_to(1)


def test_a_field_that_is_newer_stands_in_the_log_as_it_came(conversation):
    newer = conversation.event(1)
    newer.data["mood"] = {"colour": "blue"}

    conversation.deliver(newer)

    conversation.comes_to(1)
    assert conversation.log()[-1]["data"]["mood"] == {"colour": "blue"}


def test_a_higher_schema_version_is_read(conversation):
    conversation.deliver(conversation.event(1, schema_version=2), conversation.event(2, schema_version=47))

    conversation.comes_to(1, 2)


def test_more_members_around_the_data_are_passed_over(form, conversation):
    document = strictjson.loads(events.write(conversation.event(1)))
    document |= {"subject": "an extension of CloudEvents", "sequence": 7, "nested": {"more": [None]}}

    form.deliver(events.to_json(document).encode(), "dialog.CommunicationRegistered")

    conversation.comes_to(1)


def test_old_and_new_of_one_thing_are_taken_in_one_order(conversation):
    for version in range(1, 7):
        event = conversation.event(version, schema_version=1 + version % 2)
        event.data["mood"] = "blue"
        conversation.deliver(event)

    conversation.comes_to(*range(1, 7))


def test_a_newer_event_that_lacks_what_we_need_is_parked_and_read_after_the_upgrade(
    form, conversation, redrive, monkeypatch
):
    data = {"customer_id": str(conversation.customer_id), "subject": conversation.subjects(1)[0]}
    lacking = conversation.event(1, schema_version=3, data=data)
    conversation.deliver(lacking, conversation.event(2))
    [row] = conversation.becomes_parked(1)
    assert "communication_id" in row.reason

    monkeypatch.setitem(form.web["customers"].reactions.known, "dialog.CommunicationRegistered", Lenient)
    redrive("--id", str(lacking.id))

    conversation.comes_to(1, 2)
