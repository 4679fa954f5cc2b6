"""An event of a type that is newer than a program comes in by itself once the program knows it."""

from contracts.dialog import CommunicationRegistered

NEW = "dialog.CommunicationPraised"


def test_what_was_unknown_is_tried_again_by_the_release_that_knows_it(program, conversation, monkeypatch):
    conversation.deliver(conversation.event(1, type=NEW), conversation.event(2))
    program.chores["known by now"].do()
    conversation.retry(2)
    assert (conversation.parked(), conversation.logged()) == ([1], ["Call 2"])

    monkeypatch.setitem(program.reactions.known, NEW, CommunicationRegistered)  # the upgrade
    program.chores["known by now"].do()
    conversation.retry(1)
    assert conversation.kept() == []
    assert conversation.logged() == ["Call 2", "Call 1"]


def test_what_is_parked_for_another_reason_stays_so(program, conversation):
    conversation.deliver(conversation.broken(1))
    conversation.retry(5)
    program.chores["known by now"].do()

    assert conversation.parked() == [1]
