"""Secrets that nobody owns, in the shapes that secrets have; each holds a word by which it is found again."""

from __future__ import annotations

import base64
import html
import json
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

import jwt


@dataclass(frozen=True)
class Canary:
    """``text`` is what is said somewhere; ``secret`` is the part of it that must never be seen again."""

    shape: str
    text: str
    secret: str

    @property
    def forms(self) -> set[bytes]:
        """How the secret would look in a page, an address, a JSON file or a page's embedded data."""
        plain = {self.secret, quote(self.secret, safe=""), quote_plus(self.secret), html.escape(self.secret)}
        plain |= {json.dumps(self.secret)[1:-1], self.secret.encode().hex()}
        # what stands around it moves it within base64, and its neighbours share its first and last characters
        inside = {base64.b64encode(b"\0" * before + self.secret.encode())[4:-4] for before in range(3)}
        return {form.encode() for form in plain} | inside


def canaries(seed: int) -> list[Canary]:
    """One of each shape; other words for another seed."""
    chance = random.Random(seed)

    def word(length: int = 20, letters: str = string.ascii_letters + string.digits) -> str:
        return "".join(chance.choices(letters, k=length))

    def made() -> Iterator[tuple[str, str, str]]:
        for shape, text in {
            "password in a form": "password={}&next=1",
            "password in JSON": '{{"user": "ada", "password": "{}"}}',
            "password in a half line of JSON": 'sent {{"passwd": "{}',
            "passphrase": "passphrase: {}",
            "secret in YAML": "client_secret: '{}'",
            "secret in a variable": "export JWT_SECRET_KEY={}",
            "the simulation key in a variable": "E2E_OAUTH_SIMULATION_KEY={}",
            "the simulation key in a header": "X-E2E-Bypass-Key: {}",
            "API key in a header": "X-Api-Key: {}",
            "bearer": "Authorization: Bearer {}",
            "token in an address": "GET https://chat.test/ws?token={}&page=2",
            "key in an address": "https://maps.test/?api_key={}",
            "cookie": "Cookie: theme=dark; sid={}; lang=en",
            "cookie that is set": "Set-Cookie: session={}; Path=/; HttpOnly",
            "connection string": "postgres://ada:{}@db.test:5432/netra",
            "connection string without a user": "redis://:{}@cache.test:6379/0",
            "connection string of an address with a port": "amqp://ada:{}@queue.test",
            "connection string in pairs": "Server=db.test;User Id=ada;Password={};Encrypt=yes",
            "key of a storage account": "DefaultEndpointsProtocol=https;AccountName=netra;AccountKey={}==",
            "argument of a process": "python -m tool --password {} --verbose",
            "argument of a process, in one word": "python -m tool --token={} --verbose",
            "argument of a process, in a list": "Command '['tool', '--password', '{}', '-v']' failed",
            "user and password of curl": "curl -u ada:{} https://chat.test/",
            "key of a model's provider": "sk-proj-{}",
        }.items():
            secret = word()
            yield shape, text.format(secret), secret
        basic = base64.b64encode(f"ada:{word()}".encode()).decode()
        yield "basic", f"Authorization: Basic {basic}", basic.rstrip("=")
        token = jwt.encode({"sub": "ada", "jti": word()}, word(40), algorithm="HS256")
        payload = token.split(".")[1]
        yield "signed token", f"the token {token} was refused", payload
        carried = base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")
        yield "signed token in a subprotocol", f"jwt-auth, jwt.{carried}", carried
        for further in range(3):
            whole = json.dumps({"a" * (1 + further): "b", "access_token": token}).encode()
            yield f"signed token inside base64, {further} bytes on", f"got {base64.b64encode(whole).decode()}.", payload
        key = "\n".join(word(64, string.ascii_letters + string.digits + "+/") for _ in range(3))
        yield "private key", f"-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----", key.split("\n")[1]
        cut = word(64)
        yield "private key that is cut", f"-----BEGIN RSA PRIVATE KEY-----\n{cut}", cut
        for shape, before, length, letters in (
            ("key of Amazon", "AKIA", 16, string.ascii_uppercase + string.digits),
            ("token of GitHub", "ghp_", 36, string.ascii_letters + string.digits),
            ("token of GitLab", "glpat-", 20, string.ascii_letters + string.digits),
            ("key of Google", "AIza", 35, string.ascii_letters + string.digits),
            ("token of Slack", "xoxb-", 30, string.ascii_letters + string.digits),
        ):
            secret = before + word(length, letters)
            yield shape, f"it used {secret} for that", secret

    return [Canary(*each) for each in made()]


def found_in(data: bytes, planted: list[Canary]) -> list[str]:
    """The shapes of the canaries that can be read in ``data``, in whichever form."""
    return [canary.shape for canary in planted if any(form in data for form in canary.forms)]
