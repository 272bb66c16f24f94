"""Repositories of any size, the same ones for the same seed.

The mix is that of public GitOps repositories: four files in five say nothing of load balancers, a
few are huge (CRDs, dashboards), applications are folders with a kustomization, and charts come
with their values inside Applications or HelmReleases. One cluster for every 2,500 files; every
second one is Flux's, the others are Argo CD's.
"""

from __future__ import annotations

import json
import random
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

FILES_PER_CLUSTER = 2500
_WORDS = "alder birch cedar elm fir hazel larch maple oak pine rowan spruce willow yew".split()


def generate(root: Path, size: int, seed: int = 1) -> int:
    """Writes `size` files (about) and returns how many it were; all are known to Git."""
    count = 0
    for path, text in files(size, seed):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        count += 1
    _under_git(root)
    return count


def take_over(tree: Path, root: Path) -> int:
    """Copies a folder, as a repository of its own; returns the number of its YAML files."""
    shutil.copytree(tree, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    for path in root.rglob("*"):
        # Fixes are measured, too.
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | stat.S_IWUSR)
    _under_git(root)
    return sum(1 for path in root.rglob("*") if path.suffix in (".yaml", ".yml"))


def _under_git(root: Path) -> None:
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=root, check=True)


def files(size: int, seed: int) -> Iterator[tuple[str, str]]:
    chance = random.Random(seed)
    clusters = max(1, size // FILES_PER_CLUSTER)
    written = 0
    for number in range(clusters):
        cluster = _Cluster(number, chance)
        share = size * (number + 1) // clusters
        for one in cluster.base():
            written += 1
            yield one
        application = 0
        while written < share:
            for one in cluster.application(application):
                written += 1
                yield one
            application += 1


class _Cluster:
    def __init__(self, number: int, chance: random.Random) -> None:
        self.number = number
        self.folder = f"clusters/c{number:02}"
        self.flux = number % 2 == 1
        self.chance = chance
        self.services = 0

    def base(self) -> Iterator[tuple[str, str]]:
        network = f"10.{self.number + 1}"
        yield f"{self.folder}/metallb/pools.yaml", _POOLS.format(network=network)
        pools = _kustomization(["pools.yaml"], "metallb-system")
        yield f"{self.folder}/metallb/kustomization.yaml", pools
        if self.flux:
            yield f"{self.folder}/metallb/release.yaml", _FLUX_METALLB
            yield f"{self.folder}/sync.yaml", _FLUX.format(folder=self.folder, n=self.number)
        else:
            yield f"{self.folder}/apps/metallb.yaml", _ARGO_METALLB.format(n=self.number)
            yield f"{self.folder}/root.yaml", _ARGO_ROOT.format(folder=self.folder, n=self.number)

    def application(self, index: int) -> Iterator[tuple[str, str]]:
        name = f"{self.chance.choice(_WORDS)}-{self.number}-{index}"
        folder = f"{self.folder}/workloads/{name}"
        parts = {"deployment.yaml": self._deployment(name), "config.yaml": self._config(name)}
        parts["service.yaml"] = self._service(name, load_balancer=index % 12 == 0)
        if index % 3 == 0:
            parts["ingress.yaml"] = _INGRESS.format(name=name)
        if index % 4 == 0:
            parts["secret.sops.yaml"] = _SECRET.format(name=name, data="A" * 400)
        yield f"{folder}/kustomization.yaml", _kustomization(list(parts))
        for file, text in parts.items():
            yield f"{folder}/{file}", text
        if index % 5 == 0:
            release = _FLUX_RELEASE if self.flux else _ARGO_APPLICATION
            place = folder if self.flux else f"{self.folder}/apps"
            text = release.format(name=name, folder=folder, values=self._values())
            yield f"{place}/release-{name}.yaml", text
        if index % 25 == 0:
            yield f"{folder}/values.yaml", self._values()
        if index % 40 == 0:
            yield f"{self.folder}/dashboards/{name}.json", self._dashboard(name)
        if index % 100 == 0:
            yield f"{self.folder}/crds/{name}.yaml", self._crd(name)

    def _deployment(self, name: str) -> str:
        variables = "".join(
            f"            - name: SETTING_{i}\n"
            f"              value: {self.chance.choice(_WORDS)!r}\n"
            for i in range(self.chance.randint(2, 12))
        )
        return _DEPLOYMENT.format(name=name, variables=variables)

    def _config(self, name: str) -> str:
        lines = "".join(
            f"    {self.chance.choice(_WORDS)} = {self.chance.randint(0, 9999)}\n"
            for _ in range(self.chance.randint(5, 60))
        )
        return _CONFIG.format(name=name, lines=lines)

    def _service(self, name: str, *, load_balancer: bool) -> str:
        if not load_balancer:
            return _SERVICE.format(name=name, notes="", type="ClusterIP")
        self.services += 1
        address = f"10.{self.number + 1}.{1 + self.services // 250}.{self.services % 250}"
        prefix = self.chance.choice(["metallb.io", "metallb.universe.tf", "metallb.universe.tf"])
        notes = f"\n  annotations:\n    {prefix}/loadBalancerIPs: {address}"
        return _SERVICE.format(name=name, notes=notes, type="LoadBalancer")

    def _values(self) -> str:
        return "".join(
            f"{word}:\n  enabled: {self.chance.choice(['true', 'false'])}\n"
            f"  resources:\n    limits:\n      memory: {self.chance.randint(64, 512)}Mi\n"
            for word in self.chance.sample(_WORDS, 6)
        )

    def _dashboard(self, name: str) -> str:
        panels = [
            {"id": i, "title": self.chance.choice(_WORDS), "gridPos": {"h": 8, "w": 12, "x": 0}}
            for i in range(400)
        ]
        return json.dumps({"title": name, "panels": panels}, indent=2)

    def _crd(self, name: str) -> str:
        fields = "".join(
            f"                {self.chance.choice(_WORDS)}{i}:\n"
            "                  description: What this field is for, at some length, as in CRDs.\n"
            "                  type: string\n"
            for i in range(1500)
        )
        return _CRD.format(name=name, fields=fields)


def _kustomization(resources: list[str], namespace: str = "default") -> str:
    listed = "".join(f"  - {name}\n" for name in resources if ".sops." not in name)
    return (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
        f"namespace: {namespace}\nresources:\n{listed}"
    )


_POOLS = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: lan
  namespace: metallb-system
spec:
  addresses:
    - {network}.1.0-{network}.9.255
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata:
  name: lan
  namespace: metallb-system
spec:
  ipAddressPools:
    - lan
"""

_ARGO_METALLB = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: metallb-{n}
  namespace: argocd
  annotations:
    argocd.argoproj.io/sync-wave: "0"
spec:
  project: default
  destination: {{name: c{n:02}, namespace: metallb-system}}
  source:
    repoURL: https://metallb.github.io/metallb
    chart: metallb
    targetRevision: 0.15.3
    helm:
      values: |
        speaker:
          frr:
            enabled: false
"""

_ARGO_ROOT = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: root-{n}
  namespace: argocd
spec:
  project: default
  destination: {{server: https://kubernetes.default.svc, namespace: argocd}}
  source: {{repoURL: https://git.example.com/gitops.git, path: {folder}/apps, targetRevision: HEAD}}
"""

_FLUX_METALLB = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: metallb
  namespace: metallb-system
spec:
  interval: 1h
  chart:
    spec:
      chart: metallb
      version: 0.15.3
      sourceRef: {kind: HelmRepository, name: metallb}
  values:
    speaker:
      ignoreExcludeLB: true
"""

_FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: metallb-{n}
  namespace: flux-system
spec:
  interval: 1h
  path: ./{folder}/metallb
  prune: true
  sourceRef: {{kind: GitRepository, name: flux-system}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: workloads-{n}
  namespace: flux-system
spec:
  interval: 1h
  path: ./{folder}/workloads
  prune: true
  sourceRef: {{kind: GitRepository, name: flux-system}}
"""

_ARGO_APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {name}
  namespace: argocd
spec:
  project: default
  destination: {{server: https://kubernetes.default.svc, namespace: default}}
  source:
    repoURL: https://git.example.com/gitops.git
    path: {folder}
    targetRevision: HEAD
"""

_FLUX_RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: {name}
spec:
  interval: 1h
  chart:
    spec:
      chart: app
      version: 1.2.3
      sourceRef: {{kind: HelmRepository, name: charts}}
  values: {{replicas: 2}}
"""

_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: main
          image: registry.example.com/{name}:1.2.3
          env:
{variables}"""

_CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
data:
  settings.conf: |
{lines}"""

_SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: {name}{notes}
spec:
  type: {type}
  selector: {{app: {name}}}
  ports:
    - port: 80
"""

_INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {name}
spec:
  rules:
    - host: {name}.example.com
"""

_SECRET = """\
apiVersion: v1
kind: Secret
metadata:
  name: {name}
data:
  key: ENC[AES256_GCM,data:{data},type:str]
sops:
  mac: ENC[AES256_GCM,data:AAAA,type:str]
"""

_CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {name}.example.com
spec:
  group: example.com
  versions:
    - name: v1
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
{fields}"""
