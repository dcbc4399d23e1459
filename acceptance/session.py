"""One run of the specification: its target, its one event loop, its connections, and what it leaves behind."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, Self

from acceptance import invariants, known_gaps
from acceptance.drivers.auth import Auth
from acceptance.drivers.backend import Backend
from acceptance.drivers.http import Service, client_for
from acceptance.drivers.live_updates import LiveUpdates
from acceptance.drivers.reachability import Reachability
from acceptance.drivers.said import said
from acceptance.embedded import SERVICE_NAMES, EmbeddedPlatform
from acceptance.evidence.recorder import Recorder
from acceptance.evidence.redaction import Redactor
from acceptance.faults import Fault, as_found, chosen_faults
from acceptance.files import DEFAULT_REPORTS, REFERENCE, REPOSITORY, write_whole
from acceptance.git import is_changed
from acceptance.locks import Work, claim
from acceptance.outages import OUTAGE_SETTINGS, CommandOutages
from acceptance.promises import Example
from acceptance.source import Audit, CannotJudge, audit, load_manifest
from acceptance.tags import PLATFORM, SOURCE_TREE
from acceptance.target import Target
from acceptance.targets import known_settings, load_target
from acceptance.verdicts import ConfigurationError, CouldNotTell, nearest
from acceptance.world import Drivers, World

_OPTIONS = ("target", "platform", "closed", "faults", "reports")
REFERENCE_PLATFORM = "reference"
AS_FOUND = "as-found"
_PLATFORMS = (REFERENCE_PLATFORM, AS_FOUND)


class Session:
    """What a run opens once and every scenario shares."""

    def __init__(self, target: Target, faults: list[Fault], reports: Path, options: Mapping[str, str]) -> None:
        """``options`` are the run's ``-D`` options, for the command that asks the same again."""
        claim(reports, Work.RUN)  # until the process ends: the results are written last of all
        self._options = options
        self.target = target
        self.platform = options.get("platform", REFERENCE_PLATFORM)
        self.closed = _closed(options)
        self.faults = faults
        self.reports = reports
        self.known_gaps = known_gaps.read(target.known_gaps or ())
        self.redactor = Redactor(target.secrets)
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)  # behave runs async steps on the current loop: one for the whole run
        self._client = client_for(target)
        self._embedded = EmbeddedPlatform(faults, self.redactor) if target.embedded else None
        self._outages = self._embedded or CommandOutages(target, self.redactor)
        if self._embedded and target.source == REFERENCE:  # unless the user named another tree
            self.target = target.model_copy(update={"source": self._embedded.tree})
        self._reachability: Reachability | None = None
        self._start_failure: Exception | None = None
        self._left_away: str | None = None
        self._audit: Audit | CannotJudge | None = None
        self.source_is_changed: bool | None = None

    @classmethod
    def open(cls, userdata: Mapping[str, str]) -> Self:
        """The session that the ``-D`` options of a run ask for; raises :class:`ConfigurationError`."""
        check_options(userdata)
        if Path.cwd() != REPOSITORY:
            raise ConfigurationError(f"behave must be run from the root of the specification: cd {REPOSITORY}")
        target, faults = chosen(userdata)
        reports = Path(userdata.get("reports", DEFAULT_REPORTS))
        return cls(target, faults, reports, userdata)

    def take_the_last_page_away(self) -> None:
        """Remove what the last run left and this one does not write anew: it would pass for this one's."""
        if (self.reports / "results.json").is_file():  # otherwise nothing in this folder is ours
            for name in ("report.html", "junit.xml", "signoff.html", "signoff.md", "signoff.json"):
                (self.reports / name).unlink(missing_ok=True)
            for name in SERVICE_NAMES:
                (self.reports / "logs" / f"{name}.log").unlink(missing_ok=True)

    def not_asked(self, example: Example) -> str | None:
        """Why this example does not apply to the target, by its declaration; None when it is asked."""
        return self.target.excuse(example.needs, example.effect)

    def begin(self, example: Example) -> World:
        """A fresh world for one example, with what it says that it needs."""
        if PLATFORM in example.needs:
            if self._left_away:
                told = f"what an earlier example took away could not be given back: {self._left_away}"
                raise CouldNotTell(told, look_first_at=OUTAGE_SETTINGS)
            self._open_platform()
        recorder = Recorder(self.redactor, in_words=said)  # only now: its clock is the scenario's
        drivers = self._drivers(recorder) if PLATFORM in example.needs else None
        world = World(example, self.target, recorder, drivers, self._outages, reports=self.reports)
        if SOURCE_TREE in example.needs:
            world.audit_source = self.audit
        return world

    def end(self, world: World) -> Exception | None:
        """Tidy up behind a scenario, close its connections and check its invariants; what is wrong is returned.

        Safe to call twice: behave calls it once more as a clean-up, should the scenario's last hook not be reached.
        """
        if world.is_over:
            return None
        world.is_over = True
        try:
            self._to_its_end(self._close(world))
            invariants.check(world)
        except Exception as failure:
            return failure
        finally:
            self._left_away = self._left_away or world.left_away
        return None

    async def _close(self, world: World) -> None:
        """End what an interrupted step still has under way, and then tidy up behind it."""
        under_way = asyncio.all_tasks(self.loop) - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await world.close()

    def _to_its_end(self, tidying: Coroutine[Any, Any, None]) -> None:
        """Run the tidying up to its end even when a signal to stop comes meanwhile; only then is the run stopped."""
        task = self.loop.create_task(tidying)
        try:
            self.loop.run_until_complete(task)
        except KeyboardInterrupt:  # the first signal; any other is ignored from then on
            self.loop.run_until_complete(task)
            raise

    def audit(self) -> Audit:
        """The audit of the source tree, made once; raises :class:`CouldNotTell` for a tree that cannot be judged."""
        if self._audit is None:
            try:
                assert self.target.source is not None
                self._audit = audit(self.target.source, load_manifest(self.target.manifest))
                self.source_is_changed = is_changed(self.target.source)
            except CannotJudge as error:
                self._audit = error
        if isinstance(self._audit, CannotJudge):
            raise CouldNotTell(str(self._audit), look_first_at=f"the tree {self.target.source}")
        return self._audit

    def command(self, example: Example) -> str:
        """The command that asks this example again, of the same target."""
        options = [
            part for key, value in self._options.items() if key != "reports" for part in ("-D", f"{key}={value}")
        ]
        row = [f"--name={re.escape(example.title)}"] if "[" in example.id else []
        return shlex.join(["behave", f"--tags=@id.{example.id.partition('[')[0]}", *row, *options])

    @property
    def source_name(self) -> str | None:
        """The source tree as people name it: a copy with faults planted is still the reference."""
        return "reference" if self.source_is_reference else str(self.target.source) if self.target.source else None

    @property
    def source_is_reference(self) -> bool:
        """Whether the source promises judge the reference platform's own tree."""
        return self._embedded is not None and self.target.source == self._embedded.tree

    @property
    def audited(self) -> Audit | None:
        """The audit, if any promise asked for it."""
        return self._audit if isinstance(self._audit, Audit) else None

    @property
    def platform_versions(self) -> dict[str, str]:
        """What the services said of their own versions, if any promise has spoken to them."""
        return self._reachability.versions if self._reachability else {}

    def platform_logs(self) -> list[tuple[str, str]]:
        """The embedded services' logs so far, by name, redacted; empty for any other target."""
        return list(self._embedded.logs()) if self._embedded else []

    def close(self) -> None:
        """Stop the embedded platform, close connections and the loop, and only then keep the logs as evidence."""
        logs = self.platform_logs()
        if self._embedded:
            self._embedded.stop()
        if not self.loop.is_closed():
            self._to_its_end(self._client.aclose())
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()
            asyncio.set_event_loop(None)
        for name, text in logs:  # last, since a full disk must not keep a process alive
            write_whole(self.reports / "logs" / f"{name}.log", text)

    def _open_platform(self) -> None:
        """At the first need: start the embedded platform, and be ready to probe the addresses."""
        if self._start_failure:  # the reason is the same for every promise, and waiting for it once is enough
            raise self._start_failure
        if self._embedded and not self._embedded.started:
            try:
                self.target = self._embedded.start(self.target)
            except Exception as failure:
                self._start_failure = failure
                raise
        if self._reachability is None:
            self._reachability = Reachability(self.target, self._client)

    def _drivers(self, recorder: Recorder) -> Drivers:
        client, reachability = self._client, self._reachability
        assert reachability is not None
        return Drivers(
            auth=Auth(self.target, client, recorder, reachability),
            backend=Backend(self.target, client, recorder, reachability),
            live_updates=LiveUpdates(self.target, recorder, reachability),
            at=lambda name, address: Service(name, address, client, recorder, None),
        )


def check_options(userdata: Mapping[str, str]) -> None:
    """Refuse a ``-D`` option that there is none of; raises :class:`ConfigurationError`."""
    known = [*_OPTIONS, *known_settings()]
    for key in userdata:
        if key not in known:
            near = nearest(key, known)
            hint = f"did you mean -D {near}=…?" if near else f"the options are {', '.join(sorted(known))}"
            raise ConfigurationError(f"-D {key}=… is not an option of this specification: {hint}")


def chosen(userdata: Mapping[str, str]) -> tuple[Target, list[Fault]]:
    """The target that ``-D`` options ask for, and the faults to plant on it; raises :class:`ConfigurationError`."""
    overrides = {key: value for key, value in userdata.items() if key not in _OPTIONS}
    try:
        target = load_target(userdata.get("target", "embedded"), overrides)
    except OSError as error:
        told = f"{error.filename} cannot be used ({error.strerror})"
        raise ConfigurationError(f"{told}: name another, or let yourself read it") from None
    faults = _faults(userdata)
    for option in ("platform", "closed", "faults"):
        if userdata.get(option) and not target.embedded:
            raise ConfigurationError(f"-D {option}=… goes with the embedded target only: it changes the platform")
    return target, faults


def _faults(userdata: Mapping[str, str]) -> list[Fault]:
    """The faults to plant: those of the platform asked for, then those asked for by name, each of them once."""
    platform = userdata.get("platform", REFERENCE_PLATFORM)
    if platform not in _PLATFORMS:
        near = nearest(platform, _PLATFORMS)
        hint = f"did you mean “{near}”?" if near else f"choose {' or '.join(_PLATFORMS)}"
        raise ConfigurationError(f"there is no platform “{platform}”: {hint}")
    closed = _closed(userdata)
    gaps = as_found() if platform == AS_FOUND else {}
    planted = [fault for gap, faults in gaps.items() if gap not in closed for fault in faults]
    named = chosen_faults(_names(userdata.get("faults", "")))
    return list({fault.name: fault for fault in (*planted, *named)}.values())


def _closed(userdata: Mapping[str, str]) -> tuple[str, ...]:
    """The gaps that are left out of the platform as found, in the plan's order."""
    named = _names(userdata.get("closed", ""))
    if not named:
        return ()
    if userdata.get("platform") != AS_FOUND:
        raise ConfigurationError(f"-D closed=… goes with -D platform={AS_FOUND} only: it leaves a gap out of it")
    gaps = tuple(as_found())
    for name in named:
        if name not in gaps:
            near = nearest(name, gaps)
            hint = f"did you mean “{near}”?" if near else f"choose of {', '.join(gaps)}"
            raise ConfigurationError(f"-D closed={name}: there is no such gap: {hint}")
    return tuple(gap for gap in gaps if gap in named)


def _names(listed: str) -> list[str]:
    return re.findall(r"[^\s,]+", listed)
