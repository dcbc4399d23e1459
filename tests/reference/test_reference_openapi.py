"""Whatever is sent, in whatever form the services say they take, never ends in an error that the contract has not."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference_services import PATIENCE, Platform
from schemathesis import GenerationMode

#: The one 5xx of a service that is well: simulated sign-in exists in staging only.
CONTRACTED = {("/auth/e2e/test-auth", 503)}
#: Where nothing is done for who has not signed in.
PROTECTED = ("/api/threads", "/api/agents", "/auth/me", "/auth/logout")
#: What would end the sign-in of the person who asks.
SIGNS_OUT = "/auth/logout"

FEW_AND_ALWAYS_THE_SAME = settings(
    max_examples=10, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


def requests_of(operation: Any) -> st.SearchStrategy[Any]:
    """Requests that are as they should be and, where anything can be wrong about them, requests that are not."""
    takes_something = operation.body or operation.path_parameters or operation.headers
    modes = list(GenerationMode) if takes_something else [GenerationMode.POSITIVE]
    return st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])


def ask(operation: Any, session: requests.Session, url: str) -> None:
    """Put one operation to a running service, many times."""

    @FEW_AND_ALWAYS_THE_SAME
    @given(case=requests_of(operation))
    def once(case: Any) -> None:
        answer = case.call(base_url=url, session=session, timeout=PATIENCE)
        told = f"{operation.label} {case.path_parameters} {case.body!r}: {answer.status_code} {answer.text}"
        assert answer.status_code < 500 or (operation.path, answer.status_code) in CONTRACTED, told
        if "Authorization" not in session.headers and operation.path.startswith(PROTECTED):
            assert answer.status_code >= 400, told

    once()


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "not signed in"])
@pytest.mark.parametrize("service", ["auth", "backend"])
def test_no_request_is_too_odd(platform: Platform, service: str, signed_in: bool) -> None:
    url = getattr(platform, service).url
    schema = schemathesis.openapi.from_dict(platform.http.get(url + "/openapi.json").json())
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    assert len(operations) > 10
    with requests.Session() as session:
        session.trust_env = False
        if signed_in:
            session.headers["Authorization"] = f"Bearer {platform.register().token}"
        for operation in operations:
            if not (signed_in and operation.path == SIGNS_OUT):
                ask(operation, session, url)
