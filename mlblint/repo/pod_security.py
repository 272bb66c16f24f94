"""What the repository shows of Pod Security: the label of a namespace, and a cluster's default."""

from __future__ import annotations

import re

from mlblint.records import dataclass
from mlblint.repo.files import Files
from mlblint.repo.model import Model
from mlblint.repo.words import ADMISSION, POD_SECURITY, TALOS
from mlblint.text.places import Place

ENFORCE = "pod-security.kubernetes.io/enforce"
PRIVILEGED = "privileged"

_TALOS = re.compile(r"\btalos\.dev\b|\bghcr\.io/siderolabs/(?:installer|talos)\b")
_TALOS_PATH = re.compile(r"(?:^|/)(?:talos/.*|talconfig\.ya?ml|talenv\.ya?ml)$")
_CONFIGURED = re.compile(r"\bPodSecurityConfiguration\b|\bname:\s*[\"']?PodSecurity\b")
_STRICT = re.compile(r"[\"']?\benforce[\"']?:\s*[\"']?(baseline|restricted)\b")
_REMOVED = re.compile(r"\badmissionControl:\s*(?:\n\s*)?(?:-\s*)?\$patch:\s*delete\b")


@dataclass(frozen=True)
class Default:
    """A level that is enforced in namespaces which say nothing, why, and where that shows."""

    level: str
    because: str
    place: Place | None


@dataclass(frozen=True)
class PodSecurity:
    """`default` is None where nothing is enforced as far as one can see. `exemptions` is the
    text of all configurations of the plugin: a namespace named in it is exempted."""

    default: Default | None
    exemptions: str

    def exempts(self, namespace: str) -> bool:
        return re.search(rf"(?<![\w-]){re.escape(namespace)}(?![\w-])", self.exemptions) is not None


def pod_security(model: Model) -> PodSecurity:
    """Kubernetes enforces nothing by itself. Talos enforces `baseline`, unless its machine
    configuration says otherwise (Talos docs/kubernetes-guides/configuration/pod-security@v1.9)."""
    configured: list[str] = []
    strict: Default | None = None
    talos: Default | None = None
    removed = False
    files = model.files
    for path in files.paths:
        if _contains(_CONFIGURED, path, files, *POD_SECURITY):
            configured.append(text := _text(path, files))
            level = _STRICT.search(text)
            if level is not None and strict is None:
                strict = Default(level[1], "an AdmissionConfiguration says so", _place(path, model))
        removed = removed or _contains(_REMOVED, path, files, *ADMISSION)
        if talos is None and (
            (_TALOS_PATH.search(path) and files.source(path) is not None)
            or _contains(_TALOS, path, files, *TALOS)
        ):
            talos = Default("baseline", "the default of Talos", _place(path, model))
    given = strict or (None if removed or configured else talos)
    return PodSecurity(given, "\n".join(configured))


def _place(path: str, model: Model) -> Place | None:
    document = next(iter(model.files.all_documents(path)), None)
    return Place(document) if document is not None else None


def _contains(pattern: re.Pattern[str], path: str, files: Files, *words: str) -> bool:
    """Whether the pattern occurs in a file; no text has it without one of the words."""
    return files.mentions(path, *words) and pattern.search(_text(path, files)) is not None


def _text(path: str, files: Files) -> str:
    source = files.source(path)
    return source.text if source is not None else ""
