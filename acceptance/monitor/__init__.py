"""The monitor: the same promises asked again and again, and what came of it as metrics, a history and a page."""
