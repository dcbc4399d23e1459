"""What every body of a request has to be, whichever service it is sent to."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, model_validator


class JsonBody(BaseModel):
    """A body that can also be kept and answered with.

    Python reads more from JSON than it can write: NaN, halves of surrogate pairs, and nesting without end.
    """

    @model_validator(mode="before")
    @classmethod
    def _can_be_written(cls, body: Any) -> Any:
        try:
            json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError) as problem:
            raise ValueError(f"this is no text that can be kept ({type(problem).__name__})") from None
        return body
