"""Many people at once: what each of them checks, the Locust run that they are, and what came of it."""
