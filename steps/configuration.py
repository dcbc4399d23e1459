"""The configuration: what the target names, and what the services publish about themselves."""

from __future__ import annotations

from urllib.parse import urljoin

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty

from acceptance.addresses import same_address
from acceptance.verdicts import Broken, CouldNotTell
from acceptance.world import World

#: The setting that holds each address, and where discovery publishes it.
_PUBLISHED = {
    "chat": ("base_url", "backend", "url"),
    "sign-in": ("auth_url", "auth", "url"),
    "the web page": ("frontend_url", "frontend", "url"),
    "live updates": ("websocket_url", "backend", "ws_url"),
}


@given("the configuration names everything that the promises need")
def the_configuration_is_complete(context: Context) -> None:
    """All four addresses, and whatever secrets and commands go with what the target declares."""
    world: World = context.world
    if missing := world.target.unconfigured:
        raise CouldNotTell(f"the configuration of target {world.target.name} does not name {', '.join(missing)}")


@then("the address for {service} is the one that is configured")
def the_address_is_the_configured_one(context: Context, service: str) -> None:
    """What discovery publishes is the address that the target's configuration names."""
    world: World = context.world
    setting, listed_as, field = _PUBLISHED[service]
    configured = world.target.addresses[setting]
    published = world.services.get(listed_as, {}).get(field)
    if not same_address(published, configured):
        raise Broken(f"the platform sends people to {published or 'nowhere'} for {service}; configured is {configured}")


@when("Ada the administrator asks chat and sign-in which environment they are")
async def ada_asks_for_the_environment(context: Context) -> None:
    """Chat publishes it in its configuration, sign-in in its health."""
    world: World = context.world
    within = world.deadline("service discovery")
    chat, sign_in = world.platform.backend, world.platform.auth
    published = chat.expect(await chat.call("GET", "/api/config/public", within=within), "to show its configuration")
    health = sign_in.expect(await sign_in.call("GET", "/health", within=within), "to say how it is")
    world.said = {"chat": published.field("environment"), "sign-in": health.field("environment")}


@then("both name the same one")
def both_name_the_same_environment(context: Context) -> None:
    """A service of another environment behind one of the addresses would name another."""
    world: World = context.world
    for who, environment in world.said.items():
        if not environment:
            raise Broken(f"{who} does not name its environment")
    chat, sign_in = world.said["chat"], world.said["sign-in"]
    if chat != sign_in:
        raise Broken(f"chat says that it is “{chat}”, and sign-in that it is “{sign_in}”")


@when("Ada the administrator reads what chat and sign-in publish about themselves")
async def ada_reads_what_is_published(context: Context) -> None:
    """The configuration that a page reads before anybody signs in."""
    world: World = context.world
    within = world.deadline("service discovery")
    chat, sign_in = world.platform.backend, world.platform.auth
    for who, service, path in (
        ("chat", chat, "/api/config/public"),
        ("sign-in", sign_in, "/auth/config"),
        ("sign-in, by way of chat", chat, "/auth/config"),
    ):
        reply = service.expect(await service.call("GET", path, within=within), "to publish its configuration")
        world.said[who] = reply.body if isinstance(reply.body, dict) else {}


@then("chat says that it has live updates")
def chat_has_live_updates(context: Context) -> None:
    """The feature that the golden path needs is on."""
    world: World = context.world
    features = world.said["chat"].get("features")
    if not isinstance(features, dict) or features.get("websocket") is not True:
        raise Broken("chat does not say that it has live updates")


@then("every door that sign-in names is at the address that is configured for it")
def doors_are_where_sign_in_is(context: Context) -> None:
    """Signing in, signing out and renewing are named, each below the configured address."""
    world: World = context.world
    doors, configured = _doors(world, "sign-in"), world.target.addresses["auth_url"]
    if missing := [name for name in ("login", "logout", "token", "user") if name not in doors]:
        raise Broken(f"sign-in does not name its door for {' and '.join(missing)}")
    elsewhere = [
        f"{name}: {address}" for name, address in doors.items() if not same_address(address, configured, below=True)
    ]
    assert_that(elsewhere, empty(), f"doors that are not at {configured}")


@then("chat names the same doors of sign-in")
def chat_names_the_same_doors(context: Context) -> None:
    """What chat passes on is what sign-in says."""
    world: World = context.world
    own, chats = _doors(world, "sign-in"), _doors(world, "sign-in, by way of chat")
    names = [name for name in {**own, **chats} if chats.get(name) != own.get(name)]
    assert_that([f"{name}: {chats.get(name, 'nowhere')}" for name in names], empty(), "doors that chat names otherwise")


def _doors(world: World, who: str) -> dict[str, str]:
    """Where each door is; one that is named by its path alone is at the address that was asked."""
    endpoints = world.said[who].get("endpoints")
    if not isinstance(endpoints, dict):
        raise Broken(f"{who} names no doors")
    return {str(name): urljoin(world.target.addresses["auth_url"], str(at)) for name, at in endpoints.items()}
