"""The benchmark's comparison of CG302 with other tools: each of its reasons, and what has none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bench_audit
import pytest
from msgspec.structs import replace
from peers import Difference, Import, differences, told_by_ruff, told_by_tach, write_rules
from trees import TOY, plant

from acceptance.source import audit, load_manifest

MANIFEST = load_manifest(TOY)
FILES = {
    "shop/__init__.py": "",  # without it ruff does not know where a relative import leads
    "shop/core/ledger.py": "class Ledger: ...\nclass Book: ...\n",
    "shop/core/till.py": "class Till: ...\n",
    "shop/copies.py": "from shop.core.ledger import Ledger\n",
    "shop/music.py": "class Ledger: ...\n",
    "shop/printer.py": "class Receipt: ...\n",
    "shop/orders.py": "from .copies import Ledger\n",
    "shop/returns.py": "def late():\n    from shop.copies import Ledger\n",
    "shop/sounds.py": "from shop.music import Ledger\n",
    "shop/paper.py": "from shop.printer import Receipt\n",
    "shop/gone.py": "from shop.nowhere import Ledger\n",
    "shop/alias.py": "from shop.core.ledger import Ledger as Account\n",
    "shop/renamed.py": "from shop.alias import Account\n",
    "shop/used.py": "from shop import copies\nbook = copies.Ledger()\n",
    "shop/plain.py": "from shop.music import Till\n",
    "shop/fine.py": "from shop.core.ledger import Ledger\nfrom shop.core.till import Till\n",
}
PEERS = {"ruff": told_by_ruff, "tach": told_by_tach}
BOTH = {
    Import("shop/orders.py", "shop.copies", "Ledger"),
    Import("shop/returns.py", "shop.copies", "Ledger"),
    Import("shop/sounds.py", "shop.music", "Ledger"),
}
USED = Import("shop/used.py", "shop.copies", "Ledger")
RECEIPT = Import("shop/paper.py", "shop.printer", "Receipt")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    plant(tmp_path, FILES)
    write_rules(tmp_path, MANIFEST)
    return tmp_path


@pytest.mark.parametrize("peer", PEERS)
def test_each_peer_is_told_what_to_look_for_and_each_difference_has_its_reason(peer: str, tree: Path) -> None:
    told = PEERS[peer](tree)
    used = [USED] if peer == "ruff" else []  # tach looks at imports alone
    assert told == BOTH | {RECEIPT, *used}
    assert list(differences(audit(tree, MANIFEST), told, peer, tree, MANIFEST)) == [
        Difference(
            "CG302", Import("shop/gone.py", "shop.nowhere", "Ledger"), "from a module that is not there"
        ),
        Difference("CG302", Import("shop/plain.py", "shop.music", "Till"), "from a module that has no such name"),
        Difference(
            "CG302", Import("shop/renamed.py", "shop.alias", "Account"), "a governed object under another name"
        ),
        Difference(
            peer, RECEIPT, "a common word, which elsewhere is something else, says the manifest's only_from"
        ),
        *(Difference(peer, each, "no import: it is taken from the module where it is used") for each in used),
    ]  # fmt: skip


@pytest.mark.parametrize("peer", PEERS)
def test_what_only_one_tells_for_no_reason_is_told(
    peer: str, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An audit that has lost a finding, and then a peer that has."""
    found = audit(tree, MANIFEST)
    ask: Callable[[Path], set[Import]] = PEERS[peer]
    lost = [finding for finding in found.findings if finding.path == "shop/orders.py"]
    assert lost
    forgetful = replace(found, findings=tuple(finding for finding in found.findings if finding not in lost))
    unexplained = [each for each in differences(forgetful, ask(tree), peer, tree, MANIFEST) if not each.reason]
    assert [(each.by, each.what.path) for each in unexplained] == [(peer, "shop/orders.py")]
    assert bench_audit.compared(tree, MANIFEST) == 0
    monkeypatch.setattr(bench_audit, "audit", lambda *_: forgetful)
    assert bench_audit.compared(tree, MANIFEST) == 1
    said = capsys.readouterr().out
    assert f"   1 by {'ruff TID251' if peer == 'ruff' else 'tach'}: FOR NO KNOWN REASON\n" in said
    assert "\n       shop/orders.py: shop.copies.Ledger\n" in said
    fewer = ask(tree) - {Import("shop/orders.py", "shop.copies", "Ledger")}
    unexplained = [each for each in differences(found, fewer, peer, tree, MANIFEST) if not each.reason]
    assert [(each.by, each.what.path) for each in unexplained] == [("CG302", "shop/orders.py")]
