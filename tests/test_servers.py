import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

import amqp
import psycopg
import pytest
from playwright.sync_api import sync_playwright

from tests.launching import Process, start
from tests.servers import Postgres, RabbitMQ, ServerFailed, postgres, rabbitmq
from tools.programs import system_browser

ROWS_OF_TWO_TENANTS = """
CREATE TABLE customer (tenant text, name text);
INSERT INTO customer VALUES ('nord', 'Fjellheim'), ('sør', 'Kystbygg');
ALTER TABLE customer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON customer USING (tenant = current_setting('app.tenant', true));
"""
WAYS_ROUND = (
    "SET ROLE postgres",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "CREATE ROLE friend BYPASSRLS",
)
STARTS_A_SERVER_AND_IS_KILLED = """
import os, signal, sys
from pathlib import Path
from tests.launching import Process
server = Process(["/bin/sh", "-c", "echo $$; exec sleep 600"], Path(sys.argv[1]), {"PATH": os.defpath})
server.start()
while not server.log():
    pass
print(server.log(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
QUORUM = {"x-queue-type": "quorum"}
REFUSED = (OSError, amqp.AMQPError)


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    with postgres(durable=True) as server:
        yield server


@pytest.fixture(scope="module")
def own_broker() -> Iterator[RabbitMQ]:
    with rabbitmq() as server:
        yield server


def connected(url):
    return closing(psycopg.connect(url, autocommit=True))


def channel(url):
    place = urlsplit(url)
    return amqp.Connection(
        f"{place.hostname}:{place.port}",
        place.username,
        place.password,
        virtual_host=unquote(place.path[1:]),
        confirm_publish=True,
        connect_timeout=5,
        read_timeout=10,
    )


def log_in(url):
    with channel(url):
        pass


def lives(pid):
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())  # empty for one that is dead and not yet buried
    except OSError:
        return False


def declare(url, queue):
    with channel(url) as connection:
        connection.channel().queue_declare(queue, durable=True, auto_delete=False, arguments=QUORUM)


def publish(url, queue, body):
    with channel(url) as connection:
        message = amqp.Message(body, delivery_mode=2)
        connection.channel().basic_publish(message, routing_key=queue, mandatory=True, confirm_timeout=10)


def test_a_service_role_cannot_get_round_row_level_security(own_postgres):
    with connected(own_postgres.create_service("customers")) as service:
        service.execute(ROWS_OF_TWO_TENANTS)
        assert service.execute("SELECT name FROM customer").fetchall() == []
        service.execute("SET app.tenant = 'nord'")
        assert service.execute("SELECT name FROM customer").fetchall() == [("Fjellheim",)]
        service.execute("SET row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            service.execute("SELECT name FROM customer")


@pytest.mark.parametrize("way_round", WAYS_ROUND)
def test_a_service_role_gains_no_power_of_its_own(own_postgres, way_round):
    with (
        connected(own_postgres.create_service("customers")) as service,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        service.execute(way_round)


def test_a_service_cannot_read_the_database_of_another(own_postgres):
    customers, files = (urlsplit(own_postgres.create_service(name)) for name in ("customers", "files"))
    trespass = customers._replace(path=files.path).geturl()
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(trespass)


def test_a_copy_of_a_database_is_its_own_from_then_on(own_postgres):
    original = own_postgres.create_service("customers")
    with connected(original) as service:
        service.execute("CREATE TABLE customer AS SELECT 'Fjellheim' AS name")
    copied = own_postgres.copy(original)
    with connected(copied) as service:
        service.execute("UPDATE customer SET name = 'Kystbygg'")
        service.execute("ALTER TABLE customer ADD note text")
    with connected(original) as service:
        assert service.execute("SELECT * FROM customer").fetchall() == [("Fjellheim",)]


def test_a_dropped_database_is_gone_while_somebody_is_in_it(own_postgres):
    url = own_postgres.create_service("customers")
    with connected(url) as service:
        own_postgres.drop(url)
        with pytest.raises(psycopg.OperationalError):
            service.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_what_was_committed_survives_a_crash_of_a_durable_postgres(own_postgres):
    url = own_postgres.create_service("customers")
    with connected(url) as service:
        service.execute("CREATE TABLE customer AS SELECT 'Fjellheim' AS name")
        own_postgres.kill()
        with pytest.raises(psycopg.OperationalError):
            service.execute("SELECT 1")
    own_postgres.start()
    with connected(url) as service:
        assert service.execute("SELECT name FROM customer").fetchall() == [("Fjellheim",)]


def test_a_stopped_postgres_answers_again_at_the_same_address(own_postgres):
    url = own_postgres.create_service("customers")
    own_postgres.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    own_postgres.start()
    psycopg.connect(url).close()


def test_what_the_broker_confirmed_survives_its_kill(own_broker):
    url = own_broker.vhost()
    declare(url, "customers.inbox")
    time.sleep(2)  # RabbitMQ 3.10 finds no leader again for a queue that was made within a second of the kill
    publish(url, "customers.inbox", "CustomerRenamed")
    own_broker.kill()
    with pytest.raises(REFUSED):
        log_in(url)
    own_broker.start()
    with channel(url) as connection:
        assert connection.channel().basic_get("customers.inbox").body == "CustomerRenamed"


def test_a_stopped_broker_answers_again_at_the_same_address(own_broker):
    url = own_broker.vhost()
    own_broker.stop()
    with pytest.raises(REFUSED):
        log_in(url)
    own_broker.start()
    log_in(url)


def test_a_virtual_host_knows_nothing_of_another(own_broker):
    mine, yours = own_broker.vhost(), own_broker.vhost()
    declare(mine, "customers.inbox")
    with channel(yours) as connection, pytest.raises(amqp.NotFound):
        connection.channel().queue_declare("customers.inbox", passive=True)


def test_a_dropped_virtual_host_lets_nobody_in(own_broker):
    url = own_broker.vhost()
    own_broker.drop(url)
    with pytest.raises(amqp.AMQPError):
        log_in(url)


def test_rabbitmqctl_reaches_the_broker_of_the_tests(own_broker):
    vhost = urlsplit(own_broker.vhost()).path[1:]
    assert vhost in own_broker.control("list_vhosts", "--quiet").splitlines()


def test_no_server_outlives_a_test_run_that_is_killed(pytestconfig, tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", STARTS_A_SERVER_AND_IS_KILLED, tmp_path],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    deadline = time.monotonic() + 10
    while lives(int(run.stdout)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_server_that_does_not_come_up_says_why(tmp_path):
    doomed = Process(["/bin/sh", "-c", "echo the disk is full; exit 1"], tmp_path, {})

    def ask():
        raise ConnectionRefusedError

    with closing(doomed), pytest.raises(ServerFailed, match="the disk is full"):
        start(doomed, ask, OSError)


def test_a_browser_opens_a_page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_browser())
        page = browser.new_page()
        page.set_content("<title>Kundekort</title>")
        assert page.title() == "Kundekort"
        browser.close()
