"""A real Prometheus, as Debian packages it, scraping a monitor."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from reference_services import free_port

HERE = Path(__file__).parents[2] / "acceptance" / "monitor" / "prometheus"
_PATIENCE = 60.0


def tool(name: str) -> str:
    """Where a tool of Debian's package is; skips the test where it is not."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name} on the PATH (Debian: apt-get install prometheus)")
    return found


def promtool(*arguments: str | Path, given: str | None = None) -> subprocess.CompletedProcess[str]:
    """What promtool says."""
    command = [tool("promtool"), *map(str, arguments)]
    return subprocess.run(
        command, cwd=HERE, input=given, capture_output=True, text=True, timeout=_PATIENCE, check=False
    )


@dataclass
class Prometheus:
    """One that runs."""

    url: str

    def ask(self, path: str, **parameters: str) -> Any:
        """The data of an answer of its API; fails when it refuses the question."""
        answer = httpx.get(f"{self.url}/api/v1/{path}", params=parameters, trust_env=False, timeout=_PATIENCE).json()
        assert answer["status"] == "success", (parameters, answer)
        return answer["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples of an expression now."""
        found: list[dict[str, Any]] = self.ask("query", query=expression)["result"]
        return found


@contextmanager
def scraping(folder: Path, monitor: str) -> Iterator[Prometheus]:
    """A Prometheus with this project's configuration and rules, at the monitor's address, once a second."""
    configuration = yaml.safe_load((HERE / "prometheus.yml").read_text(encoding="utf-8"))
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration["rule_files"] = [str(HERE / "rules.yml")]
    configuration["scrape_configs"][0]["static_configs"][0]["targets"] = [monitor.removeprefix("http://").rstrip("/")]
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(configuration), encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    log = folder / "prometheus.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                tool("prometheus"),
                f"--config.file={file}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={address}",
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        made = Prometheus(f"http://{address}")
        until = time.monotonic() + _PATIENCE
        while not _has_scraped(made):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.2)
        yield made
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _has_scraped(prometheus: Prometheus) -> bool:
    try:
        return bool(prometheus.query('up{job="acceptance"} == 1'))
    except httpx.TransportError:
        return False
