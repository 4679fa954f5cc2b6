"""What the broker of docker-compose.yml lets a program do, and what it does not, on a real broker."""

import json
from urllib.parse import urlsplit

import amqp
import pytest

from chassis.bus.broker import DELIVERY_LIMIT, EXCHANGE, connect, declare_inbox, drop
from chassis.run import PROGRAMS
from tests.chassis.bus_parties import an_event, publishing
from tests.rabbitmq_server import AMQP_PORT
from tools import broker as topology
from tools import first_secrets

CHECKED_IN = json.loads(topology.FILE.read_text())
FOLLOWED = {each["user"]: each["read"].strip("^().\\").split("|") for each in CHECKED_IN["topic_permissions"]}
VHOST = topology.VHOST


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The secrets of a first start."""
    made = tmp_path_factory.mktemp("secrets")
    first_secrets.make(made)
    return made


@pytest.fixture(scope="module")
def address(broker, folder):
    """The broker as it starts; answers where a program reaches it, or (None) somebody who may do anything."""
    users = json.loads((folder / "rabbitmq-users.json").read_text())
    for definitions in (users, CHECKED_IN):
        broker.manage("POST", "definitions", definitions)
    owner = urlsplit(broker.url).username
    broker.manage("PUT", f"permissions/{VHOST}/{owner}", {"configure": ".*", "write": ".*", "read": ".*"})
    place = "{}:{}".format(*broker.program.address(AMQP_PORT))

    def address(program):
        if program is None:
            return urlsplit(broker.url)._replace(path=f"/{VHOST}").geturl()
        return (folder / f"{program}-broker-url").read_text().replace("rabbitmq:5672", place)

    yield address
    broker.manage("DELETE", f"vhosts/{VHOST}")
    for program in PROGRAMS:
        broker.manage("DELETE", f"users/{program}")


@pytest.fixture
def channel(address):
    """Open a channel as a program."""
    links = []

    def open_as(program):
        links.append(connect(address(program), "test", timeout=5))
        return links[-1].channel()

    yield open_as
    for link in links:
        drop(link)


def test_the_definitions_are_what_the_code_says():
    assert topology.text() == topology.FILE.read_text(), "run: make contracts"


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_finds_all_that_it_declares(channel, program):
    declare_inbox(channel(program), program, FOLLOWED[program], DELIVERY_LIMIT)


def test_what_one_program_announces_comes_to_who_follows_it(address, channel):
    news = an_event(key="customers.CustomerRenamed")
    with publishing(address("customers")) as publisher:
        assert publisher.publish([news]) == {news.id}

    come = []
    dialog = channel("dialog")
    dialog.basic_consume("dialog.inbox", callback=lambda message: come.append(message.properties["message_id"]))
    dialog.connection.drain_events(timeout=5)
    assert come == [news.id]


def test_a_program_announces_nothing_under_the_name_of_another(address):
    forged = an_event(key="invoicing.CreditLimitApproved")
    with publishing(address("dialog"), timeout=1) as publisher:
        assert publisher.publish([forged]) == set()
    with publishing(address(None)) as publisher:  # it was refused for who sent it
        assert publisher.publish([forged]) == {forged.id}


def past_the_exchange(channel):
    channel.confirm_select()
    channel.basic_publish_confirm(amqp.Message("{}"), "", "customers.inbox")


TRESPASSES = {
    "read": lambda channel: channel.basic_consume("customers.inbox"),
    "bind": lambda channel: channel.queue_bind("customers.inbox", EXCHANGE, "customers.#"),
    "follow another": lambda channel: channel.queue_bind("dialog.inbox", EXCHANGE, "invoicing.#"),
    "follow everybody": lambda channel: channel.queue_bind("dialog.inbox", EXCHANGE, "#"),
    "write into a queue": past_the_exchange,
    "make an exchange": lambda channel: channel.exchange_declare("mine", "fanout", auto_delete=False),
    "make a queue": lambda channel: channel.queue_declare("mine", durable=True, auto_delete=False),
    "empty a queue": lambda channel: channel.queue_purge("customers.inbox"),
    "delete a queue": lambda channel: channel.queue_delete("customers.inbox"),
    "delete the exchange": lambda channel: channel.exchange_delete(EXCHANGE),
}


@pytest.mark.parametrize("trespass", TRESPASSES)
def test_a_program_is_kept_from_what_is_not_its_own(channel, trespass):
    with pytest.raises(amqp.AccessRefused):
        TRESPASSES[trespass](channel("dialog"))


def test_all_that_a_program_is_kept_from_can_be_done(channel):
    """A trespass that fails for another reason would prove nothing; the last ones destroy what they are about."""
    for trespass in TRESPASSES.values():
        trespass(channel(None))
