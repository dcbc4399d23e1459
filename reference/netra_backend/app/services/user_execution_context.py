"""On whose behalf something is done: every part of a person's work carries this, and works for nobody else."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class UserExecutionContext:
    """A signed-in person and, within it, one run of the agent. ``run_id`` and the like are empty outside a run."""

    user_id: str
    email: str
    permissions: tuple[str, ...]
    thread_id: str = ""
    run_id: str = ""
    request_id: str = ""

    def for_run(self, thread_id: str | None) -> UserExecutionContext:
        """The same person, with ids for a new run; in a new thread where none is named."""
        return replace(
            self,
            thread_id=thread_id or f"thread_{uuid.uuid4().hex}",
            run_id=f"run_{uuid.uuid4().hex}",
            request_id=f"req_{uuid.uuid4().hex}",
        )
