"""A design file to an experiment."""

from __future__ import annotations

from pathlib import Path

from cytotools.design.checked_design import checked_design
from cytotools.design.design_schema import check_design_schema
from cytotools.design.experiment import Design
from cytotools.errors import StudyError, refusal
from cytotools.study_yaml import parse_study

MAX_DESIGN_BYTES = 200_000


def read_design(path: str | Path) -> Design:
    """Read a design file and check that the experiment can be pipetted.

    Raises
    ------
    StudyError
        The file is not there, is no YAML, or describes what can't be done; `.problems` holds every problem found.

    Examples
    --------
    >>> read_design("no/such/design.yaml")
    Traceback (most recent call last):
    ...
    cytotools.errors.StudyError: no/such/design.yaml: the design: expected a design file, got nothing under this ...
    """
    path = Path(path)
    data, places, repeated = parse_study(_bytes(path), path.name, "design")
    model, problems = check_design_schema(data, places, path.name)
    if model is None or repeated:
        raise StudyError([*repeated, *problems])
    return checked_design(model, places, path.name)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            contents = file.read(MAX_DESIGN_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        got = "a folder" if path.is_dir() else "nothing under this name"
        raise refusal(str(path), "the design", "a design file", got, "Name a design.yaml.") from None
    except (OSError, ValueError) as error:
        remedy = "Close it in other programs and look at its name and permissions."
        raise refusal(str(path), "the design", "a file that can be read", str(error), remedy) from None
    if len(contents) > MAX_DESIGN_BYTES:
        got = "a larger file"
        raise refusal(path.name, "the design", f"at most {MAX_DESIGN_BYTES // 1000} kB", got, "Name a design.yaml.")
    return contents
