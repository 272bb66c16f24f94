"""MLB117: names and values that are nearly right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec:
  {fields}
  selector: {{app: web}}
"""


def service(*fields: str) -> str:
    return SERVICE.format(fields="\n  ".join(fields))


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("loadBalancerIp: 10.0.0.5", "loadBalancerIP: 10.0.0.5"),
        ("LoadBalancerIP: 10.0.0.5", "loadBalancerIP: 10.0.0.5"),
        ("loadbalancerIP: 10.0.0.5", "loadBalancerIP: 10.0.0.5"),
        ("loadBalancerIPs: 10.0.0.5", "loadBalancerIP: 10.0.0.5"),
        ("loadBalancerSourceRange: [10.0.0.0/8]", "loadBalancerSourceRanges: [10.0.0.0/8]"),
        ("externalTrafficpolicy: Local", "externalTrafficPolicy: Local"),
        ("externaltrafficpolicy: Local", "externalTrafficPolicy: Local"),
        ("externalIps: [10.0.0.5]", "externalIPs: [10.0.0.5]"),
        ("loadBalancerclass: x/y", "loadBalancerClass: x/y"),
        ("ipFamilypolicy: SingleStack", "ipFamilyPolicy: SingleStack"),
        ("ports: [{port: 80, nodeport: 30080}]", "ports: [{port: 80, nodePort: 30080}]"),
        ("ports: [{port: 80, targetport: 80}]", "ports: [{port: 80, targetPort: 80}]"),
        ("externalTrafficPolicy: local", "externalTrafficPolicy: Local"),
        ("type: loadBalancer", "type: LoadBalancer"),
        ("ipFamilies: [ipv4]", "ipFamilies: [IPv4]"),
        ("ipFamilyPolicy: PreferDualstack", "ipFamilyPolicy: PreferDualStack"),
        ("ports: [{port: 80, protocol: tcp}]", "ports: [{port: 80, protocol: TCP}]"),
        ('allocateLoadBalancerNodePorts: "false"', "allocateLoadBalancerNodePorts: false"),
        ('healthCheckNodePort: "32000"', "healthCheckNodePort: 32000"),
        ('ports: [{port: "80"}]', "ports: [{port: 80}]"),
        ("ipFamilies: IPv4", "ipFamilies:\n    - IPv4"),
    ],
)
def test_the_name_that_is_meant(given: str, meant: str, repository: Callable) -> None:
    repo = repository({"f.yaml": service(given)})
    (finding,) = repo.findings("MLB117")
    assert (finding.location.start.line, finding.severity) == (5, "error")
    assert repo.fixed("MLB117") == {}
    assert repo.fixed("MLB117", unsafe=True) == {"f.yaml": service(meant)}


def test_what_is_refused_speaks_for_the_api_server(repository: Callable) -> None:
    repo = repository({"f.yaml": service("type: Loadbalancer", "loadBalancerIp: 10.0.0.5")})
    assert [f.judges for f in repo.findings("MLB117")] == ["acceptance", "reachability"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (("externalIP: 10.0.0.5",), "what it says is no value for `externalIPs`"),
        (("loadBalancerIPs: 10.0.0.5,fd00::5",), "what it says is no value for `loadBalancerIP`"),
        (
            ("type: LoadBalancer", "loadBalancerIP: 10.0.0.5", "loadBalancerIp: 10.0.0.6"),
            "`loadBalancerIP` stands beside it: decide which is meant",
        ),
        (("type: Public",), "which of them is meant only a person knows"),
    ],
)
def test_what_only_a_person_can_mend(
    fields: tuple[str, ...], reason: str, repository: Callable
) -> None:
    (finding,) = repository({"f.yaml": service(*fields)}).findings("MLB117")
    assert (finding.fix, finding.unfixable) == (None, reason)


@pytest.mark.parametrize(
    "fields",
    [
        ("type: LoadBalancer", "loadBalancerIP: 10.0.0.5"),
        ("type: ClusterIP", "clusterIP: None", "clusterIPs: [None]"),
        ("type: LoadBalancer", "loadBalancerSourceRanges: [10.0.0.0/8, ' fd00::/8', '${LAN}']"),
        ("healthCheckNodePort: 32000.0", "externalIPs: null", "allocateLoadBalancerNodePorts: no"),
        ("ports: [{port: '${PORT}', targetPort: '80'}]",),
        ("sessionAffinity: None", "publishNotReadyAddresses: true", "trafficDistribution: X"),
        ("type: ${TYPE}", "externalTrafficPolicy: ${POLICY:-Local}"),
        ("ports: [{name: a, port: 80, protocol: UDP, targetPort: http, appProtocol: h2c}]",),
        ("ipFamily: IPv4", "topologyKeys: ['*']"),
        ("colour: blue", 'type: ""'),
    ],
)
def test_what_is_right_or_resembles_nothing(fields: tuple[str, ...], repository: Callable) -> None:
    assert repository({"f.yaml": service(*fields)}).findings("MLB117") == []


TRAEFIK = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: traefik, namespace: traefik}}
spec:
  chart: {{spec: {{chart: {chart}, version: 1.0.0, sourceRef: {{kind: HelmRepository, name: x}}}}}}
  values:
    service:
      type: LoadBalancer
      {field}
"""


@pytest.mark.parametrize(
    ("chart", "field", "line"),
    [
        ("traefik", "spec:\n        externalTrafficpolicy: Local", 10),
        ("traefik", "spec: {externalTrafficPolicy: local}", 9),
        # Charts have names of their own for what they read.
        ("traefik", "externalTrafficpolicy: Local", None),
        ("jellyfin", "spec: {externalTrafficpolicy: Local}", None),
        ("jellyfin", "loadBalancerIp: 10.0.0.5", None),
        # These call them as Kubernetes does.
        ("gateway", "loadBalancerIp: 10.0.0.5", 9),
        ("app-template", "loadBalancerIPs: 10.0.0.5", 9),
        ("app-template", "LoadBalancerSourceRanges: [10.0.0.0/8]", 9),
        ("app-template", "loadBalancerIP: 10.0.0.5", None),
        # It is no policy to any chart.
        ("jellyfin", "externalTrafficPolicy: local", 9),
        ("jellyfin", "externalTrafficPolicy: ''", None),
    ],
)
def test_values_that_a_chart_passes_on(
    chart: str, field: str, line: int | None, repository: Callable
) -> None:
    repo = repository({"f.yaml": TRAEFIK.format(chart=chart, field=field)})
    assert [f.location.start.line for f in repo.findings("MLB117")] == ([line] if line else [])


def test_the_template_of_a_custom_resource(repository: Callable) -> None:
    text = """\
apiVersion: elasticsearch.k8s.elastic.co/v1
kind: Elasticsearch
metadata: {name: logs}
spec:
  http:
    service:
      spec: {type: LoadBalancer, loadBalancerIp: 10.0.0.5}
"""
    repo = repository({"f.yaml": text})
    assert repo.spots("MLB117") == ["MLB117 f.yaml:7:34"]
    assert repo.fixed("MLB117", unsafe=True) == {"f.yaml": text.replace("Ip:", "IP:")}


def test_a_patch_that_misspells(repository: Callable) -> None:
    patch = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
        "spec: {externaltrafficPolicy: Local}\n"
    )
    repo = repository(
        {
            "kustomization.yaml": "resources: [f.yaml]\npatches: [{path: p.yaml}]\n",
            "f.yaml": service("type: LoadBalancer"),
            "p.yaml": patch,
        }
    )
    assert repo.spots("MLB117") == ["MLB117 p.yaml:4:8"]


def test_a_misspelt_request_becomes_one_that_metallb_reads(repository: Callable) -> None:
    """All rules together: the field gets its name, and moves to the annotation."""
    repo = repository(
        {
            ".mlblint.yaml": 'metallb: {version: "0.15.3", annotation-prefix: metallb.io}\n',
            "f.yaml": service("type: LoadBalancer", "loadBalancerIp: 10.0.0.5"),
        }
    )
    assert "loadBalancerIp" not in repo.fixed("MLB117", "MLB108", unsafe=True)["f.yaml"]


@pytest.mark.parametrize(
    ("service", "found"),
    [
        ("{type: LoadBalancers, loadBalancerIP: 192.0.2.7}", 1),
        ("{type: loadbalancer, annotations: {metallb.universe.tf/address-pool: lan}}", 1),
        ("{type: LoadBalancer, loadBalancerIP: 192.0.2.7}", 0),
        ("{type: '${TYPE}', loadBalancerIP: 192.0.2.7}", 0),
        ("{type: internal, loadBalancerIP: 192.0.2.7}", 0),
        # Whose type this is, nothing tells.
        ("{type: loadbalancer}", 0),
    ],
)
def test_a_type_in_the_values_of_a_chart(service: str, found: int, repository: Callable) -> None:
    fleet = f"helm:\n  chart: dns\n  repo: https://charts.example\n  values:\n    dns: {service}\n"
    assert len(repository({"dns/fleet.yaml": fleet}).findings("MLB117")) == found


def test_the_type_in_values_is_mended(repository: Callable) -> None:
    fleet = "helm:\n  chart: dns\n  values:\n    dns:\n      type: Loadbalancer # of MetalLB\n"
    repo = repository({"dns/fleet.yaml": fleet + "      loadBalancerIP: 192.0.2.7\n"})
    assert repo.spots("MLB117") == ["MLB117 dns/fleet.yaml:5:13"]
    fixed = repo.fixed("MLB117", unsafe=True)["dns/fleet.yaml"]
    assert "      type: LoadBalancer # of MetalLB\n" in fixed


@pytest.mark.parametrize(
    ("annotation", "mended"),
    [
        ("metallb.io/allow-shared-ip: true", 'metallb.io/allow-shared-ip: "true"'),
        ("metallb.io/address-pool: 7", 'metallb.io/address-pool: "7"'),
        ("metallb.io/loadBalancerIPs: [10.0.0.5]", "metallb.io/loadBalancerIPs: 10.0.0.5"),
        ("example.com/weight: 1.50", None),
    ],
)
def test_annotations_are_texts(annotation: str, mended: str | None, repository: Callable) -> None:
    text = service("type: LoadBalancer").replace(
        "name: web", f"name: web, annotations: {{{annotation}}}", 1
    )
    repo = repository({"f.yaml": text})
    (finding,) = repo.findings("MLB117")
    assert (finding.location.start.line, finding.judges) == (3, "acceptance")
    changed = {"f.yaml": text.replace(annotation, mended)} if mended else {}
    assert repo.fixed("MLB117", unsafe=True) == changed


@pytest.mark.parametrize(
    ("kind", "annotation"),
    [
        ("LoadBalancer", "metallb.io/allow-shared-ip: ${KEY}"),
        ("LoadBalancer", "metallb.io/allow-shared-ip: null"),
        ("LoadBalancer", "argocd.argoproj.io/sync-wave: 3"),
        ("ClusterIP", "example.com/weight: 1"),
    ],
)
def test_other_annotations(kind: str, annotation: str, repository: Callable) -> None:
    text = service(f"type: {kind}").replace(
        "name: web", f"name: web, annotations: {{{annotation}}}", 1
    )
    assert repository({"f.yaml": text}).findings("MLB117") == []


@pytest.mark.parametrize(
    ("field", "said", "mended"),
    [
        ("clusterIP: None", "makes it headless", None),
        ("loadBalancerSourceRanges: [10.0.0.7]", "is no prefix", "[10.0.0.7/32]"),
        ("loadBalancerSourceRanges: [10.0.0.7-10.0.0.9]", "is no prefix", None),
    ],
)
def test_what_no_load_balancer_may_have(
    field: str, said: str, mended: str | None, repository: Callable
) -> None:
    repo = repository({"f.yaml": service("type: LoadBalancer", field)})
    (finding,) = repo.findings("MLB117")
    assert said in finding.message
    fixed = repo.fixed("MLB117", unsafe=True)
    assert (mended in fixed["f.yaml"]) if mended else fixed == {}
    assert (
        repository({"f.yaml": service("type: ClusterIP", field)}, "other").findings("MLB117") == []
    )


def test_annotations_in_values_of_a_chart(repository: Callable) -> None:
    field = "annotations: {metallb.io/allow-shared-ip: true, example.com/weight: 1}"
    repo = repository({"f.yaml": TRAEFIK.format(chart="traefik", field=field)})
    (finding,) = repo.findings("MLB117")
    assert (finding.severity, finding.judges) == ("warning", "acceptance")
    assert finding.message.endswith(
        "if it is handed on as it stands, the API server refuses the Service"
    )
    (fixed,) = repo.fixed("MLB117", unsafe=True).values()
    assert 'metallb.io/allow-shared-ip: "true", example.com/weight: 1' in fixed


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        (("ipFamilyPolicy: SingleStack", "ipFamilies: [IPv4, IPv6]"), 6),
        (("ports: [{port: 0}]",), 6),
        (("ports: [{port: 65536}]",), 6),
        (("ports: [{port: 53, name: dns}, {port: 54}]",), 6),
        (("ports: [{port: 53, name: dns}, {port: 54, name: dns}]",), 6),
        (("ports: [{port: 53, name: a}, {port: 53, name: b, protocol: TCP}]",), 6),
        (("ports: [{port: 53, name: dns_udp}]",), 6),
        (("ports: [{port: 53, name: Dns}]",), 6),
        (("ports: [{port: 53, targetPort: 65536}]",), 6),
    ],
)
def test_what_does_not_go_together(
    fields: tuple[str, ...], line: int, repository: Callable
) -> None:
    (finding,) = repository({"f.yaml": service("type: LoadBalancer", *fields)}).findings("MLB117")
    assert (finding.location.start.line, finding.severity, finding.judges) == (
        line,
        "error",
        "acceptance",
    )
    # Other types are somebody else's.
    assert not repository({"f.yaml": service(*fields)}, "other").findings("MLB117")


@pytest.mark.parametrize(
    "fields",
    [
        ("ipFamilyPolicy: SingleStack", "ipFamilies: [IPv6]"),
        ("ipFamilyPolicy: PreferDualStack", "ipFamilies: [IPv4, IPv6]"),
        ("ipFamilies: ['${FIRST}', '${SECOND}']", "ipFamilyPolicy: SingleStack"),
        ("ports: [{port: 65535}]",),
        ("ports: [{port: 53, name: a, protocol: UDP}, {port: 53, name: b}]",),
        ("ports: [{port: '${PORT}', targetPort: '${PORT}'}]",),
        ("ports: [{port: 53, name: __NAME__, targetPort: 0}]",),
        ("ports: [{port: 53, name: 53-dns, targetPort: dns-udp}]",),
        ("ports: [{port: 1, name: '${A}'}, {port: 2, name: '${A}'}]",),
        ("ports: [{port: 1, name: a}, {port: 1, name: b, protocol: '${P}'}]",),
    ],
)
def test_what_does_or_may(fields: tuple[str, ...], repository: Callable) -> None:
    assert not repository({"f.yaml": service("type: LoadBalancer", *fields)}).findings("MLB117")


APPLIED = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  destination: {namespace: web}
  source: {repoURL: https://git.example.com/cluster, path: web}
"""


def test_ports_that_are_missing(repository: Callable) -> None:
    whole = service("type: LoadBalancer")
    repo = repository({"app.yaml": APPLIED, "web/service.yaml": whole})
    assert repo.spots("MLB117") == ["MLB117 web/service.yaml:4:1"]
    # Nothing in sight applies it: it may be part of a whole.
    assert not repository({"web/service.yaml": whole}, "alone").findings("MLB117")


def test_a_patch_is_no_whole_service(repository: Callable) -> None:
    base = service("ports: [{name: web, port: 80}]", "ipFamilyPolicy: PreferDualStack")
    patch = service("type: LoadBalancer", "ipFamilies: [IPv4, IPv6]")
    files = {
        "app.yaml": APPLIED,
        "web/kustomization.yaml": "resources: [base.yaml]\npatches: [{path: patch.yaml}]\n",
        "web/base.yaml": base,
        "web/patch.yaml": patch,
    }
    assert not repository(files).findings("MLB117")


def test_two_families_without_a_policy(repository: Callable) -> None:
    files = {"f.yaml": service("type: LoadBalancer", "ipFamilies: [IPv4, IPv6]")}
    (finding,) = repository(files).findings("MLB117")
    assert (finding.location.start.line, finding.severity) == (6, "warning")
    assert "if it is new, the API server refuses the Service" in finding.message


def test_a_number_in_quotes_is_a_name(repository: Callable) -> None:
    given = service("type: LoadBalancer", 'ports: [{port: 80, targetPort: "8080"}]')
    repo = repository({"f.yaml": given})
    (finding,) = repo.findings("MLB117")
    assert (finding.severity, finding.judges) == ("error", "acceptance")
    fixed = repo.fixed("MLB117", unsafe=True)
    assert fixed == {"f.yaml": given.replace('"8080"', "8080")}
