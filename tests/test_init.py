"""The configuration that `mlblint init` proposes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlblint.config import Config, MetallbConfig, NetworkConfig, load
from mlblint.init import Fact, InitError, Seen, render, write

FOUND = Seen(
    version=(Fact("0.15.3", "apps/metallb.yaml:12"),),
    namespace=(Fact("infra", "apps/metallb.yaml:20"), Fact("infra", "apps/pool.yaml:4")),
    prefix=(Fact("metallb.io", "apps/web/service.yaml:7"),),
    interfaces=(Fact("eth0", "apps/l2.yaml:9"), Fact("enp3s0"), Fact("eth0", "apps/l3.yaml:9")),
    engine=(Fact("Argo CD", "apps/metallb.yaml:1"), Fact("Argo CD", "apps/web.yaml:1")),
)


def configuration(folder, text: str) -> Config:
    (folder / ".mlblint.yaml").write_text(text, encoding="utf-8")
    return load(folder, known_rules={})


def test_what_was_found_is_written_with_its_place(tmp_path):
    text = render(FOUND)
    assert (
        text[: text.index("  # What the DHCP")]
        == """\
# yaml-language-server: $schema=https://mlblint.dev/schemas/config.json
# Configuration of mlblint. Every key is optional.
# Delivered by Argo CD (seen in apps/metallb.yaml:1).

metallb:
  version: 0.15.3  # seen in apps/metallb.yaml:12
  namespace: infra  # seen in apps/metallb.yaml:20
  # The prefix that MetalLB's annotations on Services are expected to have:
  # metallb.universe.tf, metallb.io, or auto to follow MetalLB's version.
  annotation-prefix: metallb.io  # seen in apps/web/service.yaml:7

network:
  # Where L2 addresses are announced. A fix writes these names.
  interfaces:
    - eth0  # seen in apps/l2.yaml:9
    - enp3s0
"""
    )
    assert configuration(tmp_path, text) == Config(
        metallb=MetallbConfig("0.15.3", "infra", annotation_prefix="metallb.io"),
        network=NetworkConfig(interfaces=("eth0", "enp3s0")),
    )


def test_what_was_not_found_stands_there_as_a_comment(tmp_path):
    text = render(Seen())
    assert "# No delivery engine was found (Argo CD, Flux, k3s, Fleet).\n" in text
    assert "  # version: 0.15.3\n  # namespace: metallb-system\n" in text
    assert "  # annotation-prefix: metallb.io\n" in text
    assert "  # interfaces: [eth0]\n" in text
    assert configuration(tmp_path, text) == Config()


def test_of_contradictions_none_is_chosen(tmp_path):
    text = render(Seen(version=(Fact("0.14.9", "a.yaml:1"), Fact("0.15.3", "b.yaml:2"))))
    assert (
        "  # In the repository: 0.14.9 (seen in a.yaml:1)\n"
        "  # In the repository: 0.15.3 (seen in b.yaml:2)\n"
        "  # version: 0.14.9\n"
    ) in text
    assert configuration(tmp_path, text) == Config()


def test_what_the_configuration_would_refuse_stays_a_comment(tmp_path):
    text = render(Seen(version=(Fact("0.*", "a.yaml:1"),), interfaces=(Fact("eth*", "b.yaml:2"),)))
    assert "  # In the repository: 0.* (seen in a.yaml:1)\n  # version: 0.15.3\n" in text
    assert "  # In the repository, but no literal name: eth* (seen in b.yaml:2)\n" in text
    assert configuration(tmp_path, text) == Config()


def test_every_example_in_a_comment_is_valid_when_it_is_uncommented(tmp_path):
    lines = render(Seen()).splitlines()[1:]  # the first is for editors
    # Sentences end with a full stop, a colon behind a word, or are followed by more of them.
    keys = r"^( *)# ((?: {2})*(?:- )?[a-z0-9.-]+:(?: .*)?)$"
    uncommented = [re.sub(keys, r"\1\2", line) for line in lines]
    config = configuration(tmp_path, "\n".join(uncommented))
    assert uncommented != lines
    assert config.metallb == MetallbConfig(
        "0.15.3", "metallb-system", annotation_prefix="metallb.io"
    )
    assert config.network.dhcp == ("192.168.7.100-192.168.7.199",)
    assert config.network.reserved["nas"] == ("192.168.7.5", "192.168.7.6")
    assert config.vpn.services == ("cortex-chat/*",)
    assert config.vpn.selector == {"access": "vpn"}
    assert config.dns.retired_domains == {"old.example.com": "new.example.com"}
    assert [cluster.each for cluster in config.clusters] == [None, "clusters/*"]
    assert config.exclude == ("archive/",)


# Lone surrogates too: names of files that are no UTF-8 have them.
texts = st.text(st.characters(exclude_categories=[]), max_size=20)
facts = st.lists(st.builds(Fact, texts, st.none() | texts), max_size=3)


@given(st.builds(Seen, *[facts.map(tuple)] * 5))
def test_whatever_the_repository_says_the_file_is_valid(tmp_path_factory, seen):
    config = configuration(tmp_path_factory.mktemp("init"), render(seen))
    assert config.vpn == Config().vpn
    assert set(config.network.interfaces) <= {fact.value for fact in seen.interfaces}


# --- writing --------------------------------------------------------------------------------


def test_the_file_is_written(tmp_path):
    assert write(tmp_path, "a: 1\n") == tmp_path / ".mlblint.yaml"
    assert [path.name for path in tmp_path.iterdir()] == [".mlblint.yaml"]
    assert (tmp_path / ".mlblint.yaml").read_bytes() == b"a: 1\n"
    assert (tmp_path / ".mlblint.yaml").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            ".mlblint.yaml",
            "fail-on: error\n",
            ".mlblint.yaml is there already; edit it, or replace it with --force",
        ),
        (
            ".mlblint.yml",
            "",
            ".mlblint.yml is there already; edit it, or replace it with --force",
        ),
        (
            "pyproject.toml",
            "[tool.mlblint]\n",
            "pyproject.toml has a table [tool.mlblint]; edit it, or replace it with --force",
        ),
    ],
)
def test_a_configuration_that_is_there_is_kept(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(InitError) as caught:
        write(tmp_path, "a: 1\n")
    assert str(caught.value) == message
    assert (tmp_path / name).read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_with_force_it_is_replaced(tmp_path):
    (tmp_path / ".mlblint.yml").write_text("fail-on: error\n")
    assert write(tmp_path, "a: 1\n", force=True) == tmp_path / ".mlblint.yml"
    assert [path.name for path in tmp_path.iterdir()] == [".mlblint.yml"]
    assert (tmp_path / ".mlblint.yml").read_text() == "a: 1\n"


def test_a_link_is_replaced_and_not_followed(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "target").write_text("keep")
    (root / ".mlblint.yaml").symlink_to("../target")
    write(root, "a: 1\n", force=True)
    assert (tmp_path / "target").read_text() == "keep"
    assert (root / ".mlblint.yaml").read_text() == "a: 1\n"


def test_what_cannot_be_written_is_told(tmp_path):
    with pytest.raises(InitError, match=r"^\.mlblint\.yaml cannot be written: No such file"):
        write(tmp_path / "missing", "a: 1\n")
    (tmp_path / ".mlblint.yaml").mkdir()
    with pytest.raises(InitError, match=r"^\.mlblint\.yaml cannot be written: Is a directory"):
        write(tmp_path, "a: 1\n", force=True)
    assert [path.name for path in tmp_path.iterdir()] == [".mlblint.yaml"]
