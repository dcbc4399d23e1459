"""Sign-in: the driver of the auth service, as the platform's wire contract has it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from acceptance.drivers.http import Service
from acceptance.target import SIMULATION_KEY_VARIABLE, Target
from acceptance.verdicts import Broken, CouldNotTell


@dataclass
class Person:
    """Somebody of the scenarios: a synthetic account, labelled as the specification's own."""

    name: str
    email: str
    password: str
    user_id: str = ""
    token: str = ""


class Auth(Service):
    """What a person, or another service, asks of sign-in."""

    async def sign_in(self, name: str, target: Target) -> Person:
        """A new synthetic person, signed in the way this target has: by registering, or by the simulation key.

        Raises :class:`Broken` when sign-in refuses or gives no token, :class:`CouldNotTell` without the key.
        """
        label = secrets.token_hex(4)
        person = Person(name, f"phase2-{name.lower()}-{label}@example.com", secrets.token_urlsafe(18) + "aA1!")
        self._recorder.redactor.learn(person.password)
        within = target.deadlines["sign-in"]
        await self.require_reachable()
        if target.sign_in == "simulation":
            if target.simulation_key is None:
                raise CouldNotTell(
                    f"{name} cannot sign in: the simulation key is not set",
                    look_first_at=f"the environment variable {SIMULATION_KEY_VARIABLE}",
                )
            reply = await self.call(
                "POST",
                "/auth/e2e/test-auth",
                within=within,
                body={"email": person.email, "name": name},
                headers={"X-E2E-Bypass-Key": target.simulation_key.get_secret_value()},
            )
        else:
            account = {"email": person.email, "password": person.password}
            registered = await self.call("POST", "/auth/register", within=within, body={**account, "name": name})
            self.expect(registered, f"to register {name}", 200, 201)
            reply = await self.call("POST", "/auth/login", within=within, body=account)
        self.expect(reply, f"to sign {name} in")
        token, user = reply.field("access_token"), reply.field("user")
        if not token or not isinstance(user, dict) or not user.get("id"):
            raise Broken(f"{self.name} signed {name} in without saying who they are and giving them a token")
        self._recorder.redactor.learn(str(token))
        person.token, person.user_id = str(token), str(user["id"])
        return person
