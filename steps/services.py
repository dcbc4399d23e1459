"""The services: where the platform says they are, and whether they are there."""

from __future__ import annotations

from typing import Any

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, equal_to, has_entries

from acceptance.addresses import is_loopback, is_web_address
from acceptance.drivers.backend import SERVICES
from acceptance.drivers.health import WELL
from acceptance.verdicts import Broken
from acceptance.waiting import eventually
from acceptance.world import World, precondition


@when("Ada the administrator asks the platform where its services are")
async def ada_asks_for_the_services(context: Context) -> None:
    """Ask the platform's discovery for its list of services."""
    world: World = context.world
    world.services = await world.platform.backend.services()


@given("Ada the administrator knows where the platform says its services are")
async def ada_knows_the_services(context: Context) -> None:
    """The platform's own list of services is at hand."""
    world: World = context.world
    with precondition("the platform did not say where its services are"):
        world.services = await world.platform.backend.services()


@then("Ada is told an address of its own for chat, for sign-in and for the web page")
def every_service_is_named(context: Context) -> None:
    """Discovery names each of the three services with a web address, and no two have the same."""
    world: World = context.world
    addresses = {
        owner_name: str(world.services[listed_as].get("url", "")).rstrip("/")
        for owner_name, (listed_as, _) in SERVICES.items()
        if listed_as in world.services
    }
    assert_that(list(addresses), equal_to(list(SERVICES)), "the services that the platform names")
    if unusable := [name for name, address in addresses.items() if not is_web_address(address)]:
        raise Broken(f"the platform gives no web address for {' and '.join(unusable)}")
    if shared := [name for name, address in addresses.items() if list(addresses.values()).count(address) > 1]:
        raise Broken(f"the platform sends people to one and the same address for {' and '.join(shared)}")


@when("Ada follows the address of {service}")
def ada_follows_an_address(context: Context, service: str) -> None:
    """Take the address that the platform's own list gives for the service."""
    world: World = context.world
    address = world.services.get(SERVICES[service][0], {}).get("url")
    if not address:
        raise Broken(f"the platform's list of services gives no address for {service}")
    if is_loopback(str(address)) and not world.target.is_on_this_machine:
        raise Broken(f"the platform sends everybody to their own machine for {service} ({address})")
    world.followed = world.platform.at(f"{service}, as listed,", str(address).rstrip("/"))


@then("{service} answers there, healthy and by its own name, within the time for service discovery")
async def the_service_answers(context: Context, service: str) -> None:
    """The address answers health, and the name in the answer is the service's, not another's."""
    world: World = context.world
    within = world.deadline("service discovery")
    followed = world.followed
    assert followed is not None

    async def health() -> dict[str, Any]:
        reply = await followed.call("GET", "/health", within=within)
        body = followed.expect(reply, "to say how it is").body
        return body if isinstance(body, dict) else {}

    wanted = has_entries(status="healthy", service=SERVICES[service][1])
    await eventually(health, wanted, within=within)


@when("Ada the administrator asks {service} how it is")
async def ada_asks_how_it_is(context: Context, service: str) -> None:
    """Ask at every place where the service tells its condition."""
    world: World = context.world
    world.said[service] = await world.condition(service)


@then("{service} says that it is well, and {name} finds it so")
async def word_and_deed_agree(context: Context, service: str, name: str) -> None:
    """The service's word, and a real call of a person's: both must say that it works."""
    world: World = context.world
    assert_that(world.said[service], equal_to(WELL), f"the word of {service}")
    person = world.people[name]
    if service == "chat":
        await world.platform.backend.thread_ids(person)
    elif service == "sign-in":
        await world.platform.auth.sign_in_again(person)
    else:
        connection = await world.connect(name)
        await connection.ping(within=world.deadline("live updates"))


@given("{service} says that it is well")
async def it_says_that_it_is_well(context: Context, service: str) -> None:
    """The service's own word, before anything is taken from it."""
    world: World = context.world
    with precondition(f"{service} did not say that it is well"):
        assert_that(await world.condition(service), equal_to(WELL), f"the word of {service}")


@when("Ada asks for each of the services by its name")
async def ada_asks_by_name(context: Context) -> None:
    """Ask discovery for the entry of each service that it lists."""
    world: World = context.world
    world.said = {name: await world.platform.backend.service(name) for name in world.services}


@then("Ada is told the same as in the list")
def it_is_as_in_the_list(context: Context) -> None:
    """Each entry has the addresses of the list; there is at least one."""
    world: World = context.world
    if not world.said:
        raise Broken("the platform lists no service")
    for name, entry in world.said.items():
        listed = {field: value for field, value in world.services[name].items() if field != "timestamp"}
        told = {field: value for field, value in entry.items() if field != "timestamp"}
        assert_that(told, equal_to(listed), f"what the platform says of “{name}” by its name")
