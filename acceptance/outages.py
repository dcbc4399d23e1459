"""Outages: taking a part of the platform away for a while, where the target declares that it may be disturbed.

The embedded platform's are made by its launcher; any other target names a command to begin and one to end each.
"""

from __future__ import annotations

import asyncio
import shlex
import shutil
from contextlib import suppress
from typing import Protocol

from acceptance.evidence.redaction import Redactor
from acceptance.signals import signals_held
from acceptance.target import Part, Target
from acceptance.verdicts import CouldNotTell

_COMMAND_SECONDS = 60.0
_COMPLAINT = 200  # characters of a command's last words
OUTAGE_SETTINGS = "the commands of the target's file that take it away and give it back"


class Outages(Protocol):
    """Who makes outages."""

    async def begin(self, part: Part) -> None:
        """Take ``part`` away; raises :class:`CouldNotTell` when that cannot be done."""

    async def end(self, part: Part) -> None:
        """Give ``part`` back, and return when it is up by itself; raises :class:`CouldNotTell` likewise."""


class CommandOutages:
    """Outages by the commands that the target's file names, each run without a shell."""

    def __init__(self, target: Target, redactor: Redactor) -> None:
        self._target = target
        self._redactor = redactor
        self._taken: set[Part] = set()
        self._under_way: asyncio.subprocess.Process | None = None

    async def begin(self, part: Part) -> None:
        """Run the command that takes the part away; where it fails half-way, the other gives the part back.

        Nothing is taken away where the command that gives it back cannot be run.
        """
        take, give = self._commands(part)
        self._taken.add(part)
        try:
            await self._run(take)
        except CouldNotTell:
            self._taken.discard(part)
            with suppress(CouldNotTell):
                await self._run(give)
            raise

    async def end(self, part: Part) -> None:
        """Run the command that gives the part back, once the one that takes it away, if it was begun, has ended."""
        if part not in self._taken:
            return
        if self._under_way:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._under_way.wait(), _COMMAND_SECONDS)
        self._taken.discard(part)
        await self._run(self._commands(part)[1])

    @property
    def _place(self) -> str:
        return f"outages in the file of target {self._target.name}"

    def _commands(self, part: Part) -> list[list[str]]:
        """Both commands, in words; raises :class:`CouldNotTell` for one that cannot be run."""
        named = self._target.outages.get(part)
        if not named:
            told = f"the target names no commands that take {part} away and give it back"
            raise CouldNotTell(told, look_first_at=self._place)
        commands = []
        for written, purpose in zip(named, (f"takes {part} away", f"gives {part} back"), strict=True):
            try:
                command = shlex.split(written)
            except ValueError as error:
                told = f"the command that {purpose} cannot be read: {error}"
                raise CouldNotTell(told, look_first_at=self._place) from None
            if not command or shutil.which(command[0]) is None:
                told = f"the command that {purpose} cannot be run: there is no program “{''.join(command[:1])}”"
                raise CouldNotTell(told, look_first_at=self._place)
            commands.append(command)
        return commands

    async def _run(self, command: list[str]) -> None:
        try:
            with signals_held():  # asyncio waits for ever for a process whose making was cancelled half-way
                self._under_way = process = await asyncio.create_subprocess_exec(
                    *command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.PIPE,
                    start_new_session=True,  # Ctrl-C reaches the run, which lets a command finish what it has begun
                )
            async with asyncio.timeout(_COMMAND_SECONDS):
                _, complaint = await process.communicate()
            self._under_way = None
        except OSError as error:
            raise CouldNotTell(f"“{command[0]}” cannot be run: {error.strerror}", look_first_at=self._place) from None
        except TimeoutError:
            process.kill()
            await process.wait()
            told = f"“{command[0]}” did not end in {_COMMAND_SECONDS:g} s"
            raise CouldNotTell(told, look_first_at=self._place) from None
        if process.returncode:
            said = self._redactor.text(" ".join(complaint.decode(errors="replace").split()))[-_COMPLAINT:]
            told = f"“{command[0]}” ended with exit code {process.returncode}{': ' + said if said else ''}"
            raise CouldNotTell(told, look_first_at=self._place)
