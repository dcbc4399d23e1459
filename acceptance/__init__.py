"""The machinery behind the steps: drivers, the source audit, evidence, verdicts, reports.

Layers speak only downwards, features -> steps -> acceptance -> the target; which is above which: pyproject.toml.
Nothing here imports the reference platform, and the reference platform imports nothing of this.
"""

__version__ = "0.1.0"
