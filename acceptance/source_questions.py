"""What the promises ask of a source tree: which rules decide, about which concepts, and how the answer is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from acceptance.source import SSOT_RULES, Audit, Finding
from acceptance.verdicts import Broken, CouldNotTell, Count

#: What decides "one home": second definitions, variants, overwritten ones, and names bound to something else.
ONE_HOME = ("CG101", "CG102", "CG103", "CG201")
MANAGERS = ("manager", "unified_manager")
#: The managers and the functions that make them.
WITH_FACTORIES = (*MANAGERS, "factory_functions")
UNREAD = "files that could not be read"
_SHOWN = 10  # findings that are told in words; the table has them all


@dataclass(frozen=True)
class SourceQuestion:
    """What a tree is searched for. ``concepts``: None is all of them. ``product``: only factories of this product.

    ``service``: only in this service. ``modules``: counted are modules, however many findings each has.
    """

    one: str
    many: str
    rules: tuple[str, ...]
    concepts: tuple[str, ...] | None = None
    product: str = ""
    service: str = ""
    modules: bool = False

    def findings(self, audit: Audit) -> list[Finding]:
        """What the audit found of it, in the code of the platform itself; one import is told once."""
        found = [
            finding
            for finding in audit.of(self.rules, self.concepts)
            if self.product in ("", finding.detail.get("product")) and self.service in ("", finding.service)
        ]
        broken = {(finding.path, finding.line, finding.name) for finding in found if finding.rule == "CG303"}
        return [
            finding
            for finding in found
            if finding.rule != "CG302" or (finding.path, finding.line, finding.name) not in broken
        ]

    def count(self, findings: Sequence[Finding]) -> Count:
        """How many there are."""
        return Count(len({finding.path for finding in findings}) if self.modules else len(findings), self.many)

    def counted(self, findings: Sequence[Finding]) -> str:
        """How many there are, in words: "3 factories that …"."""
        number = self.count(findings).number
        return f"{number} {self.one if number == 1 else self.many}"


def answers_to_the_name(concept: str) -> SourceQuestion:
    """Whatever in the tree is called what the concept is called, or nearly so."""
    whose = f"to the name of the {concept} and"
    return SourceQuestion(
        one=f"thing answers {whose} is not the {concept}",
        many=f"things answer {whose} are not the {concept}",
        rules=ONE_HOME,
        concepts=(_name(concept),),
    )


def definitions(concept: str) -> SourceQuestion:
    """Whatever gives a meaning to one of the concept's names; they are common words, so similar ones do not count."""
    rules = tuple(rule for rule in ONE_HOME if rule != "CG102")
    return SourceQuestion(
        one=f"other meaning of a name of the {concept}",
        many=f"other meanings of names of the {concept}",
        rules=rules,
        concepts=(_name(concept),),
    )


def not_loadable(service: str) -> SourceQuestion:
    """What stands in the way of loading a service's code, or hides that it is in the way."""
    return SourceQuestion(
        one="thing that cannot be loaded, or only by a detour",
        many="things that cannot be loaded, or only by a detour",
        rules=("CG001", "CG002", "CG303", "CG305", "CG308", "CG501"),
        service=_name(service),
    )


def called_differently(product: str) -> SourceQuestion:
    """Further ways in which factories of one product are called."""
    return SourceQuestion(
        one=f"further way of calling a factory of the {product}",
        many=f"further ways of calling a factory of the {product}",
        rules=("CG404",),
        product=_name(product),
    )


#: What a tree is searched for, by the words of the scenarios.
SOUGHT = {
    "other names and paths of the emitter": SourceQuestion(
        "other name or path of the emitter", "other names and paths of the emitter", ("CG202", "CG301"), ("emitter",)
    ),
    "parts of live updates that are taken from elsewhere than their homes": SourceQuestion(
        "import of a part of live updates from elsewhere than its home",
        "imports of parts of live updates from elsewhere than their homes",
        ("CG302",),
    ),
    "managers that are taken from elsewhere than their homes, or from where there are none": SourceQuestion(
        "import of a manager from elsewhere than its home",
        "imports of managers from elsewhere than their homes",
        ("CG302", "CG303"),
        WITH_FACTORIES,
    ),
    "factories that call the manager by another name": SourceQuestion(
        "factory that calls the manager by another name",
        "factories that call the manager by another name",
        ("CG401",),
    ),
    "things that are named as the manager is and are something else": SourceQuestion(
        "thing that is named as the manager is and is something else",
        "things that are named as the manager is and are something else",
        ("CG407",),
    ),
    "factories that do their work without a manager": SourceQuestion(
        "factory that does its work without a manager", "factories that do their work without a manager", ("CG402",)
    ),
    "factories that do their work for nobody": SourceQuestion(
        "factory that does its work for nobody", "factories that do their work for nobody", ("CG403",)
    ),
    "factories that share a name and are not the same": SourceQuestion(
        "factory that shares its name with another one",
        "factories that share their names with others",
        ("CG405", "CG406"),
    ),
    "modules with a manager, or a path to one, of their own": SourceQuestion(
        "module with a manager, or a path to one, of its own",
        "modules with a manager, or a path to one, of their own",
        (*ONE_HOME, "CG202", "CG301"),
        WITH_FACTORIES,
        modules=True,
    ),
    "other names and paths of the parts of live updates": SourceQuestion(
        "other name or path of a part of live updates",
        "other names and paths of parts of live updates",
        ("CG202", "CG301"),
    ),
    "imports and lists that hide what is offered": SourceQuestion(
        "import or list that hides what is offered",
        "imports and lists that hide what is offered",
        ("CG304", "CG306", "CG307"),
    ),
}


def judge(audit: Audit, question: SourceQuestion, findings: Sequence[Finding]) -> None:
    """Raise what the findings amount to: :class:`Broken` with the first of them in words.

    Where there are none, but some files could not be read, :class:`CouldNotTell`; unless that is a finding itself.
    """
    if findings:
        raise Broken(
            f"{question.counted(findings)}:\n{listed(findings)}",
            look_first_at=first(findings),
            count=question.count(findings),
        )
    if audit.unparsable_app and "CG001" not in question.rules:
        unread = audit.unparsable_app
        places = "\n".join(f"  • {path}: {why}" for path, why in unread)
        files = "a file" if len(unread) == 1 else f"{len(unread)} files"
        told = f"none was found, but {files} could not be read:\n{places}"
        raise CouldNotTell(told, look_first_at=unread[0][0], count=Count(len(unread), UNREAD))


def judge_homes(audit: Audit, question: SourceQuestion, concept: str) -> None:
    """Raise :class:`Broken` for a home that does not hold all of what the question is about."""
    for name in question.concepts or ():
        home = audit.homes.get(name)
        if not home:
            missing = "all of it" if home is None else ", ".join(home.missing)
            raise Broken(f"the home of the {concept} does not hold it: {missing}")


def judge_warnings(audit: Audit, allowed: str, few_enough: bool) -> None:
    """Raise what the SSOT warnings amount to; files that could not be read can only add to them."""
    warnings = audit.warnings
    count = len(warnings.modules)
    modules = "1 module has an SSOT warning" if count == 1 else f"{count} modules have an SSOT warning"
    start = "" if warnings.baseline is None else f" ({warnings.baseline} at the start)"
    if not few_enough:
        places = _lines([f"  • {module}" for module in warnings.modules])
        counted = Count(count, "modules with an SSOT warning")
        raise Broken(f"{modules}{start}; {allowed}:\n{places}", look_first_at=first(warned(audit)), count=counted)
    if audit.unparsable_app:
        path, why = audit.unparsable_app[0]
        told = f"{modules}{start}, but not every file could be read: {path} ({why})"
        raise CouldNotTell(told, look_first_at=path, count=Count(len(audit.unparsable_app), UNREAD))


def warned(audit: Audit) -> list[Finding]:
    """The findings that make the SSOT warnings."""
    return audit.of(SSOT_RULES, audit.warnings.core)


def judge_retired(audit: Audit) -> None:
    """Raise what the retired paths amount to."""
    failing = [path for path in audit.retired if path.problem]
    if failing:
        places = _lines([f"  • {path.module}.{path.name}: {path.problem}" for path in failing])
        count = "a retired path does" if len(failing) == 1 else f"{len(failing)} retired paths do"
        where = failing[0].path or f"where {failing[0].module} was"
        counted = Count(len(failing), "retired paths that do not work as was said")
        raise Broken(f"{count} not work as was said:\n{places}", look_first_at=where, count=counted)


def listed(findings: Sequence[Finding]) -> str:
    """The findings a line each, the first of them if they are many."""
    return _lines([f"  • {finding.what} ({finding.path}:{finding.line})" for finding in findings])


def _lines(lines: list[str]) -> str:
    more = len(lines) - _SHOWN
    return "\n".join([*lines[:_SHOWN], f"  • and {more} more, in the table below"] if more > 0 else lines)


def first(findings: Sequence[Finding]) -> str:
    """Where to begin, and with what."""
    return f"{findings[0].path}, line {findings[0].line}: {findings[0].closes}"


def _name(words: str) -> str:
    """What people say as the manifest writes it: "unified manager" is ``unified_manager``."""
    return words.replace(" ", "_").replace("-", "_")
