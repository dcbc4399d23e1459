"""The plan, as far as it is to be answered: tests, gaps, success criteria, metrics and risks, in its own words.

Source: the Phase 2 test strategy. A feature names the test that it answers with ``@plan.<number>``; what nothing
answers yet is said by the verdict, not forgotten. Criteria, metrics and risks name the promises that answer them here.
"""

from __future__ import annotations

from dataclasses import dataclass

WARNINGS_ALLOWED = 5  # SSOT warnings: the plan's "<5"

TESTS = {
    "1.1a": "websocket_manager_ssot_import_consolidation",
    "1.1b": "websocket_protocol_import_fragmentation_detection",
    "1.1c": "websocket_emitter_import_path_standardization",
    "1.2a": "cross_service_websocket_import_coordination",
    "1.2b": "websocket_manager_import_coordination_gaps",
    "2.1a": "websocket_emitter_factory_parameter_coordination",
    "2.1b": "factory_validation_coordination_gaps",
    "2.1c": "websocket_manager_factory_interface_standardization",
    "2.2a": "backend_auth_factory_coordination",
    "2.2b": "websocket_factory_user_isolation_coordination",
    "3.1a": "staging_service_discovery_coordination",
    "3.1b": "staging_auth_integration_coordination",
    "3.1c": "staging_websocket_coordination_end_to_end",
    "4.1a": "websocket_manager_ssot_warning_elimination",
    "4.1b": "import_path_ssot_standardization_verification",
    "4.1c": "ssot_warning_count_reduction_validation",
    "4.2a": "ssot_migration_completion_percentage",
    "4.2b": "ssot_compliance_integration_verification",
}

#: What the plan requires beside its tests: the configuration of the staging environment, its addresses and deadlines.
REQUIRED = {"3.2": "staging_test_config"}


#: What is at stake in all of it ("Business impact assessment").
AT_STAKE = (
    "Chat functionality worth more than $500K of revenue a year depends on this coordination, the golden path of every "
    "user is blocked where it fails, and without a reliable staging environment there is no confidence in a deployment."
)


@dataclass(frozen=True)
class Gap:
    """One of the four coordination gaps: what the plan found, what closes it, and what it protects."""

    number: str
    name: str
    found: str
    closes: str
    goal: str
    value: str
    strategy: str


#: "Validated Phase 2 coordination gaps", with each one's business value justification; all serve every segment.
GAPS = (
    Gap(
        "1",
        "WebSocket import coordination",
        found="13+ WebSocket modules with conflicting SSOT import patterns",
        closes="Give each building block of live updates one home, and take it from there everywhere.",
        goal="WebSocket coordination enables 90 % of the platform's value",
        value="consistent import patterns prevent coordination failures",
        strategy="SSOT consolidation reduces technical debt",
    ),
    Gap(
        "2",
        "Factory pattern integration",
        found="interface mismatches between factory implementations",
        closes="Have every factory name its manager one way, refuse a missing one, and keep each person's work apart.",
        goal="factory patterns enable user isolation for a multi-user system",
        value="consistent factory interfaces prevent user contamination",
        strategy="reliable factory coordination protects $500K+ ARR",
    ),
    Gap(
        "3",
        "Staging environment coordination",
        found="service-to-service coordination breakdown in staging",
        closes="Have the services of one environment find one another and publish what is true of it.",
        goal="the staging environment validates golden path reliability",
        value="staging coordination prevents production deployment failures",
        strategy="reliable staging protects $500K+ ARR from coordination bugs",
    ),
    Gap(
        "4",
        "SSOT consolidation",
        found="37 remaining SSOT warnings requiring elimination",
        closes="Remove the second managers, their aliases and their paths until fewer than five warnings are left.",
        goal="SSOT consolidation reduces technical debt and improves stability",
        value="consistent architecture patterns improve system reliability",
        strategy="SSOT compliance protects long-term platform scalability",
    ),
)


@dataclass(frozen=True)
class Criterion:
    """One success criterion: met when its promises are kept; ``in_staging``: only when staging was asked."""

    kind: str
    name: str
    text: str
    promises: tuple[str, ...]
    in_staging: bool = False


#: "Success criteria for Phase 2 tests".
CRITERIA = (
    Criterion(
        "technical",
        "WebSocket import coordination",
        "All 13+ modules use canonical SSOT import patterns",
        ("imports-01", "imports-02", "imports-03", "imports-04", "imports-05", "imports-06"),
    ),
    Criterion(
        "technical",
        "Factory pattern integration",
        "Factory interfaces standardized across all components",
        ("factories-01", "factories-02", "factories-03", "factories-04"),
    ),
    Criterion(
        "technical",
        "Staging environment coordination",
        "Service-to-service coordination operational in staging",
        ("staging-01", "staging-02", "staging-03", "staging-05"),
        in_staging=True,
    ),
    Criterion(
        "technical",
        "SSOT consolidation",
        "37+ SSOT warnings eliminated (95% reduction target)",
        ("ssot-01", "ssot-02", "ssot-03", "ssot-04", "ssot-05"),
    ),
    Criterion(
        "business",
        "$500K+ ARR protection",
        "Golden path functionality confirmed in staging environment",
        ("golden-01", "golden-02"),
        in_staging=True,
    ),
    Criterion(
        "business",
        "WebSocket events",
        "All 5 critical events coordinate properly across services",
        ("golden-01", "staging-03"),
    ),
    Criterion(
        "business",
        "User isolation",
        "Factory patterns maintain user isolation without coordination gaps",
        ("isolation-01", "isolation-02", "isolation-03", "factories-02", "factories-04"),
    ),
    Criterion(
        "business",
        "Deployment confidence",
        "Staging environment validates production readiness",
        (
            *("staging-01", "staging-02", "staging-03", "staging-05", "golden-01", "golden-02", "factories-04"),
            *("isolation-01", "isolation-02", "isolation-03", "access-01", "access-03", "access-04"),
        ),
        in_staging=True,
    ),
)


@dataclass(frozen=True)
class Metric:
    """One integration metric, with the plan's own baseline and target, and the unit in which it is measured here."""

    name: str
    baseline: str
    target: str
    unit: str


SSOT_VIOLATIONS = Metric(
    "SSOT violations",
    "37 warnings",
    "<5 warnings (95% reduction)",
    "modules with a finding on a core concept, on this project's own scale: the plan's figure has no recorded method",
)
IMPORT_PATHS = Metric(
    "Import path fragmentation",
    "Multiple paths detected",
    "Single canonical path",
    "names with more than one path",
)
FACTORY_CONFLICTS = Metric(
    "Factory interface conflicts", "6 test failures", "0 conflicts", "factory promises that are broken"
)
STAGING_COORDINATION = Metric(
    "Staging service coordination",
    "Coordination gaps detected",
    "100% operational",
    "share of the staging promises that are kept, in staging",
)


@dataclass(frozen=True)
class Risk:
    """One row of the risk table: ``promises`` give evidence of the mitigation; ``outside`` says what is not asked."""

    change: str
    danger: str
    mitigation: str
    promises: tuple[str, ...] = ()
    outside: str = ""
    rollback: str = ""


#: "Risk mitigation & rollback strategy".
RISKS = (
    Risk(
        "WebSocket import consolidation",
        "Could break existing WebSocket functionality",
        "Phase changes with backward compatibility maintained",
        promises=("imports-07", "staging-03"),
        rollback="Git branch-based rollback for each coordination gap",
    ),
    Risk(
        "Factory pattern standardization",
        "Could affect user isolation",
        "Comprehensive user isolation validation tests",
        promises=("isolation-01", "isolation-02", "isolation-03"),
        rollback="Component-by-component rollback capability",
    ),
    Risk(
        "Staging environment changes",
        "Could destabilize staging deployment",
        "Blue/green staging deployment strategy",
        outside="how staging is deployed; two deployments are put side by side by `python -m acceptance compare`",
        rollback="Infrastructure-as-code rollback procedures",
    ),
    Risk(
        "All changes",
        "A test that cannot fail proves nothing",
        "Failing tests first: all tests initially fail to prove coordination gaps exist",
        outside="shown by the platform as found (`-D platform=as-found`), on which each of the plan's 18 tests breaks",
    ),
    Risk(
        "All changes",
        "Closing one gap hides another",
        "Incremental validation: fix one coordination gap at a time with test validation",
        outside="a way of working; what each step changed is told by `python -m acceptance compare`",
    ),
    Risk(
        "All changes",
        "What works today stops working",
        "Regression protection: existing tests continue to pass throughout Phase 2",
        promises=("golden-01", "golden-02", "access-01", "access-04"),
        outside="the platform's own tests, which its own pipeline runs",
    ),
)
