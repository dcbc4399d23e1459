"""The plan's 18 tests, and the configuration that it requires: each keeps its place until a promise answers it.

Source: the Phase 2 test strategy, "Detailed test strategy by coordination gap". A feature names the test that it
answers with ``@plan.<number>``; what nothing answers yet is said by the verdict, not forgotten.
"""

from __future__ import annotations

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
