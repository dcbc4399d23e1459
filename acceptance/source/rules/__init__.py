"""The rules of the audit: one module each, listed here in the order of their ids."""

from acceptance.source.rules import cg101, cg102, cg103, cg201
from acceptance.source.rules.base import Hit, Rule, RuleDoc, Told

RULES: dict[str, Rule] = {module.RULE.doc.id: module.RULE for module in (cg101, cg102, cg103, cg201)}

__all__ = ["RULES", "Hit", "Rule", "RuleDoc", "Told"]
