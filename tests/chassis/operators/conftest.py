"""What an operator finds: parked messages of everybody, and who had them tried again."""

from uuid import uuid4

import pytest
from sqlalchemy import delete

from chassis import auth
from chassis.operations.redriving import redrives
from chassis.waiting import MOST_TRIES, waiting
from tests.suite import Client

PARKED, REDRIVE = "/operations/parked", "/operations/parked/redrive"
NOTHING = "/operations/parked/9999999"


@pytest.fixture(autouse=True)
def tidy(program):
    """Begin with nothing parked: these routes show what is of everybody."""
    with program.engine.begin() as connection:
        connection.execute(delete(waiting))
        connection.execute(delete(redrives))


@pytest.fixture
def olga(client):
    """Olga runs the suite and has no right in any agency."""
    who = auth.Caller(uuid4(), uuid4(), operator="olga@drift.no")
    return Client(client.program, who)


@pytest.fixture
def parked(conversation, another, outage):
    """Three events of one conversation, of which the first is parked and the others wait, and one of another."""
    conversation.deliver(*(conversation.event(version) for version in (1, 2, 3)))
    another.deliver(another.event(1))
    conversation.retry(MOST_TRIES)
    assert (conversation.parked(), conversation.waits()) == ([1, 1], [2, 3])
    return conversation


def listed(client, **query):
    answer = client.get(PARKED, query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


def entries(client):
    return client.get("/operations/redrives").json["items"]
