"""Where the platform is, what it can be asked, its deadlines and its secrets: the settings of a target.

How one is found and read: ``acceptance.targets``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from acceptance.addresses import (
    HttpAddress,
    WebSocketAddress,
    is_loopback,
    looks_like_production,
    without_user_info,
)
from acceptance.files import DEFAULT_MANIFEST
from acceptance.tags import PLATFORM, SOURCE_TREE

#: The settings that are addresses, and what people call what is there.
ADDRESSES = {
    "base_url": "Chat",
    "auth_url": "Sign-in",
    "frontend_url": "Web page",
    "websocket_url": "Live updates",
}
SIMULATION_KEY_VARIABLE = "E2E_OAUTH_SIMULATION_KEY"


class Capability(StrEnum):
    """What a target may be asked beyond reading; an example that needs an undeclared one is not asked."""

    CREATES_DATA = "creates-data"
    OUTAGE_CONTROL = "outage-control"
    MINT_TOKENS = "mint-tokens"
    LOAD = "load"


class Part(StrEnum):
    """A part of the platform that an outage can take away, by what an owner calls it."""

    SIGN_IN = "sign-in"
    SIGN_IN_DATABASE = "the database behind sign-in"
    CHAT_DATABASE = "the database behind chat"


@dataclass(frozen=True)
class Deadline:
    """A promise in time: its name as people read it, and its seconds on this target."""

    name: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.name} ({self.seconds:g} s)"


def _check_mail(value: str) -> str:
    """An e-mail address, to whose local part a person's name can be added; raises ``ValueError``."""
    if not re.fullmatch(r"[\w.-]+@[\w-]+(\.[\w-]+)+", value, re.ASCII):
        raise ValueError("is not an e-mail address like phase2-monitor@example.com")
    return value


EmailAddress = Annotated[str, AfterValidator(_check_mail)]
Seconds = Annotated[float, Field(gt=0, le=600)]


def _words(value: object) -> object:
    """``"a, b"`` as a list: how lists are written in a variable or behind ``-D``."""
    return [word for word in re.split(r"[,\s]+", value) if word] if isinstance(value, str) else value


def _paths(value: object) -> object:
    """``"a.toml, b.toml"`` as a list; a path may have a blank in it."""
    return [path.strip() for path in value.split(",") if path.strip()] if isinstance(value, str) else value


class Target(BaseSettings):
    """One platform and/or source tree to be judged; every field is a setting of the target's file."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_ignore_empty=True, hide_input_in_errors=True)

    name: str
    about: str = Field(description="what it is, in words of the report")
    embedded: bool = False
    staging: bool = Field(default=False, description="whether this is the staging environment of the plan's criteria")
    base_url: HttpAddress | None = None
    auth_url: HttpAddress | None = None
    frontend_url: HttpAddress | None = None
    websocket_url: WebSocketAddress | None = None
    sign_in: Literal["register", "simulation"] = "register"
    simulation_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("simulation_key", SIMULATION_KEY_VARIABLE)
    )
    synthetic_person: EmailAddress | None = Field(
        default=None, description="the address of standing accounts, one for each person of the scenarios"
    )
    synthetic_password: SecretStr | None = None
    people: Literal["new", "synthetic"] = Field(
        default="new", description="whether the people of a scenario are new accounts or the standing ones"
    )
    service_id: str = "netra-backend"
    service_secret: SecretStr | None = None
    jwt_secret: SecretStr | None = None
    capabilities: Annotated[frozenset[Capability], NoDecode, BeforeValidator(_words)] = frozenset()
    outages: dict[Part, tuple[str, str]] = Field(
        default={}, description="the commands that take a part of the platform away and give it back"
    )
    production_hosts: Annotated[frozenset[str], NoDecode, BeforeValidator(_words)] = frozenset()
    source: Path | None = None
    manifest: Path = DEFAULT_MANIFEST
    known_gaps: Annotated[tuple[Path, ...] | None, NoDecode, BeforeValidator(_paths)] = Field(
        default=None, description="the lists of what is known to be broken; None is the one with the target's name"
    )
    promptly: Seconds
    service_discovery_timeout: Seconds
    auth_coordination_timeout: Seconds
    websocket_coordination_timeout: Seconds
    sign_of_life_timeout: Seconds = 20
    load_users: int | None = Field(
        default=None, ge=1, le=100_000, description="how many people at once the platform is meant for"
    )
    load_run_time: Seconds = Field(default=30, description="for how long a crowd of the scenarios chats")
    load_thresholds: dict[Literal["sign-in", "connect", "first event", "answer"], Seconds] = Field(
        default={}, description="how long nineteen of twenty people of a crowd wait at most"
    )
    heartbeat_seconds: Seconds | None = Field(default=None, description="what the embedded platform is started with")

    #: Never accepted from the command line, which other users of the machine can read.
    SECRETS: ClassVar[frozenset[str]] = frozenset(
        {"simulation_key", "service_secret", "jwt_secret", "synthetic_password"}
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """File < environment < ``-D``."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @model_validator(mode="after")
    def _has_addresses(self) -> Self:
        if self.embedded or (not self.addresses and self.source):
            return self
        missing = [name for name in ("base_url", "auth_url", "websocket_url") if getattr(self, name) is None]
        if len(missing) == len(ADDRESSES) - 1 and not self.frontend_url:
            raise ValueError("needs a source tree, a platform's addresses, or both: -D source=PATH names a tree")
        if missing:
            raise ValueError(f"needs {' and '.join(missing)}: a target that is not embedded must say where it is")
        return self

    @model_validator(mode="after")
    def _staging_is_a_place(self) -> Self:
        if self.staging and (self.embedded or not self.addresses):
            raise ValueError("staging goes with the addresses of an environment")
        return self

    @model_validator(mode="after")
    def _is_not_production(self) -> Self:
        for address in self.addresses.values():
            host = urlsplit(address).hostname or ""
            if looks_like_production(host) and host not in self.production_hosts:
                raise ValueError(
                    f"host {host} looks like production; if it is meant, name it a second time in production_hosts"
                )
        return self

    @model_validator(mode="after")
    def _synthetic_people_can_come_in(self) -> Self:
        if self.people == "new":
            return self
        if self.synthetic_person is None:
            raise ValueError("people = synthetic needs synthetic_person, the e-mail address of the standing accounts")
        if self.sign_in == "register" and not self.embedded and self.synthetic_password is None:
            raise ValueError(
                "people = synthetic needs synthetic_password where people register: it is set by "
                f"{variables_of(self.name)}SYNTHETIC_PASSWORD"
            )
        return self

    @property
    def addresses(self) -> dict[str, str]:
        """The addresses that this target names, by setting."""
        return {name: getattr(self, name) for name in ADDRESSES if getattr(self, name)}

    @property
    def has_synthetic_people(self) -> bool:
        """Whether the people of the scenarios can be standing accounts."""
        return self.synthetic_person is not None and Capability.CREATES_DATA in self.capabilities

    @property
    def has_platform(self) -> bool:
        """Whether a platform can be asked, and not only a source tree."""
        return self.embedded or bool(self.addresses)

    @property
    def is_on_this_machine(self) -> bool:
        """Whether every address is a loopback one: a proxy of the environment is for the world outside."""
        return all(is_loopback(address) for address in self.addresses.values())

    @property
    def deadlines(self) -> dict[str, Deadline]:
        """The named deadlines of the scenarios, each defined once, with this target's seconds."""
        return {
            "promptly": Deadline("promptly", self.promptly),
            "service discovery": Deadline("within the time for service discovery", self.service_discovery_timeout),
            "sign-in": Deadline("within the time for sign-in", self.auth_coordination_timeout),
            "live updates": Deadline("within the time for live updates", self.websocket_coordination_timeout),
            "a sign of life": Deadline("within the time for a sign of life", self.sign_of_life_timeout),
        }

    @property
    def secrets(self) -> list[str]:
        """Values that nothing may show: the secrets among the settings, and the passwords inside addresses."""
        passwords = [urlsplit(address).password for address in self.addresses.values()]
        settings = [secret.get_secret_value() for name in sorted(self.SECRETS) if (secret := getattr(self, name))]
        return [secret for secret in (*settings, *passwords) if secret]

    @property
    def shortened(self) -> list[str]:
        """What is quicker here than on the platform itself, so that a run need not wait for it."""
        beat = self.heartbeat_seconds
        return [f"a quiet connection gets a sign of life every {beat:g} s instead of 10 to 15"] if beat else []

    @property
    def unconfigured(self) -> list[str]:
        """What the promises about the platform need of this target's configuration and do not find there."""
        missing = [setting for setting in ADDRESSES if setting not in self.addresses]
        if self.sign_in == "simulation" and self.simulation_key is None:
            missing.append(f"simulation_key ({SIMULATION_KEY_VARIABLE})")
        if Capability.MINT_TOKENS in self.capabilities and self.jwt_secret is None:
            missing.append("jwt_secret, as mint-tokens is declared")
        if Capability.OUTAGE_CONTROL in self.capabilities and not self.embedded:
            missing += [f"outages.“{part}”, as outage-control is declared" for part in Part if part not in self.outages]
        return missing

    def without(self, need: str, effect: str) -> str | None:
        """Why an example with this need and effect is not asked of this target; None when it is."""
        if need == SOURCE_TREE and self.source is None:
            return "no source tree was named"
        if need != SOURCE_TREE and not self.has_platform:
            return f"target {self.name} is a source tree only"
        if need == "passwords" and self.sign_in != "register":
            return f"people sign in to target {self.name} by {self.sign_in}, so they have no passwords"
        if need == "minted-tokens" and Capability.MINT_TOKENS not in self.capabilities:
            return f"target {self.name} does not declare that tokens may be made with its own secret"
        if need == "service-secret" and not self.embedded and self.service_secret is None:
            return f"target {self.name} does not name the secret by which its services know each other"
        if need == "load" and Capability.LOAD not in self.capabilities:
            return f"target {self.name} does not declare that many people at once may ask it"
        if need == "load" and self.load_users is None:
            return f"target {self.name} does not say how many people at once it is meant for (load_users)"
        if effect == "creates-data" and Capability.CREATES_DATA not in self.capabilities:
            return f"target {self.name} does not declare that data may be created on it"
        if effect == "disruptive" and Capability.OUTAGE_CONTROL not in self.capabilities:
            return f"target {self.name} does not declare that it may be disturbed"
        return None

    def excuse(self, needs: Iterable[str], effect: str) -> str | None:
        """The first reason why an example with all these needs is not asked; one that names none needs a platform."""
        reasons = (self.without(need, effect) for need in sorted(needs) or [PLATFORM])
        return next((reason for reason in reasons if reason), None)

    def describe(self, source: str | None = None) -> list[tuple[str, str]]:
        """What is printed at the start of a run; ``source`` names the tree, and secrets are only said to be set."""
        shown = [("Target", f"{self.name}: {self.about}")]
        shown += [(ADDRESSES[name], without_user_info(address)) for name, address in self.addresses.items()]
        if self.sign_in == "simulation":
            state = "set" if self.simulation_key else f"not set ({SIMULATION_KEY_VARIABLE})"
            shown.append(("Simulation key", state))
        shown.append(("Source tree", source or "none named"))
        if self.has_platform:
            shown.append(("Declared", ", ".join(sorted(self.capabilities)) or "read-only"))
            shown.append(("Deadlines", ", ".join(str(deadline) for deadline in self.deadlines.values())))
        if self.known_gaps:
            shown.append(("Known gaps", ", ".join(map(str, self.known_gaps))))
        if self.shortened:
            shown.append(("Shortened", "; ".join(self.shortened)))
        return shown


def variables_of(target: str) -> str:
    """What the variables of a target's settings begin with: ``BLUE_`` for ``blue``."""
    return re.sub(r"\W", "_", target).upper() + "_"


def variable_of(target: str, setting: str) -> str:
    """The environment variable of a setting: ``BLUE_BASE_URL`` for ``base_url`` of ``blue``."""
    return SIMULATION_KEY_VARIABLE if setting == "simulation_key" else variables_of(target) + setting.upper()
