"""A small study that is quick to analyse: a few simulated tubes and one membrane."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[2] / "sample_data" / "smac_n7"
CONTROLS = tuple(f"flow/rep1_{role}." for role in ("unstained", "annexin_only", "dye_only", "positive"))


@pytest.fixture
def small_study(tmp_path: Path) -> Path:
    """Return a copy of the sample study cut down to one replicate of one line and one membrane."""
    return write_small_study(tmp_path / "study")


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a small study, and the results of analysing all of it in one process."""
    from cytotools import analyse, read_study, write_report

    study = write_small_study(tmp_path_factory.mktemp("whole") / "study")
    return study, write_report(analyse(read_study(study)), study / "results").parent


def write_small_study(folder: Path) -> Path:
    (folder / "flow").mkdir(parents=True)
    (folder / "blots").mkdir()
    rows = (SAMPLE / "flow" / "samples.csv").read_text().splitlines()
    kept = [row for row in rows[1:] if row.startswith(("flow/rep1_ECA109_cisplatin_", *CONTROLS))]
    (folder / "flow" / "samples.csv").write_text("\n".join([rows[0], *kept]) + "\n")
    for row in kept:
        shutil.copy(SAMPLE / row.split(",")[0], folder / "flow")
    shutil.copy(SAMPLE / "blots" / "rep1.tif", folder / "blots")
    lanes = (SAMPLE / "blots" / "lanes.csv").read_text().splitlines()
    (folder / "blots" / "lanes.csv").write_text(
        "\n".join([lanes[0], *(r for r in lanes if r.startswith("rep1,"))]) + "\n"
    )
    text = (SAMPLE / "study.yaml").read_text()
    (folder / "study.yaml").write_text(text[: text.index("    - file: blots/rep2.tif")])
    return folder


@pytest.fixture(scope="session")
def sample_study() -> Path:
    return SAMPLE / "study.yaml"
