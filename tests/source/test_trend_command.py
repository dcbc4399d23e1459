"""``python -m acceptance trend``: the audit of one revision after the other, as a table, as data and as a chart."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from command import clean_environment
from repositories import committed, git
from running import PATIENCE, ROOT, Ran, acceptance, audit, on_a_terminal
from trees import TOY, plant

from acceptance.reporting.audit import SCALE, chart
from acceptance.reporting.audit.trend import Figures, Migrated, Revision, Trend
from acceptance.source import load_manifest
from acceptance.source.trend import Paths, trend

HOMES = {
    "shop/core/ledger.py": "class Ledger: ...\n",
    "shop/core/till.py": "class Till: ...\nclass SelfServiceTill: ...\ndef open_till(): ...\n",
}
LATER = {
    "shop/orders.py": "class Ledger: x = 0\n",
    "shop/a.py": "from shop.core.ledger import Ledger\n",
    "shop/b.py": "from shop.orders import Ledger\n",
    "shop/c.py": "class Till: x = 0\n",
}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Four revisions: one without the homes, one in which all is well, one with two warnings, one with one."""
    folder = tmp_path / "netra"
    for tag, files in {
        "empty": {"shop/plain.py": ""},
        "sound": HOMES,
        "worse": LATER,
        "better": {"shop/b.py": "from shop.core.ledger import Ledger\n", "shop/c.py": ""},
    }.items():
        committed(folder, files, tag)
        git(folder, "tag", tag)
    return folder


def over_time(repository: Path, *arguments: str | Path, output: Path) -> Ran:
    return acceptance("trend", repository, *arguments, "--manifest", TOY, "--output", output)


def written(output: Path) -> Any:
    return json.loads((output / "trend.json").read_text(encoding="utf-8"))


def test_the_table_the_figures_and_the_chart(repository: Path, tmp_path: Path) -> None:
    done = over_time(repository, "--revisions", "sound", "worse", "better", output=tmp_path / "out")
    assert done.exit_code == 0
    assert done.errors == "Auditing sound (1 of 3)\nAuditing worse (2 of 3)\nAuditing better (3 of 3)\n"
    rows = {
        line.split()[0]: line.split()[2:] for line in done.output.splitlines() if re.match(r"  (sound|wor|bet)", line)
    }
    assert rows == {
        "sound": ["0", "0", "none", "3"],
        "worse": ["2", "3", "50.0", "%", "7"],
        "better": ["1", "1", "100.0", "%", "7"],
    }
    assert re.search(r"\n  CG101  duplicate definition +0 +2 +1\n", done.output)
    assert re.search(r"\n  Ledger +1 / 1 +2 / 2 +2 / 2\n", done.output)
    assert SCALE in done.output
    sentence = "0 SSOT warnings at sound, 1 at better: 1 more."
    assert sentence in done.output
    told = written(tmp_path / "out")
    assert [each["revision"] for each in told["revisions"]] == ["sound", "worse", "better"]
    assert [each["commit"] for each in told["revisions"]] == [
        git(repository, "rev-parse", tag) for tag in ("sound", "worse", "better")
    ]
    assert [each["figures"]["ssot_warnings"] for each in told["revisions"]] == [0, 2, 1]
    assert told["scale"] == SCALE
    drawing = ElementTree.parse(tmp_path / "out" / "trend.svg").getroot()
    texts = [text.text for text in drawing.iter(f"{SVG}text")]
    assert drawing.get("aria-label") == sentence
    assert {"sound", "worse", "better", "0", "2", "1", "50 %", "100 %", SCALE} <= set(texts)
    assert f"Written: {tmp_path / 'out' / 'trend.svg'}\n" in done.output


def test_each_revision_is_told_as_its_checkout_would_be(repository: Path, tmp_path: Path) -> None:
    over_time(repository, "sound", "worse", "better", output=tmp_path / "out")
    for each in written(tmp_path / "out")["revisions"]:
        git(repository, "switch", "--quiet", "--detach", each["revision"])
        told = audit(repository, "--format", "json").json
        figures = each["figures"]
        in_app = [finding for finding in told["findings"] if not finding["in_tests"]]
        assert figures["findings"] == len(in_app) == told["counted"]
        assert figures["rules"] == dict(Counter(finding["rule"] for finding in in_app))
        assert figures["ssot_warnings"] == len(told["ssot_warnings"]["modules"])
        assert figures["files"] == told["files"]["app"]
        assert {name: figures["migration"][name] for name in ("canonical", "imports")} == {
            name: told["migration"]["app"][name] for name in ("canonical", "imports")
        }


def test_the_data_keeps_to_the_published_schema(repository: Path, tmp_path: Path) -> None:
    schema = acceptance("schema", "trend")
    assert schema.output == (ROOT / "docs" / "trend.schema.json").read_text(encoding="utf-8")
    over_time(repository, "empty", "sound", "worse", output=tmp_path / "out")
    told = written(tmp_path / "out")
    jsonschema.validate(told, json.loads(schema.output))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**told, "more": 1}, json.loads(schema.output))


def test_the_order_is_that_in_which_they_are_named(repository: Path, tmp_path: Path) -> None:
    for arguments in (
        ["better", "--revisions", "worse", "sound"],
        ["--revisions", "worse", "better", "sound"],
        ["worse", "better", "sound"],
    ):
        over_time(repository, *arguments, output=tmp_path / "out")
        named = [each["revision"] for each in written(tmp_path / "out")["revisions"]]
        assert sorted(named) == ["better", "sound", "worse"]
        assert named == [name for name in arguments if name != "--revisions"] or arguments[0] == "better"


def test_a_revision_that_cannot_be_judged_is_told_and_the_others_are(repository: Path, tmp_path: Path) -> None:
    done = over_time(repository, "empty", "sound", "worse", output=tmp_path / "out")
    assert done.exit_code == 0
    assert re.search(r"\n  empty +\d{4}-\d\d-\d\d  not judged: .* at empty is not the tree", done.output)
    first = written(tmp_path / "out")["revisions"][0]
    assert (first["figures"], "is not the tree" in first["problem"]) == (None, True)
    assert "0 SSOT warnings at sound, 2 at worse: 2 more" in done.output


def test_a_revision_of_which_the_clone_lacks_a_part_is_told_and_the_others_are(
    repository: Path, tmp_path: Path
) -> None:
    lost = git(repository, "rev-parse", "worse:shop")
    (repository / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    done = over_time(repository, "sound", "worse", "better", output=tmp_path / "out")
    assert done.exit_code == 0
    assert re.search(r"\n  worse +\S+  not judged: .* lacks a part of worse ", done.output)
    assert "0 SSOT warnings at sound, 1 at better" in done.output


def test_the_last_commits_of_the_main_line(repository: Path, tmp_path: Path) -> None:
    git(repository, "switch", "--quiet", "--create", "side", "worse")
    side = committed(repository, {"shop/d.py": ""}, "side")
    git(repository, "switch", "--quiet", "main")
    git(repository, "merge", "--quiet", "--no-edit", "side")
    commits = {name: git(repository, "rev-parse", name) for name in ("main", "better", "worse")}

    def last(*arguments: str) -> list[str]:
        assert over_time(repository, *arguments, output=tmp_path / "out").exit_code == 0
        return [each["commit"] for each in written(tmp_path / "out")["revisions"]]

    assert last("--last", "3", "--first-parent") == [commits["worse"], commits["better"], commits["main"]]
    assert side not in last()
    assert side in last("--last", "9")
    assert last("better", "--last", "2") == [commits["worse"], commits["better"]]


def test_one_revision_is_no_trend_and_an_older_chart_does_not_stay(repository: Path, tmp_path: Path) -> None:
    plant(tmp_path / "out", {"trend.svg": "<svg/>"})
    done = over_time(repository, "sound", output=tmp_path / "out")
    assert done.exit_code == 0
    assert "Only one revision could be judged, which is no trend." in done.output
    assert not (tmp_path / "out" / "trend.svg").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(["nonsense"], "has no revision nonsense; fetch it, or name another", id="unknown"),
        pytest.param(["sound", "nonsense"], "has no revision nonsense", id="unknown beside a known one"),
        pytest.param(
            ["sound", "worse", "--last", "2"],
            "name the revisions, or by --last how many there are up to a single one",
            id="both",
        ),
        pytest.param(["empty"], "none of these revisions can be judged; the first: ", id="none can be judged"),
        pytest.param(["--last", "0"], "0 is not in the range x>=1", id="none is asked for"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_written(
    arguments: list[str], expected: str, repository: Path, tmp_path: Path
) -> None:
    done = over_time(repository, *arguments, output=tmp_path / "out")
    assert (done.exit_code, done.output) == (2, "")
    assert expected in done.errors
    assert "Traceback" not in done.errors
    assert not (tmp_path / "out").exists()


def test_what_is_no_repository_is_told(tmp_path: Path) -> None:
    plant(tmp_path / "plain", HOMES)
    for folder, expected in (("plain", "is no git repository"), ("gone", "is no folder")):
        done = over_time(tmp_path / folder, output=tmp_path / "out")
        assert (done.exit_code, done.output) == (2, "")
        assert expected in done.errors


def test_a_place_that_cannot_be_written_is_told(repository: Path, tmp_path: Path) -> None:
    plant(tmp_path, {"out": ""})
    done = over_time(repository, "sound", "worse", output=tmp_path / "out")
    assert done.exit_code == 2
    assert "trend.json cannot be written: " in done.errors
    assert done.errors.rstrip().endswith("name another folder with --output")


def test_ctrl_c_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "netra"
    many = {f"shop/more{number}.py": "class Ledger: ...\n" * 300 for number in range(300)}
    committed(folder, {**HOMES, **many})
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "acceptance", "trend", str(folder), "--revisions", "HEAD"),
            *("--manifest", str(TOY), "--output", str(tmp_path / "out")),
        ],
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stderr
    assert process.stderr.readline() == "Auditing HEAD (1 of 1)\n"
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output) == (130, "")
    assert errors == "Interrupted: nothing was written.\n"
    assert not (tmp_path / "out").exists()


def test_a_terminal_sees_which_revision_is_read(repository: Path, tmp_path: Path) -> None:
    shown = on_a_terminal(
        "trend", repository, "sound", "worse", "--manifest", TOY, "--output", tmp_path / "out", columns=100
    )
    assert "worse (2 of 2)" in shown.output
    assert "\x1b[1;31m" not in shown.output  # nothing is wrong


def test_of_many_revisions_the_first_and_the_last_are_set_side_by_side(repository: Path, tmp_path: Path) -> None:
    for number in range(12):
        committed(repository, {f"shop/more{number}.py": "class Ledger: ...\n"})
    done = over_time(repository, output=tmp_path / "out")
    commits = [each["commit"] for each in written(tmp_path / "out")["revisions"]]
    assert len(commits) == 10
    assert re.search(rf"\n +{commits[0][:10]}  {commits[-1][:10]}\n", done.output)
    assert re.search(r"\n  CG101  duplicate definition +4 +13\n", done.output)
    assert f" SSOT warnings at {commits[0][:10]}, " in done.output
    assert f"\n  {commits[4][:10]}  " in done.output
    assert done.errors.startswith(f"Auditing {commits[0][:10]} (1 of 10)\n")
    texts = [text.text for text in ElementTree.parse(tmp_path / "out" / "trend.svg").iter(f"{SVG}text")]
    labels = [text for text in texts if text in {commit[:10] for commit in commits}]
    assert len(set(labels)) == 5
    assert {commits[0][:10], commits[-1][:10]} <= set(labels)


def test_a_second_time_nothing_is_read_again(repository: Path, tmp_path: Path) -> None:
    manifest = load_manifest(TOY)
    arguments = ["sound", "worse", "better"]
    expected = list(trend(repository, arguments, manifest))
    over_time(repository, *arguments, output=tmp_path / "out")
    first = written(tmp_path / "out")
    assert over_time(repository, *arguments, output=tmp_path / "out").exit_code == 0
    assert written(tmp_path / "out") == first
    assert [point.findings for point in expected] == [each["figures"]["findings"] for each in first["revisions"]]


# What is counted of a name


@pytest.mark.parametrize(
    ("files", "paths", "objects"),
    [
        pytest.param({}, 1, 1, id="home alone"),
        pytest.param({"shop/a.py": "from shop.core.ledger import Ledger\nLedger()\n"}, 1, 1, id="imported for itself"),
        pytest.param({"shop/a.py": "from shop.core import ledger\nLedger = ledger.Ledger\n"}, 2, 1, id="offered again"),
        pytest.param({"shop/a.py": "class Ledger: ...\n"}, 2, 2, id="written again"),
        pytest.param(
            {"shop/a.py": "class Ledger: ...\n", "shop/b.py": "class Ledger: ...\n"}, 3, 3, id="written three times"
        ),
        pytest.param({"shop/a.py": "def make():\n    class Ledger: ...\n"}, 1, 1, id="written inside a function"),
        pytest.param({"shop/tests/a.py": "class Ledger: ...\n"}, 1, 1, id="written in tests"),
    ],
)
def test_paths_and_objects_of_a_name(files: dict[str, str], paths: int, objects: int, tmp_path: Path) -> None:
    commit = committed(tmp_path, {**HOMES, **files})
    (point,) = trend(tmp_path, [commit], load_manifest(TOY))
    assert point.names["Ledger"] == Paths(paths, objects)
    assert point.names["Till"] == Paths(1, 1)


# The chart


def _trend(*warnings: int | None, name: str = "v{}", imports: int = 4) -> Trend:
    figures = [
        None
        if count is None
        else Figures(
            files=9,
            findings=count,
            rules={},
            ssot_warnings=count,
            core_findings=count,
            migration=Migrated(canonical=min(at, imports), imports=imports),
            names={},
        )
        for at, count in enumerate(warnings)
    ]
    revisions = [
        Revision(
            revision=name.format(at),
            commit="0" * 40,
            day=date(2026, 1, at + 1),
            problem="" if each else "it was not there",
            figures=each,
        )
        for at, each in enumerate(figures)
    ]
    return Trend(repository="netra", manifest_version="1", revisions=revisions)


def _drawn(trend: Trend) -> ElementTree.Element:
    return ElementTree.fromstring(chart.svg(trend, allowed=5))


def test_more_warnings_are_drawn_higher_and_the_aim_is_a_line() -> None:
    drawing = _drawn(_trend(0, 10, 5))
    warnings, moved = drawing.findall(f"{SVG}g")
    heights = [float(circle.get("cy", "")) for circle in warnings.iter(f"{SVG}circle")]
    assert heights == [chart.HEIGHT, 0, chart.HEIGHT / 2]
    aim = next(path for path in warnings.iter(f"{SVG}path") if path.get("stroke-dasharray"))
    assert aim.get("d", "").startswith(f"M0 {chart.HEIGHT / 2:.1f}H")
    shares = [float(circle.get("cy", "")) for circle in moved.iter(f"{SVG}circle")]
    assert shares == [chart.HEIGHT, chart.HEIGHT * 3 / 4, chart.HEIGHT / 2]


@pytest.mark.parametrize("count", [5, 7, 9, 10, 20, 30])
def test_the_highest_and_the_lowest_are_written_out_and_nothing_over_anything_else(count: int) -> None:
    warnings = [27] * count
    warnings[count // 2 - 1], warnings[count // 2 + 1] = 19, 36
    drawing = _drawn(_trend(*warnings, name="branch/number-{}"))
    texts = [text for text in drawing.findall(f"{SVG}g")[0].iter(f"{SVG}text") if text.text]
    values = [text for text in texts if text.get("stroke")]
    names = [text for text in texts if "number" in str(text.text)]
    assert [float(text.get("x", "")) for text in names][:: len(names) - 1] == [30, 610]
    assert {"19", "27", "36"} == {text.text for text in values}
    for written, room in ((values, 34), (names, 95)):
        places = sorted(float(text.get("x", "")) for text in written)
        assert all(right - left >= room for left, right in pairwise(places))
    assert "not drawn" not in ElementTree.tostring(drawing, "unicode").lower()


def test_what_the_image_says_stands_in_it_and_not_twice_on_the_sheet() -> None:
    trend = _trend(21, None, 37)
    alone, beside = (ElementTree.fromstring(chart.svg(trend, allowed=5, alone=alone)) for alone in (True, False))
    texts = [text.text for text in alone.iter(f"{SVG}text")]
    assert texts[:2] == [
        "21 SSOT warnings at v0, 37 at v2: 16 more;",
        "imports from the homes went from 0.0 % to 50.0 %.",
    ]
    assert "Not drawn, since it could not be judged: 1 of 3 revisions." in texts
    (warnings, _) = alone.findall(f"{SVG}g")
    assert SCALE in [text.text for text in warnings.iter(f"{SVG}text")]
    assert texts[2:] == [text.text for text in beside.iter(f"{SVG}text")]


def test_no_line_goes_through_what_was_not_judged() -> None:
    assert len(_drawn(_trend(1, None, 2)).findall(f".//{SVG}circle")) == 4
    assert chart.svg(_trend(1, None), allowed=5) == ""
    assert len(_drawn(_trend(1, 2, imports=0)).findall(f".//{SVG}circle")) == 2


def test_a_revision_may_have_any_name_in_a_chart() -> None:
    drawing = _drawn(_trend(1, 2, name="<b>&\"'{}"))
    assert "<b>&\"'0" in [text.text for text in drawing.iter(f"{SVG}text")]
    assert not list(drawing.iter(f"{SVG}script"))
