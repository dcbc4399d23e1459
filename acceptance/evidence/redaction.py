"""Redaction: what must never reach a report, a log or a terminal.

Three nets, each enough for what it is made for: values *learned* during the run (passwords, keys, tokens, wherever
they turn up), *names* whose values are secret (headers, JSON keys, parameters, variables, arguments of a process), and
*shapes* (JSON Web Tokens, the subprotocol that carries one, user names and passwords inside addresses, private keys,
and the tokens and keys that their issuers made recognisable by their first characters).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit

HIDDEN = "[hidden]"

#: What is in the name of something secret, wherever the name is met.
_SECRET_WORDS = (
    r"pass(?:word|wd|phrase)|secret|token|cookie|credential"
    r"|(?:api|bypass|simulation|private|account|access|signing|encryption)[-_]?key"
)
#: A header, JSON key or parameter whose name holds one of these carries a secret.
_SECRET_NAME = re.compile(rf"{_SECRET_WORDS}|authorization|session[-_]?id|^jwt$|^ticket$|^code$", re.IGNORECASE)
#: Names that only look like it: they say something *about* a token.
_HARMLESS_NAME = re.compile(r"token_type|token_expires|expires|sec-websocket-protocol|token_count|tokens_used", re.I)


def _inside_base64(secret: bytes, offset: int) -> set[str]:
    """How a secret looks in the base64 of something in which ``offset`` (modulo 3) bytes stand before it."""
    first, last = ((0, 2, 3)[offset], -4)  # the characters that hold bits of its neighbours are left out
    padded = b"\0" * offset + secret
    return {encode(padded).decode().rstrip("=")[first:last] for encode in (base64.b64encode, base64.urlsafe_b64encode)}


# Whatever a platform sends is searched, so each pattern takes a time that grows with the text and no faster: what is
# repeated is taken whole (``++``) or has a limit, and no part of a text is looked at from each of its places.
_TOKEN = re.compile(r"\beyJ[\w-]{5,}+(?P<rest>\.[\w-]{5,}+(?:\.[\w-]*+)?)?")
_TOKEN_SUBPROTOCOL = re.compile(r"\bjwt\.[A-Za-z0-9_-]{16,}")
_TOKEN_IN_BASE64 = re.compile(r"\bZXlK[A-Za-z0-9+/_-]{20,}={0,2}")  # what “eyJ” begins with there
#: What the header of a token begins with, by the name that stands first in it.
_TOKEN_HEADERS = [
    base64.urlsafe_b64encode(f'{{"{name}"'.encode())
    for name in ("alg", "typ", "kid", "cty", "enc", "jku", "jwk", "x5c", "x5t", "x5u", "zip")
]
_TOKEN_INSIDE_BASE64 = re.compile(
    "(?:"
    + "|".join(sorted({part for header in _TOKEN_HEADERS for at in range(3) for part in _inside_base64(header, at)}))
    + r")[A-Za-z0-9+/_-]{40,}+={0,2}"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}")
_USER_INFO = re.compile(r"(?<=[a-z0-9+.-]://)(?:[^\s/@]*+@)++", re.I)
#: A whole line of cookies, each of which has a name of its own.
_COOKIES = re.compile(r"""(?i)\b(?P<name>(?:set-)?cookie\s{0,64}:\s{0,64})(?!\[hidden\])[^\r\n"']++""")
_USER_ARGUMENT = re.compile(r"(?<!\S)(?P<name>(?:-u|--user)[ =])[^\s:]++:\S++")  # of curl and its like
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:(?!-----END )[\s\S])*+(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
)
_ISSUED = re.compile(
    r"\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[opsur]_\w{36,}+|github_pat_\w{22,}+|glpat-[\w-]{20,}+|AIza[\w-]{35}"
    r"|xox[abeoprs]-[\w-]{10,}+|sk[-_](?:(?:proj|live|test|ant|or)[-_])?[\w-]{20,}+)"
)
_NAMED_IN_TEXT = re.compile(
    rf"""(?P<name>(?:{_SECRET_WORDS})[\w-]{{0,64}}["']?\s{{0,64}}[:=]\s{{0,64}}"""
    rf"""|(?<![\w-])--?[\w-]{{0,64}}(?:{_SECRET_WORDS})[\w-]{{0,64}}["']?,?\s{{1,64}})"""
    r"""(?P<value>(?!\[hidden\])(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|["']?[^\s,;&"'})\]]+))""",
    re.I,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # what a terminal would obey; lines and tabs are none
_NAME_BEFORE = re.compile(r"[\w-]*\Z")
_SHORTEST_LEARNED = 4
_LONGEST_LEARNED = 16_384  # characters; no header would carry more
_MOST_LEARNED = 100  # of the values in one text
_SHORT = 100  # characters of a text that is worth remembering


class Redactor:
    """Hides secrets in text, JSON, headers and addresses; learns new ones as they are met."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._learned: list[str] = []  # longest first: one may hold another
        self._found = 0  # secrets in the text that is being read
        for secret in secrets:
            self.learn(secret, lasting=True)

    def learn(self, secret: str, *, lasting: bool = False) -> None:
        """Hide this value from now on, also where it is URL-quoted, JSON-escaped or in base64.

        A ``lasting`` one outlives the run, and is looked for in every form in which a platform might echo it.
        """
        if len(secret) < _SHORTEST_LEARNED:
            return  # hiding every “a” would hide the report
        if (token := _TOKEN.fullmatch(secret)) and token["rest"]:
            return  # known by its shape, in every form, and there are hundreds of them
        encoded = secret.encode(errors="surrogatepass")
        forms = {secret, quote(encoded, safe=""), json.dumps(secret)[1:-1]}
        forms |= {
            base64.b64encode(encoded).decode().rstrip("="),
            base64.urlsafe_b64encode(encoded).decode().rstrip("="),
        }
        if lasting:
            forms |= {quote(encoded), quote_plus(encoded), encoded.hex(), encoded.hex().upper(), secret.upper()}
            forms |= {part for offset in range(3) for part in _inside_base64(encoded, offset)}
            forms = {form for form in forms if len(form) >= _SHORTEST_LEARNED}
        if not forms <= set(self._learned):
            self._learned = sorted(forms.union(self._learned), key=lambda form: (-len(form), form))

    def learned(self, text: str) -> str:
        """``text`` with the values hidden that were learned, and no more: shapes and names are left to :meth:`text`."""
        # one by one: a pattern of hundreds of them would have to be compiled anew with each that is learned
        for secret in self._learned:
            if secret in text:
                text = text.replace(secret, HIDDEN)
        return text

    def text(self, text: str) -> str:
        """``text`` with every secret in it hidden; JSON in it is treated by its keys."""
        if text[:1] in "{[":
            try:
                return json.dumps(self.json(json.loads(text)), ensure_ascii=False)
            except (ValueError, RecursionError):
                pass
        return self._shapes(text)

    def json(self, value: Any) -> Any:
        """A copy of a JSON value with secrets hidden; values under a secret name are learned first.

        Of one value so many are learned as any answer could need; the others are hidden only where they are.
        """
        self._found = 0
        return self._hidden_in(value)

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Headers as pairs, in order, with secret values hidden."""
        return [(name, HIDDEN if _is_secret(name) else self._shapes(value)) for name, value in headers]

    def url(self, url: str) -> str:
        """The address without user info, and with the values of its query hidden where they are secret."""
        try:
            parts = urlsplit(url)
            query = [(name, HIDDEN if _is_secret(name) else value) for name, value in parse_qsl(parts.query, True)]
        except ValueError:
            return self._shapes(url)
        shown = parts._replace(netloc=parts.netloc.rpartition("@")[2], query=urlencode(query, safe="[]"))
        return self._shapes(urlunsplit(shown))

    def _hidden_in(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {self._shapes(str(key)): self._value_of(str(key), item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._hidden_in(item) for item in value]
        return self._shapes(value) if isinstance(value, str) else value

    def _value_of(self, name: str, value: Any) -> Any:
        if not _is_secret(name) or value is None or isinstance(value, bool | int | float):
            return self._hidden_in(value)
        if isinstance(value, str) and self._found < _MOST_LEARNED and len(value) <= _LONGEST_LEARNED:
            self._found += 1
            self.learn(value)
        return HIDDEN

    def _shapes(self, text: str) -> str:
        text = text.encode(errors="backslashreplace").decode()  # half of a surrogate pair cannot be written anywhere
        text = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", self.learned(text))
        return _remembered(text) if len(text) <= _SHORT else _by_shape(text)


def _by_shape(text: str) -> str:
    """``text`` with everything hidden that looks like a secret, or is named like one."""
    text = _TOKEN_SUBPROTOCOL.sub(f"jwt.{HIDDEN}", text)
    text = _TOKEN_IN_BASE64.sub(HIDDEN, text)
    text = _TOKEN_INSIDE_BASE64.sub(HIDDEN, text)
    text = _TOKEN.sub(lambda match: HIDDEN if match["rest"] else match[0], text)
    text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    text = _USER_INFO.sub("", text)
    text = _PRIVATE_KEY.sub(HIDDEN, text)
    text = _ISSUED.sub(HIDDEN, text)
    text = _COOKIES.sub(rf"\g<name>{HIDDEN}", text)
    text = _USER_ARGUMENT.sub(rf"\g<name>{HIDDEN}", text)
    return _NAMED_IN_TEXT.sub(_hide_named, text)


#: The keys of JSON and the names of headers are the same again and again.
_remembered = lru_cache(maxsize=4096)(_by_shape)


def _hide_named(match: re.Match[str]) -> str:
    name, value = match["name"], match["value"]
    before = _NAME_BEFORE.search(match.string, max(0, match.start() - 64), match.start())
    if _HARMLESS_NAME.search((before[0] if before else "") + name) or value in (
        "null",
        "None",
        "true",
        "false",
        "True",
        "False",
        HIDDEN,
    ):
        return match[0]
    quote_mark = value[0] if value[0] in "\"'" else ""
    return f"{name}{quote_mark}{HIDDEN}{quote_mark}"


def _is_secret(name: str) -> bool:
    return bool(_SECRET_NAME.search(name)) and not _HARMLESS_NAME.search(name)
