"""The source tree: what answers to the name of a building block, and where."""

from __future__ import annotations

from behave import then, when
from behave.runner import Context

from acceptance.evidence import attachments
from acceptance.verdicts import Broken, CouldNotTell
from acceptance.world import World

#: What decides "one home": second definitions, variants, overwritten ones, and names bound to something else.
ONE_HOME = ("CG101", "CG102", "CG103", "CG201")


@when("the source tree is searched for all that answers to the name of the {concept}")
def the_tree_is_searched(context: Context, concept: str) -> None:
    """Audit the tree; what is reported is app code, for this one concept."""
    world: World = context.world
    world.concept = concept.replace(" ", "_")
    world.findings = [
        finding
        for finding in world.source.findings
        if finding.concept == world.concept and finding.rule in ONE_HOME and not finding.in_tests
    ]


@then("all of it is the {concept} of its home, and the home holds it")
def there_is_one_home(context: Context, concept: str) -> None:
    """No finding, and the home binds each of the concept's names."""
    world: World = context.world
    attachments.findings_table(world.findings)
    home, unread = world.source.homes.get(world.concept), world.source.unparsable_app
    if unread and not world.findings:
        places = "\n".join(f"  • {path}: {why}" for path, why in unread)
        files = "a file" if len(unread) == 1 else f"{len(unread)} files"
        told = f"{files} that may hold another {concept} cannot be read:\n{places}"
        raise CouldNotTell(told, look_first_at=unread[0][0])
    if not home:
        raise Broken(f"the home of the {concept} does not hold it")
    if world.findings:
        places = "\n".join(f"  • {finding.what} ({finding.path}:{finding.line})" for finding in world.findings)
        count = len(world.findings)
        what = "one thing answers" if count == 1 else f"{count} things answer"
        first = world.findings[0]
        raise Broken(
            f"{what} to the name of the {concept} and {'is' if count == 1 else 'are'} not the {concept}:\n{places}",
            look_first_at=f"{first.path}, line {first.line}: {first.closes}",
        )
