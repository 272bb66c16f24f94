"""Of what somebody else fills in, no rule concludes anything."""

from __future__ import annotations

from collections.abc import Callable

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec: {addresses: [10.0.0.0/24]}
"""
L2 = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: lan, namespace: metallb-system}
spec: {interfaces: []}
"""


def test_fields_that_a_kustomization_replaces_from_elsewhere(repository: Callable) -> None:
    files = {
        ".mlblint.yaml": "network: {dhcp: [10.0.0.0/25], interfaces: [eth0]}\n",
        "a/pool.yaml": POOL,
        "a/l2.yaml": L2,
        "a/kustomization.yaml": "resources: [pool.yaml, l2.yaml]\n",
    }
    assert repository(files).spots("MLB201", "MLB301") == [
        "MLB301 a/l2.yaml:4:20",
        "MLB201 a/pool.yaml:4:20",
    ]
    transformed = {
        **files,
        "a/kustomization.yaml": files["a/kustomization.yaml"] + "transformers: [own.yaml]\n",
        "a/own.yaml": "apiVersion: example.com/v1\nkind: Transformer\nmetadata: {name: own}\n",
    }
    assert repository(transformed).spots("MLB201", "MLB301") == []


def test_variables_of_flux(repository: Callable) -> None:
    def flux(substitute: str) -> dict[str, str]:
        return {
            ".mlblint.yaml": "network: {dhcp: [10.0.0.0/25]}\n",
            "flux.yaml": (
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\n"
                "kind: Kustomization\n"
                "metadata: {name: a, namespace: flux-system}\n"
                "spec:\n"
                "  path: ./a\n"
                "  sourceRef: {kind: GitRepository, name: flux-system}\n"
                f"  postBuild: {{{substitute}}}\n"
            ),
            "a/pool.yaml": POOL.replace("10.0.0.0/24", "'${RANGE}'"),
        }

    assert repository(flux("substituteFrom: [{kind: Secret, name: s}]")).spots("MLB201") == []
    assert repository(flux("substitute: {RANGE: 10.1.0.0/24}")).spots("MLB201") == []
    assert repository(flux("substitute: {RANGE: 10.0.0.0/24}")).spots("MLB201") == [
        "MLB201 a/pool.yaml:4:20"
    ]
