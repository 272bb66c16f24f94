"""Communities: the names that Community objects give them, and those that advertisements use."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.repo.communities import Community, CommunityFault, parse_community
from mlblint.repo.metallb import BGP
from mlblint.repo.resources import get, is_opaque, items
from mlblint.repo.unseen import COMMUNITY
from mlblint.repo.validation.configuration import Configuration, Object, Refusal
from mlblint.repo.versions import LARGE_COMMUNITIES
from mlblint.text.places import Place

_FORMAT = "write two numbers up to 65535 with a colon, or `large:` and three numbers"


def refusals(config: Configuration) -> Iterator[Refusal]:
    yield from _duplicate_aliases(config)
    for community in config.of(COMMUNITY):
        for index, one in enumerate(items(community.get("communities"))):
            value = "" if get(one, "value") is None else get(one, "value")
            place = community.place("communities", index, "value")
            if isinstance(value, str) and not is_opaque(value):
                yield from _value(config, community, place, value)
    for advertisement in config.of(BGP):
        for index, value in advertisement.strings("communities"):
            if value not in config.aliases:
                place = advertisement.place("communities", index)
                yield from _value(config, advertisement, place, value, aliases=True)


def _duplicate_aliases(config: Configuration) -> Iterator[Refusal]:
    """metallb internal/config/config.go@v0.16.1, `communitiesFromCrs`."""
    first: dict[str, Place] = {}
    seen: set[tuple[object, ...]] = set()
    for community in config.of(COMMUNITY):
        for index, one in enumerate(items(community.get("communities"))):
            # Without a name it has the empty one, and that only once.
            alias = get(one, "name") or ""
            place = community.place("communities", index, "name")
            identity = (community.name, community.delivered.namespace, index, alias)
            if not isinstance(alias, str) or is_opaque(alias) or identity in seen:
                # One object, delivered twice, is one object.
                continue
            seen.add(identity)
            if alias in first:
                yield Refusal(
                    "community-name",
                    community.delivered,
                    place,
                    f"the community `{alias}` is defined twice"
                    if alias
                    else "two communities have no name",
                    "give each community a name of its own, across all Community objects",
                    notes=((first[alias], "it is defined here as well"),),
                )
            first.setdefault(alias, place)


def _value(
    config: Configuration, of: Object, place: Place, value: str, aliases: bool = False
) -> Iterator[Refusal]:
    parsed = parse_community(value)
    if isinstance(parsed, CommunityFault):
        if aliases and parsed.kind == "format":
            yield from _unknown_alias(config, of, place, value)
            return
        message = f"`{value}` is no BGP community: {parsed.message}"
        yield Refusal("community-value", of.delivered, place, message, _FORMAT)
    elif parsed.large:
        yield from _large(config, of, place, value, parsed)


def _unknown_alias(
    config: Configuration, of: Object, place: Place, value: str
) -> Iterator[Refusal]:
    if config.has_all(COMMUNITY, of):
        yield Refusal(
            "community-unknown",
            of.delivered,
            place,
            f"no Community object of this cluster gives a community the name `{value}`, and it is "
            "none itself",
            f"add `{value}` to a Community object, or {_FORMAT}",
        )


def _large(
    config: Configuration, of: Object, place: Place, value: str, community: Community
) -> Iterator[Refusal]:
    if not config.dialect.has(LARGE_COMMUNITIES):
        message = f"`{value}` is a large community, which MetalLB reads since 0.13.10"
        yield Refusal("community-large", of.delivered, place, message, "update MetalLB")
    elif not config.dialect.frr:
        yield Refusal(
            "community-large",
            of.delivered,
            place,
            f"`{value}` is a large community, which MetalLB's native BGP does not speak",
            "use a community of two numbers, or let MetalLB speak BGP through FRR",
        )
