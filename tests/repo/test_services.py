"""Services, wherever they are spoken of: objects, templates inside others, values of charts."""

from __future__ import annotations

from typing import Any

import pytest

from mlblint.repo.delivery import Delivered
from mlblint.repo.helm import Layer, Release, parameter_layer
from mlblint.repo.resources import Resource, resources
from mlblint.repo.services import Service, in_custom_resource, in_values, of_resource
from mlblint.text.documents import Document, documents
from mlblint.text.places import Place, positions
from mlblint.text.source import Source


def document(text: str, path: str = "f.yaml") -> Document:
    (found,) = documents(Source.from_bytes(path, text.encode()))
    assert isinstance(found, Document)
    return found


def resource(text: str) -> Resource:
    (found,) = resources(document(text))
    return found


def at(place: Place) -> tuple[str, int]:
    return place.document.source.path, positions(place)[0].line


class TestObjects:
    def service(self, text: str) -> Service | None:
        return of_resource(
            Delivered(resource(f"apiVersion: v1\nkind: Service\n{text}"), None, "net")
        )

    def test_a_service(self) -> None:
        found = self.service(
            "metadata:\n  name: web\n  labels: {app: web}\n"
            "  annotations: {metallb.io/address-pool: lan}\n"
            "spec: {type: LoadBalancer, loadBalancerIP: 10.0.0.1}\n"
        )
        assert found is not None
        assert (found.name, found.namespace, found.type) == ("web", "net", "LoadBalancer")
        assert found.labels == {"app": "web"}
        assert (at(found.spec), at(found.annotations)) == (("f.yaml", 7), ("f.yaml", 6))
        assert found.delivered is found.source

    def test_the_type_is_cluster_ip_unless_it_is_given(self) -> None:
        found = self.service("metadata: {name: web}\nspec: {ports: []}\n")
        assert found is not None
        assert found.type == "ClusterIP"

    def test_without_a_spec_it_is_a_patch(self) -> None:
        assert self.service("metadata: {name: web}\n") is None

    def test_other_objects_are_none(self) -> None:
        text = "apiVersion: serving.knative.dev/v1\nkind: Service\nspec: {type: LoadBalancer}\n"
        assert of_resource(Delivered(resource(text))) is None


class TestRequests:
    def service(self, annotations: str, spec: str = "") -> Service:
        found = of_resource(
            Delivered(
                resource(
                    "apiVersion: v1\nkind: Service\n"
                    f"metadata: {{name: web, annotations: {{{annotations}}}}}\n"
                    f"spec: {{type: LoadBalancer, {spec}}}\n"
                )
            )
        )
        assert found is not None
        return found

    @pytest.mark.parametrize(
        ("annotations", "request_"),
        [
            ("metallb.io/address-pool: a", "a"),
            ("metallb.universe.tf/address-pool: b", "b"),
            ("metallb.universe.tf/address-pool: b, metallb.io/address-pool: a", "a"),
            ("metallb.universe.tf/address-pool: b, metallb.io/address-pool: ''", ""),
            ("metallb.io/addressPool: a", None),
            ("", None),
        ],
    )
    def test_the_current_prefix_wins_by_being_there(
        self, annotations: str, request_: str | None
    ) -> None:
        assert self.service(annotations).request("address-pool") == request_

    @pytest.mark.parametrize(
        ("annotations", "spec", "addresses"),
        [
            ("metallb.io/loadBalancerIPs: 10.0.0.1", "", ["10.0.0.1"]),
            ("metallb.io/loadBalancerIPs: '10.0.0.1, fd00::1'", "", ["10.0.0.1", "fd00::1"]),
            ("", "loadBalancerIP: 10.0.0.2", ["10.0.0.2"]),
            ("metallb.io/loadBalancerIPs: 10.0.0.1", "loadBalancerIP: 10.0.0.2", ["10.0.0.1"]),
            ("metallb.io/loadBalancerIPs: 'pool, 10.0.0.1'", "", ["10.0.0.1"]),
            ("metallb.io/loadBalancerIPs: '${IP}'", "", []),
            ("", "", []),
        ],
    )
    def test_addresses(self, annotations: str, spec: str, addresses: list[str]) -> None:
        assert [str(one) for one in self.service(annotations, spec).addresses()] == addresses

    def test_what_is_asked_for_may_not_be_an_address_yet(self) -> None:
        found = self.service("metallb.io/loadBalancerIPs: '${V4},${V6}'")
        assert found.address_requests() == ["${V4}", "${V6}"]

    def test_class(self) -> None:
        assert self.service("", "loadBalancerClass: tailscale").load_balancer_class == "tailscale"
        assert self.service("").load_balancer_class is None


class TestCustomResources:
    def services(self, text: str) -> list[Service]:
        return list(in_custom_resource(Delivered(resource(text), None, "net")))

    def test_cnpg(self) -> None:
        (found,) = self.services(
            "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: db}\nspec:\n"
            "  managed:\n    services:\n      additional:\n      - selectorType: rw\n"
            "        serviceTemplate:\n          metadata:\n            name: db-lb\n"
            "            annotations: {metallb.io/loadBalancerIPs: 10.0.0.1}\n"
            "          spec:\n            type: LoadBalancer\n"
        )
        assert (found.name, found.namespace) == ("db-lb", "net")
        assert found.request("loadBalancerIPs") == "10.0.0.1"
        assert (at(found.spec / "type"), at(found.annotations)) == (("f.yaml", 14), ("f.yaml", 12))

    def test_eck_whose_template_has_no_annotations_yet(self) -> None:
        (found,) = self.services(
            "apiVersion: kibana.k8s.elastic.co/v1\nkind: Kibana\nmetadata: {name: ui}\n"
            "spec:\n  http:\n    service:\n      spec: {type: LoadBalancer}\n"
        )
        assert found.name == "ui"
        assert found.annotations.path == ("spec", "http", "service", "metadata", "annotations")

    def test_annotations_beside_the_spec(self) -> None:
        (found,) = self.services(
            "apiVersion: example.dev/v1\nkind: A\nmetadata: {name: a}\nspec:\n"
            "  service: {annotations: {x: z}, spec: {type: LoadBalancer}}\n"
        )
        assert found.notes == {"x": "z"}

    @pytest.mark.parametrize(
        ("service", "found"),
        [
            ("{annotations: {x: z}}", True),
            ("{type: LoadBalancer, annotations: {x: z}}", True),
            ("{type: ClusterIP}", False),
        ],
    )
    def test_an_envoy_proxy_makes_a_load_balancer_by_default(
        self, service: str, found: bool
    ) -> None:
        text = (
            "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: EnvoyProxy\nmetadata: {name: p}\n"
            f"spec: {{provider: {{kubernetes: {{envoyService: {service}}}}}}}\n"
        )
        assert bool(self.services(text)) is found

    GATEWAY = (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: gw}\nspec:\n"
        "  gatewayClassName: istio\n  infrastructure: {annotations: {%s: 10.0.0.1}}\n"
    )

    def test_a_gateway_asks_through_its_infrastructure(self) -> None:
        (found,) = self.services(self.GATEWAY % "metallb.io/loadBalancerIPs")
        assert (found.name, found.type) == ("gw", "LoadBalancer")
        assert [str(address) for address in found.addresses()] == ["10.0.0.1"]
        assert at(found.annotations) == ("f.yaml", 6)
        # Nothing can be written there that would change the Service.
        assert found.spec.path == ("spec", "gatewayClassName")

    @pytest.mark.parametrize("key", ["lbipam.cilium.io/ips", "metallb.io/other"])
    def test_a_gateway_that_does_not_ask_metallb_is_somebody_elses(self, key: str) -> None:
        assert self.services(self.GATEWAY % key) == []

    @pytest.mark.parametrize(
        "text",
        [
            "apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\n"
            "spec: {kafka: {listeners: [{type: loadbalancer}]}}\n",
            "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\n"
            "spec: {rules: [{validate: {pattern: {spec: {type: LoadBalancer}}}}]}\n",
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
            "spec: {default: {type: LoadBalancer}}\n",
            "apiVersion: v1\nkind: Service\nspec: {type: LoadBalancer}\n",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
            "spec: {source: {helm: {valuesObject: {service: {type: LoadBalancer}}}}}\n",
        ],
    )
    def test_what_is_no_template_of_a_service(self, text: str) -> None:
        assert self.services(text) == []


def layer(text: str, path: str = "values.yaml") -> Layer:
    found = document(text, path)
    assert isinstance(found.data, dict)
    return Layer("file", Place(found), found.data)


def release(chart: str, *layers: Layer, **more: Any) -> Release:
    place = Place(document("a: 1\n", "release.yaml"))
    return Release("r", "net", chart, "", "*", place, None, layers, **more)


class TestValues:
    @pytest.mark.parametrize(
        ("values", "paths"),
        [
            ("service: {type: LoadBalancer}", ["service"]),
            # Traefik's chart
            ("service: {spec: {type: LoadBalancer}}", ["service"]),
            # bjw-s app-template and TrueCharts
            ("service: {main: {type: LoadBalancer}}", ["service.main"]),
            (
                "service: {tcp: {type: LoadBalancer}, udp: {enabled: true, type: LoadBalancer}}",
                ["service.tcp", "service.udp"],
            ),
            # Pi-hole
            ("serviceDns: {type: LoadBalancer}", ["serviceDns"]),
            ("extra: [{a: b}, {type: LoadBalancer}]", ["extra.1"]),
            ("service: {type: ClusterIP}", []),
            ("service: {port: 80}", []),
            ("service: {type: loadbalancer}", []),
        ],
    )
    def test_what_has_the_type_is_a_service(self, values: str, paths: list[str]) -> None:
        found = in_values(release("any", layer(f"{values}\n")))
        assert [".".join(map(str, one.spec.path)) for one in found] == paths

    def test_a_service_of_a_chart(self) -> None:
        values = (
            "service:\n  type: LoadBalancer\n  loadBalancerIP: 10.0.0.1\n"
            "  annotations:\n    metallb.io/address-pool: lan\n"
        )
        (found,) = in_values(release("any", layer(values)))
        assert (found.name, found.namespace) == ("r", "net")
        assert found.fields["loadBalancerIP"] == "10.0.0.1"
        assert found.request("address-pool") == "lan"
        assert at(found.annotations / "metallb.io/address-pool") == ("values.yaml", 5)
        assert found.extra == ()

    def test_the_spec_beside_the_other_values_comes_first_of_the_rest(self) -> None:
        values = (
            "service:\n  annotations: {a: b}\n  spec:\n    type: LoadBalancer\n"
            "    loadBalancerClass: tailscale\n"
        )
        (found,) = in_values(release("traefik", layer(values)))
        ((place, fields),) = found.extra
        assert at(place / "type") == ("values.yaml", 4)
        assert fields["type"] == "LoadBalancer"
        assert found.load_balancer_class == "tailscale"

    def test_later_layers_decide_the_type(self) -> None:
        base = layer("service: {type: LoadBalancer}\n")
        assert list(in_values(release("any", base, layer("service: {type: ClusterIP}\n")))) == []
        (found,) = in_values(release("any", base, layer("service: {port: 80}\n", "top.yaml")))
        assert at(found.spec) == ("values.yaml", 1)

    def test_what_several_layers_say_is_put_together(self) -> None:
        base = layer("service: {type: LoadBalancer, annotations: {a: '1', b: '1', c: '1'}}\n")
        top = layer(
            "service: {loadBalancerIP: 10.0.0.1, annotations: {b: '2', c: null}}\n", "top.yaml"
        )
        (found,) = in_values(release("any", base, top))
        assert found.notes == {"a": "1", "b": "2"}
        assert (at(found.spec), at(found.annotations)) == (("values.yaml", 1), ("top.yaml", 1))
        assert [str(address) for address in found.addresses()] == ["10.0.0.1"]
        assert [place.document.source.path for place, _ in found.extra] == ["top.yaml"]

    def test_a_type_given_as_a_parameter_cannot_be_changed_elsewhere(self) -> None:
        text = "parameters:\n- {name: service.type, value: LoadBalancer}\n"
        (parameters,) = parameter_layer(
            Place(document(text, "app.yaml"), ("parameters",)),
            document(text).data["parameters"],  # type: ignore[index]
        )
        (found,) = in_values(release("any", layer("service: {port: 80}\n"), parameters))
        assert at(found.spec) == ("app.yaml", 1)
        assert not (found.spec / "type").exists

    @pytest.mark.parametrize(
        "values",
        [
            "service: {type: LoadBalancer, enabled: false}\n",
            "service: {type: LoadBalancer, create: false}\n",
            "server: {enabled: false, service: {type: LoadBalancer}}\n",
            "service: {main: {type: LoadBalancer}, enabled: false}\n",
        ],
    )
    def test_what_is_switched_off_is_not_made(self, values: str) -> None:
        assert list(in_values(release("any", layer(values)))) == []

    def test_each_chart_under_an_umbrella_has_its_own_values(self) -> None:
        values = layer("web: {service: {type: LoadBalancer}}\nservice: {type: LoadBalancer}\n")
        (inner,) = in_values(release("web", values, key=("web",)))
        (outer,) = in_values(release("charts/all", values, others=frozenset(["web"])))
        assert (inner.spec.path, outer.spec.path) == (("web", "service"), ("service",))


class TestKnownCharts:
    @pytest.mark.parametrize(
        ("chart", "path"),
        [
            ("traefik", ("service",)),
            ("ingress-nginx", ("controller", "service")),
            ("nginx-ingress", ("controller", "service")),
            ("haproxy-ingress", ("controller", "service")),
        ],
    )
    def test_they_make_a_load_balancer_by_themselves(
        self, chart: str, path: tuple[str, ...]
    ) -> None:
        (found,) = in_values(release(chart, layer("other: 1\n")))
        assert (found.type, found.spec.path, found.fields) == ("LoadBalancer", path, {})
        assert not found.spec.exists

    @pytest.mark.parametrize("chart", ["kubernetes-ingress", "kong", "contour", "gateway", "any"])
    def test_others_have_to_be_asked(self, chart: str) -> None:
        assert list(in_values(release(chart, layer("service: {port: 1}\n")))) == []

    @pytest.mark.parametrize(
        "values",
        [
            "service: {type: ClusterIP}\n",
            "service: {spec: {type: NodePort}}\n",
            "service: {enabled: false}\n",
        ],
    )
    def test_unless_the_values_say_otherwise(self, values: str) -> None:
        assert list(in_values(release("traefik", layer(values)))) == []

    def test_or_may_say_so_where_nobody_can_see(self) -> None:
        assert list(in_values(release("traefik", layer("a: 1\n"), complete=False))) == []

    def test_without_any_values_there_is_no_place_for_it(self) -> None:
        assert list(in_values(release("traefik"))) == []

    def test_the_default_stands_where_the_values_speak_of_the_service(self) -> None:
        base = layer("service: {annotations: {metallb.io/loadBalancerIPs: 10.0.0.1}}\n")
        (found,) = in_values(release("traefik", base, layer("a: 1\n", "top.yaml")))
        assert at(found.spec) == ("values.yaml", 1)
        assert [str(address) for address in found.addresses()] == ["10.0.0.1"]

    def test_traefiks_additional_services(self) -> None:
        values = (
            "service:\n  type: ClusterIP\n  additionalServices:\n    vpn:\n"
            "      spec: {loadBalancerClass: tailscale}\n    inner: {type: ClusterIP}\n"
        )
        (found,) = in_values(release("traefik", layer(values)))
        assert found.spec.path == ("service", "additionalServices", "vpn")
        assert found.load_balancer_class == "tailscale"

    NGINX = "controller: {service: {%s}}\n"

    @pytest.mark.parametrize(
        ("service", "paths"),
        [
            ("external: {enabled: false}", []),
            ("internal: {enabled: true, annotations: {a: b}}", [(), ("internal",)]),
            ("internal: {enabled: true}", [()]),
            ("internal: {annotations: {a: b}}", [()]),
            (
                "external: {enabled: false}, internal: {enabled: true, annotations: {a: b}}",
                [("internal",)],
            ),
        ],
    )
    def test_the_internal_service_of_ingress_nginx(
        self, service: str, paths: list[tuple[str, ...]]
    ) -> None:
        found = in_values(release("ingress-nginx", layer(self.NGINX % service)))
        assert [one.spec.path for one in found] == [
            ("controller", "service", *path) for path in paths
        ]
