"""The rules of the house that no linter knows: who opens files, who prints, what is exported."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = sorted(path for package in ("cytotools", "gating", "blots") for path in (ROOT / package).rglob("*.py"))
OPENING = {"open", "read_bytes", "read_text", "write_bytes", "write_text", "to_csv", "read_csv", "memmap", "fromfile"}
MAY_OPEN = {
    "blots/image_files.py",
    "blots/imagej_rois.py",
    "blots/picture_files.py",
    "blots/simulate.py",
    "cytotools/box_files.py",
    "cytotools/changes/result_folder.py",
    "cytotools/compusyn_files.py",
    "cytotools/design/design_files.py",
    "cytotools/design/write.py",
    "cytotools/doses/certified/sets.py",
    "cytotools/drafting/found_files.py",
    "cytotools/drafting/vocabulary.py",
    "cytotools/drafting/write_draft.py",
    "cytotools/figures/page_pictures.py",
    "cytotools/figures/style.py",
    "cytotools/output.py",
    "cytotools/plates/export_files.py",
    "cytotools/provenance.py",
    "cytotools/recorded_dates.py",
    "cytotools/report.py",
    "cytotools/sample_answers.py",
    "cytotools/sample_arms.py",
    "cytotools/sample_combinations.py",
    "cytotools/sample_layouts.py",
    "cytotools/sample_plates.py",
    "cytotools/sample_study.py",
    "cytotools/study_files.py",
    "cytotools/verdicts/agent_classes.py",
    "cytotools/verdicts/resistance_rules.py",
    "gating/exchange/populations.py",
    "gating/exchange/xml_files.py",
    "gating/fcs/read.py",
    "gating/fcs/write.py",
}


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "id", getattr(node.func, "attr", ""))


@pytest.mark.parametrize("path", ROOMS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_files_are_opened_in_the_named_rooms_only(path: Path) -> None:
    opened = OPENING & set(calls(path))
    assert not opened or path.relative_to(ROOT).as_posix() in MAY_OPEN


@pytest.mark.parametrize("path", ROOMS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_nobody_prints(path: Path) -> None:
    assert "print" not in set(calls(path))


@pytest.mark.parametrize("name", ["cytotools", "gating", "blots", "cytotools.doses", "cytotools.plates"])
def test_public_names_are_in_order_and_there(name: str) -> None:
    package = importlib.import_module(name)
    assert list(package.__all__) == sorted(package.__all__, key=lambda n: (n[0].islower(), n))
    assert all(hasattr(package, public) for public in package.__all__)
    # A room of the name of what it holds would stand in its place once it has been imported.
    homes = {public: home.removeprefix(f"{name}.") for public, home in package._HOME.items()}
    assert not [public for public, home in homes.items() if home == public]


def test_help_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    heavy = "[m for m in ('numpy', 'pandas', 'matplotlib', 'scipy') if m in sys.modules]"
    done = subprocess.run(
        [sys.executable, "-c", f"import cytotools.cli, sys; print({heavy})"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
