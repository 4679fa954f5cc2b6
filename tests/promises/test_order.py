"""What is announced about one thing takes effect in the order in which it happened, whatever happens elsewhere."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, zip_longest

from tests.promises.patience import until

WINDOW = 50


def test_the_events_of_one_thing_take_effect_in_their_order(conversation):
    conversation.deliver(*(conversation.event(version) for version in range(1, 21)))

    conversation.comes_to(*range(1, 21))


def test_many_versions_of_one_thing_keep_their_order(conversation):
    conversation.deliver(*(conversation.event(version) for version in range(1, 201)))

    conversation.comes_to(*range(1, 201))


def test_things_that_are_told_of_in_turns_keep_each_its_own_order(converse):
    things = [converse() for _ in range(5)]
    told = chain.from_iterable(zip(*([each.event(v) for v in range(1, 13)] for each in things), strict=True))

    things[0].deliver(*told)

    for each in things:
        each.comes_to(*range(1, 13))


def test_things_of_unequal_length_do_not_wait_for_each_other(converse):
    long, short, single = converse(), converse(), converse()
    told = zip_longest(*([each.event(v) for v in range(1, n + 1)] for each, n in ((long, 20), (short, 3), (single, 1))))

    long.deliver(*(event for event in chain.from_iterable(told) if event))

    for each, length in ((long, 20), (short, 3), (single, 1)):
        each.comes_to(*range(1, length + 1))


def test_five_hundred_events_in_disorder_take_effect_in_order(converse):
    """Each is at most a window away from its place: what redeliveries and several connections do to a stream."""
    things = [converse() for _ in range(10)]
    things[0].deliver(*(each.event(1) for each in things))
    stream = [each.event(version) for version in range(2, 52) for each in things]
    places = random.Random(3)
    disorder = sorted(range(len(stream)), key=lambda place: place + places.uniform(0, WINDOW))
    assert disorder != sorted(disorder)

    things[0].deliver(*(stream[place] for place in disorder))

    for each in things:
        each.comes_to(*range(1, 52))


def test_taking_events_and_trying_others_again_do_not_lock_each_other_out(form, conversation):
    """Both want the aggregate's turn and what waits behind it; taken in the other order, each waits for the other."""
    conversation.deliver(conversation.event(1))
    before = form.locked_out("customers")

    for first in range(2, 62, 2):
        conversation.deliver(conversation.event(first + 1), conversation.event(first))

    conversation.comes_to(*range(1, 62))
    assert form.locked_out("customers") == before


def test_versions_that_come_backwards_take_effect_forwards(conversation):
    conversation.deliver(conversation.event(1))
    conversation.deliver(*(conversation.event(version) for version in range(12, 1, -1)))

    conversation.comes_to(*range(1, 13))


def test_things_told_of_by_several_at_once_keep_each_its_own_order(converse):
    things = [converse() for _ in range(4)]

    def tell(thing):
        thing.deliver(*(thing.event(version) for version in range(1, 16)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tell, things))

    for each in things:
        each.comes_to(*range(1, 16))


def test_what_people_do_stands_in_the_log_in_the_order_in_which_they_did_it(form, client, card, conversation):
    names = [f"Navn {number}" for number in range(1, 16)]
    for version, name in enumerate(names, start=1):
        assert client.patch(card, json={"name": name}, version=version).status_code == 200

    form.relayed("customers", client.who)

    renamed = [entry for entry in conversation.log() if entry["type"] == "customers.CustomerRenamed"]
    assert [entry["data"]["name"] for entry in renamed] == names


def test_a_copy_ends_with_the_last_of_many_names(form, client, card):
    for version in range(1, 21):
        client.patch(card, json={"name": f"Navn {version}"}, version=version)

    form.relayed("customers", client.who)

    projects = form.client(client.who, "recruitment")
    projects.post(f"{card}/projects", json={"name": "Lagerteam"})
    assert projects.get(f"{card}/projects").json["items"][0]["customer_name"] == "Navn 20"


def test_order_holds_while_the_worker_is_started_again(form, conversation):
    conversation.deliver(*(conversation.event(version) for version in range(1, 31)))

    form.restart("customers")

    conversation.deliver(*(conversation.event(version) for version in range(31, 41)))
    conversation.comes_to(*range(1, 41))


def test_what_many_do_at_once_is_announced_in_the_order_of_its_versions(form, client, card, conversation):
    """Sixteen write in turns that nobody planned; each tries again with the version that he is told."""

    def rename(number):
        mine, version = form.client(client.who), 1
        while (answer := mine.patch(card, json={"name": f"Navn {number}"}, version=version)).status_code == 412:
            version = mine.get(card).json["version"]
        return answer.json["version"]

    with ThreadPoolExecutor(16) as pool:
        versions = list(pool.map(rename, range(16)))
    form.relayed("customers", client.who)

    renamed = [entry["data"] for entry in conversation.log() if entry["type"] == "customers.CustomerRenamed"]
    assert sorted(versions) == list(range(2, 18))
    assert [each["before"] for each in renamed[1:]] == [each["name"] for each in renamed[:-1]]
    assert renamed[-1]["name"] == client.get(card).json["name"]


def test_the_log_is_one_whole_chain_after_everything_at_once(form, client, card, converse):
    """People, another service and a copy write at the same time; the log chains what comes, entry by entry."""
    things = [converse() for _ in range(3)]
    writers = [threading.Thread(target=lambda t=t: t.deliver(*(t.event(v) for v in range(1, 11)))) for t in things]
    for each in writers:
        each.start()
    for version in range(1, 11):
        client.patch(card, json={"name": f"Navn {version}"}, version=version)
    for each in writers:
        each.join()

    form.relayed("customers", client.who)

    until(lambda: len(things[0].log()) == 41, "all of it")
    assert client.get("/log/seal").json == {"entries": 41, "broken_at": None}
