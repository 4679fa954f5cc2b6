"""Who may reach whom: each program exactly what its code needs, and nobody else."""

from dataclasses import fields
from importlib import import_module
from ipaddress import ip_address, ip_network

import pytest

from chassis.config import settings_class
from chassis.migrations import package
from chassis.run import PROGRAMS
from tests.deploy.charts import EVERYTHING, PORTS, ROLES, render, selects

HERE = {"kubernetes.io/metadata.name": "crm"}
OUTSIDE = {  # what is no pod of ours: labels of its namespace, its own labels, its address
    "postgresql": ({}, {}, "10.0.1.7"),
    "rabbitmq": ({}, {}, "10.0.2.7"),
    "store": ({}, {}, "10.0.3.7"),
    "internet": ({}, {}, "93.184.216.34"),
    "metadata of the cloud": ({}, {}, "169.254.169.254"),
    "dns": ({"kubernetes.io/metadata.name": "kube-system"}, {"k8s-app": "kube-dns"}, "10.96.0.10"),
    "ingress": ({"kubernetes.io/metadata.name": "ingress-nginx"}, {}, "10.1.0.9"),
    "prometheus": ({"kubernetes.io/metadata.name": "monitoring"}, {}, "10.1.0.8"),
    "a neighbour in the namespace": (HERE, {"app": "another"}, "10.1.0.7"),
    "another's customers": (HERE, {"app.kubernetes.io/name": "customers"}, "10.1.0.6"),
}
DOORS = {"postgresql": 5432, "rabbitmq": 5671, "store": 443, "dns": 53}


class Network:
    """What a cluster with these NetworkPolicies lets through, as Kubernetes documents it."""

    def __init__(self, chart):
        self.pods = {who: (HERE, each["metadata"]["labels"], "10.1.2.3") for who, each in chart.templates().items()}
        self.ends = {**self.pods, **OUTSIDE}
        self.policies = [each["spec"] for each in chart.of("NetworkPolicy").values()]

    def lets_out(self, sender, receiver, port, protocol="TCP"):
        """Tell whether *sender* may connect to *receiver* as far as its own policies say."""
        return self._lets(sender, "egress", "to", receiver, port, protocol)

    def lets_in(self, sender, receiver, port):
        """Tell whether *receiver* takes *sender* in."""
        return self._lets(receiver, "ingress", "from", sender, port, "TCP")

    def _lets(self, who, direction, side, other, port, protocol):
        if who not in self.pods:
            return True  # others' policies are not ours
        labels = self.pods[who][1]
        mine = [each for each in self.policies if selects(each["podSelector"], labels)]
        if not any(direction.capitalize() in each["policyTypes"] for each in mine):
            return True
        rules = [rule for each in mine for rule in each.get(direction, [])]
        return any(self._takes(rule.get(side), other) and _through(rule.get("ports"), port, protocol) for rule in rules)

    def _takes(self, peers, other):
        return not peers or any(self._is(peer, other) for peer in peers)

    def _is(self, peer, other):
        namespace, labels, address = self.ends[other]
        if "ipBlock" in peer:
            return other not in self.pods and ip_address(address) in ip_network(peer["ipBlock"]["cidr"])
        if "namespaceSelector" in peer:
            return selects(peer["namespaceSelector"], namespace) and selects(peer.get("podSelector", {}), labels)
        return namespace == HERE and selects(peer["podSelector"], labels)


def _through(ports, port, protocol):
    return not ports or any(each["port"] == port and each.get("protocol", "TCP") == protocol for each in ports)


@pytest.fixture(scope="module")
def network():
    """The network of the chart with monitoring."""
    return Network(render(EVERYTHING))


def told(name):
    """Name the settings of a program."""
    return {field.name for field in fields(settings_class(package(name)))}


def neighbours(name):
    """Name the programs whose addresses a program is told."""
    return {each for each in PROGRAMS if f"{each}_url" in told(name)}


def needed(name, role):
    """Derive from the code what a program must reach: (whom, port)."""
    found = {("postgresql", 5432), ("dns", 53)}
    if role == "worker":
        assert import_module(f"{package(name)}.reactions").on.publishers  # all six follow somebody
        found.add(("rabbitmq", 5671))
    if "blobs_url" in told(name) and role != "migrate":
        found.add(("store", 443))
    if role == "web":
        found |= {((each, "web"), 8000) for each in neighbours(name)}
    return found


@pytest.mark.parametrize("role", [*ROLES, "migrate"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_reaches_what_it_needs_and_nothing_else(network, name, role):
    tried = {(whom, port) for whom in network.ends for port in {80, 4369, 15672, *DOORS.values(), *PORTS.values()}}

    assert {(whom, port) for whom, port in tried if network.lets_out((name, role), whom, port)} == needed(name, role)
    assert network.lets_out((name, role), "dns", 53, "UDP")
    assert all(network.lets_in((name, role), whom, port) for whom, port in needed(name, role))


def test_only_the_gateway_knows_where_others_are():
    assert neighbours("gateway") == set(PROGRAMS) - {"gateway"}
    assert not any(neighbours(name) for name in PROGRAMS if name != "gateway")


@pytest.mark.parametrize("name", PROGRAMS)
def test_requests_come_from_the_gateway_and_to_the_gateway_from_the_ingress(network, name):
    senders = {sender for sender in network.ends if network.lets_in(sender, (name, "web"), 8000)}

    assert senders == {"prometheus", "ingress" if name == "gateway" else ("gateway", "web")}


@pytest.mark.parametrize("name", PROGRAMS)
def test_nobody_but_prometheus_speaks_to_a_worker(network, name):
    assert {each for each in network.ends if network.lets_in(each, (name, "worker"), 9000)} == {"prometheus"}
    assert not [each for each in network.ends if network.lets_in(each, (name, "migrate"), 8000)]


def test_without_monitoring_nobody_does():
    network = Network(render())

    for name in PROGRAMS:
        assert not [each for each in network.ends if network.lets_in(each, (name, "worker"), 9000)]
        assert not network.lets_in("prometheus", (name, "web"), 8000)


def test_a_pod_of_the_release_that_no_policy_names_reaches_nothing():
    """Somebody starts one by hand, or a later chart forgets."""
    chart = render(EVERYTHING)
    network = Network(chart)
    labels = {
        "app.kubernetes.io/instance": "kundekort",
        "app.kubernetes.io/part-of": "kundekort",
        "app.kubernetes.io/name": "forgotten",
    }
    network.pods["forgotten"] = network.ends["forgotten"] = (HERE, labels, "10.1.2.9")

    assert not [each for each in network.ends for port in (53, 5432, 8000) if network.lets_out("forgotten", each, port)]
    assert not [each for each in network.ends for port in (53, 5432, 8000) if network.lets_in(each, "forgotten", port)]


def test_a_release_beside_it_is_left_alone():
    """Policies hold for this release's pods only, though others may stand in the namespace."""
    other = render(EVERYTHING, release="other").templates()[("customers", "web")]["metadata"]["labels"]

    for policy in render(EVERYTHING).of("NetworkPolicy").values():
        assert not selects(policy["spec"]["podSelector"], other)
