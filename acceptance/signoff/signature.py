"""SSH signatures of approvals, made and checked by OpenSSH's ``ssh-keygen -Y``, as git does it.

An approval's signature is beside it (`….toml.sig`). Whose key is whose is in a list that is reviewed and merged like
the approvals themselves (`approvals/allowed_signers`; the format: ``man ssh-keygen``, section ALLOWED SIGNERS).
"""

from __future__ import annotations

import subprocess
from enum import StrEnum
from pathlib import Path

from acceptance.files import passing_folder
from acceptance.verdicts import ConfigurationError

NAMESPACE = "netra-phase2-approval"  # a signature made for anything else is none of an approval
_PATIENCE = 30.0  # seconds for a check; who signs may have to find a passphrase, and has all the time
_PROGRAM = "ssh-keygen"
_MISSING = (
    "ssh-keygen is needed for signatures and is not here: install OpenSSH (Debian: apt-get install openssh-client)"
)


class Signed(StrEnum):
    """What a signature says; the values are read by people, behind "the signature: "."""

    GOOD = "made by a key that is known for this person"
    NONE = "none"
    CHANGED = "the approval was changed after it was signed, or this is not its signature"
    UNKNOWN_KEY = "made by a key that is not known for this person"
    UNCHECKED = "not checked, since ssh-keygen is not here"


def signature_of(file: Path) -> Path:
    """Where the signature of a file is."""
    return file.with_name(f"{file.name}.sig")


def sign(content: str, key: Path) -> str:
    """The signature of ``content`` by an SSH key; ``key`` may be the public half of one that an agent holds.

    Asks for a passphrase on the terminal. Raises :class:`ConfigurationError` with what to do when it cannot be made.
    """
    if not key.is_file():
        raise ConfigurationError(
            f"--sign {key}: there is no such key; name the file of an SSH key, or leave --sign out"
        )
    with passing_folder("netra-approval-") as folder:
        file = folder / "approval.toml"
        file.write_text(content, encoding="utf-8", newline="")
        command = [_PROGRAM, "-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(file)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError:
            raise ConfigurationError(f"{_MISSING}, or leave --sign out") from None
        signature = signature_of(file)
        if done.returncode or not signature.is_file():
            why = (done.stderr.strip().splitlines() or ["it did not say why"])[-1]
            raise ConfigurationError(
                f"--sign {key}: nothing was signed ({why}); name a key of yours, and give its passphrase when asked"
            )
        return signature.read_text(encoding="utf-8")


def check(file: Path, person: str | None, signers: Path) -> Signed:
    """What the signature beside a file says of it.

    ``person`` is the e-mail address of who has signed, and ``signers`` the list of whose key is whose.
    """
    signature = signature_of(file)
    if not signature.is_file():
        return Signed.NONE
    content = file.read_bytes()
    try:
        if not _holds(content, "check-novalidate", "-n", NAMESPACE, "-s", str(signature)):
            return Signed.CHANGED
        known = person is not None and _holds(
            content, "verify", "-n", NAMESPACE, "-s", str(signature), "-f", str(signers), "-I", person
        )
    except FileNotFoundError:
        return Signed.UNCHECKED
    return Signed.GOOD if known else Signed.UNKNOWN_KEY


def _holds(content: bytes, *arguments: str) -> bool:
    done = subprocess.run(
        [_PROGRAM, "-Y", *arguments], input=content, capture_output=True, timeout=_PATIENCE, check=False
    )
    return done.returncode == 0
