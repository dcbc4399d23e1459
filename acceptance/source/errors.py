"""What stops an audit."""

from __future__ import annotations


class CannotJudge(Exception):
    """The question cannot be put to this tree, or with this manifest: one sentence with the place and the remedy."""


class ChangedMeanwhile(Exception):
    """A file that is gone, or does not hold any more what it held when the tree was first read; its path."""
