"""Two releases on one database: it is upgraded with all that is in it, and both work on it side by side."""

import json
from contextlib import contextmanager
from uuid import uuid4

import pytest

from chassis.run import PROGRAMS
from gateway.items import SERVICES
from tests.compat.conftest import at_work, environments
from tests.suite import FORMS, database_for
from tools.compat import answers, events, walk
from tools.compat.releases import ROOT

PASSWORD = "correct horse battery"
A_CUSTOMER = {"name": "Havbris Sjømat AS", "type": "customer"}


class Suite:
    """A release at work with a gateway of its own."""

    def __init__(self, release):
        self.release = release

    def ask(self, who, method, path, body=None, **headers):
        """Send a request to this release's gateway on behalf of somebody who signed in at any."""
        sender = walk.Walker(self.address, session=who.session)
        response, content = sender.send(method, path, body, {name.replace("_", "-"): headers[name] for name in headers})
        self.release.do("carry")
        assert response.status in walk.SUCCESS, content
        return response.headers, json.loads(content or b"null")

    @property
    def address(self):
        return f"http://127.0.0.1:{self.release.do('serve')['gateway']}"

    def found(self):
        """Found an agency and sign in as its administrator; return her and the tenant."""
        email = f"{uuid4().hex}@nordlys.no"
        tenant = self.release.do("found", gateway="gateway", email=email, password=PASSWORD)
        walker = walk.Walker(self.address, after=lambda: self.release.do("carry"))
        walker.sign_in(email, PASSWORD)
        return walker, tenant


@contextmanager
def suite(tree, databases, folder):
    """Start a release on databases as they are."""
    with at_work(tree, environments({name: databases[name] for name in SERVICES}, folder)) as release:
        ports = release.do("serve")
        addresses = {name: f"http://127.0.0.1:{ports[name]}" for name in SERVICES}
        release.do("start", environments=environments({"gateway": databases["gateway"]}, folder, **addresses))
        yield Suite(release)


@pytest.fixture(scope="module", params=FORMS)
def both(request, previous, tmp_path_factory):
    """Both releases on the same databases, which are still the previous release's."""
    databases = {name: database_for(request, request.param, name) for name in PROGRAMS}
    folder = tmp_path_factory.mktemp("blobs")
    with suite(previous, databases, folder) as old, suite(ROOT, databases, folder) as new:
        old.release.do("migrate")
        yield old, new


def test_a_database_is_upgraded_with_all_that_is_in_it_and_serves_both_releases(both, previous):
    old, new = both
    way = walk.steps(previous)
    ada, tenant = old.found()
    recorded = list(ada.walk(way))
    before = old.release.do("rows", tenant=tenant)

    new.release.do("migrate")
    kept = {table: rows for table, rows in before.items() if rows}
    assert len(kept) > len(PROGRAMS)
    assert list(events.differences(kept, new.release.do("rows", tenant=tenant))) == []

    for release in (old, new, old):  # the web processes that are not yet replaced; those that are; and back again
        walked = list(release.found()[0].walk(way))
        assert list(answers.lost(recorded, walked)) == []
    assert (old.release.do("kept"), new.release.do("kept")) == ([], [])


def test_what_one_release_gave_out_the_other_takes_back(both):
    """A session, a cursor, an ETag and a key for repeating go on when the next request meets the other release."""
    old, new = both
    new.release.do("migrate")
    for here, there in ((old, new), (new, old)):
        ada, _ = here.found()
        key = uuid4().hex
        _, first = here.ask(ada, "POST", "/api/customers/customers", A_CUSTOMER, Idempotency_Key=key)
        here.ask(ada, "POST", "/api/customers/customers", {**A_CUSTOMER, "name": "Østbygg AS"})
        _, page = here.ask(ada, "GET", "/api/customers/customers?limit=1")
        etag = here.ask(ada, "GET", f"/api/customers/customers/{first['id']}")[0]["ETag"]

        headers, again = there.ask(ada, "POST", "/api/customers/customers", A_CUSTOMER, Idempotency_Key=key)
        assert (again, headers["Idempotency-Replayed"]) == (first, "true")
        _, rest = there.ask(ada, "GET", f"/api/customers/customers?limit=1&cursor={page['next']}")
        assert [page["items"][0]["name"], rest["items"][0]["name"]] == ["Havbris Sjømat AS", "Østbygg AS"]
        place = f"/api/customers/customers/{first['id']}"
        assert there.ask(ada, "PATCH", place, {"name": "Havbris AS"}, If_Match=etag)[1]["version"] == 2


def test_both_releases_write_in_one_log_and_its_seal_holds(both):
    old, new = both
    new.release.do("migrate")
    ada, _ = old.found()
    _, customer = old.ask(ada, "POST", "/api/customers/customers", A_CUSTOMER)
    for release in (new, old, new, old):
        release.ask(ada, "POST", f"/api/customers/customers/{customer['id']}/log", {"text": "Ringte"})

    for release in (old, new):
        assert release.ask(ada, "GET", "/api/customers/log/seal")[1] == {"entries": 5, "broken_at": None}
