"""The Helm chart, rendered by Helm itself: its engine comes as a library (helm-python-sdk), no cluster is asked."""

import re
from pathlib import Path

import pytest
import yaml

from chassis.run import PROGRAMS

helm = pytest.importorskip("helm_python", reason="no Helm for this kind of machine")

ROOT = Path(__file__).parent.parent.parent
CHART = ROOT / "deploy/helm/kundekort"
ROLES = ("web", "worker")
PORTS = {"web": 8000, "worker": 9000}
OPERATIONS = {("operations", "backup"), ("operations", "reconcile")}

# What an operator must say, and no more.
VALUES = {
    "address": "https://crm.example.no",
    "image": {"repository": "registry.example.no/kundekort", "tag": "2.0.0"},
    "postgresql": {"peers": [{"ipBlock": {"cidr": "10.0.1.0/24"}}]},
    "rabbitmq": {"peers": [{"ipBlock": {"cidr": "10.0.2.0/24"}}]},
    "store": {"url": "s3://crm-files", "peers": [{"ipBlock": {"cidr": "10.0.3.0/24"}}]},
    "programs": {name: {"existingSecret": f"{name}-secrets"} for name in PROGRAMS},
}
EVERYTHING = {  # every switch that adds a manifest or a part of one
    "store": {"endpoint": "https://s3.example.no", "region": "eu-north-1"},
    "ingress": {"enabled": True, "className": "nginx", "tlsSecret": "crm-tls", "annotations": {"example.no/a": "b"}},
    "monitoring": {"enabled": True, "labels": {"release": "prometheus"}},
    "trust": {"configMap": "our-ca"},
    "image": {"pullSecrets": ["registry"]},
    "web": {"nodeSelector": {"disk": "fast"}, "tolerations": [{"operator": "Exists"}], "priorityClassName": "high"},
    "programs": {"files": {"serviceAccount": {"annotations": {"example.no/role": "files"}}}},
    "operations": {"backup": {"enabled": True, "claim": "crm-backups"}, "reconcile": {"enabled": True}},
}


def merged(values, changes):
    """Lay *changes* over *values*, as Helm does with several files of values."""
    both = {**values, **changes}
    for name in values.keys() & changes.keys():
        if isinstance(values[name], dict) and isinstance(changes[name], dict):
            both[name] = merged(values[name], changes[name])
    return both


def render(changes=None, release="kundekort"):
    """Render the chart; return its manifests."""
    with helm.Chart.load(CHART) as chart:
        files = chart.render(merged(VALUES, changes or {}), name=release, namespace="crm")
    return Manifests(text for name, text in files.items() if name.endswith(".yaml"))


def refusal(values):
    """Render with *values* alone; return what Helm says."""
    with helm.Chart.load(CHART) as chart, pytest.raises(helm.HelmError) as refused:
        chart.render(values, name="kundekort")
    return str(refused.value)


class Manifests(list):
    """What the chart makes, as it is sent to Kubernetes."""

    def __init__(self, texts):
        super().__init__(one for text in texts for one in yaml.load_all(text, yaml.CSafeLoader) if one)

    def of(self, kind):
        """Return those of a kind, by name; never none."""
        found = {each["metadata"]["name"]: each for each in self if each["kind"] == kind}
        assert found, f"the chart makes no {kind}"
        return found

    def templates(self):
        """Return the pods that are made, by program and role."""
        workloads = [each["spec"] for kind in ("Deployment", "Job") for each in self.of(kind).values()]
        workloads += [each["spec"]["jobTemplate"]["spec"] for each in self if each["kind"] == "CronJob"]
        pods = {about(each["template"]): each["template"] for each in workloads}
        assert len(pods) == len(workloads)
        return pods

    def pods(self):
        """Return their specs."""
        return {who: template["spec"] for who, template in self.templates().items()}

    def containers(self):
        """Return the containers, each pod has one."""
        found = {who: pod["containers"] + pod.get("initContainers", []) for who, pod in self.pods().items()}
        return {who: one for who, (one,) in found.items()}


def about(thing):
    """Tell which program and role something is labelled with."""
    labels = thing["metadata"]["labels"]
    return labels["app.kubernetes.io/name"], labels["app.kubernetes.io/component"]


def selects(selector, labels):
    """Tell whether a selector (matchLabels only) takes a pod with these labels; an empty one takes all."""
    assert set(selector) <= {"matchLabels"}
    return selector.get("matchLabels", {}).items() <= labels.items()


def variables(container):
    """Return the environment that a container is given, as Kubernetes expands it on a pod at 10.1.2.3."""
    found = {each["name"]: each.get("value", "10.1.2.3") for each in container["env"]}
    assert len(found) == len(container["env"]), "a variable is given twice"
    return {name: value.replace("$(POD_IP)", found.get("POD_IP", "?")) for name, value in found.items()}


def served_with(option):
    """Read what gunicorn is told by the chassis."""
    sources = "".join(path.read_text() for path in sorted((ROOT / "chassis").glob("*.py")))
    (value,) = re.findall(rf'"{option}": (\d+)', sources)
    return int(value)


def amount(text):
    """Read an amount of memory or disk in bytes."""
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi)", text).groups()
    return int(number) * 1024 ** {"Mi": 2, "Gi": 3}[unit]
