"""Each mistake in a configuration is told in one line, with its position and advice."""

from __future__ import annotations

import pytest

from mlblint.config import ConfigError, check_options, load


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("metalb: {}", "1:1: unknown key `metalb`; did you mean `metallb`?"),
        (
            "network:\n  interface: [eth0]",
            "2:3: unknown key `network.interface`; did you mean `network.interfaces`?",
        ),
        (
            "metallb: {bgp_type: frr}",
            "1:11: unknown key `metallb.bgp_type`; did you mean `metallb.bgp-type`?",
        ),
        (
            "dns: {zzz: 1}",
            "1:7: unknown key `dns.zzz`; known here: `retired-domains`",
        ),
        (
            "metallb:\n  version: 0.15",
            '2:12: `metallb.version`: expected a version in quotes, such as "0.15.3"; '
            "found the number 0.15",
        ),
        (
            "network:\n  dhcp: 192.168.7.1",
            "2:9: `network.dhcp`: expected a list, such as "
            '["192.168.7.100-192.168.7.199"]; found "192.168.7.1"',
        ),
        (
            "network:\n  dhcp:\n    - 192.168.7.1\n    - 192.168.7.300",
            "4:7: `network.dhcp[1]`: expected an address, a CIDR or a range, such as "
            '192.168.7.100-192.168.7.199; found "192.168.7.300"',
        ),
        (
            "network: {reserved: {router: }}",
            "1:22: `network.reserved.router`: expected a text or a list, such as "
            '"192.168.7.1"; found nothing',
        ),
        (
            "network: {interfaces: [eth*]}",
            "1:24: `network.interfaces[0]`: expected the literal name of a network interface, "
            'such as "eth0"; found "eth*"',
        ),
        (
            "vpn: {services: [cortex-chat]}",
            '1:18: `vpn.services[0]`: expected "namespace/name", where * stands for any text, '
            'such as "cortex-chat/*"; found "cortex-chat"',
        ),
        (
            "vpn: {selector: {access: yes}}",
            '1:26: `vpn.selector.access`: expected a text, such as "vpn"; found true; '
            "put it in quotes to make it a text (YAML reads `yes` as true)",
        ),
        (
            "vpn: {reaches-l2: 1}",
            "1:19: `vpn.reaches-l2`: expected true or false; found the number 1",
        ),
        (
            'sync-waves: {pool: "1"}',
            '1:20: `sync-waves.pool`: expected a whole number, such as -1; found "1"',
        ),
        (
            "fail-on: warn",
            "1:10: `fail-on`: expected `error`, `warning`, `info` or `never`; "
            'found "warn"; did you mean `warning`?',
        ),
        ("clusters: [{name: prod}]", "1:12: `clusters[0]`: `paths` is missing"),
        (
            "clusters: [{each: 'a/*', name: prod}]",
            "1:32: `clusters[0].name`: `each` names clusters by their folders, without `name`; "
            'found "prod"',
        ),
        (
            "rules: {select: [l2-interface-missing]}",
            '1:18: `rules.select[0]`: unknown rule "l2-interface-missing"; '
            "did you mean l2-interfaces-missing?",
        ),
        (
            "rules: {severity: {MLB3011: error}}",
            '1:20: `rules.severity.MLB3011`: unknown rule "MLB3011"; did you mean MLB301?',
        ),
        (
            "rules: {severity: {MLB301: off}}",
            "1:28: `rules.severity.MLB301`: expected `error`, `warning` or `info` (what shall not "
            "run at all belongs under `rules.ignore`); found false (YAML reads `off` as false)",
        ),
        (
            "rules: {options: {annotation-prefix: {}}}",
            "1:19: `rules.options.annotation-prefix`: options stand under the id of their rule; "
            '"annotation-prefix" is MLB101',
        ),
        (
            "exclude: ['!keep.yaml']",
            '1:11: `exclude[0]`: expected a glob, such as "archive/**" '
            '(without ! for exceptions); found "!keep.yaml"',
        ),
        (
            "dns: {retired-domains: {old.example: 1}}",
            '1:38: `dns.retired-domains."old.example"`: expected a text, such as '
            '"goldentooth.net"; found the number 1; put it in quotes to make it a text',
        ),
        ("exclude: []\nexclude: [a]", "2:1: `exclude` is given twice, first in line 1"),
        (
            'fail-on: "a\\n\\e[31mb"',
            "1:10: `fail-on`: expected `error`, `warning`, `info` or `never`; "
            r'found "a\n\x1b[31mb"',
        ),
        (
            "- network",
            "1:1: expected a mapping of keys, such as `network: {interfaces: [eth0]}`; "
            "found a list",
        ),
        (
            "{}\n---\nnetwork: {}",
            "3:1: a second YAML document; all of the configuration belongs into one",
        ),
    ],
)
def test_a_mistake_is_one_line_with_position_key_and_advice(mistakes, text, line):
    assert mistakes(text) == [f".mlblint.yaml:{line}"]


def test_all_mistakes_are_told_in_the_order_of_the_text(mistakes):
    text = "fail-on: 1\nmetalb: {}\nnetwork:\n  dhcp: [x]\n  dhcp: [y]\nrules: {ignore: [MLB9]}\n"
    assert [line.split(": ")[0] for line in mistakes(text)] == [
        ".mlblint.yaml:1:10",
        ".mlblint.yaml:2:1",
        ".mlblint.yaml:5:3",
        ".mlblint.yaml:5:10",
        ".mlblint.yaml:6:18",
    ]


def test_an_error_holds_its_parts(rules, tmp_path):
    (tmp_path / ".mlblint.yaml").write_text("a: 1\nb: 2\n")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, known_rules=rules)
    error = caught.value
    assert (error.path, error.line, error.column) == (".mlblint.yaml", 1, 1)
    assert error.message.startswith("unknown key `a`; known here: `metallb`, `network`")
    assert [one.line for one in error.all] == [1, 2]


def test_broken_yaml_is_told_with_its_position(mistakes):
    (line,) = mistakes("network:\n  dhcp: [a\nvpn: {}\n")
    assert line.startswith(".mlblint.yaml:3:")
    assert "not valid YAML: " in line


@pytest.mark.parametrize("data", [b"\xff\xfe\xfa", b"a: \0", b"\x80"])
def test_what_is_no_text_is_told(rules, tmp_path, data):
    (tmp_path / ".mlblint.yaml").write_bytes(data)
    with pytest.raises(ConfigError, match=r"^\.mlblint\.yaml: cannot be read: "):
        load(tmp_path, known_rules=rules)


def test_an_alias_bomb_is_told(mistakes):
    levels = "\n".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" if n else "a0: &a0 [x]" for n in range(9)
    )
    (line,) = mistakes(levels)
    assert line == ".mlblint.yaml:1:1: cannot be read: aliases expand to more than 1,000,000 values"


def test_a_file_that_is_not_there_or_is_a_folder_is_told(rules, tmp_path):
    with pytest.raises(ConfigError, match=r"^x\.yaml: cannot be read: No such file"):
        load(tmp_path, explicit=tmp_path / "x.yaml", known_rules=rules)
    (tmp_path / ".mlblint.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"^\.mlblint\.yaml: cannot be read: Is a directory"):
        load(tmp_path, known_rules=rules)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[tool.mlblint]\nfail-on = \n", "pyproject.toml:2:11: not valid TOML: Invalid value"),
        (
            "[tool.mlblint.metalb]\n",
            "pyproject.toml: unknown key `metalb`; did you mean `metallb`?",
        ),
        ("[tool]\nmlblint = 1\n", "pyproject.toml: `tool.mlblint`: expected a table"),
        (
            "[tool.mlblint]\ncache-dir = 2027-01-31\n",
            "pyproject.toml: `cache-dir`: expected a text, such as "
            '".mlblint_cache"; found the date 2027-01-31',
        ),
    ],
)
def test_mistakes_in_toml(mistakes, text, line):
    assert mistakes(text, "pyproject.toml") == [line]


def test_a_toml_file_without_the_table_is_told(rules, tmp_path):
    (tmp_path / "x.toml").write_text("fail-on = 'error'")
    with pytest.raises(ConfigError, match=r"^x\.toml: has no table \[tool\.mlblint\]; "):
        load(tmp_path, explicit=tmp_path / "x.toml", known_rules=rules)


def test_options_are_judged_by_the_schema_of_their_rule(rules, config_of):
    config = config_of("rules:\n  options:\n    MLB201: {size: big}\n    MLB301: {}\n")
    check_options(config, {"MLB301": {"type": "object"}})
    schema = {"additionalProperties": False, "properties": {"size": {"type": "integer"}}}
    with pytest.raises(ConfigError) as caught:
        check_options(config, {"MLB201": schema})
    assert str(caught.value) == (
        '.mlblint.yaml:3:20: `rules.options.MLB201.size`: expected a whole number; found "big"'
    )
