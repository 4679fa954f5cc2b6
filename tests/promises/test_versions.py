"""Nobody overwrites what he has not seen: ETags and If-Match."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import pytest

from chassis import events
from contracts.integration import CreditReportReceived
from tests.suite import envelope

ODD = ["*", "1", 'W/"1"', '"0"', '"2"', '"01"', '"1', '"1", "2"', '""', '"1"x', '"-1"', '"1e0"', "x" * 5_000]


def rename(client, card, match, name="Ny AS"):
    headers = {} if match is None else {"If-Match": match}
    return client.open(card, "PATCH", headers=headers, json={"name": name})


@pytest.fixture
def note(client, card):
    """The path of a note, at its first version."""
    return f"{card}/notes/{client.post(f'{card}/notes', json={'text': 'Hei'}).json['id']}"


def test_without_if_match_nothing_is_changed(client, card):
    refused = rename(client, card, None)

    assert refused.status_code == 428
    assert refused.json["type"] == "urn:kundekort:problem:version-required"
    assert client.get(card).json["name"] == "Fjordvik Industri AS"


def test_only_the_exact_version_changes_anything(client, card):
    """Weak tags, lists, a star and everything else are refused, and what stands there is shown."""
    refused = {match: rename(client, card, match) for match in ODD}

    assert {match: answer.status_code for match, answer in refused.items()} == dict.fromkeys(ODD, 412)
    for answer in refused.values():
        assert answer.json["current"] == client.get(card).json
        assert answer.json["current"]["version"] == 1


def test_only_the_exact_version_takes_anything_away(client, note):
    refused = {match: client.open(note, "DELETE", headers={"If-Match": match}).status_code for match in ODD}

    assert refused == dict.fromkeys(ODD, 412)
    assert client.open(note, "DELETE").status_code == 428
    assert client.get(note).status_code == 200


def test_the_version_that_was_read_matches(client, card):
    changed = rename(client, card, client.get(card).headers["ETag"])

    assert changed.status_code == 200
    assert changed.headers["ETag"] == client.get(card).headers["ETag"] == '"2"'


def test_whoever_comes_with_an_old_version_is_shown_the_present_one(client, card):
    rename(client, card, '"1"', "Først AS")

    refused = rename(client, card, '"1"', "Sist AS")

    assert refused.status_code == 412
    assert (refused.json["current"]["name"], refused.json["current"]["version"]) == ("Først AS", 2)


def test_a_refusal_announces_nothing(form, client, card, announced_by):
    before = announced_by("customers")

    assert [rename(client, card, match).status_code for match in (None, '"7"')] == [428, 412]

    assert announced_by("customers") == before


def test_of_twenty_who_read_the_same_one_wins_and_nineteen_are_shown_what_he_wrote(form, client, card):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda n: rename(form.client(client.who), card, '"1"', f"Nr {n}"), range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19
    [won] = [answer.json for answer in answers if answer.status_code == 200]
    current = [answer.json.get("current") for answer in answers if answer.status_code == 412]
    assert {(each or {}).get("name") for each in current} == {won["name"]}
    assert client.get(card).json == won
    assert won["version"] == 2


def test_what_one_of_twenty_wrote_is_announced_once(form, client, card, announced_by):
    before = len(announced_by("customers"))

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda n: rename(form.client(client.who), card, '"1"', f"Nr {n}"), range(20)))

    assert len(announced_by("customers")) == before + 1


def test_of_ten_who_take_the_same_away_one_does(form, client, note, announced_by):
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: form.client(client.who).delete(note, version=1).status_code, range(10)))

    assert answers.count(204) == 1
    assert set(answers) <= {204, 404, 412}
    assert [kind for kind, _ in announced_by("customers")].count("customers.NoteDeleted") == 1
    assert client.get(note).status_code == 404


def test_a_change_and_a_removal_at_once_are_one_of_the_two(form, client, note):
    def act(number):
        mine = form.client(client.who)
        if number % 2:
            return mine.delete(note, version=1).status_code
        return mine.patch(note, json={"text": f"Nr {number}"}, version=1).status_code

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(act, range(10)))

    assert sum(status in (200, 204) for status in answers) == 1
    assert set(answers) <= {200, 204, 404, 412}


def test_a_version_of_something_else_does_not_match_by_accident(client, card, note):
    rename(client, card, '"1"')

    assert client.delete(note, version=2).status_code == 412
    assert client.delete(note, version=1).status_code == 204


def test_a_change_that_changes_nothing_keeps_the_version_and_is_announced_to_nobody(client, card, announced_by):
    before = announced_by("customers")

    same = rename(client, card, '"1"', "Fjordvik Industri AS")

    assert (same.status_code, same.headers["ETag"]) == (200, '"1"')
    assert announced_by("customers") == before


def test_two_facts_in_one_change_count_twice(client, card):
    changed = client.patch(card, json={"name": "Ny AS", "directions": "Inngang fra bakgården."}, version=1)

    assert (changed.status_code, changed.headers["ETag"]) == (200, '"3"')
    assert client.patch(card, json={"name": "Nyere AS"}, version=2).status_code == 412
    assert client.patch(card, json={"name": "Nyere AS"}, version=3).status_code == 200


def test_what_an_event_changed_counts_as_a_change_by_somebody_else(form, client, customer):
    """Somebody reads the terms, a credit report comes, and he saves: he is shown the report first."""
    invoicing, there = form.client(client.who, "invoicing"), f"/customers/{customer['id']}/invoice-information"
    read = invoicing.get(there).json["version"]
    report = CreditReportReceived(UUID(customer["id"]), "Proff", date(2026, 3, 2), "B", 70)
    told = envelope(report, client.who)
    form.deliver(events.write(told).encode(), told.type)
    form.settle()

    refused = invoicing.patch(there, json={"credit_days": 20}, version=read)

    assert refused.status_code == 412
    assert refused.json["current"]["version"] == read + 1
    assert invoicing.patch(there, json={"credit_days": 20}, version=read + 1).status_code == 200


def test_a_stranger_learns_nothing_from_a_version(client, card, eve):
    for match in ('"1"', '"7"'):
        answer = rename(client.as_(eve), card, match)
        assert answer.status_code == 404
        assert "current" not in answer.json
