"""Versions of one thing that come too late are dropped, and those that come too early wait for the ones between."""

import threading
import time

from uuid_utils.compat import uuid7

from chassis import waiting
from tests.promises.patience import until

MOMENT = 0.5  # seconds, in which an event would be taken in if nothing kept it


def starved(conversation, *versions):
    """Wait until these versions wait, and nothing else does."""
    conversation.form.settle()
    assert conversation.held() == list(versions)


def test_a_version_that_was_passed_is_dropped(conversation):
    conversation.deliver(conversation.event(1), conversation.event(2), conversation.event(3))
    conversation.deliver(conversation.event(2), conversation.event(1))

    conversation.comes_to(1, 2, 3)


def test_what_was_dropped_as_too_late_does_not_come_back(form, conversation):
    late = conversation.event(1)
    conversation.deliver(conversation.event(1), conversation.event(2), late)
    conversation.comes_to(1, 2)

    form.restart("customers")
    conversation.deliver(late, conversation.event(3))

    conversation.comes_to(1, 2, 3)


def test_a_version_that_came_too_early_waits_and_says_for_what(conversation):
    conversation.deliver(conversation.event(1), conversation.event(3))

    starved(conversation, 3)
    [row] = conversation.kept()
    assert row.reason == "version 2 is missing"
    assert conversation.logged() == conversation.subjects(1)


def test_what_came_too_early_goes_on_when_the_gap_is_filled(conversation):
    conversation.deliver(conversation.event(1), conversation.event(3), conversation.event(4))
    starved(conversation, 3, 4)

    conversation.deliver(conversation.event(2))

    conversation.comes_to(1, 2, 3, 4)


def test_several_gaps_are_filled_in_any_order(conversation):
    conversation.deliver(*(conversation.event(version) for version in (1, 3, 5, 7, 9)))
    starved(conversation, 3, 5, 7, 9)

    conversation.deliver(*(conversation.event(version) for version in (8, 4, 6, 2)))

    conversation.comes_to(*range(1, 10))


def test_a_gap_that_never_fills_is_parked_and_can_be_seen(form, conversation):
    conversation.deliver(conversation.event(1), conversation.event(3))

    [row] = conversation.becomes_parked(3)

    assert (row.reason, row.attempts) == ("version 2 is missing", 5)
    assert form.measured("customers", "kundekort_inbox_parked") >= 1


def test_behind_a_gap_the_later_ones_wait_untried(conversation):
    conversation.deliver(conversation.event(1), conversation.event(3), conversation.event(4), conversation.event(5))
    conversation.becomes_parked(3)

    assert conversation.waits() == [4, 5]
    assert {row.attempts for row in conversation.kept() if not row.parked_at} == {0}


def test_a_gap_that_fills_after_it_was_parked_lets_all_of_them_go_on(conversation):
    conversation.deliver(conversation.event(1), conversation.event(3), conversation.event(4))
    conversation.becomes_parked(3)

    conversation.deliver(conversation.event(2))

    conversation.comes_to(1, 2, 3, 4)


def test_what_comes_in_the_very_moment_in_which_it_is_given_up_is_not_missed(conversation, monkeypatch):
    """The gap is filled between counting the last try and writing down that it was the last."""
    backoff, begun = waiting.backoff, []

    def filled_meanwhile(attempts, pause_ms):
        if attempts == waiting.MOST_TRIES and not begun:
            meanwhile = threading.Thread(target=conversation.deliver, args=(conversation.event(2),))
            meanwhile.start()
            begun.append(meanwhile)
            time.sleep(MOMENT)
        return backoff(attempts, pause_ms)

    monkeypatch.setattr(waiting, "backoff", filled_meanwhile)
    conversation.deliver(conversation.event(1), conversation.event(3))

    until(lambda: begun, "the last try")
    begun[0].join()
    conversation.comes_to(1, 2, 3)


def test_two_gaps_one_behind_the_other_are_each_waited_for(conversation):
    conversation.deliver(conversation.event(1), conversation.event(3), conversation.event(6))
    conversation.becomes_parked(3)

    conversation.deliver(conversation.event(2))
    until(lambda: conversation.logged() == conversation.subjects(1, 2, 3), "as far as the second gap")
    [row] = conversation.becomes_parked(6)
    assert row.reason == "version 4 is missing"
    conversation.deliver(conversation.event(5), conversation.event(4))

    conversation.comes_to(*range(1, 7))


def test_a_gap_in_one_thing_holds_no_other(conversation, another):
    conversation.deliver(conversation.event(1), conversation.event(3))
    another.deliver(*(another.event(version) for version in range(1, 6)))

    another.form.settle()
    assert another.logged() == another.subjects(1, 2, 3, 4, 5)
    assert conversation.logged() == conversation.subjects(1)


def test_whoever_joined_late_begins_with_what_there_is_after_five_tries(conversation):
    conversation.deliver(conversation.event(7))

    conversation.comes_to(7)


def test_whoever_joined_late_goes_on_in_order(conversation):
    conversation.deliver(conversation.event(7), conversation.event(8), conversation.event(9))
    until(lambda: conversation.logged() == conversation.subjects(7, 8, 9), "what there is")

    conversation.deliver(conversation.event(11), conversation.event(10))

    conversation.comes_to(7, 8, 9, 10, 11)


def test_what_is_younger_than_its_follower_is_never_begun_late(converse):
    """Its beginning was sent here and is on its way, or was lost: it waits, and can be seen."""
    young = converse(name=f"communication/{uuid7()}")
    young.deliver(young.event(2), young.event(3))

    [row] = young.becomes_parked(2)
    assert (row.reason, young.logged()) == ("version 1 is missing", [])
    young.deliver(young.event(1))

    young.comes_to(1, 2, 3)


def test_what_came_before_a_late_beginning_stays_away(conversation):
    conversation.deliver(conversation.event(7))
    conversation.comes_to(7)

    conversation.deliver(conversation.event(5), conversation.event(6), conversation.event(8))

    conversation.comes_to(7, 8)
