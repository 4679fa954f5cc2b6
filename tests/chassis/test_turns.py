"""Whose turn an event is, also after its publisher was set back to a backup."""

from uuid import uuid4

import pytest

from chassis.turns import Last, Turn, judge
from contracts.gateway import DepartmentOpened
from tests.suite import envelope


@pytest.mark.parametrize(
    ("epoch", "version", "last", "turn"),
    [
        (0, 1, (0, 0), Turn.NOW),
        (0, 5, (0, 4), Turn.NOW),
        (0, 4, (0, 4), Turn.STALE),
        (0, 6, (0, 4), Turn.EARLY),
        (1, 5, (0, 4), Turn.NOW),  # restored, and nothing was lost
        (1, 3, (0, 4), Turn.NOW),  # restored, and counts again what it lost: this is newer than what is known
        (1, 6, (0, 4), Turn.EARLY),
        (0, 9, (1, 4), Turn.STALE),  # from the life before
    ],
)
def test_facts_have_their_turn(ada, epoch, version, last, turn):
    assert judge(_sent(ada, epoch, version), Last(*last), snapshot=False) is turn


@pytest.mark.parametrize(
    ("epoch", "version", "last", "turn"),
    [
        (0, 7, (0, 0), Turn.NOW),  # what was missed does not matter
        (0, 4, (0, 4), Turn.NOW),  # mends a copy that was spoilt
        (0, 3, (0, 4), Turn.STALE),
        (1, 4, (0, 4), Turn.NOW),
        (1, 3, (0, 4), Turn.COPY_IS_NEWER),
        (0, 9, (1, 4), Turn.STALE),
    ],
)
def test_snapshots_never_set_a_copy_back(ada, epoch, version, last, turn):
    assert judge(_sent(ada, epoch, version), Last(*last), snapshot=True) is turn


def test_somebody_may_decide_that_the_owner_is_right(ada):
    decided = _sent(ada, 1, 3, data={"authoritative": True})

    assert judge(decided, Last(0, 4), snapshot=True) is Turn.NOW


def _sent(who, epoch, version, **changes):
    changes = {"data": {}, **changes}
    about = {"type": "customers.CustomerRestated", "aggregate": f"customer/{uuid4()}"}
    opened = DepartmentOpened(uuid4(), "Bergen")
    return envelope(opened, who, aggregate_version=version, epoch=epoch, **about, **changes)


def test_a_restored_publisher_is_heard_although_its_numbers_are_known(conversation):
    conversation.deliver(*(conversation.event(version) for version in (1, 2, 3)))
    restored = [conversation.event(version, epoch=1) for version in (2, 3, 4)]
    conversation.deliver(*restored)
    conversation.deliver(*restored)

    assert conversation.logged() == [f"Call {number}" for number in (1, 2, 3, 2, 3, 4)]
    assert conversation.kept() == []


def test_what_comes_late_from_before_a_restore_is_dropped(conversation):
    conversation.deliver(conversation.event(1), conversation.event(2, epoch=1), conversation.event(3))

    assert conversation.logged() == ["Call 1", "Call 2"]
    assert conversation.kept() == []


@pytest.mark.parametrize("epoch", [-1, 2**31, "1", True, None, 1.5])
def test_an_epoch_that_is_none_is_parked(conversation, epoch):
    odd = conversation.event(1)
    object.__setattr__(odd, "epoch", epoch)
    conversation.deliver(odd)

    assert conversation.logged() == []
