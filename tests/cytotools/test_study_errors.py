"""The errors of a study."""

from __future__ import annotations

import pickle

from cytotools.errors import Problem, StudyError

PROBLEMS = (
    Problem("samples.csv:3:5", "dose", "a number", "'ten'", "Write 10."),
    Problem("study.yaml:2:1", "titel", "a key", "the key `titel`", "Did you mean `title`?"),
)


def test_an_error_goes_to_a_worker_and_comes_back() -> None:
    found = pickle.loads(pickle.dumps(StudyError(PROBLEMS)))
    assert type(found) is StudyError
    assert found.problems == PROBLEMS
    assert str(found).splitlines() == [str(problem) for problem in PROBLEMS]
