"""The nouns of a study."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from cytotools.study import Compound, Reference, Study


def test_a_study_is_frozen_and_knows_its_folder() -> None:
    study = Study(Path("folder/study.yaml"), compounds={"cisplatin": Compound("cisplatin", 300.05)})
    assert study.folder == Path("folder")
    with pytest.raises(dataclasses.FrozenInstanceError):
        study.title = "other"  # type: ignore[misc]


def test_a_study_goes_to_a_worker_and_comes_back() -> None:
    study = Study(Path("study.yaml"), title="t", compounds={"cisplatin": Compound("cisplatin")})
    assert pickle.loads(pickle.dumps(study)).compounds == study.compounds


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (Reference(), "0 h"),
        (Reference("hour", 0.5), "0.5 h"),
        (Reference("vehicle", None), "vehicle at the same hour"),
        (Reference("lane", None), "reference lane"),
    ],
)
def test_a_reference_reads_as_the_study_writes_it(reference: Reference, words: str) -> None:
    assert str(reference) == words


def test_the_nouns_import_nothing_heavy() -> None:
    code = "import sys, cytotools.study; print(*({'pandas', 'numpy', 'pydantic', 'ruamel.yaml'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
