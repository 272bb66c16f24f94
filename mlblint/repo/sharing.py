"""Which Services may be on one address together.

All of them must allow it with the same key, use different ports, and, where the node that has the
address serves its own pods only, the same pods (metallb internal/allocator/allocator.go@v0.16.1,
`sharingOK` and `checkSharing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlblint.records import dataclass
from mlblint.repo.address_requests import Port, Request
from mlblint.repo.addresses import Interval


@dataclass(frozen=True, eq=False)
class Clash:
    """Two Services that ask for one address and cannot share it: `keys` if they do not allow
    it to each other, the `ports` that both use, `backends` if only one's nodes would serve."""

    request: Request
    earlier: Request
    address: Interval
    keys: bool
    ports: tuple[Port, ...]
    backends: bool


def clashes(requests: Iterable[Request]) -> Iterator[Clash]:
    """Of requests for addresses, those that ask for one that earlier ones have and that they
    cannot share."""
    on: dict[Interval, _Occupants] = {}
    for request in requests:
        taken = [(address, on[address]) for address in request.addresses if address in on]
        found = (there.clash(request, address) for address, there in taken)
        clash = next((one for one in found if one is not None), None)
        if clash is None:
            for address in request.addresses:
                on.setdefault(address, _Occupants()).add(request)
        elif not _may_be_one(request, clash.earlier):
            yield clash


class _Occupants:
    """The Services on one address, which share it."""

    def __init__(self) -> None:
        self._keys: dict[str, Request] = {}
        self._ports: dict[Port, Request] = {}
        self._backends: dict[str, Request] = {}

    def add(self, request: Request) -> None:
        if request.sharing_is_known:
            self._keys.setdefault(request.sharing_key, request)
        for port in request.ports or ():
            self._ports.setdefault(port, request)
        its = request.backend
        if its is not None:
            self._backends.setdefault(its, request)

    def clash(self, request: Request, address: Interval) -> Clash | None:
        """All conditions, with the Service on account of which the first of them fails."""
        key, its = request.sharing_key, request.backend
        known = request.sharing_is_known
        by_key = next((o for k, o in self._keys.items() if not k or (known and k != key)), None)
        used = sorted(self._ports.keys() & (request.ports or ()))
        others = {k: o for k, o in self._backends.items() if its is not None and k != its}
        by_backend = next(iter(others.values()), None)
        other = by_key or by_backend or (self._ports[used[0]] if used else None)
        if other is None:
            return None
        return Clash(request, other, address, bool(by_key), tuple(used), bool(by_backend))


def _may_be_one(request: Request, earlier: Request) -> bool:
    """Whether two might be the same Service: delivered twice, or written once by hand and once
    by the chart whose rendering was committed beside its values. What one place asks for may
    be meant for two clusters that nothing here tells apart."""
    service, other = request.service, earlier.service
    assert request.asked is not None
    assert earlier.asked is not None
    if request.asked.place == earlier.asked.place:
        return True
    if service.is_manifest and other.is_manifest:
        names = {(one.namespace or "default", one.name) for one in (service, other)}
        return len(names) == 1
    if not service.is_manifest and not other.is_manifest:
        return False
    written = service if service.is_manifest else other
    return written.labels.get("app.kubernetes.io/managed-by") == "Helm"
