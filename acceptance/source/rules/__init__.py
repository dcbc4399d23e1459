"""The rules of the audit: one module each, listed here in the order of their ids."""

from acceptance.source.rules import (
    cg001,
    cg002,
    cg101,
    cg102,
    cg103,
    cg201,
    cg202,
    cg301,
    cg302,
    cg303,
    cg304,
    cg305,
    cg306,
    cg307,
    cg308,
    cg401,
    cg402,
    cg403,
    cg404,
    cg405,
    cg406,
    cg407,
    cg501,
)
from acceptance.source.rules.base import Hit, Rule, RuleDoc, Told, TreeRule

_MODULES = (
    *(cg001, cg002, cg101, cg102, cg103, cg201, cg202),
    *(cg301, cg302, cg303, cg304, cg305, cg306, cg307, cg308),
    *(cg401, cg402, cg403, cg404, cg405, cg406, cg407, cg501),
)
RULES: dict[str, Rule | TreeRule] = {module.RULE.doc.id: module.RULE for module in _MODULES}

__all__ = ["RULES", "Hit", "Rule", "RuleDoc", "Told", "TreeRule"]
