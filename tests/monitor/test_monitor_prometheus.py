"""Rules, dashboard and metrics, held to what a real Prometheus makes of a real monitor."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import prometheus
import pytest
import yaml
from prometheus import HERE, promtool, scraping
from watching import watching

DASHBOARD = HERE.parent / "grafana" / "dashboard.json"
#: What a rehearsal does not have, and so a monitor of the embedded platform: it is never ready.
NOT_REHEARSED = {"acceptance_ready"}


def expressions() -> list[str]:
    """Every expression of the rules and of the dashboard, as Prometheus is given it."""
    rules = yaml.safe_load((HERE / "rules.yml").read_text(encoding="utf-8"))
    found = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    found += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    variables = {"$target": "embedded", "$job": "acceptance", "$__range": "1h"}
    for name, value in variables.items():
        found = [expression.replace(name, value) for expression in found]
    return found


def named(expression: str) -> set[str]:
    """The metrics that it names."""
    without_labels = re.sub(r"\{[^}]*\}", "", expression)
    return set(re.findall(r"\b(?:acceptance|process)[a-z_:0-9]*\b", without_labels))


def test_promtool_accepts_the_rules_and_the_example() -> None:
    for checked in (("check", "rules", "rules.yml"), ("check", "config", "prometheus.yml")):
        done = promtool(*checked)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_test_and_every_test_passes() -> None:
    done = promtool("test", "rules", "rules.test.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    rules = yaml.safe_load((HERE / "rules.yml").read_text(encoding="utf-8"))
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule}
    tests = yaml.safe_load((HERE / "rules.test.yml").read_text(encoding="utf-8"))["tests"]
    fired = {test["alertname"] for each in tests for test in each.get("alert_rule_test", []) if test["exp_alerts"]}
    assert fired == alerts


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('{verdict="broken"} == 1', '{verdict="broken"} == 0'),
        ('unless on (target) acceptance_target_info{rehearsal="true"}', ""),
        ("> 900", "> 90000"),
        ('verdict=~"kept|broken|known gap"', 'verdict=~".*"'),
    ],
)
def test_a_rule_that_says_something_else_fails_its_test(right: str, wrong: str, tmp_path: Path) -> None:
    copy = tmp_path / "prometheus"
    shutil.copytree(HERE, copy)
    rules = (copy / "rules.yml").read_text(encoding="utf-8")
    assert right in rules
    (copy / "rules.yml").write_text(rules.replace(right, wrong), encoding="utf-8")
    done = promtool("test", "rules", copy / "rules.test.yml")
    assert done.returncode != 0, done.stdout


def test_a_real_prometheus_finds_every_metric_that_rules_and_dashboard_name(tmp_path: Path) -> None:
    prometheus.tool("prometheus")
    with watching(tmp_path / "kept", "--every", "60s") as monitor, scraping(tmp_path, monitor.url) as scraped:
        monitor.after_rounds(1)
        monitor.eventually(lambda: scraped.query("acceptance_promise_verdict"), "what the round has found is scraped")
        monitor.eventually(lambda: scraped.query("acceptance:golden_path_success:ratio1h"), "a recorded rule")
        known = set(scraped.ask("label/__name__/values"))
        for expression in expressions():
            scraped.query(expression)  # refused, it fails
            assert named(expression), expression
            missing = {name for name in named(expression) - known - NOT_REHEARSED if ":" not in name}
            assert not missing, f"{missing} of {expression}"
        _no_alert_of_a_rehearsal(scraped)
        linted = promtool("check", "metrics", given=monitor.http.get(monitor.url + "metrics").text)
        assert (linted.returncode, linted.stdout + linted.stderr) == (0, "")


def _no_alert_of_a_rehearsal(scraped: prometheus.Prometheus) -> None:
    alerts = {each["labels"]["alertname"] for each in scraped.ask("alerts")["alerts"]}
    assert alerts <= {"RoundsMissed"}, alerts  # which is this machine's own
