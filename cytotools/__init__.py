"""One study folder to one honest report: read a study, analyse it, write the report.

>>> import cytotools
>>> cytotools.read_study.__name__, cytotools.analyse.__name__, cytotools.write_report.__name__
('read_study', 'analyse', 'write_report')
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# The matrices here are small: on a busy machine, threads that wait for one another cost ten times what they give.
# It counts only where numpy has not been imported before, and gives way to what the user has set.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if TYPE_CHECKING:
    from cytotools.analysis import analyse
    from cytotools.errors import Problem, StudyError
    from cytotools.report import write_report
    from cytotools.results import Results
    from cytotools.study import Study
    from cytotools.study_files import read_study

__all__ = ["Problem", "Results", "Study", "StudyError", "analyse", "read_study", "write_report"]

# `cytotools --help` must not wait for pandas: what needs it is imported when it is first asked for.
_HOME = {
    "Problem": "cytotools.errors",
    "Results": "cytotools.results",
    "Study": "cytotools.study",
    "StudyError": "cytotools.errors",
    "analyse": "cytotools.analysis",
    "read_study": "cytotools.study_files",
    "write_report": "cytotools.report",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'cytotools' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
