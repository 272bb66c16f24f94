"""MLB601: what is a host name, where, and what takes its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CONFIG = (
    "dns: {retired-domains: {old.example: new.example, lab.old.example: lab.net,"
    " moved.org: in.moved.org}}\n"
)


def inside(spec: str) -> str:
    return f"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n{spec}"


# What is there, where the findings are, and what the fix makes of `old.example`.
CARRIERS = {
    "Ingress": (
        "spec:\n  rules:\n  - host: a.old.example\n  tls:\n"
        "  - hosts: [a.old.example, '*.old.example']\n",
        ["7:5", "9:13", "9:28"],
    ),
    "Gateway": ("spec:\n  listeners:\n  - hostname: '*.old.example'\n", ["7:5"]),
    "HTTPRoute": ("spec:\n  hostnames:\n  - old.example # all of it\n", ["7:5"]),
    "Certificate": (
        'spec:\n  commonName: a.old.example\n  dnsNames: ["b.old.example"]\n',
        ["6:3", "7:14"],
    ),
    "IngressRoute": (
        "spec:\n  routes:\n"
        "  - match: Host(`a.old.example`, `b.old.example`) && Path(`/old.example`)\n",
        ["7:5"],
    ),
    "IngressRouteTCP": ("spec:\n  routes:\n  - match: HostSNI(`a.old.example`)\n", ["7:5"]),
    "domains of a certificate resolver": (
        "spec:\n  tls:\n    domains:\n    - main: old.example\n      sans: ['*.old.example']\n",
        ["8:7", "9:14"],
    ),
    "annotation": (
        "  annotations:\n"
        "    external-dns.alpha.kubernetes.io/hostname: a.old.example, b.here.net,c.old.example\n",
        ["6:5"],
    ),
    "values": (
        "spec:\n  values: |\n    ingress:\n      # was old.example\n      hosts:\n"
        "      - host: a.old.example\n    domainFilters:\n    - old.example\n"
        "    extraArgs:\n      domain-filter: old.example\n",
        ["10:9", "12:7", "14:7"],
    ),
    "arguments": (
        "spec:\n  args:\n  - --domain-filter=old.example\n  - --domain-filter\n  - b.old.example\n"
        "  - --txt-prefix=old.example\n",
        ["7:5", "9:5"],
    ),
}


@pytest.mark.parametrize(("spec", "places"), CARRIERS.values(), ids=CARRIERS)
def test_carrier(spec: str, places: list[str], repository: Callable) -> None:
    text = inside(spec)
    repo = repository({".mlblint.yaml": CONFIG, "f.yaml": text})
    assert repo.spots("MLB601") == [f"MLB601 f.yaml:{place}" for place in places]
    fixed = text.replace("old.example", "new.example")
    for left in ("# was ", "Path(`/", "--txt-prefix="):
        fixed = fixed.replace(f"{left}new.example", f"{left}old.example")
    assert repo.fixed("MLB601") == {"f.yaml": fixed}


@pytest.mark.parametrize(
    ("host", "new"),
    [
        ("x.lab.old.example", "x.lab.net"),
        ("LAB.old.example", "lab.net"),
        ("moved.org", "in.moved.org"),
        ("a.moved.org", "a.in.moved.org"),
    ],
)
def test_the_longest_domain_counts(host: str, new: str, repository: Callable) -> None:
    repo = repository({".mlblint.yaml": CONFIG, "f.yaml": inside(f"host: {host}\n")})
    assert repo.fixed("MLB601") == {"f.yaml": inside(f"host: {new}\n")}


@pytest.mark.parametrize(
    "spec",
    [
        "host: very-old.example\n",
        "host: old.example.com\n",
        "host: a.in.moved.org\n",
        "host: 'https://a.old.example'\n",
        "host: a.old.example:8080\n",
        "host: '{{ name }}.old.example'\n",
        "host: ${NAME}.old.example\n",
        "host: moved from a.old.example\n",
        "email: me@old.example\n",
        "note: a.old.example\n",
        "match: PathPrefix(`/a.old.example`)\n",
        "match: HostRegexp(`.+.old.example`)\n",
        "# host: a.old.example\n",
    ],
)
def test_is_silent(spec: str, repository: Callable) -> None:
    repo = repository({".mlblint.yaml": CONFIG, "f.yaml": inside(spec)})
    assert repo.findings("MLB601") == []


@pytest.mark.parametrize(
    "spec",
    [
        "hosts: [a.old.example, a.new.example]\n",
        "rules:\n- host: a.new.example\n- host: a.old.example\n",
        "hostname: a.old.example,a.new.example\n",
        "hosts: [a.old.example, a.other.example]\n",
    ],
)
def test_no_name_is_written_twice(spec: str, repository: Callable) -> None:
    config = CONFIG.replace("{old.example", "{other.example: new.example, old.example")
    repo = repository({".mlblint.yaml": config, "f.yaml": inside(spec)})
    findings = repo.findings("MLB601")
    assert findings
    assert all("`a.new.example` would stand there twice" in str(f.unfixable) for f in findings)


def test_a_domain_that_took_its_place_may_be_retired_as_well(repository: Callable) -> None:
    config = "dns: {retired-domains: {a.example: b.example, b.example: a.example}}\n"
    repo = repository({".mlblint.yaml": config, "f.yaml": inside("host: x.a.example\n")})
    (finding,) = repo.findings("MLB601")
    assert finding.unfixable == "`b.example` is retired as well"


def test_without_the_configuration_nothing_is_retired(repository: Callable) -> None:
    text = inside("host: a.old.example\n")
    assert repository({"f.yaml": text}).findings("MLB601") == []


def test_an_object_that_nothing_delivers_is_left_alone(repository: Callable) -> None:
    files = {
        ".mlblint.yaml": CONFIG,
        "app/kustomization.yaml": "resources: [a.yaml]\n",
        "app/a.yaml": inside("host: a.old.example\n"),
        "app/b.yaml": inside("host: a.old.example\n"),
        "archive/c.yaml": inside("host: a.old.example\n"),
    }
    assert repository(files).spots("MLB601") == ["MLB601 app/a.yaml:5:1"]
