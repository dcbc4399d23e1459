"""The source tree: what answers to the name of a building block, where it is taken from, and what makes it."""

from __future__ import annotations

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, greater_than

from acceptance import source_questions as ask
from acceptance.evidence import attachments
from acceptance.verdicts import CouldNotTell
from acceptance.world import World


def _search(world: World, question: ask.SourceQuestion) -> None:
    """Audit the tree, and keep what was found of it."""
    world.sought = question
    world.findings = question.findings(world.source)


def _judge(world: World) -> None:
    """Show in the report what was found, where it is judged, and say what it amounts to."""
    attachments.findings_table(world.findings)
    ask.judge(world.source, world.asked, world.findings)


@when("the source tree is searched for all that answers to the name of the {concept}")
def what_answers_is_sought(context: Context, concept: str) -> None:
    """Second definitions, variants, overwritten ones, and other things under its name, in app code."""
    _search(context.world, ask.answers_to_the_name(concept))


@when("the source tree is searched for everything that the names of the {concept} mean")
def what_is_meant_is_sought(context: Context, concept: str) -> None:
    """Second definitions, overwritten ones, and other things under the names, in app code."""
    _search(context.world, ask.definitions(concept))


@when("the source tree is searched for further ways of calling a factory of the {product}")
def further_interfaces_are_sought(context: Context, product: str) -> None:
    """Among the factories of the product, every interface but the usual one."""
    _search(context.world, ask.called_differently(product))


@when("the source of {service} is searched for what cannot be loaded, or only by a detour")
def what_fails_is_sought(context: Context, service: str) -> None:
    """Unreadable and hidden files, broken imports and fallbacks for them, dead modules and circles."""
    world: World = context.world
    question = ask.not_loadable(service)
    if not world.source.files.services.get(question.service):
        raise CouldNotTell(f"the tree has no source of {service}", look_first_at="the services in the manifest")
    _search(world, question)


@when("the source tree is searched for {sought}")
def something_is_sought(context: Context, sought: str) -> None:
    """What the words stand for is in one table, in ``acceptance/source_questions.py``."""
    _search(context.world, ask.SOUGHT[sought])


@when("the imports of the parts of live updates are counted")
def imports_are_counted(context: Context) -> None:
    """All import statements of governed things, by concept and service; those of tests beside them."""
    _search(context.world, ask.SOUGHT["parts of live updates that are taken from elsewhere than their homes"])


@when("the SSOT warnings are counted")
def warnings_are_counted(context: Context) -> None:
    """The modules with something of their own where a core concept has one truth; asking for it audits the tree."""
    assert context.world.source.warnings is not None


@when("the retired paths are followed")
def retired_paths_are_followed(context: Context) -> None:
    """What the manifest says may still be used for a while."""
    world: World = context.world
    if not world.source.retired:
        raise CouldNotTell("the manifest lists no retired path", look_first_at="the manifest of the source tree")


@then("all of it is the {concept} of its home, and the home holds it")
@then("each of them is one thing, and the home of the {concept} holds it")
def there_is_one_home(context: Context, concept: str) -> None:
    """No finding, and the home binds each of the concept's names."""
    world: World = context.world
    _judge(world)
    ask.judge_homes(world.source, world.asked, concept)


@then("there are none")
@then("no service has any")
def there_are_none(context: Context) -> None:
    """No finding, in the code of the platform itself."""
    _judge(context.world)


@then("at least one service uses them")
def somebody_uses_them(context: Context) -> None:
    """Where nothing is used, nothing is proven; the table says which services use none."""
    world: World = context.world
    attachments.uses_table(world.source)
    uses = world.source.uses
    concepts = world.asked.concepts or tuple(uses)
    used = sum(each.canonical for concept in concepts for each in uses[concept].values())
    assert_that(used, greater_than(0), "the imports from the homes")


@then("there is a factory that is given the manager")
def a_factory_receives(context: Context) -> None:
    """Where there is no such factory, nothing is proven."""
    assert_that(context.world.source.factories.collaborator, greater_than(0), "the factories that are given a manager")


@then("there is a factory of the {product}")
def a_factory_makes(context: Context, product: str) -> None:
    """Where there is no such factory, nothing is proven."""
    made = context.world.source.factories.products.get(product, 0)
    assert_that(made, greater_than(0), f"the factories of the {product}")


@then("each gives what its home holds, and says that it is retired")
def retired_paths_work(context: Context) -> None:
    """Each listed path gives the home's object with a deprecation warning, until its time has ended."""
    attachments.retired_table(context.world.source)
    ask.judge_retired(context.world.source)


@then("there are fewer than five")
def warnings_are_few(context: Context) -> None:
    """The plan's figure, on this project's own scale."""
    source = context.world.source
    attachments.warnings_table(source)
    attachments.findings_table(ask.warned(source))
    ask.judge_warnings(source, "fewer than five were promised", len(source.warnings.modules) < 5)


@then("there are at least 95 % fewer than at the start")
def warnings_have_gone(context: Context) -> None:
    """Measured against the start that the manifest records."""
    source = context.world.source
    if source.warnings.reduction is None:
        raise CouldNotTell("the manifest records no start", look_first_at="the baseline in the manifest")
    attachments.warnings_table(source)
    attachments.findings_table(ask.warned(source))
    ask.judge_warnings(source, "at least 95 % fewer were promised", source.warnings.reduction >= 0.95)


@then("all of them are from the homes, and there are some")
def migration_is_complete(context: Context) -> None:
    """Every import in the code of the platform itself; tests are counted beside it and decide nothing."""
    world: World = context.world
    attachments.uses_table(world.source)
    _judge(world)
    assert_that(world.source.app_uses.imports, greater_than(0), "the imports of parts of live updates")
