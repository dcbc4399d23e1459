"""The machinery behind the steps: drivers, the source audit, evidence, verdicts, reports.

Layers speak only to the next one: features -> steps -> acceptance -> the target.
Nothing here imports the reference platform, and the reference platform imports nothing of this.
"""

__version__ = "0.1.0"
