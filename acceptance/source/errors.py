"""What stops an audit."""

from __future__ import annotations


class CannotJudge(Exception):
    """The question cannot be put to this tree, or with this manifest: one sentence with the place and the remedy."""
