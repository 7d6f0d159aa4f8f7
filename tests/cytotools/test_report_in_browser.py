"""The page in headless Chromium; skipped, saying so, where there is none or playwright or axe are not installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cytotools.report_page import render
from cytotools.report_sections import ShownFigure
from cytotools.results import Results
from cytotools.study import Study
from cytotools.tables import complete

HOSTILE = "<script>alert(1)</script>\"' onload='x' ../\u202e" + "x" * 200
PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='900' height='300'/%3E"


@pytest.mark.parametrize("name", ["ECA109", HOSTILE], ids=["plain", "hostile"])
def test_nothing_leaves_the_page_and_axe_finds_nothing_serious(name: str, tmp_path: Path) -> None:
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    import pandas as pd

    from benchmarks.report_in_browser import chromium, looks

    if chromium() is None:
        pytest.skip("no Chromium on this machine")
    row = {"cell_line": name, "compound": name, "hours": 24.0, "fold": 2.0, "low": 1.5, "high": 2.7, "n": 3}
    row |= {"fold_per_viable": 2.0, "per_viable_low": 1.0, "per_viable_high": 3.0, "caution": f"peak: {name}"}
    caution = {"severity": "warning", "assay": "plates", "file": name, "place": name, "code": "peak"}
    caution |= {"caution": name, "remedy": "Look."}
    tables = complete({"caspase": pd.DataFrame([row]), "cautions": pd.DataFrame([caution])})
    study = Study(tmp_path / "study.yaml", title=name)
    figures = [ShownFigure(f"f{k}", name, name, where, PICTURE, 900) for k, where in enumerate(("answer", "plates"))]
    found = {"version": "1", "python": "3", "libraries": {}, "inputs": [{"file": name, "sha256": "0"}]}
    page = tmp_path / "report.html"
    page.write_text(render(Results(study, tables, ("plates",)), figures, found), encoding="utf-8")
    table = looks(page)
    opened = table[table["requests"].notna()]
    faults = opened[["requests", "console", "serious_faults", "too_wide_px"]]
    assert (faults == 0).all(axis=None), table["words"].tolist()
    assert opened[["sorts", "enlarges"]].all(axis=None)
    assert table["words"].iloc[-1] == "no script: readable, 0 dead controls"
