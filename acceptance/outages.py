"""Outages: taking a part of the platform away for a while, where the target declares that it may be disturbed.

The embedded platform's are made by its launcher; any other target names a command to begin and one to end each.
"""

from __future__ import annotations

import asyncio
import shlex
from contextlib import suppress
from typing import Protocol

from acceptance.target import Part, Target
from acceptance.verdicts import CouldNotTell

_COMMAND_SECONDS = 60.0


class _CommandFailed(CouldNotTell):
    """A command that was begun did not do it, or not all of it."""


class Outages(Protocol):
    """Who makes outages."""

    async def begin(self, part: Part) -> None:
        """Take ``part`` away; raises :class:`CouldNotTell` when that cannot be done."""

    async def end(self, part: Part) -> None:
        """Give ``part`` back, and return when it is up by itself; raises :class:`CouldNotTell` likewise."""


class CommandOutages:
    """Outages by the commands that the target's file names, each run without a shell."""

    def __init__(self, target: Target) -> None:
        self._target = target

    async def begin(self, part: Part) -> None:
        """Run the command that takes the part away; where it fails half-way, the other gives the part back."""
        try:
            await self._run(part, 0)
        except _CommandFailed:
            with suppress(CouldNotTell):
                await self._run(part, 1)
            raise

    async def end(self, part: Part) -> None:
        """Run the command that gives the part back."""
        await self._run(part, 1)

    async def _run(self, part: Part, which: int) -> None:
        commands = self._target.outages.get(part)
        place = f"outages in the file of target {self._target.name}"
        if not commands:
            told = f"the target names no commands that take {part} away and give it back"
            raise CouldNotTell(told, look_first_at=place)
        try:
            command = shlex.split(commands[which])
        except ValueError as error:
            raise CouldNotTell(f"“{commands[which]}” cannot be read: {error}", look_first_at=place) from None
        if not command:
            told = f"the command that {('takes', 'gives')[which]} {part} {('away', 'back')[which]} is empty"
            raise CouldNotTell(told, look_first_at=place)
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
            )
            async with asyncio.timeout(_COMMAND_SECONDS):
                status = await process.wait()
        except OSError as error:
            raise CouldNotTell(f"“{command[0]}” cannot be run: {error.strerror}", look_first_at=place) from None
        except TimeoutError:
            process.kill()
            await process.wait()
            raise _CommandFailed(f"“{command[0]}” did not end in {_COMMAND_SECONDS:g} s", look_first_at=place) from None
        if status:
            raise _CommandFailed(f"“{command[0]}” ended with exit code {status}", look_first_at=place)
