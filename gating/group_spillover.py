"""The spillover matrix of each tube of a group, the file's own or that of the single stains, and how good it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gating.artefacts.finding import Finding
from gating.cautions import caution, join
from gating.control_tubes import SINGLE_STAINS, confirm_controls, read_control_tubes, single_stains
from gating.controls import Group
from gating.errors import GatingError
from gating.events import Events
from gating.residual_spill import Residual, applied_coefficients, finding_of, residual_slopes
from gating.spillover import Spillover
from gating.spillover_estimate import MIN_POSITIVE, SpilloverEstimate, estimate_spillover
from gating.stain_slope import Slope
from gating.tubes import Reader, Survey

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOO_FEW = "too few positive cells in the single stain"
COMPENSATION_COLUMNS = (
    "batch",
    "cell_line",
    "source",
    "detector",
    "applied",
    "measured",
    "low",
    "high",
    "residual_slope",
    "residual_low",
    "residual_high",
    "method",
    "caution",
)


@dataclass(frozen=True, eq=False)
class GroupSpillover:
    """The compensation of a group.

    Attributes
    ----------
    matrices : mapping of file to Spillover or None
        The file's own matrix, else the measured one, else None.
    rows : sequence of mapping
        Of compensation.csv: one a source, detector and matrix in use.
    findings : sequence of Finding
        The residual slope of each single stain.
    caution : str
        Where a tube has no matrix.
    covariance : ndarray, shape (2, 2), or None
        Of the two coefficients in use, Annexin V into the dye's channel and the dye into Annexin V's, as far as the
        single stains tell: the square of their standard error, or of what they are off where that is more. They come
        from different tubes, so that nothing stands off the diagonal. None where nothing was measured.
    """

    matrices: Mapping[str, Spillover | None]
    rows: Sequence[Mapping[str, object]]
    findings: Sequence[Finding]
    caution: str
    covariance: NDArray[np.float64] | None


def group_spillovers(
    group: Group, files: Sequence[str], surveys: Mapping[str, Survey], folder: Path, read: Reader
) -> GroupSpillover:
    """Return the matrix of each file of a group, and what the single stains say of it.

    Parameters
    ----------
    group : Group
    files : sequence of str
        Those of the group that can be used.
    surveys : mapping of file to Survey
    folder : Path
    read : callable
        Reads one file.

    Raises
    ------
    UnusableControl
        A control tube's light contradicts its role.

    Examples
    --------
    >>> from gating.simulate import Tube, simulate_tube
    >>> from gating.tubes import survey_tube
    >>> half = {"live": 0.5, "early_apoptotic": 0.2, "late_apoptotic": 0.3, "necrotic": 0.0}
    >>> roles = {"unstained": (False, False), "annexin_only": (True, False), "dye_only": (False, True)}
    >>> rng = np.random.default_rng(1)
    >>> tubes = {
    ...     role: simulate_tube(Tube(half, annexin_stained=a, dye_stained=d), rng).events
    ...     for role, (a, d) in roles.items()
    ... }
    >>> def read(path):
    ...     return tubes[path.name]
    >>> surveys = {file: survey_tube(file, Path(), None, None, read) for file in tubes}
    >>> group = Group("1", "", (), (), {role: (role,) for role in roles})
    >>> found = group_spillovers(group, list(tubes), surveys, Path(), read)
    >>> [(row["source"], row["applied"], round(row["measured"], 2), row["caution"]) for row in found.rows]
    [('FITC-A', 0.16, 0.16, ''), ('PE-A', 0.012, 0.01, '')]
    """
    tubes = read_control_tubes(group, surveys, folder, read)
    unseen = confirm_controls(tubes, surveys)
    channels = (surveys[files[0]].annexin, surveys[files[0]].dye)
    controls = single_stains(tubes, channels)
    estimate, lacking = _estimate(controls, tubes)
    measured = estimate.spillover if estimate else None
    own = {file: surveys[file].spillover for file in files}
    matrices = {file: s if s is not None and not s.is_identity else measured for file, s in own.items()}
    slopes = estimate.slopes if estimate else _slopes(_residuals(controls, channels, None))
    rows: list[Mapping[str, object]] = []
    findings: list[Finding] = []
    covariance = None
    for matrix, with_it in _distinct(matrices):
        residuals = [] if matrix is None else _residuals(controls, channels, matrix)
        found = {(residual.source, residual.detector): finding_of(residual, with_it) for residual in residuals}
        findings += found.values()
        covariance = _larger(covariance, _covariance(residuals, channels))
        for pair in (channels, channels[::-1]):
            applied = float(applied_coefficients(matrix, pair)[0, 1])
            note = found[pair].caution if pair in found else caution("spill_unchecked", lacking or TOO_FEW)
            rows.append(_row(group, pair, applied, slopes.get(pair), _slopes(residuals).get(pair), note))
    lacks_matrix = any(matrix is None for matrix in matrices.values())
    note = join(
        caution("no_compensation", lacking) if lacks_matrix else "",
        caution("stain_not_seen", " and ".join(unseen)) if unseen else "",
    )
    return GroupSpillover(matrices, rows, findings, note, covariance)


def _estimate(
    controls: Mapping[str, Events], tubes: Mapping[str, Mapping[str, Events]]
) -> tuple[SpilloverEstimate | None, str]:
    """Return the matrix that the single stains give, or why they give none."""
    lacking = [role for role in SINGLE_STAINS if not tubes.get(role)]
    if lacking:
        return None, f"no {' and no '.join(lacking)} tube"
    try:
        return estimate_spillover(controls), ""
    except GatingError as error:
        return None, str(error).replace(";", ",")


def _residuals(
    controls: Mapping[str, Events], channels: tuple[str, str], spillover: Spillover | None
) -> list[Residual]:
    """Return the residual slopes that can be measured: a control may lack a channel, or positive cells."""
    if not controls:
        return []
    try:
        found = residual_slopes(controls, channels, spillover)
    except GatingError:
        return []
    return [residual for residual in found if residual.slope.positives >= MIN_POSITIVE]


def _slopes(residuals: Sequence[Residual]) -> dict[tuple[str, str], Slope]:
    return {(residual.source, residual.detector): residual.slope for residual in residuals}


def _distinct(matrices: Mapping[str, Spillover | None]) -> list[tuple[Spillover | None, tuple[str, ...]]]:
    """Return each matrix that is in use, with the files that use it."""
    files: dict[object, list[str]] = {}
    for file, matrix in matrices.items():
        files.setdefault(None if matrix is None else (matrix.channels, matrix.matrix.tobytes()), []).append(file)
    return [(matrices[with_it[0]], tuple(with_it)) for with_it in files.values()]


def _row(
    group: Group, pair: tuple[str, str], applied: float, slope: Slope | None, left: Slope | None, note: str
) -> dict[str, object]:
    nothing = Slope(float("nan"), float("nan"), 0)
    measured, residual = slope or nothing, left or nothing
    method = "" if slope is None else "matched negatives" if slope.matched else "unmatched negatives"
    numbers = (applied, measured.value, measured.low, measured.high, residual.value, residual.low, residual.high)
    return dict(zip(COMPENSATION_COLUMNS, (group.batch, group.cell_line, *pair, *numbers, method, note), strict=True))


def _covariance(residuals: Sequence[Residual], channels: tuple[str, str]) -> NDArray[np.float64] | None:
    if not residuals:
        return None
    off = {pair: max(abs(slope.value), slope.standard_error) for pair, slope in _slopes(residuals).items()}
    return np.diag([off.get(pair, 0.0) ** 2 for pair in (channels, channels[::-1])])


def _larger(first: NDArray[np.float64] | None, second: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    return first if second is None else second if first is None else np.maximum(first, second)
