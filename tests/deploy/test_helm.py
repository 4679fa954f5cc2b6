"""What the chart makes of a cluster: every program, guarded, with room and with time."""

import kubernetes_validate
import pytest

from chassis.run import PROGRAMS
from tests.deploy.charts import (
    CHART,
    EVERYTHING,
    OPERATIONS,
    PORTS,
    ROLES,
    VALUES,
    about,
    helm,
    merged,
    render,
    selects,
    served_with,
)

EVERYWHERE = [(name, role) for name in PROGRAMS for role in ROLES]
OLDEST, NEWEST = "1.27", "1.37"  # of Kubernetes; the oldest is the chart's kubeVersion
FOREIGN = {"PodMonitor", "PrometheusRule"}  # kinds of the Prometheus operator


@pytest.fixture(scope="module")
def chart():
    """The chart with all that it can make."""
    return render(EVERYTHING)


def test_helm_itself_finds_nothing_to_complain_about():
    report = helm.lint(CHART, merged(VALUES, EVERYTHING), strict=True)

    assert report["errors"] == []
    assert {message["error"] for message in report["messages"]} == {"icon is recommended"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "version"),
    [(EVERYTHING, OLDEST), (EVERYTHING, NEWEST), ({}, NEWEST)],
    ids=["everything, oldest", "everything, newest", "least, newest"],
)
def test_kubernetes_knows_every_field(changes, version):
    for manifest in render(changes):
        if manifest["kind"] not in FOREIGN:
            kubernetes_validate.validate(manifest, version, strict=True)


def test_a_field_that_kubernetes_does_not_know_would_be_found(chart):
    deployment = chart.of("Deployment")["kundekort-customers-web"]
    deployment = merged(deployment, {"spec": {"replica": 2}})

    with pytest.raises(kubernetes_validate.ValidationError, match="replica"):
        kubernetes_validate.validate(deployment, NEWEST, strict=True)


def test_every_program_has_web_worker_and_migration(chart):
    programs = {(name, role) for name in PROGRAMS for role in (*ROLES, "migrate")}
    assert chart.pods().keys() == programs | OPERATIONS
    for name, role in programs:
        container = chart.containers()[name, role]
        assert container["image"] == f"registry.example.no/kundekort/{name}:2.0.0"
        assert container["command"][:5] == ["python", "-m", "chassis", role, name]


def test_every_service_leads_to_the_web_pods_of_its_program_and_to_no_others(chart):
    services = chart.of("Service")

    assert services.keys() == {f"kundekort-{name}" for name in PROGRAMS}
    for name in PROGRAMS:
        spec = services[f"kundekort-{name}"]["spec"]
        taken = [
            who
            for who, template in chart.templates().items()
            if selects({"matchLabels": spec["selector"]}, template["metadata"]["labels"])
        ]
        assert taken == [(name, "web")]
        assert [port["targetPort"] for port in spec["ports"]] == ["web"]


def test_a_deployment_selects_its_own_pods_only(chart):
    labels = {who: template["metadata"]["labels"] for who, template in chart.templates().items()}

    for deployment in chart.of("Deployment").values():
        taken = [who for who, own in labels.items() if selects(deployment["spec"]["selector"], own)]
        assert taken == [about(deployment)]


def test_nothing_runs_as_root_or_writes_into_its_image(chart):
    for pod in chart.pods().values():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in chart.containers().values():
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_no_pod_holds_a_key_to_the_cluster_or_a_piece_of_the_machine(chart):
    for who, pod in chart.pods().items():
        own = {"persistentVolumeClaim"} if who == ("operations", "backup") else set()
        assert pod["automountServiceAccountToken"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        for volume in pod["volumes"]:
            assert volume.keys() - {"name"} <= {"projected", "emptyDir", "configMap"} | own
    for account in chart.of("ServiceAccount").values():
        assert account["automountServiceAccountToken"] is False
    assert not {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"} & {each["kind"] for each in chart}


def test_a_programs_account_is_its_own(chart):
    accounts = chart.of("ServiceAccount")

    for (name, role), pod in chart.pods().items():
        own = "files" if name == "operations" else name  # whose account may open the store
        assert pod["serviceAccountName"] == f"kundekort-{'migrate' if role == 'migrate' else own}"
        assert pod["serviceAccountName"] in accounts
    assert accounts["kundekort-files"]["metadata"]["annotations"] == {"example.no/role": "files"}


def test_every_container_has_requests_and_limits(chart):
    for container in chart.containers().values():
        for kind in ("requests", "limits"):
            assert container["resources"][kind].keys() == {"cpu", "memory", "ephemeral-storage"}


def test_one_limit_of_one_program_leaves_its_other_amounts_alone(chart):
    customers, gateway = (chart.containers()[name, "web"]["resources"] for name in ("customers", "gateway"))

    assert gateway["limits"]["memory"] != customers["limits"]["memory"]
    assert gateway["requests"] == customers["requests"]
    assert gateway["limits"]["cpu"] == customers["limits"]["cpu"]


@pytest.mark.parametrize("who", EVERYWHERE, ids="-".join)
def test_every_program_is_asked_whether_it_lives_and_wants_work(chart, who):
    container = chart.containers()[who]
    (port,) = container["ports"]
    asked = {probe: container[f"{probe}Probe"]["httpGet"] for probe in ("startup", "liveness", "readiness")}

    assert (port["name"], port["containerPort"]) == (who[1], PORTS[who[1]])
    assert {get["port"] for get in asked.values()} == {port["name"]}
    assert {probe: get["path"] for probe, get in asked.items()} == {
        "startup": "/live", "liveness": "/live", "readiness": "/ready",
    }  # fmt: skip
    assert container["command"][container["command"].index("--port") + 1] == str(port["containerPort"])


def test_a_web_pod_has_time_to_finish_what_it_began(chart):
    for name in PROGRAMS:
        pod, container = chart.pods()[name, "web"], chart.containers()[name, "web"]
        (sleep, seconds) = container["lifecycle"]["preStop"]["exec"]["command"]

        assert sleep == "sleep"
        assert int(seconds) >= 5  # seconds until the last router has heard that the pod is going
        assert pod["terminationGracePeriodSeconds"] >= int(seconds) + served_with("graceful_timeout") + 5


def test_a_new_pod_is_there_before_an_old_one_goes(chart):
    for deployment in chart.of("Deployment").values():
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_two_of_a_kind_are_kept_apart(chart):
    for name, role in EVERYWHERE:
        spread = chart.pods()[name, role]["topologySpreadConstraints"]
        labels = chart.templates()[name, role]["metadata"]["labels"]

        assert {each["topologyKey"] for each in spread} == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
        assert all(selects(each["labelSelector"], labels) for each in spread)


def test_a_disruption_leaves_at_least_one_pod_of_every_kind(chart):
    budgets = {about(each): each["spec"] for each in chart.of("PodDisruptionBudget").values()}
    least = {about(each): each["spec"]["minReplicas"] for each in chart.of("HorizontalPodAutoscaler").values()}

    assert budgets.keys() == set(EVERYWHERE)
    for deployment in chart.of("Deployment").values():
        who = about(deployment)
        running = least[who] if who in least else deployment["spec"]["replicas"]
        assert running - budgets[who]["maxUnavailable"] >= 1
        assert budgets[who]["selector"] == deployment["spec"]["selector"]


def test_web_grows_with_its_load_and_a_worker_does_not(chart):
    scalers = chart.of("HorizontalPodAutoscaler")

    assert {about(each) for each in scalers.values()} == {(name, "web") for name in PROGRAMS}
    for name, scaler in scalers.items():
        target = scaler["spec"]["scaleTargetRef"]
        assert (target["kind"], target["name"]) == ("Deployment", name)
        assert "replicas" not in chart.of("Deployment")[name]["spec"]  # two masters would quarrel
        assert 2 <= scaler["spec"]["minReplicas"] <= scaler["spec"]["maxReplicas"]


def test_without_autoscaling_there_are_as_many_as_one_says():
    chart = render({"programs": {"dialog": {"web": {"replicas": 3, "autoscaling": {"enabled": False}}}}})

    assert chart.of("Deployment")["kundekort-dialog-web"]["spec"]["replicas"] == 3
    assert "kundekort-dialog-web" not in chart.of("HorizontalPodAutoscaler")
    assert "kundekort-files-web" in chart.of("HorizontalPodAutoscaler")


def test_databases_are_migrated_before_anything_else_changes(chart):
    jobs = chart.of("Job")
    account = chart.of("ServiceAccount")["kundekort-migrate"]
    hooks = {name: each["metadata"]["annotations"] for name, each in {**jobs, "account": account}.items()}

    assert len(jobs) == len(PROGRAMS)
    for hook in hooks.values():
        assert hook["helm.sh/hook"] == "pre-install,pre-upgrade"
        assert hook["helm.sh/hook-delete-policy"] == "before-hook-creation"  # the log of a failed one stays
    weights = {name: int(hook["helm.sh/hook-weight"]) for name, hook in hooks.items()}
    assert all(weights["account"] < weights[name] for name in jobs)
    for job in jobs.values():
        assert job["spec"]["activeDeadlineSeconds"] <= 900
        assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_an_upgrade_can_go_step_by_step():
    """Workers first, then web, then the gateway; migrations are of the new release from the first step on."""
    steps = [
        {"web": {"tag": "1.0.0"}},
        {"programs": {"gateway": {"web": {"tag": "1.0.0"}}}},
        {},
    ]
    tags = [{who: each["image"][-5:] for who, each in render(step).containers().items()} for step in steps]

    assert {who[1] for who, tag in tags[0].items() if tag == "1.0.0"} == {"web"}
    assert [who for who, tag in tags[1].items() if tag == "1.0.0"] == [("gateway", "web")]
    assert set(tags[2].values()) == {"2.0.0"}


def test_people_come_in_at_the_gateway_with_tls(chart):
    (ingress,) = chart.of("Ingress").values()
    (rule,) = ingress["spec"]["rules"]
    (path,) = rule["http"]["paths"]

    assert ingress["spec"]["tls"] == [{"hosts": ["crm.example.no"], "secretName": "crm-tls"}]
    assert (rule["host"], path["path"]) == ("crm.example.no", "/")
    assert path["backend"]["service"] == {"name": "kundekort-gateway", "port": {"name": "web"}}


def test_an_address_with_a_port_is_still_one_host():
    (ingress,) = render({"address": "https://crm.example.no:8443", "ingress": {"enabled": True}}).of("Ingress").values()

    assert ingress["spec"]["rules"][0]["host"] == "crm.example.no"
    assert "tls" not in ingress["spec"]


@pytest.mark.parametrize("release", ["crm", "kundekort-test", "a" * 53])
def test_names_stay_apart_and_short_enough_whatever_the_release_is_called(release):
    chart = render(EVERYTHING, release=release)
    names = [(each["kind"], each["metadata"]["name"]) for each in chart]

    assert len(names) == len(set(names))
    assert all(len(name) <= 63 for _, name in names)
    assert all("kundekort" in name or name.startswith("aaa") for _, name in names)
    assert {each["metadata"]["namespace"] for each in chart} == {"crm"}
