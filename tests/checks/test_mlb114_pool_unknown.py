"""MLB114: names of pools."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.checks.addresses import pool, service

NEVER = "name a pool of the cluster, or leave the choice to MetalLB by taking the key away"


@pytest.mark.parametrize(
    ("name", "said", "help_text"),
    [
        ("lam", "(it has `lan`, `dmz`): MetalLB refuses", "did you mean `lan`?"),
        ("zzzz", "asks for pool `zzzz`, which the cluster does not have", NEVER),
        (" lan", "takes the blanks around it for a part of the name", "did you mean `lan`?"),
        ("lan,dmz", "reads it as the name of one pool", "did you mean `lan`?"),
        ("LAN", "asks for pool `LAN`", NEVER),
    ],
)
def test_not_there(name: str, said: str, help_text: str, repository: Callable) -> None:
    text = pool() + pool("dmz", "10.1.0.0/24") + service(notes={"address-pool": name})
    (finding,) = repository({"f.yaml": text}).findings("MLB114")
    assert (finding.severity, finding.judges) == ("error", "acceptance")
    assert said in finding.message
    assert finding.help == help_text
    assert finding.location.start.line == 14


@pytest.mark.parametrize(
    "text",
    [
        service(notes={"address-pool": "gone"}),
        pool() + service(notes={"address-pool": "lan"}),
        pool(autoAssign=False) + service(notes={"address-pool": "lan"}),
        pool() + service(notes={"address-pool": "${POOL}"}),
        pool() + service(notes={"address-pool": ""}),
        pool("${NAME}") + service(notes={"address-pool": "gone"}),
        pool() + service(notes={"address-pool": "gone"}, type="ClusterIP"),
        pool() + service(notes={"address-pool": "gone"}, loadBalancerClass="other"),
    ],
)
def test_fine(text: str, repository: Callable) -> None:
    assert repository({"f.yaml": text}).findings("MLB114") == []


def test_a_pool_that_nothing_applies_may_be_there(repository: Callable) -> None:
    files = {
        "prod/kustomization.yaml": "resources: [f.yaml]\n",
        "prod/f.yaml": pool() + service(notes={"address-pool": "dmz"}),
    }
    assert len(repository(files).findings("MLB114")) == 1
    files["prod/left.yaml"] = pool("dmz", "10.1.0.0/24")
    assert repository(files).findings("MLB114") == []


def test_the_request_for_an_address_does_not_hide_it(repository: Callable) -> None:
    text = pool() + service(notes={"address-pool": "gone", "loadBalancerIPs": "10.0.0.1"})
    repo = repository({"f.yaml": text})
    assert len(repo.findings("MLB114")) == 1
    assert repo.findings("MLB113") == []
