"""What the owner reads, decides and signs: ``signoff sheet``, ``approve`` and ``verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from acceptance.cli.app import DAYS, CacheFolder, FirstParent, Last, Manifest, NoCache, of_signoff
from acceptance.files import DEFAULT_CACHE, DEFAULT_MANIFEST, DEFAULT_REPORTS


@of_signoff.command("sheet")
def write_sheet(
    reports: Annotated[
        list[Path] | None,
        typer.Option("--reports", metavar="DIR", help="A run's folder. May be given again.", show_default="reports"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write it.", show_default="the first run's folder")
    ] = None,
    repository: Annotated[
        Path | None,
        typer.Option(metavar="REPO", help="Show the audit of this repository's past revisions: see trend --help."),
    ] = None,
    revisions: Annotated[
        list[str] | None, typer.Option("--revision", metavar="REV", help="One of these. May be given again.")
    ] = None,
    last: Last = None,
    first_parent: FirstParent = False,
    manifest: Manifest = DEFAULT_MANIFEST,
    cache_dir: CacheFolder = DEFAULT_CACHE,
    no_cache: NoCache = False,
) -> None:
    """Write the sign-off sheet of one run, or of several read together: signoff.html, signoff.md and signoff.json.

    A source run beside a staging run answers all of the plan's criteria; each of them alone answers its part.
    """
    from acceptance.cli import sheet, trend

    cache = None if no_cache else cache_dir
    over = trend.Asked(repository, revisions or [], last, first_parent, manifest, cache) if repository else None
    sheet.sheet(reports or [DEFAULT_REPORTS], output, over)


@of_signoff.command()
def approve(
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who approves: “Olga Owner <olga@example.com>”.")],
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="As what, such as “product owner”.")],
    reports: Annotated[
        list[Path] | None,
        typer.Option("--reports", metavar="DIR", help="A run's folder. May be given again.", show_default="reports"),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept", metavar="ID=REASON", help="Accept what was not seen kept, and why. May be given again."
        ),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="Until when it stands; never longer than a known gap that it accepts.",
            show_default=f"in {DAYS} days",
        ),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--sign", metavar="KEY", help="Sign it with this SSH key.", show_default=False)
    ] = None,
    proof: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The proof to name in it.", show_default="proof.json beside the results"),
    ] = None,
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where to write it.")] = Path("approvals"),
) -> None:
    """Approve what a source run and a staging run have found, as a file to be reviewed and merged.

    Each promise must be kept. What was not asked, and each known gap, is listed, and must be accepted with a reason.
    The embedded reference platform is refused, and so is all that is broken, unknown or asked in part.

    Exit codes: 0 approved; 1 not approved, and nothing is written; 2 what was named cannot be used.
    """
    from acceptance.cli import signoff

    asked = signoff.Approving(reports or [DEFAULT_REPORTS], by, role, accept or [], expires, key, proof, output)
    raise typer.Exit(signoff.approve(asked))


@of_signoff.command("verify")
def verify_approvals(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="The approvals.", show_default="approvals/*.toml")
    ] = None,
    reports: Annotated[
        list[Path] | None,
        typer.Option(
            "--reports",
            metavar="DIR",
            help="A run to compare with. May be given again.",
            show_default="the folders that the approval names",
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            metavar="TREE", help="The platform's source tree as it is now.", show_default="the one that was approved"
        ),
    ] = None,
    signers: Annotated[Path, typer.Option("--allowed-signers", metavar="FILE", help="Whose key is whose.")] = Path(
        "approvals/allowed_signers"
    ),
    require_signature: Annotated[
        bool, typer.Option("--require-signature", help="What is not signed does not stand.", show_default=False)
    ] = False,
) -> None:
    """Say of each approval, promise by promise, what changed since: wording, source, results, signature, time.

    Exit codes: 0 it stands; 1 something of it no longer stands, or the specification has a promise that it does not
    cover; 2 an approval cannot be read; 3 it stands as far as could be checked, or there is none. The worst of several
    decides: 1, then 3.
    """
    from acceptance.cli import signoff

    asked = signoff.Verifying(files or [], reports or [], source, signers, require_signature)
    raise typer.Exit(signoff.verify(asked))
