"""Sign-in: the driver of the auth service, as the platform's wire contract has it."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx

from acceptance.drivers.doors import OPEN, SHUT, door
from acceptance.drivers.http import Reply, Service
from acceptance.drivers.reachability import Reachability
from acceptance.evidence.recorder import Recorder
from acceptance.target import SIMULATION_KEY_VARIABLE, Target, variables_of
from acceptance.verdicts import Broken, CouldNotTell

#: What every account and thread of the specification is labelled with, so that its owner can tell them apart.
LABEL = "phase2"
_SENDABLE = re.compile(r"[\x21-\x7e]+")  # what a header carries as it is
_LONGEST_TOKEN = 16_384  # characters


@dataclass(frozen=True)
class Person:
    """Somebody of the scenarios: a synthetic account, labelled as the specification's own, and one sign-in of it."""

    name: str
    email: str
    password: str
    user_id: str = ""
    token: str = ""
    refresh_token: str = ""


@dataclass(frozen=True)
class Opinion:
    """What one endpoint says of a token: how it stands to it, and, where it tells, whose it is.

    ``door`` is :data:`OPEN`, :data:`SHUT`, or what the endpoint did instead of judging.
    ``said`` holds the fields that it told: ``user_id``, ``email``, ``permissions`` (sorted), and the token's
    ``issued`` and ``expires`` (seconds since 1970).
    """

    door: str
    said: Mapping[str, Any]


class Auth(Service):
    """What a person, or another service, asks of sign-in."""

    def __init__(
        self, target: Target, client: httpx.AsyncClient, recorder: Recorder, reachability: Reachability
    ) -> None:
        super().__init__("sign-in", str(target.auth_url), client, recorder, reachability)
        self._target = target
        self._within = target.deadlines["sign-in"]
        self._known = reachability
        #: Every sign-in that was given out, so that none is left behind.
        self.issued: list[Person] = []

    async def sign_in(self, name: str) -> Person:
        """A synthetic person, signed in the way this target has: by registering, or by the simulation key.

        New each time, or, where the target says so, the standing account of this name. Raises :class:`Broken` when
        sign-in refuses or gives no tokens, :class:`CouldNotTell` without the right key or password.
        """
        if self._target.people == "synthetic":
            return await self._sign_in_standing(name)
        label = secrets.token_hex(4)
        local_part = "-".join([LABEL, *name.lower().split(), label])
        person = Person(name, f"{local_part}@example.com", secrets.token_urlsafe(18) + "aA1!")
        self._recorder.redactor.learn(person.password)
        await self.require_reachable()
        if self._target.sign_in == "register":
            account = {"email": person.email, "password": person.password, "name": name}
            registered = await self._post("/auth/register", account, person)
            self.expect(registered, f"to register {name}", 200, 201)
            if registered.field("access_token"):
                self.with_tokens(person, registered)
        return await self.sign_in_again(person)

    async def _sign_in_standing(self, name: str) -> Person:
        """The standing account of this name: registered at the first need, and only logged in to from then on."""
        mailbox, _, domain = str(self._target.synthetic_person).partition("@")
        secret = self._target.synthetic_password
        person = Person(
            name, f"{'-'.join([mailbox, *name.lower().split()])}@{domain}", secret.get_secret_value() if secret else ""
        )
        await self.require_reachable()
        if self._target.sign_in != "register":
            return await self.sign_in_again(person)
        account = {"email": person.email, "password": person.password}
        known = await self._post("/auth/login", account, person)
        if known.status not in (401, 404):
            return self.signed_in(person, known)
        registered = await self._post("/auth/register", {**account, "name": name}, person)
        if registered.status == 409:
            raise CouldNotTell(
                f"{name} cannot sign in: the standing account {person.email} has another password",
                look_first_at=f"the environment variable {variables_of(self._target.name)}SYNTHETIC_PASSWORD",
            )
        self.expect(registered, f"to register {name}", 200, 201)
        if registered.field("access_token"):
            self.with_tokens(person, registered)
        return await self.sign_in_again(person)

    async def sign_in_again(self, person: Person) -> Person:
        """The same person by one more sign-in, with tokens of its own; raises as :meth:`sign_in` does."""
        if self._target.sign_in == "register":
            reply = await self._post("/auth/login", {"email": person.email, "password": person.password}, person)
        else:
            key = self._target.simulation_key
            if key is None:
                raise CouldNotTell(
                    f"{person.name} cannot sign in: the simulation key is not set",
                    look_first_at=f"the environment variable {SIMULATION_KEY_VARIABLE}",
                )
            headers = {"X-E2E-Bypass-Key": key.get_secret_value()}
            reply = await self._post(
                "/auth/e2e/test-auth", {"email": person.email, "name": person.name}, person, headers
            )
            if reply.status in (401, 403):
                told = f"{self.name} refuses the simulation key (it answered {reply.status})"
                raise CouldNotTell(
                    f"{person.name} cannot sign in: {told}",
                    look_first_at=f"the environment variable {SIMULATION_KEY_VARIABLE}",
                )
        return self.signed_in(person, reply)

    def signed_in(self, person: Person, reply: Reply) -> Person:
        """The person with the tokens and the id that the answer to a sign-in gives; raises :class:`Broken`."""
        name = person.name
        self.expect(reply, f"to sign {name} in")
        user = reply.field("user")
        if not isinstance(user, dict) or not user.get("id"):
            raise Broken(f"{self.name} signed {name} in without saying who they are")
        return replace(self.with_tokens(person, reply), user_id=str(user["id"]))

    def with_tokens(self, person: Person, reply: Reply) -> Person:
        """The person with the two tokens of an answer; raises :class:`Broken` when either is missing."""
        tokens = {field: reply.field(field) for field in ("access_token", "refresh_token")}
        for field, token in tokens.items():
            if not isinstance(token, str) or not token:
                raise Broken(f"{self.name} gave {person.name} no {field.replace('_', ' ')}")
            if len(token) > _LONGEST_TOKEN or not _SENDABLE.fullmatch(token):
                raise Broken(f"{self.name} gave {person.name} an {field.replace('_', ' ')} that no header can carry")
            self._recorder.redactor.learn(token)
        self.issued.append(replace(person, token=tokens["access_token"], refresh_token=tokens["refresh_token"]))
        return self.issued[-1]

    async def renew(self, refresh_token: str, person: Person) -> Reply:
        """The answer to a renewal of the sign-in, whatever it is."""
        return await self._post("/auth/refresh", {"refresh_token": refresh_token}, person)

    async def sign_out(self, person: Person) -> Reply:
        """The answer to signing this sign-in out, whatever it is."""
        self.issued = [issued for issued in self.issued if issued.token != person.token]
        return await self.call("POST", "/auth/logout", within=self._within, token=person.token, person=person.name)

    async def service_token(self, person: Person) -> str:
        """A token with which a service, not a person, shows itself; raises :class:`Broken` or :class:`CouldNotTell`."""
        await self._as_a_service(person)
        reply = await self._ask_for_service_token(person)
        token = self.expect(reply, "to give a service its token").field("access_token")
        if not isinstance(token, str) or not token:
            raise Broken(f"{self.name} gave a service no token")
        self._recorder.redactor.learn(token)
        return token

    async def _ask_for_service_token(self, person: Person) -> Reply:
        secret = self._target.service_secret
        if secret is None:
            raise CouldNotTell("the secret by which services know each other is not set")
        proof = {"service_id": self._target.service_id, "service_secret": secret.get_secret_value()}
        return await self._post("/auth/service-token", proof, person)

    async def opinions(self, token: str | None, person: Person) -> dict[str, Opinion]:
        """What each of the endpoints that judge tokens says of this one, by what an owner calls the question."""
        who = await self.call("GET", "/auth/me", within=self._within, token=token, person=person.name)
        opinions = {"sign-in, asked who this is": Opinion(door(who), _said(who))}
        if token is not None:  # without one there is nothing to judge
            service = await self._as_a_service(person)
            valid = await self._post("/auth/validate", {"token": token}, person, service)
            judged = await self._post("/api/v1/jwt/validate", {"token": token}, person)
            opinions["sign-in, asked by another service"] = Opinion(_verdict(valid), _said(valid))
            opinions["sign-in, asked whether the token is valid"] = Opinion(_verdict(judged), _said(judged))
        return opinions

    async def is_blacklisted(self, token: str, person: Person) -> bool:
        """Whether sign-in knows this token as signed out."""
        reply = await self._post("/auth/check-blacklist", {"token": token}, person)
        told = self.expect(reply, "to say whether a token is signed out").field("blacklisted")
        if not isinstance(told, bool):
            raise Broken(f"{self.name} was asked whether a token is signed out, and did not say")
        return told

    async def _as_a_service(self, person: Person) -> dict[str, str]:
        """The headers by which a service shows itself; none where the target names no secret for that.

        Raises :class:`CouldNotTell` when sign-in does not know that secret: it would refuse every question.
        """
        secret = self._target.service_secret
        if secret is None:
            return {}
        if self._known.service_is_known is None:
            self._known.service_is_known = (await self._ask_for_service_token(person)).status not in (401, 403)
        if not self._known.service_is_known:
            raise CouldNotTell(
                f"sign-in does not know {self._target.service_id} by the secret that the target names for services",
                look_first_at="the settings service_id and service_secret of the target",
            )
        return {"X-Service-ID": self._target.service_id, "X-Service-Secret": secret.get_secret_value()}

    async def _post(
        self, path: str, body: Mapping[str, Any], person: Person, headers: Mapping[str, str] | None = None
    ) -> Reply:
        return await self.call("POST", path, within=self._within, body=body, headers=headers, person=person.name)


def _verdict(reply: Reply) -> str:
    """The verdict that is in the body: the status is 200 either way."""
    valid = reply.field("valid") if reply.status == 200 else None
    if isinstance(valid, bool):
        return OPEN if valid else SHUT
    return f"answered {reply.status} without a verdict"


def _said(reply: Reply) -> dict[str, Any]:
    body = reply.body if isinstance(reply.body, dict) else {}
    permissions = body.get("permissions")
    said = {
        "user_id": None if body.get("user_id") is None else str(body["user_id"]),
        "email": body.get("email"),
        "permissions": sorted(map(str, permissions)) if isinstance(permissions, list) else None,
        "issued": seconds_since_1970(body.get("issued_at")),
        "expires": seconds_since_1970(body.get("expires_at") or body.get("token_expires_at")),
    }
    # the beginning is told by one endpoint only; what else the contract has is missing where it is not told
    return {field: value for field, value in said.items() if value is not None or field != "issued"}


def seconds_since_1970(moment: object) -> int | None:
    """A moment that a service told, as whole seconds since 1970; None for what is none.

    The contract leaves the form open, so ISO 8601 (UTC where it names no zone) and numbers are both understood.
    """
    if isinstance(moment, int | float) and not isinstance(moment, bool):
        return int(moment) if isinstance(moment, int) or math.isfinite(moment) else None
    try:
        told = datetime.fromisoformat(str(moment))
    except ValueError:
        return None
    return int((told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp())
