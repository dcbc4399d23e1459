"""Targets: precedence, the plan's staging configuration, and refusals in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from acceptance.target import Capability, Target
from acceptance.targets import SHIPPED, load_target
from acceptance.verdicts import ConfigurationError


@pytest.fixture(autouse=True)
def _no_settings_from_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith(("STAGING_", "LOCAL_", "EMBEDDED_", "BLUE_", "E2E_")):
            monkeypatch.delenv(name)


def a_target_file(folder: Path, text: str = "", name: str = "blue.toml") -> str:
    path = folder / name
    path.write_text(
        'about = "the blue deployment"\nbase_url = "https://api.blue.staging.netra.test"\n'
        'auth_url = "https://auth.blue.staging.netra.test"\nwebsocket_url = "wss://api.blue.staging.netra.test/ws"\n'
        "promptly = 5\nservice_discovery_timeout = 30\nauth_coordination_timeout = 15\n"
        "websocket_coordination_timeout = 10\n" + text,
        encoding="utf-8",
    )
    return str(path)


def refusal(chosen: str, **overrides: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        load_target(chosen, overrides)
    sentence = str(refused.value)
    assert "\n" not in sentence
    return sentence


def test_staging_is_the_plans_configuration() -> None:
    """Phase 2 test strategy, 3.2: the addresses and the three coordination time-outs."""
    target = load_target("staging", {})
    assert target.addresses == {
        "base_url": "https://api.staging.netrasystems.ai",
        "auth_url": "https://auth.staging.netrasystems.ai",
        "frontend_url": "https://staging.netrasystems.ai",
        "websocket_url": "wss://api.staging.netrasystems.ai/ws",
    }
    assert (
        target.service_discovery_timeout,
        target.auth_coordination_timeout,
        target.websocket_coordination_timeout,
    ) == (30, 15, 10)
    assert not target.embedded


@pytest.mark.parametrize(
    ("variable", "setting"),
    [
        ("STAGING_BASE_URL", "base_url"),
        ("STAGING_AUTH_URL", "auth_url"),
        ("STAGING_FRONTEND_URL", "frontend_url"),
        ("STAGING_WEBSOCKET_URL", "websocket_url"),
    ],
)
def test_the_teams_override_names_work(variable: str, setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scheme = "wss" if setting == "websocket_url" else "https"
    monkeypatch.setenv(variable, f"{scheme}://elsewhere.staging.netrasystems.ai/")
    assert getattr(load_target("staging", {}), setting) == f"{scheme}://elsewhere.staging.netrasystems.ai"


def test_file_then_environment_then_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = a_target_file(tmp_path)
    assert load_target(file, {}).promptly == 5
    monkeypatch.setenv("BLUE_PROMPTLY", "6")
    assert load_target(file, {}).promptly == 6
    assert load_target(file, {"promptly": "7"}).promptly == 7


def test_the_simulation_key_comes_from_the_environment_and_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("E2E_OAUTH_SIMULATION_KEY", "canary-key-4711")
    target = load_target("staging", {})
    assert target.secrets == ["canary-key-4711"]
    assert "canary" not in repr(target)
    assert "canary" not in repr(target.describe())
    assert ("Simulation key", "set") in target.describe()


def test_a_secret_on_the_command_line_is_refused() -> None:
    assert "E2E_OAUTH_SIMULATION_KEY" in refusal("staging", simulation_key="x")


def test_user_info_in_an_address_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGING_BASE_URL", "https://ada:canary-pw@api.staging.netrasystems.ai")
    target = load_target("staging", {})
    assert "canary-pw" in target.secrets
    assert "canary-pw" not in repr(target.describe())


def test_every_shipped_target_loads_and_the_embedded_one_makes_nobody_wait() -> None:
    names = {path.stem for path in SHIPPED.glob("*.toml")}
    assert names == {"embedded", "local", "source", "staging"}
    targets = {name: load_target(name, {}) for name in names - {"source"}}
    assert all(deadline.seconds <= 2 for deadline in targets["embedded"].deadlines.values())
    assert [name for name, target in targets.items() if target.source] == ["embedded"]


def test_a_source_tree_by_itself_is_a_target_once_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="-D source=PATH names a tree"):
        load_target("source", {})
    target = load_target("source", {"source": str(tmp_path)})
    assert (target.has_platform, target.embedded, target.source) == (False, False, tmp_path)
    assert target.without("platform", "read-only") == "target source is a source tree only"
    assert target.without("source-tree", "read-only") is None


def test_the_list_of_known_gaps_is_the_targets_own_unless_others_are_named(tmp_path: Path) -> None:
    assert load_target("staging", {}).known_gaps == ()
    named = load_target("staging", {"known_gaps": "a.toml, b.toml"}).known_gaps
    assert named is not None
    assert [path.name for path in named] == ["a.toml", "b.toml"]


def test_what_is_not_declared_is_not_asked() -> None:
    staging = load_target("staging", {})
    assert staging.without("source-tree", "read-only") == "no source tree was named"
    assert "disturbed" in (staging.without("platform", "disruptive") or "")
    assert staging.without("platform", "creates-data") is None
    read_only = load_target("staging", {"capabilities": ""})
    assert "data" in (read_only.without("platform", "creates-data") or "")
    assert Capability.OUTAGE_CONTROL in load_target("embedded", {}).capabilities


@pytest.mark.parametrize(
    ("capability", "need", "effect"),
    [
        (Capability.LOAD, "load", "read-only"),
        (Capability.CREATES_DATA, "platform", "creates-data"),
        (Capability.OUTAGE_CONTROL, "platform", "disruptive"),
        (Capability.MINT_TOKENS, "minted-tokens", "read-only"),
    ],
)
def test_whatever_else_is_declared_what_is_not_is_not_asked(capability: Capability, need: str, effect: str) -> None:
    assert load_target("embedded", {}).without(need, effect) is None
    others = ",".join(each for each in Capability if each is not capability)
    assert "does not declare" in (load_target("embedded", {"capabilities": others}).without(need, effect) or "")


@pytest.mark.parametrize(
    ("chosen", "overrides", "says"),
    [
        ("stagin", {}, "did you mean “staging”?"),
        ("nowhere.toml", {}, "nowhere.toml does not exist"),
        ("staging", {"base_ulr": "https://x.test"}, "did you mean “base_url”?"),
        ("staging", {"base_url": "htp//x"}, "base_url is not an address like https://host[:port]"),
        ("staging", {"websocket_url": "https://x.test/ws"}, "websocket_url is not an address like wss://host[:port]"),
        ("staging", {"base_url": "http://h.test:99999"}, "base_url is not an address"),
        ("staging", {"promptly": "soon"}, "promptly must be a valid number"),
        ("staging", {"promptly": "0"}, "promptly must be greater than 0"),
        ("staging", {"capabilities": "fly"}, "capabilities must be 'creates-data'"),
        ("embedded", {"source": "/does/not/exist"}, "name one with -D source=PATH"),
        ("local", {"base_url": "https://api.netrasystems.ai"}, "name it a second time in production_hosts"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(chosen: str, overrides: dict[str, str], says: str) -> None:
    assert says in refusal(chosen, **overrides)


def test_production_named_twice_is_accepted() -> None:
    overrides = {"base_url": "https://api.netrasystems.ai", "production_hosts": "api.netrasystems.ai"}
    assert load_target("local", overrides).base_url == "https://api.netrasystems.ai"


def test_a_proxy_is_for_targets_outside_this_machine() -> None:
    assert load_target("embedded", {}).is_on_this_machine
    assert load_target("local", {"base_url": "http://[::1]:8000", "auth_url": "http://127.0.0.2"}).is_on_this_machine
    assert not load_target("local", {"auth_url": "http://auth.staging.netra.test"}).is_on_this_machine
    assert not load_target("staging", {}).is_on_this_machine


def test_unknown_and_missing_settings_of_a_file_are_refused(tmp_path: Path) -> None:
    unknown = a_target_file(tmp_path, 'auth_uri = "https://x.test"\n')
    assert "did you mean “auth_url”?" in refusal(unknown)
    broken = a_target_file(tmp_path, "= nothing\n")
    assert "line 9" in refusal(broken)
    silent = tmp_path / "silent.toml"
    silent.write_text('about = "x"\npromptly = 1\n', encoding="utf-8")
    assert "service_discovery_timeout" in refusal(str(silent))


def test_settings_are_documented_by_name() -> None:
    assert "simulation_key" in Target.model_fields


# --- the synthetic person --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"synthetic_person": "nobody"}, "synthetic_person is not an e-mail address like phase2-monitor@example.com"),
        ({"synthetic_person": "a b@example.com"}, "is not an e-mail address"),
        ({"people": "synthetic"}, "people = synthetic needs synthetic_person"),
        ({"people": "others"}, "people must be 'new' or 'synthetic'"),
        ({"people": "synthetic", "synthetic_person": "p@example.com"}, "it is set by BLUE_SYNTHETIC_PASSWORD"),
        ({"synthetic_password": "secret"}, "-D synthetic_password=… is refused"),
    ],
)
def test_synthetic_people_who_cannot_come_in_are_refused(settings: dict[str, str], told: str, tmp_path: Path) -> None:
    assert told in refusal(a_target_file(tmp_path), **settings)


def test_the_password_of_synthetic_people_is_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUE_SYNTHETIC_PASSWORD", "only in the environment")
    person = {"people": "synthetic", "synthetic_person": "p@example.com"}
    assert load_target(a_target_file(tmp_path), person).secrets == ["only in the environment"]


def test_simulation_needs_no_password_and_the_embedded_target_makes_one(tmp_path: Path) -> None:
    person = {"people": "synthetic", "synthetic_person": "p@example.com", "sign_in": "simulation"}
    assert load_target(a_target_file(tmp_path), person).people == "synthetic"
    first, second = (load_target("embedded", {"people": "synthetic"}).secrets for _ in range(2))
    assert len(first) == len(second) == 1
    assert first != second
