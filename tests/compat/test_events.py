"""The previous release's events are taken in by today's code, and today's by the previous release."""

import json
from uuid import uuid4

import pytest

from tools.compat import events, releases
from tools.compat.releases import ROOT


@pytest.fixture(scope="module")
def old(previous):
    return events.examples(previous)


@pytest.fixture(scope="module")
def new():
    return events.examples(ROOT)


@pytest.fixture(scope="module")
def before(previous, on_sqlite):
    """The previous release at work."""
    return on_sqlite(previous, "previous")


@pytest.fixture(scope="module")
def after(on_sqlite):
    """Today's code at work."""
    return on_sqlite(ROOT, "today")


def test_no_event_has_lost_or_narrowed_anything(previous):
    found = events.breaks(events.schemas(previous), events.todays())

    assert releases.unprepared(found, releases.prepared(), releases.releases()) == []


def test_what_was_sent_is_kept_as_it_was_sent(old, new):
    assert old
    assert list(events.edited(old, new)) == []


def test_the_same_news_have_the_same_effect_in_both_releases(before, after, old, new):
    """Old news read by today's code, and today's by the old: nothing is parked, and every copy gets the same values."""
    told = [(name, old) for name in old] + [(name, new) for name in new if new[name] != old.get(name)]
    understood = [(name, events.Stories(of)) for name, of in told if before.do("read", raw=of[name]) == "known"]
    for name, stories in understood:
        tenants = [str(uuid4()) for _ in range(3)]
        once, again = (events.effect(before, stories.story(name, tenant), tenant) for tenant in tenants[:2])
        expected = events.lasting(once, again)

        assert expected or "customer_id" not in json.loads(stories.examples[name])["data"], name
        found = events.effect(after, stories.story(name, tenants[2]), tenants[2])
        assert list(events.differences(expected, found)) == [], name

    assert len(understood) >= len(old)
    assert before.do("kept") == after.do("kept") == []


def test_news_that_the_old_release_does_not_know_wait_there_for_the_upgrade(before, on_sqlite, new):
    stories = events.Stories(new)
    unknown = [name for name in new if before.do("read", raw=new[name]) == "unknown"]
    tenants = {name: str(uuid4()) for name in unknown}
    told = sum(len(_parked(before, stories.story(name, tenants[name]))) for name in unknown)

    upgraded = on_sqlite(ROOT, "previous")
    assert len(upgraded.do("kept")) == told
    upgraded.do("redrive")
    assert upgraded.do("kept") == []
    for name in unknown:
        again = str(uuid4())
        direct = events.effect(upgraded, stories.story(name, again), again)
        found = {table: rows for table, rows in upgraded.do("rows", tenant=tenants[name]).items() if rows}
        assert list(events.differences(events.lasting(direct, found), found)) == [], name


def _parked(release, story):
    """Tell a story and list who could not take in its end."""
    already = release.do("kept")
    told = [release.do("tell", raw=raw) for raw in story]
    kept = release.do("kept")[len(already) :]
    assert [line.rpartition(": ")[2] for line in kept] == ["unknown type"] * len(told[-1])
    return kept


PRAISED = """

@dataclass(frozen=True)
class CustomerPraised:
    \"\"\"Somebody said something nice about a customer.\"\"\"

    category: ClassVar[str] = "change"

    customer_id: UUID
    words: str
"""


def test_a_new_event_waits_for_the_next_release_and_holds_nobody_up(after, on_sqlite, next_tree, new):
    with (next_tree / "contracts/customers.py").open("a") as contract:
        contract.write(PRAISED)
    tenant, customer = str(uuid4()), str(uuid4())
    stories = events.Stories(new)
    registered, renamed = (json.loads(raw) for raw in stories.story("customers.CustomerRenamed.1", tenant))
    place = {"aggregate": f"customer/{customer}", "customer": customer}
    praised = {**registered, "id": str(uuid4()), "type": "customers.CustomerPraised", "data": {"words": "Flinke"}}
    for version, event in enumerate((registered, praised, renamed), 1):
        event |= {**place, "aggregateversion": version}
        event["data"]["customer_id"] = customer
    renamed["data"]["name"] = "Fjordvik Hav AS"

    for event in (registered, praised, renamed):
        after.do("tell", raw=json.dumps(event))
    assert {line.rpartition(": ")[2] for line in after.do("kept")} == {"unknown type"}
    assert [row["name"] for row in after.do("rows", tenant=tenant)["dialog.correspondents"]] == ["Fjordvik Hav AS"]

    later = on_sqlite(next_tree, "today")
    later.do("redrive")
    assert later.do("kept") == []
    logged = [row["type"] for row in later.do("rows", tenant=tenant)["customers.log_entries"]]
    assert logged == ["customers.CustomerRegistered", "customers.CustomerRenamed", "customers.CustomerPraised"]
