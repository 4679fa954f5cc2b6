"""A reaction that takes seconds is waited for: it takes effect once, and what is behind it comes after it."""

import threading
import time

import pytest

from tests.promises.patience import until

SECONDS = 0.8
LONGER = 2.6  # seconds
HEARTBEAT = "1"  # second; whoever is silent for two of them is given up by the broker

pytestmark = pytest.mark.slow


class Slow(threading.Event):
    """Takes long over one event; it is set when that has begun."""

    def __init__(self, subject):
        super().__init__()
        self.subject, self.seconds = subject, SECONDS

    def __call__(self, _session, event):
        if event.subject == self.subject:
            self.set()
            time.sleep(self.seconds)


@pytest.fixture
def slow(conversation, reaction):
    """Take long over the first event."""
    reaction.act = Slow(*conversation.subjects(1))
    return reaction.act


@pytest.fixture
def short_of_breath(form, monkeypatch):
    """A worker whose link is given up when nobody serves it for two seconds."""
    monkeypatch.setitem(form.more, "KUNDEKORT_HEARTBEAT", HEARTBEAT)
    form.restart("customers")
    yield
    monkeypatch.undo()
    form.restart("customers")


@pytest.fixture
def telling(conversation):
    """Put events on the bus while the test goes on: in one form that returns only when they are taken in."""
    threads = []

    def tell(*events):
        threads.append(threading.Thread(target=conversation.deliver, args=events))
        threads[-1].start()

    yield tell
    for each in threads:
        each.join()


@pytest.mark.usefixtures("short_of_breath")
def test_a_reaction_of_seconds_takes_effect_once_and_the_others_come_behind_it(slow, conversation, reaction):
    slow.seconds = LONGER

    conversation.deliver(*(conversation.event(version) for version in range(1, 6)))

    conversation.comes_to(1, 2, 3, 4, 5)
    assert reaction.seen == conversation.subjects(1, 2, 3, 4, 5)  # a lost link would have delivered it again


def test_a_duplicate_during_a_slow_reaction_does_nothing(slow, conversation, reaction, telling):
    first = conversation.event(1)
    telling(first)
    assert slow.wait(30)
    telling(first)
    telling(first)

    conversation.comes_to(1)
    assert reaction.seen == conversation.subjects(1)


def test_a_worker_that_is_stopped_finishes_what_it_has_begun(form, slow, conversation, reaction, telling):
    telling(conversation.event(1))
    assert slow.wait(30)

    form.restart("customers")
    conversation.deliver(conversation.event(2))

    conversation.comes_to(1, 2)
    assert reaction.seen == conversation.subjects(1, 2)


def test_during_a_slow_reaction_people_can_look(form, client, card, slow, conversation, telling):
    telling(conversation.event(1))
    assert slow.wait(30)

    began = time.monotonic()
    answer = client.get(card)

    assert answer.status_code == 200
    assert time.monotonic() - began < SECONDS / 2
    until(lambda: conversation.logged() == conversation.subjects(1), "the slow one")
