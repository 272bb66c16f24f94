"""What a configuration means, and where it is found."""

from __future__ import annotations

import pytest

from mlblint.config import (
    ClusterConfig,
    Config,
    DnsConfig,
    MetallbConfig,
    NetworkConfig,
    RulesConfig,
    SyncWaves,
    VpnConfig,
    find_config,
    find_root,
    load,
    render_config,
)


def test_every_key_has_its_place(everything, rules, config_of):
    assert config_of(everything) == Config(
        metallb=MetallbConfig("0.15.3", "infra", "frr-k8s", "metallb.io/metallb", "auto"),
        network=NetworkConfig(
            interfaces=("eth0", "enp3s0"),
            subnets=("192.168.7.0/24", "fd00::/64"),
            nodes=("192.168.7.11",),
            dhcp=("192.168.7.100-192.168.7.199",),
            reserved={"router": ("192.168.7.1",), "nas": ("192.168.7.5", "192.168.7.6")},
        ),
        vpn=VpnConfig(
            services=("cortex-chat/*",),
            namespaces=("internal",),
            hostnames=("*.example.dev",),
            selector={"access": "vpn"},
            reaches_l2=True,
        ),
        sync_waves=SyncWaves(-2, -1, 0, 1, 2, 10),
        dns=DnsConfig({"hellholt.net": "goldentooth.net"}),
        clusters=(
            ClusterConfig("prod", ("clusters/prod/**", "apps/**")),
            ClusterConfig(each="clusters/*"),
        ),
        rules=RulesConfig(
            select=("MLB1", "l2-interfaces-missing"),
            ignore=("MLB106",),
            severity={"MLB301": "error"},
            options={"MLB201": {"sizes": [1, 2]}},
            extend_rules=("lint/",),
            per_file_ignores={"clusters/lab/**": ("MLB301",)},
            promote_fixes=("MLB2",),
            demote_fixes=("ALL",),
        ),
        exclude=("archive/",),
        fail_on="never",
        cache_dir=".cache/mlblint",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n# nothing\n",
        "---\n",
        "---\n---\n",
        "network:\n",
        "network:\n  dhcp:\nfail-on:\n",
        "{}",
    ],
)
def test_what_is_not_given_is_the_default(config_of, text):
    assert config_of(text) == Config()


def test_pyproject_says_the_same_in_toml(config_of):
    text = """
[project]
name = "infra"
[tool.mlblint]
fail-on = "error"
[tool.mlblint.network]
dhcp = ["192.168.7.100-192.168.7.199"]
reserved.router = "192.168.7.1"
[[tool.mlblint.clusters]]
each = "clusters/*"
"""
    assert config_of(text, "pyproject.toml") == Config(
        network=NetworkConfig(
            dhcp=("192.168.7.100-192.168.7.199",), reserved={"router": ("192.168.7.1",)}
        ),
        clusters=(ClusterConfig(each="clusters/*"),),
        fail_on="error",
    )


def test_a_whole_number_may_be_written_as_a_float(config_of):
    waves = config_of("sync-waves: {pool: 7.0}").sync_waves
    assert (waves.pool, type(waves.pool)) == (7, int)


def test_aliases_and_merge_keys_are_followed(mistakes):
    text = "vpn: {selector: &s {a: b}}\nrules: {severity: {}}\nnetwork: {reserved: {<<: *s}}\n"
    assert mistakes(text) == [
        ".mlblint.yaml:3:11: `network.reserved.a`: expected an address, a CIDR or a range, such as "
        '192.168.7.100-192.168.7.199; found "b"'
    ]


def test_the_file_may_be_named_on_the_command_line(rules, tmp_path):
    (tmp_path / ".mlblint.yaml").write_text("fail-on: error")
    (tmp_path / "other.yaml").write_text("fail-on: info")
    config = load(tmp_path, explicit=tmp_path / "other.yaml", known_rules=rules)
    assert (config.fail_on, config.origins.of(("fail-on",))) == ("info", "other.yaml:1")


def test_rules_of_the_repository_are_known_once_their_folder_is(tmp_path, rules):
    asked = []

    def rules_in(folders):
        asked.append(folders)
        return {**rules, "LOCAL1": "local"}

    text = "rules: {extend-rules: [lint/, more/], select: [LOCAL1]}"
    (tmp_path / ".mlblint.yaml").write_text(text)
    assert load(tmp_path, known_rules=rules_in).rules.select == ("LOCAL1",)
    assert asked == [("lint/", "more/")]


def test_the_root_is_the_nearest_folder_with_a_configuration_or_git(tmp_path):
    deep = tmp_path / "a/b/c"
    deep.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    assert find_root(deep) == tmp_path.resolve()
    (tmp_path / "a" / ".mlblint.yml").touch()
    assert find_root(deep) == (tmp_path / "a").resolve()
    (tmp_path / "a/b" / ".git").write_text("gitdir: elsewhere")
    assert find_root(deep) == (tmp_path / "a/b").resolve()
    file = deep / "service.yaml"
    file.touch()
    assert find_root(file) == (tmp_path / "a/b").resolve()


def test_without_any_of_them_the_root_is_the_start(tmp_path):
    if find_root(tmp_path.parent) != tmp_path.parent.resolve():
        pytest.skip("the folder for temporary files lies in a repository")
    assert find_root(tmp_path) == tmp_path.resolve()


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("[tool.mlblint]\n", True),
        ("[tool.mlblint.network]\ninterfaces = []\n", True),
        ("[tool]\nmlblint = {fail-on = 'error'}\n", True),
        ("[tool.mlblint]\nbroken = \n", True),
        ("[tool.poetry.dependencies]\nmlblint = '^1'\n", False),
        ("broken = mlblint\n", False),
        ("[project]\n", False),
    ],
)
def test_a_pyproject_counts_only_with_a_table_for_mlblint(tmp_path, text, counts):
    (tmp_path / "pyproject.toml").write_text(text)
    assert [path.name for path in find_config(tmp_path)] == ["pyproject.toml"] * counts


def test_yaml_hides_toml_and_the_report_says_so(config_of, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.mlblint]\nfail-on = 'info'\n")
    config = config_of("fail-on: error\n")
    assert config.fail_on == "error"
    assert render_config(config).splitlines()[:3] == [
        "# The effective configuration, and where each value came from.",
        "# Read from .mlblint.yaml.",
        "# pyproject.toml is not read beside it.",
    ]
