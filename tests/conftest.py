"""What holds in every test, and the reference platform's services for those that ask them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from reference_services import AUTH, BACKEND, Platform, Starter, environment


@pytest.fixture(autouse=True)
def nothing_is_known_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an audit has read is kept beside the test, and nothing is known from before."""
    monkeypatch.setenv("ACCEPTANCE_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def platforms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Platform]]:
    """Both services twice, as in development and as in staging, shared by the tests that leave them as they are."""
    starter = Starter(tmp_path_factory.mktemp("platforms"))
    settings = {
        "development": {"SERVICE_SECRET": "between services", "HEARTBEAT_SECONDS": "0.1"},
        "staging": {
            "ENVIRONMENT": "staging",
            "JWT_SECRET_STAGING": "the secret of staging, which both services share",
            "E2E_OAUTH_SIMULATION_KEY": "the key",
        },
    }
    made = {}
    for name, own in settings.items():
        folder = starter.folder / name
        folder.mkdir()
        variables = environment(folder, **own)
        auth = starter.start(AUTH, variables)
        chat = {**variables, "AUTH_SERVICE_URL": auth.url, "BACKEND_URL": "https://chat.test"}
        if name == "staging":
            chat |= {"JWT_SECRET_KEY": "the same variable in development, and another secret"}
        made[name] = Platform(auth, starter.start(BACKEND, chat), variables)
    for service in starter.started:
        service.await_health()
    yield made
    starter.close()


@pytest.fixture
def platform(platforms: dict[str, Platform]) -> Platform:
    """The services as in development."""
    return platforms["development"]


@pytest.fixture
def staging(platforms: dict[str, Platform]) -> Platform:
    """The services as in staging: simulated sign-in, and a secret of the environment's own."""
    return platforms["staging"]


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Starter]:
    """For a test that needs processes of its own."""
    made = Starter(tmp_path)
    yield made
    made.close()
