"""The previous release's requests are taken today, and today's answers are what its readers expect; both ways round."""

from itertools import product
from uuid import uuid4

import pytest

from gateway.items import SERVICES
from tests.compat.conftest import at_work, environments, files
from tools.compat import answers, documents, releases, walk
from tools.compat.releases import ROOT

RELEASES = ("previous", "today")
PASSWORD = "correct horse battery"
PREFIXES = {**{name: f"/api/{name}" for name in SERVICES}, "gateway": ""}
MIXED = [("previous", "today"), ("today", "previous"), ("today", "today")]


class Suites:
    """Two releases at work, and gateways of each to the services of each."""

    def __init__(self, started, folder):
        self.releases, self.folder = started, folder
        for when, release in started.items():
            release.do("start", environments=environments(files(folder / when, *SERVICES), folder))
            release.do("migrate")
        for of, to in product(started, started):
            ports = started[to].do("serve")
            addresses = {name: f"http://127.0.0.1:{ports[name]}" for name in SERVICES}
            place = files(folder / of, "gateway")
            told = environments({f"gateway@{to}": place["gateway"]}, folder, **addresses)
            started[of].do("start", environments=told)
            started[of].do("migrate")

    def walker(self, of, to, email=None):
        """Found an agency at a gateway and sign in as its administrator."""
        gateway = f"gateway@{to}"
        address = f"http://127.0.0.1:{self.releases[of].do('serve')[gateway]}"
        walker = walk.Walker(address, after=lambda: self.carry(of, to))
        if email is None:
            email = f"{uuid4().hex}@nordlys.no"
            self.releases[of].do("found", gateway=gateway, email=email, password=PASSWORD)
        walker.sign_in(email, PASSWORD)
        return walker

    def carry(self, of, to):
        """Bring what happened in the services to their followers, and to a gateway that is another release's."""
        for raw in self.releases[to].do("carry"):
            if of != to:
                self.releases[of].do("tell", raw=raw)

    def documented(self, when):
        """List what a release documents."""
        found = {name.partition("@")[0]: each for name, each in self.releases[when].do("documents").items()}
        return found, documents.joined(found, PREFIXES)


@pytest.fixture(scope="module")
def suites(tmp_path_factory, previous):
    folder = tmp_path_factory.mktemp("suites")
    for when in RELEASES:
        (folder / when).mkdir()
    with at_work(previous, {}) as old, at_work(ROOT, {}) as new:
        yield Suites({"previous": old, "today": new}, folder)


@pytest.fixture(scope="module")
def way(previous):
    """What the previous release's users ask."""
    return walk.steps(previous)


@pytest.fixture(scope="module")
def recorded(suites, way):
    """What the previous release answered them."""
    return list(suites.walker("previous", "previous").walk(way))


def test_no_caller_has_lost_anything(suites):
    old, new = (suites.documented(when)[0] for when in RELEASES)
    found = [f"{name} {each}" for name in old for each in documents.breaks(old[name], new[name])]

    assert len(old) == len(new) == len(PREFIXES)
    assert releases.unprepared(found, releases.prepared(), releases.releases()) == []


@pytest.mark.parametrize("when", RELEASES)
def test_the_walk_passes_every_route_of_its_release(suites, previous, when):
    tree = previous if when == "previous" else ROOT

    assert answers.unwalked(walk.steps(tree), suites.documented(when)[1]) == []


@pytest.mark.parametrize(("gateway", "services"), MIXED, ids=lambda when: when)
def test_old_requests_are_taken_and_answered_as_documented(suites, way, recorded, gateway, services):
    """Gateway and services of either release: services are upgraded first, and rolled back last."""
    found = list(suites.walker(gateway, services).walk(way))
    documented = suites.documented("previous")[1]

    assert list(answers.untrue(recorded, documented)) == []
    assert list(answers.untrue(found, documented)) == []
    assert list(answers.lost(recorded, found)) == []
    cards = [answer.json() for answer in found if answer.asked.startswith("GET /api/card/")]
    assert {item["status"] for card in cards for item in card["items"].values()} == {"ok"}
    assert [suites.releases[when].do("kept") for when in RELEASES] == [[], []]


def test_todays_walk_can_be_walked_today(suites):
    assert list(suites.walker("today", "today").walk(walk.steps(ROOT)))
