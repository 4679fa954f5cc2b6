"""Every container has what it needs and no more, and so has every program in it."""

import json
import re
import tomllib

import pytest

from chassis.run import PROGRAMS
from tests.deploy.containers.composed import ROOT, SERVERS, WORKERS, webs


def test_every_container_is_as_shut_in_as_the_file_says(suite):
    published = {}
    for service in suite.services():
        facts = suite.container(service).attrs
        host = facts["HostConfig"]
        assert host["ReadonlyRootfs"], service
        assert host["CapDrop"] == ["ALL"], service
        assert bool(host["CapAdd"]) == (service in SERVERS), service
        assert "no-new-privileges:true" in host["SecurityOpt"], service
        assert not host["Privileged"], service
        assert host["Memory"] and host["PidsLimit"], service  # noqa: PT018
        if host["PortBindings"]:
            published[service] = host["PortBindings"]

    assert published == {"door": {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(suite.port)}]}}


@pytest.mark.parametrize("service", [*webs(), *WORKERS, "door"])
def test_nothing_in_a_container_of_ours_has_any_power(suite, service):
    code, said = suite.inside(service, "sh", "-c", "cat /proc/[0-9]*/status; touch /app/x /etc/x /x")

    assert not re.search(r"^Uid:\s+0\b", said, re.MULTILINE)
    assert set(re.findall(r"^Cap(?:Eff|Prm):\s+(\w+)", said, re.MULTILINE)) == {"0" * 16}
    assert code != 0
    assert said.count("Read-only file system") == (3 if service != "door" else 2)


@pytest.mark.parametrize(("service", "process"), [("postgres", "postgres"), ("rabbitmq", "beam.smp")])
def test_a_server_works_without_the_power_it_started_with(suite, service, process):
    find = f'for each in /proc/[0-9]*; do [ "$(cat $each/comm)" = {process} ] && cat $each/status; done; true'
    _, said = suite.inside(service, "sh", "-c", find)

    assert re.findall(r"^Uid:\s+(\d+)", said, re.MULTILINE)
    assert not re.search(r"^Uid:\s+0\b", said, re.MULTILINE)
    assert set(re.findall(r"^CapEff:\s+(\w+)", said, re.MULTILINE)) == {"0" * 16}


def test_no_secret_can_be_read_from_outside_a_container(suite):
    told = json.dumps([suite.container(service).attrs for service in suite.services()])
    kept = [path.read_text() for path in suite.secrets.iterdir()]

    assert kept
    assert not [secret[:20] for secret in kept if json.dumps(secret)[1:-1] in told]


def test_an_image_holds_one_program(suite):
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    names = {name: {re.match(r"[\w-]+", each)[0] for each in wanted} for name, wanted in extras.items()}
    look = (
        "import json, os, shutil; from importlib.metadata import distributions; print(json.dumps(["
        "sorted(os.listdir('/app')), sorted(os.listdir('/app/services')) if os.path.isdir('/app/services') else [],"
        "sorted({each.name.lower() for each in distributions()}),"
        "[each for each in ('cc', 'gcc', 'g++', 'make', 'uv', 'npm', 'node') if shutil.which(each)]]))"
    )
    for program in PROGRAMS:
        code, said = suite.python(f"{program}-1", look)
        assert code == 0, said
        folders, services, installed, tools = json.loads(said)
        others = set().union(*names.values()) - names[program]
        own = ["gateway"] if program == "gateway" else ["services"]
        assert sorted(set(folders) - {"__pycache__"}) == sorted(["chassis", "contracts", "operations", *own])
        assert set(services) - {"__init__.py", "__pycache__"} == {program} - {"gateway"}
        assert names[program] <= set(installed)
        assert not (others | {"pytest", "ruff", "mypy"}) & set(installed)
        assert tools == []


TRESPASS = """
import psycopg
url = open('/run/secrets/database-url').read()
print(psycopg.connect(url).execute('SELECT 1').fetchone())
for other in ('dialog', 'gateway', 'postgres', 'template1'):
    try:
        psycopg.connect(url.rpartition('/')[0] + '/' + other)
        print('entered', other)
    except psycopg.OperationalError as error:
        print('permission denied' in str(error))
"""


def test_a_service_connects_to_its_own_database_only(suite):
    _, said = suite.python("customers-1", TRESPASS)

    assert said.splitlines() == ["(1,)", "True", "True", "True", "True"]


EAVESDROP = """
import amqp
from chassis.bus.broker import connect
link = connect(open('/run/secrets/broker-url').read(), 'test', timeout=5)
try:
    link.channel().basic_consume('dialog.inbox')
except amqp.AccessRefused:
    print('refused')
"""


def test_a_program_reads_its_own_queue_only(suite):
    assert suite.python("customers-worker", EAVESDROP) == (0, "refused\n")


def test_the_networks_keep_apart_who_has_no_business_with_each_other(suite):
    reach = "import socket; socket.create_connection(('{}', {}), 3)"

    assert suite.python("customers-1", reach.format("postgres", 5432))[0] == 0
    assert suite.python("customers-1", reach.format("192.0.2.1", 80))[0] != 0  # outside, whosever it is
    code, said = suite.inside("door", "bash", "-c", "</dev/tcp/postgres/5432")
    assert code != 0
    assert "Name or service not known" in said or "resolution" in said
    assert suite.inside("door", "bash", "-c", "</dev/tcp/gateway/8000")[0] == 0
