"""What a target lacks: its settings, what it may be asked, its source tree, and its addresses, asked as a run asks."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx

from acceptance import known_gaps
from acceptance.addresses import without_user_info
from acceptance.doctor.answers import Answers
from acceptance.doctor.checks import Check, fine, missing, note, some, unknown
from acceptance.drivers.health import ANSWERED_BY, WELL, condition
from acceptance.drivers.http import Service, client_for
from acceptance.drivers.reachability import Reachability
from acceptance.embedded import EmbeddedPlatform, PlatformDidNotStart
from acceptance.evidence.recorder import Recorder
from acceptance.evidence.redaction import Redactor
from acceptance.files import REFERENCE
from acceptance.git import revision_of
from acceptance.promises import phase2
from acceptance.signals import signals_held
from acceptance.source import CannotJudge, load_manifest
from acceptance.source.case import tree_of
from acceptance.source.folder import Folder
from acceptance.target import ADDRESSES, Target, variable_of, variables_of
from acceptance.targets import known_settings
from acceptance.verdicts import Broken, ConfigurationError, CouldNotTell, nearest

_LONGEST = 200  # characters of what a service says
#: The addresses that a run speaks to, and where each answers anybody.
_ASKED = {"base_url": "/health", "auth_url": "/health", "websocket_url": ""}
_SERVICES = {"chat": "base_url", "sign-in": "auth_url"}


def of_target(target: Target) -> Iterator[Check]:
    """What a run against the target would miss; its addresses are asked within its own deadlines."""
    yield from settings(target)
    yield from lists_of_gaps(target)
    yield from asked(target)
    if target.source is not None:
        yield from source(target)
    if target.embedded:
        yield from embedded(target)
    elif target.addresses:
        try:
            client = client_for(target)
        except ConfigurationError as error:
            yield missing("Proxy", str(error), "env | grep -i _proxy")
        else:
            yield from asyncio.run(platform(target, client))


def settings(target: Target) -> Iterator[Check]:
    """What the promises need of the target's settings and do not find there. Variables are named, never shown."""
    about = "Settings"
    lacking = [] if target.embedded or not target.addresses else target.unconfigured
    for told in lacking:
        setting = re.match(r"\w+", told)
        name = setting[0] if setting else ""
        if name not in known_settings() or name == "outages":  # which only a file can hold
            yield missing(about, f"{told} is not in the target's file")
            continue
        variable = variable_of(target.name, name)
        # what is typed behind an export stays in the shell's history
        secret = name in Target.SECRETS
        said = f"{told.replace(f' ({variable})', '')}: it is needed and not set"
        yield missing(about, said, f"read -rs {variable} && export {variable}" if secret else f"export {variable}=…")
    yield from misspelt(target)
    if not lacking:
        given = sorted(name for name in Target.SECRETS if getattr(target, name))
        yield fine(about, "all that its promises need is set" + (f"; secrets: {', '.join(given)}" if given else ""))


def misspelt(target: Target) -> Iterator[Check]:
    """Variables that look as if they were meant for this target, and that nothing reads."""
    prefix = variables_of(target.name)
    read = {variable_of(target.name, setting) for setting in known_settings()}
    for name in sorted(os.environ):
        if not name.startswith(prefix) or name in read:
            continue
        meant = nearest(name.removeprefix(prefix).lower(), known_settings())
        if meant:
            variable = variable_of(target.name, meant)
            said = f"the variable {name} is set, and nothing reads it: {variable} is probably meant"
            yield note("Settings", said, f'export {variable}="${name}"')


def lists_of_gaps(target: Target) -> Iterator[Check]:
    """Whether the lists of known gaps can be read: a run does not begin with one that cannot."""
    if target.known_gaps:
        try:
            known_gaps.read(target.known_gaps)
        except ConfigurationError as error:
            yield missing("Known gaps", str(error))
        else:
            yield fine("Known gaps", ", ".join(map(str, target.known_gaps)))


def asked(target: Target) -> Iterator[Check]:
    """How many examples would be asked, and why the others would not: the target's own declaration."""
    examples, _ = phase2()
    excuses = Counter(target.excuse(example.needs, example.effect) for example in examples)
    many = excuses.pop(None, 0)
    why = some(f"{number} since {excuse}" for excuse, number in excuses.most_common())
    said = f"{many} of {len(examples)} would be asked" + (f"; not asked: {why}" if why else "")
    yield fine("Examples", said) if many else missing("Examples", said)


def source(target: Target) -> Iterator[Check]:
    """Whether the tree is the one that the manifest speaks of."""
    about = "Source"
    assert target.source is not None
    try:
        manifest = load_manifest(target.manifest)
        tree = tree_of(Folder(target.source), manifest)
    except CannotJudge as error:
        yield missing(about, str(error), _look_there(_holding(target.source, target.manifest)))
        return
    except OSError as error:
        yield missing(about, f"{error.filename or target.source} cannot be read ({error.strerror})")
        return
    name = "reference" if target.source == REFERENCE else str(target.source)
    absent = [folder for folder in manifest.services.values() if not (target.source / folder).is_dir()]
    if absent:
        said = f"{name} has no {' and no '.join(absent)}, of which {target.manifest.name} speaks: name a whole checkout"
        yield missing(about, said, _look_there(_holding(target.source, target.manifest)))
        return
    homes = sorted({manifest.home(concept) for concept in manifest.concepts})
    there = sum(tree.module(home) is not None for home in homes)
    revision = revision_of(target.source)
    of = f"of revision {revision[:12]}" if revision else "of no revision that git knows"
    said = f"{name}, {of}: {len(tree.files)} Python files, and {there} of the {len(homes)} homes in {manifest.package}"
    yield fine(about, said)


def _holding(named: Path, manifest: Path) -> Path | None:
    """The nearest folder above that has everything of which the manifest speaks."""
    try:
        services = load_manifest(manifest).services.values()
    except CannotJudge:
        return None
    return next((above for above in named.resolve().parents if all((above / each).is_dir() for each in services)), None)


def _look_there(tree: Path | None) -> str | None:
    return f"python -m acceptance doctor -D target=source -D source={shlex.quote(str(tree))}" if tree else None


def embedded(target: Target) -> Iterator[Check]:
    """Whether the reference platform starts here and is well; it is stopped again."""
    about = "Reference platform"
    redactor = Redactor(target.secrets)
    with signals_held():
        started = EmbeddedPlatform([], redactor)
    try:
        there = started.start(target)
        checks = list(asyncio.run(platform(there, client_for(there))))
    except PlatformDidNotStart as error:
        yield missing(about, "does not start: " + " ".join(redactor.text(str(error)).split()))
    except OSError as error:
        yield missing(about, f"cannot be started, as it needs two ports of this machine: {error.strerror or error}")
    else:
        wrong = [check for check in checks if check.stands_in_the_way]
        yield from wrong or [fine(about, "starts on this machine, answers and is well")]
    finally:
        started.stop()


async def platform(target: Target, client: httpx.AsyncClient) -> list[Check]:
    """What the target's addresses answer; ``client`` is closed."""
    redactor, answers = Redactor(target.secrets), Answers()
    client.event_hooks = {"response": [answers.note]}
    reachability = Reachability(target, client)
    async with client:
        checks = [await _reached(target, setting, reachability, redactor) for setting in target.addresses]
        checks += await _health(target, client, reachability, redactor)
    return [*checks, *answers.certificates(), *answers.clock()]


async def _reached(target: Target, setting: str, reachability: Reachability, redactor: Redactor) -> Check:
    about, address = ADDRESSES[setting], target.addresses[setting]
    shown = without_user_info(address)
    if setting not in _ASKED:
        return fine(about, f"{shown}; a run compares it with what the services publish, and does not open it")
    try:
        await reachability.require(address)
    except CouldNotTell as unreachable:
        elsewhere = f"another address: -D {setting}=… or {variable_of(target.name, setting)}"
        url = re.sub(r"^ws", "http", shown) + _ASKED[setting]
        return missing(about, f"{redactor.text(unreachable.reason)} ({elsewhere})", f"curl -v {shlex.quote(url)}")
    return fine(about, f"{shown} answers")


async def _health(
    target: Target, client: httpx.AsyncClient, reachability: Reachability, redactor: Redactor
) -> list[Check]:
    """Whether all that can be reached says that it is well; nothing, where nothing can be reached."""
    about, within = "Health", target.deadlines["promptly"]
    services = {
        name: Service(name, target.addresses[setting], client, Recorder(redactor), reachability)
        for name, setting in _SERVICES.items()
        if setting in target.addresses
    }

    async def said(name: str, service: Service) -> str | None:
        try:
            return await condition(name, service, within=within)
        except Broken as broken:
            return broken.happened
        except CouldNotTell:
            return None  # told with its address

    heard = {name: services[by] for name, by in ANSWERED_BY.items() if by in services}
    conditions = dict(zip(heard, await asyncio.gather(*map(said, heard, heard.values())), strict=True))
    told = {name: word for name, word in conditions.items() if word is not None}
    unwell = {name: redactor.text(word)[:_LONGEST] for name, word in told.items() if word != WELL}
    if unwell:
        service = services[ANSWERED_BY[next(iter(unwell))]]
        url = f"{without_user_info(service.address)}/health/ready"
        said_so = some(f"{name} is not well: {word}" for name, word in unwell.items())
        return [missing(about, said_so, f"curl -i {shlex.quote(url)}")]
    if not told:
        return [unknown(about, "nobody could be asked")]
    return [fine(about, f"{', '.join(told)}: well, as they say themselves")]
